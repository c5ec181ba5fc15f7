//! The records of a journal, and their text.

use serde_json::{Map, Value, json};

use crate::fate::Fate;

/// The form of the journal; another one is not read.
const FORM: &str = "apsara-bulk 1";

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Record {
    Header(Header),
    /// A call is about to be made, at a time in milliseconds since 1970.
    Call {
        line: u64,
        at: u64,
    },
    Result(Outcome),
}

/// What a run is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    /// A name that is drawn for the run; client tokens begin with it.
    pub(crate) run: String,
    pub(crate) product: String,
    pub(crate) version: String,
    pub(crate) operation: String,
    /// Where the calls go.
    pub(crate) target: String,
    /// Who calls, where it is known: the id of a permanent access key, or the account of a role.
    pub(crate) key_id: Option<String>,
    pub(crate) account: Option<String>,
    /// The SHA-256 of the input.
    pub(crate) input: String,
    /// The number of its last line that has a call.
    pub(crate) last: u64,
}

impl Header {
    fn to_json(&self) -> Value {
        let mut json = json!({
            "journal": FORM, "run": self.run, "product": self.product, "version": self.version,
            "operation": self.operation, "target": self.target, "input": self.input, "last": self.last,
        });
        for (key, text) in [("key_id", &self.key_id), ("account", &self.account)] {
            if let Some(text) = text {
                json[key] = json!(text);
            }
        }
        json
    }
}

/// What became of the call of a line.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) line: u64,
    pub(crate) fate: Fate,
    /// What was answered, where it was.
    pub(crate) response: Option<Value>,
    pub(crate) code: Option<String>,
    pub(crate) request_id: Option<String>,
    pub(crate) message: Option<String>,
    /// The operation whose answer says it, where the call's own does not.
    pub(crate) by: Option<String>,
}

impl Outcome {
    pub(crate) fn new(line: u64, fate: Fate) -> Self {
        Self { line, fate, response: None, code: None, request_id: None, message: None, by: None }
    }

    /// Returns it as it stands in journals and results.
    pub(crate) fn to_json(&self) -> Value {
        let mut map = Map::new();
        map.insert("line".to_owned(), json!(self.line));
        map.insert("outcome".to_owned(), json!(self.fate.as_str()));
        let texts =
            [("code", &self.code), ("request_id", &self.request_id), ("message", &self.message), ("by", &self.by)];
        for (key, text) in texts {
            map.extend(text.as_ref().map(|text| (key.to_owned(), json!(text))));
        }
        map.extend(self.response.as_ref().map(|response| ("response".to_owned(), response.clone())));
        Value::Object(map)
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            line: value["line"].as_u64()?,
            fate: Fate::find(value["outcome"].as_str()?)?,
            response: value.get("response").cloned(),
            code: text("code"),
            request_id: text("request_id"),
            message: text("message"),
            by: text("by"),
        })
    }
}

impl Record {
    /// Returns the record as a line.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let json = match self {
            Self::Header(header) => header.to_json(),
            Self::Call { line, at } => json!({ "call": line, "at": at }),
            Self::Result(outcome) => outcome.to_json(),
        }
        .to_string();
        format!("{:08x} {json}\n", crc32fast::hash(json.as_bytes())).into_bytes()
    }
}

/// Reads a record of its line, without the line's end; nothing if the checksum is not that of the rest.
pub(crate) fn decode(line: &[u8]) -> Option<Record> {
    let (sum, rest) = line.split_at_checked(8)?;
    // Only what `encode` writes is one: a sign or capitals would be read as a number, too.
    let is_digit = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let sum = std::str::from_utf8(sum).ok().filter(|sum| sum.as_bytes().iter().all(is_digit))?;
    let json = rest.strip_prefix(b" ")?;
    if u32::from_str_radix(sum, 16).ok()? != crc32fast::hash(json) {
        return None;
    }
    let value: Value = serde_json::from_slice(json).ok()?;
    let text = |key: &str| value[key].as_str().map(str::to_owned);
    if value.get("journal").is_some() {
        return Some(Record::Header(Header {
            run: text("journal").filter(|form| form == FORM).and_then(|_| text("run"))?,
            product: text("product")?,
            version: text("version")?,
            operation: text("operation")?,
            target: text("target")?,
            key_id: text("key_id"),
            account: text("account"),
            input: text("input")?,
            last: value["last"].as_u64()?,
        }));
    }
    if value.get("call").is_some() {
        return Some(Record::Call { line: value["call"].as_u64()?, at: value["at"].as_u64()? });
    }
    Outcome::from_json(&value).map(Record::Result)
}
