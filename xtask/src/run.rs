//! Programs that a command starts.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// Says in a sentence what failed; it is printed as it is.
pub(crate) type Failure = String;

/// Returns the workspace's folder.
pub(crate) fn root() -> &'static Path {
    static ROOT: OnceLock<PathBuf> = OnceLock::new();
    ROOT.get_or_init(|| {
        // Cargo says where the package is that it runs; the one that was compiled may have been another copy.
        let package =
            std::env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        package.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
    })
}

/// Returns the folder that everything built and installed goes to: the one that cargo uses, whichever of its settings says so.
pub(crate) fn target() -> PathBuf {
    static TARGET: OnceLock<PathBuf> = OnceLock::new();
    let asked = || {
        let told = plain_cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"]).output().ok()?;
        let metadata: Value = serde_json::from_slice(&told.stdout).ok()?;
        metadata["target_directory"].as_str().map(PathBuf::from)
    };
    let found = || match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => root().join(folder),
        None => asked().unwrap_or_else(|| root().join("target")),
    };
    TARGET.get_or_init(found).clone()
}

/// Starts `cargo` in the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = plain_cargo(arguments);
    if target() != root().join("target") {
        // Tests look there for what was installed for them, and know no setting of cargo's but this one.
        command.env("CARGO_TARGET_DIR", target());
    }
    command
}

fn plain_cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    forget_package(&mut command);
    command
}

/// Keeps from a program what package this one is.
pub(crate) fn forget_package(command: &mut Command) {
    // Cargo tells this program of its own package by variables, which the build script of ring takes for its own: with them, it is built
    // anew whenever it was built by hand before.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("CARGO_PKG_")) {
        command.env_remove(name);
    }
    command.env_remove("CARGO_MANIFEST_DIR");
}

/// Runs a program to its end; what it prints goes to the terminal.
pub(crate) fn succeed(command: &mut Command) -> Result<(), Failure> {
    let shown = shown(command);
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` failed ({status})")),
        Err(error) => Err(format!("`{shown}` cannot be started: {error}")),
    }
}

/// Returns a command as one would type it.
pub(crate) fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| Path::new(word).file_name().unwrap_or(word).to_string_lossy()).collect();
    words.join(" ")
}

/// Returns a seed that another run does not have.
pub(crate) fn drawn_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(1, |now| now.as_secs())
}

/// Returns whether a program can be started.
pub(crate) fn exists(program: &str, argument: &str) -> bool {
    Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success())
}

/// Builds a program of the workspace that stands beside a test of its package, and returns where it is.
///
/// It is built as for that test, with the whole workspace chosen: so every crate has the features that all tests were built with, and
/// none is built once more with others.
pub(crate) fn built(name: &str, beside: &str) -> Result<PathBuf, Failure> {
    program(&["test", "--workspace", "--no-run", "--test", beside], name)
}

/// Has cargo build something, and returns where the program of that name is that it made: where that is, its settings say.
fn program(arguments: &[&str], name: &str) -> Result<PathBuf, Failure> {
    let mut command = cargo(arguments);
    command.args(["--quiet", "--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
    let shown = shown(&command);
    let output = command.output().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
    if !output.status.success() {
        return Err(format!("`{shown}` failed ({})", output.status));
    }
    let told = String::from_utf8_lossy(&output.stdout);
    let artifacts = told.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let is_it = |artifact: &Value| {
        artifact["target"]["name"] == name
            && artifact["target"]["kind"][0] == "bin"
            && artifact["profile"]["test"] == false
    };
    let mut programs =
        artifacts.filter(is_it).filter_map(|artifact| artifact["executable"].as_str().map(PathBuf::from));
    programs.next().ok_or_else(|| format!("`{shown}` builds no program {name}"))
}

/// Builds a program of the tests package, with all optimizations where it has so much to do that they are worth a build of their own.
pub(crate) fn built_for(name: &str, times: u64) -> Result<PathBuf, Failure> {
    /// What takes a debug build less time than the optimized one takes to be built.
    const FEW: u64 = 20_000;
    if times <= FEW {
        return built(name, "bulk");
    }
    program(&["build", "--release", "--package", "apsara-tests", "--bin", name], name)
}

/// Installs a program of the Rust registry below the target folder, in one version, unless it is there; returns where it is.
pub(crate) fn installed(name: &str, version: &str) -> Result<PathBuf, Failure> {
    let folder = target().join("tools");
    let program = folder.join("bin").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    // A subcommand of cargo hears its own name first.
    let command = name.strip_prefix("cargo-").unwrap_or(name);
    let told = Command::new(&program).args([command, "--version"]).output();
    if !told.is_ok_and(|told| String::from_utf8_lossy(&told.stdout).trim().ends_with(version)) {
        println!("{name} {version} is installed to {}, which takes some minutes", folder.display());
        succeed(cargo(&["install", name, "--version", version, "--locked", "--quiet", "--root"]).arg(&folder))?;
    }
    Ok(program)
}
