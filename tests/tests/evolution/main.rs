//! What a change upstream is for callers: `diff` says it, and the compiler agrees.

#![allow(clippy::unwrap_used)]

mod rows;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use apsara_codegen::{Change, Class, File, Options, Sources, diff, generate, write};
use apsara_tests::workspace::{cargo, root, scratch, succeed};
use rows::{ROWS, Row, Specs};
use serde_json::Value;

/// Reads the old specs.
fn old() -> Specs {
    let mut specs = Specs::new();
    let version = "things/2026-01-01";
    for entry in fs::read_dir(root().join("tests/fixtures/evolution").join(version)).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        let name = entry.file_name().into_string().unwrap();
        specs.insert(format!("{version}/{name}"), serde_json::from_str(&text).unwrap());
    }
    specs
}

fn new(row: &Row) -> Specs {
    let mut specs = old();
    (row.edit)(&mut specs);
    specs
}

fn sources(specs: &Specs) -> Sources {
    let mut sources = Sources::default();
    specs.iter().for_each(|(path, value)| sources.insert(format!("specs/{path}"), value.to_string()));
    sources
}

fn generated(specs: &Specs) -> Vec<File> {
    generate(&sources(specs), "specs", &Options::default()).unwrap().files
}

fn changes(row: &Row) -> Vec<Change> {
    diff(&sources(&old()), &sources(&new(row)), &Options::default()).unwrap()
}

/// Returns the name of the module that has the row's clients.
fn module(row: &Row) -> String {
    row.upstream.to_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "_")
}

/// Writes a library that has the clients of every row in a module of its own, made of old specs or of new ones.
fn write_rows(folder: &Path, specs: fn(&Row) -> Specs) {
    let mut library = String::new();
    for row in ROWS {
        let module = module(row);
        write(&generated(&specs(row)), &folder.join("src").join(&module), &|_| false).unwrap();
        library.push_str(&format!("pub mod {module};\n"));
    }
    fs::write(folder.join("src/lib.rs"), library).unwrap();
    let core = root().join("crates/apsara-core");
    let manifest = format!(
        "[package]\nname = \"rows\"\nversion = \"1.0.0\"\nedition = \"2024\"\n\n\
         [features]\ndefault = [\"things\"]\nthings = []\n\n\
         [dependencies]\napsara-core = {{ path = '{}', default-features = false }}\n\n[workspace]\n",
        core.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    // The same versions as here, so that nothing new is fetched.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

/// Compiles the caller against the clients of every row, and returns the modules with which it compiles.
fn compiled(name: &str, specs: fn(&Row) -> Specs) -> BTreeSet<String> {
    let folder = scratch(&format!("evolution-{name}"));
    write_rows(&folder.join("rows"), specs);
    let caller = fs::read_to_string(root().join("tests/fixtures/evolution/caller.rs")).unwrap();
    let callers = folder.join("callers");
    fs::create_dir_all(callers.join("src")).unwrap();
    fs::write(callers.join("src/lib.rs"), "").unwrap();
    let core = root().join("crates/apsara-core");
    let mut manifest = format!(
        "[package]\nname = \"callers\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nrows = {{ path = \"../rows\" }}\n\
         apsara-core = {{ path = '{}', default-features = false }}\n\n[workspace]\n",
        core.display()
    );
    for row in ROWS {
        let module = module(row);
        // A library is compiled to its end, as a program is, and not linked.
        manifest.push_str(&format!(
            "\n[[example]]\nname = \"{module}\"\npath = \"src/{module}.rs\"\ncrate-type = [\"lib\"]\n"
        ));
        fs::write(callers.join(format!("src/{module}.rs")), caller.replace("ROW", &module)).unwrap();
    }
    fs::write(callers.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root().join("Cargo.lock"), callers.join("Cargo.lock")).unwrap();
    succeed(&mut cargo(&callers, &["build", "--quiet", "--lib"]));
    let arguments = ["build", "--quiet", "--examples", "--keep-going", "--message-format", "json"];
    let output = cargo(&callers, &arguments).output().unwrap();
    let messages = String::from_utf8(output.stdout).unwrap();
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let made = messages.filter(|it| it["reason"] == "compiler-artifact" && it["target"]["kind"][0] == "example");
    made.map(|message| message["target"]["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_row_is_told_as_its_class_and_nothing_else_weighs_more() {
    for row @ Row { upstream, class, told, .. } in ROWS {
        let changes = changes(row);
        let worst = changes.iter().map(Change::class).max().unwrap_or(Class::Patch);
        let sentences: Vec<String> = changes.iter().map(Change::to_string).collect();
        assert_eq!(worst, *class, "{upstream}: {sentences:#?}");
        assert!(told.is_empty() || sentences.iter().any(|it| it == told), "{upstream}: no `{told}` in {sentences:#?}");
        let same = generated(&old()) == generated(&new(row));
        assert_eq!(changes.is_empty(), same, "{upstream}: {sentences:#?}");
    }
}

#[test]
fn a_callers_code_compiles_unless_a_change_is_breaking() {
    let compiled = compiled("new", new);
    for row in ROWS {
        let compiles = compiled.contains(&module(row));
        assert_eq!(compiles, row.class != Class::Breaking, "{}: does the caller's code compile?", row.upstream);
    }
}

#[test]
fn the_guide_has_every_row() {
    let guide = fs::read_to_string(root().join("docs/evolution.md")).unwrap();
    let rows: Vec<String> =
        ROWS.iter().map(|row| format!("| {} | {} | {} |", row.upstream, row.rust, row.class)).collect();
    let table: Vec<&str> = guide.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert_eq!(table, rows, "write these lines:\n{}", rows.join("\n"));
}

/// What cargo-semver-checks faults, it names by the file that it is in, in a folder that is called after the row.
#[test]
#[ignore = "needs cargo-semver-checks; `cargo xtask semver` runs it"]
fn what_cargo_semver_checks_faults_is_breaking() {
    let (before, after) = (scratch("semver-old"), scratch("semver-new"));
    write_rows(&before, |_| old());
    write_rows(&after, new);
    let before = before.to_str().unwrap();
    let arguments = ["semver-checks", "--baseline-root", before, "--release-type", "minor", "--color", "never"];
    let output = cargo(&after, &arguments).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    let faulted = |row: &&Row| told.contains(&format!("/src/{}/", module(row)));
    for row in ROWS.iter().filter(faulted) {
        assert_eq!(row.class, Class::Breaking, "{}: cargo-semver-checks faults it\n{told}", row.upstream);
    }
    let breaking = ROWS.iter().filter(|row| row.class == Class::Breaking);
    let (seen, unseen): (Vec<&Row>, Vec<&Row>) = breaking.partition(faulted);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!seen.is_empty(), "cargo-semver-checks faults nothing\n{told}\n{errors}");
    println!(
        "cargo-semver-checks faults {} of {} breaking rows; it does not see:",
        seen.len(),
        seen.len() + unseen.len()
    );
    unseen.iter().for_each(|row| println!("- {}", row.upstream));
}
