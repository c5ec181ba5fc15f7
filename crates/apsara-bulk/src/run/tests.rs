//! Runs whose journals are older, or worse, than a test from outside can make them.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use apsara_core::transport::BoxFuture;
use apsara_core::{Impact, Quota};
use serde_json::json;

use super::*;
use crate::executor::{Answer, Failure, Problem};
use crate::input::{Format, Input, check};
use crate::journal::Record;
use crate::reconcile::Reconcile;

/// Executes every call, and counts what it is asked.
struct Counting {
    repeat: Repeat,
    reconcile: Option<Reconcile>,
    asked: AtomicUsize,
    executed: AtomicUsize,
    /// What happens while a call is made.
    meanwhile: fn(),
}

impl Executor for Counting {
    fn operation(&self) -> Called {
        Called::new("test", "2026-01-01", "Change", "https://test.example").with(
            self.repeat,
            Impact::Change,
            None::<Quota>,
        )
    }

    fn is_text(&self, _: &str) -> bool {
        true
    }

    fn check(&self, _: &Value) -> Vec<Problem> {
        Vec::new()
    }

    fn execute<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        self.executed.fetch_add(1, Ordering::SeqCst);
        (self.meanwhile)();
        Box::pin(async { Ok(Answer { response: json!({}), waited: Duration::ZERO }) })
    }

    fn reconcile(&self) -> Option<&Reconcile> {
        self.reconcile.as_ref()
    }

    fn ask<'a>(&'a self, _: &'a Value) -> BoxFuture<'a, Result<Value, Failure>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { Ok(json!({ "State": 0 })) })
    }
}

fn counting(repeat: Repeat, reconcile: Option<Reconcile>) -> Arc<Counting> {
    Arc::new(Counting {
        repeat,
        reconcile,
        asked: AtomicUsize::new(0),
        executed: AtomicUsize::new(0),
        meanwhile: || {},
    })
}

/// Makes a journal of one line with calls that were announced so long ago, and resumes its run.
fn resumed(folder: &Path, executor: &Counting, ago: &[Duration]) -> Run {
    let path = folder.join("run.journal");
    let checked = || {
        let input = Input::new(&b"{\"Id\": \"1\"}\n"[..], Format::JsonLines);
        check(input, executor, &path).unwrap()
    };
    let mut run = Run::create(checked(), &path, executor).unwrap();
    for ago in ago {
        let at = journal::now() - u64::try_from(ago.as_millis()).unwrap();
        run.file.write_all(&Record::Call { line: 1, at }.encode()).unwrap();
    }
    drop(run);
    Run::resume(checked(), &path, executor).unwrap()
}

#[test]
fn a_token_is_as_old_as_the_first_call_of_which_nobody_knows() {
    let minutes = |ago: u64| Duration::from_secs(60 * ago);
    let executor = counting(Repeat::WithToken, None);
    for (ago, calls) in [(&[55][..], 1), (&[110], 0), (&[110, 55], 0)] {
        let folder = tempfile::tempdir().unwrap();
        let ago: Vec<Duration> = ago.iter().copied().map(minutes).collect();
        let run = resumed(folder.path(), &executor, &ago);
        assert_eq!(run.plan(&*executor, &Options::default()).calls, calls, "{ago:?}");
    }
}

#[tokio::test]
async fn a_token_that_grows_too_old_while_others_are_called_is_not_sent_again() {
    static LATER: AtomicU64 = AtomicU64::new(0);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.journal");
    let mut executor = counting(Repeat::WithToken, None);
    // The first call takes an hour.
    Arc::get_mut(&mut executor).unwrap().meanwhile = || LATER.store(3_600_000, Ordering::SeqCst);
    let checked = || check(Input::new(&b"{\"Id\":1}\n{\"Id\":2}\n"[..], Format::JsonLines), &*executor, &path).unwrap();
    let mut run = Run::create(checked(), &path, &*executor).unwrap();
    run.file.write_all(&Record::Call { line: 2, at: journal::now() }.encode()).unwrap();
    drop(run);
    let mut run = Run::resume(checked(), &path, &*executor).unwrap();
    run.clock = || journal::now() + LATER.load(Ordering::SeqCst);
    let all: Arc<dyn Executor> = Arc::<Counting>::clone(&executor);
    let options = Options::default().in_flight(1);
    assert_eq!(run.plan(&*executor, &options).calls, 2);
    let mut told = Vec::new();
    let summary = run.go_on(all, &options, &Stop::new(), |progress| told.push(progress.ended)).await.unwrap();
    assert_eq!((summary.ended, summary.counts.succeeded, summary.counts.unknown), (Ended::Complete, 1, 1));
    assert_eq!((executor.executed.load(Ordering::SeqCst), told), (1, vec![1]));
    assert_eq!(run.unknown().collect::<Vec<_>>(), [2]);
}

#[tokio::test]
async fn a_call_that_was_announced_long_ago_may_have_gone_out_just_now() {
    let folder = tempfile::tempdir().unwrap();
    let reconcile = Reconcile {
        operation: "Describe".to_owned(),
        executed_when: None,
        not_executed_when: Some("State == 0".parse().unwrap()),
    };
    let executor = counting(Repeat::Unsafe, Some(reconcile));
    let mut run = resumed(folder.path(), &executor, &[Duration::from_secs(7200)]);
    let stop = Stop::new();
    let stopping = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        stop.drain();
    };
    let all: Arc<dyn Executor> = Arc::<Counting>::clone(&executor);
    let settling = Options::default().settle(Duration::from_secs(3600));
    let (summary, ()) = tokio::join!(run.go_on(all, &settling, &stop, |_| {}), stopping);
    assert_eq!((summary.unwrap().ended, executor.asked.load(Ordering::SeqCst)), (Ended::Drained, 0));
}

#[tokio::test]
async fn a_run_whose_journal_could_not_be_written_is_resumed_and_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let executor = counting(Repeat::Safe, None);
    let mut run = resumed(folder.path(), &executor, &[]);
    let whole = run.file.try_clone().unwrap();
    // What can only be read cannot be written.
    run.file = File::open(&run.path).unwrap();
    let all = || -> Arc<dyn Executor> { Arc::<Counting>::clone(&executor) };
    let error = run.go_on(all(), &Options::default(), &Stop::new(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("cannot be written"), "{error}");
    // The call did not go out, so it is as before.
    assert_eq!((run.counts().due, run.counts().unknown, run.unknown().count()), (1, 0, 0));
    assert_eq!(executor.executed.load(Ordering::SeqCst), 0);
    run.file = whole;
    let error = run.go_on(all(), &Options::default(), &Stop::new(), |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("drop this run and resume it"), "{error}");
}

#[tokio::test]
async fn a_run_that_was_dropped_is_resumed_and_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let executor = counting(Repeat::Safe, None);
    let mut run = resumed(folder.path(), &executor, &[]);
    let all = || -> Arc<dyn Executor> { Arc::<Counting>::clone(&executor) };
    let (options, stop) = (Options::default(), Stop::new());
    {
        let mut going = Box::pin(run.go_on(all(), &options, &stop, |_| {}));
        let once = std::future::poll_fn(|context| {
            let _ = going.as_mut().poll(context);
            std::task::Poll::Ready(())
        });
        once.await;
    }
    let error = run.go_on(all(), &options, &stop, |_| {}).await.unwrap_err();
    assert!(error.to_string().contains("drop this run and resume it"), "{error}");
}
