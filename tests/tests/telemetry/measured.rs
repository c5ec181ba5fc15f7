//! What is measured of calls.

use std::collections::HashMap;
use std::time::Duration;

use apsara::live;
use apsara::observe::Meters;
use apsara::pacing::{Lane, Pacer, PacingError};
use apsara::transport::BoxFuture;
use apsara_emulator::{Emulator, Fault, FaultRule};
use opentelemetry::metrics::MeterProvider as _;
use opentelemetry_otlp::{MetricExporter, Protocol, WithExportConfig};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use tokio::time::Instant;

use crate::receiver::{Receiver, attributes};
use crate::{builder, has, runtime};

/// Lets every attempt wait for three milliseconds.
#[derive(Debug)]
struct Slow;

impl Pacer for Slow {
    fn acquire<'a>(&'a self, _: Lane<'a>, _: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(3)).await;
            Ok(())
        })
    }

    fn throttled(&self, _: Lane<'_>, _: Duration) {}
}

#[test]
fn durations_attempts_throttles_and_waits_are_measured() {
    let (receiver, runtime) = (Receiver::start(), runtime());
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    let throttle = Fault::Throttle { code: "Throttling.User".to_owned(), status: 429, retry_after: None, legacy: None };
    emulator.faults().add(FaultRule::new(throttle).on_call(1));
    let exporter = MetricExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.with_endpoint(receiver.url("metrics")).build().unwrap();
    let provider = SdkMeterProvider::builder().with_periodic_exporter(exporter).build();
    let config = builder(&emulator).observer(Meters::new(&provider.meter("test"))).pacer(Slow).build().unwrap();
    let client = live::Client::new(&config);
    runtime.block_on(async {
        client.describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap();
        let _ = client.restart_live_pull_to_push().region("cn-shanghai").task_id("none").send().await.unwrap_err();
    });
    provider.shutdown().unwrap();

    let metrics = receiver.metrics();
    // The name, the unit, and for each point its attributes, how many measurements, and their sum.
    let points = |name: &str, unit: &str| -> Vec<(HashMap<String, String>, u64, f64)> {
        let metric = metrics.iter().find(|metric| metric.name == name).unwrap();
        assert_eq!(metric.unit, unit);
        match metric.data.as_ref().unwrap() {
            Data::Histogram(histogram) => {
                let points = histogram.data_points.iter();
                points.map(|point| (attributes(&point.attributes), point.count, point.sum.unwrap())).collect()
            }
            Data::Sum(sum) => {
                sum.data_points.iter().map(|point| (attributes(&point.attributes), 1, number(point))).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    let calls = points("rpc.client.call.duration", "s");
    assert_eq!(calls.len(), 2);
    let of = |method: &str| calls.iter().find(|(of, ..)| of["rpc.method"] == method).unwrap();
    let (list, restart) = (of("live/DescribeLivePullToPushList"), of("live/RestartLivePullToPush"));
    assert_eq!((list.1, restart.1), (1, 1));
    assert!(list.2 > 0.0 && list.2 < 60.0, "{}", list.2);
    has(&list.0, &[("rpc.system.name", "alibaba_cloud"), ("server.address", "127.0.0.1")]);
    has(&restart.0, &[("error.type", "CodeTaskNotExist"), ("rpc.response.status_code", "CodeTaskNotExist")]);

    let attempts = points("http.client.request.duration", "s");
    assert_eq!(attempts.iter().map(|(_, count, _)| count).sum::<u64>(), 3);
    let throttled = attempts.iter().find(|(of, ..)| of["http.response.status_code"] == "429").unwrap();
    has(&throttled.0, &[("error.type", "Throttling.User"), ("url.scheme", "http")]);
    let tries = points("alibaba_cloud.client.call.attempts", "{attempt}");
    assert_eq!(tries.iter().map(|(_, _, sum)| sum).sum::<f64>(), 3.0);
    let throttles = points("alibaba_cloud.client.throttles", "{attempt}");
    assert_eq!(throttles.len(), 1);
    assert_eq!((throttles[0].0["rpc.method"].as_str(), throttles[0].2), ("live/DescribeLivePullToPushList", 1.0));
    let waits = points("alibaba_cloud.client.pacing.wait", "s");
    assert_eq!(waits.iter().map(|(_, count, _)| count).sum::<u64>(), 3);
    assert!(waits.iter().map(|(_, _, sum)| sum).sum::<f64>() >= 0.003 * 3.0, "{waits:?}");
}

fn number(point: &opentelemetry_proto::tonic::metrics::v1::NumberDataPoint) -> f64 {
    use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
    match point.value.unwrap() {
        Value::AsInt(value) => f64::from(i32::try_from(value).unwrap()),
        Value::AsDouble(value) => value,
    }
}
