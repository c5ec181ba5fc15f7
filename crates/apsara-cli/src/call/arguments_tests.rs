use serde_json::json;

use super::*;
use crate::catalog::product;

fn request(product_name: &str, operation: &str, words: &[&str]) -> Result<Value, String> {
    let operation = product(product_name, None).unwrap().operation(operation).unwrap();
    let line = crate::line::split(words.iter().map(std::ffi::OsString::from)).unwrap();
    read(&operation, None, &line.parameters, &mut Sources::default(), |_| false)
        .map(Value::Object)
        .map_err(|failure| failure.to_string())
}

#[test]
fn a_name_can_be_written_in_any_way() {
    for name in ["--task-id", "--TaskId", "--taskId", "--task_id"] {
        assert_eq!(request("live", "RestartLivePullToPush", &[name, "a"]).unwrap(), json!({ "TaskId": "a" }));
    }
}

#[test]
fn parts_of_a_parameter_are_named_by_dots() {
    let words =
        ["--tag.1.key", "k", "--Tag.2.Value", "v", "--tag.1.value=w", "--resource-id", "a", "--resource-id", "b"];
    let expected = json!({ "ResourceId": ["a", "b"], "Tag": [{ "Key": "k", "Value": "w" }, { "Value": "v" }] });
    assert_eq!(request("live", "TagLiveResources", &words).unwrap(), expected);
    let error = request("live", "TagLiveResources", &["--tag.2.key", "k"]).unwrap_err();
    assert!(error.contains("without a gap"), "{error}");
    let more = request("live", "TagLiveResources", &["--tag", r#"{"Key":"k"}"#, "--tag.2.key", "l"]).unwrap();
    assert_eq!(more, json!({ "Tag": [{ "Key": "k" }, { "Key": "l" }] }));
}

#[test]
fn a_whole_takes_no_place_of_parts_that_were_given() {
    for (words, name) in [
        (&["--tag.1.key", "env", "--tag.1.value", "prod", "--tag", r#"[{"Key":"a","Value":"b"}]"#][..], "--tag"),
        (&["--tag.1.key", "env", "--Tag", "{}"], "--Tag"),
        (&["--tag.1.key", "env", "--tag.1", r#"{"Value":"prod"}"#], "--tag.1"),
        (&["--tag", "{}", "--tag.1.key.x", "k", "--tag.1", "{}"], "--tag.1"),
        (&["--resource-id.1", "a", "--resource-id", "b"], "--resource-id"),
    ] {
        let error = request("live", "TagLiveResources", words).unwrap_err();
        assert!(error.starts_with(&format!("{name} is given as a whole and in parts")), "{words:?}: {error}");
    }
    // Another parameter's parts are its own.
    let words = ["--resource-id.1", "a", "--tag", "{}"];
    assert_eq!(request("live", "TagLiveResources", &words).unwrap(), json!({ "ResourceId": ["a"], "Tag": [{}] }));
}

#[test]
fn a_parameter_whose_name_has_dots_is_found() {
    let words = ["--system-disk.size", "40", "--SystemDisk.Category", "cloud"];
    let expected = json!({ "SystemDisk.Category": "cloud", "SystemDisk.Size": 40 });
    assert_eq!(request("ecs", "CreateInstance", &words).unwrap(), expected);
}

#[test]
fn what_is_in_the_body_can_be_named_alone() {
    let expected = json!({ "body": { "count": 2, "auto_scaling": { "enable": true } } });
    let words = ["--count", "2", "--auto-scaling.enable"];
    assert_eq!(request("cs", "CreateClusterNodePool", &words).unwrap(), expected);
    assert_eq!(
        request("cs", "CreateClusterNodePool", &["--body.count", "2", "--body.auto_scaling", r#"{"enable":true}"#])
            .unwrap(),
        expected
    );
}

#[test]
fn a_value_that_its_type_does_not_have_is_refused_without_being_shown() {
    for (words, expected) in [
        (["--page-size", "many-canary"], "--page-size must be an integer"),
        (["--page-size", "1.5"], "--page-size must be an integer"),
    ] {
        let error = request("live", "DescribeLivePullToPushList", &words).unwrap_err();
        assert!(error.starts_with(expected) && !error.contains("canary"), "{error}");
    }
}

#[test]
fn a_slip_is_told() {
    let error = request("live", "RestartLivePullToPush", &["--task-di", "a"]).unwrap_err();
    assert!(error.contains("has no parameter --task-di; did you mean --task-id?"), "{error}");
    let error = request("live", "RestartLivePullToPush", &["--task-id", "a", "--TaskId", "b"]).unwrap_err();
    assert_eq!(error, "--TaskId is given twice");
    let error = request("live", "RestartLivePullToPush", &["--task-id"]).unwrap_err();
    assert!(error.contains("--task-id wants a value"), "{error}");
    let error = request("live", "DescribeLivePullToPushList", &["--pagse"]).unwrap_err();
    assert!(error.contains("--pag"), "{error}");
}

#[test]
fn a_request_in_a_file_yields_to_what_stands_on_the_line() {
    let operation = product("live", None).unwrap().operation("RestartLivePullToPush").unwrap();
    let input = json!({ "Region": "cn-beijing", "task-id": "a" });
    let given = [Given { name: "task-id".to_owned(), value: Some("b".to_owned()) }];
    let read = |input: &Value| read(&operation, Some(input), &given, &mut Sources::default(), |_| false);
    assert_eq!(Value::Object(read(&input).unwrap()), json!({ "Region": "cn-beijing", "TaskId": "b" }));
    assert!(read(&json!({ "Regoin": "a" })).unwrap_err().to_string().contains("did you mean --region?"));
    assert!(read(&json!([])).is_err());
    let twice = json!({ "Region": "cn-beijing", "TaskId": "a", "task_id": "b" });
    let told = read(&twice).unwrap_err().to_string();
    assert_eq!(told, "--input-json gives TaskId twice, as TaskId and as task_id");
}
