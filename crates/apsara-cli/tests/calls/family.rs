//! The relay tasks of Live, from a pipe.

use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::cloud::{RUNTIME, alone, call, cloud, feed, folder, task, text, variables};

const LIST: [&str; 4] = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"];

#[test]
fn a_task_is_created_described_restarted_stopped_and_deleted() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    emulator.clock().advance(Duration::from_secs(120));
    let on = |operation: &str, id: &str, more: &[&str]| {
        let words = ["live", operation, "--region", "cn-shanghai", "--task-id", id];
        call(&emulator, &[&words[..], more].concat())
    };
    let described = on("describe-live-pull-to-push", &id, &[]).json();
    assert_eq!((&described["TaskStatus"], &described["TaskInfo"]["TaskName"]), (&json!(1), &json!("night")));
    // The official names are as good as the terminal's.
    let wire = ["live", "DescribeLivePullToPush", "--Region", "cn-shanghai", "--TaskId", &id];
    assert_eq!(call(&emulator, &wire).json()["TaskId"], json!(id));

    let refused = on("restart-live-pull-to-push", &id, &[]);
    refused.failed(11, &["A stream that was being pushed is interrupted.", &format!("--task-id {id}"), "by --yes"]);
    let restarted = on("restart-live-pull-to-push", &id, &["--yes"]).json();
    let next = restarted["TaskId"].as_str().unwrap().to_owned();
    assert_ne!(next, id, "it goes on under another id");
    let status = || {
        let status = on("describe-live-pull-to-push", &next, &["--query", "TaskStatus", "-o", "csv"]);
        assert_eq!(status.code, 0, "{status:?}");
        status.out.trim_end().to_owned()
    };
    assert_eq!(status(), "1");
    on("stop-live-pull-to-push", &next, &["--yes"]).json();
    assert_eq!(status(), "3");
    on("delete-live-pull-to-push", &next, &["--yes"]).json();
    assert_eq!(status(), "-1");
}

#[test]
fn a_request_can_come_from_a_file_from_the_standard_input_and_from_json() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let folder = folder();
    let (name, request) = (folder.path().join("id"), folder.path().join("request.json"));
    std::fs::write(&name, format!("{id}\n")).unwrap();
    std::fs::write(&request, json!({ "Region": "cn-shanghai", "TaskId": "another" }).to_string()).unwrap();
    let describe = ["live", "describe-live-pull-to-push", "--query", "TaskInfo.TaskName"];
    let with = |more: &[&str], input: &str| {
        let mut command = alone(&[&describe[..], more].concat());
        command.envs(variables(&emulator));
        let ran = feed(command, input);
        assert_eq!((ran.code, ran.out.as_str()), (0, "\"night\"\n"), "{ran:?}");
    };
    with(&["--region", "cn-shanghai", "--task-id", &format!("@{}", text(&name))], "");
    with(&["--region", "cn-shanghai", "--task-id", "-"], &id);
    with(&["--input-json", text(&request), "--task-id", &id], "");
    with(&["--input-json", "-"], &json!({ "Region": "cn-shanghai", "TaskId": id }).to_string());
    std::fs::write(&request, format!("\u{feff}{}", json!({ "Region": "cn-shanghai", "TaskId": id }))).unwrap();
    with(&["--input-json", text(&request)], "");
    with(&["--input-json", &format!("@{}", text(&request))], "");
    with(&["--param", "Region=cn-shanghai", "--param", &format!("task-id={id}")], "");
}

#[test]
fn of_two_values_of_a_parameter_none_is_sent() {
    let emulator = cloud();
    let folder = folder();
    let request = folder.path().join("request.json");
    let ledger = emulator.ledger().len();
    for (twice, told) in [
        (r#"{"Region":"cn-shanghai","TaskId":"a","task_id":"b"}"#, "gives TaskId twice, as TaskId and as task_id"),
        (r#"{"Region":"cn-shanghai","TaskId":"a","TaskId":"b"}"#, "the name `TaskId` stands twice; write it once"),
    ] {
        std::fs::write(&request, twice).unwrap();
        let words = ["live", "restart-live-pull-to-push", "--yes", "--input-json", text(&request)];
        call(&emulator, &words).failed(2, &[told]);
    }
    let words = ["live", "tag-live-resources", "--resource-type", "DOMAIN", "--resource-id", "a", "--tag"];
    let tag = r#"[{"Key":"a","Key":"b","Value":"c"}]"#;
    call(&emulator, &[&words[..], &[tag]].concat()).failed(3, &["--tag cannot be read: the name `Key` stands twice"]);
    assert_eq!(emulator.ledger().len(), ledger);
}

#[test]
fn all_pages_are_one_answer_and_every_format_has_the_whole_list() {
    let emulator = cloud();
    let ids: Vec<String> = (0..7).map(|number| task(&emulator, &format!("task-{number}"))).collect();
    let list = |more: &[&str]| call(&emulator, &[&LIST[..], more].concat());
    assert_eq!(list(&["--page-size", "3"]).json()["TaskList"].as_array().unwrap().len(), 3);
    let all = list(&["--page-size", "3", "--pages"]).json();
    let mut found: Vec<&str> =
        all["TaskList"].as_array().unwrap().iter().map(|it| it["TaskId"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = ids.iter().map(String::as_str).collect();
    found.sort_unstable();
    expected.sort_unstable();
    assert_eq!((found, &all["PageNumber"]), (expected, &json!(3)));

    let csv = list(&["--page-size", "2", "--pages", "-o", "csv"]).out;
    assert_eq!(csv.lines().count(), 8, "{csv}");
    assert!(csv.starts_with("TaskId,TaskInfo.TaskName,TaskStatus,"), "{csv}");
    let yaml = list(&["--pages", "-o", "yaml", "--query", "TaskList[?TaskInfo.TaskName=='task-3'].TaskStatus"]).out;
    assert_eq!(yaml, "---\n- 0\n");
    let table = list(&["-o", "table"]).out;
    assert!(table.starts_with("TaskId") && table.lines().count() == 9, "{table}");
    let refused =
        call(&emulator, &["live", "describe-live-pull-to-push", "--region", "a", "--task-id", "b", "--pages"]);
    refused.failed(2, &["it is not known how describe-live-pull-to-push goes on from page to page"]);
}

#[test]
fn a_state_is_waited_for_however_it_is_written() {
    for condition in
        ["TaskStatus==1", "TaskStatus == '1'", "TaskStatus==`1`", "TaskInfo.TaskName=='night' && TaskStatus > `0`"]
    {
        let emulator = cloud();
        let id = task(&emulator, "night");
        let words =
            ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id, "--wait", condition];
        let mut command = alone(&words);
        let child = command.envs(variables(&emulator)).stderr(Stdio::piped()).spawn().unwrap();
        // The task stands still until it was asked for once.
        let asked = || emulator.ledger().iter().filter(|entry| entry.action == "DescribeLivePullToPush").count();
        let before = asked();
        RUNTIME.block_on(async {
            while asked() == before {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        emulator.clock().advance(Duration::from_secs(120));
        let ran: crate::cloud::Ran = child.wait_with_output().unwrap().into();
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.err.starts_with(&format!("waiting for {condition}: ")), "{ran:?}");
        let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(answer["TaskStatus"], 1);
    }
}

#[test]
fn who_shares_a_quota_can_be_said() {
    let emulator = cloud();
    let folder = folder();
    let kept = folder.path().join("quotas");
    let with = |store: &str| call(&emulator, &[&LIST[..], &["--quota", store, "--quota-account", "1"]].concat());
    with(&format!("host:{}", text(&kept))).json();
    let lanes = || std::fs::read_dir(&kept).unwrap().count();
    let first = lanes();
    assert!(first > 0, "the grant is in a file");
    with(&format!("host:{}", text(&kept))).json();
    assert_eq!(lanes(), first, "another process counts in the same file");
    with("everybody").failed(2, &["--quota:", "`host:/FOLDER`"]);
    // Nothing listens there. No quota is guessed.
    with("redis://:secret@127.0.0.1:1").failed(2, &["--quota:"]);
    assert!(!with("redis://:secret@127.0.0.1:1").err.contains("secret"));
}
