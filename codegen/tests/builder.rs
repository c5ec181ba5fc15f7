//! A build script gets the operations that it asks for, or every reason why not.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use apsara_codegen::Builder;

/// Two operations whose answers hold components, and two that no client of HTTP can call.
const DOCUMENT: &str = r##"{
    "info": { "style": "RPC", "product": "Things", "version": "2026-01-01" },
    "components": { "schemas": {
        "Thing": { "type": "object", "properties": { "Owner": { "$ref": "#/components/schemas/Owner" } } },
        "Owner": { "type": "object", "properties": { "Name": { "type": "string" } } },
        "Box": { "type": "object", "properties": { "Size": { "type": "integer" } } }
    } },
    "apis": {
        "GetThing": { "methods": ["post"], "security": [{ "AK": [] }],
            "parameters": [{ "name": "Id", "in": "query", "schema": { "type": "string", "required": true } }],
            "responses": { "200": { "schema": { "type": "object", "properties": { "Thing": { "$ref": "#/components/schemas/Thing" } } } } } },
        "ListBoxes": { "methods": ["post"], "security": [{ "AK": [] }], "parameters": [],
            "responses": { "200": { "schema": { "type": "object", "properties": {
                "Boxes": { "type": "array", "items": { "$ref": "#/components/schemas/Box" } } } } } } },
        "Talk": { "methods": ["get"], "schemes": ["wss"], "security": [{ "AK": [] }], "parameters": [], "responses": {} },
        "Whisper": { "methods": ["get"], "schemes": ["ws"], "security": [{ "AK": [] }],
            "parameters": [{ "name": "To", "in": "air", "schema": { "type": "string" } }], "responses": {} }
    },
    "endpoints": [{ "regionId": "cn-hangzhou", "endpoint": "things.example.com" }]
}"##;

/// Returns an empty folder below the target folder, with files in it.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("builder").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(folder.join("out")).unwrap();
    for (name, text) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Returns the names of what was written, sorted.
fn written(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("out")).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Builds and returns what was written for the product.
fn built(folder: &Path, source: &str, operations: &[&str]) -> String {
    let builder = Builder::new(folder.join(source)).operations(operations.iter().copied());
    builder.out_dir(folder.join("out")).build().unwrap();
    let text = fs::read_to_string(folder.join("out/things.rs")).unwrap();
    // The first line names the source, which differs.
    text.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn only_what_was_asked_for_and_what_it_needs_is_generated() {
    let folder = folder("asked", &[("things.json", DOCUMENT)]);
    let text = built(&folder, "things.json", &["GetThing"]);
    for there in ["pub fn get_thing(&self)", "pub struct Thing {", "pub struct Owner {", "rt::assert_fits(1)"] {
        assert!(text.contains(there), "{there} is missing:\n{text}");
    }
    for absent in ["list_boxes", "struct Box", "talk", "whisper"] {
        assert!(!text.contains(absent), "{absent} is there:\n{text}");
    }
    assert_eq!(text.matches("::apsara_core").count(), 1, "only the outermost module names the runtime");
    assert!(!text.contains("```no_run"), "nobody knows by which path examples could be compiled");
    let both = built(&folder, "things.json", &["ListBoxes", "GetThing"]);
    assert!(both.contains("pub struct Box"), "{both}");
    assert_eq!(both, built(&folder, "things.json", &["GetThing", "ListBoxes"]), "the order of names changes nothing");
}

#[test]
fn names_do_not_depend_on_what_else_is_asked_for() {
    // The type of the operation's answer has the name of the component, which is numbered, asked for or not.
    let clash =
        DOCUMENT.replace("\"Box\": {", "\"GetThingResponse\": {").replace("schemas/Box", "schemas/GetThingResponse");
    let folder = folder("names", &[("things.json", &clash)]);
    let alone = built(&folder, "things.json", &["GetThing"]);
    let both = built(&folder, "things.json", &["GetThing", "ListBoxes"]);
    let answer = "pub struct GetThingResponse2 {";
    assert!(alone.contains(answer) && both.contains(answer), "{alone}");
}

#[test]
fn every_reason_is_told_at_once_and_nothing_is_written() {
    let folder = folder("refused", &[("things.json", DOCUMENT)]);
    let builder = Builder::new(folder.join("things.json")).operations(["Talk", "Whisper", "GetThings"]);
    let error = builder.out_dir(folder.join("out")).build().unwrap_err();
    let told = error.to_string().replace(&format!("{}/", folder.display()), "");
    let lines = [
        "things.json: there is no operation `GetThings`, did you mean `GetThing`?; write one of the 4 that are there",
        "things.json /apis/Talk/schemes: wss is no way that a client of HTTP goes; only http, https and sse can be generated",
        "things.json /apis/Whisper/parameters/0/in: a parameter cannot travel in `air`; write one of body, formData, header, host, \
         path, query",
        "things.json /apis/Whisper/schemes: ws is no way that a client of HTTP goes; only http, https and sse can be generated",
        "4 refusals, nothing was written",
    ];
    assert_eq!(told, lines.join("\n"));
    assert_eq!(format!("{error:?}"), error.to_string(), "cargo shows Debug of what main returns");
    assert!(written(&folder).is_empty());
}

#[test]
fn what_is_wrong_with_a_component_matters_to_those_that_hold_it() {
    let product = r#"{ "$schema": "s", "info": { "style": "RPC", "product": "Things", "version": "1" }, "components": { "schemas": {
        "Box": { "type": "object", "properties": { "Size": { "type": "size" } } } } } }"#;
    let operation = |response: &str| {
        format!(
            r#"{{ "$schema": "s", "methods": ["post"], "security": [{{ "AK": [] }}], "parameters": [], "responses": {{ "200": {{
            "schema": {{ "type": "object", "properties": {{ "Box": {response} }} }} }} }} }}"#
        )
    };
    let (with, without) =
        (operation(r##"{ "$ref": "#/components/schemas/Box" }"##), operation(r#"{ "type": "string" }"#));
    let files = [("things/product.json", product), ("things/GetBox.json", &with), ("things/GetName.json", &without)];
    let folder = folder("component", &files);
    built(&folder, "things", &["GetName"]);
    let error = Builder::new(folder.join("things")).operations(["GetBox"]).out_dir(folder.join("out")).build();
    assert!(error.unwrap_err().to_string().contains("product.json /components/schemas/Box/properties/Size/type: "));
}

#[test]
fn a_document_may_be_one_file_a_folder_or_a_layout() {
    let document: serde_json::Value = serde_json::from_str(DOCUMENT).unwrap();
    let mut product = document.clone();
    product.as_object_mut().unwrap().remove("apis");
    let operation = document["apis"]["GetThing"].to_string();
    let wrapped = serde_json::json!({ "code": 0, "data": document }).to_string();
    let folder = folder(
        "kinds",
        &[
            ("things.json", DOCUMENT),
            ("wrapped.json", &wrapped),
            ("marked.json", &format!("\u{feff}{DOCUMENT}")),
            ("whole/api-docs.json", DOCUMENT),
            ("parts/product.json", &product.to_string()),
            ("parts/GetThing.json", &operation),
            ("layout/things/2026-01-01/product.json", &product.to_string()),
            ("layout/things/2026-01-01/GetThing.json", &operation),
        ],
    );
    let first = built(&folder, "things.json", &["GetThing"]);
    for source in ["wrapped.json", "marked.json", "whole", "parts", "layout"] {
        assert_eq!(built(&folder, source, &["GetThing"]), first, "{source}");
    }
}

#[test]
fn an_overlay_beside_a_document_wins() {
    let overlay = r#"{ "repeat": "safe", "quota": { "calls": 7, "seconds": 1 } }"#;
    let folder = folder("overlay", &[("things.json", DOCUMENT), ("GetThing.apsara.json", overlay)]);
    let without = built(&folder, "things.json", &["GetThing"]);
    assert!(!without.contains("rt::Repeat::Safe"), "{without}");
    let builder = || Builder::new(folder.join("things.json")).operations(["GetThing"]).out_dir(folder.join("out"));
    builder().overlay(folder.join("GetThing.apsara.json")).build().unwrap();
    let with = fs::read_to_string(folder.join("out/things.rs")).unwrap();
    assert!(with.contains("repeat: rt::Repeat::Safe,") && with.contains("7 calls per second"), "{with}");

    fs::write(folder.join("GetThing.apsara.json"), r#"{ "repeat": "unsafe", "qouta": {} }"#).unwrap();
    let told = builder().overlay(folder.join("GetThing.apsara.json")).build().unwrap_err().to_string();
    assert!(told.contains("GetThing.apsara.json /repeat: this changes nothing"), "{told}");
    assert!(told.contains("GetThing.apsara.json /qouta: "), "{told}");
    let told = builder().overlay(folder.join("things.json")).build().unwrap_err().to_string();
    assert!(told.ends_with("things.json: call an overlay after its operation, Operation.apsara.json"), "{told}");
}

#[test]
fn of_two_overlays_of_an_operation_none_is_lost() {
    let (safe, secret) = (r#"{ "repeat": "safe" }"#, r#"{ "sensitive": ["Id"] }"#);
    let files = [
        ("document/things.json", DOCUMENT),
        ("one/GetThing.apsara.json", safe),
        ("two/GetThing.apsara.json", secret),
        ("whole/api-docs.json", DOCUMENT),
        ("whole/GetThing.apsara.json", secret),
    ];
    let folder = folder("twice", &files);
    for (source, overlays, first) in [
        ("document/things.json", vec!["one", "two"], "one/GetThing.apsara.json"),
        ("whole", vec!["one"], "whole/GetThing.apsara.json"),
    ] {
        let mut builder = Builder::new(folder.join(source)).out_dir(folder.join("out")).operations(["GetThing"]);
        for overlay in &overlays {
            builder = builder.overlay(folder.join(overlay).join("GetThing.apsara.json"));
        }
        let told = builder.build().unwrap_err().to_string().replace(&format!("{}/", folder.display()), "");
        let last = overlays.last().unwrap();
        let expected = format!("{last}/GetThing.apsara.json: {first} is of that operation too; make one of the two");
        assert_eq!(told, expected);
    }
}

#[test]
fn what_editors_and_systems_put_beside_specs_is_no_spec() {
    let hidden = [
        ("specs/things/2026-01-01/api-docs.json", DOCUMENT),
        ("specs/things/2026-01-01/._GetThing.json", "\0"),
        ("specs/things/2026-01-01/.history/GetThing.json", "{"),
        ("specs/things/.idea/2026-01-01/GetThing.json", "{"),
        ("specs/.history/things/2026-01-01/GetThing_20260101.json", "{"),
        ("specs/.history/things/GetThing_20260101.json", "{"),
    ];
    let folder = folder("hidden", &hidden);
    let version = folder.join("specs/things/2026-01-01");
    fs::write(version.join("._Other.json"), [0xff, 0xfe, 0x00]).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", version.join(".#GetThing.json")).unwrap();
    built(&folder, "specs", &["GetThing"]);
    built(&folder, "specs/things/2026-01-01", &["GetThing"]);
}

#[test]
fn a_spec_in_a_folder_of_one_version_is_not_passed_over() {
    let folder = folder("deep", &[("one/api-docs.json", DOCUMENT), ("one/more/Deep.json", "{}")]);
    let told = Builder::new(folder.join("one")).out_dir(folder.join("out")).build().unwrap_err().to_string();
    assert!(told.contains("one/more/Deep.json: ") && told.contains("one/Deep.json"), "{told}");
}

#[test]
#[cfg(unix)]
fn links_to_folders_are_followed() {
    use std::os::unix::fs::symlink;

    let folder = folder("links", &[("store/api-docs.json", DOCUMENT), ("product/2026-01-01/api-docs.json", DOCUMENT)]);
    fs::create_dir_all(folder.join("versions/things")).unwrap();
    fs::create_dir_all(folder.join("products")).unwrap();
    symlink("../../store", folder.join("versions/things/2026-01-01")).unwrap();
    symlink("../product", folder.join("products/things")).unwrap();
    // One that leads up again has an end.
    symlink("..", folder.join("product/2026-01-01/up")).unwrap();
    let plain = built(&folder, "store", &["GetThing"]);
    for source in ["versions", "products"] {
        assert_eq!(built(&folder, source, &["GetThing"]), plain, "{source}");
    }
}

#[test]
fn a_file_that_is_right_is_not_written_again() {
    let folder = folder("again", &[("things.json", DOCUMENT)]);
    let time = || fs::metadata(folder.join("out/things.rs")).unwrap().modified().unwrap();
    let first = built(&folder, "things.json", &["GetThing"]);
    let old = time() - std::time::Duration::from_secs(3600);
    fs::File::options().append(true).open(folder.join("out/things.rs")).unwrap().set_modified(old).unwrap();
    let before = time();
    assert_eq!(built(&folder, "things.json", &["GetThing"]), first);
    assert_eq!(time(), before);
    built(&folder, "things.json", &["ListBoxes"]);
    assert_ne!(time(), before);
    assert_eq!(written(&folder), ["things.rs"], "nothing is left beside it");
}

#[test]
fn a_product_is_a_file_unless_one_is_named() {
    let other = DOCUMENT.replace("\"Things\"", "\"Others\"");
    let (things, others) = ("specs/things/2026-01-01/api-docs.json", "specs/others/2026-01-01/api-docs.json");
    let folder = folder("products", &[(things, DOCUMENT), (others, &other)]);
    let builder = || Builder::new(folder.join("specs")).operations(["GetThing"]).out_dir(folder.join("out"));
    builder().build().unwrap();
    assert_eq!(written(&folder), ["others.rs", "things.rs"]);
    builder().file_name("cloud.rs").crate_path("mine").build().unwrap();
    let cloud = fs::read_to_string(folder.join("out/cloud.rs")).unwrap();
    assert!(cloud.contains("\npub mod others {\n") && cloud.contains("\npub mod things {\n"), "{cloud}");
    assert!(cloud.contains("client: &mine::things::Client") && !cloud.contains("```ignore"));
}

#[test]
fn what_cannot_be_read_is_named() {
    let folder = folder("unreadable", &[("empty/readme.txt", "nothing"), ("broken.json", "{")]);
    let told = |source: &str| {
        let built = Builder::new(folder.join(source)).out_dir(folder.join("out")).build();
        built.unwrap_err().to_string().replace(&format!("{}/", folder.display()), "")
    };
    assert!(told("absent.json").starts_with("absent.json: "), "{}", told("absent.json"));
    assert!(told("empty").starts_with("empty: there is no operation; "), "{}", told("empty"));
    assert!(told("broken.json").starts_with("broken.json: this is not JSON: "), "{}", told("broken.json"));
}
