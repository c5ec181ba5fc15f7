//! Files of profiles, of the official CLI and of the official SDKs: read, or refused without their secrets.

use std::sync::LazyLock;

use apsara_core::credentials::{CliProfile, CredentialsProvider, IniProfile};
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use bytes::Bytes;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::scratch;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made")
});

/// Reaches nobody.
#[derive(Debug)]
struct Nobody;

impl Transport for Nobody {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(async { Err(TransportError::new("nobody is there")) })
    }
}

/// Takes any bytes of a file, which is read as one of the CLI and as one of the SDKs.
pub(crate) fn look(input: &[u8]) {
    let path = scratch::file("profiles", input);
    let shown = path.display().to_string();
    let var = |name: &str| match name {
        "ALIBABA_CLOUD_CONFIG_FILE" | "ALIBABA_CLOUD_CREDENTIALS_FILE" => Some(shown.clone()),
        // Only this keeps the metadata service of a real instance out.
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED" => Some("true".to_owned()),
        _ => None,
    };
    let read: Option<Value> = serde_json::from_slice(input).ok();
    let cli = CliProfile::from_vars(var).expect("the variables are sound").transport(Nobody);
    let ini = IniProfile::from_vars(var).expect("the variables are sound").transport(Nobody);
    let mut names: Vec<String> = Vec::new();
    let mut secrets: Vec<String> = Vec::new();
    if let Some(read) = &read {
        collect(read, &mut names, &mut secrets);
    }
    let told = [cli.name(), ini.name(), format!("{:?}", (cli.account(), ini.account()))];
    drop(told);
    // A program that a profile names is run, and a file that it names is read.
    let reaches_out = |text: &str| {
        let text = text.to_ascii_lowercase();
        ["external", "/dev/", "/proc/"].iter().any(|word| text.contains(word))
    };
    let all = String::from_utf8_lossy(input);
    if reaches_out(&all) || names.iter().chain(&secrets).any(|text| reaches_out(text)) {
        return;
    }
    for result in [RUNTIME.block_on(cli.credentials()), RUNTIME.block_on(ini.credentials())] {
        let Err(error) = result else { continue };
        let told = format!("{error} {error:?}");
        // A short one may stand in any sentence, and one that is a name too may be told.
        let is_only_secret = |secret: &&String| secret.len() > 11 && !names.iter().any(|name| name.contains(*secret));
        for secret in secrets.iter().filter(is_only_secret) {
            assert!(!told.contains(secret.as_str()), "a secret stands in an error: {told}");
        }
    }
}

/// Finds texts, those that are secrets apart.
fn collect(value: &Value, names: &mut Vec<String>, secrets: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, names, secrets)),
        Value::Object(fields) => {
            for (name, value) in fields {
                names.push(name.clone());
                match value {
                    Value::String(text) if ["access_key_secret", "sts_token"].contains(&name.as_str()) => {
                        secrets.push(text.clone());
                    }
                    value => collect(value, names, secrets),
                }
            }
        }
        Value::String(text) => names.push(text.clone()),
        _ => {}
    }
}
