//! What was seen, looked through for every secret in every form that one is written in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::ALL;

/// How every canary begins, and nothing else: a part of one is one.
const BEGINS: &str = "cAnArY";

/// Counts what was looked through, and keeps where a secret was.
#[derive(Debug)]
pub(crate) struct Seen {
    /// What is looked for, in one spelling or another, and what it is.
    forms: Vec<(String, String)>,
    /// The texts and the bytes of each path.
    paths: BTreeMap<&'static str, (usize, usize)>,
    /// Where a secret was, by path and secret: one place of each is enough to look at.
    found: BTreeMap<(&'static str, String), String>,
}

impl Default for Seen {
    fn default() -> Self {
        let mut seen = Self { forms: Vec::new(), paths: BTreeMap::new(), found: BTreeMap::new() };
        seen.forms.push((BEGINS.to_owned(), "the beginning of a secret".to_owned()));
        for (name, secret) in ALL {
            seen.look_for(name, secret);
        }
        seen
    }
}

impl Seen {
    /// Looks for a secret from here on, in every form.
    pub(crate) fn look_for(&mut self, name: &str, secret: &str) {
        for (form, spelt) in spelt(secret) {
            self.forms.push((spelt, format!("{name}, {form}")));
        }
    }

    /// Looks through what came out of a path. Nothing at all proves nothing.
    pub(crate) fn text(&mut self, path: &'static str, text: &str) {
        assert!(!text.is_empty(), "{path} shows nothing at all");
        let (texts, bytes) = self.paths.entry(path).or_default();
        *texts += 1;
        *bytes += text.len();
        for (form, what) in &self.forms {
            if let Some(at) = text.find(form.as_str()) {
                let from = text[..at].char_indices().rev().nth(120).map_or(0, |(from, _)| from);
                let around: String = text[from..].chars().take(200).collect();
                self.found.entry((path, what.clone())).or_insert(around);
            }
        }
    }

    /// Returns where a secret was seen.
    pub(crate) fn found(&self) -> &BTreeMap<(&'static str, String), String> {
        &self.found
    }

    /// Says how much was looked through, in one line for each path and one for all.
    pub(crate) fn told(&self) -> String {
        let mut told = String::new();
        let (mut all, mut size) = (0, 0);
        for (path, (texts, bytes)) in &self.paths {
            let _ = writeln!(told, "{path:<34} {texts:>6} texts {bytes:>9} bytes");
            all += texts;
            size += bytes;
        }
        let _ = write!(
            told,
            "canaries: {} secrets in {} spellings, {} paths, {all} texts, {size} bytes: {} seen",
            ALL.len(),
            self.forms.len(),
            self.paths.len(),
            self.found.len()
        );
        told
    }
}

/// Returns the forms of a secret: as it is, encoded once and twice for an address, in hex, and in base64 wherever it begins.
fn spelt(secret: &str) -> Vec<(&'static str, String)> {
    let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut forms = vec![
        ("as it is", secret.to_owned()),
        ("in lower case", secret.to_lowercase()),
        ("percent-encoded", percent(secret)),
        ("percent-encoded twice", percent(&percent(secret))),
        ("in hex", hex.to_uppercase()),
        ("in lower hex", hex),
    ];
    // What stands before it shifts base64 by a part of a letter. What is not a whole letter of the secret alone is left out.
    for (shift, form) in ["in base64", "in base64, shifted by one", "in base64, shifted by two"].into_iter().enumerate()
    {
        let shifted = [vec![0; shift], secret.as_bytes().to_vec()].concat();
        let text = STANDARD_NO_PAD.encode(shifted);
        forms.push((form, text[(shift * 8).div_ceil(6)..(shift + secret.len()) * 8 / 6].to_owned()));
    }
    forms
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

#[test]
fn a_canary_is_seen_in_every_form_and_in_part() {
    let long = "MIIEvQIBADANBgkqhkiG9w0BAQ/+=";
    let encoded = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{long}:and what follows"));
    for text in [
        long.to_owned(),
        long.to_lowercase(),
        "MIIEvQIBADANBgkqhkiG9w0BAQ%2F%2B%3D".to_owned(),
        "MIIEvQIBADANBgkqhkiG9w0BAQ%252F%252B%253D".to_owned(),
        "4D494945765149424144414E42676B71686B6947397730424151 2F2B3D".replace(' ', ""),
        encoded(""),
        encoded("u"),
        encoded("us"),
    ] {
        let mut seen = Seen::default();
        seen.text("nothing", "AAAA");
        seen.look_for("a key", long);
        seen.text("a path", &format!("it was {text}, and more"));
        assert!(!seen.found().is_empty(), "{text} is not seen");
    }
    let mut seen = Seen::default();
    seen.text("a path", "cut to cAnArYk");
    assert_eq!(seen.found().len(), 1);
    for (name, canary) in ALL {
        assert!(canary.starts_with(BEGINS), "{name}");
    }
}
