//! Sending a call, and what is asked before it.

use std::sync::Arc;
use std::time::Instant;

use apsara_catalog::{Operation, Secrets};
use apsara_core::untyped::{Answer, Call, Client, Description};
use apsara_core::{Error, Retry};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::explorer::App;
use crate::request::{typed, violation};
use crate::target::{Manner, Target, watched};
use crate::{document, told};

/// What is answered instead of a result: a status, and an object with `error`.
pub(crate) type Refusal = (StatusCode, Value);

/// How often a call may be tried at most.
const MOST_ATTEMPTS: u32 = 20;

pub(crate) fn refusal(status: StatusCode, message: impl Into<String>) -> Refusal {
    (status, json!({ "error": message.into() }))
}

/// Holds a call that could go out.
pub(crate) struct Prepared {
    pub(crate) operation: Operation,
    pub(crate) request: Map<String, Value>,
    pub(crate) description: Arc<Description>,
}

impl Prepared {
    /// Reads which operation is meant, and the request.
    pub(crate) fn read(app: &App, asked: &Value) -> Result<Self, Refusal> {
        let text = |key: &str| asked[key].as_str().unwrap_or_default();
        let mut operation = app.operation(text("product"), text("version"), text("operation"))?;
        let unusable = |error: apsara_catalog::Error| refusal(StatusCode::UNPROCESSABLE_ENTITY, error.to_string());
        let description = operation.describe().map_err(unusable)?;
        let Some(given) = asked["request"].as_object() else {
            return Err(refusal(StatusCode::BAD_REQUEST, "`request` must be an object of parameters by their names"));
        };
        let request = typed(&description, given).map_err(|wrong| invalid(&operation, &wrong))?;
        Ok(Self { operation, request, description: Arc::new(description) })
    }

    /// Makes a call of the request.
    fn call(&self, client: &Client) -> Call {
        let call = client.described(&self.description);
        self.request.iter().fold(call, |call, (name, value)| call.param(name, value.clone()))
    }
}

fn invalid(operation: &Operation, violations: &[Value]) -> Refusal {
    let message = format!("{} cannot be called so", operation.name);
    (StatusCode::UNPROCESSABLE_ENTITY, json!({ "error": message, "violations": violations }))
}

/// Sends a call as [`send`] does, and does not leave it half-way where the page that asked for it goes away, only where the explorer
/// is dropped.
pub(crate) async fn send_to_the_end(app: Arc<App>, asked: Value) -> Result<Value, Refusal> {
    let call = tokio::spawn(async move {
        let mut dropped = app.dropped.clone();
        tokio::select! {
            result = send(&app, &asked) => Some(result),
            _ = dropped.changed() => None,
        }
    });
    match call.await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(Some(result)) => result,
        // The connection breaks, and the page says that nobody knows what became of the call.
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // So it does with the explorer: an answer would say that nothing was sent.
        Ok(None) | Err(Err(_)) => std::future::pending().await,
    }
}

/// Sends a call, unless something is wrong with it, or it interrupts something and nobody said yes.
async fn send(app: &App, asked: &Value) -> Result<Value, Refusal> {
    let prepared = Prepared::read(app, asked)?;
    let (name, target) = target(app, asked)?;
    let options = &asked["options"];
    let manner = Manner { paced: options["unpaced"] != true, checked: options["unchecked"] != true };
    let config = target.config(manner).map_err(|error| refusal(StatusCode::CONFLICT, error.to_string()))?;
    let call = prepared.call(&Client::new(&config));
    let call = match attempts(&options["attempts"])? {
        Some(attempts) => call.with_retry(Retry::new().attempts(attempts)),
        None => call,
    };
    let violations = call.check();
    if manner.checked && violations.iter().any(|wrong| !wrong.is_warning()) {
        let all = violations.iter().map(|wrong| violation(wrong.parameter(), wrong.rule(), wrong.is_warning()));
        return Err(invalid(&prepared.operation, &all.collect::<Vec<_>>()));
    }
    let secrets = Secrets::of_request(&prepared.description);
    if prepared.operation.impact == "interrupt" && asked["confirmed"] != true {
        let mut asked = document::interrupts(&prepared.operation, &prepared.request, &secrets);
        // The request may name a region, and with it another host than the operation's documents were shown with.
        asked["host"] = json!(call.endpoint_of().ok().map(|endpoint| endpoint.host().to_owned()));
        let message = format!("{} interrupts what runs; it was not sent", prepared.operation.name);
        return Err((StatusCode::CONFLICT, json!({ "error": message, "confirm": asked })));
    }
    let begun = Instant::now();
    let (sent, ended) = watched(&prepared.operation.name, call.send()).await;
    let took = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut result = match ended.and_then(|answer| Ok((answer.json()?, answer))) {
        Ok((body, answer)) => succeeded(&prepared, &secrets, body, &answer),
        Err(error) => failed(&prepared, &error),
    };
    result["took"] = json!(took);
    result["target"] = json!(if name == "cloud" { "the cloud" } else { "the emulator" });
    result["command"] = json!(document::command(&prepared.operation));
    result["request"] = json!(sent.map(|sent| secrets.request(&sent, &prepared.request)));
    Ok(result)
}

pub(crate) fn target<'a>(app: &'a App, asked: &Value) -> Result<(&'static str, &'a Target), Refusal> {
    match asked["target"].as_str() {
        Some("emulator") => Ok(("emulator", &app.to_emulator)),
        Some("cloud") => match &app.to_cloud {
            Ok(target) => Ok(("cloud", target)),
            Err(why) => Err(refusal(StatusCode::CONFLICT, why.clone())),
        },
        _ => Err(refusal(StatusCode::BAD_REQUEST, "`target` must be emulator or cloud")),
    }
}

fn attempts(asked: &Value) -> Result<Option<u32>, Refusal> {
    let text = asked.as_str().unwrap_or_default().trim();
    if text.is_empty() {
        return Ok(None);
    }
    let number = text.parse::<u32>().ok().filter(|number| (1..=MOST_ATTEMPTS).contains(number));
    let wrong = || refusal(StatusCode::UNPROCESSABLE_ENTITY, format!("attempts must be from 1 to {MOST_ATTEMPTS}"));
    number.map(Some).ok_or_else(wrong)
}

fn succeeded(prepared: &Prepared, secrets: &Secrets, mut body: Value, answer: &Answer) -> Value {
    let known = secrets.values(&prepared.request);
    let hidden = Secrets::of_answer(&prepared.operation).redact(&mut body, &known);
    json!({
        "outcome": "succeeded",
        "status": answer.http_status(),
        "requestId": answer.request_id(),
        "attempts": answer.attempts(),
        "waited": u64::try_from(answer.waited().as_millis()).unwrap_or(u64::MAX),
        "clientToken": answer.client_token(),
        // A page that reads numbers makes others of large ones; it shows this.
        "answerText": format!("{body:#}"),
        "answer": body,
        "hidden": hidden,
    })
}

fn failed(prepared: &Prepared, error: &Error) -> Value {
    json!({
        "outcome": told::outcome(error.outcome()),
        "status": error.service().map(apsara_core::ServiceError::http_status),
        "requestId": error.request_id(),
        "attempts": error.attempts(),
        "waited": u64::try_from(error.waited().as_millis()).unwrap_or(u64::MAX),
        "clientToken": error.client_token(),
        "error": told::error(error, &prepared.operation),
    })
}
