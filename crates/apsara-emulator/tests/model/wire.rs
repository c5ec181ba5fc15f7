//! One connection to the emulator, kept alive over all calls.

use apsara_emulator::Emulator;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A caller whose signature the emulator does not look at.
pub(crate) struct Wire {
    stream: BufReader<TcpStream>,
    common: String,
}

impl Wire {
    pub(crate) async fn new(emulator: &Emulator) -> Self {
        let stream = TcpStream::connect(emulator.address()).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let common = format!(
            "&Version=2016-11-01&Format=JSON&AccessKeyId={}&Signature=none&SignatureMethod=HMAC-SHA1\
             &SignatureVersion=1.0&SignatureNonce=none&Timestamp=2026-01-01T00:00:00Z HTTP/1.1\r\nhost: {}\r\n\r\n",
            emulator.access_key_id(),
            emulator.host()
        );
        Self { stream: BufReader::new(stream), common }
    }

    /// Calls an operation of the family, and gives the answer's status and body.
    pub(crate) async fn call(&mut self, operation: &str, parameters: &[(&str, String)]) -> (u16, Value) {
        let mut request = format!("GET /?Action={operation}");
        for (name, value) in parameters {
            request.push_str(&format!("&{name}={}", encode(value)));
        }
        request.push_str(&self.common);
        self.stream.get_mut().write_all(request.as_bytes()).await.unwrap();
        let (mut status, mut length) = (0, 0);
        let mut line = String::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest[..3].parse().unwrap();
            } else if let Some((_, value)) = line.split_once(':').filter(|(name, _)| *name == "content-length") {
                length = value.trim().parse().unwrap();
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
