//! What `--wait` waits for.

use std::fmt;

use serde_json::Value;

use crate::failure::Failure;
use crate::query::Query;

/// Says something of an answer that holds or does not.
pub(crate) struct Condition {
    text: String,
    is: Is,
}

enum Is {
    /// What an expression finds compares so with a value.
    Compared { left: Query, name: String, with: Comparison, right: String },
    /// What an expression finds is true by the rules of JMESPath.
    True(Query),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Comparison {
    Equal,
    NotEqual,
    AtLeast,
    AtMost,
    More,
    Less,
}

/// What an answer says of a condition.
pub(crate) struct Judgement {
    pub(crate) holds: bool,
    /// How it is now, for a person.
    pub(crate) now: String,
}

/// In the order in which they are looked for: one that begins like another comes first.
const COMPARISONS: [(&str, Comparison); 6] = [
    ("==", Comparison::Equal),
    ("!=", Comparison::NotEqual),
    (">=", Comparison::AtLeast),
    ("<=", Comparison::AtMost),
    (">", Comparison::More),
    ("<", Comparison::Less),
];

impl Condition {
    /// Reads a condition: `PATH==VALUE` with a plain number, word or quoted text, by which `1` and `"1"` are the same; everything
    /// else is JMESPath.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let is = match compared(text) {
            Some((left, with, right)) => {
                let (name, right) = (left.to_owned(), right.to_owned());
                Is::Compared { left: Query::read("--wait", left)?, name, with, right }
            }
            None => Is::True(Query::read("--wait", text)?),
        };
        Ok(Self { text: text.to_owned(), is })
    }

    /// Returns whether an answer is as it should.
    pub(crate) fn judge(&self, answer: &Value) -> Result<Judgement, Failure> {
        match &self.is {
            Is::Compared { left, name, with, right } => {
                let found = left.search(answer)?;
                Ok(Judgement { holds: with.holds(&found, right), now: format!("{name} is {}", shown(&found)) })
            }
            Is::True(query) => {
                let found = query.search(answer)?;
                let holds = match &found {
                    Value::Null | Value::Bool(false) => false,
                    Value::String(text) => !text.is_empty(),
                    Value::Array(items) => !items.is_empty(),
                    Value::Object(fields) => !fields.is_empty(),
                    Value::Bool(true) | Value::Number(_) => true,
                };
                Ok(Judgement { holds, now: format!("it is {}", shown(&found)) })
            }
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "not there".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".to_owned(),
        other => other.to_string(),
    }
}

/// Takes a plain comparison apart; nothing if it is none.
fn compared(text: &str) -> Option<(&str, Comparison, &str)> {
    let (at, sign, with) = text.char_indices().find_map(|(at, _)| {
        let (sign, with) = COMPARISONS.iter().find(|(sign, _)| text[at..].starts_with(sign))?;
        Some((at, *sign, *with))
    })?;
    let (left, right) = (text[..at].trim(), text[at + sign.len()..].trim());
    let unquoted = |quote: char| right.strip_prefix(quote)?.strip_suffix(quote).filter(|text| !text.contains(quote));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:+".contains(c);
    let right = unquoted('\'')
        .or_else(|| unquoted('"'))
        .or_else(|| (!right.is_empty() && right.chars().all(is_plain)).then_some(right))?;
    // A comparison within a filter, a function or a choice is one of JMESPath.
    (!left.is_empty() && !left.contains(['?', '(', '&', '|', '!'])).then_some((left, with, right))
}

impl Comparison {
    fn holds(self, found: &Value, right: &str) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let left = match found {
            Value::String(text) => text.clone(),
            Value::Number(_) | Value::Bool(_) => found.to_string(),
            // What is not there, and what has no order, is only ever different.
            _ => return self == Self::NotEqual,
        };
        let order = match (left.parse::<i128>(), right.parse::<i128>(), left.parse::<f64>(), right.parse::<f64>()) {
            (Ok(left), Ok(right), ..) => Some(left.cmp(&right)),
            (.., Ok(left), Ok(right)) => left.partial_cmp(&right),
            _ => Some(left.as_str().cmp(right)),
        };
        match self {
            Self::Equal => order == Some(Equal),
            Self::NotEqual => order != Some(Equal),
            Self::AtLeast => matches!(order, Some(Greater | Equal)),
            Self::AtMost => matches!(order, Some(Less | Equal)),
            Self::More => order == Some(Greater),
            Self::Less => order == Some(Less),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(condition: &str, answer: &Value) -> bool {
        Condition::read(condition).unwrap().judge(answer).unwrap().holds
    }

    #[test]
    fn states_are_compared_as_numbers_and_as_texts() {
        for state in [json!(1), json!("1"), json!("01")] {
            assert!(holds("TaskStatus==1", &json!({ "TaskStatus": state })), "{state}");
        }
        assert!(holds("TaskStatus == -1", &json!({ "TaskStatus": -1 })));
        for condition in ["Status==Running", "Status == 'Running'", "Status==\"Running\"", "Status!=Stopped"] {
            assert!(holds(condition, &json!({ "Status": "Running" })), "{condition}");
            assert!(!holds(condition, &json!({ "Status": "Stopped" })), "{condition}");
        }
        assert!(!holds("TaskStatus==1", &json!({})) && holds("TaskStatus!=1", &json!({})));
        let list = json!({ "TaskList": [{ "TaskStatus": "3" }, { "TaskStatus": 12 }] });
        assert!(holds("TaskList[0].TaskStatus==3", &list));
        assert!(holds("TaskList[1].TaskStatus>=3", &list) && !holds("TaskList[1].TaskStatus<3", &list));
        assert!(holds("Id==9007199254740993", &json!({ "Id": 9_007_199_254_740_993_i64 })));
        assert!(!holds("Id==9007199254740993", &json!({ "Id": 9_007_199_254_740_992_i64 })));
    }

    #[test]
    fn everything_else_is_jmespath() {
        let list = json!({ "TaskList": [{ "TaskStatus": 1 }, { "TaskStatus": 3 }], "Total": 2 });
        assert!(holds("length(TaskList[?TaskStatus==`1`]) == `1`", &list));
        assert!(holds("TaskList[?TaskStatus==`3`]", &list) && !holds("TaskList[?TaskStatus==`2`]", &list));
        assert!(holds("Total == `2` && TaskList", &list) && !holds("Missing", &list));
        assert!(Condition::read("TaskStatus==").is_err());
    }

    #[test]
    fn how_it_is_now_is_told() {
        let now = |condition: &str, answer: &Value| Condition::read(condition).unwrap().judge(answer).unwrap().now;
        assert_eq!(now("TaskStatus==1", &json!({ "TaskStatus": 0 })), "TaskStatus is 0");
        assert_eq!(now("TaskStatus==1", &json!({})), "TaskStatus is not there");
        assert_eq!(now("A[]", &json!({ "A": [] })), "it is a list of 0");
    }
}
