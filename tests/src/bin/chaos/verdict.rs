//! Whether what was told agrees with what was done.

use std::collections::BTreeMap;
use std::fmt;

use apsara::Outcome;
use apsara_emulator::{FaultKind, LedgerEntry};
use apsara_tests::Kind;

use crate::calls::{Told, operation};

/// The result of a run.
pub(crate) struct Report {
    pub(crate) requests: usize,
    /// Per kind and per what was told: how many calls, and how many of them were executed.
    table: BTreeMap<(&'static str, &'static str), (usize, usize)>,
    pub(crate) differences: Vec<String>,
}

/// What the ledger has of one call.
#[derive(Clone, Default)]
struct Done {
    requests: usize,
    executions: usize,
    /// How many requests met a fault that leaves their fate in the dark.
    dark: usize,
}

pub(crate) fn compare(told: &[Told], entries: &[LedgerEntry]) -> Report {
    let mut done = vec![Done::default(); told.len()];
    let mut differences = Vec::new();
    let mut requests = 0;
    for entry in entries {
        let Some((_, parameter)) = Kind::ALL.map(operation).into_iter().find(|(name, _)| *name == entry.action) else {
            continue;
        };
        requests += 1;
        let number =
            entry.parameter(parameter).and_then(|id| id.rsplit_once("call-")).and_then(|(_, n)| n.parse().ok());
        let call: Option<(&Told, &mut Done)> =
            number.and_then(|number: usize| told.get(number).zip(done.get_mut(number)));
        match call {
            Some((told, done)) if operation(told.kind).0 == entry.action => {
                done.requests += 1;
                done.executions += usize::from(entry.executed);
                done.dark += usize::from(entry.fault.is_some_and(leaves_in_the_dark));
            }
            _ => differences.push(format!("request {} was made by no call", entry.request_id)),
        }
    }
    let mut table = BTreeMap::new();
    for (told, done) in told.iter().zip(&done) {
        if let Some(difference) = difference(told, done) {
            let Done { requests, executions, .. } = done;
            differences.push(format!("{told:?}: {requests} requests, {executions} executions: {difference}"));
        }
        let row: &mut (usize, usize) = table.entry((operation(told.kind).0, name(told.outcome))).or_default();
        row.0 += 1;
        row.1 += usize::from(done.executions > 0);
    }
    Report { requests, table, differences }
}

/// Says what does not agree, if something does not.
fn difference(told: &Told, done: &Done) -> Option<&'static str> {
    let executed = done.executions > 0;
    match told.outcome {
        None | Some(Outcome::Executed) if !executed => return Some("told executed, and was not"),
        Some(Outcome::Rejected | Outcome::NotSent) if executed => return Some("told not executed, and was"),
        Some(Outcome::NotSent) if done.requests > 0 => return Some("told not sent, and arrived"),
        _ => {}
    }
    // Every request arrived, was answered clearly, and there was time for it.
    let is_clear = done.dark == 0 && done.requests == told.attempts as usize && !told.is_hurried;
    if told.outcome == Some(Outcome::Unknown) && is_clear {
        return Some("told unknown without a reason");
    }
    if told.kind != Kind::Safe && done.executions > 1 {
        return Some("executed twice");
    }
    // What the emulator duplicates arrives twice for each attempt.
    (done.requests > 2 * told.attempts as usize).then_some("arrived more often than it was sent")
}

/// Whether a fault lets nobody know what became of a request. A connection that was closed while it was idle is met by the next
/// request on it, which is in no ledger.
fn leaves_in_the_dark(fault: FaultKind) -> bool {
    use FaultKind::{ClockSkew, CloseIdle, Delay, ExpiredToken, Refuse, Throttle};
    !matches!(fault, ClockSkew | CloseIdle | Delay | ExpiredToken | Refuse | Throttle)
}

fn name(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        None => "succeeded",
        Some(Outcome::NotSent) => "not sent",
        Some(Outcome::Rejected) => "rejected",
        Some(Outcome::Executed) => "executed, answer lost",
        Some(_) => "unknown",
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<28} {:<22} {:>8} {:>9}", "operation", "told", "calls", "executed")?;
        for ((operation, told), (calls, executed)) in &self.table {
            writeln!(f, "{operation:<28} {told:<22} {calls:>8} {executed:>9}")?;
        }
        for difference in self.differences.iter().take(20) {
            writeln!(f, "{difference}")?;
        }
        write!(f, "chaos: {} differences", self.differences.len())
    }
}
