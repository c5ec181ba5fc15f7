//! Finding out what became of calls of which nobody knows.

use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::stop::Level;
use super::{Options, Run, Stop};
use crate::error::BulkError;
use crate::executor::{Called, Executor};
use crate::journal::{Outcome, Writer};

/// How many questions are under way at a time.
const IN_FLIGHT: usize = 8;

impl Run {
    /// Asks about every call of which nobody knows what became, and that would not be repeated anyway. What cannot be found out stays
    /// as it is. Returns whether all were asked about.
    pub(super) async fn ask(
        &mut self,
        executor: &Arc<dyn Executor>,
        called: &Called,
        options: &Options,
        stop: &Stop,
        writer: &Writer,
    ) -> Result<bool, BulkError> {
        let lines: BTreeSet<u64> = self.questions(called, options).into_iter().collect();
        if lines.is_empty() {
            return Ok(true);
        }
        // When a call was announced says little: it may have waited for the quota, and have gone out last just before the run ended.
        tokio::select! {
            () = sleep(options.settle) => {}
            () = stop.beyond(Level::No) => return Ok(false),
        }
        let mut requests = self.requests(move |line| lines.contains(&line))?;
        let mut asked: JoinSet<Option<Outcome>> = JoinSet::new();
        let mut is_read = false;
        while !is_read || !asked.is_empty() {
            tokio::select! {
                biased;
                () = stop.beyond(Level::No) => return Ok(false),
                Some(outcome) = asked.join_next(), if !asked.is_empty() => {
                    // What became of a call is not less known because a question about it failed.
                    if let Ok(Some(outcome)) = outcome {
                        self.end(outcome, writer);
                    }
                }
                request = requests.recv(), if !is_read && asked.len() < IN_FLIGHT => match request {
                    None => is_read = true,
                    Some(request) => {
                        let (line, request) = request?;
                        let executor = Arc::clone(executor);
                        asked.spawn(async move {
                            let answer = executor.ask(&request).await.ok()?;
                            let by = executor.reconcile()?;
                            let fate = by.conclude(&answer, &request)?;
                            let message = Some(format!("{} says so", by.operation));
                            Some(Outcome { by: Some(by.operation.clone()), message, ..Outcome::new(line, fate) })
                        });
                    }
                },
            }
        }
        Ok(true)
    }
}
