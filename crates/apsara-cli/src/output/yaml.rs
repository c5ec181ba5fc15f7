//! Answers as YAML.

use std::borrow::Cow;

use saphyr::{Mapping, Scalar, ScalarStyle, Yaml, YamlEmitter};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::terminal::steers;

/// Writes a value as one document.
pub(super) fn write(value: &Value) -> Result<String, Failure> {
    let mut out = String::new();
    let emitted = YamlEmitter::new(&mut out).dump(&yaml(value));
    emitted.map_err(|error| Failure::new(Exit::Failed, format!("the answer cannot be written as YAML: {error:?}")))?;
    out.push('\n');
    Ok(out)
}

fn yaml(value: &Value) -> Yaml<'_> {
    match value {
        Value::Null => Yaml::Value(Scalar::Null),
        Value::Bool(flag) => Yaml::Value(Scalar::Boolean(*flag)),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Yaml::Value(Scalar::Integer(whole)),
            (None, Some(real)) if number.is_f64() => Yaml::Value(Scalar::FloatingPoint(real.into())),
            // Beyond the largest that YAML's library has, the digits are what counts.
            _ => Yaml::Value(Scalar::String(Cow::Owned(number.to_string()))),
        },
        Value::String(text) => self::text(text),
        Value::Array(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Object(fields) => {
            let mut mapping = Mapping::new();
            for (name, value) in fields {
                mapping.insert(text(name), yaml(value));
            }
            Yaml::Mapping(mapping)
        }
    }
}

/// Returns a text as the library writes it. That leaves as they are some characters that steer a terminal, which JSON's form escapes;
/// within double quotes it is YAML too.
fn text(text: &str) -> Yaml<'_> {
    if !text.contains(|c: char| steers(c) || matches!(c, '\n' | '\t')) {
        return Yaml::Value(Scalar::String(Cow::Borrowed(text)));
    }
    let quoted = super::json::quoted(text);
    let within = quoted[1..quoted.len() - 1].to_owned();
    Yaml::Representation(Cow::Owned(within), ScalarStyle::DoubleQuoted, None)
}
