//! Conditions: an operator, a key, and the values that the operator compares the call's with.

use std::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use super::context::Context;
use super::network::Network;
use super::pattern;
use crate::strict::{Flaws, did_you_mean, join};

/// Every operator that the documents have: five kinds, 21 names.
pub(super) const OPERATORS: [(&str, Operator); 21] = [
    ("StringEquals", Operator::new(Kind::Text(Text::Same), false)),
    ("StringNotEquals", Operator::new(Kind::Text(Text::Same), true)),
    ("StringEqualsIgnoreCase", Operator::new(Kind::Text(Text::SameInAnyCase), false)),
    ("StringNotEqualsIgnoreCase", Operator::new(Kind::Text(Text::SameInAnyCase), true)),
    ("StringLike", Operator::new(Kind::Text(Text::Pattern), false)),
    ("StringNotLike", Operator::new(Kind::Text(Text::Pattern), true)),
    ("NumericEquals", Operator::new(Kind::Number(&[Ordering::Equal]), false)),
    ("NumericNotEquals", Operator::new(Kind::Number(&[Ordering::Equal]), true)),
    ("NumericLessThan", Operator::new(Kind::Number(&[Ordering::Less]), false)),
    ("NumericLessThanEquals", Operator::new(Kind::Number(&[Ordering::Less, Ordering::Equal]), false)),
    ("NumericGreaterThan", Operator::new(Kind::Number(&[Ordering::Greater]), false)),
    ("NumericGreaterThanEquals", Operator::new(Kind::Number(&[Ordering::Greater, Ordering::Equal]), false)),
    ("DateEquals", Operator::new(Kind::Date(&[Ordering::Equal]), false)),
    ("DateNotEquals", Operator::new(Kind::Date(&[Ordering::Equal]), true)),
    ("DateLessThan", Operator::new(Kind::Date(&[Ordering::Less]), false)),
    ("DateLessThanEquals", Operator::new(Kind::Date(&[Ordering::Less, Ordering::Equal]), false)),
    ("DateGreaterThan", Operator::new(Kind::Date(&[Ordering::Greater]), false)),
    ("DateGreaterThanEquals", Operator::new(Kind::Date(&[Ordering::Greater, Ordering::Equal]), false)),
    ("Bool", Operator::new(Kind::Bool, false)),
    ("IpAddress", Operator::new(Kind::Address, false)),
    ("NotIpAddress", Operator::new(Kind::Address, true)),
];

/// What is compared, and whether the outcome is turned around.
#[derive(Debug, Clone, Copy)]
pub(super) struct Operator {
    kind: Kind,
    negated: bool,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Text(Text),
    /// How the call's value may stand to the policy's.
    Number(&'static [Ordering]),
    Date(&'static [Ordering]),
    Bool,
    Address,
}

#[derive(Debug, Clone, Copy)]
enum Text {
    Same,
    SameInAnyCase,
    Pattern,
}

/// One value of a policy, read for its operator.
#[derive(Debug, Clone)]
enum Operand {
    Text(Text, String),
    Number(&'static [Ordering], f64),
    Date(&'static [Ordering], Timestamp),
    Bool(bool),
    Address(Network),
}

/// One condition. Several values are alternatives; several conditions must all hold.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    key: String,
    operands: Vec<Operand>,
    negated: bool,
}

impl Operator {
    const fn new(kind: Kind, negated: bool) -> Self {
        Self { kind, negated }
    }

    /// Reads a value for this operator, or says what it takes.
    fn operand(self, text: &str) -> Result<Operand, &'static str> {
        match self.kind {
            Kind::Text(comparison) => Ok(Operand::Text(comparison, text.to_owned())),
            Kind::Number(orders) => {
                number(text).map(|number| Operand::Number(orders, number)).ok_or("a number, such as 10")
            }
            Kind::Date(orders) => {
                let time = text.parse().map(|time| Operand::Date(orders, time));
                time.map_err(|_| "a time of ISO 8601 with its zone, such as 2026-01-01T00:00:00Z")
            }
            Kind::Bool => boolean(text).map(Operand::Bool).ok_or("true or false"),
            Kind::Address => {
                let network = Network::read(text).map(Operand::Address);
                network.ok_or("an address or a range of them, such as 203.0.113.0/24 or 2001:db8::/32")
            }
        }
    }
}

impl Operand {
    /// Whether a value of a call is what this one asks for; what cannot be read is not.
    fn holds(&self, sent: &str) -> bool {
        match self {
            Self::Text(Text::Same, text) => text == sent,
            Self::Text(Text::SameInAnyCase, text) => text.to_lowercase() == sent.to_lowercase(),
            Self::Text(Text::Pattern, text) => pattern::matches(text, sent),
            Self::Number(orders, of_policy) => {
                number(sent).and_then(|sent| sent.partial_cmp(of_policy)).is_some_and(|order| orders.contains(&order))
            }
            Self::Date(orders, of_policy) => {
                sent.parse::<Timestamp>().is_ok_and(|sent| orders.contains(&sent.cmp(of_policy)))
            }
            Self::Bool(flag) => boolean(sent) == Some(*flag),
            Self::Address(network) => sent.parse().is_ok_and(|sent| network.contains(sent)),
        }
    }
}

impl Condition {
    pub(super) fn holds(&self, context: &Context) -> bool {
        let sent = context.values(&self.key);
        let any = sent.iter().any(|sent| self.operands.iter().any(|operand| operand.holds(sent)));
        // A call without the key has no value that is equal: a negation holds then, anything else does not.
        any != self.negated
    }

    /// Reads all conditions of a statement.
    pub(super) fn read_all(value: &Value, at: &str, flaws: &mut Flaws) -> Vec<Self> {
        let Some(blocks) = value.as_object() else {
            flaws.note(at, "must be an object of operators");
            return Vec::new();
        };
        let mut conditions = Vec::new();
        for (name, block) in blocks {
            let known = OPERATORS.iter().find(|(known, _)| known == name).map(|(_, operator)| *operator);
            if known.is_none() {
                flaws.note(at, unknown(name));
            }
            let at = join(at, name);
            let Some(keys) = block.as_object().filter(|keys| !keys.is_empty()) else {
                flaws.note(at, "must be an object of at least one condition key");
                continue;
            };
            for (key, values) in keys {
                let at = join(&at, key);
                if key.split_once(':').is_none_or(|(service, rest)| service.is_empty() || rest.is_empty()) {
                    flaws.note(&at, "a condition key is written as service:Name, such as acs:SourceIp");
                }
                let texts = read_texts(values, &at, flaws);
                let Some(operator) = known else {
                    continue;
                };
                let mut operands = Vec::new();
                for (at, text) in texts {
                    match operator.operand(&text) {
                        Ok(operand) => operands.push(operand),
                        Err(wanted) => flaws.note(at, format!("{name} takes {wanted}")),
                    }
                }
                conditions.push(Self { key: key.to_lowercase(), operands, negated: operator.negated });
            }
        }
        conditions
    }
}

fn unknown(name: &str) -> String {
    if name.contains(':') || name.ends_with("IfExists") || name == "Null" {
        return format!(
            "{name} is no operator of RAM, which has neither ForAnyValue and ForAllValues nor IfExists and Null"
        );
    }
    let names = OPERATORS.map(|(name, _)| name);
    let hint = did_you_mean(name, &names).map(|known| format!("; did you mean {known}?")).unwrap_or_default();
    format!("{name} is no operator of RAM{hint}")
}

/// Reads one value or several, each with its path; numbers and booleans count as their texts.
fn read_texts(value: &Value, at: &str, flaws: &mut Flaws) -> Vec<(String, String)> {
    let listed: Vec<(String, &Value)> = match value {
        Value::Array(items) if items.is_empty() => {
            flaws.note(at, "must hold at least one value");
            return Vec::new();
        }
        Value::Array(items) => items.iter().enumerate().map(|(index, item)| (format!("{at}[{index}]"), item)).collect(),
        one => vec![(at.to_owned(), one)],
    };
    let mut texts = Vec::new();
    for (at, value) in listed {
        match value {
            Value::String(text) => texts.push((at, text.clone())),
            Value::Number(_) | Value::Bool(_) => texts.push((at, value.to_string())),
            _ => flaws.note(at, "must be a text, a number, true or false"),
        }
    }
    texts
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn boolean(text: &str) -> Option<bool> {
    ["false", "true"].iter().position(|word| text.eq_ignore_ascii_case(word)).map(|at| at == 1)
}
