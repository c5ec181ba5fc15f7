//! What has happened: the trace, the ledger, and how often.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Fields, Wrong};
use crate::faults::FaultKind;
use crate::ledger::LedgerEntry;
use crate::server::Shared;

/// How many entries are told unless more are asked for.
const USUAL: usize = 100;

/// Tells the last requests, the oldest of them first.
pub(super) fn trace(shared: &Shared, query: &Value) -> Result<Value, Wrong> {
    let fields = Fields::root(query, &["limit"])?;
    let limit = limit(&fields)?;
    Ok(shared.with_state(|state| {
        let entries = state.trace.entries();
        let skipped = entries.len().saturating_sub(limit);
        let last: Vec<_> = entries.iter().skip(skipped).collect();
        json!({ "kept": entries.len(), "unwritten": state.trace.unwritten(), "entries": last })
    }))
}

/// Counts the requests of an operation, carried out or not, and tells the last ones, the oldest of them first.
pub(super) fn ledger(shared: &Shared, query: &Value) -> Result<Value, Wrong> {
    let fields = Fields::root(query, &["operation", "executed", "limit"])?;
    let (operation, executed, limit) = (fields.text("operation")?, fields.flag("executed")?, limit(&fields)?);
    let fits = |entry: &&LedgerEntry| {
        operation.is_none_or(|name| entry.action == name) && executed.is_none_or(|flag| entry.executed == flag)
    };
    Ok(shared.with_state(|state| {
        let fitting: Vec<&LedgerEntry> = state.ledger.entries().iter().filter(fits).collect();
        let skipped = fitting.len().saturating_sub(limit);
        let last: Vec<Value> = fitting.iter().skip(skipped).map(|entry| written(entry)).collect();
        json!({ "count": fitting.len(), "entries": last })
    }))
}

fn limit(fields: &Fields<'_>) -> Result<usize, Wrong> {
    Ok(fields.whole("limit")?.map_or(USUAL, |limit| usize::try_from(limit).unwrap_or(usize::MAX)))
}

/// An entry as JSON; what may be a secret is left out as in its `Debug`.
fn written(entry: &LedgerEntry) -> Value {
    json!({
        "operation": entry.action,
        "version": entry.version,
        "parameters": entry.shown_parameters().collect::<BTreeMap<_, _>>(),
        "account": entry.account,
        "key_id": entry.access_key_id,
        "nonce": entry.nonce,
        "attempt": entry.attempt,
        "request_id": entry.request_id,
        "status": entry.status,
        "code": entry.code,
        "fault": entry.fault.map(FaultKind::as_str),
        "executed": entry.executed,
        "replayed": entry.replayed,
        "ram": entry.ram.as_ref().map(|ram| json!({
            "actions": ram.actions, "resources": ram.resources, "allowed": ram.allowed, "reason": ram.reason,
        })),
        "task_id": entry.task_id,
        "new_task_id": entry.new_task_id,
    })
}

/// Counts calls by operation and status, faults by kind, and tasks by state.
pub(super) fn counters(shared: &Shared, query: &Value) -> Result<Value, Wrong> {
    Fields::root(query, &[])?;
    let injected = shared.faults.injected();
    let faults: BTreeMap<&str, u64> = injected.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    Ok(shared.with_state(|state| {
        let calls: Vec<_> = state
            .counters
            .calls()
            .map(|(operation, status, count)| json!({ "operation": operation, "status": status, "count": count }))
            .collect();
        let mut tasks: BTreeMap<&str, u64> = BTreeMap::new();
        for task in state.relays.snapshot(shared.clocks.world.now()) {
            *tasks.entry(task.status.as_str()).or_default() += 1;
        }
        json!({ "calls": calls, "faults": faults, "tasks": tasks })
    }))
}
