//! `--wait`: a call that only reads, again and again until its answer is as it should be.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

use super::Prepared;
use crate::condition::Condition;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::CallOptions;

/// How long a wait takes unless it is said.
const DEADLINE: Duration = Duration::from_secs(600);
/// The first pause, and the longest; each is twice as long as the one before.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(15));

/// Calls until the condition holds; returns the answer of which it does.
pub(super) async fn until(prepared: &Prepared, condition: &Condition, options: &CallOptions) -> Result<Value, Failure> {
    let deadline = options.connect.deadline.unwrap_or(DEADLINE);
    let begun = Instant::now();
    let mut progress = Progress::new(deadline);
    let mut pause = PAUSES.0;
    let mut now = "nothing is known yet".to_owned();
    let over = |now: &str| {
        let waited = humantime::format_duration(deadline);
        let message = format!("{condition} does not hold after {waited}: {now}");
        Failure::new(Exit::Deadline, message).with("what to do", "look, or wait longer by --deadline")
    };
    loop {
        let left = deadline.saturating_sub(begun.elapsed());
        match tokio::time::timeout(left, prepared.answer(&prepared.request)).await {
            Err(_) => {
                progress.end();
                return Err(over(&now));
            }
            Ok(Ok(answer)) => {
                let judgement = condition.judge(&answer)?;
                if judgement.holds {
                    progress.end();
                    return Ok(answer);
                }
                now = judgement.now;
            }
            // It only reads, so that what is unclear and what passes with time does not end it.
            Ok(Err(error)) if error.leaves_open() => {
                now = format!("the last call failed: {error}");
            }
            Ok(Err(error)) => {
                progress.end();
                return Err(prepared.failed(&error));
            }
        }
        progress.show(&format!("waiting for {condition}: {now}"), begun.elapsed());
        let left = deadline.saturating_sub(begun.elapsed());
        if left.is_zero() {
            progress.end();
            return Err(over(&now));
        }
        tokio::time::sleep(pause.min(left)).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

/// Shows how a wait goes on: on a terminal in one line that changes, else a line whenever something changed.
struct Progress {
    deadline: Duration,
    draws: bool,
    last: String,
}

impl Progress {
    fn new(deadline: Duration) -> Self {
        Self { deadline, draws: crate::terminal::can_draw(), last: String::new() }
    }

    fn show(&mut self, text: &str, waited: Duration) {
        let seconds = |duration: Duration| humantime::format_duration(Duration::from_secs(duration.as_secs()));
        if self.draws {
            let waited = format!(" ({} of {})", seconds(waited), seconds(self.deadline));
            crate::terminal::draw(text, &waited);
        } else if self.last != text {
            crate::terminal::tell(text);
        }
        text.clone_into(&mut self.last);
    }

    /// Takes the line away.
    fn end(&self) {
        if self.draws && !self.last.is_empty() {
            crate::terminal::draw_nothing();
        }
    }
}
