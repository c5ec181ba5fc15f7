//! Relay tasks as a caller sees them.

use std::time::Duration;

use apsara_emulator::{Account, Clock, Emulator, TaskError, TaskStatus};
use serde_json::Value;

use crate::client::{Call, NOON, at_noon, create, live, on_task};

async fn describe(emulator: &Emulator, task_id: &str) -> Value {
    let reply = on_task(emulator, "DescribeLivePullToPush", task_id).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

async fn list(emulator: &Emulator, filter: &[(&str, &str)]) -> Value {
    let mut parameters = vec![("Region", "cn-shanghai")];
    parameters.extend(filter);
    live(emulator, "DescribeLivePullToPushList", &parameters).v3(emulator).await.json()
}

#[tokio::test]
async fn a_task_is_described_as_it_was_created() {
    let emulator = at_noon().await;
    let id = create(
        &emulator,
        &[
            ("TaskName", "match of the day"),
            ("SourceType", "url"),
            ("SourceUrls", r#"["https://a.example.com/1.mp4","https://a.example.com/2.flv"]"#),
            ("CallbackUrl", "https://callback.example.com"),
            ("RepeatNumber", "-1"),
            ("Offset", "20"),
            ("FileIndex", "1"),
            ("RetryCount", "5"),
            ("RetryInterval", "90"),
            ("AuthKey", "k"),
        ],
    )
    .await;
    emulator.clock().advance(Duration::from_secs(10));
    let mut described = describe(&emulator, &id).await;
    described["RequestId"].take();
    let expected = serde_json::json!({
        "RequestId": null, "RetCode": 0, "Description": "OK", "TaskId": id, "TaskStatus": 1,
        "CurrentOffset": 30, "CurrentFileIndex": 1,
        "TaskInfo": {
            "TaskId": id, "TaskName": "match of the day", "StartTime": NOON, "EndTime": "2026-01-02T00:00:00Z",
            "SourceType": "url", "SourceProtocol": "",
            "SourceUrls": ["https://a.example.com/1.mp4", "https://a.example.com/2.flv"],
            "DstUrl": "rtmp://push.example.com/app/stream", "CallbackURL": "https://callback.example.com",
            "RepeatNumber": -1, "Offset": 20, "FileIndex": 1, "RetryCount": 5, "RetryInterval": 90, "AuthKey": "k",
        },
    });
    assert_eq!(described, expected);
}

#[tokio::test]
async fn xml_shows_the_same_task() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    let parameters = [("Region", "cn-shanghai"), ("TaskId", id.as_str())];
    let reply = live(&emulator, "DescribeLivePullToPush", &parameters).v1(&emulator, Some("XML")).await;
    for part in [
        "<DescribeLivePullToPushResponse>",
        "<TaskStatus>1</TaskStatus>",
        "<SourceUrls>rtmp://pull.example.com/app/stream</SourceUrls>",
        &format!("<RequestId>{}</RequestId>", reply.headers["x-acs-request-id"]),
    ] {
        assert!(reply.body.contains(part), "{part} in {}", reply.body);
    }
}

#[tokio::test]
async fn a_restart_answers_a_new_id_and_the_old_one_has_exited() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    let reply = on_task(&emulator, "RestartLivePullToPush", &id).await;
    let mut names: Vec<_> = reply.json().as_object().unwrap().keys().cloned().collect();
    names.sort_unstable();
    assert_eq!(names, ["RequestId", "TaskId"]);
    let new_id = reply.text("TaskId");
    assert_ne!(new_id, id);
    assert_eq!(describe(&emulator, &new_id).await["TaskStatus"], 1);
    let old = describe(&emulator, &id).await;
    assert_eq!((&old["TaskStatus"], &old["TaskExitReason"]), (&Value::from(-1), &Value::from("TriggerByUser")));
    assert_eq!(old["TaskExitTime"], emulator.clock().now().as_second());
    let tasks = emulator.tasks();
    assert_eq!(tasks.iter().map(|task| task.interruptions).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(list(&emulator, &[]).await["Total"], 1);
}

#[tokio::test]
async fn a_restart_before_the_start_is_an_invalid_parameter() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[("StartTime", "2026-01-01T13:00:00Z")]).await;
    let reply = on_task(&emulator, "RestartLivePullToPush", &id).await;
    assert_eq!(reply.verdict(), (400, "InvalidParameter".to_owned()));
    assert_eq!(reply.text("Message"), "The start time of the task has not been reached.");
    assert_eq!(describe(&emulator, &id).await["TaskStatus"], 0);
}

#[tokio::test]
async fn a_failing_task_recovers_or_stops_with_its_reason() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[("RetryCount", "2"), ("RetryInterval", "60")]).await;
    emulator.fail_source(&id).unwrap();
    let recovering = describe(&emulator, &id).await;
    assert_eq!((&recovering["TaskStatus"], &recovering["TaskInvalidReason"]), (&Value::from(2), &Value::Null));
    let error = emulator.fail_destination(&id).unwrap_err();
    assert_eq!(error, TaskError::WrongStatus { task_id: id.clone(), status: TaskStatus::Recovering }.clone());
    emulator.recover(&id).unwrap();
    assert_eq!(describe(&emulator, &id).await["TaskStatus"], 1);
    emulator.fail_destination(&id).unwrap();
    emulator.clock().advance(Duration::from_secs(120));
    let offline = describe(&emulator, &id).await;
    assert_eq!(
        (&offline["TaskStatus"], &offline["TaskInvalidReason"]),
        (&Value::from(3), &Value::from("PushStreamFailed"))
    );
    assert_eq!(emulator.recover("nobody"), Err(TaskError::NotFound { task_id: "nobody".to_owned() }));
}

#[tokio::test]
async fn a_task_ends_at_its_end_time() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    emulator.clock().set("2026-01-02T00:00:00Z").unwrap();
    let task = describe(&emulator, &id).await;
    assert_eq!((&task["TaskStatus"], &task["TaskExitReason"]), (&Value::from(-1), &Value::from("OverEndTime")));
}

#[tokio::test]
async fn tasks_are_found_by_parts_of_ids_names_and_destinations() {
    let emulator = at_noon().await;
    let mut ids = Vec::new();
    for number in 0..12 {
        let name = format!("task {}", if number < 5 { "early" } else { "late" });
        let url = format!("rtmp://push.example.com/app/{number}");
        ids.push(create(&emulator, &[("TaskName", &name), ("DstUrl", &url)]).await);
    }
    create(&emulator, &[("Region", "cn-beijing")]).await;
    let found = async |filter: &[(&str, &str)]| -> (u64, Vec<String>) {
        let page = list(&emulator, filter).await;
        let tasks = page["TaskList"].as_array().unwrap();
        let ids = tasks.iter().map(|task| task["TaskId"].as_str().unwrap().to_owned()).collect();
        (page["Total"].as_u64().unwrap(), ids)
    };
    assert_eq!(found(&[]).await, (12, ids[..10].to_vec()));
    assert_eq!(found(&[("PageNumber", "2")]).await, (12, ids[10..].to_vec()));
    assert_eq!(found(&[("PageNumber", "2147483647"), ("PageSize", "100")]).await, (12, vec![]));
    assert_eq!(found(&[("PageSize", "5"), ("PageNumber", "2")]).await, (12, ids[5..10].to_vec()));
    assert_eq!(found(&[("TaskName", "early")]).await, (5, ids[..5].to_vec()));
    assert_eq!(found(&[("TaskName", "late"), ("PageSize", "1")]).await, (7, ids[5..6].to_vec()));
    assert_eq!(found(&[("TaskId", &ids[3][4..30])]).await, (1, vec![ids[3].clone()]));
    assert_eq!(found(&[("DstUrl", "/app/11")]).await, (1, vec![ids[11].clone()]));
    assert_eq!(found(&[("TaskName", "task"), ("DstUrl", "nowhere")]).await, (0, vec![]));
}

#[tokio::test]
async fn pages_have_bounds() {
    let emulator = at_noon().await;
    for (name, value, expected) in [
        ("PageNumber", "0", "InvalidParameter"),
        ("PageNumber", "2147483648", "InvalidParameter"),
        ("PageSize", "0", "InvalidParameter"),
        ("PageSize", "101", "InvalidParameter"),
        ("PageSize", "100", "OK"),
        ("PageSize", "ten", "InvalidParameter"),
        ("TaskId", "a b", "InvalidParameter"),
    ] {
        let parameters = [("Region", "cn-shanghai"), (name, value)];
        let reply = live(&emulator, "DescribeLivePullToPushList", &parameters).v3(&emulator).await;
        assert_eq!(reply.verdict().1, expected, "{name}={value}");
    }
}

#[tokio::test]
async fn every_operation_on_a_task_wants_its_region_and_its_id() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    let longer = "a".repeat(56);
    for action in ["Update", "Delete", "Describe", "Stop", "Restart"] {
        let action = format!("{action}LivePullToPush");
        for (region, task_id, expected) in [
            ("", id.as_str(), "MissingRegion"),
            ("cn-shanghai", "", "MissingTaskId"),
            ("mars", &id, "InvalidParameter"),
            ("cn-shanghai", "a/b", "InvalidParameter"),
            ("cn-shanghai", &longer, "InvalidParameter"),
            ("cn-shanghai", "nobody", "CodeTaskNotExist"),
        ] {
            let reply = live(&emulator, &action, &[("Region", region), ("TaskId", task_id)]).v3(&emulator).await;
            assert_eq!(reply.verdict(), (400, expected.to_owned()), "{action} {region} {task_id}");
        }
        if action != "UpdateLivePullToPush" {
            let reply = live(&emulator, &action, &[("Region", "cn-beijing"), ("TaskId", &id)]).v3(&emulator).await;
            assert_eq!(reply.verdict().1, "CodeTaskNotExist", "{action} in another region");
        }
    }
    assert_eq!(emulator.tasks()[0].status, TaskStatus::Running);
}

#[tokio::test]
async fn accounts_do_not_see_each_others_tasks() {
    let clock = Clock::frozen_at(NOON).unwrap();
    let emulator = Emulator::builder()
        .account(Account::new("1").key("k1", "s1"))
        .account(Account::new("2").key("k2", "s2"))
        .clock(clock.clone())
        .gateway_clock(clock)
        .start()
        .await
        .unwrap();
    let id = create(&emulator, &[]).await;
    let parameters = [("Region", "cn-shanghai"), ("TaskId", id.as_str())];
    let mut stranger: Call = live(&emulator, "RestartLivePullToPush", &parameters);
    stranger.key = ("k2".to_owned(), "s2".to_owned());
    assert_eq!(stranger.v3(&emulator).await.verdict().1, "CodeTaskNotExist");
    assert_eq!(emulator.ledger().last().unwrap().account.as_deref(), Some("2"));
}
