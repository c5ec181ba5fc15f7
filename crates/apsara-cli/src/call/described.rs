//! Descriptions of operations, as the runtime takes them.

use apsara_core::untyped::Description;
use serde_json::Value;

use crate::catalog::Operation;
use crate::failure::Failure;

/// By what a list goes on from page to page. Fields of an answer are paths with dots.
#[derive(Debug)]
pub(super) struct Paging {
    pub(super) items: String,
    pub(super) number: Option<ByNumber>,
    pub(super) token: Option<ByToken>,
}

#[derive(Debug)]
pub(super) struct ByNumber {
    pub(super) number: String,
    pub(super) size: String,
    /// The field with the number of all items.
    pub(super) total: Option<String>,
    /// The field with the number of all pages.
    pub(super) last: Option<String>,
}

#[derive(Debug)]
pub(super) struct ByToken {
    pub(super) token: String,
    pub(super) next: String,
    pub(super) more: Option<String>,
}

/// Describes an operation, and tells it what was derived of its spec.
pub(crate) fn describe(operation: &mut Operation) -> Result<Description, Failure> {
    let Operation { product, name, shared, spec, overlay, .. } = &*operation;
    let described = apsara_codegen::describe_data(product, shared, name, spec, overlay.as_ref());
    let described = described.map_err(|refusals| unusable(operation, &refusals.to_string()))?;
    let description = Description::from_json(&described).map_err(|error| unusable(operation, &error.to_string()))?;
    let word = |key: &str| described[key].as_str().map(str::to_owned);
    operation.repeat = word("repeat").unwrap_or_else(|| operation.repeat.clone());
    operation.impact = word("impact").unwrap_or_else(|| operation.impact.clone());
    operation.quota = description.stated_quota().map(|quota| (quota.calls, quota.seconds));
    Ok(description)
}

/// Says how an operation's list goes on.
pub(super) fn paging(operation: &Operation) -> Result<Paging, Failure> {
    let Operation { product, name, shared, spec, overlay, .. } = operation;
    let paged = apsara_codegen::pages_data(product, shared, name, spec, overlay.as_ref());
    let paged = paged.map_err(|refusals| unusable(operation, &refusals.to_string()))?.ok_or_else(|| {
        Failure::usage(format!("it is not known how {} goes on from page to page", operation.word()))
            .with("what to do", "give the number or the token of a page by its parameter, call by call")
    })?;
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let by_number = |by: &Value| {
        let (number, size) = text(&by["number"]).zip(text(&by["size"]))?;
        Some(ByNumber { number, size, total: text(&by["total"]), last: text(&by["last"]) })
    };
    let by_token = |by: &Value| {
        let (token, next) = text(&by["token"]).zip(text(&by["next"]))?;
        Some(ByToken { token, next, more: text(&by["more"]) })
    };
    let items = text(&paged["items"]).unwrap_or_default();
    Ok(Paging { items, number: by_number(&paged["number"]), token: by_token(&paged["token"]) })
}

fn unusable(operation: &Operation, why: &str) -> Failure {
    Failure::usage(format!("the spec of {} cannot be used", operation.name)).with("because", why.trim_end())
}
