//! Waiting for what must come about, and not for ever: a test that hangs says nothing.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How long one waits for what takes a moment.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until something is so.
///
/// # Panics
///
/// Panics after a minute, and says what did not come about.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "not within {PATIENCE:?}: {what}");
        sleep(Duration::from_millis(5)).await;
    }
}
