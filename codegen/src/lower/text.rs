//! The sentences of the documentation that say facts.

use crate::docs;
use crate::facts::{Impact, Ram, Repeat, is_sensitive};
use crate::limits::Limits;
use crate::model::{Fact, Paged, Record, Setter, Type};
use crate::overlay::Ours;
use crate::product::Product;
use crate::spec::{Api, ErrorCode, Schema};

/// What is known of an operation.
pub(super) struct Facts<'a> {
    pub(super) api: &'a Api,
    pub(super) repeat: Repeat,
    pub(super) impact: Impact,
    pub(super) ours: &'a Ours,
    pub(super) paged: Option<&'a Paged>,
}

/// Documents a field: its description, then a line of facts.
pub(super) fn field(wire: &str, schema: &Schema, example: Option<&str>, of: &Type) -> String {
    let described = described(schema);
    let described = if described.is_empty() { format!("Holds {}.", docs::code(wire)) } else { described };
    let mut facts = Vec::new();
    if schema.required {
        facts.push("Required.".to_owned());
    }
    facts.extend(limits(&schema.limits));
    if !schema.allowed.is_empty() && !matches!(of, Type::Named(_)) {
        facts.push(format!("Values: {}.", codes(&schema.allowed)));
    }
    facts.extend(schema.default.as_ref().map(|value| format!("Default: {}.", docs::code(value))));
    if is_sensitive(wire, schema) {
        facts.push("Sensitive: it is never shown.".to_owned());
    } else if !matches!(of, Type::Record(_) | Type::Recursive(_)) {
        let example = example.filter(|example| example.chars().count() <= 80 && !example.trim().is_empty());
        facts.extend(example.map(|example| format!("Example: {}.", docs::code(example))));
    }
    if schema.deprecated {
        facts.push("Deprecated.".to_owned());
    }
    let facts = facts.join(" ");
    // Facts go on where one paragraph ends; below a list they would belong to its last item.
    if docs::is_paragraph(&described) {
        docs::paragraph(&format!("{described} {facts}"))
    } else {
        docs::sections([described, docs::paragraph(&facts)])
    }
}

/// Documents a type that holds an object; `what` says what that is, in Markdown.
pub(super) fn record(schema: &Schema, what: &str) -> String {
    let described = described(schema);
    if described.is_empty() { docs::paragraph(&format!("Holds {what}.")) } else { described }
}

fn described(schema: &Schema) -> String {
    docs::from_markdown(schema.description.as_deref().unwrap_or_default())
}

fn limits(limits: &Limits) -> Option<String> {
    let Limits { minimum, maximum, excluded, min_length, max_length, min_items, max_items, pattern } = limits;
    let numbers = match excluded {
        (false, false) => vec![between(minimum.as_ref(), maximum.as_ref(), "")],
        (above, below) => vec![
            minimum.map(|least| format!("{} {least}.", if *above { "More than" } else { "At least" })),
            maximum.map(|most| format!("{} {most}.", if *below { "Less than" } else { "At most" })),
        ],
    };
    let said = numbers.into_iter().chain([
        between(min_length.as_ref(), max_length.as_ref(), " characters"),
        between(min_items.as_ref(), max_items.as_ref(), " elements"),
        pattern.as_ref().map(|pattern| format!("Matches {}.", docs::code(pattern))),
    ]);
    let said: Vec<String> = said.flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn between<T: std::fmt::Display>(least: Option<&T>, most: Option<&T>, what: &str) -> Option<String> {
    match (least, most) {
        (Some(least), Some(most)) => Some(format!("From {least} to {most}{what}.")),
        (Some(least), None) => Some(format!("At least {least}{what}.")),
        (None, Some(most)) => Some(format!("At most {most}{what}.")),
        (None, None) => None,
    }
}

fn codes(values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| docs::code(value)).collect();
    values.join(", ")
}

/// Documents the method of a client: everything that is known of the operation.
pub(super) fn operation(facts: &Facts<'_>, error: Option<&str>, example: &str) -> String {
    let Facts { api, repeat, impact, ours, paged } = facts;
    let summary = docs::from_markdown(api.summary.as_deref().unwrap_or_default());
    let summary = if summary.is_empty() { format!("Calls {}.", docs::code(&api.name)) } else { summary };
    let mut list = vec![
        match impact {
            Impact::None => "Impact: none, it only reads.",
            Impact::Change => "Impact: it changes something.",
            Impact::Interrupt => "Impact: it interrupts something that runs.",
        }
        .to_owned(),
        match repeat {
            Repeat::Safe => "Repeat: safe, executing it twice does no harm.",
            Repeat::WithToken => "Repeat: safe with the same client token.",
            Repeat::Unsafe => "Repeat: unsafe, so it is not tried again unless it is known that it was not executed.",
        }
        .to_owned(),
    ];
    list.extend(paged.map(|paged| {
        let by = match (&paged.pages.number, &paged.pages.token) {
            (Some(number), Some(token)) => format!("{} or {}", docs::code(&number.number), docs::code(&token.token)),
            (Some(by), None) => docs::code(&by.number),
            (None, by) => by.as_ref().map(|by| docs::code(&by.token)).unwrap_or_default(),
        };
        format!("Pages: by {by}; `pages()` and `items()` go through all of them.")
    }));
    list.extend(ours.quota.or(api.quota).map(|quota| {
        let (calls, seconds) = (quota.calls, quota.seconds);
        let window = if seconds == 1 { "per second".to_owned() } else { format!("in {seconds} seconds") };
        format!("Quota: {calls} calls {window}, for the account with all its RAM users together. More are throttled.")
    }));
    list.extend(ours.ram.as_ref().or(api.ram.as_ref()).map(ram));
    if api.deprecated {
        list.push("Deprecated.".to_owned());
    }
    let list: Vec<String> = list.iter().map(|item| docs::from_markdown(&format!("- {item}"))).collect();
    let codes =
        error.map(|error| format!(" The codes that the documents list are those of [`{error}`].")).unwrap_or_default();
    docs::sections([
        summary,
        docs::from_markdown(api.description.as_deref().unwrap_or_default()),
        list.join("\n"),
        "# Errors".to_owned(),
        docs::paragraph(&format!("Sending it fails with [`Error`](rt::Error).{codes}")),
        example.to_owned(),
    ])
}

fn ram(ram: &Ram) -> String {
    let all = ram.resources.iter().all(|resource| resource == "*");
    let resources = if all { "all resources (`*`)".to_owned() } else { codes(&ram.resources) };
    let none_or = |what: &str, values: &[String]| match values {
        [] => format!("no {what}"),
        values => format!("{what} {}", codes(values)),
    };
    let keys = none_or("condition keys", &ram.condition_keys);
    let actions = none_or("dependent actions", &ram.dependent_actions);
    let narrow = if all { " A policy cannot be narrower than the action." } else { "" };
    format!("RAM: action {}, level {}, on {resources}; {keys}, {actions}.{narrow}", docs::code(&ram.action), ram.level)
}

/// Documents an error code.
pub(super) fn error_code(code: &ErrorCode) -> String {
    let message = code.message.as_deref().unwrap_or_default().trim();
    let message = if message.is_empty() { String::new() } else { format!(", {}", docs::code(message)) };
    let meaning = docs::from_markdown(code.meaning.as_deref().unwrap_or_default());
    let line = format!("{} (HTTP {}{message})", docs::code(&code.code), code.status);
    if meaning.is_empty() {
        docs::paragraph(&format!("{line}."))
    } else {
        docs::paragraph(&format!("{line}: {meaning}"))
    }
}

/// Writes an example that sets every required parameter that one line can set. It is compiled where the path of the client is known.
pub(super) fn example(
    product: &Product,
    api: &Api,
    request: &Record,
    setters: &[Setter],
    method: &str,
    product_path: Option<&str>,
) -> String {
    let client = product_path.map_or("Client".to_owned(), |path| format!("{path}::Client"));
    let mut lines = vec![
        "# Examples".to_owned(),
        String::new(),
        if product_path.is_some() { "```no_run" } else { "```ignore" }.to_owned(),
        format!("# async fn example(client: &{client}) -> Result<(), Box<dyn std::error::Error>> {{"),
        "let response = client".to_owned(),
        format!("    .{method}()"),
    ];
    for (field, setter) in request.fields.iter().zip(setters) {
        if !field.facts.contains(&Fact::Required) {
            continue;
        }
        let schema =
            api.parameters.iter().find(|parameter| parameter.name == field.wire).map(|parameter| &parameter.schema);
        let sensitive = field.facts.contains(&Fact::Sensitive);
        let given = |schema| product.example(&field.wire, schema);
        let value = schema.and_then(|schema| value(schema, given(schema), &field.of, sensitive));
        lines.extend(value.map(|value| format!("    .{}({value})", setter.name)));
    }
    lines.extend(
        ["    .send()", "    .await?;", "println!(\"request {}\", response.request_id);", "# Ok(())", "# }", "```"]
            .map(str::to_owned),
    );
    lines.join("\n")
}

/// Writes a value as Rust.
fn value(schema: &Schema, example: Option<&str>, of: &Type, sensitive: bool) -> Option<String> {
    let text = || {
        let example = example.filter(|_| !sensitive).unwrap_or("…");
        let fits = example.chars().count() <= 80 && !example.contains(char::is_control);
        format!("{:?}", if fits { example } else { "…" })
    };
    let number = || example.and_then(|example| example.trim().parse::<i32>().ok());
    let least = || schema.limits.minimum.map_or(1, |least| least as i32);
    Some(match of {
        Type::Text | Type::Named(_) => text(),
        Type::Bool => "true".to_owned(),
        Type::I32 | Type::I64 => number().unwrap_or_else(least).to_string(),
        Type::F64 => format!("{}.0", number().unwrap_or_else(least)),
        Type::List(item) if **item == Type::Text => {
            let items = schema.items.as_deref();
            let example = items.map(|items| value(items, items.example.as_deref(), item, sensitive));
            format!("[{}]", example.flatten()?)
        }
        Type::Bytes => "b\"bytes\".to_vec()".to_owned(),
        _ => return None,
    })
}
