//! The program as a child, and signed calls to it by nothing but sockets and hashes.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use apsara_emulator::{DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// A running emulator; it is killed when it is dropped, as `kill -9` would.
pub(crate) struct Program {
    child: Child,
    pub(crate) host: String,
}

impl Program {
    pub(crate) fn start(data: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
        command.args(["emulator", "--control", "--quota", "off", "--data"]).arg(data).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // All that it prints: it must not find that nobody reads.
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().take(4);
        let lines = lines.collect::<Result<Vec<_>, _>>().unwrap();
        let host = lines.first().and_then(|line| line.strip_prefix("Listening at http://"));
        let host = host.unwrap_or_else(|| panic!("it did not start: {lines:?}"));
        Self { host: host.to_owned(), child }
    }

    /// Sends SIGKILL: nothing of the program runs any more.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Whom a call is signed as.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Key {
    pub(crate) fn of_the_account() -> Self {
        Self { id: DEFAULT_ACCESS_KEY_ID.to_owned(), secret: DEFAULT_ACCESS_KEY_SECRET.to_owned(), token: None }
    }
}

/// Makes a nonce that no other call of this test has.
pub(crate) fn nonce() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("{}-{}", std::process::id(), LAST.fetch_add(1, Ordering::Relaxed))
}

/// Calls an operation; nothing if no whole answer came.
pub(crate) fn call(
    host: &str,
    key: &Key,
    nonce: &str,
    (version, action): (&str, &str),
    parameters: &[(&str, &str)],
) -> Option<(u16, Value)> {
    let mut pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    pairs.sort();
    let query = pairs.join("&");
    let nothing = hex(&Sha256::digest(b""));
    let date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut headers = vec![
        ("host", host.to_owned()),
        ("x-acs-action", action.to_owned()),
        ("x-acs-content-sha256", nothing.clone()),
        ("x-acs-date", date),
        ("x-acs-signature-nonce", nonce.to_owned()),
        ("x-acs-version", version.to_owned()),
    ];
    headers.extend(key.token.clone().map(|token| ("x-acs-security-token", token)));
    headers.sort();
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let canonical = format!("GET\n/\n{query}\n{lines}\n{names}\n{nothing}");
    let mut mac = Hmac::<Sha256>::new_from_slice(key.secret.as_bytes()).unwrap();
    mac.update(format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical))).as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let sent: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let id = &key.id;
    exchange(
        host,
        &format!(
            "GET /?{query} HTTP/1.1\r\n{sent}authorization: ACS3-HMAC-SHA256 Credential={id},SignedHeaders={names},Signature={signature}\r\nconnection: close\r\n\r\n"
        ),
    )
}

/// Asks the control API.
pub(crate) fn control(host: &str, method: &str, path: &str, body: &str) -> Value {
    let length = body.len();
    let request = format!(
        "{method} /_apsara/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    let (status, answer) = exchange(host, &request).unwrap();
    assert_eq!(status, 200, "{answer}");
    answer
}

fn exchange(host: &str, request: &str) -> Option<(u16, Value)> {
    let mut stream = TcpStream::connect(host).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, serde_json::from_str(body).ok()?))
}

fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => encoded.push(char::from(byte)),
            _ => write!(encoded, "%{byte:02X}").unwrap(),
        }
        encoded
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
