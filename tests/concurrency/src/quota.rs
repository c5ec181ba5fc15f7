//! Calls that want grants of one lane.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use apsara_core::Quota;
use shuttle::future::{block_on, spawn};
use shuttle::sync::Arc;

use crate::PacingError;
use crate::chance::{draw, dropped_after, up_to};
use crate::lane::LaneState;
use crate::time::{Instant, pass, sleep_until};

std::thread_local! {
    static GRANTED: Cell<u64> = const { Cell::new(0) };
    /// The times of the grants of this execution.
    static GRANTS: RefCell<Vec<Duration>> = const { RefCell::new(Vec::new()) };
    static LEFT: Cell<u64> = const { Cell::new(0) };
}

/// Returns how many grants there were in this process.
pub(crate) fn granted() -> u64 {
    GRANTED.get()
}

/// Takes note of a grant, at the time by which it was given: nobody else looked at the clock since.
fn grant() {
    GRANTED.set(GRANTED.get() + 1);
    GRANTS.with_borrow_mut(|grants| grants.push(Instant::seen()));
}

/// Has some tasks ask for grants, give up, be dropped and close the lane; and looks what they were granted.
pub(crate) fn scenario() {
    std::time::reset();
    GRANTS.take();
    let calls = u32::try_from(1 + draw(3)).unwrap();
    let lane = Arc::new(LaneState::new(Some(Quota { calls, seconds: 1 })));
    let tasks = 3 + draw(4);
    LEFT.set(tasks);
    for _ in 0..tasks {
        let lane = Arc::clone(&lane);
        spawn(async move {
            sleep_until(Instant::now() + up_to(Duration::from_millis(400))).await;
            one(&lane).await;
            LEFT.set(LEFT.get() - 1);
        });
    }
    block_on(pass(|| LEFT.get() == 0));
    kept(calls);
    // Whoever was dropped or gave up left nothing behind: once all is over and no closure lasts, there is a grant at once.
    std::time::advance(Duration::from_secs(600));
    assert!(lane.try_acquire(None), "nobody waits, and yet there is no grant");
    let deadline = Instant::now() + Duration::from_secs(5);
    let waits = spawn(async move { lane.acquire(None, deadline).await });
    let over = Rc::new(Cell::new(false));
    let seen = Rc::clone(&over);
    block_on(async move {
        let told = crate::time::timeout_at(deadline + Duration::from_secs(60), async {
            let passing = async {
                loop {
                    shuttle::future::yield_now().await;
                    std::time::advance(Duration::from_millis(100));
                }
            };
            either(waits, passing).await
        })
        .await;
        assert_eq!(told.unwrap().unwrap(), Ok(()), "a call after all others is not granted");
        seen.set(true);
    });
    assert!(over.get());
}

/// Waits for the first of two, of which the second never ends.
async fn either<T>(first: impl Future<Output = T>, second: impl Future<Output = ()>) -> T {
    let (mut first, mut second) = (Box::pin(first), Box::pin(second));
    std::future::poll_fn(|context| {
        let _ = second.as_mut().poll(context);
        first.as_mut().poll(context)
    })
    .await
}

async fn one(lane: &LaneState) {
    let deadline = Instant::now() + up_to(Duration::from_secs(4));
    match draw(6) {
        0 => {
            if lane.try_acquire(None) {
                grant();
            }
        }
        1 => lane.close(up_to(Duration::from_secs(2))),
        2 => {
            // It may be dropped after it was granted and before it could say so: such a grant is spent.
            let _ = dropped_after(draw(6), async {
                told(lane.acquire(None, deadline).await, deadline);
            })
            .await;
        }
        _ => told(lane.acquire(None, deadline).await, deadline),
    }
}

fn told(result: Result<(), PacingError>, deadline: Instant) {
    match result {
        Ok(()) => {
            assert!(Instant::seen() <= deadline.elapsed_since_start(), "granted after its deadline");
            grant();
        }
        Err(error) => assert_eq!(error, PacingError::Late),
    }
}

/// Sees that no span of the quota holds more than its calls.
fn kept(calls: u32) {
    let mut grants = GRANTS.take();
    grants.sort_unstable();
    for window in grants.windows(calls as usize + 1) {
        let took = *window.last().unwrap() - window[0];
        assert!(took > Duration::from_secs(1), "{} grants of {calls} within {took:?}: {grants:?}", window.len());
    }
}
