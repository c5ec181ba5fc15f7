//! One quota for the processes of a host, by files.

#![cfg(unix)]
#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::time::Duration;

use apsara::pacing::{HostPacer, Lane, Pacer as _};
use apsara::{Operation, Product, Quota};
use apsara_tests::{Worker, most_within, until, workspace};
use tokio::time::Instant;

static PRODUCT: Product = Product::of("live", "2016-11-01");
static TEN: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(10)), ..Operation::of(&PRODUCT) };

const LANE: Lane<'static> = Lane { account: "1234567890123456", operation: &TEN };

/// Starts processes that take all of one quota that they get.
fn start(processes: usize, folder: &Path, record: &Path, seconds: u32) -> Vec<Worker> {
    let settings =
        [format!("host={}", folder.display()), format!("record={}", record.display()), format!("seconds={seconds}")];
    (0..processes).map(|_| Worker::start(Path::new(env!("CARGO_BIN_EXE_quota")), &settings)).collect()
}

fn folders(name: &str) -> (PathBuf, PathBuf) {
    let folder = workspace::scratch(name);
    (folder.join("private"), folder.join("record"))
}

fn recorded(record: &Path) -> Vec<u64> {
    let mut times: Vec<u64> =
        std::fs::read_to_string(record).unwrap().lines().map(|line| line.parse().unwrap()).collect();
    times.sort_unstable();
    times
}

#[test]
fn four_processes_share_ten_calls_per_second_and_each_has_its_part() {
    let (folder, record) = folders("host-shared");
    let mut workers = start(4, &folder, &record, 5);
    workers.iter_mut().for_each(Worker::wait);
    let grants = recorded(&record);
    assert!(most_within(&grants, 1_000_000) <= 10, "{grants:?}");
    let each: Vec<usize> = workers.iter().map(|worker| worker.count("granted")).collect();
    let sum: usize = each.iter().sum();
    assert!(sum >= 20, "{each:?}: they hardly ran");
    assert!(each.iter().all(|one| one * 8 >= sum), "{each:?}: one has less than half its part");
    assert_eq!(workers.iter().map(|worker| worker.count("failed")).sum::<usize>(), 0, "{:?}", workers[0].lines());
}

#[tokio::test]
async fn who_is_killed_while_it_waits_costs_no_more_than_a_window() {
    let (folder, record) = folders("host-killed");
    let mut workers = start(1, &folder, &record, 60);
    until("fifteen grants", || workers[0].count("granted") >= 15).await;
    workers[0].kill();
    // It held places in the next span at most, and half of those: there is room for as many again before the second is over.
    let pacer = HostPacer::in_folder(&folder).unwrap().record_to(&record);
    let second_span = Instant::now() + Duration::from_millis(2 * 1040);
    pacer.acquire(LANE, second_span).await.expect("more than a window died with it");
    assert!(most_within(&recorded(&record), 1_000_000) <= 10);
}
