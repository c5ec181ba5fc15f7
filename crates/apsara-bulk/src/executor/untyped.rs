//! Any operation that is described at run time.

use std::fmt;
use std::sync::Arc;

use apsara_core::transport::BoxFuture;
use apsara_core::untyped::{Call, Client, Description, Kind};
use apsara_core::{Config, Error, Violation};
use serde_json::{Map, Value};

use super::{Answer, Called, Executor, Failure, Problem, REGION_ID, nobody_to_ask, target};
use crate::error::BulkError;
use crate::reconcile::Reconcile;

/// Calls an operation that is described, as `apsara_codegen::describe` does it of specs.
pub struct Untyped {
    config: Config,
    client: Client,
    description: Arc<Description>,
    target: String,
    reading: Option<(Reconcile, Arc<Description>)>,
}

impl Untyped {
    /// Creates an executor that calls by a configuration. Nothing is sent.
    ///
    /// # Errors
    ///
    /// Fails when it is not known where the calls go.
    pub fn new(config: &Config, description: Description) -> Result<Self, Error> {
        let client = Client::new(config);
        let description = Arc::new(description);
        let endpoint = client.described(&description).endpoint_of()?;
        let has_region_id =
            description.is_open() || description.parameters().iter().any(|known| known.name() == REGION_ID);
        let target = target(config, &endpoint, has_region_id);
        Ok(Self { config: config.clone(), client, description, target, reading: None })
    }

    /// Says where the calls go in other words than by the endpoint, for one whose port is another each time. A journal is gone on with
    /// only where its calls went.
    #[must_use]
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.target = place.into();
        self
    }

    /// Finds out what became of calls of which nobody knows by another operation. The parameters that both have are the same in both.
    ///
    /// # Errors
    ///
    /// Fails if the other operation is not described as safe to repeat.
    pub fn reconciled_by(mut self, reconcile: Reconcile, description: Description) -> Result<Self, BulkError> {
        if description.may_repeat() != apsara_core::Repeat::Safe {
            let problem =
                format!("what became of a call cannot be asked of {}, which does not only read", description.name());
            return Err(BulkError::new(problem));
        }
        self.reading = Some((reconcile, Arc::new(description)));
        Ok(self)
    }

    fn call(&self, description: &Arc<Description>, request: &Value) -> Call {
        let parameters = request.as_object().into_iter().flatten();
        parameters.fold(self.client.described(description), |call, (name, value)| call.param(name, value.clone()))
    }
}

impl Executor for Untyped {
    fn operation(&self) -> Called {
        let it = &self.description;
        Called::new(it.product_name(), it.version(), it.name(), &self.target)
            .with(it.may_repeat(), it.what_it_changes(), it.stated_quota())
            .by(&self.config)
    }

    fn is_text(&self, parameter: &str) -> bool {
        let found = self.description.parameters().iter().find(|known| known.name() == parameter);
        found.is_none_or(|known| matches!(known.kind(), Kind::Text | Kind::Bytes))
    }

    fn check(&self, request: &Value) -> Vec<Problem> {
        let problem =
            |violation: &Violation| Problem { text: violation.to_string(), is_warning: violation.is_warning() };
        self.call(&self.description, request).check().iter().map(problem).collect()
    }

    fn execute<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Answer, Failure>> {
        Box::pin(async move {
            let answer = self.call(&self.description, request).send().await.map_err(|error| Failure::from(&error))?;
            let response = answer.json().map_err(|error| Failure::from(&error))?;
            Ok(Answer { response, waited: answer.waited() })
        })
    }

    fn reconcile(&self) -> Option<&Reconcile> {
        self.reading.as_ref().map(|(reconcile, _)| reconcile)
    }

    fn ask<'a>(&'a self, request: &'a Value) -> BoxFuture<'a, Result<Value, Failure>> {
        let Some((_, description)) = &self.reading else { return nobody_to_ask() };
        Box::pin(async move {
            let has = |name: &str| description.parameters().iter().any(|known| known.name() == name);
            let shared = request.as_object().into_iter().flatten().filter(|(name, _)| has(name));
            let shared: Map<String, Value> = shared.map(|(name, value)| (name.clone(), value.clone())).collect();
            let answer = self.call(description, &Value::Object(shared)).send().await;
            answer.and_then(|answer| answer.json()).map_err(|error| Failure::from(&error))
        })
    }
}

impl fmt::Debug for Untyped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Untyped");
        out.field("operation", &self.description.name()).field("target", &self.target).finish_non_exhaustive()
    }
}
