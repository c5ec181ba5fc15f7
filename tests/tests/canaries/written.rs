//! What is written to be kept and passed on: code, projects, recordings and traces.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use apsara::testing::Recorder;
use apsara::transport::ReqwestTransport;
use apsara::{Config, Credentials, SignatureVersion, live, sts};
use apsara_catalog::{Operation, Secrets, products};
use apsara_code::{Language, Settings, project, sample};
use apsara_emulator::{Account, Emulator};
use apsara_policy::TraceFile;
use serde_json::{Map, Value};

use crate::seen::Seen;
use crate::{BEARER, PRIVATE_KEY, SECRET, callback_url, pull_url, push_url};

pub(crate) fn look(seen: &mut Seen) {
    code(seen);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(recordings_and_traces(seen));
}

/// Writes every operation that has a secret among its parameters, in every language.
fn code(seen: &mut Seen) {
    let mut operations = 0;
    for version in products() {
        let product = apsara_catalog::Product::from(version);
        for name in product.operations() {
            let mut operation = product.operation(name).unwrap();
            let description = operation.describe().unwrap();
            let secrets: BTreeSet<String> = Secrets::of_request(&description).names().map(str::to_owned).collect();
            let parameters = filled(&operation, &secrets);
            if parameters.is_empty() {
                continue;
            }
            operations += 1;
            for language in Language::all() {
                let shown = sample(*language, &operation, &parameters, &Settings::default());
                seen.text("code", &shown.unwrap_or_else(|error| error.to_string()));
            }
            match project(&operation, &parameters, &Settings::default()) {
                Ok(zip) => seen.text("projects", &unzipped(&zip)),
                Err(error) => seen.text("projects", &error.to_string()),
            }
        }
    }
    assert!(operations > 20, "{operations} operations have a secret");
}

/// Gives a secret to each parameter that is one, or that holds addresses.
fn filled(operation: &Operation, secrets: &BTreeSet<String>) -> Map<String, Value> {
    let mut out = Map::new();
    for parameter in operation.spec()["parameters"].as_array().into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap();
        let kind = parameter["schema"]["type"].as_str().unwrap_or("string");
        let value = match kind {
            "string" if secrets.contains(&name.to_lowercase()) => PRIVATE_KEY.into(),
            "string" if name == "DstUrl" => push_url().into(),
            "array" if name == "SourceUrls" => Value::Array(vec![pull_url().into()]),
            _ => continue,
        };
        out.insert(name.to_owned(), value);
    }
    out
}

fn unzipped(zip: &[u8]) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
    (0..archive.len()).fold(String::new(), |mut text, index| {
        std::io::Read::read_to_string(&mut archive.by_index(index).unwrap(), &mut text).unwrap();
        text
    })
}

async fn recordings_and_traces(seen: &mut Seen) {
    let folder = tempfile::tempdir().unwrap();
    let account = Account::new("1000000000000001").key("LTAI-known", SECRET);
    let emulator = Emulator::builder().account(account).start().await.unwrap();
    for (number, signature) in [SignatureVersion::V1, SignatureVersion::V3].into_iter().enumerate() {
        let (recording, trace) = (folder.path().join(format!("{number}.json")), folder.path().join("trace.jsonl"));
        let recorder = Recorder::new(ReqwestTransport::builder().without_proxy().build().unwrap());
        let config = Config::builder()
            .credentials(Credentials::new("LTAI-known", SECRET).unwrap())
            .bearer_token(BEARER)
            .endpoint(emulator.url())
            .signature(signature)
            .observer(TraceFile::create(&trace).unwrap())
            .transport(recorder.clone())
            .build()
            .unwrap();
        let live = live::Client::new(&config);
        let create = apsara_tests::relay_task(&live, &emulator, &format!("task-{number}"));
        // No two tasks push to one place.
        let push = push_url().replace("/app/", &format!("/app{number}/"));
        create.source_urls([pull_url()]).dst_url(push).callback_url(callback_url()).send().await.unwrap();
        live.describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap();
        let certificate = live.set_live_domain_certificate().domain_name("example.com").ssl_protocol("on");
        certificate.ssl_pri(PRIVATE_KEY).send().await.unwrap();
        // What this is answered with is a key, of the emulator's making.
        let role = sts::Client::new(&config).assume_role().role_arn("acs:ram::1000000000000001:role/any");
        let keys = role.role_session_name("session").send().await;
        recorder.save(&recording).unwrap();
        let made = keys.unwrap().credentials;
        for made in made.iter().flat_map(|keys| [&keys.access_key_secret, &keys.security_token]).flatten() {
            seen.look_for("a key that was answered", made);
        }
        seen.text("recordings", &fs::read_to_string(&recording).unwrap());
        owned(&recording);
        seen.text("traces", &fs::read_to_string(&trace).unwrap());
    }
}

/// Sees that nobody but its owner may read a file.
pub(crate) fn owned(path: &Path) {
    let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600, "{}", path.display());
}
