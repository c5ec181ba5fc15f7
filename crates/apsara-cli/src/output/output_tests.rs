use serde_json::json;

use super::*;
use crate::terminal::steers;

fn answer() -> Value {
    json!({
        "RequestId": "R-1",
        "Total": 2,
        "Wrapped": { "TaskList": [
            { "TaskId": "a", "TaskStatus": 1, "TaskInfo": { "TaskName": "night, relay", "Urls": ["x", "y"] }, "Empty": "" },
            { "TaskId": "b", "TaskStatus": -1, "TaskInfo": { "TaskName": "day" }, "Empty": null },
        ] },
    })
}

fn written(value: &Value, format: Format, width: Option<usize>) -> String {
    text(value, format, width, Paint::PLAIN).unwrap_or_else(|failure| panic!("{failure}"))
}

#[test]
fn a_list_is_found_at_any_depth_and_has_a_line_for_each_item() {
    let expected = "\
TaskId  TaskInfo.TaskName  TaskStatus  TaskInfo.Urls
a       night, relay       1           x,y
b       day                -1
RequestId R-1  Total 2
";
    assert_eq!(written(&answer(), Format::Table, None), expected);
}

#[test]
fn a_table_fits_the_terminal_and_says_what_is_left_out() {
    let table = written(&answer(), Format::Table, Some(40));
    assert!(table.lines().take(3).all(|line| line.chars().count() <= 40), "{table}");
    assert!(table.starts_with("TaskId  TaskInfo.TaskName  TaskStatus\n"), "{table}");
    assert!(table.ends_with("1 more column: --output json has all, --query chooses\n"), "{table}");
    assert!(written(&answer(), Format::Table, Some(1)).starts_with("TaskId\na\nb\n"));
}

#[test]
fn csv_has_all_columns_and_quotes_what_needs_it() {
    let expected = "\
TaskId,TaskInfo.TaskName,TaskStatus,Empty,TaskInfo.Urls
a,\"night, relay\",1,,\"x,y\"
b,day,-1,,
";
    assert_eq!(written(&answer(), Format::Csv, None), expected);
    assert_eq!(written(&json!("one"), Format::Csv, None), "one\n");
    assert_eq!(written(&json!(["one", 2]), Format::Csv, None), "one\n2\n");
    assert_eq!(written(&json!([["one", 2], ["three", null]]), Format::Csv, None), "one,2\nthree,\n");
    assert_eq!(written(&json!({ "A": 1, "B": { "C": "x" } }), Format::Csv, None), "A,B.C\n1,x\n");
}

#[test]
fn yaml_tells_texts_from_numbers() {
    let value = json!({ "a": "1", "b": 1, "c": ["true", true, null], "d": 1.5, "e": 18446744073709551615u64, "f": {} });
    let yaml = written(&value, Format::Yaml, None);
    let expected =
        "---\na: \"1\"\nb: 1\nc:\n  - \"true\"\n  - true\n  - ~\nd: 1.5\ne: \"18446744073709551615\"\nf: {}\n";
    assert_eq!(yaml, expected);
}

#[test]
fn an_answer_without_a_list_is_names_and_values() {
    let value = json!({ "TaskId": "a", "Info": { "Text": "one\ntwo" }, "None": null });
    assert_eq!(written(&value, Format::Table, Some(80)), "Info.Text  one\n           two\nNone\nTaskId     a\n");
    assert_eq!(written(&json!([1, "b"]), Format::Table, None), "1\nb\n");
    assert_eq!(written(&json!({}), Format::Table, None), "{}\n");
}

#[test]
fn what_steers_a_terminal_is_not_handed_on() {
    let fields = json!({ "a": "x\u{1b}[2Jy\u{9b}z", "b\u{1b}[2J": 1, "e": "\u{202e}", "f\u{2066}": "\u{2069}" });
    for value in [fields.clone(), json!({ "L": [fields, { "c\u{7}": 2 }], "d\u{1b}[2J": 3 })] {
        for format in [Format::Table, Format::Json, Format::Yaml] {
            let text = written(&value, format, Some(80));
            assert!(!text.chars().any(|c| steers(c) || c == '\t'), "{text:?}");
        }
    }
}

#[test]
fn yaml_keeps_what_it_escapes() {
    use saphyr::LoadableYamlNode as _;
    let value =
        json!({ "a\u{9b}": "x\u{9b}2J \\ \" \u{85}y", "b": ["plain", "\u{7f}", "\u{202e}x\u{2066}", "a\u{200d}b"] });
    let yaml = written(&value, Format::Yaml, None);
    let read = saphyr::Yaml::load_from_str(&yaml).unwrap();
    assert_eq!(read[0]["a\u{9b}"].as_str(), Some("x\u{9b}2J \\ \" \u{85}y"), "{yaml}");
    assert_eq!(read[0]["b"][1].as_str(), Some("\u{7f}"), "{yaml}");
    assert_eq!(read[0]["b"][2].as_str(), Some("\u{202e}x\u{2066}"), "{yaml}");
    assert!(yaml.contains("- plain\n") && yaml.contains("- a\u{200d}b\n"), "{yaml}");
    let json: Value = serde_json::from_str(&written(&value, Format::Json, None)).unwrap();
    assert_eq!(json, value);
}

#[test]
fn json_is_what_the_standard_writer_gives() {
    let value = answer();
    assert_eq!(written(&value, Format::Json, None), format!("{value:#}\n"));
    assert_eq!(written(&json!({ "a": [], "b": {} }), Format::Json, None), "{\n  \"a\": [],\n  \"b\": {}\n}\n");
}
