//! Seeing what calls do: how long they take, how often they are tried, what became of them.
//!
//! [`Observer`] hears of everything. With the feature `tracing` each call has a span `PRODUCT/OPERATION` below the caller's, and each
//! of its attempts one below that, `METHOD PATH`. Their fields have the names of OpenTelemetry's semantic conventions 1.45, in which
//! those of RPC and HTTP are stable:
//!
//! | span | fields |
//! | --- | --- |
//! | call | `rpc.system.name` (`alibaba_cloud`), `rpc.method`, `rpc.response.status_code` (the cloud's code), `server.address`, `server.port`, `http.response.status_code`, `error.type` |
//! | | `alibaba_cloud.version`, `alibaba_cloud.request_id`, `alibaba_cloud.attempts`, `alibaba_cloud.pacing.wait` (s), `alibaba_cloud.outcome` |
//! | attempt | `http.request.method`, `http.request.resend_count`, `http.response.status_code`, `http.request.body.size`, `http.response.body.size`, `server.address`, `server.port`, `url.scheme`, `url.template`, `error.type` |
//! | | `alibaba_cloud.request_id`, `alibaba_cloud.outcome` |
//!
//! `url.full` is not among them, because a query holds the values of parameters. `otel.name`, `otel.kind` and `otel.status_code`
//! are for the layer of `tracing-opentelemetry`. `error.type` is what [`CallEnded::error_type`] says.

mod events;
#[cfg(feature = "opentelemetry")]
mod meters;
mod parameters;
#[cfg(feature = "tracing")]
mod spans;
#[cfg(not(feature = "tracing"))]
#[path = "no_spans.rs"]
mod spans;
#[cfg(feature = "opentelemetry")]
mod trace_context;
mod watch;

use std::fmt;
use std::sync::Arc;

pub use self::events::{
    AddedHeaders, AttemptEnded, AttemptStarted, CallEnded, CallStarted, Ending, Paced, RetryCause, Retrying,
};
#[cfg(feature = "opentelemetry")]
pub use self::meters::Meters;
pub use self::parameters::Parameters;
pub(crate) use self::spans::Around;
#[cfg(feature = "opentelemetry")]
pub use self::trace_context::TraceContext;
pub(crate) use self::watch::Watch;
/// The version of the library that [`Meters::new`] takes a meter of.
#[cfg(feature = "opentelemetry")]
#[doc(no_inline)]
pub use ::opentelemetry;

/// Hears of every call of a configuration; see [`ConfigBuilder::observer`].
///
/// For each call it gives a [`CallObserver`], which hears of that call alone, in this order:
///
/// 1. [`Observer::call_started`], before anything is checked;
/// 2. for each attempt
///    1. [`CallObserver::paced`], if the attempt had to wait for the quota, granted or not;
///    2. [`CallObserver::attempt_started`], when it is signed and about to be sent;
///    3. [`CallObserver::attempt_ended`], when its answer is there whole, or the head of a stream, or there will be none;
///    4. [`CallObserver::retrying`], if there is to be another one;
/// 3. [`CallObserver::ended`], last, and always, once the answer is decoded.
///
/// A call that is refused before it is sent, because its parameters are wrong or there are no credentials, has no attempt. A call
/// that is dropped is ended as [`Ending::Cancelled`], and so is its attempt if there is one under way, or a stream that is dropped before
/// its end.
///
/// Events hold names, numbers, codes and ids of requests. Keys, texts of the cloud and URLs are in none of them, and the value of a
/// parameter only where an observer asks [`Parameters`] for it by its name, and it is not sensitive. Several observers hear of each
/// event in the order in which they were configured. They are called where the call is made, so what takes long belongs elsewhere;
/// with `tracing` they hear of an end in the call's span, wherever the call is dropped. One that panics takes no call with it: it
/// hears no more of that call.
///
/// [`ConfigBuilder::observer`]: crate::ConfigBuilder::observer
pub trait Observer: fmt::Debug + Send + Sync {
    /// Hears that a call begins, and returns what hears of the rest of it; nothing where that is not of interest.
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>>;
}

impl<O: Observer + ?Sized> Observer for Arc<O> {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        (**self).call_started(call)
    }
}

/// Hears of one call; [`Observer`] says in which order. What is not of interest can be left out.
pub trait CallObserver: Send + Sync {
    /// Hears that an attempt waited for a grant of the quota.
    fn paced(&mut self, paced: &Paced) {
        let _ = paced;
    }

    /// Hears that an attempt is about to be sent, and may add headers to it. The attempt is signed already: what is added is in no
    /// signature, and breaks none.
    fn attempt_started(&mut self, attempt: &AttemptStarted<'_>, headers: &mut AddedHeaders<'_>) {
        let _ = (attempt, headers);
    }

    /// Hears what became of an attempt.
    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
        let _ = attempt;
    }

    /// Hears that the call is to be tried again, and why.
    fn retrying(&mut self, retrying: &Retrying) {
        let _ = retrying;
    }

    /// Hears what became of the call. Nothing comes after it.
    fn ended(&mut self, call: &CallEnded<'_>) {
        let _ = call;
    }
}
