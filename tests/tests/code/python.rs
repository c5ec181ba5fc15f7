//! Python: programs run, and send what the runtime sends.

use std::path::Path;
use std::process::Stdio;

use apsara_code::{Language, Settings, sample};
use apsara_tests::workspace::{scratch, target};

use crate::operations::{Call, cover};
use crate::wire::{KEY, ours, seen, server};

/// Runs a program by the Python that the official SDK is installed for.
pub(crate) fn python(program: &Path) -> tokio::process::Command {
    let python = target().join("peers/python/bin/python");
    assert!(python.exists(), "{} is not there: `cargo xtask test --peers` installs it", python.display());
    let mut command = tokio::process::Command::new(python);
    command.arg(program).env_clear().env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "*").kill_on_drop(true);
    command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", KEY.0).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", KEY.1);
    command.stdin(Stdio::null());
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn python_sends_what_the_runtime_sends() {
    let folder = scratch("code-python");
    let calls = cover();
    assert!(calls.len() >= 40, "{}", calls.len());
    let mut sent = 0;
    for call in &calls {
        sent += usize::from(same(call, &folder).await);
    }
    assert!(sent >= calls.len() - 2, "{sent} of {} could be written", calls.len());
}

/// Compares one call; returns whether it can be written.
async fn same(call: &Call, folder: &Path) -> bool {
    let server = server().await;
    let mut settings = Settings::default();
    settings.endpoint = Some(server.url().to_owned());
    let name = &call.operation.name;
    let text = match sample(Language::Python, &call.operation, &call.parameters, &settings) {
        Ok(text) => text,
        Err(error) => {
            assert!(error.to_string().contains("XML"), "{name}: {error}");
            return false;
        }
    };
    let program = folder.join(format!("{name}.py"));
    std::fs::write(&program, &text).unwrap();
    let output = python(&program).envs(call.variables()).output().await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{name}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(seen(&requests[0]), ours(call).await, "{name}:\n{text}");
    assert!(output.status.success(), "{name}: {}\n{text}", String::from_utf8_lossy(&output.stderr));
    true
}
