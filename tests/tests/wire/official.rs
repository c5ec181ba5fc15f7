//! The official SDKs, in Python.

use std::path::Path;
use std::process::Stdio;

use apsara_tests::workspace;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::cells::Call;

/// Leaves of each call what the official SDK knows, and drops the calls that it does not have, or whose required parameters it lacks.
pub(crate) async fn keep_what_is_known(calls: &mut Vec<Call>) {
    let lines: Vec<String> = calls.iter().map(line).collect();
    let printed = survey(&lines).await;
    let answers: Vec<Value> = printed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), calls.len());
    let mut answers = answers.into_iter();
    calls.retain_mut(|call| {
        let answer = answers.next().unwrap();
        let Some(known) = answer["known"].as_object() else { return false };
        let complete = call.given.iter().all(|given| !given.required || known.contains_key(&given.name));
        call.given.retain_mut(|given| match known.get(&given.name) {
            Some(value) => {
                given.value = both(&given.value, value);
                true
            }
            None => false,
        });
        complete
    });
}

/// Returns what is left of a value where the official SDK knows only a part, or adds something.
fn both(given: &Value, known: &Value) -> Value {
    match (given, known) {
        (Value::Object(given), Value::Object(known)) => {
            let entries = given.iter().filter_map(|(name, value)| Some((name.clone(), both(value, known.get(name)?))));
            Value::Object(entries.collect())
        }
        (Value::Array(given), Value::Array(known)) => {
            given.iter().zip(known).map(|(given, known)| both(given, known)).collect()
        }
        _ => known.clone(),
    }
}

/// The SDKs in one process, which sends call after call.
pub(crate) struct Sender {
    _child: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Sender {
    /// Starts the process; it sends to a port of this machine.
    pub(crate) fn start(url: &str) -> Self {
        let mut child = program("send", url.rsplit(':').next().unwrap()).stderr(Stdio::inherit()).spawn().unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Self { _child: child, input, output: BufReader::new(output).lines() }
    }

    /// Sends a call, and returns what the SDK said of the empty answer.
    pub(crate) async fn send(&mut self, call: &Call) -> String {
        self.input.write_all(format!("{}\n", line(call)).as_bytes()).await.unwrap();
        self.output.next_line().await.unwrap().unwrap()
    }
}

fn line(call: &Call) -> String {
    let given = call.given.iter().map(|given| {
        let binary = given.cell.place() == "body" && given.cell.kind() == "binary";
        json!({ "name": given.name, "in": given.cell.place(), "value": given.value, "binary": binary })
    });
    json!({ "package": call.package, "operation": call.operation, "parameters": given.collect::<Vec<_>>() }).to_string()
}

fn program(command: &str, port: &str) -> Command {
    let python = workspace::target().join("peers/python/bin/python");
    assert!(python.exists(), "the official SDKs are not installed; `cargo xtask test` installs them");
    let mut program = Command::new(python);
    program.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/wire.py")).arg(command);
    program.env_clear().env("PYTHONDONTWRITEBYTECODE", "1").env("NO_PROXY", "*").env("PORT", port);
    program.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    program
}

async fn survey(lines: &[String]) -> String {
    let mut child = program("survey", "").stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let lines = lines.join("\n");
    let writing = tokio::spawn(async move {
        input.write_all(lines.as_bytes()).await.unwrap();
    });
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    writing.await.unwrap();
    String::from_utf8(output.stdout).unwrap()
}
