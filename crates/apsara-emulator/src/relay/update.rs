//! Update, whose rules depend on the state the task is in.

use super::Relays;
use super::answers::Done;
use super::operations::{Call, answer, check_destination, task_not_exist};
use super::playback::Position;
use super::rules::{Choice, Rules};
use super::settings::{self, Settings, Undocumented};
use super::sources::{self, SourceType};
use super::state::State;
use super::task::Task;
use crate::gateway::Executed;
use crate::parameters::Parameters;
use crate::refusal::Refusal;

/// The metadata's default for `RepeatNumber` in an update: it means that nothing was said.
const REPEAT_AS_BEFORE: i32 = -5;

pub(super) fn update(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let rules = relays.desk.rules.clone();
    let (id, region) = call.task_id(&rules)?;
    // The region is looked at later: it may change as long as the task has not started.
    let found = relays.find(call.account, id, call.now).filter(|(task, _)| task.is_live());
    let task = found.map(|(task, _)| task).ok_or_else(task_not_exist)?;
    let old = task.settings.clone();
    let mut change = Change::read(call.parameters, &old, task.state, &rules)?;
    change.new.region = region;
    change.check(&old, task.state, &rules)?;
    if let State::Offline { .. } = task.state {
        // A task that has started does not start again by the clock, so its start time has had its effect.
        change.new.start = old.start;
    }
    let new = &change.new;
    if new.start != old.start || new.end != old.end {
        settings::check_duration(new.start, new.end, call.now, &rules)?;
    }
    if new.start != old.start {
        settings::check_start(new.start, call.now, &rules)?;
    }
    if new.destination_url != old.destination_url {
        // One whose time is over has its destination no more, although nobody has looked at it since.
        relays.settle(call.now);
        check_destination(relays, call.account, id, &new.destination_url)?;
    }
    let (task, desk) = relays.find(call.account, id, call.now).ok_or_else(task_not_exist)?;
    if let State::Offline { .. } = task.state {
        change.plan_restart(task, &old);
    }
    task.configure(change.new, call.now, desk);
    Ok(answer(&Done::ok(), Some(&task.id), None))
}

/// What an update asks for.
struct Change {
    new: Settings,
    offset: Option<i32>,
    file_index: Option<i32>,
}

impl Change {
    fn read(parameters: &Parameters, old: &Settings, state: State, rules: &Rules) -> Result<Self, Refusal> {
        let mut new = old.clone();
        let reads_kind = match state {
            State::Idle => rules.has(Choice::EarlyUpdateOlder),
            State::Offline { .. } => rules.has(Choice::StoppedUpdateOlder),
            _ => false,
        };
        if reads_kind {
            read_kind(parameters, &mut new, rules)?;
        }
        if let Some(start) = parameters.time("StartTime")? {
            new.start = start;
        }
        if let Some(end) = parameters.time("EndTime")? {
            new.end = end;
        }
        if let Some(urls) = sources::source_urls(parameters, new.source_type)? {
            new.source_urls = urls;
        } else if new.source_type != old.source_type {
            return Err(Refusal::missing("SourceUrls"));
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
        Ok(Self { new, offset, file_index })
    }

    /// Refuses what may not change in this state.
    fn check(&self, old: &Settings, state: State, rules: &Rules) -> Result<(), Refusal> {
        let new = &self.new;
        let region = new.region != old.region;
        let start = new.start != old.start;
        let end = new.end != old.end;
        let sources = new.source_urls != old.source_urls;
        let place = self.offset.is_some_and(|offset| offset != old.offset)
            || self.file_index.is_some_and(|index| index != old.file_index);
        let kind = new.source_type != old.source_type
            || new.source_protocol != old.source_protocol
            || new.destination_url != old.destination_url;
        let undocumented = new.undocumented != old.undocumented;
        match state {
            State::Idle
                if rules.has(Choice::EarlyUpdateRegion) && (start || end || sources || place || undocumented) =>
            {
                Err(Refusal::invalid_parameter(
                    "Only Region, CallbackUrl and RepeatNumber may change before the start time",
                ))
            }
            State::Running { .. } | State::Recovering { .. }
                if region
                    || start
                    || place
                    || undocumented
                    || end && !rules.has(Choice::RunningUpdateEnd)
                    || sources && !rules.has(Choice::SourcesAtOnce) =>
            {
                Err(has_started())
            }
            State::Offline { .. } if region || kind => Err(has_started()),
            _ => Ok(()),
        }
    }

    /// Tells the next restart of a stopped task where to begin. What earlier updates said of it holds until this one says otherwise, or
    /// gives another list.
    fn plan_restart(&self, task: &mut Task, old: &Settings) {
        let is_another = self.new.source_urls != old.source_urls;
        if self.offset.is_some() || self.file_index.is_some() {
            let said = if is_another { Position::default() } else { task.resumes_at() };
            let offset = self.offset.map_or(said.offset, i64::from);
            task.resume_at(Position::new(self.file_index.unwrap_or(said.file_index), offset));
        } else if is_another {
            task.resume_at(Position::default());
        }
    }
}

/// Reads what only older documents let an update change.
fn read_kind(parameters: &Parameters, new: &mut Settings, rules: &Rules) -> Result<(), Refusal> {
    if let Some(source_type) = parameters.optional("SourceType") {
        new.source_type = SourceType::parse(source_type)?;
    }
    if parameters.optional("SourceProtocol").is_some() || new.source_type.is_list() || new.source_protocol.is_none() {
        new.source_protocol = sources::source_protocol(parameters, new.source_type, rules)?;
    }
    if let Some(url) = parameters.optional("DstUrl") {
        new.destination_url = settings::destination_url(url)?;
    }
    Ok(())
}

fn has_started() -> Refusal {
    Refusal::bad_request("CodeTaskHasStarted", "The task has already started.")
}
