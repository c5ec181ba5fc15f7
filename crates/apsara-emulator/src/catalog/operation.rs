//! Products and operations, as far as a gateway needs to know them.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, OnceLock};

use apsara_specs::Ram;
use http::Method;
use serde_json::{Map, Value};

use super::answer::Form;
use super::parameter::{Parameter, Place, share_the_body};
use super::path::Pattern;

/// How a product's requests look: all to `/` with the operation's name, or each operation with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Rpc,
    Roa,
    /// Operations of both kinds.
    Mixed,
}

/// One version of a product.
pub(crate) struct Product {
    code: String,
    version: String,
    style: Style,
    hosts: HashSet<String>,
    /// What its actions begin with in policies.
    pub(crate) ram_code: String,
    schemas: Map<String, Value>,
    operations: BTreeMap<String, OnceLock<Option<Operation>>>,
    shipped: Option<&'static apsara_specs::Version>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) name: String,
    pub(crate) path: Pattern,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) responses: Vec<(u16, Option<Value>)>,
    pub(crate) demo: Option<String>,
    /// How its answer is written.
    pub(crate) form: Form,
    /// Whether it may be called by nobody in particular.
    pub(crate) anonymous: bool,
    /// Whether its spec lists no plain HTTP.
    pub(crate) https_only: bool,
    /// How many calls an account may make of it, and in how many seconds.
    pub(crate) quota: Option<(u32, u32)>,
    /// What must be allowed to whoever calls it, if a document says that.
    pub(crate) needs: Option<Ram>,
    /// The names of parameters, or paths of fields with dots, that its spec or our overlay calls sensitive.
    pub(crate) sensitive: Arc<[String]>,
    methods: Vec<Method>,
}

/// What of a spec cannot be read: where, from the spec's own root, and why.
#[derive(Debug)]
pub(super) struct Flaw {
    pub(super) at: String,
    pub(super) reason: String,
}

pub(super) fn flaw(at: impl Into<String>, reason: impl Into<String>) -> Flaw {
    Flaw { at: at.into(), reason: reason.into() }
}

impl Product {
    /// Knows a version that ships with the emulator; its operations are decoded when they are asked for.
    pub(crate) fn shipped(version: &'static apsara_specs::Version) -> Self {
        let shared = version.shared();
        let operations = version.operations().map(|name| (name.to_owned(), OnceLock::new())).collect();
        let code = shared["info"]["product"].as_str().unwrap_or(version.product()).to_owned();
        Self::new(code, version.version().to_owned(), &shared, operations, Some(version))
    }

    pub(super) fn given(code: String, version: String, shared: &Value, operations: Vec<Operation>) -> Self {
        let operations = operations.into_iter().map(|one| (one.name.clone(), OnceLock::from(Some(one)))).collect();
        Self::new(code, version, shared, operations, None)
    }

    fn new(
        code: String,
        version: String,
        shared: &Value,
        operations: BTreeMap<String, OnceLock<Option<Operation>>>,
        shipped: Option<&'static apsara_specs::Version>,
    ) -> Self {
        let style = match shared["info"]["style"].as_str().unwrap_or("RPC") {
            "RPC" => Style::Rpc,
            "V3" => Style::Mixed,
            _ => Style::Roa,
        };
        let mut hosts = HashSet::new();
        collect_hosts(&shared["endpoints"], &mut hosts);
        collect_hosts(&shared["sdkEndpoints"], &mut hosts);
        let schemas = shared["components"]["schemas"].as_object().cloned().unwrap_or_default();
        let ram_code = shared["ram"]["ramCodes"][0].as_str().unwrap_or(&code).to_owned();
        Self { code, version, style, hosts, ram_code, schemas, operations, shipped }
    }

    /// The product's name, as the portal writes it.
    pub(crate) fn code(&self) -> &str {
        &self.code
    }

    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// The style of a request to a path: a product of both kinds is asked in either.
    pub(crate) fn style_at(&self, path: &str) -> Style {
        match self.style {
            Style::Mixed if path == "/" => Style::Rpc,
            Style::Mixed => Style::Roa,
            style => style,
        }
    }

    /// The schemas that others refer to.
    pub(crate) fn schemas(&self) -> &Map<String, Value> {
        &self.schemas
    }

    pub(super) fn serves(&self, host: &str) -> bool {
        self.hosts.contains(host)
    }

    pub(super) fn is_same_version(&self, other: &Self) -> bool {
        self.code.eq_ignore_ascii_case(&other.code) && self.version == other.version
    }

    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        let decode = || {
            let decoded = self.shipped?.operation(name)?;
            let operation = Operation::read(name, decoded.spec().clone()).ok()?;
            // What our overlay says, or what was read out of sentences, is not in the spec itself.
            let quota = decoded.quota().filter(|quota| quota.0 > 0 && quota.1 > 0);
            let needs = decoded.overlay().and_then(|overlay| Ram::of_overlay(&overlay["ram"]));
            let ours = decoded.overlay().and_then(|overlay| overlay["sensitive"].as_array());
            let ours = ours.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
            let sensitive = operation.sensitive.iter().cloned().chain(ours).collect();
            Some(Operation { quota, needs: needs.or(operation.needs), sensitive, ..operation })
        };
        self.operations.get(name)?.get_or_init(decode).as_ref()
    }

    /// The names of all operations.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.operations.keys().map(String::as_str)
    }

    /// All operations that are asked for by their path; none of an RPC product is.
    pub(super) fn routed(&self) -> impl Iterator<Item = &Operation> {
        let names = self.operations.keys().filter(|_| self.style != Style::Rpc);
        names.filter_map(|name| self.operation(name))
    }
}

/// Collects everything that looks like a host, whether it is a key or a value.
fn collect_hosts(value: &Value, hosts: &mut HashSet<String>) {
    let mut note = |text: &str| {
        let text = text.trim();
        if text.contains('.') && !text.contains(['{', '/', ' ']) {
            hosts.insert(text.to_owned());
        }
    };
    match value {
        Value::String(text) => note(text),
        Value::Array(items) => items.iter().for_each(|item| collect_hosts(item, hosts)),
        Value::Object(fields) => {
            fields.keys().for_each(|key| note(key));
            fields.values().for_each(|value| collect_hosts(value, hosts));
        }
        _ => {}
    }
}

impl Operation {
    /// Reads a spec as the portal publishes it.
    pub(super) fn read(name: &str, mut spec: Value) -> Result<Self, Flaw> {
        if !spec.is_object() {
            return Err(flaw("", "an operation is an object"));
        }
        let listed = |spec: &Value, key: &str| match &spec[key] {
            Value::Null => Ok(Vec::new()),
            Value::Array(items) => Ok(items.clone()),
            _ => Err(flaw(format!(".{key}"), "must be a list")),
        };
        let mut methods = Vec::new();
        for (at, method) in listed(&spec, "methods")?.iter().enumerate() {
            let text = method.as_str().unwrap_or("").to_ascii_uppercase();
            let method = text.parse::<Method>().ok().filter(super::is_known_method);
            methods.push(
                method.ok_or_else(|| flaw(format!(".methods[{at}]"), "must be an HTTP method, such as \"post\""))?,
            );
        }
        let mut parameters = Vec::new();
        for (at, parameter) in listed(&spec, "parameters")?.into_iter().enumerate() {
            let parameter = Parameter::read(parameter);
            parameters.push(parameter.map_err(|found| flaw(format!(".parameters[{at}]{}", found.at), found.reason))?);
        }
        share_the_body(&mut parameters);
        let sensitive = parameters.iter().filter(|parameter| parameter.schema["sensitive"] == true);
        let sensitive = sensitive.map(|parameter| parameter.name.clone()).collect();
        let path = match &spec["path"] {
            Value::Null => "/",
            Value::String(path) => path,
            _ => return Err(flaw(".path", "must be a text, such as \"/clusters/{ClusterId}\"")),
        };
        let in_path = parameters.iter().filter(|parameter| parameter.place == Place::Path);
        let in_path: Vec<&str> = in_path.map(|parameter| parameter.name.as_str()).collect();
        let path = Pattern::new(path, &in_path);
        let responses = read_responses(spec["responses"].take())?;
        let (kinds, schemes) = (listed(&spec, "security")?, listed(&spec, "schemes")?);
        let anonymous = kinds.iter().any(|kind| kind.get("Anonymous").is_some() || kind.get("ARS_OIDC").is_some());
        let https_only = !schemes.is_empty() && !schemes.iter().any(|scheme| scheme == "http");
        let (name, demo) = (name.to_owned(), spec["responseDemo"].as_str().map(str::to_owned));
        let (quota, needs) = (read_quota(&spec), Ram::of_spec(&spec["ramActions"]));
        let form = read_form(&spec, &responses);
        Ok(Self {
            name,
            path,
            parameters,
            responses,
            demo,
            form,
            anonymous,
            https_only,
            quota,
            needs,
            sensitive,
            methods,
        })
    }

    /// Whether it lists a method, or none at all.
    pub(crate) fn takes(&self, method: &Method) -> bool {
        self.methods.is_empty() || self.methods.contains(method)
    }
}

/// Reads the quota that the portal states for all regions together, or the one that `cargo xtask import` found.
fn read_quota(spec: &Value) -> Option<(u32, u32)> {
    // The portal writes thresholds as texts.
    let count = |value: &Value| {
        let count = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok())?;
        u32::try_from(count).ok().filter(|count| *count > 0)
    };
    let rows = spec["flowControl"]["flowControlList"].as_array();
    let everywhere = rows.into_iter().flatten().find(|row| row["regionId"].as_str().is_none_or(|region| region == "*"));
    let stated = everywhere.and_then(|row| count(&row["threshold"]).zip(count(&row["countWindow"])));
    stated.or_else(|| {
        let derived = &spec["derived"]["quota"];
        count(&derived["calls"]).zip(count(&derived["seconds"]))
    })
}

/// Reads how an answer is written: as events or bytes, where the spec says so.
fn read_form(spec: &Value, responses: &[(u16, Option<Value>)]) -> Form {
    let lists = |key: &str, wanted: &str| {
        let mut listed = spec[key].as_array().into_iter().flatten().filter_map(Value::as_str);
        listed.any(|word| word.eq_ignore_ascii_case(wanted))
    };
    let binary = |schema: &Value| schema["type"] == "string" && schema["format"] == "binary";
    if lists("schemes", "sse") || lists("produces", "text/event-stream") {
        return Form::Events;
    }
    let is_text = responses.first().and_then(|(_, schema)| schema.as_ref()).is_some_and(binary);
    if is_text { Form::Bytes } else { Form::Document }
}

/// Reads what is answered where all goes well, by its status.
fn read_responses(responses: Value) -> Result<Vec<(u16, Option<Value>)>, Flaw> {
    let responses = match responses {
        // Where there are none, the portal writes an empty list.
        Value::Null | Value::Array(_) => Map::new(),
        Value::Object(responses) => responses,
        _ => return Err(flaw(".responses", "must be an object by status")),
    };
    let mut good: Vec<_> = responses
        .into_iter()
        .filter_map(|(status, mut response)| {
            let status = status.parse().ok().filter(|status| (200..300).contains(status))?;
            let schema = response.get_mut("schema").map(Value::take).filter(Value::is_object);
            Some((status, schema))
        })
        .collect();
    good.sort_by_key(|(status, _)| *status);
    Ok(good)
}
