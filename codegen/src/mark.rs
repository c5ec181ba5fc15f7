//! Marks what an overlay calls sensitive, wherever a name or a path leads.

use serde_json::Value;

use crate::facts::is_sensitive;
use crate::product::Product;
use crate::spec::{Api, Schema};

/// Marks every parameter of a name, or what a path with dots leads to: a part of a parameter, or a field of the answer. Returns whether
/// all of it was sensitive already, nothing if there is no such thing.
///
/// What stands behind a reference is marked in the component, and so in every operation that has it.
pub(crate) fn mark(api: &mut Api, product: &mut Product, name: &str) -> Option<bool> {
    let mut found: Option<bool> = None;
    let mut note = |known: Option<bool>| {
        if let Some(known) = known {
            found = Some(found.unwrap_or(true) && known);
        }
    };
    for parameter in &mut api.parameters {
        if parameter.name == name {
            note(Some(is_sensitive(name, &parameter.schema)));
            parameter.schema.sensitive = true;
        } else if let Some(path) = name.strip_prefix(&parameter.name).and_then(|rest| rest.strip_prefix('.')) {
            note(below(&mut parameter.schema, path, product));
        }
    }
    if let Some(response) = &mut api.response {
        note(below(response, name, product));
    }
    found
}

/// Marks what a path leads to below a schema.
fn below(schema: &mut Schema, path: &str, product: &mut Product) -> Option<bool> {
    let mut schema = schema;
    let most = product.components.len();
    let mut component: Option<(String, Vec<&str>)> = None;
    // A chain of references that ends in itself leads nowhere.
    let mut followed = 0;
    let mut left = path.split('.').peekable();
    while let Some(part) = left.peek().copied() {
        if let Some(reference) = &schema.reference {
            let name = reference.strip_prefix("#/components/schemas/")?.to_owned();
            followed += 1;
            schema = product.components.get_mut(&name).filter(|_| followed <= most)?;
            component = Some((name, Vec::new()));
        } else if schema.properties.is_empty() {
            // A path names neither the elements of a list nor the values of a map.
            schema = schema.items.as_deref_mut().or(schema.additional.as_deref_mut())?;
        } else {
            schema = schema.properties.get_mut(part)?;
            component.iter_mut().for_each(|(_, steps)| steps.push(part));
            followed = 0;
            left.next();
        }
    }
    let known = is_sensitive(path.rsplit('.').next().unwrap_or(path), schema);
    schema.sensitive = true;
    let Some((name, steps)) = component else { return Some(known) };
    in_source(&mut product.source["components"]["schemas"][&name], &steps);
    // The overlay of another operation may have marked it before.
    Some(false)
}

/// Marks it where the version's own words are kept as well, of which programs describe an operation alone.
fn in_source(mut schema: &mut Value, steps: &[&str]) {
    for step in steps {
        while !schema["properties"].is_object() {
            let inner = if schema["items"].is_object() { "items" } else { "additionalProperties" };
            match schema.get_mut(inner) {
                Some(below) if below.is_object() => schema = below,
                _ => return,
            }
        }
        schema = &mut schema["properties"][*step];
    }
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("sensitive".to_owned(), Value::Bool(true));
    }
}
