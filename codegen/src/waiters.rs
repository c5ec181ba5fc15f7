//! Waits for a state, which overlays state: a field of an answer, and the states that end the wait.

use serde_json::Value;

use crate::facts::Repeat;
use crate::json::Object;
use crate::names;
use crate::overlay::Ours;
use crate::pages::Answer;
use crate::product::Product;
use crate::refusal::{Collector, Place, did_you_mean};
use crate::spec::Api;

/// A wait.
#[derive(Clone, Debug)]
pub(crate) struct Waiter {
    pub(crate) place: Place,
    /// What is waited for; the method is called `wait_until_` and this.
    pub(crate) name: String,
    pub(crate) summary: Option<String>,
    /// The path of the field, with dots.
    pub(crate) field: String,
    pub(crate) until: Vec<State>,
    pub(crate) failed: Vec<State>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Number(i64),
    Text(String),
}

/// Reads an overlay's entry `waiters`.
pub(crate) fn waiters(overlay: &Object<'_>, refusals: &Collector) -> Vec<Waiter> {
    let Some(object) = overlay.object("waiters") else { return Vec::new() };
    let mut waiters = Vec::new();
    for (name, place, value) in object.entries() {
        let Some(object) = Object::new(value, place.clone(), refusals) else { continue };
        if names::snake(name) != name {
            let instead = format!("write `{}`", names::snake(name));
            refusals.refuse(&place, format!("`{name}` cannot be a part of a method's name"), instead);
        }
        let waiter = Waiter {
            name: name.to_owned(),
            summary: object.text("summary"),
            field: object.required_text("field"),
            until: states(&object, "until", refusals),
            failed: states(&object, "failed", refusals),
            place,
        };
        object.refuse_unknown();
        if waiter.until.is_empty() {
            refusals.refuse(&waiter.place, "it waits for nothing", "write \"until\": [ 1 ] or other states");
        }
        if let Some(both) = waiter.until.iter().find(|state| waiter.failed.contains(state)) {
            let problem = format!("{both} is waited for and has failed at once");
            refusals.refuse(&waiter.place.child("failed"), problem, "remove it from one of them");
        }
        waiters.push(waiter);
    }
    waiters
}

fn states(object: &Object<'_>, key: &'static str, refusals: &Collector) -> Vec<State> {
    let state = |(place, value): (Place, &Value)| match value {
        Value::String(text) => Some(State::Text(text.clone())),
        value => {
            let number = value.as_i64().map(State::Number);
            if number.is_none() {
                refusals.refuse(&place, "a state is a whole number or a text", "write 1 or \"Running\"");
            }
            number
        }
    };
    object.list(key).into_iter().filter_map(state).collect()
}

/// Refuses waits on what must not be repeated, and for what an answer does not tell.
pub(crate) fn check(api: &Api, ours: &Ours, product: &Product, refusals: &Collector) {
    for waiter in &ours.waiters {
        if ours.repeat.unwrap_or_else(|| Repeat::derived(api)) != Repeat::Safe {
            let instead = "wait by an operation that only reads";
            refusals.refuse(&waiter.place, "a wait repeats its call, and this one is not safe to repeat", instead);
        }
        check_field(waiter, Answer::of(api, product).as_ref(), refusals);
    }
}

fn check_field(waiter: &Waiter, answer: Option<&Answer<'_>>, refusals: &Collector) {
    let place = waiter.place.child("field");
    let Some(leaf) = answer.and_then(|answer| answer.at(&waiter.field)) else {
        let known = answer.map(Answer::paths).unwrap_or_default();
        let near = did_you_mean(&waiter.field, known.iter().map(String::as_str));
        let problem = format!("the answer has no field `{}`{near}", waiter.field);
        return refusals.refuse(&place, problem, "write the path of a field with dots");
    };
    let fits = |state: &State| match state {
        State::Number(_) => leaf.kind() == "integer",
        State::Text(_) => leaf.kind() == "string",
    };
    if let Some(state) = waiter.until.iter().chain(&waiter.failed).find(|state| !fits(state)) {
        let problem = format!("`{}` cannot be {state}, for its type is `{}`", waiter.field, leaf.kind());
        refusals.refuse(&place, problem, "name a field that is an integer or a string, and states of its type");
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}
