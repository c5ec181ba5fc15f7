//! Crowds in virtual time.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::{sleep, timeout};

use super::*;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// Enters as a call does.
async fn enter(crowd: &Crowd) -> Place<'_> {
    if let Some(place) = crowd.try_enter() {
        return place;
    }
    let mut queued = crowd.queue();
    loop {
        let until = queued.look();
        if let Ok(place) = tokio::time::timeout_at(until, queued.place()).await {
            return place;
        }
    }
}

/// How many have a place that takes room.
fn taken(crowd: &Crowd) -> usize {
    crowd.change(|state| state.young.iter().sum())
}

/// Draws numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

/// Counts those that hold a place.
struct Held(Arc<AtomicUsize>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[tokio::test(start_paused = true)]
async fn no_place_is_lost_or_given_twice_whoever_is_dropped() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let crowd = Arc::new(Crowd::new());
        let (held, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..2000 {
            let (begins, patience, works) = (MS(random.below(60)), MS(random.below(120)), MS(random.below(30)));
            let (crowd, held, most) = (Arc::clone(&crowd), Arc::clone(&held), Arc::clone(&most));
            callers.spawn(async move {
                sleep(begins).await;
                let caller = async {
                    let _place = enter(&crowd).await;
                    most.fetch_max(held.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    let _held = Held(held);
                    sleep(works).await;
                };
                // Some are dropped while they wait, some when they have heard of their place, some before.
                timeout(patience, caller).await.is_ok()
            });
        }
        let done = callers.join_all().await.into_iter().filter(|is_done| *is_done).count();
        // None was under way for longer than a span, so that nobody had more room.
        assert_eq!(most.load(Ordering::SeqCst), LEAST_ROOM, "seed {seed}");
        assert!((500..2000).contains(&done), "seed {seed}: {done}");
        assert_eq!((taken(&crowd), crowd.change(|state| state.queue.len())), (0, 0), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_dropped_before_it_hears_of_its_place_leaves_it_to_the_next() {
    let crowd = Crowd::new();
    let mut places: Vec<_> = (0..LEAST_ROOM).map(|_| crowd.try_enter().unwrap()).collect();
    assert!(crowd.try_enter().is_none());
    let [first, mut second] = [(); 2].map(|()| crowd.queue());
    places.pop();
    assert_eq!((taken(&crowd), crowd.change(|state| state.queue.len())), (LEAST_ROOM, 1));
    drop(first);
    let last = timeout(SPAN, second.place()).await.unwrap();
    assert_eq!(taken(&crowd), LEAST_ROOM);
    drop((last, places));
    assert_eq!(taken(&crowd), 0);
}

#[tokio::test(start_paused = true)]
async fn there_is_more_room_while_many_are_slow_and_others_wait_and_less_afterwards() {
    let crowd = Crowd::new();
    let mut places: Vec<_> = (0..LEAST_ROOM).map(|_| crowd.try_enter().unwrap()).collect();
    let mut queued = crowd.queue();
    let mut rooms = Vec::new();
    for span in 0..8 {
        tokio::time::advance(SPAN).await;
        queued.look();
        if let Ok(place) = timeout(Duration::ZERO, queued.place()).await {
            places.push(place);
            // As many come as have room, until the fourth span.
            places.extend(std::iter::from_fn(|| (span < 4).then(|| crowd.try_enter()).flatten()));
            queued = crowd.queue();
        }
        rooms.push(crowd.change(|state| state.room));
    }
    assert_eq!(rooms, [128, 256, 256, 512, 512, 1024, 1024, 512]);
    drop((queued, places));
}

#[tokio::test(start_paused = true)]
async fn a_place_that_takes_no_room_any_more_is_not_taken_back_twice() {
    let crowd = Crowd::new();
    let old = crowd.try_enter().unwrap();
    tokio::time::advance(SPAN * 2).await;
    let young = crowd.try_enter().unwrap();
    assert_eq!(taken(&crowd), 1);
    drop(old);
    assert_eq!(taken(&crowd), 1);
    tokio::time::advance(SPAN).await;
    let _younger = crowd.try_enter().unwrap();
    assert_eq!(taken(&crowd), 2);
    drop(young);
    assert_eq!(taken(&crowd), 1);
}
