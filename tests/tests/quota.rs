//! The client's quota and the emulator's, which count by themselves.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use apsara::{Config, ConfigBuilder, Credentials, Error, Raw, live};
use apsara_emulator::{Emulator, Quotas};

fn config(emulator: &Emulator) -> ConfigBuilder {
    let credentials = Credentials::new(emulator.access_key_id(), emulator.access_key_secret()).unwrap();
    Config::builder().credentials(credentials).endpoint(emulator.url())
}

type Answer = Result<Raw<live::DescribeLivePullToPushListResponse>, Error>;

/// Lists tasks so many times at once; the operation has ten calls per second.
async fn at_once(client: &live::Client, calls: usize) -> Vec<Answer> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..calls {
        let call = client.describe_live_pull_to_push_list().region("cn-shanghai");
        tasks.spawn(call.send_raw());
    }
    tasks.join_all().await
}

#[tokio::test]
async fn a_client_that_keeps_to_the_quota_waits_by_itself() {
    for quotas in [Quotas::Fixed, Quotas::Sliding] {
        let emulator = Emulator::builder().quota(quotas).start().await.unwrap();
        let client = live::Client::new(&config(&emulator).build().unwrap());
        let answers = at_once(&client, 25).await;
        let waited = answers.iter().filter(|answer| answer.as_ref().unwrap().waited() > Duration::ZERO).count();
        assert!(waited >= 15, "only {waited} of 25 calls waited for ten per second");
    }
}

#[tokio::test]
async fn a_client_that_does_not_is_throttled_and_gets_through_as_the_cloud_says() {
    // A span of three seconds, so that even a slow machine gets twenty calls into one.
    let emulator = Emulator::builder().quota_of("DescribeLivePullToPushList", 10, 3).start().await.unwrap();
    let client = live::Client::new(&config(&emulator).without_pacing().build().unwrap());
    let answers = at_once(&client, 20).await;
    let again = answers.iter().filter(|answer| answer.as_ref().unwrap().attempts() > 1).count();
    assert!(again > 0, "none was throttled");
    let throttled = emulator
        .with_ledger(|entries| entries.iter().filter(|entry| entry.code.as_deref() == Some("Throttling.User")).count());
    assert!(throttled >= again, "{throttled} throttled, {again} tried again");
    assert_eq!(emulator.with_ledger(|entries| entries.iter().filter(|entry| entry.executed).count()), 20);
}

#[tokio::test]
async fn a_call_that_the_quota_has_no_time_for_is_not_sent() {
    let emulator = Emulator::start().await.unwrap();
    let client = live::Client::new(&config(&emulator).deadline(Duration::from_millis(900)).build().unwrap());
    let answers = at_once(&client, 25).await;
    let held: Vec<&Error> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    assert!(!held.is_empty(), "25 calls within a second");
    for error in held {
        assert!(error.is_paced() && error.outcome() == apsara::Outcome::NotSent, "{error}");
    }
    assert!(emulator.ledger_len() <= 10, "{} were sent", emulator.ledger_len());
}

#[tokio::test]
async fn the_account_that_a_quota_is_counted_for_can_be_asked_for() {
    let emulator = Emulator::start().await.unwrap();
    let account = apsara::account_id(&config(&emulator).build().unwrap()).await.unwrap();
    assert_eq!(account.as_deref(), Some(emulator.account_id()));
}
