//! Our clients of the chosen operations, generated and built in a crate of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use apsara_codegen::{File, Options, Sources, generate, write};
use apsara_tests::workspace::{cargo, root, scratch, succeed, target};
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::cells::Call;

/// Generates the clients of the calls, and builds the program that sends them.
pub(crate) fn build(calls: &[Call], documents: &BTreeMap<String, Value>) -> PathBuf {
    let mut sources = Sources::default();
    let versions: BTreeSet<&str> = calls.iter().map(|call| call.version).collect();
    for version in versions {
        let mut document = documents[version].clone();
        let apis = document["apis"].as_object_mut().unwrap();
        apis.retain(|name, _| calls.iter().any(|call| call.version == version && call.operation == *name));
        sources.insert(format!("specs/{version}/api-docs.json"), document.to_string());
    }
    let files = generate(&sources, "specs", &Options::default()).unwrap().files;
    let folder = scratch("wire");
    write(&files, &folder.join("src/clients"), &|_| false).unwrap();
    let mut features = String::new();
    for product in files.iter().filter_map(|file| file.path.strip_suffix("/mod.rs")).filter(|path| !path.contains('/'))
    {
        features.push_str(&format!("{product} = []\n"));
    }
    let manifest = format!(
        "[package]\nname = \"wire\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[features]\n{features}\n\
         [dependencies]\napsara-core = {{ path = '{}' }}\nserde_json = \"1\"\ntokio = {{ version = \"1\", features = [\"macros\", \"rt\"] }}\n\n[workspace]\n",
        root().join("crates/apsara-core").display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::write(folder.join("src/main.rs"), program(&files)).unwrap();
    // The same versions as here, so that nothing new is fetched.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    succeed(&mut cargo(&folder, &["build", "--quiet", "--all-features"]));
    target().join("scratch-build/debug/wire")
}

/// Writes the program: it takes the name of an operation, and the request as JSON.
fn program(files: &[File]) -> String {
    let mut arms = String::new();
    for file in files {
        let Some((_, operation)) = &file.operation else { continue };
        let (module, _) = file.path.rsplit_once('/').unwrap();
        let module = module.replace('/', "::");
        let request = file.text.split("impl rt::Request for ").nth(1).and_then(|rest| rest.split(' ').next()).unwrap();
        let product = module.split("::").next().unwrap();
        arms.push_str(&format!(
            "        \"{product}:{operation}\" => clients::{module}::Client::new(&config)\n            \
             .execute(&serde_json::from_str::<clients::{module}::{request}>(&json)?).await.map(drop),\n"
        ));
    }
    format!(
        "//! Sends the call that its arguments name, to the address that they name.\n\n\
         #![deny(warnings)]\n#[rustfmt::skip]\npub mod clients;\n\n\
         use apsara_core::{{Config, Credentials, SignatureVersion}};\n\n\
         #[tokio::main(flavor = \"current_thread\")]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {{\n    \
         let mut arguments = std::env::args().skip(1);\n    \
         let (operation, url) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());\n    \
         let json = std::io::read_to_string(std::io::stdin())?;\n    \
         let credentials = Credentials::new(\"LTAI-example-id\", \"example-secret\")?;\n    \
         let config = Config::builder().credentials(credentials).signature(SignatureVersion::V3).region(\"cn-hangzhou\").endpoint(url).build()?;\n    \
         let sent = match operation.as_str() {{\n{arms}        other => return Err(other.into()),\n    }};\n    \
         if let Err(error) = sent {{\n        println!(\"{{error}}\");\n    }}\n    Ok(())\n}}\n"
    )
}

/// Sends a call, and returns what our client said of the empty answer.
pub(crate) async fn send(program: &Path, call: &Call, url: &str) -> String {
    let request: Map<String, Value> =
        call.given.iter().map(|given| (given.name.clone(), given.value.clone())).collect();
    let product = call.version.split('/').next().unwrap().replace(['-', '.'], "_");
    let mut command = Command::new(program);
    command.arg(format!("{product}:{}", call.operation)).arg(url).env("NO_PROXY", "*");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(json!(request).to_string().as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
