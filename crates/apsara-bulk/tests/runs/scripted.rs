//! An executor that does with each request what the request says.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara_bulk::{Answer, Called, Checked, Executor, Failure, Format, Input, Problem, Reconcile, check};
use apsara_core::transport::BoxFuture;
use apsara_core::{Impact, Outcome, Quota, Repeat};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Does what the parameter `Do` says, and remembers what it was asked.
pub(crate) struct Scripted {
    pub(crate) repeat: Repeat,
    pub(crate) quota: Option<Quota>,
    pub(crate) reconcile: Option<Reconcile>,
    pub(crate) target: &'static str,
    pub(crate) journal: PathBuf,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    calls: Vec<Value>,
    asked: Vec<Value>,
    /// How many calls were not in the journal when they were made.
    unannounced: usize,
    in_flight: usize,
    most_in_flight: usize,
}

impl Scripted {
    /// Calls what may do harm when it is executed twice.
    pub(crate) fn new(place: &Place) -> Self {
        Self {
            repeat: Repeat::Unsafe,
            quota: None,
            reconcile: None,
            target: "https://test.example",
            journal: place.journal(),
            seen: Mutex::default(),
        }
    }

    /// Returns the ids of the requests that were made, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        let id = |call: &Value| call["Id"].as_str().unwrap_or("?").to_owned();
        self.seen.lock().unwrap().calls.iter().map(id).collect()
    }

    pub(crate) fn requests(&self) -> Vec<Value> {
        self.seen.lock().unwrap().calls.clone()
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.seen.lock().unwrap().asked.clone()
    }

    pub(crate) fn unannounced(&self) -> usize {
        self.seen.lock().unwrap().unannounced
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.seen.lock().unwrap().most_in_flight
    }

    fn is_announced(&self, line: &Value) -> bool {
        let journal = std::fs::read_to_string(&self.journal).unwrap();
        journal.contains(&format!("\"call\":{line}}}"))
    }

    /// Returns what is done with a call: of several words each is for one call, the last for all others.
    fn word<'a>(&self, request: &'a Value) -> &'a str {
        let words = request["Do"].as_str().unwrap_or("succeed");
        let calls = self.calls().iter().filter(|id| request["Id"] == id.as_str()).count();
        words.split(' ').nth(calls - 1).or_else(|| words.split(' ').next_back()).unwrap_or_default()
    }

    async fn answer(&self, request: &Value) -> Result<Answer, Failure> {
        let failed = |outcome, code: &str| {
            let mut failure = Failure::new(outcome, format!("it was {outcome}"));
            failure.code = Some(code.to_owned()).filter(|code| !code.is_empty());
            Err(failure)
        };
        match self.word(request) {
            "hang" => std::future::pending().await,
            "wait" => tokio::time::sleep(Duration::from_millis(20)).await,
            "reject" => return failed(Outcome::Rejected, "NotThere"),
            "lose" => return failed(Outcome::Unknown, ""),
            "garble" => return failed(Outcome::Executed, ""),
            "disconnect" => return failed(Outcome::NotSent, ""),
            _ => {}
        }
        Ok(Answer { response: json!({ "Of": request["Id"] }), waited: Duration::ZERO })
    }
}

impl Executor for Scripted {
    fn operation(&self) -> Called {
        Called::new("test", "2026-01-01", "Change", self.target).with(self.repeat, Impact::Change, self.quota)
    }

    fn is_text(&self, parameter: &str) -> bool {
        parameter != "Line"
    }

    fn check(&self, request: &Value) -> Vec<Problem> {
        let missing = request.get("Id").is_none();
        missing.then(|| Problem { text: "Id is required".to_owned(), is_warning: false }).into_iter().collect()
    }

    fn execute<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            {
                let is_announced = request["Line"].is_null() || self.is_announced(&request["Line"]);
                let mut seen = self.seen.lock().unwrap();
                seen.unannounced += usize::from(!is_announced);
                seen.calls.push(request.clone());
                seen.in_flight += 1;
                seen.most_in_flight = seen.most_in_flight.max(seen.in_flight);
            }
            let answer = self.answer(request).await;
            self.seen.lock().unwrap().in_flight -= 1;
            answer
        })
    }

    fn reconcile(&self) -> Option<&Reconcile> {
        self.reconcile.as_ref()
    }

    fn ask<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Value, Failure>> {
        self.seen.lock().unwrap().asked.push(request.clone());
        Box::pin(async move {
            match request["State"].as_i64() {
                Some(state) => Ok(json!({ "State": state })),
                None => Err(Failure::new(Outcome::Unknown, "nobody answers")),
            }
        })
    }
}

/// A folder for a journal.
pub(crate) struct Place(TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn journal(&self) -> PathBuf {
        self.0.path().join("run.journal")
    }

    pub(crate) fn checked(&self, executor: &dyn Executor, input: &str) -> Checked {
        self.checked_as(executor, input, Format::JsonLines)
    }

    pub(crate) fn checked_as(&self, executor: &dyn Executor, input: &str, format: Format) -> Checked {
        let input = Input::new(std::io::Cursor::new(input.to_owned()), format);
        check(input, executor, &self.journal()).unwrap()
    }

    /// Returns the results, each with its line and outcome, and its code.
    pub(crate) fn results(&self) -> Vec<String> {
        let mut text = Vec::new();
        apsara_bulk::results(&self.journal(), &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        let short = |line: &str| {
            let result: Value = serde_json::from_str(line).unwrap();
            let code = result["code"].as_str().map(|code| format!(" {code}")).unwrap_or_default();
            format!("{} {}{code}", result["line"], result["outcome"].as_str().unwrap())
        };
        text.lines().map(short).collect()
    }
}

/// Waits until something is so.
pub(crate) async fn until(is_so: impl Fn() -> bool) {
    let waited = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waited).await.expect("it does not come to that");
}

/// Makes calls of lines, with `Do` of each.
pub(crate) fn lines(what: &[&str]) -> String {
    let line = |(index, what): (usize, &&str)| {
        format!("{{\"Id\": \"{}\", \"Line\": {}, \"Do\": \"{what}\"}}\n", index + 1, index + 1)
    };
    what.iter().enumerate().map(line).collect()
}

pub(crate) fn shared(executor: Scripted) -> Arc<Scripted> {
    Arc::new(executor)
}
