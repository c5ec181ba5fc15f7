//! Command lines of the program `apsara`.

use apsara_catalog::Operation;
use apsara_catalog::words::{bare, kebab};
use apsara_codegen::Member;

use crate::error::Error;
use crate::given::{Call, Given};
use crate::json::{Json, Leaf, Secret};
use crate::settings::Settings;
use crate::shell::{command as joined, needs, quoted, variable};

/// The program's own options, sorted: a parameter that is called so is written in another way.
pub const OPTIONS: [&str; 22] = [
    "attempts",
    "color",
    "deadline",
    "dry-run",
    "emulator",
    "endpoint",
    "endpoint-region",
    "help",
    "input-json",
    "no-validation",
    "output",
    "pages",
    "param",
    "profile",
    "query",
    "quota",
    "quota-account",
    "spec",
    "trace",
    "version",
    "wait",
    "yes",
];

/// A value as a command line has it.
enum Word {
    Text(String),
    Secret(Secret),
}

pub(crate) fn command(call: &Call<'_>, operation: &Operation, settings: &Settings) -> Result<String, Error> {
    let first = format!("apsara {} {}", operation.product, operation.word());
    let mut options = Vec::new();
    let spec = settings.spec.as_ref().map(|path| path.to_string_lossy().into_owned());
    let set = [("endpoint", &settings.endpoint), ("endpoint-region", &settings.region), ("spec", &spec)];
    for (name, value) in set {
        let Some(value) = value else { continue };
        let value = quoted(value).ok_or_else(|| Error::new(format!("--{name} has a zero byte in it")))?;
        options.push(format!("--{name} {value}"));
    }
    let mut groups = Vec::new();
    for (member, given) in &call.given {
        match words(call, member, given) {
            Some(words) => groups.extend(words),
            None => return as_file(call, &first, &options),
        }
    }
    groups.extend(options);
    Ok(format!("{}{}", needs(&call.variables), joined(&first, &groups)))
}

/// Writes the whole request as a file on the standard input, for what no option can say.
fn as_file(call: &Call<'_>, first: &str, options: &[String]) -> Result<String, Error> {
    let entries: Vec<(String, Json)> =
        call.given.iter().map(|(member, given)| (member.wire.clone(), given.json())).collect();
    let Some(request) = Json::Object(entries).known() else {
        return Err(Error::new(
            "a command line can say these values only as a file, and a secret is among them: leave it out, and write the file yourself",
        ));
    };
    let options: String = options.iter().map(|option| format!(" {option}")).collect();
    Ok(format!("{first}{options} --input-json - <<'JSON'\n{request:#}\nJSON\n"))
}

/// Writes the options of a parameter; nothing if it cannot be said so.
fn words(call: &Call<'_>, member: &Member, given: &Given<'_>) -> Option<Vec<String>> {
    let name = name(call, &member.wire);
    if let Given::List(items) = given {
        let scalars: Option<Vec<Word>> = items.iter().map(listed).collect();
        if let Some(scalars) = scalars {
            return scalars.iter().map(|word| option(&name, word)).collect();
        }
    }
    if !given.is_compound() {
        return Some(vec![option(&name, &scalar(given)?)?]);
    }
    let json = given.json();
    if let Some(known) = json.known() {
        return Some(vec![option(&name, &Word::Text(known.to_string()))?]);
    }
    // A secret can stand alone only.
    let mut parts = Vec::new();
    leaves(given, &member.wire, &mut parts)?;
    parts.iter().map(|(path, word)| option(&Name::Plain(path.clone()), word)).collect()
}

/// Writes an item of a list as an option that is given several times; nothing for one that would be taken for the whole list.
fn listed(item: &Given<'_>) -> Option<Word> {
    match item {
        Given::Text(text) if text.trim_start().starts_with('[') => None,
        Given::Json(_) | Given::Bytes(_) => None,
        item if item.is_compound() => None,
        item => scalar(item),
    }
}

fn scalar(given: &Given<'_>) -> Option<Word> {
    match given {
        Given::Secret(secret) => Some(Word::Secret(secret.clone())),
        Given::Text(text) => literal(text),
        Given::Bytes(bytes) => literal(std::str::from_utf8(bytes).ok()?),
        // What may be anything is read as JSON.
        Given::Json(Json::Secret(_)) => None,
        Given::Json(json) => Some(Word::Text(json.known()?.to_string())),
        other => Some(Word::Text(other.json().scalar()?)),
    }
}

/// Writes a text that begins like the name of a file as what it is; nothing for `-`, which is the standard input.
fn literal(text: &str) -> Option<Word> {
    match text {
        "-" => None,
        text if text.starts_with('@') => Some(Word::Text(format!("@{text}"))),
        text => Some(Word::Text(text.to_owned())),
    }
}

/// Collects what is in a value, each with its path; nothing if something of it has no type by which it would be read.
fn leaves(given: &Given<'_>, path: &str, out: &mut Vec<(String, Word)>) -> Option<()> {
    match given {
        Given::Struct(_, fields) => {
            for (field, given) in fields {
                if field.wire.contains('.') {
                    return None;
                }
                leaves(given, &format!("{path}.{}", field.wire), out)?;
            }
        }
        Given::List(items) => {
            for (index, given) in items.iter().enumerate() {
                leaves(given, &format!("{path}.{}", index + 1), out)?;
            }
        }
        Given::Map(_) | Given::Json(_) | Given::Bytes(_) => return None,
        Given::Secret(secret) if secret.is == Leaf::Bytes => return None,
        leaf => out.push((path.to_owned(), scalar(leaf)?)),
    }
    Some(())
}

/// How a parameter is named.
enum Name {
    Plain(String),
    /// By the option that takes any name.
    Any(String),
}

fn name(call: &Call<'_>, wire: &str) -> Name {
    let is_free = |name: &str| !OPTIONS.contains(&name) && !name.contains('=');
    let kebab = kebab(wire);
    let is_alone = call.usage.parameters.iter().filter(|other| bare(&other.wire) == bare(wire)).count() == 1;
    if is_alone && is_free(&kebab) && !kebab.is_empty() {
        return Name::Plain(kebab);
    }
    if is_free(wire) { Name::Plain(wire.to_owned()) } else { Name::Any(wire.to_owned()) }
}

/// Writes an option with its value.
fn option(name: &Name, word: &Word) -> Option<String> {
    let value = match word {
        Word::Text(text) => quoted(text)?,
        Word::Secret(secret) => variable(secret),
    };
    Some(match (name, word) {
        (Name::Any(name), _) => format!("--param {}={value}", quoted(name)?),
        // What begins like an option stands behind a sign, and so does what might.
        (Name::Plain(name), Word::Text(text)) if text.starts_with('-') => format!("--{}={value}", quoted(name)?),
        (Name::Plain(name), Word::Secret(_)) => format!("--{}={value}", quoted(name)?),
        (Name::Plain(name), _) => format!("--{} {value}", quoted(name)?),
    })
}
