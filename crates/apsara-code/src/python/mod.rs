//! Python, with the generic client of the official SDK, which calls any product.

mod endpoint;

use apsara_catalog::Operation;
use apsara_codegen::{Member, Shape, Travels};
use apsara_core::sign::percent_encode;

use self::endpoint::Goes;
use crate::error::Error;
use crate::given::{Call, Given};
use crate::json::{Json, Leaf, Secret};
use crate::settings::Settings;

/// What the program imports beside the SDK.
#[derive(Default)]
struct Imports {
    base64: bool,
    io: bool,
    os: bool,
}

/// How the body is sent.
enum Body {
    None,
    Json(String),
    Form(String),
    Bytes(String),
}

pub(crate) fn program(call: &Call<'_>, operation: &Operation, settings: &Settings) -> Result<String, Error> {
    let usage = call.usage;
    if let Some(signature) = &usage.own_signature {
        return Err(Error::new(format!(
            "the generic client of the official SDK cannot call {}: the product's own gateway wants the signature {signature}",
            usage.name
        )));
    }
    let endpoint = Goes::of(operation, call, settings)?;
    let mut imports = Imports::default();
    let query = pairs(call, Travels::Query, &mut imports)?;
    let headers = headers(call, &mut imports)?;
    let body = body(call, &mut imports)?;
    let path = path(call, &mut imports)?;
    let host = host(call, &endpoint, &mut imports)?;
    imports.os |= endpoint.is_asked_for();

    let mut request = Vec::new();
    if let Some(query) = query {
        request.push(format!("query=Utils.query({query})"));
    }
    if let Some(headers) = headers {
        request.push(format!("headers={headers}"));
    }
    let body_type = match body {
        Body::None => "json",
        Body::Json(body) => {
            request.push(format!("body={body}"));
            "json"
        }
        Body::Form(form) => {
            request.push(format!("body=Utils.query({form})"));
            "formData"
        }
        Body::Bytes(bytes) => {
            request.push(format!("stream=io.BytesIO({bytes})"));
            "byte"
        }
    };
    let mut out = String::from("# pip install alibabacloud-tea-openapi alibabacloud-credentials\n");
    if !call.variables.is_empty() {
        out.push_str(&format!("# Secrets come from the environment: {}.\n", call.variables.join(", ")));
    }
    for (module, is_used) in [("base64", imports.base64), ("io", imports.io), ("json", true), ("os", imports.os)] {
        if is_used {
            out.push_str(&format!("import {module}\n"));
        }
    }
    let utils = if request.iter().any(|it| it.contains("Utils.")) || path.contains("Utils.") {
        "from alibabacloud_tea_openapi.utils import Utils\n"
    } else {
        ""
    };
    let security = if usage.is_anonymous { "Anonymous" } else { "AK" };
    let style = if usage.has_paths { "ROA" } else { "RPC" };
    let region = match &settings.region {
        Some(region) => format!(" region_id={},", text(region)),
        None => String::new(),
    };
    let asking = endpoint.asking();
    out.push_str(&format!(
        "\nfrom alibabacloud_credentials.client import Client as Credentials\n\
         from alibabacloud_tea_openapi.client import Client\n{utils}\
         from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params\n\
         from darabonba.runtime import RuntimeOptions\n\n\
         {asking}client = Client(Config(credential=Credentials(),{region} endpoint={host}))\n\
         params = Params(\n    action={},\n    version={},\n    protocol={},\n    pathname={path},\n    method={},\n    \
         auth_type=\"{security}\",\n    style=\"{style}\",\n    req_body_type=\"{body_type}\",\n    body_type=\"json\",\n)\n",
        text(&usage.name),
        text(&usage.version),
        endpoint.protocol(),
        text(&usage.http_method),
    ));
    match request.as_slice() {
        [] => out.push_str("request = OpenApiRequest()\n"),
        some => {
            let lines: String = some.iter().map(|line| format!("    {},\n", line.replace('\n', "\n    "))).collect();
            out.push_str(&format!("request = OpenApiRequest(\n{lines})\n"));
        }
    }
    out.push_str(
        "answer = client.call_api(params, request, RuntimeOptions())\nprint(json.dumps(answer.get(\"body\"), indent=2, ensure_ascii=False))\n",
    );
    Ok(out)
}

/// Writes the parameters of the query or the form as a dictionary.
fn pairs(call: &Call<'_>, place: Travels, imports: &mut Imports) -> Result<Option<String>, Error> {
    let mut entries = Vec::new();
    for (member, given) in call.sent_by(place) {
        let json = given.json();
        let value = match (&json, member.shape) {
            (Json::List(items), Shape::Simple) => {
                let items: Vec<String> = items.iter().map(|item| part(item, imports, 0)).collect();
                format!("\",\".join([{}])", items.join(", "))
            }
            (json, Shape::Json) if given.is_compound() => {
                format!("json.dumps({}, ensure_ascii=False)", value(json, imports, 1))
            }
            (json, _) => part(json, imports, 1),
        };
        entries.push(format!("    {}: {value},\n", text(&member.wire)));
    }
    let path = call.usage.path.split_once('?').map_or("", |(_, query)| query);
    for pair in path.split('&').filter(|pair| !pair.is_empty() && place == Travels::Query) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        // What is given takes its place.
        if call.sent_by(place).any(|(member, _)| member.wire == name) {
            continue;
        }
        entries.push(format!("    {}: {},\n", text(name), text(value)));
    }
    Ok((!entries.is_empty()).then(|| format!("{{\n{}}}", entries.concat())))
}

fn headers(call: &Call<'_>, imports: &mut Imports) -> Result<Option<String>, Error> {
    let mut entries = Vec::new();
    for (member, given) in call.sent_by(Travels::Header) {
        let json = given.json();
        let one = |name: &str, json: &Json, imports: &mut Imports| match json {
            Json::List(_) | Json::Object(_) | Json::Null => {
                Err(Error::new(format!("{} is no text, as a header is", member.wire)))
            }
            leaf => Ok(format!("    {}: {},\n", text(name), part(leaf, imports, 1))),
        };
        match (&json, member.wire.strip_suffix('*')) {
            (Json::Object(values), Some(prefix)) => {
                for (key, value) in values {
                    entries.push(one(&format!("{prefix}{key}"), value, imports)?);
                }
            }
            (json, _) => entries.push(one(&member.wire, json, imports)?),
        }
    }
    Ok((!entries.is_empty()).then(|| format!("{{\n{}}}", entries.concat())))
}

/// Writes the path: what is known of it is escaped here, and the rest where the program runs.
fn path(call: &Call<'_>, imports: &mut Imports) -> Result<String, Error> {
    let mut path = call.usage.path.split('?').next().unwrap_or_default().to_owned();
    let mut secrets = Vec::new();
    for (member, given) in call.sent_by(Travels::Path) {
        let (whole, part) = (format!("{{+{}}}", member.wire), format!("{{{}}}", member.wire));
        match given.json() {
            Json::Secret(secret) => secrets.push((part, secret)),
            json => {
                let value = json
                    .scalar()
                    .ok_or_else(|| Error::new(format!("{} is no text, as a part of a path is", member.wire)))?;
                crate::path::part(member, &value)?;
                let segments: Vec<String> = value.trim_start_matches('/').split('/').map(percent_encode).collect();
                path = path.replace(&whole, &segments.join("/")).replace(&part, &percent_encode(&value));
            }
        }
    }
    crate::path::whole(&path)?;
    let mut written = text(&path);
    for (part, secret) in secrets {
        imports.os = true;
        let value = format!("\" + Utils.get_encode_param({}) + \"", variable(&secret));
        written = written.replace(&part, &value);
    }
    if written.contains('{') {
        return Err(Error::new(format!("{path} is no whole path: give every parameter that stands in it")));
    }
    Ok(written)
}

/// Writes the host, with the names in front that parameters give.
fn host(call: &Call<'_>, endpoint: &Goes, imports: &mut Imports) -> Result<String, Error> {
    let mut out = endpoint.host();
    for (member, given) in call.given.iter().rev().filter(|(member, _)| member.place == Travels::Host) {
        match given.json() {
            Json::Secret(secret) => {
                imports.os = true;
                out = format!("{} + \".\" + {out}", variable(&secret));
            }
            json => {
                let value =
                    json.scalar().ok_or_else(|| Error::new(format!("{} is no text, as a name is", member.wire)))?;
                out = format!("{} + {out}", text(&format!("{value}.")));
            }
        }
    }
    Ok(out)
}

fn body(call: &Call<'_>, imports: &mut Imports) -> Result<Body, Error> {
    let all = call.usage.parameters.iter().filter(|member| member.place == Travels::Body).count();
    let bodies: Vec<&(&Member, Given<'_>)> =
        call.given.iter().filter(|(member, _)| member.place == Travels::Body).collect();
    if all > 1 && !bodies.is_empty() {
        let entries = bodies.iter().map(|(member, given)| (member.wire.clone(), given.json())).collect();
        return Ok(Body::Json(value(&Json::Object(entries), imports, 0)));
    }
    let Some((member, given)) = bodies.first() else {
        return Ok(pairs(call, Travels::Form, imports)?.map_or(Body::None, Body::Form));
    };
    if member.shape == Shape::Xml {
        return Err(Error::new(format!(
            "{} is XML, which the generic client of the official SDK does not write",
            member.wire
        )));
    }
    Ok(match given {
        // It is JSON already.
        Given::Text(text) if member.shape == Shape::Json => match serde_json::from_str::<serde_json::Value>(text) {
            Ok(_) => Body::Json(format!("json.loads({})", self::text(text))),
            Err(error) => return Err(Error::new(format!("{} is no JSON: {error}", member.wire))),
        },
        Given::Secret(secret) if member.shape == Shape::Json => {
            imports.os = true;
            Body::Json(format!("json.loads({})", variable(secret)))
        }
        Given::Text(text) => {
            imports.io = true;
            Body::Bytes(format!("{}.encode()", self::text(text)))
        }
        Given::Bytes(bytes) => {
            imports.io = true;
            Body::Bytes(format!("b\"{}\"", bytes.escape_ascii()))
        }
        Given::Secret(secret) => {
            (imports.io, imports.os) = (true, true);
            Body::Bytes(format!("{}.encode()", variable(secret)))
        }
        given => Body::Json(value(&given.json(), imports, 0)),
    })
}

/// Writes what becomes text in a pair: the client writes `True` for a boolean, which nobody takes.
fn part(json: &Json, imports: &mut Imports, depth: usize) -> String {
    match json {
        Json::Bool(_) | Json::Number(_) => text(&json.scalar().unwrap_or_default()),
        Json::Secret(secret) if secret.is != Leaf::Bytes => {
            imports.os = true;
            variable(secret)
        }
        Json::List(items) => list(items, imports, depth, part),
        Json::Object(entries) => object(entries, imports, depth, part),
        other => value(other, imports, depth),
    }
}

/// Writes a value as it is in JSON.
fn value(json: &Json, imports: &mut Imports, depth: usize) -> String {
    match json {
        Json::Null => "None".to_owned(),
        Json::Bool(true) => "True".to_owned(),
        Json::Bool(false) => "False".to_owned(),
        Json::Number(number) => number.to_string(),
        Json::Text(value) => text(value),
        Json::List(items) => list(items, imports, depth, value),
        Json::Object(entries) => object(entries, imports, depth, value),
        Json::Secret(secret) => {
            imports.os = true;
            imports.base64 |= secret.is == Leaf::Bytes;
            let variable = variable(secret);
            match secret.is {
                Leaf::Text => variable,
                Leaf::Integer => format!("int({variable})"),
                Leaf::Number => format!("float({variable})"),
                Leaf::Bool => format!("{variable} == \"true\""),
                Leaf::Bytes => format!("base64.b64encode({variable}.encode()).decode()"),
            }
        }
    }
}

/// Writes the items of a list or the entries of an object, by what writes one.
type Writes = fn(&Json, &mut Imports, usize) -> String;

fn list(items: &[Json], imports: &mut Imports, depth: usize, write: Writes) -> String {
    let lines = items.iter().map(|item| write(item, imports, depth + 1)).collect::<Vec<_>>();
    block('[', &lines, ']', depth)
}

fn object(entries: &[(String, Json)], imports: &mut Imports, depth: usize, write: Writes) -> String {
    let line = |(key, value): &(String, Json)| format!("{}: {}", text(key), write(value, imports, depth + 1));
    let lines = entries.iter().map(line).collect::<Vec<_>>();
    block('{', &lines, '}', depth)
}

/// Writes lines between brackets, on one line if that is short.
fn block(open: char, lines: &[String], close: char, depth: usize) -> String {
    let line = lines.join(", ");
    if line.len() <= 60 && !line.contains('\n') {
        return format!("{open}{line}{close}");
    }
    let inner = "    ".repeat(depth + 1);
    let lines: String = lines.iter().map(|line| format!("{inner}{line},\n")).collect();
    format!("{open}\n{lines}{}{close}", "    ".repeat(depth))
}

fn variable(secret: &Secret) -> String {
    format!("os.environ[{}]", text(&secret.variable))
}

/// Writes a text as a literal: what JSON escapes, Python escapes in the same way.
fn text(value: &str) -> String {
    serde_json::Value::from(value).to_string().replace('\u{7f}', "\\u007f")
}
