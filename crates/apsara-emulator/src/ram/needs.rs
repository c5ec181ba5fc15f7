//! What a call must be allowed: actions, and the resources of each, as specs say it.

use serde_json::Value;

use super::arn::{Parts, Resource};

/// The most resources that one row of a spec can stand for; a request that names more is about all of them.
const MOST_RESOURCES: usize = 1000;

/// What an operation needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Needs {
    pub(super) actions: Vec<Action>,
    /// Whether a spec says so; otherwise it is only the product's code and the operation's name.
    pub(super) is_documented: bool,
}

/// One action that must be allowed.
#[derive(Debug, Clone)]
pub(super) struct Action {
    pub(super) name: String,
    /// Templates of names; `*`, or none, for an action that knows no resources.
    resources: Vec<Template>,
    /// Condition keys of the service that a call of it has.
    pub(super) keys: Vec<String>,
}

#[derive(Debug, Clone)]
struct Template {
    arn: String,
    /// Whether it is only needed if the request names such a resource.
    is_optional: bool,
}

/// What placeholders are filled with.
pub(crate) struct Filling {
    pub(crate) account: String,
    pub(crate) region: Option<String>,
    /// What the request says, by parameter; several values where one is a list.
    pub(crate) values: Vec<(String, Vec<String>)>,
}

impl Needs {
    /// What no spec says: the operation's name under the product's code, for all resources.
    pub(crate) fn undocumented(code: &str, operation: &str) -> Self {
        let action = Action::plain(&format!("{}:{operation}", code.to_lowercase()));
        Self { actions: vec![action], is_documented: false }
    }

    /// Nothing, for what everybody may do.
    pub(crate) fn nothing() -> Self {
        Self { actions: Vec::new(), is_documented: true }
    }

    /// The names of the actions, each once.
    pub(crate) fn actions(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for action in &self.actions {
            if !names.contains(&action.name) {
                names.push(action.name.clone());
            }
        }
        names
    }

    /// Reads `ramActions` as the portal publishes it; nothing if there are none.
    pub(crate) fn of_spec(rows: &Value) -> Option<Self> {
        let mut actions = Vec::new();
        for row in rows.as_array()? {
            let action = &row["ramAction"];
            let Some(name) = action["action"].as_str() else {
                continue;
            };
            let listed = |value: &Value| value.as_array().cloned().unwrap_or_default();
            let resources = listed(&action["resources"]).into_iter().filter_map(|resource| {
                let arn = resource["arn"].as_str()?.to_owned();
                Some(Template { arn, is_optional: resource["validationType"] == "conditional" })
            });
            let keys = listed(&action["actionConditions"]);
            let keys = keys.iter().filter_map(|key| key["conditionKey"].as_str().map(str::to_owned));
            actions.push(Action { name: name.to_owned(), resources: resources.collect(), keys: keys.collect() });
            for other in listed(&row["additionalActions"]) {
                let name = other.as_str().or(other["action"].as_str()).or(other["ramAction"]["action"].as_str());
                actions.extend(name.map(Action::plain));
            }
        }
        (!actions.is_empty()).then_some(Self { actions, is_documented: true })
    }

    /// Reads what our overlay says of RAM; nothing if it says nothing.
    pub(crate) fn of_overlay(ram: &Value) -> Option<Self> {
        let texts = |key: &str| {
            let items = ram[key].as_array().cloned().unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let resources = texts("resources").into_iter().map(|arn| Template { arn, is_optional: false });
        let name = ram["action"].as_str()?.to_owned();
        let action = Action { name, resources: resources.collect(), keys: texts("conditionKeys") };
        let others = texts("dependentActions");
        let actions = std::iter::once(action).chain(others.iter().map(|name| Action::plain(name))).collect();
        Some(Self { actions, is_documented: true })
    }
}

impl Action {
    fn plain(name: &str) -> Self {
        Self { name: name.to_owned(), resources: Vec::new(), keys: Vec::new() }
    }

    /// The resources that must be allowed for one call.
    pub(super) fn resources(&self, filling: &Filling) -> Vec<Resource> {
        let mut resources: Vec<Resource> = Vec::new();
        for template in &self.resources {
            let named = template.fill(filling);
            resources.extend(named.into_iter().filter(|one| !resources.contains(one)).collect::<Vec<_>>());
        }
        if resources.is_empty() {
            let service = self.name.split(':').next().unwrap_or_default();
            resources.push(Resource::all(service, &filling.account));
        }
        resources
    }
}

impl Template {
    /// Fills the placeholders; what the request does not name stays `*`, unless the resource is optional.
    fn fill(&self, filling: &Filling) -> Vec<Resource> {
        let Some(parts) = Parts::read(&self.arn) else {
            return Vec::new();
        };
        let mut is_named = false;
        let mut is_complete = true;
        let mut fill = |text: &str| {
            let (texts, gaps, named) = filling.fill(text);
            is_named |= named;
            is_complete &= !gaps;
            texts
        };
        let single = |texts: Vec<String>| texts.into_iter().next().unwrap_or_default();
        let (region, account) = (single(fill(&parts.region)), single(fill(&parts.account)));
        let relatives = fill(&parts.relative);
        if self.is_optional && !(is_complete && is_named) {
            return Vec::new();
        }
        let one = |relative| {
            let service = parts.service.clone();
            Resource::one(Parts { service, region: region.clone(), account: account.clone(), relative })
        };
        relatives.into_iter().map(one).collect()
    }
}

impl Filling {
    /// Fills a text: all that it can stand for, whether a gap was left, and whether a parameter was named.
    fn fill(&self, template: &str) -> (Vec<String>, bool, bool) {
        let mut texts = vec![String::new()];
        let (mut gaps, mut named) = (false, false);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                break;
            };
            rest = behind;
            let name = name.trim_start_matches('#');
            let values = if name.eq_ignore_ascii_case("accountId") {
                vec![self.account.clone()]
            } else if name.eq_ignore_ascii_case("regionId") {
                vec![self.region.clone().unwrap_or_else(|| "*".to_owned())]
            } else {
                let values = self.values_of(name);
                named |= !values.is_empty();
                gaps |= values.is_empty();
                if values.is_empty() || values.len() * texts.len() > MOST_RESOURCES {
                    vec!["*".to_owned()]
                } else {
                    values
                }
            };
            texts = texts
                .iter()
                .flat_map(|text| values.iter().map(move |value| format!("{text}{before}{value}")))
                .collect();
        }
        (texts.into_iter().map(|text| text + rest).collect(), gaps, named)
    }

    /// Finds the parameter that a placeholder means: the same name, one or several of it, without `Name` or `Id` at its
    /// end, or else the longest name that the placeholder ends with. Specs write one thing in several ways.
    fn values_of(&self, placeholder: &str) -> Vec<String> {
        let wanted = placeholder.to_lowercase();
        let named = |name: &str| self.values.iter().find(|(known, _)| known.to_lowercase() == name);
        let several = |(name, values): &(String, Vec<String>)| {
            let is_list = name.to_lowercase().ends_with('s') && !wanted.ends_with('s');
            let split = |value: &String| value.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
            if is_list { values.iter().flat_map(split).collect() } else { values.clone() }
        };
        let bare = ["name", "id"].iter().find_map(|end| wanted.strip_suffix(end)).filter(|bare| !bare.is_empty());
        let exact = named(&wanted).or_else(|| named(&format!("{wanted}s"))).or_else(|| bare.and_then(named));
        let ending = || {
            let ends =
                |name: &str| wanted.ends_with(name) || name.strip_suffix('s').is_some_and(|one| wanted.ends_with(one));
            let fitting = self.values.iter().filter(|(name, _)| name.len() > 2 && ends(&name.to_lowercase()));
            fitting.max_by_key(|(name, _)| name.len())
        };
        let mut values = exact.or_else(ending).map(several).unwrap_or_default();
        values.retain(|value| !value.is_empty());
        values
    }
}
