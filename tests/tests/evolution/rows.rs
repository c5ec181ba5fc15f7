//! What may change upstream, and what that is for callers: the rows of docs/evolution.md.

use std::collections::BTreeMap;

use apsara_codegen::Class;
use serde_json::{Value, json};

/// The spec files by their paths below the folder of specs.
pub(crate) type Specs = BTreeMap<String, Value>;

/// A change upstream.
pub(crate) struct Row {
    /// What changes upstream.
    pub(crate) upstream: &'static str,
    /// What that is in Rust.
    pub(crate) rust: &'static str,
    pub(crate) class: Class,
    pub(crate) edit: fn(&mut Specs),
    /// The change as `diff` tells it; empty if it tells none.
    pub(crate) told: &'static str,
}

const LIST: &str = "things/2026-01-01/ListThings.json";
const UPDATE: &str = "things/2026-01-01/UpdateThing.json";
const DROP: &str = "things/2026-01-01/DropThing.json";
const FETCH: &str = "things/2026-01-01/FetchThing.json";
const STORE: &str = "things/2026-01-01/StoreThing.json";
const WATCH: &str = "things/2026-01-01/WatchThing.json";
const PRODUCT: &str = "things/2026-01-01/product.json";

/// The places of what rows change.
const PROPERTIES: &str = "/responses/200/schema/properties";
const THING: &str = "/responses/200/schema/properties/Things/properties/Thing/items/properties";

/// Returns a place in a spec.
fn at<'a>(specs: &'a mut Specs, file: &str, pointer: &str) -> &'a mut Value {
    specs.get_mut(file).unwrap().pointer_mut(pointer).unwrap()
}

/// Removes an entry of an object or a list.
fn remove(specs: &mut Specs, file: &str, pointer: &str) {
    let (above, key) = pointer.rsplit_once('/').unwrap();
    match at(specs, file, above) {
        Value::Object(object) => drop(object.remove(key).unwrap()),
        Value::Array(list) => drop(list.remove(key.parse().unwrap())),
        _ => panic!("{pointer} is in neither an object nor a list"),
    }
}

fn add_parameter(specs: &mut Specs, name: &str, schema: &Value) {
    let parameter = json!({ "name": name, "in": "query", "schema": schema });
    at(specs, UPDATE, "/parameters").as_array_mut().unwrap().push(parameter);
}

/// Adds another version with the same operations.
fn add_version(specs: &mut Specs, is_default: bool) {
    for file in [LIST, UPDATE, DROP, FETCH, STORE, WATCH, PRODUCT] {
        let other = specs[file].clone();
        specs.insert(file.replace("2026-01-01", "2027-01-01"), other);
    }
    let product = "things/2027-01-01/product.json";
    *at(specs, product, "/info/version") = json!("2027-01-01");
    *at(specs, product, "/defaultVersion") = json!(is_default);
    *at(specs, PRODUCT, "/defaultVersion") = json!(!is_default);
}

pub(crate) const ROWS: &[Row] = &[
    Row {
        upstream: "an optional parameter is added",
        rust: "a field and a setter more",
        class: Class::Minor,
        edit: |specs| add_parameter(specs, "Extra", &json!({ "type": "string" })),
        told: "minor: `things::v2026_01_01::UpdateThingRequest.extra` is new",
    },
    Row {
        upstream: "a required parameter is added",
        rust: "a field and a setter more; calls without it are refused before they are sent",
        class: Class::Minor,
        edit: |specs| add_parameter(specs, "Extra", &json!({ "type": "string", "required": true })),
        told: "minor: `things::v2026_01_01::UpdateThingRequest.extra` is new",
    },
    Row {
        upstream: "a parameter becomes required",
        rust: "calls without it are refused before they are sent",
        class: Class::Minor,
        edit: |specs| *at(specs, UPDATE, "/parameters/1/schema") = json!({ "type": "string", "required": true }),
        told: "minor: `things::v2026_01_01::UpdateThingRequest.note` has the requirement required and had nothing",
    },
    Row {
        upstream: "a parameter becomes optional",
        rust: "calls without it are sent",
        class: Class::Patch,
        edit: |specs| remove(specs, UPDATE, "/parameters/0/schema/required"),
        told: "patch: `things::v2026_01_01::UpdateThingRequest.id` has the requirement nothing and had required",
    },
    Row {
        upstream: "a parameter is removed",
        rust: "its field and its setter are gone",
        class: Class::Breaking,
        edit: |specs| remove(specs, UPDATE, "/parameters/1"),
        told: "breaking: `things::v2026_01_01::UpdateThingRequest.note` is gone",
    },
    Row {
        upstream: "a parameter's type becomes int64",
        rust: "its field has another type",
        class: Class::Breaking,
        edit: |specs| *at(specs, UPDATE, "/parameters/2/schema/format") = json!("int64"),
        told: "breaking: `things::v2026_01_01::UpdateThingRequest.size` is Option<i64> and was Option<i32>",
    },
    Row {
        upstream: "a parameter becomes a list",
        rust: "its field has another type",
        class: Class::Breaking,
        edit: |specs| {
            *at(specs, UPDATE, "/parameters/1/schema") = json!({ "type": "array", "items": { "type": "string" } });
        },
        told: "breaking: `things::v2026_01_01::UpdateThingRequest.note` is Vec<String> and was Option<String>",
    },
    Row {
        upstream: "a range becomes narrower",
        rust: "calls beyond it are refused before they are sent",
        class: Class::Minor,
        edit: |specs| *at(specs, UPDATE, "/parameters/2/schema/maximum") = json!(50),
        told: "minor: `things::v2026_01_01::UpdateThingRequest.size` has the limits .range(1.0, 50.0) and had .range(1.0, 100.0)",
    },
    Row {
        upstream: "a limit is removed",
        rust: "calls beyond it are sent",
        class: Class::Patch,
        edit: |specs| {
            remove(specs, UPDATE, "/parameters/2/schema/maximum");
            remove(specs, UPDATE, "/parameters/2/schema/minimum");
        },
        told: "patch: `things::v2026_01_01::UpdateThingRequest.size` has the limits nothing and had .range(1.0, 100.0)",
    },
    Row {
        upstream: "a default is stated",
        rust: "documentation: what is not set is not sent",
        class: Class::Patch,
        edit: |specs| at(specs, LIST, "/parameters/1/schema")["default"] = json!(1),
        told: "patch: `things::v2026_01_01::ListThingsRequest.page_number` has other documentation",
    },
    Row {
        upstream: "a parameter travels elsewhere, in the form instead of the query",
        rust: "calls are encoded otherwise",
        class: Class::Patch,
        edit: |specs| *at(specs, UPDATE, "/parameters/1/in") = json!("formData"),
        told: "patch: `things::v2026_01_01::UpdateThingRequest.note` has the place on the wire .form() and had nothing",
    },
    Row {
        upstream: "a list is written in another style",
        rust: "calls are encoded otherwise",
        class: Class::Patch,
        edit: |specs| *at(specs, LIST, "/parameters/3/style") = json!("json"),
        told: "patch: `things::v2026_01_01::ListThingsRequest.tags` has the place on the wire .json() and had .repeated()",
    },
    Row {
        upstream: "`sensitive` is set",
        rust: "it prints as `[redacted]`",
        class: Class::Minor,
        edit: |specs| at(specs, UPDATE, "/parameters/1/schema")["sensitive"] = json!(true),
        told: "minor: `things::v2026_01_01::UpdateThingRequest.note` has the secrecy sensitive and had nothing",
    },
    Row {
        upstream: "parameters are listed in another order",
        rust: "nothing",
        class: Class::Patch,
        edit: |specs| at(specs, LIST, "/parameters").as_array_mut().unwrap().reverse(),
        told: "",
    },
    Row {
        upstream: "a field of an answer is added",
        rust: "a field more",
        class: Class::Minor,
        edit: |specs| at(specs, LIST, THING)["Extra"] = json!({ "type": "string" }),
        told: "minor: `things::v2026_01_01::ListThingsResponseThings.extra` is new",
    },
    Row {
        upstream: "a field of an answer is removed",
        rust: "its field is gone",
        class: Class::Breaking,
        edit: |specs| remove(specs, LIST, &format!("{THING}/Size")),
        told: "breaking: `things::v2026_01_01::ListThingsResponseThings.size` is gone",
    },
    Row {
        upstream: "a field of an answer has another type",
        rust: "its field has another type",
        class: Class::Breaking,
        edit: |specs| *at(specs, LIST, &format!("{PROPERTIES}/TotalCount/format")) = json!("int64"),
        told: "breaking: `things::v2026_01_01::ListThingsResponse.total_count` is Option<i64> and was Option<i32>",
    },
    Row {
        upstream: "the object around a list gets a second property",
        rust: "the field was the list, and is the object; until it is generated again, nothing changes",
        class: Class::Breaking,
        edit: |specs| {
            at(specs, LIST, &format!("{PROPERTIES}/Things/properties"))["Extra"] = json!({ "type": "string" });
        },
        told: "breaking: `things::v2026_01_01::Call<ListThingsRequest>::items` is a stream of \
               ListThingsResponseThingsThing and was a stream of ListThingsResponseThings",
    },
    Row {
        upstream: "what a list goes on by is removed",
        rust: "`pages` and `items` are gone, and the field",
        class: Class::Breaking,
        edit: |specs| remove(specs, LIST, &format!("{PROPERTIES}/TotalCount")),
        told: "breaking: `things::v2026_01_01::Call<ListThingsRequest>::items` is gone",
    },
    Row {
        upstream: "an error code is added",
        rust: "a variant more, of an enum that may grow",
        class: Class::Minor,
        edit: |specs| at(specs, UPDATE, "/errorCodes")["400"] = json!([{ "errorCode": "Thing.Odd" }]),
        told: "minor: `things::v2026_01_01::UpdateThingError::ThingOdd` is new",
    },
    Row {
        upstream: "an error code is removed",
        rust: "its variant is gone",
        class: Class::Breaking,
        edit: |specs| remove(specs, UPDATE, "/errorCodes/409"),
        told: "breaking: `things::v2026_01_01::UpdateThingError::ThingBusy` is gone",
    },
    Row {
        upstream: "a value of a named enum is added",
        rust: "a variant more, of an enum that may grow",
        class: Class::Minor,
        edit: |specs| {
            at(specs, PRODUCT, "/enums/Color/values").as_array_mut().unwrap().push(json!({ "value": "Blue" }));
        },
        told: "minor: `things::v2026_01_01::Color::Blue` is new",
    },
    Row {
        upstream: "a value of a named enum is removed",
        rust: "its variant is gone",
        class: Class::Breaking,
        edit: |specs| remove(specs, PRODUCT, "/enums/Color/values/0"),
        told: "breaking: `things::v2026_01_01::Color::Green` is gone",
    },
    Row {
        upstream: "an operation is added",
        rust: "a method and its types more",
        class: Class::Minor,
        edit: |specs| {
            let other = specs[DROP].clone();
            specs.insert(DROP.replace("DropThing", "MoveThing"), other);
        },
        told: "minor: `things::v2026_01_01::Client::move_thing` is new",
    },
    Row {
        upstream: "an operation is removed",
        rust: "its method and its types are gone",
        class: Class::Breaking,
        edit: |specs| drop(specs.remove(DROP)),
        told: "breaking: `things::v2026_01_01::Client::drop_thing` is gone",
    },
    Row {
        upstream: "an operation is deprecated",
        rust: "the compiler warns where it is called",
        class: Class::Minor,
        edit: |specs| at(specs, DROP, "")["deprecated"] = json!(true),
        told: "minor: `things::v2026_01_01::Client::drop_thing` has the deprecation deprecated and had nothing",
    },
    Row {
        upstream: "an operation's HTTP method changes",
        rust: "calls are encoded otherwise",
        class: Class::Patch,
        edit: |specs| *at(specs, DROP, "/methods") = json!(["get"]),
        told: "patch: `things::v2026_01_01::Client::drop_thing` has the HTTP method Get and had Post",
    },
    Row {
        upstream: "an operation's quota changes",
        rust: "calls wait for their turn otherwise",
        class: Class::Minor,
        edit: |specs| *at(specs, UPDATE, "/flowControl/flowControlList/0/threshold") = json!("20"),
        told: "minor: `things::v2026_01_01::Client::update_thing` has the quota 20 calls in 1 s and had 10 calls in 1 s",
    },
    Row {
        upstream: "an operation's RAM action changes",
        rust: "documentation",
        class: Class::Patch,
        edit: |specs| *at(specs, UPDATE, "/ramActions/0/ramAction/action") = json!("things:Update"),
        told: "patch: `things::v2026_01_01::Client::update_thing` has the RAM action things:Update and had things:UpdateThing",
    },
    Row {
        upstream: "an operation becomes safe to repeat",
        rust: "it is tried again after unclear failures, and has `wait_until`",
        class: Class::Minor,
        edit: |specs| {
            specs.insert(DROP.replace(".json", ".apsara.json"), json!({ "repeat": "safe" }));
        },
        told: "minor: `things::v2026_01_01::Call<DropThingRequest>::wait_until` is new",
    },
    Row {
        upstream: "an operation is no longer safe to repeat",
        rust: "`wait_until` does not compile for it",
        class: Class::Breaking,
        edit: |specs| *at(specs, LIST, "/operationType") = json!("write"),
        told: "breaking: `things::v2026_01_01::Call<ListThingsRequest>::wait_until` is gone",
    },
    Row {
        upstream: "an operation's impact changes",
        rust: "a terminal asks first, or does not",
        class: Class::Minor,
        edit: |specs| {
            specs.insert(DROP.replace(".json", ".apsara.json"), json!({ "impact": "interrupt" }));
        },
        told: "minor: `things::v2026_01_01::Client::drop_thing` has the impact Interrupt and had Change",
    },
    Row {
        upstream: "an operation no longer answers with bytes",
        rust: "`download` does not compile for it",
        class: Class::Breaking,
        edit: |specs| remove(specs, FETCH, "/produces"),
        told: "breaking: `things::v2026_01_01::Call<FetchThingRequest>::download` is gone",
    },
    Row {
        upstream: "what an event holds has another type",
        rust: "its data has another type",
        class: Class::Breaking,
        edit: |specs| *at(specs, WATCH, "/responses/200/schema/type") = json!("boolean"),
        told: "breaking: `things::v2026_01_01::Call<WatchThingRequest>::events` is a stream of bool and was a stream of String",
    },
    Row {
        upstream: "an operation with a parameter `Download` begins to answer with bytes",
        rust: "`download` is another method, and the parameter's setter has another name",
        class: Class::Breaking,
        edit: |specs| at(specs, DROP, "")["produces"] = json!(["application/octet-stream"]),
        told: "breaking: `things::v2026_01_01::Call<DropThingRequest>::download` is a method and was a setter of `download`",
    },
    Row {
        upstream: "an operation whose body is bytes gets another body",
        rust: "`with_file` does not compile for it",
        class: Class::Breaking,
        edit: |specs| {
            let other = json!({ "name": "Other", "in": "body", "schema": { "type": "string" } });
            at(specs, STORE, "/parameters").as_array_mut().unwrap().push(other);
        },
        told: "breaking: `things::v2026_01_01::Call<StoreThingRequest>::with_file` is gone",
    },
    Row {
        upstream: "an endpoint changes",
        rust: "calls go elsewhere",
        class: Class::Minor,
        edit: |specs| *at(specs, PRODUCT, "/endpoints/0/endpoint") = json!("new.example.com"),
        told: "minor: `things::v2026_01_01` has other endpoints",
    },
    Row {
        upstream: "a sentence changes",
        rust: "documentation",
        class: Class::Patch,
        edit: |specs| *at(specs, DROP, "/summary") = json!("Drops one thing."),
        told: "patch: `things::v2026_01_01::Client::drop_thing` has other documentation",
    },
    Row {
        upstream: "a product gets another version",
        rust: "a module more",
        class: Class::Minor,
        edit: |specs| add_version(specs, false),
        told: "minor: `things::v2027_01_01` is new",
    },
    Row {
        upstream: "a product gets another default version",
        rust: "`things` stands for other types; `things::v2026_01_01` does not change",
        class: Class::Breaking,
        edit: |specs| add_version(specs, true),
        told: "breaking: `things` is what v2027_01_01 has and was what v2026_01_01 has",
    },
];
