//! `apsara explorer` as a terminal sees it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// Ends the program even if a test fails half-way.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the program with nothing in its environment, and returns its host and its token.
fn start(arguments: &[&str]) -> (Running, String, String) {
    start_with(arguments, &[])
}

fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> (Running, String, String) {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
    command.arg("explorer").args(arguments).env_clear().env("HOME", home.path()).stdout(Stdio::piped());
    command.envs(variables.iter().copied());
    let mut child = Running(command.spawn().unwrap());
    let mut line = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("Open http://").unwrap();
    let (host, token) = address.split_once("/#token=").unwrap();
    (child, host.to_owned(), token.to_owned())
}

fn get(host: &str, path: &str, headers: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn post(host: &str, path: &str, token: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let head =
        format!("host: {host}\r\nconnection: close\r\nx-apsara-token: {token}\r\ncontent-type: application/json");
    write!(stream, "POST {path} HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_prints_where_the_page_is_and_answers_whoever_knows_the_token() {
    let (mut child, host, token) = start(&[]);
    assert!(host.starts_with("127.0.0.1:"), "{host}");
    assert!(get(&host, "/", "").starts_with("HTTP/1.1 200"));
    assert!(get(&host, "/api/status", "").starts_with("HTTP/1.1 403"));
    let status = get(&host, "/api/status", &format!("x-apsara-token: {token}\r\n"));
    assert!(status.starts_with("HTTP/1.1 200") && status.contains(r#""configured":true"#), "{status}");
    let pid = child.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(child.0.wait().unwrap().success());
}

#[test]
fn with_an_emulator_nothing_else_is_called_and_tasks_are_kept() {
    let data = tempfile::tempdir().unwrap();
    let (_child, host, token) = start(&[&format!("--emulator={}", data.path().display())]);
    let status = get(&host, "/api/status", &format!("x-apsara-token: {token}\r\n"));
    assert!(status.contains("It was started with --emulator, so that calls go nowhere else."), "{status}");
    assert!(data.path().read_dir().unwrap().next().is_some());
}

#[test]
fn code_that_is_signed_and_not_sent_is_in_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("calls.jsonl");
    let variables = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-example"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary")];
    let arguments = ["--trace", trace.to_str().unwrap(), "--endpoint", "http://127.0.0.1:1"];
    let (_child, host, token) = start_with(&arguments, &variables);
    let asked = r#"{"language":"curl","target":"cloud","product":"live","version":"2016-11-01",
        "operation":"DescribeLivePullToPush","request":{"Region":"cn-shanghai","TaskId":"t"}}"#;
    let answer = post(&host, "/api/code", &token, asked);
    assert!(answer.contains("curl --request") && answer.contains("LTAI-example"), "{answer}");
    assert_eq!(std::fs::read_to_string(&trace).unwrap(), "");
}

#[test]
fn a_port_that_is_taken_and_a_document_that_is_none_are_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let document = tempfile::NamedTempFile::new().unwrap();
    let document = document.path().to_str().unwrap();
    for (arguments, expected) in [(["--port", &port], "cannot be listened at"), (["--spec", document], "is no JSON")] {
        let output = Command::new(env!("CARGO_BIN_EXE_apsara")).arg("explorer").args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(expected) && output.stdout.is_empty(), "{output:?}");
    }
}

#[test]
fn an_option_that_would_do_nothing_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let trace = folder.path().join("calls.jsonl");
    let trace = trace.to_str().unwrap();
    for given in
        [["--deadline", "3s"], ["--attempts", "1"], ["--quota", "host"], ["--quota-account", "1"], ["--trace", trace]]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
        let output = command.args(["explorer", "--emulator"]).args(given).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(&format!("{} says how calls go to the cloud", given[0])), "{told}");
    }
    assert!(folder.path().read_dir().unwrap().next().is_none());
}

#[test]
fn calls_of_a_document_are_in_the_trace_with_what_they_are_about() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (trace, document) = (file("calls.jsonl"), file("api-docs.json"));
    let weather = serde_json::json!({
        "info": { "style": "RPC", "product": "Weather", "version": "2020-01-01" },
        "apis": { "DescribeWind": {
            "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }], "operationType": "read",
            "parameters": [{ "name": "StationId", "in": "query", "schema": { "type": "string" } }],
            "ramActions": [{ "ramAction": { "action": "weather:DescribeWind",
                "resources": [{ "arn": "acs:weather:*:{#accountId}:station/{#StationId}" }] } }],
            "responses": { "200": { "schema": { "type": "object", "properties": {} } } },
        } },
    });
    std::fs::write(&document, weather.to_string()).unwrap();
    let cloud = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", cloud.local_addr().unwrap());
    let variables = [("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-example"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary")];
    let (_child, host, token) =
        start_with(&["--spec", &document, "--trace", &trace, "--endpoint", &endpoint], &variables);
    let answering = std::thread::spawn(move || {
        let (mut asked, _) = cloud.accept().unwrap();
        assert!(asked.read(&mut [0; 4096]).unwrap() > 0);
        asked.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}").unwrap();
    });
    let call = r#"{"target":"cloud","product":"weather","version":"2020-01-01","operation":"DescribeWind","request":{"StationId":"a"}}"#;
    let answer = post(&host, "/api/send", &token, call);
    assert!(answer.contains("succeeded"), "{answer}");
    answering.join().unwrap();
    let noted: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&trace).unwrap()).unwrap();
    assert_eq!(noted["parameters"], serde_json::json!({ "StationId": ["a"] }), "{noted}");
}

#[test]
fn it_serves_though_nobody_reads_where() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
    command.args(["explorer", "--port", &port.to_string()]).stdout(Stdio::piped());
    let mut child = Running(command.spawn().unwrap());
    drop(child.0.stdout.take());
    let host = format!("127.0.0.1:{port}");
    while TcpStream::connect(&host).is_err() {
        assert!(child.0.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    // It would end right behind the moment in which it begins to listen.
    std::thread::sleep(std::time::Duration::from_millis(200));
    assert!(child.0.try_wait().unwrap().is_none(), "it ended");
    let pid = child.0.id().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
    assert!(child.0.wait().unwrap().success());
}
