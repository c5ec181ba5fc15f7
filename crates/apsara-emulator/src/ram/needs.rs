//! What a call must be allowed: actions, and the resources of each, as specs say it.

use std::collections::HashSet;

use apsara_specs::{Ram, RamAction, RamResource};
use serde_json::Value;

use super::arn::{Parts, Resource};

/// The most resources that one row of a spec can stand for; a request that names more cannot be judged.
pub(super) const MOST_RESOURCES: usize = 1000;

/// What placeholders are filled with.
pub(crate) struct Filling {
    pub(crate) account: String,
    pub(crate) region: Option<String>,
    /// What the request says, by parameter; several values where one is a list.
    pub(crate) values: Vec<(String, Vec<String>)>,
    /// The tags that it says, each key with its value.
    pub(crate) tags: Vec<(String, String)>,
}

/// The names of the actions, each once.
pub(crate) fn action_names(needs: &Ram) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for action in &needs.actions {
        if !names.contains(&action.name) {
            names.push(action.name.clone());
        }
    }
    names
}

/// The resources that an action must be allowed for, for one call.
pub(super) fn resources(action: &RamAction, filling: &Filling) -> Vec<Resource> {
    let mut resources: Vec<Resource> = Vec::new();
    for template in &action.resources {
        let named = fill(template, filling);
        resources.extend(named.into_iter().filter(|one| !resources.contains(one)).collect::<Vec<_>>());
    }
    if resources.is_empty() {
        let service = action.name.split(':').next().unwrap_or_default();
        resources.push(Resource::all(service, &filling.account));
    }
    resources
}

/// Fills the placeholders; what the request does not name stays `*`, unless the resource is optional.
fn fill(template: &RamResource, filling: &Filling) -> Vec<Resource> {
    let Some(parts) = Parts::read(&template.template) else {
        return Vec::new();
    };
    let mut is_named = false;
    let mut is_complete = true;
    let mut is_too_many = false;
    let mut fill = |text: &str| {
        let filled = filling.fill(text);
        is_named |= filled.is_named;
        is_complete &= !filled.has_gaps;
        is_too_many |= filled.is_too_many;
        filled.texts
    };
    let single = |texts: Vec<String>| texts.into_iter().next().unwrap_or_default();
    let (region, account) = (single(fill(&parts.region)), single(fill(&parts.account)));
    let relatives = fill(&parts.relative);
    if template.is_optional && !(is_complete && is_named) {
        return Vec::new();
    }
    let one = |relative| {
        let service = parts.service.clone();
        let parts = Parts { service, region: region.clone(), account: account.clone(), relative };
        Resource { is_too_many, ..Resource::one(parts) }
    };
    relatives.into_iter().map(one).collect()
}

/// A text whose placeholders were filled.
struct Filled {
    /// All that it can stand for.
    texts: Vec<String>,
    /// Whether the request does not say what some placeholder stands for.
    has_gaps: bool,
    /// Whether a parameter was named.
    is_named: bool,
    /// Whether there were more values than can be told one by one.
    is_too_many: bool,
}

impl Filling {
    fn fill(&self, template: &str) -> Filled {
        let mut texts = vec![String::new()];
        let (mut has_gaps, mut is_named, mut is_too_many) = (false, false, false);
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                break;
            };
            rest = behind;
            let values = if name.eq_ignore_ascii_case("accountId") {
                vec![self.account.clone()]
            } else if name.eq_ignore_ascii_case("regionId") {
                vec![self.region.clone().unwrap_or_else(|| "*".to_owned())]
            } else {
                let values = self.values_of(name);
                let exceeds = values.len() * texts.len() > MOST_RESOURCES;
                is_named |= !values.is_empty();
                has_gaps |= values.is_empty();
                is_too_many |= exceeds;
                if values.is_empty() || exceeds { vec!["*".to_owned()] } else { values }
            };
            texts = texts
                .iter()
                .flat_map(|text| values.iter().map(move |value| format!("{text}{before}{value}")))
                .collect();
        }
        let texts = texts.into_iter().map(|text| text + rest).collect();
        Filled { texts, has_gaps, is_named, is_too_many }
    }

    /// Finds what a placeholder stands for. Where the parameter is several and the placeholder is one, each is one.
    fn values_of(&self, placeholder: &str) -> Vec<String> {
        let Some((name, values)) = parameter_of(&self.values, placeholder) else {
            return Vec::new();
        };
        let is_list = name.to_lowercase().ends_with('s') && !placeholder.to_lowercase().ends_with('s');
        let mut values: Vec<String> = values.iter().flat_map(|value| several(value, is_list)).collect();
        values.retain(|value| !value.is_empty());
        values
    }
}

/// Returns the values that one text holds: those of a list in JSON, else those between commas, where it may hold several.
fn several(text: &str, is_list: bool) -> Vec<String> {
    let one = |item: &Value| item.as_str().map_or_else(|| item.to_string(), str::to_owned);
    match serde_json::from_str::<Vec<Value>>(text) {
        Ok(items) => items.iter().map(one).collect(),
        Err(_) if is_list => text.split(',').map(|part| part.trim().to_owned()).collect(),
        Err(_) => vec![text.to_owned()],
    }
}

/// Finds the parameter that a placeholder means: the same name, one or several of it, without `Name` or `Id` at its
/// end, or else the longest name that the placeholder ends with. Specs write one thing in several ways.
fn parameter_of<'v>(values: &'v [(String, Vec<String>)], placeholder: &str) -> Option<&'v (String, Vec<String>)> {
    let wanted = placeholder.to_lowercase();
    let names: Vec<String> = values.iter().map(|(name, _)| name.to_lowercase()).collect();
    let named = |name: &str| names.iter().position(|known| known == name);
    let bare = ["name", "id"].iter().find_map(|end| wanted.strip_suffix(end)).filter(|bare| !bare.is_empty());
    let exact = named(&wanted).or_else(|| named(&format!("{wanted}s"))).or_else(|| bare.and_then(named));
    let found = exact.or_else(|| {
        let ends =
            |name: &str| wanted.ends_with(name) || name.strip_suffix('s').is_some_and(|one| wanted.ends_with(one));
        let fitting = names.iter().enumerate().filter(|(_, name)| name.len() > 2 && ends(name));
        fitting.max_by_key(|(_, name)| name.len()).map(|(at, _)| at)
    });
    values.get(found?)
}

/// Whether policies decide about some parameter of an operation: a resource has a placeholder, or there is a condition key.
pub(crate) fn names_parameters(needs: &Ram) -> bool {
    needs.actions.iter().any(|action| {
        !action.condition_keys.is_empty() || action.resources.iter().any(|resource| resource.template.contains('{'))
    })
}

/// The parameters by whose values policies decide: those that placeholders mean, and those that condition keys are called
/// after.
pub(crate) fn deciding<'v>(needs: &Ram, values: &'v [(String, Vec<String>)]) -> HashSet<&'v str> {
    let resources = needs.actions.iter().flat_map(|action| &action.resources);
    let parts = resources.flat_map(|resource| resource.template.split('{').skip(1));
    let placeholders = parts.filter_map(|part| part.split_once('}').map(|(placeholder, _)| placeholder));
    let placeholders: HashSet<&str> = placeholders.filter(|one| !one.eq_ignore_ascii_case("accountId")).collect();
    let meant = placeholders.into_iter().filter_map(|one| parameter_of(values, one));
    let keys = needs.actions.iter().flat_map(|action| &action.condition_keys);
    let keys: HashSet<String> =
        keys.map(|key| key.split_once(':').map_or(key.as_str(), |(_, name)| name).to_ascii_lowercase()).collect();
    let keyed = values.iter().filter(|(name, _)| keys.contains(&name.to_ascii_lowercase()));
    meant.chain(keyed).map(|(name, _)| name.as_str()).collect()
}
