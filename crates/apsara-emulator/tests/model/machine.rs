//! The model: it reads from the table what becomes of a task, and knows nothing of the emulator.

use apsara_emulator::Rules;

use crate::sequence::{Change, NEWEST, Plan};
use crate::table::{Row, Table, has};

/// A task under one id, as the model believes it to be.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) status: &'static str,
    pub(crate) reason: Option<&'static str>,
    pub(crate) exit: Option<(i64, &'static str)>,
    pub(crate) interruptions: u32,
    /// Whether a restart has gone on under another id.
    pub(crate) replaced: bool,
    /// Which task it is, over all of its ids.
    pub(crate) place: usize,
    pub(crate) region: usize,
    pub(crate) end: i64,
    pub(crate) file: usize,
    pub(crate) offset: i64,
    pub(crate) round: i64,
    /// Until when it has been played.
    pub(crate) seen: i64,
    cause: Option<&'static str>,
    failed: i64,
    start: i64,
    set: i64,
    pub(crate) plan: Plan,
    variant: u64,
    /// What updates have said since the last restart, or since another list was given, of where the next one begins.
    said: Vec<(Option<usize>, Option<i64>)>,
}

impl Task {
    pub(crate) fn is_list(&self) -> bool {
        self.plan.is_list
    }
}

/// What a call should answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Refused(&'static str),
    /// Success, without an id or with any.
    Done,
    /// Success, and the id that the call named.
    SameId,
    /// Success, and an id that nobody had.
    NewId,
}

/// All tasks, and what the time is.
pub(crate) struct Machine<'t> {
    table: &'t Table,
    pub(crate) rules: &'t Rules,
    pub(crate) now: i64,
    pub(crate) tasks: Vec<Task>,
    /// The lines of the table that came into play.
    pub(crate) used: Vec<usize>,
}

impl<'t> Machine<'t> {
    pub(crate) fn new(table: &'t Table, rules: &'t Rules) -> Self {
        Self { table, rules, now: 0, tasks: Vec::new(), used: Vec::new() }
    }

    fn row(&mut self, from: &str, event: &str) -> &'t Row {
        let table = self.table;
        let row = table.find(from, event).unwrap_or_else(|| panic!("the table has no row for {event} in {from}"));
        self.used.push(row.line);
        row
    }

    /// Which task a step means.
    pub(crate) fn meant(&self, task: usize) -> usize {
        if task == NEWEST { self.tasks.len().wrapping_sub(1) } else { task }
    }

    /// Whether an id is known, though the task may have exited.
    pub(crate) fn knows(&self, task: usize) -> bool {
        let visible = if has(self.rules, "exited-15m") { 900 } else { 86_400 };
        self.tasks.get(task).is_some_and(|task| task.exit.is_none_or(|(at, _)| self.now < at + visible))
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        self.now += seconds;
        for at in 0..self.tasks.len() {
            while let Some((time, event)) = self.due(at).filter(|(time, _)| *time <= self.now) {
                self.apply(at, event, time);
            }
            self.play(at, self.now);
        }
    }

    /// What time brings next; of two at once the end.
    fn due(&self, at: usize) -> Option<(i64, &'static str)> {
        let task = &self.tasks[at];
        let next = match task.status {
            "Exit" => return None,
            "Idle" => Some((task.start.max(task.set), "start-time")),
            "Recovering" => Some((task.failed + task.plan.retries * task.plan.interval, "retries-end")),
            "Running" => self.list_end(task).map(|time| (time, "list-end")),
            _ => None,
        };
        next.filter(|(time, _)| *time < task.end).or(Some((task.end, "end-time")))
    }

    /// Does what the row says to a task.
    fn apply(&mut self, at: usize, event: &str, time: i64) -> &'t Row {
        let row = self.row(self.tasks[at].status, event);
        self.play(at, time);
        let task = &mut self.tasks[at];
        if row.does("interrupt") {
            task.interruptions += 1;
        }
        if row.does("top") {
            let file = task.said.iter().filter_map(|(index, _)| *index).next_back();
            let offset = task.said.iter().filter_map(|(_, offset)| *offset).next_back();
            (task.file, task.offset, task.round) = (file.unwrap_or(0), offset.unwrap_or(0), 0);
            task.said.clear();
        }
        if let Some(reason) = row.value("exit") {
            task.exit = Some((time, reason));
        }
        if let Some(to) = row.to() {
            task.status = to;
            task.reason = task.cause.filter(|_| row.does("reason"));
        }
        row
    }

    pub(crate) fn create(&mut self, plan: &Plan) -> Answer {
        let (start, end) = (self.now + plan.start, self.now + plan.start + plan.length);
        let taken = |task: &Task| task.status != "Exit" && task.plan.destination == plan.destination;
        let event = if plan.length <= 0 || end <= self.now {
            "create-illegal"
        } else if plan.start < 0 && has(self.rules, "past-start-refused") {
            "create-past"
        } else if self.tasks.iter().any(taken) {
            "create-taken"
        } else if plan.start < 0 {
            "create-past"
        } else {
            "create"
        };
        let row = self.row("nothing", event);
        let Some(status) = row.to() else { return Answer::Refused(row.answer) };
        let (file, offset) = if plan.is_list { plan.place } else { (0, 0) };
        self.tasks.push(Task {
            id: String::new(),
            status,
            reason: None,
            exit: None,
            interruptions: 0,
            replaced: false,
            place: self.tasks.len(),
            region: plan.region,
            end,
            file,
            offset,
            round: 0,
            seen: self.now,
            cause: None,
            failed: 0,
            start,
            set: self.now,
            plan: plan.clone(),
            variant: 0,
            said: Vec::new(),
        });
        self.advance(0);
        Answer::NewId
    }

    /// Calls, breaks or mends a task; `gone` says that the call misses it.
    pub(crate) fn call(&mut self, at: usize, event: &str, gone: bool, cause: Option<&'static str>) -> Answer {
        if gone || !self.knows(at) {
            return Answer::Refused(self.row("gone", event).answer);
        }
        let old = self.tasks[at].clone();
        let now = self.now;
        let row = self.apply(at, event, now);
        if row.answer != "ok" {
            return Answer::Refused(row.answer);
        }
        if row.does("cause") {
            (self.tasks[at].cause, self.tasks[at].failed) = (cause, now);
        }
        let answer = if row.does("new-id") {
            let restarted = Task { id: String::new(), ..self.tasks[at].clone() };
            self.tasks.push(restarted);
            self.tasks[at] =
                Task { status: "Exit", reason: None, exit: Some((now, "TriggerByUser")), replaced: true, ..old };
            Answer::NewId
        } else if ["restart", "stop"].contains(&event) {
            Answer::SameId
        } else {
            Answer::Done
        };
        self.advance(0);
        answer
    }

    pub(crate) fn update(&mut self, at: usize, change: &Change) -> Answer {
        let event = change.event();
        if !self.knows(at) {
            return Answer::Refused(self.row("gone", event).answer);
        }
        let now = self.now;
        let status = self.tasks[at].status;
        let row = self.row(status, event);
        let task = &self.tasks[at];
        let is_illegal = |start: i64, end: i64| start >= end || end <= now;
        let illegal = Answer::Refused("InvalidParam.CodeIllegalDuration");
        if status == "Exit" {
            return Answer::Refused(row.answer);
        }
        // What is wrong in every state is told first, what is no change is none in any.
        let same = match change {
            Change::Callback => false,
            Change::Region(region) => *region == task.region,
            Change::Start(start) => now + start == task.start,
            Change::End(end) => now + end == task.end,
            Change::Sources { variant, .. } if !task.plan.is_list => *variant == task.variant,
            Change::Sources { files, variant } => (*files, *variant) == (task.plan.files, task.variant),
            Change::Place { index: Some(index), .. } if *index >= task.plan.files => {
                return Answer::Refused("InvalidParameter");
            }
            Change::Place { index, offset } => {
                let place = task.plan.place;
                (index.unwrap_or(place.0), offset.unwrap_or(place.1)) == place && status != "Offline"
            }
            Change::Repeat(repeat) => *repeat == task.plan.repeat,
        };
        if same {
            return Answer::Done;
        }
        if row.answer != "ok" {
            return Answer::Refused(row.answer);
        }
        if row.does("set") {
            let wrong = match change {
                Change::Start(start) if *start < 0 && has(self.rules, "past-start-refused") => true,
                Change::Start(start) => is_illegal(now + start, task.end),
                Change::End(end) => is_illegal(task.start, now + end),
                _ => false,
            };
            if wrong {
                return illegal;
            }
            self.set(at, change);
        }
        let task = &mut self.tasks[at];
        if let Change::Place { index, offset } = *change
            && task.plan.is_list
            && row.does("resume")
        {
            task.said.push((index, offset));
        }
        if row.does("top-next") {
            task.said.clear();
        }
        self.advance(0);
        Answer::Done
    }

    fn set(&mut self, at: usize, change: &Change) {
        let task = &mut self.tasks[at];
        match *change {
            Change::Callback => {}
            Change::Region(region) => task.region = region,
            Change::Start(start) => (task.start, task.set) = (self.now + start, self.now),
            Change::End(end) => task.end = self.now + end,
            Change::Repeat(repeat) => task.plan.repeat = repeat,
            Change::Place { index, offset } => {
                let (file, seconds) = task.plan.place;
                task.plan.place = (index.unwrap_or(file), offset.unwrap_or(seconds));
            }
            Change::Sources { files, variant } => {
                task.variant = variant;
                if task.plan.is_list {
                    task.plan.files = files;
                }
                if task.plan.place.0 >= task.plan.files {
                    task.plan.place.0 = 0;
                }
                if ["Running", "Recovering"].contains(&task.status) && task.file >= task.plan.files {
                    (task.file, task.offset, task.round) = (0, 0, 0);
                }
            }
        }
        if task.status == "Idle" && task.plan.is_list {
            (task.file, task.offset) = task.plan.place;
        }
    }
}
