//! Calls without generated code: ours send what the official core's generic call sends.

use apsara::untyped::{Client, Method, Style};
use apsara::{Config, Credentials};
use apsara_tests::{Scripted, Step};
use serde_json::{Value, json};

use crate::sdk::run;

/// What of a request says which operation is called, and with what.
#[derive(Debug, PartialEq)]
struct Seen {
    method: String,
    path: String,
    query: Vec<String>,
    action: String,
    version: String,
    content_type: Option<String>,
    body: Value,
}

fn seen(request: &str) -> Seen {
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut words = head.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    // A plus and `%20` are both a space there.
    let mut query: Vec<String> = query.split('&').map(|pair| pair.replace('+', "%20")).collect();
    query.sort();
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().to_owned())
    };
    Seen {
        method,
        path: path.to_owned(),
        query,
        action: header("x-acs-action").unwrap(),
        version: header("x-acs-version").unwrap(),
        content_type: header("content-type"),
        body: serde_json::from_str(body).unwrap_or_else(|_| json!(body)),
    }
}

/// Sends one call in the RPC style and one with a path, by both.
pub(crate) async fn check() {
    let answer = || Scripted::start(Step::answer(200, "{}"));
    let (theirs, ours) = (answer().await, answer().await);
    let query =
        json!({ "Region": "cn-shanghai", "TaskId": "a b+c*d~e!'()/?&=%中", "Tag": [{ "Key": "k" }, { "Key": "l" }] });
    let body = json!({ "count": 3, "tags": [{ "key": "é" }] });
    let rpc = json!({
        "operation": "RestartLivePullToPush", "version": "2016-11-01", "style": "RPC", "method": "GET", "path": "/", "query": query,
    });
    let roa = json!({
        "operation": "ScaleOutCluster", "version": "2015-12-15", "style": "ROA", "method": "POST",
        "path": "/api/v2/clusters/c%2F1", "query": { "x": "1" }, "body": body,
    });
    let port = theirs.url().rsplit(':').next().unwrap();
    assert_eq!(run("generic.py", &[("PORT", port)], &format!("{rpc}\n{roa}\n")).await, "sent\nsent\n");

    let key = Credentials::new("LTAI-example", "example").unwrap();
    let client = Client::new(&Config::builder().credentials(key).endpoint(ours.url()).build().unwrap());
    let call = client.call("live", "2016-11-01", "RestartLivePullToPush").method(Method::Get);
    let parameters = query.as_object().unwrap().clone();
    parameters.into_iter().fold(call, |call, (name, value)| call.param(name, value)).send().await.unwrap();
    let call = client.call("CS", "2015-12-15", "ScaleOutCluster").style(Style::Roa).path("/api/v2/clusters/{Id}");
    call.path_param("Id", "c/1").query("x", "1").body(body).send().await.unwrap();

    let [theirs, ours] = [theirs, ours].map(|it| it.requests().iter().map(|it| seen(it)).collect::<Vec<_>>());
    assert_eq!(theirs.len(), 2);
    assert_eq!(theirs, ours);
}
