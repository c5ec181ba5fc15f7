//! What the terminal program writes: on its outputs, and into files.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use apsara_emulator::{Account, Emulator};

use crate::seen::Seen;
use crate::written::owned;
use crate::{PRIVATE_KEY, SECRET, TOKEN, callback_url, pull_url, push_url};

/// The program, which stands beside the tests once it is built.
fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let program = tests.parent().and_then(Path::parent).unwrap().join("apsara");
    assert!(program.exists(), "{} is not built: cargo build --package apsara-cli", program.display());
    program
}

/// Where the program is, where its files are, and what it is told of the cloud.
struct Desk {
    folder: tempfile::TempDir,
    endpoint: String,
    secret: String,
}

impl Desk {
    fn run(&self, words: &[&str], input: &str) -> (i32, String, String) {
        let mut command = Command::new(program());
        command.args(words).env_clear().env("HOME", self.folder.path()).env("RUST_BACKTRACE", "full");
        command.env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true").env("ALIBABA_CLOUD_ENDPOINT", &self.endpoint);
        command.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-known").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &self.secret);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // Most commands read nothing, and may have ended.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

pub(crate) fn look(seen: &mut Seen) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let account = Account::new("1000000000000001").key("LTAI-known", SECRET);
    let emulator = runtime.block_on(Emulator::builder().account(account).start()).unwrap();
    let desk = |secret: &str| Desk {
        folder: tempfile::tempdir().unwrap(),
        endpoint: emulator.url().to_owned(),
        secret: secret.to_owned(),
    };
    let right = desk(SECRET);
    calls(&right, &emulator, seen, true);
    calls(&desk(&format!("{SECRET}x")), &emulator, seen, false);
    calls(&Desk { endpoint: "http://127.0.0.1:1".to_owned(), ..desk(SECRET) }, &emulator, seen, false);
    bulk(&right, &emulator, seen);
    explained(&right, seen);
}

/// The words of a call that pushes, pulls and calls back.
fn create(emulator: &Emulator, number: u64) -> Vec<String> {
    let (start, end) = (apsara_tests::at(emulator, 3600), apsara_tests::at(emulator, 90_000));
    let (pull, push, callback) = (pull_url(), push_url().replace("/app/", &format!("/app{number}/")), callback_url());
    let words = [
        "live",
        "create-live-pull-to-push",
        "--region",
        "cn-shanghai",
        "--task-name",
        "a",
        "--source-type",
        "live",
        "--source-protocol",
        "rtmp",
        "--start-time",
        &start,
        "--end-time",
        &end,
        "--source-urls",
        &pull,
        "--dst-url",
        &push,
        "--callback-url",
        &callback,
    ];
    words.map(str::to_owned).to_vec()
}

/// Makes calls, well and badly. An answer that is asked for is the caller's own, so of those that succeed only what is said beside it
/// is looked through.
fn calls(desk: &Desk, emulator: &Emulator, seen: &mut Seen, is_answered: bool) {
    let certificate = [
        "live",
        "set-live-domain-certificate",
        "--domain-name",
        "example.com",
        "--ssl-protocol",
        "on",
        "--ssl-pri",
        PRIVATE_KEY,
    ];
    let list = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"];
    let create = create(emulator, emulator.ledger_len() as u64);
    let create: Vec<&str> = create.iter().map(String::as_str).collect();
    let trace = desk.file("trace.jsonl");
    for words in [&create[..], &certificate, &list] {
        let (code, out, err) = desk.run(&[words, &["--dry-run"]].concat(), "");
        assert!(code == 0 && out.contains("[redacted]"), "{out}{err}");
        seen.text("terminal: dry runs", &out);
        let (code, out, err) = desk.run(&[words, &["--trace", &trace, "--attempts", "1", "--yes"]].concat(), "");
        assert_eq!(code == 0, is_answered, "{words:?}: {out}{err}");
        assert!(is_answered || out.is_empty(), "{out}");
        seen.text("terminal: beside answers", &format!("exit code {code} {err}"));
    }
    // What is wrong with a word must be said without it.
    let wrong = [&certificate[..], &["--force-set", "1", "--no-such-parameter", TOKEN]].concat();
    let (code, out, err) = desk.run(&wrong, "");
    assert!(code != 0 && out.is_empty(), "{out}{err}");
    seen.text("terminal: refused words", &err);
    let (code, out, err) = desk.run(&["whoami"], "");
    assert_eq!(code == 0, is_answered, "{err}");
    seen.text("terminal: whoami", &format!("{out}{err}"));
    match fs::read_to_string(&trace) {
        Ok(trace) => seen.text("terminal: traces", &format!("{trace} ")),
        // What was never sent is not traced.
        Err(error) => assert!(!is_answered, "{error}"),
    }
    let (code, out, err) = desk.run(&["ram", "policy", "--from-trace", &trace], "");
    assert!(!is_answered || (code == 0 && out.contains("\"Statement\"")), "{out}{err}");
    seen.text("terminal: policies", &format!("{out}{err}"));
    for language in apsara_code::Language::all() {
        let language = language.to_string();
        let words = [&["code", "--language", &language], &create[..]].concat();
        let (code, out, err) = desk.run(&words, "");
        // A request that is signed already would hold what is secret, and is refused for it.
        assert_eq!(code == 0, language != "curl", "{language}: {err}");
        seen.text("terminal: code", &format!("{out}{err}"));
    }
}

/// Creates tasks in bulk. The journal must hold what was asked; its results are answers. Both are the owner's alone.
fn bulk(desk: &Desk, emulator: &Emulator, seen: &mut Seen) {
    let (start, end) = (apsara_tests::at(emulator, 3600), apsara_tests::at(emulator, 90_000));
    let lines: String = (100..104)
        .map(|number| {
            let line = serde_json::json!({
                "Region": "cn-shanghai", "TaskName": "a", "StartTime": start, "EndTime": end, "SourceType": "live",
                // The last one is refused by our own check, and the value with it.
                "SourceProtocol": "rtmp", "SourceUrls": if number == 103 { vec![] } else { vec![pull_url()] },
                "DstUrl": push_url().replace("/app/", &format!("/app{number}/")), "CallbackUrl": callback_url(),
            });
            format!("{line}\n")
        })
        .collect();
    let (input, journal, results) = (desk.file("in.jsonl"), desk.file("run.journal"), desk.file("out.jsonl"));
    fs::write(&input, lines).unwrap();
    let words =
        ["bulk", "live", "CreateLivePullToPush", "--input", &input, "--journal", &journal, "--results", &results];
    let (_, out, err) = desk.run(&[&words[..], &["--yes"]].concat(), "");
    seen.text("terminal: bulk", &format!("{out}{err}"));
    let before = emulator.ledger_len();
    let (code, out, err) = desk.run(&[&words[..], &["--yes", "--skip-invalid", "--allow-duplicates"]].concat(), "");
    assert_eq!(emulator.ledger_len() - before, 3, "{out}{err}");
    assert!(Path::new(&journal).exists() && Path::new(&results).exists(), "{code} {out}{err}");
    seen.text("terminal: bulk", &format!("{out}{err}"));
    owned(Path::new(&journal));
    owned(Path::new(&results));
}

/// Explains a signature, and writes a profile, whose file must hold the secret and is the owner's alone.
fn explained(desk: &Desk, seen: &mut Seen) {
    let key = PRIVATE_KEY.replace('/', "%2F").replace('+', "%2B");
    let url = format!(
        "https://live.aliyuncs.com/?AccessKeyId=LTAI-known&Action=SetLiveDomainCertificate&SSLPri={key}&SecurityToken={TOKEN}\
         &Signature=x&Star=a%2Ab&Version=2016-11-01"
    );
    let theirs = format!(
        "GET&%2F&AccessKeyId%3DLTAI-known%26Action%3DSetLiveDomainCertificate%26SSLPri%3D{PRIVATE_KEY}%26SecurityToken%3D{TOKEN}\
         %26Star%3Da%2Ab%26Version%3D2016-11-01"
    );
    let answer = serde_json::json!({ "Message": format!("no match. server string to sign is:{theirs}") });
    let (_, out, err) = desk.run(&["sign", "explain"], &format!("{url}\n{answer}\n"));
    assert!(out.contains("[redacted]"), "{out}{err}");
    seen.text("terminal: sign explain", &format!("{out}{err}"));
    let words = ["configure", "--profile", "day", "--access-key-id", "LTAI-known", "--secret-stdin"];
    let (code, out, err) = desk.run(&words, &format!("{SECRET}\n{TOKEN}\n"));
    assert_eq!(code, 0, "{err}");
    seen.text("terminal: configure", &format!("{out}{err} "));
    let config = desk.folder.path().join(".aliyun/config.json");
    assert!(fs::read_to_string(&config).unwrap().contains(TOKEN));
    owned(&config);
    fs::write(&config, format!("{{\"current\": \"a\", \"profiles\": [{{\"name\": \"a\", \"mode\": \"AK\", \"access_key_secret\": \"{SECRET}\",")).unwrap();
    for words in [
        &["whoami", "--profile", "a"][..],
        &["configure", "--profile", "a"],
        &["live", "describe-live-pull-to-push-list"],
    ] {
        let (_, out, err) = desk.run(words, "");
        seen.text("terminal: broken profiles", &format!("{out}{err} "));
    }
}
