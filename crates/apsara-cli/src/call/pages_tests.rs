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
