//! The emulator as the judge of what the official core signs: it takes the request as it is, refuses it with one letter changed, and
//! refuses it a second time.

use apsara_emulator::Emulator;
use base64::Engine as _;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::Result;
use crate::case::Case;
use crate::draw::Draw;

/// A request as bytes can be made of it.
#[derive(Clone)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// What one letter was changed in, and how the emulator must refuse that.
pub(crate) struct Changed {
    pub(crate) what: &'static str,
    pub(crate) code: &'static str,
    pub(crate) request: Request,
}

const MISMATCH: &str = "SignatureDoesNotMatch";

/// Parameters of version 1 whose change is told apart, or is none.
const TOLD_APART: [&str; 8] = [
    "AccessKeyId",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureType",
    "SignatureVersion",
    "Timestamp",
];

impl Request {
    pub(crate) fn new(request: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let headers = request["headers"].as_object().into_iter().flatten();
        Self {
            method: text(&request["method"]),
            target: text(&request["target"]),
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            body: base64::engine::general_purpose::STANDARD.decode(text(&request["body"])).unwrap_or_default(),
        }
    }

    /// Changes one letter of it; nothing where what was drawn is not there.
    pub(crate) fn change(&self, case: &Case, draw: &mut Draw) -> Option<Changed> {
        let mut request = self.clone();
        let is_v3 = case.signature == apsara::SignatureVersion::V3;
        let is_v1_rpc = !is_v3 && case.operation.is_rpc;
        let is_form = self.header("content-type").starts_with("application/x-www-form-urlencoded");
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        let (what, code) = match draw.below(7) {
            0 if is_v1_rpc => {
                request.target = in_pair(&self.target, "Signature", draw)?;
                ("signature", MISMATCH)
            }
            0 => {
                let authorization = request.headers.iter_mut().find(|(name, _)| name == "authorization")?;
                let start = authorization.1.rfind(['=', ':']).filter(|_| is_v3).or(authorization.1.find(':'))? + 1;
                authorization.1 = another(&authorization.1, start..authorization.1.len(), draw)?;
                ("signature", MISMATCH)
            }
            1 if is_v1_rpc => {
                request.target = in_pair(&self.target, "AccessKeyId", draw)?;
                ("key", "InvalidAccessKeyId.NotFound")
            }
            1 => {
                let authorization = request.headers.iter_mut().find(|(name, _)| name == "authorization")?;
                let start = authorization.1.find("Credential=").map_or("acs ".len(), |at| at + "Credential=".len());
                let end = start + authorization.1[start..].find([',', ':'])?;
                authorization.1 = another(&authorization.1, start..end, draw)?;
                ("key", "InvalidAccessKeyId.NotFound")
            }
            // What version 1 has of a body with a path, nothing signs.
            2 if !self.body.is_empty() && (is_v3 || is_v1_rpc && is_form) => {
                let text = String::from_utf8(self.body.clone()).ok()?;
                let start = if is_form { text.find('=')? + 1 } else { 0 };
                let end =
                    if is_form { start + text[start..].find('&').unwrap_or(text.len() - start) } else { text.len() };
                request.body = another(&text, start..end, draw)?.into_bytes();
                ("body", MISMATCH)
            }
            3 if path.len() > 1 => {
                request.target = another(&self.target, 1..path.len(), draw)?;
                ("path", MISMATCH)
            }
            4 if is_v3 => {
                let agent = request.headers.iter_mut().find(|(name, _)| name == "user-agent")?;
                agent.1 = another(&agent.1, 0..agent.1.len(), draw)?;
                ("header", MISMATCH)
            }
            5 => {
                let nonce = request.headers.iter_mut().find(|(name, _)| name == "x-acs-signature-nonce");
                match nonce {
                    Some(nonce) => nonce.1 = another(&nonce.1, 0..nonce.1.len(), draw)?,
                    None => request.target = in_pair(&self.target, "SignatureNonce", draw)?,
                }
                ("nonce", MISMATCH)
            }
            _ => {
                let names: Vec<&str> =
                    query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name).collect();
                let names: Vec<&&str> = names.iter().filter(|name| !TOLD_APART.contains(name)).collect();
                let name = names.get(draw.below(names.len()))?;
                request.target = in_pair(&self.target, name, draw)?;
                ("query", MISMATCH)
            }
        };
        Some(Changed { what, code, request })
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in self.headers.iter().filter(|(name, _)| name != "content-length") {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n", self.body.len()));
        [head.as_bytes(), &self.body].concat()
    }
}

/// Changes a letter in the value of a pair of the query.
fn in_pair(target: &str, name: &str, draw: &mut Draw) -> Option<String> {
    let pair = format!("{name}=");
    let start = target.find(&format!("?{pair}")).or(target.find(&format!("&{pair}")))? + 1 + pair.len();
    let end = start + target[start..].find('&').unwrap_or(target.len() - start);
    another(target, start..end, draw)
}

/// Puts another letter or digit in the place of one within a range, and leaves escapes alone.
fn another(text: &str, range: std::ops::Range<usize>, draw: &mut Draw) -> Option<String> {
    let bytes = text.as_bytes();
    let is_escape = |at: usize| (1..=2).any(|before| at >= before && bytes[at - before] == b'%');
    let places: Vec<usize> = range.filter(|at| bytes[*at].is_ascii_alphanumeric() && !is_escape(*at)).collect();
    let at = *places.get(draw.below(places.len()))?;
    let letter = if bytes[at] == b'7' { b'3' } else { b'7' };
    let mut changed = bytes.to_vec();
    changed[at] = letter;
    String::from_utf8(changed).ok()
}

/// Sends requests to the emulator, one after the other, on one connection.
pub(crate) struct Judge<'e> {
    emulator: &'e Emulator,
    connection: Option<BufReader<TcpStream>>,
}

/// What the emulator made of a request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// It believes who signed it; what the operation makes of it is another matter.
    Believed,
    Refused(String),
}

impl<'e> Judge<'e> {
    pub(crate) fn new(emulator: &'e Emulator) -> Self {
        Self { emulator, connection: None }
    }

    pub(crate) async fn send(&mut self, request: &Request) -> Result<Judged> {
        let bytes = request.bytes();
        if self.exchange(&bytes, request.method == "HEAD").await.is_err() {
            // The last answer ended the connection.
            self.connection = None;
            self.exchange(&bytes, request.method == "HEAD").await?;
        }
        Ok(self.last())
    }

    /// Returns what became of the last request that the emulator had.
    pub(crate) fn last(&self) -> Judged {
        self.emulator.with_ledger(|entries| match entries.last() {
            Some(entry) if entry.account.is_some() => Judged::Believed,
            Some(entry) => Judged::Refused(entry.code.clone().unwrap_or_default()),
            None => Judged::Refused("nothing arrived".to_owned()),
        })
    }

    async fn exchange(&mut self, request: &[u8], is_head: bool) -> std::io::Result<()> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(BufReader::new(TcpStream::connect(self.emulator.address()).await?)),
        };
        connection.write_all(request).await?;
        let (mut length, mut is_chunked, mut is_last) = (0, false, false);
        let mut is_first = true;
        loop {
            let mut line = String::new();
            if connection.read_line(&mut line).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_ascii_lowercase();
            if line.is_empty() && !is_first {
                break;
            }
            is_first = false;
            if let Some(text) = line.strip_prefix("content-length: ") {
                length = text.parse().unwrap_or(0);
            }
            is_chunked |= line == "transfer-encoding: chunked";
            is_last |= line == "connection: close";
        }
        if is_chunked && !is_head {
            loop {
                let mut line = String::new();
                connection.read_line(&mut line).await?;
                let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
                connection.read_exact(&mut vec![0; size + 2]).await?;
                if size == 0 {
                    break;
                }
            }
        } else if !is_head {
            connection.read_exact(&mut vec![0; length]).await?;
        }
        if is_last {
            self.connection = None;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_letter_is_changed_and_no_escape() {
        let text = "/?A=%41%2Bz&B=";
        for seed in 0..50 {
            let changed = in_pair(text, "A", &mut Draw::new(seed, 0)).expect("there is a letter");
            assert_eq!(changed, "/?A=%41%2B7&B=");
            assert_eq!(in_pair(text, "B", &mut Draw::new(seed, 0)), None);
            assert_eq!(in_pair(text, "C", &mut Draw::new(seed, 0)), None);
        }
    }
}
