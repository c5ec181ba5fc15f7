//! What a collector of OpenTelemetry receives of calls, exported by OpenTelemetry's own SDK.

#![allow(clippy::unwrap_used)]

mod measured;
mod receiver;

use std::collections::HashMap;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara::observe::{AttemptEnded, CallEnded, CallObserver, CallStarted, Observer};
use apsara::{Config, ConfigBuilder, Credentials, Retry, SignatureVersion, live};
use apsara_emulator::{Emulator, Fault, FaultRule};
use apsara_tests::{Scripted, Step, credentials, relay_task, until};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_sdk::trace::SdkTracerProvider;
use receiver::{Receiver, attributes};
use tokio::runtime::Runtime;
use tracing::{Instrument, Metadata};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;

/// Runs a future on this thread, so that the thread's subscriber sees it.
fn runtime() -> Runtime {
    // The exporter's client, which is another one than ours, uses what the process has.
    let _ = tokio_rustls::rustls::crypto::ring::default_provider().install_default();
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn builder(emulator: &Emulator) -> ConfigBuilder {
    let quick = Retry::new().waits(Duration::from_millis(1), Duration::from_millis(1));
    Config::builder().credentials(credentials(emulator)).endpoint(emulator.url()).retry(quick)
}

/// Runs calls under a tracer that exports to a receiver, in a span `job` of the caller's.
fn traced<T>(receiver: &Receiver, runtime: &Runtime, calls: impl Future<Output = T>) -> T {
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.with_endpoint(receiver.url("traces")).build().unwrap();
    let provider = SdkTracerProvider::builder().with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    let result = tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
        runtime.block_on(async { calls.instrument(tracing::info_span!("job")).await })
    });
    provider.shutdown().unwrap();
    result
}

fn find<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn has(actual: &HashMap<String, String>, expected: &[(&str, &str)]) {
    for (name, value) in expected {
        assert_eq!(actual.get(*name).map(String::as_str), Some(*value), "{name} in {actual:?}");
    }
}

#[test]
fn a_call_and_its_attempts_are_spans_below_the_callers() {
    let (receiver, runtime) = (Receiver::start(), runtime());
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    emulator.faults().add(
        FaultRule::new(Fault::ServerError {
            status: 500,
            code: "InternalError".to_owned(),
            shaped: true,
            executed: false,
        })
        .operation("DescribeLivePullToPush")
        .on_call(1),
    );
    let client = live::Client::new(&builder(&emulator).build().unwrap());
    let task = runtime.block_on(relay_task(&client, &emulator, "seen").send()).unwrap().task_id.unwrap();
    emulator.clear_ledger();
    let request_id = traced(&receiver, &runtime, async {
        let describe = client.describe_live_pull_to_push().region("cn-shanghai").task_id(&task);
        let answer = describe.send_raw().await.unwrap();
        assert_eq!(answer.attempts(), 2);
        let _ = client.restart_live_pull_to_push().region("cn-shanghai").task_id("none").send().await.unwrap_err();
        let _ = client.restart_live_pull_to_push().send().await.unwrap_err();
        answer.response().request_id.clone()
    });
    let spans = receiver.spans();
    let job = find(&spans, "job")[0];
    let call = find(&spans, "live/DescribeLivePullToPush")[0];
    assert_eq!((&call.parent_span_id, &call.trace_id), (&job.span_id, &job.trace_id));
    assert_eq!(call.kind, SpanKind::Client as i32);
    let port = emulator.url().rsplit(':').next().unwrap().to_owned();
    has(
        &attributes(&call.attributes),
        &[
            ("rpc.system.name", "alibaba_cloud"),
            ("rpc.method", "live/DescribeLivePullToPush"),
            ("server.address", "127.0.0.1"),
            ("server.port", &port),
            ("http.response.status_code", "200"),
            ("alibaba_cloud.version", "2016-11-01"),
            ("alibaba_cloud.request_id", &request_id),
            ("alibaba_cloud.attempts", "2"),
            ("alibaba_cloud.pacing.wait", "0"),
        ],
    );
    assert!(!attributes(&call.attributes).contains_key("error.type"));
    assert!(call.status.as_ref().is_none_or(|status| status.code == StatusCode::Unset as i32));

    let attempts: Vec<_> = spans.iter().filter(|span| span.parent_span_id == call.span_id).collect();
    assert_eq!(attempts.len(), 2);
    let (first, second) = (attributes(&attempts[0].attributes), attributes(&attempts[1].attributes));
    assert!(attempts.iter().all(|span| span.kind == SpanKind::Client as i32 && span.name.ends_with(" /")));
    let expected =
        [("server.address", "127.0.0.1"), ("server.port", &port), ("url.scheme", "http"), ("url.template", "/")];
    has(&first, &expected);
    let failed = [("http.response.status_code", "500"), ("error.type", "InternalError")];
    has(&first, &failed);
    has(&first, &[("alibaba_cloud.outcome", "unknown")]);
    assert_eq!(attempts[0].status.as_ref().unwrap().code, StatusCode::Error as i32);
    has(&second, &[("http.request.resend_count", "1"), ("http.response.status_code", "200")]);
    has(&second, &[("alibaba_cloud.request_id", &request_id)]);
    assert!(!first.contains_key("http.request.resend_count"));
    assert_eq!(call.events.iter().filter(|event| event.name == "the call is tried again").count(), 1);

    let restarts = find(&spans, "live/RestartLivePullToPush");
    let refused = attributes(&restarts[0].attributes);
    has(&refused, &[("error.type", "CodeTaskNotExist"), ("rpc.response.status_code", "CodeTaskNotExist")]);
    has(&refused, &[("alibaba_cloud.outcome", "rejected"), ("alibaba_cloud.attempts", "1")]);
    assert_eq!(restarts[0].status.as_ref().unwrap().code, StatusCode::Error as i32);
    let invalid = attributes(&restarts[1].attributes);
    has(&invalid, &[("error.type", "invalid"), ("alibaba_cloud.outcome", "not_sent"), ("alibaba_cloud.attempts", "0")]);
    assert!(spans.iter().all(|span| span.parent_span_id != restarts[1].span_id), "it was not sent");
}

#[test]
fn a_call_that_is_dropped_ends_its_spans_as_cancelled_and_as_no_error() {
    let (receiver, runtime) = (Receiver::start(), runtime());
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    let server = runtime.block_on(Scripted::start(Step::Hang));
    let client = live::Client::new(&builder(&emulator).endpoint(server.url()).build().unwrap());
    traced(&receiver, &runtime, async {
        let list = client.describe_live_pull_to_push_list().region("cn-shanghai").send();
        dropped_when_sent(list, &server, 1).await;
    });
    let spans = receiver.spans();
    let call = find(&spans, "live/DescribeLivePullToPushList")[0];
    let attempt = spans.iter().find(|span| span.parent_span_id == call.span_id).unwrap();
    for span in [call, attempt] {
        has(&attributes(&span.attributes), &[("error.type", "cancelled"), ("alibaba_cloud.outcome", "unknown")]);
        assert!(span.status.as_ref().is_none_or(|status| status.code == StatusCode::Unset as i32));
    }
}

/// Drops a call that has no answer, once the server has so many requests.
async fn dropped_when_sent<T: Debug>(call: impl Future<Output = T>, server: &Scripted, requests: usize) {
    tokio::select! {
        told = call => panic!("it was answered: {told:?}"),
        () = until("the request is there", || server.requests().len() == requests) => {}
    }
}

/// Keeps in which span it is told of the end of attempts and calls.
#[derive(Debug, Default)]
struct Ends(Arc<Mutex<Vec<Option<&'static str>>>>);

impl Observer for Ends {
    fn call_started(&self, _: &CallStarted<'_>) -> Option<Box<dyn CallObserver>> {
        Some(Box::new(Ends(Arc::clone(&self.0))))
    }
}

impl Ends {
    fn note(&self) {
        self.0.lock().unwrap().push(tracing::Span::current().metadata().map(Metadata::name));
    }
}

impl CallObserver for Ends {
    fn attempt_ended(&mut self, _: &AttemptEnded<'_>) {
        self.note();
    }

    fn ended(&mut self, _: &CallEnded<'_>) {
        self.note();
    }
}

#[test]
fn observers_are_told_in_the_span_of_the_call_however_it_ends() {
    let (receiver, runtime, ends) = (Receiver::start(), runtime(), Ends::default());
    let told = Arc::clone(&ends.0);
    let script = vec![Step::answer(200, r#"{"RequestId":"r"}"#), Step::Hang];
    let server = runtime.block_on(Scripted::start_script(script));
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).endpoint(server.url()).observer(ends);
    let client = live::Client::new(&config.build().unwrap());
    let describe = || client.describe_live_pull_to_push().region("cn-shanghai").task_id("t");
    traced(&receiver, &runtime, async {
        let _ = describe().send().await.unwrap();
        let _ = client.describe_live_pull_to_push().send().await.unwrap_err();
        dropped_when_sent(describe().send(), &server, 2).await;
    });
    // The second has no attempt.
    assert_eq!(*told.lock().unwrap(), [Some("call"); 5]);
}

#[test]
fn the_context_of_the_attempt_is_sent_and_breaks_no_signature() {
    let (receiver, runtime) = (Receiver::start(), runtime());
    let server = runtime.block_on(Scripted::start(Step::answer(200, r#"{"RequestId":"r"}"#)));
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    traced(&receiver, &runtime, async {
        for endpoint in [emulator.url(), server.url()] {
            for signature in [SignatureVersion::V3, SignatureVersion::V1] {
                let config = builder(&emulator).endpoint(endpoint).signature(signature).trace_context();
                let client = live::Client::new(&config.build().unwrap());
                client.describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap();
            }
        }
    });
    let spans = receiver.spans();
    let sent: Vec<String> = server.requests().iter().filter_map(|request| header(request, "traceparent")).collect();
    assert_eq!(sent.len(), 2);
    for parent in &sent {
        let is_it = |span: &&Span| *parent == format!("00-{}-{}-01", hex(&span.trace_id), hex(&span.span_id));
        let attempt = spans.iter().find(is_it).unwrap();
        assert!(attempt.name.ends_with(" /"), "{} is no attempt", attempt.name);
    }
    // Without a span there is nothing to send.
    let client = live::Client::new(&builder(&emulator).endpoint(server.url()).trace_context().build().unwrap());
    runtime.block_on(client.describe_live_pull_to_push_list().region("cn-shanghai").send()).unwrap();
    assert_eq!(header(server.requests().last().unwrap(), "traceparent"), None);
}

/// Keeps what is written.
#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Written {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[test]
fn no_secret_and_no_parameter_is_in_any_span_at_the_lowest_level() {
    let (receiver, runtime) = (Receiver::start(), runtime());
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    let client = live::Client::new(&builder(&emulator).trace_context().build().unwrap());
    let calls = async |name: &str| {
        let create = relay_task(&client, &emulator, &format!("canary-{name}"))
            .dst_url(format!("rtmp://push.example.com/app/canary-key-{name}"));
        let task = create.send().await.unwrap().task_id.unwrap();
        let restart = client.restart_live_pull_to_push().region("cn-shanghai");
        let _ = restart.clone().task_id(&task).send().await;
        let _ = restart.task_id("canary-task").send().await.unwrap_err();
        task
    };
    let written = Written::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(written.clone());
    let first = tracing::subscriber::with_default(subscriber.finish(), || runtime.block_on(calls("one")));
    let second = traced(&receiver, &runtime, calls("two"));
    let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
    let exported = String::from_utf8_lossy(&receiver.bytes()).into_owned();
    assert!(text.contains("rpc.method=live/RestartLivePullToPush") && exported.contains("live/RestartLivePullToPush"));
    let secrets =
        [emulator.access_key_id(), emulator.access_key_secret(), "canary", "cn-shanghai", "Signature", &first, &second];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
        assert!(!exported.contains(secret), "{secret} was exported");
    }
}

fn header(request: &str, name: &str) -> Option<String> {
    let lines = request.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
