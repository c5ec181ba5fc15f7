//! `apsara bulk` as a terminal sees it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// An emulator in a process of its own, which ends with this.
struct Emulator {
    child: Child,
    host: String,
}

impl Emulator {
    fn start() -> Self {
        let arguments = ["emulator", "--control", "--quota", "off", "--rules", "2025-08,same-id", "--no-callbacks"];
        let mut child =
            Command::new(env!("CARGO_BIN_EXE_apsara")).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let line = stdout.lines().next().unwrap().unwrap();
        let host = line.strip_prefix("Listening at http://").unwrap().to_owned();
        Self { child, host }
    }

    /// Sends a request of the emulator's own and returns the body.
    fn control(&self, method: &str, path: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.host).unwrap();
        let length = body.len();
        let head = format!("{method} /_apsara{path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.host);
        let head = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    fn task(&self, id: &str, status: &str) {
        let parameters = format!(
            r#"{{"Region": "cn-shanghai", "TaskName": "{id}", "SourceType": "live", "SourceProtocol": "rtmp",
                "SourceUrls": ["rtmp://pull.example.com/app/{id}"], "DstUrl": "rtmp://push.example.com/app/{id}"}}"#
        );
        let body = format!(r#"{{"task_id": "{id}", "status": "{status}", "parameters": {parameters}}}"#);
        self.control("POST", "/tasks", &body);
    }

    /// Returns how often a restart was carried out.
    fn restarts(&self) -> usize {
        let ledger = self.control("GET", "/ledger?operation=RestartLivePullToPush&executed=true", "");
        let ledger: serde_json::Value = serde_json::from_str(&ledger).unwrap();
        usize::try_from(ledger["count"].as_u64().unwrap()).unwrap()
    }

    /// Breaks the connections of the first calls before they are executed.
    fn lose(&self, calls: u32) {
        let fault = format!(
            r#"{{"fault": {{"kind": "reset-before-executing"}}, "operation": "RestartLivePullToPush", "calls": {{"from": 1, "to": {calls}}}}}"#
        );
        self.control("POST", "/faults", &fault);
    }

    fn bulk(&self, folder: &Path, arguments: &[&str]) -> Output {
        self.command(folder, arguments).output().unwrap()
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
        command.args(["bulk", "live", "RestartLivePullToPush"]).args(arguments);
        if !arguments.contains(&"--journal") {
            command.args(["--journal", "run.journal"]);
        }
        command.current_dir(folder).stdin(Stdio::null()).env_clear();
        command.env("HOME", folder);
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", apsara_emulator::DEFAULT_ACCESS_KEY_ID);
        command.env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", apsara_emulator::DEFAULT_ACCESS_KEY_SECRET);
        command.env("ALIBABA_CLOUD_ENDPOINT", format!("http://{}", self.host));
        command
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of an input.
fn task(id: &str) -> String {
    format!("{{\"Region\": \"cn-shanghai\", \"TaskId\": \"{id}\"}}\n")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn nothing_is_called_until_every_line_is_right_and_somebody_says_yes() {
    let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
    emulator.task("a", "running");
    emulator.task("b", "offline");
    let write = |text: &str| std::fs::write(folder.path().join("tasks.csv"), text).unwrap();
    let input = ["--input", "tasks.csv"];

    write("Region,TaskId\ncn-shanghai,a\ncn-shanghai,\n,b\n");
    let refused = emulator.bulk(folder.path(), &[&input[..], &["--yes"]].concat());
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{told}");
    assert!(told.contains("line 3: TaskId is required") && told.contains("line 4: Region is required"), "{told}");

    write("Region,TaskId\ncn-shanghai,a\ncn-shanghai,a\n");
    let refused = emulator.bulk(folder.path(), &[&input[..], &["--yes"]].concat());
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{told}");
    assert!(told.contains("line 3: asks for the same call as line 2"), "{told}");

    write("Region,TaskId\ncn-shanghai,a\ncn-shanghai,gone\ncn-shanghai,b\n");
    let refused = emulator.bulk(folder.path(), &input);
    let told = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(11), "{told}");
    assert!(told.contains("3 calls of live 2016-11-01 RestartLivePullToPush"), "{told}");
    assert!(told.contains("each interrupts what runs") && told.contains("say yes by --yes"), "{told}");
    assert_eq!(emulator.restarts(), 0);

    let done = emulator.bulk(folder.path(), &[&input[..], &["--yes"]].concat());
    let told = text(&done.stderr);
    assert_eq!(done.status.code(), Some(5), "{told}");
    let results = text(&done.stdout);
    let results: Vec<serde_json::Value> = results.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.iter().map(|result| &result["line"]).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!((&results[0]["outcome"], &results[0]["response"]["TaskId"]), (&"succeeded".into(), &"a".into()));
    assert_eq!((&results[1]["outcome"], &results[1]["code"]), (&"rejected".into(), &"CodeTaskNotExist".into()));
    assert!(results[1]["request_id"].is_string(), "{}", results[1]);
    assert!(told.contains("1 rejected CodeTaskNotExist") && told.contains("2 succeeded, 1 rejected"), "{told}");
    assert_eq!(emulator.restarts(), 2);

    let again = emulator.bulk(folder.path(), &[&input[..], &["--yes"]].concat());
    assert_eq!(again.status.code(), Some(1), "{}", text(&again.stderr));
    assert!(text(&again.stderr).contains("exists already: resume that run"));
    let resumed = emulator.bulk(folder.path(), &[&input[..], &["--resume", "--retry-rejected", "--yes"]].concat());
    assert_eq!(resumed.status.code(), Some(5), "{}", text(&resumed.stderr));
    assert_eq!(emulator.restarts(), 2, "what had succeeded was called again");
}

#[test]
fn a_lost_restart_is_repeated_only_where_the_task_cannot_have_been_restarted() {
    let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
    emulator.task("idle", "idle");
    emulator.task("running", "running");
    emulator.lose(2);
    std::fs::write(folder.path().join("tasks.jsonl"), task("idle") + &task("running")).unwrap();
    let always = ["--input", "tasks.jsonl", "--yes", "--settle", "0s", "--in-flight", "1"];

    let lost = emulator.bulk(folder.path(), &always);
    assert_eq!(lost.status.code(), Some(7), "{}", text(&lost.stderr));
    assert!(text(&lost.stderr).contains("--retry-unknown makes them again: 1 2"), "{}", text(&lost.stderr));

    // A task that has not begun cannot have been restarted, so it is tried again, and refused; of the other nobody knows.
    let resumed = emulator.bulk(folder.path(), &[&always[..], &["--resume"]].concat());
    let told = text(&resumed.stderr);
    assert_eq!(resumed.status.code(), Some(7), "{told}");
    assert!(told.contains("what became of 2 lines is asked of DescribeLivePullToPush first"), "{told}");
    assert!(told.contains("1 rejected InvalidParameter") && told.contains("makes them again: 2"), "{told}");
    assert_eq!(emulator.restarts(), 0);

    let meant = emulator.bulk(folder.path(), &[&always[..], &["--resume", "--retry-unknown"]].concat());
    assert_eq!(meant.status.code(), Some(5), "{}", text(&meant.stderr));
    assert_eq!(emulator.restarts(), 1);
}

#[test]
#[cfg(target_os = "linux")]
fn what_became_of_the_lines_is_told_where_the_results_cannot_be_written() {
    let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
    emulator.task("lost", "running");
    emulator.task("restarted", "running");
    emulator.lose(1);
    let input = |file: &str, id: &str| std::fs::write(folder.path().join(file), task(id)).unwrap();
    input("lost.jsonl", "lost");
    let full = ["--input", "lost.jsonl", "--yes", "--settle", "0s", "--results", "/dev/full"];
    let unknown = emulator.bulk(folder.path(), &full);
    let told = text(&unknown.stderr);
    assert_eq!(unknown.status.code(), Some(7), "{told}");
    assert!(told.contains("--retry-unknown makes them again: 1") && told.contains("No space left"), "{told}");

    // Who reads no further makes nothing fail.
    input("restarted.jsonl", "restarted");
    let mut unread =
        emulator.command(folder.path(), &["--input", "restarted.jsonl", "--yes", "--journal", "2.journal"]);
    let mut unread = unread.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(unread.stdout.take());
    let unread = unread.wait_with_output().unwrap();
    assert_eq!(unread.status.code(), Some(0), "{}", text(&unread.stderr));
    // All is executed, and nobody has the results.
    let again = ["--input", "restarted.jsonl", "--yes", "--journal", "2.journal", "--resume", "--results", "/dev/full"];
    let unwritten = emulator.bulk(folder.path(), &again);
    let told = text(&unwritten.stderr);
    assert_eq!(unwritten.status.code(), Some(1), "{told}");
    assert!(told.contains("No space left") && told.contains("--journal 2.journal --resume"), "{told}");
    assert_eq!(emulator.restarts(), 1);
}

#[test]
fn what_became_of_the_lines_is_told_where_the_journal_cannot_be_written() {
    let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
    let (mut restarts, mut codes) = (0, Vec::new());
    // Now the call is what does not fit into the two blocks of 512 bytes, now its result.
    for length in [10, 20, 30, 40, 50] {
        let ids: Vec<String> = (1..=8).map(|line| format!("{}{line}", "x".repeat(length))).collect();
        ids.iter().for_each(|id| emulator.task(id, "running"));
        std::fs::write(folder.path().join("tasks.jsonl"), ids.iter().map(|id| task(id)).collect::<String>()).unwrap();
        let journal = length.to_string();
        let run = emulator
            .command(folder.path(), &["--input", "tasks.jsonl", "--yes", "--in-flight", "1", "--journal", &journal]);
        let mut limited = Command::new("sh");
        limited
            .args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$@\"", "sh"])
            .arg(run.get_program())
            .args(run.get_args());
        limited.current_dir(folder.path()).stdin(Stdio::null()).env_clear();
        limited.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let failed = limited.output().unwrap();
        let (told, records) = (text(&failed.stderr), std::fs::read_to_string(folder.path().join(&journal)).unwrap());
        let count = |what: &str| records.matches(what).count();
        let (calls, results) = (count("\"call\":"), count("\"outcome\":"));
        // What the journal announces went out, and nothing else did.
        assert_eq!(emulator.restarts() - restarts, calls, "{told}\n{records}");
        restarts += calls;
        let (unknown, code) = if calls > results { (", 1 unknown", 7) } else { ("", 1) };
        let counts = format!("{results} succeeded{unknown}, {} not called yet", 8 - calls);
        assert_eq!(failed.status.code(), Some(code), "{told}\n{records}");
        assert!(told.contains("cannot be written") && told.contains(&counts), "{told}\n{records}");
        assert_eq!(told.contains(&format!("makes them again: {calls}\n")), code == 7, "{told}");
        assert!(told.contains(&format!("to go on  apsara bulk … --journal {journal} --resume")), "{told}");
        codes.push(code);
    }
    assert!(codes.contains(&7), "{codes:?}");
}

#[test]
fn whoever_ends_the_program_lets_what_is_under_way_end() {
    const CALLS: usize = 24;
    // A shell says twice that a terminal is gone, and that is no impatience.
    for signals in [&["-TERM"][..], &["-HUP", "-HUP"]] {
        let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
        let ids: Vec<String> = (0..CALLS).map(|number| format!("task-{number}")).collect();
        ids.iter().for_each(|id| emulator.task(id, "running"));
        std::fs::write(folder.path().join("tasks.jsonl"), ids.iter().map(|id| task(id)).collect::<String>()).unwrap();
        let delay = r#"{"fault": {"kind": "delay", "milliseconds": 1000}, "operation": "RestartLivePullToPush"}"#;
        emulator.control("POST", "/faults", delay);
        // The test itself may have been told to stay when its terminal goes away.
        let run = emulator.command(folder.path(), &["--input", "tasks.jsonl", "--yes", "--in-flight", "4"]);
        let mut heeding = Command::new("env");
        heeding.arg("--default-signal=HUP").arg(run.get_program()).args(run.get_args());
        heeding.current_dir(folder.path()).stdin(Stdio::null()).env_clear();
        heeding.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut run = heeding.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let count = |what: &str| {
            let records = std::fs::read_to_string(folder.path().join("run.journal")).unwrap_or_default();
            records.matches(what).count()
        };
        while count("\"call\":") < 4 {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        let mut stderr = BufReader::new(run.stderr.take().unwrap());
        let mut told = String::new();
        for signal in signals {
            assert!(Command::new("kill").arg(signal).arg(run.id().to_string()).status().unwrap().success());
            while !told.contains("no further call goes out") {
                assert!(stderr.read_line(&mut told).unwrap() > 0, "{signals:?}: {told}");
            }
        }
        stderr.read_to_string(&mut told).unwrap();
        let ended = run.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(130), "{signals:?}: {told}");
        assert!(!told.contains("makes them again"), "{told}");
        let calls = count("\"call\":");
        assert!((4..CALLS).contains(&calls), "{calls}: {told}");
        assert_eq!((count("\"outcome\":\"succeeded\""), emulator.restarts()), (calls, calls), "{signals:?}: {told}");
    }
}

#[test]
fn a_journal_whose_header_cannot_be_written_is_not_left() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("tasks.jsonl"), task("a")).unwrap();
    let mut limited = Command::new("sh");
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_apsara")]);
    limited.args([
        "bulk",
        "live",
        "RestartLivePullToPush",
        "--input",
        "tasks.jsonl",
        "--journal",
        "run.journal",
        "--yes",
    ]);
    limited.current_dir(folder.path()).stdin(Stdio::null()).env_clear().env("HOME", folder.path());
    // It stands in the header, which needs more than a block of 512 bytes by it.
    limited.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "x".repeat(1500)).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret");
    let failed = limited.env("ALIBABA_CLOUD_ENDPOINT", "http://127.0.0.1:1").output().unwrap();
    let told = text(&failed.stderr);
    assert_eq!(failed.status.code(), Some(1), "{told}");
    assert!(told.contains("run.journal cannot be written"), "{told}");
    assert!(!folder.path().join("run.journal").exists());
}

#[test]
fn another_key_does_not_go_on_with_a_run() {
    let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
    emulator.task("a", "running");
    emulator.lose(1);
    std::fs::write(folder.path().join("tasks.jsonl"), task("a")).unwrap();
    let arguments = ["--input", "tasks.jsonl", "--yes"];
    assert_eq!(emulator.bulk(folder.path(), &arguments).status.code(), Some(7));
    let again = [&arguments[..], &["--resume", "--retry-unknown"]].concat();
    let mut other = emulator.command(folder.path(), &again);
    let refused = other.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-other").output().unwrap();
    let told = text(&refused.stderr);
    assert_eq!((refused.status.code(), emulator.restarts()), (Some(1), 0), "{told}");
    let ours = apsara_emulator::DEFAULT_ACCESS_KEY_ID;
    assert!(told.contains(&format!("calls by the access key {ours}, not by LTAI-other; go on with what")), "{told}");
    let resumed = emulator.bulk(folder.path(), &again);
    assert_eq!((resumed.status.code(), emulator.restarts()), (Some(0), 1), "{}", text(&resumed.stderr));
}

#[test]
fn nothing_is_written_over_what_the_run_is_made_of() {
    let (emulator, folder) = (Emulator::start(), tempfile::tempdir().unwrap());
    emulator.task("a", "running");
    let input = "{\"Region\": \"cn-shanghai\", \"TaskId\": \"a\"}\n";
    let file = |name: &str| folder.path().join(name);
    std::fs::write(file("tasks.jsonl"), input).unwrap();
    std::os::unix::fs::symlink(file("tasks.jsonl"), file("link")).unwrap();
    let always = ["--input", "tasks.jsonl", "--yes"];
    for (arguments, problem) in [
        (&["--results", "run.journal"][..], "--results would overwrite the journal, run.journal"),
        (&["--results", "./tasks.jsonl"], "--results would overwrite the input"),
        (&["--results", "link"], "--results would overwrite the input"),
        (&["--results", "one", "--trace", "./one"], "--results would overwrite the trace, ./one"),
        (&["--trace", "link"], "--trace would write into the input"),
        (&["--trace", "./run.journal"], "--trace would write into the journal"),
        (&["--journal", "./tasks.jsonl", "--resume"], "--journal would write into the input, tasks.jsonl"),
    ] {
        let refused = emulator.bulk(folder.path(), &[&always[..], arguments].concat());
        let told = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(2), "{told}");
        assert!(told.contains(problem), "{told}");
    }
    assert_eq!((emulator.restarts(), std::fs::read_to_string(file("tasks.jsonl")).unwrap()), (0, input.to_owned()));
    assert!(!file("run.journal").exists());

    // A link that leads nowhere before the run leads to its journal behind it.
    std::os::unix::fs::symlink(file("run.journal"), file("later")).unwrap();
    let failed = emulator.bulk(folder.path(), &["--input", "tasks.jsonl", "--yes", "--results", "later"]);
    let told = text(&failed.stderr);
    assert_eq!((failed.status.code(), emulator.restarts()), (Some(1), 1), "{told}");
    assert!(told.contains("would overwrite the journal") && told.contains("1 succeeded"), "{told}");
    assert!(std::fs::read_to_string(file("run.journal")).unwrap().contains("\"journal\""));

    // Results that were there stay, unless there are others to take their place.
    std::fs::write(file("results"), "old").unwrap();
    std::fs::write(file("run.journal"), "no journal").unwrap();
    let failed = emulator.bulk(folder.path(), &["--input", "tasks.jsonl", "--yes", "--resume", "--results", "results"]);
    assert_eq!(failed.status.code(), Some(1), "{}", text(&failed.stderr));
    assert_eq!(std::fs::read_to_string(file("results")).unwrap(), "old");
}
