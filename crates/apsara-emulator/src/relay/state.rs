//! The five states of a relay task, and what leads into them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What broke the relay of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Failure {
    Pull,
    Push,
    Unknown,
}

impl Failure {
    fn reason(self) -> &'static str {
        match self {
            Self::Pull => "PullStreamFailed",
            Self::Push => "PushStreamFailed",
            Self::Unknown => "UnknownError",
        }
    }
}

/// Why a task does not run any more, though it could be restarted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Stop {
    /// Somebody stopped it.
    User,
    /// The retries are used up.
    Retries(Failure),
    /// The last file of its list has been played.
    Finished,
}

impl Stop {
    /// The reason that Describe and List give: of failures only.
    pub(crate) fn described(self) -> Option<&'static str> {
        match self {
            Self::Retries(cause) => Some(cause.reason()),
            Self::User | Self::Finished => None,
        }
    }

    /// The reason that a callback gives.
    pub(crate) fn told(self) -> Option<&'static str> {
        match self {
            Self::User => Some("TriggerByUser"),
            Self::Retries(_) => Some("RetryTimesOffline"),
            Self::Finished => None,
        }
    }
}

/// Why a task is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Exit {
    User,
    EndTime,
}

impl Exit {
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Self::User => "TriggerByUser",
            Self::EndTime => "OverEndTime",
        }
    }
}

/// The five documented states, with what each of them needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum State {
    Idle,
    Running { since: Timestamp },
    Recovering { since: Timestamp, cause: Failure },
    Offline { by: Stop },
    Exited { at: Timestamp, by: Exit },
}
