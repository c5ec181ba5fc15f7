//! Runs that are dropped wherever they wait.

use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use apsara_bulk::{Ended, Executor, Run, Stop};

use crate::scripted::{Place, Scripted, lines, shared};
use crate::{go_on, options};

/// Polls a future so often, and drops it if it has not ended by then.
async fn dropped_after<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut future, mut left) = (Box::pin(future), polls);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

#[tokio::test]
async fn a_run_that_is_dropped_anywhere_goes_on_and_calls_nothing_twice() {
    let input = lines(&["wait", "succeed", "reject", "wait", "lose", "succeed"]);
    // A busy machine lets several things happen between two polls, so that a run may end after few of them.
    let (mut polls, mut dropped) = (0, 0);
    for _ in 0..200 {
        let place = Place::new();
        let executor = shared(Scripted::new(&place));
        let options = options().in_flight(2);
        let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
        let all: Arc<dyn Executor> = Arc::<Scripted>::clone(&executor);
        let stop = Stop::new();
        let ended = dropped_after(polls, run.go_on(all, &options, &stop, |_| {})).await;
        drop(run);
        // What was being written when it was dropped is written first; until then the journal belongs to that run.
        let mut tries = 0;
        let mut run = loop {
            match Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor) {
                Ok(run) => break run,
                Err(error) => assert!(error.to_string().contains("under way") && tries < 1000, "{error}"),
            }
            tries += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        let summary = go_on(&mut run, &executor, &options).await;
        assert_eq!(executor.unannounced(), 0, "after {polls} polls");
        let mut calls: BTreeMap<String, usize> = (1..=6).map(|line| (line.to_string(), 0)).collect();
        executor.calls().iter().for_each(|id| *calls.get_mut(id).unwrap() += 1);
        assert!(calls.values().all(|times| *times <= 1), "after {polls} polls: {calls:?}");
        // What was announced and perhaps never sent is nobody's to call again.
        let results = place.results();
        for (line, times) in calls {
            let is_told = results.contains(&format!("{line} unknown"));
            assert!(times == 1 || is_told, "after {polls} polls {line} was forgotten: {results:?}");
        }
        assert_eq!(results.len(), 6, "after {polls} polls: {results:?}");
        match ended {
            Some(_) if dropped > 5 => return,
            Some(_) => polls = 0,
            None => {
                assert!(matches!(summary.ended, Ended::Complete), "after {polls} polls: {summary:?}");
                (polls, dropped) = (polls + 1, dropped + 1);
            }
        }
    }
    panic!("of 200 runs none ended after more than five were dropped, which {dropped} were");
}
