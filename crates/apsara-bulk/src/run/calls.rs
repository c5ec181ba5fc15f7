//! Making the calls that are due, each announced before it goes out.

use std::sync::Arc;
use std::time::{Duration, Instant};

use apsara_core::Repeat;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::stop::Level;
use super::window::Window;
use super::{Ended, Options, Progress, Run, Stop};
use crate::error::BulkError;
use crate::executor::{Answer, Called, Executor, Failure};
use crate::fate::{Fate, State};
use crate::journal::{Outcome, Writer};
use crate::plan::at_least;

/// The parameter by which the cloud knows that two calls are meant to be one.
const CLIENT_TOKEN: &str = "ClientToken";

/// A call that has ended; or its line, with the state from before, if it was not made, for the journal could not announce it.
type Made = Result<(Outcome, Duration), (u64, State)>;

impl Run {
    pub(super) async fn make_calls(
        &mut self,
        executor: &Arc<dyn Executor>,
        called: &Called,
        options: &Options,
        stop: &Stop,
        writer: &Writer,
        progress: &mut impl FnMut(&Progress),
    ) -> Result<Ended, BulkError> {
        let start = Instant::now();
        let mut due = self.checked.states.clone();
        let mut calls = 0;
        for (line, state) in self.checked.states.lines() {
            let is_due = self.is_due(line, state, called, options);
            calls += u64::from(is_due);
            due.set(line, if is_due { State::Due } else { State::Empty });
        }
        let mut requests = self.requests(move |line| due.get(line) == State::Due)?;
        let mut window = Window::new(options.in_flight, called.quota);
        let mut made: JoinSet<Made> = JoinSet::new();
        let (mut ended, mut failures, mut why) = (0, 0, Ended::Complete);
        let (mut is_read, mut is_failed) = (false, None);
        loop {
            let level = stop.level();
            if level > Level::No && why == Ended::Complete {
                why = Ended::Drained;
            }
            if level == Level::Now {
                // What was announced and has no result is unknown from now on.
                made.shutdown().await;
                return Ok(Ended::Stopped);
            }
            // No further call: what was read ahead stays due.
            is_read |= why != Ended::Complete || is_failed.is_some();
            if is_read && made.is_empty() {
                // Whoever drained it when the last calls were under way has missed none.
                let why = if why == Ended::Drained && ended == calls { Ended::Complete } else { why };
                return is_failed.map_or(Ok(why), Err);
            }
            tokio::select! {
                biased;
                Some(call) = made.join_next(), if !made.is_empty() => {
                    ended += 1;
                    match call {
                        Ok(Ok((outcome, took))) => {
                            window.ended(took);
                            let is_done = matches!(outcome.fate, Fate::Succeeded | Fate::Executed);
                            failures = if is_done { 0 } else { failures + 1 };
                            if failures > 0 && failures == options.stop_after && why == Ended::Complete {
                                why = Ended::Failing(failures, outcome.message.clone().unwrap_or_default());
                            }
                            self.end(outcome, writer);
                        }
                        Ok(Err((line, before))) => {
                            self.set(line, before);
                            is_failed = Some(BulkError::new("the journal cannot be written"));
                        }
                        // The executor panicked: what became of its call is not known.
                        Err(_) => {}
                    }
                    let (counts, in_flight, elapsed) = (self.counts, made.len(), start.elapsed());
                    let least = at_least(calls, called.quota);
                    progress(&Progress { counts, ended, calls, in_flight, elapsed, least });
                }
                request = requests.recv(), if !is_read && made.len() < window.size() => match request {
                    None => is_read = true,
                    Some(Err(error)) => is_failed = Some(error),
                    Some(Ok((line, request))) if self.is_due(line, self.checked.states.get(line), called, options) => {
                        self.make(line, request, executor, called, writer, &mut made);
                    }
                    // Its token has grown too old while the lines before it were called: what became of the line stays unknown.
                    Some(Ok(_)) => calls -= 1,
                },
                () = stop.beyond(level) => {}
            }
        }
    }

    /// Announces a call, and makes it once that is durable.
    fn make(
        &mut self,
        line: u64,
        mut request: Value,
        executor: &Arc<dyn Executor>,
        called: &Called,
        writer: &Writer,
        made: &mut JoinSet<Made>,
    ) {
        if called.repeat == Repeat::WithToken
            && let Some(parameters) = request.as_object_mut()
        {
            let token = parameters.entry(CLIENT_TOKEN).or_insert(Value::Null);
            // An empty one is none: every call would have another. This one is the same for every call of the line, however often the run
            // is interrupted.
            if token.is_null() || token == "" {
                *token = json!(format!("{}-{line}", self.run));
            }
        }
        let at = (self.clock)();
        let durable = writer.call(line, at);
        let before = self.checked.states.get(line);
        self.set(line, State::Called);
        // What is executed once however often it is made is settled by its last call.
        let in_doubt = self.unresolved.contains_key(&line) && called.repeat != Repeat::Safe;
        self.unresolved.entry(line).or_insert(at);
        let executor = Arc::clone(executor);
        made.spawn(async move {
            if !durable.await {
                return Err((line, before));
            }
            let start = Instant::now();
            let result = executor.execute(&request).await;
            let (Ok(Answer { waited, .. }) | Err(Failure { waited, .. })) = &result;
            let took = start.elapsed().saturating_sub(*waited);
            Ok((outcome(line, result, in_doubt), took))
        });
    }
}

/// Says what became of a line by its last call; `in_doubt` says that nobody knows what became of one before it.
fn outcome(line: u64, result: Result<Answer, Failure>, in_doubt: bool) -> Outcome {
    match result {
        Ok(answer) => Outcome { response: Some(answer.response), ..Outcome::new(line, Fate::Succeeded) },
        Err(failure) => {
            let mut fate = failure.fate();
            let Failure { code, request_id, mut message, .. } = failure;
            // That this one was not executed says nothing of the other.
            if in_doubt && matches!(fate, Fate::Rejected | Fate::NotExecuted) {
                message = format!("an earlier call of the line may have been executed; the last was {fate}: {message}");
                fate = Fate::Unknown;
            }
            Outcome { code, request_id, message: Some(message), ..Outcome::new(line, fate) }
        }
    }
}
