//! What a callback says, as the page on callbacks has it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::answer::to_value;
use crate::relay::answers::Info;
use crate::relay::rules::{Choice, Rules};
use crate::relay::state::State;
use crate::relay::task::Task;

/// Something that happened to a task, in the words of the callback that tells it.
#[derive(Clone)]
pub(crate) struct News {
    pub(crate) at: Timestamp,
    /// The first id the task had: what happened to it is told in order over all of its ids.
    pub(crate) origin_id: String,
    pub(crate) task_id: String,
    /// The address as it was when this happened; a later update does not change it.
    pub(crate) url: String,
    pub(crate) event: &'static str,
    pub(crate) body: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    event: &'static str,
    event_time: Value,
    task_id: &'a str,
    task_info: Info<'a>,
    task_status: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_invalid_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_exit_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_exit_reason: Option<&'static str>,
}

/// Says that a task is in a new state, unless that is not told.
pub(in crate::relay) fn news(task: &Task, at: Timestamp, rules: &Rules) -> Option<News> {
    let event = event(task, rules)?;
    let seconds = at.as_second();
    let mut body = Body {
        event,
        event_time: if rules.has(Choice::EventAsSample) { seconds.to_string().into() } else { seconds.into() },
        task_id: &task.id,
        task_info: Info::new(task),
        task_status: task.state.number(),
        task_invalid_reason: None,
        task_exit_time: None,
        task_exit_reason: None,
    };
    match task.state {
        State::Idle | State::Running { .. } | State::Recovering { .. } => {}
        State::Offline { by } => body.task_invalid_reason = by.told(),
        State::Exited { at, by } => {
            body.task_exit_time = Some(at.as_second());
            body.task_exit_reason = Some(by.reason());
        }
    }
    Some(News {
        at,
        origin_id: task.origin_id.clone(),
        task_id: task.id.clone(),
        url: task.settings.callback_url.clone(),
        event,
        body: to_value(&body).to_string(),
    })
}

fn event(task: &Task, rules: &Rules) -> Option<&'static str> {
    match task.state {
        State::Idle => None,
        State::Running { .. } if task.recovered && rules.has(Choice::RecoverySilent) => None,
        State::Exited { .. } if rules.has(Choice::ExitEventNone) => None,
        State::Exited { .. } if rules.has(Choice::ExitEventOwn) => Some("LivePullToPushExit"),
        _ if rules.has(Choice::EventAsSample) => Some("LivePullToPushRuning"),
        _ => Some("LivePullToPushRunning"),
    }
}
