//! A call of an operation, from the words on the command line to its answer.

mod arguments;
mod confirm;
mod connect;
mod dry_run;
mod failed;
mod pages;
mod trace;
mod values;
mod wait;

use std::sync::Arc;

use apsara_bulk::read_json;
use apsara_catalog::Paging;
pub(crate) use apsara_code::Kept;
use apsara_core::untyped::{Call, Client, Description};
use apsara_core::{Config, Error, Violation};
use serde_json::Value;

pub(crate) use self::arguments::Request;
pub(crate) use self::connect::{Connection, cloud, unusable};
pub(crate) use self::dry_run::Asking;
pub(crate) use self::failed::failure;
pub(crate) use self::trace::{CallTrace, incomplete, lack};
use self::values::Sources;
use crate::catalog::Operation;
use crate::condition::Condition;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Given;
pub(crate) use crate::options::Input;
use crate::options::{CallOptions, Written};
use crate::query::Query;
use crate::words::did_you_mean;

/// Holds a call that can be made, once or page by page.
struct Prepared {
    operation: Operation,
    description: Arc<Description>,
    client: Client,
    request: Request,
}

/// Makes a call and writes its answer.
pub(crate) async fn run(mut operation: Operation, options: &CallOptions, given: Vec<Given>) -> Result<(), Failure> {
    let query = options.query.as_deref().map(|text| Query::read("--query", text)).transpose()?;
    let condition = options.wait.as_deref().map(Condition::read).transpose()?;
    if options.pages && condition.is_some() {
        return Err(Failure::usage("--pages and --wait do not go together"));
    }
    let description = Arc::new(operation.describe()?);
    let paging = if options.pages { Some(operation.paging()?) } else { None };
    if condition.is_some() && operation.repeat != "safe" {
        let word = operation.word();
        return Err(Failure::usage(format!("--wait repeats a call, and {word} is not known to be safe to repeat")));
    }
    let request = request(&operation, &description, &options.input, given)?;
    // What is wrong with the request is told whether or not there are credentials.
    let nowhere = Config::builder().transport(Kept::default()).build().map_err(|error| unusable(&error))?;
    let mut prepared = Prepared { operation, description, client: Client::new(&nowhere), request };
    prepared.check(options)?;
    let kept = options.dry_run.then(dry_run::kept);
    let connection = Connection::open(&options.connect, Some(options), options.spec.as_deref(), kept.clone()).await?;
    prepared.client = Client::new(connection.config());
    if let Some(kept) = kept {
        return dry_run::show(&prepared, &kept).await;
    }
    connection.checked(prepared.make(options, query.as_ref(), condition.as_ref(), paging.as_ref()).await)
}

/// Reads the parameters, from a file and from the command line.
pub(crate) fn request(
    operation: &Operation,
    description: &Description,
    input: &Input,
    mut given: Vec<Given>,
) -> Result<Request, Failure> {
    let mut sources = Sources::default();
    for text in &input.param {
        let (name, value) = text.split_once('=').ok_or_else(|| Failure::usage("--param wants NAME=VALUE"))?;
        given.push(Given { name: name.to_owned(), value: Some(value.to_owned()) });
    }
    let input = match input.input_json.as_deref() {
        Some("-") => Some(sources.read("-")?),
        // Every other option has a sign in front of a file; here it may stand too.
        Some(path) => Some(sources.read(&format!("@{}", path.strip_prefix('@').unwrap_or(path)))?),
        None => None,
    };
    // Editors of Windows begin a file by a byte order mark, which JSON does not have.
    let json = |text: String| read_json(text.strip_prefix('\u{feff}').unwrap_or(&text).as_bytes());
    let wrong = |error: serde_json::Error| match error.is_data() {
        true => Failure::usage(format!("--input-json: {error}")),
        false => Failure::usage(format!("--input-json is no JSON: {error}")),
    };
    let input = input.map(json).transpose().map_err(wrong)?;
    let is_bytes = |name: &str| {
        let found = description.parameters().iter().find(|parameter| parameter.name() == name);
        found.is_some_and(|parameter| matches!(parameter.kind(), apsara_core::untyped::Kind::Bytes))
    };
    arguments::read(operation, input.as_ref(), &given, &mut sources, is_bytes)
}

impl Prepared {
    /// Makes the call as often as is asked for, and writes what is answered.
    async fn make(
        &self,
        options: &CallOptions,
        query: Option<&Query>,
        condition: Option<&Condition>,
        paging: Option<&Paging>,
    ) -> Result<(), Failure> {
        confirm::confirm(self, options)?;
        let answered = async {
            match (paging, condition) {
                (Some(paging), _) => pages::all(self, paging).await,
                (None, Some(condition)) => wait::until(self, condition, options).await,
                (None, None) => self.answer(&self.request).await.map_err(|error| self.failed(&error)),
            }
        };
        let answer = tokio::select! {
            answer = answered => answer?,
            _ = tokio::signal::ctrl_c() => return Err(self.interrupted()),
        };
        let write = |answer: &Value| {
            let written = crate::output::write(answer, options.output, options.color);
            written.map_err(|failure| failure.with("outcome", "executed; its answer could not be written"))
        };
        let Some(query) = query else {
            // An answer without a body says by its status alone that all is well.
            return if answer.is_null() { Ok(()) } else { write(&answer) };
        };
        match query.search(&answer) {
            Ok(found) => write(&found),
            Err(failure) => {
                // The call was executed: what it answered must not be lost for an expression.
                write(&answer)?;
                Err(failure.with("outcome", "executed; the answer is written as a whole"))
            }
        }
    }

    /// Makes a call of a request.
    fn call(&self, request: &Request) -> Call {
        let call = self.client.described(&self.description);
        request.iter().fold(call, |call, (name, value)| call.param(name, value.clone()))
    }

    /// Sends a request, and returns the body of its answer.
    async fn answer(&self, request: &Request) -> Result<Value, Error> {
        self.call(request).send().await?.json()
    }

    fn failed(&self, error: &Error) -> Failure {
        failure(error, &self.operation)
    }

    /// Says what is wrong with the request, or may be.
    fn check(&self, options: &CallOptions) -> Result<(), Failure> {
        if options.no_validation {
            return Ok(());
        }
        let (warnings, wrong): (Vec<Violation>, Vec<Violation>) =
            self.call(&self.request).check().into_iter().partition(Violation::is_warning);
        for warning in warnings {
            crate::terminal::tell(&format!("warning: {}{}", shown(&warning), self.meant(&warning)));
        }
        if wrong.is_empty() {
            return Ok(());
        }
        let word = self.operation.word();
        let all: Vec<String> = wrong.iter().map(shown).collect();
        let message = format!("{word} cannot be called so:\n  {}", all.join("\n  "));
        Err(Failure::new(Exit::Invalid, message)
            .with("outcome", "not sent")
            .with("what holds", format!("apsara {} {word} --help", self.operation.product)))
    }

    /// Says which documented value was probably meant.
    fn meant(&self, warning: &Violation) -> String {
        let name = warning.parameter();
        let parameter = self.description.parameters().iter().find(|parameter| parameter.name() == name);
        let given = self.request.get(name).and_then(Value::as_str);
        let Some((parameter, given)) = parameter.zip(given) else { return String::new() };
        let meant = did_you_mean(given, parameter.documented().iter().map(String::as_str));
        meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
    }

    fn interrupted(&self) -> Failure {
        let failure = Failure::new(Exit::Interrupted, "interrupted");
        match self.operation.repeat.as_str() {
            "safe" => failure,
            _ => failure.with("outcome", "unknown: what was sent by then may still be executed"),
        }
    }
}

/// Names a parameter as a command line has it, and what is wrong with it.
pub(crate) fn shown(violation: &Violation) -> String {
    let name = violation.parameter();
    let head = name.find(['.', '[']).map_or(name, |end| &name[..end]);
    format!("{}{} {}", Written::of(head), &name[head.len()..], violation.rule())
}
