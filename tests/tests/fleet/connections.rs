//! A server that stays where it is, while connections to it end, and lanes that it refuses.

use std::sync::{Arc, Mutex};

use apsara::pacing::{Pacer as _, PacingError};
use apsara_redis::{RedisPacer, StoreState, Unreachable};
use apsara_tests::RedisServer;
use tokio::runtime::Builder;

use super::{Lane, TEN, lane, within};

/// Makes a pacer, and what hears of its server.
fn told(server: &RedisServer) -> (RedisPacer, Arc<Mutex<Vec<StoreState>>>) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    let pacer = RedisPacer::lazy(&server.url()).unwrap();
    (pacer.on_change(move |state| told.lock().unwrap().push(state.clone())), heard)
}

#[tokio::test]
async fn a_connection_that_ended_while_nobody_used_it_is_no_loss_of_the_server() {
    let server = RedisServer::start();
    let (pacer, heard) = told(&server);
    for _ in 0..3 {
        pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
        // As a server does with a connection that is idle, and much that stands between.
        let killed: u32 =
            redis::cmd("CLIENT").arg(&["KILL", "TYPE", "normal"]).query(&mut server.connection()).unwrap();
        assert!(killed > 0);
    }
    assert_eq!(*heard.lock().unwrap(), [StoreState::Reached]);
}

#[test]
fn a_pacer_outlives_the_runtime_that_its_connection_was_made_in() {
    let server = RedisServer::start();
    let (pacer, heard) = told(&server);
    for _ in 0..3 {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(pacer.acquire(lane(&TEN), within(30_000))).unwrap();
    }
    assert_eq!(*heard.lock().unwrap(), [StoreState::Reached]);
}

#[tokio::test]
async fn what_the_server_refuses_for_one_lane_is_no_loss_of_it_for_others() {
    let server = RedisServer::start();
    let key = "apsara:quota:1234567890123456:live:Ten";
    redis::cmd("SET").arg(key).arg("x").exec(&mut server.connection()).unwrap();
    let (pacer, heard) = told(&server);
    // What a process may grant without the server is not meant for this.
    let pacer = pacer.unreachable(Unreachable::Share(2));
    let other = Lane { account: "6543210987654321", operation: &TEN };
    for _ in 0..2 {
        match pacer.acquire(lane(&TEN), within(30_000)).await {
            Err(PacingError::Unavailable(why)) => assert!(why.contains(key) && why.contains("WRONGTYPE"), "{why}"),
            answer => panic!("{answer:?}"),
        }
        pacer.acquire(other, within(30_000)).await.unwrap();
    }
    assert_eq!(*heard.lock().unwrap(), [StoreState::Reached]);
}
