//! Turns checked specs into the model. It refuses nothing: what cannot be lowered did not pass the check.

mod needed;
mod operation;
mod schema;
mod text;
mod waiters;

use std::collections::{BTreeMap, BTreeSet};

use crate::docs;
use crate::load::Version as Loaded;
use crate::model::{Model, NamedEnum, Operation, Product, Style, Variant, Version};
use crate::names::{self, Scope};
use crate::product::{Group, NamedEnum as SpecEnum, SdkRule};
use schema::Types;

/// Lowers versions, sorted by folder. If some operations are wanted, only they are in the model, by the names that they have among all.
pub(crate) fn lower(versions: &[Loaded], crate_path: Option<&str>, wanted: &BTreeSet<String>) -> Model {
    let mut modules = Scope::default();
    let mut folders: BTreeMap<&str, Vec<&Loaded>> = BTreeMap::new();
    for version in versions {
        folders.entry(&version.product_folder).or_default().push(version);
    }
    let products = folders.into_iter().map(|(folder, versions)| {
        let module = modules.claim(&names::module(folder));
        product(module, &versions, crate_path, wanted)
    });
    Model { products: products.collect() }
}

fn product(module: String, versions: &[&Loaded], crate_path: Option<&str>, wanted: &BTreeSet<String>) -> Product {
    let mut scope = Scope::default();
    let names: Vec<String> =
        versions.iter().map(|version| scope.claim(&names::version(&version.product.version))).collect();
    // It is not here where it has none of the operations that were asked for: no other stands for it then.
    let default = versions.iter().position(|version| version.is_default);
    let chosen = default.map_or(versions.last(), |index| versions.get(index));
    let default_version = default.and_then(|index| names.get(index)).cloned();
    let title = chosen.map_or("", |version| title(version));
    let summary = chosen.and_then(|version| version.product.summary.as_deref()).unwrap_or_default();
    let listed: Vec<String> = names.iter().map(|name| format!("[`{name}`]")).collect();
    let stands_here = match &default_version {
        Some(name) => format!("What stands here is that of [`{name}`]."),
        None => {
            "Nothing else stands here, for the version that stands for the product has no operation that was asked for."
                .to_owned()
        }
    };
    let docs = docs::sections([
        format!("Calls {title}."),
        docs::from_markdown(summary),
        docs::paragraph(&format!("Versions: {}. {stands_here}", listed.join(", "))),
    ]);
    let spec = versions.first().and_then(|version| version.folder.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let versions = versions.iter().zip(names);
    let path = crate_path.map(|path| format!("{path}::{module}"));
    let versions = versions.map(|(version, name)| {
        let path = path.as_ref().map(|path| if version.is_default { path.clone() } else { format!("{path}::{name}") });
        self::version(version, name, path.as_deref(), wanted)
    });
    Product { versions: versions.collect(), spec: spec.to_owned(), docs, default_version, module }
}

/// Lists the methods by the directories that the portal puts the operations in; those of none come last.
fn listed(groups: &[Group], operations: &[Operation]) -> String {
    let mut left: BTreeMap<&str, &str> =
        operations.iter().map(|operation| (operation.name.as_str(), operation.method.as_str())).collect();
    let mut titles: Vec<&str> = Vec::new();
    let mut methods: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for group in groups.iter().filter(|group| !group.title.is_empty()) {
        if !titles.contains(&group.title.as_str()) {
            titles.push(&group.title);
        }
        methods
            .entry(&group.title)
            .or_default()
            .extend(group.operations.iter().filter_map(|name| left.remove(name.as_str())));
    }
    if !titles.is_empty() {
        titles.push("Others");
        methods.entry("Others").or_default().extend(left.into_values());
    }
    let line = |title: &&str| {
        let methods = methods.get(title).filter(|methods| !methods.is_empty())?;
        let links: Vec<String> = methods.iter().map(|method| format!("[`Client::{method}`]")).collect();
        Some(docs::item(&format!("**{}**: {}.", docs::escaped(title), links.join(", "))))
    };
    titles.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

fn title(version: &Loaded) -> &str {
    version.product.title.as_deref().unwrap_or(&version.product.name)
}

fn version(loaded: &Loaded, module: String, product_path: Option<&str>, wanted: &BTreeSet<String>) -> Version {
    let product = &loaded.product;
    let mut scope = Scope::of_types();
    let enums: Vec<(NamedEnum, &SpecEnum)> =
        product.enums.iter().map(|spec| (named_enum(spec, &mut scope), spec)).collect();
    let by_parameter: BTreeMap<&str, String> = enums
        .iter()
        .flat_map(|(named, spec)| spec.parameters.iter().map(|name| (name.as_str(), named.name.clone())))
        .collect();
    let mut types = Types::new(product, by_parameter, scope);
    let mut modules = Scope::new(["call", "client", "endpoints", "rt", "types"]);
    let mut methods = Scope::default();
    let mut operations: Vec<Operation> = loaded
        .operations
        .values()
        .map(|(api, ours)| {
            let mut operation = operation::operation(api, ours, &mut types, product_path);
            operation.module = modules.claim(&operation.module);
            operation.method = methods.claim(&operation.method);
            for waiter in &mut operation.waiters {
                waiter.method = methods.claim(&waiter.method);
            }
            operation
        })
        .collect();
    let (mut enums, mut records) = (enums.into_iter().map(|(named, _)| named).collect(), types.shared());
    if !wanted.is_empty() {
        operations.retain(|operation| wanted.contains(&operation.name));
        needed::keep(&operations, &mut enums, &mut records);
    }
    let has_paths = product.style == "ROA"
        || loaded.operations.values().any(|(api, _)| api.path.as_ref().is_some_and(|path| path != "/"));
    let title = format!("{} {}", title(loaded), product.version);
    let docs = docs::sections([
        format!("Calls {title}."),
        docs::from_markdown(product.summary.as_deref().unwrap_or_default()),
        "Begin with a [`Client`]; each of its methods starts a call.".to_owned(),
        listed(&product.groups, &operations),
    ]);
    Version {
        module,
        spec: loaded.folder.clone(),
        docs,
        title,
        name: product.name.clone(),
        version: product.version.clone(),
        style: if has_paths { Style::Roa } else { Style::Rpc },
        default_region: product.default_region.clone(),
        portal_endpoints: product.portal_endpoints.clone(),
        sdk_endpoints: product.sdk_endpoints.clone(),
        named_endpoint: (product.style == "PDS").then_some("api.aliyunpds.com"),
        own_signature: product.own_signature(),
        sdk_regional: product.sdk_rule == SdkRule::Regional,
        enums,
        records,
        operations,
    }
}

fn named_enum(spec: &SpecEnum, scope: &mut Scope) -> NamedEnum {
    let mut variants = Scope::new(["Unknown"]);
    let mut values: Vec<_> = spec.values.iter().collect();
    values.sort_by(|a, b| a.value.cmp(&b.value));
    let mut seen = BTreeSet::new();
    values.retain(|value| seen.insert(&value.value));
    let variant = |value: &&crate::product::NamedValue| {
        let title = value.title.as_deref().map(|title| format!(": {}", docs::from_markdown(title))).unwrap_or_default();
        let listed = if value.documented { "" } else { "; the documents do not list it" };
        Variant {
            name: variants.claim(&names::pascal(&value.value)),
            wire: value.value.clone(),
            docs: docs::paragraph(&format!("{}{title}{listed}.", docs::code(&value.value))),
        }
    };
    let variants = values.iter().map(variant).collect();
    let docs = docs::sections([
        docs::from_markdown(&spec.summary),
        "A value that has no name here is kept as it is, and sent.".to_owned(),
    ]);
    NamedEnum { name: scope.claim(&names::pascal(&spec.name)), docs, variants }
}
