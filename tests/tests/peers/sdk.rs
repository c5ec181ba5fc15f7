//! The official SDKs, each in a process of its own that is told what to call.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use apsara_emulator::{Emulator, Signature};
use apsara_tests::workspace;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// An official SDK, by its language and by the signature that it makes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Peer {
    PythonV3,
    PythonV1,
    NodeV3,
    NodeV1,
}

impl Peer {
    /// Returns the signature that the emulator must see of it.
    pub(crate) fn signature(self) -> Signature {
        match self {
            Self::PythonV3 | Self::NodeV3 => Signature::V3,
            Self::PythonV1 | Self::NodeV1 => Signature::V1,
        }
    }

    fn command(self) -> Command {
        match self {
            Self::PythonV3 => python("calls_v3.py"),
            Self::PythonV1 => python("calls_v1.py"),
            Self::NodeV3 => node("calls_v3.js"),
            Self::NodeV1 => node("calls_v1.js"),
        }
    }
}

/// An access key, with the token of its session if it has one.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Key {
    /// Returns the first key of an emulator.
    pub(crate) fn of(emulator: &Emulator) -> Self {
        Self { id: emulator.access_key_id().into(), secret: emulator.access_key_secret().into(), token: None }
    }

    fn to_json(&self) -> Value {
        let mut key = json!({ "id": self.id, "secret": self.secret });
        if let Some(token) = &self.token {
            key["token"] = json!(token);
        }
        key
    }
}

/// What an SDK returned or raised.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    Accepted(Value),
    Refused {
        code: String,
        status: u64,
        /// Milliseconds; nothing where the server or the SDK says nothing.
        retry_after: Option<u64>,
    },
}

impl Told {
    /// Returns the answer's body.
    pub(crate) fn body(self) -> Value {
        match self {
            Self::Accepted(body) => body,
            Self::Refused { .. } => panic!("refused: {self}"),
        }
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepted(_) => f.write_str("accepted"),
            Self::Refused { code, status, .. } => write!(f, "{code} {status}"),
        }
    }
}

/// A running SDK, which calls one host with one key until it is told another.
pub(crate) struct Sdk {
    pub(crate) host: String,
    pub(crate) key: Key,
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Sdk {
    /// Starts the SDK's process. What it says of its own mistakes goes to the terminal.
    pub(crate) fn start(peer: Peer, emulator: &Emulator) -> Self {
        let mut child = peer.command().stderr(Stdio::inherit()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (host, key) = (emulator.host().to_owned(), Key::of(emulator));
        Self { host, key, _child: child, input, output: BufReader::new(output).lines() }
    }

    /// Calls an operation, with parameters by their names on the wire.
    pub(crate) async fn call(&mut self, operation: &str, parameters: Value) -> Told {
        self.send(operation, &parameters).await;
        self.receive().await
    }

    /// Makes the same call so many times, with no pause for the answers.
    pub(crate) async fn burst(&mut self, calls: usize, operation: &str, parameters: &Value) -> Vec<Told> {
        for _ in 0..calls {
            self.send(operation, parameters).await;
        }
        let mut told = Vec::new();
        for _ in 0..calls {
            told.push(self.receive().await);
        }
        told
    }

    async fn send(&mut self, operation: &str, parameters: &Value) {
        let (version, path) = match operation {
            "AssumeRole" | "GetCallerIdentity" => ("2015-04-01", "/"),
            "DescribeClusters" => ("2015-12-15", "/clusters"),
            _ => ("2016-11-01", "/"),
        };
        let (host, key) = (&self.host, self.key.to_json());
        let line = json!({
            "host": host, "key": key, "version": version, "path": path, "operation": operation, "parameters": parameters,
        });
        self.input.write_all(format!("{line}\n").as_bytes()).await.unwrap();
    }

    async fn receive(&mut self) -> Told {
        let line = self.output.next_line().await.unwrap().expect("the SDK's process ended");
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        let refused = &answer["refused"];
        if refused.is_null() {
            return Told::Accepted(answer["returned"].take());
        }
        Told::Refused {
            code: refused["code"].as_str().unwrap_or_else(|| panic!("{line}")).to_owned(),
            status: refused["status"].as_u64().unwrap_or_else(|| panic!("{line}")),
            retry_after: refused["retry_after"].as_u64(),
        }
    }
}

/// Runs a script of Python to its end, and returns what it printed.
pub(crate) async fn run(script: &str, vars: &[(&str, &str)], input: &str) -> String {
    let mut child = python(script).envs(vars.iter().copied()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}

fn python(script: &str) -> Command {
    let mut command = bare(&installed("python/bin/python"));
    command.arg(scripts().join(script)).env("PYTHONDONTWRITEBYTECODE", "1");
    command
}

fn node(script: &str) -> Command {
    let modules = installed("node/node_modules");
    let mut command = bare(Path::new("node"));
    command.arg(scripts().join("node").join(script)).env("NODE_PATH", modules);
    command
}

/// Prepares a program whose environment says nothing but where programs are, and that no proxy is wanted.
fn bare(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("NO_PROXY", "*").envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    command
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("peers")
}

/// Finds what `cargo xtask test` installs.
fn installed(name: &str) -> PathBuf {
    let path = workspace::target().join("peers").join(name);
    assert!(path.exists(), "the official SDKs are not installed; `cargo xtask test --peers` installs them");
    path
}
