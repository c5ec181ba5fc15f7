//! What calls are measured by: instruments of OpenTelemetry.

use std::sync::Arc;

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Histogram, Meter};

use super::{AddedHeaders, AttemptEnded, AttemptStarted, CallEnded, CallObserver, CallStarted, Observer, Paced};

/// Measures calls by a meter of OpenTelemetry; see [`ConfigBuilder::observer`].
///
/// | instrument | kind, unit | what it measures |
/// | --- | --- | --- |
/// | `rpc.client.call.duration` | histogram, s | a call, with its attempts and waits |
/// | `http.client.request.duration` | histogram, s | an attempt |
/// | `alibaba_cloud.client.call.attempts` | histogram, {attempt} | how many attempts a call had |
/// | `alibaba_cloud.client.throttles` | counter, {attempt} | attempts that the cloud refused because of a quota |
/// | `alibaba_cloud.client.pacing.wait` | histogram, s | how long an attempt waited for its quota, where it did |
///
/// Attributes have the names of OpenTelemetry's semantic conventions 1.45: `rpc.system.name`, `rpc.method`, `server.address`,
/// `server.port`, `http.request.method`, `http.response.status_code`, `url.scheme`, `rpc.response.status_code` and `error.type`,
/// which is what [`CallEnded::error_type`] says.
///
/// [`ConfigBuilder::observer`]: crate::ConfigBuilder::observer
#[derive(Clone, Debug)]
pub struct Meters(Arc<Instruments>);

#[derive(Debug)]
struct Instruments {
    calls: Histogram<f64>,
    attempts: Histogram<f64>,
    tries: Histogram<u64>,
    throttles: Counter<u64>,
    waits: Histogram<f64>,
}

/// The bounds of buckets that the conventions advise for durations, in seconds.
const SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

impl Meters {
    /// Makes the instruments by a meter.
    #[must_use]
    pub fn new(meter: &Meter) -> Self {
        let seconds = |name: &'static str, description: &'static str| {
            let histogram = meter.f64_histogram(name).with_unit("s").with_description(description);
            histogram.with_boundaries(SECONDS.to_vec()).build()
        };
        Self(Arc::new(Instruments {
            calls: seconds("rpc.client.call.duration", "Duration of calls, with their attempts and waits."),
            attempts: seconds("http.client.request.duration", "Duration of attempts."),
            tries: meter
                .u64_histogram("alibaba_cloud.client.call.attempts")
                .with_unit("{attempt}")
                .with_description("Attempts of a call.")
                .with_boundaries(vec![0.0, 1.0, 2.0, 3.0, 5.0, 10.0])
                .build(),
            throttles: meter
                .u64_counter("alibaba_cloud.client.throttles")
                .with_unit("{attempt}")
                .with_description("Attempts that the cloud refused because of a quota.")
                .build(),
            waits: seconds("alibaba_cloud.client.pacing.wait", "Waits of attempts for their quota."),
        }))
    }

    /// Makes the instruments by the meter `apsara` of the global provider, which must be set by then.
    #[must_use]
    pub fn global() -> Self {
        Self::new(&opentelemetry::global::meter("apsara"))
    }
}

impl Observer for Meters {
    fn call_started(&self, call: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        let method = format!("{}/{}", call.operation.product.name, call.operation.name);
        let of_call = vec![KeyValue::new("rpc.system.name", "alibaba_cloud"), KeyValue::new("rpc.method", method)];
        Some(Box::new(Measured {
            instruments: Arc::clone(&self.0),
            of_call,
            server: Vec::new(),
            of_attempt: Vec::new(),
        }))
    }
}

/// Measures one call.
struct Measured {
    instruments: Arc<Instruments>,
    of_call: Vec<KeyValue>,
    /// Where the last attempt went.
    server: Vec<KeyValue>,
    of_attempt: Vec<KeyValue>,
}

impl CallObserver for Measured {
    fn paced(&mut self, paced: &Paced) {
        self.instruments.waits.record(paced.waited.as_secs_f64(), &self.of_call);
    }

    fn attempt_started(&mut self, attempt: &AttemptStarted<'_>, _: &mut AddedHeaders<'_>) {
        self.server = vec![
            KeyValue::new("server.address", attempt.host.to_owned()),
            KeyValue::new("server.port", i64::from(attempt.port)),
        ];
        self.of_attempt = vec![
            KeyValue::new("http.request.method", attempt.method.as_str()),
            KeyValue::new("url.scheme", attempt.scheme.to_owned()),
        ];
    }

    fn attempt_ended(&mut self, attempt: &AttemptEnded<'_>) {
        let mut attributes = std::mem::take(&mut self.of_attempt);
        attributes.extend_from_slice(&self.server);
        attributes.extend(attempt.status.map(|status| KeyValue::new("http.response.status_code", i64::from(status))));
        attributes.extend(attempt.error_type.map(|kind| KeyValue::new("error.type", kind.to_owned())));
        self.instruments.attempts.record(attempt.duration.as_secs_f64(), &attributes);
        if attempt.is_throttled {
            self.instruments.throttles.add(1, &self.of_call);
        }
    }

    fn ended(&mut self, call: &CallEnded<'_>) {
        self.instruments.tries.record(u64::from(call.attempts), &self.of_call);
        let mut attributes = self.of_call.clone();
        attributes.append(&mut self.server);
        attributes.extend(call.code.map(|code| KeyValue::new("rpc.response.status_code", code.to_owned())));
        attributes.extend(call.error_type.map(|kind| KeyValue::new("error.type", kind.to_owned())));
        self.instruments.calls.record(call.duration.as_secs_f64(), &attributes);
    }
}
