//! `--pages`: all pages of a list, as one answer.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Prepared;
use super::arguments::Request;
use crate::exit::Exit;
use crate::failure::Failure;
use apsara_catalog::{ByNumber, ByToken, Paging};

/// The most pages of one list: a list that is longer is one that never ends, because the cloud answers every page alike.
const MOST_PAGES: u64 = 100_000;

/// How far a list was read. The rules are those of the runtime's streams of pages.
struct Place {
    number: u64,
    pages: u64,
    seen: u64,
    fullest: u64,
    tokens: BTreeSet<String>,
}

/// Calls page by page, from the one that the request names, and returns the last answer with the items of all.
pub(super) async fn all(prepared: &Prepared, paging: &Paging) -> Result<Value, Failure> {
    let mut request = prepared.request.clone();
    let mut place = Place::of(paging, &request);
    let (mut items, mut path) = (Vec::new(), paging.items.clone());
    loop {
        let answered = prepared.answer(&request).await;
        let mut answer = answered.map_err(|error| prepared.failed(&error).with_some("before", place.read()))?;
        let (page, wrapper) = take(&mut answer, &paging.items).map_err(|found| place.no_list(paging, found))?;
        if let Some(wrapper) = wrapper {
            path = format!("{}.{wrapper}", paging.items);
        }
        let step = place.step(paging, &mut request, &answer, page.len() as u64)?;
        items.extend(page);
        if !step {
            // A last page that has nothing may leave the list out.
            put(&mut answer, &path, items).map_err(|found| place.no_list(paging, found))?;
            return Ok(answer);
        }
    }
}

impl Place {
    fn of(paging: &Paging, request: &Request) -> Self {
        let number = paging.number.as_ref().and_then(|by| whole(request.get(&by.number))).unwrap_or(1);
        let token = paging.token.as_ref().and_then(|by| token(request.get(&by.token)));
        Self { number, pages: 0, seen: 0, fullest: 0, tokens: token.into_iter().collect() }
    }

    /// Says how many pages were read by now, where there is one.
    fn read(&self) -> Option<String> {
        (self.pages > 0).then(|| format!("{} pages were read, and are not written", self.pages))
    }

    /// Says that an answer has something else where its list belongs.
    fn no_list(&self, paging: &Paging, found: &'static str) -> Failure {
        let message = format!("{} is no list in this answer, but {found}: its pages are not one list", paging.items);
        Failure::new(Exit::Unreadable, message)
            .with("outcome", "executed")
            .with_some("before", self.read())
            .with("what to do", "look at an answer as it is, without --pages")
    }

    /// Makes the request ask for the next page; returns whether there is one.
    fn step(&mut self, paging: &Paging, request: &mut Request, answer: &Value, items: u64) -> Result<bool, Failure> {
        self.pages += 1;
        let goes_on = match (&paging.token, &paging.number) {
            (Some(by), number) => match (self.by_token(by, request, answer)?, number) {
                // An operation that has both gives a token only if it was asked for pages in that way.
                (false, Some(by)) if self.tokens.is_empty() => self.by_number(by, request, answer, items),
                (goes_on, _) => goes_on,
            },
            (None, Some(by)) => self.by_number(by, request, answer, items),
            (None, None) => false,
        };
        if goes_on && self.pages >= MOST_PAGES {
            return Err(endless(&format!("after {MOST_PAGES} pages the list has no end")));
        }
        Ok(goes_on)
    }

    fn by_token(&mut self, by: &ByToken, request: &mut Request, answer: &Value) -> Result<bool, Failure> {
        if by.more.as_ref().and_then(|more| at(answer, more)) == Some(&Value::Bool(false)) {
            return Ok(false);
        }
        let Some(next) = token(at(answer, &by.next)) else { return Ok(false) };
        request.insert(by.token.clone(), next.clone().into());
        if !self.tokens.insert(next) {
            return Err(endless(&format!("{} names a page that was given already", by.next)));
        }
        Ok(true)
    }

    fn by_number(&mut self, by: &ByNumber, request: &mut Request, answer: &Value, items: u64) -> bool {
        if items == 0 {
            return false;
        }
        if self.pages == 1 {
            // How full the pages before the first one are is known by that one: no page is fuller.
            self.seen = items.saturating_mul(self.number.saturating_sub(1));
        }
        self.seen = self.seen.saturating_add(items);
        let short = items < whole(request.get(&by.size)).unwrap_or(self.fullest);
        self.fullest = self.fullest.max(items);
        let said = |path: &Option<String>| whole(path.as_ref().and_then(|path| at(answer, path)));
        // A total that is less than what the page itself holds is none.
        let by_total = said(&by.total).filter(|total| *total >= items).map(|total| self.seen >= total);
        let by_last = || said(&by.last).filter(|last| *last > 0).map(|last| self.number >= last);
        if by_total.or_else(by_last).unwrap_or(short) {
            return false;
        }
        self.number = self.number.saturating_add(1);
        request.insert(by.number.clone(), self.number.into());
        true
    }
}

fn endless(why: &str) -> Failure {
    Failure::new(Exit::Failed, format!("the list does not come to its end: {why}"))
}

fn at<'v>(value: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(value, |value, name| value.get(name))
}

/// Takes the items out of an answer, and says in which entry of an object they came, as old products wrap every list: no items where there
/// is no list, and what is there in its place where that is something else.
fn take(answer: &mut Value, path: &str) -> Result<(Vec<Value>, Option<String>), &'static str> {
    let mut place = answer;
    for name in path.split('.') {
        place = match place {
            Value::Object(fields) => match fields.get_mut(name) {
                Some(value) => value,
                None => return Ok((Vec::new(), None)),
            },
            Value::Null => return Ok((Vec::new(), None)),
            other => return Err(kind(other)),
        };
    }
    match place {
        Value::Object(entries) if entries.is_empty() => Ok((Vec::new(), None)),
        Value::Object(entries) => {
            let mut lists = entries.iter_mut().filter(|(_, value)| value.is_array() || value.is_null());
            match (lists.next(), lists.next()) {
                (Some((wrapper, list)), None) => Ok((items(list.take())?, Some(wrapper.clone()))),
                _ => Err("an object"),
            }
        }
        list => Ok((items(list.take())?, None)),
    }
}

fn items(list: Value) -> Result<Vec<Value>, &'static str> {
    match list {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        other => Err(kind(&other)),
    }
}

/// Puts the items into an answer where its list belongs, with the objects on the way; fails with what else is there.
fn put(answer: &mut Value, path: &str, items: Vec<Value>) -> Result<(), &'static str> {
    let mut place = answer;
    for name in path.split('.') {
        if place.is_null() {
            *place = Value::Object(Map::new());
        }
        place = match place {
            Value::Object(fields) => fields.entry(name).or_insert(Value::Null),
            other => return Err(kind(other)),
        };
    }
    *place = Value::Array(items);
    Ok(())
}

/// Names the type of a value.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn whole(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn token(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
