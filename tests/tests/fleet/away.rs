//! A server that goes away and comes back.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};

use apsara::pacing::{Pacer as _, PacingError};
use apsara_redis::{RedisPacer, StoreState, Unreachable};
use apsara_tests::{RedisServer, Worker, most_within, until};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep, timeout};

use super::{Lane, MS, TEN, lane, within};

#[tokio::test]
async fn while_the_server_is_away_nothing_is_granted_and_after_it_the_quota_holds_again() {
    let mut server = RedisServer::start();
    let settings = [format!("redis={}", server.url()), "record=grants".to_owned(), "seconds=60".to_owned()];
    let program = Path::new(env!("CARGO_BIN_EXE_quota"));
    let mut workers: Vec<Worker> = (0..3).map(|_| Worker::start(program, &settings)).collect();
    until("five grants for each", || workers.iter().all(|worker| worker.count("granted") >= 5)).await;
    let before = server.recorded("grants");
    server.kill();
    until("all know of it", || workers.iter().all(|worker| worker.count("unavailable") > 0)).await;
    // All of them know it, and what was granted before has been printed.
    let told = workers[0].lines().into_iter().find(|line| line.starts_with("unavailable")).unwrap();
    assert!(told.contains(&format!("the quota's store at 127.0.0.1:{} cannot be asked", server.port())), "{told}");
    sleep(MS(200)).await;
    let count = |workers: &[Worker]| workers.iter().map(|worker| worker.count("granted")).sum::<usize>();
    let granted = count(&workers);
    sleep(MS(1500)).await;
    assert_eq!(count(&workers), granted, "granted without the server");
    server.start_again();
    until("fifteen grants more", || count(&workers) >= granted + 15).await;
    let after = server.recorded("grants");
    workers.iter_mut().for_each(Worker::kill);
    assert!(most_within(&before, 1_000_000) <= 10, "{before:?}");
    assert!(most_within(&after, 1_000_000) <= 10, "{after:?}");
}

async fn set(flag: &AtomicBool) {
    while !flag.load(Ordering::Relaxed) {
        sleep(MS(5)).await;
    }
}

/// A way to a server that can be cut: the server stays, and forgets nothing.
struct Cable {
    port: u16,
    to: Arc<AtomicU16>,
    is_cut: Arc<AtomicBool>,
    /// Whether it carries nothing, and says nothing of it, as one whose other end has lost its power.
    is_silent: Arc<AtomicBool>,
}

impl Cable {
    async fn lay(server: &RedisServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let to = Arc::new(AtomicU16::new(server.port()));
        let target = Arc::clone(&to);
        let is_cut = Arc::new(AtomicBool::new(false));
        let cut = Arc::clone(&is_cut);
        let is_silent = Arc::new(AtomicBool::new(false));
        let silent = Arc::clone(&is_silent);
        tokio::spawn(async move {
            while let Ok((mut from, _)) = listener.accept().await {
                let (cut, silent, to) = (Arc::clone(&cut), Arc::clone(&silent), target.load(Ordering::Relaxed));
                tokio::spawn(async move {
                    if cut.load(Ordering::Relaxed) {
                        return;
                    }
                    let mut to = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                    tokio::select! {
                        biased;
                        () = set(&silent) => std::future::pending().await,
                        () = set(&cut) => {}
                        _ = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
                    }
                });
            }
        });
        Self { port, to, is_cut, is_silent }
    }

    fn pacer(&self) -> RedisPacer {
        RedisPacer::lazy(&format!("redis://127.0.0.1:{}/", self.port)).unwrap()
    }

    /// Cuts it, and waits until that is noticed.
    async fn cut(&self, pacer: &RedisPacer) {
        self.is_cut.store(true, Ordering::Relaxed);
        let noticed = async {
            while pacer.state() == StoreState::Reached {
                // Until it is noticed, the server is asked.
                let _ = pacer.acquire(lane(&TEN), within(200)).await;
            }
        };
        timeout(MS(60_000), noticed).await.expect("nobody noticed that it was cut");
    }

    /// Mends it, and waits until that is noticed.
    async fn mend(&self, pacer: &RedisPacer) {
        self.is_cut.store(false, Ordering::Relaxed);
        until("it is noticed that it was mended", || pacer.state() == StoreState::Reached).await;
    }
}

#[tokio::test]
async fn a_process_with_a_share_goes_on_by_itself_and_closes_the_lane_when_the_server_is_back() {
    let server = RedisServer::start();
    let cable = Cable::lay(&server).await;
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    let sharing = cable
        .pacer()
        .unreachable(Unreachable::Share(2))
        .on_change(move |state| told.lock().unwrap().push(state.clone()));
    assert_eq!(sharing.state(), StoreState::Unasked);
    sharing.acquire(lane(&TEN), within(30_000)).await.unwrap();

    cable.cut(&sharing).await;
    let lost = Instant::now();
    // The server may have given all of the quota until now.
    assert_eq!(sharing.acquire(lane(&TEN), lost + MS(500)).await, Err(PacingError::Late));
    for _ in 0..2 {
        sharing.acquire(lane(&TEN), within(30_000)).await.unwrap();
    }
    assert_eq!(sharing.acquire(lane(&TEN), within(100)).await, Err(PacingError::Late), "more than its share");

    let direct = RedisPacer::connect(&server.url()).await.unwrap();
    direct.acquire(lane(&TEN), within(30_000)).await.unwrap();
    cable.mend(&sharing).await;
    let closed: u64 = {
        let key = "apsara:quota:1234567890123456:live:Ten";
        redis::cmd("HGET").arg(key).arg("closed").query(&mut server.connection()).unwrap()
    };
    let (seconds, microseconds): (u64, u64) = redis::cmd("TIME").query(&mut server.connection()).unwrap();
    assert!(closed > seconds * 1_000_000 + microseconds, "the lane was not closed");
    sharing.acquire(lane(&TEN), within(30_000)).await.unwrap();
    let states = heard.lock().unwrap().clone();
    assert!(matches!(states[..], [StoreState::Reached, StoreState::Unreachable(_), StoreState::Reached]), "{states:?}");
}

#[tokio::test]
async fn what_the_cloud_asks_for_while_the_server_is_away_is_told_to_it_when_it_is_back() {
    let server = RedisServer::start();
    let cable = Cable::lay(&server).await;
    let pacer = cable.pacer();
    pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
    cable.cut(&pacer).await;
    pacer.throttled(lane(&TEN), MS(60_000));
    sleep(MS(20)).await;
    cable.mend(&pacer).await;
    assert_eq!(pacer.acquire(lane(&TEN), within(20_000)).await, Err(PacingError::Late));
    let other = RedisPacer::connect(&server.url()).await.unwrap();
    assert_eq!(other.acquire(lane(&TEN), within(20_000)).await, Err(PacingError::Late));
}

#[tokio::test]
async fn another_server_that_took_the_place_of_one_grants_nothing_for_a_span() {
    let (one, another) = (RedisServer::start(), RedisServer::start_and_settle());
    let cable = Cable::lay(&one).await;
    let pacer = cable.pacer();
    pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
    cable.cut(&pacer).await;
    cable.to.store(another.port(), Ordering::Relaxed);
    cable.mend(&pacer).await;
    assert_eq!(pacer.acquire(lane(&TEN), within(500)).await, Err(PacingError::Late));
    pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
}

#[tokio::test]
async fn a_server_that_falls_silent_is_noticed_though_no_call_has_as_long_as_that_takes() {
    let server = RedisServer::start();
    let cable = Cable::lay(&server).await;
    let pacer = cable.pacer().unreachable(Unreachable::Share(2));
    pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
    cable.is_silent.store(true, Ordering::Relaxed);
    // One that never had a connection does not wait for its first one for ever either.
    let new = cable.pacer();
    for (pacer, before) in [(&pacer, StoreState::Reached), (&new, StoreState::Unasked)] {
        let noticed = async {
            while pacer.state() == before {
                let _ = pacer.acquire(lane(&TEN), within(300)).await;
            }
        };
        timeout(MS(30_000), noticed).await.expect("nobody noticed");
        assert!(matches!(pacer.state(), StoreState::Unreachable(_)), "{pacer:?}");
    }
    let share = async {
        let mut granted = 0;
        while granted < 2 {
            sleep(MS(10)).await;
            granted += usize::from(pacer.acquire(lane(&TEN), within(300)).await.is_ok());
        }
    };
    timeout(MS(30_000), share).await.expect("the share never began");
}

#[tokio::test]
async fn a_lane_that_cannot_be_told_keeps_no_other_from_a_server_that_is_back() {
    let server = RedisServer::start();
    let cable = Cable::lay(&server).await;
    let pacer = cable.pacer();
    pacer.acquire(lane(&TEN), within(30_000)).await.unwrap();
    cable.cut(&pacer).await;
    pacer.throttled(lane(&TEN), MS(60_000));
    sleep(MS(20)).await;
    redis::cmd("SET").arg("apsara:quota:1234567890123456:live:Ten").arg("x").exec(&mut server.connection()).unwrap();
    timeout(MS(30_000), cable.mend(&pacer)).await.expect("it stays away");
    let other = Lane { account: "6543210987654321", operation: &TEN };
    pacer.acquire(other, within(30_000)).await.unwrap();
}

#[tokio::test]
async fn a_share_of_nothing_is_refused_like_no_share() {
    let pacer = RedisPacer::lazy("redis://127.0.0.1:1/").unwrap().unreachable(Unreachable::Share(0));
    match pacer.acquire(lane(&TEN), within(5_000)).await {
        Err(PacingError::Unavailable(reason)) => assert!(reason.contains("127.0.0.1:1 cannot be asked"), "{reason}"),
        other => panic!("{other:?}"),
    }
}
