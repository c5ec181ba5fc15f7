//! What Resource Access Management must allow for a call, as specs say it.

use serde_json::Value;

/// Says what must be allowed to whoever calls an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ram {
    /// All of them must be allowed: first what is asked for the operation itself, behind it what else it needs. None for what
    /// everybody may do.
    pub actions: Vec<RamAction>,
    /// Whether a document says so. Otherwise it is by custom only: the product's code and the operation's name.
    pub is_documented: bool,
}

/// Names one action that must be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RamAction {
    /// As policies write it, for example `live:RestartLivePullToPush`.
    pub name: String,
    /// The resources that it must be allowed for; none where no document says any.
    pub resources: Vec<RamResource>,
    /// The condition keys of the service that a call of it has, for example `log:TLSVersion`.
    pub condition_keys: Vec<String>,
    /// Whether the operation needs it beside its own action.
    pub is_dependent: bool,
}

/// Names a resource, with a placeholder for each part that a call decides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RamResource {
    /// `acs:service:region:account:relative-id` with placeholders such as `{ProjectName}`; or `*` for an action that knows no
    /// resources.
    pub template: String,
    /// Whether it only counts if a call names it.
    pub is_optional: bool,
}

impl Ram {
    /// Reads what the documents of an operation say: our overlay, or else the portal's `ramActions`. Where neither says anything it
    /// is the operation's name under the code that the product has in policies.
    ///
    /// `shared` is what the operations of the version share, as in [`Version::shared`](crate::Version::shared) or the portal's
    /// whole document.
    #[must_use]
    pub fn read(operation: &str, spec: &Value, overlay: Option<&Value>, shared: &Value) -> Self {
        let product = shared["info"]["product"].as_str().unwrap_or_default();
        if product.eq_ignore_ascii_case("Sts") && operation == "GetCallerIdentity" {
            return Self::nothing();
        }
        let ours = overlay.and_then(|overlay| Self::of_overlay(&overlay["ram"]));
        ours.or_else(|| Self::of_spec(&spec["ramActions"])).unwrap_or_else(|| {
            let code = shared["ram"]["ramCodes"][0].as_str().unwrap_or(product);
            Self::undocumented(code, operation)
        })
    }

    /// Says what no document does: the operation's name under the product's code.
    #[must_use]
    pub fn undocumented(code: &str, operation: &str) -> Self {
        let action = RamAction::plain(&format!("{}:{operation}", code.to_lowercase()), false);
        Self { actions: vec![action], is_documented: false }
    }

    /// Says that everybody may do it.
    #[must_use]
    pub fn nothing() -> Self {
        Self { actions: Vec::new(), is_documented: true }
    }

    /// Reads `ramActions` as the portal publishes it; nothing if it names no action.
    #[must_use]
    pub fn of_spec(rows: &Value) -> Option<Self> {
        let mut actions = Vec::new();
        for row in rows.as_array()? {
            let action = &row["ramAction"];
            let Some(name) = action["action"].as_str() else { continue };
            let resources = listed(&action["resources"]).iter().filter_map(|resource| {
                let template = placeholders(resource["arn"].as_str()?);
                Some(RamResource { template, is_optional: resource["validationType"] == "conditional" })
            });
            let keys = listed(&action["actionConditions"]);
            let keys = keys.iter().filter_map(|key| key["conditionKey"].as_str().map(str::to_owned));
            let (resources, condition_keys) = (resources.collect(), keys.collect());
            actions.push(RamAction { name: name.to_owned(), resources, condition_keys, is_dependent: false });
            for other in listed(&row["additionalActions"]) {
                let name = other.as_str().or(other["action"].as_str()).or(other["ramAction"]["action"].as_str());
                actions.extend(name.map(|name| RamAction::plain(name, true)));
            }
        }
        (!actions.is_empty()).then_some(Self { actions, is_documented: true })
    }

    /// Reads the entry `ram` of our overlay; nothing if it names no action.
    #[must_use]
    pub fn of_overlay(ram: &Value) -> Option<Self> {
        let texts = |key: &str| listed(&ram[key]).iter().filter_map(Value::as_str);
        let resource = |arn| RamResource { template: placeholders(arn), is_optional: false };
        let action = RamAction {
            name: ram["action"].as_str()?.to_owned(),
            resources: texts("resources").map(resource).collect(),
            condition_keys: texts("conditionKeys").map(str::to_owned).collect(),
            is_dependent: false,
        };
        let others = texts("dependentActions").map(|name| RamAction::plain(name, true));
        Some(Self { actions: std::iter::once(action).chain(others).collect(), is_documented: true })
    }
}

impl RamAction {
    /// Names an action of which nothing else is said.
    fn plain(name: &str, is_dependent: bool) -> Self {
        Self { name: name.to_owned(), resources: Vec::new(), condition_keys: Vec::new(), is_dependent }
    }
}

fn listed(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Writes all placeholders alike. The portal has `{#ProjectName}`, `{ProjectName}`, `${regionId}` and `{l#ogstoreName}`, and spaces
/// around a name.
fn placeholders(template: &str) -> String {
    let mut out = String::new();
    let mut rest = template.trim();
    while let Some((before, (name, behind))) =
        rest.split_once('{').and_then(|(before, after)| Some((before, after.split_once('}')?)))
    {
        out.push_str(before.strip_suffix('$').unwrap_or(before));
        out.push('{');
        out.extend(name.chars().filter(|letter| *letter != '#'));
        out.push('}');
        rest = behind;
    }
    out + rest
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn placeholders_are_written_in_one_way_however_the_portal_has_them() {
        for (published, read) in [
            ("acs:log:{#regionId}:{#accountId}:project/{#p}", "acs:log:{regionId}:{accountId}:project/{p}"),
            ("acs:log:${regionId}:${accountId}:project/{p}", "acs:log:{regionId}:{accountId}:project/{p}"),
            (" acs:log:*:*:project/{#p}/logstore/{l#s} ", "acs:log:*:*:project/{p}/logstore/{ls}"),
            ("acs:log:*:*:project/{#p", "acs:log:*:*:project/{#p"),
            ("*", "*"),
        ] {
            assert_eq!(placeholders(published), read);
        }
    }

    #[test]
    fn the_portals_rows_and_our_overlays_are_read_alike() {
        let rows = json!([{
            "ramAction": {
                "action": "log:Ship",
                "resources": [
                    { "validationType": "always", "arn": "acs:log:*:{#accountId}:project/{#project}" },
                    { "validationType": "conditional", "arn": "acs:oss:*:{#accountId}:{#bucket}" },
                ],
                "actionConditions": [{ "conditionKey": "log:TLSVersion" }],
            },
            "additionalActions": ["ram:PassRole", { "action": "oss:PutObject" }],
        }]);
        let ram = Ram::of_spec(&rows).unwrap();
        let names: Vec<_> = ram.actions.iter().map(|action| (action.name.as_str(), action.is_dependent)).collect();
        assert_eq!(names, [("log:Ship", false), ("ram:PassRole", true), ("oss:PutObject", true)]);
        let resources: Vec<_> = ram.actions[0].resources.iter().map(|one| (&*one.template, one.is_optional)).collect();
        assert_eq!(
            resources,
            [("acs:log:*:{accountId}:project/{project}", false), ("acs:oss:*:{accountId}:{bucket}", true)]
        );
        let overlay = json!({
            "action": "log:Ship", "level": "update",
            "resources": ["acs:log:*:{accountId}:project/{project}"],
            "conditionKeys": ["log:TLSVersion"], "dependentActions": ["ram:PassRole"],
        });
        let ours = Ram::of_overlay(&overlay).unwrap();
        assert_eq!(ours.actions[0].resources, ram.actions[0].resources[..1]);
        assert_eq!(ours.actions[0].condition_keys, ram.actions[0].condition_keys);
        assert_eq!(ours.actions[1], ram.actions[1]);
    }

    #[test]
    fn what_names_no_action_says_nothing() {
        for nothing in [json!(null), json!([]), json!([{ "ramAction": {} }]), json!({})] {
            assert_eq!((Ram::of_spec(&nothing), Ram::of_overlay(&nothing)), (None, None));
        }
    }

    #[test]
    fn an_overlay_counts_before_the_spec_and_the_products_code_counts_last() {
        let shared = json!({ "info": { "product": "Sls" }, "ram": { "ramCodes": ["log"] } });
        let spec = json!({ "ramActions": [{ "ramAction": { "action": "log:Theirs" } }] });
        let overlay = json!({ "ram": { "action": "log:Ours" } });
        let name = |spec: &Value, overlay: Option<&Value>| {
            let ram = Ram::read("GetLogs", spec, overlay, &shared);
            (ram.actions[0].name.clone(), ram.is_documented)
        };
        assert_eq!(name(&spec, Some(&overlay)), ("log:Ours".to_owned(), true));
        assert_eq!(name(&spec, Some(&json!({}))), ("log:Theirs".to_owned(), true));
        assert_eq!(name(&json!({}), None), ("log:GetLogs".to_owned(), false));
        let sts = json!({ "info": { "product": "Sts" } });
        assert_eq!(Ram::read("GetCallerIdentity", &json!({}), None, &sts), Ram::nothing());
    }

    #[test]
    fn what_a_row_needs_further_is_needed_beside_its_own_action() {
        let further = json!(["live:Two", { "action": "live:Three" }, { "ramAction": { "action": "live:Four" } }]);
        let rows = json!([{ "ramAction": { "action": "live:One" }, "additionalActions": further }]);
        let read = Ram::of_spec(&rows).unwrap();
        let told: Vec<_> = read.actions.iter().map(|action| (action.name.as_str(), action.is_dependent)).collect();
        assert_eq!(told, [("live:One", false), ("live:Two", true), ("live:Three", true), ("live:Four", true)]);
    }
}
