//! Every reason why a spec cannot be generated, all at once; what passes can be lowered without a question left.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::Version;
use crate::pages;
use crate::reconcile;
use crate::refusal::{Collector, did_you_mean};
use crate::repair::holes;
use crate::spec::{Api, Parameter, Schema};
use crate::waiters;

/// The places where a parameter can travel.
const LOCATIONS: [&str; 6] = ["body", "formData", "header", "host", "path", "query"];
/// The ways in which a list or an object is written.
const STYLES: [&str; 6] = ["flat", "json", "repeatList", "simple", "struct", "xml"];
/// The styles of products; where they differ is whether an operation has a path, and what their gateway is.
const STYLES_OF_PRODUCTS: [&str; 7] = ["AliGenie", "FC", "OSS", "PDS", "ROA", "RPC", "V3"];
const METHODS: [&str; 7] = ["delete", "get", "head", "options", "patch", "post", "put"];
const TYPES: [&str; 7] = ["any", "array", "boolean", "integer", "number", "object", "string"];
/// What a client of HTTP can speak.
const SCHEMES: [&str; 3] = ["http", "https", "sse"];
/// The kinds of security that need no signature.
pub(crate) const UNSIGNED: [&str; 2] = ["ARS_OIDC", "Anonymous"];
/// The kinds of security for which the official SDKs sign with an access key.
const SIGNED: [&str; 3] = ["AK", "APP", "PrivateKey"];

/// Refuses what cannot be generated.
pub(crate) fn check(versions: &[Version], refusals: &Collector) {
    let mut defaults = BTreeSet::new();
    for version in versions {
        let product = &version.product;
        if !STYLES_OF_PRODUCTS.contains(&product.style.as_str()) && !product.style.is_empty() {
            let problem = format!("there are no clients of style `{}`", product.style);
            let instead = format!("only {} can be generated", STYLES_OF_PRODUCTS.join(", "));
            refusals.refuse(&product.place.child("info").child("style"), problem, instead);
        }
        if product.default_version == Some(true) && !defaults.insert(&version.product_folder) {
            let problem = format!("another version of `{}` is the default already", version.product_folder);
            refusals.refuse(&product.place.child("defaultVersion"), problem, "write false in one of them");
        }
        refusals.reading(version.published, || named_enums(version, refusals));
        // What operations share is as much the portal's as they are.
        let is_shared_published = version.published || version.operations.values().any(|(api, _)| api.published);
        refusals.reading(is_shared_published, || {
            product.components.values().for_each(|schema| check_schema(schema, version, refusals));
        });
        for (api, ours) in version.operations.values() {
            refusals.reading(api.published, || {
                check_api(api, version, refusals);
                pages::check(api, ours, product, refusals);
                waiters::check(api, ours, product, refusals);
                reconcile::check(api, ours, version, refusals);
            });
        }
    }
}

fn named_enums(version: &Version, refusals: &Collector) {
    let parameters = version.operations.values().flat_map(|(api, _)| &api.parameters);
    let known: BTreeSet<&str> = parameters.map(|parameter| parameter.name.as_str()).collect();
    let mut of: BTreeMap<&str, &str> = BTreeMap::new();
    for named in &version.product.enums {
        if named.values.is_empty() {
            refusals.refuse(&named.place, "an enum without values names nothing", "add values or remove it");
        }
        let mut seen = BTreeSet::new();
        for value in &named.values {
            if !seen.insert(&value.value) {
                let problem = format!("`{}` is listed twice", value.value);
                refusals.refuse(&named.place.child("values"), problem, "remove one of them");
            }
        }
        for name in &named.parameters {
            let other = of.insert(name, &named.name).filter(|other| *other != named.name);
            if let Some(other) = other {
                let problem = format!("`{name}` is of the enum `{other}` already");
                refusals.refuse(&named.place.child("parameters"), problem, "name it in one of them");
            }
            if !known.contains(name.as_str()) {
                let near = did_you_mean(name, known.iter().copied());
                let problem = format!("no operation has a parameter `{name}`{near}");
                refusals.refuse(
                    &named.place.child("parameters"),
                    problem,
                    "write names of parameters as the specs have them",
                );
            }
        }
    }
}

fn check_api(api: &Api, version: &Version, refusals: &Collector) {
    for (index, method) in api.methods.iter().enumerate() {
        if !METHODS.contains(&method.to_lowercase().as_str()) {
            let place = api.place.child("methods").child(index);
            refusals.refuse(
                &place,
                format!("`{method}` is no HTTP method"),
                format!("write one of {}", METHODS.join(", ")),
            );
        }
    }
    if !api.schemes.is_empty() && !api.schemes.iter().any(|scheme| SCHEMES.contains(&scheme.to_lowercase().as_str())) {
        let problem = format!("{} is no way that a client of HTTP goes", api.schemes.join(", "));
        refusals.refuse(&api.place.child("schemes"), problem, "only http, https and sse can be generated");
    }
    for kind in &api.security {
        let known = |kind: &str| SIGNED.contains(&kind) || UNSIGNED.contains(&kind) || kind == "BearerToken";
        if !known(kind) && !api.published {
            let problem = format!("there is no security `{kind}`{}", did_you_mean(kind, SIGNED));
            let instead = format!("write one of {}, BearerToken, {}", SIGNED.join(", "), UNSIGNED.join(", "));
            refusals.refuse(&api.place.child("security"), problem, instead);
        }
    }
    let mut seen = BTreeSet::new();
    for parameter in &api.parameters {
        if !seen.insert((&parameter.name, &parameter.location)) {
            let problem = format!("`{}` is listed twice", parameter.name);
            refusals.refuse(&parameter.place, problem, "remove one of them, by a correction in the overlay");
        }
        check_parameter(parameter, version, refusals);
    }
    for same in same_names(api) {
        let differs = |it: &&Parameter| it.schema.kind != same[0].schema.kind || it.style != same[0].style;
        if same.iter().any(|it| it.location != same[0].location && differs(it)) {
            let problem = format!("`{}` is of another type in another place", same[0].name);
            refusals.refuse(&same[0].place, problem, "a parameter that travels in two places is the same in both");
        }
    }
    check_path(api, version, refusals);
    let travels = |location: &str| api.parameters.iter().any(|parameter| parameter.location == location);
    if travels("body") && travels("formData") {
        let place = api.place.child("parameters");
        refusals.refuse(&place, "there are a body and a form", "a request has a body or a form");
    }
    if let Some(response) = &api.response {
        check_schema(response, version, refusals);
    }
    for header in api.response_headers.values() {
        check_schema(header, version, refusals);
    }
    for code in api.error_codes.iter().filter(|code| code.status.parse::<u16>().is_err()) {
        let place = api.place.child("errorCodes").child(&code.status);
        refusals.trifle(&place, format!("`{}` is no HTTP status", code.status), "write a number such as 400");
    }
}

/// Returns the parameters of each name that several have.
fn same_names(api: &Api) -> Vec<Vec<&Parameter>> {
    let mut by_name: BTreeMap<&str, Vec<&Parameter>> = BTreeMap::new();
    for parameter in &api.parameters {
        by_name.entry(&parameter.name).or_default().push(parameter);
    }
    by_name.into_values().filter(|same| same.len() > 1).collect()
}

fn check_parameter(parameter: &Parameter, version: &Version, refusals: &Collector) {
    let Parameter { place, location, style, schema, .. } = parameter;
    if !LOCATIONS.contains(&location.as_str()) && !location.is_empty() {
        let near = did_you_mean(location, LOCATIONS);
        let problem = format!("a parameter cannot travel in `{location}`{near}");
        refusals.refuse(&place.child("in"), problem, format!("write one of {}", LOCATIONS.join(", ")));
    }
    if let Some(style) = style.as_deref().filter(|style| !STYLES.contains(style)) {
        let near = did_you_mean(style, STYLES);
        let problem = format!("a parameter cannot be written in the style `{style}`{near}");
        refusals.refuse(&place.child("style"), problem, format!("write one of {}, or none", STYLES.join(", ")));
    }
    check_schema(schema, version, refusals);
}

/// Refuses placeholders without a parameter, and parameters without a placeholder.
fn check_path(api: &Api, version: &Version, refusals: &Collector) {
    let path = api.path.as_deref().unwrap_or("/");
    let place = api.place.child("path");
    if !path.starts_with('/') {
        refusals.refuse(&place, format!("the path `{path}` does not begin with a slash"), "write /…");
    }
    if version.product.style == "ROA" && api.path.is_none() {
        refusals.refuse(&api.place, "an operation of style ROA needs a path", "add \"path\": \"/…\"");
    }
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    for hole in holes(query) {
        let problem = format!("`{hole}` stands behind the question mark, where nothing is filled in");
        refusals.refuse(
            &place,
            problem,
            format!("take {{{hole}}} out, and write the parameter with \"in\": \"query\""),
        );
    }
    let holes = holes(path);
    let given = api.parameters.iter().filter(|parameter| parameter.location == "path");
    let given: BTreeSet<&str> = given.map(|parameter| parameter.name.as_str()).collect();
    for hole in holes.difference(&given) {
        let problem =
            format!("no parameter in the path is called `{hole}`{}", did_you_mean(hole, given.iter().copied()));
        refusals.refuse(&place, problem, "add the parameter with \"in\": \"path\"");
    }
    for name in given.difference(&holes) {
        let problem = format!("the path has no place for the parameter `{name}`");
        refusals.refuse(&place, problem, format!("write {{{name}}} where it stands"));
    }
}

fn check_schema(schema: &Schema, version: &Version, refusals: &Collector) {
    if let Some(reference) = &schema.reference
        && version.product.resolve(schema).is_none()
    {
        let known = version.product.components.keys().map(String::as_str);
        let near = did_you_mean(reference.trim_start_matches("#/components/schemas/"), known);
        let problem = format!("`{reference}` does not stand in the components{near}");
        let instead = "write #/components/schemas/NAME, and add NAME to components.schemas of product.json";
        refusals.trifle(&schema.place.child("$ref"), problem, instead);
    }
    if let Some(kind) = schema.kind.as_deref().filter(|kind| !TYPES.contains(kind)) {
        let problem = format!("there is no type `{kind}`{}", did_you_mean(kind, TYPES));
        refusals.trifle(&schema.place.child("type"), problem, format!("write one of {}", TYPES.join(", ")));
    }
    if schema.kind.as_deref() == Some("array") && schema.items.is_none() {
        refusals.trifle(&schema.place, "an array does not say what it holds", "add \"items\": { \"type\": \"…\" }");
    }
    // What was published so was passed over when it was read, so that it is an overlay's or ours.
    refusals.reading(false, || schema.limits.clone().refuse_upside_down(&schema.place, refusals));
    for child in schema.properties.values().chain(schema.items.as_deref()).chain(schema.additional.as_deref()) {
        check_schema(child, version, refusals);
    }
}
