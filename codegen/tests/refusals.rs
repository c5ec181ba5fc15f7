//! Every refusal's message: where it is, what is wrong, what to write instead.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;

use apsara_codegen::{Options, Sources, generate};
use common::{OPERATION, PRODUCT, generated};

/// One mistake for each refusal: what it is called, the file that it is in, and the file's text.
fn mistakes() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let operation = |from: &str, to: &str| vec![("Broken.json", OPERATION.replace(from, to))];
    let parameter = |parameter: &str| {
        vec![("Broken.json", OPERATION.replace("\"parameters\": []", &format!("\"parameters\": [{parameter}]")))]
    };
    let schema = |schema: &str| parameter(&format!(r#"{{ "name": "P", "in": "query", "schema": {schema} }}"#));
    let product = |from: &str, to: &str| vec![("product.json", PRODUCT.replace(from, to))];
    let overlay = |overlay: &str| {
        let spec = r#"{ "$schema": "../../schema/operation.schema.json", "summary": "S.", "methods": ["get"], "security": [{ "AK": [] }], "responses": {},
            "parameters": [{ "name": "TaskId", "in": "query", "schema": { "type": "string", "required": true, "maxLength": 9 } }],
            "errorCodes": { "400": [{ "errorCode": "Known" }] } }"#;
        vec![("Over.json", spec.to_owned()), ("Over.apsara.json", overlay.to_owned())]
    };
    let published = |text: &str| {
        let mut files = overlay(text);
        files[0].1 = files[0].1.replace(r#""$schema": "../../schema/operation.schema.json", "#, "");
        files
    };
    let listed_with = |overlay: &str| {
        vec![
            ("ListThings.json", include_str!("fixtures/ListThings.json").to_owned()),
            ("ListThings.apsara.json", overlay.to_owned()),
        ]
    };
    let listed = |pages: &str| listed_with(&format!(r#"{{ "pages": {pages} }}"#));
    let correction = |path: &str, was: &str, now: &str| {
        overlay(&format!(
            r#"{{ "corrections": [{{ "name": "n", "path": "{path}", "was": {was}, "now": {now}, "why": "w" }}] }}"#
        ))
    };
    vec![
        ("not JSON", vec![("Broken.json", "{ \"methods\": [get] }".to_owned())]),
        ("another kind of value", operation("[\"post\"]", "\"post\"")),
        ("a list of another kind", operation("[\"post\"]", "[1]")),
        ("not an object", vec![("Broken.json", "[1]".to_owned())]),
        ("no methods", operation("[\"post\"]", "[]")),
        ("no such method", operation("post", "fetch")),
        ("no such security", operation("AK", "PrivateKy")),
        ("a parameter without a name", parameter(r#"{ "in": "query" }"#)),
        ("a parameter with an empty name", parameter(r#"{ "name": "", "in": "query" }"#)),
        ("no such place", parameter(r#"{ "name": "P", "in": "querry" }"#)),
        ("no such style", parameter(r#"{ "name": "P", "in": "query", "style": "jsn" }"#)),
        (
            "a parameter twice",
            parameter(r#"{ "name": "P", "in": "query", "style": "json" }, { "name": "P", "in": "query" }"#),
        ),
        (
            "another type in another place",
            parameter(
                r#"{ "name": "P", "in": "query", "schema": { "type": "string" } }, { "name": "P", "in": "header" }"#,
            ),
        ),
        ("no way to speak", operation("\"security\"", "\"schemes\": [\"wss\"], \"security\"")),
        ("a body and a form", parameter(r#"{ "name": "P", "in": "body" }, { "name": "Q", "in": "formData" }"#)),
        ("no such type", schema(r#"{ "type": "strng" }"#)),
        ("an array of nothing", schema(r#"{ "type": "array" }"#)),
        ("limits upside down", schema(r#"{ "type": "integer", "minimum": "9", "maximum": 1 }"#)),
        ("a limit that is no number", schema(r#"{ "type": "integer", "minimum": "few" }"#)),
        ("a length that counts nothing", schema(r#"{ "type": "string", "maxLength": 1.5 }"#)),
        ("a pattern that cannot be checked", schema(r#"{ "type": "string", "pattern": "^(?!a)b" }"#)),
        ("no such component", schema(r##"{ "$ref": "#/components/schemas/Nod" }"##)),
        ("a path without its parameter", operation("\"security\"", "\"path\": \"/a/{Id}\", \"security\"")),
        (
            "a part of the query in a path",
            operation("\"security\"", "\"path\": \"/a?name={Id}\", \"security\""),
        ),
        ("a parameter without its path", parameter(r#"{ "name": "Id", "in": "path" }"#)),
        (
            "no such status",
            operation("\"responses\"", r#""errorCodes": { "4xx": [{ "errorCode": "C" }] }, "responses""#),
        ),
        (
            "white space that nobody sees",
            operation("\"responses\"", r#""errorCodes": { "400": [{ "errorCode": "C\t" }] }, "responses""#),
        ),
        ("codes that are no list", operation("\"responses\"", r#""errorCodes": { "400": "C" }, "responses""#)),
        ("no such style of product", product("RPC", "SOAP")),
        ("another version than the folder", product("2026-01-01", "2025-01-01")),
        ("no such entry of product.json", product("\"summary\"", "\"sumary\"")),
        (
            "an enum without values",
            product(
                "\"title\"",
                r#""enums": { "E": { "summary": "S.", "parameters": ["Nothing"], "values": [] } }, "title""#,
            ),
        ),
        (
            "a value twice",
            product(
                "\"title\"",
                r#""enums": { "E": { "summary": "S.", "parameters": [], "values": [{ "value": "a" }, { "value": "a" }] } }, "title""#,
            ),
        ),
        (
            "two enums of one parameter",
            [
                product(
                    "\"title\"",
                    r#""enums": {
                        "D": { "summary": "S.", "parameters": ["P"], "values": [{ "value": "a" }] },
                        "E": { "summary": "S.", "parameters": ["P"], "values": [{ "value": "a" }] } }, "title""#,
                ),
                schema(r#"{ "type": "string" }"#),
            ]
            .concat(),
        ),
        (
            "a key twice in product.json",
            product("\"title\"", r#""sdkEndpoints": { "hosts": { "h/1": ["a"], "h/1": ["b"] } }, "summary": "T.", "title""#),
        ),
        (
            "a key twice in an overlay",
            overlay(r#"{ "sensitive": ["TaskId"], "quota": { "calls": 1, "seconds": 1 }, "sensitive": [] }"#),
        ),
        ("a key twice in an operation of ours", schema(r#"{ "type": "string", "maxLength": 1, "maxLength": 2 }"#)),
        (
            "no such rule",
            product("\"title\"", r#""sdkEndpoints": { "rule": "global", "hosts": { "h": "r" } }, "title""#),
        ),
        (
            "an overlay without its operation",
            vec![("Ovr.apsara.json", "{}".to_owned()), ("Over.json", OPERATION.to_owned())],
        ),
        ("no such entry", overlay(r#"{ "qouta": { "calls": 1, "seconds": 1 } }"#)),
        ("no such word", overlay(r#"{ "repeat": "save" }"#)),
        (
            "an entry that changes nothing",
            overlay(
                r#"{ "summary": "S.", "repeat": "unsafe", "impact": "change",
                 "parameters": { "TaskId": { "required": true, "maxLength": 9 } } }"#,
            ),
        ),
        (
            "derived of nothing",
            operation(
                "\"security\"",
                r#""derived": { "quota": { "calls": 0, "seconds": 1 }, "required": ["Nothing"], "clientToken": true }, "security""#,
            ),
        ),
        ("a quota of nothing", overlay(r#"{ "quota": { "calls": 0 } }"#)),
        ("no such parameter", overlay(r#"{ "parameters": { "TaskID": { "required": false } } }"#)),
        ("no such code", overlay(r#"{ "errorCodes": { "Know": { "meaning": "M." } } }"#)),
        ("no such name", overlay(r#"{ "sensitive": ["Nothing.There"] }"#)),
        ("pages of neither kind", listed(r#"{ "items": "Data.Names" }"#)),
        (
            "pages by half a number",
            listed(r#"{ "number": "page-number", "total": "Data.TotalCount", "items": "Data.Names" }"#),
        ),
        ("pages that are only said to be", listed("true")),
        (
            "pages by what there is not",
            listed(
                r#"{ "number": "pagenumber", "size": "page_size", "total": "TotalCount", "token": "NextToken", "next": "Data.Names",
                 "more": "Data.TotalCount", "items": "Data.ThingLists" }"#,
            ),
        ),
        (
            "pages that are found by themselves",
            listed(
                r#"{ "number": "page-number", "size": "page_size", "total": "Data.TotalCount", "token": "NextToken",
                 "next": "NextToken", "items": "Data.ThingList" }"#,
            ),
        ),
        ("pages that there are not", overlay(r#"{ "pages": false }"#)),
        (
            "waits that cannot be",
            listed_with(
                r#"{ "waiters": {
                    "Thing": { "field": "Data.Totals", "until": [1] },
                    "count": { "field": "Data.TotalCount", "until": [], "failed": [1.5] },
                    "number": { "field": "Data.TotalCount", "until": ["1", 2], "failed": ["1"], "for": 3 }
                } }"#,
            ),
        ),
        (
            "a wait on what must not be repeated",
            overlay(r#"{ "waiters": { "it": { "field": "F", "until": ["a"] } } }"#),
        ),
        (
            "a call that nothing tells of",
            listed_with(
                r#"{ "reconcile": { "operation": "ListThing", "executed_when": "A = 1", "not_executed_when": 3, "when": "A == 1" } }"#,
            ),
        ),
        (
            "a question that cannot be asked",
            [
                overlay("{}"),
                listed_with(r#"{ "reconcile": { "operation": "Over", "executed_when": "RequestId == \"a\"" } }"#),
            ]
            .concat(),
        ),
        ("a question from which nothing follows", overlay(r#"{ "reconcile": { "operation": "Over" } }"#)),
        (
            "conditions on what no answer tells",
            [
                overlay(
                    r#"{ "reconcile": { "operation": "ListThings",
                        "executed_when": "Data.TotalCont == 1 || Data.TotalCount == 1",
                        "not_executed_when": "Data.TotalCount == $request.TaskIds && Data.TotalCount == $request.TaskId" } }"#,
                ),
                listed_with("{}"),
            ]
            .concat(),
        ),
        ("a correction that no longer applies", correction("/parameters/TaskId/schema/maxLength", "10", "11")),
        ("a correction of nothing", correction("/parameters/Nothing/schema", "1", "2")),
        ("a correction that changes nothing", correction("/summary", "\"S.\"", "\"S.\"")),
        (
            "an overlay beside what was published",
            published(
                r#"{ "impact": ["interrupt"], "repeat": 1, "parameters": { "TaskId": { "required": "no", "maxLength": -1 } } }"#,
            ),
        ),
        (
            "a limit that an overlay turns upside down",
            published(r#"{ "parameters": { "TaskId": { "minLength": 10 } } }"#),
        ),
    ]
}

#[test]
fn every_mistake_is_refused_with_what_to_write_instead() {
    let mut told = String::new();
    for (name, files) in mistakes() {
        let mut all: Vec<(&str, &str)> = files.iter().map(|(file, text)| (*file, text.as_str())).collect();
        if !all.iter().any(|(file, _)| *file == "product.json") {
            all.push(("product.json", PRODUCT));
        }
        let Err(refusals) = generated(&all) else { panic!("{name} is not refused") };
        told.push_str(&format!("{name}\n"));
        for refusal in refusals.all() {
            told.push_str(&format!("    {refusal}\n"));
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_folder_needs_a_description_of_its_version() {
    let refusals = generated(&[("Smallest.json", OPERATION)]).unwrap_err();
    insta::assert_snapshot!(refusals);
}

#[test]
fn an_operation_stands_in_one_file() {
    let document = format!(
        r#"{{ "info": {{ "style": "RPC", "product": "Test", "version": "2026-01-01" }}, "apis": {{ "Smallest": {OPERATION} }} }}"#
    );
    let refusals = generated(&[("api-docs.json", &document), ("Smallest.json", OPERATION)]).unwrap_err();
    insta::assert_snapshot!(refusals);
}

#[test]
fn all_refusals_of_all_files_are_told_at_once() {
    let broken = OPERATION.replace("post", "fetch").replace("AK", "PrivateKy");
    let files = [("product.json", &*PRODUCT.replace("RPC", "SOAP")), ("One.json", &*broken), ("Two.json", "nothing")];
    let refusals = generated(&files).unwrap_err();
    assert_eq!(refusals.all().len(), 4, "{refusals}");
}

#[test]
fn a_file_that_no_version_has_is_refused_with_where_it_belongs() {
    let root = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("strays");
    if root.exists() {
        fs::remove_dir_all(&root).unwrap();
    }
    for (path, text) in [
        ("test/2026-01-01/product.json", PRODUCT),
        ("test/2026-01-01/Right.json", OPERATION),
        ("schema/operation.schema.json", "{}"),
        (".editor/settings.json", "{}"),
        ("test/2026-01-01/notes.txt", "{}"),
        ("Top.json", OPERATION),
        ("test/Middle.json", OPERATION),
        ("test/2026-01-01/more/Deep.json", OPERATION),
    ] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), text).unwrap();
    }
    let sources = Sources::read(&root, "api-specs").unwrap();
    insta::assert_snapshot!(generate(&sources, "api-specs", &Options::default()).unwrap_err());

    // What was not asked for stops nothing.
    let mut options = Options::default();
    options.operations.insert("Right".to_owned());
    assert!(generate(&sources, "api-specs", &options).is_ok());
    options.operations.insert("Middle".to_owned());
    let told = generate(&sources, "api-specs", &options).unwrap_err().to_string();
    assert!(told.contains("move it to api-specs/test/VERSION/Middle.json") && !told.contains("Deep"), "{told}");
}
