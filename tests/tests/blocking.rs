//! Calls from code that is not async, against an emulator that has a runtime of its own.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use apsara::blocking::{SendBlocking, run};
use apsara::transport::BoxFuture;
use apsara::{Config, Credentials, CredentialsProvider, Error, Outcome, live, sts, untyped};
use apsara_emulator::Emulator;
use apsara_tests::{config, credentials, relay_task};
use tokio::runtime::Runtime;

/// An emulator with the runtime that it lives in.
struct Served {
    emulator: Emulator,
    runtime: Runtime,
}

fn served() -> Served {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let emulator = runtime.block_on(Emulator::start()).unwrap();
    Served { emulator, runtime }
}

#[test]
fn every_kind_of_call_can_be_waited_for() {
    let Served { emulator, runtime: _runtime } = served();
    let (config, live) = (config(&emulator), apsara_tests::live(&emulator));
    let task = relay_task(&live, &emulator, "one").send_blocking().unwrap().task_id.unwrap();
    let other = relay_task(&live, &emulator, "two").send_blocking().unwrap().task_id.unwrap();
    let error = live.restart_live_pull_to_push().region("cn-shanghai").task_id("nowhere").send_blocking().unwrap_err();
    assert_eq!(error.code(), Some(live::RestartLivePullToPushError::CodeTaskNotExist));

    let list = live.describe_live_pull_to_push_list().region("cn-shanghai").page_size(1);
    let ids: Result<BTreeSet<_>, Error> =
        list.clone().items().blocking().map(|item| Ok(item?.task_id.unwrap())).collect();
    assert_eq!(ids.unwrap(), BTreeSet::from([task.clone(), other]));
    assert_eq!(list.clone().pages().blocking().count(), 2);
    assert_eq!(run(list.send_raw()).unwrap().http_status(), 200);

    emulator.clock().advance(Duration::from_secs(3700));
    let running = run(live.wait_until_task().region("cn-shanghai").task_id(&*task)).unwrap();
    assert_eq!(running.task_status, Some(1));
    let call = untyped::Client::new(&config).call("live", "2016-11-01", "DescribeLivePullToPushList");
    let list = call.method(untyped::Method::Get).param("Region", "cn-shanghai").send_blocking().unwrap();
    assert_eq!(list.json().unwrap()["Total"], 2);
}

#[test]
fn many_threads_call_at_once_over_connections_that_are_kept() {
    let Served { emulator, runtime: _runtime } = served();
    // An operation without a quota.
    let who = sts::Client::new(&config(&emulator)).get_caller_identity();
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| (0..5).for_each(|_| drop(who.clone().send_blocking().unwrap())));
        }
    });
    assert_eq!(emulator.ledger().len(), 80);
}

#[test]
fn inside_of_a_runtime_nothing_waits_and_nothing_is_sent() {
    let Served { emulator, runtime } = served();
    let live = apsara_tests::live(&emulator);
    let list = || live.describe_live_pull_to_push_list().region("cn-shanghai");
    runtime.block_on(async {
        let error = list().send_blocking().unwrap_err();
        assert!(error.is_config() && error.to_string().contains("inside of an async runtime"), "{error}");
        assert_eq!(error.outcome(), Outcome::NotSent);
        let mut items = list().items().blocking();
        assert!(items.next().unwrap().unwrap_err().is_config());
        assert!(items.next().is_none(), "an iterator goes on after its error");
        assert!(Config::from_env_blocking().unwrap_err().to_string().contains("inside of an async runtime"));
    });
    assert_eq!(emulator.ledger().len(), 0, "something was sent");
}

#[test]
fn a_client_outlives_the_runtime_that_it_was_used_in() {
    let Served { emulator, runtime: _runtime } = served();
    let live = apsara_tests::live(&emulator);
    let list = || live.describe_live_pull_to_push_list().region("cn-shanghai");
    let first = Runtime::new().unwrap();
    first.block_on(list().send()).unwrap();
    // The connection that is kept was driven by this runtime.
    drop(first);
    list().send_blocking().unwrap();
    Runtime::new().unwrap().block_on(list().send()).unwrap();
    assert_eq!(emulator.ledger().len(), 3);
}

/// Gives a key, and has something to do in the background from the first call on.
#[derive(Debug)]
struct Renewing {
    key: Credentials,
    rounds: Arc<AtomicUsize>,
}

impl CredentialsProvider for Renewing {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            if self.rounds.fetch_add(1, Ordering::SeqCst) == 0 {
                let rounds = Arc::clone(&self.rounds);
                tokio::spawn(async move {
                    loop {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        rounds.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            Ok(self.key.clone())
        })
    }
}

#[test]
fn what_runs_in_the_background_goes_on_between_calls() {
    let Served { emulator, runtime: _runtime } = served();
    let rounds = Arc::new(AtomicUsize::new(0));
    let provider = Renewing { key: credentials(&emulator), rounds: Arc::clone(&rounds) };
    let config = Config::builder().credentials_provider(provider).endpoint(emulator.url()).build().unwrap();
    live::Client::new(&config).describe_live_pull_to_push_list().region("cn-shanghai").send_blocking().unwrap();
    // Nobody calls meanwhile.
    let end = Instant::now() + Duration::from_secs(60);
    while rounds.load(Ordering::SeqCst) < 10 {
        assert!(Instant::now() < end, "nothing runs");
        thread::sleep(Duration::from_millis(1));
    }
}
