//! From a resource with placeholders to the names of resources.

use std::collections::BTreeSet;

use apsara_specs::RamResource;
#[cfg(any(test, feature = "observer"))]
use apsara_specs::{Ram, RamAction};

use crate::Call;

/// Into how many names one resource may be filled. Beyond that they stand for no choice, and `*` takes their place.
const MOST: usize = 100;

/// The names that a resource stands for, and the parts of it that are not known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Filled {
    pub(crate) names: Vec<String>,
    pub(crate) unknown: Vec<String>,
    /// Parts that calls named in more ways than a policy can list.
    pub(crate) too_many: Vec<String>,
    /// Values that RAM reads as patterns.
    pub(crate) wild: Vec<String>,
}

/// Returns the parts of a resource that calls name in more ways than a policy can list, all calls together.
pub(crate) fn crowded<'r>(resource: &'r RamResource, calls: &[Call]) -> BTreeSet<&'r str> {
    let is_crowded = |name: &&str| {
        let mut values = BTreeSet::new();
        calls.iter().any(|call| {
            values.extend(part(name, call, None));
            values.len() > MOST
        })
    };
    placeholders(&resource.template).filter(is_crowded).collect()
}

/// Fills a resource with what a call says, but for the parts that are crowded. One that is optional and was not named has no name.
pub(crate) fn fill(resource: &RamResource, call: &Call, crowded: &BTreeSet<&str>) -> Filled {
    let mut filled = Filled::default();
    if !resource.template.starts_with("acs:") {
        return filled;
    }
    let mut texts = vec![String::new()];
    let (mut missing, mut named) = (false, false);
    // An ARN that fills a part says whose resource it is as well.
    let owner = placeholders(&resource.template).find_map(|name| of_parameter(name, call)?.owner);
    let mut rest = resource.template.as_str();
    while let Some((before, name, behind)) = next_placeholder(rest) {
        rest = behind;
        let values = part(name, call, owner.as_ref());
        if !is_account(name) && !is_region(name) {
            (missing, named) = (missing | values.is_empty(), named | !values.is_empty());
        }
        let values = if values.is_empty() {
            // Whoever a policy belongs to has one account only.
            filled.unknown.extend((!is_account(name)).then(|| name.to_owned()));
            vec!["*".to_owned()]
        } else if values.len() * texts.len() > MOST || crowded.contains(name) {
            filled.too_many.push(name.to_owned());
            vec!["*".to_owned()]
        } else {
            filled.wild.extend(values.iter().filter(|value| value.contains(['*', '?'])).cloned());
            values
        };
        texts =
            texts.iter().flat_map(|text| values.iter().map(move |value| format!("{text}{before}{value}"))).collect();
    }
    if resource.is_optional && call.parameters.is_some() && (missing || !named) {
        return Filled::default();
    }
    filled.names = texts.into_iter().map(|text| text + rest).collect();
    filled
}

/// Returns those of the parameters by whose values RAM decides: what resources name, and what condition keys are called after.
#[cfg(any(test, feature = "observer"))]
pub(crate) fn deciding<'n>(ram: &Ram, names: &(impl Iterator<Item = &'n str> + Clone)) -> Vec<&'n str> {
    let of_action = |action: &RamAction| {
        let parts = action.resources.iter().flat_map(|resource| placeholders(&resource.template));
        let parts = parts.filter(|part| !is_account(part)).filter_map(|part| parameter_of(part, names.clone()));
        let keys = action.condition_keys.iter().map(|key| key_name(key));
        let keys = keys.filter_map(|key| names.clone().find(|name| name.eq_ignore_ascii_case(key)));
        parts.chain(keys).collect::<Vec<_>>()
    };
    let mut found: Vec<&str> = ram.actions.iter().flat_map(of_action).collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Returns what a condition key is called without its service.
pub(crate) fn key_name(key: &str) -> &str {
    key.split_once(':').map_or(key, |(_, name)| name)
}

/// Returns what a call says of a part of a resource; the account is that of an ARN that fills another part, if there is one.
fn part(name: &str, call: &Call, owner: Option<&String>) -> Vec<String> {
    if is_account(name) {
        owner.or(call.account.as_ref()).cloned().into_iter().collect()
    } else if is_region(name) {
        call.region.iter().cloned().collect()
    } else {
        of_parameter(name, call).map(|found| found.values).unwrap_or_default()
    }
}

/// What a parameter says of a part of a resource.
struct Said {
    values: Vec<String>,
    /// The account in an ARN.
    owner: Option<String>,
}

fn of_parameter(placeholder: &str, call: &Call) -> Option<Said> {
    let names = call.parameters.iter().flat_map(|parameters| parameters.keys().map(String::as_str));
    let name = parameter_of(placeholder, names)?;
    let is_list = ends_with(name, "s") && !ends_with(placeholder, "s");
    let mut said = Said { values: Vec::new(), owner: None };
    for value in call.values(name) {
        let items = match json_list(value) {
            Some(items) => items,
            None if is_list && of_arn(value).is_none() => value.split(',').map(|one| one.trim().to_owned()).collect(),
            None => vec![value.clone()],
        };
        for item in items {
            let Some((owner, resource)) = of_arn(&item) else {
                said.values.push(item);
                continue;
            };
            said.owner = Some(owner.to_owned()).filter(|owner| !owner.is_empty());
            said.values.push(resource.to_owned());
        }
    }
    said.values.retain(|value| !value.is_empty());
    Some(said)
}

/// Reads a list of texts and numbers that is written as JSON.
fn json_list(value: &str) -> Option<Vec<String>> {
    let items: Vec<serde_json::Value> = serde_json::from_str(value).ok()?;
    let text = |item: serde_json::Value| match item {
        serde_json::Value::String(text) => Some(text),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    items.into_iter().map(text).collect()
}

/// Takes the account and the last part of an ARN.
fn of_arn(value: &str) -> Option<(&str, &str)> {
    let mut parts = value.strip_prefix("acs:")?.splitn(4, ':').skip(2);
    let (account, relative) = (parts.next()?, parts.next()?);
    Some((account, relative.split_once('/').map_or(relative, |(_, name)| name)))
}

/// Finds the parameter that a placeholder means. Documents write one thing in several ways, so the one with the best claim is taken.
fn parameter_of<'n>(placeholder: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    names
        .filter_map(|name| Some((claim(placeholder, name)?, name)))
        .max_by_key(|(claim, _)| *claim)
        .map(|(_, name)| name)
}

/// Says how well a parameter's name fits a placeholder; nothing if it does not.
fn claim(placeholder: &str, name: &str) -> Option<usize> {
    /// More than any name is long.
    const SURE: usize = 1 << 16;
    let (placeholder, name) = (placeholder.to_lowercase(), name.to_lowercase());
    let one = name.strip_suffix('s').unwrap_or(&name);
    let stem = ["name", "id"].iter().find_map(|end| placeholder.strip_suffix(end)).filter(|stem| !stem.is_empty());
    if name == placeholder {
        Some(4 * SURE)
    } else if one == placeholder {
        Some(3 * SURE)
    } else if stem == Some(&name) {
        Some(2 * SURE)
    } else if stem.is_some_and(|stem| name.strip_suffix("arn") == Some(stem)) {
        Some(SURE)
    } else {
        // `{AggregatorCompliancePackId}` is the parameter `CompliancePackId`.
        (name.len() > 2 && (placeholder.ends_with(&name) || placeholder.ends_with(one))).then_some(name.len())
    }
}

fn is_account(placeholder: &str) -> bool {
    placeholder.eq_ignore_ascii_case("accountId")
}

fn is_region(placeholder: &str) -> bool {
    placeholder.eq_ignore_ascii_case("regionId")
}

fn ends_with(name: &str, end: &str) -> bool {
    name.to_lowercase().ends_with(end)
}

fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let (_, name, behind) = next_placeholder(rest)?;
        rest = behind;
        Some(name)
    })
}

/// Parts a text at its first placeholder: what stands before it, its name, and what stands behind it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once('{')?;
    let (name, behind) = after.split_once('}')?;
    Some((before, name, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(template: &str, call: &Call) -> Vec<String> {
        of(&resource(template, false), call).names
    }

    fn of(resource: &RamResource, call: &Call) -> Filled {
        fill(resource, call, &crowded(resource, std::slice::from_ref(call)))
    }

    fn resource(template: &str, is_optional: bool) -> RamResource {
        let spec = serde_json::json!([{ "ramAction": { "action": "x:Y", "resources": [
            { "arn": template, "validationType": if is_optional { "conditional" } else { "always" } }] } }]);
        Ram::of_spec(&spec).unwrap().actions[0].resources[0].clone()
    }

    #[test]
    fn what_a_call_says_takes_the_place_of_placeholders() {
        let call = Call::default().account("1000").region("cn-hangzhou").parameter("project", ["p"]);
        let call = call.parameter("ConfigRuleIds", ["a, b"]).parameter("CompliancePackId", ["c"]);
        for (template, expected) in [
            ("acs:log:{#regionId}:{#accountId}:project/{#ProjectName}", &["acs:log:cn-hangzhou:1000:project/p"][..]),
            ("acs:log:*:{AccountId}:project/{project}/logstore/*", &["acs:log:*:1000:project/p/logstore/*"]),
            (
                "acs:config:*:{#accountId}:rule/{#ConfigRuleId}",
                &["acs:config:*:1000:rule/a", "acs:config:*:1000:rule/b"],
            ),
            ("acs:config:*:*:pack/{#AggregatorCompliancePackId}", &["acs:config:*:*:pack/c"]),
            ("acs:log:*:*:x/{#Unheard}", &["acs:log:*:*:x/*"]),
            ("*", &[]),
        ] {
            assert_eq!(names(template, &call), expected, "{template}");
        }
    }

    #[test]
    fn what_is_not_known_is_told() {
        let template = "acs:log:{#regionId}:{#accountId}:project/{#p}/logstore/{#l}";
        let filled = of(&resource(template, false), &Call::default());
        assert_eq!(filled.names, ["acs:log:*:*:project/*/logstore/*"]);
        assert_eq!(filled.unknown, ["regionId", "p", "l"]);
    }

    #[test]
    fn an_arn_says_the_account_and_the_name() {
        let call = Call::default().account("1").parameter("RoleArn", ["acs:ram::2:role/ops/x"]);
        assert_eq!(names("acs:ram:*:{AccountId}:role/{RoleName}", &call), ["acs:ram:*:2:role/ops/x"]);
    }

    #[test]
    fn an_optional_resource_has_a_name_if_the_call_names_it_or_nothing_is_known() {
        let optional = resource("acs:oss:*:*:{#bucket}/*", true);
        assert_eq!(of(&optional, &Call::default()).names, ["acs:oss:*:*:*/*"]);
        assert_eq!(of(&optional, &Call::default().parameter("other", ["x"])).names, [""; 0]);
        assert_eq!(of(&optional, &Call::default().parameter("bucket", ["b"])).names, ["acs:oss:*:*:b/*"]);
    }

    #[test]
    fn a_list_in_a_text_of_json_is_taken_apart_as_json() {
        let of = |value: &str| names("acs:ecs:*:*:i/{#InstanceId}", &Call::default().parameter("InstanceIds", [value]));
        assert_eq!(of(r#"["i-1","a,b"]"#), ["acs:ecs:*:*:i/i-1", "acs:ecs:*:*:i/a,b"]);
        assert_eq!(of(r#"["acs:ecs:cn-x:7:i/i-1"]"#), ["acs:ecs:*:*:i/i-1"]);
        assert_eq!(of("[x,y"), ["acs:ecs:*:*:i/[x", "acs:ecs:*:*:i/y"]);
        assert_eq!(of("[]"), ["acs:ecs:*:*:i/*"]);
    }

    #[test]
    fn a_list_that_is_too_long_stands_for_all() {
        let many = |count: usize| Call::default().parameter("names", (0..count).map(|number| number.to_string()));
        assert_eq!(names("acs:x:*:*:n/{name}", &many(MOST)).len(), MOST);
        assert_eq!(names("acs:x:*:*:n/{name}", &many(MOST + 1)), ["acs:x:*:*:n/*"]);
    }

    #[test]
    fn parameters_that_decide_are_those_of_resources_and_conditions() {
        let rows = serde_json::json!([{ "ramAction": { "action": "log:X",
            "resources": [{ "arn": "acs:log:{#regionId}:{#accountId}:project/{#ProjectName}" }],
            "actionConditions": [{ "conditionKey": "log:Version" }] } }]);
        let names = ["Project", "RegionId", "Version", "Query", "AccountId"];
        assert_eq!(deciding(&Ram::of_spec(&rows).unwrap(), &names.into_iter()), ["Project", "RegionId", "Version"]);
    }
}
