//! Lists through the generated client, against the emulator.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::Arc;

use apsara::Config;
use apsara::live::{Client, DescribeLivePullToPushList};
use apsara::untyped::{self, Description};
use apsara_catalog::{Operation, Product, Schema, products};
use apsara_emulator::{Clock, Emulator, Quotas};
use apsara_tests::{credentials, relay_task};
use serde_json::{Value, json};

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

/// Returns a value for each parameter that a call cannot do without.
fn needed(operation: &Operation) -> BTreeMap<String, Value> {
    let required = operation.parameters().into_iter().filter(|parameter| parameter.schema.is_required());
    required.map(|parameter| (parameter.name.to_owned(), sample(&parameter.schema))).collect()
}

/// Makes a value of the kind; what lists take has no other bounds.
fn sample(schema: &Schema<'_>) -> Value {
    match schema.kind() {
        "integer" => json!(schema.fact("minimum").map_or(1, |least| least.parse::<i64>().unwrap())),
        "array" => json!([sample(&schema.items())]),
        "object" => schema.properties().iter().map(|(name, schema)| (*name, sample(schema))).collect(),
        _ => json!("a"),
    }
}

/// Writes what names a page as the parameter has it: as a text, or as a number.
fn written(operation: &Operation, name: &str, page: &Value) -> Value {
    let parameters = operation.parameters();
    let parameter = parameters.iter().find(|parameter| parameter.name == name).unwrap();
    let text = page.as_str().map_or_else(|| page.to_string(), str::to_owned);
    if parameter.schema.kind() == "string" { json!(text) } else { json!(text.parse::<i64>().unwrap_or(i64::MAX)) }
}

/// Finds a field by the names on the way to it, with dots between them.
fn at<'a>(answer: &'a Value, path: &str) -> &'a Value {
    path.split('.').fold(answer, |value, name| &value[name])
}

/// Counts what is listed; an object may stand around the items.
fn listed(answer: &Value, path: &str) -> usize {
    match at(answer, path) {
        Value::Array(items) => items.len(),
        Value::Object(fields) => fields.values().find_map(Value::as_array).map_or(0, Vec::len),
        _ => 0,
    }
}

#[tokio::test]
async fn every_list_that_is_answered_by_its_spec_ends_with_the_second_call() {
    let emulator = Emulator::builder().quota(Quotas::Off).start().await.unwrap();
    let config = Config::builder().credentials(credentials(&emulator)).endpoint(emulator.url());
    let config = config.region("cn-shanghai").without_pacing().without_validation().build().unwrap();
    let client = untyped::Client::new(&config);
    let is_none = |token: &Value| token.is_null() || token == "";
    let (mut numbered, mut named) = (0, 0);
    for product in products().map(Product::from) {
        for name in product.operations() {
            let mut operation = product.operation(name).unwrap();
            let Ok(paging) = operation.paging() else { continue };
            // Its tasks are real ones, and are listed above.
            if name == "DescribeLivePullToPushList" {
                continue;
            }
            let description: Arc<Description> = Arc::new(operation.describe().unwrap());
            let needed = needed(&operation);
            let page = async |asked: Option<(&str, Value)>| {
                let mut given = needed.clone();
                given.extend(asked.map(|(name, value)| (name.to_owned(), value)));
                let call = given
                    .into_iter()
                    .fold(client.described(&description), |call, (name, value)| call.param(name, value));
                let answer = call.send().await.unwrap_or_else(|error| panic!("{name}: {error}"));
                answer.json().unwrap()
            };
            let first = page(None).await;
            assert!(listed(&first, &paging.items) > 0, "{name}: {first}");
            if let Some(by) = &paging.token {
                let next = at(&first, &by.next).clone();
                let next = if is_none(&next) { json!(7) } else { next };
                let second = page(Some((&by.token, written(&operation, &by.token, &next)))).await;
                assert!(is_none(at(&second, &by.next)), "{name}: {second}");
                assert_eq!(listed(&second, &paging.items), 0, "{name}: {second}");
                if let Some(more) = &by.more {
                    assert_eq!(at(&second, more), false, "{name}: {second}");
                }
                named += 1;
            }
            if let Some(by) = &paging.number {
                let numbered_page =
                    async |number| page(Some((&by.number, written(&operation, &by.number, &json!(number))))).await;
                let (same, second) = (numbered_page(1).await, numbered_page(2).await);
                assert!(listed(&same, &paging.items) > 0, "{name}: {same}");
                assert_eq!(listed(&second, &paging.items), 0, "{name}: {second}");
                numbered += 1;
            }
        }
    }
    assert!(numbered >= 100 && named >= 40, "{numbered} {named}");
}

#[tokio::test]
async fn a_list_that_is_answered_by_its_spec_is_read_to_its_end() {
    let (emulator, live) = start().await;
    // Its sample tells that there is more, and what the next page is called.
    let mut pages = live.list_live_message_apps().sort_type(1).pages();
    let mut lengths = Vec::new();
    while let Some(page) = pages.next().await {
        lengths.push(page.unwrap().app_list.len());
    }
    assert!(lengths[0] > 0);
    assert_eq!((lengths[1..].to_vec(), emulator.ledger().len()), (vec![0], 2));
}
