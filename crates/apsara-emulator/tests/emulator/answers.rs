//! What answers look like, and what the ledger keeps of them.

use apsara_emulator::{Emulator, Signature};

use crate::client::{Call, NOON, at_noon, create, live, on_task};

const LIST: &str = "DescribeLivePullToPushList";

fn list(emulator: &Emulator) -> Call {
    live(emulator, LIST, &[("Region", "cn-shanghai")])
}

#[tokio::test]
async fn both_signatures_are_accepted_by_get_and_in_a_form() {
    let emulator = at_noon().await;
    let odd = [("Region", "cn-shanghai"), ("TaskName", "a b*~+'(中")];
    assert_eq!(live(&emulator, LIST, &odd).v3(&emulator).await.status, 200);
    assert_eq!(live(&emulator, LIST, &odd).v1(&emulator, Some("JSON")).await.status, 200);
    for version in [1, 3] {
        let mut create = live(&emulator, "CreateLivePullToPush", &[]);
        create.method = "POST".to_owned();
        let url = format!("rtmp://push.example.com/app/{version}");
        create.form = crate::client::TASK.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        create.form.last_mut().unwrap().1 = url;
        let reply = if version == 1 { create.v1(&emulator, Some("json")).await } else { create.v3(&emulator).await };
        assert_eq!(reply.status, 200, "{reply:?}");
    }
    let signatures: Vec<_> = emulator.ledger().into_iter().map(|entry| entry.signature.unwrap()).collect();
    assert_eq!(signatures, [Signature::V3, Signature::V1, Signature::V1, Signature::V3]);
}

#[tokio::test]
async fn a_refusal_has_the_clouds_shape() {
    let emulator = at_noon().await;
    let reply = on_task(&emulator, "RestartLivePullToPush", "nobody").await;
    assert_eq!(reply.status, 400);
    let body = reply.json();
    let mut names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["Code", "HostId", "Message", "Recommend", "RequestId"]);
    let request_id = reply.text("RequestId");
    assert_eq!(body["Code"], "CodeTaskNotExist");
    assert_eq!(body["Message"], "Task does not exist.");
    assert_eq!(body["HostId"], emulator.host());
    let recommend =
        format!("https://api.aliyun.com/troubleshoot?q=CodeTaskNotExist&product=live&requestId={request_id}");
    assert_eq!(body["Recommend"], recommend.as_str());
    assert_eq!(reply.headers["x-acs-request-id"], request_id);
    assert_eq!(reply.headers["x-acs-trace-id"].len(), 32);
    assert_eq!(reply.headers["content-type"], "application/json;charset=utf-8");
    assert_eq!(reply.headers["date"], "Thu, 01 Jan 2026 12:00:00 GMT");
}

#[tokio::test]
async fn v1_answers_are_xml_unless_json_is_asked_for() {
    let emulator = at_noon().await;
    for format in [None, Some("XML"), Some("xml")] {
        let reply = list(&emulator).v1(&emulator, format).await;
        assert_eq!(reply.headers["content-type"], "text/xml;charset=utf-8");
        assert!(reply.body.contains("<DescribeLivePullToPushListResponse>"), "{reply:?}");
        let reply = live(&emulator, LIST, &[]).v1(&emulator, format).await;
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains("<Error>") && reply.body.contains("<Code>MissingRegion</Code>"), "{reply:?}");
    }
    for format in ["JSON", "json"] {
        assert_eq!(list(&emulator).v1(&emulator, Some(format)).await.json()["Total"], 0);
    }
    let reply = list(&emulator).v1(&emulator, Some("YAML")).await;
    assert!(reply.body.contains("<Code>InvalidParameter.Format</Code>"), "{reply:?}");
}

#[tokio::test]
async fn the_ledger_tells_who_called_what_and_what_became_of_it() {
    let emulator = at_noon().await;
    let id = create(&emulator, &[]).await;
    let new_id = on_task(&emulator, "RestartLivePullToPush", &id).await.text("TaskId");
    let reply = on_task(&emulator, "RestartLivePullToPush", &id).await;
    let ledger = emulator.ledger();
    let [created, restarted, refused] = ledger.as_slice() else { panic!("{ledger:?}") };
    assert_eq!((created.action.as_str(), created.version.as_str()), ("CreateLivePullToPush", "2016-11-01"));
    assert_eq!(
        (created.task_id.as_deref(), created.code.as_deref(), created.executed),
        (Some(id.as_str()), None, true)
    );
    assert_eq!(created.account.as_deref(), Some(emulator.account_id()));
    assert_eq!(restarted.task_id.as_deref(), Some(id.as_str()));
    assert_eq!(restarted.new_task_id.as_deref(), Some(new_id.as_str()));
    assert_eq!((refused.code.as_deref(), refused.executed, refused.status), (Some("CodeTaskNotExist"), false, 400));
    assert_eq!(refused.request_id, reply.text("RequestId"));
    assert_eq!(emulator.clock().now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), NOON);
}
