//! The operation of a generated client.

use std::fmt;
use std::marker::PhantomData;

use apsara_core::generated::v1 as rt;
use apsara_core::record::AnyRecord;
use apsara_core::transport::BoxFuture;
use apsara_core::{Config, Error, Outcome};
use apsara_predicate::Predicate;
use serde_json::{Map, Value};

use super::{Answer, Called, Executor, Failure, Problem, REGION_ID, nobody_to_ask, target};
use crate::reconcile::Reconcile;

/// Calls the operation of a request type, such as `apsara::live::RestartLivePullToPushRequest`.
pub struct Typed<R> {
    config: Config,
    client: rt::Client,
    target: String,
    reading: Option<Reading>,
    request: PhantomData<fn() -> R>,
}

struct Reading {
    reconcile: Reconcile,
    /// The parameters of the operation that is asked.
    has: Vec<String>,
    ask: fn(rt::Client, Value) -> BoxFuture<'static, Result<Value, Failure>>,
}

impl<R: rt::Request> Typed<R> {
    /// Creates an executor that calls by a configuration. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Fails when it is not known where the calls go.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let client = rt::Client::new(config, R::OPERATION.product);
        let has_region_id = names::<R>().iter().any(|name| name == REGION_ID);
        let target = target(config, &client.endpoint(None)?, has_region_id);
        Ok(Self { config: config.clone(), client, target, reading: None, request: PhantomData })
    }

    /// Finds out what became of calls of which nobody knows by the operation of another request, which must be safe to repeat, and
    /// by conditions on its answer. The parameters that both have are the same in both.
    #[must_use]
    pub fn reconciled_by<Q: rt::Request>(
        mut self,
        executed_when: Option<Predicate>,
        not_executed_when: Option<Predicate>,
    ) -> Self {
        const {
            assert!(
                matches!(Q::OPERATION.repeat, rt::Repeat::Safe),
                "what became of a call is found out by an operation that is safe to repeat"
            );
        }
        let reconcile = Reconcile { operation: Q::OPERATION.name.to_owned(), executed_when, not_executed_when };
        self.reading =
            Some(Reading { reconcile, has: names::<Q>(), ask: |client, request| Box::pin(ask::<Q>(client, request)) });
        self
    }
}

/// Returns the names of a request's parameters.
fn names<R: rt::Request>() -> Vec<String> {
    let request = R::default();
    let request: &dyn AnyRecord = &request;
    (0..request.count()).map(|index| request.meta(index).name.to_owned()).collect()
}

async fn ask<Q: rt::Request>(client: rt::Client, request: Value) -> Result<Value, Failure> {
    let request: Q = rt::deserialize(request).map_err(|error| unreadable(&error))?;
    let response = client.execute(&request).await.map_err(|error| Failure::from(&error))?;
    Ok(to_json(&response))
}

impl<R: rt::Request> Executor for Typed<R> {
    fn operation(&self) -> Called {
        let operation = R::OPERATION;
        Called::new(operation.product.name, operation.product.version, operation.name, &self.target)
            .with(operation.repeat, operation.impact, operation.quota)
            .by(&self.config)
    }

    fn is_text(&self, parameter: &str) -> bool {
        let mut request = R::default();
        let request: &mut dyn AnyRecord = &mut request;
        let index = (0..request.count()).find(|index| request.meta(*index).name == parameter);
        index.is_none_or(|index| {
            matches!(request.get_mut(index).slot(), rt::Slot::Str(_) | rt::Slot::Named(_) | rt::Slot::Bytes(..))
        })
    }

    fn check(&self, request: &Value) -> Vec<Problem> {
        let request: R = match rt::deserialize(request) {
            Ok(request) => request,
            Err(error) => return vec![Problem { text: error.to_string(), is_warning: false }],
        };
        let mut call = rt::Call::new(&self.client);
        call.request = request;
        let problem =
            |violation: &rt::Violation| Problem { text: violation.to_string(), is_warning: violation.is_warning() };
        call.check().iter().map(problem).collect()
    }

    fn execute<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let mut call = rt::Call::<R>::new(&self.client);
            call.request = rt::deserialize(request).map_err(|error| unreadable(&error))?;
            let answer = call.send_raw().await.map_err(|error| Failure::from(&error))?;
            Ok(Answer { waited: answer.waited(), response: to_json(answer.response()) })
        })
    }

    fn reconcile(&self) -> Option<&Reconcile> {
        self.reading.as_ref().map(|reading| &reading.reconcile)
    }

    fn ask<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Value, Failure>> {
        let Some(reading) = &self.reading else { return nobody_to_ask() };
        let shared = request.as_object().into_iter().flatten();
        let shared = shared.filter(|(name, _)| reading.has.contains(name));
        let shared: Map<String, Value> = shared.map(|(name, value)| (name.clone(), value.clone())).collect();
        (reading.ask)(self.client.clone(), Value::Object(shared))
    }
}

/// Says that a request, which was read when it was checked, cannot be read.
fn unreadable(error: &serde_json::Error) -> Failure {
    Failure { is_final: true, ..Failure::new(Outcome::NotSent, error.to_string()) }
}

/// Returns a response as it stands in journals and results.
fn to_json(response: &dyn AnyRecord) -> Value {
    rt::serialize(response, serde_json::value::Serializer).unwrap_or_default()
}

impl<R> fmt::Debug for Typed<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Typed").field("target", &self.target).finish_non_exhaustive()
    }
}
