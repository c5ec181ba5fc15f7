//! The parameters of a call, from what stands on the command line and in a file.

use std::collections::{BTreeMap, BTreeSet};

use apsara_bulk::read_json;
use apsara_catalog::value;
use serde_json::{Map, Value};

use super::values::Sources;
use crate::catalog::{Operation, Parameter, Schema};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Given;
use crate::words::{bare, hint, kebab};

/// The parameters of a request, by their names on the wire.
pub(crate) type Request = Map<String, Value>;

/// A step into a value: the name of a property, or a place in a list, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Name(String),
    Place(usize),
}

/// Why a part of a parameter cannot stand beside all of it.
const IN_BOTH: &str = "is given as a whole and in parts";

/// Reads the parameters of a request: those of `given` over those of `input`, the request as one JSON object.
pub(crate) fn read(
    operation: &Operation,
    input: Option<&Value>,
    given: &[Given],
    sources: &mut Sources,
    is_bytes: impl Fn(&str) -> bool,
) -> Result<Request, Failure> {
    let parameters = operation.parameters();
    let mut request = match input {
        Some(input) => of_object(operation, &parameters, input)?,
        None => Request::new(),
    };
    let mut seen: BTreeSet<(&str, Vec<Step>)> = BTreeSet::new();
    for Given { name, value: text } in given {
        let (parameter, steps, schema) = find(operation, &parameters, name)?;
        let text = match text {
            Some(text) if steps.is_empty() && is_bytes(parameter.name) => sources.read_bytes(text)?,
            Some(text) => sources.read(text)?,
            None if schema.kind() == "boolean" => "true".to_owned(),
            None => {
                return Err(Failure::usage(format!("--{name} wants a value, such as --{name} {}", example(&schema))));
            }
        };
        // What follows as a whole would take the place of the parts that are there.
        let has_parts = seen
            .iter()
            .any(|(name, given)| *name == parameter.name && given.len() > steps.len() && given.starts_with(&steps));
        // A list that is given item by item grows; anything else that is given twice is a slip.
        let again = !seen.insert((parameter.name, steps.clone()));
        let grows = schema.kind() == "array" && !text.trim_start().starts_with('[');
        if again && !grows {
            return Err(Failure::usage(format!("--{name} is given twice")));
        }
        let invalid =
            |reason: String| Failure::new(Exit::Invalid, format!("--{name} {reason}")).with("outcome", "not sent");
        if has_parts {
            return Err(invalid(IN_BOTH.to_owned()));
        }
        if schema.kind() != "string"
            && let Err(error) = read_json(text.as_bytes())
            && error.is_data()
        {
            return Err(invalid(format!("cannot be read: {error}")));
        }
        let value = value(&text, &schema).map_err(invalid)?;
        let place = request.entry(parameter.name).or_insert(Value::Null);
        if !again && steps.is_empty() {
            *place = Value::Null;
        }
        put(place, &steps, value, grows && again).map_err(invalid)?;
    }
    if let Some((name, _)) = request.iter().find(|(_, value)| has_gap(value)) {
        let message = format!("{name}: the places of a list go from 1 on without a gap");
        return Err(Failure::new(Exit::Invalid, message).with("outcome", "not sent"));
    }
    Ok(request)
}

/// Reads a request that is given as one object: wire names, or names as a command line has them.
fn of_object(operation: &Operation, parameters: &[Parameter<'_>], input: &Value) -> Result<Request, Failure> {
    let Some(object) = input.as_object() else {
        return Err(Failure::usage("--input-json wants a JSON object of parameters by their names"));
    };
    let mut request = Request::new();
    let mut names = BTreeMap::new();
    for (name, value) in object {
        let exact = parameters.iter().find(|parameter| parameter.name == name);
        let found = exact.or_else(|| parameters.iter().find(|parameter| bare(parameter.name) == bare(name)));
        let found = found.ok_or_else(|| unknown(operation, parameters, name))?;
        if let Some(before) = names.insert(found.name, name) {
            return Err(Failure::usage(format!("--input-json gives {} twice, as {before} and as {name}", found.name)));
        }
        request.insert(found.name.to_owned(), value.clone());
    }
    Ok(request)
}

/// Finds the parameter that a name stands for, what of it, and what that must be.
fn find<'o, 'p>(
    operation: &Operation,
    parameters: &'p [Parameter<'o>],
    name: &str,
) -> Result<(&'p Parameter<'o>, Vec<Step>, Schema<'o>), Failure> {
    // A parameter's name may have dots in it, so that the longest one that fits is meant.
    let ends = std::iter::once(name.len()).chain(name.rmatch_indices('.').map(|(at, _)| at));
    for end in ends {
        let (head, rest) = (&name[..end], name[end..].trim_start_matches('.'));
        let exact = parameters.iter().find(|parameter| parameter.name == head);
        let found = exact.or_else(|| parameters.iter().find(|parameter| bare(parameter.name) == bare(head)));
        let Some(parameter) = found else { continue };
        let (steps, schema) = into(parameter.schema, rest);
        return Ok((parameter, steps, schema));
    }
    // What is in the body of a request may be named as if it were a parameter.
    let first = name.split('.').next().unwrap_or_default();
    let body = parameters.iter().find(|parameter| parameter.place == "body");
    let is_there = |body: &&Parameter<'_>| body.schema.properties().iter().any(|(known, _)| bare(known) == bare(first));
    if let Some(body) = body.filter(is_there) {
        let (steps, schema) = into(body.schema, name);
        return Ok((body, steps, schema));
    }
    Err(unknown(operation, parameters, name))
}

/// Goes into a value by a path with dots.
fn into<'o>(mut schema: Schema<'o>, path: &str) -> (Vec<Step>, Schema<'o>) {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        match part.parse::<usize>() {
            Ok(place) if schema.kind() == "array" && place > 0 => {
                steps.push(Step::Place(place));
                schema = schema.items();
            }
            _ => {
                let properties = schema.properties();
                let exact = properties.iter().find(|(known, _)| *known == part);
                let found = exact.or_else(|| properties.iter().find(|(known, _)| bare(known) == bare(part)));
                steps.push(Step::Name(found.map_or(part, |(known, _)| known).to_owned()));
                schema = found.map_or_else(|| schema.any(), |(_, schema)| *schema);
            }
        }
    }
    (steps, schema)
}

/// Puts a value where the steps lead, with lists and objects on the way.
fn put(mut place: &mut Value, steps: &[Step], value: Value, append: bool) -> Result<(), String> {
    for step in steps {
        place = match step {
            Step::Name(name) => {
                if place.is_null() {
                    *place = Value::Object(Map::new());
                }
                let object = place.as_object_mut().ok_or(IN_BOTH)?;
                object.entry(name.as_str()).or_insert(Value::Null)
            }
            Step::Place(number) => {
                const MOST: usize = 10_000;
                if *number > MOST {
                    return Err(format!("has more than {MOST} places"));
                }
                if place.is_null() {
                    *place = Value::Array(Vec::new());
                }
                let list = place.as_array_mut().ok_or(IN_BOTH)?;
                if list.len() < *number {
                    list.resize(*number, Value::Null);
                }
                &mut list[number - 1]
            }
        };
    }
    match (append, place.as_array_mut(), value) {
        (true, Some(list), Value::Array(more)) => list.extend(more),
        (_, _, value) => *place = value,
    }
    Ok(())
}

/// Returns whether a list has a place that nothing was put into.
fn has_gap(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| item.is_null() || has_gap(item)),
        Value::Object(fields) => fields.values().any(has_gap),
        _ => false,
    }
}

fn unknown(operation: &Operation, parameters: &[Parameter<'_>], name: &str) -> Failure {
    let own = crate::options::command();
    let known: Vec<String> = parameters.iter().map(|parameter| kebab(parameter.name)).collect();
    let known = known.iter().map(String::as_str).chain(own.get_arguments().filter_map(clap::Arg::get_long));
    let meant = hint(&kebab(name), known);
    let meant = meant.replace("did you mean ", "did you mean --");
    let (product, word) = (&operation.product, operation.word());
    Failure::usage(format!("{word} has no parameter --{name}{meant}"))
        .with("all of them", format!("apsara {product} {word} --help"))
}

fn example(schema: &Schema<'_>) -> String {
    schema.fact("example").unwrap_or_else(|| schema.type_name())
}

#[cfg(test)]
#[path = "arguments_tests.rs"]
mod tests;
