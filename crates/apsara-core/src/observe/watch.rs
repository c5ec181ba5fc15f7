//! What a call carries with it to tell observers of itself.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::spans::{Around, Spans};
use super::{
    AddedHeaders, AttemptEnded, AttemptStarted, CallEnded, CallObserver, CallStarted, Ending, Observer, Paced,
    Parameters, Retrying,
};
use crate::error::{Error, ServiceError};
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::record::AnyRecord;
use crate::retry::Cause;

/// Tells observers of one call. Dropped, it tells the end, whatever that was: a call that is dropped with it was cancelled. Where
/// nobody observes, it is nothing.
#[derive(Default)]
pub(crate) struct Watch(Option<Box<Watched>>);

struct Watched {
    observers: Observers,
    spans: Spans,
    operation: &'static Operation,
    start: Instant,
    /// The attempt that is under way.
    under_way: Option<Instant>,
    attempts: u32,
    waited: Duration,
    status: Option<u16>,
    request_id: Option<String>,
    /// What would be told if this were the end.
    ending: Ending,
    error_type: Option<String>,
    code: Option<String>,
    outcome: Option<Outcome>,
}

/// Those that hear of a call; one that panicked is not among them any more.
struct Observers(Vec<Box<dyn CallObserver>>);

impl Observers {
    fn tell(&mut self, event: &mut dyn FnMut(&mut dyn CallObserver)) {
        // What became of the call must be told to whoever made it, so no observer may end it.
        self.0.retain_mut(|observer| catch_unwind(AssertUnwindSafe(|| event(&mut **observer))).is_ok());
    }
}

impl Watch {
    pub(crate) fn start(
        observers: &[Arc<dyn Observer>],
        operation: &'static Operation,
        region: Option<&str>,
        request: &dyn AnyRecord,
    ) -> Self {
        let spans = Spans::start(operation);
        if observers.is_empty() && spans.are_off() {
            return Self(None);
        }
        let started = CallStarted { operation, region, parameters: Parameters::of(request) };
        let ask = |observer: &Arc<dyn Observer>| {
            catch_unwind(AssertUnwindSafe(|| observer.call_started(&started))).ok().flatten()
        };
        let observers: Vec<_> = spans.call().within(|| observers.iter().filter_map(ask).collect());
        Self(Some(Box::new(Watched {
            observers: Observers(observers),
            spans,
            operation,
            start: Instant::now(),
            under_way: None,
            attempts: 0,
            waited: Duration::ZERO,
            status: None,
            request_id: None,
            ending: Ending::Cancelled,
            error_type: None,
            code: None,
            outcome: Some(Outcome::NotSent),
        })))
    }

    /// Returns the span of the call.
    pub(crate) fn span(&self) -> Around {
        self.0.as_ref().map_or_else(Around::default, |watched| watched.spans.call())
    }

    /// Returns the span of the attempt that is under way.
    pub(crate) fn attempt_span(&self) -> Around {
        self.0.as_ref().map_or_else(Around::default, |watched| watched.spans.attempt())
    }

    pub(crate) fn paced(&mut self, waited: Duration, is_granted: bool) {
        let Some(watched) = &mut self.0 else { return };
        watched.waited += waited;
        watched.observers.tell(&mut |observer| observer.paced(&Paced { waited, is_granted }));
    }

    /// Tells that a signed request is about to be sent, and lets observers add to its headers.
    pub(crate) fn attempt_started<B>(&mut self, request: &mut http::Request<B>, body_bytes: Option<u64>) {
        let Some(watched) = &mut self.0 else { return };
        watched.attempts += 1;
        let uri = request.uri().clone();
        let scheme = uri.scheme_str().unwrap_or("https");
        let started = AttemptStarted {
            number: watched.attempts,
            scheme,
            host: uri.host().unwrap_or_default(),
            port: uri.port_u16().unwrap_or(if scheme == "http" { 80 } else { 443 }),
            method: watched.operation.method,
            path: watched.operation.path.split('?').next().unwrap_or_default(),
            body_bytes,
        };
        watched.spans.attempt_started(&started);
        // What an observer asks the context for is the attempt's.
        watched.spans.attempt().within(|| {
            watched.observers.tell(&mut |observer| {
                observer.attempt_started(&started, &mut AddedHeaders::to(request.headers_mut()));
            });
        });
        (watched.status, watched.request_id) = (None, None);
        watched.under_way = Some(Instant::now());
    }

    /// Tells that an attempt was answered with success. The id of the request is looked for if somebody hears of it.
    pub(crate) fn attempt_succeeded<'a>(
        &mut self,
        status: u16,
        request_id: impl FnOnce() -> Option<&'a str>,
        body_bytes: Option<u64>,
    ) {
        let Some(watched) = &mut self.0 else { return };
        watched.attempt_ended(&AttemptEnded {
            status: Some(status),
            request_id: request_id(),
            body_bytes,
            ..AttemptEnded::of(Ending::Success)
        });
    }

    /// Tells that an attempt failed, if there is one under way.
    pub(crate) fn attempt_failed(&mut self, error: &Error) {
        let Some(watched) = &mut self.0 else { return };
        let error_type = error.error_type();
        watched.attempt_ended(&AttemptEnded {
            status: error.http_status(),
            request_id: error.request_id(),
            error_type: Some(&error_type),
            code: error.service().map(ServiceError::code),
            is_throttled: error.service().is_some_and(ServiceError::is_throttled),
            outcome: Some(error.outcome()),
            ..AttemptEnded::of(Ending::Failure)
        });
    }

    pub(crate) fn retrying(&mut self, cause: Cause, wait: Duration) {
        let Some(watched) = &mut self.0 else { return };
        let retrying = Retrying { number: watched.attempts, cause: cause.into(), wait };
        watched.observers.tell(&mut |observer| observer.retrying(&retrying));
        watched.spans.retrying(&retrying);
    }

    /// Notes that the call succeeded, unless it is said otherwise before this is dropped.
    pub(crate) fn succeeded(&mut self) {
        let Some(watched) = &mut self.0 else { return };
        (watched.ending, watched.outcome) = (Ending::Success, None);
    }

    /// Notes that the call was executed, whatever becomes of the rest of its answer.
    pub(crate) fn executed(&mut self) {
        let Some(watched) = &mut self.0 else { return };
        watched.outcome = watched.outcome.max(Some(Outcome::Executed));
    }

    /// Notes that the call failed.
    pub(crate) fn failed(&mut self, error: &Error) {
        let Some(watched) = &mut self.0 else { return };
        watched.ending = Ending::Failure;
        watched.error_type = Some(error.error_type().into_owned());
        watched.code = error.service().map(|refusal| refusal.code().to_owned());
        watched.outcome = Some(error.outcome());
    }
}

impl Watched {
    /// Tells the end of the attempt that is under way, if there is one.
    fn attempt_ended(&mut self, ended: &AttemptEnded<'_>) {
        let Some(start) = self.under_way.take() else { return };
        (self.status, self.request_id) = (ended.status, ended.request_id.map(str::to_owned));
        // If the call is dropped later on, this is what became of it.
        self.outcome = self.outcome.max(ended.outcome);
        let ended = AttemptEnded { number: self.attempts, duration: start.elapsed(), ..*ended };
        self.observers.tell(&mut |observer| observer.attempt_ended(&ended));
        self.spans.attempt_ended(&ended);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(mut watched) = self.0.take() else { return };
        // What observers write down belongs to the call, whoever drops it.
        let span = watched.spans.call();
        let cancelled = Some("cancelled");
        span.within(|| {
            watched.attempt_ended(&AttemptEnded {
                error_type: cancelled,
                outcome: Some(Outcome::Unknown),
                ..AttemptEnded::of(Ending::Cancelled)
            });
        });
        // While it unwinds, nobody is told of a success.
        if watched.ending == Ending::Success && std::thread::panicking() {
            (watched.ending, watched.outcome) = (Ending::Cancelled, Some(Outcome::Executed));
        }
        let Watched {
            mut observers,
            mut spans,
            operation,
            start,
            attempts,
            waited,
            status,
            request_id,
            ending,
            outcome,
            ..
        } = *watched;
        let (error_type, code) = match ending {
            Ending::Cancelled => (cancelled, None),
            _ => (watched.error_type.as_deref(), watched.code.as_deref()),
        };
        let (duration, request_id) = (start.elapsed(), request_id.as_deref());
        let ended =
            CallEnded { operation, ending, duration, attempts, waited, status, request_id, error_type, code, outcome };
        span.within(|| observers.tell(&mut |observer| observer.ended(&ended)));
        spans.ended(&ended);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::operation::Product;
    use crate::record::{Field, Record};

    #[derive(Clone, Default)]
    struct Nothing;

    impl Record for Nothing {
        const FIELDS: &'static [Field<Self>] = &[];
    }

    #[test]
    fn a_call_that_nobody_observes_sets_nothing_aside() {
        static PRODUCT: Product = Product::of("Test", "2026-01-01");
        static OPERATION: Operation = Operation::of(&PRODUCT);
        assert!(Watch::start(&[], &OPERATION, None, &Nothing).0.is_none());
    }
}
