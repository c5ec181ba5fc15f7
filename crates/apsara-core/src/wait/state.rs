//! Waits for the state that a field of an answer holds.

use std::borrow::Cow;
use std::fmt;

use super::Progress;
use crate::record::{Record, View, view_at};

/// Says of an operation which field holds a state, and which states end a wait.
#[derive(Debug)]
pub struct Waiter {
    /// The field: names on the wire, with dots between objects.
    pub field: &'static str,
    /// The states of which any one is waited for.
    pub until: &'static [State],
    /// The states after which those do not come by themselves.
    pub failed: &'static [State],
}

/// A state: a number or a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// A number.
    Number(i64),
    /// A text.
    Text(Cow<'static, str>),
}

impl State {
    /// Names a state by a text.
    #[must_use]
    pub const fn text(text: &'static str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn of(view: &View<'_>) -> Option<Self> {
        match view {
            View::Int(number) => Some(Self::Number(*number)),
            View::Str(text) => Some(Self::Text((*text).to_owned().into())),
            _ => None,
        }
    }
}

impl Waiter {
    /// Judges an answer; one without a state says nothing. A state that is set by a caller is the only one that is waited for.
    pub(super) fn judge<T: Record>(&self, answer: &T, set: Option<&State>) -> Progress {
        let Some(state) = view_at(answer, self.field).and_then(|view| State::of(&view)) else {
            return Progress::Waiting;
        };
        let is_it = set.map_or_else(|| self.until.contains(&state), |set| *set == state);
        if is_it {
            Progress::Done
        } else if self.failed.contains(&state) {
            Progress::Failed(format!("{} is {state}", self.field))
        } else {
            Progress::Waiting
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

impl From<i32> for State {
    fn from(number: i32) -> Self {
        Self::Number(number.into())
    }
}

impl From<i64> for State {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<String> for State {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}
