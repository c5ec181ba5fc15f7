//! `cargo xtask release-notes` in a workspace of its own: what it writes, and what it lets through.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

/// A workspace with a product of three operations.
struct Workspace(tempfile::TempDir);

const UPDATE: &str = "api-specs/things/2026-01-01/UpdateThing.json";
const DROP: &str = "api-specs/things/2026-01-01/DropThing.json";

impl Workspace {
    fn new(version: &str) -> Self {
        let workspace = Self(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap());
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/evolution/things/2026-01-01");
        let specs = workspace.path("api-specs/things/2026-01-01");
        fs::create_dir_all(&specs).unwrap();
        for entry in fs::read_dir(fixture).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), specs.join(entry.file_name())).unwrap();
        }
        workspace.set_version(version);
        workspace
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn set_version(&self, version: &str) {
        fs::write(self.path("Cargo.toml"), format!("[workspace.package]\nversion = \"{version}\"\n")).unwrap();
    }

    fn edit(&self, file: &str, edit: impl FnOnce(&mut Value)) {
        let mut spec = serde_json::from_str(&self.read(file)).unwrap();
        edit(&mut spec);
        fs::write(self.path(file), spec.to_string()).unwrap();
    }

    /// Runs the command; what it says if it fails.
    fn notes(&self, arguments: &[&str]) -> Result<(), String> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.arg("release-notes").args(arguments).env_remove("CARGO_TARGET_DIR");
        let output = command.env("CARGO_MANIFEST_DIR", self.path("xtask")).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        if output.status.success() { Ok(()) } else { Err(said) }
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(self.0.path()).args(["-c", "user.name=A", "-c", "user.email=a@example.com"]);
        // Whoever runs this may sign commits, or have hooks.
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(command.args(arguments).output().unwrap().status.success());
    }
}

fn add_parameter(spec: &mut Value) {
    let parameter = json!({ "name": "Extra", "in": "query", "schema": { "type": "string" } });
    spec["parameters"].as_array_mut().unwrap().push(parameter);
}

fn remove_parameter(spec: &mut Value) {
    spec["parameters"].as_array_mut().unwrap().remove(0);
}

#[test]
fn the_first_release_says_what_there_is() {
    let workspace = Workspace::new("0.1.0");
    assert!(workspace.notes(&["--check"]).unwrap_err().contains("run `cargo xtask release-notes`"));
    workspace.notes(&[]).unwrap();
    workspace.notes(&["--check"]).unwrap();
    let changelog = workspace.read("CHANGELOG.md");
    assert!(changelog.contains("- `things` 2026-01-01: 6 operations"), "{changelog}");
    assert!(!workspace.path("api-specs/released.bin").exists());
}

#[test]
fn what_is_added_asks_for_a_patch_and_what_is_gone_for_a_minor_version_before_1_0() {
    let workspace = Workspace::new("0.1.0");
    workspace.notes(&["--released"]).unwrap();
    assert!(workspace.read("CHANGELOG.md").contains("\n## 0.1.0\n"));
    workspace.notes(&[]).unwrap();
    workspace.notes(&["--check"]).unwrap();
    assert!(workspace.read("CHANGELOG.md").contains("Nothing changed for callers since 0.1.0."));
    assert!(workspace.notes(&["--released"]).unwrap_err().contains("0.1.0 is released already"));

    workspace.edit(UPDATE, add_parameter);
    assert!(workspace.notes(&["--check"]).unwrap_err().contains("run `cargo xtask release-notes`"));
    let small = workspace.notes(&[]).unwrap_err();
    assert!(
        small.contains("the version 0.1.0 is too small") && small.contains("write `version = \"0.1.1\"`"),
        "{small}"
    );
    assert!(small.contains("minor: `things::v2026_01_01::UpdateThingRequest.extra` is new"), "{small}");
    workspace.set_version("0.1.1");
    workspace.notes(&["--check"]).unwrap();
    let changelog = workspace.read("CHANGELOG.md");
    let line = "### Additions and changes\n\n- `things` 2026-01-01 `UpdateThing`: the parameter `Extra` is new\n";
    assert!(
        changelog.contains("Since 0.1.0, which asks for 0.1.1 or later:") && changelog.contains(line),
        "{changelog}"
    );

    fs::remove_file(workspace.path(DROP)).unwrap();
    let small = workspace.notes(&[]).unwrap_err();
    assert!(
        small.contains("the version 0.1.1 is too small") && small.contains("write `version = \"0.2.0\"`"),
        "{small}"
    );
    assert!(workspace.notes(&["--released"]).unwrap_err().contains("too small"));
    workspace.set_version("0.2.0");
    workspace.notes(&["--check"]).unwrap();
    let gone = "### Breaking changes\n\n- `things` 2026-01-01: operations are gone `DropThing`\n";
    assert!(workspace.read("CHANGELOG.md").contains(gone), "{}", workspace.read("CHANGELOG.md"));
    workspace.notes(&["--released"]).unwrap();
    let changelog = workspace.read("CHANGELOG.md");
    assert!(changelog.find("## 0.2.0") < changelog.find("## 0.1.0"), "{changelog}");
}

#[test]
fn from_1_0_on_what_is_gone_asks_for_a_major_version() {
    let workspace = Workspace::new("1.4.2");
    workspace.notes(&["--released"]).unwrap();
    workspace.set_version("1.5.0");
    workspace.edit(UPDATE, add_parameter);
    workspace.notes(&[]).unwrap();
    workspace.edit(UPDATE, remove_parameter);
    assert!(workspace.notes(&[]).unwrap_err().contains("write `version = \"2.0.0\"`"));
}

#[test]
fn notes_are_written_again_as_they_are_and_what_is_written_by_hand_stays() {
    let workspace = Workspace::new("0.1.1");
    workspace.set_version("0.1.0");
    workspace.notes(&["--released"]).unwrap();
    workspace.set_version("0.1.1");
    workspace.edit(UPDATE, add_parameter);
    workspace.notes(&[]).unwrap();
    let path = workspace.path("CHANGELOG.md");
    let by_hand = workspace.read("CHANGELOG.md").replace("\n## 0.1.0", "\n- Faster.\n\n## 0.1.0");
    fs::write(&path, &by_hand).unwrap();
    workspace.notes(&["--check"]).unwrap();
    workspace.notes(&[]).unwrap();
    assert_eq!(workspace.read("CHANGELOG.md"), by_hand);
}

#[test]
fn a_git_revision_can_be_compared_with() {
    let workspace = Workspace::new("0.1.0");
    workspace.git(&["init", "--quiet"]);
    workspace.git(&["add", "."]);
    workspace.git(&["commit", "--quiet", "--message", "first"]);
    workspace.git(&["tag", "v0.1.0"]);
    workspace.edit(UPDATE, remove_parameter);
    let small = workspace.notes(&["--since", "v0.1.0"]).unwrap_err();
    assert!(small.contains("write `version = \"0.2.0\"`"), "{small}");
    workspace.set_version("0.2.0");
    workspace.notes(&["--since", "v0.1.0"]).unwrap();
    assert!(workspace.read("CHANGELOG.md").contains("Since 0.1.0, which asks for 0.2.0 or later:"));
    assert!(workspace.notes(&["--since", "nowhere"]).is_err());
}

#[test]
fn a_record_that_is_damaged_is_told() {
    let workspace = Workspace::new("0.1.0");
    for (text, told) in [
        ("{", "released.bin: has no first line"),
        ("1\n", "1 is no version"),
        ("1.0.0\n{}", "released.bin: is damaged"),
    ] {
        fs::write(workspace.path("api-specs/released.bin"), text).unwrap();
        let said = workspace.notes(&["--check"]).unwrap_err();
        assert!(said.contains(told), "{said}");
    }
}
