//! A client small enough to be read at a glance. It signs by code of its own, so that the emulator is not its own judge.

use std::collections::BTreeMap;

use apsara_emulator::Emulator;
use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub(crate) const NOON: &str = "2026-01-01T12:00:00Z";

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A field of the answer as text.
    pub(crate) fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap_or_else(|| panic!("no {name} in {self:?}")).to_owned()
    }

    /// The status, and the code if it is a refusal.
    pub(crate) fn verdict(&self) -> (u16, String) {
        let code = self.json()["Code"].as_str().unwrap_or("OK").to_owned();
        (self.status, code)
    }
}

/// Sends bytes and reads the answer until the emulator closes the connection.
pub(crate) async fn exchange(emulator: &Emulator, request: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned()));
    Reply { status, headers: headers.collect(), body: body.to_owned() }
}

/// Sends bytes and waits until the emulator ends the connection, in whatever way.
pub(crate) async fn send_and_hang_up(emulator: &Emulator, request: &[u8]) {
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    stream.write_all(request).await.unwrap();
    let _ = stream.read_to_end(&mut Vec::new()).await;
}

/// One call; every part of it can be spoilt before it is sent.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) action: String,
    pub(crate) version: String,
    pub(crate) parameters: Vec<(String, String)>,
    pub(crate) form: Vec<(String, String)>,
    pub(crate) date: String,
    pub(crate) nonce: String,
    pub(crate) key: (String, String),
    pub(crate) token: Option<String>,
}

impl Call {
    pub(crate) fn new(emulator: &Emulator, version: &str, action: &str, parameters: &[(&str, &str)]) -> Self {
        let now = emulator.clock().now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let mut nonce = [0u8; 16];
        getrandom::fill(&mut nonce).unwrap();
        Self {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            action: action.to_owned(),
            version: version.to_owned(),
            parameters: parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            form: Vec::new(),
            date: now,
            nonce: hex(&nonce),
            key: (emulator.access_key_id().to_owned(), emulator.access_key_secret().to_owned()),
            token: None,
        }
    }

    /// Sends the call with a V3 signature.
    pub(crate) async fn v3(&self, emulator: &Emulator) -> Reply {
        exchange(emulator, self.v3_request(emulator).as_bytes()).await
    }

    pub(crate) fn v3_request(&self, emulator: &Emulator) -> String {
        let body = join(&self.form);
        let mut headers = vec![
            ("host", emulator.host().to_owned()),
            ("x-acs-action", self.action.clone()),
            ("x-acs-content-sha256", hex(&Sha256::digest(&body))),
            ("x-acs-date", self.date.clone()),
            ("x-acs-signature-nonce", self.nonce.clone()),
            ("x-acs-version", self.version.clone()),
        ];
        if let Some(token) = &self.token {
            headers.push(("x-acs-security-token", token.clone()));
        }
        if !body.is_empty() {
            headers.push(("content-type", "application/x-www-form-urlencoded".to_owned()));
        }
        headers.sort();
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let query = canonical(&self.parameters);
        let canonical =
            format!("{}\n{}\n{query}\n{lines}\n{names}\n{}", self.method, self.path, hex(&Sha256::digest(&body)));
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(&canonical)));
        let mut mac = Hmac::<Sha256>::new_from_slice(self.key.1.as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        let signature = hex(&mac.finalize().into_bytes());
        let sent: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        format!(
            "{} {}?{} HTTP/1.1\r\n{sent}authorization: ACS3-HMAC-SHA256 Credential={},SignedHeaders={names},Signature={signature}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.method,
            self.path,
            join(&self.parameters),
            self.key.0,
            body.len(),
        )
    }

    /// Sends the call with a V1 signature; `format` is the language of the answer.
    pub(crate) async fn v1(&self, emulator: &Emulator, format: Option<&str>) -> Reply {
        self.v1_without(emulator, format, "").await
    }

    /// Sends the call with a V1 signature from which one common parameter was taken away.
    pub(crate) async fn v1_without(&self, emulator: &Emulator, format: Option<&str>, missing: &str) -> Reply {
        self.with_v1(format, missing).send_unsigned(emulator).await
    }

    /// Adds the common parameters, one excepted, and the signature to the query.
    pub(crate) fn with_v1(&self, format: Option<&str>, missing: &str) -> Self {
        let mut query = self.parameters.clone();
        let common = [
            ("AccessKeyId", Some(self.key.0.as_str())),
            ("Action", Some(self.action.as_str())),
            ("Format", format),
            ("SecurityToken", self.token.as_deref()),
            ("SignatureMethod", Some("HMAC-SHA1")),
            ("SignatureNonce", Some(self.nonce.as_str())),
            ("SignatureVersion", Some("1.0")),
            ("Timestamp", Some(self.date.as_str())),
            ("Version", Some(self.version.as_str())),
        ];
        for (name, value) in common {
            if let Some(value) = value.filter(|_| name != missing) {
                query.push((name.to_owned(), value.to_owned()));
            }
        }
        let all: Vec<_> = query.iter().chain(&self.form).cloned().collect();
        let to_sign = format!("{}&%2F&{}", self.method, encode(&canonical(&all)));
        let mut mac = Hmac::<sha1::Sha1>::new_from_slice(format!("{}&", self.key.1).as_bytes()).unwrap();
        mac.update(to_sign.as_bytes());
        if missing != "Signature" {
            let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
            query.push(("Signature".to_owned(), signature));
        }
        Self { parameters: query, ..self.clone() }
    }

    /// Sends the parameters and the form as they are, without any signature.
    pub(crate) async fn send_unsigned(&self, emulator: &Emulator) -> Reply {
        exchange(emulator, self.unsigned_request(emulator).as_bytes()).await
    }

    pub(crate) fn unsigned_request(&self, emulator: &Emulator) -> String {
        let body = join(&self.form);
        format!(
            "{} {}?{} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.method,
            self.path,
            join(&self.parameters),
            emulator.host(),
            body.len(),
        )
    }
}

/// Starts an emulator that stands still at noon, and that does not mind how fast tests call.
pub(crate) async fn at_noon() -> Emulator {
    let clock = apsara_emulator::Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().clock(clock.clone()).gateway_clock(clock);
    builder.quota(apsara_emulator::Quotas::Off).start().await.unwrap()
}

/// Calls Live.
pub(crate) fn live(emulator: &Emulator, action: &str, parameters: &[(&str, &str)]) -> Call {
    Call::new(emulator, "2016-11-01", action, parameters)
}

/// The parameters of a task that runs from noon to midnight.
pub(crate) const TASK: [(&str, &str); 7] = [
    ("Region", "cn-shanghai"),
    ("StartTime", NOON),
    ("EndTime", "2026-01-02T00:00:00Z"),
    ("SourceType", "live"),
    ("SourceProtocol", "rtmp"),
    ("SourceUrls", r#"["rtmp://pull.example.com/app/stream"]"#),
    ("DstUrl", "rtmp://push.example.com/app/stream"),
];

/// Creates that task and answers its id.
pub(crate) async fn create(emulator: &Emulator, changes: &[(&str, &str)]) -> String {
    let mut parameters: BTreeMap<&str, &str> = TASK.into_iter().collect();
    parameters.extend(changes.iter().copied());
    let parameters: Vec<_> = parameters.into_iter().collect();
    let reply = live(emulator, "CreateLivePullToPush", &parameters).v3(emulator).await;
    assert_eq!(reply.verdict(), (200, "OK".to_owned()), "{reply:?}");
    reply.text("TaskId")
}

/// Calls an operation on one task, with a V3 signature.
pub(crate) async fn on_task(emulator: &Emulator, action: &str, task_id: &str) -> Reply {
    live(emulator, action, &[("Region", "cn-shanghai"), ("TaskId", task_id)]).v3(emulator).await
}

pub(crate) fn canonical(pairs: &[(String, String)]) -> String {
    let mut encoded: Vec<_> = pairs.iter().map(|(name, value)| (name.clone(), encode(value))).collect();
    encoded.sort();
    encoded.iter().map(|(name, value)| format!("{}={value}", encode(name))).collect::<Vec<_>>().join("&")
}

/// Writes pairs for the wire, a space as a plus: not in the form they are signed in.
pub(crate) fn join(pairs: &[(String, String)]) -> String {
    let encoded = pairs.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value).replace("%20", "+")));
    encoded.collect::<Vec<_>>().join("&")
}

pub(crate) fn encode(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    });
    encoded.collect()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
