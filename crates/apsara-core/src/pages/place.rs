//! Where in a list a stream is, and what its next request says. It knows no type and sends nothing.

use std::collections::HashSet;

use super::{Number, Paging, Token, Total};
use crate::record::{AnyRecord, Slot, View, find, view_at};

/// The most pages of one list: a list that is longer is one that never ends, because the cloud answers every page alike.
pub(super) const MOST_PAGES: u64 = 100_000;

/// How far a list was read.
#[derive(Debug)]
pub(super) struct Place {
    /// The number of the page that is asked for, counted from 1.
    number: i64,
    /// How many pages were answered.
    pages: u64,
    /// How many items lie before the next page.
    seen: u64,
    /// How many items the fullest page had.
    fullest: u64,
    /// The tokens that were sent; with the first of them, numbers no longer count.
    tokens: HashSet<String>,
}

/// What comes after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Another page, which the request now asks for.
    Next,
    /// The end.
    Last,
    /// The end, and the answer only says that the list was over before it.
    Nothing,
    /// A list that does not come to its end, and why.
    Endless(String),
}

impl Place {
    /// Begins where a request says.
    pub(super) fn of(paging: &Paging, request: &dyn AnyRecord) -> Self {
        let number = paging.number.and_then(|by| whole(view_at(request, by.number))).unwrap_or(1);
        let token = paging.token.and_then(|by| text(view_at(request, by.token)));
        Self { number, pages: 0, seen: 0, fullest: 0, tokens: token.into_iter().collect() }
    }

    /// Says what comes after an answer with so many items, and makes the request ask for it.
    pub(super) fn step(
        &mut self,
        paging: &Paging,
        request: &mut dyn AnyRecord,
        answer: &dyn AnyRecord,
        items: usize,
    ) -> Step {
        self.pages += 1;
        let step = match (&paging.token, &paging.number) {
            (Some(token), number) => match (self.by_token(token, request, answer), number) {
                // An operation that has both gives a token only if it was asked for pages in that way.
                (Step::Last, Some(number)) if self.tokens.is_empty() => self.by_number(number, request, answer, items),
                (step, _) => step,
            },
            (None, Some(number)) => self.by_number(number, request, answer, items),
            (None, None) => Step::Last,
        };
        match step {
            Step::Next if self.pages >= MOST_PAGES => {
                Step::Endless(format!("after {MOST_PAGES} pages the list has no end"))
            }
            step => step,
        }
    }

    fn by_token(&mut self, by: &Token, request: &mut dyn AnyRecord, answer: &dyn AnyRecord) -> Step {
        if let Some(View::Bool(false)) = by.more.and_then(|more| view_at(answer, more)) {
            return Step::Last;
        }
        let Some(next) = text(view_at(answer, by.next)) else { return Step::Last };
        put(request, by.token, &next);
        // A token is a place in the list; it is not shown, for it may hold a part of what is listed.
        if self.tokens.insert(next) {
            Step::Next
        } else {
            Step::Endless(format!("{} names a page that was given already", by.next))
        }
    }

    fn by_number(&mut self, by: &Number, request: &mut dyn AnyRecord, answer: &dyn AnyRecord, items: usize) -> Step {
        let items = items as u64;
        if items == 0 {
            return if self.pages == 1 { Step::Last } else { Step::Nothing };
        }
        if self.pages == 1 {
            // How full the pages before the first one are is known by that one: no page is fuller.
            self.seen = items.saturating_mul(u64::try_from(self.number - 1).unwrap_or(0));
        }
        self.seen = self.seen.saturating_add(items);
        let size = whole(view_at(request, by.size)).and_then(|size| u64::try_from(size).ok());
        let short = items < size.unwrap_or(self.fullest);
        self.fullest = self.fullest.max(items);
        let said = |name| whole(view_at(answer, name)).and_then(|number| u64::try_from(number).ok());
        let is_last = match by.total {
            // A total that is less than what the page itself holds is none.
            Total::Items(total) => said(total).filter(|total| *total >= items).map(|total| self.seen >= total),
            Total::Pages(pages) => {
                said(pages).filter(|pages| *pages > 0).map(|pages| u64::try_from(self.number).is_ok_and(|n| n >= pages))
            }
        };
        if is_last.unwrap_or(short) {
            return Step::Last;
        }
        self.number = self.number.saturating_add(1);
        put(request, by.number, &self.number.to_string());
        Step::Next
    }
}

/// Returns a whole number, also one that stands in a text.
fn whole(view: Option<View<'_>>) -> Option<i64> {
    match view? {
        View::Int(number) => Some(number),
        // The bounds keep the conversion exact.
        #[allow(clippy::cast_possible_truncation)]
        View::Float(number) if number.fract() == 0.0 && number.abs() < 9.0e15 => Some(number as i64),
        View::Str(text) => text.trim().parse().ok(),
        _ => None,
    }
}

/// Returns a token that is there.
fn text(view: Option<View<'_>>) -> Option<String> {
    match view? {
        View::Str(text) if !text.is_empty() => Some(text.to_owned()),
        View::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Sets a parameter of either type.
fn put(request: &mut dyn AnyRecord, name: &str, value: &str) {
    let Some(index) = find(request, name) else { return };
    match request.get_mut(index).slot() {
        Slot::Str(to) => value.clone_into(to),
        Slot::I32(to) => *to = value.parse().unwrap_or(i32::MAX),
        Slot::I64(to) => *to = value.parse().unwrap_or(i64::MAX),
        _ => {}
    }
}

#[cfg(test)]
#[path = "place_tests.rs"]
mod tests;
