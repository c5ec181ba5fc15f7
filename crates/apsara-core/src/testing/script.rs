//! A transport that expects calls, and answers them as it is told.

use std::collections::VecDeque;
use std::fmt;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;

use super::answer::Answer;
use super::request::Asked;
use crate::transport::{BoxFuture, Transport, TransportError};

/// Expects calls in an order, and answers each as it is told. Clones are the same script.
///
/// A call that is not the next one expected is not answered: it fails as one that was never sent, with what was expected
/// instead, and [`Script::verify`] says so again. Each attempt counts as a call, for that is what a server sees.
///
/// ```
/// use apsara_core::testing::{Answer, Expect, Script};
///
/// let script = Script::new()
///     .expect(Expect::operation("DescribeThing").with("Id", "t-1"), Answer::refusal(404, "Thing.NotFound", "No such thing."))
///     .expect(Expect::operation("CreateThing"), Answer::success(&serde_json::json!({ "Id": "t-2" })));
/// # let _ = script;
/// ```
#[derive(Clone, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    expected: VecDeque<(Expect, Answer)>,
    met: usize,
    /// What came that was not expected, each with what was.
    unexpected: Vec<String>,
}

/// Says which call is expected.
#[derive(Clone, Debug)]
#[must_use = "a script expects what is given to it"]
pub struct Expect {
    operation: String,
    parameters: Vec<(String, Option<String>)>,
}

impl Expect {
    /// Expects a call of an operation, with any parameters.
    pub fn operation(name: impl Into<String>) -> Self {
        Self { operation: name.into(), parameters: Vec::new() }
    }

    /// Expects a parameter, by its name on the wire and as it stands there: of a list for example `Id.1`. Where there is a body in
    /// JSON, its properties count too.
    pub fn with(mut self, name: impl Into<String>, value: impl fmt::Display) -> Self {
        self.parameters.push((name.into(), Some(value.to_string())));
        self
    }

    /// Expects that a parameter is not set.
    pub fn without(mut self, name: impl Into<String>) -> Self {
        self.parameters.push((name.into(), None));
        self
    }

    fn is_met_by(&self, asked: &Asked) -> bool {
        let is_met = |(name, value): &(String, Option<String>)| asked.parameter(name) == *value;
        self.operation == asked.operation && self.parameters.iter().all(is_met)
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            let joint = if index == 0 { " with" } else { "," };
            match value {
                Some(value) => write!(f, "{joint} {name}={value:?}")?,
                None => write!(f, "{joint} no {name}")?,
            }
        }
        Ok(())
    }
}

impl Script {
    /// Creates a script that expects nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Expects one more call, after those before it, and says what it is answered with.
    #[must_use]
    pub fn expect(self, expected: Expect, answer: Answer) -> Self {
        self.state().expected.push_back((expected, answer));
        self
    }

    /// Makes sure that all expected calls came, and no others.
    ///
    /// # Panics
    ///
    /// Panics where they did not, with all that came instead and all that did not come.
    #[track_caller]
    pub fn verify(&self) {
        let state = self.state();
        if state.unexpected.is_empty() && state.expected.is_empty() {
            return;
        }
        let mut told = format!("the calls were not as expected; {} were.", state.met);
        for unexpected in &state.unexpected {
            let _ = write!(told, "\n  {unexpected}");
        }
        for (missing, _) in &state.expected {
            let _ = write!(told, "\n  never came: {missing}");
        }
        drop(state);
        panic!("{told}");
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Script").field("expected", &state.expected.len()).field("met", &state.met).finish()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        let asked = Asked::read(&request);
        let mut state = self.state();
        let answer = match state.expected.pop_front() {
            Some((expected, answer)) if expected.is_met_by(&asked) => {
                state.met += 1;
                answer.0
            }
            next => {
                let told = match &next {
                    Some((expected, _)) => format!("expected: {expected}; came: {asked}"),
                    None => format!("expected: no more calls; came: {asked}"),
                };
                // It may still come.
                if let Some(next) = next {
                    state.expected.push_front(next);
                }
                state.unexpected.push(told.clone());
                Err(TransportError::new(format!("the script has no answer: {told}")).malformed())
            }
        };
        Box::pin(std::future::ready(answer))
    }
}
