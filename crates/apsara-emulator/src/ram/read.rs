//! Reading policies: strictly, so that a policy that would mean nothing is refused with what to write instead.

use serde_json::Value;

use super::arn;
use super::condition::Condition;
use super::policy::{Policy, Scope, Statement};
use super::principal::Principal;
use crate::strict::{self, Flaw, Flaws, Object};

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To say what somebody may do.
    Permission,
    /// To say who may assume a role.
    Trust,
}

impl Policy {
    /// Reads a policy that is a text, or says everything that is wrong with it.
    pub(crate) fn parse(text: &str, purpose: Purpose) -> Result<Self, Vec<Flaw>> {
        let mut flaws = Flaws::default();
        let policy = match strict::read(text.as_bytes(), &mut flaws) {
            Ok(value) => Self::read(&value, purpose, "", &mut flaws),
            Err(error) => {
                flaws.note("", format!("is no JSON: {error}"));
                Self::default()
            }
        };
        if flaws.is_empty() { Ok(policy) } else { Err(flaws.into_vec()) }
    }

    /// Reads a policy; what is wrong with it is noted, and then it is not to be used.
    pub(crate) fn read(value: &Value, purpose: Purpose, at: &str, flaws: &mut Flaws) -> Self {
        let Some(policy) = Object::read(value, at, &["Version", "Statement"], flaws) else {
            return Self::default();
        };
        match policy.get("Version") {
            Some(version) if version == "1" => {}
            Some(_) => flaws.note(policy.path("Version"), "must be \"1\", the only version there is"),
            None => flaws.note(at, "\"Version\" is missing; write \"Version\": \"1\""),
        }
        let listed: Vec<(String, &Value)> = match policy.get("Statement") {
            Some(Value::Array(items)) if !items.is_empty() => {
                let at = policy.path("Statement");
                items.iter().enumerate().map(|(index, item)| (format!("{at}[{index}]"), item)).collect()
            }
            Some(one @ Value::Object(_)) => vec![(policy.path("Statement"), one)],
            Some(_) => {
                flaws.note(policy.path("Statement"), "must be a statement, or a list of at least one");
                Vec::new()
            }
            None => {
                flaws.note_missing(at, "Statement");
                Vec::new()
            }
        };
        let statements = listed.iter().filter_map(|(at, value)| read_statement(value, purpose, at, flaws));
        Self { statements: statements.collect() }
    }
}

fn read_statement(value: &Value, purpose: Purpose, at: &str, flaws: &mut Flaws) -> Option<Statement> {
    const PERMISSION: [&str; 6] = ["Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    const TRUST: [&str; 5] = ["Effect", "Action", "NotAction", "Principal", "Condition"];
    let known: &[&str] = if purpose == Purpose::Trust { &TRUST } else { &PERMISSION };
    let statement = Object::read(value, at, known, flaws)?;
    let denies = match statement.get("Effect").map(Value::as_str) {
        Some(Some("Allow")) => false,
        Some(Some("Deny")) => true,
        Some(_) => {
            flaws.note(statement.path("Effect"), "must be \"Allow\" or \"Deny\"");
            true
        }
        None => {
            flaws.note_missing(at, "Effect");
            true
        }
    };
    let actions = read_scope(&statement, "Action", "NotAction", flaws, |text| {
        let is_action =
            text == "*" || text.split_once(':').is_some_and(|(code, name)| !code.is_empty() && is_name(name));
        is_action.then(|| text.to_owned()).ok_or("must be * or code:Operation, such as live:Describe*")
    });
    let (resources, principals) = match purpose {
        Purpose::Permission => {
            let resources = read_scope(&statement, "Resource", "NotResource", flaws, |text| {
                arn::Pattern::read(text).ok_or("must be * or acs:service:region:account:relative-id")
            });
            (Some(resources), None)
        }
        Purpose::Trust => {
            if statement.get("Principal").is_none() {
                flaws.note_missing(at, "Principal");
            }
            let principals = statement
                .get("Principal")
                .map(|value| Principal::read_all(value, &statement.path("Principal"), flaws))
                .unwrap_or_default();
            (None, Some(principals))
        }
    };
    let conditions = statement
        .get("Condition")
        .map(|value| Condition::read_all(value, &statement.path("Condition"), flaws))
        .unwrap_or_default();
    Some(Statement { denies, actions, resources, principals, conditions })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains([':', ' '])
}

/// Reads one of two elements that say the opposite of each other.
fn read_scope<T>(
    statement: &Object<'_>,
    plain: &str,
    inverted: &str,
    flaws: &mut Flaws,
    read: impl Fn(&str) -> Result<T, &'static str>,
) -> Scope<T> {
    let (key, value) = match (statement.get(plain), statement.get(inverted)) {
        (Some(value), None) => (plain, value),
        (None, Some(value)) => (inverted, value),
        (None, None) => {
            flaws.note(&statement.at, format!("\"{plain}\" or \"{inverted}\" is missing"));
            return Scope { patterns: Vec::new(), inverted: false };
        }
        (Some(_), Some(_)) => {
            flaws.note(&statement.at, format!("\"{plain}\" and \"{inverted}\" exclude each other"));
            return Scope { patterns: Vec::new(), inverted: false };
        }
    };
    let mut patterns = Vec::new();
    for (at, text) in texts(value, &statement.path(key), flaws) {
        match read(text) {
            Ok(pattern) => patterns.push(pattern),
            Err(wanted) => flaws.note(at, wanted),
        }
    }
    Scope { patterns, inverted: key == inverted }
}

/// Reads one text or a list of at least one, each with its path.
pub(super) fn texts<'v>(value: &'v Value, at: &str, flaws: &mut Flaws) -> Vec<(String, &'v str)> {
    let listed: Vec<(String, &Value)> = match value {
        Value::Array(items) if items.is_empty() => {
            flaws.note(at, "must hold at least one text");
            return Vec::new();
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (format!("{at}[{index}]"), item)).collect(),
        one => vec![(at.to_owned(), one)],
    };
    let mut texts = Vec::new();
    for (at, value) in listed {
        match value.as_str() {
            Some(text) => texts.push((at, text)),
            None => flaws.note(at, "must be a text"),
        }
    }
    texts
}
