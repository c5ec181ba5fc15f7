//! The record of every request that reached the emulator.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::faults::FaultKind;
use crate::ram::RamDecision;
use crate::request::WireRequest;

/// Names the way a request was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signature {
    /// HMAC-SHA1, or RSA, over the parameters, carried in the query.
    V1,
    /// HMAC-SHA1 over headers, path and query, carried as `acs ID:SIGNATURE` in the `Authorization` header.
    V1Roa,
    /// `ACS3-HMAC-SHA256`, carried in the `Authorization` header.
    V3,
    /// `ACS3-HMAC-SM3`, carried in the `Authorization` header.
    V3Sm3,
    /// `ACS3-RSA-SHA256`, carried in the `Authorization` header.
    V3Rsa,
    /// No signature but a bearer token, in the query or in a header.
    Bearer,
}

/// Records one request and what became of it, in the order in which the emulator decided.
///
/// Its `Debug` shows no value of a parameter that may be a secret, no path, and of a body its length.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerEntry {
    /// The operation's name, also where only the path tells it; as sent if there is no such operation, empty if none was.
    pub action: String,
    /// The version as sent; empty if none was.
    pub version: String,
    /// The parameters in the query and the form, as read; of a name given twice the first counts.
    pub parameters: BTreeMap<String, String>,
    /// The path as sent, with what an operation has there.
    pub path: String,
    /// The body as sent: of an operation whose parameters are in one, most often JSON. Empty where it is a form.
    pub body: Bytes,
    /// The account that was charged with the call: `None` until a signature has been verified.
    pub account: Option<String>,
    /// The access key id as sent, whether or not it exists.
    pub access_key_id: Option<String>,
    /// The nonce as sent; `None` if none was.
    pub nonce: Option<String>,
    /// How often the client says that it has sent this call before: the header `x-acs-retry-attempts`.
    pub attempt: Option<u32>,
    /// The id that the answer carried, or would have carried if no fault had kept it back.
    pub request_id: String,
    /// The signature that the request claimed to have, right or wrong; `None` for an unsigned request.
    pub signature: Option<Signature>,
    /// The HTTP status of the answer; 0 if none went out.
    pub status: u16,
    /// The error code of the answer; `None` if it has none.
    pub code: Option<String>,
    /// What policies had to say; `None` if they were not looked at, or if it did not come to that.
    pub ram: Option<RamDecision>,
    /// The fault that this call met; `None` if there was none, or if it did not come to that.
    pub fault: Option<FaultKind>,
    /// Whether the operation was carried out, whatever answer went out.
    pub executed: bool,
    /// Whether an earlier call with the same client token was carried out, and its answer went out again.
    pub replayed: bool,
    /// The task that the call was about: as sent, or the one that was created.
    pub task_id: Option<String>,
    /// The id under which a restart runs on.
    pub new_task_id: Option<String>,
    /// The names that the operation's documents call sensitive.
    pub(crate) sensitive: Arc<[String]>,
}

impl LedgerEntry {
    /// Begins the entry of a request of which nothing is known.
    pub(crate) fn blank(request_id: String) -> Self {
        Self {
            action: String::new(),
            version: String::new(),
            parameters: BTreeMap::new(),
            path: String::new(),
            body: Bytes::new(),
            account: None,
            access_key_id: None,
            nonce: None,
            attempt: None,
            request_id,
            signature: None,
            status: 0,
            code: None,
            ram: None,
            fault: None,
            executed: false,
            replayed: false,
            task_id: None,
            new_task_id: None,
            sensitive: Arc::default(),
        }
    }

    /// Begins the entry of a request with what it says of itself.
    pub(crate) fn of(request: &WireRequest, signature: Option<Signature>, request_id: String) -> Self {
        let in_header = request.header("x-acs-signature-nonce");
        let in_query = request.parameter("SignatureNonce");
        let nonce = if signature == Some(Signature::V1) { in_query } else { in_header.or(in_query) };
        // A copy of its own: what it came in may be larger.
        let body = if request.form.is_empty() { Bytes::copy_from_slice(&request.body) } else { Bytes::new() };
        Self {
            parameters: request.parameters(),
            path: request.path.clone(),
            body,
            nonce: nonce.map(str::to_owned),
            attempt: request.header("x-acs-retry-attempts").and_then(|count| count.parse().ok()),
            signature,
            task_id: request.parameter("TaskId").map(str::to_owned),
            ..Self::blank(request_id)
        }
    }

    /// Gives the value of a parameter as it was sent, if it was sent.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The parameters, without the values that may be secrets.
    pub(crate) fn shown_parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), self.shown(name, value)))
    }

    fn shown<'a>(&self, name: &str, value: &'a str) -> &'a str {
        if may_be_secret(name, &self.sensitive) || holds_secret(value, &self.sensitive) { "[redacted]" } else { value }
    }
}

impl fmt::Debug for LedgerEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerEntry")
            .field("action", &self.action)
            .field("version", &self.version)
            .field("parameters", &self.shown_parameters().collect::<BTreeMap<_, _>>())
            .field("body", &self.body.len())
            .field("account", &self.account)
            .field("access_key_id", &self.access_key_id)
            .field("nonce", &self.nonce)
            .field("attempt", &self.attempt)
            .field("request_id", &self.request_id)
            .field("signature", &self.signature)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("ram", &self.ram)
            .field("fault", &self.fault)
            .field("executed", &self.executed)
            .field("replayed", &self.replayed)
            .field("task_id", &self.task_id)
            .field("new_task_id", &self.new_task_id)
            .finish()
    }
}

/// Tells by its name whether a parameter may be a secret; `sensitive` are the names that documents say so of.
pub(crate) fn may_be_secret(name: &str, sensitive: &[String]) -> bool {
    // URLs of streams carry the keys to push to them; what is signed holds keys and tokens.
    const SECRET: [&str; 10] = [
        "authkey",
        "secret",
        "password",
        "privatekey",
        "securitytoken",
        "oidctoken",
        "bearertoken",
        "assertion",
        "signature",
        "url",
    ];
    let name = name.to_ascii_lowercase();
    SECRET.iter().any(|part| name.contains(part)) || sensitive.iter().any(|one| is_of(&name, one))
}

/// Whether a value may hold a secret, whatever it is called: it has an address in it, whose last part may be a key to push to it, or it is
/// JSON in which something is called so.
pub(crate) fn holds_secret(value: &str, sensitive: &[String]) -> bool {
    let json = || value.trim_start().starts_with(['{', '[']).then(|| serde_json::from_str(value).ok()).flatten();
    value.contains("://") || json().is_some_and(|json| names_secret(&json, sensitive))
}

fn names_secret(value: &Value, sensitive: &[String]) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| names_secret(item, sensitive)),
        Value::Object(members) => {
            members.iter().any(|(name, member)| may_be_secret(name, sensitive) || names_secret(member, sensitive))
        }
        Value::String(text) => holds_secret(text, sensitive),
        _ => false,
    }
}

/// Whether a name that was sent, in lower case, is a sensitive one's, stands inside of it, or has it inside.
fn is_of(sent: &str, sensitive: &str) -> bool {
    let is_number = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = sent.split('.').filter(|part| !is_number(part));
    let mut wanted = sensitive.split('.');
    loop {
        match (parts.next(), wanted.next()) {
            (Some(part), Some(wanted)) if part.eq_ignore_ascii_case(wanted) => {}
            (Some(_), Some(_)) => return false,
            _ => return true,
        }
    }
}

/// How many bytes of what callers sent are kept where the number of entries is bounded too.
const MOST_BYTES: usize = 64 * 1024 * 1024;

/// The entries in their order, the oldest dropped if there are too many.
#[derive(Default)]
pub(crate) struct Ledger {
    entries: VecDeque<LedgerEntry>,
    most: Option<usize>,
    bytes: usize,
}

impl Ledger {
    /// Keeps so many entries at most, and no more than fit into 64 MiB; all of them if no number is given.
    pub(crate) fn new(most: Option<usize>) -> Self {
        Self { most, ..Self::default() }
    }

    pub(crate) fn push(&mut self, entry: LedgerEntry) {
        self.bytes += sent(&entry);
        self.entries.push_back(entry);
        while self.most.is_some_and(|most| self.entries.len() > most || self.bytes > MOST_BYTES) {
            self.bytes -= self.entries.pop_front().as_ref().map_or(self.bytes, sent);
        }
    }

    pub(crate) fn entries(&mut self) -> &[LedgerEntry] {
        self.entries.make_contiguous()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }
}

/// How many bytes an entry has of what its caller sent; a parameter has some even if it is empty.
fn sent(entry: &LedgerEntry) -> usize {
    let parameters = entry.parameters.iter().map(|(name, value)| name.len() + value.len() + size_of::<[String; 2]>());
    let ids = [&entry.access_key_id, &entry.nonce, &entry.task_id].into_iter().flatten();
    let resources = entry.ram.iter().flat_map(|ram| &ram.resources);
    let words = ids.chain([&entry.action, &entry.version, &entry.path]).chain(resources);
    parameters.chain(words.map(String::len)).sum::<usize>() + entry.body.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entries_make_room() {
        let mut ledger = Ledger::new(Some(3));
        for number in 0..10 {
            ledger.push(LedgerEntry::blank(number.to_string()));
        }
        assert_eq!(ledger.entries().iter().map(|entry| entry.request_id.as_str()).collect::<Vec<_>>(), ["7", "8", "9"]);
        ledger.clear();
        assert_eq!(ledger.len(), 0);
        let mut nothing = Ledger::new(Some(0));
        nothing.push(LedgerEntry::blank(String::new()));
        assert_eq!(nothing.len(), 0);
    }

    #[test]
    fn a_bounded_ledger_is_bounded_by_what_was_sent_too() {
        let entry = || {
            let parameters = BTreeMap::from([("Name".to_owned(), "a".repeat(MOST_BYTES / 2))]);
            LedgerEntry { parameters, ..LedgerEntry::blank(String::new()) }
        };
        let body = LedgerEntry { body: vec![0; 100].into(), ..LedgerEntry::blank(String::new()) };
        assert_eq!(sent(&body), 100);
        for (most, expected) in [(None, 2), (Some(100), 1)] {
            let mut ledger = Ledger::new(most);
            ledger.push(entry());
            ledger.push(entry());
            assert_eq!(ledger.len(), expected);
            ledger.clear();
            ledger.push(entry());
            assert_eq!((ledger.len(), ledger.bytes), (1, sent(&entry())), "what is dropped does not count any more");
        }
    }

    #[test]
    fn secrets_do_not_show() {
        let mut entry = LedgerEntry::blank(String::new());
        entry.sensitive = ["SSLPri".to_owned(), "App.PlayKey".to_owned()].into();
        for name in ["AuthKey", "OIDCToken", "SecurityToken", "DstUrl", "login_password", "PrivateKey", "SSLPri"] {
            entry.parameters.insert(name.to_owned(), "sesame".to_owned());
        }
        // A field of a list, and the whole that it is in.
        for name in ["App.1.PlayKey", "app"] {
            entry.parameters.insert(name.to_owned(), "sesame".to_owned());
        }
        // An address is one under any name, and inside of a text too.
        entry.parameters.insert("StreamOutput".to_owned(), "rtmp://push.example.com/app/sesame".to_owned());
        entry.parameters.insert("Config".to_owned(), r#"{"Push":"rtmp://push.example.com/app/sesame"}"#.to_owned());
        // So is what is called one in a text that holds JSON.
        entry.parameters.insert("Settings".to_owned(), r#" [{"Inner":"{\"Password\":\"sesame\"}"}]"#.to_owned());
        for name in ["Region", "App.1.Name", "PlayKey"] {
            entry.parameters.insert(name.to_owned(), "cn-shanghai".to_owned());
        }
        entry.body = Bytes::from_static(b"{\"password\":\"sesame\"}");
        let shown = format!("{entry:?}");
        assert!(!shown.contains("sesame") && shown.matches("cn-shanghai").count() == 3, "{shown}");
    }
}
