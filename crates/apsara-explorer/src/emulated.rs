//! What the page can do to the emulator.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use apsara_emulator::{Emulator, Fault, FaultRule};
use serde_json::{Value, json};

/// A word, and what it stands for.
type Named = (&'static str, fn() -> Fault);

/// What can befall every call, by the words that the page uses.
const FAULTS: [Named; 5] = [
    ("throttled", || Fault::Throttle {
        code: "Throttling.User".to_owned(),
        status: 400,
        retry_after: None,
        legacy: None,
    }),
    ("failed", || Fault::ServerError { status: 500, code: "InternalError".to_owned(), shaped: true, executed: false }),
    ("cut", || Fault::ResetAfterExecuting),
    ("unreadable", || Fault::Undecodable),
    ("slow", || Fault::Delay(Duration::from_secs(2))),
];

/// The longest way that time can be moved at once: a hundred years.
const LONGEST: u64 = 100 * 365 * 86_400;

/// Holds the emulator, and what befalls its calls.
#[derive(Debug)]
pub(crate) struct Emulated {
    pub(crate) emulator: Emulator,
    fault: Mutex<Option<&'static str>>,
}

impl Emulated {
    pub(crate) fn new(emulator: Emulator) -> Self {
        Self { emulator, fault: Mutex::default() }
    }

    /// Says how it is.
    pub(crate) fn now(&self) -> Value {
        json!({
            "time": self.emulator.clock().now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "tasks": self.emulator.tasks().len(),
            "calls": self.emulator.ledger_len(),
            "fault": *self.fault.lock().unwrap_or_else(PoisonError::into_inner),
        })
    }

    /// Does what is asked: `fault`, `advance` by so many seconds, or `reset`. What cannot be done is said, and then nothing is.
    pub(crate) fn change(&self, asked: &Value) -> Result<(), String> {
        if let Some(word) = asked["fault"].as_str() {
            let fault = FAULTS.iter().find(|(known, _)| *known == word);
            if fault.is_none() && !word.is_empty() {
                let known = FAULTS.map(|(known, _)| known).join(", ");
                return Err(format!("there is no fault {word}; there are {known}, and none if it is empty"));
            }
            self.emulator.faults().clear();
            if let Some((_, fault)) = fault {
                self.emulator.faults().add(FaultRule::new(fault()));
            }
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault.map(|(word, _)| *word);
        } else if let Some(seconds) = asked["advance"].as_u64().filter(|seconds| *seconds <= LONGEST) {
            self.emulator.clock().advance(Duration::from_secs(seconds));
        } else if asked["reset"] == true {
            self.emulator.reset();
            *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = None;
        } else {
            return Err("say `fault`, `advance` by a number of seconds, or `reset`".to_owned());
        }
        Ok(())
    }
}
