//! Pages of lists that are known by their specs alone: whatever is listed is on the first one, so that every list ends.

use serde_json::Value;

use super::{Found, values};
use crate::request::WireRequest;

/// The names of parameters that hold the number of a page, which is counted from 1: in lower case and without `_` and `-`, as all here.
const NUMBERS: [&str; 6] = ["currentpage", "page", "pageindex", "pageno", "pagenum", "pagenumber"];
/// The names of parameters that hold what a page is called, and of fields that tell what the next one is.
const TOKENS: [&str; 5] = ["continuationtoken", "nextpagetoken", "nexttoken", "pagetoken", "scrolltoken"];
/// The names of fields that say whether there is a next page.
const MORE: [&str; 4] = ["hasmore", "hasnext", "hasnextpage", "istruncated"];

fn is_among(name: &str, names: &[&str]) -> bool {
    let bare: String = name.chars().filter(|letter| !['_', '-'].contains(letter)).collect();
    names.contains(&bare.to_ascii_lowercase().as_str())
}

/// Whether a request asks for a page behind the first one.
pub(super) fn is_asked_for(found: &Found<'_>, request: &WireRequest) -> bool {
    values(found, request).iter().any(|(name, values)| {
        let is_behind = |value: &String| value.trim().parse().is_ok_and(|number: i64| number > 1);
        is_among(name, &NUMBERS) && values.iter().any(is_behind)
            || is_among(name, &TOKENS) && values.iter().any(|value| !value.is_empty())
    })
}

/// Makes an answer the page behind the last item: nothing is listed, and no page follows.
pub(super) fn empty(answer: &mut Value) {
    match answer {
        Value::Array(items) => items.clear(),
        Value::Object(fields) => {
            fields.retain(|name, value| !is_among(name, &TOKENS) || value.is_string());
            for (name, value) in fields {
                match value {
                    Value::String(token) if is_among(name, &TOKENS) => token.clear(),
                    Value::Bool(more) if is_among(name, &MORE) => *more = false,
                    value => empty(value),
                }
            }
        }
        _ => {}
    }
}
