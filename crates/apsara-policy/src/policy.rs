//! The policy: what must be allowed, in as few statements as say it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use apsara_specs::RamAction;
use serde::Serialize;
use serde_json::Value;

use crate::fill::{Filled, crowded, fill, key_name};
use crate::{Call, Reason, Remark, Used};

/// How many characters RAM takes for a policy of one's own, by the documents of its limits.
pub const LONGEST: usize = 6144;

/// What the resources of an action that has none are.
const ANYTHING: &str = "*";

/// Holds the smallest policy that allows what is called.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Policy {
    #[serde(rename = "Version")]
    version: &'static str,
    #[serde(rename = "Statement")]
    statements: Vec<Statement>,
    #[serde(skip)]
    remarks: Vec<Remark>,
}

/// Allows actions for the same resources, under the same conditions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Statement {
    #[serde(rename = "Effect")]
    effect: &'static str,
    #[serde(rename = "Action")]
    actions: Vec<String>,
    #[serde(rename = "Resource")]
    resources: Vec<String>,
    #[serde(rename = "Condition", skip_serializing_if = "BTreeMap::is_empty")]
    conditions: BTreeMap<&'static str, BTreeMap<String, Vec<String>>>,
}

/// What must be allowed of one action.
#[derive(Default)]
struct Wanted {
    resources: BTreeSet<String>,
    /// Why there is no narrower resource than all, where that is so.
    why: BTreeSet<Reason>,
    /// The operations that need it beside their own action.
    beside: BTreeSet<String>,
    calls: usize,
    /// By key, how many calls had a value of it, and which there were.
    conditions: BTreeMap<String, (usize, BTreeSet<String>)>,
}

impl Policy {
    /// Writes the policy for these operations. An operation that is there several times counts once.
    #[must_use]
    pub fn of(operations: &[Used]) -> Self {
        let mut remarks = BTreeSet::new();
        let mut wanted: BTreeMap<&str, Wanted> = BTreeMap::new();
        for used in operations {
            if used.ram.actions.is_empty() {
                remarks.insert(Remark::new(&used.operation, Reason::Everybody));
            }
            // One call of which nothing is known stands for all that there may be.
            let unknown = [Call::default()];
            let calls = if used.calls.is_empty() { &unknown[..] } else { &used.calls };
            for action in &used.ram.actions {
                let wanted = wanted.entry(&action.name).or_default();
                wanted.add(used, action, calls, &mut remarks);
            }
        }
        for (action, wanted) in &mut wanted {
            wanted.narrow();
            remarks.extend(wanted.remarks(action));
        }
        let statements = group(wanted);
        let mut policy = Self { version: "1", statements, remarks: remarks.into_iter().collect() };
        let length = policy.to_json().to_string().chars().count();
        if length > LONGEST {
            policy.remarks.push(Remark::new("the policy", Reason::TooLong(length)));
        }
        policy
    }

    /// Returns the statements. Without one there is nothing to allow, and RAM takes no such policy.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Returns what is to be known of the policy, sorted by what it is about.
    #[must_use]
    pub fn remarks(&self) -> &[Remark] {
        &self.remarks
    }

    /// Returns the actions that it allows, sorted.
    #[must_use]
    pub fn actions(&self) -> Vec<&str> {
        let all = self.statements.iter().flat_map(|statement| statement.actions.iter().map(String::as_str));
        let mut all: Vec<&str> = all.collect();
        all.sort_unstable();
        all
    }

    /// Returns the document that RAM takes, without line breaks if it is printed as it is.
    #[must_use]
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

impl fmt::Display for Policy {
    /// Writes the document that RAM takes, indented.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?)
    }
}

impl Statement {
    /// Returns the actions, sorted.
    #[must_use]
    pub fn actions(&self) -> &[String] {
        &self.actions
    }

    /// Returns the resources, sorted; `*` alone where only that is possible.
    #[must_use]
    pub fn resources(&self) -> &[String] {
        &self.resources
    }

    /// Returns the condition keys, each with the values that it may have.
    pub fn conditions(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.conditions.values().flatten().map(|(key, values)| (key.as_str(), values.as_slice()))
    }
}

impl Wanted {
    fn add(&mut self, used: &Used, action: &RamAction, calls: &[Call], remarks: &mut BTreeSet<Remark>) {
        let crowded: Vec<BTreeSet<&str>> = action.resources.iter().map(|resource| crowded(resource, calls)).collect();
        for call in calls {
            self.calls += 1;
            let mut is_narrow = false;
            for (resource, crowded) in action.resources.iter().zip(&crowded) {
                let filled = fill(resource, call, crowded);
                is_narrow |= !filled.names.is_empty();
                remarks.extend(told(action, &filled));
                self.resources.extend(filled.names);
            }
            if !is_narrow {
                self.resources.insert(ANYTHING.to_owned());
                if action.is_dependent {
                    self.beside.insert(used.operation.clone());
                } else {
                    self.why.insert(why(used, action));
                }
            }
            for key in &action.condition_keys {
                let values = call.values(key_name(key));
                let (calls, known) = self.conditions.entry(key.clone()).or_default();
                *calls += usize::from(!values.is_empty());
                known.extend(values.iter().cloned());
            }
        }
    }

    /// Takes out resources that another one covers.
    fn narrow(&mut self) {
        if self.resources.contains(ANYTHING) {
            return self.resources.retain(|one| one == ANYTHING);
        }
        let all = self.resources.clone();
        // Few resources differ in where they have a star: to compare each with each would take the square of their number.
        let stars = |one: &String| parts(one).iter().map(|part| *part == ANYTHING).collect();
        let stars: BTreeSet<Vec<bool>> = all.iter().map(stars).collect();
        let covers = |wide: &String, one: &String| wide != one && all.contains(wide);
        self.resources
            .retain(|one| !stars.iter().any(|stars| widened(one, stars).is_some_and(|wide| covers(&wide, one))));
    }

    fn remarks(&self, action: &str) -> Vec<Remark> {
        let beside = (!self.beside.is_empty()).then(|| Reason::Dependent(self.beside.iter().cloned().collect()));
        let open = self.conditions.iter().filter(|(_, (calls, _))| *calls < self.calls);
        let open: Vec<String> = open.map(|(key, _)| key.clone()).collect();
        let open = (!open.is_empty()).then_some(Reason::Conditions(open));
        let reasons = self.why.iter().cloned().chain(beside).chain(open);
        reasons.map(|reason| Remark::new(action, reason)).collect()
    }

    /// Returns the keys of which every call had a value: one that lacks the key would be refused.
    fn conditions(&self) -> BTreeMap<&'static str, BTreeMap<String, Vec<String>>> {
        let known = self.conditions.iter().filter(|(_, (calls, _))| *calls == self.calls);
        let known = known.map(|(key, (_, values))| (key.clone(), values.iter().cloned().collect()));
        let known: BTreeMap<_, _> = known.collect();
        if known.is_empty() { BTreeMap::new() } else { [("StringEquals", known)].into() }
    }
}

/// Says why an action of an operation itself cannot be narrowed to a resource.
fn why(used: &Used, action: &RamAction) -> Reason {
    if !used.ram.is_documented {
        Reason::Undocumented
    } else if action.resources.iter().any(|resource| resource.is_optional) {
        Reason::Unnamed
    } else {
        Reason::NoResources
    }
}

/// Says what is to be known of how a resource was filled.
fn told(action: &RamAction, filled: &Filled) -> Vec<Remark> {
    let Some(resource) = filled.names.first() else { return Vec::new() };
    let of = |parts: &[String], reason: fn(String, Vec<String>) -> Reason| {
        (!parts.is_empty()).then(|| reason(resource.clone(), parts.to_vec()))
    };
    let unknown = of(&filled.unknown, |resource, parts| Reason::Unknown { resource, parts });
    let many = of(&filled.too_many, |resource, parts| Reason::TooMany { resource, parts });
    let wild = filled.wild.iter().cloned().map(Reason::Wild);
    unknown.into_iter().chain(many).chain(wild).map(|reason| Remark::new(&action.name, reason)).collect()
}

/// Puts actions together that are allowed for the same, in the order of their names.
fn group(wanted: BTreeMap<&str, Wanted>) -> Vec<Statement> {
    let mut statements: Vec<Statement> = Vec::new();
    for (action, wanted) in wanted {
        let resources: Vec<String> = wanted.resources.iter().cloned().collect();
        let conditions = wanted.conditions();
        let alike = |one: &&mut Statement| one.resources == resources && one.conditions == conditions;
        match statements.iter_mut().find(alike) {
            Some(statement) => statement.actions.push(action.to_owned()),
            None => {
                statements.push(Statement { effect: "Allow", actions: vec![action.to_owned()], resources, conditions });
            }
        }
    }
    statements
}

/// Returns the parts of a resource: those of an ARN, and the segments of its last one. What is no ARN has none.
fn parts(resource: &str) -> Vec<&str> {
    let mut parts: Vec<&str> = resource.splitn(5, ':').collect();
    match parts.pop().filter(|_| parts.len() == 4) {
        Some(path) => parts.into_iter().chain(path.split('/')).collect(),
        None => Vec::new(),
    }
}

/// Returns the resource that has stars in these parts and is else the same, which certainly allows all that this one does.
fn widened(resource: &str, stars: &[bool]) -> Option<String> {
    let parts = parts(resource);
    if parts.len() != stars.len() || parts.is_empty() {
        return None;
    }
    let parts: Vec<&str> =
        parts.iter().zip(stars).map(|(part, is_star)| if *is_star { ANYTHING } else { part }).collect();
    let (head, path) = parts.split_at(4);
    Some(format!("{}:{}", head.join(":"), path.join("/")))
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
