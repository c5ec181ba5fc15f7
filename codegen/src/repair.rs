//! What the portal publishes and no client could send as it stands, read as the official SDKs read it. Every repair is told.

use std::collections::BTreeSet;

use crate::refusal::Collector;
use crate::spec::{Api, Parameter, Schema};

/// The header that AliGenie's gateway looks for; its operations only name the kind of security.
const ALIGENIE_HEADER: &str = "x-acs-aligenie-access-token";

/// Repairs an operation. `hosts` are the names of the parameters that stand in the host's name in other operations of the version.
pub(crate) fn repair(api: &mut Api, style: &str, hosts: &BTreeSet<String>, refusals: &Collector) {
    slash(api, style, refusals);
    wildcard(api, refusals);
    places(api, hosts, refusals);
    bodies(api, refusals);
    twice(api, refusals);
    aligenie(api, refusals);
    if style == "OSS"
        && let Some(path) = &mut api.path
    {
        // The name of an object has slashes that are those of the path.
        *path = path.replace('{', "{+");
    }
}

/// Makes every path begin with a slash; an operation by path that has none stands at the root.
fn slash(api: &mut Api, style: &str, refusals: &Collector) {
    let rooted = match api.path.as_deref() {
        Some(path) if path.starts_with('/') => return,
        Some(path) => format!("/{path}"),
        None if style == "ROA" => "/".to_owned(),
        None => return,
    };
    refusals.repair(&api.place.child("path"), format!("the path does not begin with a slash; `{rooted}` is taken"));
    api.path = Some(rooted);
}

/// Reads a path that ends in a star as one that the one parameter without a place gives whole.
fn wildcard(api: &mut Api, refusals: &Collector) {
    let Some(path) = api.path.as_deref().filter(|path| path.contains('*')) else { return };
    let holes = holes(path);
    let mut free = api.parameters.iter().filter(|it| it.location == "path" && !holes.contains(it.name.as_str()));
    if let (Some(whole), None) = (free.next(), free.next()) {
        let path = format!("/{{+{}}}", whole.name);
        refusals
            .repair(&api.place.child("path"), format!("a star stands in the path; `{}` gives it whole", whole.name));
        api.path = Some(path);
    }
}

/// Gives every parameter of the path a place there, and every place a parameter.
fn places(api: &mut Api, hosts: &BTreeSet<String>, refusals: &Collector) {
    let path = api.path.clone().unwrap_or_default();
    let holes = holes(&path);
    let given = |api: &Api, name: &str| api.parameters.iter().any(|it| it.location == "path" && it.name == name);
    for hole in &holes {
        if given(api, hole) {
            continue;
        }
        let place = api.place.child("path");
        let free = |it: &&mut Parameter| it.location != "path" || !holes.contains(it.name.as_str());
        let near = api.parameters.iter_mut().filter(free).find(|it| it.name.eq_ignore_ascii_case(hole));
        match near {
            Some(parameter) => {
                let made = format!("`{}` fills the place `{hole}` of the path", parameter.name);
                refusals.repair(&place, made);
                parameter.name = (*hole).to_owned();
                "path".clone_into(&mut parameter.location);
            }
            None => {
                refusals.repair(&place, format!("no parameter fills the place `{hole}` of the path; one was added"));
                api.parameters.push(text_parameter(api, hole, "path"));
            }
        }
    }
    api.parameters.retain_mut(|parameter| {
        if parameter.location != "path" || holes.contains(parameter.name.as_str()) {
            return true;
        }
        if hosts.contains(&parameter.name) {
            refusals.repair(&parameter.place, "the path has no place for it; it stands in the host's name elsewhere");
            "host".clone_into(&mut parameter.location);
            return true;
        }
        refusals
            .repair(&parameter.place, "the path has no place for it, and the official SDKs do not send it; left out");
        false
    });
}

/// Moves a body into the form where there is a form as well.
fn bodies(api: &mut Api, refusals: &Collector) {
    if !api.parameters.iter().any(|it| it.location == "formData") {
        return;
    }
    for parameter in api.parameters.iter_mut().filter(|it| it.location == "body") {
        refusals.repair(&parameter.place, "there is a form beside it; it is a part of the form");
        "formData".clone_into(&mut parameter.location);
        if parameter.style.as_deref() != Some("flat") {
            parameter.style = Some("json".to_owned());
        }
    }
}

/// Keeps one of those that are listed twice for one place, but in different styles or with different types.
fn twice(api: &mut Api, refusals: &Collector) {
    let secrets = api.parameters.iter().filter(|it| it.schema.sensitive).map(|it| it.name.clone());
    let secrets: BTreeSet<String> = secrets.collect();
    let mut seen: Vec<(String, String, Option<String>)> = Vec::new();
    api.parameters.retain_mut(|it| {
        it.schema.sensitive = secrets.contains(&it.name);
        let said = |(name, location, kind): &(String, String, Option<String>)| {
            *name == it.name && (*location == it.location || *kind != it.schema.kind)
        };
        if seen.iter().any(said) {
            refusals.repair(&it.place, format!("`{}` is listed twice; the one that says more is kept", it.name));
            return false;
        }
        seen.push((it.name.clone(), it.location.clone(), it.schema.kind.clone()));
        true
    });
}

/// Adds what AliGenie's security means on the wire.
fn aligenie(api: &mut Api, refusals: &Collector) {
    let named = api.security.iter().any(|kind| kind.starts_with("AliGenie"));
    if named && !api.parameters.iter().any(|it| it.name.eq_ignore_ascii_case(ALIGENIE_HEADER)) {
        refusals.repair(&api.place.child("security"), format!("it means the header {ALIGENIE_HEADER}; added"));
        let mut parameter = text_parameter(api, ALIGENIE_HEADER, "header");
        parameter.schema.sensitive = true;
        parameter.schema.required = false;
        api.parameters.push(parameter);
    }
}

fn text_parameter(api: &Api, name: &str, location: &str) -> Parameter {
    let place = api.place.child("parameters");
    let schema = Schema::of_text(place.child("schema"));
    Parameter { place, name: name.to_owned(), location: location.to_owned(), style: None, schema }
}

/// Returns the names of the places in a path.
pub(crate) fn holes(path: &str) -> BTreeSet<&str> {
    let inside = path.split('{').skip(1).filter_map(|part| part.split('}').next());
    inside.map(|name| name.trim_start_matches('+')).collect()
}
