//! The spans of `tracing` that a call and its attempts have, named as OpenTelemetry names them.

use std::future::Future;

use tracing::field::Empty;
use tracing::{Instrument, Span, debug, info_span};

use super::{AttemptEnded, AttemptStarted, CallEnded, Ending, Retrying};
use crate::operation::Operation;
use crate::outcome::Outcome;

/// The span of a call, and that of the attempt that is under way.
pub(super) struct Spans {
    call: Span,
    attempt: Span,
}

/// A span that something is done in.
#[derive(Clone)]
pub(crate) struct Around(Span);

impl Default for Around {
    fn default() -> Self {
        Self(Span::none())
    }
}

impl Around {
    /// Lets a future be in the span whenever it is polled.
    pub(crate) fn future<F: Future>(self, future: F) -> impl Future<Output = F::Output> {
        future.instrument(self.0)
    }

    /// Does something in the span.
    pub(crate) fn within<T>(&self, work: impl FnOnce() -> T) -> T {
        self.0.in_scope(work)
    }
}

impl Spans {
    pub(super) fn start(operation: &'static Operation) -> Self {
        let method = format_args!("{}/{}", operation.product.name, operation.name);
        let call = info_span!(
            "call",
            otel.name = %method,
            otel.kind = "client",
            otel.status_code = Empty,
            rpc.system.name = "alibaba_cloud",
            rpc.method = %method,
            rpc.response.status_code = Empty,
            server.address = Empty,
            server.port = Empty,
            http.response.status_code = Empty,
            error.type = Empty,
            alibaba_cloud.version = operation.product.version,
            alibaba_cloud.request_id = Empty,
            alibaba_cloud.attempts = Empty,
            alibaba_cloud.pacing.wait = Empty,
            alibaba_cloud.outcome = Empty,
        );
        Self { call, attempt: Span::none() }
    }

    /// Returns whether nobody collects them.
    pub(super) fn are_off(&self) -> bool {
        self.call.is_disabled()
    }

    pub(super) fn call(&self) -> Around {
        Around(self.call.clone())
    }

    pub(super) fn attempt(&self) -> Around {
        Around(self.attempt.clone())
    }

    pub(super) fn attempt_started(&mut self, attempt: &AttemptStarted<'_>) {
        self.call.record("server.address", attempt.host).record("server.port", attempt.port);
        let method = attempt.method.as_str();
        // It is the child of the call's, in which this is.
        self.attempt = info_span!(
            "attempt",
            otel.name = %format_args!("{method} {}", attempt.path),
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = method,
            http.request.resend_count = Empty,
            http.request.body.size = attempt.body_bytes,
            http.response.status_code = Empty,
            http.response.body.size = Empty,
            server.address = attempt.host,
            server.port = attempt.port,
            url.scheme = attempt.scheme,
            url.template = attempt.path,
            error.type = Empty,
            alibaba_cloud.request_id = Empty,
            alibaba_cloud.outcome = Empty,
        );
        if attempt.number > 1 {
            self.attempt.record("http.request.resend_count", attempt.number - 1);
        }
    }

    pub(super) fn attempt_ended(&mut self, ended: &AttemptEnded<'_>) {
        let span = std::mem::replace(&mut self.attempt, Span::none());
        span.record("http.response.status_code", ended.status);
        span.record("http.response.body.size", ended.body_bytes);
        span.record("alibaba_cloud.request_id", ended.request_id);
        span.record("alibaba_cloud.outcome", ended.outcome.map(Outcome::as_str));
        fail(&span, ended.ending, ended.error_type);
    }

    pub(super) fn retrying(&self, retrying: &Retrying) {
        let (cause, wait) = (retrying.cause.as_str(), retrying.wait.as_secs_f64());
        debug!(parent: &self.call, cause, wait, "the call is tried again");
    }

    pub(super) fn ended(&mut self, ended: &CallEnded<'_>) {
        let span = &self.call;
        span.record("http.response.status_code", ended.status);
        span.record("rpc.response.status_code", ended.code);
        span.record("alibaba_cloud.request_id", ended.request_id);
        span.record("alibaba_cloud.attempts", ended.attempts);
        span.record("alibaba_cloud.pacing.wait", ended.waited.as_secs_f64());
        span.record("alibaba_cloud.outcome", ended.outcome.map(Outcome::as_str));
        fail(span, ended.ending, ended.error_type);
    }
}

fn fail(span: &Span, ending: Ending, error_type: Option<&str>) {
    span.record("error.type", error_type);
    // What is dropped on purpose is no failure of the call.
    if ending == Ending::Failure {
        span.record("otel.status_code", "ERROR");
    }
}
