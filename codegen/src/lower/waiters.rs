//! Waits for a state.

use super::operation::setters;
use super::schema::Types;
use crate::docs;
use crate::model::{Record, Streams, Type, Waiter};
use crate::names::{self, Scope};
use crate::overlay::Ours;
use crate::waiters::{State, Waiter as Stated};

/// Lowers the waits of an operation, which `method` calls.
pub(super) fn waiters(
    ours: &Ours,
    request: &Record,
    streams: &Streams,
    response: &Record,
    method: &str,
    types: &mut Types<'_>,
) -> Vec<Waiter> {
    let lower = |stated: &Stated| {
        let mut scope = Scope::new(["status"]);
        let mut setters = setters(request, streams);
        setters.iter_mut().for_each(|setter| setter.name = scope.claim(&setter.name));
        Waiter {
            method: format!("wait_until_{}", stated.name),
            name: types.scope.claim(&format!("WaitUntil{}", names::pascal(&stated.name))),
            docs: docs(stated, response, method),
            field: stated.field.clone(),
            of: match stated.until.first() {
                Some(State::Text(_)) => Type::Text,
                _ => Type::I64,
            },
            until: stated.until.clone(),
            failed: stated.failed.clone(),
            setters,
        }
    };
    ours.waiters.iter().map(lower).collect()
}

fn docs(stated: &Stated, response: &Record, method: &str) -> String {
    let listed = |states: &[State]| {
        let states: Vec<String> = states.iter().map(|state| docs::code(&state.to_string())).collect();
        states.join(" or ")
    };
    let field = docs::code(&stated.field);
    let summary = stated.summary.as_deref().map(docs::from_markdown);
    let until = listed(&stated.until);
    let failed = match stated.failed.as_slice() {
        [] => String::new(),
        failed => format!(" Where it is {} the wait has failed.", listed(failed)),
    };
    let first = response.fields.iter().find(|field| field.wire == stated.field);
    let meaning = first.map(|field| format!(" The states: see [`{}::{}`].", response.name, field.name));
    docs::sections([
        summary.unwrap_or_else(|| docs::paragraph(&format!("Waits until {field} is {until}."))),
        docs::paragraph(&format!(
            "It repeats [`Client::{method}`] until {field} of its answer is {until}, or what is set instead.{failed}{}",
            meaning.unwrap_or_default()
        )),
        "# Errors".to_owned(),
        docs::paragraph(
            "Awaiting it fails with a [`WaitError`](rt::WaitError), which has the last answer and says why: time ran out, the state has \
             failed, or a call was refused. It becomes an [`Error`](rt::Error) by `?`.",
        ),
    ])
}
