//! Stopping a run from outside.

use std::sync::Arc;

use tokio::sync::watch;

/// How far a run is stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    #[default]
    No,
    Drain,
    Now,
}

/// Stops a run from outside. Clones stop the same one.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<watch::Sender<Level>>);

impl Stop {
    /// Creates one that has stopped nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets no further call go out. Those that are under way end, and the journal gets their results.
    pub fn drain(&self) {
        self.raise(Level::Drain);
    }

    /// Ends the run at once. What became of the calls that are under way is not known then.
    pub fn now(&self) {
        self.raise(Level::Now);
    }

    fn raise(&self, to: Level) {
        self.0.send_if_modified(|level| {
            let is_higher = *level < to;
            *level = to.max(*level);
            is_higher
        });
    }

    pub(super) fn level(&self) -> Level {
        *self.0.borrow()
    }

    /// Ends when it is stopped further than that.
    pub(super) async fn beyond(&self, level: Level) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(|now| *now > level).await;
    }
}
