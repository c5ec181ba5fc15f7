//! Components without properties that hold themselves: a list, or a map, stays one however it comes back to itself.

#![allow(clippy::unwrap_used)]

mod common;

use common::{PRODUCT, file, generated, without_the_usual};

/// Lists things by the number of a page; the list is a component.
const LIST: &str = r##"{
    "$schema": "../../schema/operation.schema.json", "summary": "Lists things.", "methods": ["get"], "security": [{ "AK": [] }],
    "operationType": "read", "systemTags": { "operationType": "list" },
    "parameters": [
        { "name": "PageNumber", "in": "query", "schema": { "type": "integer", "format": "int32" } },
        { "name": "PageSize", "in": "query", "schema": { "type": "integer", "format": "int32" } },
        { "name": "Below", "in": "query", "style": "json", "schema": { "$ref": "#/components/schemas/Things" } }
    ],
    "responses": { "200": { "schema": { "type": "object", "properties": {
        "TotalCount": { "type": "integer", "format": "int32" },
        "Items": { "$ref": "#/components/schemas/Things" }
    } } } }
}"##;

/// Generates the operation, and an earlier one that holds the same list deeper, beside components.
fn files(components: &str) -> Vec<apsara_codegen::File> {
    let product =
        PRODUCT.replace("\"title\"", &format!(r#""components": {{ "schemas": {{ {components} }} }}, "title""#));
    let deeper =
        LIST.replace("{ \"$ref\": \"#/components/schemas/Things\" }", "{ \"$ref\": \"#/components/schemas/Around\" }");
    let product = product.replace(
        "\"schemas\": {",
        r##""schemas": { "Around": { "type": "array", "items": { "$ref": "#/components/schemas/Things" } },"##,
    );
    generated(&[("product.json", &product), ("ListThings.json", LIST), ("ListAround.json", &deeper)]).unwrap()
}

/// Tells the type of the list, what its pages give one by one, and the types that are shared.
fn told(components: &str) -> String {
    let files = files(components);
    let text = file(&files, "list_things.rs");
    let line = |start: &str| text.lines().map(str::trim).find(|line| line.starts_with(start)).unwrap_or("no pages");
    let shared = files.iter().find(|file| file.path.ends_with("types.rs"));
    let shared = shared.map(|file| without_the_usual(&file.text)).unwrap_or_default();
    let shared: Vec<&str> =
        shared.lines().filter(|line| line.trim_start().starts_with(['p', '}']) || line.contains("///")).collect();
    format!("{}\n{}\n{}\n", line("pub items:"), line("type Item"), shared.join("\n"))
}

#[test]
fn a_named_list_that_holds_itself_keeps_its_type_and_its_pages() {
    let lists = [
        // Over a component.
        r##""Things": { "type": "array", "items": { "$ref": "#/components/schemas/Thing" } },
            "Thing": { "type": "object", "properties": { "Name": { "type": "string" }, "Parts": { "$ref": "#/components/schemas/Things" } } }"##,
        // Over an object that has no name.
        r##""Things": { "type": "array", "items": { "type": "object", "description": "A thing.", "properties": {
                "Name": { "type": "string" }, "Parts": { "$ref": "#/components/schemas/Things" },
                "Size": { "type": "object", "properties": { "Of": { "$ref": "#/components/schemas/Things" } } } } } }"##,
        // Over another that is a map.
        r##""Things": { "type": "array", "items": { "$ref": "#/components/schemas/ByName" } },
            "ByName": { "type": "object", "additionalProperties": { "type": "object", "properties": { "Parts": { "$ref": "#/components/schemas/Things" } } } }"##,
        // Over nothing: there is no end.
        r##""Things": { "type": "array", "items": { "$ref": "#/components/schemas/Things" } }"##,
        r##""Things": { "type": "array", "items": { "$ref": "#/components/schemas/Others" } },
            "Others": { "type": "array", "items": { "$ref": "#/components/schemas/Things" } }"##,
    ];
    insta::assert_snapshot!(lists.map(told).join("\n----\n\n"));
}

#[test]
fn references_that_lead_back_to_themselves_hold_anything() {
    let (holds, pages) =
        ("pub items: Option<rt::Json>,\nno pages\n", r##""Things": { "$ref": "#/components/schemas/Things" }"##);
    assert!(told(pages).starts_with(holds), "{}", told(pages));
}
