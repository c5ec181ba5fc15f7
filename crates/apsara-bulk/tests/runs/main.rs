//! Runs from input to results, against an executor that does as each line says.

#![allow(clippy::unwrap_used)]

mod dropped;
mod inputs;
mod scripted;

use std::sync::Arc;
use std::time::Duration;

use apsara_bulk::{Ended, Executor, Options, Reconcile, Run, Stop, Summary};
use apsara_core::{Quota, Repeat};
use serde_json::json;

use crate::scripted::{Place, Scripted, lines, shared, until};

async fn go_on(run: &mut Run, executor: &Arc<Scripted>, options: &Options) -> Summary {
    let executor: Arc<dyn Executor> = Arc::<Scripted>::clone(executor);
    in_time(run.go_on(executor, options, &Stop::new(), |_| {})).await.unwrap()
}

/// A run that does not end is a failure, not a test that never does.
async fn in_time<T>(ended: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), ended).await.expect("the run does not end")
}

fn options() -> Options {
    Options::default().settle(Duration::ZERO)
}

#[tokio::test]
async fn every_line_is_called_once_and_announced_before() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["succeed"; 200]);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let mut told = Vec::new();
    let all: Arc<dyn Executor> = Arc::<Scripted>::clone(&executor);
    let summary =
        in_time(run.go_on(all, &options(), &Stop::new(), |progress| told.push(progress.ended))).await.unwrap();
    assert_eq!((summary.ended, summary.counts.succeeded), (Ended::Complete, 200));
    assert!(summary.counts.is_complete());
    assert_eq!(told, (1..=200).collect::<Vec<_>>());
    let mut calls: Vec<u32> = executor.calls().iter().map(|id| id.parse().unwrap()).collect();
    calls.sort_unstable();
    assert_eq!(calls, (1..=200).collect::<Vec<_>>());
    assert_eq!(executor.unannounced(), 0, "calls went out before the journal told of them");
    assert_eq!(place.results(), (1..=200).map(|line| format!("{line} succeeded")).collect::<Vec<_>>());
}

#[tokio::test]
async fn only_what_was_not_executed_is_called_again_unless_more_is_asked_for() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["succeed", "reject", "lose", "garble", "disconnect"]);
    let resumed = || Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let one = options().in_flight(1);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let summary = go_on(&mut run, &executor, &one).await;
    assert_eq!(executor.calls(), ["1", "2", "3", "4", "5"]);
    let expected = ["1 succeeded", "2 rejected NotThere", "3 unknown", "4 executed", "5 not_executed"];
    assert_eq!(place.results(), expected);
    assert_eq!(
        summary.counts.to_string(),
        "1 succeeded, 1 executed without a readable answer, 1 rejected, 1 not executed, 1 unknown"
    );
    drop(run);

    go_on(&mut resumed(), &executor, &one).await;
    assert_eq!(executor.calls()[5..], ["5"]);
    go_on(&mut resumed(), &executor, &one.clone().retry_rejected(true)).await;
    assert_eq!(executor.calls()[6..], ["2", "5"]);
    let mut last = resumed();
    assert_eq!(last.unknown().collect::<Vec<_>>(), [3]);
    assert_eq!(last.plan(&*executor, &one).left_unknown, 1);
    go_on(&mut last, &executor, &one.clone().retry_unknown(true)).await;
    assert_eq!(executor.calls()[8..], ["3", "5"]);
    assert_eq!(place.results(), expected);
}

#[tokio::test]
async fn what_is_not_known_of_a_call_is_not_known_better_by_one_that_failed_later() {
    for (repeat, then) in [
        (Repeat::Unsafe, "disconnect"),
        (Repeat::Unsafe, "reject"),
        (Repeat::WithToken, "disconnect"),
        (Repeat::WithToken, "reject"),
    ] {
        let place = Place::new();
        let mut executor = Scripted::new(&place);
        executor.repeat = repeat;
        let executor = shared(executor);
        let input = lines(&[&format!("lose {then} succeed")]);
        let resumed = || Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
        go_on(
            &mut Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap(),
            &executor,
            &options(),
        )
        .await;
        go_on(&mut resumed(), &executor, &options().retry_unknown(true)).await;
        assert_eq!(executor.calls().len(), 2);
        let told = place.results();
        assert!(told[0].starts_with("1 unknown"), "{repeat:?}, then {then}: {told:?}");
        if repeat == Repeat::Unsafe {
            let mut run = resumed();
            assert_eq!((run.unknown().collect::<Vec<_>>(), run.counts().unknown), (vec![1], 1));
            go_on(&mut run, &executor, &options()).await;
            assert_eq!(executor.calls().len(), 2, "{then}: it is made again by nobody's wish");
        }
        go_on(&mut resumed(), &executor, &options().retry_unknown(true)).await;
        assert_eq!((executor.calls().len(), place.results()), (3, vec!["1 succeeded".to_owned()]));
    }
}

#[tokio::test]
async fn a_call_that_is_safe_to_repeat_is_settled_by_the_last() {
    let place = Place::new();
    let mut executor = Scripted::new(&place);
    executor.repeat = Repeat::Safe;
    let executor = shared(executor);
    let input = lines(&["lose reject"]);
    go_on(
        &mut Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap(),
        &executor,
        &options(),
    )
    .await;
    let mut run = Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options()).await;
    assert_eq!((run.counts().rejected, place.results()), (1, vec!["1 rejected NotThere".to_owned()]));
}

/// Makes a run that is stopped at once while some calls are under way.
async fn interrupted(place: &Place, executor: &Arc<Scripted>, input: &str, hanging: usize) {
    let mut run = Run::create(place.checked(&**executor, input), &place.journal(), &**executor).unwrap();
    let stop = Stop::new();
    let stopping = async {
        until(|| executor.most_in_flight() >= hanging).await;
        stop.now();
    };
    let all: Arc<dyn Executor> = Arc::<Scripted>::clone(executor);
    let options = options().in_flight(hanging);
    let (summary, ()) = tokio::join!(in_time(run.go_on(all, &options, &stop, |_| {})), stopping);
    assert_eq!(summary.unwrap().ended, Ended::Stopped);
}

#[tokio::test]
async fn what_was_under_way_is_unknown_and_not_called_again() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["hang", "hang", "hang", "succeed", "succeed"]);
    interrupted(&place, &executor, &input, 3).await;
    assert_eq!(executor.calls(), ["1", "2", "3"]);
    assert_eq!(place.results(), ["1 unknown", "2 unknown", "3 unknown"]);

    let mut run = Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    assert_eq!((run.counts().unknown, run.counts().due), (3, 2));
    let summary = go_on(&mut run, &executor, &options()).await;
    assert_eq!((summary.ended, summary.counts.unknown), (Ended::Complete, 3));
    assert_eq!(executor.calls()[3..], ["4", "5"]);
    assert_eq!(run.unknown().collect::<Vec<_>>(), [1, 2, 3]);
}

#[tokio::test]
async fn what_became_of_a_call_is_asked_where_somebody_knows() {
    let place = Place::new();
    let mut executor = Scripted::new(&place);
    executor.reconcile = Some(Reconcile {
        operation: "Describe".to_owned(),
        executed_when: Some("State == 3".parse().unwrap()),
        not_executed_when: Some("State == 0".parse().unwrap()),
    });
    let executor = shared(executor);
    let input: String = [json!(3), json!(0), json!(1), json!(null)]
        .iter()
        .enumerate()
        .map(|(index, state)| format!("{}\n", json!({ "Id": (index + 1).to_string(), "Do": "lose", "State": state })))
        .collect();
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options().in_flight(1)).await;
    assert!(executor.asked().is_empty(), "there was nothing to ask when the run began");
    drop(run);

    let mut run = Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let plan = run.plan(&*executor, &options());
    assert_eq!((plan.calls, plan.asks, plan.left_unknown), (0, Some((4, "Describe".to_owned())), 0));
    go_on(&mut run, &executor, &options()).await;
    assert_eq!(executor.asked().len(), 4);
    // The second was not executed, so it was called again; then it was lost again.
    assert_eq!(executor.calls()[4..], ["2"]);
    assert_eq!(place.results(), ["1 executed", "2 unknown", "3 unknown", "4 unknown"]);
}

#[tokio::test]
async fn nobody_is_asked_about_a_call_that_may_be_on_its_way_still() {
    let place = Place::new();
    let mut executor = Scripted::new(&place);
    executor.reconcile = Some(Reconcile {
        operation: "Describe".to_owned(),
        executed_when: None,
        not_executed_when: Some("State == 0".parse().unwrap()),
    });
    let executor = shared(executor);
    let input = "{\"Id\": \"1\", \"Do\": \"lose\", \"State\": 0}\n";
    let mut run = Run::create(place.checked(&*executor, input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options()).await;
    let stop = Stop::new();
    let all: Arc<dyn Executor> = Arc::<Scripted>::clone(&executor);
    let settling = Options::default().settle(Duration::from_secs(3600));
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.drain();
    };
    let (summary, ()) = tokio::join!(in_time(run.go_on(all, &settling, &stop, |_| {})), stopping);
    assert_eq!(summary.unwrap().ended, Ended::Drained);
    assert!(executor.asked().is_empty() && executor.calls() == ["1"]);
}

#[tokio::test]
async fn a_run_reads_its_results_by_the_file_that_it_holds_and_goes_on_behind_them() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["succeed", "disconnect succeed", "succeed"]);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options().in_flight(1)).await;
    let results = |run: &mut Run| {
        let mut text = Vec::new();
        let counts = run.results(&mut text).unwrap();
        (text, counts.into_iter().collect::<Vec<_>>())
    };
    let mut expected = Vec::new();
    apsara_bulk::results(&place.journal(), &mut expected).unwrap();
    let counts = vec![("not_executed".to_owned(), 1), ("succeeded".to_owned(), 2)];
    assert_eq!(results(&mut run), (expected.clone(), counts.clone()));
    // Where a lock keeps everybody else from reading, another file is as good as none.
    let away = place.journal().with_extension("away");
    std::fs::rename(place.journal(), &away).unwrap();
    assert_eq!(results(&mut run), (expected, counts));
    std::fs::rename(&away, place.journal()).unwrap();
    let summary = go_on(&mut run, &executor, &options()).await;
    assert_eq!(summary.counts.succeeded, 3);
    assert_eq!(place.results(), ["1 succeeded", "2 succeeded", "3 succeeded"]);
}

#[tokio::test]
async fn a_run_that_is_drained_makes_no_further_call_and_loses_no_result() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["wait"; 100]);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let stop = Stop::new();
    let all: Arc<dyn Executor> = Arc::<Scripted>::clone(&executor);
    let at_ten = |progress: &apsara_bulk::Progress| {
        if progress.ended == 10 {
            stop.drain();
        }
    };
    let summary = in_time(run.go_on(all, &options().in_flight(4), &stop, at_ten)).await.unwrap();
    assert_eq!(summary.ended, Ended::Drained);
    assert_eq!((summary.counts.succeeded, summary.counts.unknown), (executor.calls().len() as u64, 0));
    assert!((10..=14).contains(&summary.counts.succeeded), "{}", summary.counts);
    assert_eq!(place.results().len(), executor.calls().len());
}

#[tokio::test]
async fn a_run_that_is_drained_when_nothing_is_left_to_call_is_complete() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["wait"; 4]);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let stop = Stop::new();
    let all: Arc<dyn Executor> = Arc::<Scripted>::clone(&executor);
    let at_last = |progress: &apsara_bulk::Progress| {
        if progress.ended == 4 {
            stop.drain();
        }
    };
    let summary = in_time(run.go_on(all, &options(), &stop, at_last)).await.unwrap();
    assert_eq!((summary.ended, summary.counts.succeeded), (Ended::Complete, 4));
}

#[tokio::test]
async fn a_run_whose_calls_all_fail_stops_by_itself() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["disconnect"; 40]);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    let summary = go_on(&mut run, &executor, &options().in_flight(2).stop_after(5)).await;
    assert_eq!(summary.ended, Ended::Failing(5, "it was not sent".to_owned()));
    assert!((5..=6).contains(&executor.calls().len()));
    let summary = go_on(&mut run, &executor, &options().stop_after(0)).await;
    assert_eq!((summary.ended, summary.counts.not_executed), (Ended::Complete, 40));
}

#[tokio::test]
async fn calls_that_do_no_harm_twice_are_made_again() {
    let place = Place::new();
    let mut executor = Scripted::new(&place);
    executor.repeat = Repeat::Safe;
    let executor = shared(executor);
    interrupted(&place, &executor, &lines(&["hang", "hang"]), 2).await;
    let run = Run::resume(place.checked(&*executor, &lines(&["hang", "hang"])), &place.journal(), &*executor).unwrap();
    assert_eq!((run.plan(&*executor, &options()).calls, run.plan(&*executor, &options()).left_unknown), (2, 0));
}

#[tokio::test]
async fn a_call_that_is_made_again_has_the_client_token_of_the_first() {
    let place = Place::new();
    let mut executor = Scripted::new(&place);
    executor.repeat = Repeat::WithToken;
    let executor = shared(executor);
    // An empty token is none.
    let empty = lines(&["lose", "lose"]).replacen("\"Id\"", "\"ClientToken\": \"\", \"Id\"", 1);
    let empty = empty.replace("{\"Id\"", "{\"ClientToken\": null, \"Id\"");
    let input = format!("{empty}{{\"Id\": \"3\", \"ClientToken\": \"mine\"}}\n");
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options().in_flight(1)).await;
    drop(run);
    let mut run = Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options().in_flight(1)).await;
    let tokens: Vec<String> =
        executor.requests().iter().map(|call| call["ClientToken"].as_str().unwrap().to_owned()).collect();
    assert_eq!(tokens[..2], tokens[3..]);
    assert!(tokens[0] != tokens[1] && tokens[0].len() <= 64 && tokens[2] == "mine", "{tokens:?}");
    assert!(!tokens.contains(&String::new()), "{tokens:?}");
}

#[tokio::test]
async fn a_run_goes_on_only_as_what_it_was_begun() {
    let place = Place::new();
    let executor = shared(Scripted::new(&place));
    let input = lines(&["succeed", "succeed"]);
    drop(Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap());
    let error = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap_err();
    assert!(error.to_string().contains("exists already: resume that run"), "{error}");

    let other = lines(&["succeed", "reject"]);
    let error = Run::resume(place.checked(&*executor, &other), &place.journal(), &*executor).unwrap_err();
    assert!(error.to_string().contains("another input") && !error.is_damaged(), "{error}");
    let mut elsewhere = Scripted::new(&place);
    elsewhere.target = "https://other.example";
    let error = Run::resume(place.checked(&elsewhere, &input), &place.journal(), &elsewhere).unwrap_err();
    assert!(error.to_string().contains("calls to https://test.example, not to https://other.example"), "{error}");
    Run::resume(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
}

#[tokio::test]
async fn no_more_calls_are_under_way_than_fill_the_quota() {
    let place = Place::new();
    let mut executor = Scripted::new(&place);
    executor.quota = Some(Quota::per_second(100));
    let executor = shared(executor);
    let input = lines(&["wait"; 100]);
    let mut run = Run::create(place.checked(&*executor, &input), &place.journal(), &*executor).unwrap();
    go_on(&mut run, &executor, &options()).await;
    // 21 until it is known how long a call takes.
    assert!((2..=21).contains(&executor.most_in_flight()), "{}", executor.most_in_flight());
}
