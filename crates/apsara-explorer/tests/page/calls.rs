//! Calls that the page sends.

use apsara_core::{Config, ConfigBuilder, Credentials};
use apsara_emulator::Emulator;
use apsara_explorer::Explorer;
use serde_json::{Value, json};

use crate::asked::{get, live, post, task};

async fn send(explorer: &Explorer, call: &Value) -> Value {
    let answered = post(explorer, "/api/send", call).await;
    assert_eq!(answered.status, 200, "{answered:?}");
    answered.json()
}

fn with(mut call: Value, key: &str, value: Value) -> Value {
    call[key] = value;
    call
}

#[tokio::test]
async fn a_task_is_made_and_restarted_only_after_a_yes() {
    let explorer = Explorer::builder().start().await.unwrap();
    let created = send(&explorer, &live("CreateLivePullToPush", &task(&explorer))).await;
    assert_eq!((&created["outcome"], &created["status"]), (&json!("succeeded"), &json!(200)));
    let id = created["answer"]["TaskId"].as_str().unwrap();

    let restart = live("RestartLivePullToPush", &json!({ "Region": "cn-shanghai", "TaskId": id }));
    let asked = post(&explorer, "/api/send", &restart).await;
    assert_eq!(asked.status, 409, "{asked:?}");
    let asked = asked.json();
    let named = json!([{ "name": "Region", "value": "cn-shanghai" }, { "name": "TaskId", "value": id }]);
    assert_eq!(asked["confirm"]["parameters"], named);
    assert!(asked["confirm"]["sentences"][1].as_str().unwrap().contains("interrupted"), "{asked}");
    assert_eq!(explorer.emulator().ledger_len(), 1);

    let restarted = send(&explorer, &with(restart, "confirmed", json!(true))).await;
    let new = restarted["answer"]["TaskId"].as_str().unwrap();
    assert_ne!(new, id);
    let ledger = explorer.emulator().ledger();
    assert_eq!((ledger.len(), ledger[1].new_task_id.as_deref()), (2, Some(new)));
    assert_eq!(restarted["requestId"], ledger[1].request_id.as_str());
    assert_eq!((&restarted["attempts"], &restarted["target"]), (&json!(1), &json!("the emulator")));
    assert!(restarted["took"].is_u64());
    let request = restarted["request"].as_str().unwrap();
    assert!(request.starts_with("GET http://127.0.0.1:") && request.contains(&format!("TaskId={id}")), "{request}");
    assert!(request.contains("x-acs-action: RestartLivePullToPush"), "{request}");
}

#[tokio::test]
async fn an_error_has_its_meaning_and_what_to_do() {
    let explorer = Explorer::builder().start().await.unwrap();
    let stop = live("StopLivePullToPush", &json!({ "Region": "cn-shanghai", "TaskId": "nobody" }));
    let stopped = send(&explorer, &with(stop, "confirmed", json!(true))).await;
    assert_eq!((&stopped["outcome"], &stopped["status"]), (&json!("rejected"), &json!(400)));
    let error = &stopped["error"];
    assert_eq!((&error["code"], &error["meaning"]), (&json!("CodeTaskNotExist"), &json!("There is no such task.")));
    assert!(error["advice"].as_str().unwrap().contains("the id and the region"), "{error}");
    assert!(error["again"].as_str().unwrap().starts_with("safe, for nothing was done"), "{error}");
}

#[tokio::test]
async fn an_emulator_that_throttles_is_told_from_one_that_leaves_a_doubt() {
    let explorer = Explorer::builder().start().await.unwrap();
    let once = json!({ "attempts": "1" });
    let call = with(live("CreateLivePullToPush", &task(&explorer)), "options", once);
    assert_eq!(post(&explorer, "/api/emulator", &json!({ "fault": "throttled" })).await.json()["fault"], "throttled");
    let throttled = send(&explorer, &call).await;
    assert_eq!((&throttled["outcome"], &throttled["error"]["code"]), (&json!("rejected"), &json!("Throttling.User")));
    assert!(throttled["error"]["meaning"].as_str().unwrap().contains("quota"), "{throttled}");
    post(&explorer, "/api/emulator", &json!({ "fault": "cut" })).await;
    let cut = send(&explorer, &call).await;
    assert_eq!((&cut["outcome"], explorer.emulator().tasks().len()), (&json!("unknown"), 1));
    assert!(cut["error"]["advice"].as_str().unwrap().starts_with("Look at what it is about"), "{cut}");
    post(&explorer, "/api/emulator", &json!({ "fault": "" })).await;
    let wrong = post(&explorer, "/api/emulator", &json!({ "fault": "flood" })).await;
    assert!(wrong.status == 400 && wrong.text.contains("there is no fault flood"), "{wrong:?}");
    let now = post(&explorer, "/api/emulator", &json!({ "reset": true })).await.json();
    assert_eq!((&now["tasks"], &now["calls"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn a_burst_without_waiting_meets_the_quota() {
    let explorer = Explorer::builder().start().await.unwrap();
    let list = live("DescribeLivePullToPushList", &json!({ "Region": "cn-shanghai" }));
    let list = with(list, "options", json!({ "unpaced": true, "attempts": "1" }));
    let mut codes = Vec::new();
    for _ in 0..40 {
        let result = send(&explorer, &list).await;
        codes.extend(result["error"]["code"].as_str().map(str::to_owned));
    }
    assert!(codes.iter().any(|code| code == "Throttling.User"), "{codes:?}");
}

#[tokio::test]
async fn what_breaks_a_rule_is_named_and_not_sent() {
    let explorer = Explorer::builder().start().await.unwrap();
    let wrong = json!({ "Region": "cn-shanghai", "RetryInterval": "5", "RetryCount": "many" });
    let refused = post(&explorer, "/api/send", &live("CreateLivePullToPush", &wrong)).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["violations"][0]["parameter"], "RetryCount");
    let wrong = json!({ "Region": "cn-shanghai", "RetryInterval": "5" });
    let refused = post(&explorer, "/api/send", &live("CreateLivePullToPush", &wrong)).await;
    let told = refused.json()["violations"].clone();
    let is_told = |name: &str, rule: &str| {
        told.as_array().unwrap().iter().any(|it| it["parameter"] == name && it["rule"].as_str().unwrap().contains(rule))
    };
    assert!(is_told("RetryInterval", "from 60 to 300") && is_told("DstUrl", "is required"), "{told}");
    assert_eq!(explorer.emulator().ledger_len(), 0);
    // Whoever wants to see what the cloud says of it can.
    let call = with(live("CreateLivePullToPush", &wrong), "options", json!({ "unchecked": true }));
    let sent = send(&explorer, &call).await;
    assert_eq!((&sent["outcome"], explorer.emulator().ledger_len()), (&json!("rejected"), 1));
}

#[tokio::test]
async fn calls_go_to_the_cloud_only_if_that_is_said() {
    let cloud = Emulator::start().await.unwrap();
    let (url, id, secret) =
        (cloud.url().to_owned(), cloud.access_key_id().to_owned(), cloud.access_key_secret().to_owned());
    let configure = move || Ok(Config::builder().credentials(Credentials::new(&*id, &*secret)?).endpoint(&url));
    let explorer = Explorer::builder().cloud(configure).start().await.unwrap();
    assert_eq!(get(&explorer, "/api/status").await.json()["cloud"]["configured"], true);
    let list = live("DescribeLivePullToPushList", &json!({ "Region": "cn-shanghai" }));
    send(&explorer, &list).await;
    assert_eq!((cloud.ledger_len(), explorer.emulator().ledger_len()), (0, 1));
    let sent = send(&explorer, &with(list.clone(), "target", json!("cloud"))).await;
    assert_eq!((cloud.ledger_len(), explorer.emulator().ledger_len()), (1, 1));
    assert_eq!(sent["target"], "the cloud");
    let restart = live("RestartLivePullToPush", &json!({ "Region": "cn-shanghai", "TaskId": "a" }));
    let asked = post(&explorer, "/api/send", &with(restart, "target", json!("cloud"))).await;
    assert_eq!((asked.status, cloud.ledger_len()), (409, 1));

    let alone = Explorer::builder().start().await.unwrap();
    let refused = post(&alone, "/api/send", &with(list, "target", json!("cloud"))).await;
    assert!(refused.status == 409 && refused.text.contains("its emulator alone"), "{refused:?}");
}

#[tokio::test]
async fn a_question_names_the_host_that_the_call_goes_to() {
    let reboot = json!({
        "product": "ecs", "version": "2014-05-26", "operation": "RebootInstances", "target": "cloud",
        "request": { "RegionId": "cn-beijing", "InstanceId": ["i-1"] },
    });
    for (configured, asked, follows) in [(None, "cn-beijing", true), (Some("cn-shanghai"), "cn-shanghai", false)] {
        let configure = move || {
            let builder = Config::builder().credentials(Credentials::new("a", "b")?);
            Ok(configured.into_iter().fold(builder, ConfigBuilder::region))
        };
        let explorer = Explorer::builder().cloud(configure).start().await.unwrap();
        let question = post(&explorer, "/api/send", &reboot).await;
        assert_eq!(question.status, 409, "{question:?}");
        let host = &question.json()["confirm"]["host"];
        assert_eq!(*host, format!("ecs.{asked}.aliyuncs.com"));
        let shown = get(&explorer, "/api/operation/ecs/2014-05-26/RebootInstances").await.json()["endpoint"].clone();
        assert_eq!(shown["followsRegionId"], follows, "{shown}");
        assert_eq!(shown["host"] == *host, !follows, "{shown}");
    }
}

#[tokio::test]
async fn an_operation_that_is_not_there_is_not_found() {
    let explorer = Explorer::builder().start().await.unwrap();
    for path in ["live/2016-11-01/Restart", "live/2015-01-01/RestartLivePullToPush", "nothing/2016-11-01/Restart"] {
        let answered = get(&explorer, &format!("/api/operation/{path}")).await;
        assert!(answered.status == 404 && answered.json()["error"].is_string(), "{path} {answered:?}");
    }
    let found = get(&explorer, "/api/operation/live/2016-11-01/RestartLivePullToPush").await.json();
    assert_eq!((&found["name"], &found["endpoint"]), (&json!("RestartLivePullToPush"), &Value::Null));
    assert_eq!(get(&explorer, "/api/catalogue").await.json()["products"][0]["word"], "live");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_call_to_the_emulator_leaves_this_machine() {
    let receiver = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let explorer = Explorer::builder().start().await.unwrap();
    let mut task = task(&explorer);
    task["CallbackUrl"] = json!(format!("http://{}/live-events", receiver.local_addr().unwrap()));
    let created = send(&explorer, &live("CreateLivePullToPush", &task)).await;
    assert_eq!(created["outcome"], "succeeded", "{created}");
    explorer.emulator().clock().advance(std::time::Duration::from_secs(3600));
    let listed = send(&explorer, &live("DescribeLivePullToPushList", &json!({ "Region": "cn-shanghai" }))).await;
    assert_eq!(listed["outcome"], "succeeded", "{listed}");
    // Nothing is there to be awaited: what would be told is told by a task of its own, at once.
    let told = tokio::time::timeout(std::time::Duration::from_millis(500), receiver.accept()).await;
    assert!(told.is_err(), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_signed_is_signed_by_one_caller_who_is_asked_once() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let giver = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = giver.local_addr().unwrap();
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let counted = std::sync::Arc::clone(&asked);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = giver.accept().await.unwrap();
            let number = counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
            let key = json!({ "Code": "Success", "AccessKeyId": format!("STS.{number}"), "AccessKeySecret": "secret",
                "SecurityToken": "token", "Expiration": "9999-01-01T00:00:00Z" })
            .to_string();
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", key.len());
            assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
            stream.write_all(format!("{head}{key}").as_bytes()).await.unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.json");
    let profiles = |current: &str| {
        let uri = format!("http://{address}/key");
        json!({ "current": current, "profiles": [
            { "name": "day", "mode": "CredentialsURI", "credentials_uri": uri },
            { "name": "night", "mode": "AK", "access_key_id": "LTAI-night", "access_key_secret": "secret" },
        ] })
        .to_string()
    };
    std::fs::write(&file, profiles("day")).unwrap();
    let path = file.to_str().unwrap().to_owned();
    let configure = move || {
        let variable = |name: &str| (name == "ALIBABA_CLOUD_CONFIG_FILE").then(|| path.clone());
        Ok(ConfigBuilder::from_vars(variable)?.endpoint("http://127.0.0.1:1"))
    };
    let explorer = Explorer::builder().cloud(configure).start().await.unwrap();
    let describe = live("DescribeLivePullToPush", &json!({ "Region": "cn-shanghai", "TaskId": "t" }));
    let describe = with(describe, "target", json!("cloud"));
    let sent = send(&explorer, &describe).await;
    assert_eq!(sent["outcome"], "not sent", "{sent}");
    let curl = with(describe.clone(), "language", json!("curl"));
    for _ in 0..3 {
        let code = post(&explorer, "/api/code", &curl).await;
        assert!(code.text.contains("Credential=STS.0,"), "{code:?}");
    }
    let unpaced = with(describe, "options", json!({ "unpaced": true }));
    let sent = send(&explorer, &unpaced).await;
    assert!(sent["request"].as_str().unwrap().contains("Credential=STS.0,"), "{sent}");
    assert_eq!(asked.load(std::sync::atomic::Ordering::SeqCst), 1);
    // Whoever changes who is meant elsewhere does not change who calls here, and who signs.
    std::fs::write(&file, profiles("night")).unwrap();
    let code = post(&explorer, "/api/code", &curl).await;
    assert!(code.text.contains("Credential=STS."), "{code:?}");
    let sent = send(&explorer, &with(unpaced, "options", json!({ "unchecked": true }))).await;
    assert!(sent["request"].as_str().unwrap().contains("Credential=STS."), "{sent}");
}
