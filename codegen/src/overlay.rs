//! Ours over theirs: what an `Operation.apsara.json` says wins, entry by entry. An entry that changes nothing is refused.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::facts::{Impact, Quota, Ram, Repeat};
use crate::json::Object;
use crate::limits::Limits;
use crate::mark::mark;
use crate::pages::{self, Stated};
use crate::product::Product;
use crate::reconcile::{self, Reconcile};
use crate::refusal::{Collector, Place, did_you_mean};
use crate::spec::{self, Api, ErrorCode, Schema};
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

/// Applies an overlay to its operation, and to what of the product's components it calls sensitive.
pub(crate) fn apply(api: &mut Api, product: &mut Product, value: &Value, place: Place, refusals: &Collector) -> Ours {
    let Some(object) = Object::new(value, place, refusals) else { return Ours::default() };
    let object = &object;
    put([&mut api.summary], object.text("summary").map(Some), object, "summary", refusals);
    put([&mut api.description], object.text("description").map(Some), object, "description", refusals);
    if let Some(parameters) = object.object("parameters") {
        for (name, place, value) in parameters.entries() {
            let known: Vec<&str> = api.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
            if !known.contains(&name) {
                let problem = format!("there is no parameter `{name}`{}", did_you_mean(name, known));
                refusals.refuse(&place, problem, "write the name as the spec has it");
                continue;
            }
            let Some(object) = Object::new(value, place, refusals) else { continue };
            // One that travels in two places stands there twice.
            let called = api.parameters.iter_mut().filter(|parameter| parameter.name == name);
            parameter(&mut called.map(|parameter| &mut parameter.schema).collect::<Vec<_>>(), &object, refusals);
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
        match mark(api, product, name) {
            Some(false) => {}
            Some(true) => refusals.refuse(&place, format!("`{name}` is sensitive already"), NOTHING),
            None => refusals.refuse(
                &place,
                format!("there is no parameter and no field `{name}`"),
                "write the name of a parameter, or the path of a part of one or of a field with dots",
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

/// Puts what an entry says in the place of each of theirs; refuses one that all of them say already.
fn put<'t, T: PartialEq + Clone + 't>(
    theirs: impl IntoIterator<Item = &'t mut T>,
    ours: Option<T>,
    object: &Object<'_>,
    key: &str,
    refusals: &Collector,
) {
    let Some(ours) = ours else { return };
    let mut changes = false;
    for theirs in theirs {
        changes |= *theirs != ours;
        theirs.clone_from(&ours);
    }
    if !changes {
        refusals.refuse(&object.place.child(key), "this changes nothing", NOTHING);
    }
}

/// Finds one of the limits.
type LimitOf<T> = fn(&mut Limits) -> &mut Option<T>;

/// Corrects the schemas of a parameter: one for each place that it travels in.
fn parameter(schemas: &mut [&mut Schema], object: &Object<'_>, refusals: &Collector) {
    let description = object.text("description").map(Some);
    put(schemas.iter_mut().map(|it| &mut it.description), description, object, "description", refusals);
    put(schemas.iter_mut().map(|it| &mut it.required), object.flag("required"), object, "required", refusals);
    let numbers: [(&str, LimitOf<f64>); 2] =
        [("minimum", |limits| &mut limits.minimum), ("maximum", |limits| &mut limits.maximum)];
    for (key, limit) in numbers {
        let theirs = schemas.iter_mut().map(|it| limit(&mut it.limits));
        put(theirs, object.number(key).map(Some), object, key, refusals);
    }
    let counts: [(&str, LimitOf<usize>); 4] = [
        ("minLength", |limits| &mut limits.min_length),
        ("maxLength", |limits| &mut limits.max_length),
        ("minItems", |limits| &mut limits.min_items),
        ("maxItems", |limits| &mut limits.max_items),
    ];
    for (key, limit) in counts {
        let theirs = schemas.iter_mut().map(|it| limit(&mut it.limits));
        put(theirs, object.count(key).map(Some), object, key, refusals);
    }
    object.refuse_unknown();
}

fn error_code(codes: &mut Vec<ErrorCode>, code: &str, object: &Object<'_>, refusals: &Collector) {
    let status = object.anything("status");
    let mut known: Vec<&mut ErrorCode> = codes.iter_mut().filter(|known| known.code == code).collect();
    if !known.is_empty() {
        let (message, meaning) = (object.text("message").map(Some), object.text("meaning").map(Some));
        put(known.iter_mut().map(|it| &mut it.status), status, object, "status", refusals);
        put(known.iter_mut().map(|it| &mut it.message), message, object, "message", refusals);
        put(known.iter_mut().map(|it| &mut it.meaning), meaning, object, "meaning", refusals);
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
