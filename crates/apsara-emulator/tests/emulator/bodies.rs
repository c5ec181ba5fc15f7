//! Bodies that several parameters make up, and bodies that a form takes in: what a client sends for them.

use apsara_emulator::{Clock, Emulator, Quotas};
use serde_json::Value;

use crate::client::NOON;
use crate::given::{VERSION, outgoing, told, written};
use crate::sampled::Outgoing;

/// Starts with a document of one operation.
async fn with_parameters(name: &str, parameters: &Value) -> Emulator {
    let document = serde_json::json!({
        "info": { "style": "RPC", "product": "Bodies", "version": VERSION },
        "apis": { "Send": { "methods": ["post"], "security": [{ "AK": [] }], "parameters": parameters } },
    });
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().spec_file(written(name, &document.to_string()));
    builder.clock(clock.clone()).gateway_clock(clock).quota(Quotas::Off).start().await.unwrap()
}

async fn sent(emulator: &Emulator, content_type: &'static str, body: &str) -> (u16, String, String) {
    let (method, path, body) = ("POST".into(), "/".into(), body.into());
    told(
        &outgoing(
            emulator,
            "Send",
            &Outgoing { method, path, content_type: Some(content_type), body, ..Outgoing::default() },
        )
        .await,
    )
}

const GOOD: (u16, &str, &str) = (200, "", "");
const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn several_bodies_are_the_entries_of_one() {
    let parameters = serde_json::json!([
        { "name": "One", "in": "body", "schema": { "type": "integer", "format": "int32", "required": true } },
        { "name": "Two", "in": "body", "schema": { "type": "array", "maxItems": 2, "items": { "type": "string" } } },
        { "name": "Note", "in": "body", "style": "xml", "schema": { "type": "string", "maxLength": 3 } },
        { "name": "Deep", "in": "body", "schema": { "type": "object", "properties": { "Days": { "type": "integer", "required": true } } } },
        { "name": "ClientToken", "in": "body", "schema": { "type": "string" } },
    ]);
    let emulator = with_parameters("several.json", &parameters).await;
    for (body, expected) in [
        (r#"{"One":1,"Two":["a"]}"#, GOOD),
        (r#"{"Deep":{"Days":2},"Note":"abc","One":1,"Two":[]}"#, GOOD),
        (r#"{"Note":null,"One":1}"#, GOOD),
        (r#"{"Two":["a"]}"#, (400, "MissingOne", "One")),
        ("{}", (400, "MissingOne", "One")),
        ("", (400, "MissingOne", "One")),
        (r#"{"One":"x"}"#, (400, "InvalidParameter", "One")),
        (r#"{"One":1,"Two":["a","b","c"]}"#, (400, "InvalidParameter", "Two")),
        (r#"{"One":1,"Two":["a",{}]}"#, (400, "InvalidParameter", "Two.2")),
        (r#"{"One":1,"Note":"abcd"}"#, (400, "InvalidParameter", "Note")),
        (r#"{"One":1,"Deep":{}}"#, (400, "MissingParameter", "Deep.Days")),
        ("[1]", (400, "InvalidParameter", "One")),
        (r#"{"One":1"#, (400, "InvalidParameter", "One")),
    ] {
        let (status, code, name) = sent(&emulator, "application/json; charset=utf-8", body).await;
        assert_eq!((status, code.as_str(), name.as_str()), expected, "{body}");
    }
    // Clients that know only forms send each as a part of one.
    for (form, expected) in [
        ("One=1&Two.1=a&Deep.Days=2", GOOD),
        ("Two.1=a", (400, "MissingOne", "One")),
        ("One=1&Deep.Days=x", (400, "InvalidParameter", "Deep.Days")),
    ] {
        let (status, code, name) = sent(&emulator, FORM, form).await;
        assert_eq!((status, code.as_str(), name.as_str()), expected, "{form}");
    }
    // A client token is one there, too.
    for (one, status) in [(1, 200), (1, 200), (2, 400)] {
        let body = format!(r#"{{"ClientToken":"t","One":{one}}}"#);
        assert_eq!(sent(&emulator, "application/json", &body).await.0, status, "{body}");
    }
}

#[tokio::test]
async fn a_body_beside_a_form_is_a_part_of_the_form() {
    let parameters = serde_json::json!([
        { "name": "Name", "in": "formData", "schema": { "type": "string", "required": true } },
        { "name": "Policy", "in": "body", "schema": { "type": "object", "properties": { "Days": { "type": "integer", "required": true } } } },
        { "name": "Tag", "in": "body", "style": "flat", "schema": { "type": "array", "maxItems": 2, "items": { "type": "string" } } },
        { "name": "Text", "in": "body", "style": "xml", "schema": { "type": "string", "maxLength": 3 } },
    ]);
    let emulator = with_parameters("beside.json", &parameters).await;
    for (form, expected) in [
        ("Name=a", GOOD),
        ("Name=a&Policy=%7B%22Days%22%3A1%7D&Tag.1=a&Tag.2=b&Text=abc", GOOD),
        ("Policy=%7B%22Days%22%3A1%7D", (400, "MissingName", "Name")),
        ("Name=a&Policy=%7B%7D", (400, "MissingParameter", "Policy.Days")),
        ("Name=a&Policy=%7B%22Days%22%3A%22x%22%7D", (400, "InvalidParameter", "Policy.Days")),
        ("Name=a&Tag.1=a&Tag.2=b&Tag.3=c", (400, "InvalidParameter", "Tag")),
        ("Name=a&Text=abcd", (400, "InvalidParameter", "Text")),
    ] {
        let (status, code, name) = sent(&emulator, FORM, form).await;
        assert_eq!((status, code.as_str(), name.as_str()), expected, "{form}");
    }
}
