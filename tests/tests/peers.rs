//! The official Python SDKs beside ours: they drive our emulator, and their functions sign our requests again.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara::live;
use apsara::transport::{BoxFuture, Transport, TransportError};
use apsara::{Config, Credentials, SignatureVersion};
use apsara_emulator::{Clock, Emulator};
use apsara_tests::{config, relay_task, workspace};
use bytes::Bytes;
use tokio::process::Command;

/// Finds the Python that `cargo xtask test` installs the SDKs for.
fn python() -> PathBuf {
    let python = workspace::target().join("peers/python/bin/python");
    assert!(python.exists(), "the official SDKs are not installed; `cargo xtask test` installs them");
    python
}

async fn run(script: &str, vars: &[(&str, &str)], input: &str) -> String {
    use tokio::io::AsyncWriteExt as _;
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers").join(script);
    let mut command = Command::new(python());
    command.arg(script).env_clear().env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "*").envs(vars.iter().copied());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Drives the family with an official SDK. The script moves no clock, so the task starts a second after it is created.
async fn drive(script: &str) -> (Emulator, Vec<String>) {
    let emulator = Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z").unwrap()).start().await.unwrap();
    let idle = relay_task(&live::Client::new(&config(&emulator)), &emulator, "idle").send().await.unwrap();
    emulator.clock().advance(Duration::from_secs(3600));
    let vars = [
        ("HOST", emulator.host()),
        ("ACCESS_KEY_ID", emulator.access_key_id()),
        ("ACCESS_KEY_SECRET", emulator.access_key_secret()),
        ("TASK_ID", idle.task_id.as_deref().unwrap()),
        ("ACCOUNT_ID", emulator.account_id()),
        ("START_TIME", "2026-01-01T02:00:00Z"),
        ("END_TIME", "2026-01-02T00:00:00Z"),
    ];
    let printed = run(script, &vars, "").await;
    (emulator, printed.lines().map(str::to_owned).collect())
}

/// What both SDKs must see, line by line; ids and request ids are checked by the scripts.
const FAMILY: [&str; 14] = [
    "describe: status 1",
    "restart: another id",
    "describe old: status -1",
    "describe new: status 1",
    "stop: ok",
    "stop again: CodeTaskHasStopped 400",
    "update: RetCode 0",
    "create: RetCode 0",
    "restart early: InvalidParameter 400",
    "list: total 2",
    "delete: RetCode 0",
    "restart none: CodeTaskNotExist 400",
    "wrong secret: SignatureDoesNotMatch 400",
    "identity: the account",
];

#[tokio::test]
async fn the_official_python_sdk_drives_the_family_with_signature_v3() {
    let (emulator, lines) = drive("drive_v3.py").await;
    assert_eq!(lines, FAMILY);
    assert!(emulator.ledger().len() >= FAMILY.len());
}

#[tokio::test]
async fn the_official_python_core_drives_the_family_with_signature_v1() {
    let (emulator, lines) = drive("drive_v1.py").await;
    assert_eq!(lines, FAMILY);
    assert!(emulator.ledger().len() >= FAMILY.len());
}

#[tokio::test]
async fn every_spec_is_valid_by_the_schema_that_it_names() {
    let specs = workspace::root().join("api-specs");
    let printed = run("check_schemas.py", &[("SPECS", specs.to_str().unwrap())], "").await;
    let lines: Vec<&str> = printed.lines().collect();
    let (checked, refused) = lines.split_first().unwrap();
    let count: usize = checked.strip_suffix(" checked").unwrap_or_else(|| panic!("{printed}")).parse().unwrap();
    assert!(count >= 22, "{printed}");
    assert_eq!(refused, ["overlay: refused", "overlay: refused", "product: refused", "operation: refused"]);
}

/// Keeps what would have been sent, and answers with an empty success.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<http::Request<Bytes>>>>);

impl Transport for Kept {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.0.lock().unwrap().push(request);
        Box::pin(async { Ok(http::Response::new(Bytes::new())) })
    }
}

/// Makes one request of each kind that the shipped operations have, with every character that clients disagree on.
async fn our_requests(signature: SignatureVersion, token: Option<&str>) -> Vec<http::Request<Bytes>> {
    let kept = Kept::default();
    let credentials = match token {
        None => Credentials::new("LTAI-example-id", "example-secret"),
        Some(token) => Credentials::temporary("STS.example-id", "example-secret", token),
    };
    let config = Config::builder().credentials(credentials.unwrap()).signature(signature).transport(kept.clone());
    let config = config.build().unwrap();
    let (live, sts) = (live::Client::new(&config), apsara::sts::Client::new(&config));
    live.restart_live_pull_to_push().region("cn-shanghai").task_id("6f869419").send().await.unwrap();
    live.create_live_pull_to_push()
        .region_id("ap-southeast-1")
        .region("ap-southeast-1")
        .task_name("a b+c*d~e!'()/?y=z&w%100 中文é")
        .start_time("2026-01-01T00:00:00Z")
        .end_time("2026-01-02T00:00:00Z")
        .source_type("url")
        .source_urls(["https://example.com/a b.mp4?x=\"1\"", "https://example.com/中.flv"])
        .dst_url("rtmp://push.example.com/app/key?auth_key=1-2-3")
        .repeat_number(-1)
        .callback_url("")
        .send()
        .await
        .unwrap();
    live.describe_live_pull_to_push_list().region("cn-shanghai").page_size(100).send().await.unwrap();
    sts.get_caller_identity().send().await.unwrap();
    sts.assume_role()
        .role_arn("acs:ram::1:role/a")
        .role_session_name("x@y.z")
        .duration_seconds(900)
        .send()
        .await
        .unwrap();
    Arc::try_unwrap(kept.0)
        .map_or_else(|kept| kept.lock().unwrap().iter().map(cloned).collect(), |kept| kept.into_inner().unwrap())
}

fn cloned(request: &http::Request<Bytes>) -> http::Request<Bytes> {
    request.clone()
}

#[tokio::test]
async fn the_official_functions_sign_our_requests_alike() {
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        for token in [None, Some("CAIS token/with+signs==".replace(' ', "-"))] {
            let requests = our_requests(signature, token.as_deref()).await;
            assert_eq!(requests.len(), 5);
            let input: Vec<serde_json::Value> = requests
                .iter()
                .map(|request| {
                    let headers =
                        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
                    serde_json::json!({
                        "method": request.method().as_str(),
                        "path": request.uri().path(),
                        "query": request.uri().query().unwrap_or_default(),
                        "headers": headers.collect::<std::collections::BTreeMap<_, _>>(),
                        "body": std::str::from_utf8(request.body()).unwrap(),
                    })
                })
                .collect();
            let printed =
                run("sign_again.py", &[("SECRET", "example-secret")], &serde_json::to_string(&input).unwrap()).await;
            assert_eq!(printed, "same\n".repeat(requests.len()), "{signature:?} {token:?}");
        }
    }
}
