//! A world with one task in it, for the tests of states and updates.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::clock::parse_utc;
use crate::gateway::Executed;
use crate::parameters::Parameters;
use crate::refusal::Refusal;

pub(super) const START: &str = "2026-01-01T10:00:00Z";
pub(super) const END: &str = "2026-01-01T20:00:00Z";
pub(super) const TIMES: [(&str, &str); 2] = [("StartTime", START), ("EndTime", END)];

/// A world with one task in it, and a time.
pub(super) struct World {
    pub(super) relays: Relays,
    pub(super) now: Timestamp,
    pub(super) task_id: String,
}

impl World {
    /// Creates a task an hour before its start; it gives up after two minutes.
    pub(super) fn new(more: &[(&str, &str)]) -> Self {
        Self::with_rules("2025-08", more)
    }

    pub(super) fn with_rules(rules: &str, more: &[(&str, &str)]) -> Self {
        let now = parse_utc("2026-01-01T09:00:00Z").unwrap();
        let mut world = Self { relays: Relays::new(rules.parse().unwrap(), None), now, task_id: String::new() };
        let mut parameters = vec![
            ("SourceType", "vod"),
            ("SourceUrls", r#"["a","b","c"]"#),
            ("DstUrl", "rtmp://push.example.com/a/b"),
            ("RetryCount", "2"),
            ("RetryInterval", "60"),
        ];
        parameters.extend(TIMES);
        parameters.extend(more);
        world.call("CreateLivePullToPush", &parameters).unwrap();
        world.task_id = world.relays.snapshot(now)[0].task_id.clone();
        world
    }

    pub(super) fn in_status(status: TaskStatus) -> Self {
        Self::in_status_by("2025-08", status)
    }

    pub(super) fn in_status_by(rules: &str, status: TaskStatus) -> Self {
        let mut world = Self::with_rules(rules, &[]);
        match status {
            TaskStatus::Idle => {}
            TaskStatus::Running => world.at(START),
            TaskStatus::Recovering => {
                world.at(START);
                world.relays.fail(&world.task_id.clone(), Failure::Pull, world.now).unwrap();
            }
            TaskStatus::Offline => {
                world.at(START);
                world.task("StopLivePullToPush", &[]).unwrap();
            }
            TaskStatus::Exit => {
                world.at(START);
                world.task("DeleteLivePullToPush", &[]).unwrap();
            }
        }
        assert_eq!(world.status(), status);
        world
    }

    pub(super) fn at(&mut self, time: &str) {
        self.now = parse_utc(time).unwrap();
    }

    /// Moves the time as an event of the table, which cannot be refused.
    pub(super) fn later(&mut self, time: &str) -> Result<(), String> {
        self.at(time);
        Ok(())
    }

    pub(super) fn end(&self) -> Timestamp {
        parse_utc(END).unwrap()
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
    }

    pub(super) fn call(&mut self, name: &str, parameters: &[(&str, &str)]) -> Result<Executed, Refusal> {
        let operation = OPERATIONS.iter().find(|operation| operation.name == name).unwrap();
        let pairs = [("Region", "cn-shanghai")].iter().chain(parameters);
        let parameters =
            Parameters::new(pairs.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect());
        (operation.run)(&mut self.relays, &Call { account: "1", parameters: &parameters, now: self.now })
    }

    /// Calls an operation on the task, which after a restart is the one with the new id.
    pub(super) fn task(&mut self, name: &str, more: &[(&str, &str)]) -> Result<(), String> {
        let task_id = self.task_id.clone();
        let mut parameters = vec![("TaskId", task_id.as_str())];
        parameters.extend(more);
        self.call(name, &parameters).map_err(|refusal| refusal.code)?;
        if name == "RestartLivePullToPush" {
            self.task_id = self.snapshot().restarted_as.unwrap_or(task_id);
        }
        Ok(())
    }

    /// Restarts the task without asking for anything else, and answers its new id.
    pub(super) fn restarted(&mut self) -> String {
        let task_id = self.task_id.clone();
        let executed = self.call("RestartLivePullToPush", &[("TaskId", task_id.as_str())]).unwrap();
        executed.body()["TaskId"].as_str().unwrap().to_owned()
    }

    pub(super) fn snapshot(&mut self) -> TaskSnapshot {
        let task_id = self.task_id.clone();
        self.relays.snapshot(self.now).into_iter().find(|task| task.task_id == task_id).unwrap()
    }

    pub(super) fn status(&mut self) -> TaskStatus {
        self.snapshot().status
    }

    pub(super) fn position(&mut self) -> (i32, i64) {
        let snapshot = self.snapshot();
        (snapshot.current_file_index, snapshot.current_offset)
    }
}
