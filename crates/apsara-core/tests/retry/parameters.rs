//! What parameters must not do: be told, or sign.

use std::sync::Arc;
use std::time::Duration;

use apsara_core::generated::v1 as rt;
use apsara_core::pacing::{Lane, Pacer, PacingError};
use apsara_core::transport::BoxFuture;
use apsara_core::{Credentials, Retry, untyped};
use tokio::time::Instant;

use crate::script::*;

/// An operation with a secret, and with a header of the caller's choice.
#[derive(Clone, Default)]
struct Telling {
    auth_key: Option<String>,
    headers: std::collections::BTreeMap<String, String>,
}

impl rt::Record for Telling {
    const FIELDS: &'static [rt::Field<Self>] =
        &[rt::field!("AuthKey", auth_key).sensitive(), rt::field!("*", headers).header()];
}

impl rt::Request for Telling {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation = &rt::Operation { name: "Telling", ..rt::Operation::of(&PRODUCT) };
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_the_cloud_repeats_is_not_told() {
    let body = r#"{"Code":"InvalidParameter","Message":"The AuthKey canary-1 is not one."}"#;
    let script = Script::new([Step::Body(400, body)]);
    let request = Telling { auth_key: Some("canary-1".to_owned()), ..Telling::default() };
    let error = script.call(request).await.unwrap_err();
    assert_eq!(error.service().unwrap().message(), "The AuthKey [redacted] is not one.");
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_cloud_repeats_is_not_told() {
    let body = r#"{"Code":"InvalidSecurityToken.Malformed","Message":"The token canary/token+of=16 is malformed."}"#;
    let script = Script::new([Step::Body(400, body)]);
    let key = Credentials::temporary("STS.id", "secret", "canary/token+of=16").unwrap();
    let config = script.config().credentials(key).retry(Retry::never()).build().unwrap();
    let error = send(&config, Telling::default()).await.unwrap_err();
    assert_eq!(error.service().unwrap().message(), "The token [redacted] is malformed.");
}

#[tokio::test(start_paused = true)]
async fn what_an_address_hides_is_not_told_alone() {
    let body = r#"{"Code":"InvalidParameter","Message":"The stream canary-stream, key canary-of-auth, of canary-user at live."}"#;
    let script = Script::new([Step::Body(400, body)]);
    let address = "rtmp://canary-user@push.example.com/live/canary-stream?auth_key=canary-of-auth&app=live";
    let request = Telling { headers: [("x-to".to_owned(), address.to_owned())].into(), ..Telling::default() };
    let error = script.call(request).await.unwrap_err();
    let told = "The stream [redacted], key [redacted], of [redacted] at live.";
    assert_eq!(error.service().unwrap().message(), told);
}

#[tokio::test(start_paused = true)]
async fn no_parameter_sets_a_header_that_the_signature_needs() {
    let script = Script::new([]);
    let with = |name: &str| Telling { headers: [(name.to_owned(), "x".to_owned())].into(), ..Telling::default() };
    for name in ["Authorization", "Host", "x-acs-date", "X-Acs-Version", "x-acs-security-token"] {
        let error = script.call(with(name)).await.unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("no parameter can set it"), "{error}");
    }
    assert!(script.sent().is_empty());
    script.call(with("Accept")).await.unwrap();
    let sent = script.sent().remove(0);
    assert_eq!(sent.headers().get_all("accept").iter().collect::<Vec<_>>(), ["x"]);
}

#[tokio::test(start_paused = true)]
async fn who_signs_nothing_may_be_known_by_the_header_of_a_signature() {
    let script = Script::new([]);
    let client = untyped::Client::new(&script.config().build().unwrap());
    let call = client.call("Eiam", "2022-02-25", "GetUser").header("Authorization", "Bearer x");
    assert!(call.clone().send().await.unwrap_err().is_invalid());
    call.security(untyped::Security::Anonymous).send().await.unwrap();
    let sent = script.sent().remove(0);
    assert_eq!(sent.headers().get_all("authorization").iter().collect::<Vec<_>>(), ["Bearer x"]);
}

#[tokio::test(start_paused = true)]
async fn what_no_header_can_hold_is_told_and_takes_no_grant() {
    let script = Script::new([]);
    let config = script.config().pacer(Arc::new(Refusing)).build().unwrap();
    for (name, value) in [("x-to", "é"), ("x-to", "a\r\nb"), ("x to", "a")] {
        let request = Telling { headers: [(name.to_owned(), value.to_owned())].into(), ..Telling::default() };
        let error = send(&config, request).await.unwrap_err();
        let told = error.violations().first().map(|violation| violation.parameter().to_owned());
        assert_eq!((error.is_invalid(), told.as_deref()), (true, Some(name)), "{error}");
    }
}

/// Grants nothing, and wants not to be asked.
#[derive(Debug)]
struct Refusing;

impl Pacer for Refusing {
    fn acquire<'a>(&'a self, _: Lane<'a>, _: Instant) -> BoxFuture<'a, Result<(), PacingError>> {
        panic!("a grant was asked for")
    }

    fn throttled(&self, _: Lane<'_>, _: Duration) {}
}
