//! Rust: programs for operations of every product compile, with every warning denied.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use apsara_code::{Language, Settings, sample};
use apsara_tests::workspace::{cargo, root, scratch, succeed};
use serde_json::{Map, Value};

use crate::operations::{Call, all};

/// How many operations must be among them, beside the family of relay tasks.
const LEAST: usize = 200;

/// An operation that takes any JSON, and is given more than a macro takes.
const LARGE: &str = "InvokeCommand";

/// Of how many operations one is taken; `CODE_EVERY=1` takes all of them, which takes minutes to compile.
fn every() -> usize {
    std::env::var("CODE_EVERY").map_or(5, |every| every.parse().expect("CODE_EVERY is a number"))
}

#[test]
fn rust_compiles_for_operations_of_every_product() {
    let folder = scratch("code-rust");
    let mut library = "#![deny(warnings)]\n".to_owned();
    let is_family = |call: &Call| call.operation.name.contains("LivePullToPush");
    let is_large = |call: &Call| call.operation.name == LARGE;
    let numbered = all().into_iter().enumerate();
    let chosen = numbered.filter(|(number, call)| number % every() == 0 || is_family(call) || is_large(call));
    let mut calls: Vec<Call> = chosen.map(|(_, call)| call).collect();
    let large = calls.iter_mut().find(|call| is_large(call)).unwrap();
    let many: Map<String, Value> = (0..40).map(|number| (format!("p{number}"), number.into())).collect();
    large.parameters.insert("Parameters".to_owned(), many.into());
    let family = calls.iter().filter(|call| is_family(call)).count();
    assert!(family >= 5 && calls.len() >= LEAST + family, "{family} of {}", calls.len());
    for call in &calls {
        let program = sample(Language::Rust, &call.operation, &call.parameters, &Settings::default())
            .unwrap_or_else(|error| panic!("{}: {error}", call.operation.name));
        // A program's own function is used by nobody else, which is a warning in a module.
        let program = program.replace("async fn main()", "pub async fn main()");
        let module = format!("{}_{}", call.operation.product, call.operation.word().replace('-', "_"));
        writeln!(library, "pub mod of_{module} {{\n{program}}}").unwrap();
    }
    write_crate(&folder, &library);
    succeed(&mut cargo(&folder, &["check", "--quiet"]));
}

fn write_crate(folder: &Path, library: &str) {
    let apsara = root().join("crates/apsara");
    let manifest = format!(
        "[package]\nname = \"code\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         apsara = {{ path = '{}', features = [\"cdn\", \"cs\", \"ecs\", \"live\", \"sts\", \"vod\"] }}\nserde_json = \"1\"\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[workspace]\n",
        apsara.display()
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/lib.rs"), library).unwrap();
    // The same versions as here, so that nothing new is fetched.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}
