//! A clock that is off.

use std::time::Duration;

use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Outcome, SignatureVersion};
use bytes::Bytes;

use crate::script::*;

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_corrected_once_and_for_later_calls() {
    let later = std::time::SystemTime::now() + Duration::from_secs(1200);
    let skewed = |code| Step::Refused(400, code, vec![("date", httpdate::fmt_http_date(later))]);
    for (code, signature) in [
        ("InvalidTimeStamp.Expired", SignatureVersion::V3),
        ("IllegalTimestamp", SignatureVersion::V3),
        ("InvalidTimeStamp.Expired", SignatureVersion::V1),
    ] {
        let script = Script::new([skewed(code)]);
        let config = script.config().signature(signature).build().unwrap();
        assert_eq!(send(&config, Unsafe::default()).await.unwrap().attempts(), 2);
        assert_eq!(send(&config, Unsafe::default()).await.unwrap().attempts(), 1);
        let times: Vec<String> = script.sent().iter().map(time).collect();
        assert!(times[0] < times[1], "{times:?}");
        let corrected = humantime::parse_rfc3339(&times[2]).unwrap();
        let apart = corrected.duration_since(later).unwrap_or_else(|early| early.duration());
        assert!(apart < Duration::from_secs(60), "{apart:?}");
    }
    // The same refusal again is not the clock's fault.
    let script = Script::new(vec![skewed("InvalidTimeStamp.Expired"); 5]);
    let error = script.call(Unsafe::default()).await.unwrap_err();
    assert!(error.is_clock_skew() && error.attempts() == 2, "{error}");
    assert_eq!(error.outcome(), Outcome::Rejected);
}

/// Judges every request by a clock that is 20 minutes ahead, after a moment.
#[derive(Clone, Debug)]
struct Ahead;

impl Transport for Ahead {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(10)).await;
            let now = std::time::SystemTime::now() + Duration::from_secs(1200);
            let off = now.duration_since(humantime::parse_rfc3339(&time(&request)).unwrap()).unwrap_or_default();
            let answer = http::Response::builder().header("date", httpdate::fmt_http_date(now));
            let (status, body) = match off < Duration::from_secs(900) {
                true => (200, r#"{"RequestId":"r"}"#),
                false => (400, r#"{"Code":"InvalidTimeStamp.Expired"}"#),
            };
            Ok(answer.status(status).body(Bytes::from(body)).unwrap())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_are_under_way_when_the_clock_is_corrected_are_tried_again_too() {
    let config = Script::new([]).config().transport(Ahead).build().unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let config = config.clone();
        calls.spawn(async move { send(&config, Unsafe::default()).await.unwrap().attempts() });
    }
    assert_eq!(calls.join_all().await, vec![2; 50]);
}

#[tokio::test(start_paused = true)]
async fn a_date_beyond_all_reason_breaks_no_later_call() {
    for date in ["Fri, 31 Dec 9999 23:59:59 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"] {
        for signature in [SignatureVersion::V3, SignatureVersion::V1] {
            let script = Script::new([Step::Refused(400, "IllegalTimestamp", vec![("date", date.to_owned())])]);
            let config = script.config().signature(signature).build().unwrap();
            send(&config, Unsafe::default()).await.unwrap();
            send(&config, Unsafe::default()).await.unwrap();
            assert!(
                ["9999-12-31T23:59:5", "1970-01-01T00:00:0"]
                    .iter()
                    .any(|edge| time(&script.sent()[2]).starts_with(edge))
            );
        }
    }
}

fn time(request: &http::Request<Bytes>) -> String {
    let header = request.headers().get("x-acs-date").map(|value| value.to_str().unwrap().to_owned());
    header.unwrap_or_else(|| {
        let query = request.uri().query().unwrap();
        let encoded = query.split('&').find_map(|pair| pair.strip_prefix("Timestamp=")).unwrap();
        encoded.replace("%3A", ":")
    })
}
