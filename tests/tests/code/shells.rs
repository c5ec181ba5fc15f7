//! curl: commands run, and send what the runtime sends.

use std::process::Stdio;

use apsara::Credentials;
use apsara_code::{Language, Settings, sample};

use crate::operations::cover;
use crate::wire::{KEY, ours, seen, server};

/// Runs a command line by a shell whose environment says nothing but where programs are.
pub(crate) fn shell(text: &str) -> tokio::process::Command {
    let mut command = tokio::process::Command::new("sh");
    command.arg("-c").arg(text).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("NO_PROXY", "*").stdin(Stdio::null()).kill_on_drop(true);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn curl_sends_what_the_runtime_sends() {
    let mut sent = 0;
    for call in &cover() {
        let server = server().await;
        let mut settings = Settings::default();
        settings.endpoint = Some(server.url().to_owned());
        settings.credentials = Some(Credentials::new(KEY.0, KEY.1).unwrap());
        let name = &call.operation.name;
        let text = match sample(Language::Curl, &call.operation, &call.parameters, &settings) {
            Ok(text) => text,
            Err(error) => {
                assert!(error.to_string().contains("would hold a secret"), "{name}: {error}");
                continue;
            }
        };
        assert!(text.contains(KEY.0) && !text.contains(KEY.1), "{text}");
        let output = shell(&text).output().await.unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {told}\n{text}");
        let requests = server.requests();
        assert_eq!(requests.len(), 1, "{name}: {told}\n{text}");
        assert_eq!(seen(&requests[0]), ours(call).await, "{name}:\n{text}");
        sent += 1;
    }
    assert!(sent >= 40, "{sent} commands were run");
}
