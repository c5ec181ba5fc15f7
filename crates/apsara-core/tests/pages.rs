//! Lists over a scripted transport: which requests are made, what is given, and when it ends.

#![allow(clippy::unwrap_used)]

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use apsara_core::generated::v1 as rt;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, Credentials, Error, Outcome};
use bytes::Bytes;
use futures_core::Stream;

static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };

#[derive(Clone, Debug)]
struct Client;

#[derive(Clone, Default)]
struct ListRequest {
    name: Option<String>,
    page_number: Option<i32>,
    page_size: Option<i32>,
    token: Option<String>,
}

impl rt::Record for ListRequest {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("Name", name),
        rt::field!("NextToken", token),
        rt::field!("PageNumber", page_number),
        rt::field!("PageSize", page_size),
    ];
}

impl rt::Request for ListRequest {
    type Client = Client;
    type Response = ListResponse;
    const OPERATION: &'static rt::Operation =
        &rt::Operation { name: "List", repeat: rt::Repeat::Safe, ..rt::Operation::of(&PRODUCT) };
}

/// By number where `Total` is answered, else by token.
impl rt::Paged for ListRequest {
    type Item = String;
    const BY: rt::Paging =
        rt::Paging::number("PageNumber", "PageSize", "Data.Total").or_token("NextToken", "NextToken");
    const ITEMS: rt::ItemsOf<Self> = |it| Some(&mut it.data.as_mut()?.names);
}

#[derive(Debug, Default, PartialEq)]
struct ListResponse {
    data: Option<Data>,
    next: Option<String>,
}

impl rt::Record for ListResponse {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Data", data), rt::field!("NextToken", next)];
}

#[derive(Debug, Default, PartialEq)]
struct Data {
    names: Vec<String>,
    total: Option<i64>,
}

impl rt::Record for Data {
    const FIELDS: &'static [rt::Field<Self>] =
        &[rt::field!("Names", names).wrapped("Name"), rt::field!("Total", total)];
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum Step {
    Body(&'static str),
    Refused(u16, &'static str),
    Hang,
}

use Step::{Body, Hang, Refused};

/// Plays a script; keeps the queries of what was sent.
#[derive(Clone, Debug)]
struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    sent: Arc<Mutex<Vec<String>>>,
    /// How many requests are on their way.
    open: Arc<()>,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), sent: Arc::default(), open: Arc::default() }
    }

    fn call(&self) -> rt::Call<ListRequest> {
        let key = Credentials::new("LTAI-id", "secret").unwrap();
        let config = Config::builder().credentials(key).endpoint("http://gateway.test").transport(self.clone());
        rt::Call::new(&rt::Client::new(&config.build().unwrap(), &PRODUCT))
    }

    fn sent(&self) -> Vec<String> {
        self.sent.lock().unwrap().clone()
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.sent.lock().unwrap().push(request.uri().query().unwrap_or_default().to_owned());
        let step = self.steps.lock().unwrap().pop_front().expect("no request is made beyond the script");
        let open = Arc::clone(&self.open);
        Box::pin(async move {
            let _open = open;
            let (status, body) = match step {
                Body(body) => (200, body.to_owned()),
                Refused(status, code) => (status, format!(r#"{{"Code":"{code}","RequestId":"r"}}"#)),
                Hang => std::future::pending().await,
            };
            Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap())
        })
    }
}

/// Reads a list to its end; returns its items, and the error if there was one.
async fn items(script: &Script) -> (Vec<String>, Option<Error>) {
    let (mut items, mut given) = (script.call().items(), Vec::new());
    while let Some(item) = items.next().await {
        match item {
            Ok(item) => given.push(item),
            Err(error) => {
                assert!(items.next().await.is_none(), "an error is the last that is given");
                return (given, Some(error));
            }
        }
    }
    assert!(items.next().await.is_none(), "the end stays the end");
    (given, None)
}

#[tokio::test(start_paused = true)]
async fn pages_are_asked_for_by_number_and_everything_else_is_kept() {
    let script = Script::new([
        Body(r#"{"Data":{"Names":{"Name":["c","d"]},"Total":5}}"#),
        Body(r#"{"Data":{"Names":{"Name":["e"]},"Total":"5"}}"#),
    ]);
    let mut call = script.call();
    (call.request.page_number, call.request.page_size, call.request.name) = (Some(2), Some(2), Some("x".to_owned()));
    let (mut pages, mut given) = (call.pages(), Vec::new());
    while let Some(page) = pages.next().await {
        given.extend(page.unwrap().data.unwrap().names);
    }
    assert_eq!(given, ["c", "d", "e"]);
    assert_eq!(script.sent(), ["Name=x&PageNumber=2&PageSize=2", "Name=x&PageNumber=3&PageSize=2"]);
}

#[tokio::test(start_paused = true)]
async fn items_come_over_all_pages_whatever_their_shape() {
    let script = Script::new([
        Body(r#"{"Data":{"Names":["a"]},"NextToken":"t1"}"#),
        Body(r#"{"Data":{"Names":null},"NextToken":"t2"}"#),
        Body(r#"{"Data":null,"NextToken":"t3"}"#),
        Body(r#"{"Data":{"Names":{"Name":["b"]}},"NextToken":null}"#),
    ]);
    let (given, error) = items(&script).await;
    assert_eq!((given, error.is_none()), (vec!["a".to_owned(), "b".to_owned()], true));
    assert_eq!(script.sent(), ["", "NextToken=t1", "NextToken=t2", "NextToken=t3"]);
}

#[tokio::test(start_paused = true)]
async fn a_page_is_a_call_that_is_tried_again() {
    let script = Script::new([
        Body(r#"{"Data":{"Names":["a"]},"NextToken":"t1"}"#),
        Refused(429, "Throttling.User"),
        Refused(503, "ServiceUnavailable"),
        Body(r#"{"Data":{"Names":["b"]}}"#),
    ]);
    let (given, error) = items(&script).await;
    assert_eq!((given.len(), error.is_none(), script.sent().len()), (2, true, 4));
}

#[tokio::test(start_paused = true)]
async fn an_error_ends_the_list_after_what_came_before_it() {
    let script =
        Script::new([Body(r#"{"Data":{"Names":["a","b"]},"NextToken":"t1"}"#), Refused(400, "InvalidParameter")]);
    let (given, error) = items(&script).await;
    assert_eq!(given, ["a", "b"]);
    assert_eq!(error.unwrap().service().unwrap().code(), "InvalidParameter");
    let mut pages = Script::new([Refused(403, "NoPermission")]).call().pages();
    assert!(pages.next().await.unwrap().unwrap_err().is_denied());
    assert!(pages.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_repeated_token_is_an_error_after_the_page_that_it_came_with() {
    let script = Script::new([
        Body(r#"{"Data":{"Names":["a"]},"NextToken":"t1"}"#),
        Body(r#"{"Data":{"Names":["b"]},"NextToken":"t1"}"#),
    ]);
    let (given, error) = items(&script).await;
    let error = error.unwrap();
    assert_eq!(given, ["a", "b"]);
    assert_eq!((error.outcome(), error.is_timeout()), (Outcome::Executed, false));
    assert!(error.to_string().contains("NextToken names a page that was given already"), "{error}");
    assert!(!error.to_string().contains("t1"), "a token is not shown");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_only_says_that_the_list_is_over_is_not_given() {
    let script =
        Script::new([Body(r#"{"Data":{"Names":["a"],"Total":9}}"#), Body(r#"{"Data":{"Names":[],"Total":9}}"#)]);
    let mut pages = script.call().pages();
    assert!(pages.next().await.unwrap().is_ok());
    assert!(pages.next().await.is_none());
    assert_eq!(script.sent().len(), 2);
    let mut empty = Script::new([Body(r#"{"Data":{"Names":[],"Total":0}}"#)]).call().pages();
    assert_eq!(empty.next().await.unwrap().unwrap().data.unwrap().total, Some(0), "a list without items has an answer");
    assert!(empty.next().await.is_none());
}

#[tokio::test(start_paused = true)]
async fn every_page_has_the_deadline_of_the_call() {
    let script = Script::new([Body(r#"{"Data":{"Names":["a"]},"NextToken":"t1"}"#), Hang]);
    let mut items = script.call().with_deadline(Duration::from_secs(7)).items();
    assert_eq!(items.next().await.unwrap().unwrap(), "a");
    tokio::time::sleep(Duration::from_secs(60)).await;
    let start = tokio::time::Instant::now();
    assert!(items.next().await.unwrap().unwrap_err().is_timeout());
    assert_eq!(start.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn what_was_begun_is_gone_on_with_and_dropping_the_list_cancels_it() {
    let script = Script::new([Hang]);
    let mut pages = script.call().pages();
    let before = Arc::strong_count(&script.open);
    for _ in 0..2 {
        let soon = tokio::time::timeout(Duration::from_secs(1), pages.next()).await;
        assert!(soon.is_err());
    }
    assert_eq!((script.sent().len(), Arc::strong_count(&script.open)), (1, before + 1), "one request, on its way");
    drop(pages);
    assert_eq!(Arc::strong_count(&script.open), 1);
}

#[tokio::test(start_paused = true)]
async fn both_are_streams_that_can_be_sent_and_ask_for_nothing_by_themselves() {
    fn is_stream<S: Stream + Send + Unpin>(stream: S) -> S {
        stream
    }
    let script = Script::new([Body(r#"{"Data":{"Names":["a"],"Total":1}}"#)]);
    let mut items = is_stream(script.call().items());
    drop(is_stream(script.call().pages()));
    assert!(script.sent().is_empty());
    let mut next = async || poll_fn(|context| Pin::new(&mut items).poll_next(context)).await;
    assert_eq!(next().await.unwrap().unwrap(), "a");
    assert!(next().await.is_none());
    let ready = poll_fn(|context| Poll::Ready(Pin::new(&mut items).poll_next(context).is_ready())).await;
    assert!(ready);
}
