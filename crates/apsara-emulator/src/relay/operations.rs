//! The seven operations on relay tasks.

use jiff::Timestamp;
use serde::Serialize;

use super::Relays;
use super::answers::{Created, Described, Done, Listed, Named, Page};
use super::desk::Desk;
use super::rules::{Choice, Rules};
use super::settings::{self, Settings};
use super::state::State;
use super::task::Task;
use crate::gateway::Executed;
use crate::parameters::Parameters;
use crate::random;
use crate::refusal::Refusal;

/// How many tasks of an account may run at once, by the user guide.
const MOST_RUNNING: usize = 100;

/// One operation: its name, and what carries it out.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Relays, &Call<'_>) -> Result<Executed, Refusal>,
}

/// The pull-to-push family of Live, version 2016-11-01.
pub(crate) const OPERATIONS: [Operation; 7] = [
    Operation { name: "CreateLivePullToPush", run: create },
    Operation { name: "UpdateLivePullToPush", run: super::update::update },
    Operation { name: "DeleteLivePullToPush", run: delete },
    Operation { name: "DescribeLivePullToPush", run: describe },
    Operation { name: "DescribeLivePullToPushList", run: list },
    Operation { name: "StopLivePullToPush", run: stop },
    Operation { name: "RestartLivePullToPush", run: restart },
];

/// A call that has passed the gateway.
pub(crate) struct Call<'a> {
    pub(crate) account: &'a str,
    pub(crate) parameters: &'a Parameters,
    pub(crate) now: Timestamp,
}

impl Call<'_> {
    /// Reads the two parameters that name a task.
    pub(super) fn task_id(&self, rules: &Rules) -> Result<(&str, String), Refusal> {
        let region = settings::region(self.parameters, rules)?;
        let id = self.parameters.required("TaskId")?;
        settings::check_task_id(id)?;
        Ok((id, region))
    }

    /// Finds the task the call names, in the region the call names.
    fn find<'r>(&self, relays: &'r mut Relays) -> Result<(&'r mut Task, &'r mut Desk), Refusal> {
        let (id, region) = self.task_id(&relays.desk.rules)?;
        let found = relays.find(self.account, id, self.now);
        found.filter(|(task, _)| task.settings.region == region).ok_or_else(task_not_exist)
    }
}

pub(super) fn task_not_exist() -> Refusal {
    Refusal::bad_request("CodeTaskNotExist", "Task does not exist.")
}

pub(super) fn answer(body: &impl Serialize, task_id: Option<&str>, new_task_id: Option<&str>) -> Executed {
    Executed::new(body, task_id.map(str::to_owned), new_task_id.map(str::to_owned))
}

fn create(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let settings = Settings::read(call.parameters, call.now, &relays.desk.rules)?;
    relays.settle(call.now);
    check_destination(relays, call.account, "", &settings.destination_url)?;
    let running = relays.tasks.values().filter(|task| task.account == call.account && task.is_active()).count();
    if running >= MOST_RUNNING {
        return Err(Refusal::bad_request(
            "CodeNotEnoughResource",
            "Exceeded configuration limits or insufficient resources.",
        ));
    }
    let id = random::uuid();
    let mut task = Task::new(id.clone(), call.account.to_owned(), relays.next_place(), settings, call.now);
    task.settle(call.now, &mut relays.desk);
    relays.desk.ring(&task);
    relays.insert(task);
    Ok(answer(&Created { done: Done::ok(), task_id: &id }, Some(&id), None))
}

/// Refuses a destination that another task of the account has, unless that has exited.
pub(super) fn check_destination(relays: &Relays, account: &str, but: &str, url: &str) -> Result<(), Refusal> {
    let mut others = relays.tasks.values().filter(|task| task.account == account && task.is_live() && task.id != but);
    if others.any(|task| task.settings.destination_url == url) {
        return Err(Refusal::bad_request("CodeConfigAlreadyExists", "Code Config Already Exists"));
    }
    Ok(())
}

fn delete(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let (task, desk) = call.find(relays)?;
    if !task.is_live() {
        return Err(task_not_exist());
    }
    task.exit(call.now, desk);
    Ok(answer(&Done::ok(), Some(&task.id), None))
}

fn describe(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let (task, desk) = call.find(relays)?;
    let described = Described { done: Done::ok(), task: Listed::new(task, call.now, &desk.rules) };
    Ok(answer(&described, Some(&task.id), None))
}

fn stop(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let (task, desk) = call.find(relays)?;
    if !task.stop(call.now, desk) && desk.rules.has(Choice::StopRefused) {
        return Err(Refusal::bad_request("CodeTaskHasStopped", "The task has been stopped."));
    }
    Ok(answer(&Named { task_id: &task.id }, Some(&task.id), None))
}

fn restart(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let (task, desk) = call.find(relays)?;
    let id = task.id.clone();
    match task.state {
        State::Exited { .. } => return Err(task_not_exist()),
        State::Idle if desk.rules.has(Choice::EarlyRestartIgnored) => {
            return Ok(answer(&Named { task_id: &id }, Some(&id), None));
        }
        State::Idle => {
            return Err(Refusal::invalid_parameter("The start time of the task has not been reached"));
        }
        State::Running { .. } | State::Recovering { .. } | State::Offline { .. } => {}
    }
    if desk.rules.has(Choice::SameId) {
        task.restart(call.now, desk);
        return Ok(answer(&Named { task_id: &id }, Some(&id), Some(&id)));
    }
    let restarted = task.restart_as(random::uuid(), call.now, desk);
    let executed = answer(&Named { task_id: &restarted.id }, Some(&id), Some(&restarted.id));
    relays.insert(restarted);
    Ok(executed)
}

fn list(relays: &mut Relays, call: &Call<'_>) -> Result<Executed, Refusal> {
    let region = settings::region(call.parameters, &relays.desk.rules)?;
    let page_number = call.parameters.integer("PageNumber", 1..=i32::MAX)?.unwrap_or(1);
    let page_size = call.parameters.integer("PageSize", 1..=100)?.unwrap_or(10);
    let id = call.parameters.optional("TaskId").unwrap_or_default();
    settings::check_task_id(id)?;
    let name = call.parameters.optional("TaskName").unwrap_or_default();
    let destination = call.parameters.optional("DstUrl").unwrap_or_default();
    relays.settle(call.now);
    let mut found: Vec<&Task> = relays
        .tasks
        .values()
        .filter(|task| task.account == call.account && task.settings.region == region && task.restarted_as.is_none())
        .filter(|task| {
            task.id.contains(id)
                && task.settings.name.contains(name)
                && task.settings.destination_url.contains(destination)
        })
        .collect();
    found.sort_unstable_by_key(|task| task.place);
    let size = usize::try_from(page_size).unwrap_or(1);
    let skipped = usize::try_from(page_number - 1).unwrap_or(0).saturating_mul(size);
    let page = Page {
        page_number,
        page_size,
        total: found.len(),
        task_list: found
            .into_iter()
            .skip(skipped)
            .take(size)
            .map(|task| Listed::new(task, call.now, &relays.desk.rules))
            .collect(),
    };
    Ok(answer(&page, None, None))
}
