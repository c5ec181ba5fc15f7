//! Inputs, and what is said of them before anything is sent.

use apsara_bulk::{Called, Checked, Executor, Format, Typed, Untyped};
use apsara_core::generated::v1 as rt;
use apsara_core::untyped::{Description, Parameter};
use apsara_core::{Config, Credentials};

use crate::scripted::{Place, Scripted};

#[derive(Clone, Default)]
struct Change {
    id: Option<String>,
    count: Option<i64>,
    names: Vec<String>,
    secret: Option<String>,
}

impl rt::Record for Change {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("TaskId", id).required(),
        rt::field!("Count", count).at_most(5.0),
        rt::field!("Names", names),
        rt::field!("AuthKey", secret).sensitive(),
    ];
}

#[derive(Default)]
struct Changed;

impl rt::Record for Changed {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

static TEST: rt::Product = rt::Product::of("test", "2026-01-01");
static CHANGE: rt::Operation = rt::Operation { name: "Change", ..rt::Operation::of(&TEST) };

impl rt::Request for Change {
    type Client = ();
    type Response = Changed;
    const OPERATION: &'static rt::Operation = &CHANGE;
}

/// Goes where its parameter says, or else to the product's default region.
#[derive(Clone, Default)]
struct Move {
    region: Option<String>,
}

impl rt::Record for Move {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("RegionId", region)];
}

/// Goes to the product's default region.
#[derive(Clone, Default)]
struct Stay;

impl rt::Record for Stay {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

static REGIONAL: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };
static MOVE: rt::Operation = rt::Operation { name: "Move", ..rt::Operation::of(&REGIONAL) };
static STAY: rt::Operation = rt::Operation { name: "Stay", ..rt::Operation::of(&REGIONAL) };

impl rt::Request for Move {
    type Client = ();
    type Response = Changed;
    const OPERATION: &'static rt::Operation = &MOVE;
}

impl rt::Request for Stay {
    type Client = ();
    type Response = Changed;
    const OPERATION: &'static rt::Operation = &STAY;
}

fn typed() -> Typed<Change> {
    Typed::new(&Config::builder().endpoint("http://127.0.0.1:1").build().unwrap()).unwrap()
}

fn told(checked: &Checked) -> Vec<String> {
    checked.violations().map(ToString::to_string).collect()
}

#[test]
fn every_wrong_line_is_told_at_once_by_its_number() {
    let (place, executor) = (Place::new(), typed());
    let input = r#"{"TaskId": "a"}

{"TaskID": "b"}
{"Count": 3, "AuthKey": "sesame"}
{"TaskId": "c", "Count": 9, "Names": ["x"]}
{"TaskId": "d", "Count": "sesame"}
{"TaskId": "e"
["f"]
{"TaskId": "g", "AuthKey": "sesame", "AuthKeys": "sesame"}
{"TaskId": "h", "AuthKey": "sesame", "TaskId": "i"}
"#;
    let checked = place.checked(&executor, input);
    assert_eq!(
        told(&checked),
        [
            "line 3: unknown name `TaskID`, did you mean `TaskId`?",
            "line 4: TaskId is required",
            "line 5: Count must be at most 5",
            "line 6: Count: expected a 64-bit integer, found a text",
            "line 7: is no JSON, at byte 14: EOF while parsing an object",
            "line 8: is no JSON object; write {\"Name\": \"value\"}",
            "line 9: unknown name `AuthKeys`, did you mean `AuthKey`?",
            "line 10: is wrong, at byte 45: the name `TaskId` stands twice; write it once",
        ]
    );
    assert_eq!((checked.violation_count(), checked.counts().due, checked.counts().skipped), (8, 1, 8));
    assert!(!told(&checked).concat().contains("sesame"));
    // Some editors begin a file with a mark that none shows.
    for input in ["\u{feff}{\"TaskId\": \"a\"}\n", "\u{feff}\r\n{\"TaskId\": \"a\"}"] {
        let checked = place.checked(&executor, input);
        assert_eq!((told(&checked), checked.counts().due), (Vec::new(), 1));
    }
}

#[test]
fn cells_of_a_table_are_texts_unless_the_parameter_is_none() {
    let (place, executor) = (Place::new(), typed());
    let input = "\u{feff}TaskId, Count,Names\r\n007,3,\"[\"\"a\"\",\"\"b\"\"]\"\n\"two\nlines\",,\nb,x,\n,4,\nc,1\nd,2,[\"e\"],5\n";
    let checked = place.checked_as(&executor, input, Format::Csv);
    assert_eq!(
        told(&checked),
        [
            "line 5: Count: expected a 64-bit integer, found a text",
            "line 6: TaskId is required",
            "line 7: has 2 cells, and the first row names 3 parameters",
            "line 8: has 4 cells, and the first row names 3 parameters",
        ]
    );
    assert_eq!(checked.counts().due, 2);
    for (header, problem) in [
        ("TaskId,,Count", "the first row has no name in column 2; write the parameter's"),
        ("TaskId,Count,TaskId", "the first row names `TaskId` twice; remove one of the columns"),
    ] {
        let checked = place.checked_as(&executor, &format!("{header}\na,b,c\n"), Format::Csv);
        assert_eq!(told(&checked), [format!("line 1: {problem}")]);
    }
    for end in ["\n", "\r\n", "\r"] {
        let input =
            ["TaskId,Count", "a,x", "", "b,y", "\"c", "d\",z", "e,1"].map(|line| format!("{line}{end}")).concat();
        let checked = place.checked_as(&executor, &input, Format::Csv);
        let wrong = [2, 4, 5].map(|line| format!("line {line}: Count: expected a 64-bit integer, found a text"));
        assert_eq!(told(&checked), wrong, "{end:?}");
        assert_eq!(checked.counts().due, 1);
    }
    let checked = place.checked_as(&executor, "TaskIds\na\n", Format::Csv);
    assert_eq!(told(&checked), ["line 2: unknown name `TaskIds`, did you mean `TaskId`?"]);
}

#[test]
fn a_quotation_mark_that_is_not_closed_takes_no_row_along_unseen() {
    let (place, executor) = (Place::new(), typed());
    let behind = |last: u64| format!(", so nothing can be said of the lines up to {last} either");
    for mark in ["", "\u{feff}"] {
        for (rows, line, last, due) in [
            ("TaskId,Count\na,\"1\nb,2\n\nc,3\n\n", 2, 5, 0),
            ("TaskId,Count\na,1\nb,2\n\"c,3", 4, 4, 2),
            ("\"TaskId\",Count\na,1\n\"b\nc\",\"\"\"2\nd,3", 3, 5, 1),
            ("\"TaskId,Count\na,1\n", 1, 2, 0),
        ] {
            let checked = place.checked_as(&executor, &format!("{mark}{rows}"), Format::Csv);
            let behind = if last > line { behind(last) } else { String::new() };
            let expected = format!("line {line}: has a quotation mark that is not closed{behind}; close it");
            assert_eq!(told(&checked), [expected], "{rows:?}");
            assert_eq!((checked.counts().due, checked.counts().skipped), (due, last - line + 1), "{rows:?}");
        }
    }
}

#[test]
fn a_call_that_stands_there_twice_is_told() {
    let (place, executor) = (Place::new(), typed());
    let input = "{\"TaskId\":\"a\"}\n{\"TaskId\":\"b\"}\n{ \"TaskId\": \"a\" }\n{\"TaskId\":\"c\",\"Count\":1}\n{\"Count\":1,\"TaskId\":\"c\"}\n{\"TaskId\":\"a\"}\n";
    assert_eq!(place.checked(&executor, input).duplicates(), [(3, 1), (5, 4), (6, 1)]);
    // Null is none.
    let input = "{\"TaskId\":\"a\"}\n{\"TaskId\":\"a\",\"Count\":null}\n{\"Names\":null,\"TaskId\":\"a\"}\n";
    assert_eq!(place.checked(&executor, input).duplicates(), [(2, 1), (3, 1)]);
    let input = "TaskId,Count\na,\na,null\n";
    assert_eq!(place.checked_as(&executor, input, Format::Csv).duplicates(), [(3, 2)]);
    let mut scripted = Scripted::new(&place);
    scripted.repeat = apsara_core::Repeat::Safe;
    assert!(place.checked(&scripted, "{\"Id\":\"a\"}\n{\"Id\":\"a\"}\n").duplicates().is_empty());
}

#[test]
fn a_line_that_is_too_long_does_not_hold_up_the_next() {
    let (place, executor) = (Place::new(), typed());
    let input = format!("{{\"TaskId\": \"{}\"}}\n{{\"TaskId\": \"b\"}}", "x".repeat(5 << 20));
    let checked = place.checked(&executor, &input);
    assert_eq!((told(&checked), checked.counts().due), (vec!["line 1: is longer than 4 MiB".to_owned()], 1));

    // Of a table nobody can say where such a row ends.
    let rows = |quote: &str| format!("TaskId\na\n\n{quote}{}{quote}\nb\n\n\"c\nd\"\n\n", "x".repeat(5 << 20));
    for quote in ["", "\""] {
        let checked = place.checked_as(&executor, &rows(quote), Format::Csv);
        let expected = "line 4: is longer than 4 MiB, so nothing can be said of the lines up to 8 either";
        assert_eq!(told(&checked), [expected]);
        assert_eq!((checked.counts().due, checked.counts().skipped), (1, 5));
    }
}

#[test]
fn an_executor_knows_its_texts() {
    let executor = typed();
    assert!(executor.is_text("TaskId") && executor.is_text("Nothing"));
    assert!(!executor.is_text("Count") && !executor.is_text("Names"));
    assert_eq!(executor.operation().target, "http://127.0.0.1:1");
}

#[test]
fn the_plan_and_the_journal_name_the_endpoint_that_calls_go_to() {
    let key = || Credentials::new("LTAI-a", "secret").unwrap();
    let open = Config::builder().credentials(key()).build().unwrap();
    let region = Config::builder().region("cn-beijing").build().unwrap();
    let endpoint = Config::builder().endpoint("http://127.0.0.1:1").build().unwrap();
    let described = |name: &str| Description::new("Test", "2026-01-01", name).default_region("cn-hangzhou");
    let moving = || described("Move").parameter(Parameter::new("RegionId"));
    let each = "the endpoint of each line's RegionId, else https://test.cn-hangzhou.aliyuncs.com";
    for (config, moves, stays) in [
        (&open, each, "https://test.cn-hangzhou.aliyuncs.com"),
        (&region, "https://test.cn-beijing.aliyuncs.com", "https://test.cn-beijing.aliyuncs.com"),
        (&endpoint, "http://127.0.0.1:1", "http://127.0.0.1:1"),
    ] {
        let target = |executor: &dyn Executor| executor.operation().target;
        assert_eq!(target(&Typed::<Move>::new(config).unwrap()), moves);
        assert_eq!(target(&Typed::<Stay>::new(config).unwrap()), stays);
        assert_eq!(target(&Untyped::new(config, moving()).unwrap()), moves);
        assert_eq!(target(&Untyped::new(config, described("Move").open()).unwrap()), moves);
        assert_eq!(target(&Untyped::new(config, described("Stay")).unwrap()), stays);
    }
    // They name who calls, too.
    let key_id = |called: Called| called.key_id;
    assert_eq!(key_id(Typed::<Move>::new(&open).unwrap().operation()).as_deref(), Some("LTAI-a"));
    assert_eq!(key_id(Untyped::new(&open, moving()).unwrap().operation()).as_deref(), Some("LTAI-a"));
    assert_eq!(key_id(Typed::<Move>::new(&region).unwrap().operation()), None);
}
