//! Calls whose key somebody is asked for over the network.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;

use crate::cloud::{Ran, alone, folder, text};

/// Runs the program with a profile whose key a server gives, which then answers once.
fn by_server(words: &[&str], more: &str) -> Ran {
    let folder = folder();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let profile = format!(
        r#"{{"current":"p","profiles":[{{"name":"p","mode":"CredentialsURI","credentials_uri":"http://{address}/key"{more}}}]}}"#
    );
    let file = folder.path().join("config.json");
    std::fs::write(&file, profile).unwrap();
    let answering = std::thread::spawn(move || {
        let (mut asked, _) = server.accept().unwrap();
        let mut head = BufReader::new(&asked);
        let mut line = String::new();
        while head.read_line(&mut line).unwrap() > 2 {
            line.clear();
        }
        let key = r#"{"Code":"Success","AccessKeyId":"STS.given","AccessKeySecret":"canary-secret","SecurityToken":"canary-token",
            "Expiration":"9999-01-01T00:00:00Z"}"#;
        let length = key.len();
        let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{key}");
        asked.write_all(answer.as_bytes()).unwrap();
    });
    let mut command = alone(words);
    let ran = command.env("ALIBABA_CLOUD_CONFIG_FILE", &file).env("NO_PROXY", "*").output().unwrap().into();
    answering.join().unwrap();
    ran
}

#[test]
fn a_dry_run_asks_for_the_key_and_shows_the_call() {
    let words = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", "t", "--dry-run"];
    let ran = by_server(&words, "");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert!(ran.out.contains("x-acs-action: DescribeLivePullToPush") && ran.out.contains("STS.given"), "{}", ran.out);
    assert!(!ran.out.contains("canary") && !ran.out.contains("/key"), "{}", ran.out);
}

#[test]
fn a_quota_that_processes_share_wants_an_account_where_keys_change() {
    let folder = folder();
    let quota = format!("host:{}", text(&folder.path().join("quotas")));
    let describe = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", "t"];
    for more in [&[][..], &["--wait", "TaskStatus==1"]] {
        let ran = by_server(&[&describe[..], &["--quota", &quota], more].concat(), "");
        ran.failed(4, &["set ConfigBuilder::account", "outcome     not sent", "set what the message names"]);
    }
}

#[test]
fn a_signed_command_goes_where_the_profile_says() {
    let words = ["code", "cs", "DescribeClusterDetail", "--cluster-id", "c1", "--language", "curl"];
    for (more, host) in [
        (r#","region_id":"cn-shanghai""#, "https://cs.cn-shanghai.aliyuncs.com/"),
        (r#","endpoint":"cs.example.com""#, "https://cs.example.com/"),
    ] {
        let ran = by_server(&words, more);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
        assert!(ran.out.contains(host) && ran.out.contains("STS.given"), "{}", ran.out);
        assert!(!ran.out.contains("canary"), "{}", ran.out);
    }
}
