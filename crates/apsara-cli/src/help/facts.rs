//! What is known of an operation, in lines for a person.

use apsara_code::quoted;
use apsara_specs::RamAction;

use crate::catalog::{Operation, Parameter};
use crate::options::Written;
use crate::words::kebab;

/// How many error codes a help text lists.
const MOST_CODES: usize = 40;

/// Says what a parameter is and what holds for it.
pub(super) fn sentence(operation: &Operation, parameter: &Parameter<'_>) -> String {
    let schema = parameter.schema;
    let mut facts = Vec::new();
    if schema.is_required() {
        facts.push("required".to_owned());
    }
    match (schema.fact("minimum"), schema.fact("maximum")) {
        (Some(least), Some(most)) => facts.push(format!("{least} to {most}")),
        (Some(least), None) => facts.push(format!("at least {least}")),
        (None, Some(most)) => facts.push(format!("at most {most}")),
        (None, None) => {}
    }
    let counts = [("minLength", "at least", "characters"), ("maxLength", "at most", "characters")];
    let counts = counts.into_iter().chain([("minItems", "at least", "items"), ("maxItems", "at most", "items")]);
    facts.extend(counts.filter_map(|(key, words, what)| Some(format!("{words} {} {what}", schema.fact(key)?))));
    let values = match schema.kind() {
        "array" => schema.items().values(),
        _ => schema.values(),
    };
    if !values.is_empty() {
        facts.push(format!("one of {}", values.join(", ")));
    }
    let example = operation.example(parameter).filter(|example| !values.contains(example));
    for (value, words) in
        [(schema.fact("pattern"), "pattern"), (schema.fact("default"), "default"), (example, "for example")]
    {
        facts.extend(value.map(|value| format!("{words} {}", value.replace('\n', " "))));
    }
    if schema.fact("deprecated").as_deref() == Some("true") {
        facts.push("deprecated".to_owned());
    }
    let mut properties = schema.properties();
    if schema.kind() == "array" {
        properties = schema.items().properties();
    }
    if !properties.is_empty() {
        let dots = if schema.kind() == "array" { ".1." } else { "." };
        let names: Vec<String> = properties.iter().map(|(name, _)| format!("{dots}{}", kebab(name))).collect();
        facts.push(format!("with {}", names.join(", ")));
    }
    let description = schema.description().map(plain).unwrap_or_default();
    let facts = if facts.is_empty() { String::new() } else { format!("[{}]", facts.join("; ")) };
    [description, facts].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Says in capitals what a value is.
pub(super) fn value_name(parameter: &Parameter<'_>) -> String {
    match parameter.schema.kind() {
        "array" => "ITEM|JSON".to_owned(),
        "object" => "JSON".to_owned(),
        _ => parameter.schema.type_name().to_uppercase(),
    }
}

/// Shows how the operation is called.
pub(super) fn usage(operation: &Operation) -> String {
    let required = operation.parameters();
    let required = required.iter().filter(|parameter| parameter.schema.is_required());
    let written = |parameter: &Parameter<'_>| Written::of(parameter.name).with(&format!("<{}>", value_name(parameter)));
    let required: String = required.map(|parameter| format!(" {}", written(parameter))).collect();
    format!("apsara {} {}{required} [OPTIONS]", operation.product, operation.word())
}

/// Says what stands below the parameters: facts, error codes, an example.
pub(super) fn below(operation: &Operation) -> String {
    let quota = match operation.quota {
        Some((calls, 1)) => format!("{calls} calls per second, of the account with all its RAM users"),
        Some((calls, seconds)) => format!("{calls} calls in {seconds} seconds, of the account with all its RAM users"),
        None => "no document says it".to_owned(),
    };
    let repeat = match operation.repeat.as_str() {
        "safe" => "safe: it only reads, and is tried again after any failure that may pass",
        "with_token" => "safe with a client token, which is made if none is given",
        _ => "unsafe: it is tried again only where it is known not to have been executed",
    };
    let impact = match operation.impact.as_str() {
        "none" => "none: it only reads",
        "interrupt" => "interrupts what runs: a terminal asks first, and --yes answers",
        _ => "it changes something",
    };
    let ram = ram(operation);
    let facts = [("Quota", quota.as_str()), ("Repeat", repeat), ("Impact", impact), ("RAM action", ram.as_str())];
    let mut out: String = "Facts:\n".to_owned();
    out.extend(facts.map(|(name, text)| format!("  {name:<10}  {text}\n")));
    let codes = operation.codes();
    if !codes.is_empty() {
        out.push_str("\nError codes, which `apsara errors CODE` explains:\n");
        let width = codes.iter().take(MOST_CODES).map(|code| code.code.len()).max().unwrap_or(0);
        for code in codes.iter().take(MOST_CODES) {
            let meaning = code.meaning.as_deref().map(plain).unwrap_or_default();
            let line = format!("  {}  {:<width$}  {meaning}", code.status, code.code);
            out.push_str(line.trim_end());
            out.push('\n');
        }
        if codes.len() > MOST_CODES {
            out.push_str(&format!("  and {} more\n", codes.len() - MOST_CODES));
        }
    }
    out.push_str("\nExample:\n  ");
    out.push_str(&example(operation));
    out
}

/// Says what a policy must allow, wherever a document says it.
fn ram(operation: &Operation) -> String {
    let ram = operation.ram();
    let one = |action: &RamAction| {
        let resources: Vec<&str> = action.resources.iter().map(|resource| resource.template.as_str()).collect();
        if resources.is_empty() { action.name.clone() } else { format!("{} on {}", action.name, resources.join(", ")) }
    };
    match ram.actions.as_slice() {
        _ if !ram.is_documented => "not known".to_owned(),
        [] => "none: everybody may call it".to_owned(),
        actions => actions.iter().map(one).collect::<Vec<_>>().join("; "),
    }
}

/// Shows a call with every required parameter.
fn example(operation: &Operation) -> String {
    let mut out = format!("apsara {} {}", operation.product, operation.word());
    for parameter in operation.parameters() {
        if parameter.schema.is_required() {
            let example = match operation.example(&parameter) {
                // What begins by a sign would be a file.
                Some(file) if file.starts_with('@') => quoted(&format!("@{file}")),
                Some(example) => quoted(&example),
                None if parameter.schema.kind() == "object" => quoted("{…}"),
                None => Some("…".to_owned()),
            };
            out.push_str(&format!(" {}", Written::of(parameter.name).with(&example.unwrap_or_default())));
        }
    }
    out
}

/// Takes the marks of Markdown and HTML out of a text of the portal, as far as they stand in the way of reading.
pub(super) fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let is_tag = rest[at + 1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match rest[at..].find('>').filter(|_| is_tag) {
            Some(end) => {
                out.push_str(&rest[..at]);
                rest = &rest[at + end + 1..];
            }
            None => {
                out.push_str(&rest[..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out.replace("**", "").replace('`', "")
}
