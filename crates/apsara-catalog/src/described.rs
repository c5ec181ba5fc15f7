//! Descriptions of operations, as the runtime takes them.

use apsara_core::untyped::Description;
use serde_json::Value;

use crate::error::Error;
use crate::operation::Operation;

/// Says by what a list goes on from page to page. Fields of an answer are paths with dots.
#[derive(Clone, Debug)]
pub struct Paging {
    /// The field that holds the list.
    pub items: String,
    /// How it goes on by the number of a page, where it does.
    pub number: Option<ByNumber>,
    /// How it goes on by a token, where it does.
    pub token: Option<ByToken>,
}

/// Names the parameters and fields of a list whose pages are numbered.
#[derive(Clone, Debug)]
pub struct ByNumber {
    /// The parameter with the number of a page, from 1.
    pub number: String,
    /// The parameter with how many items a page has.
    pub size: String,
    /// The field with the number of all items.
    pub total: Option<String>,
    /// The field with the number of all pages.
    pub last: Option<String>,
}

/// Names the parameters and fields of a list whose pages have tokens.
#[derive(Clone, Debug)]
pub struct ByToken {
    /// The parameter that takes the token.
    pub token: String,
    /// The field with the token of the next page.
    pub next: String,
    /// The field that says whether there is more.
    pub more: Option<String>,
}

impl Operation {
    /// Describes the operation as the runtime takes it, and sets what the spec as a whole says of `repeat`, `impact` and `quota`.
    ///
    /// # Errors
    ///
    /// If the spec cannot be used; the error says where and why.
    pub fn describe(&mut self) -> Result<Description, Error> {
        let operation = self;
        let Operation { product, name, shared, spec, overlay, .. } = &*operation;
        let described = apsara_codegen::describe_data(product, shared, name, spec, overlay.as_ref());
        let described = described.map_err(|refusals| unusable(operation, &refusals.to_string()))?;
        let description =
            Description::from_json(&described).map_err(|error| unusable(operation, &error.to_string()))?;
        let word = |key: &str| described[key].as_str().map(str::to_owned);
        operation.repeat = word("repeat").unwrap_or_else(|| operation.repeat.clone());
        operation.impact = word("impact").unwrap_or_else(|| operation.impact.clone());
        operation.quota = description.stated_quota().map(|quota| (quota.calls, quota.seconds));
        Ok(description)
    }

    /// Says how the operation's list goes on.
    ///
    /// # Errors
    ///
    /// If the spec leaves in doubt how, or cannot be used.
    pub fn paging(&self) -> Result<Paging, Error> {
        let operation = self;
        let Operation { product, name, shared, spec, overlay, .. } = operation;
        let paged = apsara_codegen::pages_data(product, shared, name, spec, overlay.as_ref());
        let paged = paged.map_err(|refusals| unusable(operation, &refusals.to_string()))?.ok_or_else(|| {
            Error::new(format!("it is not known how {} goes on from page to page", operation.word()))
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
}

fn unusable(operation: &Operation, why: &str) -> Error {
    Error::new(format!("the spec of {} cannot be used", operation.name)).with("because", why.trim_end())
}
