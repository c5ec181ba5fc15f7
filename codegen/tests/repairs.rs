//! What the portal publishes and nobody can mend there: how it is read, and that it is told.

#![allow(clippy::unwrap_used)]

mod common;

use apsara_codegen::{Options, describe, generate};
use common::{OPERATION, PRODUCT, file, generated, sources};

#[test]
fn what_the_portal_publishes_wrongly_is_read_as_the_official_sdks_read_it() {
    let operation = |entries: &str, parameters: &str| {
        format!(
            r#"{{ "methods": ["post"], "security": [{{ "AK": [] }}], "responses": [], {entries} "parameters": [{parameters}] }}"#
        )
    };
    let text = |name: &str, location: &str| {
        format!(r#"{{ "name": "{name}", "in": "{location}", "schema": {{ "type": "string" }} }}"#)
    };
    let operations = [
        ("Wildcard", operation(r#""path": "/api/*","#, &text("requestPath", "path"))),
        ("Slash", operation(r#""path": "a/b","#, "")),
        ("Case", operation(r#""path": "/a/{clusterId}","#, &text("ClusterId", "path"))),
        ("Missing", operation(r#""path": "/a/{id}","#, "")),
        ("NoPlace", operation(r#""path": "/a","#, &text("id", "path"))),
        ("Form", operation("", &format!("{}, {}", text("A", "formData"), text("B", "body")))),
        (
            "Twice",
            operation("", &format!("{}, {}", text("A", "query"), text("A", "query").replace("string", "integer"))),
        ),
        (
            "Kinds",
            operation(
                r#""summary": 1, "deprecated": "yes", "errorCodes": { "400": "C", "x": [{ "errorCode": "C" }] },"#,
                "",
            ),
        ),
        (
            "Limits",
            operation(
                "",
                r#"{ "name": "N", "in": "query", "schema": { "type": "strng", "minimum": "few", "enum": {}, "pattern": "(a)\\1" } }"#,
            ),
        ),
        ("Home", operation("", r#"{ "name": "Home", "in": "host", "schema": { "type": "string" } }"#)),
        ("Lost", operation(r#""path": "/l","#, &text("Home", "path"))),
        ("Speaker", operation("", "").replace("AK", "AliGenie_Auth_SPI")),
        ("Wrapped", format!(r#"{{ "code": 0, "data": {} }}"#, operation("", &text("A", "query")))),
        (
            "Keys",
            operation(
                r#""summary": "A.", "summary": "B.","#,
                &text("A", "query").replace("\"in\"", "\"in\": \"body\", \"in\""),
            ),
        ),
        ("Socket", operation(r#""schemes": ["wss"],"#, "")),
    ];
    let named: Vec<(String, String)> =
        operations.iter().map(|(name, text)| (format!("{name}.json"), text.clone())).collect();
    let mut files: Vec<(&str, &str)> = named.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    files.push(("product.json", PRODUCT));
    let refusals = generate(&sources(&files), "api-specs", &Options::default()).unwrap_err();
    assert_eq!(refusals.all().len(), 1, "{refusals}");

    let mut options = Options::default();
    options.keep_going = true;
    let generated = generate(&sources(&files), "api-specs", &options).unwrap();
    let mut told: Vec<String> = generated.refusals.iter().map(|refusal| format!("left out: {refusal}")).collect();
    told.extend(generated.repairs.iter().map(|repair| format!("repaired: {repair}")));
    insta::assert_snapshot!(told.join("\n"));

    let generated_operations = generated.files.iter().filter(|file| file.operation.is_some()).count();
    assert_eq!(generated_operations, operations.len() - 1, "all but the one that is left out");
    let row = |name: &str, row: &str| {
        let text = file(&generated.files, &format!("{name}.rs"));
        assert!(text.contains(row), "{row} is not in\n{text}");
    };
    row("wildcard", r#""/{+requestPath}""#);
    row("case", r#"rt::field!("clusterId", cluster_id).path()"#);
    row("missing", r#"rt::field!("id", id).path()"#);
    row("form", r#"rt::field!("B", b).form()"#);
    row("lost", r#"rt::field!("Home", home).host()"#);
    row("keys", r#"rt::field!("A", a)]"#);
    row("wrapped", r#"rt::field!("A", a)"#);
}

#[test]
fn white_space_around_what_the_cloud_calls_something_is_not_read() {
    let operation = r#"{ "methods": ["post"], "security": [{ "AK": [] }], "responses": {},
        "errorCodes": { "400": [{ "errorCode": "A.B\t" }, { "errorCode": "C" }] },
        "parameters": [{ "name": "P", "in": "query", "schema": { "type": "string", "enum": [" AES_128", "b c"] } }] }"#;
    let product = PRODUCT.replace(
        "\"title\"",
        r#""endpoints": [{ "regionId": "ap-southeast-5", "endpoint": "things.example.com\t" }], "title""#,
    );
    let files = [("product.json", &*product), ("Spaced.json", operation)];
    let generated = generate(&sources(&files), "api-specs", &Options::default()).unwrap();
    let text = file(&generated.files, "spaced.rs");
    assert!(text.contains(r#"("A.B", Self::AB)"#) && text.contains(r#"["AES_128", "b c"]"#), "{text}");
    assert!(file(&generated.files, "endpoints.rs").contains(r#""things.example.com""#));
    let told: Vec<String> = generated.repairs.iter().map(ToString::to_string).collect();
    let folder = common::VERSION;
    assert_eq!(
        told,
        [
            format!(
                "{folder}/Spaced.json /errorCodes/400/0/errorCode: white space stands around `A.B`; read without it"
            ),
            format!(
                "{folder}/Spaced.json /parameters/0/schema/enum/0: white space stands around `AES_128`; read without it"
            ),
            format!(
                "{folder}/product.json /endpoints/0/endpoint: white space stands around `things.example.com`; read without it"
            ),
        ]
    );
}

#[test]
fn limits_that_are_published_upside_down_limit_nothing() {
    let limits = r#""minimum": 9, "maximum": 1, "minLength": 3, "maxLength": 2, "minItems": 1, "maxItems": 0"#;
    let operation = |schema: &str| {
        format!(
            r#"{{ "methods": ["post"], "security": [{{ "AK": [] }}], "parameters": [{{ "name": "P", "in": "query", "style": "json", "schema": {schema} }}], "responses": {{}} }}"#
        )
    };
    let (own, shared) = (operation(&format!("{{ {limits} }}")), operation(r##"{ "$ref": "#/components/schemas/C" }"##));
    // What operations share is as they are, in whichever file it stands.
    let component =
        format!(r#""components": {{ "schemas": {{ "C": {{ "properties": {{ "P": {{ {limits} }} }} }} }} }}, "title""#);
    let product = PRODUCT.replace("\"title\"", &component);
    let files = [("product.json", &*product), ("Own.json", &*own), ("Shared.json", &*shared)];
    let generated = generate(&sources(&files), "api-specs", &Options::default()).unwrap();
    let told = generated.repairs.iter().filter(|repair| repair.to_string().contains("is greater than")).count();
    assert_eq!(told, 6, "{:?}", generated.repairs);
    for file in &generated.files {
        let mut rows = file.text.lines().filter(|line| line.contains("rt::field!"));
        let limited = rows.find(|row| [".range(", ".length(", ".items("].iter().any(|limit| row.contains(limit)));
        assert_eq!(limited, None, "{}", file.text);
    }
}

#[test]
fn what_a_product_json_does_not_say_is_that_of_the_document_beside_it() {
    let document = format!(
        r##"{{ "info": {{ "style": "RPC", "product": "Test", "version": "2026-01-01" }},
            "endpoints": [{{ "regionId": "cn-a", "endpoint": "things.example.com" }}],
            "directories": [{{ "title": "Things", "children": ["Get"] }}],
            "components": {{ "schemas": {{ "Thing": {{ "type": "object", "properties": {{ "Id": {{ "type": "string" }} }} }} }} }},
            "apis": {{ "Get": {} }} }}"##,
        OPERATION.replace(
            "\"responses\": {}",
            r##""responses": { "200": { "schema": { "properties": { "It": { "$ref": "#/components/schemas/Thing" } } } } }"##,
        ),
    );
    let mut options = Options::default();
    options.with_data = true;
    let files = [("product.json", PRODUCT), ("api-docs.json", &*document)];
    let mut generated = generate(&sources(&files), "api-specs", &options).unwrap();
    assert!(file(&generated.files, "get.rs").contains("pub it: Option<Thing>"));
    assert!(file(&generated.files, "endpoints.rs").contains("things.example.com"));
    assert!(file(&generated.files, "mod.rs").contains("**Things**"));
    let shared = generated.data.remove(0).shared;
    assert!(shared["components"]["schemas"]["Thing"].is_object() && shared["title"] == "Test Service", "{shared}");
    // What it says is so.
    let ours = PRODUCT
        .replace("\"title\"", r#""endpoints": [{ "regionId": "cn-a", "endpoint": "ours.example.com" }], "title""#);
    let files = common::generated(&[("product.json", &ours), ("api-docs.json", &document)]).unwrap();
    let endpoints = file(&files, "endpoints.rs");
    assert!(endpoints.contains("ours.example.com") && !endpoints.contains("things.example.com"), "{endpoints}");
}

#[test]
fn a_component_that_is_refused_takes_what_holds_it_along_and_nothing_else() {
    let operation = |schema: &str| {
        format!(
            r#"{{ "$schema": "s", "methods": ["post"], "security": [{{ "AK": [] }}], "parameters": [], "responses": {{ "200": {{ "schema": {schema} }} }} }}"#
        )
    };
    let product = PRODUCT.replace(
        "\"title\"",
        r##""components": { "schemas": {
            "Broken": { "type": "object", "properties": { "List": { "type": "array" } } },
            "Holder": { "type": "object", "properties": { "It": { "$ref": "#/components/schemas/Broken" } } },
            "Sound": { "type": "object", "properties": { "Next": { "$ref": "#/components/schemas/Sound" } } }
        } }, "title""##,
    );
    let (holds, other) = (
        operation(r##"{ "$ref": "#/components/schemas/Holder" }"##),
        operation(r##"{ "$ref": "#/components/schemas/Sound" }"##),
    );
    let files = [("product.json", &*product), ("Holds.json", &*holds), ("Other.json", &*other)];
    let mut options = Options::default();
    options.keep_going = true;
    let generated = generate(&sources(&files), "api-specs", &options).unwrap();
    let operations: Vec<&str> =
        generated.files.iter().filter_map(|file| file.operation.as_ref()).map(|(_, name)| name.as_str()).collect();
    assert_eq!(operations, ["Other"]);
    assert_eq!(generated.refusals.len(), 1, "{:?}", generated.refusals);
}

#[test]
fn a_published_parameter_whose_name_is_no_text_is_refused_for_nothing_could_be_sent() {
    let operation = r#"{ "methods": ["post"], "security": [{ "AK": [] }], "responses": {}, "parameters": [{ "name": 1, "in": "query" }] }"#;
    let refusals = generate(
        &sources(&[("product.json", PRODUCT), ("Numbered.json", operation)]),
        "api-specs",
        &Options::default(),
    );
    let told = refusals.unwrap_err().to_string();
    assert!(told.contains("/parameters/0/name: a number stands where a text is expected"), "{told}");
}

#[test]
fn an_operation_without_a_name_is_refused_for_nothing_could_call_it() {
    let operation = r#"{ "methods": ["post"], "security": [{ "AK": [] }], "responses": {}, "parameters": [] }"#;
    let mut options = Options::default();
    options.keep_going = true;
    for (file, text) in [
        (".json", operation.to_owned()),
        (
            "api-docs.json",
            format!(r#"{{ "info": {{ "product": "Test", "version": "2026-01-01" }}, "apis": {{ "": {operation} }} }}"#),
        ),
    ] {
        let files = sources(&[("product.json", PRODUCT), (file, &text)]);
        let told = generate(&files, "api-specs", &Options::default()).unwrap_err().to_string();
        assert!(told.contains("an operation has no name"), "{told}");
        assert!(describe(&files, &options).unwrap_or_default().is_empty());
    }
}

#[test]
fn the_id_of_a_request_is_a_text_whatever_the_documents_call_it() {
    for schema in [
        r#"{ "type": "string" }"#,
        r#"{ "type": "integer", "format": "int64", "minimum": 1 }"#,
        r#"{ "type": "any" }"#,
        r#"{ "type": "object", "properties": { "Id": { "type": "string" } } }"#,
    ] {
        let properties = format!(r#"{{ "type": "object", "properties": {{ "requestId": {schema} }} }}"#);
        let responses = format!(r#""responses": {{ "200": {{ "schema": {properties} }} }}"#);
        let spec = OPERATION.replace("\"responses\": {}", &responses);
        let files = generated(&[("product.json", PRODUCT), ("Smallest.json", &spec)]).unwrap();
        let text = file(&files, "smallest.rs");
        assert!(text.contains("    pub request_id: String,\n"), "{schema}: {text}");
        assert!(text.contains("&[rt::field!(\"requestId\", request_id)];\n"), "{schema}: {text}");
    }
}
