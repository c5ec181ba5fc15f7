//! Running a target so that every panic is noticed, also one of another thread.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};

use crate::Target;

/// One target runs at a time: what panics is then its affair, whichever thread it is.
static ONE: Mutex<()> = Mutex::new(());

/// Whether a target is under way: a panic is not told then but kept.
static UNDER_WAY: AtomicBool = AtomicBool::new(false);
/// The first panic since it was last asked for, with its place.
static SEEN: Mutex<Option<String>> = Mutex::new(None);
static HOOK: Once = Once::new();

thread_local! {
    /// Whether this thread is one that runs targets, and is not in one now: what panics then is a test.
    static OUTSIDE: Cell<bool> = const { Cell::new(false) };
}

fn take() -> Option<String> {
    SEEN.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// Runs a target with an input, and returns why that is a failure, where it is one.
pub fn failure(target: &Target, input: &[u8]) -> Option<String> {
    HOOK.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panicked| {
            if !UNDER_WAY.load(Ordering::SeqCst) || OUTSIDE.get() {
                return usual(panicked);
            }
            let place = panicked.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
            let payload = panicked.payload();
            let text = payload.downcast_ref::<String>().map(String::as_str).or(payload.downcast_ref::<&str>().copied());
            let text = text.unwrap_or("a panic without a text");
            SEEN.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(format!("{place}: {text}"));
        }));
    });
    OUTSIDE.set(true);
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    take();
    OUTSIDE.set(false);
    UNDER_WAY.store(true, Ordering::SeqCst);
    let ended = panic::catch_unwind(AssertUnwindSafe(|| (target.run)(input)));
    UNDER_WAY.store(false, Ordering::SeqCst);
    OUTSIDE.set(true);
    // What a server noticed first is why its client failed.
    take().or_else(|| ended.is_err().then(|| "a panic that nobody told of".to_owned()))
}
