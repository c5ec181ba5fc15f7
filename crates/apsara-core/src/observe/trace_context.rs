//! The context of the current trace, sent with each attempt.

use http::header::{HeaderName, HeaderValue};
use opentelemetry::Context;
use opentelemetry::trace::TraceContextExt;

use super::{AddedHeaders, AttemptStarted, CallObserver, CallStarted, Observer};

/// Sends the headers `traceparent` and `tracestate` of the W3C's Trace Context with each attempt, if there is a current span.
///
/// The current span is that of OpenTelemetry's context: with the feature `tracing` and the layer of `tracing-opentelemetry` it is
/// the attempt's own. The headers are in no signature, and no document says that the cloud looks at them; a proxy may. See
/// [`ConfigBuilder::trace_context`].
///
/// [`ConfigBuilder::trace_context`]: crate::ConfigBuilder::trace_context
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct TraceContext;

impl Observer for TraceContext {
    fn call_started(&self, _: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        Some(Box::new(*self))
    }
}

impl CallObserver for TraceContext {
    fn attempt_started(&mut self, _: &AttemptStarted<'_>, headers: &mut AddedHeaders<'_>) {
        let context = Context::current();
        let span = context.span();
        let span = span.span_context();
        if !span.is_valid() {
            return;
        }
        // Only these flags have a meaning in version 00.
        let flags = span.trace_flags() & opentelemetry::TraceFlags::SAMPLED;
        let parent = format!("00-{}-{}-{:02x}", span.trace_id(), span.span_id(), flags.to_u8());
        let mut add = |name: &'static str, value: &str| {
            let Ok(value) = HeaderValue::from_str(value) else { return };
            headers.add(HeaderName::from_static(name), value);
        };
        add("traceparent", &parent);
        let state = span.trace_state().header();
        if !state.is_empty() {
            add("tracestate", &state);
        }
    }
}
