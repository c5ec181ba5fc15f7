//! What is wrong with a request: every rule, by wire name, and no value in what is told.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use apsara_core::Config;
use apsara_core::generated::v1 as rt;

static PRODUCT: rt::Product = rt::Product::of("Test", "2026-01-01");

#[derive(Clone, Debug)]
struct Client;

#[derive(Clone, Debug, Default, PartialEq)]
enum Color {
    Red,
    #[default]
    Blue,
    Unknown(rt::UnknownValue),
}

impl rt::Named for Color {
    const VALUES: &'static [(&'static str, Self)] = &[("red", Self::Red), ("blue", Self::Blue)];

    fn unknown(value: rt::UnknownValue) -> Self {
        Self::Unknown(value)
    }

    fn as_unknown(&self) -> Option<&rt::UnknownValue> {
        if let Self::Unknown(value) = self { Some(value) } else { None }
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

#[derive(Clone, Default)]
struct Tag {
    key: Option<String>,
    value: Option<String>,
}

impl rt::Record for Tag {
    const FIELDS: &'static [rt::Field<Self>] =
        &[rt::field!("Key", key).required().pattern("^[a-z]+$"), rt::field!("Value", value).sensitive().longest(3)];
}

#[derive(Clone, Default)]
struct Request {
    color: Option<Color>,
    count: Option<i32>,
    ids: Vec<String>,
    labels: BTreeMap<String, String>,
    level: Option<i64>,
    name: Option<String>,
    part: Option<String>,
    password: Option<String>,
    ratio: Option<f64>,
    secrets: BTreeMap<String, String>,
    size: Option<String>,
    tag: Vec<Tag>,
    weight: Option<f64>,
}

impl rt::Record for Request {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("Color", color).named::<Color>(),
        rt::field!("Count", count).range(1.0, 9.0),
        rt::field!("Ids", ids).json().items(2, 3).length(2, 4),
        rt::field!("Labels", labels).json().pattern("^[a-z]*$"),
        rt::field!("Level", level).one_of_numbers(&[1, 2]),
        rt::field!("Name", name).length(2, 4).pattern("^[a-z]+$"),
        rt::field!("Part", part).pattern("b{2}"),
        rt::field!("Password", password).sensitive().length(8, 16).pattern("^[a-z]+$").one_of(&["documented"]),
        rt::field!("Ratio", ratio).more_than(0.0).at_most(1.0),
        rt::field!("Secrets", secrets).json().sensitive().longest(3),
        rt::field!("Size", size).one_of(&["small", "large"]),
        rt::field!("Tag", tag).repeated(),
        rt::field!("Weight", weight).less_than(2.5),
    ];
}

#[derive(Clone, Debug, Default)]
struct Answer;

impl rt::Record for Answer {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

impl rt::Request for Request {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation = &rt::Operation { name: "Validated", ..rt::Operation::of(&PRODUCT) };
}

fn call(fill: impl FnOnce(&mut Request)) -> rt::Call<Request> {
    // Nothing listens there: what is refused or only checked is never sent.
    let config = Config::builder().endpoint("http://127.0.0.1:1").build().unwrap();
    let mut call = rt::Call::new(&rt::Client::new(&config, &PRODUCT));
    fill(&mut call.request);
    call
}

/// Returns what is refused, and what is only warned of.
fn told(fill: impl FnOnce(&mut Request)) -> (Vec<String>, Vec<String>) {
    let (warnings, violations): (Vec<_>, Vec<_>) = call(fill).check().into_iter().partition(rt::Violation::is_warning);
    let texts = |all: Vec<rt::Violation>| all.iter().map(ToString::to_string).collect();
    (texts(violations), texts(warnings))
}

fn refused(fill: impl FnOnce(&mut Request)) -> Vec<String> {
    let (violations, warnings) = told(fill);
    assert_eq!(warnings, Vec::<String>::new());
    violations
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn texts(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn entry(key: &str, value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(key.to_owned(), value.to_owned())])
}

const NOTHING: [&str; 0] = [];

#[test]
fn a_number_that_is_none_is_refused() {
    for none in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let violations = refused(|request| (request.ratio, request.weight) = (Some(none), Some(none)));
        assert_eq!(violations, ["Ratio must be a finite number", "Weight must be a finite number"]);
    }
}

#[test]
fn a_length_is_counted_in_characters() {
    assert_eq!(refused(|it| it.name = text("a")), ["Name must have at least 2 characters, has 1"]);
    assert_eq!(refused(|it| it.name = text("abcde")), ["Name must have at most 4 characters, has 5"]);
    assert_eq!(refused(|it| it.labels = entry("a", "")), NOTHING);
    assert_eq!(refused(|it| it.ids = texts(&["中文字", "éé"])), NOTHING);
}

#[test]
fn a_range_has_its_ends_in_it_unless_it_excludes_them() {
    assert_eq!(refused(|it| it.count = Some(0)), ["Count must be from 1 to 9"]);
    assert_eq!(refused(|it| it.count = Some(9)), NOTHING);
    assert_eq!(refused(|it| it.ratio = Some(0.0)), ["Ratio must be more than 0 and at most 1"]);
    assert_eq!(refused(|it| it.ratio = Some(1.0)), NOTHING);
    assert_eq!(refused(|it| it.ratio = Some(1.5)), ["Ratio must be more than 0 and at most 1"]);
    assert_eq!(refused(|it| it.weight = Some(2.5)), ["Weight must be less than 2.5"]);
    assert_eq!(refused(|it| it.weight = Some(2.25)), NOTHING);
}

#[test]
fn a_pattern_stands_anywhere_unless_it_says_where() {
    assert_eq!(refused(|it| it.name = text("ab1")), ["Name must match `^[a-z]+$`"]);
    assert_eq!(refused(|it| it.part = text("abbc")), NOTHING);
    assert_eq!(refused(|it| it.part = text("abc")), ["Part must match `b{2}`"]);
    // The second time it is compiled already.
    assert_eq!(refused(|it| it.part = text("abc")), ["Part must match `b{2}`"]);
}

#[test]
fn elements_of_lists_and_maps_are_named_by_their_place() {
    assert_eq!(
        refused(|it| it.ids = texts(&["a"])),
        ["Ids must have at least 2 elements, has 1", "Ids[1] must have at least 2 characters, has 1"]
    );
    assert_eq!(refused(|it| it.ids = texts(&["ab"; 4])), ["Ids must have at most 3 elements, has 4"]);
    assert_eq!(refused(|it| it.labels = entry("app", "1")), ["Labels.app must match `^[a-z]*$`"]);
    let tag = |key: Option<&str>, value: &str| Tag { key: key.map(str::to_owned), value: text(value) };
    assert_eq!(
        refused(|it| it.tag = vec![tag(Some("a"), "1"), tag(None, "1234"), tag(Some("A"), "")]),
        ["Tag[2].Key is required", "Tag[2].Value must have at most 3 characters", "Tag[3].Key must match `^[a-z]+$`"]
    );
}

#[test]
fn a_value_that_is_not_documented_is_a_warning() {
    let warned = |fill: fn(&mut Request)| {
        let (violations, warnings) = told(fill);
        assert_eq!(violations, NOTHING);
        warnings
    };
    assert_eq!(warned(|it| it.size = text("huge")), ["Size is none of the documented values small, large"]);
    assert_eq!(warned(|it| it.size = text("large")), NOTHING);
    assert_eq!(warned(|it| it.level = Some(3)), ["Level is none of the documented values 1, 2"]);
    assert_eq!(warned(|it| it.level = Some(2)), NOTHING);
    let unknown = |it: &mut Request| it.color = Some(rt::named_from("green"));
    assert_eq!(warned(unknown), ["Color is none of the documented values red, blue"]);
    assert_eq!(warned(|it| it.color = Some(rt::named_from("red"))), NOTHING);
}

#[tokio::test]
async fn a_call_is_refused_for_violations_and_not_for_warnings() {
    let refused = call(|it| {
        it.size = text("huge");
        it.count = Some(0);
    });
    let error = refused.send().await.unwrap_err();
    assert!(error.is_invalid());
    assert_eq!(error.violations().iter().map(ToString::to_string).collect::<Vec<_>>(), ["Count must be from 1 to 9"]);
    let warned = call(|it| it.size = text("huge"));
    // There are no credentials, so it goes no further, but it comes as far.
    assert!(!warned.send().await.unwrap_err().is_invalid());
}

#[test]
fn violations_come_first_and_then_the_warnings() {
    let all = call(|it| {
        it.color = Some(rt::named_from("green"));
        it.name = text("a");
    })
    .check();
    assert_eq!(all.iter().map(rt::Violation::parameter).collect::<Vec<_>>(), ["Name", "Color"]);
}

#[test]
fn no_rule_tells_the_value() {
    // The numbers and the texts are such that no rule says them by itself.
    let told = call(|it| {
        it.color = Some(rt::named_from("canary-1"));
        it.count = Some(7001);
        it.ids = texts(&["canary-2"]);
        it.labels = entry("app", "canary-3");
        it.level = Some(7002);
        it.name = text("canary-4");
        it.part = text("canary-5");
        it.password = text("canary-6");
        it.ratio = Some(7003.5);
        it.secrets = entry("canary-7", "canary-8");
        it.size = text("canary-9");
        it.tag = vec![Tag { key: text("canary-10"), value: text("canary-11") }];
        it.weight = Some(7004.5);
    })
    .check();
    let told: Vec<String> = told.iter().map(|violation| format!("{violation} {violation:?}")).collect();
    for rule in [
        "Color is none",
        "Count must be",
        "Ids must have",
        "Ids[1] must have",
        "Labels.app must match",
        "Level is none",
        "Name must have",
        "Name must match",
        "Part must match",
        "Password must match",
        "Password is none",
        "Ratio must be",
        "Secrets.* must have at most 3 characters ",
        "Size is none",
        "Tag[1].Key must match",
        "Tag[1].Value must have at most 3 characters ",
        "Weight must be",
    ] {
        assert_eq!(told.iter().filter(|told| told.starts_with(rule)).count(), 1, "{rule} in {told:#?}");
    }
    assert_eq!(told.len(), 17, "{told:#?}");
    assert!(!told.iter().any(|told| told.contains("canary") || told.contains("700")), "{told:#?}");
    let short = call(|it| it.password = text("abc")).check();
    assert_eq!(short[0].rule(), "must have at least 8 characters");
}
