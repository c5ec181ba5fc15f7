//! What is generated from fixtures of one concept each. A snapshot leaves out what every type has.

#![allow(clippy::unwrap_used)]

mod common;

use apsara_codegen::{Options, describe};
use common::{OPERATION, PRODUCT, file, generated, sources, without_the_usual};

macro_rules! fixture {
    ($name:literal) => {
        (concat!($name, ".json"), include_str!(concat!("fixtures/", $name, ".json")))
    };
}

/// Generates an operation from its fixture and the files beside it, and returns its file.
fn operation(name: &str, files: &[(&str, &str)]) -> String {
    let mut all = vec![("product.json", PRODUCT)];
    all.extend(files);
    without_the_usual(file(&generated(&all).unwrap(), name))
}

#[test]
fn every_type_has_its_rust_type() {
    insta::assert_snapshot!(operation("scalars.rs", &[fixture!("Scalars")]));
}

#[test]
fn lists_and_objects_are_written_in_their_style() {
    insta::assert_snapshot!(operation("styles.rs", &[fixture!("Styles")]));
}

#[test]
fn a_parameter_travels_where_the_spec_says() {
    let product = PRODUCT.replace("RPC", "ROA");
    let files = generated(&[("product.json", &product), fixture!("Locations")]).unwrap();
    insta::assert_snapshot!(without_the_usual(file(&files, "locations.rs")));
}

#[test]
fn objects_in_an_answer_are_types_of_their_own() {
    insta::assert_snapshot!(operation("nested.rs", &[fixture!("Nested")]));
}

#[test]
fn an_answer_that_is_a_list_is_the_body_and_a_parameter_listed_twice_is_one() {
    insta::assert_snapshot!(operation("answers.rs", &[fixture!("Answers")]));
}

#[test]
fn a_list_that_an_object_in_an_answer_holds_alone_is_a_list() {
    insta::assert_snapshot!(operation("wrapped.rs", &[fixture!("Wrapped")]));
}

#[test]
fn a_request_and_its_answer_may_stand_in_every_place_at_once() {
    insta::assert_snapshot!(operation("travels.rs", &[fixture!("Travels")]));
}

#[test]
fn a_stream_of_events_is_a_text() {
    let streams = OPERATION.replace("\"security\"", "\"schemes\": [\"sse\"], \"security\"");
    insta::assert_snapshot!(operation("streams.rs", &[("Streams.json", &streams)]));
}

#[test]
fn what_need_not_be_in_memory_as_a_whole_says_so() {
    let all = [("product.json", PRODUCT), fixture!("Talk"), fixture!("Fetch"), fixture!("Store")];
    let files = generated(&all).unwrap();
    let shown = |name: &str, from: &str| {
        let text = without_the_usual(file(&files, name));
        text[text.find(from).unwrap()..].to_owned()
    };
    insta::assert_snapshot!(
        [
            shown("talk.rs", "impl rt::Streamed"),
            shown("fetch.rs", "impl rt::Downloads"),
            shown("store.rs", "impl rt::Uploads"),
            shown("call.rs", "impl<R: rt::Streamed"),
        ]
        .join("\n----\n\n")
    );
    // A parameter gives way to a method of its own call, and keeps its name beside that of another.
    for (name, setters) in [("talk.rs", ["events_", "download"]), ("fetch.rs", ["events", "download_"])] {
        for setter in setters {
            let is_there = file(&files, name).contains(&format!("pub fn {setter}(mut self"));
            assert!(is_there, "{name} has no setter {setter}");
        }
    }
    let plain = generated(&[("product.json", PRODUCT), ("Plain.json", OPERATION)]).unwrap();
    assert!(!file(&plain, "call.rs").contains("rt::Streamed"), "a version without streams has their methods");
}

#[test]
fn what_actions_of_policies_begin_with_is_kept_beside_what_operations_share() {
    let product = PRODUCT.replace("\"title\"", r#""ram": { "ramCodes": ["log"] }, "title""#);
    let files = [("product.json", &*product), ("Smallest.json", OPERATION)];
    let mut options = Options::default();
    options.with_data = true;
    let generated = apsara_codegen::generate(&sources(&files), "api-specs", &options).unwrap();
    assert_eq!(generated.data[0].shared["ram"]["ramCodes"][0], "log");
}

#[test]
fn what_the_portal_states_of_quota_and_policies_is_told() {
    insta::assert_snapshot!(operation("stated.rs", &[fixture!("Stated")]));
}

#[test]
fn the_module_lists_the_operations_in_their_groups() {
    let product = PRODUCT.replace(
        "\"title\"",
        r#""directories": ["Top", { "id": 1, "title": "One [x]", "children": ["A", { "title": "Two", "children": ["B"] }] }], "title""#,
    );
    let names = ["A.json", "B.json", "C.json", "Top.json"];
    let mut all: Vec<(&str, &str)> = names.iter().map(|name| (*name, OPERATION)).collect();
    all.push(("product.json", &product));
    let files = generated(&all).unwrap();
    let docs: Vec<&str> = file(&files, "mod.rs").lines().filter(|line| line.starts_with("//!")).collect();
    insta::assert_snapshot!(docs.join("\n"));
}

#[test]
fn awkward_names_become_rust_names_without_a_clash() {
    insta::assert_snapshot!(operation("names.rs", &[fixture!("Names")]));
}

#[test]
fn limits_stand_in_the_table_and_in_the_documentation() {
    insta::assert_snapshot!(operation("limits.rs", &[fixture!("Limits")]));
}

#[test]
fn codes_are_an_enum_without_a_clash() {
    insta::assert_snapshot!(operation("codes.rs", &[fixture!("Codes")]));
}

#[test]
fn secrets_are_marked_by_the_spec_the_overlay_or_their_name() {
    insta::assert_snapshot!(operation("secrets.rs", &[fixture!("Secrets"), fixture!("Secrets.apsara")]));
}

#[test]
fn an_overlay_wins_entry_by_entry() {
    insta::assert_snapshot!(operation("overlaid.rs", &[fixture!("Overlaid"), fixture!("Overlaid.apsara")]));
}

#[test]
fn types_are_shared_and_may_hold_themselves() {
    let files = generated(&[fixture!("product"), fixture!("Tree")]).unwrap();
    insta::assert_snapshot!("shared_types", without_the_usual(file(&files, "types.rs")));
    insta::assert_snapshot!("shared_types_operation", without_the_usual(file(&files, "tree.rs")));
    insta::assert_snapshot!("endpoints", file(&files, "endpoints.rs"));
}

#[test]
fn what_every_operation_shares_is_written_once() {
    let files = generated(&[("product.json", PRODUCT), ("Smallest.json", OPERATION)]).unwrap();
    for (name, path) in
        [("module", "mod.rs"), ("call", "call.rs"), ("client", "client.rs"), ("smallest", "smallest.rs")]
    {
        insta::assert_snapshot!(name, file(&files, path));
    }
    for (name, path) in [("products", "mod.rs"), ("product", "test/mod.rs")] {
        insta::assert_snapshot!(name, files.iter().find(|file| file.path == path).unwrap().text);
    }
}

#[test]
fn a_whole_document_is_generated_as_its_operations_are() {
    let document = format!(
        r#"{{ "info": {{ "style": "RPC", "product": "Test", "version": "2026-01-01" }}, "components": {{ "schemas": [] }},
              "apis": {{ "Smallest": {OPERATION} }} }}"#
    );
    let whole = generated(&[("api-docs.json", &document)]).unwrap();
    let alone = generated(&[("product.json", PRODUCT), ("Smallest.json", OPERATION)]).unwrap();
    let of = |files| file(files, "smallest.rs").lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(of(&whole), of(&alone));
}

#[test]
fn the_newest_version_is_the_default_unless_another_says_so() {
    let mut sources = apsara_codegen::Sources::default();
    for (version, default) in [("2025-01-01", true), ("2026-01-01", false)] {
        let product = PRODUCT.replace("2026-01-01", version);
        let product =
            if default { product.replace("\"title\"", "\"defaultVersion\": true, \"title\"") } else { product };
        sources.insert(format!("api-specs/test/{version}/product.json"), product);
        sources.insert(format!("api-specs/test/{version}/Smallest.json"), OPERATION);
    }
    let files = apsara_codegen::generate(&sources, "api-specs", &Options::default()).unwrap().files;
    let module = &files.iter().find(|file| file.path == "test/mod.rs").unwrap().text;
    assert!(module.contains("pub use v2025_01_01::*;"), "{module}");
}

#[test]
fn the_version_that_stands_for_a_product_is_the_same_whatever_is_asked_for_and_however_files_are_called() {
    let module = |sources: &apsara_codegen::Sources, wanted: &[&str]| {
        let mut options = Options::default();
        options.operations = wanted.iter().map(|name| (*name).to_owned()).collect();
        let files = apsara_codegen::generate(sources, "api-specs", &options).unwrap().files;
        files.into_iter().find(|file| file.path == "test/mod.rs").unwrap().text
    };
    let mut layout = apsara_codegen::Sources::default();
    for (version, name) in [("2025-01-01", "A"), ("2026-01-01", "B")] {
        layout.insert(format!("api-specs/test/{version}/product.json"), PRODUCT.replace("2026-01-01", version));
        layout.insert(format!("api-specs/test/{version}/{name}.json"), OPERATION);
    }
    for wanted in [vec![], vec!["A", "B"], vec!["B"]] {
        assert!(module(&layout, &wanted).contains("pub use v2026_01_01::*;"), "{wanted:?}");
    }
    // One that is left out because it cannot be generated stands for nothing.
    let mut broken = layout.clone();
    broken.insert("api-specs/test/2026-01-01/B.json", OPERATION.replace("\"methods\"", "\"ways\""));
    let mut options = Options::default();
    options.keep_going = true;
    let files = apsara_codegen::generate(&broken, "api-specs", &options).unwrap().files;
    let left = &files.iter().find(|file| file.path == "test/mod.rs").unwrap().text;
    assert!(left.contains("pub use v2025_01_01::*;"), "{left}");
    let old = module(&layout, &["A"]);
    assert!(old.contains("pub mod v2025_01_01;") && !old.contains("pub use"), "{old}");

    let mut documents = apsara_codegen::Sources::default();
    for (path, version) in [("b/old.json", "2015-01-01"), ("a/new.json", "2020-01-01")] {
        let document = format!(
            r#"{{ "info": {{ "style": "RPC", "product": "Test", "version": "{version}" }}, "apis": {{ "A": {OPERATION} }} }}"#
        );
        documents.insert_document(path, document);
    }
    assert!(module(&documents, &[]).contains("pub use v2020_01_01::*;"));
}

#[test]
fn a_list_goes_on_by_the_names_of_its_parameters_and_fields() {
    insta::assert_snapshot!(operation("list_things.rs", &[fixture!("ListThings")]));
}

/// The implementation by which an operation goes on, made of one whose names are replaced; nothing if there is none.
fn paged(replacements: &[(&str, &str)], overlay: &str) -> Option<String> {
    let (name, spec) = fixture!("ListThings");
    let spec = replacements.iter().fold(spec.to_owned(), |spec, (from, to)| {
        assert!(spec.contains(from), "there is no {from}");
        spec.replace(from, to)
    });
    let files = [("product.json", PRODUCT), (name, spec.as_str()), ("ListThings.apsara.json", overlay)];
    let files = generated(&files).unwrap();
    let text = file(&files, "list_things.rs");
    let (_, paged) = text.split_once("impl rt::Paged for ListThingsRequest {\n")?;
    // However its lines are broken.
    let text: String = paged.split_once("\n}").unwrap().0.split_whitespace().collect();
    Some(text.replace(",)", ")"))
}

#[test]
fn pages_are_found_by_every_spelling() {
    let only_number = [("\"NextToken\"", "\"Other\"")];
    let by = |more: &[(&str, &str)]| paged(&[&only_number, more].concat(), "{}").unwrap();
    assert!(by(&[]).contains(r#"rt::Paging::number("page-number","page_size","Data.TotalCount");"#));
    assert!(by(&[("page-number", "CurrentPage")]).contains(r#"number("CurrentPage","page_size","Data.TotalCount");"#));
    assert!(by(&[("TotalCount", "TotalPages")]).contains(r#"number_of("page-number","page_size","Data.TotalPages");"#));
    let only_token = [("page-number", "Other")];
    let by = |more: &[(&str, &str)]| paged(&[&only_token, more].concat(), "{}").unwrap();
    assert!(by(&[]).contains(r#"rt::Paging::token("NextToken","NextToken");"#));
    let marker = ("\"NextToken\", \"in\"", "\"marker\", \"in\"");
    let truncated = (
        "\"Names\": { \"type\": \"array\", \"items\": { \"type\": \"string\" } }",
        r#""IsTruncated": { "type": "boolean" }"#,
    );
    assert!(
        by(&[marker, truncated, ("\"NextToken\": {", "\"next_marker\": {")])
            .contains(r#"token("marker","next_marker").more("Data.IsTruncated");"#)
    );
    assert!(
        by(&[marker, truncated, ("\"NextToken\": {", "\"Marker\": {")]).contains(r#"token("marker","Marker").more("#)
    );
}

#[test]
fn a_doubt_is_no_pages() {
    let none = |replacements: &[(&str, &str)]| assert_eq!(paged(replacements, "{}"), None, "{replacements:?}");
    let no_token = ("\"NextToken\"", "\"Other\"");
    let no_number = ("page-number", "Another");
    none(&[no_token, no_number]);
    none(&[no_token, ("page_size", "Another")]);
    none(&[no_token, ("\"TotalCount\"", "\"Summary\"")]);
    none(&[no_token, ("\"integer\", \"format\": \"int64\"", "\"string\"")]);
    none(&[no_token, ("\"minimum\": \"1\"", "\"minimum\": \"0\"")]);
    none(&[no_token, ("\"minimum\": \"1\"", "\"default\": 0")]);
    none(&[no_token, ("\"int64\", \"minimum\": \"1\"", "\"int64\", \"example\": \"0\"")]);
    none(&[no_number, ("\"NextToken\", \"in\"", "\"Marker\", \"in\""), ("\"NextToken\": {", "\"Marker\": {")]);
    // A list for each, of which neither is named like the operation.
    none(&[("\"ThingList\"", "\"Others\"")]);
    none(&[("\"array\"", "\"string\"")]);
    none(&[("\"Data\"", "\"Da.ta\"")]);
    // Neither its name nor the portal says that it reads.
    let moves = fixture!("ListThings").1.replace("\"read\"", "\"write\"");
    let files = generated(&[("product.json", PRODUCT), ("MoveThings.json", &moves)]).unwrap();
    assert!(!file(&files, "move_things.rs").contains("rt::Paged"));
}

#[test]
fn an_overlay_states_pages_or_denies_them() {
    assert_eq!(paged(&[], r#"{ "pages": false }"#), None);
    let stated = paged(
        &[],
        r#"{ "pages": { "number": "page-number", "size": "page_size", "last": "Data.TotalCount", "items": "Data.Names" } }"#,
    );
    let stated = stated.unwrap();
    assert!(stated.contains(r#"number_of("page-number","page_size","Data.TotalCount");"#), "{stated}");
    assert!(stated.contains("typeItem=String;") && stated.contains("it.data.as_mut()?.names"), "{stated}");
}

#[test]
fn an_overlay_makes_a_wait_for_a_state() {
    let described = r#"{
        "$schema": "../../schema/operation.schema.json", "summary": "Describes a thing.", "methods": ["get"],
        "security": [{ "AK": [] }], "operationType": "read", "systemTags": { "operationType": "get" },
        "parameters": [
            { "name": "Id", "in": "query", "schema": { "type": "string", "required": true } },
            { "name": "Status", "in": "query", "schema": { "type": "boolean" } }
        ],
        "responses": { "200": { "schema": { "type": "object", "properties": {
            "Code": { "type": "integer", "format": "int32" },
            "Thing": { "type": "object", "properties": { "Status": { "type": "string" } } }
        } } } }
    }"#;
    let overlay = r#"{ "waiters": {
        "code": { "field": "Code", "until": [0, 1], "summary": "Waits until there is a code." },
        "thing": { "field": "Thing.Status", "until": ["Ready"], "failed": ["Gone", "Broken"] }
    } }"#;
    let files = [("DescribeThing.json", described), ("DescribeThing.apsara.json", overlay)];
    let text = operation("describe_thing.rs", &files);
    let (_, waits) = text.split_once("    /// Waits until there is a code.").unwrap();
    insta::assert_snapshot!(waits.split_once("/// Holds the parameters").unwrap().0);
}

#[test]
fn an_operation_is_described_as_data() {
    let files = [
        fixture!("product"),
        fixture!("Limits"),
        fixture!("Secrets"),
        fixture!("Secrets.apsara"),
        fixture!("Travels"),
        fixture!("Tree"),
    ];
    let described = describe(&sources(&files), &Options::default()).unwrap();
    let lines = described.iter().flat_map(|operation| {
        let facts = operation.as_object().unwrap().iter().map(|(key, value)| match value.as_array() {
            Some(list) => list.iter().map(|it| format!("{key} {it}\n")).collect(),
            None => format!("{key} {value}\n"),
        });
        facts.chain(["\n".to_owned()]).collect::<Vec<_>>()
    });
    insta::assert_snapshot!(lines.collect::<String>());
}

#[test]
fn what_no_comment_can_hold_is_left_out_of_documentation() {
    let product = PRODUCT.replace("Test Service", "A\\rTest\\u0000 Service\\r\\n\\u202eends");
    let spec = OPERATION.replace("\"methods\"", "\"summary\": \"Does\\r*/\\u0001 it.\\u2066\", \"methods\"");
    let files = generated(&[("product.json", &product), ("DoThing.json", &spec)]).unwrap();
    for file in &files {
        let odd = |letter: char| letter.is_control() && letter != '\n' || matches!(letter, '\u{202e}' | '\u{2066}');
        assert!(!file.text.contains(odd), "{}: {:?}", file.path, file.text);
    }
}
