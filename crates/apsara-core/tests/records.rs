//! Encoder, decoder, validation, `Debug` and serde over records that are written as the generator writes them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use apsara_core::generated::v1 as rt;
use apsara_core::record::decode;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Color {
    Red,
    Unknown(rt::UnknownValue),
}

impl rt::Named for Color {
    const VALUES: &'static [(&'static str, Self)] = &[("red", Self::Red)];

    fn unknown(value: rt::UnknownValue) -> Self {
        Self::Unknown(value)
    }

    fn as_unknown(&self) -> Option<&rt::UnknownValue> {
        match self {
            Self::Unknown(value) => Some(value),
            Self::Red => None,
        }
    }
}

impl Default for Color {
    fn default() -> Self {
        Self::Unknown(rt::UnknownValue::default())
    }
}

impl rt::Value for Color {
    fn view(&self) -> rt::View<'_> {
        rt::View::Str(rt::named_as_str(self))
    }

    fn slot(&mut self) -> rt::Slot<'_> {
        rt::Slot::Named(self)
    }

    fn clear(&mut self) {
        *self = Self::default();
    }
}

#[derive(Clone, Default, PartialEq)]
struct Inner {
    key: Option<String>,
    count: Option<i32>,
}

impl rt::Record for Inner {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Count", count), rt::field!("Key", key).required()];
}

#[derive(Clone, Default, PartialEq)]
struct Sample {
    request_id: String,
    big: Option<i64>,
    small: Option<i32>,
    ratio: Option<f64>,
    flag: Option<bool>,
    text: Option<String>,
    secret: Option<String>,
    color: Option<Color>,
    blob: Option<Vec<u8>>,
    any: Option<rt::Json>,
    names: Vec<String>,
    inner: Option<Inner>,
    inners: Vec<Inner>,
    labels: BTreeMap<String, i32>,
    deep: Option<rt::Recursive<Inner>>,
    wrapped: Vec<Inner>,
}

impl rt::Record for Sample {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("Any", any),
        rt::field!("Big", big),
        rt::field!("Blob", blob),
        rt::field!("Color", color),
        rt::field!("Deep", deep),
        rt::field!("Flag", flag),
        rt::field!("Inner", inner),
        rt::field!("Inners", inners),
        rt::field!("Labels", labels),
        rt::field!("Names", names),
        rt::field!("Ratio", ratio),
        rt::field!("RequestId", request_id),
        rt::field!("Secret", secret).sensitive(),
        rt::field!("Small", small),
        rt::field!("Text", text),
        rt::field!("Wrapped", wrapped).wrapped("One"),
    ];
}

macro_rules! serde {
    ($type:ty) => {
        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                rt::debug(self, f)
            }
        }

        impl rt::Serialize for $type {
            fn serialize<S: rt::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                rt::serialize(self, serializer)
            }
        }

        impl<'de> rt::Deserialize<'de> for $type {
            fn deserialize<D: rt::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                rt::deserialize(deserializer)
            }
        }
    };
}

serde!(Sample);
serde!(Inner);

fn lenient(json: &str) -> Result<Sample, String> {
    let mut sample = Sample::default();
    decode(json.as_bytes(), &mut sample).map(|()| sample).map_err(|error| error.to_string())
}

fn strict(json: &str) -> Result<Sample, String> {
    serde_json::from_str(json).map_err(|error| error.to_string())
}

#[test]
fn every_kind_of_field_survives_json() {
    let json = r#"{"Any":{"x":[1,null]},"Big":9007199254740993,"Blob":"AAEC","Color":"red","Deep":{"Key":"d"},"Flag":true,"Inner":{"Count":1,"Key":"k"},"Inners":[{"Key":"a"},{"Key":"b"}],"Labels":{"l":7},"Names":["n"],"Ratio":1.5,"RequestId":"r","Secret":"s","Small":-3,"Text":"t","Wrapped":[{"Key":"w"}]}"#;
    let sample = lenient(json).unwrap();
    assert_eq!(sample.big, Some(9_007_199_254_740_993));
    assert_eq!(sample.blob.as_deref(), Some([0, 1, 2].as_slice()));
    assert_eq!(sample.color, Some(Color::Red));
    assert_eq!(sample.deep.as_ref().unwrap().key.as_deref(), Some("d"));
    assert_eq!(serde_json::to_string(&sample).unwrap(), json);
    assert_eq!(strict(json).unwrap(), sample);
}

#[test]
fn numbers_as_texts_are_exact_beyond_2_to_the_53() {
    let sample = lenient(r#"{"Big":"9223372036854775807","Small":" 7 ","Ratio":"0.25","Flag":"True"}"#).unwrap();
    assert_eq!((sample.big, sample.small, sample.ratio), (Some(i64::MAX), Some(7), Some(0.25)));
    assert_eq!(sample.flag, Some(true));
}

#[test]
fn numbers_and_booleans_take_each_others_place() {
    let sample = lenient(r#"{"Flag":2,"Ratio":true,"Small":"7.0","Big":"-9223372036854775808.00"}"#).unwrap();
    assert_eq!((sample.flag, sample.ratio), (Some(true), Some(1.0)));
    assert_eq!((sample.small, sample.big), (Some(7), Some(i64::MIN)));
    assert_eq!(lenient(r#"{"Flag":0}"#).unwrap().flag, Some(false));
    for (text, flag) in [("1", true), ("0", false), (" TRUE ", true), ("", false)] {
        assert_eq!(lenient(&format!(r#"{{"Flag":"{text}"}}"#)).unwrap().flag, Some(flag), "{text:?}");
        assert_eq!(lenient(&format!("<R><Flag>{text}</Flag></R>")).unwrap().flag, Some(flag), "{text:?} in XML");
    }
    assert!(lenient(r#"{"Flag":"2"}"#).is_err() && strict(r#"{"Flag":"1"}"#).is_err());
    for text in ["7.5", ".0", "7.0.0", "7.", "-.0"] {
        let is_whole = lenient(&format!(r#"{{"Small":"{text}"}}"#)).is_ok();
        assert_eq!(is_whole, text == "7.", "{text}");
    }
    assert!(strict(r#"{"Flag":1}"#).is_err() && strict(r#"{"Ratio":true}"#).is_err());
}

#[test]
fn texts_as_numbers_keep_every_digit() {
    for (json, text) in [
        (r#"{"Text":9007199254740993}"#, "9007199254740993"),
        (r#"{"Text":18446744073709551615}"#, "18446744073709551615"),
        (r#"{"Text":1.5}"#, "1.5"),
        (r#"{"Text":true}"#, "true"),
        (r#"{"Text":{"a":[1]}}"#, r#"{"a":[1]}"#),
        (r#"{"Text":["a"]}"#, r#"["a"]"#),
    ] {
        assert_eq!(lenient(json).unwrap().text.as_deref(), Some(text));
    }
}

#[test]
fn lists_come_wrapped_or_null_or_as_an_empty_text() {
    for (json, names) in [
        (r#"{"Names":{"Name":["a","b"]}}"#, vec!["a", "b"]),
        (r#"{"Names":{"Name":null}}"#, vec![]),
        (r#"{"Names":{}}"#, vec![]),
        (r#"{"Names":null}"#, vec![]),
        (r#"{"Names":""}"#, vec![]),
        (r#"{"Names":["a",null,"b"]}"#, vec!["a", "b"]),
    ] {
        assert_eq!(lenient(json).unwrap().names, names, "{json}");
    }
    let error = lenient(r#"{"Names":{"Name":[],"Other":1}}"#).unwrap_err();
    assert!(error.starts_with("Names: expected a list, found an object with `Name` and `Other`"), "{error}");
}

#[test]
fn an_answer_that_is_null_says_nothing() {
    assert_eq!(lenient("null").unwrap(), Sample::default());
    assert_eq!(lenient(" null\n").unwrap(), Sample::default());
    assert_eq!(lenient("\r\n").unwrap(), Sample::default());
}

#[test]
fn a_list_whose_wrapper_is_known_comes_in_it_whatever_else_is_there() {
    let inner = |key: &str| Inner { key: Some(key.to_owned()), count: None };
    for (body, expected) in [
        (r#"{"Wrapped":{"One":[{"Key":"a"},{"Key":"b"}]}}"#, vec![inner("a"), inner("b")]),
        (r#"{"Wrapped":{"Total":2,"One":[{"Key":"a"}],"More":{"x":[1]}}}"#, vec![inner("a")]),
        (r#"{"Wrapped":{"one":[{"Key":"a"}]}}"#, vec![inner("a")]),
        (r#"{"Wrapped":{"One":null}}"#, vec![]),
        (r#"{"Wrapped":{}}"#, vec![]),
        (r#"{"Wrapped":[{"Key":"a"}]}"#, vec![inner("a")]),
        ("<R><Wrapped><One><Key>a</Key></One></Wrapped></R>", vec![inner("a")]),
        ("<R><Wrapped><One><Key>a</Key></One><One><Key>b</Key></One></Wrapped></R>", vec![inner("a"), inner("b")]),
        ("<R><Wrapped/></R>", vec![]),
    ] {
        assert_eq!(lenient(body).unwrap().wrapped, expected, "{body}");
    }
    let error = lenient(r#"{"Wrapped":{"One":[{"Count":"x"}]}}"#).unwrap_err();
    assert!(error.starts_with("Wrapped.One[0].Count: expected a 32-bit integer"), "{error}");
}

#[test]
fn an_empty_list_is_an_empty_object_as_php_writes_it() {
    assert_eq!(lenient(r#"{"Inner":[],"Labels":[]}"#).unwrap().inner, Some(Inner::default()));
    assert!(lenient(r#"{"Inner":[1]}"#).is_err());
}

#[test]
fn null_clears_and_names_are_found_in_another_case() {
    let sample = lenient(r#"{"Small":1,"small":null,"REQUESTID":"r","unknown":{"x":1}}"#).unwrap();
    assert_eq!((sample.small, sample.request_id.as_str()), (None, "r"));
}

#[test]
fn what_cannot_be_decoded_is_told_with_its_path() {
    for (json, message) in [
        (r#"{"Inners":[{},{"Count":"x"}]}"#, "Inners[1].Count: expected a 32-bit integer, found a text that is none"),
        (
            r#"{"Inner":{"Count":4294967296}}"#,
            "Inner.Count: expected a 32-bit integer, found a number beyond its range",
        ),
        (r#"{"Labels":{"l":[]}}"#, "Labels.l: expected a 32-bit integer, found a list"),
        (r#"{"Small":1.5}"#, "Small: expected a 32-bit integer, found a number with a fraction"),
        (r#"[1]"#, "expected an object, found a list"),
        (r#"{"Small":1"#, "EOF while parsing an object"),
        (r#"{} x"#, "trailing characters"),
    ] {
        let error = lenient(json).unwrap_err();
        assert!(error.starts_with(message), "{json}: {error}");
        assert!(error.contains(" at line 1 column "), "{json}: {error}");
    }
}

#[test]
fn an_answer_in_xml_is_read_by_the_same_table() {
    let body = "<SampleResponse><RequestId>r</RequestId><Small>7</Small><Flag>true</Flag><Names>one</Names>\
                <Inners><Key>a</Key></Inners><Inners><Key>b</Key><Count>2</Count></Inners><Inner><Key>k</Key></Inner></SampleResponse>";
    let sample = lenient(body).unwrap();
    assert_eq!((sample.request_id.as_str(), sample.small, sample.flag), ("r", Some(7), Some(true)));
    assert_eq!(sample.names, ["one"]);
    let inner = |key: &str, count| Inner { key: Some(key.to_owned()), count };
    assert_eq!(sample.inners, [inner("a", None), inner("b", Some(2))]);
    assert_eq!(sample.inner, Some(inner("k", None)));
    // What is wrong is found by its name alone: the answer has no place by line and column of JSON.
    let error = lenient("<Sample><Inners><Count>x</Count></Inners></Sample>").unwrap_err();
    assert_eq!(error, "Inners.Count: expected a 32-bit integer, found a text that is none");
    // As deep as an answer may be, without lists.
    let deep = |elements: usize| {
        lenient(&format!("<Any>{}{}</Any>", "<a>".repeat(elements), "</a>".repeat(elements))).map(|sample| sample.any)
    };
    assert!(deep(126).unwrap().is_some());
    assert!(deep(127).unwrap_err().contains("more than 127 deep"));
    // A product may describe the root as the one field of its answer.
    assert_eq!(lenient("<Inner><Key>k</Key></Inner>").unwrap().inner, Some(inner("k", None)));
}

#[test]
fn a_page_is_no_answer() {
    for page in ["<html><body>Sign in</body></html>", "<!DOCTYPE html>\n<HTML></HTML>"] {
        assert_eq!(lenient(page).unwrap_err(), "expected an answer, found a page in HTML");
    }
}

#[test]
fn our_own_files_are_read_strictly() {
    for (json, message) in [
        (r#"{"Smal":1}"#, "unknown name `Smal`, did you mean `Small`?"),
        (r#"{"small":1}"#, "unknown name `small`, did you mean `Small`?"),
        (r#"{"Inner":{"Kex":"x"}}"#, "Inner: unknown name `Kex`, did you mean `Key`?"),
        (r#"{"Inner":{"Zzzzzz":"x"}}"#, "Inner: unknown name `Zzzzzz`, expected one of `Count`, `Key`"),
        (r#"{"Small":"1"}"#, "Small: expected a 32-bit integer, found a text"),
        (r#"{"Text":1}"#, "Text: expected a text, found an integer"),
        (r#"{"Names":{"Name":[]}}"#, "Names: expected a list, found an object"),
        (r#"{"Names":[null]}"#, "Names[0]: expected an element, found null"),
    ] {
        let error = strict(json).unwrap_err();
        assert!(error.starts_with(message), "{json}: {error}");
    }
}

#[test]
fn debug_shows_what_is_set_and_no_secret() {
    let sample = Sample {
        secret: Some("canary".into()),
        text: Some("rtmp://host/app/canary".into()),
        any: Some(serde_json::json!({"u": "https://h/p?canary", "v": [{"Password": "canary"}]})),
        inner: Some(Inner { key: Some("k".into()), count: None }),
        ..Sample::default()
    };
    let shown = format!("{sample:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(
        shown,
        r#"Sample { Any: {"u":"https://h/p?[redacted]","v":[{"Password":"[redacted]"}]}, Inner: Inner { Key: "k", .. }, RequestId: "", Secret: [redacted], Text: "rtmp://host/app/[redacted]", .. }"#
    );
}

/// Declares a record whose one field is the whole answer.
macro_rules! whole {
    ($name:ident, $of:ty) => {
        #[derive(Clone, Default, PartialEq)]
        struct $name {
            request_id: String,
            body: $of,
        }

        impl rt::Record for $name {
            const FIELDS: &'static [rt::Field<Self>] =
                &[rt::field!("RequestId", request_id), rt::field!("body", body).body()];
        }
    };
}

whole!(Listed, Vec<Inner>);
whole!(Told, Option<String>);
whole!(Raw, Option<Vec<u8>>);
whole!(Counted, Option<i64>);

#[test]
fn an_answer_that_is_no_object_fills_the_field_that_is_the_body() {
    let mut listed = Listed::default();
    decode(br#"[{"Key":"a","Count":"1"},null,{"Key":"b"}]"#, &mut listed).unwrap();
    assert_eq!(listed.body.iter().map(|inner| inner.key.as_deref()).collect::<Vec<_>>(), [Some("a"), Some("b")]);
    assert_eq!(listed.body[0].count, Some(1));
    assert!(decode(br#"{"Key":"a","Count":1}"#, &mut listed).is_err(), "an object of two is no list");

    for (body, text) in [
        ("\"quoted\"", "quoted"),
        ("\"a\" and \"b\"", "\"a\" and \"b\""),
        ("plain text", "plain text"),
        ("{\"a\":1}", "{\"a\":1}"),
        ("12", "12"),
    ] {
        let mut told = Told::default();
        decode(body.as_bytes(), &mut told).unwrap();
        assert_eq!(told.body.as_deref(), Some(text), "{body}");
    }
    assert!(decode(b"\xff", &mut Told::default()).is_err());

    let mut raw = Raw::default();
    decode(b"\xff\x00\"", &mut raw).unwrap();
    assert_eq!(raw.body.as_deref(), Some(&b"\xff\x00\""[..]), "bytes are taken as they come, not as Base64");

    let mut counted = Counted::default();
    decode(b"\"42\"", &mut counted).unwrap();
    assert_eq!(counted.body, Some(42));
}
