//! What is derived from an operation's signals, and the words for what an overlay states.

use crate::spec::{Api, Schema};

/// Says whether an operation may be executed twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeat {
    Safe,
    WithToken,
    Unsafe,
}

/// Says what an operation changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Impact {
    None,
    Change,
    Interrupt,
}

/// States how many calls an account may make, with all its RAM users.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quota {
    pub(crate) calls: u32,
    pub(crate) seconds: u32,
}

/// States what a RAM policy must allow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ram {
    pub(crate) action: String,
    pub(crate) level: String,
    pub(crate) resources: Vec<String>,
    pub(crate) condition_keys: Vec<String>,
    pub(crate) dependent_actions: Vec<String>,
}

/// The first words of the names of operations that only read.
const READING: [&str; 12] =
    ["Check", "Count", "Describe", "Diagnose", "Fetch", "Get", "Has", "Inspect", "List", "Lookup", "Query", "Search"];

impl Repeat {
    /// The words of an overlay.
    pub(crate) const WORDS: [(&str, Self); 3] =
        [("safe", Self::Safe), ("with_token", Self::WithToken), ("unsafe", Self::Unsafe)];

    /// Derives it from the signals of the spec. No single one says it (an SMS is sent by an operation that is tagged as `get`
    /// and `read`), so all must agree. What does not read may be repeated with its client token, if a sentence says what that is for.
    pub(crate) fn derived(api: &Api) -> Self {
        match (reads(api), api.client_token) {
            (true, _) => Self::Safe,
            (false, true) => Self::WithToken,
            (false, false) => Self::Unsafe,
        }
    }
}

impl Impact {
    /// The words of an overlay.
    pub(crate) const WORDS: [(&str, Self); 3] =
        [("none", Self::None), ("change", Self::Change), ("interrupt", Self::Interrupt)];

    /// Derives it from the signals of the spec; what is not known to read is taken to change something.
    pub(crate) fn derived(api: &Api) -> Self {
        if reads(api) { Self::None } else { Self::Change }
    }
}

fn reads(api: &Api) -> bool {
    let tagged = matches!(api.tag.as_deref(), Some("get" | "list"));
    let typed = api.operation_type.as_deref() == Some("read");
    tagged && typed && only_reads_by_name(&api.name)
}

/// Returns whether the name of an operation says that it only reads; the portal's other signals may say otherwise.
pub(crate) fn only_reads_by_name(name: &str) -> bool {
    READING.contains(&first_word(name))
}

/// Returns the first word of a name in upper camel case.
fn first_word(name: &str) -> &str {
    let end = name.char_indices().skip(1).find(|(_, letter)| !letter.is_ascii_lowercase()).map(|(index, _)| index);
    &name[..end.unwrap_or(name.len())]
}

/// Returns whether a value must not be seen, by what its spec says of it or by its name.
pub(crate) fn is_sensitive(name: &str, schema: &Schema) -> bool {
    let name = name.to_ascii_lowercase();
    schema.sensitive
        || ["authkey", "password", "privatekey", "secret", "securitytoken"].iter().any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::refusal::{Collector, Place};

    fn repeat(name: &str, tag: Option<&str>, typed: Option<&str>) -> Repeat {
        let spec = json!({ "systemTags": { "operationType": tag }, "operationType": typed });
        let api = crate::spec::api(name, &spec, Place::file("spec"), &Collector::default());
        Repeat::derived(&api.expect("it is an object"))
    }

    #[test]
    fn a_client_token_is_believed_where_a_sentence_says_what_it_is_for() {
        let repeat = |name: &str, derived: serde_json::Value| {
            let spec = json!({
                "systemTags": { "operationType": "get" }, "operationType": "read", "derived": derived,
                "parameters": [{ "name": "ClientToken", "in": "query", "schema": { "type": "string" } }]
            });
            let api = crate::spec::api(name, &spec, Place::file("spec"), &Collector::default());
            Repeat::derived(&api.expect("it is an object"))
        };
        assert_eq!(repeat("CreateThing", json!({ "clientToken": true })), Repeat::WithToken);
        assert_eq!(repeat("CreateThing", json!({ "clientToken": false })), Repeat::Unsafe);
        // The name alone says nothing.
        assert_eq!(repeat("CreateThing", json!({})), Repeat::Unsafe);
        assert_eq!(repeat("DescribeThings", json!({ "clientToken": true })), Repeat::Safe);
    }

    #[test]
    fn every_signal_must_agree_before_a_call_is_repeated() {
        assert_eq!(repeat("DescribeThings", Some("get"), Some("read")), Repeat::Safe);
        assert_eq!(repeat("ListThings", Some("list"), Some("read")), Repeat::Safe);
        assert_eq!(repeat("DescribeThings", None, Some("read")), Repeat::Unsafe);
        assert_eq!(repeat("DescribeThings", Some("get"), None), Repeat::Unsafe);
        assert_eq!(repeat("DescribeThings", Some("update"), Some("read")), Repeat::Unsafe);
        // The portal's own signals for these say that they read.
        assert_eq!(repeat("SendSms", Some("get"), Some("read")), Repeat::Unsafe);
        assert_eq!(repeat("SendMessageToGroup", Some("get"), Some("read")), Repeat::Unsafe);
        // A word that only begins like one of those that read.
        assert_eq!(repeat("ListenToStream", Some("get"), Some("read")), Repeat::Unsafe);
        assert_eq!(repeat("Getaway", Some("get"), Some("read")), Repeat::Unsafe);
    }
}
