//! Whether what the processes were told agrees with what the emulators decided. It knows both by their lines alone, and shares no code
//! with either.

use std::collections::BTreeMap;
use std::fmt;

/// What a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// It only reads.
    Safe,
    /// Its token makes one of two.
    WithToken,
    /// Twice is twice.
    Unsafe,
}

/// How many decisions before a crash may have been lost with it, or their answers: no more were under way.
pub(crate) const UNDER_WAY: usize = 2 * 2 * super::client::IN_FLIGHT;

/// What is known of a call.
#[derive(Clone, Debug, Default)]
struct Known {
    begun: usize,
    /// What its process was told: the word, the attempts, and whether it was hurried.
    told: Vec<(String, usize, bool)>,
    requests: usize,
    /// In which emulator, the first being 0, and whether that may have been lost with its crash.
    executions: Vec<(usize, bool)>,
    /// Whether something kept one of its answers back: a fault, or a crash.
    dark: bool,
}

/// The calls of a run, by their numbers.
pub(crate) struct Model {
    operations: [(&'static str, Call); 3],
    kinds: Vec<Call>,
    known: Vec<Known>,
    differences: Vec<String>,
    faults: BTreeMap<String, usize>,
    requests: usize,
}

/// What came of a run.
pub(crate) struct Report {
    pub(crate) differences: Vec<String>,
    pub(crate) faults: BTreeMap<String, usize>,
    pub(crate) requests: usize,
    /// Per kind of call and what was told: how many calls, and how many of them were executed.
    table: BTreeMap<(&'static str, String), (usize, usize)>,
}

impl Model {
    /// Begins with calls whose kinds are known, and the names of the operations.
    pub(crate) fn new(operations: [(&'static str, Call); 3], kinds: Vec<Call>) -> Self {
        let known = vec![Known::default(); kinds.len()];
        Self { operations, kinds, known, differences: Vec::new(), faults: BTreeMap::new(), requests: 0 }
    }

    /// Takes what a process wrote; the lines of one that was killed end anywhere.
    pub(crate) fn told(&mut self, lines: &str) {
        for line in lines.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let call = words
                .get(1)
                .and_then(|number| number.parse().ok())
                .and_then(|number: usize| self.known.get_mut(number));
            match (call, &words[..]) {
                (Some(call), ["begin", _]) => call.begun += 1,
                (Some(call), [word, _, attempts, rest @ ..]) => {
                    let attempts = attempts.parse().unwrap_or(usize::MAX);
                    call.told.push(((*word).to_owned(), attempts, rest == ["hurried"]));
                }
                _ => self.differences.push(format!("a process wrote `{line}`")),
            }
        }
    }

    /// Takes what an emulator decided until its end, the emulators in their order.
    pub(crate) fn decided(&mut self, emulator: usize, lines: &str, is_crash: bool) {
        let lines: Vec<&str> = lines.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let [operation, number, done, fault] = words[..] else {
                self.differences.push(format!("emulator {emulator} wrote `{line}`"));
                continue;
            };
            self.requests += 1;
            *self.faults.entry(fault.to_owned()).or_default() += usize::from(fault != "-");
            let kind = self.operations.iter().find(|(name, _)| *name == operation).map(|(_, kind)| *kind);
            let number =
                number.parse().ok().filter(|number| self.kinds.get(*number).copied() == kind && kind.is_some());
            let Some(call) = number.and_then(|number: usize| self.known.get_mut(number)) else {
                self.differences.push(format!("emulator {emulator} has a request that no call made: `{line}`"));
                continue;
            };
            let may_be_lost = is_crash && lines.len() - at <= UNDER_WAY;
            call.requests += 1;
            call.dark |= may_be_lost || !IN_THE_LIGHT.contains(&fault);
            if done == "executed" {
                call.executions.push((emulator, may_be_lost));
            }
            if done == "replayed" && kind != Some(Call::WithToken) {
                self.differences.push(format!("emulator {emulator} replayed what has no token: `{line}`"));
            }
        }
    }

    /// Compares. All processes and all emulators have ended.
    pub(crate) fn report(mut self) -> Report {
        let mut table: BTreeMap<_, (usize, usize)> = BTreeMap::new();
        for (number, (kind, call)) in self.kinds.iter().zip(&self.known).enumerate() {
            if let Some(difference) = difference(*kind, call) {
                self.differences.push(format!("call {number} ({kind:?}) {difference}: {call:?}"));
            }
            let told = call.told.first().map_or("crashed", |(word, ..)| word).to_owned();
            let name = match kind {
                Call::Safe => "safe",
                Call::WithToken => "with a token",
                Call::Unsafe => "unsafe",
            };
            let row = table.entry((name, told)).or_default();
            row.0 += 1;
            row.1 += usize::from(!call.executions.is_empty());
        }
        self.faults.remove("-");
        Report { differences: self.differences, faults: self.faults, requests: self.requests, table }
    }
}

/// Faults after which the client has a clear answer. One that closes an idle connection is met by the next request on it.
const IN_THE_LIGHT: [&str; 7] = ["-", "refuse", "throttle", "delay", "clock-skew", "expired-token", "close-idle"];

/// The most requests of one attempt: some arrive twice.
const ARRIVE: usize = 2;
/// The most attempts of a call.
const ATTEMPTS: usize = 3;

/// Says what does not agree, if something does not.
fn difference(kind: Call, call: &Known) -> Option<&'static str> {
    let executions = call.executions.len();
    if call.begun != 1 {
        return Some("was not begun once");
    }
    // Whatever was told, and also where nobody was left to be told.
    let is_twice = match kind {
        Call::Safe => false,
        Call::Unsafe => executions > 1,
        // What a crash took with it, the token cannot know any more.
        Call::WithToken => {
            let kept = call.executions.iter().filter(|(_, may_be_lost)| !may_be_lost).count();
            let mut emulators: Vec<usize> = call.executions.iter().map(|(emulator, _)| *emulator).collect();
            emulators.dedup();
            kept > 1 || emulators.len() != executions
        }
    };
    if is_twice {
        return Some("was executed twice");
    }
    let [(told, attempts, is_hurried)] = &call.told[..] else {
        return match call.told.len() {
            0 => (call.requests > ARRIVE * ATTEMPTS).then_some("arrived more often than it can have been sent"),
            _ => Some("was told twice"),
        };
    };
    match told.as_str() {
        "succeeded" | "executed" if executions == 0 => return Some("was told executed, and was not"),
        "rejected" | "not_sent" if executions > 0 => return Some("was told not executed, and was"),
        "not_sent" if call.requests > 0 => return Some("was told not sent, and arrived"),
        "unknown" if !call.dark && call.requests == *attempts && !is_hurried => {
            return Some("is unknown without a reason");
        }
        "succeeded" | "executed" | "rejected" | "not_sent" | "unknown" => {}
        _ => return Some("was told something else"),
    }
    (call.requests > ARRIVE * attempts).then_some("arrived more often than it was sent")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<14} {:<12} {:>8} {:>9}", "call", "told", "calls", "executed")?;
        for ((kind, told), (calls, executed)) in &self.table {
            writeln!(f, "{kind:<14} {told:<12} {calls:>8} {executed:>9}")?;
        }
        for difference in self.differences.iter().take(20) {
            writeln!(f, "{difference}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Compares one call: what its process wrote, and what each emulator decided before it crashed or ended.
    fn compared(kind: Call, told: &str, emulators: &[(&str, bool)]) -> Vec<String> {
        let operations = [("Read", Call::Safe), ("Copy", Call::WithToken), ("Write", Call::Unsafe)];
        let mut model = Model::new(operations, vec![kind]);
        model.told(told);
        for (emulator, (lines, is_crash)) in emulators.iter().enumerate() {
            model.decided(emulator, lines, *is_crash);
        }
        model.report().differences
    }

    fn agrees(kind: Call, told: &str, emulators: &[(&str, bool)]) {
        assert_eq!(compared(kind, told, emulators), [""; 0], "{kind:?} {told} {emulators:?}");
    }

    fn differs(kind: Call, told: &str, emulators: &[(&str, bool)], by: &str) {
        let differences = compared(kind, told, emulators).join("; ");
        assert!(differences.contains(by), "{kind:?} {told} {emulators:?}: {differences}");
    }

    const ENDED: bool = false;
    const CRASHED: bool = true;

    #[test]
    fn what_was_told_executed_was() {
        agrees(Call::Unsafe, "begin 0\nsucceeded 0 1", &[("Write 0 executed -", ENDED)]);
        agrees(Call::Unsafe, "begin 0\nexecuted 0 1", &[("Write 0 executed truncate", ENDED)]);
        differs(Call::Unsafe, "begin 0\nsucceeded 0 1", &[("Write 0 refused -", ENDED)], "told executed");
        differs(Call::Safe, "begin 0\nexecuted 0 1", &[], "told executed");
    }

    #[test]
    fn what_was_told_not_executed_was_not() {
        agrees(Call::Unsafe, "begin 0\nrejected 0 1", &[("Write 0 refused refuse", ENDED)]);
        agrees(Call::Unsafe, "begin 0\nnot_sent 0 3", &[]);
        differs(Call::Unsafe, "begin 0\nrejected 0 1", &[("Write 0 executed -", ENDED)], "told not executed");
        differs(Call::Safe, "begin 0\nnot_sent 0 1", &[("Read 0 executed -", CRASHED)], "told not executed");
        differs(Call::Safe, "begin 0\nnot_sent 0 1", &[("Read 0 refused -", ENDED)], "told not sent");
    }

    #[test]
    fn what_is_unsafe_is_executed_once_whatever_crashes() {
        let twice = [("Write 0 executed -", CRASHED), ("Write 0 executed -", ENDED)];
        differs(Call::Unsafe, "begin 0\nunknown 0 2", &twice, "executed twice");
        differs(Call::Unsafe, "begin 0", &twice, "executed twice");
        differs(Call::Unsafe, "begin 0", &[("Write 0 executed -\nWrite 0 executed -", ENDED)], "executed twice");
        agrees(Call::Unsafe, "begin 0", &[("Write 0 executed -", ENDED)]);
        agrees(Call::Unsafe, "begin 0", &[]);
    }

    #[test]
    fn a_token_is_lost_with_a_crash_alone() {
        let told = "begin 0\nsucceeded 0 2";
        agrees(Call::WithToken, told, &[("Copy 0 executed reset-after-executing\nCopy 0 replayed -", ENDED)]);
        agrees(Call::WithToken, told, &[("Copy 0 executed -", CRASHED), ("Copy 0 executed -", ENDED)]);
        differs(Call::WithToken, told, &[("Copy 0 executed -", ENDED), ("Copy 0 executed -", ENDED)], "executed twice");
        differs(Call::WithToken, told, &[("Copy 0 executed -\nCopy 0 executed -", CRASHED)], "executed twice");
        // What came long before the crash was on the disk.
        let long = format!("Copy 0 executed -\n{}", "Copy 0 replayed -\n".repeat(UNDER_WAY));
        differs(Call::WithToken, told, &[(&long, CRASHED), ("Copy 0 executed -", ENDED)], "executed twice");
        differs(Call::Safe, told, &[("Read 0 executed -\nRead 0 replayed -", ENDED)], "no token");
    }

    #[test]
    fn nothing_is_lost_and_nothing_invented() {
        differs(Call::Safe, "", &[], "not begun once");
        differs(Call::Safe, "begin 0\nbegin 0", &[], "not begun once");
        differs(Call::Safe, "begin 0\nrejected 0 1\nrejected 0 1", &[], "told twice");
        differs(Call::Safe, "begin 0\nbegin 7", &[], "a process wrote");
        differs(Call::Safe, "begin 0", &[("Read 7 executed -", ENDED)], "no call made");
        differs(Call::Safe, "begin 0", &[("Write 0 executed -", ENDED)], "no call made");
        differs(
            Call::Safe,
            "begin 0\nrejected 0 1",
            &[("Read 0 refused -\nRead 0 refused -\nRead 0 refused -", ENDED)],
            "more often",
        );
        differs(Call::Safe, "begin 0", &[("Read 0 refused -\n".repeat(7).as_str(), ENDED)], "more often");
    }

    #[test]
    fn what_is_unknown_has_a_reason() {
        differs(Call::Unsafe, "begin 0\nunknown 0 1", &[("Write 0 executed -", ENDED)], "without a reason");
        for (told, lines, is_crash) in [
            ("begin 0\nunknown 0 1", "Write 0 executed truncate", ENDED),
            ("begin 0\nunknown 0 1", "Write 0 executed -", CRASHED),
            ("begin 0\nunknown 0 1 hurried", "Write 0 executed -", ENDED),
            ("begin 0\nunknown 0 2", "Write 0 executed -", ENDED),
        ] {
            agrees(Call::Unsafe, told, &[(lines, is_crash)]);
        }
    }
}
