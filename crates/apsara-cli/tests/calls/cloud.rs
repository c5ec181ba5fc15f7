//! An emulator, and the program that calls it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use apsara_emulator::{Clock, Emulator, EmulatorBuilder};
use serde_json::Value;

/// What servers run on, for as long as the tests do.
pub(crate) static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Runtime::new().unwrap());

/// When tasks live, unless a test moves the time.
pub(crate) const NOON: &str = "2026-01-01T12:00:00Z";

/// Starts an emulator whose tasks stand still, and whose ids are always the same.
pub(crate) fn cloud() -> Emulator {
    cloud_with(|builder| builder)
}

pub(crate) fn cloud_with(more: impl FnOnce(EmulatorBuilder) -> EmulatorBuilder) -> Emulator {
    let builder = Emulator::builder().clock(Clock::frozen_at(NOON).unwrap()).callbacks(false).seed(1).fault_seed(1);
    RUNTIME.block_on(more(builder).start()).unwrap()
}

/// The variables that lead to an emulator, and to nothing of the machine.
pub(crate) fn variables(emulator: &Emulator) -> Vec<(&'static str, String)> {
    vec![
        ("ALIBABA_CLOUD_ENDPOINT", emulator.url().to_owned()),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", emulator.access_key_id().to_owned()),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", emulator.access_key_secret().to_owned()),
        ("HOME", env!("CARGO_TARGET_TMPDIR").to_owned()),
        ("TERM", "xterm-256color".to_owned()),
    ]
}

/// Returns the program with a clean environment.
pub(crate) fn alone(words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
    command.args(words).env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
    command.env("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the program wrote, and its exit code.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) code: i32,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { out: text(output.stdout), err: text(output.stderr), code: output.status.code().unwrap_or(-1) }
    }
}

impl Ran {
    /// Returns the answer of a program that ended well, and said nothing else.
    pub(crate) fn json(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (0, ""), "{self:?}");
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that the program failed so, said so on stderr, and wrote no answer.
    #[track_caller]
    pub(crate) fn failed(&self, code: i32, parts: &[&str]) {
        assert_eq!((self.code, self.out.as_str()), (code, ""), "{self:?}");
        assert!(self.err.contains("error: "), "{self:?}");
        for part in parts {
            assert!(self.err.contains(part), "{part:?} is not in {}", self.err);
        }
    }
}

/// Calls an emulator through a pipe.
pub(crate) fn call(emulator: &Emulator, words: &[&str]) -> Ran {
    let mut command = alone(words);
    command.envs(variables(emulator));
    command.output().unwrap().into()
}

/// Runs a program with something on its standard input.
pub(crate) fn feed(mut command: Command, input: &str) -> Ran {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    child.wait_with_output().unwrap().into()
}

/// Creates a relay task that starts a minute from noon, and returns its id.
pub(crate) fn task(emulator: &Emulator, name: &str) -> String {
    // No two tasks push to the same place.
    let push = format!("rtmp://push.example.com/app/canary-{}", name.bytes().map(u32::from).sum::<u32>());
    let words = [
        "live",
        "create-live-pull-to-push",
        "--region",
        "cn-shanghai",
        "--task-name",
        name,
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
        &push,
    ];
    call(emulator, &words).json()["TaskId"].as_str().unwrap().to_owned()
}

/// Makes a folder of a test's own.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
