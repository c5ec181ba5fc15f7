use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::untyped::Client;
use apsara_core::{Config, Credentials, Retry};
use serde_json::json;

use super::*;

fn by_number(total: Option<&str>, last: Option<&str>) -> Paging {
    let text = |text: Option<&str>| text.map(str::to_owned);
    let number =
        ByNumber { number: "PageNumber".into(), size: "PageSize".into(), total: text(total), last: text(last) };
    Paging { items: "List".into(), number: Some(number), token: None }
}

/// Goes through answers with so many items; returns how many pages are asked for.
fn pages(paging: &Paging, request: Value, answers: &[(u64, Value)]) -> Result<usize, String> {
    let Value::Object(mut request) = request else { panic!("a request is an object") };
    let mut place = Place::of(paging, &request);
    for (number, (items, answer)) in answers.iter().enumerate() {
        if !place.step(paging, &mut request, answer, *items).map_err(|failure| failure.to_string())? {
            return Ok(number + 1);
        }
    }
    Err(format!("it goes on: {request:?}"))
}

#[test]
fn a_list_by_numbers_ends_by_its_total() {
    let paging = by_number(Some("Total"), None);
    let total = |items: u64| (items, json!({ "Total": "25" }));
    assert_eq!(pages(&paging, json!({}), &[total(10), total(10), total(5), total(0)]), Ok(3));
    assert_eq!(pages(&paging, json!({ "PageNumber": 3 }), &[total(10), total(10)]), Ok(1));
    // A total that is none, and no total at all: a short page is the last.
    assert_eq!(pages(&paging, json!({ "PageSize": 10 }), &[(10, json!({ "Total": 0 })), (3, json!({}))]), Ok(2));
    assert_eq!(pages(&paging, json!({}), &[(10, json!({})), (10, json!({})), (0, json!({}))]), Ok(3));
    let goes_on = pages(&paging, json!({}), &[total(10), total(10)]).unwrap_err();
    assert!(goes_on.contains("\"PageNumber\": Number(3)"), "{goes_on}");
}

#[test]
fn a_list_by_numbers_ends_by_its_last_page() {
    let paging = by_number(None, Some("Info.Pages"));
    let last = (10, json!({ "Info": { "Pages": 2 } }));
    assert_eq!(pages(&paging, json!({}), &[last.clone(), last.clone(), last]), Ok(2));
}

#[test]
fn a_list_by_tokens_ends_without_one_and_never_goes_in_circles() {
    let token = ByToken { token: "NextToken".into(), next: "Next".into(), more: Some("More".into()) };
    let paging = Paging { items: "List".into(), number: None, token: Some(token) };
    let next = |next: &str| (0, json!({ "Next": next, "More": true }));
    assert_eq!(pages(&paging, json!({}), &[next("a"), next("b"), next("")]), Ok(3));
    assert_eq!(pages(&paging, json!({}), &[next("a"), (1, json!({ "Next": "b", "More": false }))]), Ok(2));
    let error = pages(&paging, json!({}), &[next("canary"), next("b"), next("canary")]).unwrap_err();
    assert!(error.contains("given already") && !error.contains("canary"), "{error}");
}

/// Answers by pages that are written down, in their order.
#[derive(Debug)]
struct Written(Mutex<VecDeque<Value>>);

impl Transport for Written {
    fn send(
        &self,
        _: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, TransportError>> {
        let page = self.0.lock().unwrap().pop_front();
        Box::pin(async move {
            let page = page.ok_or_else(|| TransportError::new("there are no more pages"))?;
            Ok(http::Response::new(page.to_string().into()))
        })
    }
}

/// Goes through the pages of the instances of ECS.
fn instances(pages: &[Value]) -> Result<Value, String> {
    let mut operation = crate::catalog::product("ecs", None).unwrap().operation("DescribeInstances").unwrap();
    let description = Arc::new(operation.describe().unwrap());
    let paging = operation.paging().unwrap();
    assert_eq!(paging.items, "Instances");
    let config = Config::builder()
        .credentials(Credentials::new("LTAI-id", "secret").unwrap())
        .region("cn-shanghai")
        .transport(Written(Mutex::new(pages.iter().cloned().collect())))
        .retry(Retry::never())
        .without_pacing()
        .build()
        .unwrap();
    let Value::Object(request) = json!({ "RegionId": "cn-shanghai", "MaxResults": 2 }) else { unreachable!() };
    let prepared = Prepared { operation, description, client: Client::new(&config), request };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(all(&prepared, &paging)).map_err(|failure| failure.to_string())
}

fn page(ids: &[&str], next: &str) -> Value {
    let items: Vec<Value> = ids.iter().map(|id| json!({ "InstanceId": id })).collect();
    json!({ "Instances": items, "NextToken": next, "RequestId": ids[0] })
}

#[test]
fn the_items_of_all_pages_are_there_where_the_last_one_has_no_list() {
    let whole = instances(&[page(&["a", "b"], "x"), page(&["c"], "")]).unwrap();
    let ids = |answer: &Value| -> Vec<Value> {
        let items = answer["Instances"].as_array().cloned().unwrap_or_default();
        items.into_iter().map(|item| item["InstanceId"].clone()).collect()
    };
    assert_eq!((ids(&whole), &whole["RequestId"]), (vec![json!("a"), json!("b"), json!("c")], &json!("c")));
    for last in [json!({ "RequestId": "r" }), json!({ "RequestId": "r", "Instances": null })] {
        let answer = instances(&[page(&["a", "b"], "x"), last]).unwrap();
        assert_eq!((ids(&answer), &answer["RequestId"]), (vec![json!("a"), json!("b")], &json!("r")), "{answer}");
    }
}

#[test]
fn a_list_that_comes_in_an_object_stays_in_it() {
    let wrapped = |ids: &[&str], next: &str| {
        let items: Vec<Value> = ids.iter().map(|id| json!({ "InstanceId": id })).collect();
        json!({ "Instances": { "Instance": items }, "NextToken": next })
    };
    let all = json!([{ "InstanceId": "a" }, { "InstanceId": "b" }, { "InstanceId": "c" }]);
    let answer = instances(&[wrapped(&["a", "b"], "x"), wrapped(&["c"], "")]).unwrap();
    assert_eq!(answer["Instances"], json!({ "Instance": all }));
    for last in [json!({}), json!({ "Instances": {} }), json!({ "Instances": [] }), json!({ "Instances": null })] {
        let answer = instances(&[wrapped(&["a", "b", "c"], "x"), last]).unwrap();
        assert_eq!(answer["Instances"], json!({ "Instance": all }));
    }
}

#[test]
fn something_else_in_the_place_of_a_list_is_not_taken_for_an_empty_one() {
    for (wrong, found) in [
        (json!({ "Instances": { "Instance": [{ "InstanceId": "c" }], "Other": [] } }), "an object"),
        (json!({ "Instances": { "Count": 2 } }), "an object"),
        (json!({ "Instances": "c" }), "a text"),
        (json!([]), "a list"),
    ] {
        let error = instances(&[page(&["a"], "x"), wrong.clone()]).unwrap_err();
        let expected = format!("Instances is no list in this answer, but {found}");
        assert!(error.starts_with(&expected) && error.contains("1 page"), "{wrong}: {error}");
        assert!(error.contains("outcome     executed"), "{error}");
    }
}

#[test]
fn a_list_is_put_where_it_belongs_with_the_objects_on_the_way() {
    for (mut answer, expected) in [
        (json!({ "A": 1 }), Ok(json!({ "A": 1, "L": { "I": [2] } }))),
        (json!({ "L": null }), Ok(json!({ "L": { "I": [2] } }))),
        (json!({ "L": { "I": [], "B": 3 } }), Ok(json!({ "L": { "I": [2], "B": 3 } }))),
        (json!(null), Ok(json!({ "L": { "I": [2] } }))),
        (json!({ "L": "x" }), Err("a text")),
    ] {
        assert_eq!(put(&mut answer, "L.I", vec![json!(2)]).map(|()| answer), expected);
    }
    assert_eq!(take(&mut json!({ "L": { "I": [2] } }), "L.I"), Ok((vec![json!(2)], None)));
    assert_eq!(take(&mut json!({ "L": {} }), "L.I"), Ok((Vec::new(), None)));
    assert_eq!(take(&mut json!({ "L": [2] }), "L.I"), Err("a list"));
}
