//! The code of a call, and the command lines in it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::cloud::{Ran, alone, cloud, folder, task, variables};

/// Runs a command line by a shell that finds the program.
fn shell(emulator: &apsara_emulator::Emulator, text: &str) -> Ran {
    let programs = Path::new(env!("CARGO_BIN_EXE_apsara")).parent().unwrap();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(text)
        .env_clear()
        .envs(variables(emulator))
        .env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    command.env("LIVE_DST_URL", "rtmp://push.example.com/app/canary-code");
    command.env("LIVE_SOURCE_URLS_1", "rtmp://pull.example.com/app/canary-code");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.output().unwrap().into()
}

fn code(words: &[&str]) -> Ran {
    alone(&[&["code"], words].concat()).output().unwrap().into()
}

#[test]
fn a_command_line_that_is_written_makes_the_call() {
    let emulator = cloud();
    let id = task(&emulator, "code");
    emulator.clock().advance(std::time::Duration::from_secs(120));
    let region = ["--region", "cn-shanghai", "--language", "cli"];
    let restart = ["live", "RestartLivePullToPush", "--TaskId", &id];
    let create = [
        "live",
        "create-live-pull-to-push",
        "--task-name",
        "it's",
        "--start-time",
        "2026-01-01T13:00:00Z",
        "--end-time",
        "2026-01-01T14:00:00Z",
        "--source-type",
        "live",
        "--source-protocol",
        "rtmp",
        "--source-urls",
        "rtmp://pull.example.com/app/canary-code",
        "--dst-url",
        "rtmp://push.example.com/app/canary-code",
    ];
    let list = ["live", "describe-live-pull-to-push-list"];
    for (call, action) in [
        (&restart[..], "RestartLivePullToPush"),
        (&create[..], "CreateLivePullToPush"),
        (&list[..], "DescribeLivePullToPushList"),
    ] {
        let written = code(&[call, &region].concat());
        assert_eq!((written.code, written.err.as_str()), (0, ""), "{written:?}");
        assert!(!written.out.contains("canary"), "{}", written.out);
        // Whoever reads it says yes by hand.
        let ran = shell(&emulator, &format!("{} --yes", written.out.trim_end()));
        assert!(ran.json()["RequestId"].is_string(), "{ran:?}");
        assert_eq!(emulator.ledger().last().unwrap().action, action);
    }
}

#[test]
fn parameters_that_are_called_like_options_come_through() {
    let emulator = cloud();
    let written = code(&["ecs", "start-instance", "--InstanceId", "i-1", "--DryRun", "true", "--language", "cli"]);
    assert!(written.out.contains("--DryRun true"), "{written:?}");
    let ran = shell(&emulator, &format!("{} --dry-run", written.out.trim_end()));
    assert!(ran.out.contains("DryRun=true"), "{ran:?}");
}

#[test]
fn options_stand_anywhere_and_a_wrong_one_is_told() {
    let first = code(&["--language", "python", "live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"]);
    let last = code(&["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai", "--language", "python"]);
    assert_eq!((first.code, &first.out), (0, &last.out), "{first:?}");
    code(&["live", "describe-live-pull-to-push-list", "--language", "perl"]).failed(2, &["there is no code in perl"]);
    code(&["live"]).failed(2, &["a product and an operation are wanted"]);
    code(&["live", "restart-live-pull-to-push", "--task", "x"]).failed(2, &["--task"]);
    let lacks = code(&["live", "restart-live-pull-to-push", "--region", "cn-shanghai"]);
    assert!(lacks.code == 0 && lacks.err.contains("warning: --task-id is required"), "{lacks:?}");
}

#[test]
fn a_signed_command_names_the_key_and_not_its_secret() {
    let emulator = cloud();
    let words = ["code", "live", "describe-live-pull-to-push-list", "--region", "cn-shanghai", "-l", "curl"];
    let mut command = alone(&words);
    command.envs(variables(&emulator));
    let written: Ran = command.output().unwrap().into();
    assert!(written.out.contains(emulator.access_key_id()), "{written:?}");
    assert!(written.out.contains(emulator.url()) && !written.out.contains(emulator.access_key_secret()), "{written:?}");
    alone(&words).output().map(Ran::from).unwrap().failed(4, &["credentials"]);
}

#[test]
fn a_download_is_a_new_file() {
    let folder = folder();
    let path = folder.path().join("restart.zip");
    let words = [
        "live",
        "restart-live-pull-to-push",
        "--region",
        "cn-shanghai",
        "--task-id",
        "a",
        "--download",
        path.to_str().unwrap(),
    ];
    let saved = code(&words);
    assert_eq!((saved.code, saved.err.as_str()), (0, ""), "{saved:?}");
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"PK"));
    code(&words).failed(1, &["restart.zip", "exists"]);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
    code(&[&words[..], &["--language", "python"]].concat()).failed(2, &["--download writes a Rust project"]);
}
