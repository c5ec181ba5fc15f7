//! What stands in the place of spans where the feature `tracing` is off: nothing.

use std::future::Future;

use super::{AttemptEnded, AttemptStarted, CallEnded, Retrying};
use crate::operation::Operation;

#[derive(Clone, Copy)]
pub(super) struct Spans;

#[derive(Clone, Copy, Default)]
pub(crate) struct Around;

impl Around {
    pub(crate) fn future<F: Future>(self, future: F) -> F {
        future
    }

    /// Does something in the span.
    pub(crate) fn within<T>(self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

#[allow(clippy::unused_self, clippy::needless_pass_by_ref_mut)]
impl Spans {
    pub(super) fn start(_: &'static Operation) -> Self {
        Self
    }

    pub(super) fn are_off(self) -> bool {
        true
    }

    pub(super) fn call(self) -> Around {
        Around
    }

    pub(super) fn attempt(self) -> Around {
        Around
    }

    pub(super) fn attempt_started(&mut self, _: &AttemptStarted<'_>) {}

    pub(super) fn attempt_ended(&mut self, _: &AttemptEnded<'_>) {}

    pub(super) fn retrying(self, _: &Retrying) {}

    pub(super) fn ended(&mut self, _: &CallEnded<'_>) {}
}
