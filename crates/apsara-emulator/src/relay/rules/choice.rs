//! The single choices, by name.

use super::table::{ROWS, Row};

/// Names one answer to a question that the documents leave open.
///
/// What each does, and where it comes from, [`explain`](Self::explain) and [`source`](Self::source) tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Choice {
    /// A restarted task goes on under a new id.
    NewId,
    /// A restarted task keeps its id.
    SameId,
    /// A stop of what does not run is refused.
    StopRefused,
    /// A stop of what does not run succeeds and does nothing.
    StopIgnored,
    /// A restart before the start time is refused.
    EarlyRestartRefused,
    /// A restart before the start time succeeds and does nothing.
    EarlyRestartIgnored,
    /// Before the start, all of an update takes effect.
    EarlyUpdateAll,
    /// Before the start, an update changes source type and destination as well.
    EarlyUpdateOlder,
    /// Before the start, an update changes the region only.
    EarlyUpdateRegion,
    /// A running task keeps its end time.
    RunningUpdateLimited,
    /// A running task takes another end time.
    RunningUpdateEnd,
    /// A stopped task ignores source type and destination, which an update has no parameters for.
    StoppedUpdateNewer,
    /// A stopped task refuses an update that names source type or destination.
    StoppedUpdateOlder,
    /// Only a stopped task takes other sources.
    SourcesAfterRestart,
    /// A running task takes other sources at once.
    SourcesAtOnce,
    /// A task may last for any time.
    AnyLength,
    /// A task may last for seven days.
    SevenDays,
    /// Older and newer protocols are taken.
    ProtocolsAll,
    /// The protocols of older documents are taken.
    ProtocolsOlder,
    /// The protocols of newer documents are taken.
    ProtocolsNewer,
    /// Every live centre in the metadata exists.
    RegionsKnown,
    /// Four live centres exist.
    RegionsDocumented,
    /// Five live centres exist: those four and `cn-shenzhen`.
    RegionsWithShenzhen,
    /// An exited task is known for a day.
    ExitedDay,
    /// An exited task is known for a quarter of an hour.
    ExitedQuarterHour,
    /// An exited task is known for a week.
    ExitedWeek,
    /// A task may start in the past.
    PastStartAccepted,
    /// A task must not start in the past.
    PastStartRefused,
    /// A file of a list plays for ever.
    FilesEndless,
    /// A file of a list plays for a minute.
    FilesMinute,
    /// A file of a list plays for ten minutes.
    FilesTenMinutes,
    /// A task whose list is finished is stopped.
    FinishedOffline,
    /// A task whose list is finished exits.
    FinishedExits,
    /// A task whose list is finished runs on.
    FinishedRuns,
    /// An exit is told by an event of its own.
    ExitEventOwn,
    /// An exit is told by the same event as all else.
    ExitEventRunning,
    /// An exit is not told.
    ExitEventNone,
    /// Events are spelled as the table of the page has them.
    EventAsTable,
    /// Events are spelled as the sample of the page has them.
    EventAsSample,
    /// That a task has recovered is not told.
    RecoverySilent,
    /// That a task has recovered is told.
    RecoveryTold,
    /// A callback that fails is sent again.
    CallbackRetried,
    /// A callback is sent once.
    CallbackOnce,
}

impl Choice {
    /// Gives all choices, in the order of their questions.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.choice)
    }

    /// Gives the name, such as `same-id`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Gives the question it answers.
    #[must_use]
    pub fn question(self) -> &'static str {
        self.row().question
    }

    /// Says what it does.
    #[must_use]
    pub fn explain(self) -> &'static str {
        self.row().does
    }

    /// Says which document it comes from.
    #[must_use]
    pub fn source(self) -> &'static str {
        self.row().source
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.name == name).map(|row| row.choice)
    }

    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        ROWS.iter().map(|row| row.name)
    }

    pub(super) fn bit(self) -> u64 {
        1 << self as u32
    }

    pub(super) fn row(self) -> &'static Row {
        // The rows stand in the order of the enum, which a test checks.
        &ROWS[self as usize]
    }
}
