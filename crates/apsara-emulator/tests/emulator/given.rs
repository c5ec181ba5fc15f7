//! A document that is given to the emulator: parameters of every style, and answers that are made up.

use std::path::{Path, PathBuf};

use apsara_emulator::{Clock, Emulator, EmulatorBuilder, Quotas, StartError};
use serde_json::Value;

use crate::client::{Call, NOON, Reply, exchange};
use crate::sampled::{Outgoing, signed};

pub(crate) const VERSION: &str = "2020-01-01";

pub(crate) fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/example.json")
}

pub(crate) async fn start(builder: EmulatorBuilder) -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    builder.spec_file(document()).clock(clock.clone()).gateway_clock(clock).quota(Quotas::Off).start().await.unwrap()
}

async fn call(emulator: &Emulator, action: &str, pairs: &[(&str, &str)]) -> Reply {
    let mut call = Call::new(emulator, VERSION, action, pairs);
    call.method = "POST".to_owned();
    call.v3(emulator).await
}

/// The code and what its message names.
pub(crate) fn told(reply: &Reply) -> (u16, String, String) {
    let answer = reply.json();
    let field = |name: &str| answer[name].as_str().or(answer[name.to_lowercase()].as_str()).unwrap_or("").to_owned();
    let message = field("Message").replace("Specified parameter ", "").replace(" is mandatory for this action.", "");
    (reply.status, field("Code"), message.replace(" is not valid.", ""))
}

#[tokio::test]
async fn parameters_of_every_style_are_read_and_checked() {
    let emulator = start(Emulator::builder()).await;
    let invalid = |name: &str| (400, "InvalidParameter".to_owned(), name.to_owned());
    let missing = |name: &str| (400, "MissingParameter".to_owned(), name.to_owned());
    let good = || (200, String::new(), String::new());
    for (pairs, expected) in [
        (&[("Tag.1.Key", "a"), ("Tag.2.Key", "b"), ("Tag.2.Size", "5")][..], good()),
        (&[("Tag.1.Key", "a"), ("Tag.3.Key", "b")], good()),
        (&[("Tag.1.Size", "5")], missing("Tag.1.Key")),
        (&[("Tag.1.Key", "a"), ("Tag.1.Size", "5000000000")], invalid("Tag.1.Size")),
        (&[("Tag.0.Key", "a")], invalid("Tag")),
        (&[("Tag.x.Key", "a")], invalid("Tag")),
        (&[("Tag.1", "a")], invalid("Tag.1")),
        (&[("Tag", "[]")], invalid("Tag")),
        (&[("Tag.1.Key", "a"), ("Tag.2.Key", "a"), ("Tag.3.Key", "a")], invalid("Tag")),
        (&[("Zone.1", "a"), ("Zone.2", "b")], good()),
        (&[("Zone.1.Deep", "a")], invalid("Zone")),
        (&[("Disk.Size", "1"), ("Disk.Iops.1", "7"), ("Disk.Iops.2", "8")], good()),
        (&[("Disk.Size", "0")], invalid("Disk.Size")),
        (&[("Disk.Iops.1", "many")], invalid("Disk.Iops.1")),
        (&[("Labels.a.b/c", "true"), ("Labels.d", "False")], good()),
        (&[("Json", "[1,2]")], good()),
        (&[("Json", "[1,\"x\"]")], invalid("Json.2")),
        (&[("Json", "[1,")], invalid("Json")),
        (&[("Json", "{}")], invalid("Json")),
        (&[("Simple", "1,2")], good()),
        (&[("Simple", "1,x")], invalid("Simple.2")),
        (&[("Short", "abc"), ("Unknown", "?")], good()),
        (&[("Short", "abcd")], invalid("Short")),
        (&[("Short", "A")], invalid("Short")),
        (&[("Short", ""), ("Empty", "")], good()),
    ] {
        assert_eq!(told(&call(&emulator, "Flat", pairs).await), expected, "{pairs:?}");
        // What fits into the query fits into a form.
        let mut form = Call::new(&emulator, VERSION, "Flat", &[]);
        form.method = "POST".to_owned();
        form.form = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        assert_eq!(told(&form.v3(&emulator).await), expected, "{pairs:?}");
    }
}

pub(crate) async fn outgoing(emulator: &Emulator, action: &str, outgoing: &Outgoing) -> Reply {
    let key = (emulator.access_key_id(), emulator.access_key_secret());
    exchange(emulator, signed(outgoing, (emulator.host(), action, VERSION), key, None).as_bytes()).await
}

#[tokio::test]
async fn headers_paths_and_bodies_of_xml_are_read_and_checked() {
    let emulator = start(Emulator::builder()).await;
    let sized =
        [("x-sized", "7", 200), ("x-sized", "seven", 400), ("x-meta-sized", "7", 200), ("x-meta-sized", "seven", 400)];
    for (name, sent, expected) in sized {
        let headers = vec![(name.to_owned(), sent.to_owned())];
        let call = Outgoing { method: "POST".into(), path: "/".into(), headers, ..Outgoing::default() };
        assert_eq!(outgoing(&emulator, "Flat", &call).await.status, expected);
    }
    for (path, body, expected) in [
        ("/files/a:upload", "<X><Rule><Days>1</Days></Rule></X>", (204, "", "")),
        ("/files/a:upload", "<X><Rule><Days>1</Days></Rule><Rule><Days>2</Days></Rule></X>", (204, "", "")),
        ("/files/a:upload", "<X><Rule><Days>soon</Days></Rule></X>", (400, "InvalidParameter", "Rule.1.Days")),
        ("/files/a:upload", "<X><Rule><Hours>1</Hours></Rule></X>", (400, "MissingParameter", "Rule.1.Days")),
        ("/files/a:upload", "<X/>", (400, "MissingParameter", "Rule")),
        ("/files/a:upload", "<X>", (400, "InvalidParameter", "body")),
        ("/files/a:upload", "", (400, "Missingbody", "body")),
        ("/files/abcde:upload", "<X><Rule><Days>1</Days></Rule></X>", (400, "InvalidParameter", "Name")),
    ] {
        let (method, content_type) = ("PUT".into(), Some("application/xml"));
        let call = Outgoing { method, path: path.into(), content_type, body: body.into(), ..Outgoing::default() };
        let reply = outgoing(&emulator, "Upload", &call).await;
        let entry = emulator.ledger().pop().unwrap();
        assert_eq!((entry.path.as_str(), &*entry.body), (path, body.as_bytes()));
        if reply.status == 204 {
            assert_eq!((expected.0, reply.body.as_str()), (204, ""));
        } else {
            assert_eq!(told(&reply), (expected.0, expected.1.to_owned(), expected.2.to_owned()), "{path} {body}");
        }
    }
}

#[tokio::test]
async fn a_host_with_a_name_says_its_parameter() {
    let emulator = start(Emulator::builder()).await;
    let key = (emulator.access_key_id(), emulator.access_key_secret());
    for (host, expected) in [("mine.example.com", 200), ("longer.example.com", 400), ("127.0.0.1:80", 200)] {
        let call = Outgoing { method: "POST".into(), path: "/".into(), ..Outgoing::default() };
        let reply = exchange(&emulator, signed(&call, (host, "Flat", VERSION), key, None).as_bytes()).await;
        assert_eq!(reply.status, expected, "{host}: {reply:?}");
    }
}

#[tokio::test]
async fn answers_follow_from_the_seed_and_the_request() {
    async fn make_up(builder: EmulatorBuilder, seen: &str) -> Value {
        let mut answer = call(&start(builder).await, "MakeUp", &[("Seen", seen)]).await.json();
        assert_eq!(answer.as_object_mut().unwrap().remove("RequestId").unwrap().as_str().unwrap().len(), 36);
        answer
    }
    let answer = make_up(Emulator::builder(), "a").await;
    assert_eq!(answer, make_up(Emulator::builder().seed(0), "a").await);
    assert_ne!(answer, make_up(Emulator::builder().seed(1), "a").await);
    assert_ne!(answer, make_up(Emulator::builder(), "b").await);
    assert!((10..=1000).contains(&answer["Count"].as_i64().unwrap()), "{answer}");
    assert!((2..=4).contains(&answer["Short"].as_str().unwrap().len()), "{answer}");
    assert_eq!((answer["Items"].as_array().unwrap().len(), &answer["Shown"]), (5, &Value::Bool(true)));
    // A schema that contains itself is empty inside of itself.
    assert!(answer["Root"]["Name"].is_string() && answer["Root"]["Child"].as_object().unwrap().is_empty(), "{answer}");
}

#[tokio::test]
async fn the_sample_of_a_spec_is_answered_with_the_id_of_the_request() {
    let emulator = start(Emulator::builder()).await;
    let pairs = [("Action", "Show"), ("Version", VERSION), ("Format", "JSON")];
    // It may be called by nobody in particular.
    let reply = Call::new(&emulator, VERSION, "Show", &pairs).send_unsigned(&emulator).await;
    let answer = reply.json();
    assert_eq!(answer["Data"]["Shown"], true);
    assert_eq!(answer["Data"]["RequestId"], reply.headers["x-acs-request-id"].as_str());
    assert_eq!(answer["RequestId"], reply.headers["x-acs-request-id"].as_str());
}

#[tokio::test]
async fn a_document_takes_the_place_of_a_shipped_one_of_its_version() {
    let text = std::fs::read_to_string(document()).unwrap();
    let text = text.replace("\"Example\"", "\"Ecs\"").replace(VERSION, "2014-05-26");
    let emulator = Emulator::builder().spec_file(written("replaces.json", &text)).start().await.unwrap();
    let mut call = Call::new(&emulator, "2014-05-26", "MakeUp", &[]);
    call.method = "POST".to_owned();
    assert_eq!(call.v3(&emulator).await.status, 200);
    call.action = "DescribeRegions".to_owned();
    call.nonce.push('x');
    assert_eq!(call.v3(&emulator).await.verdict(), (404, "InvalidAction.NotFound".to_owned()));
}

#[tokio::test]
async fn of_several_paths_that_fit_the_one_with_the_most_written_out_is_meant() {
    let operation = |path: &str| serde_json::json!({ "methods": ["get"], "path": path });
    let document = serde_json::json!({
        "info": { "style": "ROA", "product": "Things", "version": VERSION },
        "apis": { "Any": operation("/things/{Name}"), "Latest": operation("/things/latest"), "Lost": operation("/{A}/{B}") },
    });
    let file = written("things.json", &document.to_string());
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().spec_file(file).clock(clock.clone()).gateway_clock(clock);
    let emulator = builder.start().await.unwrap();
    for (path, expected) in [("/things/latest", "Latest"), ("/things/first", "Any"), ("/stuff/first", "Lost")] {
        let call = Outgoing { method: "GET".into(), path: path.into(), ..Outgoing::default() };
        assert_eq!(outgoing(&emulator, "", &call).await.status, 200);
        assert_eq!(emulator.ledger().pop().unwrap().action, expected);
    }
}

pub(crate) fn written(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).unwrap();
    file
}

#[tokio::test]
async fn a_document_that_cannot_be_read_is_told_by_file_and_path() {
    let text = std::fs::read_to_string(document()).unwrap();
    for (name, text, expected) in [
        ("list.json", "[]".to_owned(), "list.json: must be an object"),
        ("half.json", "{\"a\":".to_owned(), "half.json: EOF while parsing a value at line 1 column 5"),
        ("version.json", text.replace("\"2020-01-01\"", "7"), "version.json: info.version: must be a text"),
        (
            "place.json",
            text.replace("\"in\": \"path\"", "\"in\": \"cookie\""),
            "place.json: apis.Upload.parameters[0].in: must be \"query\"",
        ),
        (
            "method.json",
            text.replace("[\"put\"]", "[\"fetch\"]"),
            "method.json: apis.Upload.methods[0]: must be an HTTP method",
        ),
    ] {
        let file = written(name, &text);
        let error = Emulator::builder().spec_file(&file).start().await.unwrap_err();
        assert!(matches!(error, StartError::InvalidSpec { .. }), "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    let error = Emulator::builder().spec_file("no/such/file.json").start().await.unwrap_err();
    assert!(error.to_string().starts_with("no/such/file.json: "), "{error}");
}
