//! Release notes: what changed upstream, operation by operation, in words and as data.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use apsara_codegen::{Options, Sources, Surface, changes_json, markdown};
use serde_json::{Value, json};

fn document() -> Value {
    json!({
        "version": "1.0",
        "info": { "product": "Things", "version": "2026-01-01", "style": "RPC" },
        "apis": {
            "Update": {
                "methods": ["post"],
                "schemes": ["https"],
                "security": [{ "AK": [] }],
                "operationType": "write",
                "summary": "Updates.",
                "parameters": [
                    { "name": "Id", "in": "query", "schema": { "type": "string", "required": true } },
                    { "name": "Size", "in": "query", "schema": { "type": "integer", "format": "int32", "maximum": "10" } },
                ],
                "responses": { "200": { "schema": { "type": "object", "properties": {
                    "RequestId": { "type": "string" },
                    "Thing": { "type": "object", "properties": { "Name": { "type": "string" } } },
                } } } },
                "errorCodes": { "404": [{ "errorCode": "Gone" }] },
                "flowControl": { "flowControlList": [{ "threshold": "10", "countWindow": 1, "regionId": "*" }] },
                "ramActions": [{ "ramAction": { "action": "things:Update", "resources": [{ "arn": "*" }] } }],
            },
            "Read": { "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }], "summary": "Reads.",
                      "parameters": [], "responses": { "200": { "schema": { "type": "object", "properties": {} } } } },
        },
    })
}

fn surface(document: &Value) -> Surface {
    let mut sources = Sources::default();
    sources.insert_document("api-docs.json", document.to_string());
    Surface::of(&sources, &Options::default()).unwrap()
}

fn notes(edit: impl FnOnce(&mut Value)) -> String {
    let mut new = document();
    edit(&mut new);
    markdown(&surface(&new).changes_since(&surface(&document())))
}

#[test]
fn every_kind_of_change_is_told_by_operation_in_the_documents_words() {
    let notes = notes(|new| {
        let update = &mut new["apis"]["Update"];
        update["parameters"][0]["schema"]["required"] = json!(false);
        update["parameters"][1]["schema"] = json!({ "type": "string" });
        update["parameters"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "name": "Note", "in": "query", "schema": { "type": "string" } }));
        let answer = &mut update["responses"]["200"]["schema"]["properties"];
        answer["Count"] = json!({ "type": "integer" });
        answer["Thing"]["properties"] = json!({ "Title": { "type": "string" } });
        update["errorCodes"]["404"] = json!([{ "errorCode": "Lost" }]);
        update["flowControl"]["flowControlList"][0]["threshold"] = json!("20");
        update["ramActions"] = json!([{
            "ramAction": { "action": "things:Change", "resources": [{ "arn": "acs:things:*:{#accountId}:thing/{#Id}" }],
                           "actionConditions": [{ "conditionKey": "things:Size" }] },
            "additionalActions": ["ram:PassRole"],
        }]);
        update["deprecated"] = json!(true);
    });
    let expected = "\
### Breaking changes

- `things` 2026-01-01 `Update`: the error code `Gone` is gone
- `things` 2026-01-01 `Update`: the parameter `Size` is Option<String> and was Option<i32>
- `things` 2026-01-01 `Update`: the field `Name` of `UpdateResponseThing` is gone

### Additions and changes

- `things` 2026-01-01 `Update`: the operation has the deprecation deprecated and had nothing
- `things` 2026-01-01 `Update`: the operation has the quota 20 calls in 1 s and had 10 calls in 1 s
- `things` 2026-01-01 `Update`: the error code `Lost` is new
- `things` 2026-01-01 `Update`: the parameter `Note` is new
- `things` 2026-01-01 `Update`: the field `Count` of the answer is new
- `things` 2026-01-01 `Update`: the field `Title` of `UpdateResponseThing` is new

### Fixes

- `things` 2026-01-01 `Update`: the operation has the RAM action things:Change and had things:Update
- `things` 2026-01-01 `Update`: the operation has the RAM condition keys things:Size and had nothing
- `things` 2026-01-01 `Update`: the operation has the RAM resources acs:things:*:{#accountId}:thing/{#Id} and had *
- `things` 2026-01-01 `Update`: the operation has the dependent RAM actions ram:PassRole and had nothing
- `things` 2026-01-01 `Update`: the parameter `Id` has the requirement nothing and had required
- `things` 2026-01-01 `Update`: the parameter `Size` has the limits nothing and had .at_most(10.0)
";
    assert_eq!(notes, expected);
}

#[test]
fn what_is_said_of_many_operations_is_said_once() {
    let notes = notes(|new| {
        let read = new["apis"]["Read"].clone();
        new["apis"].as_object_mut().unwrap().remove("Read");
        for number in 10..30 {
            new["apis"][format!("Read{number}")] = read.clone();
        }
        new["apis"]["Update"]["summary"] = json!("Changes.");
    });
    let twelve = (10..22).map(|number| format!("`Read{number}`")).collect::<Vec<_>>().join(", ");
    let expected = format!(
        "### Breaking changes\n\n- `things` 2026-01-01: operations are gone `Read`\n\n\
         ### Additions and changes\n\n- `things` 2026-01-01: new operations {twelve} and 8 more\n\n\
         ### Fixes\n\n- `things` 2026-01-01: other documentation of `Update`\n"
    );
    assert_eq!(notes, expected);
    assert_eq!(self::notes(|_| {}), "");
}

#[test]
fn a_change_is_data_as_well() {
    let mut new = document();
    new["apis"]["Update"]["parameters"].as_array_mut().unwrap().remove(1);
    let changes = changes_json(&surface(&new).changes_since(&surface(&document())));
    assert_eq!(
        changes,
        json!([{
            "class": "breaking",
            "product": "things",
            "version": "2026-01-01",
            "operation": "Update",
            "subject": "the parameter `Size`",
            "what": "is gone",
            "path": "things::v2026_01_01::UpdateRequest.size",
        }])
    );
}

#[test]
fn a_surface_that_was_stored_is_compared_as_if_it_were_new() {
    let old = surface(&document());
    let stored = Surface::from_json(&old.to_json()).unwrap();
    assert_eq!(old.changes_since(&stored), []);
    let mut new = document();
    new["apis"]["Update"]["parameters"][0]["schema"]["type"] = json!("integer");
    new["apis"]["Update"]["summary"] = json!("Changes.");
    new["apis"].as_object_mut().unwrap().remove("Read");
    let new = surface(&new);
    assert_eq!(new.changes_since(&stored), new.changes_since(&old));
    for damaged in [json!(null), json!({ "things": 1 }), json!({ "things": { "": { "things": [1] } } })] {
        assert!(Surface::from_json(&damaged).is_err());
    }
}
