//! How it is found out what became of a call of which nobody knows: by the answer of an operation that only reads, which overlays
//! name, with conditions on that answer.

use apsara_predicate::{Operand, Predicate};

use crate::facts::Repeat;
use crate::json::Object;
use crate::load::Version;
use crate::overlay::Ours;
use crate::pages::Answer;
use crate::refusal::{Collector, Place, did_you_mean};
use crate::spec::Api;

/// By what it is found out.
#[derive(Clone, Debug)]
pub(crate) struct Reconcile {
    place: Place,
    /// The operation that is asked, with those parameters of the call that it has as well.
    operation: String,
    /// Conditions by the keys that they stand under.
    conditions: Vec<(&'static str, Predicate)>,
}

/// The conditions: under which the call was executed, and under which it was not.
const CONDITIONS: [&str; 2] = ["executed_when", "not_executed_when"];

/// Reads an overlay's entry `reconcile`.
pub(crate) fn reconcile(overlay: &Object<'_>, refusals: &Collector) -> Option<Reconcile> {
    let object = overlay.object("reconcile")?;
    let operation = object.required_text("operation");
    let mut conditions = Vec::new();
    for key in CONDITIONS {
        let Some(text) = object.text(key) else { continue };
        match text.parse::<Predicate>() {
            Ok(predicate) => conditions.push((key, predicate)),
            Err(error) => refusals.refuse(&object.place.child(key), error.problem_at(), error.instead()),
        }
    }
    if CONDITIONS.iter().all(|key| object.get(key).is_none()) {
        refusals.refuse(
            &object.place,
            "nothing follows from the answer",
            "add \"executed_when\" or \"not_executed_when\"",
        );
    }
    object.refuse_unknown();
    Some(Reconcile { place: object.place, operation, conditions })
}

/// Refuses questions that cannot be asked, and conditions on what no answer tells.
pub(crate) fn check(api: &Api, ours: &Ours, version: &Version, refusals: &Collector) {
    let Some(reconcile) = &ours.reconcile else { return };
    if ours.repeat.unwrap_or_else(|| Repeat::derived(api)) == Repeat::Safe {
        let instead = "remove it, the call is repeated whatever became of it";
        refusals.refuse(&reconcile.place, "the operation is safe to repeat", instead);
    }
    let place = reconcile.place.child("operation");
    let Some((asked, theirs)) = version.operations.get(&reconcile.operation) else {
        let near = did_you_mean(&reconcile.operation, version.operations.keys().map(String::as_str));
        let problem = format!("there is no operation `{}`{near}", reconcile.operation);
        return refusals.refuse(&place, problem, "name an operation of this version");
    };
    if theirs.repeat.unwrap_or_else(|| Repeat::derived(asked)) != Repeat::Safe {
        let problem = format!("`{}` does not only read", reconcile.operation);
        refusals.refuse(&place, problem, "ask by an operation that is safe to repeat");
    }
    let has = |name: &str| api.parameters.iter().any(|parameter| parameter.name == name);
    for parameter in asked.parameters.iter().filter(|parameter| parameter.schema.required && !has(&parameter.name)) {
        let problem =
            format!("`{}` needs `{}`, which this operation does not have", reconcile.operation, parameter.name);
        refusals.refuse(&place, problem, "ask by an operation whose required parameters this one has");
    }
    let answer = Answer::of(asked, &version.product);
    for (key, predicate) in &reconcile.conditions {
        check_condition(&reconcile.place.child(key), predicate, api, answer.as_ref(), refusals);
    }
}

fn check_condition(place: &Place, predicate: &Predicate, api: &Api, answer: Option<&Answer<'_>>, refusals: &Collector) {
    for comparison in predicate.comparisons() {
        let at = comparison.at;
        let mut kinds = Vec::new();
        for operand in [&comparison.left, &comparison.right] {
            let kind = match operand {
                Operand::Integer(_) => Ok("integer"),
                Operand::Text(_) => Ok("string"),
                Operand::Bool(_) => Ok("boolean"),
                Operand::Answer(path) => kind_in_answer(&path.join("."), answer),
                Operand::Request(path) => kind_in_request(&path.join("."), api),
            };
            match kind {
                Ok(kind) => kinds.push(kind),
                Err(problem) => refusals.refuse(
                    place,
                    format!("at character {at}: {problem}"),
                    "write the path of a field with dots, or $request. and the name of a parameter",
                ),
            }
        }
        if let [left, right] = kinds[..]
            && left != right
        {
            let problem = format!("at character {at}: `{left}` is compared with `{right}`, which decides nothing");
            refusals.refuse(place, problem, "compare values of one type");
        }
    }
}

fn kind_in_answer<'a>(path: &str, answer: Option<&'a Answer<'_>>) -> Result<&'a str, String> {
    if let Some(leaf) = answer.and_then(|answer| answer.at(path)) {
        return Ok(leaf.kind());
    }
    let known = answer.map(Answer::paths).unwrap_or_default();
    Err(format!("the answer has no field `{path}`{}", did_you_mean(path, known.iter().map(String::as_str))))
}

fn kind_in_request<'a>(path: &str, api: &'a Api) -> Result<&'a str, String> {
    let known = || api.parameters.iter();
    if let Some(parameter) = known().find(|parameter| parameter.name == path) {
        return Ok(parameter.schema.kind.as_deref().unwrap_or("string"));
    }
    let near = did_you_mean(path, known().map(|parameter| parameter.name.as_str()));
    Err(format!("there is no parameter `{path}`{near}"))
}
