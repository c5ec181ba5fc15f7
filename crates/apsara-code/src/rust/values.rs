//! Values as Rust writes them, of exactly the types that generated code has.

use std::collections::BTreeSet;

use apsara_codegen::{Holds, Member};

use crate::given::{Call, Given};
use crate::json::{Json, Leaf, Secret};

/// JSON of more values than this is read from a text, because the macro does not take any amount.
const MOST_IN_MACRO: usize = 24;

/// What stands in a program for the parameters of a call.
#[derive(Debug, Default)]
pub(crate) struct Written {
    /// The lines that make structs.
    pub(crate) statements: String,
    /// The setters, with their arguments.
    pub(crate) setters: Vec<String>,
    pub(crate) uses_json: bool,
    pub(crate) uses_maps: bool,
    module: String,
    /// The names of variables.
    taken: BTreeSet<String>,
}

impl Written {
    pub(crate) fn of(call: &Call<'_>) -> Self {
        let mut written = Self { module: call.usage.module.clone(), ..Self::default() };
        written.taken.extend(["client", "config", "answer"].map(str::to_owned));
        for (member, given) in &call.given {
            let argument = written.argument(member, given);
            written.setters.push(format!(".{}({argument})", member.name));
        }
        written
    }

    /// Writes what a setter takes.
    fn argument(&mut self, member: &Member, given: &Given<'_>) -> String {
        match (&member.holds, given) {
            // It takes whatever becomes the value.
            (Holds::Text | Holds::Enum(_), Given::Text(value)) => text(value),
            (Holds::Bytes, Given::Bytes(value)) => bytes(value),
            (Holds::Text | Holds::Enum(_) | Holds::Bytes, Given::Secret(secret)) => variable(secret),
            (Holds::List(item), Given::List(items)) => {
                let all_known = items.iter().all(|item| matches!(item, Given::Text(_)));
                let items: Vec<String> = match **item {
                    Holds::Text if all_known => items.iter().map(|item| self.plain(item)).collect(),
                    _ => items.iter().map(|given| self.exact(item, given, &member.name)).collect(),
                };
                format!("[{}]", items.join(", "))
            }
            (Holds::Struct(_, true), Given::Struct(..)) => self.object(given, &member.name),
            (holds, given) => self.exact(holds, given, &member.name),
        }
    }

    fn plain(&mut self, given: &Given<'_>) -> String {
        match given {
            Given::Text(value) => text(value),
            other => self.exact(&Holds::Text, other, ""),
        }
    }

    /// Writes a value of the very type; `name` is what a variable for it is called.
    fn exact(&mut self, holds: &Holds, given: &Given<'_>, name: &str) -> String {
        match (holds, given) {
            (_, Given::Bool(value)) => value.to_string(),
            (_, Given::Integer(value)) => value.to_string(),
            (_, Given::Number(value)) => format!("{value:?}"),
            (Holds::Enum(_), Given::Text(value)) => format!("{}.into()", text(value)),
            (_, Given::Text(value)) => format!("{}.to_owned()", text(value)),
            (_, Given::Bytes(value)) => format!("{}.to_vec()", bytes(value)),
            (_, Given::Json(json)) => self.json(json),
            (Holds::List(item), Given::List(items)) => {
                let items: Vec<String> = items.iter().map(|given| self.exact(item, given, name)).collect();
                format!("vec![{}]", items.join(", "))
            }
            (Holds::Map(of), Given::Map(entries)) => {
                self.uses_maps = true;
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(key, given)| format!("({}.to_owned(), {})", text(key), self.exact(of, given, name)))
                    .collect();
                format!("BTreeMap::from([{}])", entries.join(", "))
            }
            (Holds::Struct(_, true), Given::Struct(..)) => format!("{}.into()", self.object(given, name)),
            (_, Given::Struct(..)) => self.object(given, name),
            (Holds::Enum(_), Given::Secret(secret)) => format!("{}.into()", variable(secret)),
            (_, Given::Secret(secret)) => match secret.is {
                Leaf::Text => variable(secret),
                Leaf::Bytes => format!("{}.into_bytes()", variable(secret)),
                Leaf::Bool | Leaf::Integer | Leaf::Number => format!("{}.parse()?", variable(secret)),
            },
            // What was read is what the parameter holds.
            (_, Given::List(_) | Given::Map(_)) => unreachable!("a list and a map are read as what they are"),
        }
    }

    /// Writes the lines that make a struct, and returns the variable that it is in. Nothing outside of the client's crate can name all
    /// fields of one, so that fields are set one by one.
    fn object(&mut self, given: &Given<'_>, name: &str) -> String {
        let Given::Struct(of, fields) = given else { unreachable!("it was a struct a moment ago") };
        let mut lines = String::new();
        let name = self.claim(name);
        for (field, given) in fields {
            let value = self.exact(&field.holds, given, &field.name);
            let value = if field.is_always_there { value } else { format!("Some({value})") };
            lines.push_str(&format!("    {name}.{} = {value};\n", field.name));
        }
        let mutable = if fields.is_empty() { "" } else { "mut " };
        let made = format!("    let {mutable}{name} = {}::{of}::default();\n", self.module);
        self.statements.push_str(&made);
        self.statements.push_str(&lines);
        name
    }

    fn claim(&mut self, name: &str) -> String {
        let mut claimed = name.to_owned();
        let mut number = 2;
        while !self.taken.insert(claimed.clone()) {
            claimed = format!("{name}_{number}");
            number += 1;
        }
        claimed
    }

    fn json(&mut self, json: &Json) -> String {
        self.uses_json = true;
        match json.known() {
            // A setter takes what becomes JSON, so that the type must be said.
            Some(known) if count(json) > MOST_IN_MACRO => {
                format!("serde_json::from_str::<serde_json::Value>({})?", text(&known.to_string()))
            }
            _ => format!("serde_json::json!({})", in_macro(json)),
        }
    }
}

/// Counts the values in a value.
fn count(json: &Json) -> usize {
    match json {
        Json::List(items) => 1 + items.iter().map(count).sum::<usize>(),
        Json::Object(entries) => 1 + entries.iter().map(|(_, value)| count(value)).sum::<usize>(),
        _ => 1,
    }
}

fn in_macro(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        // A number without a suffix is 32 bits wide.
        Json::Number(value) => match (value.as_i64(), value.as_u64(), value.as_f64()) {
            (Some(value), ..) if i32::try_from(value).is_ok() => value.to_string(),
            (Some(value), ..) => format!("{value}_i64"),
            (None, Some(value), _) => format!("{value}_u64"),
            (None, None, value) => format!("{:?}", value.unwrap_or_default()),
        },
        Json::Text(value) => text(value),
        Json::List(items) => format!("[{}]", items.iter().map(in_macro).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Object(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}: {}", text(key), in_macro(value)));
            format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
        }
        Json::Secret(secret) => match secret.is {
            Leaf::Text | Leaf::Bytes => variable(secret),
            Leaf::Integer => format!("{}.parse::<i64>()?", variable(secret)),
            Leaf::Number => format!("{}.parse::<f64>()?", variable(secret)),
            Leaf::Bool => format!("{}.parse::<bool>()?", variable(secret)),
        },
    }
}

fn variable(secret: &Secret) -> String {
    format!("std::env::var({})?", text(&secret.variable))
}

/// Writes a text as a literal.
pub(super) fn text(value: &str) -> String {
    format!("{value:?}")
}

/// Writes bytes as a literal.
fn bytes(value: &[u8]) -> String {
    format!("b\"{}\"", value.escape_ascii())
}
