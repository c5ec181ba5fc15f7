//! The relay family through the generated client, against the emulator.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use apsara::live::{
    CreateLivePullToPushError, DeleteLivePullToPushError, Region, RestartLivePullToPushError,
    RestartLivePullToPushRequest, StopLivePullToPushError,
};
use apsara::{Config, Credentials, Outcome, SignatureVersion};
use apsara_emulator::{Clock, Emulator};
use apsara_tests::{at, live, relay_task};

const RUNNING: Option<i32> = Some(1);
const OFFLINE: Option<i32> = Some(3);
const EXIT: Option<i32> = Some(-1);

async fn emulator() -> Emulator {
    Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z").unwrap()).start().await.unwrap()
}

#[tokio::test]
async fn a_task_is_created_started_restarted_stopped_updated_listed_and_deleted() {
    let emulator = emulator().await;
    let live = live(&emulator);
    let created = relay_task(&live, &emulator, "one").send().await.unwrap();
    assert_eq!((created.ret_code, created.description.as_deref()), (Some(0), Some("OK")));
    let first = created.task_id.unwrap();
    let describe =
        async |id: &str| live.describe_live_pull_to_push().region(Region::CnShanghai).task_id(id).send().await.unwrap();
    assert_eq!(describe(&first).await.task_status, Some(0));

    emulator.clock().advance(Duration::from_secs(3600));
    assert_eq!(describe(&first).await.task_status, RUNNING);
    let restarted = live.restart_live_pull_to_push().region("cn-shanghai").task_id(&first).send().await.unwrap();
    let second = restarted.task_id.unwrap();
    assert_ne!(second, first, "a restart answers with a new id");
    assert!(!restarted.request_id.is_empty());
    assert_eq!((describe(&first).await.task_status, describe(&second).await.task_status), (EXIT, RUNNING));

    live.stop_live_pull_to_push().region("cn-shanghai").task_id(&second).send().await.unwrap();
    assert_eq!(describe(&second).await.task_status, OFFLINE);
    let error = live.stop_live_pull_to_push().region("cn-shanghai").task_id(&second).send().await.unwrap_err();
    assert_eq!(error.code(), Some(StopLivePullToPushError::CodeTaskHasStopped));

    let update = live.update_live_pull_to_push().region("cn-shanghai").task_id(&second);
    update.callback_url("https://callback.example.com/events").send().await.unwrap();
    let described = describe(&second).await;
    let info = described.task_info.unwrap();
    assert_eq!(info.callback_url.as_deref(), Some("https://callback.example.com/events"));
    assert_eq!(info.source_urls, ["rtmp://pull.example.com/app/one"]);
    assert_eq!((info.retry_count, info.retry_interval), (Some(3), Some(60)));

    let list = live.describe_live_pull_to_push_list().region("cn-shanghai").task_name("on").send().await.unwrap();
    assert_eq!((list.total, list.page_number, list.page_size), (Some(1), Some(1), Some(10)));
    assert_eq!(list.task_list[0].task_id.as_deref(), Some(second.as_str()));

    live.delete_live_pull_to_push().region("cn-shanghai").task_id(&second).send().await.unwrap();
    assert_eq!(describe(&second).await.task_status, EXIT);
    let error = live.restart_live_pull_to_push().region("cn-shanghai").task_id("gone").send().await.unwrap_err();
    assert_eq!(error.code(), Some(RestartLivePullToPushError::CodeTaskNotExist));
}

#[tokio::test]
async fn a_restart_before_the_start_time_is_refused() {
    let emulator = emulator().await;
    let live = live(&emulator);
    let task = relay_task(&live, &emulator, "early").send().await.unwrap().task_id.unwrap();
    let error = live.restart_live_pull_to_push().region("cn-shanghai").task_id(&task).send().await.unwrap_err();
    assert_eq!(error.code(), Some(RestartLivePullToPushError::InvalidParameter));
    assert_eq!((error.outcome(), error.service().unwrap().http_status()), (Outcome::Rejected, 400));
}

#[tokio::test]
async fn both_signatures_and_every_style_of_parameter_are_accepted() {
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        let emulator = emulator().await;
        let credentials = Credentials::new(emulator.access_key_id(), emulator.access_key_secret()).unwrap();
        let config = Config::builder().credentials(credentials).endpoint(emulator.url()).signature(signature);
        let live = apsara::live::Client::new(&config.build().unwrap());
        let name = "a b+c*d~e!'()/?y=z&w%100 中文é";
        let urls = ["https://example.com/a b.mp4", "https://example.com/中.flv"];
        let task = relay_task(&live, &emulator, "x").task_name(name).source_type("url").source_urls(urls);
        let task = task.repeat_number(-1).file_index(1).send().await.unwrap().task_id.unwrap();
        let described = live.describe_live_pull_to_push().region("cn-shanghai").task_id(&task).send().await.unwrap();
        let info = described.task_info.unwrap();
        assert_eq!(info.task_name.as_deref(), Some(name), "{signature:?}");
        assert_eq!(info.source_urls, urls);
        assert_eq!((info.repeat_number, info.file_index), (Some(-1), Some(1)));
    }
}

#[tokio::test]
async fn the_codes_of_create_and_delete_are_typed() {
    let emulator = emulator().await;
    let live = live(&emulator);
    let backwards = relay_task(&live, &emulator, "t").start_time(at(&emulator, 90)).end_time(at(&emulator, 60));
    let error = backwards.send().await.unwrap_err();
    assert_eq!(error.code(), Some(CreateLivePullToPushError::InvalidParamCodeIllegalDuration));
    let error = live.delete_live_pull_to_push().region("cn-shanghai").task_id("none").send().await.unwrap_err();
    assert_eq!(error.code(), Some(DeleteLivePullToPushError::CodeTaskNotExist));
}

#[tokio::test]
async fn a_request_is_plain_data_that_a_file_can_hold() {
    let emulator = emulator().await;
    let live = live(&emulator);
    let task = relay_task(&live, &emulator, "plain").send().await.unwrap().task_id.unwrap();
    emulator.clock().advance(Duration::from_secs(3600));
    let line = format!(r#"{{"Region":"cn-shanghai","TaskId":"{task}"}}"#);
    let request: RestartLivePullToPushRequest = serde_json::from_str(&line).unwrap();
    assert_eq!(serde_json::to_string(&request).unwrap(), line);
    let restarted = live.execute(&request).await.unwrap();
    assert_ne!(restarted.task_id.unwrap(), task);
    let error = serde_json::from_str::<RestartLivePullToPushRequest>(r#"{"TaskID":"x"}"#).unwrap_err();
    assert!(error.to_string().starts_with("unknown name `TaskID`, did you mean `TaskId`?"), "{error}");
}

#[tokio::test]
async fn a_region_that_the_documents_do_not_list_is_still_sent() {
    assert_eq!(Region::from("preregion").as_str(), "preregion");
    assert_eq!(Region::from("xx-tomorrow-1").as_str(), "xx-tomorrow-1");
    let emulator = emulator().await;
    let live = live(&emulator);
    let task = relay_task(&live, &emulator, "pre").region("preregion").send().await.unwrap().task_id.unwrap();
    let described = live.describe_live_pull_to_push().region("preregion").task_id(&task).send().await.unwrap();
    assert_eq!(described.task_status, Some(0));
}
