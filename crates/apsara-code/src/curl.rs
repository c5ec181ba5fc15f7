//! curl, with a request that the runtime has signed.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use apsara_catalog::Operation;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::untyped::Client;
use apsara_core::{Config, Credentials, Retry};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::Request;
use serde_json::{Map, Value};

use crate::error::Error;
use crate::given::Call;
use crate::settings::Settings;
use crate::shell::{command as joined, quoted};

/// The header with the token of a temporary key, and the variable that holds it where the command runs.
const TOKEN: (&str, &str) = ("x-acs-security-token", "ALIBABA_CLOUD_SECURITY_TOKEN");

/// The headers that curl writes itself, or that say nothing of the call.
const NOT_WRITTEN: [&str; 5] = ["host", "content-length", "user-agent", "accept-encoding", "connection"];

/// A request with its body.
type Sent = Request<bytes::Bytes>;

/// A transport that sends nothing: it keeps the request that would go out, signed, and every call by it fails.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<Mutex<Option<Sent>>>);

impl Kept {
    /// Returns the request that was kept last, once.
    #[must_use]
    pub fn take(&self) -> Option<Sent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Transport for Kept {
    fn send(&self, request: Sent) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, TransportError>> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Box::pin(async { Err(TransportError::new("nothing is sent").malformed()) })
    }
}

pub(crate) fn command(
    call: &Call<'_>,
    operation: &Operation,
    parameters: &Map<String, Value>,
    settings: &Settings,
) -> Result<String, Error> {
    if let Some(variable) = call.variables.first() {
        return Err(Error::new(format!(
            "a curl command that is signed now would hold a secret, for what is signed is sent as it is: {variable} must not be seen; \
             take another language"
        )));
    }
    let credentials = settings.credentials.clone().ok_or_else(|| {
        Error::new("a curl command is signed now, which needs an access key: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or name a profile")
    })?;
    let request = signed(operation, parameters, settings, credentials)?;
    write(&request)
}

/// Has the runtime sign the call, and keeps the request. A thread of its own runs it, so that it does not matter whether a runtime
/// runs here already.
fn signed(
    operation: &Operation,
    parameters: &Map<String, Value>,
    settings: &Settings,
    credentials: Credentials,
) -> Result<Sent, Error> {
    let told = |error: apsara_core::Error| Error::new(error.to_string());
    let description = operation.clone().describe().map_err(|error| Error::new(error.to_string()))?;
    let kept = Kept::default();
    let mut builder = Config::builder()
        .credentials(credentials)
        .transport(kept.clone())
        .retry(Retry::never())
        .without_pacing()
        .without_validation();
    if let Some(region) = &settings.region {
        builder = builder.region(region);
    }
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.endpoint(endpoint);
    }
    let untyped = Client::new(&builder.build().map_err(told)?).described(&description.into());
    let untyped = parameters.iter().fold(untyped, |call, (name, value)| call.param(name, value.clone()));
    // The runtime is dropped there too, which no thread may do that runs another.
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
        Some(runtime.block_on(untyped.send()))
    };
    let sent = thread::scope(|scope| scope.spawn(run).join());
    match (kept.take(), sent) {
        (Some(request), _) => Ok(request),
        (None, Ok(Some(Err(error)))) => Err(told(error)),
        (None, _) => Err(Error::new("the request could not be signed")),
    }
}

/// Writes a signed request as a command.
fn write(request: &Sent) -> Result<String, Error> {
    let text = |what: &str, text: &str| {
        quoted(text).ok_or_else(|| Error::new(format!("{what} has a zero byte in it, which no command line holds")))
    };
    let mut groups = Vec::new();
    let mut comment = "# It is signed: good for 15 minutes, and for one call.\n".to_owned();
    let mut has_content_type = false;
    for (name, value) in request.headers() {
        let name = name.as_str();
        if NOT_WRITTEN.contains(&name) && !(name == "host" && is_elsewhere(request)) {
            continue;
        }
        has_content_type |= name == "content-type";
        if name == TOKEN.0 {
            groups.push(format!("--header \"{}: ${{{}:?}}\"", TOKEN.0, TOKEN.1));
            comment.push_str(&format!("# {} must hold the token that it is signed with.\n", TOKEN.1));
            continue;
        }
        let value = value.to_str().map_err(|_| Error::new(format!("the header {name} holds more than ASCII")))?;
        // curl leaves a header without a value out, unless a semicolon ends its name.
        let line = if value.is_empty() { format!("{name};") } else { format!("{name}: {value}") };
        groups.push(format!("--header {}", text("a header", &line)?));
    }
    let body = request.body();
    let mut first = format!("curl --request {} {}", request.method(), text("the address", &request.uri().to_string())?);
    match std::str::from_utf8(body) {
        Ok("") if request.method() == http::Method::GET => {}
        Ok(body) => {
            if !has_content_type {
                // curl would name a type that was not signed.
                groups.push("--header content-type:".to_owned());
            }
            groups.push(format!("--data-raw {}", text("the body", body)?));
        }
        Err(_) => {
            first = format!("printf %s {} | base64 -d | {first}", BASE64_STANDARD.encode(body));
            groups.push("--data-binary @-".to_owned());
        }
    }
    Ok(format!("{comment}{}", joined(&first, &groups)))
}

/// Returns whether the header `Host` says another host than the address.
fn is_elsewhere(request: &Sent) -> bool {
    let said = request.headers().get("host").and_then(|value| value.to_str().ok());
    said.is_some_and(|said| request.uri().authority().is_none_or(|authority| authority.as_str() != said))
}
