//! What is random: which parameters a call has, and what they hold.

use serde_json::{Map, Value, json};

/// The deepest that values are nested.
const DEEPEST: usize = 5;

/// Draws numbers (SplitMix64).
pub(crate) struct Draw(u64);

impl Draw {
    /// Begins the draws of a case, which follow from the seed and its number alone.
    pub(crate) fn new(seed: u64, case: u64) -> Self {
        let mut mixed = Self(seed);
        Self(mixed.next() ^ Self(case).next())
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    /// Draws a number below another one.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    /// Draws yes, so often of a hundred times.
    pub(crate) fn percent(&mut self, often: usize) -> bool {
        self.below(100) < often
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Where a text stands, which decides what it may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Header,
    Path,
    Elsewhere,
}

/// Draws a value for a schema; nothing where the schema says a type that there is not.
pub(crate) fn value(draw: &mut Draw, schema: &Value, shared: &Value, place: Place) -> Option<Value> {
    Values { draw, shared, place }.value(schema, 0)
}

/// Follows references to the schema itself.
pub(crate) fn resolved<'a>(schema: &'a Value, shared: &'a Value) -> &'a Value {
    let mut at = schema;
    // A chain that is longer goes in a circle.
    for _ in 0..9 {
        match at["$ref"].as_str().and_then(|name| name.strip_prefix("#/components/schemas/")) {
            Some(name) => at = &shared["components"]["schemas"][name],
            None => return at,
        }
    }
    &Value::Null
}

struct Values<'a> {
    draw: &'a mut Draw,
    shared: &'a Value,
    place: Place,
}

impl Values<'_> {
    fn value(&mut self, schema: &Value, depth: usize) -> Option<Value> {
        let schema = resolved(schema, self.shared);
        let has = |key: &str| schema[key].as_object().is_some_and(|entries| !entries.is_empty());
        let format = schema["format"].as_str().unwrap_or("");
        Some(match schema["type"].as_str() {
            Some("string") if format == "binary" => json!(self.base64()),
            Some("string") => json!(self.text()),
            Some("boolean") => json!(self.draw.percent(50)),
            Some("integer") => self.integer(format),
            Some("number") => self.number(),
            Some("array") => {
                let count = if depth < DEEPEST { *self.draw.one(&[0, 1, 1, 2, 3, 11]) } else { 0 };
                (0..count).map(|_| self.value(&schema["items"], depth + 1)).collect::<Option<_>>()?
            }
            Some("object") | None if has("properties") => {
                let mut entries = Map::new();
                for (name, property) in schema["properties"].as_object().into_iter().flatten() {
                    if depth < DEEPEST && self.draw.percent(60) {
                        // A list of ours holds no null, but an entry may be one.
                        let is_null = self.draw.percent(2);
                        let value = if is_null { Value::Null } else { self.value(property, depth + 1)? };
                        entries.insert(name.clone(), value);
                    }
                }
                Value::Object(entries)
            }
            Some("object") if has("additionalProperties") => {
                let count = if depth < DEEPEST { self.draw.below(4) } else { 0 };
                let mut entries = Map::new();
                for _ in 0..count {
                    entries.insert(self.key(), self.value(&schema["additionalProperties"], depth + 1)?);
                }
                Value::Object(entries)
            }
            Some("object") => self.any_object(depth),
            Some("any") | None => self.any(depth),
            Some(_) => return None,
        })
    }

    fn any_object(&mut self, depth: usize) -> Value {
        let count = if depth < DEEPEST { self.draw.below(4) } else { 0 };
        let entries = (0..count).map(|_| (self.key(), self.any(depth + 1)));
        Value::Object(entries.collect::<Vec<_>>().into_iter().collect())
    }

    fn any(&mut self, depth: usize) -> Value {
        match self.draw.below(if depth < DEEPEST { 8 } else { 6 }) {
            5 => Value::Null,
            0 => json!(self.draw.percent(50)),
            1 => self.integer("int64"),
            2 => self.number(),
            3 | 4 => json!(self.text()),
            6 => {
                let count = self.draw.below(4);
                (0..count).map(|_| self.any(depth + 1)).collect()
            }
            _ => self.any_object(depth),
        }
    }

    /// Draws the key of an entry: an ordinary one as a rule.
    fn key(&mut self) -> String {
        if self.draw.percent(80) {
            return (*self.draw.one(&["a", "Key", "x-y_z", "0", "name.part", "Ab1"])).to_owned();
        }
        (*self.draw.one(&["a b", "k=v", "a&b", "中文", "*", "a+b", "~", "%41", "é/", "'"])).to_owned()
    }

    fn text(&mut self) -> String {
        const ORDINARY: [&str; 8] = ["a", "Zz", "0", "cn-shanghai", "1.5", "-", "_", "~"];
        const HEADERS: [&str; 16] =
            [" ", ",", ";", "=", "\"", "a b", "!", "#", "$", "%41", "&", "'", "()", "*", "+", "/?@[]^`{|}"];
        const ALL: [&str; 40] = [
            " ",
            "  ",
            "*",
            "+",
            "%",
            "%41",
            "%2B",
            "/",
            "//",
            "&",
            "&&",
            "=",
            "==",
            "?",
            "#",
            "'",
            "\"",
            "\\",
            "!",
            "(",
            ")",
            ",",
            ";",
            ":",
            "@",
            "$",
            "[]",
            "{}",
            "<>",
            "|",
            "^",
            "`",
            "中文",
            "é",
            "e\u{301}",
            "😀",
            "\u{10ffff}",
            "\t",
            "\r\n",
            "\u{1}\u{7f}\0",
        ];
        const WHOLE: [&str; 14] = [
            "",
            "true",
            "True",
            "null",
            "None",
            "0",
            "-0",
            "1e5",
            "[1]",
            "{\"a\":1}",
            "..",
            ".",
            "\u{feff}",
            "\u{202e}\u{2028}",
        ];
        if self.place == Place::Elsewhere && self.draw.percent(15) {
            return (*self.draw.one(&WHOLE)).to_owned();
        }
        if self.place == Place::Elsewhere && self.draw.percent(1) {
            return "long & *~+中 ".repeat(1 + self.draw.below(200));
        }
        let count = self.draw.below(6);
        let mut text = String::new();
        for _ in 0..count {
            let awkward = self.draw.percent(60);
            let parts: &[&str] = match (self.place, awkward) {
                (_, false) => &ORDINARY,
                (Place::Header, true) => &HEADERS,
                (Place::Path | Place::Elsewhere, true) => &ALL,
            };
            text.push_str(parts[self.draw.below(parts.len())]);
        }
        match self.place {
            // What is trimmed is not compared, and a part of a path holds something.
            Place::Header => text.trim().to_owned(),
            Place::Path if text.is_empty() => (*self.draw.one(&["..x", "x", "..", "."])).to_owned(),
            _ => text,
        }
    }

    fn base64(&mut self) -> String {
        use base64::Engine as _;
        let count = *self.draw.one(&[1, 2, 3, 16, 255]);
        let bytes: Vec<u8> = (0..count).map(|_| self.draw.next() as u8).collect();
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    fn integer(&mut self, format: &str) -> Value {
        let (least, most) =
            if format == "int64" { (i64::MIN, i64::MAX) } else { (i64::from(i32::MIN), i64::from(i32::MAX)) };
        let wide = (1_i64 << 53) + 1;
        match self.draw.below(8) {
            0 => json!(least),
            1 => json!(most),
            2 => json!(0),
            3 => json!(-1),
            4 if format == "int64" => json!(wide),
            5 => json!(most - 1),
            _ => json!((self.draw.next() as i64).clamp(least, most)),
        }
    }

    fn number(&mut self) -> Value {
        let drawn = f64::from(self.draw.next() as i32) / 1000.0;
        json!(*self.draw.one(&[0.1, 1.5, -2.25, 3.0, 1e21, 1e-7, f64::MAX, drawn]))
    }
}
