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

/// Says what is known of the call: nothing while the form is empty, else its region, its texts and numbers, and lists of them.
fn called(used: Used, request: &Map<String, Value>) -> Used {
    let region = request.iter().find(|(name, _)| name.eq_ignore_ascii_case("RegionId"));
    let region = region.and_then(|(_, region)| region.as_str());
    let mut call = region.into_iter().fold(Call::default(), Call::region);
    for (name, value) in request {
        let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        let texts = items.iter().filter(|item| !item.is_object() && !item.is_array() && !item.is_null());
        let texts = texts.map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned));
        call = call.parameter(name, texts);
    }
    used.called(call)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use apsara_specs::Ram;

    use super::*;

    #[test]
    fn a_region_in_the_form_is_that_of_the_resource() {
        let rows = json!([{ "ramAction": { "action": "weather:DescribeWind",
            "resources": [{ "arn": "acs:weather:{#regionId}:{#accountId}:station/{#StationId}" }] } }]);
        let used = Used::new("weather", "DescribeWind", Ram::of_spec(&rows).unwrap());
        for (request, resource, remarks) in [
            (json!({ "RegionId": "cn-shanghai", "StationId": "s" }), "acs:weather:cn-shanghai:*:station/s", 0),
            (json!({ "regionId": "cn-shanghai", "StationId": "s" }), "acs:weather:cn-shanghai:*:station/s", 0),
            (json!({ "StationId": "s" }), "acs:weather:*:*:station/s", 1),
        ] {
            let policy = Policy::of(&[called(used.clone(), request.as_object().unwrap())]);
            assert_eq!(policy.statements()[0].resources(), [resource], "{request}");
            assert_eq!(policy.remarks().len(), remarks, "{request}");
        }
    }
}
