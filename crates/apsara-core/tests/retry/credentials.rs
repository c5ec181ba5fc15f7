//! Credentials that end, or that are not there.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara_core::transport::BoxFuture;
use apsara_core::{Config, Credentials, CredentialsProvider, Error, Outcome, Retry};
use tokio::time::Instant;

use crate::script::*;

/// Gives temporary credentials, each with a number, and counts the renewals.
#[derive(Debug, Default)]
struct Numbered {
    renewals: Arc<Mutex<u32>>,
    stubborn: bool,
}

fn numbered(number: u32) -> Credentials {
    Credentials::temporary(format!("STS.{number}"), "secret", "token").unwrap()
}

impl CredentialsProvider for Numbered {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Ok(numbered(*self.renewals.lock().unwrap())) })
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async move {
            let mut renewals = self.renewals.lock().unwrap();
            *renewals += 1;
            if self.stubborn { Ok(expired.clone()) } else { Ok(numbered(*renewals)) }
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_is_renewed_once() {
    let expired = refused(403, "InvalidSecurityToken.Expired");
    let script = Script::new([expired.clone()]);
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    send(&config, Unsafe::default()).await.unwrap();
    assert_eq!(script.headers("x-acs-accesskey-id"), [Some("STS.0".to_owned()), Some("STS.1".to_owned())]);

    let script = Script::new(vec![expired.clone(); 5]);
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    let error = send(&config, Unsafe::default()).await.unwrap_err();
    assert_eq!((error.attempts(), error.outcome()), (2, Outcome::Rejected), "{error}");

    let (renewals, script) = (Arc::new(Mutex::new(0)), Script::new(vec![expired.clone(); 5]));
    let stubborn = Numbered { renewals: Arc::clone(&renewals), stubborn: true };
    let config = script.config().credentials_provider(stubborn).build().unwrap();
    assert_eq!(send(&config, Unsafe::default()).await.unwrap_err().attempts(), 1);
    assert_eq!(*renewals.lock().unwrap(), 1);

    // A new key is no new quota.
    let script = Script::new([expired.clone()]);
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    send(&config, Limited::default()).await.unwrap();
    send(&config, Limited::default()).await.unwrap();
    assert!(script.apart(0, 2) > Duration::from_secs(10), "three attempts within the span of two");

    // An access key that was given stays as it is.
    assert_eq!(end(&[expired], Unsafe::default()).await, (Some(Outcome::Rejected), 1));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_that_was_taken_from_no_budget_gives_it_no_more_than_a_first_one() {
    let renewed = vec![refused(403, "InvalidSecurityToken.Expired"), Step::Ok];
    let script = Script::new([vec![Step::NotSent; 150], renewed, vec![Step::NotSent]].concat());
    let config = script.config().credentials_provider(Numbered::default()).build().unwrap();
    for _ in 0..50 {
        assert_eq!(send(&config, Unsafe::default()).await.unwrap_err().attempts(), 3);
    }
    send(&config, Unsafe::default()).await.unwrap();
    assert_eq!(send(&config, Unsafe::default()).await.unwrap_err().attempts(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_may_not_be_tried_again_has_an_expired_token_renewed_for_the_next_one() {
    let script = Script::new([refused(403, "InvalidSecurityToken.Expired")]);
    let config = script.config().credentials_provider(Numbered::default()).retry(Retry::never()).build().unwrap();
    let error = send(&config, Unsafe::default()).await.unwrap_err();
    assert_eq!((error.attempts(), error.outcome()), (1, Outcome::Rejected), "{error}");
    send(&config, Unsafe::default()).await.unwrap();
    assert_eq!(script.headers("x-acs-accesskey-id"), [Some("STS.0".to_owned()), Some("STS.1".to_owned())]);
}

/// Gives a key that is another one with every minute.
#[derive(Debug)]
struct Brief(Instant);

impl CredentialsProvider for Brief {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Ok(numbered(u32::try_from(self.0.elapsed().as_secs() / 60).unwrap())) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waited_long_for_its_quota_is_signed_with_the_key_of_then() {
    let script = Script::new([]);
    let config = script.config().credentials_provider(Brief(Instant::now())).deadline(Duration::from_secs(3600));
    let config = config.build().unwrap();
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let config = config.clone();
            tokio::spawn(async move { send(&config, Hourly::default()).await.map(drop) })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let keys: Vec<_> = script.headers("x-acs-accesskey-id").into_iter().flatten().collect();
    assert_eq!(keys, ["STS.0", "STS.10", "STS.20", "STS.30"]);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waited_long_for_its_turn_is_signed_with_the_key_of_then() {
    let script = Script::new([Step::Hang]);
    let config = script.config().credentials_provider(Brief(Instant::now())).deadline(Duration::from_secs(600));
    let config = config.concurrency_limit(1).build().unwrap();
    let first = call(&config, Unsafe::default()).with_deadline(Duration::from_secs(90)).send();
    let (first, second) = tokio::join!(first, send(&config, Unsafe::default()));
    assert!(first.unwrap_err().is_timeout());
    assert_eq!(second.unwrap().attempts(), 1);
    assert_eq!(script.headers("x-acs-accesskey-id"), [Some("STS.0".to_owned()), Some("STS.1".to_owned())]);
}

/// Has no credentials, because a call for them was cut.
#[derive(Debug)]
struct Broken(Config);

impl CredentialsProvider for Broken {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Err(send(&self.0, Unsafe::default()).await.unwrap_err()) })
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_credentials_is_not_sent_whatever_became_of_the_call_for_them() {
    let (token_service, script) = (Script::new([Step::Cut]), Script::new([]));
    let broken = Broken(token_service.config().build().unwrap());
    let config = script.config().credentials_provider(broken).build().unwrap();
    let error = send(&config, Unsafe::default()).await.unwrap_err();
    assert!(error.is_credentials(), "{error}");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 0));
    let told = error.to_string();
    assert!(told.contains("there are no credentials: Test Unsafe: the connection broke [outcome: unknown"), "{told}");
    assert!(script.sent().is_empty());
}
