//! Ours over theirs: what an `Operation.apsara.json` says wins, entry by entry. An entry that changes nothing is refused.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::facts::{Impact, Quota, Ram, Repeat, is_sensitive};
use crate::json::Object;
use crate::limits::Limits;
use crate::pages::{self, Stated};
use crate::reconcile::{self, Reconcile};
use crate::refusal::{Collector, Place, did_you_mean};
use crate::spec::{self, Api, ErrorCode, Parameter};
use crate::waiters::{self, Waiter};

/// Facts that only an overlay states.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ours {
    pub(crate) repeat: Option<Repeat>,
    pub(crate) impact: Option<Impact>,
    pub(crate) quota: Option<Quota>,
    pub(crate) ram: Option<Ram>,
    pub(crate) pages: Option<Stated>,
    pub(crate) waiters: Vec<Waiter>,
    pub(crate) reconcile: Option<Reconcile>,
    /// The overlay, whole.
    pub(crate) source: Option<Value>,
}

const NOTHING: &str = "remove it, the spec says so itself";

/// Applies an overlay to its operation.
pub(crate) fn apply(api: &mut Api, value: &Value, place: Place, refusals: &Collector) -> Ours {
    let Some(object) = Object::new(value, place, refusals) else { return Ours::default() };
    let object = &object;
    replace(&mut api.summary, object, "summary", refusals);
    replace(&mut api.description, object, "description", refusals);
    if let Some(parameters) = object.object("parameters") {
        for (name, place, value) in parameters.entries() {
            let known: Vec<&str> = api.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            let Some(index) = known.iter().position(|known| *known == name) else {
                let problem = format!("there is no parameter `{name}`{}", did_you_mean(name, known));
                refusals.refuse(&place, problem, "write the name as the spec has it");
                continue;
            };
            let Some(object) = Object::new(value, place, refusals) else { continue };
            parameter(&mut api.parameters[index], &object, refusals);
        }
    }
    if let Some(codes) = object.object("errorCodes") {
        for (code, place, value) in codes.entries() {
            let Some(object) = Object::new(value, place, refusals) else { continue };
            error_code(&mut api.error_codes, code, &object, refusals);
        }
    }
    for (place, value) in object.list("sensitive") {
        let Some(name) = value.as_str() else {
            refusals.refuse(&place, "a sensitive name is a text", "write \"…\"");
            continue;
        };
        match sensitive(api, name) {
            Some(false) => {}
            Some(true) => refusals.refuse(&place, format!("`{name}` is sensitive already"), NOTHING),
            None => refusals.refuse(
                &place,
                format!("there is no parameter and no field `{name}`"),
                "write the name of a parameter, or the path of a field with dots",
            ),
        }
    }
    // Corrections were applied before the spec was read.
    object.get("corrections");
    let ours = Ours {
        repeat: word(object, "repeat", &Repeat::WORDS, refusals),
        impact: word(object, "impact", &Impact::WORDS, refusals),
        quota: object.object("quota").and_then(|quota| spec::quota(&quota, refusals)),
        ram: object.object("ram").map(|ram| self::ram(&ram)),
        pages: pages::stated(object, refusals),
        waiters: waiters::waiters(object, refusals),
        reconcile: reconcile::reconcile(object, refusals),
        source: Some(value.clone()),
    };
    let changes_nothing =
        |key: &'static str| refusals.refuse(&object.place.child(key), "this changes nothing", NOTHING);
    if ours.repeat == Some(Repeat::derived(api)) {
        changes_nothing("repeat");
    }
    if ours.impact == Some(Impact::derived(api)) {
        changes_nothing("impact");
    }
    if ours.quota.is_some() && ours.quota == api.quota {
        changes_nothing("quota");
    }
    if ours.ram.is_some() && ours.ram == api.ram {
        changes_nothing("ram");
    }
    object.refuse_unknown();
    ours
}

fn replace(theirs: &mut Option<String>, object: &Object<'_>, key: &'static str, refusals: &Collector) {
    let Some(ours) = object.text(key) else { return };
    if theirs.as_ref() == Some(&ours) {
        refusals.refuse(&object.place.child(key), "this changes nothing", NOTHING);
    }
    *theirs = Some(ours);
}

fn parameter(parameter: &mut Parameter, object: &Object<'_>, refusals: &Collector) {
    let schema = &mut parameter.schema;
    replace(&mut schema.description, object, "description", refusals);
    if let Some(required) = object.flag("required") {
        if schema.required == required {
            refusals.refuse(&object.place.child("required"), "this changes nothing", NOTHING);
        }
        schema.required = required;
    }
    let Limits { minimum, maximum, min_length, max_length, min_items, max_items, .. } = &mut schema.limits;
    for (limit, key) in [(minimum, "minimum"), (maximum, "maximum")] {
        limit_to(limit, object.number(key), object, key, refusals);
    }
    let counts =
        [(min_length, "minLength"), (max_length, "maxLength"), (min_items, "minItems"), (max_items, "maxItems")];
    for (limit, key) in counts {
        limit_to(limit, object.count(key), object, key, refusals);
    }
    object.refuse_unknown();
}

fn limit_to<T: PartialEq>(
    theirs: &mut Option<T>,
    ours: Option<T>,
    object: &Object<'_>,
    key: &str,
    refusals: &Collector,
) {
    if ours.is_none() {
        return;
    }
    if *theirs == ours {
        refusals.refuse(&object.place.child(key), "this changes nothing", NOTHING);
    }
    *theirs = ours;
}

fn error_code(codes: &mut Vec<ErrorCode>, code: &str, object: &Object<'_>, refusals: &Collector) {
    let status = object.anything("status");
    if let Some(known) = codes.iter_mut().find(|known| known.code == code) {
        if let Some(status) = status {
            if known.status == status {
                refusals.refuse(&object.place.child("status"), "this changes nothing", NOTHING);
            }
            known.status = status;
        }
        replace(&mut known.message, object, "message", refusals);
        replace(&mut known.meaning, object, "meaning", refusals);
    } else {
        let Some(status) = status else {
            let known: Vec<&str> = codes.iter().map(|known| known.code.as_str()).collect();
            let problem = format!("the spec has no code `{code}`{}", did_you_mean(code, known));
            refusals.refuse(&object.place, problem, "add \"status\": 400, or another, to add the code");
            return;
        };
        let (message, meaning) = (object.text("message"), object.text("meaning"));
        codes.push(ErrorCode { status, code: code.to_owned(), message, meaning });
    }
    object.refuse_unknown();
}

/// Marks what a name or a path stands for; returns whether it was marked, nothing if there is no such thing.
fn sensitive(api: &mut Api, name: &str) -> Option<bool> {
    if let Some(parameter) = api.parameters.iter_mut().find(|parameter| parameter.name == name) {
        let known = is_sensitive(name, &parameter.schema);
        parameter.schema.sensitive = true;
        return Some(known);
    }
    let mut schema = api.response.as_mut()?;
    for part in name.split('.') {
        // A path does not name the elements of a list.
        while schema.items.is_some() {
            schema = schema.items.as_deref_mut()?;
        }
        schema = schema.properties.get_mut(part)?;
    }
    let known = is_sensitive(name.rsplit('.').next().unwrap_or(name), schema);
    schema.sensitive = true;
    Some(known)
}

fn word<T: Copy>(
    object: &Object<'_>,
    key: &'static str,
    words: &[(&'static str, T)],
    refusals: &Collector,
) -> Option<T> {
    let given = object.text(key)?;
    let found = words.iter().find(|(word, _)| *word == given).map(|(_, meaning)| *meaning);
    if found.is_none() {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let problem = format!("`{given}` is not a value of `{key}`{}", did_you_mean(&given, all.iter().copied()));
        refusals.refuse(&object.place.child(key), problem, format!("write one of {}", all.join(", ")));
    }
    found
}

fn ram(object: &Object<'_>) -> Ram {
    let ram = Ram {
        action: object.required_text("action"),
        level: object.required_text("level"),
        resources: object.texts("resources"),
        condition_keys: object.texts("conditionKeys"),
        dependent_actions: object.texts("dependentActions"),
    };
    object.refuse_unknown();
    ram
}

/// Applies an overlay's corrections to the spec as it was published: each names a mistake, and what stood there.
pub(crate) fn correct(spec: &mut Value, overlay: &Value, place: &Place, refusals: &Collector) {
    let Some(object) = Object::new(overlay, place.clone(), refusals) else { return };
    let mut names = BTreeSet::new();
    for correction in object.objects("corrections") {
        let name = correction.required_text("name");
        correction.required_text("why");
        if let Some(path) = correction.text("path").filter(|path| path.starts_with('/')) {
            let (was, now) = (correction.get("was"), correction.get("now"));
            if let Err(problem) = correct_one(spec, &path, was, now) {
                let instead = "the spec was mended upstream or the path is wrong: remove the correction or mend it";
                refusals.refuse(
                    &correction.place,
                    format!("the correction `{name}` does not apply: {problem}"),
                    instead,
                );
            }
        } else {
            refusals.refuse(&correction.place, "a correction needs a path", "write \"path\": \"/parameters/Name/…\"");
        }
        correction.refuse_unknown();
        if !names.insert(name.clone()) {
            refusals.refuse(&correction.place, format!("`{name}` names two corrections"), "name one of them otherwise");
        }
    }
}

/// Puts `now` where `was` stands; says why if it does not stand there.
fn correct_one(spec: &mut Value, path: &str, was: Option<&Value>, now: Option<&Value>) -> Result<(), String> {
    let mut parts: Vec<String> =
        path.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")).collect();
    let last = parts.pop().unwrap_or_default();
    let mut at = &mut *spec;
    for part in &parts {
        let found = match at {
            Value::Object(map) => map.get_mut(part),
            // An element of a list is named by its name, or by its index.
            Value::Array(list) => match list.iter().position(|one| one["name"] == part.as_str()) {
                Some(index) => list.get_mut(index),
                None => part.parse().ok().and_then(|index: usize| list.get_mut(index)),
            },
            _ => None,
        };
        at = found.ok_or_else(|| format!("there is no `{part}`"))?;
    }
    let Value::Object(map) = at else { return Err(format!("there is no object that holds `{last}`")) };
    if map.get(&last) != was {
        let found = map.get(&last).map_or_else(|| "nothing".to_owned(), Value::to_string);
        return Err(format!("{found} stands there"));
    }
    if was == now {
        return Err("it changes nothing".to_owned());
    }
    match now {
        Some(now) => map.insert(last, now.clone()),
        None => map.remove(&last),
    };
    Ok(())
}
