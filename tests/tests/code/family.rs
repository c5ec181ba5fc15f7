//! The family of relay tasks: each call runs against an emulator, in Rust, Python and curl, and as a downloaded project.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use apsara_catalog::{Operation, product};
use apsara_code::{Language, Settings, project, sample};
use apsara_emulator::{Clock, Emulator};
use apsara_tests::workspace::{cargo, root, scratch, succeed, target};
use apsara_tests::{at, credentials, live, relay_task};
use serde_json::{Map, Value, json};

use crate::python::python;
use crate::shells::shell;

/// What every program here is told of the cloud.
fn variables(emulator: &Emulator) -> [(&'static str, String); 3] {
    [
        ("ALIBABA_CLOUD_ENDPOINT", emulator.url().to_owned()),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", emulator.access_key_id().to_owned()),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", emulator.access_key_secret().to_owned()),
    ]
}

async fn emulator() -> Emulator {
    Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z").unwrap()).start().await.unwrap()
}

/// A call of the family, and the variables that its secrets come from.
struct Call {
    operation: Operation,
    parameters: Map<String, Value>,
    secrets: BTreeMap<&'static str, String>,
}

impl Call {
    fn written(&self, language: Language, settings: &Settings) -> String {
        sample(language, &self.operation, &self.parameters, settings)
            .unwrap_or_else(|error| panic!("{}: {error}", self.operation.name))
    }
}

/// Returns every call of the family, each of a task of its own that runs.
async fn calls(emulator: &Emulator, name: &str) -> Vec<Call> {
    const NAMES: [&str; 7] = [
        "CreateLivePullToPush",
        "DeleteLivePullToPush",
        "DescribeLivePullToPush",
        "DescribeLivePullToPushList",
        "RestartLivePullToPush",
        "StopLivePullToPush",
        "UpdateLivePullToPush",
    ];
    let client = live(emulator);
    let shipped = product("live", None).unwrap();
    let mut ids = Vec::new();
    for operation in NAMES {
        let task = relay_task(&client, emulator, &format!("{name}-{operation}")).send().await.unwrap();
        ids.push(task.task_id.unwrap());
    }
    emulator.clock().advance(Duration::from_secs(3600));
    let stop = client.stop_live_pull_to_push().region("cn-shanghai").task_id(&ids[1]);
    stop.send().await.unwrap();
    let mut calls = Vec::new();
    for (operation, id) in NAMES.iter().zip(ids) {
        let mut secrets = BTreeMap::new();
        let given = match *operation {
            "CreateLivePullToPush" => {
                let [source, push] = ["pull", "push"].map(|it| format!("rtmp://{it}.example.com/app/canary-{name}"));
                secrets.extend([("LIVE_SOURCE_URLS_1", source.clone()), ("LIVE_DST_URL", push.clone())]);
                json!({
                    "Region": "cn-shanghai", "TaskName": name, "StartTime": at(emulator, 3600), "EndTime": at(emulator, 7200),
                    "SourceType": "live", "SourceProtocol": "rtmp", "SourceUrls": [source], "DstUrl": push
                })
            }
            "DescribeLivePullToPushList" => json!({ "Region": "cn-shanghai", "PageSize": 10 }),
            "UpdateLivePullToPush" => {
                json!({ "Region": "cn-shanghai", "TaskId": id, "CallbackUrl": "https://callback.example.com/events" })
            }
            _ => json!({ "Region": "cn-shanghai", "TaskId": id }),
        };
        let parameters = given.as_object().unwrap().clone();
        calls.push(Call { operation: shipped.operation(operation).unwrap(), parameters, secrets });
    }
    calls
}

/// Checks that the last thing that an emulator was asked is a call, and that it took it.
#[track_caller]
fn took(emulator: &Emulator, call: &Call, told: &str) {
    let ledger = emulator.ledger();
    let last = ledger.last().unwrap();
    assert_eq!((last.action.as_str(), last.status), (call.operation.name.as_str(), 200), "{told}\n{last:#?}");
}

/// Runs a program that is told of an emulator and of nothing else, while that goes on.
async fn run(mut command: Command) -> String {
    let output = tokio::task::spawn_blocking(move || succeed(&mut command)).await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// Puts the crates of the workspace in the place of published ones, for everything below a folder.
fn patch(folder: &Path) {
    let mut patches = "[patch.crates-io]\n".to_owned();
    for (name, path) in [
        ("apsara", "crates/apsara"),
        ("apsara-core", "crates/apsara-core"),
        ("apsara-codegen", "codegen"),
        ("apsara-predicate", "crates/apsara-predicate"),
    ] {
        patches.push_str(&format!("{name} = {{ path = '{}' }}\n", root().join(path).display()));
    }
    fs::create_dir_all(folder.join(".cargo")).unwrap();
    fs::write(folder.join(".cargo/config.toml"), patches).unwrap();
}

/// Builds a crate, with the same versions as here, so that nothing new is fetched; returns where its programs are.
fn built(folder: &Path) -> PathBuf {
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    succeed(&mut cargo(folder, &["build", "--quiet"]));
    target().join("scratch-build/debug")
}

fn program(path: &Path, emulator: &Emulator, call: &Call) -> Command {
    let mut command = Command::new(path);
    command.env_clear().envs(variables(emulator)).envs(&call.secrets).env("NO_PROXY", "*");
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_runs() {
    let emulator = emulator().await;
    let calls = calls(&emulator, "rust").await;
    let folder = scratch("code-family");
    patch(&folder);
    fs::create_dir_all(folder.join("src/bin")).unwrap();
    let manifest = "[package]\nname = \"family\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\napsara = \"0.1\"\n\
                    tokio = { version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }\n\n[workspace]\n";
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    for call in &calls {
        let text = call.written(Language::Rust, &Settings::default());
        assert!(!text.contains("canary"), "{text}");
        let text = format!("#![deny(warnings)]\n{text}");
        fs::write(folder.join("src/bin").join(format!("family-{}.rs", call.operation.word())), text).unwrap();
    }
    let programs = built(&folder);
    for call in &calls {
        let path = programs.join(format!("family-{}", call.operation.word()));
        let printed = run(program(&path, &emulator, call)).await;
        took(&emulator, call, &printed);
        assert!(printed.contains("RequestId"), "{printed}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_runs() {
    let emulator = emulator().await;
    let folder = scratch("code-family-python");
    for call in &calls(&emulator, "python").await {
        // Where it goes is said by the environment alone.
        let text = call.written(Language::Python, &Settings::default());
        assert!(!text.contains("canary"), "{text}");
        let path = folder.join(format!("{}.py", call.operation.word()));
        fs::write(&path, &text).unwrap();
        let output = python(&path).envs(variables(&emulator)).envs(&call.secrets).output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}\n{text}");
        took(&emulator, call, &text);
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(answer["RequestId"].is_string(), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_runs() {
    let emulator = emulator().await;
    let mut settings = Settings::default();
    settings.endpoint = Some(emulator.url().to_owned());
    settings.credentials = Some(credentials(&emulator));
    for call in &calls(&emulator, "curl").await {
        let written = sample(Language::Curl, &call.operation, &call.parameters, &settings);
        if !call.secrets.is_empty() {
            assert!(written.unwrap_err().to_string().contains("would hold a secret"));
            continue;
        }
        let text = written.unwrap();
        assert!(!text.contains(emulator.access_key_secret()), "{text}");
        let output = shell(&text).output().await.unwrap();
        assert!(output.status.success(), "{}\n{text}", String::from_utf8_lossy(&output.stderr));
        took(&emulator, call, &format!("{text}\n{}", String::from_utf8_lossy(&output.stdout)));
    }
}

/// Unpacks a zip below a folder; returns what is in it.
fn unpack(zip: &[u8], folder: &Path) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        let path = folder.join(file.enclosed_name().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &text).unwrap();
        files.insert(name, text);
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_downloaded_project_builds_and_runs_elsewhere() {
    let emulator = emulator().await;
    let calls = calls(&emulator, "download").await;
    // Nothing of the workspace stands above it.
    let elsewhere = tempfile::tempdir().unwrap();
    patch(elsewhere.path());
    for name in ["CreateLivePullToPush", "RestartLivePullToPush"] {
        let call = calls.iter().find(|call| call.operation.name == name).unwrap();
        let zip = project(&call.operation, &call.parameters, &Settings::default()).unwrap();
        let files = unpack(&zip, elsewhere.path());
        let word = call.operation.word();
        let names: Vec<&str> = files.keys().map(|name| name.strip_prefix(&format!("{word}/")).unwrap()).collect();
        assert_eq!(names, [".gitignore", "Cargo.toml", "README.md", "src/main.rs"]);
        let all = files.values().cloned().collect::<String>();
        assert!(!all.contains("canary") && !all.contains(emulator.access_key_secret()), "{all}");
        let programs = built(&elsewhere.path().join(&word));
        let printed = run(program(&programs.join(&word), &emulator, call)).await;
        took(&emulator, call, &printed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rust_by_a_build_script_builds_and_runs() {
    let emulator = emulator().await;
    let calls = calls(&emulator, "build").await;
    let call = calls.iter().find(|call| call.operation.name == "CreateLivePullToPush").unwrap();
    let text = call.written(Language::RustBuild, &Settings::default());
    assert!(!text.contains("canary"), "{text}");
    let (manifest, rest) = text.split_once("// build.rs\n").unwrap();
    let (script, program_text) = rest.split_once("// src/main.rs\n").unwrap();
    let folder = scratch("code-build");
    patch(&folder);
    let head = "[package]\nname = \"built-by-script\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n";
    for (path, text) in [
        ("Cargo.toml", format!("{head}{manifest}\n[workspace]\n")),
        ("build.rs", script.to_owned()),
        ("src/main.rs", format!("#![deny(warnings)]\n{program_text}")),
        ("specs/live.json", document().to_string()),
    ] {
        fs::create_dir_all(folder.join(path).parent().unwrap()).unwrap();
        fs::write(folder.join(path), text).unwrap();
    }
    let programs = built(&folder);
    let printed = run(program(&programs.join("built-by-script"), &emulator, call)).await;
    took(&emulator, call, &printed);
}

/// Makes a document of the whole version, as the portal publishes it: without what we know better.
fn document() -> Value {
    let version = apsara_specs::version("live", "2016-11-01").unwrap();
    let mut document = version.shared();
    let apis: Map<String, Value> =
        version.operations().map(|name| (name.to_owned(), version.operation(name).unwrap().spec().clone())).collect();
    document["apis"] = apis.into();
    document.as_object_mut().unwrap().remove("enums");
    document
}
