//! One untyped call.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::answer::Answer;
use super::description::Description;
use super::known;
use super::parameter::{Kind, Parameter};
use super::record::{Record, Tables};
use crate::call::{Client, IN_PIECES, InPieces, Invocation, Options, check, exchange};
use crate::config::Config;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind as Failure, Violation};
use crate::observe::Watch;
use crate::operation::{Impact, Method, Operation, Quota, Repeat, Security, Style};
use crate::outcome::Outcome;
use crate::record::{AnyRecord, Location, Shape, closest, fill, validate, without_sensitive};
use crate::retry::Retry;
use crate::streams::{Download, Events, Incoming, Redact, begin_events};
use crate::upload::Upload;

/// The parameter by which the cloud knows that two calls are meant to be one.
const CLIENT_TOKEN: &str = "ClientToken";

/// Builds one untyped call.
#[derive(Clone)]
#[must_use = "a call is made when `send` is awaited"]
pub struct Call {
    config: Config,
    description: Arc<Description>,
    given: Vec<(String, Given)>,
    options: Options,
}

/// The value of a parameter.
#[derive(Clone)]
enum Given {
    Json(Value),
    Bytes(Bytes),
}

impl Call {
    pub(super) fn new(config: &Config, description: Arc<Description>) -> Self {
        Self { config: config.clone(), description, given: Vec::new(), options: Options::default() }
    }

    /// Sets a parameter. It travels as it is described; where nothing is described, in the query, a list as `Name.1` and an object
    /// as `Name.Key`. Null is none, and so is a number that is not finite, which JSON makes null of.
    pub fn param(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        let name = name.into();
        if self.description.open && self.description.find(&name).is_none() {
            self.describe(Parameter::new(&*name));
        }
        self.give(name, Given::Json(value.into()))
    }

    /// Sets a parameter and describes it, whatever else is said of it.
    pub fn param_as(mut self, parameter: Parameter, value: impl Into<Value>) -> Self {
        let name = parameter.name.clone();
        self.describe(parameter);
        self.give(name, Given::Json(value.into()))
    }

    /// Sets a parameter of the query, described or not.
    pub fn query(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.param_as(Parameter::new(name).at(Location::Query), value)
    }

    /// Sets a parameter of the form, described or not.
    pub fn form(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.param_as(Parameter::new(name).at(Location::Form), value)
    }

    /// Sets a header, described or not. Those that signing needs are refused.
    pub fn header(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.param_as(Parameter::new(name).at(Location::Header), value)
    }

    /// Sets what stands in the path for `{name}`, described or not.
    pub fn path_param(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.param_as(Parameter::new(name).at(Location::Path).required(), value)
    }

    /// Sets a parameter of the query that is written as JSON, described or not.
    pub fn json(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.param_as(Parameter::new(name).shaped(Shape::Json), value)
    }

    /// Sets a list in the query that is written with commas in between, described or not.
    pub fn simple(self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.param_as(Parameter::new(name).of(Kind::List(Box::new(Kind::Json))).shaped(Shape::Simple), value)
    }

    /// Sets the body, as JSON.
    pub fn body(self, value: impl Into<Value>) -> Self {
        let body = self.body_parameter(Kind::Json);
        self.param_as(body, value)
    }

    /// Sets the body, as bytes.
    pub fn body_bytes(mut self, bytes: impl Into<Bytes>) -> Self {
        let body = self.body_parameter(Kind::Bytes);
        let name = body.name.clone();
        self.describe(body);
        self.give(name, Given::Bytes(bytes.into()))
    }

    /// Sends a file as the body.
    ///
    /// It is read twice: for its hash, and while it is sent; and again for every further attempt. It is never in memory as a
    /// whole. A file that has changed in between is an error, and the last piece of it is not sent.
    pub fn body_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        let body = self.body_parameter(Kind::Bytes);
        self.describe(body);
        self.options.upload = Some(Upload::new(path));
        self
    }

    /// Returns the parameter that is the body: the one that is described as it, else one that is made.
    fn body_parameter(&self, kind: Kind) -> Parameter {
        let described = self.description.parameters.iter().find(|parameter| parameter.location == Location::Body);
        described.cloned().unwrap_or_else(|| Parameter::new("body").at(Location::Body).of(kind))
    }

    /// Sets the HTTP method; `POST` unless it is described.
    pub fn method(mut self, method: Method) -> Self {
        self.described().facts.method = method;
        self
    }

    /// Sets the style; RPC unless it is described.
    pub fn style(mut self, style: Style) -> Self {
        self.described().product.style = style;
        self
    }

    /// Sets the path, with `{name}` where [`Call::path_param`] puts a value: it is `/` unless it is described.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        let description = self.described();
        (description.facts.path, description.is_path_given) = (path.into(), true);
        self
    }

    /// Sets what the call is signed with; an access key unless it is described.
    pub fn security(mut self, security: Security) -> Self {
        self.described().facts.security = security;
        self
    }

    /// Says whether the call may be executed twice; not unless it is described. With [`Repeat::WithToken`] it has a client token.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.described().facts.repeat = repeat;
        self
    }

    /// Says what the call changes.
    pub fn impact(mut self, impact: Impact) -> Self {
        self.described().facts.impact = impact;
        self
    }

    /// Says how many calls an account may make of the operation; the call waits for its turn.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.described().facts.quota = Some(quota);
        self
    }

    /// Adds a host with the regions that it serves.
    pub fn endpoint(mut self, host: impl Into<String>, regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let regions = regions.into_iter().map(Into::into).collect();
        self.described().product.portal_endpoints.push((host.into(), regions));
        self
    }

    /// Keeps the value of a parameter from being seen in an error or in `Debug`. Parameters whose names say so are kept anyway: what has
    /// `AuthKey`, `Password`, `PrivateKey`, `Secret` or `SecurityToken` in its name, in any case. It makes no difference whether it is said
    /// before the value is set or after.
    pub fn sensitive(mut self, name: &str) -> Self {
        let parameter = self.description.find(name).cloned().unwrap_or_else(|| Parameter::new(name));
        self.describe(parameter.sensitive(true));
        self
    }

    /// Sets how long this call may take in all, attempts and waits included.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sets how long one attempt of this call may take; see [`ConfigBuilder::attempt_timeout`](crate::ConfigBuilder::attempt_timeout).
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Sets how often this call is tried, and how long it waits in between.
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }

    /// Returns everything that is wrong with the request, then what may be, as [`Violation::is_warning`] says. It sends nothing.
    #[must_use]
    pub fn check(&self) -> Vec<Violation> {
        let description = self.complete();
        let tables = Tables::new(&description);
        let (record, mut violations) = self.record(&tables);
        add(&mut violations, check(known::operation(&description), &record, self.options.upload.as_ref()));
        violations
    }

    /// Returns the endpoint that the call goes to, and by [`Endpoint::explain`] why. It sends nothing.
    ///
    /// # Errors
    ///
    /// Fails when no region is known or the region cannot be one.
    pub fn endpoint_of(&self) -> Result<Endpoint, Error> {
        let operation = known::operation(&self.description);
        // As when it is sent: one in the path or in a header leads nowhere else.
        let is_place = |location: &Location| matches!(location, Location::Query | Location::Form);
        let leads = |it: &Parameter| is_place(&it.location) || it.again.iter().any(is_place);
        let region_id = self.given.iter().find_map(|(name, given)| match given {
            Given::Json(Value::String(region)) if name == "RegionId" => Some(region.as_str()),
            _ => None,
        });
        let region_id = region_id.filter(|_| self.description.find("RegionId").is_none_or(leads));
        Client::new(&self.config, operation.product).endpoint(region_id)
    }

    /// Sends the call.
    ///
    /// # Errors
    ///
    /// As a generated call: with one [`Error`] for everything, and [`Error::outcome`] says what became of the call.
    pub async fn send(self) -> Result<Answer, Error> {
        let (operation, answer) = self.exchange(None).await?;
        Ok(Answer::new(operation, *answer))
    }

    /// Sends the call, and gives the events of its answer (`text/event-stream`) as they come, the data of each as JSON.
    ///
    /// # Errors
    ///
    /// As [`Call::send`], and where the answer is no stream of events.
    pub async fn events(self) -> Result<Events<Value>, Error> {
        let (operation, answer) = self.exchange(Some(IN_PIECES)).await?;
        let limit = self.config.inner.transport.response_limit();
        let redact: Redact = Arc::new(move |text| {
            let description = self.complete();
            let tables = Tables::new(&description);
            without_sensitive(text, &self.record(&tables).0)
        });
        begin_events(operation, *answer, limit, redact).await
    }

    /// Sends the call, and gives the body of its answer as it comes.
    ///
    /// # Errors
    ///
    /// As [`Call::send`].
    pub async fn download(self) -> Result<Download, Error> {
        let (operation, answer) = self.exchange(Some(IN_PIECES)).await?;
        Ok(Download::new(Incoming::new(operation, *answer)))
    }

    async fn exchange(
        &self,
        streaming: Option<InPieces>,
    ) -> Result<(&'static Operation, Box<crate::call::Answer>), Error> {
        let description = self.complete();
        let operation = known::operation(&description);
        let tables = Tables::new(&description);
        let record = self.valid(operation, &tables)?;
        let client = Client::new(&self.config, operation.product);
        let invocation = Invocation {
            path: &description.facts.path,
            redirects: description.redirects,
            streaming,
            upload: self.options.upload.as_ref(),
            ..Invocation::new(operation, &record)
        };
        Ok((operation, exchange(&client, &invocation, &self.options).await?))
    }

    /// Returns the description with what a call needs beside what was said.
    fn complete(&self) -> Arc<Description> {
        let mut description = Arc::clone(&self.description);
        if description.open && description.facts.repeat == Repeat::WithToken && description.find(CLIENT_TOKEN).is_none()
        {
            Arc::make_mut(&mut description).put(Parameter::new(CLIENT_TOKEN));
        }
        description
    }

    /// Returns the request, unless something that was given cannot be a parameter's value.
    fn valid<'d>(&self, operation: &'static Operation, tables: &'d Tables<'d>) -> Result<Record<'d>, Error> {
        let (record, mut violations) = self.record(tables);
        if violations.is_empty() {
            return Ok(record);
        }
        if self.config.inner.validation {
            add(&mut violations, validate(&record));
        }
        // Whoever observes hears of every call, whatever is wrong with it.
        let region = self.config.inner.region.as_ref().map(|(region, _)| region.as_str());
        let mut watch = Watch::start(&self.config.inner.observers, operation, region, &record);
        let error = Error::new(Failure::Invalid(violations), Outcome::NotSent);
        watch.failed(&error);
        Err(error.of(operation, 0, Outcome::NotSent))
    }

    /// Returns the request, with what of it could not be read.
    fn record<'d>(&self, tables: &'d Tables<'d>) -> (Record<'d>, Vec<Violation>) {
        let mut record = tables.request();
        let mut violations = self.description.violations();
        for (name, given) in &self.given {
            let Some(field) = record.field(name) else {
                let near = closest(&record.names(), name).map(|near| format!(", did you mean `{near}`?"));
                let rule = format!("is no parameter of this operation{}", near.unwrap_or_default());
                violations.push(Violation::new(name, rule));
                continue;
            };
            match given {
                Given::Bytes(bytes) => field.set_bytes(bytes.to_vec()),
                Given::Json(value) => {
                    if let Err((path, why)) = fill(name, field, value) {
                        violations.push(Violation::new(path, format!("cannot be read: {why}")));
                    }
                }
            }
        }
        (record, violations)
    }

    fn described(&mut self) -> &mut Description {
        Arc::make_mut(&mut self.description)
    }

    fn describe(&mut self, mut parameter: Parameter) {
        // What must not be seen stays so, whatever is said of it behind that.
        parameter.sensitive |= self.description.find(&parameter.name).is_some_and(|known| known.sensitive);
        self.described().put(parameter);
    }

    fn give(mut self, name: String, given: Given) -> Self {
        self.given.retain(|(known, _)| *known != name);
        self.given.push((name, given));
        self
    }
}

/// Adds violations of what was read; of a parameter that could not be read, one is told already.
fn add(violations: &mut Vec<Violation>, more: Vec<Violation>) {
    let parameter = |violation: &Violation| {
        let path = violation.parameter();
        path.split(['.', '[']).next().unwrap_or(path).to_owned()
    };
    let told: Vec<String> = violations.iter().map(parameter).collect();
    violations.extend(more.into_iter().filter(|violation| !told.contains(&parameter(violation))));
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tables = Tables::new(&self.description);
        let (record, _) = self.record(&tables);
        crate::record::debug(&record as &dyn AnyRecord, f)
    }
}
