//! curl, with a request that the runtime has signed.

use std::thread;

use apsara_catalog::Operation;
use apsara_core::untyped::Client;
use apsara_core::{Config, ConfigBuilder};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::given::Call;
use crate::kept::{Kept, Sent};
use crate::settings::Settings;
use crate::shell::{command as joined, quoted};

/// The headers with what proves who calls, each with the variable that holds it where the command runs.
const TOKENS: [(&str, &str); 2] =
    [("x-acs-bearer-token", BEARER_TOKEN), ("x-acs-security-token", "ALIBABA_CLOUD_SECURITY_TOKEN")];

/// The variable that holds a bearer token where the command runs.
const BEARER_TOKEN: &str = "ALIBABA_CLOUD_BEARER_TOKEN";

/// The parameters in which the older signature sends tokens.
const TOKEN_PARAMETERS: [&str; 2] = ["BearerToken", "SecurityToken"];

/// The headers that curl writes itself, or that say nothing of the call.
const NOT_WRITTEN: [&str; 5] = ["host", "content-length", "user-agent", "accept-encoding", "connection"];

/// Writes the command for what is set, in a thread of its own, so that it does not matter whether a runtime runs here already.
pub(crate) fn now(
    call: &Call<'_>,
    operation: &Operation,
    parameters: &Map<String, Value>,
    settings: &Settings,
) -> Result<String, Error> {
    let mut config = Config::builder();
    if let Some(credentials) = &settings.credentials {
        config = config.credentials(credentials.clone());
    }
    if let Some(region) = &settings.region {
        config = config.region(region);
    }
    if let Some(endpoint) = &settings.endpoint {
        config = config.endpoint(endpoint);
    }
    // The runtime is dropped there too, which no thread may do that runs another.
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().ok()?;
        // The key is at hand, so that nobody is asked for one.
        Some(runtime.block_on(command(call, operation, parameters, config, &Kept::default())))
    };
    let written = thread::scope(|scope| scope.spawn(run).join());
    written.ok().flatten().unwrap_or_else(|| Err(Error::new("the request could not be signed")))
}

/// Writes the command for a configuration whose request is kept.
pub(crate) async fn command(
    call: &Call<'_>,
    operation: &Operation,
    parameters: &Map<String, Value>,
    config: ConfigBuilder,
    kept: &Kept,
) -> Result<String, Error> {
    if let Some(variable) = call.variables.first() {
        return Err(Error::new(format!(
            "a curl command that is signed now would hold a secret, for what is signed is sent as it is: {variable} must not be seen; \
             take another language"
        )));
    }
    write(&signed(operation, parameters, config, kept).await?)
}

/// Has the runtime sign the call, and keeps the request.
async fn signed(
    operation: &Operation,
    parameters: &Map<String, Value>,
    config: ConfigBuilder,
    kept: &Kept,
) -> Result<Sent, Error> {
    let told = |error: apsara_core::Error| match error.is_config() || error.is_credentials() {
        true => Error::new(format!(
            "a curl command is signed now, which needs an access key and to know where it goes: {}",
            error.to_string().split(" [outcome: ").next().unwrap_or_default()
        ))
        .of_key(),
        false => Error::new(error.to_string()),
    };
    let description = operation.clone().describe().map_err(|error| Error::new(error.to_string()))?;
    let config = kept.keeping(config).without_validation();
    let untyped = Client::new(&config.build().map_err(told)?).described(&description.into());
    let untyped = parameters.iter().fold(untyped, |call, (name, value)| call.param(name, value.clone()));
    match (untyped.send().await, kept.take()) {
        (_, Some(request)) => Ok(request),
        (Err(error), None) => Err(told(error)),
        (Ok(_), None) => Err(Error::new("the request could not be signed")),
    }
}

/// Writes a signed request as a command.
fn write(request: &Sent) -> Result<String, Error> {
    let text = |what: &str, text: &str| {
        quoted(text).ok_or_else(|| Error::new(format!("{what} has a zero byte in it, which no command line holds")))
    };
    if let Some(name) = TOKEN_PARAMETERS.into_iter().find(|name| has_parameter(request, name)) {
        return Err(Error::new(format!(
            "a curl command that is signed by version 1 would hold a secret in the parameter {name}; take version 3, or another language"
        )));
    }
    let mut groups = Vec::new();
    let mut comment = "# It is signed: good for 15 minutes, and for one call.\n".to_owned();
    let mut has_content_type = false;
    for (name, value) in request.headers() {
        let name = name.as_str();
        if NOT_WRITTEN.contains(&name) && !(name == "host" && is_elsewhere(request)) {
            continue;
        }
        has_content_type |= name == "content-type";
        if let Some((scheme, variable)) = token(name, value) {
            groups.push(format!("--header \"{name}: {scheme}${{{variable}:?}}\""));
            let line = format!("# {variable} must hold the token that it is signed with.\n");
            if !comment.contains(&line) {
                comment.push_str(&line);
            }
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

/// Returns the variable for a header that is no signature but a secret, and what stands in front of it.
fn token(name: &str, value: &http::HeaderValue) -> Option<(&'static str, &'static str)> {
    const BEARER: &str = "Bearer ";
    if name == "authorization" && value.as_bytes().starts_with(BEARER.as_bytes()) {
        return Some((BEARER, BEARER_TOKEN));
    }
    TOKENS.iter().find(|(header, _)| *header == name).map(|(_, variable)| ("", *variable))
}

/// Returns whether a parameter is in the query.
fn has_parameter(request: &Sent, name: &str) -> bool {
    let pairs = request.uri().query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.split_once('=')).any(|(known, _)| known == name)
}

/// Returns whether the header `Host` says another host than the address.
fn is_elsewhere(request: &Sent) -> bool {
    let said = request.headers().get("host").and_then(|value| value.to_str().ok());
    said.is_some_and(|said| request.uri().authority().is_none_or(|authority| authority.as_str() != said))
}
