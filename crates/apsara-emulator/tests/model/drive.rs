//! Drives an emulator and the model by the same steps, and compares them after each.

use std::time::Duration;

use apsara_emulator::{Clock, Emulator, Quotas, Rules, TaskError};
use serde_json::Value;

use crate::machine::{Answer, Machine, Task};
use crate::sequence::{Change, Step};
use crate::table::{STATES, Table};
use crate::wire::Wire;

const NOON: &str = "2026-01-01T12:00:00Z";
const NOON_SECOND: i64 = 1_767_268_800;
const REGIONS: [&str; 2] = ["cn-shanghai", "cn-beijing"];

/// An emulator, and all that sequences need to be driven over it.
pub(crate) struct Driver {
    emulator: Emulator,
    wire: Wire,
    rules: Rules,
    table: Table,
}

/// The step at which the emulator and the model part, and how.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) step: usize,
    pub(crate) what: String,
}

impl Driver {
    pub(crate) async fn new(rules: &str) -> Self {
        let rules: Rules = rules.parse().unwrap();
        let builder = Emulator::builder().clock(Clock::frozen_at(NOON).unwrap()).rules(rules.clone()).unverified();
        let builder = builder.quota(Quotas::Off).most_ledger_entries(10).callbacks(false);
        let emulator = builder.start().await.unwrap();
        Self { wire: Wire::new(&emulator).await, emulator, table: Table::new(&rules), rules }
    }

    /// Runs a sequence, and gives the lines of the table that came into play.
    pub(crate) async fn run(&mut self, steps: &[Step]) -> Result<Vec<usize>, Difference> {
        // Until everything before has ended and is forgotten.
        self.emulator.clock().advance(Duration::from_secs(30 * 86_400));
        assert!(self.emulator.tasks().is_empty());
        self.emulator.clock().set(NOON).unwrap();
        let table = std::mem::replace(&mut self.table, Table { rows: Vec::new() });
        let rules = self.rules.clone();
        let mut model = Machine::new(&table, &rules);
        let mut result = Ok(());
        for (at, step) in steps.iter().enumerate() {
            let outcome = self.step(&mut model, step).await.and_then(|()| self.compare(&model));
            if let Err(what) = outcome {
                result = Err(Difference { step: at, what });
                break;
            }
        }
        for region in 0..REGIONS.len() {
            if result.is_ok() {
                let outcome = self.list(&model, region).await;
                result = outcome.map_err(|what| Difference { step: steps.len(), what });
            }
        }
        let used = std::mem::take(&mut model.used);
        self.table = table;
        result.map(|()| used)
    }

    async fn step(&mut self, model: &mut Machine<'_>, step: &Step) -> Result<(), String> {
        match step {
            Step::Advance(seconds) => {
                self.emulator.clock().advance(Duration::from_secs(seconds.unsigned_abs()));
                model.advance(*seconds);
                Ok(())
            }
            Step::List { region } => self.list(model, *region).await,
            Step::Create(plan) => {
                let mut parameters = vec![
                    ("Region", REGIONS[plan.region].to_owned()),
                    ("StartTime", time(model.now + plan.start)),
                    ("EndTime", time(model.now + plan.start + plan.length)),
                    ("SourceUrls", sources(plan.is_list, plan.files, 0)),
                    ("DstUrl", format!("rtmp://push.example.com/{}", plan.destination)),
                    ("RetryCount", plan.retries.to_string()),
                    ("RetryInterval", plan.interval.to_string()),
                    ("FileIndex", plan.place.0.to_string()),
                    ("RepeatNumber", plan.repeat.to_string()),
                    ("SourceType", if plan.is_list { "vod" } else { "live" }.to_owned()),
                    ("SourceProtocol", "rtmp".to_owned()),
                ];
                if plan.place.1 > 0 {
                    parameters.push(("Offset", plan.place.1.to_string()));
                }
                let answer = self.wire.call("CreateLivePullToPush", &parameters).await;
                let expected = model.create(plan);
                check_answer(model, &expected, "", &answer)
            }
            Step::Call { event, task, elsewhere } => {
                let task = model.meant(*task);
                let (id, region) = named(model, task);
                let region = REGIONS[if *elsewhere { 1 - region } else { region }].to_owned();
                let operation = match *event {
                    "describe" => "DescribeLivePullToPush",
                    "stop" => "StopLivePullToPush",
                    "restart" => "RestartLivePullToPush",
                    _ => "DeleteLivePullToPush",
                };
                let answer = self.wire.call(operation, &[("Region", region), ("TaskId", id.clone())]).await;
                let expected = model.call(task, event, *elsewhere, None);
                check_answer(model, &expected, &id, &answer)?;
                match expected {
                    Answer::Done if *event == "describe" => check_described(&model.tasks[task], &answer.1),
                    _ => Ok(()),
                }
            }
            Step::Update { task, change } => {
                let task = model.meant(*task);
                let (id, region) = named(model, task);
                let is_list = model.tasks.get(task).is_some_and(Task::is_list);
                let mut parameters = vec![("Region", REGIONS[region].to_owned()), ("TaskId", id.clone())];
                match change {
                    Change::Callback => parameters.push(("CallbackUrl", "http://127.0.0.1:9/told".to_owned())),
                    Change::Region(region) => parameters[0].1 = REGIONS[*region].to_owned(),
                    Change::Start(start) => parameters.push(("StartTime", time(model.now + start))),
                    Change::End(end) => parameters.push(("EndTime", time(model.now + end))),
                    Change::Sources { files, variant } => {
                        parameters.push(("SourceUrls", sources(is_list, *files, *variant)));
                    }
                    Change::Place { index, offset } => {
                        parameters.extend(index.map(|index| ("FileIndex", index.to_string())));
                        parameters.extend(offset.map(|offset| ("Offset", offset.to_string())));
                    }
                    Change::Repeat(repeat) => parameters.push(("RepeatNumber", repeat.to_string())),
                }
                let answer = self.wire.call("UpdateLivePullToPush", &parameters).await;
                let expected = model.update(task, change);
                check_answer(model, &expected, &id, &answer)
            }
            Step::Fail { task, cause } => {
                let task = model.meant(*task);
                let (id, _) = named(model, task);
                let result = match *cause {
                    "PullStreamFailed" => self.emulator.fail_source(&id),
                    "PushStreamFailed" => self.emulator.fail_destination(&id),
                    _ => self.emulator.fail_for_unknown_reason(&id),
                };
                let expected = model.call(task, "fail", false, Some(*cause));
                check_result(&expected, &result)
            }
            Step::Recover { task } => {
                let task = model.meant(*task);
                let (id, _) = named(model, task);
                let result = self.emulator.recover(&id);
                let expected = model.call(task, "recover", false, None);
                check_result(&expected, &result)
            }
        }
    }

    /// Compares what a test sees of all tasks.
    fn compare(&self, model: &Machine<'_>) -> Result<(), String> {
        let seen = self.emulator.tasks();
        let known: Vec<&Task> =
            (0..model.tasks.len()).filter(|at| model.knows(*at)).map(|at| &model.tasks[at]).collect();
        differ("the number of tasks", &seen.len(), &known.len())?;
        for task in known {
            let snapshot = seen.iter().find(|snapshot| snapshot.task_id == task.id);
            let snapshot = snapshot.ok_or_else(|| format!("there is no task {}", task.id))?;
            differ("the status", &snapshot.status.number(), &number(task.status))?;
            differ("interruptions", &snapshot.interruptions, &task.interruptions)?;
            let place = (usize::try_from(snapshot.current_file_index).unwrap(), snapshot.current_offset);
            differ("the place in the list", &place, &(task.file, task.offset))?;
            differ("the region", &snapshot.region.as_str(), &REGIONS[task.region])?;
            differ("whether it goes on under another id", &snapshot.restarted_as.is_some(), &task.replaced)?;
        }
        Ok(())
    }

    async fn list(&mut self, model: &Machine<'_>, region: usize) -> Result<(), String> {
        let parameters = [("Region", REGIONS[region].to_owned()), ("PageSize", "100".to_owned())];
        let (status, body) = self.wire.call("DescribeLivePullToPushList", &parameters).await;
        differ("the status of List", &status, &200)?;
        let mut expected: Vec<&Task> = (0..model.tasks.len())
            .filter(|at| model.knows(*at) && !model.tasks[*at].replaced && model.tasks[*at].region == region)
            .map(|at| &model.tasks[at])
            .collect();
        expected.sort_by_key(|task| task.place);
        let listed = body["TaskList"].as_array().ok_or("List has no list")?;
        differ("Total", &body["Total"], &Value::from(expected.len()))?;
        differ("the length of the list", &listed.len(), &expected.len())?;
        expected.iter().zip(listed).try_for_each(|(task, listed)| check_described(task, listed))
    }
}

/// The id and the region of a task, or those of none.
fn named(model: &Machine<'_>, task: usize) -> (String, usize) {
    model.tasks.get(task).map_or_else(|| ("nobody".to_owned(), 0), |task| (task.id.clone(), task.region))
}

fn differ<T: PartialEq + std::fmt::Debug>(what: &str, emulator: &T, model: &T) -> Result<(), String> {
    if emulator == model { Ok(()) } else { Err(format!("{what}: the emulator has {emulator:?}, the model {model:?}")) }
}

/// Compares an answer with what it should be; a new id is noted.
fn check_answer(
    model: &mut Machine<'_>,
    expected: &Answer,
    id: &str,
    (status, body): &(u16, Value),
) -> Result<(), String> {
    let code = body["Code"].as_str().unwrap_or("ok");
    if let Answer::Refused(refusal) = expected {
        differ("the code", &code, refusal)?;
        return differ("the status", status, &400);
    }
    differ("the code", &(*status, code), &(200, "ok"))?;
    let answered = body["TaskId"].as_str().unwrap_or_default();
    match expected {
        Answer::NewId => {
            if answered.is_empty() || model.tasks.iter().any(|task| task.id == answered) {
                return Err(format!("the id {answered:?} is not new"));
            }
            let task = model.tasks.last_mut().ok_or("the model has no task")?;
            answered.clone_into(&mut task.id);
            Ok(())
        }
        Answer::SameId => differ("the id", &answered, &id),
        _ => Ok(()),
    }
}

fn check_result(expected: &Answer, result: &Result<(), TaskError>) -> Result<(), String> {
    let code = match result {
        Ok(()) => "ok",
        Err(TaskError::NotFound { .. }) => "not-found",
        Err(TaskError::WrongStatus { .. }) => "wrong-status",
        Err(_) => "unknown",
    };
    let expected = if let Answer::Refused(code) = expected { code } else { "ok" };
    differ("the result", &code, &expected)
}

/// Compares a task as Describe and List show it.
fn check_described(task: &Task, body: &Value) -> Result<(), String> {
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let exit_time = task.exit.map_or(Value::Null, |(at, _)| Value::from(NOON_SECOND + at));
    for (name, expected) in [
        ("TaskId", Value::from(task.id.as_str())),
        ("TaskStatus", number(task.status).into()),
        ("TaskInvalidReason", text(task.reason)),
        ("TaskExitTime", exit_time),
        ("TaskExitReason", text(task.exit.map(|(_, reason)| reason))),
        ("CurrentFileIndex", task.file.into()),
        ("CurrentOffset", task.offset.into()),
    ] {
        differ(name, &body[name], &expected)?;
    }
    differ("EndTime", &body["TaskInfo"]["EndTime"], &Value::from(time(task.end)))
}

/// The numbers of the states, as documented.
fn number(status: &str) -> i32 {
    let numbers = [0, 1, 2, 3, -1];
    numbers[STATES.iter().position(|state| *state == status).unwrap()]
}

fn time(seconds: i64) -> String {
    let noon: jiff::Timestamp = NOON.parse().unwrap();
    (noon + jiff::SignedDuration::from_secs(seconds)).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn sources(is_list: bool, files: usize, variant: u64) -> String {
    let names: Vec<String> = if is_list {
        (0..files).map(|file| format!("media-{variant}-{file}")).collect()
    } else {
        vec![format!("rtmp://pull.example.com/{variant}")]
    };
    serde_json::to_string(&names).unwrap()
}
