//! Untyped calls up to the transport: where parameters travel, what is checked, and what is never seen.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::untyped::{Client, Description, EndpointRule, Kind, Location, Method, Parameter, Shape, Style};
use apsara_core::{Config, ConfigBuilder, Credentials, Outcome, Quota, Repeat};
use bytes::Bytes;
use serde_json::{Value, json};

/// Keeps what would have been sent, and gives the answers that it holds, the last one again and again.
#[derive(Clone, Debug, Default)]
struct Kept {
    requests: Arc<Mutex<Vec<http::Request<Bytes>>>>,
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
}

impl Transport for Kept {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.requests.lock().unwrap().push(request);
        let mut answers = self.answers.lock().unwrap();
        let (status, body) =
            if answers.len() > 1 { answers.remove(0) } else { answers.first().copied().unwrap_or((200, "")) };
        let answer = http::Response::builder().status(status).body(Bytes::from(body)).unwrap();
        Box::pin(async move { Ok(answer) })
    }
}

impl Kept {
    fn answering(answers: &[(u16, &'static str)]) -> Self {
        Self { answers: Arc::new(Mutex::new(answers.to_vec())), ..Self::default() }
    }

    fn config(&self) -> ConfigBuilder {
        let key = Credentials::new("LTAI-id", "secret").unwrap();
        Config::builder().credentials(key).transport(self.clone())
    }

    fn client(&self) -> Client {
        Client::new(&self.config().region("cn-hangzhou").build().unwrap())
    }

    fn request(&self) -> http::Request<Bytes> {
        self.requests.lock().unwrap().pop().unwrap()
    }

    fn count(&self) -> usize {
        self.requests.lock().unwrap().len()
    }
}

fn header<'a>(request: &'a http::Request<Bytes>, name: &str) -> &'a str {
    request.headers()[name].to_str().unwrap()
}

fn described(parameters: impl IntoIterator<Item = Parameter>) -> Arc<Description> {
    let description = Description::new("Test", "2026-01-01", "DoThing");
    Arc::new(parameters.into_iter().fold(description, Description::parameter))
}

#[tokio::test]
async fn what_is_not_described_travels_where_the_call_says() {
    let kept = Kept::default();
    let call = kept.client().call("Test", "2026-01-01", "DoThing").param("Name", "a b").param("Count", 7);
    let call = call.param("Tags", json!(["x", { "Key": "k" }])).json("Filter", json!({ "a": [1, null] }));
    let call =
        call.simple("Ids", json!(["i", 2])).param("None", Value::Null).form("Text", "t&u").header("x-thing", "h");
    call.send().await.unwrap();
    let request = kept.request();
    assert_eq!(
        request.uri().to_string(),
        "https://test.cn-hangzhou.aliyuncs.com/?Count=7&Filter=%7B%22a%22%3A%5B1%2Cnull%5D%7D&Ids=i%2C2&Name=a%20b&Tags.1=x&Tags.2.Key=k"
    );
    assert_eq!((request.method().as_str(), request.body().as_ref()), ("POST", b"Text=t%26u".as_slice()));
    assert_eq!((header(&request, "x-thing"), header(&request, "x-acs-action")), ("h", "DoThing"));

    let roa = kept.client().call("Cs", "2015-12-15", "PutThing").style(Style::Roa).method(Method::Put);
    let roa = roa.path("/things/{Id}/parts").path_param("Id", "a/b").query("x", true);
    roa.clone().body(json!({ "b": 1 })).send().await.unwrap();
    let request = kept.request();
    assert_eq!(request.uri().to_string(), "https://cs.cn-hangzhou.aliyuncs.com/things/a%2Fb/parts?x=true");
    assert_eq!((request.method().as_str(), request.body().as_ref()), ("PUT", br#"{"b":1}"#.as_slice()));
    assert_eq!(header(&request, "content-type"), "application/json; charset=utf-8");
    roa.body_bytes(vec![0xff, 0]).send().await.unwrap();
    let request = kept.request();
    assert_eq!(
        (request.body().as_ref(), header(&request, "content-type")),
        ([0xff, 0].as_slice(), "application/octet-stream")
    );
}

#[tokio::test]
async fn an_endpoint_is_that_of_the_region_by_table_or_by_rule() {
    let kept = Kept::default();
    let client = Client::new(&kept.config().build().unwrap());
    let host = |kept: &Kept| kept.request().uri().host().unwrap().to_owned();
    let call = client.call("Test", "2026-01-01", "DoThing");
    let error = call.clone().send().await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("no region is known for Test"), "{error}");
    call.clone().param("RegionId", "us-west-1").send().await.unwrap();
    assert_eq!(host(&kept), "test.us-west-1.aliyuncs.com");
    call.param("RegionId", "us-west-1").endpoint("test.us.example.com", ["us-west-1"]).send().await.unwrap();
    assert_eq!(host(&kept), "test.us.example.com");
    // What is said before the call is sent holds for it, wherever the parameter travels.
    let roa = || client.call("Test", "2026-01-01", "DoThing").style(Style::Roa).path("/{RegionId}");
    for call in [
        roa().path_param("RegionId", "us-west-1"),
        roa().path("/").header("RegionId", "us-west-1"),
        roa().path("/").form("RegionId", "us-west-1"),
        roa().param_as(Parameter::new("RegionId").at(Location::Path).also_at(Location::Query), "us-west-1"),
    ] {
        let told = call.endpoint_of().map(|endpoint| endpoint.host().to_owned()).map_err(|error| error.to_string());
        let sent = call.send().await.map(|_| host(&kept)).map_err(|error| error.to_string());
        assert_eq!(told.is_ok(), sent.is_ok(), "{told:?} {sent:?}");
        assert!(told.is_err() || told == sent, "{told:?} {sent:?}");
    }
    let central = Description::new("Test", "2026-01-01", "DoThing").endpoint_rule(EndpointRule::Central);
    client.described(&Arc::new(central.default_region("cn-beijing"))).send().await.unwrap();
    assert_eq!(host(&kept), "test.aliyuncs.com");
}

#[tokio::test]
async fn a_call_is_repeated_only_if_it_says_that_it_may_be() {
    let unclear = Kept::answering(&[(500, r#"{"Code":"InternalError"}"#), (200, r#"{"request_id":"r"}"#)]);
    let call = |kept: &Kept| kept.client().call("Test", "2026-01-01", "DoThing");
    let error = call(&unclear).send().await.unwrap_err();
    assert_eq!((error.outcome(), error.attempts(), unclear.count()), (Outcome::Unknown, 1, 1));

    let unclear = Kept::answering(&[(500, r#"{"Code":"InternalError"}"#), (200, r#"{"request_id":"r"}"#)]);
    let answer = call(&unclear).repeat(Repeat::Safe).send().await.unwrap();
    assert_eq!((answer.attempts(), answer.request_id()), (2, Some("r")));

    let unclear = Kept::answering(&[(500, r#"{"Code":"InternalError"}"#), (200, "{}")]);
    let answer = call(&unclear).repeat(Repeat::WithToken).send().await.unwrap();
    let sent = format!("ClientToken={}", answer.client_token().unwrap());
    assert_eq!(unclear.count(), 2);
    assert!((0..2).all(|_| unclear.request().uri().query() == Some(&*sent)), "{sent}");

    // A token that says nothing is none.
    let unclear = Kept::answering(&[(500, r#"{"Code":"InternalError"}"#), (200, "{}")]);
    let call = call(&unclear).repeat(Repeat::WithToken).param("ClientToken", "");
    assert_eq!(call.check(), []);
    assert_eq!(call.send().await.unwrap().client_token().map(str::len), Some(32));
    assert!((0..2).all(|_| unclear.request().uri().query().unwrap().len() == "ClientToken=".len() + 32));
}

#[tokio::test]
async fn a_text_that_says_nothing_is_missing_where_one_is_required() {
    let kept = Kept::default();
    let call = kept.client().call("Test", "2026-01-01", "DoThing").param_as(Parameter::new("Id").required(), "");
    assert_eq!(call.check()[0].to_string(), "Id is required and must not be empty");
    assert!(call.send().await.unwrap_err().is_invalid() && kept.count() == 0);
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_is_stated_is_kept() {
    let kept = Kept::default();
    let client = Client::new(&kept.config().endpoint("http://gateway.test").build().unwrap());
    let call = client.call("Test", "2026-01-01", "Counted").quota(Quota { calls: 1, seconds: 60 });
    call.clone().send().await.unwrap();
    let error = call.with_deadline(std::time::Duration::from_secs(5)).send().await.unwrap_err();
    assert!(error.is_paced() && error.to_string().contains("(1 calls per 60 s)"), "{error}");
    assert_eq!(error.operation().unwrap().name, "Counted");
}

#[tokio::test]
async fn what_travels_twice_is_written_in_both_places() {
    let kept = Kept::default();
    let body = Parameter::new("List").of(Kind::List(Box::new(Kind::Text))).also_at(Location::Body);
    let path = Parameter::new("Id").of(Kind::Text).at(Location::Header).also_at(Location::Path);
    let description = Arc::new(Arc::unwrap_or_clone(described([body, path])).path("/x/{Id}"));
    kept.client().described(&description).param("List", json!(["a"])).param("Id", "7").send().await.unwrap();
    let sent = kept.request();
    assert_eq!((sent.uri().path(), sent.uri().query()), ("/x/7", Some("List.1=a")));
    assert_eq!((&sent.body()[..], sent.headers()["id"].to_str().unwrap()), (&b"[\"a\"]"[..], "7"));
}

#[tokio::test]
async fn an_answer_is_json_or_what_came() {
    let kept =
        Kept::answering(&[(200, "<Result><RequestId>x</RequestId><N>1</N></Result>"), (200, "no json"), (204, "")]);
    let client = kept.client();
    let call = || client.call("Test", "2026-01-01", "DoThing").send();
    let xml = call().await.unwrap();
    assert_eq!((xml.request_id(), xml.json().unwrap()["N"].clone()), (Some("x"), json!("1")));
    let text = call().await.unwrap();
    assert_eq!(text.body(), "no json");
    let error = text.json().unwrap_err();
    assert!(error.is_undecodable() && error.outcome() == Outcome::Executed, "{error}");
    let empty = call().await.unwrap();
    assert_eq!((empty.http_status(), empty.json().unwrap()), (204, Value::Null));
}

#[tokio::test]
async fn every_violation_of_a_description_is_told_at_once() {
    let kept = Kept::default();
    let description = described([
        Parameter::new("Count").of(Kind::Int32).at_least(1.0).at_most(9.0),
        Parameter::new("Id").of(Kind::Text).required().length(2, 3).pattern("^[a-z]+$"),
        Parameter::new("Color").of(Kind::Text).one_of(["red", "blue"]),
        Parameter::new("Parts").of(Kind::List(Box::new(Kind::Object("Part".to_owned())))).items(0, 1),
        Parameter::new("Secret").of(Kind::Text).required(),
    ]);
    let part = Parameter::new("Key").of(Kind::Text).required();
    let description = Arc::new(Arc::unwrap_or_clone(description).object("Part", [part]));
    let call = || kept.client().described(&description);
    let told = |call: apsara_core::untyped::Call| {
        call.check().iter().map(|it| format!("{it}{}", if it.is_warning() { "?" } else { "" })).collect::<Vec<_>>()
    };
    let bad =
        call().param("Count", 10).param("Id", "A").param("Color", "pink").param("Parts", json!([{}, { "Key": "k" }]));
    assert_eq!(
        told(bad.clone()),
        [
            "Count must be from 1 to 9",
            "Id must have at least 2 characters, has 1",
            "Id must match `^[a-z]+$`",
            "Parts must have at most 1 elements, has 2",
            "Parts[1].Key is required",
            "Secret is required",
            "Color is none of the documented values red, blue?",
        ]
    );
    assert_eq!(bad.send().await.unwrap_err().violations().len(), 6);
    let wrong =
        call().param("Id", "ab").param("Secret", "s3").param("Count", "1").param("Parts", json!([{ "Kex": 1 }]));
    let wrong = wrong.param("id", "x").param("Unlike", 1);
    assert_eq!(
        told(wrong.clone()),
        [
            "Count cannot be read: expected a 32-bit integer, found a text",
            "Parts[0] cannot be read: unknown name `Kex`, did you mean `Key`?",
            "id is no parameter of this operation, did you mean `Id`?",
            "Unlike is no parameter of this operation",
        ]
    );
    assert_eq!(wrong.send().await.unwrap_err().outcome(), Outcome::NotSent);
    assert_eq!(kept.count(), 0, "something was sent");
    // What nobody described can be sent all the same, if it is said where it goes.
    call().param("Id", "ab").param("Secret", "s3").query("Unlike", 1).send().await.unwrap();
    assert_eq!(kept.request().uri().query(), Some("Id=ab&Secret=s3&Unlike=1"));
}

#[tokio::test]
async fn a_name_on_the_wire_is_given_once() {
    let kept = Kept::default();
    let call = || kept.client().call("Ecs", "2014-05-26", "DescribePrice").param("DataDisk", json!([{ "Size": 1 }]));
    for twice in [call().param("DataDisk.1.Size", 2), call().form("Map", json!({ "a.b": 1, "a": { "b": 1 } }))] {
        let error = twice.send().await.unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains("is given twice"), "{error}");
    }
    assert_eq!(kept.count(), 0, "something was sent");
    call().param("DataDisk.2.Size", 2).param("DataDisk.1", 3).send().await.unwrap();
    assert_eq!(kept.request().uri().query(), Some("DataDisk.1=3&DataDisk.1.Size=1&DataDisk.2.Size=2"));
}

#[tokio::test]
async fn what_must_not_be_seen_is_not() {
    let kept = Kept::answering(&[(
        400,
        r#"{"Code":"Bad","Message":"hunter2, s-e-c-r-e-t, k-e-y, p-a-s-s, a-p-i, d-e-e-p and shown"}"#,
    )]);
    let call =
        kept.client().call("Test", "2026-01-01", "DoThing").param("DbPassword", "hunter2").param("Name", "shown");
    let call = call.param("Inner", json!({ "Key": "s-e-c-r-e-t" })).sensitive("Inner").param("Url", "rtmp://h/app/key");
    // What the name of an entry says counts as much as what that of a parameter does, and a text may hold entries.
    let map = Parameter::new("Config").of(Kind::Map(Box::new(Kind::Text)));
    let call = call.param_as(map, json!({ "CallbackAuthKey": "k-e-y", "Shown": "shown as well" }));
    let call = call.param("Settings", r#" {"Password":"p-a-s-s","Shown":"this too"}"#);
    // Said beforehand, or by a description, it holds as well.
    let call =
        call.sensitive("ApiKey").form("ApiKey", "a-p-i").sensitive("Deep").json("Deep", json!({ "Key": "d-e-e-p" }));
    let debug = format!("{call:?}");
    assert!(debug.contains("shown as well") && debug.contains("this too"), "{debug}");
    for secret in ["hunter2", "s-e-c-r-e-t", "key\"", "k-e-y", "p-a-s-s", "a-p-i", "d-e-e-p"] {
        assert!(!debug.contains(secret), "{secret}: {debug}");
    }
    assert!(debug.contains("shown") && debug.contains("DbPassword: [redacted]"), "{debug}");
    let error = call.send().await.unwrap_err().to_string();
    for secret in ["hunter2", "s-e-c-r-e-t", "k-e-y", "p-a-s-s", "a-p-i", "d-e-e-p"] {
        assert!(!error.contains(secret), "{secret}: {error}");
    }
    assert!(error.contains("shown"), "{error}");
}

#[tokio::test]
async fn nothing_that_is_said_of_an_operation_sends_it_to_another_host() {
    let kept = Kept::default();
    let call = |product: &str, version: &str, name: &str| kept.client().call(product, version, name);
    let cs = |path: &str| call("Cs", "2015-12-15", "GetIt").style(Style::Roa).path(path);
    for (call, what) in [
        (cs("{Id}/nodes").path_param("Id", ".evil.example"), "path must begin with `/`"),
        (cs("@evil.example/x"), "path must begin with `/`"),
        (cs(""), "path must begin with `/`"),
        (call("Ecs", "2014-05-26", "DescribeRegions\n"), "operation must be"),
        (call("Ecs", "2014-05-26", "描述"), "operation must be"),
        (call("Ecs", "2014-05-26\r\nx: y", "DescribeRegions"), "version must be"),
    ] {
        assert!(call.check()[0].to_string().contains(what), "{:?}", call.check());
        let error = call.send().await.unwrap_err();
        assert!(error.is_invalid() && error.to_string().contains(what), "{error}");
    }
    let product = call("evil.example/", "2015-12-15", "GetIt");
    let what = "the product `evil.example/` is no part of a host's name; set an endpoint";
    assert!(product.endpoint_of().unwrap_err().to_string().contains(what));
    assert!(product.send().await.unwrap_err().to_string().contains(what));
    assert_eq!(kept.count(), 0, "something was sent");
    cs("/nodes").send().await.unwrap();
    // With an endpoint the product is no part of the host.
    let config = kept.config().endpoint("https://h.test").region("cn-hangzhou").build().unwrap();
    Client::new(&config).call("of.mine", "2015-12-15", "GetIt").send().await.unwrap();
    assert_eq!(kept.request().uri().host(), Some("h.test"));
}

#[tokio::test]
async fn a_list_is_written_with_commas_where_its_shape_alone_is_said() {
    let kept = Kept::default();
    let ids = Parameter::new("Ids").shaped(Shape::Simple);
    for (value, query) in [(json!(["a", 2]), "Ids=a%2C2"), (json!("a"), "Ids=a")] {
        kept.client().call("Ecs", "2014-05-26", "DoIt").param_as(ids.clone(), value).send().await.unwrap();
        assert_eq!(kept.request().uri().query(), Some(query));
    }
}

/// Answers nothing.
#[derive(Debug)]
struct Silent;

impl Transport for Silent {
    fn send(&self, _: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_of_an_untyped_call_may_have_a_time_of_its_own() {
    let config = Kept::default().config().region("cn-hangzhou").transport(Silent).build().unwrap();
    let call = Client::new(&config).call("Ecs", "2014-05-26", "DoIt");
    let begun = tokio::time::Instant::now();
    let second = std::time::Duration::from_secs(1);
    let error = call.with_attempt_timeout(second).send().await.unwrap_err();
    assert!(error.to_string().contains("an attempt had no answer within 1s"), "{error}");
    assert_eq!((error.attempts(), begun.elapsed()), (1, second));
}

#[tokio::test]
async fn a_path_is_no_fact_of_an_operation_that_is_not_described() {
    let kept = Kept::default();
    let call =
        |path: &str| kept.client().call("Cs", "2015-12-15", "GetIt").style(Style::Roa).path(path).method(Method::Get);
    let bad = |path: &str| call(path).path_param("Id", "");
    let one = bad("/a/{Id}").send().await.unwrap_err().operation().unwrap();
    let two = bad("/b/{Id}").send().await.unwrap_err().operation().unwrap();
    assert!(std::ptr::eq(one, two), "each path makes an operation that is never forgotten");
    assert_eq!((one.path, one.product.style), ("/", Style::Roa));
    // Nor is it of one that is described, where the call gives another.
    let description = Arc::new(
        Description::new("Cs", "2015-12-15", "GetOne")
            .path("/c/{Id}")
            .parameter(Parameter::new("Id").at(Location::Path).required()),
    );
    let described = |path: Option<&str>| {
        let call = kept.client().described(&description);
        path.map_or(call.clone(), |path| call.path(path)).send()
    };
    let own = described(None).await.unwrap_err().operation().unwrap();
    let given = described(Some("/d/{Id}")).await.unwrap_err().operation().unwrap();
    assert!(std::ptr::eq(given, described(Some("/e/{Id}")).await.unwrap_err().operation().unwrap()));
    assert_eq!((own.path, given.path), ("/c/{Id}", "/"));
    let other = bad("/a/{Id}").quota(Quota::per_second(1)).send().await.unwrap_err().operation().unwrap();
    assert!(!std::ptr::eq(one, other));
}

#[test]
fn a_description_is_read_from_json_or_refused_with_its_place() {
    let json = json!({
        "product": "Test", "version": "2026-01-01", "name": "DoThing", "method": "get", "path": "/x/{Id}",
        "portalEndpoints": { "h.example.com": ["cn-a"] }, "quota": { "calls": 3, "seconds": 60 },
        "parameters": [
            { "name": "Id", "in": "path", "type": "text", "required": true, "length": [1, null] },
            { "name": "List", "in": "form", "alsoIn": ["query"], "shape": "simple", "type": { "list": { "map": { "object": "O" } } } },
        ],
        "objects": { "O": [{ "name": "F", "type": "int64", "oneOfNumbers": [1, 2] }] },
    });
    let description = Description::from_json(&json).unwrap();
    let [id, list] = description.parameters() else { panic!("{description:?}") };
    assert_eq!(id, &Parameter::new("Id").of(Kind::Text).at(Location::Path).required().length(1, usize::MAX));
    let object = Kind::Map(Box::new(Kind::Object("O".to_owned())));
    let expected = Parameter::new("List").of(Kind::List(Box::new(object))).at(Location::Form);
    assert_eq!(list, &expected.also_at(Location::Query).shaped(Shape::Simple));
    assert_eq!(description.fields("O").unwrap()[0].name(), "F");
    assert_eq!(description.stated_quota(), Some(Quota { calls: 3, seconds: 60 }));
    for (pointer, value, told) in [
        ("/method", json!("fetch"), "`/method` must be one of get, post"),
        ("/parameters/1/in", json!(1), "`/parameters/1/in` must be one of query, form"),
        ("/parameters/0/length", json!([1]), "`/parameters/0/length` must be a least and a greatest number"),
        ("/parameters/1/type/list", json!({}), "`/parameters/1/type/list` must have `list`, `map` or `object`"),
        ("/objects/O/0/name", json!(""), "`/objects/O/0/name` must be a text"),
        ("/quota", json!({ "calls": 1 }), "`/quota` must have `calls` and `seconds`"),
    ] {
        let mut wrong = json.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        let error = Description::from_json(&wrong).unwrap_err().to_string();
        assert!(error.contains(told), "{error}");
    }
    let mut newer = json.clone();
    newer["parameters"][0]["mayBe"] = json!(true);
    let error = Description::from_json(&newer).unwrap_err().to_string();
    assert!(error.contains("`/parameters/0/mayBe` is unknown; the description may be of a newer version"), "{error}");
}

#[test]
fn a_text_from_a_command_line_is_a_value_of_its_kind() {
    let list = Kind::List(Box::new(Kind::Text));
    for (kind, text, value) in [
        (Kind::Int32, "7", json!(7)),
        (Kind::Int64, "9007199254740993", json!(9_007_199_254_740_993_i64)),
        (Kind::Bool, "true", json!(true)),
        (Kind::Number, "1.5", json!(1.5)),
        (Kind::Text, "7", json!("7")),
        (Kind::Json, "{\"a\":1}", json!({ "a": 1 })),
        (Kind::Json, "plain", json!("plain")),
        (list.clone(), "[\"a\"]", json!(["a"])),
    ] {
        assert_eq!(kind.parse(text), Ok(value), "{kind:?}");
    }
    let none = ["inf", "NaN", "1e999"].map(|text| (Kind::Number, text));
    for (kind, text) in [(Kind::Int32, "2147483648"), (Kind::Bool, "yes"), (list, "hunter2")].into_iter().chain(none) {
        let error = kind.parse(text).unwrap_err();
        assert!(error.starts_with("expected ") && !error.contains(text), "{error}");
    }
}
