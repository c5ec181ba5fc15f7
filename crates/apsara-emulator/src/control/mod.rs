//! What an emulator is told, and tells, below one reserved path: JSON over HTTP, for this machine alone.

mod clocks;
mod faults;
mod fields;
mod guard;
mod records;
mod tasks;

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use serde_json::{Map, Value, json};

pub(crate) use self::faults::written_rule;
use self::fields::{Fields, suggestion};
use crate::request::WireRequest;
use crate::server::Shared;
use crate::strict::{self, Flaws};
use crate::{random, status};

/// What all paths of the control API begin with.
const ROOT: &str = "/_apsara";

/// One thing that can be asked for.
struct Endpoint {
    method: Method,
    path: &'static str,
    run: Run,
}

/// All of it.
static ENDPOINTS: [Endpoint; 14] = [
    get("/_apsara", list),
    get("/_apsara/clock", clocks::show),
    post("/_apsara/clock", clocks::change),
    post("/_apsara/reset", reset),
    get("/_apsara/tasks", tasks::list),
    post("/_apsara/tasks", tasks::seed),
    post("/_apsara/tasks/fail", tasks::fail),
    post("/_apsara/tasks/recover", tasks::recover),
    get("/_apsara/faults", faults::list),
    post("/_apsara/faults", faults::add),
    post("/_apsara/faults/clear", faults::clear),
    get("/_apsara/trace", records::trace),
    get("/_apsara/ledger", records::ledger),
    get("/_apsara/counters", records::counters),
];

type Run = fn(&Shared, &Value) -> Result<Value, Wrong>;

const fn get(path: &'static str, run: Run) -> Endpoint {
    Endpoint { method: Method::GET, path, run }
}

const fn post(path: &'static str, run: Run) -> Endpoint {
    Endpoint { method: Method::POST, path, run }
}

/// Says what is wrong with a request, and where in it.
#[derive(Debug, PartialEq, Eq)]
struct Wrong {
    status: StatusCode,
    at: String,
    reason: String,
}

impl Wrong {
    fn new(at: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, at: at.into(), reason: reason.into() }
    }

    fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }
}

/// Whether a path belongs to the control API, on or off: no operation is ever found there.
pub(crate) fn is_reserved(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers what is meant for the emulator itself; nothing if it is meant for the cloud, or if nobody is to listen.
pub(crate) fn respond(shared: &Shared, request: &WireRequest) -> Option<Response<Full<Bytes>>> {
    let port = shared.control?;
    let result = if is_reserved(&request.path) {
        guard::check(request, port).and_then(|()| run(shared, request)).map(|answer| write(StatusCode::OK, &answer))
    } else if status::is_asked(request) {
        guard::check_host(request, port).map(|()| status::respond(shared, request.host()))
    } else {
        return None;
    };
    Some(result.unwrap_or_else(|Wrong { status, at, reason }| write(status, &json!({ "error": reason, "where": at }))))
}

/// Says that what was done could not be written.
pub(crate) fn unwritten() -> Response<Full<Bytes>> {
    write(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "the data cannot be written", "where": "data" }))
}

fn run(shared: &Shared, request: &WireRequest) -> Result<Value, Wrong> {
    if let Some(flaw) = &request.flaw {
        return Err(Wrong::new("", flaw.message.clone()).with_status(flaw.status));
    }
    let path = request.path.trim_end_matches('/');
    let mut there = ENDPOINTS.iter().filter(|endpoint| endpoint.path == path).peekable();
    if there.peek().is_none() {
        let near = suggestion(path, ENDPOINTS.iter().map(|endpoint| endpoint.path));
        let reason = format!("there is no such path{near}; GET {ROOT} lists them all");
        return Err(Wrong::new("path", reason).with_status(StatusCode::NOT_FOUND));
    }
    let Some(endpoint) = there.find(|endpoint| endpoint.method == request.method) else {
        let reason = format!("{} is not taken here; GET {ROOT} lists what is", request.method);
        return Err(Wrong::new("method", reason).with_status(StatusCode::METHOD_NOT_ALLOWED));
    };
    let mut query = Map::new();
    for (name, value) in &request.query {
        if query.insert(name.clone(), Value::String(value.clone())).is_some() {
            return Err(Wrong::new(name, "stands twice; make one of the two"));
        }
    }
    let query = Value::Object(query);
    if endpoint.method == Method::GET {
        return (endpoint.run)(shared, &query);
    }
    Fields::root(&query, &[])?;
    let mut flaws = Flaws::default();
    let body = strict::read(&request.body, &mut flaws);
    let body = body.map_err(|error| Wrong::new("body", format!("no JSON: {error}")))?;
    match flaws.into_vec().into_iter().next() {
        Some(flaw) => Err(Wrong::new(flaw.at, flaw.reason)),
        None => (endpoint.run)(shared, &body),
    }
}

fn write(status: StatusCode, body: &Value) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(format!("{body}\n"))));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, HeaderValue::from_static("GET, POST"));
    }
    // What carries no such id is taken for a refusal of the HTTP library's own.
    if let Ok(id) = HeaderValue::try_from(random::request_id()) {
        headers.insert("x-acs-request-id", id);
    }
    response
}

/// Tells what can be asked for.
fn list(_: &Shared, query: &Value) -> Result<Value, Wrong> {
    Fields::root(query, &[])?;
    let endpoints = ENDPOINTS.iter().map(|endpoint| format!("{} {}", endpoint.method, endpoint.path));
    Ok(json!({ "endpoints": endpoints.collect::<Vec<_>>() }))
}

/// Lets everything be as at the start.
fn reset(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    Fields::root(body, &[])?;
    shared.reset();
    Ok(json!({}))
}
