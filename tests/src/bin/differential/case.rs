//! A case: a call of an operation, with what is given.

use apsara::SignatureVersion;
use serde_json::{Value, json};

use crate::draw::{self, Draw, Place};
use crate::operations::Described;

/// Headers that the signature or HTTP itself needs, so that no parameter sets them.
const RESERVED: [&str; 8] =
    ["accept", "authorization", "connection", "content-length", "content-type", "date", "host", "user-agent"];

/// A call.
pub(crate) struct Case {
    pub(crate) number: u64,
    pub(crate) operation: Described,
    pub(crate) given: Vec<Given>,
    pub(crate) signature: SignatureVersion,
    /// Whether the key is a temporary one.
    pub(crate) is_temporary: bool,
}

/// A parameter with its value.
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) place: String,
    pub(crate) style: String,
    pub(crate) value: Value,
    pub(crate) is_binary: bool,
}

impl Case {
    /// Draws what a call of an operation has.
    pub(crate) fn draw(number: u64, operation: Described, draw: &mut Draw) -> Self {
        let mut signature = if draw.percent(50) { SignatureVersion::V3 } else { SignatureVersion::V1 };
        let is_temporary = draw.percent(25);
        let often = *draw.one(&[10, 40, 90]);
        let mut given: Vec<Given> = Vec::new();
        let all: Vec<Value> = operation.spec["parameters"].as_array().cloned().unwrap_or_default();
        for parameter in &all {
            let (Some(name), Some(place)) = (parameter["name"].as_str(), parameter["in"].as_str()) else { continue };
            // One that is listed twice travels twice with ours, and once with generated code of the official SDKs.
            let is_single = all.iter().filter(|other| other["name"] == name).count() == 1;
            let is_reserved = place == "header"
                && (RESERVED.iter().any(|ours| name.eq_ignore_ascii_case(ours))
                    || name.to_ascii_lowercase().starts_with("x-acs-")
                    || name.ends_with('*'));
            let is_needed = place == "path";
            if !is_single || is_reserved || place == "host" || !(is_needed || draw.percent(often)) {
                continue;
            }
            let kind = match place {
                "header" => Place::Header,
                "path" => Place::Path,
                _ => Place::Elsewhere,
            };
            let schema = draw::resolved(&parameter["schema"], &operation.shared);
            let Some(value) = draw::value(draw, schema, &operation.shared, kind) else { continue };
            given.push(Given {
                name: name.to_owned(),
                place: place.to_owned(),
                style: parameter["style"].as_str().unwrap_or("-").to_owned(),
                value,
                is_binary: place == "body" && schema["format"] == "binary",
            });
        }
        // The official core sends a body by version 1 as a form, in the RPC style, or not at all, if it is bytes; and it has that
        // version for two styles alone.
        let is_late = given.iter().any(|given| given.place == "body" && (operation.is_rpc || given.is_binary));
        if is_late || !operation.has_v1 {
            signature = SignatureVersion::V3;
        }
        Self { number, operation, given, signature, is_temporary }
    }

    /// Names the case: product, version and operation.
    pub(crate) fn name(&self) -> String {
        format!("{} {} {}", self.operation.product, self.operation.version, self.operation.name)
    }

    /// Returns what is given in a place.
    pub(crate) fn at<'c>(&'c self, place: &'c str) -> impl Iterator<Item = &'c Given> {
        self.given.iter().filter(move |given| given.place == place)
    }

    /// The part of the line for the official functions that the case alone says.
    pub(crate) fn line(&self) -> Value {
        let given = self.given.iter().map(|given| {
            json!({ "name": given.name, "in": given.place, "style": given.style, "value": given.value, "binary": given.is_binary })
        });
        json!({
            "n": self.number,
            "action": self.operation.name,
            "version": self.operation.version,
            "style": if self.operation.is_rpc { "RPC" } else { "ROA" },
            "method": self.operation.method,
            "path": self.operation.path,
            "signature": if self.signature == SignatureVersion::V1 { "V1" } else { "V3" },
            "parameters": given.collect::<Vec<_>>(),
        })
    }
}

/// Whether a value holds another one somewhere that fits.
pub(crate) fn holds(value: &Value, fits: &dyn Fn(&Value) -> bool) -> bool {
    fits(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| holds(item, fits)),
            Value::Object(entries) => entries.values().any(|entry| holds(entry, fits)),
            _ => false,
        }
}
