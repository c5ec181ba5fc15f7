//! Text of others that would steer a terminal, wherever it is told.

use apsara_emulator::{Fault, FaultRule};

use crate::cloud::{Ran, alone, call, cloud, feed, folder, task, text, variables};
use crate::terminal::Terminal;

/// Clears a terminal, by an escape and by the one character that stands for its beginning, and turns around what follows.
const STEERS: &str = "\u{1b}[2J\u{9b}2J\u{202e}\u{2066}";

const DESCRIBE: [&str; 6] = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", "night"];

#[track_caller]
fn steers_nothing(text: &str) {
    let turns = |c: char| ('\u{202a}'..='\u{202e}').contains(&c) || ('\u{2066}'..='\u{2069}').contains(&c);
    assert!(!text.chars().any(|c| turns(c) || (c.is_control() && c != '\n')), "{text:?}");
}

#[test]
fn what_a_refusal_says_steers_no_terminal() {
    let emulator = cloud();
    let fault = Fault::Refuse { status: 400, code: format!("Bad{STEERS}"), message: format!("no{STEERS}") };
    emulator.faults().add(FaultRule::new(fault).operation("DescribeLivePullToPush"));
    let refused = call(&emulator, &DESCRIBE);
    refused.failed(5, &["error: Bad", "apsara errors Bad"]);
    steers_nothing(&refused.err);

    let folder = folder();
    let (input, journal) = (folder.path().join("tasks.jsonl"), folder.path().join("run.journal"));
    std::fs::write(&input, "{\"Region\": \"cn-shanghai\", \"TaskId\": \"night\"}\n").unwrap();
    let words = ["bulk", "live", "DescribeLivePullToPush", "--input", text(&input), "--journal", text(&journal)];
    let mut command = alone(&words);
    let run: Ran = command.envs(variables(&emulator)).output().unwrap().into();
    assert!(run.code == 5 && run.err.contains("1 rejected Bad"), "{run:?}");
    steers_nothing(&run.err);
    let result: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert!(result["message"].as_str().unwrap().contains(STEERS), "what was answered is not lost: {result}");
    steers_nothing(&run.out);

    let mut terminal = Terminal::start(&[&words[..], &["--resume"]].concat(), &variables(&emulator));
    assert_eq!(terminal.ends(), 5, "{}", terminal.screen());
    let shown = terminal.everything();
    assert!(shown.contains("1 rejected Bad") && !shown.contains("[2J\u{9b}"), "{shown:?}");
}

#[test]
fn what_is_waited_for_steers_no_terminal() {
    let emulator = cloud();
    let code = format!("InternalError{STEERS}");
    let fault = Fault::ServerError { status: 500, code, shaped: true, executed: false };
    emulator.faults().add(FaultRule::new(fault).operation("DescribeLivePullToPush"));
    let wait = ["--wait", "TaskStatus==1", "--deadline", "1s", "--attempts", "1"];
    let over = call(&emulator, &[&DESCRIBE[..], &wait].concat());
    over.failed(10, &["waiting for TaskStatus==1: the last call failed: ", "does not hold after 1s: the last"]);
    steers_nothing(&over.err);
}

#[test]
fn what_a_terminal_is_shown_as_csv_steers_it_not() {
    let emulator = cloud();
    let id = task(&emulator, &format!("night{STEERS}"));
    let words = [&DESCRIBE[..5], &[&id, "--output", "csv"]].concat();
    let mut terminal = Terminal::start(&words, &variables(&emulator));
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    let shown = terminal.everything();
    assert!(shown.contains("night") && !shown.contains("[2J\u{9b}"), "{shown:?}");
    let piped = call(&emulator, &words);
    assert!(piped.out.contains(STEERS), "a program reads what was answered: {piped:?}");
}

#[test]
fn what_a_document_says_steers_no_terminal() {
    let folder = folder();
    let file = folder.path().join("api-docs.json");
    let document = serde_json::json!({
        "info": { "product": "Things", "version": "2026-01-01", "style": "RPC" },
        "apis": { "Update": {
            "summary": format!("changes{STEERS}"), "description": format!("It changes{STEERS}."),
            "methods": ["post"], "schemes": ["https"], "security": [{ "AK": [] }],
            "parameters": [{ "name": "Name", "in": "query",
                             "schema": { "type": "string", "description": format!("its name{STEERS}") } }],
        } },
    });
    std::fs::write(&file, document.to_string()).unwrap();
    for words in [&["things", "--help"][..], &["things", "update", "--help"]] {
        let ran: Ran = alone(&[words, &["--spec", text(&file)]].concat()).output().unwrap().into();
        assert!(ran.code == 0 && ran.out.contains("changes"), "{ran:?}");
        steers_nothing(&ran.out);
    }
}

#[test]
fn what_a_trace_holds_steers_no_terminal() {
    let line = serde_json::json!({
        "product": "Sts", "version": "2015-04-01", "operation": "AssumeRole",
        "parameters": { "RoleArn": [format!("acs:ram::1:role/*{STEERS}")] },
    });
    let unknown = serde_json::json!({ "product": STEERS, "version": "1", "operation": "X" });
    let ran = feed(alone(&["ram", "policy", "--from-trace", "-"]), &format!("{line}\n{unknown}\n"));
    assert!(ran.code == 0 && ran.err.contains("no spec has") && ran.err.contains("is a pattern"), "{ran:?}");
    steers_nothing(&ran.err);
    steers_nothing(&ran.out);
    let policy: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(policy["Statement"][0]["Resource"][0].as_str().unwrap().contains(STEERS), "{policy}");
}

#[test]
fn what_is_asked_steers_no_terminal() {
    let folder = folder();
    let log = folder.path().join("log");
    std::fs::write(&log, "https://live.aliyuncs.com/?Action=A&AccessKeyId=LTAI%1b%5d0;canary%07&Signature=x\n")
        .unwrap();
    let mut terminal = Terminal::start(&["sign", "explain", "--ask-secret", text(&log)], &[]);
    terminal.shows("Secret of LTAI");
    terminal.types("secret\n");
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    assert!(!terminal.everything().contains("\u{1b}]0"), "{:?}", terminal.everything());

    let file = folder.path().join("config.json");
    let profile = serde_json::json!({ "name": format!("night{STEERS}"), "access_key_id": format!("LTAI{STEERS}") });
    let profiles = serde_json::json!({ "current": profile["name"], "profiles": [profile] });
    std::fs::write(&file, profiles.to_string()).unwrap();
    let mut terminal = Terminal::start(&["configure"], &[("ALIBABA_CLOUD_CONFIG_FILE", text(&file).to_owned())]);
    terminal.shows("Access key id [LTAI");
    terminal.types("\n");
    terminal.shows("Access key secret");
    terminal.types("secret\n");
    terminal.shows("Region");
    terminal.types("\n");
    assert_eq!(terminal.ends(), 0, "{}", terminal.screen());
    let shown = terminal.everything();
    assert!(shown.contains("profile night") && !shown.contains("[2J\u{9b}"), "{shown:?}");
}
