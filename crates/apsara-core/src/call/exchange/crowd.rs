//! How a crowd of attempts goes out where no limit was set.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::mem::replace;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

/// How many attempts have room at least.
const LEAST_ROOM: usize = 128;
/// An attempt takes room for one to two of these.
const SPAN: Duration = Duration::from_millis(SPAN_MS);
const SPAN_MS: u64 = 100;
/// Where more than one in so many of the room was under way for longer, and others wait, there is room for twice as many.
const SLOW: usize = 8;

/// Lets attempts out little by little, in the order in which they came, so that a crowd of those that are answered soon takes turns on a
/// few connections.
///
/// It is no limit: an attempt that is under way for two [`SPAN`]s takes no room any more, whether its answer is slow or its call is not
/// polled, and while many are slow and others wait, room is made for twice as many, again and again.
#[derive(Debug)]
pub(crate) struct Crowd {
    start: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Which span it is, from the start on.
    span: u64,
    /// A round is a span in which somebody looked. Where spans were left out, the number is higher by two, so that nobody who went out
    /// is young any more.
    round: u64,
    /// How many went out in this round, and in the one before, and are still under way.
    young: [usize; 2],
    /// How many were slow when this round began.
    slow: usize,
    room: usize,
    queue: VecDeque<Slot>,
    /// How many have left the queue: now, before this round, and before the one before.
    left: [u64; 3],
}

/// Where one waits.
#[derive(Debug)]
enum Slot {
    Entered,
    Waiting(Waker),
    Dropped,
}

/// What an attempt holds while it is under way.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    crowd: &'a Crowd,
    round: u64,
}

/// One that waits, and holds its place once that is given to it.
#[derive(Debug)]
pub(super) struct Queued<'a> {
    crowd: &'a Crowd,
    /// How many leave the queue before it, from the start on.
    number: u64,
    is_taken: bool,
}

impl Crowd {
    pub(crate) fn new() -> Self {
        let state =
            State { span: 0, round: 0, young: [0; 2], slow: 0, room: LEAST_ROOM, queue: VecDeque::new(), left: [0; 3] };
        Self { start: Instant::now(), state: Mutex::new(state) }
    }

    /// Gives a place if there is room, and nobody waits for it.
    pub(super) fn try_enter(&self) -> Option<Place<'_>> {
        let time = self.time();
        let round = self.change(|state| {
            state.advance(time);
            (state.queue.is_empty() && state.has_room()).then(|| state.go())
        });
        round.map(|round| Place { crowd: self, round })
    }

    /// Enters the queue.
    #[inline(never)]
    pub(super) fn queue(&self) -> Queued<'_> {
        let number = self.change(|state| {
            state.queue.push_back(Slot::Entered);
            state.left[0] + state.queue.len() as u64 - 1
        });
        Queued { crowd: self, number, is_taken: false }
    }

    /// Gives the places that are free to those that wait, once what has changed is entered.
    // Linked into every program, so that there is one of it.
    #[inline(never)]
    fn hand_out(&self, enter: &mut dyn FnMut(&mut State)) {
        let mut next = self.change(|state| {
            enter(state);
            // Where nobody waits, whoever comes next looks at the clock.
            if !state.queue.is_empty() {
                state.advance(self.time());
            }
            state.next()
        });
        while let Some(waker) = next {
            // Nobody is woken while the state is locked.
            waker.wake();
            next = self.change(State::next);
        }
    }

    fn time(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX) / SPAN_MS
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    /// Begins a new round if the span is another one.
    fn advance(&mut self, span: u64) {
        if span > self.span {
            self.begin(span);
        }
    }

    #[inline(never)]
    fn begin(&mut self, span: u64) {
        let ([now, before], [left, left_before, _]) = (self.young, self.left);
        let passed = span - self.span;
        // Those that go out in one round are slow in the next but one.
        let (slow, slow_of_late) = if passed == 1 {
            (self.young, self.left, self.round) = ([0, now], [left, left, left_before], self.round + 1);
            (before, before.max(self.slow))
        } else {
            (self.young, self.left, self.round) = ([0, 0], [left; 3], self.round + 2);
            (now + before, now + before)
        };
        if slow * SLOW > self.room && !self.queue.is_empty() {
            self.room *= 2;
        } else if slow_of_late * SLOW * 2 <= self.room {
            self.room = (self.room >> passed.min(63)).max(LEAST_ROOM);
        }
        (self.span, self.slow) = (span, slow);
    }

    fn has_room(&self) -> bool {
        self.young.iter().sum::<usize>() < self.room
    }

    /// Lets one out; returns in which round that is.
    fn go(&mut self) -> u64 {
        self.young[0] += 1;
        self.round
    }

    /// Takes back the place of one that went out in a round.
    fn end(&mut self, round: u64) {
        let age = usize::try_from(self.round - round).ok();
        if let Some(young) = age.and_then(|age| self.young.get_mut(age)) {
            *young = young.saturating_sub(1);
        }
    }

    /// Gives a place to the first of those that wait, as long as there is room; returns whom to wake for it.
    #[inline(never)]
    fn next(&mut self) -> Option<Waker> {
        while self.has_room() {
            let first = self.queue.pop_front()?;
            self.left[0] += 1;
            match first {
                Slot::Waiting(waker) => {
                    self.go();
                    return Some(waker);
                }
                Slot::Entered => drop(self.go()),
                Slot::Dropped => {}
            }
        }
        None
    }

    /// Returns in which round a number was given its place, if it was.
    fn given(&self, number: u64) -> Option<u64> {
        let [now, before, long_before] = self.left;
        match number {
            _ if number >= now => None,
            _ if number >= before => Some(self.round),
            _ if number >= long_before => Some(self.round - 1),
            // It takes no room any more, whichever it was.
            _ => Some(0),
        }
    }

    /// Takes one out of the queue. Where there is one, somebody waits: at neither end is one that was dropped.
    fn leave(&mut self, number: u64) -> Option<Slot> {
        let slot = replace(self.slot(number)?, Slot::Dropped);
        while let Some(Slot::Dropped) = self.queue.back() {
            self.queue.pop_back();
        }
        while let Some(Slot::Dropped) = self.queue.front() {
            self.queue.pop_front();
            self.left[0] += 1;
        }
        Some(slot)
    }

    /// Returns where a number waits, if it still does.
    fn slot(&mut self, number: u64) -> Option<&mut Slot> {
        self.queue.get_mut(usize::try_from(number.checked_sub(self.left[0])?).ok()?)
    }
}

impl<'a> Queued<'a> {
    /// Gives the places that are free to those that wait. Returns until when this one leaves that to others: until it could be its turn if
    /// all were slow. Nobody but those that wait sees then that the time of a place is over.
    pub(super) fn look(&self) -> Instant {
        self.crowd.hand_out(&mut |_| ());
        let spans = self.crowd.change(|state| {
            let rooms = self.number.saturating_sub(state.left[0]) / state.room as u64;
            // Every second span may have twice the room. Those far behind look as well, in case that nobody polls the others.
            state.span + 1 + 2 * u64::from((rooms + 1).ilog2()).min(2)
        });
        self.crowd.start + SPAN * u32::try_from(spans).unwrap_or(u32::MAX)
    }

    /// Waits for its place. May be dropped and called again.
    pub(super) fn place(&mut self) -> impl Future<Output = Place<'a>> {
        poll_fn(|context| self.poll(context))
    }

    #[inline(never)]
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Place<'a>> {
        let crowd = self.crowd;
        let (given, _old) = crowd.change(|state| {
            let given = state.given(self.number);
            let old = state.slot(self.number).map(|slot| match slot {
                Slot::Waiting(waker) if waker.will_wake(context.waker()) => Slot::Entered,
                _ => replace(slot, Slot::Waiting(context.waker().clone())),
            });
            (given, old)
        });
        match given {
            Some(round) => {
                self.is_taken = true;
                Poll::Ready(Place { crowd, round })
            }
            None => Poll::Pending,
        }
    }
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        if !self.is_taken {
            // A waker is not dropped while the state is locked.
            let mut _old = None;
            self.crowd.hand_out(&mut |state| match state.given(self.number) {
                Some(round) => state.end(round),
                None => _old = state.leave(self.number),
            });
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.crowd.hand_out(&mut |state| state.end(self.round));
    }
}

#[cfg(test)]
#[path = "crowd_tests.rs"]
mod tests;
