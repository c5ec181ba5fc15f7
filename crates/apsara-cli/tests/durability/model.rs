//! What must be there after the program was killed, and what may be.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::wire::{Key, Program, call, nonce};

pub(crate) const LIVE: &str = "2016-11-01";
pub(crate) const STS: &str = "2015-04-01";
const REGION: (&str, &str) = ("Region", "cn-shanghai");

/// What was acknowledged of one task.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Task {
    /// All ids that it has had.
    pub(crate) ids: Vec<String>,
    pub(crate) status: &'static str,
    pub(crate) callback: String,
    pub(crate) interruptions: u64,
}

/// A change that is tried on the task of a name.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    Create,
    Update(String),
    Restart,
    Stop,
    Delete,
}

/// One caller with tasks of its own.
#[derive(Default)]
pub(crate) struct Caller {
    pub(crate) name: usize,
    pub(crate) tasks: BTreeMap<String, Task>,
    pub(crate) sessions: Vec<Key>,
    /// The change that no answer came to.
    pub(crate) open: Option<(String, Change)>,
    /// The nonce of the last call that was answered.
    pub(crate) used: Option<String>,
    pub(crate) created: usize,
}

/// Numbers that follow from a seed.
pub(crate) struct Draws(pub(crate) u64);

impl Draws {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % most
    }
}

impl Caller {
    /// Changes things until no answer comes any more; the last change stays open.
    pub(crate) fn run(&mut self, host: &str, draws: &mut Draws) {
        loop {
            if draws.below(10) == 0 {
                if self.assume_role(host).is_none() {
                    return;
                }
                continue;
            }
            let (name, change) = self.choose(draws);
            self.open = Some((name.clone(), change.clone()));
            let key = Key::of_the_account();
            let used = nonce();
            let Some(answer) = self.send(host, &key, &used, &name, &change) else {
                return;
            };
            assert_eq!(answer.0, 200, "{name} {change:?}: {}", answer.1);
            let id = answer.1["TaskId"].as_str().map(str::to_owned);
            self.apply(&name, &change, id);
            (self.open, self.used) = (None, Some(used));
        }
    }

    fn assume_role(&mut self, host: &str) -> Option<()> {
        let role = ("RoleArn", "acs:ram::1234567890123456:role/night");
        let parameters = [role, ("RoleSessionName", "shift")];
        let used = nonce();
        let (status, answer) = call(host, &Key::of_the_account(), &used, (STS, "AssumeRole"), &parameters)?;
        assert_eq!(status, 200, "{answer}");
        let text = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
        let key = Key { id: text("AccessKeyId"), secret: text("AccessKeySecret"), token: Some(text("SecurityToken")) };
        self.sessions.push(key);
        self.used = Some(used);
        Some(())
    }

    fn choose(&mut self, draws: &mut Draws) -> (String, Change) {
        let live: Vec<&String> =
            self.tasks.iter().filter(|(_, task)| task.status != "exit").map(|(name, _)| name).collect();
        if live.is_empty() || live.len() < 12 && draws.below(3) == 0 {
            self.created += 1;
            return (format!("task-{}-{}", self.name, self.created), Change::Create);
        }
        let name = live[draws.below(live.len())].clone();
        let change = match (self.tasks[&name].status, draws.below(8)) {
            (_, 0) => Change::Delete,
            ("running", 1) => Change::Stop,
            ("running", 2..=4) => Change::Update(format!("http://127.0.0.1:9/{}", nonce())),
            _ => Change::Restart,
        };
        (name, change)
    }

    fn send(&self, host: &str, key: &Key, used: &str, name: &str, change: &Change) -> Option<(u16, Value)> {
        let destination = format!("rtmp://push.example.com/app/{name}");
        let id = self.tasks.get(name).and_then(|task| task.ids.last()).map_or("", String::as_str);
        let (action, more) = match change {
            Change::Create => (
                "CreateLivePullToPush",
                vec![
                    ("TaskName", name),
                    ("StartTime", "2020-01-01T00:00:00Z"),
                    ("EndTime", "2099-01-01T00:00:00Z"),
                    ("SourceType", "live"),
                    ("SourceProtocol", "rtmp"),
                    ("SourceUrls", r#"["rtmp://pull.example.com/app/stream"]"#),
                    ("DstUrl", destination.as_str()),
                ],
            ),
            Change::Update(callback) => {
                ("UpdateLivePullToPush", vec![("TaskId", id), ("CallbackUrl", callback.as_str())])
            }
            Change::Restart => ("RestartLivePullToPush", vec![("TaskId", id)]),
            Change::Stop => ("StopLivePullToPush", vec![("TaskId", id)]),
            Change::Delete => ("DeleteLivePullToPush", vec![("TaskId", id)]),
        };
        call(host, key, used, (LIVE, action), &[&[REGION], more.as_slice()].concat())
    }

    /// Does to the model what was done to the task; a new id is one that the answer told, or that was found.
    pub(crate) fn apply(&mut self, name: &str, change: &Change, id: Option<String>) {
        if *change == Change::Create {
            let ids = vec![id.expect("Create answers an id")];
            let task = Task { ids, status: "running", callback: String::new(), interruptions: 0 };
            self.tasks.insert(name.to_owned(), task);
            return;
        }
        let task = self.tasks.get_mut(name).expect("it was chosen");
        match change {
            Change::Update(callback) => task.callback.clone_from(callback),
            Change::Restart => {
                task.interruptions += u64::from(task.status == "running");
                task.status = "running";
                task.ids.push(id.expect("Restart answers an id"));
            }
            Change::Stop => task.status = "offline",
            Change::Delete => task.status = "exit",
            Change::Create => {}
        }
    }
}

/// Reads the callback addresses of all tasks over the wire, by the ids that they go by now.
pub(crate) fn callbacks(program: &Program) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for page in 1.. {
        let page = page.to_string();
        let parameters = [REGION, ("PageSize", "100"), ("PageNumber", page.as_str())];
        let operation = (LIVE, "DescribeLivePullToPushList");
        let answer = call(&program.host, &Key::of_the_account(), &nonce(), operation, &parameters).unwrap();
        assert_eq!(answer.0, 200, "{}", answer.1);
        let tasks = answer.1["TaskList"].as_array().unwrap();
        for task in tasks {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            found.insert(text(&task["TaskId"]), text(&task["TaskInfo"]["CallbackURL"]));
        }
        if tasks.len() < 100 {
            break;
        }
    }
    found
}
