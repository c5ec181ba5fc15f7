//! What the page says of a request, as the types of its parameters have it.
//!
//! The page sends what stands in its fields, texts in lists and objects; the runtime's own description says what they stand for.

use apsara_core::untyped::{Description, Kind, Parameter};
use serde_json::{Map, Value, json};

/// Says what is wrong with a parameter, or may be.
pub(crate) fn violation(parameter: &str, rule: &str, warning: bool) -> Value {
    json!({ "parameter": parameter, "rule": rule, "warning": warning })
}

/// Makes a request of what stands in the fields, or says what is wrong with them.
pub(crate) fn typed(description: &Description, given: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Value>> {
    let mut reader = Reader { description, wrong: Vec::new() };
    let request = reader.fields(description.parameters(), given, "");
    if reader.wrong.is_empty() { Ok(request) } else { Err(reader.wrong) }
}

struct Reader<'d> {
    description: &'d Description,
    wrong: Vec<Value>,
}

impl Reader<'_> {
    fn fields(&mut self, known: &[Parameter], given: &Map<String, Value>, prefix: &str) -> Map<String, Value> {
        let mut out = Map::new();
        for (name, value) in given {
            let path = format!("{prefix}{name}");
            let kind = known.iter().find(|parameter| parameter.name() == name).map(Parameter::kind);
            // A name that is not known is told by the runtime, with the one that was meant.
            let value = kind.map_or_else(|| value.clone(), |kind| self.value(kind, value, &path));
            out.insert(name.clone(), value);
        }
        out
    }

    fn value(&mut self, kind: &Kind, given: &Value, path: &str) -> Value {
        match (kind, given) {
            (Kind::List(of), Value::Array(items)) => {
                let item = |(place, item)| self.value(of, item, &format!("{path}[{}]", place + 1));
                items.iter().enumerate().map(item).collect()
            }
            (Kind::Map(of), Value::Object(entries)) => {
                let entry =
                    |(name, entry): (&String, &Value)| (name.clone(), self.value(of, entry, &format!("{path}.{name}")));
                Value::Object(entries.iter().map(entry).collect())
            }
            (Kind::Object(name), Value::Object(fields)) => {
                let description = self.description;
                let known = description.fields(name).unwrap_or_default();
                Value::Object(self.fields(known, fields, &format!("{path}.")))
            }
            (kind, Value::String(text)) => kind.parse(text).unwrap_or_else(|why| {
                self.wrong.push(violation(path, &format!("cannot be read: {why}"), false));
                Value::Null
            }),
            _ => given.clone(),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn read(product: &str, operation: &str, given: &Value) -> Result<Value, Vec<Value>> {
        let product = apsara_catalog::product(product, None).unwrap();
        let description = product.operation(operation).unwrap().describe().unwrap();
        typed(&description, given.as_object().unwrap()).map(Value::Object)
    }

    #[test]
    fn texts_become_what_their_parameters_are() {
        let given = json!({ "PageSize": "10", "Region": "cn-shanghai" });
        let expected = json!({ "PageSize": 10, "Region": "cn-shanghai" });
        assert_eq!(read("live", "DescribeLivePullToPushList", &given), Ok(expected));
        let given = json!({ "Tag": [{ "Key": "1" }], "ResourceId": ["2"] });
        assert_eq!(read("live", "TagLiveResources", &given), Ok(given));
        let given = json!({ "body": { "count": "2", "auto_scaling": { "enable": "true" } } });
        let expected = json!({ "body": { "count": 2, "auto_scaling": { "enable": true } } });
        assert_eq!(read("cs", "CreateClusterNodePool", &given), Ok(expected));
    }

    #[test]
    fn what_cannot_be_read_is_named_and_not_shown() {
        let wrong = read("live", "DescribeLivePullToPushList", &json!({ "PageSize": "canary", "PageNumber": "1" }))
            .unwrap_err();
        assert_eq!(wrong.len(), 1);
        assert_eq!(wrong[0]["parameter"], "PageSize");
        assert!(wrong[0]["rule"].as_str().unwrap().contains("integer") && !wrong[0].to_string().contains("canary"));
    }
}
