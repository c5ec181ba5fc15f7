//! Lists that come in pages: one loop for every operation that has them.
//!
//! Generated code only says by which parameters and fields an operation goes on. Each page is an ordinary call, with its own
//! attempts, grant and deadline.

mod place;

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::vec;

use futures_core::Stream;

use self::place::{Place, Step};
use crate::call::{Call, Request};
use crate::error::{Error, Kind};
use crate::outcome::Outcome;
use crate::transport::BoxFuture;

/// The request of an operation whose answer is a page of a list.
pub trait Paged: Request {
    /// What the list holds.
    type Item;
    /// By what it goes on from page to page.
    const BY: Paging;
    /// Where in an answer the items are.
    const ITEMS: ItemsOf<Self>;
}

/// Finds the items of an answer; there are none where an object around them is absent.
pub type ItemsOf<R> = fn(&mut <R as Request>::Response) -> Option<&mut Vec<<R as Paged>::Item>>;

/// Says by which parameters and fields a list goes on: names on the wire, those of an answer with dots between objects.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paging {
    number: Option<Number>,
    token: Option<Token>,
}

/// Pages that are counted from 1.
#[derive(Clone, Copy, Debug)]
struct Number {
    number: &'static str,
    size: &'static str,
    total: Total,
}

/// What an answer says of the length of the whole list.
#[derive(Clone, Copy, Debug)]
enum Total {
    Items(&'static str),
    Pages(&'static str),
}

/// Pages that are named by the answer before them.
#[derive(Clone, Copy, Debug)]
struct Token {
    token: &'static str,
    next: &'static str,
    /// The field that says whether there is a next page.
    more: Option<&'static str>,
}

impl Paging {
    /// Goes on by the number of the page until so many items were given as an answer says there are.
    pub const fn number(number: &'static str, size: &'static str, total: &'static str) -> Self {
        Self { number: Some(Number { number, size, total: Total::Items(total) }), token: None }
    }

    /// Goes on by the number of the page until the last one, whose number an answer says.
    pub const fn number_of(number: &'static str, size: &'static str, pages: &'static str) -> Self {
        Self { number: Some(Number { number, size, total: Total::Pages(pages) }), token: None }
    }

    /// Goes on by what an answer says the next page is called.
    pub const fn token(token: &'static str, next: &'static str) -> Self {
        Self { number: None, token: Some(Token { token, next, more: None }) }
    }

    /// Names the field that says whether there is a next page.
    #[must_use]
    pub const fn more(mut self, more: &'static str) -> Self {
        if let Some(token) = &mut self.token {
            token.more = Some(more);
        }
        self
    }

    /// Goes on by a token, where an answer has one, instead.
    #[must_use]
    pub const fn or_token(mut self, token: &'static str, next: &'static str) -> Self {
        self.token = Some(Token { token, next, more: None });
        self
    }
}

/// Gives the answers of an operation, page by page, each as it comes.
///
/// It begins where the call says, with the first page if it says nothing, and keeps every other parameter. It ends when the cloud
/// says that there is no next page: by a total, by a page that is empty or shorter than those before, or by the absence of a
/// token. It gives an error, and ends, when a call fails, and when the cloud names a page a second time. Dropping it cancels the
/// call that is on its way.
///
/// Lists change while they are read: by number, an item may be given twice or be passed over.
#[must_use = "no call is made before the first page is asked for"]
pub struct Pages<R: Paged> {
    call: Call<R>,
    place: Place,
    next: Next,
    sending: Option<BoxFuture<'static, Result<R::Response, Error>>>,
}

/// What comes when the next page is asked for.
enum Next {
    Page,
    Error(Error),
    End,
}

// Nothing in it is pinned: the call on its way has its own place on the heap.
impl<R: Paged> Unpin for Pages<R> {}

impl<R: Paged> Pages<R> {
    pub(crate) fn new(call: Call<R>) -> Self {
        let place = Place::of(&R::BY, &call.request);
        Self { call, place, next: Next::Page, sending: None }
    }

    /// Returns the next page; nothing after the last one, and after an error.
    ///
    /// Dropping the future loses nothing: what was begun is gone on with by the next call.
    pub async fn next(&mut self) -> Option<Result<R::Response, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Says what comes after an answer; returns whether the answer is given at all.
    fn after(&mut self, answer: &mut R::Response) -> bool {
        let items = R::ITEMS(answer).map_or(0, |items| items.len());
        let step = self.place.step(&R::BY, &mut self.call.request, answer, items);
        let given = !matches!(step, Step::Nothing);
        self.next = match step {
            Step::Next => Next::Page,
            Step::Last | Step::Nothing => Next::End,
            Step::Endless(why) => {
                let error = Error::new(Kind::GivenUp(why, false), Outcome::Executed);
                Next::Error(error.of(R::OPERATION, 1, Outcome::NotSent))
            }
        };
        given
    }
}

impl<R: Paged> Stream for Pages<R> {
    type Item = Result<R::Response, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        match std::mem::replace(&mut this.next, Next::End) {
            Next::Page => {}
            Next::Error(error) => return Poll::Ready(Some(Err(error))),
            Next::End => return Poll::Ready(None),
        }
        let call = &this.call;
        let sending = this.sending.get_or_insert_with(|| Box::pin(call.clone().send()));
        let Poll::Ready(answer) = sending.as_mut().poll(context) else {
            this.next = Next::Page;
            return Poll::Pending;
        };
        this.sending = None;
        Poll::Ready(match answer {
            Ok(mut answer) => this.after(&mut answer).then_some(Ok(answer)),
            Err(error) => Some(Err(error)),
        })
    }
}

impl<R: Paged> fmt::Debug for Pages<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages").field("call", &self.call).finish_non_exhaustive()
    }
}

/// Gives the items of a list, one by one, over all of its pages.
///
/// It is [`Pages`] with its semantics; the next page is asked for when an item of it is.
#[must_use = "no call is made before the first item is asked for"]
pub struct Items<R: Paged> {
    pages: Pages<R>,
    items: vec::IntoIter<R::Item>,
}

// As with the pages; the items of a page are never pinned.
impl<R: Paged> Unpin for Items<R> {}

impl<R: Paged> Items<R> {
    pub(crate) fn new(call: Call<R>) -> Self {
        Self { pages: Pages::new(call), items: Vec::new().into_iter() }
    }

    /// Returns the next item; nothing after the last one, and after an error.
    ///
    /// Dropping the future loses nothing: what was begun is gone on with by the next call.
    pub async fn next(&mut self) -> Option<Result<R::Item, Error>> {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }
}

impl<R: Paged> Stream for Items<R> {
    type Item = Result<R::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.items.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(Pin::new(&mut self.pages).poll_next(context)) {
                Some(Ok(mut answer)) => {
                    let items = R::ITEMS(&mut answer).map(std::mem::take);
                    self.items = items.unwrap_or_default().into_iter();
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl<R: Paged> fmt::Debug for Items<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).finish_non_exhaustive()
    }
}
