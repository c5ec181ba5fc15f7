//! The trace: what it says of a call, and what it keeps to itself.

use apsara_emulator::{Emulator, Fault, FaultRule};
use serde_json::Value;

use crate::client::{create, live, on_task};
use crate::control::in_a_year;

#[tokio::test]
async fn it_tells_what_a_call_was_and_which_action_it_needed() {
    let emulator = Emulator::start().await.unwrap();
    let id = create(&emulator, &in_a_year()).await;
    emulator.faults().add(FaultRule::new(Fault::ResetAfterExecuting).operation("RestartLivePullToPush"));
    let request = live(&emulator, "RestartLivePullToPush", &[("Region", "cn-shanghai"), ("TaskId", &id)]);
    crate::client::send_and_hang_up(&emulator, request.v3_request(&emulator).as_bytes()).await;
    on_task(&emulator, "StopLivePullToPush", "none").await;
    live(&emulator, "NoSuchThing", &[]).v3(&emulator).await;
    let trace = emulator.trace();
    let brief: Vec<_> = trace
        .iter()
        .map(|entry| (entry.operation.as_str(), entry.status, entry.code.as_deref(), entry.fault, entry.executed))
        .collect();
    assert_eq!(
        brief,
        [
            ("CreateLivePullToPush", 200, None, None, true),
            ("RestartLivePullToPush", 0, None, Some("reset-after-executing"), true),
            ("StopLivePullToPush", 400, Some("CodeTaskNotExist"), None, false),
            ("NoSuchThing", 404, Some("InvalidAction.NotFound"), None, false),
        ]
    );
    assert_eq!(trace[1].ram_actions, ["live:RestartLivePullToPush"]);
    assert!(trace[3].ram_actions.is_empty());
    for (entry, called) in trace.iter().zip(emulator.ledger()) {
        assert_eq!((&entry.request_id, &entry.account), (&called.request_id, &called.account));
        assert_eq!((entry.key_id.as_deref(), entry.product.as_str()), (Some(emulator.access_key_id()), "live"));
    }
}

#[tokio::test]
async fn a_file_has_every_entry_and_no_secret() {
    let file = std::env::temp_dir().join(format!("apsara-trace-{}.jsonl", std::process::id()));
    let _ = std::fs::remove_file(&file);
    let emulator = Emulator::builder().trace_file(&file).start().await.unwrap();
    let secret = "rtmp://push.example.com/app/sesame";
    create(&emulator, &[in_a_year()[0], in_a_year()[1], ("DstUrl", secret)]).await;
    let mut call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    call.token = Some("sesame".to_owned());
    call.v3(&emulator).await;
    let text = std::fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ids: Vec<_> = lines.iter().map(|line| line["request_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids, emulator.ledger().into_iter().map(|entry| entry.request_id).collect::<Vec<_>>());
    assert!(!text.contains("sesame") && !text.contains(emulator.access_key_secret()), "{text}");
    drop(emulator);
    // A second emulator goes on behind what is there.
    let emulator = Emulator::builder().trace_file(&file).start().await.unwrap();
    live(&emulator, "NoSuchThing", &[]).v3(&emulator).await;
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3);
    std::fs::remove_file(&file).unwrap();
    let missing = std::env::temp_dir().join("apsara-no-such-folder/trace.jsonl");
    let error = Emulator::builder().trace_file(&missing).start().await.unwrap_err();
    assert!(error.to_string().starts_with("cannot write the trace to "), "{error}");
}
