//! The bodies of the answers, field by field as documented.

use jiff::Timestamp;
use serde::Serialize;

use super::rules::Rules;
use super::state::State;
use super::task::Task;
use crate::clock::format_utc;

/// What Create answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Created<'a> {
    #[serde(flatten)]
    pub(crate) done: Done,
    pub(crate) task_id: &'a str,
}

/// What Update and Delete answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Done {
    ret_code: i32,
    description: &'static str,
}

impl Done {
    pub(crate) fn ok() -> Self {
        Self { ret_code: 0, description: "OK" }
    }
}

/// What Restart and Stop answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Named<'a> {
    pub(crate) task_id: &'a str,
}

/// What Describe answers.
#[derive(Serialize)]
pub(crate) struct Described<'a> {
    #[serde(flatten)]
    pub(crate) done: Done,
    #[serde(flatten)]
    pub(crate) task: Listed<'a>,
}

/// What DescribeList answers.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Page<'a> {
    pub(crate) page_number: i32,
    pub(crate) page_size: i32,
    pub(crate) total: usize,
    pub(crate) task_list: Vec<Listed<'a>>,
}

/// One task, its status and its configuration.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Listed<'a> {
    task_id: &'a str,
    task_status: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_invalid_reason: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_exit_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    task_exit_reason: Option<&'static str>,
    current_offset: i64,
    current_file_index: i32,
    task_info: Info<'a>,
}

/// The configuration of a task.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Info<'a> {
    task_id: &'a str,
    task_name: &'a str,
    start_time: String,
    end_time: String,
    source_type: &'static str,
    source_protocol: &'a str,
    source_urls: &'a [String],
    dst_url: &'a str,
    // The request spells it CallbackUrl.
    #[serde(rename = "CallbackURL")]
    callback_url: &'a str,
    repeat_number: i32,
    offset: i32,
    file_index: i32,
    retry_count: i32,
    retry_interval: i32,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    req_auth: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    notify_item_switch: Option<&'a str>,
}

impl<'a> Listed<'a> {
    pub(crate) fn new(task: &'a Task, now: Timestamp, rules: &Rules) -> Self {
        let position = task.position(now, rules);
        let mut listed = Self {
            task_id: &task.id,
            task_status: task.state.number(),
            task_invalid_reason: None,
            task_exit_time: None,
            task_exit_reason: None,
            current_offset: position.offset,
            current_file_index: position.file_index,
            task_info: Info::new(task),
        };
        match task.state {
            State::Idle | State::Running { .. } | State::Recovering { .. } => {}
            State::Offline { by } => {
                listed.task_invalid_reason = by.described();
            }
            State::Exited { at, by } => {
                listed.task_exit_time = Some(at.as_second());
                listed.task_exit_reason = Some(by.reason());
            }
        }
        listed
    }
}

impl<'a> Info<'a> {
    pub(crate) fn new(task: &'a Task) -> Self {
        let settings = &task.settings;
        Self {
            task_id: &task.id,
            task_name: &settings.name,
            start_time: format_utc(settings.start),
            end_time: format_utc(settings.end),
            source_type: settings.source_type.as_str(),
            source_protocol: settings.source_protocol.as_deref().unwrap_or_default(),
            source_urls: &settings.source_urls,
            dst_url: &settings.destination_url,
            callback_url: &settings.callback_url,
            repeat_number: settings.repeat_number,
            offset: settings.offset,
            file_index: settings.file_index,
            retry_count: settings.retry_count,
            retry_interval: settings.retry_interval,
            auth_key: settings.undocumented.auth_key.as_deref(),
            req_auth: settings.undocumented.req_auth.as_deref(),
            notify_item_switch: settings.undocumented.notify_item_switch.as_deref(),
        }
    }
}
