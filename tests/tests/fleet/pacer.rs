//! Pacers of one server.

use std::path::Path;
use std::sync::Arc;

use apsara::pacing::{Pacer as _, PacingError};
use apsara::{Operation, Quota};
use apsara_redis::{RedisPacer, StoreState, open};
use apsara_tests::{RedisServer, Worker, most_within, until};

use super::{Lane, MS, NONE, ONE_A_MINUTE, TEN, lane, within};

const WORKER: &str = env!("CARGO_BIN_EXE_quota");

#[tokio::test]
async fn four_processes_share_ten_calls_per_second_and_each_has_its_part() {
    let server = RedisServer::start();
    let settings = [format!("redis={}", server.url()), "record=grants".to_owned(), "seconds=5".to_owned()];
    let mut workers: Vec<Worker> = (0..4).map(|_| Worker::start(Path::new(WORKER), &settings)).collect();
    workers.iter_mut().for_each(Worker::wait);
    let grants = server.recorded("grants");
    assert!(most_within(&grants, 1_000_000) <= 10, "{grants:?}");
    let each: Vec<usize> = workers.iter().map(|worker| worker.count("granted")).collect();
    let sum: usize = each.iter().sum();
    assert!(sum >= 20, "{each:?}: they hardly ran");
    assert!(each.iter().all(|one| one * 8 >= sum), "{each:?}: one has less than half its part");
    assert_eq!(workers.iter().map(|worker| worker.count("failed")).sum::<usize>(), 0);
}

#[tokio::test]
async fn who_dies_while_it_waits_costs_no_more_than_a_window() {
    let server = RedisServer::start();
    let settings = [format!("redis={}", server.url()), "record=grants".to_owned(), "seconds=60".to_owned()];
    let mut dies = Worker::start(Path::new(WORKER), &settings);
    until("ten grants", || dies.count("granted") >= 10).await;
    dies.kill();
    let granted = server.recorded("grants").len();
    let mut given: redis::Cmd = redis::cmd("HGET");
    let given: usize =
        given.arg("apsara:quota:1234567890123456:live:Ten").arg("pushed").query(&mut server.connection()).unwrap();
    assert!(given <= granted + 10, "{given} places, {granted} grants: more than a window died with it");
    let pacer = RedisPacer::connect(&server.url()).await.unwrap().record_to("grants");
    pacer.acquire(lane(&TEN), within(60_000)).await.unwrap();
    assert!(most_within(&server.recorded("grants"), 1_000_000) <= 10);
}

/// Takes ten grants, by one pacer after the other.
async fn ten(pacers: impl IntoIterator<Item = &RedisPacer, IntoIter: Clone>, lane: Lane<'_>) {
    for pacer in pacers.into_iter().cycle().take(10) {
        pacer.acquire(lane, within(30_000)).await.unwrap();
    }
}

#[tokio::test]
async fn pacers_of_one_server_count_by_account_and_operation() {
    let server = RedisServer::start();
    let pacers = [RedisPacer::connect(&server.url()).await.unwrap(), RedisPacer::connect(&server.url()).await.unwrap()];
    let named = RedisPacer::connect(&server.url()).await.unwrap().account("1").key_prefix("p");
    let other = Lane { account: "6543210987654321", operation: &TEN };
    tokio::join!(ten(&pacers, lane(&TEN)), ten(&pacers, other), ten([&named], other));
    for pacer in &pacers {
        assert!(pacer.try_acquire(lane(&NONE)), "nothing limits it");
        assert_eq!(pacer.state(), StoreState::Reached);
        assert_eq!(pacer.acquire(lane(&TEN), within(20)).await, Err(PacingError::Late));
    }
    let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query(&mut server.connection()).unwrap();
    keys.sort();
    let expected = ["apsara:quota:1234567890123456:live:Ten", "apsara:quota:6543210987654321:live:Ten", "p:1:live:Ten"];
    keys.retain(|key| !key.ends_with(":probe"));
    assert_eq!(keys, expected);
}

#[tokio::test]
async fn a_user_of_the_server_needs_no_keys_but_those_with_the_prefix() {
    let server = RedisServer::start();
    let words = ["SETUSER", "team", "on", ">word", "~p:*", "+@all"];
    redis::cmd("ACL").arg(&words).exec(&mut server.connection()).unwrap();
    let url = server.url().replacen("://", "://team:word@", 1);
    let pacer = RedisPacer::lazy(&url).unwrap().key_prefix("p");
    pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
    let refused = RedisPacer::lazy(&url).unwrap().acquire(lane(&TEN), within(30_000)).await.unwrap_err();
    assert!(matches!(&refused, PacingError::Unavailable(why) if why.contains("no permissions")), "{refused}");
}

#[tokio::test]
async fn the_stricter_of_two_quotas_that_a_process_knows_is_told_to_the_server() {
    static TWO: Operation = Operation { quota: Some(Quota::per_second(2)), ..TEN };
    let server = RedisServer::start();
    let pacer = RedisPacer::connect(&server.url()).await.unwrap();
    // Where a rule changes, what was granted before is not known any more, and waits for a span.
    for operation in [&TEN, &TWO, &TWO] {
        pacer.acquire(lane(operation), within(30_000)).await.unwrap();
    }
    for operation in [&TWO, &TEN] {
        assert_eq!(pacer.acquire(lane(operation), within(20)).await, Err(PacingError::Late));
    }
}

#[tokio::test]
async fn a_stricter_quota_holds_for_a_minute_though_nobody_asks_for_it_any_more() {
    static TWO: Operation = Operation { quota: Some(Quota::per_second(2)), ..TEN };
    let server = RedisServer::start();
    let strict = RedisPacer::connect(&server.url()).await.unwrap();
    let wide = RedisPacer::connect(&server.url()).await.unwrap();
    strict.acquire(lane(&TWO), within(30_000)).await.unwrap();
    let lifetime: i64 =
        redis::cmd("PTTL").arg("apsara:quota:1234567890123456:live:Ten").query(&mut server.connection()).unwrap();
    assert!(lifetime > 55_000, "it is forgotten after {lifetime} ms");
    // Longer than the span, so that nothing else limits the lane.
    tokio::time::sleep(MS(1_500)).await;
    let mut granted = 0;
    // Each has time to be answered, and all together have less than a span.
    for _ in 0..3 {
        match wide.acquire(lane(&TEN), within(300)).await {
            Ok(()) => granted += 1,
            late => assert_eq!(late, Err(PacingError::Late)),
        }
    }
    assert!((1..=2).contains(&granted), "{granted} of three");
}

#[tokio::test]
async fn a_lane_is_closed_for_all_when_one_is_throttled_and_waits_beyond_a_deadline_are_not_begun() {
    let server = RedisServer::start();
    let one = RedisPacer::connect(&server.url()).await.unwrap();
    let other = RedisPacer::connect(&server.url()).await.unwrap();
    one.acquire(lane(&TEN), within(30_000)).await.unwrap();
    one.throttled(lane(&TEN), MS(60_000));
    // The other one is told by the server, once that has heard of it.
    let mut granted = 0;
    while other.acquire(lane(&TEN), within(500)).await.is_ok() {
        granted += 1;
        assert!(granted < 10, "it is not closed");
    }
    let late = tokio::time::timeout(MS(20_000), other.acquire(lane(&TEN), within(40_000))).await;
    assert_eq!(late.expect("it waited in vain"), Err(PacingError::Late));
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_gives_its_place_back() {
    let server = RedisServer::start();
    let pacer = Arc::new(RedisPacer::connect(&server.url()).await.unwrap());
    // The server is younger than a minute, so that all places of this lane are in the future.
    let waiting = pacer.acquire(lane(&ONE_A_MINUTE), within(300_000));
    assert!(tokio::time::timeout(MS(300), waiting).await.is_err());
    let key = "apsara:quota:1234567890123456:live:One";
    let mut free = String::new();
    for _ in 0..500 {
        free = redis::cmd("HGET").arg(key).arg("free").query(&mut server.connection()).unwrap();
        if !free.is_empty() {
            break;
        }
        tokio::time::sleep(MS(10)).await;
    }
    let place: String = redis::cmd("HGET").arg(key).arg("0").query(&mut server.connection()).unwrap();
    assert_eq!(free, place);
}

#[tokio::test]
async fn no_error_and_no_debug_holds_the_password() {
    let server = RedisServer::start();
    let url = format!("redis://user:opensesame@127.0.0.1:{}/", server.port());
    let refused = RedisPacer::connect(&url).await.unwrap_err();
    assert!(refused.to_string().contains("cannot be asked"), "{refused}");
    let pacer = RedisPacer::lazy(&url).unwrap();
    let late = pacer.acquire(lane(&TEN), within(5_000)).await.unwrap_err();
    let none = open("redis://user:opensesame@[/").await.map(drop).unwrap_err();
    for text in [format!("{refused:?}"), format!("{pacer:?}"), format!("{late} {late:?}"), format!("{none} {none:?}")] {
        assert!(!text.contains("opensesame"), "{text}");
    }
}

#[tokio::test]
async fn a_text_opens_the_store_that_it_names() {
    let server = RedisServer::start();
    let folder = apsara_tests::workspace::scratch("open").join("private");
    for (text, name) in [
        ("process".to_owned(), "LocalPacer"),
        (format!("host:{}", folder.display()), "HostPacer"),
        (server.url(), "RedisPacer"),
        (server.url().replace("redis:", "valkey:"), "RedisPacer"),
    ] {
        let pacer = open(&text).await.unwrap();
        assert!(format!("{pacer:?}").starts_with(name), "{text}: {pacer:?}");
    }
    let error = open("everybody").await.map(drop).unwrap_err();
    assert!(error.to_string().contains("`process`, `host`"), "{error}");
}
