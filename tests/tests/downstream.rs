//! A crate outside of the workspace that depends on the packaged crates, as a user's does.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use apsara_emulator::{Clock, Emulator};
use apsara_tests::workspace::{cargo, root, scratch, succeed, target};
use apsara_tests::{live, relay_task};

/// Packages the crates that users depend on and unpacks them, once; returns the folders.
fn packaged() -> &'static [(&'static str, PathBuf)] {
    static PACKAGED: OnceLock<Vec<(&'static str, PathBuf)>> = OnceLock::new();
    PACKAGED.get_or_init(|| {
        let names = ["apsara-core", "apsara", "apsara-predicate", "apsara-codegen"];
        let mut package = cargo(&root(), &["package", "--no-verify", "--allow-dirty", "--quiet"]);
        succeed(package.args(names.iter().flat_map(|name| ["--package", name])));
        let to = scratch("packaged");
        let version = env!("CARGO_PKG_VERSION");
        let unpacked = names.map(|name| {
            let archive = target().join(format!("scratch-build/package/{name}-{version}.crate"));
            // Without -m all files would have the same time in every package, and cargo would take new ones for built.
            succeed(Command::new("tar").arg("-xmzf").arg(archive).arg("-C").arg(&to));
            (name, to.join(format!("{name}-{version}")))
        });
        unpacked.to_vec()
    })
}

/// Returns the lines of a manifest that put unpacked crates in the place of published ones.
fn patches(names: &[&str]) -> String {
    let packages = packaged().iter().filter(|(name, _)| names.contains(name));
    let lines: String = packages.map(|(name, path)| format!("{name} = {{ path = '{}' }}\n", path.display())).collect();
    format!("[patch.crates-io]\n{lines}")
}

/// Returns the Rust blocks of the README; the first is the first call.
fn readme() -> Vec<String> {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```rust\n").skip(1).map(|block| block.split("```").next().unwrap().to_owned());
    let blocks: Vec<String> = blocks.collect();
    assert!(blocks[0].lines().count() < 10, "the first call is longer than it should be:\n{}", blocks[0]);
    blocks
}

/// Writes a crate with the README's first call as its program, and its other blocks as modules.
fn write_crate(folder: &Path, dependency: &str, more: &str) {
    let patches = patches(&["apsara-core", "apsara"]);
    let manifest = format!(
        "[package]\nname = \"downstream\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [dependencies]\napsara = {dependency}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n{more}\n\
         [workspace]\n\n{patches}"
    );
    fs::create_dir_all(folder.join("src")).unwrap();
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let blocks = readme();
    let mut program = format!("#![deny(warnings)]\n\n{}", blocks[0]);
    for (number, block) in blocks.iter().enumerate().skip(1) {
        program.push_str(&format!("\n#[allow(dead_code)]\nmod block_{number} {{\n{block}}}\n"));
    }
    fs::write(folder.join("src/main.rs"), program).unwrap();
    // The same versions as here, so that nothing new is fetched.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readmes_first_call_works_from_the_packaged_crates() {
    let version = env!("CARGO_PKG_VERSION");
    let scratch = scratch("downstream");
    let other = scratch.join("other");
    fs::create_dir_all(other.join("src")).unwrap();
    let manifest = format!(
        "[package]\nname = \"other\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
         apsara = {{ version = \"{version}\", default-features = false, features = [\"sts\"] }}\n"
    );
    fs::write(other.join("Cargo.toml"), manifest).unwrap();
    let body = "#![deny(warnings)]\n//! Uses STS.\n\n/// Returns a call.\n\
                pub fn who(config: &apsara::Config) -> apsara::sts::GetCallerIdentity {\n    \
                apsara::sts::Client::new(config).get_caller_identity()\n}\n";
    fs::write(other.join("src/lib.rs"), body).unwrap();

    let quoted = format!("\"{version}\"");
    let only_live =
        format!("{{ version = \"{version}\", default-features = false, features = [\"live\", \"reqwest\"] }}");
    let beside = "other = { path = \"../other\" }";
    for (name, dependency, more) in [
        ("default", quoted.as_str(), ""),
        ("only-live", only_live.as_str(), ""),
        ("beside-sts", quoted.as_str(), beside),
    ] {
        let folder = scratch.join(name);
        write_crate(&folder, dependency, more);
        let emulator =
            Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z").unwrap()).start().await.unwrap();
        let task = relay_task(&live(&emulator), &emulator, name).send().await.unwrap().task_id.unwrap();
        emulator.clock().advance(Duration::from_secs(3600));
        let mut run = cargo(&folder, &["run", "--quiet", "--", &task]);
        run.env("ALIBABA_CLOUD_ENDPOINT", emulator.url())
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", emulator.access_key_id())
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", emulator.access_key_secret());
        let output = tokio::task::spawn_blocking(move || succeed(&mut run)).await.unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let restarted = emulator.ledger().last().unwrap().new_task_id.clone().unwrap();
        assert!(printed.contains(&restarted), "{name}: {printed} does not name {restarted}");
    }
}

#[test]
fn a_build_script_makes_a_client_from_the_packaged_crates_in_every_edition() {
    let version = env!("CARGO_PKG_VERSION");
    for edition in ["2021", "2024"] {
        let folder = scratch(&format!("downstream-built-{edition}"));
        let manifest = format!(
            "[package]\nname = \"built\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n\
             [dependencies]\napsara-core = {{ version = \"{version}\", default-features = false }}\n\n\
             [build-dependencies]\napsara-codegen = \"{version}\"\n\n[workspace]\n\n{}",
            patches(&["apsara-core", "apsara-predicate", "apsara-codegen"])
        );
        let script = "//! Makes a client.\n\nfn main() -> Result<(), apsara_codegen::Error> {\n    \
             apsara_codegen::Builder::new(\"specs/alidns.json\").operations([\"AddDomainRecord\"]).crate_path(\"built\").build()\n}\n";
        let library = "#![deny(warnings, missing_docs, unreachable_pub)]\n//! Has a client, and hides another.\n\n\
             include!(concat!(env!(\"OUT_DIR\"), \"/alidns.rs\"));\n\n\
             mod hidden {\n    include!(concat!(env!(\"OUT_DIR\"), \"/alidns.rs\"));\n}\n\n\
             /// Calls.\npub fn call(config: &apsara_core::Config) -> alidns::AddDomainRecord {\n    \
             let _hidden = hidden::alidns::Client::new(config);\n    \
             alidns::Client::new(config).add_domain_record().domain_name(\"example.com\").ttl(600)\n}\n";
        for folder in ["src", "specs"].map(|name| folder.join(name)) {
            fs::create_dir_all(folder).unwrap();
        }
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        fs::write(folder.join("build.rs"), script).unwrap();
        fs::write(folder.join("src/lib.rs"), library).unwrap();
        fs::copy(root().join("examples/own-product/specs/alidns.json"), folder.join("specs/alidns.json")).unwrap();
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        succeed(&mut cargo(&folder, &["test", "--quiet"]));
    }
}
