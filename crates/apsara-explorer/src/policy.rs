//! The smallest policy that allows the call that stands in a form.

use apsara_policy::{Call, Policy, Used};
use http::StatusCode;
use serde_json::{Map, Value, json};

use crate::explorer::App;
use crate::send::{Prepared, Refusal, refusal};

/// Writes the policy, as narrow as what is in the form allows.
pub(crate) fn write(app: &App, asked: &Value) -> Result<Value, Refusal> {
    let Prepared { operation, request, .. } = Prepared::read(app, asked)?;
    let Some(used) = app.specs.find(&operation.product, Some(operation.version()), &operation.name) else {
        let message = format!("the documents of {} do not say what RAM must allow for it", operation.name);
        return Err(refusal(StatusCode::NOT_FOUND, message));
    };
    let policy = Policy::of(&[called(used, &request)]);
    let remarks: Vec<String> = policy.remarks().iter().map(ToString::to_string).collect();
    let text = (!policy.statements().is_empty()).then(|| policy.to_string());
    Ok(json!({ "policy": text, "remarks": remarks }))
}

/// Says what is known of the call: nothing while the form is empty, else its texts and numbers, and lists of them.
fn called(used: Used, request: &Map<String, Value>) -> Used {
    let mut call = Call::default();
    for (name, value) in request {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let texts = items.iter().filter(|item| !item.is_object() && !item.is_array() && !item.is_null());
        let texts = texts.map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
        call = call.parameter(name, texts);
    }
    used.called(call)
}
