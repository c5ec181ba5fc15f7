//! The parameters of an operation and the fields of its answer, as the page shows them.

use apsara_catalog::{Operation, Schema};
use serde_json::{Map, Value, json};

/// Objects in objects are shown so deep; some hold themselves.
const DEEPEST: usize = 6;

/// What a row says of each value, and not of the list that holds it.
const OF_ITEMS: [&str; 8] = ["oneOf", "oneOfNumbers", "atLeast", "atMost", "moreThan", "lessThan", "length", "pattern"];

/// Writes down the parameters: what the runtime checks, by its own description, and what the documents say beside it. Those that
/// are required come first.
pub(crate) fn parameters(operation: &Operation, described: &Value) -> Vec<Value> {
    let known = operation.parameters();
    let rows = described["parameters"].as_array().into_iter().flatten();
    let mut out: Vec<Value> = Vec::new();
    for row in rows {
        let name = row["name"].as_str().unwrap_or_default();
        let parameter = known.iter().find(|parameter| parameter.name == name);
        let mut field = field(row, parameter.map(|parameter| parameter.schema), &described["objects"], 0);
        if let Some(parameter) = parameter {
            put(&mut field, "place", Some(parameter.place.to_owned()));
            put(&mut field, "example", operation.example(parameter));
        }
        let titles = titles(operation, name);
        if !titles.is_empty() {
            field.insert("titles".to_owned(), Value::Object(titles));
        }
        out.push(Value::Object(field));
    }
    sort(&mut out);
    out
}

/// Sorts what must be given to the front, and what should not be given any more to the end.
fn sort(fields: &mut [Value]) {
    fields.sort_by_key(|field| (field["required"] != true, field["deprecated"] == true));
}

fn field(row: &Value, schema: Option<Schema<'_>>, objects: &Value, depth: usize) -> Map<String, Value> {
    let mut out = typed(&row["type"], schema, objects, depth);
    for (key, value) in row.as_object().into_iter().flatten() {
        if !["type", "in", "alsoIn", "shape"].contains(&key.as_str()) {
            out.insert(key.clone(), value.clone());
        }
    }
    if let Some(Value::Object(item)) = out.get("item").cloned() {
        let facts = OF_ITEMS.iter().filter_map(|key| Some(((*key).to_owned(), out.remove(*key)?)));
        let facts: Vec<_> = facts.collect();
        out.insert("item".to_owned(), Value::Object(item.into_iter().chain(facts).collect()));
    }
    let Some(schema) = schema else { return out };
    put(&mut out, "description", schema.description().map(str::to_owned));
    for key in ["example", "default"] {
        put(&mut out, key, schema.fact(key));
    }
    if schema.fact("deprecated").as_deref() == Some("true") {
        out.insert("deprecated".to_owned(), json!(true));
    }
    out
}

/// Writes down what a value is, by the type that the runtime's description has for it.
fn typed(of: &Value, schema: Option<Schema<'_>>, objects: &Value, depth: usize) -> Map<String, Value> {
    let mut out = Map::new();
    let mut is = |kind: &str| out.insert("type".to_owned(), json!(kind));
    if let Some(kind) = of.as_str() {
        is(kind);
    } else if depth >= DEEPEST {
        is("json");
    } else if let Some(item) = of.get("list").or_else(|| of.get("map")) {
        is(if of.get("list").is_some() { "list" } else { "map" });
        let inner = schema.map(|schema| if of.get("list").is_some() { schema.items() } else { schema.entries() });
        let mut item = typed(item, inner, objects, depth + 1);
        put(&mut item, "example", inner.and_then(|schema| schema.fact("example")));
        out.insert("item".to_owned(), Value::Object(item));
    } else if let Some(name) = of["object"].as_str() {
        is("object");
        let properties = schema.map(|schema| schema.properties()).unwrap_or_default();
        let rows = objects[name].as_array().into_iter().flatten();
        let of_row = |row: &Value| {
            let inner = properties.iter().find(|(name, _)| row["name"] == **name).map(|(_, schema)| *schema);
            Value::Object(field(row, inner, objects, depth + 1))
        };
        let mut fields: Vec<Value> = rows.map(of_row).collect();
        sort(&mut fields);
        out.insert("fields".to_owned(), Value::Array(fields));
    }
    out
}

/// Returns what the values of a parameter are called, where our file of the product says it.
fn titles(operation: &Operation, name: &str) -> Map<String, Value> {
    let named = operation.shared()["enums"].as_object().into_iter().flatten().map(|(_, named)| named);
    let of_this =
        |named: &&Value| named["parameters"].as_array().is_some_and(|names| names.iter().any(|it| it == name));
    let values = named.into_iter().find(of_this).and_then(|named| named["values"].as_array());
    let title = |value: &Value| {
        let title = value["title"].as_str()?;
        let known = if value["documented"] == false { ", not documented" } else { "" };
        Some((value["value"].as_str()?.to_owned(), json!(format!("{title}{known}"))))
    };
    values.into_iter().flatten().filter_map(title).collect()
}

/// Writes down the fields of an answer.
pub(crate) fn response(schema: Schema<'_>, depth: usize) -> Value {
    let mut out = Map::from_iter([("type".to_owned(), json!(schema.type_name()))]);
    put(&mut out, "description", schema.description().map(str::to_owned));
    put(&mut out, "example", schema.fact("example"));
    let inner = if schema.kind() == "array" { schema.items() } else { schema };
    let properties = if depth < DEEPEST { inner.properties() } else { Vec::new() };
    if !properties.is_empty() {
        let one = |(name, schema): (&str, Schema<'_>)| {
            let mut field = response(schema, depth + 1);
            field["name"] = json!(name);
            field
        };
        out.insert("fields".to_owned(), properties.into_iter().map(one).collect());
    }
    Value::Object(out)
}

fn put(out: &mut Map<String, Value>, key: &str, text: Option<String>) {
    out.extend(text.map(|text| (key.to_owned(), Value::String(text))));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn all(product: &str, operation: &str) -> Vec<Value> {
        let operation = apsara_catalog::product(product, None).unwrap().operation(operation).unwrap();
        parameters(&operation, &operation.described().unwrap())
    }

    fn find<'f>(fields: &'f [Value], name: &str) -> &'f Value {
        fields.iter().find(|field| field["name"] == name).unwrap()
    }

    #[test]
    fn a_parameter_has_the_limits_that_are_checked_and_what_documents_say() {
        let fields = all("live", "CreateLivePullToPush");
        assert_eq!(fields[0]["required"], true);
        let interval = find(&fields, "RetryInterval");
        assert_eq!(
            (&interval["type"], &interval["atLeast"], &interval["atMost"]),
            (&json!("int32"), &json!(60.0), &json!(300.0))
        );
        assert_eq!((&interval["default"], &interval["example"]), (&json!("60"), &json!("60")));
        let urls = find(&fields, "SourceUrls");
        assert_eq!(
            (&urls["type"], &urls["items"], &urls["item"]["type"]),
            (&json!("list"), &json!([1, 30]), &json!("text"))
        );
        let region = find(&fields, "Region");
        assert_eq!(region["titles"]["cn-shanghai"], "China (Shanghai)");
        assert_eq!(region["titles"]["preregion"], "a pre-release environment, not documented");
    }

    #[test]
    fn what_is_inside_of_a_parameter_is_there() {
        let tag = all("live", "TagLiveResources");
        let tag = find(&tag, "Tag");
        assert_eq!(tag["type"], "list");
        let names: Vec<&Value> = tag["item"]["fields"].as_array().unwrap().iter().map(|field| &field["name"]).collect();
        assert_eq!(names, ["Key", "Value"]);
    }

    #[test]
    fn every_operation_that_is_shipped_has_a_form() {
        fn check(field: &Value) {
            assert!(field["type"].is_string(), "{field}");
            field["fields"].as_array().into_iter().flatten().chain(field.get("item")).for_each(check);
        }
        let mut operations = 0;
        for version in apsara_catalog::products() {
            let product = apsara_catalog::Product::from(version);
            // All of them would take some seconds.
            for name in product.operations().into_iter().step_by(7) {
                let operation = product.decode(name).unwrap();
                parameters(&operation, &operation.described().unwrap()).iter().for_each(check);
                operations += 1;
            }
        }
        assert!(operations > 100, "{operations}");
    }
}
