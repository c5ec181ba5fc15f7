//! Relay tasks: seeing them, having them, breaking and mending them.

use http::StatusCode;
use serde_json::{Value, json};

use super::{Fields, Wrong};
use crate::parameters::Parameters;
use crate::relay::{Failure, TaskError, TaskSnapshot, TaskStatus, Undocumented};
use crate::server::Shared;

const STATUSES: [TaskStatus; 5] =
    [TaskStatus::Idle, TaskStatus::Running, TaskStatus::Recovering, TaskStatus::Offline, TaskStatus::Exit];

/// Shows all tasks in the order of creation.
pub(super) fn list(shared: &Shared, query: &Value) -> Result<Value, Wrong> {
    Fields::root(query, &[])?;
    let tasks = shared.with_state(|state| state.relays.snapshot(shared.clocks.world.now()));
    Ok(json!({ "tasks": tasks.iter().map(written).collect::<Vec<_>>() }))
}

fn written(task: &TaskSnapshot) -> Value {
    json!({
        "task_id": task.task_id,
        "account": task.account,
        "region": task.region,
        "task_name": task.task_name,
        "status": task.status.as_str(),
        "interruptions": task.interruptions,
        "origin_id": task.origin_id,
        "restarted_from": task.restarted_from,
        "restarted_as": task.restarted_as,
        "current_file_index": task.current_file_index,
        "current_offset": task.current_offset,
    })
}

/// Makes a task that is in a state already, of the parameters that Create takes.
pub(super) fn seed(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    let fields = Fields::root(body, &["account", "task_id", "status", "parameters"])?;
    let status = match fields.text("status")? {
        None => TaskStatus::Running,
        Some(word) => STATUSES.into_iter().find(|status| status.as_str() == word).ok_or_else(|| {
            fields.wrong("status", format!("must be one of {}", STATUSES.map(TaskStatus::as_str).join(", ")))
        })?,
    };
    let given = fields.value("parameters").ok_or_else(|| fields.missing("parameters"))?;
    let task = shared.with_state(|state| {
        let account = match fields.text("account")? {
            Some(id) => id,
            None => shared.blueprint.first_account(),
        };
        if state.accounts.account(account).is_none() {
            return Err(fields.wrong("account", format!("there is no account {account:?}")));
        }
        let create = state.catalog.operation("live", "CreateLivePullToPush");
        let described = create.iter().flat_map(|create| &create.parameters).map(|one| one.name.as_str());
        let known: Vec<&str> = described.chain(Undocumented::NAMES).collect();
        let given = Fields::new("parameters".to_owned(), given, &known)?;
        let parameters = given.all().map(|(name, value)| (name.clone(), wire_text(value)));
        let parameters = Parameters::new(parameters.collect());
        let id = fields.text("task_id")?;
        let seeded = state.relays.seed(account, id, parameters, status, shared.clocks.world.now());
        seeded.map_err(|unseeded| fields.wrong(unseeded.field, unseeded.reason))
    })?;
    Ok(written(&task))
}

/// How a value travels as a parameter.
fn wire_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Breaks a running task's source or destination, or breaks it for a reason that nobody knows.
pub(super) fn fail(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    let fields = Fields::root(body, &["task_id", "what"])?;
    let cause = match fields.required_text("what")? {
        "source" => Failure::Pull,
        "destination" => Failure::Push,
        "unknown" => Failure::Unknown,
        _ => return Err(fields.wrong("what", "must be source, destination or unknown")),
    };
    let id = fields.required_text("task_id")?;
    change(shared, id, |relays, now| relays.fail(id, cause, now))
}

/// Mends a recovering task.
pub(super) fn recover(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    let fields = Fields::root(body, &["task_id"])?;
    let id = fields.required_text("task_id")?;
    change(shared, id, |relays, now| relays.recover(id, now))
}

fn change(
    shared: &Shared,
    id: &str,
    change: impl FnOnce(&mut crate::relay::Relays, jiff::Timestamp) -> Result<(), TaskError>,
) -> Result<Value, Wrong> {
    shared.with_state(|state| {
        let now = shared.clocks.world.now();
        change(&mut state.relays, now).map_err(|error| {
            let status = match error {
                TaskError::NotFound { .. } => StatusCode::NOT_FOUND,
                TaskError::WrongStatus { .. } => StatusCode::CONFLICT,
            };
            Wrong::new("task_id", error.to_string()).with_status(status)
        })?;
        let task = state.relays.snapshot(now).into_iter().find(|task| task.task_id == id);
        Ok(task.as_ref().map_or(Value::Null, written))
    })
}
