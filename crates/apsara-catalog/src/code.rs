use apsara_core::generated::v1::fits_form;
use serde_json::{Map, Value};

use crate::operation::Operation;

/// Holds a documented error code of an operation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Code {
    /// The HTTP status that it comes with.
    pub status: u16,
    /// The code on the wire.
    pub code: String,
    /// What the documents or we say of it.
    pub meaning: Option<String>,
}

impl Code {
    /// Returns whether an answer's code is this one, or what the cloud makes of it: in some, such as `Invalid%s.Malformed`, it fills
    /// something in for `%s`.
    #[must_use]
    pub fn fits(&self, code: &str) -> bool {
        fits_form(&self.code, code)
    }
}

impl Operation {
    /// Returns the documented error codes, and those that we know beside them, sorted by status and code.
    #[must_use]
    pub fn codes(&self) -> Vec<Code> {
        let mut out = Vec::new();
        let ours = self.overlay.as_ref().and_then(|overlay| overlay["errorCodes"].as_object());
        let our_status = |code: &str| status(&ours?.get(code)?["status"]);
        for (status, codes) in self.spec["errorCodes"].as_object().into_iter().flatten() {
            for given in codes.as_array().into_iter().flatten() {
                // The portal publishes some with white space around them, which the cloud does not send.
                let Some(code) = given["errorCode"].as_str().map(str::trim) else { continue };
                if code.split("%s").all(str::is_empty) {
                    continue;
                }
                let status = our_status(code).or_else(|| status.parse().ok()).unwrap_or(400);
                out.push(Code { status, code: code.to_owned(), meaning: self.meaning_in(given, code) });
            }
        }
        for code in ours.into_iter().flat_map(Map::keys) {
            let is_known = out.iter().any(|known: &Code| known.code == *code);
            if let Some(status) = our_status(code).filter(|_| !is_known) {
                out.push(Code { status, code: code.clone(), meaning: self.meaning_in(&Value::Null, code) });
            }
        }
        out.sort_by(|one: &Code, other| (one.status, &one.code).cmp(&(other.status, &other.code)));
        out.dedup_by(|one, other| one.status == other.status && one.code == other.code);
        out
    }

    /// Returns what a code of this operation means, where it is said.
    #[must_use]
    pub fn meaning(&self, code: &str) -> Option<String> {
        let mut codes = self.codes();
        codes.retain(|known| known.fits(code));
        // Of forms what says more comes before others.
        codes.into_iter().rev().max_by_key(|known| (known.code == code, known.code.len()))?.meaning
    }

    fn meaning_in(&self, given: &Value, code: &str) -> Option<String> {
        let ours = self.overlay.as_ref().map_or(&Value::Null, |overlay| &overlay["errorCodes"][code]);
        let text =
            |of: &Value, key: &str| of[key].as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        // `%s.` is a message that says nothing before there is one.
        let says = |message: &String| !message.trim_start_matches("%s").trim_matches('.').is_empty();
        let message = text(ours, "message").or_else(|| text(given, "errorMessage")).filter(says);
        text(ours, "meaning").or_else(|| text(given, "description")).or(message)
    }
}

/// Reads an HTTP status, which is a number or a text.
fn status(value: &Value) -> Option<u16> {
    value.as_u64().and_then(|status| status.try_into().ok()).or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use crate::product;

    #[test]
    fn our_meaning_of_a_code_stands_over_the_portals() {
        let restart = product("live", None).unwrap().operation("RestartLivePullToPush").unwrap();
        assert_eq!(restart.meaning("CodeTaskNotExist").as_deref(), Some("There is no such task."));
        assert_eq!(restart.meaning("Other"), None);
        assert_eq!(restart.codes().len(), 6);
        assert_eq!(restart.ram().actions[0].name, "live:RestartLivePullToPush");
    }

    #[test]
    fn a_code_is_found_by_its_form_and_by_what_nobody_sees_around_it() {
        let mut set = product("live", None).unwrap().operation("BatchSetLiveDomainConfigs").unwrap();
        set.spec["errorCodes"]["400"] = serde_json::json!([
            { "errorCode": "Invalid%s", "description": "Something is wrong." },
            { "errorCode": "Invalid%s.Malformed", "description": "A form is wrong." },
            { "errorCode": "InvalidDomain.Malformed\t", "description": "The domain is wrong." },
        ]);
        assert_eq!(set.meaning("InvalidDomain.Malformed").as_deref(), Some("The domain is wrong."));
        assert_eq!(set.meaning("InvalidArg.Malformed").as_deref(), Some("A form is wrong."));
        assert_eq!(set.meaning("InvalidArg").as_deref(), Some("Something is wrong."));
        assert_eq!(set.meaning("Arg"), None);
    }

    #[test]
    fn what_our_overlay_says_of_codes_and_in_the_description_is_told() {
        let mut restart = product("live", None).unwrap().operation("RestartLivePullToPush").unwrap();
        let known = restart.codes();
        let overlay = restart.overlay.as_mut().unwrap();
        overlay["description"] = "Ours.".into();
        overlay["errorCodes"]["Added"] = serde_json::json!({ "status": 409, "message": "It is added." });
        overlay["errorCodes"]["CodeTaskNotExist"]["status"] = "404".into();
        assert_eq!(restart.description(), Some("Ours."));
        assert_eq!(restart.codes().len(), known.len() + 1);
        let of = |name: &str| restart.codes().into_iter().find(|code| code.code == name).unwrap();
        assert_eq!((of("Added").status, restart.meaning("Added").as_deref()), (409, Some("It is added.")));
        assert_eq!((of("CodeTaskNotExist").status, of("CodeTaskNotExist").meaning.is_some()), (404, true));
    }
}
