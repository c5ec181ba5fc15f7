//! Files that others read and write too: profiles, and documents of the portal.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::cloud::{Ran, alone, call, cloud, feed, folder, text, variables};
use crate::terminal::{PATIENCE, Terminal};

/// Calls the program with a file of profiles, and nothing else that gives credentials.
fn with_file(file: &Path, words: &[&str]) -> Command {
    let mut command = alone(words);
    command.env("ALIBABA_CLOUD_CONFIG_FILE", file);
    command
}

#[test]
fn a_profile_is_written_for_the_official_cli_and_read_from_it() {
    let (emulator, folder) = (cloud(), folder());
    let file = folder.path().join("new/config.json");
    let words = [
        "configure",
        "--profile",
        "night",
        "--access-key-id",
        emulator.access_key_id(),
        "--region",
        "cn-shanghai",
        "--secret-stdin",
    ];
    let ran = feed(with_file(&file, &words), &format!("{}\n", emulator.access_key_secret()));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(!ran.out.contains(emulator.access_key_secret()), "{ran:?}");
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let profile = &written["profiles"][0];
    assert_eq!(
        (&written["current"], &profile["mode"], &profile["region_id"]),
        (&json!("night"), &json!("AK"), &json!("cn-shanghai"))
    );

    let whoami = ["whoami", "--endpoint", emulator.url(), "-o", "json"];
    let me: Ran = with_file(&file, &whoami).output().unwrap().into();
    let me = me.json();
    assert_eq!(me["identity"]["AccountId"], json!(emulator.account_id()));
    let used = me["credentials"].as_array().unwrap().iter().find(|step| step["end"] == "Used").unwrap();
    assert_eq!(used["accessKeyId"], json!(emulator.access_key_id()));
    assert!(used["found"].as_str().unwrap().contains("night"), "{used}");

    // A profile that is named is meant, whatever else is set.
    let list = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai", "--profile", "night"];
    let mut command = with_file(&file, &list);
    command.envs(variables(&emulator)).env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-other");
    let ran: Ran = command.output().unwrap().into();
    assert_eq!(ran.json()["Total"], json!(0));
    let missing: Ran = with_file(&file, &["whoami", "--profile", "day"]).output().unwrap().into();
    assert_eq!(missing.code, 4, "{missing:?}");
    assert!(missing.err.contains("day"), "{missing:?}");
}

#[test]
fn a_secret_is_typed_unseen_and_never_on_the_command_line() {
    let folder = folder();
    let file = folder.path().join("config.json");
    std::fs::write(&file, r#"{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"LTAI-old","access_key_secret":"old","note":"mine"}]}"#).unwrap();
    let mut terminal = Terminal::start(&["configure"], &[("ALIBABA_CLOUD_CONFIG_FILE", text(&file).to_owned())]);
    terminal.shows("Access key id [LTAI-old]:");
    terminal.types("LTAI-new\n");
    terminal.shows("Access key secret [stays if empty]:");
    terminal.types("canary-secret\n");
    terminal.shows("Region:");
    terminal.types("\n");
    assert_eq!(terminal.ends(), 0);
    assert!(!terminal.everything().contains("canary"), "{}", terminal.everything());
    let written = std::fs::read_to_string(&file).unwrap();
    for part in ["LTAI-new", "canary-secret", "\"note\": \"mine\""] {
        assert!(written.contains(part), "{part} is not in the file");
    }
    let refused: Ran = with_file(&file, &["configure", "--set", "access_key_secret=x"]).output().unwrap().into();
    refused.failed(2, &["every program of this machine sees a command line"]);
    with_file(&file, &["configure"]).output().map(Ran::from).unwrap().failed(2, &["there is no terminal to ask"]);
}

#[test]
fn ctrl_c_at_the_question_for_a_secret_leaves_the_terminal_as_it_was() {
    let folder = folder();
    let file = folder.path().join("config.json");
    let log = folder.path().join("log");
    std::fs::write(&log, "https://live.aliyuncs.com/?Action=A&AccessKeyId=LTAI-id&Signature=x\n").unwrap();
    for words in [&["configure"][..], &["sign", "explain", "--ask-secret", text(&log)]] {
        let mut terminal = Terminal::start(words, &[("ALIBABA_CLOUD_CONFIG_FILE", text(&file).to_owned())]);
        if words == ["configure"] {
            terminal.shows("Access key id:");
            terminal.types("LTAI-new\n");
            terminal.shows("Access key secret:");
        } else {
            terminal.shows("Secret of LTAI-id:");
        }
        assert!(!terminal.is_as_it_was());
        terminal.types("canary\u{3}");
        assert_eq!(terminal.ends(), 130, "{}", terminal.screen());
        assert!(terminal.is_as_it_was() && !terminal.everything().contains("canary"), "{}", terminal.everything());
    }
    assert!(!file.exists());
}

#[test]
fn a_profile_that_is_not_there_is_not_made_the_current_one() {
    let folder = folder();
    let file = folder.path().join("config.json");
    let written = r#"{"current":"day","profiles":[{"name":"day","mode":"AK"},{"name":"night","mode":"AK"}]}"#;
    std::fs::write(&file, written).unwrap();
    let configure = |words: &[&str]| -> Ran {
        with_file(&file, &[&["configure", "--current"], words].concat()).output().unwrap().into()
    };
    configure(&["--profile", "nigth"]).failed(2, &["has no profile nigth; did you mean night?"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), written);
    assert_eq!(configure(&["--profile", "night"]).code, 0);
    assert_eq!(configure(&["--profile", "new", "--region", "cn-shanghai"]).code, 0);
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!((&written["current"], &written["profiles"][2]["region_id"]), (&json!("new"), &json!("cn-shanghai")));
    std::fs::write(&file, "").unwrap();
    configure(&[]).failed(2, &["has no profile default"]);
}

/// Writes the document of a product that is not shipped.
fn weather(file: &Path) {
    let document = json!({
        "info": { "style": "RPC", "product": "Weather", "version": "2020-01-01" },
        "apis": { "DescribeWind": {
            "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }], "operationType": "read",
            "systemTags": { "operationType": "get" },
            "parameters": [
                { "name": "StationId", "in": "query", "schema": { "type": "string", "required": true } },
                { "name": "Tag", "in": "query", "style": "repeatList", "schema": { "type": "array", "items": {
                    "type": "object", "properties": { "Key": { "type": "string" } } } } },
            ],
            "responses": { "200": { "schema": { "type": "object", "properties": {
                "Speed": { "type": "integer", "format": "int32", "example": "7" } } } } },
        } },
    });
    std::fs::write(file, document.to_string()).unwrap();
}

#[test]
fn a_product_of_a_document_is_called_as_if_it_were_shipped() {
    let folder = folder();
    let file = folder.path().join("api-docs.json");
    weather(&file);
    let emulator = crate::cloud::cloud_with(|builder| builder.spec_file(&file));
    let spec = ["weather", "describe-wind", "--spec", text(&file)];
    let answer = call(&emulator, &[&spec[..], &["--station-id", "a", "--tag.1.key", "k"]].concat()).json();
    assert_eq!(answer["Speed"], json!(7));
    call(&emulator, &spec).failed(3, &["--station-id is required"]);
    let shown = call(&emulator, &[&spec[..], &["--station-id", "a", "--tag.1.key", "k", "--dry-run"]].concat());
    assert!(shown.out.contains("?StationId=a&Tag.1.Key=k"), "{}", shown.out);
    call(&emulator, &["live", "describe-wind", "--spec", text(&file)]).failed(2, &["is of the product weather"]);
}

#[test]
fn a_run_of_a_product_of_a_document_calls_an_emulator_and_goes_on_with_it() {
    let folder = folder();
    let of = |name: &str| folder.path().join(name);
    weather(&of("api-docs.json"));
    std::fs::write(of("calls.jsonl"), "{\"StationId\": \"a\"}\n{\"StationId\": \"b\"}\n").unwrap();
    let data = format!("--emulator={}", of("data").display());
    let words = ["bulk", "weather", "DescribeWind", "--spec", "api-docs.json", "--input", "calls.jsonl", &data];
    let words = [&words[..], &["--journal", "run.journal"]].concat();
    let run =
        |more: &[&str]| Ran::from(alone(&[&words[..], more].concat()).current_dir(folder.path()).output().unwrap());
    let ran = run(&[]);
    assert_eq!((ran.code, ran.out.matches("\"succeeded\"").count()), (0, 2), "{ran:?}");
    // Its port is another one now.
    let ran = run(&["--resume"]);
    assert_eq!((ran.code, ran.out.matches("\"succeeded\"").count()), (0, 2), "{ran:?}");
}

#[test]
fn ctrl_c_ends_a_run_whose_results_nobody_takes() {
    let folder = folder();
    let of = |name: &str| folder.path().join(name);
    weather(&of("api-docs.json"));
    // More results than a pipe holds.
    std::fs::write(of("calls.jsonl"), "{\"StationId\": \"a\"}\n".repeat(1000)).unwrap();
    let emulator = crate::cloud::cloud_with(|builder| builder.spec_file(of("api-docs.json")));
    let words = ["bulk", "weather", "DescribeWind", "--spec", "api-docs.json", "--input", "calls.jsonl"];
    let mut command = alone(&[&words[..], &["--journal", "run.journal", "--allow-duplicates"]].concat());
    let mut child = command.current_dir(folder.path()).envs(variables(&emulator)).spawn().unwrap();
    let mut told = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().starts_with("1000/1000 calls")), "it does not come to its end");
    let kill = format!("kill -INT {}", child.id());
    let interrupt = || Command::new("sh").args(["-c", &kill]).status().unwrap();
    let begun = Instant::now();
    let code = loop {
        assert!(begun.elapsed() < PATIENCE, "it goes on");
        assert!(interrupt().success());
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(code, Some(130));
}
