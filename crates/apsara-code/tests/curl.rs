//! curl commands that are signed by whatever gives the credentials.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use apsara_catalog::product;
use apsara_code::curl;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, ConfigBuilder, SignatureVersion};
use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Map, Value, json};

/// A key that ends in the year 9999, as those who give keys write it.
const KEY: &str = r#"{"Code":"Success","AccessKeyId":"STS.given","AccessKeySecret":"canary-secret","SecurityToken":"canary-token",
    "Expiration":"9999-01-01T00:00:00Z"}"#;

/// Answers whoever asks for a key, and keeps what was asked.
#[derive(Clone, Debug)]
struct Giver {
    status: u16,
    answer: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Giver {
    fn new(status: u16, answer: impl Into<String>) -> Self {
        Self { status, answer: answer.into(), asked: Arc::default() }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl Transport for Giver {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        let uri = request.uri();
        self.asked.lock().unwrap().push(format!("{} {}", uri.host().unwrap(), uri.path()));
        let answer = Response::builder().status(self.status).body(Bytes::from(self.answer.clone())).unwrap();
        Box::pin(async { Ok(answer) })
    }
}

/// Writes a file for a test.
fn file(name: &str, content: &Value) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, content.to_string()).unwrap();
    path
}

/// Begins a configuration with a profile of the official CLI.
fn profile(name: &str, mut profile: Value) -> ConfigBuilder {
    profile["name"] = json!("p");
    let path = file(&format!("{name}.json"), &json!({ "current": "p", "profiles": [profile] }));
    let variable = |name: &str| (name == "ALIBABA_CLOUD_CONFIG_FILE").then(|| path.to_str().unwrap().to_owned());
    ConfigBuilder::from_vars(variable).unwrap()
}

fn written(of: &str, spec: Option<&Path>, name: &str, given: &Value, config: ConfigBuilder, giver: &Giver) -> String {
    let operation = product(of, spec).unwrap().operation(name).unwrap();
    let given: Map<String, Value> = given.as_object().unwrap().clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let written = runtime.block_on(curl(&operation, &given, config, giver.clone()));
    written.unwrap_or_else(|error| format!("refused: {error}"))
}

fn restart(config: ConfigBuilder, giver: &Giver) -> String {
    let given = json!({ "Region": "cn-shanghai", "TaskId": "6f869419-0692-4fd5-8cf0-66cab6590000" });
    written("live", None, "RestartLivePullToPush", &given, config, giver)
}

fn roles() -> Value {
    json!({ "mode": "RamRoleArn", "access_key_id": "LTAI", "access_key_secret": "canary-key",
            "ram_role_arn": "acs:ram::1234567890123456:role/ops", "sts_region": "cn-beijing" })
}

#[test]
fn who_gives_the_key_is_asked_and_the_call_is_what_is_written() {
    for (name, of_profile, answer, asked) in [
        ("role", roles(), format!(r#"{{"RequestId":"r","Credentials":{KEY}}}"#), "sts.cn-beijing.aliyuncs.com /"),
        (
            "sso",
            json!({ "mode": "CloudSSO", "cloud_sso_sign_in_url": "https://signin.test/start", "cloud_sso_account_id": "1",
                    "cloud_sso_access_config": "ac-1", "access_token": "canary-login",
                    "cloud_sso_access_token_expire": 253_370_764_800_u64 }),
            format!(r#"{{"CloudCredential":{KEY}}}"#),
            "signin.test /cloud-credentials",
        ),
        (
            "uri",
            json!({ "mode": "CredentialsURI", "credentials_uri": "http://keys.test/k?canary=1" }),
            KEY.to_owned(),
            "keys.test /k",
        ),
    ] {
        for signature in [SignatureVersion::V3, SignatureVersion::V1] {
            let giver = Giver::new(200, &answer);
            let text = restart(profile(name, of_profile.clone()).signature(signature), &giver);
            assert_eq!(giver.asked(), [asked], "{text}");
            assert!(!text.contains("canary") && !text.contains("apsara-kept"), "{text}");
            if signature == SignatureVersion::V1 {
                assert!(text.contains("would hold a secret in the parameter SecurityToken"), "{text}");
                continue;
            }
            assert!(text.contains("x-acs-action: RestartLivePullToPush") && text.contains("STS.given"), "{text}");
            assert!(text.contains("\"x-acs-security-token: ${ALIBABA_CLOUD_SECURITY_TOKEN:?}\""), "{text}");
        }
    }
}

#[test]
fn where_no_key_is_given_nothing_is_written() {
    let refusal = r#"{"Code":"NoPermission","Message":"You are not authorized.","RequestId":"r-1"}"#;
    let giver = Giver::new(403, refusal);
    let text = restart(profile("refused", roles()), &giver);
    assert!(text.starts_with("refused: ") && text.contains("NoPermission"), "{text}");
    assert!(!text.contains("Signature") && !text.contains("canary"), "{text}");
}

#[test]
fn a_bearer_token_is_a_variable_wherever_it_is_sent() {
    let document = |style: &str, own: &str| {
        json!({
            "info": { "style": style, "product": own, "version": "2026-01-01" },
            "apis": { "GetThing": {
                "methods": ["get"], "path": "/things", "security": [{ "BearerToken": [] }], "responses": {}, "parameters": []
            } }
        })
    };
    let variable = "${ALIBABA_CLOUD_BEARER_TOKEN:?}\"";
    // The gateways with a signature of their own look for it elsewhere as well.
    for (style, own, both) in [("RPC", "Test", false), ("ROA", "Test", false), ("PDS", "pds", true)] {
        let path = file(&format!("bearer-{style}.json"), &document(style, own));
        let config = Config::builder().bearer_token("canary-bearer").endpoint("test.example.com");
        let text = written(own, Some(&path), "GetThing", &json!({}), config, &Giver::new(500, ""));
        assert!(text.contains(&format!("\"x-acs-bearer-token: {variable}")), "{style}: {text}");
        assert_eq!(text.contains(&format!("\"authorization: Bearer {variable}")), both, "{style}: {text}");
        assert_eq!(text.matches("# ALIBABA_CLOUD_BEARER_TOKEN must hold").count(), 1, "{text}");
        assert!(!text.contains("canary"), "{text}");
    }
}
