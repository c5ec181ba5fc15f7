//! The published document in its own words; only what is generated from it is read.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;

use crate::facts::{Quota, Ram};
use crate::json::Object;
use crate::limits::{Limits, limits};
use crate::refusal::{Collector, Place};

/// The parameter that makes a call idempotent, where the documents say so.
const CLIENT_TOKEN: &str = "ClientToken";

/// One operation; the portal calls it an API.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    pub(crate) place: Place,
    /// Whether it is as the portal published it, and not a file of our own.
    pub(crate) published: bool,
    /// The spec, whole; whoever read it puts it here.
    pub(crate) source: Value,
    pub(crate) name: String,
    pub(crate) summary: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) methods: Vec<String>,
    pub(crate) path: Option<String>,
    /// How it can be reached: `http`, `https`, `sse`, `ws`, …
    pub(crate) schemes: Vec<String>,
    /// The content types that it takes.
    pub(crate) consumes: Vec<String>,
    /// The content types that it answers with.
    pub(crate) produces: Vec<String>,
    /// The kinds of credentials of which any one will do.
    pub(crate) security: Vec<String>,
    pub(crate) operation_type: Option<String>,
    /// `systemTags.operationType`.
    pub(crate) tag: Option<String>,
    pub(crate) deprecated: bool,
    pub(crate) parameters: Vec<Parameter>,
    /// What a success is answered with.
    pub(crate) response: Option<Schema>,
    /// The headers of a success, by name.
    pub(crate) response_headers: BTreeMap<String, Schema>,
    pub(crate) error_codes: Vec<ErrorCode>,
    /// Whether a sentence said that the parameter `ClientToken` makes a call idempotent.
    pub(crate) client_token: bool,
    pub(crate) quota: Option<Quota>,
    pub(crate) ram: Option<Ram>,
}

#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) place: Place,
    pub(crate) name: String,
    /// Where it travels; the portal calls it `in`.
    pub(crate) location: String,
    pub(crate) style: Option<String>,
    pub(crate) schema: Schema,
}

#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) place: Place,
    pub(crate) kind: Option<String>,
    pub(crate) format: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) example: Option<String>,
    pub(crate) default: Option<String>,
    pub(crate) allowed: Vec<String>,
    pub(crate) required: bool,
    pub(crate) sensitive: bool,
    pub(crate) deprecated: bool,
    pub(crate) items: Option<Box<Schema>>,
    pub(crate) properties: BTreeMap<String, Schema>,
    pub(crate) additional: Option<Box<Schema>>,
    pub(crate) limits: Limits,
}

impl Schema {
    /// Describes a text that is required, of which nothing else is known.
    pub(crate) fn of_text(place: Place) -> Self {
        Self {
            place,
            kind: Some("string".to_owned()),
            format: None,
            reference: None,
            description: None,
            example: None,
            default: None,
            allowed: Vec::new(),
            required: true,
            sensitive: false,
            deprecated: false,
            items: None,
            properties: BTreeMap::new(),
            additional: None,
            limits: Limits::default(),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct ErrorCode {
    pub(crate) status: String,
    pub(crate) code: String,
    pub(crate) message: Option<String>,
    pub(crate) meaning: Option<String>,
}

/// Reads one operation.
pub(crate) fn api(name: &str, value: &Value, place: Place, refusals: &Collector) -> Option<Api> {
    let object = Object::new(value, place.clone(), refusals)?;
    // One of another kind was refused already.
    if object.get("methods").is_none_or(|methods| methods.as_array().is_some_and(Vec::is_empty)) {
        refusals.refuse(&object.place, "`methods` is empty or not there", "write [ \"get\" ] or another");
    }
    let parameters = object.objects("parameters").iter().map(|object| parameter(object, refusals)).collect();
    let mut parameters = merged(parameters);
    let derived = object.object("derived");
    if let Some(derived) = &derived {
        required_by_prose(&mut parameters, derived, refusals);
    }
    let client_token = derived.as_ref().is_some_and(|derived| client_token(&parameters, derived, refusals));
    let quota =
        flow_control(&object).or_else(|| derived?.object("quota").and_then(|quota| self::quota(&quota, refusals)));
    let (response, response_headers) =
        object.object("responses").map(|responses| success(&responses, refusals)).unwrap_or_default();
    let mut security = Vec::new();
    for one in object.objects("security") {
        security.extend(one.entries().iter().map(|(kind, ..)| (*kind).to_owned()));
    }
    Some(Api {
        place,
        published: refusals.is_published(),
        source: Value::Null,
        name: name.to_owned(),
        summary: object.text("summary"),
        description: object.text("description"),
        methods: object.texts("methods"),
        path: object.text("path").filter(|path| !path.is_empty()),
        security,
        operation_type: object.text("operationType"),
        tag: object.object("systemTags").and_then(|tags| tags.text("operationType")),
        deprecated: object.flag("deprecated").unwrap_or(false),
        parameters,
        schemes: object.texts("schemes"),
        consumes: object.texts("consumes"),
        produces: object.texts("produces"),
        response,
        response_headers,
        error_codes: object.object("errorCodes").map(|codes| error_codes(&codes, refusals)).unwrap_or_default(),
        client_token,
        quota,
        ram: ram(&object),
    })
}

/// Marks the parameters of which only a sentence said that they are required.
fn required_by_prose(parameters: &mut [Parameter], derived: &Object<'_>, refusals: &Collector) {
    for (index, name) in derived.texts("required").iter().enumerate() {
        match parameters.iter_mut().find(|parameter| parameter.name == *name) {
            Some(parameter) => parameter.schema.required = true,
            None => {
                let place = derived.place.child("required").child(index);
                refusals.refuse(&place, format!("there is no parameter `{name}`"), "remove it, or import again");
            }
        }
    }
}

/// Returns whether a sentence said that a client token makes a call idempotent.
fn client_token(parameters: &[Parameter], derived: &Object<'_>, refusals: &Collector) -> bool {
    let said = derived.flag("clientToken").unwrap_or(false);
    let is_it = |it: &Parameter| it.name == CLIENT_TOKEN && it.schema.kind.as_deref() == Some("string");
    if said && !parameters.iter().any(is_it) {
        let problem = format!("there is no parameter `{CLIENT_TOKEN}` that is a text");
        refusals.refuse(&derived.place.child("clientToken"), problem, "remove it, or import again");
    }
    said
}

/// Reads a quota of our own words.
pub(crate) fn quota(object: &Object<'_>, refusals: &Collector) -> Option<Quota> {
    let read = |key| {
        let count = object.count(key).unwrap_or(0);
        if count == 0 {
            refusals.refuse(&object.place, format!("`{key}` is 0 or not there"), format!("write \"{key}\": 1 or more"));
        }
        u32::try_from(count).ok()
    };
    let quota = Quota { calls: read("calls")?, seconds: read("seconds")? };
    object.refuse_unknown();
    Some(quota)
}

/// Reads the quota that the portal states for all regions together.
fn flow_control(object: &Object<'_>) -> Option<Quota> {
    let rows = object.object("flowControl")?.objects("flowControlList");
    let everywhere = rows.iter().find(|row| row.text("regionId").is_none_or(|region| region == "*"))?;
    let of = |key| everywhere.count(key).and_then(|count| u32::try_from(count).ok()).filter(|count| *count > 0);
    Some(Quota { calls: of("threshold")?, seconds: of("countWindow")? })
}

/// Reads what a RAM policy must allow, where the portal states one action.
fn ram(object: &Object<'_>) -> Option<Ram> {
    let rows = object.objects("ramActions");
    let [row] = rows.as_slice() else { return None };
    let action = row.object("ramAction")?;
    let texts = |list: &str, key: &'static str| -> Vec<String> {
        let list: Vec<Object<'_>> = match list {
            "resources" => action.objects("resources"),
            _ => action.objects("actionConditions"),
        };
        let mut texts: Vec<String> = list.iter().filter_map(|one| one.text(key)).collect();
        texts.sort();
        texts.dedup();
        texts
    };
    Some(Ram {
        action: action.text("action").filter(|action| !action.is_empty())?,
        level: row.text("operationType").unwrap_or_default(),
        resources: texts("resources", "arn"),
        condition_keys: texts("actionConditions", "conditionKey"),
        dependent_actions: row.texts("additionalActions"),
    })
}

/// Makes one parameter of those that are listed several times alike, as the portal does now and then: the one that says most, and
/// required, or sensitive, if one of them is.
fn merged(mut parameters: Vec<Parameter>) -> Vec<Parameter> {
    parameters.sort_by_cached_key(|Parameter { name, schema, .. }| {
        let said = schema.description.as_ref().map_or(0, String::len);
        (name.clone(), Reverse(said), schema.description.clone(), schema.example.clone(), schema.allowed.clone())
    });
    let alike = |a: &Parameter, b: &Parameter| {
        a.name == b.name && a.location == b.location && a.style == b.style && a.schema.kind == b.schema.kind
    };
    parameters.dedup_by(|later, first| {
        let same = alike(later, first);
        first.schema.required |= same && later.schema.required;
        first.schema.sensitive |= same && later.schema.sensitive;
        same
    });
    parameters
}

fn parameter(object: &Object<'_>, refusals: &Collector) -> Parameter {
    let name = object.required_text("name");
    let place = object.place.clone();
    let schema = schema(object.get("schema").unwrap_or(&Value::Array(Vec::new())), place.child("schema"), refusals);
    Parameter { place, name, location: object.required_text("in"), style: object.text("style"), schema }
}

/// Headers that say how an answer travels, and nothing of what it is.
const TRANSPORT_HEADERS: [&str; 8] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
];

/// Reads the schema and the headers of the success with the least status; where there is none, those of a redirect.
fn success(responses: &Object<'_>, refusals: &Collector) -> (Option<Schema>, BTreeMap<String, Schema>) {
    let entries = responses.entries();
    let of = |first: char| entries.iter().find(|(status, ..)| status.starts_with(first));
    let Some((_, place, value)) = of('2').or_else(|| of('3')) else { return Default::default() };
    let Some(response) = Object::new(value, place.clone(), refusals) else { return Default::default() };
    let body = response.get("schema").map(|value| schema(value, response.place.child("schema"), refusals));
    let mut headers = BTreeMap::new();
    for (name, place, value) in response.object("headers").iter().flat_map(Object::entries) {
        // A name in HTTP is of letters, digits and hyphens; some of those that are published are sentences.
        let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_*".contains(letter));
        if is_name && !name.is_empty() && !TRANSPORT_HEADERS.contains(&name.to_lowercase().as_str()) {
            let Some(header) = Object::new(value, place.clone(), refusals) else { continue };
            let value = header.get("schema").unwrap_or(value);
            headers.insert(name.to_owned(), schema(value, place, refusals));
        }
    }
    (body, headers)
}

fn error_codes(object: &Object<'_>, refusals: &Collector) -> Vec<ErrorCode> {
    let mut codes = Vec::new();
    for (status, place, value) in object.entries() {
        let Value::Array(list) = value else {
            refusals.trifle(&place, "the codes of a status are a list", "write [ { \"errorCode\": \"…\" } ]");
            continue;
        };
        for (index, value) in list.iter().enumerate() {
            let Some(object) = Object::new(value, place.child(index), refusals) else { continue };
            let code = object.text("errorCode").filter(|code| !code.trim().is_empty());
            let code = code.map(|code| refusals.trimmed(&object.place.child("errorCode"), code));
            let Some(code) = code else {
                refusals.trifle(&object.place, "`errorCode` is empty or not there", "add \"errorCode\": \"…\"");
                continue;
            };
            if code.split("%s").all(str::is_empty) {
                refusals.trifle(&object.place, "`%s` alone may be any code", "add what stands around it, or remove it");
                continue;
            }
            codes.push(ErrorCode {
                status: status.to_owned(),
                code,
                message: object.text("errorMessage"),
                meaning: object.text("description"),
            });
        }
    }
    codes
}

/// Reads a schema. A value that is none is refused, and stands for one that allows anything.
pub(crate) fn schema(value: &Value, place: Place, refusals: &Collector) -> Schema {
    let object = Object::new(value, place.clone(), refusals).unwrap_or_else(|| Object::empty(place.clone(), refusals));
    let child = |key: &'static str| object.get(key).map(|value| Box::new(schema(value, place.child(key), refusals)));
    let mut properties = BTreeMap::new();
    if let Some(object) = object.object("properties") {
        for (name, place, value) in object.entries() {
            properties.insert(name.to_owned(), schema(value, place, refusals));
        }
    }
    let additional = match object.get("additionalProperties") {
        Some(Value::Bool(_)) | None => None,
        Some(_) => child("additionalProperties"),
    };
    let allowed = object.list("enum").into_iter();
    let allowed = allowed.map(|(place, value)| refusals.trimmed(&place, text_of(value))).collect();
    Schema {
        kind: object.text("type"),
        format: object.text("format"),
        reference: object.text("$ref"),
        description: object.text("description"),
        example: object.anything("example"),
        default: object.anything("default"),
        allowed,
        required: object.flag("required").unwrap_or(false) || object.flag("docRequired").unwrap_or(false),
        sensitive: object.flag("sensitive").unwrap_or(false),
        deprecated: object.flag("deprecated").unwrap_or(false),
        items: child("items"),
        properties,
        additional,
        limits: limits(&object, refusals),
        place,
    }
}

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
