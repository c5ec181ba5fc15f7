//! An emulator with a task, and a client that calls one operation of each kind.

use std::time::Duration;

use apsara::{Config, ConfigBuilder, Error, Outcome, Retry, live};
use apsara_core::generated::v1 as rt;
use apsara_emulator::{Emulator, FaultRule};
use apsara_tests::{Kind, Sessions, relay_task};

/// The operation of a kind.
pub(crate) fn operation(kind: Kind) -> &'static str {
    match kind {
        Kind::Safe => "DescribeLivePullToPush",
        Kind::WithToken => "CopyCaster",
        Kind::Unsafe => "RestartLivePullToPush",
    }
}

/// What the client said of a call.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) attempts: u32,
    /// Nothing where the call succeeded.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) code: Option<String>,
}

pub(crate) struct World {
    pub(crate) emulator: Emulator,
    client: live::Client,
    task: String,
}

impl World {
    /// Starts an emulator with a running task, and a client whose temporary key can be renewed.
    pub(crate) async fn start() -> Self {
        let emulator = Emulator::start().await.unwrap();
        let live = apsara_tests::live(&emulator);
        let task = relay_task(&live, &emulator, "table").send().await.unwrap().task_id.unwrap();
        emulator.clock().advance(Duration::from_secs(3700));
        let client = live::Client::new(&Self::configured(&emulator, emulator.url()).build().unwrap());
        emulator.clear_ledger();
        Self { emulator, client, task }
    }

    fn configured(emulator: &Emulator, endpoint: &str) -> ConfigBuilder {
        Config::builder().credentials_provider(Sessions::new(emulator)).endpoint(endpoint)
    }

    pub(crate) fn inject(&self, rule: FaultRule) {
        self.emulator.faults().add(rule);
    }

    pub(crate) async fn call(&self, kind: Kind) -> Told {
        self.send(&self.client, kind, Duration::from_secs(20), Retry::new()).await
    }

    pub(crate) async fn call_within(&self, kind: Kind, deadline: Duration) -> Told {
        self.send(&self.client, kind, deadline, Retry::new()).await
    }

    pub(crate) async fn call_at(&self, kind: Kind, endpoint: &str, retry: Retry) -> Told {
        let client = live::Client::new(&Self::configured(&self.emulator, endpoint).build().unwrap());
        self.send(&client, kind, Duration::from_secs(20), retry).await
    }

    async fn send(&self, client: &live::Client, kind: Kind, deadline: Duration, retry: Retry) -> Told {
        macro_rules! told {
            ($call:expr) => {
                told($call.with_deadline(deadline).with_retry(retry).send_raw().await)
            };
        }
        let task = self.task.clone();
        match kind {
            Kind::Safe => told!(client.describe_live_pull_to_push().region("cn-shanghai").task_id(task)),
            Kind::WithToken => told!(client.copy_caster().caster_name("copy").src_caster_id("source")),
            Kind::Unsafe => told!(client.restart_live_pull_to_push().region("cn-shanghai").task_id(task)),
        }
    }

    pub(crate) async fn delete(&self) -> Told {
        let call = self.client.delete_live_pull_to_push().region("cn-shanghai").task_id(self.task.clone());
        told(call.send_raw().await)
    }

    /// Deletes the task by an operation that is described as one that may be executed twice, as an overlay could do it.
    pub(crate) async fn delete_as_if_it_were_safe(&self) -> Told {
        let config = Self::configured(&self.emulator, self.emulator.url()).build().unwrap();
        let mut call = rt::Call::new(&rt::Client::new(&config, DELETE.product));
        call.request = Delete { region: Some("cn-shanghai".to_owned()), task_id: Some(self.task.clone()) };
        told(call.send_raw().await)
    }

    /// How often an operation was carried out, by the ledger.
    pub(crate) fn executions(&self, operation: &str) -> usize {
        self.emulator
            .with_ledger(|entries| entries.iter().filter(|entry| entry.action == operation && entry.executed).count())
    }

    pub(crate) fn end(&self, kind: Kind, told: &Told) -> super::End {
        (told.attempts, self.executions(operation(kind)), told.outcome)
    }
}

fn told<T>(result: Result<rt::Raw<T>, Error>) -> Told {
    match result {
        Ok(answer) => Told { attempts: answer.attempts(), outcome: None, code: None },
        Err(error) => Told {
            attempts: error.attempts(),
            outcome: Some(error.outcome()),
            code: error.service().map(|refusal| refusal.code().to_owned()),
        },
    }
}

#[derive(Clone, Default)]
struct Delete {
    region: Option<String>,
    task_id: Option<String>,
}

impl rt::Record for Delete {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Region", region), rt::field!("TaskId", task_id)];
}

#[derive(Default)]
struct Done;

impl rt::Record for Done {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

static LIVE: rt::Product = rt::Product { default_region: Some("cn-shanghai"), ..rt::Product::of("live", "2016-11-01") };
static DELETE: rt::Operation = rt::Operation {
    name: "DeleteLivePullToPush",
    method: rt::Method::Get,
    repeat: rt::Repeat::Safe,
    ..rt::Operation::of(&LIVE)
};

impl rt::Request for Delete {
    type Client = live::Client;
    type Response = Done;
    const OPERATION: &'static rt::Operation = &DELETE;
}
