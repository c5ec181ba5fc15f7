//! Rust: programs for operations of every product compile, with every warning denied.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use apsara_code::{Language, Settings, sample};
use apsara_tests::workspace::{cargo_of_the_workspace, scratch, succeed};
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
    let source = folder.join("lib.rs");
    fs::write(&source, library).unwrap();
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--crate-name", "code", "--crate-type", "lib", "--edition", "2024", "--emit", "metadata"]);
    for (name, metadata) in NEEDED.into_iter().zip(checked()) {
        rustc.arg("--extern").arg(format!("{name}={}", metadata.display()));
        rustc.arg("-L").arg(format!("dependency={}", metadata.parent().unwrap().display()));
    }
    succeed(rustc.arg("--out-dir").arg(&folder).arg(source));
}

/// What the programs use.
const NEEDED: [&str; 3] = ["apsara", "serde_json", "tokio"];

/// Has cargo check the workspace with every product, and returns where the metadata of what the programs use is. The clients of all
/// products are the largest part of that; documentation, which is made before, has checked them.
fn checked() -> [PathBuf; 3] {
    let arguments = ["check", "--workspace", "--all-features", "--lib", "--examples", "--message-format", "json"];
    let output = succeed(&mut cargo_of_the_workspace(&arguments));
    let told = String::from_utf8(output.stdout).unwrap();
    let artifacts: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    NEEDED.map(|name| {
        let artifacts = artifacts.iter().filter(|told| told["target"]["name"] == name);
        let files = artifacts.filter_map(|artifact| artifact["filenames"].as_array());
        // What was built and not only checked is for macros and build scripts, with other features.
        let checked = files.filter(|files| files.iter().all(|file| file.as_str().unwrap().ends_with(".rmeta")));
        let metadata: BTreeSet<PathBuf> = checked.flatten().filter_map(Value::as_str).map(PathBuf::from).collect();
        assert_eq!(metadata.len(), 1, "{name}: {metadata:?}");
        metadata.into_iter().next().unwrap()
    })
}
