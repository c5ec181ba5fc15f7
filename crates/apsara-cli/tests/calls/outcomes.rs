//! What became of a call, by exit codes that scripts can rely on.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use apsara_emulator::{Fault, FaultRule};

use crate::cloud::{Ran, alone, call, cloud, cloud_with, task, variables};
use crate::terminal::Terminal;

const DESCRIBE: [&str; 6] = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", "none"];
const RESTART: [&str; 7] =
    ["live", "restart-live-pull-to-push", "--region", "cn-shanghai", "--task-id", "none", "--yes"];

#[test]
fn a_refusal_says_code_request_id_outcome_meaning_and_what_to_do() {
    let refused = call(&cloud(), &RESTART);
    refused.failed(
        5,
        &[
            "error: CodeTaskNotExist (HTTP 400): Task does not exist.",
            "meaning     There is no such task.",
            "outcome     rejected, not executed",
            "request id  ",
            "what to do  Check the id and the region",
            "more        apsara errors CodeTaskNotExist",
        ],
    );
}

#[test]
fn a_slip_on_the_line_is_2_and_a_parameter_that_cannot_be_is_3() {
    let emulator = cloud();
    let words = |words: &str| call(&emulator, &words.split(' ').collect::<Vec<_>>());
    words("lvie").failed(2, &["did you mean live?"]);
    words("live restart-live-pull-push").failed(2, &["did you mean restart-live-pull-to-push?"]);
    words("live restart-live-pull-to-push --task-di x").failed(2, &["did you mean --task-id?"]);
    words("live restart-live-pull-to-push x").failed(2, &["x is one word too many"]);
    words("live describe-live-pull-to-push-list --query a[").failed(2, &["--query is no JMESPath"]);
    words("live restart-live-pull-to-push --wait A==1 --region a --task-id b")
        .failed(2, &["not known to be safe to repeat"]);
    words("live restart-live-pull-to-push --yes")
        .failed(3, &["--region is required", "--task-id is required", "not sent"]);
    words("live describe-live-pull-to-push-list --page-size 1000 --region a").failed(3, &["--page-size"]);
    assert_eq!(emulator.ledger_len(), 0, "nothing of it was sent");
    let bad = call(&emulator, &["live", "describe-live-pull-to-push-list", "--output", "xml"]);
    assert_eq!((bad.code, bad.out.as_str()), (2, ""), "{bad:?}");
    let warned = words("live describe-live-pull-to-push-list --region cn-shangai");
    warned.failed(5, &["did you mean cn-shanghai?"]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_exit_code_is_the_same_where_nothing_can_be_told() {
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let ran: Ran = alone(&["lvie"]).stderr(full).output().unwrap().into();
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn an_option_that_would_do_nothing_is_refused() {
    let emulator = cloud();
    for other in ["--endpoint=127.0.0.1:1", "--endpoint-region=cn-shanghai", "--profile=night"] {
        let ran = call(&emulator, &[&DESCRIBE[..], &["--emulator", other]].concat());
        let name = other.split('=').next().unwrap();
        ran.failed(2, &["'--emulator[=<DIR>]' cannot be used with", name]);
    }
}

#[test]
fn an_error_has_the_colours_that_are_asked_for() {
    let always: Ran = alone(&["lvie", "--color", "always"]).output().unwrap().into();
    assert!(always.code == 2 && always.err.starts_with("\u{1b}[31merror:\u{1b}[0m there is no"), "{always:?}");
    let mut terminal = Terminal::start(&["lvie", "--color", "never"], &[]);
    assert_eq!(terminal.ends(), 2, "{}", terminal.screen());
    let shown = terminal.everything();
    assert!(shown.starts_with("error: there is no") && !shown.contains('\u{1b}'), "{shown:?}");
}

#[test]
fn no_credentials_are_4_and_no_connection_is_9() {
    let ran: Ran = alone(&DESCRIBE).output().unwrap().into();
    ran.failed(4, &["no credentials were found", "outcome  not sent"]);
    let mut command = alone(&[&DESCRIBE[..], &["--attempts", "1", "--endpoint", "http://127.0.0.1:1"]].concat());
    let ran: Ran = command.envs(variables(&cloud())).output().unwrap().into();
    ran.failed(9, &["outcome     not sent", "look at endpoint"]);
}

#[test]
fn a_quota_that_is_used_up_is_6() {
    let emulator = cloud_with(|builder| builder.quota_of("DescribeLivePullToPush", 1, 3600));
    call(&emulator, &[&DESCRIBE[..], &["--attempts", "1"]].concat()).failed(5, &["CodeTaskNotExist"]);
    call(&emulator, &[&DESCRIBE[..], &["--attempts", "1"]].concat())
        .failed(6, &["Throttling", "rejected, not executed"]);
}

#[test]
fn what_may_have_been_executed_is_7_and_what_was_but_cannot_be_read_is_8() {
    for (fault, code, outcome) in
        [(Fault::ResetAfterExecuting, 7, "unknown, it may have been executed"), (Fault::Undecodable, 8, "executed")]
    {
        let emulator = cloud();
        let id = task(&emulator, "night");
        emulator.clock().advance(Duration::from_secs(120));
        emulator.faults().add(FaultRule::new(fault).operation("RestartLivePullToPush"));
        let words = ["live", "restart-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id, "--yes"];
        call(&emulator, &words).failed(code, &[outcome]);
        let sent = emulator.ledger().iter().filter(|entry| entry.action == "RestartLivePullToPush").count();
        assert_eq!(sent, 1, "it is not sent again");
    }
}

#[test]
fn a_wait_that_takes_too_long_is_10_and_ctrl_c_is_130() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let wait =
        ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id, "--wait", "TaskStatus==1"];
    call(&emulator, &[&wait[..], &["--deadline", "300ms"]].concat())
        .failed(10, &["TaskStatus==1 does not hold after 300ms: TaskStatus is 0"]);

    let mut child = alone(&wait).envs(variables(&emulator)).stderr(Stdio::piped()).spawn().unwrap();
    let mut shown = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    shown.read_line(&mut line).unwrap();
    assert!(line.contains("TaskStatus is 0"), "{line}");
    let sent = std::process::Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_wait_outlives_a_moment_without_a_connection() {
    // Nothing listens there yet.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut waiting = alone(&[&DESCRIBE[..], &["--wait", "RequestId==r", "--attempts", "1"]].concat());
    waiting.env("ALIBABA_CLOUD_ENDPOINT", format!("http://{address}")).env("NO_PROXY", "*");
    waiting.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "id").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret");
    let mut child = waiting.spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(line.contains("waiting for RequestId==r: the last call failed: ") && line.contains("not sent"), "{line}");
    let server = TcpListener::bind(address).unwrap();
    let (mut asked, _) = server.accept().unwrap();
    let mut head = BufReader::new(asked.try_clone().unwrap());
    while head.read_line(&mut line).unwrap() > 2 {}
    let answer = r#"{"RequestId":"r"}"#;
    let length = answer.len();
    write!(asked, "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{answer}").unwrap();
    let ran = child.wait_with_output().unwrap();
    assert_eq!((ran.status.code(), String::from_utf8(ran.stdout).unwrap().contains("\"r\"")), (Some(0), true));
}

#[test]
fn a_dry_run_sends_nothing_and_shows_no_secret() {
    let emulator = cloud();
    let words = [
        "live",
        "create-live-pull-to-push",
        "--region",
        "cn-shanghai",
        "--start-time",
        "2026-01-01T12:01:00Z",
        "--end-time",
        "2026-01-02T12:00:00Z",
        "--source-type",
        "live",
        "--source-protocol",
        "rtmp",
        "--source-urls",
        "rtmp://pull.example.com/app/canary-pull",
        "--dst-url",
        "rtmp://push.example.com/app/canary-push",
        "--callback-url",
        "https://canary-user@example.com/x?auth=canary",
        "--AuthKey",
        "canary-key",
        "--dry-run",
    ];
    // AuthKey is known to the official SDKs alone.
    let known: Vec<&str> = words.iter().copied().filter(|word| !["--AuthKey", "canary-key"].contains(word)).collect();
    let ran = call(&emulator, &known);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    for part in
        ["POST http://127.0.0.1", "x-acs-action: CreateLivePullToPush", "Signature=[redacted]", "app/[redacted]"]
    {
        assert!(ran.out.contains(part), "{part} is not in {}", ran.out);
    }
    let secret = emulator.access_key_secret();
    assert!(!ran.out.contains("canary") && !ran.out.contains(secret), "{}", ran.out);
    assert_eq!(emulator.ledger_len(), 0);
    // What the call would be refused for is refused here, too.
    let refused = |more: &[&str]| call(&emulator, &[&RESTART[..6], &["--dry-run"], more].concat());
    refused(&["--wait", "A==1"]).failed(2, &["not known to be safe to repeat"]);
    refused(&["--pages"]).failed(2, &["goes on from page to page"]);
    // It needs no yes: it interrupts nothing.
    assert_eq!(call(&emulator, &[&RESTART[..6], &["--dry-run"]].concat()).code, 0);
}

#[test]
#[cfg(target_os = "linux")]
fn an_answer_that_cannot_be_written_is_of_a_call_that_was_executed() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    emulator.clock().advance(Duration::from_secs(120));
    let mut of = id;
    for query in [&[][..], &["--query", "TaskId"], &["--query", "abs(TaskId)"]] {
        let words = ["live", "restart-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &of, "--yes"];
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let mut command = alone(&[&words[..], query].concat());
        let ran: Ran = command.envs(variables(&emulator)).stdout(full).output().unwrap().into();
        ran.failed(1, &["the output could not be written", "outcome  executed; its answer could not be written"]);
        let list = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"];
        let query = ["--query", "TaskList[?TaskStatus==`1`].TaskId | [0]", "-o", "csv"];
        of = call(&emulator, &[&list[..], &query].concat()).out.trim_end().to_owned();
    }
    let restarts = emulator.ledger().iter().filter(|entry| entry.action == "RestartLivePullToPush").count();
    assert_eq!(restarts, 3);
}

#[test]
fn an_expression_that_does_not_fit_loses_no_answer_of_a_call_that_was_executed() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    emulator.clock().advance(Duration::from_secs(120));
    let restart = |query: &str| {
        let words = ["live", "restart-live-pull-to-push", "--region", "cn-shanghai", "--task-id", &id, "--yes"];
        call(&emulator, &[&words[..], &["--query", query]].concat())
    };
    let sent = || emulator.ledger().iter().filter(|entry| entry.action == "RestartLivePullToPush").count();
    restart("lenght(TaskId)").failed(2, &["--query is no JMESPath", "lenght"]);
    assert_eq!(sent(), 0, "what no function is called can be known before");

    let ran = restart("abs(TaskId)");
    assert_eq!((ran.code, sent()), (1, 1), "{ran:?}");
    assert!(ran.err.contains("does not fit the answer") && ran.err.contains("executed"), "{}", ran.err);
    let answer: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(answer["TaskId"].is_string() && answer["RequestId"].is_string(), "{}", ran.out);
}
