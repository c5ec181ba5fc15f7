//! Recording an emulator, and replaying without it.

use std::path::PathBuf;
use std::time::Duration;

use apsara::testing::{self, Answer, Expect, Recorder, Replay, Script};
use apsara::transport::{ReqwestTransport, TransportError};
use apsara::untyped::{self, Style};
use apsara::{Config, Credentials, Error, Outcome, SignatureVersion, live, sts};
use apsara_emulator::{Emulator, Fault, FaultRule};
use apsara_tests::{Scripted, Step, credentials, relay_task};
use serde_json::json;

/// A folder that is gone with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("apsara-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("recording.json")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Describes, restarts twice (the second time what is not there) and lists; returns what was told.
async fn calls(config: &Config, task: &str) -> Vec<String> {
    let live = live::Client::new(config);
    let told = |result: Result<String, Error>| result.unwrap_or_else(|error| error.to_string());
    let describe = live.describe_live_pull_to_push().region("cn-shanghai").task_id(task);
    let restart = live.restart_live_pull_to_push().region("cn-shanghai");
    let list = live.describe_live_pull_to_push_list().region("cn-shanghai");
    vec![
        told(describe.send_raw().await.map(|task| format!("{} {:?}", task.attempts(), task.response().task_status))),
        told(restart.clone().task_id(task).send().await.map(|task| task.request_id)),
        told(restart.task_id("no-such-task").send().await.map(|task| task.request_id)),
        told(list.clone().send().await.map(|list| format!("{:?} {}", list.total, list.request_id))),
        told(list.send().await.map(|list| format!("{:?} {}", list.total, list.request_id))),
    ]
}

#[tokio::test]
async fn what_was_recorded_is_replayed_without_a_server_whoever_calls_and_whenever() {
    let folder = Folder::new("replayed");
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        let emulator = Emulator::start().await.unwrap();
        let throttle = Fault::Throttle { code: "Throttling".to_owned(), status: 400, retry_after: None, legacy: None };
        emulator.faults().add(FaultRule::new(throttle).operation("DescribeLivePullToPush").on_call(1));
        let live = apsara_tests::live(&emulator);
        let task = relay_task(&live, &emulator, "recorded").send().await.unwrap().task_id.unwrap();
        emulator.clock().advance(Duration::from_secs(3700));
        let recorder = Recorder::new(ReqwestTransport::new().unwrap());
        let config = Config::builder()
            .credentials(credentials(&emulator))
            .endpoint(emulator.url())
            .signature(signature)
            .transport(recorder.clone());
        let told = calls(&config.build().unwrap(), &task).await;
        assert!(told[0].starts_with("2 ") && told[2].contains("CodeTaskNotExist"), "{told:?}");
        recorder.save(folder.file()).unwrap();
        drop(emulator);

        let replay = Replay::open(folder.file()).unwrap();
        assert_eq!(calls(&testing::config(replay), &task).await, told);
        // The other signature says the same in another place.
        let other = testing::builder(Replay::open(folder.file()).unwrap());
        let other = if signature == SignatureVersion::V3 { other.signature(SignatureVersion::V1) } else { other };
        assert_eq!(calls(&other.build().unwrap(), &task).await, told);
    }
}

#[tokio::test]
async fn a_call_that_was_not_recorded_fails_with_the_nearest_one() {
    let folder = Folder::new("nearest");
    let script = Script::new()
        .expect(Expect::operation("RestartLivePullToPush"), Answer::success(&json!({ "TaskId": "new" })))
        .expect(Expect::operation("DescribeLivePullToPush"), Answer::error(TransportError::new("cut").timed_out()));
    let recorder = Recorder::new(script);
    let live = live::Client::new(&testing::config(recorder.clone()));
    live.restart_live_pull_to_push().region("cn-shanghai").task_id("t-1").send().await.unwrap();
    let describe = |live: &live::Client| live.describe_live_pull_to_push().region("cn-shanghai").task_id("t-1");
    let never = apsara::Retry::never();
    let _ = describe(&live).with_retry(never).send().await.unwrap_err();
    recorder.save(folder.file()).unwrap();

    let live = live::Client::new(&testing::config(Replay::open(folder.file()).unwrap()));
    let error = live.restart_live_pull_to_push().region("cn-beijing").task_id("t-2").send().await.unwrap_err();
    let told = error.to_string();
    assert!(
        told.contains(r#"RestartLivePullToPush with Region="cn-beijing", TaskId="t-2" is not in the recording"#),
        "{told}"
    );
    let nearest = r#"the nearest is RestartLivePullToPush with Region="cn-shanghai", TaskId="t-1", which differs in Region, TaskId"#;
    assert!(told.contains(nearest), "{told}");
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 1));
    // An error is replayed as it was.
    let error = describe(&live).with_retry(never).send().await.unwrap_err();
    assert!(error.is_timeout() && error.outcome() == Outcome::Unknown, "{error}");
    // Each exchange is replayed once.
    let error = describe(&live).send().await.unwrap_err().to_string();
    assert!(error.contains("1 times, and was called once more"), "{error}");
    let error =
        live.delete_live_pull_to_push().region("cn-shanghai").task_id("t").send().await.unwrap_err().to_string();
    assert!(error.contains("the nearest is Des") || error.contains("the nearest is Restart"), "{error}");
}

#[tokio::test]
async fn a_request_that_could_not_be_sent_is_replayed_as_one_and_not_tried_again() {
    let folder = Folder::new("malformed");
    let error = TransportError::new("no request that can be sent").malformed();
    let recorder = Recorder::new(Script::new().expect(Expect::operation("CopyCaster"), Answer::error(error)));
    let copy = |config: &Config| live::Client::new(config).copy_caster().src_caster_id("c").caster_name("n").send();
    let first = copy(&testing::config(recorder.clone())).await.unwrap_err().to_string();
    recorder.save(folder.file()).unwrap();
    let replayed = copy(&testing::config(Replay::open(folder.file()).unwrap())).await.unwrap_err();
    assert_eq!((replayed.to_string(), replayed.attempts()), (first, 1));
}

#[tokio::test]
async fn a_client_token_that_is_drawn_at_random_is_none_that_must_come_again() {
    let folder = Folder::new("token");
    let recorder = Recorder::new(Script::new().expect(Expect::operation("CopyCaster"), Answer::success(&json!({}))));
    let copy = |config: &Config| live::Client::new(config).copy_caster().src_caster_id("c").caster_name("n").send();
    copy(&testing::config(recorder.clone())).await.unwrap();
    recorder.save(folder.file()).unwrap();
    copy(&testing::config(Replay::open(folder.file()).unwrap())).await.unwrap();
}

#[tokio::test]
async fn no_secret_is_in_a_recording() {
    let folder = Folder::new("canaries");
    let answers = [
        // What the specs call sensitive, at whatever depth, and what an answer repeats.
        json!({ "Credentials": { "AccessKeyId": "canary-1", "AccessKeySecret": "canary-2", "SecurityToken": "canary-3" },
                "AssumedRoleUser": { "Arn": "acs:ram::1:role/r" } }),
        json!({ "DstUrl": "rtmp://h/app/canary-4-stream?auth_key=canary-5", "Message": "by canary-id with canary-token",
                "Alone": "canary-key of canary-auth, canary-4-stream", "Echo": "DstUrl%3Drtmp%253A%252F%252Fh%252Fapp%252Fcanary-key", "NotifyPassword": 12345678, "At": "12345678 again" }),
        json!({ "Code": "SignatureDoesNotMatch", "Message": "server string to sign is:GET&rtmp%3A%2F%2Fh%2Fapp%2Fcanary-key%3Fauth%3Dcanary-auth" }),
    ];
    let xml =
        "<Error><Code>X</Code><AccessKeySecret>canary-6</AccessKeySecret><Url>rtmp://h/app/canary-7</Url></Error>";
    let script = answers
        .iter()
        .fold(Script::new(), |script, answer| {
            let status = if answer.get("Code").is_some() { 400 } else { 200 };
            let answer = Answer::new(status, answer.to_string()).header("x-secret-thing", "canary-8");
            script.expect(Expect::operation("CreateLivePullToPush"), answer)
        })
        .expect(Expect::operation("CreateLivePullToPush"), Answer::new(400, xml))
        .expect(Expect::operation("AssumeRole"), Answer::new(200, answers[0].to_string()))
        .expect(Expect::operation("AssumeRole"), Answer::error(TransportError::new("no rtmp://h/app/canary-9")));
    let recorder = Recorder::new(script.clone()).redact("tASKnAME");
    let key = Credentials::temporary("canary-id", "canary-secret", "canary-token").unwrap();
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        let config = testing::builder(recorder.clone()).credentials(key.clone()).signature(signature);
        let config = config.retry(apsara::Retry::never()).without_validation().build().unwrap();
        for _ in 0..2 {
            let create = live::Client::new(&config).create_live_pull_to_push();
            let create = create.region("cn-shanghai").task_name("canary-name");
            let create = create
                .dst_url("rtmp://h/app/canary-key?auth=canary-auth")
                .callback_url("https://user:canary-pw@h/p?q=canary-q");
            let _ = create.source_urls(["rtmp://h/app/canary-source"]).send().await;
        }
        let assume = sts::Client::new(&config).assume_role().role_arn("acs:ram::1:role/r").role_session_name("s");
        let _ = assume.policy(r#"{"password":"canary-policy"}"#).send().await;
    }
    recorder.save(folder.file()).unwrap();
    let text = std::fs::read_to_string(folder.file()).unwrap();
    assert_eq!(text.matches("\"operation\"").count(), 6, "{text}");
    for secret in ["canary", "12345678", "Signature=", "ACS3-HMAC", "HMAC-SHA1"] {
        let at = text.find(secret);
        assert!(at.is_none(), "{secret} in …{}…", &text[at.unwrap().saturating_sub(200)..][..300]);
    }
    assert!(text.contains("acs:ram::1:role/r") && text.contains("rtmp://h/app/[redacted]"), "{text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1, "a part of the file was left behind");
}

#[tokio::test]
async fn what_a_spec_calls_sensitive_is_in_no_recording_whatever_its_name() {
    let folder = Folder::new("by-spec");
    let apps =
        json!({ "ApiResult": { "Apps": [{ "AppSign": "canary-1" }, { "AppId": "kept", "AppSign": "canary-2" }] } });
    let script = Script::new().expect(Expect::operation("ListLiveMessageApps"), Answer::success(&apps)).expect(
        Expect::operation("SetLiveDomainCertificate"),
        Answer::success(&json!({ "Note": "it began canary-3" })),
    );
    let recorder = Recorder::new(script);
    let live = live::Client::new(&testing::builder(recorder.clone()).without_validation().build().unwrap());
    live.list_live_message_apps().send().await.unwrap();
    live.set_live_domain_certificate().domain_name("kept.example.com").ssl_pri("canary-3").send().await.unwrap();
    recorder.save(folder.file()).unwrap();
    let text = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!text.contains("canary"), "{text}");
    assert!(text.contains("kept.example.com") && text.contains("\"AppId\": \"kept\""), "{text}");
}

#[tokio::test]
async fn a_text_without_secrets_comes_back_as_it_was_however_its_json_is_written() {
    let folder = Folder::new("as-it-was");
    let policy = r#"{ "b":1.10, "a":18446744073709551616, "a":2 }"#;
    let answer = json!({ "Policy": policy, "Settings": r#"{ "z":1, "Password":"canary" }"# });
    let recorder = Recorder::new(Script::new().expect(Expect::operation("GetIt"), Answer::success(&answer)));
    let call = |config: Config, filter: &'static str| {
        untyped::Client::new(&config).call("Test", "2026-01-01", "GetIt").param("Filter", filter).send()
    };
    call(testing::config(recorder.clone()), r#"{"b":1,"a":2}"#).await.unwrap();
    recorder.save(folder.file()).unwrap();
    // What is asked may be written in another way.
    let replay = testing::config(Replay::open(folder.file()).unwrap());
    let answer = call(replay, r#"{ "a": 2, "b": 1 }"#).await.unwrap().json().unwrap();
    assert_eq!(answer, json!({ "Policy": policy, "Settings": r#"{"Password":"[redacted]","z":1}"# }));
}

#[tokio::test]
async fn a_secret_that_travels_in_the_path_is_in_no_recording() {
    let folder = Folder::new("path");
    let server = Scripted::start(Step::answer(200, r#"{"Known":"in-the-path is known"}"#)).await;
    let recorder = Recorder::new(ReqwestTransport::new().unwrap());
    let key = Credentials::new("LTAI-id", "secret").unwrap();
    let config = Config::builder().credentials(key).endpoint(server.url()).transport(recorder.clone());
    let client = untyped::Client::new(&config.region("cn-hangzhou").build().unwrap());
    let call = client.call("Cs", "2015-12-15", "DropToken").style(Style::Roa).path("/tokens/{AccessSecret}/{Name}");
    call.path_param("AccessSecret", "in-the-path").path_param("Name", "shown").send().await.unwrap();
    recorder.save(folder.file()).unwrap();
    let recorded = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!recorded.contains("in-the-path") && recorded.contains("/shown"), "{recorded}");
}

#[tokio::test]
async fn a_secret_in_a_body_in_xml_is_in_no_recording() {
    use apsara::untyped::{Location, Parameter, Shape};
    let folder = Folder::new("xml");
    let answer = r#"{"Note":"canary-1 & more, canary-2 and canary-3"}"#;
    let script = Script::new().expect(Expect::operation("CreateAddress"), Answer::new(200, answer));
    let recorder = Recorder::new(script).redact("Place");
    let client = untyped::Client::new(&testing::config(recorder.clone()));
    let call = client.call("Mgw", "2024-06-26", "CreateAddress").style(Style::Roa).path("/addresses");
    let detail =
        json!({ "AccessSecret": "canary-1 & more", "Role": "kept", "Place": { "Of": ["canary-2", "canary-3"] } });
    let body = Parameter::new("body").at(Location::Body).shaped(Shape::Xml);
    call.param_as(body, json!({ "AddressDetail": detail })).send().await.unwrap();
    recorder.save(folder.file()).unwrap();
    let recorded = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!recorded.contains("canary") && recorded.contains("<Role>kept</Role>"), "{recorded}");
}

#[tokio::test]
async fn what_an_answer_in_xml_tells_itself_it_does_not_repeat() {
    let folder = Folder::new("xml-answer");
    let xml = "<R><PushUrl>rtmp://h/app/canary-stream</PushUrl><Alone>canary-stream</Alone><Password>\n  canary-lines\n</Password>\
               <Note>canary-lines, kept</Note><Password><![CDATA[canary-1<canary-2]]></Password><Kept>kept too</Kept><Password>canary-cut";
    let script = Script::new().expect(Expect::operation("GetIt"), Answer::new(200, xml));
    let recorder = Recorder::new(script);
    let client = untyped::Client::new(&testing::config(recorder.clone()));
    let _ = client.call("Test", "2026-01-01", "GetIt").send().await;
    recorder.save(folder.file()).unwrap();
    let recorded = std::fs::read_to_string(folder.file()).unwrap();
    let is_kept = recorded.contains(", kept</Note>") && recorded.contains("<Kept>kept too</Kept>");
    assert!(!recorded.contains("canary") && is_kept, "{recorded}");
}

#[tokio::test]
async fn what_an_address_asks_for_is_no_secret_where_its_name_does_not_say_so() {
    let folder = Folder::new("plain-query");
    let message = "see https://example.com/troubleshoot?q=MissingParameter";
    let answer =
        json!({ "Code": "MissingParameter", "Message": message, "Region": "cn-shanghai", "Key": "canary-key" });
    let script = Script::new().expect(Expect::operation("GetIt"), Answer::new(400, answer.to_string()));
    let recorder = Recorder::new(script);
    let client = untyped::Client::new(&testing::config(recorder.clone()));
    let call = client.call("Test", "2026-01-01", "GetIt").param("Place", "cn-shanghai");
    let _ = call.param("Callback", "https://h/cb?region=cn-shanghai&auth_key=canary-key").send().await.unwrap_err();
    recorder.save(folder.file()).unwrap();
    let recorded = std::fs::read_to_string(folder.file()).unwrap();
    assert!(!recorded.contains("canary") && recorded.contains("\"MissingParameter\""), "{recorded}");
    assert_eq!(recorded.matches("\"cn-shanghai\"").count(), 2, "{recorded}");
}

#[tokio::test]
async fn a_file_that_is_no_recording_is_refused_by_name() {
    let folder = Folder::new("refused");
    for (content, why) in [
        ("{", "EOF"),
        (r#"{"apsara_recording": 2, "exchanges": []}"#, "its format is 2, not 1; record it again"),
        (r#"{"apsara_recording": 1, "exchanges": [], "more": 1}"#, "unknown field `more`"),
    ] {
        std::fs::write(folder.file(), content).unwrap();
        let error = Replay::open(folder.file()).unwrap_err();
        let text = error.to_string();
        assert!(error.is_config() && text.contains(why) && text.contains("recording.json"), "{text}");
    }
    assert!(Replay::open(folder.0.join("none")).unwrap_err().to_string().contains("cannot be used"));
    // What cannot be written leaves what was there.
    let recorder = Recorder::new(Script::new());
    assert!(recorder.save(folder.0.join("no/folder/file")).is_err());
    assert!(recorder.save(&folder.0).is_err());
    assert_eq!(std::fs::read_dir(&folder.0).unwrap().count(), 1);
}
