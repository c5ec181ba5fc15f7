//! What an overlay says, and everything that it reaches.

#![allow(clippy::unwrap_used)]

mod common;

use apsara_codegen::{File, Options, describe_data, generate};
use common::{PRODUCT, file, generated, sources};
use serde_json::Value;

/// A version with components: one that is an object, one that refers to it, one that is sensitive itself.
fn product() -> String {
    let components = r##""components": { "schemas": {
        "Model": { "type": "object", "properties": {
            "apiKey": { "type": "string" },
            "Inner": { "$ref": "#/components/schemas/Model" },
            "Pin": { "$ref": "#/components/schemas/Pin" }
        } },
        "Alias": { "$ref": "#/components/schemas/Model" },
        "Round": { "$ref": "#/components/schemas/Round" },
        "Pin": { "type": "string", "sensitive": true }
    } }, "title""##;
    PRODUCT.replace("\"title\"", components)
}

fn operation(parameters: &str, response: &str) -> String {
    format!(
        r#"{{ "methods": ["post"], "security": [{{ "AK": [] }}], "parameters": [{parameters}],
            "responses": {{ "200": {{ "schema": {response} }} }} }}"#
    )
}

/// Returns the names of all rows that are sensitive.
fn hidden(files: &[File]) -> Vec<String> {
    let lines = files.iter().flat_map(|file| file.text.lines());
    // The types of answers stand behind those of requests in a file.
    let row = |line: &str| {
        let rows = line.split("rt::field!(\"").skip(1).filter(|row| row.contains(".sensitive()"));
        rows.filter_map(|row| Some(row.split_once('"')?.0.to_owned())).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = lines.flat_map(row).collect();
    names.sort();
    names
}

#[test]
fn a_path_leads_into_parameters_and_through_references() {
    let of_parts = r#"{ "name": "Tunnel", "in": "query", "style": "flat", "schema": { "type": "array", "items": { "type": "object",
        "properties": { "Ike": { "type": "object", "properties": { "Psk": { "type": "string" } } } } } } }"#;
    let referred =
        r##"{ "name": "Body", "in": "query", "style": "json", "schema": { "$ref": "#/components/schemas/Alias" } }"##;
    let map = r#"{ "type": "object", "properties": { "Keys": { "type": "object", "additionalProperties": { "type": "object",
        "properties": { "Sk": { "type": "string" } } } } } }"#;
    let alias = r##"{ "$ref": "#/components/schemas/Alias" }"##;
    let hidden_by = |parameters: &str, response: &str, path: &str| {
        let product = product();
        let (spec, overlay) = (operation(parameters, response), format!(r#"{{ "sensitive": ["{path}"] }}"#));
        let files = [("product.json", &*product), ("Over.json", &*spec), ("Over.apsara.json", &*overlay)];
        generated(&files).map(|files| hidden(&files))
    };
    for (parameters, response, path, expected) in [
        (of_parts, "{}", "Tunnel.Ike.Psk", vec!["Psk"]),
        (referred, "{}", "Body.apiKey", vec!["Pin", "apiKey"]),
        (referred, "{}", "Body.Inner.Inner.apiKey", vec!["Pin", "apiKey"]),
        (referred, "{}", "Body", vec!["Body", "Pin"]),
        ("", map, "Keys.Sk", vec!["Sk"]),
        ("", alias, "apiKey", vec!["Pin", "apiKey", "apiKey"]),
    ] {
        let mut found = hidden_by(parameters, response, path).unwrap();
        let mut expected = expected;
        // An answer that is a component has its fields, and the component may be a type beside it.
        found.dedup();
        expected.dedup();
        assert_eq!(found, expected, "{path}");
    }
    for path in ["Body.Nothing", "Body.apiKey.More", "Bod"] {
        let told = hidden_by(referred, "{}", path).unwrap_err().to_string();
        assert!(told.contains(&format!("there is no parameter and no field `{path}`")), "{told}");
    }
    let round = r##"{ "$ref": "#/components/schemas/Round" }"##;
    assert!(hidden_by("", round, "Any").is_err(), "what refers to itself has an end");
}

#[test]
fn what_an_overlay_marks_in_a_component_is_marked_where_the_specs_are_data() {
    let product = product();
    let referred = operation(
        r##"{ "name": "Body", "in": "query", "style": "json", "schema": { "$ref": "#/components/schemas/Alias" } }"##,
        "{}",
    );
    let files = [
        ("product.json", &*product),
        ("Marks.json", &*referred),
        ("Marks.apsara.json", r#"{ "sensitive": ["Body.apiKey"] }"#),
        ("Other.json", &*referred),
    ];
    let mut options = Options::default();
    options.with_data = true;
    let data = generate(&sources(&files), "api-specs", &options).unwrap().data.remove(0);
    for (name, operation) in &data.operations {
        let overlay = operation.get("overlay");
        let described = describe_data("test", &data.shared, name, &operation["spec"], overlay).unwrap();
        let fields = described["objects"]["Model"].as_array().unwrap();
        let key: Vec<&Value> = fields.iter().filter(|field| field["name"] == "apiKey").collect();
        assert_eq!(key[0]["sensitive"], true, "{name}: {described}");
    }
}

#[test]
fn an_entry_holds_wherever_what_it_names_stands() {
    let parameter = |place: &str, description: &str, more: &str| {
        format!(
            r#"{{ "name": "Token", "in": "{place}", "schema": {{ "type": "string", "description": "{description}" {more} }} }}"#
        )
    };
    let (short, long) = ("Short.", "A description that is longer.");
    let overlay = r#"{ "sensitive": ["Token"], "parameters": { "Token": { "maxLength": 9 } } }"#;
    let row = |parameters: &[String], overlay: Option<&str>| {
        let spec = operation(&parameters.join(", "), "{}");
        let mut files = vec![("product.json", PRODUCT), ("Over.json", &*spec)];
        files.extend(overlay.map(|overlay| ("Over.apsara.json", overlay)));
        let files = generated(&files).unwrap();
        let text = file(&files, "over.rs").to_owned();
        text.lines().find(|line| line.contains("rt::field!(\"Token\"")).unwrap().to_owned()
    };
    for (query, header) in [(short, long), (long, short)] {
        let (query, header) = (parameter("query", query, ""), parameter("header", header, ""));
        for parameters in [[query.clone(), header.clone()], [header, query]] {
            let row = row(&parameters, Some(overlay));
            assert!(row.contains(".sensitive()") && row.contains(".longest(9)"), "{row}");
        }
    }
    // What the spec itself says of the one, it says of both; alike or not.
    let secret = r#", "sensitive": true"#;
    for (description, other) in [(short, long), (long, short)] {
        for place in ["query", "header"] {
            let row = row(&[parameter("query", description, secret), parameter(place, other, "")], None);
            assert!(row.contains(".sensitive()"), "{row}");
        }
    }
    let referred = r##"{ "name": "Token", "in": "query", "schema": { "$ref": "#/components/schemas/Id" } }"##;
    let product = PRODUCT.replace(
        "\"title\"",
        r#""components": { "schemas": { "Id": { "type": "string", "minLength": 2 } } }, "title""#,
    );
    let spec = operation(referred, "{}");
    let overlay = r#"{ "parameters": { "Token": { "maxLength": 9 } } }"#;
    let files = [("product.json", &*product), ("Over.json", &*spec), ("Over.apsara.json", overlay)];
    let files = generated(&files).unwrap();
    assert!(file(&files, "over.rs").contains(".length(2, 9)"), "{}", file(&files, "over.rs"));
}

#[test]
fn our_meaning_of_a_code_is_that_of_each_of_its_statuses() {
    let spec = operation("", "{}").replace(
        "\"responses\"",
        r#""errorCodes": { "400": [{ "errorCode": "A" }], "409": [{ "errorCode": "A" }] }, "responses""#,
    );
    let overlay = r#"{ "errorCodes": { "A": { "meaning": "Ours." } } }"#;
    let files = [("product.json", PRODUCT), ("Over.json", &*spec), ("Over.apsara.json", overlay)];
    let files = generated(&files).unwrap();
    assert_eq!(file(&files, "over.rs").matches(": Ours.").count(), 2, "{}", file(&files, "over.rs"));
}
