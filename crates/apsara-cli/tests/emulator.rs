//! `apsara emulator` as a terminal sees it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Output, Stdio};

fn apsara(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_apsara"));
    command.args(arguments);
    command
}

fn refused(arguments: &[&str]) -> Output {
    let output = apsara(arguments).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    output
}

/// Ends the program even if a test fails half-way.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the emulator and reads the four lines it prints.
fn start(arguments: &[&str]) -> (Running, Vec<String>) {
    let mut child = Running(apsara(arguments).stdout(Stdio::piped()).spawn().unwrap());
    let stdout = BufReader::new(child.0.stdout.take().unwrap());
    let lines = stdout.lines().take(4).collect::<Result<Vec<_>, _>>().unwrap();
    (child, lines)
}

#[test]
fn it_starts_prints_answers_and_stops() {
    let arguments = ["emulator", "--access-key-id", "LTAI-mine", "--access-key-secret", "it's mine"];
    let clock = ["--clock", "2026-01-01T12:00:00Z"];
    let (mut child, lines) = start(&[&arguments[..], &clock[..]].concat());
    let url = lines[0].strip_prefix("Listening at ").unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    assert_eq!(lines[1], format!("export ALIBABA_CLOUD_ENDPOINT={url}"));
    assert_eq!(lines[2], "export ALIBABA_CLOUD_ACCESS_KEY_ID=LTAI-mine");
    assert_eq!(lines[3], r"export ALIBABA_CLOUD_ACCESS_KEY_SECRET='it'\''s mine'");

    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    // The one operation that needs no signature. Its token, by iat and exp, is from 12:00 to 13:00 of that day.
    let token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlLmNvbSIsInN1YiI6InMiLCJhdWQiOiJhIiwiaWF0IjoxNzY3MjY4ODAwLCJleHAiOjE3NjcyNzI0MDB9.c2ln";
    let query = format!(
        "Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=JSON&RoleSessionName=night&OIDCToken={token}\
         &RoleArn=acs:ram::1234567890123456:role/a&OIDCProviderArn=acs:ram::1234567890123456:oidc-provider/idp"
    );
    write!(stream, "GET /?{query} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    // An hour later the token would be over.
    assert!(answer.contains(r#""SecurityToken":"#), "the clock stands at noon: {answer}");

    assert!(child.0.try_wait().unwrap().is_none(), "it serves until it is interrupted");
    interrupt(&child.0);
    assert!(child.0.wait().unwrap().success());
    assert!(TcpStream::connect(host).is_err());
}

fn interrupt(child: &Child) {
    // The shell's own `kill`: the standard library cannot send a signal.
    let sent = Command::new("sh").args(["-c", &format!("kill -INT {}", child.id())]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn addresses_that_others_can_reach_are_refused() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8080"] {
        let output = refused(&["emulator", "--listen", address]);
        let text = String::from_utf8(output.stderr).unwrap();
        assert!(text.contains("loopback addresses only"), "{text}");
    }
}

#[test]
fn an_address_or_a_time_that_is_none_says_how_to_write_one() {
    let text = String::from_utf8(refused(&["emulator", "--listen", "localhost"]).stderr).unwrap();
    assert!(text.contains("such as 127.0.0.1:0"), "{text}");
    let text = String::from_utf8(refused(&["emulator", "--clock", "noon"]).stderr).unwrap();
    assert!(text.contains("such as 2026-01-01T00:00:00Z"), "{text}");
}

#[test]
fn a_rule_that_is_none_says_which_is_meant() {
    let text = String::from_utf8(refused(&["emulator", "--rules", "2025-08,same_id"]).stderr).unwrap();
    assert!(text.contains(r#"there is no rule "same_id"; did you mean same-id?"#), "{text}");
    let (_child, lines) = start(&["emulator", "--rules", "newer,same-id", "--no-callbacks"]);
    assert!(lines[0].starts_with("Listening at "), "{lines:?}");
}

/// Writes a document of one operation that needs no signature.
fn document(name: &str, place: &str) -> String {
    let text = format!(
        r#"{{"info": {{"style": "RPC", "product": "{name}", "version": "2020-01-01"}}, "apis": {{"Ask{name}": {{
            "methods": ["get"], "security": [{{"Anonymous": []}}],
            "parameters": [{{"name": "A", "in": "{place}", "schema": {{"type": "string"}}}}],
            "responses": {{"200": {{"schema": {{"type": "object", "properties": {{"Is{name}": {{"type": "boolean"}}}}}}}}}}
        }}}}}}"#
    );
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.json"));
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn documents_that_are_given_are_served() {
    let (first, second) = (document("First", "query"), document("Second", "query"));
    let (_child, lines) = start(&["emulator", "--spec", &first, "--spec", &second]);
    let host = lines[0].strip_prefix("Listening at http://").unwrap();
    for name in ["First", "Second"] {
        let mut stream = TcpStream::connect(host).unwrap();
        let query = format!("Action=Ask{name}&Version=2020-01-01&Format=JSON");
        write!(stream, "GET /?{query} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.contains(&format!("\"Is{name}\":")), "{answer}");
    }
}

#[test]
fn a_document_that_cannot_be_read_is_told_by_file_and_path() {
    let file = document("Wrong", "cookie");
    let text = String::from_utf8(refused(&["emulator", "--spec", &file]).stderr).unwrap();
    assert!(text.contains("Wrong.json: apis.AskWrong.parameters[0].in: must be"), "{text}");
}

/// Asks for a path and returns the whole answer.
fn get(host: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn it_can_be_controlled_and_traced_if_that_is_asked_for() {
    let trace = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("trace.jsonl");
    let _ = std::fs::remove_file(&trace);
    let (_child, lines) = start(&["emulator", "--control", "--trace", trace.to_str().unwrap()]);
    let host = lines[0].strip_prefix("Listening at http://").unwrap();
    assert!(get(host, "/_apsara/clock").contains(r#""frozen":false"#));
    get(host, "/?Action=Ask&Version=2016-11-01");
    let text = std::fs::read_to_string(&trace).unwrap();
    assert!(text.lines().count() == 1 && text.contains(r#""operation":"Ask""#), "{text}");

    let (_child, lines) = start(&["emulator"]);
    let host = lines[0].strip_prefix("Listening at http://").unwrap();
    assert!(get(host, "/_apsara/clock").contains("InvalidAction.NotFound"));
}

#[test]
#[cfg(target_os = "linux")]
fn a_trace_that_lacks_requests_is_told_when_it_ends() {
    let mut command = apsara(&["emulator", "--trace", "/dev/full"]);
    let mut child = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let stdout = BufReader::new(child.0.stdout.take().unwrap());
    let lines = stdout.lines().take(4).collect::<Result<Vec<_>, _>>().unwrap();
    let host = lines[0].strip_prefix("Listening at http://").unwrap();
    for _ in 0..2 {
        get(host, "/?Action=Ask&Version=2016-11-01");
    }
    interrupt(&child.0);
    let mut told = String::new();
    child.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert_eq!(child.0.wait().unwrap().code(), Some(1), "{told}");
    assert!(told.contains("/dev/full lacks 2 calls: No space left on device"), "{told}");
}

#[test]
fn it_serves_though_nobody_reads_where() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let host = format!("127.0.0.1:{port}");
    let mut child = Running(apsara(&["emulator", "--listen", &host]).stdout(Stdio::piped()).spawn().unwrap());
    drop(child.0.stdout.take());
    while TcpStream::connect(&host).is_err() {
        assert!(child.0.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert!(get(&host, "/").starts_with("HTTP/1.1 "));
    interrupt(&child.0);
    assert!(child.0.wait().unwrap().success());
}
