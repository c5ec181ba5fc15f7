//! Restarts the relay task whose id is given, by reqwest and a signature that is written by hand: `one-call-reqwest TASK`.

use std::env::var;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use hmac::{Hmac, KeyInit as _, Mac as _};
use rustls_platform_verifier::BuilderVerifierExt as _;
use sha2::{Digest as _, Sha256};

#[derive(serde::Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Restarted {
    task_id: String,
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let task = std::env::args().nth(1).ok_or("which task?")?;
    let (id, secret) = (var("ALIBABA_CLOUD_ACCESS_KEY_ID")?, var("ALIBABA_CLOUD_ACCESS_KEY_SECRET")?);
    let endpoint = var("ALIBABA_CLOUD_ENDPOINT").unwrap_or_else(|_| "https://live.aliyuncs.com".to_owned());
    let host = endpoint.rsplit('/').next().unwrap_or_default();
    let tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .timeout(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let mut nonce = [0; 16];
    getrandom::fill(&mut nonce).map_err(|error| error.to_string())?;
    let query = format!("Region=cn-shanghai&TaskId={task}");
    let nothing = hex(&Sha256::digest(b""));
    let headers = [
        ("host", host.to_owned()),
        ("x-acs-action", "RestartLivePullToPush".to_owned()),
        ("x-acs-content-sha256", nothing.clone()),
        ("x-acs-date", humantime::format_rfc3339_seconds(SystemTime::now()).to_string()),
        ("x-acs-signature-nonce", hex(&nonce)),
        ("x-acs-version", "2016-11-01".to_owned()),
    ];
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.each_ref().map(|(name, _)| *name).join(";");
    let canonical = format!("GET\n/\n{query}\n{lines}\n{names}\n{nothing}");
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())?;
    mac.update(format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical))).as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let authorization = format!("ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature={signature}");
    let mut request = client.get(format!("{endpoint}/?{query}")).header("authorization", authorization);
    for (name, value) in &headers {
        request = request.header(*name, value);
    }
    let answer = request.header("accept", "application/json").send().await?.error_for_status()?;
    let restarted: Restarted = serde_json::from_slice(&answer.bytes().await?)?;
    println!("goes on as {}", restarted.task_id);
    Ok(())
}
