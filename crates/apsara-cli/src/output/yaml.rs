//! Answers as YAML.

use std::borrow::Cow;

use saphyr::{Mapping, Scalar, Yaml, YamlEmitter};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;

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
        Value::String(text) => Yaml::Value(Scalar::String(Cow::Borrowed(text))),
        Value::Array(items) => Yaml::Sequence(items.iter().map(yaml).collect()),
        Value::Object(fields) => {
            let mut mapping = Mapping::new();
            for (name, value) in fields {
                mapping.insert(Yaml::Value(Scalar::String(Cow::Borrowed(name))), yaml(value));
            }
            Yaml::Mapping(mapping)
        }
    }
}
