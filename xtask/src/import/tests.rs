//! What is imported, where it goes, and what is refused.

#![allow(clippy::print_stdout, clippy::unwrap_used)]

use apsara_codegen::{Options, Sources, generate};
use serde_json::json;

use super::*;

#[test]
fn a_spec_goes_to_the_folder_of_a_version() {
    assert_eq!(product_and_version("live/2016-11-01").as_deref(), Ok("live/2016-11-01"));
    for wrong in ["live", "live/", "/2016-11-01", "live/2016-11-01/", "live/2016-11-01/more", "../live", "live/..", ""]
    {
        let told = product_and_version(wrong).unwrap_err();
        assert!(told.starts_with("write PRODUCT/VERSION"), "{wrong}: {told}");
    }
}

/// Imports every document that the portal publishes, in memory, and generates what came of it.
#[test]
fn what_is_imported_generates_and_holds_no_sentence_of_the_portals() {
    let shared = root().join("../shared/metadata");
    if !shared.exists() {
        assert!(std::env::var_os("CI").is_none(), "the portal's documents must be there on CI");
        println!("skipped: the portal's documents are not here");
        return;
    }
    let mut sources = Sources::default();
    let mut operations = 0;
    for file in documents(&shared) {
        let document = Document::read(&file, None).unwrap();
        let Published::Version(version) = &document.published else { continue };
        let product = document::product(version, None, Take::FactsOnly);
        sources.insert(format!("specs/{}/product.json", document.folder), pretty::text(&product));
        for (name, api) in &document.operations {
            let spec = facts::operation(api, None, Take::FactsOnly, &mut prose::Count::default());
            let text = pretty::text(&spec);
            for key in ["\"summary\"", "\"description\"", "\"errorMessage\"", "\"title\"", "\"responseDemo\""] {
                assert!(!text.contains(&format!("{key}: \"")), "{name}: {key}\n{text}");
            }
            sources.insert(format!("specs/{}/{name}.json", document.folder), text);
            operations += 1;
        }
    }
    let generated = generate(&sources, "specs", &Options::default()).unwrap();
    assert_eq!(generated.files.iter().filter(|file| file.operation.is_some()).count(), operations);
}

fn documents(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The same product in another language would be the same operations again.
        if path.is_dir() && !path.ends_with("zh_cn") {
            found.extend(documents(&path));
        } else if path.ends_with("api-docs.json") {
            found.push(path);
        }
    }
    found
}

#[test]
fn two_that_would_be_written_to_one_file_are_refused_before_anything_is_written() {
    let (told, written) = imported(
        &[("x.json", version("Live", "1", &["A", "B"])), ("y.json", version("live", "1", &["B"]))],
        None,
        &["B", "A"],
    );
    let told = told.unwrap_err();
    for said in ["`B` of ~/documents/x.json and `B` of ~/documents/y.json", "~/a/b/specs/live/1/B.json", "--into"] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert_eq!(written, [""; 0]);
    // What they share is one file, too, and on some machines so is what differs by a capital.
    let shared =
        imported(&[("x.json", version("Live", "1", &[])), ("y.json", version("Vod", "2", &[]))], Some("p/1"), &[]);
    assert!(shared.0.unwrap_err().contains("p/1/product.json"));
    let capital = imported(&[("x.json", version("Live", "1", &["Ab", "AB"]))], None, &[]);
    assert!(capital.0.unwrap_err().contains("`AB` of ~/documents/x.json and `Ab` of ~/documents/x.json"));
    let operation = json!({ "methods": ["get"] });
    let twice = imported(&[("x/A.json", operation.clone()), ("y/A.json", operation.clone())], Some("p/1"), &[]);
    assert!(twice.0.unwrap_err().contains("`A` of ~/documents/x/A.json and `A` of ~/documents/y/A.json"));
    assert!(shared.1.is_empty() && capital.1.is_empty() && twice.1.is_empty());
    let apart = imported(
        &[("x.json", version("Live", "1", &["A"])), ("y.json", version("Live", "2", &["A"])), ("A.json", operation)],
        None,
        &[],
    );
    assert!(apart.0.unwrap_err().contains("add --into"));
    let (told, written) =
        imported(&[("x.json", version("Live", "1", &["A"])), ("y.json", version("Live", "2", &["A"]))], None, &[]);
    assert_eq!(told, Ok(()));
    assert_eq!(written, ["live/1/A.json", "live/1/product.json", "live/2/A.json", "live/2/product.json"]);
}

#[test]
fn what_is_no_name_of_a_folder_or_a_file_is_refused() {
    for wrong in ["", ".", "..", "../..", "1/2", "/1", "1\\2", "c:1", ".1", "1\n2", " 1"] {
        let (told, written) = imported(&[("x.json", version("Live", wrong, &["A"]))], None, &[]);
        let told = told.unwrap_err();
        let says =
            told.starts_with("~/documents/x.json: `info.version` is ") && told.contains("--into PRODUCT/VERSION");
        assert!(says, "{wrong}: {told}");
        let (of_product, there) = imported(&[("x.json", version(wrong, "1", &["A"]))], None, &[]);
        let told = of_product.unwrap_err();
        assert!(told.starts_with("~/documents/x.json: `info.product` is "), "{wrong}: {told}");
        let (of_operation, at) = imported(&[("x.json", version("Live", "1", &[wrong]))], None, &[]);
        let told = of_operation.unwrap_err();
        assert!(told.starts_with("~/documents/x.json: an operation in `apis` is called "), "{wrong}: {told}");
        assert!(written.is_empty() && there.is_empty() && at.is_empty(), "{wrong}: {written:?} {there:?} {at:?}");
        let (mended, _) = imported(&[("x.json", version("Live", wrong, &["A"]))], Some("live/1"), &[]);
        assert_eq!(mended, Ok(()), "{wrong}");
    }
    for taken in ["product", "Product", "api-docs", "A.apsara"] {
        let named = format!("{taken}.json");
        let (told, _) = imported(&[(named.as_str(), json!({ "methods": ["get"] }))], Some("live/1"), &[]);
        assert!(
            told.as_ref().is_err_and(|told| told.contains("call the file after its operation")),
            "{taken}: {told:?}"
        );
        let (told, _) = imported(&[("x.json", version("Live", "1", &[taken]))], None, &[]);
        assert!(told.is_err(), "{taken}");
    }
    let (told, written) = imported(&[("x.json", version("Ali-Genie", "ip_1.0", &["A_1"]))], None, &[]);
    assert_eq!((told, written.len()), (Ok(()), 2), "{written:?}");
}

#[test]
fn a_key_that_stands_twice_in_a_document_is_refused() {
    let whole = |apis: &str| {
        format!(r#"{{ "info": {{ "style": "RPC", "product": "Live", "version": "1" }}, "apis": {{ {apis} }} }}"#)
    };
    let (get, post) = (r#""A": { "methods": ["get"] }"#, r#""A": { "methods": ["post"] }"#);
    let inner = r#""A": { "methods": ["get"], "parameters": [{ "name": "P", "in": "query", "in": "body" }] }"#;
    for (text, place) in [
        (whole(&format!("{get}, {post}")), "/apis/A: `A`"),
        (whole(inner), "/apis/A/parameters/0/in: `in`"),
        (format!(r#"{{ "code": 0, "data": {} }}"#, whole(&format!("{post}, {get}"))), "/data/apis/A: `A`"),
    ] {
        let (told, written) = imported_texts(&[("x.json", text)], None, &[]);
        let told = told.unwrap_err();
        assert!(told.contains(&format!("~/documents/x.json {place} stands twice")), "{told}");
        assert!(told.contains("make one of the two") && written.is_empty(), "{told} {written:?}");
    }
    let operation = r#"{ "methods": ["get"], "methods": ["post"] }"#.to_owned();
    let (told, written) = imported_texts(&[("A.json", operation)], Some("live/1"), &[]);
    assert!(told.is_err_and(|told| told.contains("A.json /methods: `methods` stands twice")) && written.is_empty());
}

#[test]
fn a_key_that_stands_twice_in_a_spec_that_is_there_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (spec, document) = (folder.path().join("live/1/A.json"), folder.path().join("A.json"));
    fs::create_dir_all(spec.parent().unwrap()).unwrap();
    let there = r#"{ "$schema": "s", "summary": "Ours.", "summary": "Ours, too.", "methods": ["get"] }"#;
    fs::write(&spec, there).unwrap();
    fs::write(&document, r#"{ "methods": ["get"] }"#).unwrap();
    let into = Some("live/1".to_owned());
    let specs = folder.path().to_owned();
    let told = run(&Args { files: vec![document], facts_only: true, operations: Vec::new(), into, specs }).unwrap_err();
    assert!(told.replace('\\', "/").contains("live/1/A.json /summary: `summary` stands twice"), "{told}");
    assert_eq!(fs::read_to_string(&spec).unwrap(), there);
}

/// Imports documents into a folder of its own; returns what was told and the files that were written, sorted.
fn imported(
    documents: &[(&str, Value)],
    into: Option<&str>,
    operations: &[&str],
) -> (Result<(), Failure>, Vec<String>) {
    let texts: Vec<_> = documents.iter().map(|(name, document)| (*name, document.to_string())).collect();
    imported_texts(&texts, into, operations)
}

fn imported_texts(
    documents: &[(&str, String)],
    into: Option<&str>,
    operations: &[&str],
) -> (Result<(), Failure>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (name, text) in documents {
        let path = folder.path().join("documents").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        files.push(path);
    }
    let told = run(&Args {
        files,
        facts_only: false,
        operations: operations.iter().copied().map(str::to_owned).collect(),
        into: into.map(str::to_owned),
        specs: folder.path().join("a/b/specs"),
    });
    let mut written = Vec::new();
    let mut open = vec![folder.path().to_owned()];
    while let Some(at) = open.pop() {
        for entry in fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder.path()).unwrap().to_string_lossy().replace('\\', "/");
            match path.is_dir() {
                true if name != "documents" => open.push(path),
                true => {}
                false => written.push(name.trim_start_matches("a/b/specs/").to_owned()),
            }
        }
    }
    written.sort();
    (told.map_err(|told| told.replace(&*folder.path().to_string_lossy(), "~").replace('\\', "/")), written)
}

fn version(product: &str, version: &str, operations: &[&str]) -> Value {
    let apis: serde_json::Map<String, Value> =
        operations.iter().map(|name| ((*name).to_owned(), json!({ "methods": ["get"] }))).collect();
    json!({ "info": { "style": "RPC", "product": product, "version": version }, "apis": apis })
}
