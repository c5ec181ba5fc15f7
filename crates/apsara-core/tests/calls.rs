//! Whole calls of hand-written operations, up to the transport: who the caller is, hosts, answers by header, by redirect and raw.
//!
//! The headers and parameters of bearer tokens are those that the official Python package alibabacloud-tea-openapi 0.4.6 sends.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use apsara_core::generated::v1 as rt;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, ConfigBuilder, Credentials, Outcome, SignatureVersion};
use bytes::Bytes;

static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };
static PATHS: rt::Product = rt::Product { style: rt::Style::Roa, ..rt::Product::of("Test", "2026-01-01") };
static OWN: rt::Product =
    rt::Product { own_signature: Some("OWN4-HMAC-SHA256"), ..rt::Product::of("Own", "2026-01-01") };

#[derive(Clone, Debug)]
struct Client;

macro_rules! operation {
    ($request:ident, $product:ident, $security:ident, $path:literal) => {
        #[derive(Clone, Default)]
        struct $request {
            bucket: Option<String>,
        }

        impl rt::Record for $request {
            const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("bucket", bucket).host()];
        }

        impl rt::Request for $request {
            type Client = Client;
            type Response = Answer;
            const OPERATION: &'static rt::Operation = &rt::Operation {
                name: stringify!($request),
                path: $path,
                security: rt::Security::$security,
                ..rt::Operation::of(&$product)
            };
        }
    };
}

operation!(ByKey, PRODUCT, AccessKey, "/");
operation!(ByEither, PRODUCT, AccessKeyOrBearer, "/");
operation!(ByToken, PRODUCT, Bearer, "/");
operation!(ByNobody, PRODUCT, Anonymous, "/");
operation!(OnPath, PATHS, Bearer, "/things");
operation!(AtOwnGateway, OWN, AccessKeyOrBearer, "/");

#[derive(Clone, Debug, Default, PartialEq)]
struct Answer {
    location: Option<String>,
    request_id: String,
    count: Option<i32>,
}

impl rt::Record for Answer {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("Location", location).header(),
        rt::field!("RequestId", request_id),
        rt::field!("x-count", count).header(),
    ];
}

/// Status, headers and body of an answer.
type Given = (u16, &'static [(&'static str, &'static str)], &'static str);

/// Keeps what would have been sent, and gives the answer that it holds.
#[derive(Clone, Debug, Default)]
struct Kept {
    requests: Arc<Mutex<Vec<http::Request<Bytes>>>>,
    answer: Option<Given>,
}

impl Transport for Kept {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.requests.lock().unwrap().push(request);
        let (status, headers, body) = self.answer.unwrap_or((200, &[], r#"{"RequestId":"r"}"#));
        let mut answer = http::Response::builder().status(status);
        for (name, value) in headers {
            answer = answer.header(*name, *value);
        }
        Box::pin(async move { Ok(answer.body(Bytes::from(body)).unwrap()) })
    }
}

impl Kept {
    fn config(&self) -> ConfigBuilder {
        Config::builder().endpoint("http://gateway.test").transport(self.clone())
    }

    fn request(&self) -> http::Request<Bytes> {
        self.requests.lock().unwrap().pop().unwrap()
    }
}

fn key() -> Credentials {
    Credentials::new("LTAI-id", "secret").unwrap()
}

async fn send<R: rt::Request<Response = Answer>>(config: &Config, request: R) -> Result<rt::Raw<Answer>, rt::Error> {
    let mut call = rt::Call::new(&rt::Client::new(config, R::OPERATION.product));
    call.request = request;
    call.send_raw().await
}

fn header<'a>(request: &'a http::Request<Bytes>, name: &str) -> Option<&'a str> {
    request.headers().get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_bearer_token_is_sent_instead_of_a_signature() {
    let kept = Kept::default();
    let config = kept.config().bearer_token("token-1").build().unwrap();
    send(&config, ByToken::default()).await.unwrap();
    let request = kept.request();
    assert_eq!(header(&request, "x-acs-bearer-token"), Some("token-1"));
    assert_eq!(header(&request, "authorization"), None);
    assert_eq!(request.uri().query(), Some("SignatureType=BEARERTOKEN"));

    send(&config, OnPath::default()).await.unwrap();
    let request = kept.request();
    assert_eq!(header(&request, "x-acs-signature-type"), Some("BEARERTOKEN"));
    assert_eq!((request.uri().path(), request.uri().query()), ("/things", None));

    let config = kept.config().bearer_token("token-1").signature(SignatureVersion::V1).build().unwrap();
    send(&config, ByToken::default()).await.unwrap();
    let query = kept.request().uri().query().unwrap().to_owned();
    assert!(query.contains("BearerToken=token-1") && query.contains("SignatureType=BEARERTOKEN"), "{query}");
    assert!(!query.contains("Signature="), "{query}");
}

#[tokio::test]
async fn an_operation_says_who_may_call_it() {
    let kept = Kept::default();
    let both = kept.config().credentials(key()).bearer_token("t").build().unwrap();
    send(&both, ByEither::default()).await.unwrap();
    assert!(header(&kept.request(), "authorization").unwrap().starts_with("ACS3-HMAC-SHA256 Credential=LTAI-id,"));
    let only_token = kept.config().bearer_token("t").build().unwrap();
    send(&only_token, ByEither::default()).await.unwrap();
    assert_eq!(header(&kept.request(), "x-acs-bearer-token"), Some("t"));
    send(&only_token, ByNobody::default()).await.unwrap();
    let request = kept.request();
    assert_eq!((header(&request, "x-acs-bearer-token"), header(&request, "authorization")), (None, None));

    let error = send(&only_token, ByKey::default()).await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("no credentials"), "{error}");
    let only_key = kept.config().credentials(key()).build().unwrap();
    let error = send(&only_key, ByToken::default()).await.unwrap_err();
    assert!(error.to_string().contains("takes a bearer token"), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert!(kept.requests.lock().unwrap().is_empty(), "something was sent");
}

#[tokio::test]
async fn a_gateway_with_signatures_of_its_own_gets_no_wrong_one() {
    let kept = Kept::default();
    let config = kept.config().credentials(key()).build().unwrap();
    let error = send(&config, AtOwnGateway::default()).await.unwrap_err();
    assert!(error.to_string().contains("wants OWN4-HMAC-SHA256 signatures"), "{error}");
    assert_eq!(error.outcome(), Outcome::NotSent);
    let config = kept.config().credentials(key()).signature(SignatureVersion::V3).build().unwrap();
    send(&config, AtOwnGateway::default()).await.unwrap();
    assert!(header(&kept.request(), "authorization").unwrap().starts_with("ACS3-HMAC-SHA256 "));
    let config = kept.config().bearer_token("t").build().unwrap();
    send(&config, AtOwnGateway::default()).await.unwrap();
    assert_eq!(header(&kept.request(), "authorization"), Some("Bearer t"));
}

#[tokio::test]
async fn a_part_of_the_hosts_name_stands_in_front_of_the_endpoint() {
    let kept = Kept::default();
    let named = |name: &str| ByKey { bucket: Some(name.to_owned()) };
    let config = kept.config().credentials(key()).build().unwrap();
    send(&config, named("my-bucket")).await.unwrap();
    let request = kept.request();
    assert_eq!(
        (request.uri().host(), header(&request, "host")),
        (Some("my-bucket.gateway.test"), Some("my-bucket.gateway.test"))
    );

    // There is no name below an address; the gateway still reads it.
    let config = kept.config().credentials(key()).endpoint("http://127.0.0.1:8080").build().unwrap();
    send(&config, named("my-bucket")).await.unwrap();
    let request = kept.request();
    assert_eq!((request.uri().host(), header(&request, "host")), (Some("127.0.0.1"), Some("my-bucket.127.0.0.1:8080")));

    for wrong in ["a.b", "a/b", "evil.test#", "", "-a"] {
        let error = send(&config, named(wrong)).await.unwrap_err();
        assert!(error.is_invalid() && error.outcome() == Outcome::NotSent, "{wrong}: {error}");
    }
    assert!(kept.requests.lock().unwrap().is_empty(), "something was sent");
}

#[tokio::test]
async fn an_answer_stands_in_headers_too_and_stays_reachable_as_it_came() {
    let answer = (200, [("X-Count", "7"), ("x-more", "m")].as_slice(), r#"{"RequestId":"r","Unlisted":[1]}"#);
    let kept = Kept { answer: Some(answer), ..Kept::default() };
    let raw = send(&kept.config().credentials(key()).build().unwrap(), ByKey::default()).await.unwrap();
    assert_eq!((raw.response().count, raw.response().request_id.as_str()), (Some(7), "r"));
    assert_eq!((raw.http_status(), raw.headers()["x-more"].as_bytes()), (200, b"m".as_slice()));
    assert_eq!(raw.body(), r#"{"RequestId":"r","Unlisted":[1]}"#);
    assert!(!format!("{raw:?}").contains("Unlisted"), "{raw:?}");
}

#[tokio::test]
async fn a_redirect_is_the_answer_where_the_operation_answers_by_one() {
    let kept = Kept { answer: Some((302, &[("location", "https://there.test/")], "")), ..Kept::default() };
    let raw = send(&kept.config().credentials(key()).build().unwrap(), ByKey::default()).await.unwrap();
    assert_eq!((raw.http_status(), raw.response().location.as_deref()), (302, Some("https://there.test/")));
}

#[test]
fn a_call_takes_little_room_wherever_it_waits() {
    // Whoever makes it has its future, and those of many calls fill the caches. Async functions that hold their arguments twice double it.
    let config = Kept::default().config().credentials(key()).build().unwrap();
    let call = || rt::Call::<ByKey>::new(&rt::Client::new(&config, &PRODUCT));
    let most = size_of::<rt::Call<ByKey>>() + if cfg!(feature = "tracing") { 1320 } else { 1220 };
    assert!(size_of_val(&call().send()) <= most, "{}", size_of_val(&call().send()));
    assert!(size_of_val(&call().send_raw()) <= most, "{}", size_of_val(&call().send_raw()));
}
