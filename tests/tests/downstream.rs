//! A crate outside of the workspace that depends on the packaged crates, as a user's does.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use apsara_emulator::{Clock, Emulator};
use apsara_tests::workspace::{cargo, root, scratch, succeed, target};
use apsara_tests::{live, relay_task};

/// Packages the crates that users depend on and unpacks them; returns the folders.
fn packaged() -> Vec<(&'static str, PathBuf)> {
    let names = ["apsara-core", "apsara"];
    let arguments =
        ["package", "--no-verify", "--allow-dirty", "--quiet", "--package", names[0], "--package", names[1]];
    succeed(&mut cargo(&root(), &arguments));
    let to = scratch("packaged");
    let version = env!("CARGO_PKG_VERSION");
    names
        .map(|name| {
            let archive = target().join(format!("scratch-build/package/{name}-{version}.crate"));
            // Without -m all files would have the same time in every package, and cargo would take new ones for built.
            succeed(Command::new("tar").arg("-xmzf").arg(archive).arg("-C").arg(&to));
            (name, to.join(format!("{name}-{version}")))
        })
        .to_vec()
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
fn write_crate(folder: &Path, dependency: &str, more: &str, packages: &[(&str, PathBuf)]) {
    let patches: String =
        packages.iter().map(|(name, path)| format!("{name} = {{ path = '{}' }}\n", path.display())).collect();
    let manifest = format!(
        "[package]\nname = \"downstream\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n\
         [dependencies]\napsara = {dependency}\ntokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n{more}\n\
         [workspace]\n\n[patch.crates-io]\n{patches}"
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
    let packages = packaged();
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
        write_crate(&folder, dependency, more, &packages);
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
