//! How it is found out what became of a call of which nobody knows.

use apsara_predicate::Predicate;
use serde_json::Value;

use crate::fate::Fate;

/// Says by the answer of which operation it is found out, and what follows from that answer.
#[derive(Clone, Debug)]
pub struct Reconcile {
    /// The operation that is asked; it only reads.
    pub operation: String,
    /// The condition under which the call was executed, or is of no use any more.
    pub executed_when: Option<Predicate>,
    /// The condition under which the call cannot have been executed.
    pub not_executed_when: Option<Predicate>,
}

impl Reconcile {
    /// Concludes from an answer; nothing follows where neither condition holds, or both do.
    pub(crate) fn conclude(&self, answer: &Value, request: &Value) -> Option<Fate> {
        let holds = |condition: &Option<Predicate>| {
            condition.as_ref().and_then(|condition| condition.holds(answer, request)) == Some(true)
        };
        match (holds(&self.executed_when), holds(&self.not_executed_when)) {
            (true, false) => Some(Fate::Executed),
            (false, true) => Some(Fate::NotExecuted),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_follows_where_neither_condition_holds_or_both_do() {
        let parse = |text: &str| Some(text.parse().unwrap());
        let reconcile = Reconcile {
            operation: "Describe".to_owned(),
            executed_when: parse("Status == 3 || Id == $request.Id"),
            not_executed_when: parse("Status == 0"),
        };
        let conclude = |answer: Value| reconcile.conclude(&answer, &json!({ "Id": "a" }));
        assert_eq!(conclude(json!({ "Status": 3 })), Some(Fate::Executed));
        assert_eq!(conclude(json!({ "Status": 0 })), Some(Fate::NotExecuted));
        assert_eq!(conclude(json!({ "Status": 0, "Id": "b" })), Some(Fate::NotExecuted));
        assert_eq!(conclude(json!({ "Status": 0, "Id": "a" })), None);
        assert_eq!(conclude(json!({ "Status": 1 })), None);
        assert_eq!(conclude(json!({})), None);
        let silent = Reconcile { executed_when: None, not_executed_when: None, ..reconcile };
        assert_eq!(silent.conclude(&json!({ "Status": 0 }), &json!({})), None);
    }
}
