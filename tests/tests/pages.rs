//! Lists through the generated client, against the emulator.

#![allow(clippy::unwrap_used)]

use apsara::Config;
use apsara::live::{Client, DescribeLivePullToPushList};
use apsara_emulator::{Clock, Emulator, Quotas};
use apsara_tests::{credentials, relay_task};

const TASKS: usize = 57;

/// An emulator without quotas, and a client that does not pace itself.
async fn start() -> (Emulator, Client) {
    let clock = Clock::frozen_at("2026-01-01T00:00:00Z").unwrap();
    let emulator = Emulator::builder().clock(clock).quota(Quotas::Off).start().await.unwrap();
    let config = Config::builder().credentials(credentials(&emulator)).endpoint(emulator.url()).without_pacing();
    let live = Client::new(&config.build().unwrap());
    (emulator, live)
}

/// Creates the tasks, and returns their ids in that order.
async fn create(live: &Client, emulator: &Emulator) -> Vec<String> {
    let mut ids = Vec::new();
    for index in 0..TASKS {
        let created = relay_task(live, emulator, &format!("task-{index}")).send().await.unwrap();
        ids.push(created.task_id.unwrap());
    }
    ids
}

fn list(live: &Client) -> DescribeLivePullToPushList {
    live.describe_live_pull_to_push_list().region("cn-shanghai")
}

/// Returns how many calls of the list the emulator took.
fn calls(emulator: &Emulator) -> usize {
    let ledger = emulator.ledger();
    ledger.iter().filter(|entry| entry.action == "DescribeLivePullToPushList").count()
}

#[tokio::test]
async fn every_task_is_listed_once_whatever_the_size_of_a_page() {
    let (emulator, live) = start().await;
    let ids = create(&live, &emulator).await;
    // Pages of 10 if nothing is set; 57 is 19 times 3, so the last page may be full.
    for (size, pages) in [(None, 6), (Some(3), 19), (Some(19), 3), (Some(57), 1), (Some(100), 1)] {
        let call = match size {
            Some(size) => list(&live).page_size(size),
            None => list(&live),
        };
        let before = calls(&emulator);
        let (mut items, mut given) = (call.clone().items(), Vec::new());
        while let Some(task) = items.next().await {
            given.push(task.unwrap().task_id.unwrap());
        }
        assert_eq!(given, ids, "{size:?}");
        assert_eq!(calls(&emulator) - before, pages, "{size:?}: no call beyond the last page");
        let (mut stream, mut lengths) = (call.pages(), Vec::new());
        while let Some(page) = stream.next().await {
            let page = page.unwrap();
            assert_eq!((page.total, page.page_number), (Some(57), Some(lengths.len() as i32 + 1)));
            lengths.push(page.task_list.len());
        }
        assert_eq!((lengths.len(), lengths.iter().sum()), (pages, TASKS));
    }
}

#[tokio::test]
async fn a_list_begins_at_the_page_that_is_set_and_keeps_its_filter() {
    let (emulator, live) = start().await;
    let ids = create(&live, &emulator).await;
    let (mut items, mut given) = (list(&live).page_number(5).page_size(12).items(), Vec::new());
    while let Some(task) = items.next().await {
        given.push(task.unwrap().task_id.unwrap());
    }
    assert_eq!(given, ids[48..]);
    let (mut items, mut given) = (list(&live).task_name("task-1").page_size(4).items(), 0);
    while let Some(task) = items.next().await {
        let info = task.unwrap().task_info.unwrap();
        assert!(info.task_name.unwrap().starts_with("task-1"));
        given += 1;
    }
    assert_eq!(given, 11, "task-1, and task-10 to task-19");
    let mut none = list(&live).task_name("nothing").items();
    assert!(none.next().await.is_none());
}

#[tokio::test]
async fn a_list_that_changes_while_it_is_read_still_ends() {
    let (emulator, live) = start().await;
    let ids = create(&live, &emulator).await;
    let mut pages = list(&live).page_size(20).pages();
    assert_eq!(pages.next().await.unwrap().unwrap().task_list.len(), 20);
    relay_task(&live, &emulator, "late").send().await.unwrap();
    let mut given = Vec::new();
    while let Some(page) = pages.next().await {
        given.extend(page.unwrap().task_list.into_iter().map(|task| task.task_id.unwrap()));
    }
    assert_eq!(given.len(), 38, "the one that came later is listed as well");
    assert_eq!(given[..37], ids[20..]);
}

#[tokio::test]
async fn a_refusal_ends_a_list() {
    let (_emulator, live) = start().await;
    let mut items = list(&live).page_size(500).items();
    assert!(items.next().await.unwrap().unwrap_err().is_invalid());
    assert!(items.next().await.is_none());
}
