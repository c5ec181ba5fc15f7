//! Scripts through the generated client.

use std::panic::{AssertUnwindSafe, catch_unwind};

use apsara::live::{self, RestartLivePullToPushError};
use apsara::testing::{self, Answer, Expect, Script};
use apsara::transport::TransportError;
use apsara::{Outcome, SignatureVersion};
use serde_json::json;

fn message(verify: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(verify)).unwrap_err();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn calls_are_answered_as_the_script_says() {
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        let mut response = live::DescribeLivePullToPushResponse::default();
        response.request_id = "typed".to_owned();
        let mut info = live::DescribeLivePullToPushResponseTaskInfo::default();
        info.source_urls = vec!["rtmp://a/b/c?x=1".to_owned(), "rtmp://d".to_owned()];
        info.retry_count = Some(3);
        response.task_info = Some(info);
        let script = Script::new()
            .expect(
                Expect::operation("DescribeLivePullToPush").with("TaskId", "ä &=+%").without("RegionId"),
                Answer::success(&response),
            )
            .expect(
                Expect::operation("RestartLivePullToPush").with("TaskId", "t-2"),
                Answer::refusal(400, "CodeTaskNotExist", "No such task."),
            )
            .expect(Expect::operation("RestartLivePullToPush"), Answer::error(TransportError::new("gone").not_sent()))
            .expect(
                Expect::operation("RestartLivePullToPush"),
                Answer::new(429, json!({ "Code": "Throttling" }).to_string()),
            )
            .expect(
                Expect::operation("RestartLivePullToPush"),
                Answer::success(&json!({ "TaskId": "new" })).header("x-acs-request-id", "from the header"),
            );
        let config = testing::builder(script.clone()).signature(signature).build().unwrap();
        let live = live::Client::new(&config);
        let task = live.describe_live_pull_to_push().region("cn-shanghai").task_id("ä &=+%").send().await.unwrap();
        assert_eq!(serde_json::to_string(&task).unwrap(), serde_json::to_string(&response).unwrap());
        assert_eq!(task.task_info.unwrap().source_urls[1], "rtmp://d");
        let restart = live.restart_live_pull_to_push().region("cn-shanghai").task_id("t-2");
        let error = restart.clone().send().await.unwrap_err();
        assert_eq!(error.code(), Some(RestartLivePullToPushError::CodeTaskNotExist));
        let restarted = restart.send_raw().await.unwrap();
        assert_eq!(restarted.attempts(), 3);
        assert_eq!(restarted.response().request_id, "from the header");
        script.verify();
    }
}

#[tokio::test]
async fn what_came_instead_is_told_with_what_never_came() {
    let script = Script::new()
        .expect(
            Expect::operation("RestartLivePullToPush").with("TaskId", "t-1").without("RegionId"),
            Answer::new(200, ""),
        )
        .expect(Expect::operation("DescribeLivePullToPush"), Answer::new(200, ""));
    // The one line that a test needs.
    let live = live::Client::new(&testing::config(script.clone()));
    let call = |id: &str| live.restart_live_pull_to_push().region("cn-shanghai").task_id(id).send();
    let error = call("t-2").await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts()), (Outcome::NotSent, 1));
    let told = r#"expected: RestartLivePullToPush with TaskId="t-1", no RegionId; came: RestartLivePullToPush with Region="cn-shanghai", TaskId="t-2""#;
    assert!(error.to_string().contains(told), "{error}");
    call("t-1").await.unwrap();
    let text = message(|| script.verify());
    assert_eq!(
        text,
        format!("the calls were not as expected; 1 were.\n  {told}\n  never came: DescribeLivePullToPush"),
    );
    live.describe_live_pull_to_push().region("cn-shanghai").task_id("t").send().await.unwrap();
    let error = call("t-3").await.unwrap_err();
    assert!(error.to_string().contains("expected: no more calls; came: RestartLivePullToPush with"), "{error}");
    assert!(message(|| script.verify()).starts_with("the calls were not as expected; 2 were."));
    Script::new().verify();
}

#[tokio::test]
async fn a_response_that_is_the_body_is_answered_as_it_travels() {
    use apsara::cs;
    let mut listed = cs::DescribeClusterLogsResponse::default();
    let mut log = cs::DescribeClusterLogsResponseBody::default();
    log.cluster_log = Some("made".to_owned());
    (listed.request_id, listed.body) = ("r-1".to_owned(), vec![log]);
    let mut script = Script::new().expect(Expect::operation("DescribeClusterLogs"), Answer::response(&listed));
    let texts = ["#!/bin/sh\nexit", "\"quoted\"", "{\"a\": 1}"];
    for text in texts {
        let mut attach = cs::DescribeClusterAttachScriptsResponse::default();
        attach.body = Some(text.to_owned());
        script = script.expect(Expect::operation("DescribeClusterAttachScripts"), Answer::response(&attach));
    }
    let mut restarted = live::RestartLivePullToPushResponse::default();
    restarted.task_id = Some("t-1".to_owned());
    script = script.expect(Expect::operation("RestartLivePullToPush"), Answer::response(&restarted));
    let config = testing::config(script.clone());
    let client = cs::Client::new(&config);
    assert_eq!(client.describe_cluster_logs().cluster_id("c-1").send().await.unwrap(), listed);
    for text in texts {
        let attached = client.describe_cluster_attach_scripts().cluster_id("c-1").send().await.unwrap();
        assert_eq!(attached.body.as_deref(), Some(text));
    }
    let restart = live::Client::new(&config).restart_live_pull_to_push().region("cn-shanghai").task_id("t");
    assert_eq!(restart.send().await.unwrap(), restarted);
    script.verify();
}

#[tokio::test]
async fn parameters_of_a_form_of_a_body_and_of_a_path_are_seen() {
    use apsara::cs;
    let script = Script::new()
        .expect(Expect::operation("ModifyCluster").with("api_server_eip", "true"), Answer::success(&json!({})))
        .expect(Expect::operation("ModifyCluster").with("api_server_eip", "false"), Answer::success(&json!({})));
    let client = cs::Client::new(&testing::config(script.clone()));
    let mut body = cs::ModifyClusterRequestBody::default();
    body.api_server_eip = Some(true);
    let call = client.modify_cluster().cluster_id("c-1").body(body);
    call.clone().send().await.unwrap();
    let error = call.send().await.unwrap_err().to_string();
    assert!(
        error.contains(r#"ModifyCluster with path="/api/v2/clusters/c-1", (body)={"api_server_eip":true}"#),
        "{error}"
    );
}
