//! Update, whose rules depend on the state the task is in.

use super::Relays;
use super::answers::Done;
use super::operations::{Call, answer, task_not_exist};
use super::settings::{self, Undocumented};
use super::sources;
use super::task::{Position, State};
use crate::gateway::Executed;
use crate::refusal::Refusal;

/// The metadata's default for `RepeatNumber` in an update: it means that nothing was said.
const REPEAT_AS_BEFORE: i32 = -5;

pub(super) fn update(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let (id, region) = call.task_id()?;
    // The region is looked at later: it may change as long as the task has not started.
    let task = relays.find(call.account, id, call.now).filter(|task| task.is_live()).ok_or_else(task_not_exist)?;
    let old = task.settings.clone();
    let parameters = call.parameters;

    let mut new = old.clone();
    new.region = region;
    if let Some(start) = parameters.time("StartTime")? {
        new.start = start;
    }
    if let Some(end) = parameters.time("EndTime")? {
        new.end = end;
    }
    if let Some(urls) = sources::source_urls(parameters, old.source_type)? {
        new.source_urls = urls;
    }
    if let Some(url) = settings::callback_url(parameters)? {
        new.callback_url = url;
    }
    if let Some(number) = parameters.integer("RepeatNumber", REPEAT_AS_BEFORE..=i32::MAX)?
        && number != REPEAT_AS_BEFORE
    {
        if number < -1 {
            return Err(Refusal::invalid_parameter("RepeatNumber must be at least -1"));
        }
        new.repeat_number = number;
    }
    let offset = parameters.integer("Offset", 1..=i32::MAX)?;
    let file_index = sources::file_index(parameters, new.source_urls.len())?;
    new.offset = offset.unwrap_or(old.offset);
    // An index that the new list does not reach would name no file.
    let kept = usize::try_from(old.file_index).is_ok_and(|index| index < new.source_urls.len());
    new.file_index = file_index.unwrap_or(if kept { old.file_index } else { 0 });
    new.undocumented = Undocumented::read(parameters).or(&old.undocumented);

    let region_changes = new.region != old.region;
    let plan_changes = new.start != old.start
        || new.end != old.end
        || new.source_urls != old.source_urls
        || new.offset != old.offset
        || new.file_index != old.file_index;
    match task.state {
        State::Idle => {}
        State::Running { .. } | State::Recovering { .. } if !region_changes && !plan_changes => {}
        State::Offline { .. } if !region_changes => {
            // A task that has started does not start again by the clock, so its start time has had its effect.
            new.start = old.start;
            if offset.is_some() || file_index.is_some() {
                task.resume_at(Position {
                    file_index: file_index.unwrap_or_default(),
                    offset: i64::from(offset.unwrap_or_default()),
                });
            } else if new.source_urls != old.source_urls {
                task.resume_at(Position::default());
            }
        }
        _ => {
            return Err(Refusal::bad_request("CodeTaskHasStarted", "The task has already started."));
        }
    }
    if new.start != old.start || new.end != old.end {
        settings::check_duration(new.start, new.end, call.now)?;
    }
    task.configure(new);
    Ok(answer(&Done::ok(), Some(&task.id), None))
}
