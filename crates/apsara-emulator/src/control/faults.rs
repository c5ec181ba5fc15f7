//! The rules of faults, as JSON.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Fields, Wrong};
use crate::faults::{Fault, FaultKind, FaultRule};
use crate::server::Shared;

/// All kinds, with what each carries.
const KINDS: [(FaultKind, &[&str]); 13] = [
    (FaultKind::Refuse, &["status", "code", "message"]),
    (FaultKind::Delay, &["milliseconds"]),
    (FaultKind::ResetBeforeExecuting, &[]),
    (FaultKind::ResetAfterExecuting, &[]),
    (FaultKind::CloseIdle, &[]),
    (FaultKind::Truncate, &[]),
    (FaultKind::Undecodable, &[]),
    (FaultKind::HtmlBadGateway, &["executed"]),
    (FaultKind::ServerError, &["status", "code", "shaped", "executed"]),
    (FaultKind::Throttle, &["status", "code", "retry_after_ms", "legacy_ms"]),
    (FaultKind::ClockSkew, &["seconds"]),
    (FaultKind::ExpiredToken, &[]),
    (FaultKind::Duplicate, &[]),
];

/// Shows the rules in their order, and how often each kind has bitten.
pub(super) fn list(shared: &Shared, query: &Value) -> Result<Value, Wrong> {
    Fields::root(query, &[])?;
    Ok(shown(shared))
}

fn shown(shared: &Shared) -> Value {
    let rules: Vec<_> = shared.faults.rules().iter().map(|(rule, seen)| written(rule, *seen)).collect();
    let injected = shared.faults.injected();
    let injected: BTreeMap<&str, u64> = injected.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    json!({ "rules": rules, "injected": injected })
}

/// Takes all rules away.
pub(super) fn clear(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    Fields::root(body, &[])?;
    shared.faults.clear();
    Ok(shown(shared))
}

/// Adds a rule behind the others.
pub(super) fn add(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    let rule = read_rule(body)?;
    check_operation(shared, body["operation"].as_str())?;
    shared.faults.add(rule);
    Ok(shown(shared))
}

/// Refuses a rule for an operation that no product has: no call would ever meet it.
fn check_operation(shared: &Shared, name: Option<&str>) -> Result<(), Wrong> {
    let Some(name) = name else { return Ok(()) };
    let catalog = shared.with_state(|state| std::sync::Arc::clone(&state.catalog));
    if catalog.knows(name) {
        return Ok(());
    }
    let near = catalog.nearest(name).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    Err(Wrong::new("operation", format!("no product has an operation {name}{near}")))
}

fn read_rule(body: &Value) -> Result<FaultRule, Wrong> {
    let fields = Fields::root(body, &["fault", "operation", "call", "calls", "probability"])?;
    let fault = fields.value("fault").ok_or_else(|| fields.missing("fault"))?;
    let mut rule = FaultRule::new(read_fault(fault)?);
    if let Some(operation) = fields.text("operation")? {
        rule = rule.operation(operation);
    }
    if let Some(call) = fields.whole("call")? {
        if call == 0 {
            return Err(fields.wrong("call", "calls are counted from 1"));
        }
        if fields.has("calls") {
            return Err(fields.wrong("calls", "cannot go with call"));
        }
        rule = rule.on_call(call);
    }
    if let Some(calls) = fields.value("calls") {
        let calls = Fields::new(fields.at("calls"), calls, &["from", "to"])?;
        let from = calls.whole("from")?.unwrap_or(1);
        if from == 0 {
            return Err(calls.wrong("from", "calls are counted from 1"));
        }
        let to = calls.whole("to")?;
        if to.is_some_and(|to| to < from) {
            return Err(calls.wrong("to", "must not be before from"));
        }
        rule = rule.on_calls((Bound::Included(from), to.map_or(Bound::Unbounded, Bound::Included)));
    }
    if let Some(probability) = fields.number("probability")? {
        if !(0.0..=1.0).contains(&probability) {
            return Err(fields.wrong("probability", "must be from 0 to 1"));
        }
        rule = rule.with_probability(probability);
    }
    Ok(rule)
}

fn read_fault(value: &Value) -> Result<Fault, Wrong> {
    let at = || "fault".to_owned();
    let word = value["kind"].as_str().ok_or_else(|| Wrong::new("fault.kind", "must be a text"))?;
    let Some((kind, carried)) = KINDS.iter().find(|(kind, _)| kind.as_str() == word) else {
        let near = super::suggestion(word, KINDS.iter().map(|(kind, _)| kind.as_str()));
        let all = KINDS.map(|(kind, _)| kind.as_str()).join(", ");
        return Err(Wrong::new("fault.kind", format!("is not known{near}; known here: {all}")));
    };
    let fields = Fields::new(at(), value, &[&["kind"], *carried].concat())?;
    let status = |usual: Option<u16>, least: u16| {
        let given = fields.whole("status")?.map(|status| u16::try_from(status).unwrap_or(u16::MAX)).or(usual);
        let status = given.ok_or_else(|| fields.missing("status"))?;
        let reason = || fields.wrong("status", format!("must be from {least} to 599"));
        if (least..600).contains(&status) { Ok(status) } else { Err(reason()) }
    };
    let text = |key: &str, usual: &str| fields.text(key).map(|text| text.unwrap_or(usual).to_owned());
    let flag = |key: &str, usual| fields.flag(key).map(|flag| flag.unwrap_or(usual));
    let wait = |key: &str| fields.whole(key).map(|milliseconds| milliseconds.map(Duration::from_millis));
    Ok(match kind {
        FaultKind::Refuse => Fault::Refuse {
            status: status(Some(400), 400)?,
            code: fields.required_text("code")?.to_owned(),
            message: text("message", "")?,
        },
        FaultKind::Delay => Fault::Delay(wait("milliseconds")?.ok_or_else(|| fields.missing("milliseconds"))?),
        FaultKind::ResetBeforeExecuting => Fault::ResetBeforeExecuting,
        FaultKind::ResetAfterExecuting => Fault::ResetAfterExecuting,
        FaultKind::CloseIdle => Fault::CloseIdle,
        FaultKind::Truncate => Fault::Truncate,
        FaultKind::Undecodable => Fault::Undecodable,
        FaultKind::HtmlBadGateway => Fault::HtmlBadGateway { executed: flag("executed", false)? },
        FaultKind::ServerError => Fault::ServerError {
            status: status(Some(500), 500)?,
            code: text("code", "InternalError")?,
            shaped: flag("shaped", true)?,
            executed: flag("executed", false)?,
        },
        FaultKind::Throttle => Fault::Throttle {
            code: text("code", "Throttling.User")?,
            status: status(Some(400), 400)?,
            retry_after: wait("retry_after_ms")?,
            legacy: wait("legacy_ms")?,
        },
        FaultKind::ClockSkew => Fault::ClockSkew(fields.integer("seconds")?.ok_or_else(|| fields.missing("seconds"))?),
        FaultKind::ExpiredToken => Fault::ExpiredToken,
        FaultKind::Duplicate => Fault::Duplicate,
    })
}

/// A rule in the form that it can be added in, as text.
pub(crate) fn written_rule(rule: &FaultRule) -> String {
    let mut written = written(rule, 0);
    if let Value::Object(fields) = &mut written {
        fields.retain(|key, _| key != "seen");
    }
    written.to_string()
}

/// A rule in the form that it can be added in, and how many calls it has counted.
fn written(rule: &FaultRule, seen: u64) -> Value {
    let mut fields = Map::new();
    fields.insert("fault".to_owned(), written_fault(&rule.fault));
    let mut put = |key: &str, value: Option<Value>| value.map(|value| fields.insert(key.to_owned(), value));
    put("operation", rule.operation.as_deref().map(Value::from));
    let from = match rule.calls.0 {
        Bound::Included(from) => from,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 1,
    };
    let to = match rule.calls.1 {
        Bound::Included(to) => Some(to),
        Bound::Excluded(after) => Some(after.saturating_sub(1)),
        Bound::Unbounded => None,
    };
    put("calls", Some(to.map_or_else(|| json!({ "from": from }), |to| json!({ "from": from, "to": to }))));
    put("probability", rule.probability.map(Value::from));
    put("seen", Some(Value::from(seen)));
    Value::Object(fields)
}

fn written_fault(fault: &Fault) -> Value {
    let milliseconds = |wait: &Duration| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    let mut value = match fault {
        Fault::Refuse { status, code, message } => json!({ "status": status, "code": code, "message": message }),
        Fault::Delay(wait) => json!({ "milliseconds": milliseconds(wait) }),
        Fault::HtmlBadGateway { executed } => json!({ "executed": executed }),
        Fault::ServerError { status, code, shaped, executed } => {
            json!({ "status": status, "code": code, "shaped": shaped, "executed": executed })
        }
        Fault::Throttle { code, status, retry_after, legacy } => json!({
            "status": status,
            "code": code,
            "retry_after_ms": retry_after.as_ref().map(milliseconds),
            "legacy_ms": legacy.as_ref().map(milliseconds),
        }),
        Fault::ClockSkew(seconds) => json!({ "seconds": seconds }),
        _ => json!({}),
    };
    if let Value::Object(fields) = &mut value {
        fields.retain(|_, value| !value.is_null());
        fields.insert("kind".to_owned(), Value::from(fault.kind().as_str()));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_can_be_read_and_is_written_as_it_was_read() {
        for (kind, _) in KINDS {
            let more = match kind {
                FaultKind::Refuse => json!({ "status": 403, "code": "NoPermission", "message": "No." }),
                FaultKind::Delay => json!({ "milliseconds": 5 }),
                FaultKind::HtmlBadGateway => json!({ "executed": true }),
                FaultKind::ServerError => json!({ "status": 503, "code": "A", "shaped": false, "executed": true }),
                FaultKind::Throttle => json!({ "status": 429, "code": "B", "retry_after_ms": 5, "legacy_ms": 6 }),
                FaultKind::ClockSkew => json!({ "seconds": -3 }),
                _ => json!({}),
            };
            let mut fault = more;
            fault["kind"] = Value::from(kind.as_str());
            let calls = json!({ "from": 2, "to": 3 });
            let body = json!({ "fault": fault, "operation": "A", "calls": calls, "probability": 0.5 });
            let rule = read_rule(&body).unwrap_or_else(|wrong| panic!("{kind}: {wrong:?}"));
            let mut again = written(&rule, 0);
            again.as_object_mut().expect("it is one").remove("seen");
            assert_eq!(again, body);
        }
    }

    #[test]
    fn what_would_panic_is_refused() {
        let at = |body: Value| read_rule(&body).err().map(|wrong| wrong.at);
        let with = |fault: Value| at(json!({ "fault": fault }));
        assert_eq!(with(json!({ "kind": "refuse", "code": "A", "status": 200 })).as_deref(), Some("fault.status"));
        assert_eq!(with(json!({ "kind": "refuse" })).as_deref(), Some("fault.code"));
        assert_eq!(with(json!({ "kind": "server-error", "status": 70000 })).as_deref(), Some("fault.status"));
        assert_eq!(with(json!({ "kind": "throttle", "status": 600 })).as_deref(), Some("fault.status"));
        assert_eq!(with(json!({ "kind": "truncate", "status": 500 })).as_deref(), Some("fault.status"));
        assert_eq!(with(json!({ "kind": "trunkate" })).as_deref(), Some("fault.kind"));
        assert_eq!(with(json!([])).as_deref(), Some("fault.kind"));
        let fault = json!({ "kind": "truncate" });
        for (key, value, wrong) in [
            ("call", json!(0), "call"),
            ("call", json!(-1), "call"),
            ("calls", json!({ "from": 0 }), "calls.from"),
            ("calls", json!({ "from": 3, "to": 2 }), "calls.to"),
            ("calls", json!({ "form": 3 }), "calls.form"),
            ("probability", json!(1.5), "probability"),
            ("probability", json!("1"), "probability"),
        ] {
            assert_eq!(at(json!({ "fault": fault, key: value })).as_deref(), Some(wrong));
        }
    }
}
