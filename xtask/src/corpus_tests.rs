//! Documents that are read for the corpus.

use std::collections::BTreeSet;

use super::*;

#[test]
fn versions_of_a_product_are_compiled_beside_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let mut paths = BTreeSet::new();
    for version in ["2025-01-01", "2026-01-01"] {
        let file = folder.path().join(format!("things/{version}/api-docs.json"));
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let document = serde_json::json!({
            "info": { "style": "RPC", "product": "Things", "version": version },
            "apis": { "A": { "methods": ["get"], "security": [{ "AK": [] }], "parameters": [], "responses": {} } },
        });
        fs::write(&file, document.to_string()).unwrap();
        let (generated, _) = read(&file, folder.path()).unwrap().unwrap().generate().unwrap();
        for file in generated.files.into_iter().filter(|file| file.path != "mod.rs") {
            assert!(paths.insert(file.path.clone()), "{} is written over", file.path);
        }
    }
}

#[test]
fn a_sample_is_whole_if_every_operation_of_each_product_is_generated() {
    let folder = tempfile::tempdir().unwrap();
    let args = Args {
        folder: folder.path().to_owned(),
        no_compile: true,
        doc: false,
        repairs: false,
        pages: false,
        batch: 1000,
    };
    let file = folder.path().join("things/2026-01-01/api-docs.json");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, r#"{ "something": "else" }"#).unwrap();
    let told = rows(&args).err().unwrap();
    assert!(told.ends_with("none is a document of the portal"), "{told}");

    let operation = |method: &str| serde_json::json!({ "methods": [method], "security": [{ "AK": [] }], "parameters": [], "responses": {} });
    let write = |method: &str| {
        let document = serde_json::json!({
            "info": { "style": "RPC", "product": "Things", "version": "2026-01-01" },
            "apis": { "A": operation("get"), "B": operation(method) },
        });
        fs::write(&file, document.to_string()).unwrap();
    };
    write("get");
    assert_eq!(whole(&rows(&args).unwrap(), &["things"]), Ok(()));
    assert_eq!(whole(&rows(&args).unwrap(), &["others"]), Err("no document of others was read".to_owned()));
    write("fetch");
    let told = whole(&rows(&args).unwrap(), &["things"]);
    assert_eq!(told, Err("things/2026-01-01: 1 of 2 operations were generated".to_owned()));
}

#[test]
fn a_document_that_was_cut_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("api-docs.json");
    fs::write(&file, r#"{ "apis": {"#).unwrap();
    let Err(told) = read(&file, folder.path()) else { panic!("it was passed over") };
    assert!(told.starts_with(&format!("{}: this is not JSON", file.display())), "{told}");
}
