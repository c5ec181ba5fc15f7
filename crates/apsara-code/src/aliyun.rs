//! Command lines of the official CLI, `aliyun`.
//!
//! What it can say was read in its sources, version 3, folders `openapi` and `cli`: an RPC call takes query and form by `--Name`, and no
//! body; a call with a path takes method and path as words, the query by `--name`, and a body by `--body`. Headers are
//! `--header Name=value`. A value that begins with `-` stands behind a `=`.

use apsara_codegen::{Member, Shape, Travels};
use apsara_core::Endpoint;
use apsara_core::sign::percent_encode;

use crate::error::Error;
use crate::given::{Call, Given};
use crate::json::Json;
use crate::settings::Settings;
use crate::shell::{command as joined, json_word, needs, quoted, variable};

/// Its own options, which it takes wherever they stand: a parameter that is called so never reaches the call.
const OPTIONS: [&str; 42] = [
    "accept",
    "access-key-id",
    "access-key-secret",
    "body",
    "body-file",
    "cloud-sso-access-config",
    "cloud-sso-account-id",
    "cloud-sso-sign-in-url",
    "config-path",
    "connect-timeout",
    "dryrun",
    "endpoint",
    "expired-seconds",
    "external-id",
    "force",
    "header",
    "help",
    "insecure",
    "key-pair-name",
    "language",
    "method",
    "mode",
    "oidc-provider-arn",
    "oidc-token-file",
    "output",
    "pager",
    "private-key",
    "process-command",
    "profile",
    "quiet",
    "ram-role-arn",
    "ram-role-name",
    "read-timeout",
    "region",
    "retry-count",
    "roa",
    "role-session-name",
    "secure",
    "skip-secure-verify",
    "sts-token",
    "version",
    "waiter",
];

/// The methods that it takes for a call with a path.
const METHODS: [&str; 4] = ["DELETE", "GET", "POST", "PUT"];

pub(crate) fn command(call: &Call<'_>, settings: &Settings) -> Result<String, Error> {
    let usage = call.usage;
    let cannot = |why: &str| Error::new(format!("the official CLI cannot call {}: {why}", usage.name));
    if let Some(signature) = &usage.own_signature {
        return Err(cannot(&format!("the product's own gateway wants the signature {signature}")));
    }
    let product = usage.product.to_lowercase();
    let mut groups = Vec::new();
    let first = if usage.has_paths {
        if !METHODS.contains(&usage.http_method.as_str()) {
            return Err(cannot(&format!("it knows no {}", usage.http_method)));
        }
        let path = path(call)?;
        format!("aliyun {product} {} {}", usage.http_method, word(&path, "the path")?)
    } else {
        format!("aliyun {product} {}", usage.name)
    };
    groups.extend(connection(settings)?);
    for (member, given) in &call.given {
        for place in std::iter::once(&member.place).chain(&member.also) {
            let options = match place {
                Travels::Query | Travels::Form => pairs(member, given)?,
                Travels::Header => header(member, given)?,
                Travels::Path | Travels::Body => Vec::new(),
                _ => return Err(cannot(&format!("it does not put {} into the host's name", member.wire))),
            };
            // It knows itself which are for the query and which for the form.
            groups.extend(options.into_iter().filter(|option| !groups.contains(option)).collect::<Vec<_>>());
        }
    }
    if let Some(body) = body(call)? {
        if !usage.has_paths {
            return Err(cannot("it sends no body with a call that has no path"));
        }
        groups.push("--header Content-Type=application/json".to_owned());
        groups.push(format!("--body {}", json_word(&body).ok_or_else(|| no_secret("the body", "JSON"))?));
    }
    let escaping = if groups.iter().any(|group| group.contains("\"'\"${")) {
        "# What stands inside of JSON must need no escaping there: no quote, no backslash.\n"
    } else {
        ""
    };
    Ok(format!("{}{escaping}{}", needs(&call.variables), joined(&first, &groups)))
}

/// Writes where the call goes.
fn connection(settings: &Settings) -> Result<Vec<String>, Error> {
    let mut out = Vec::new();
    if let Some(region) = &settings.region {
        out.push(format!("--region {}", word(region, "the region")?));
    }
    if let Some(endpoint) = &settings.endpoint {
        let endpoint = Endpoint::parse(endpoint).map_err(|error| Error::new(error.to_string()))?;
        out.push(format!("--endpoint {}", word(endpoint.host(), "the endpoint")?));
        if endpoint.scheme() == "http" {
            out.push("--insecure".to_owned());
        }
    }
    Ok(out)
}

/// Fills the path. What would be escaped in it is refused: it is not known whether the CLI escapes it once more.
fn path(call: &Call<'_>) -> Result<String, Error> {
    let mut path = call.usage.path.clone();
    for (member, given) in call.sent_by(Travels::Path) {
        let text = given.json().scalar().ok_or_else(|| no_secret(&member.wire, "the path"))?;
        crate::path::part(member, &text)?;
        let segments = text.trim_start_matches('/').split('/');
        if segments.clone().any(|segment| percent_encode(segment) != segment) {
            return Err(Error::new(format!(
                "{} has letters that must be escaped in a path, which it is not known how the official CLI takes",
                member.wire
            )));
        }
        if text.contains('/') && !path.contains(&format!("{{+{}}}", member.wire)) {
            return Err(Error::new(format!(
                "{} has a slash, which the official CLI takes for one of the path",
                member.wire
            )));
        }
        path = path.replace(&format!("{{+{}}}", member.wire), text.trim_start_matches('/'));
        path = path.replace(&format!("{{{}}}", member.wire), &text);
    }
    if path.contains('{') || path.contains('?') {
        return Err(Error::new(format!("{path} is no whole path: give every parameter that stands in it")));
    }
    crate::path::whole(&path)?;
    Ok(path)
}

/// Writes the options of a parameter of the query or the form.
fn pairs(member: &Member, given: &Given<'_>) -> Result<Vec<String>, Error> {
    let json = given.json();
    match (&json, member.shape) {
        (Json::List(items), Shape::Simple) => {
            let items: Option<Vec<String>> = items.iter().map(Json::scalar).collect();
            let text = items.ok_or_else(|| no_secret(&member.wire, "a list with commas"))?.join(",");
            Ok(vec![option(&member.wire, &Json::Text(text))?])
        }
        (json, Shape::Json) if given.is_compound() => {
            let value = json_word(json).ok_or_else(|| no_secret(&member.wire, "JSON"))?;
            Ok(vec![format!("--{} {value}", name(&member.wire)?)])
        }
        _ => json.flat(&member.wire).into_iter().map(|(name, leaf)| option(&name, leaf)).collect(),
    }
}

/// Writes the name of an option.
fn name(name: &str) -> Result<String, Error> {
    if OPTIONS.contains(&name) {
        return Err(Error::new(format!(
            "the official CLI has an option --{name} of its own, so that no parameter can be called so"
        )));
    }
    if name.contains(['=', ':']) {
        return Err(Error::new(format!("the official CLI cannot take a parameter that is called {name}")));
    }
    word(name, "a name")
}

fn option(wire: &str, leaf: &Json) -> Result<String, Error> {
    let name = name(wire)?;
    match leaf {
        Json::Secret(secret) => Ok(format!("--{name}={}", variable(secret))),
        leaf => match leaf.scalar().unwrap_or_default() {
            text if text.starts_with('-') => Ok(format!("--{name}={}", word(&text, &name)?)),
            text => Ok(format!("--{name} {}", word(&text, &name)?)),
        },
    }
}

fn header(member: &Member, given: &Given<'_>) -> Result<Vec<String>, Error> {
    let json = given.json();
    let entries = match (&json, member.wire.strip_suffix('*')) {
        (Json::Object(entries), Some(prefix)) => {
            entries.iter().map(|(key, value)| (format!("{prefix}{key}"), value)).collect()
        }
        (json, _) => vec![(member.wire.clone(), json)],
    };
    let one = |(name, value): (String, &Json)| match value {
        Json::Secret(secret) => Ok(format!("--header {}={}", word(&name, "a name")?, variable(secret))),
        value => {
            let value = value.scalar().ok_or_else(|| Error::new(format!("{name} is no text, as a header is")))?;
            Ok(format!("--header {}", word(&format!("{name}={value}"), &name)?))
        }
    };
    entries.into_iter().map(one).collect()
}

/// Returns the body, which must be JSON.
fn body(call: &Call<'_>) -> Result<Option<Json>, Error> {
    let all = call.usage.parameters.iter().filter(|member| member.place == Travels::Body).count();
    let mut bodies = call.given.iter().filter(|(member, _)| member.place == Travels::Body).peekable();
    if all > 1 && bodies.peek().is_some() {
        return Ok(Some(Json::Object(bodies.map(|(member, given)| (member.wire.clone(), given.json())).collect())));
    }
    let Some((member, given)) = bodies.next() else { return Ok(None) };
    let wire = &member.wire;
    if member.shape == Shape::Xml {
        return Err(Error::new(format!("{wire} is XML, which it is not known how the official CLI takes")));
    }
    match given {
        Given::Text(text) if member.shape == Shape::Json => {
            let json = serde_json::from_str::<serde_json::Value>(text);
            json.map(|json| Some(json.into())).map_err(|error| Error::new(format!("{wire} is no JSON: {error}")))
        }
        Given::Text(_) | Given::Bytes(_) | Given::Secret(_) => Err(Error::new(format!(
            "{wire} is no JSON, and of no other body it is known how the official CLI takes it"
        ))),
        given => Ok(Some(given.json())),
    }
}

fn no_secret(name: &str, within: &str) -> Error {
    Error::new(format!(
        "{name} holds a secret inside of {within}, where no variable of the environment can stand for it"
    ))
}

fn word(text: &str, name: &str) -> Result<String, Error> {
    quoted(text).ok_or_else(|| Error::new(format!("{name} has a zero byte in it, which no command line holds")))
}
