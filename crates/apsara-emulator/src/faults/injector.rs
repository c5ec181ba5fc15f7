//! The rules in force, and what they have done.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::rule::ActiveRule;
use super::{Fault, FaultKind, FaultRule};

/// Injects faults into the calls of an emulator; clones are the same injector.
#[derive(Clone)]
pub struct Faults {
    injector: Arc<Mutex<Injector>>,
}

struct Injector {
    rules: Vec<ActiveRule>,
    added: u64,
    seed: u64,
    injected: BTreeMap<FaultKind, u64>,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Self {
        let injector = Injector { rules: Vec::new(), added: 0, seed, injected: BTreeMap::new() };
        Self { injector: Arc::new(Mutex::new(injector)) }
    }

    /// Adds a rule behind those that were added before; a call meets the first rule that it matches.
    pub fn add(&self, rule: FaultRule) {
        self.with(|injector| {
            injector.rules.push(ActiveRule::new(rule, injector.seed, injector.added));
            injector.added += 1;
        });
    }

    /// Takes all rules away; what was counted stays.
    pub fn clear(&self) {
        self.with(|injector| injector.rules.clear());
    }

    /// Lets everything be as at the start: no rules, and nothing counted.
    pub(crate) fn reset(&self) {
        self.with(|injector| {
            injector.rules.clear();
            injector.injected.clear();
            injector.added = 0;
        });
    }

    /// Shows the rules, each with how many calls it has counted.
    pub(crate) fn rules(&self) -> Vec<(FaultRule, u64)> {
        self.with(|injector| injector.rules.iter().map(ActiveRule::shown).collect())
    }

    /// Counts the faults that calls have met so far, by kind.
    #[must_use]
    pub fn injected(&self) -> BTreeMap<FaultKind, u64> {
        self.with(|injector| injector.injected.clone())
    }

    /// Finds the fault of a call, if it meets one. Every rule counts the call, also those behind the one that wins.
    pub(crate) fn draw(&self, call: impl FnOnce() -> (String, bool)) -> Option<Fault> {
        self.with(|injector| {
            if injector.rules.is_empty() {
                return None;
            }
            let (operation, has_temporary_key) = call();
            let mut drawn = None;
            for rule in &mut injector.rules {
                if rule.matches(&operation, has_temporary_key) && drawn.is_none() {
                    drawn = Some(rule.fault().clone());
                }
            }
            drawn
        })
    }

    pub(crate) fn count(&self, kind: FaultKind) {
        self.with(|injector| *injector.injected.entry(kind).or_default() += 1);
    }

    fn with<T>(&self, change: impl FnOnce(&mut Injector) -> T) -> T {
        change(&mut self.injector.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.with(|injector| {
            f.debug_struct("Faults")
                .field("rules", &injector.rules.len())
                .field("seed", &injector.seed)
                .field("injected", &injector.injected)
                .finish()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_matching_rule_wins_and_all_rules_count() {
        let faults = Faults::new(0);
        faults.add(FaultRule::new(Fault::Truncate).on_call(1));
        faults.add(FaultRule::new(Fault::Undecodable).on_calls(..=2));
        let draw = || faults.draw(|| ("A".to_owned(), false));
        assert_eq!(draw(), Some(Fault::Truncate));
        assert_eq!(draw(), Some(Fault::Undecodable));
        assert_eq!(draw(), None);
        faults.add(FaultRule::new(Fault::Duplicate));
        assert_eq!(draw(), Some(Fault::Duplicate));
        faults.clear();
        assert_eq!(draw(), None);
    }
}
