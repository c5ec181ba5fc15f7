//! What a caller sees of generated code: items by their paths, what the compiler knows of each, and facts that it does not know.

use std::collections::BTreeMap;

use super::Class;
use crate::emit::{fact, value};
use crate::model::{ErrorEnum, Fact, Field, Model, NamedEnum, Operation, Product, Record, Variant, Version, Waiter};

/// Everything that a caller can name, by its path.
pub(super) type Surface = BTreeMap<String, Item>;

/// Something that a caller can name.
pub(super) struct Item {
    /// The path of what it comes and goes with.
    pub(super) within: String,
    /// What the compiler knows of it.
    pub(super) shape: String,
    /// What else is to be known of it, by what it is called.
    pub(super) facts: BTreeMap<&'static str, Told>,
}

/// What a fact says, and what it is if it says something else.
pub(super) struct Told {
    pub(super) text: String,
    pub(super) class: Class,
}

pub(super) fn surface(model: &Model) -> Surface {
    let mut surface = Surface::new();
    for product in &model.products {
        let shape = format!("what {} has", product.default_version);
        add(&mut surface, "", product.module.clone(), shape, [documentation(&product.docs)]);
        for version in &product.versions {
            self::version(&mut surface, product, version);
        }
    }
    surface
}

fn version(surface: &mut Surface, product: &Product, version: &Version) {
    let path = format!("{}::{}", product.module, version.module);
    let hosts = format!("{:?} {:?}", version.portal_endpoints, version.sdk_endpoints);
    let Version { name, version: number, style, own_signature, sdk_regional, .. } = version;
    let gateway = format!("{name} {number} {style:?} {own_signature:?} {sdk_regional}");
    let region = version.default_region.clone().unwrap_or_default();
    let named = version.named_endpoint.unwrap_or_default();
    let facts = [
        ("default region", Class::Minor, region),
        ("endpoints", Class::Minor, format!("{hosts} {named}")),
        ("gateway", Class::Minor, gateway),
        documentation(&version.docs),
    ];
    add(surface, &product.module, path.clone(), "a module".to_owned(), facts);
    for named in &version.enums {
        let NamedEnum { name, docs, variants } = named;
        self::variants(surface, &path, &format!("{path}::{name}"), docs, variants);
    }
    for record in &version.records {
        self::record(surface, &path, &path, record);
    }
    for operation in &version.operations {
        self::operation(surface, &path, operation);
    }
}

fn operation(surface: &mut Surface, module: &str, operation: &Operation) {
    let Operation { request, response, .. } = operation;
    let path = format!("{module}::Client::{}", operation.method);
    let quota = operation.quota.map(|quota| format!("{} calls in {} s", quota.calls, quota.seconds));
    let facts = [
        ("name on the wire", Class::Patch, operation.name.clone()),
        ("deprecation", Class::Minor, if operation.deprecated { "deprecated" } else { "" }.to_owned()),
        ("repeat", Class::Minor, format!("{:?}", operation.repeat)),
        ("impact", Class::Minor, format!("{:?}", operation.impact)),
        ("quota", Class::Minor, quota.unwrap_or_default()),
        ("security", Class::Minor, format!("{:?}", operation.security)),
        ("RAM action", Class::Patch, operation.ram_action.clone().unwrap_or_default()),
        ("HTTP method", Class::Patch, operation.http_method.to_owned()),
        ("HTTP path", Class::Patch, operation.path.clone()),
        documentation(&operation.docs),
    ];
    add(surface, module, path.clone(), format!("a method that returns {}", operation.call), facts);
    let call = |method: &str| format!("{module}::Call<{}>::{method}", request.name);
    // What may do harm when it is repeated does not compile there.
    if operation.repeat == crate::facts::Repeat::Safe {
        add(surface, &path, call("wait_until"), "a method".to_owned(), []);
    }
    if let Some(paged) = &operation.paged {
        let by = format!("{:?}", paged.pages);
        add(
            surface,
            &path,
            call("items"),
            format!("a stream of {}", value(&paged.item)),
            [("paging", Class::Minor, by)],
        );
    }
    for record in operation.nested.iter().chain([request, response]) {
        self::record(surface, &path, module, record);
    }
    if let Some(ErrorEnum { name, docs, variants }) = &operation.error {
        self::variants(surface, &path, &format!("{module}::{name}"), docs, variants);
    }
    for waiter in &operation.waiters {
        self::waiter(surface, &path, module, waiter);
    }
}

fn waiter(surface: &mut Surface, within: &str, module: &str, waiter: &Waiter) {
    let path = format!("{module}::Client::{}", waiter.method);
    let states = format!("{} until {:?}, failed {:?}", waiter.field, waiter.until, waiter.failed);
    let shape = format!("a method that returns {}, for states of type {}", waiter.name, value(&waiter.of));
    add(surface, within, path, shape, [("states", Class::Minor, states), documentation(&waiter.docs)]);
}

fn record(surface: &mut Surface, within: &str, module: &str, record: &Record) {
    let path = format!("{module}::{}", record.name);
    add(surface, within, path.clone(), "a struct".to_owned(), [documentation(&record.docs)]);
    if record.readable {
        add(surface, &path, format!("{path}: Deserialize"), "a trait".to_owned(), []);
    }
    for field in &record.fields {
        self::field(surface, &path, field);
    }
}

fn field(surface: &mut Surface, record: &str, field: &Field) {
    let of = value(&field.of);
    let shape = if field.always { of } else { format!("Option<{of}>") };
    let (mut place, mut limits, mut values) = (field.again.join(" "), String::new(), String::new());
    let (mut required, mut sensitive) = ("", "");
    for one in &field.facts {
        match one {
            Fact::Required => required = "required",
            Fact::Sensitive => sensitive = "sensitive",
            Fact::Form(_) | Fact::Wrapped(_) => place.push_str(&fact(one)),
            Fact::OneOf(_) | Fact::OneOfNumbers(_) | Fact::Named(_) => values.push_str(&fact(one)),
            _ => limits.push_str(&fact(one)),
        }
    }
    let facts = [
        // It is the name in JSON as well, which may be in files.
        ("name on the wire", Class::Breaking, field.wire.clone()),
        ("requirement", Class::Minor, required.to_owned()),
        ("limits", Class::Minor, limits),
        ("secrecy", Class::Minor, sensitive.to_owned()),
        ("place on the wire", Class::Patch, place),
        ("documented values", Class::Patch, values),
        documentation(&field.docs),
    ];
    // A parameter's setter has the same name and the same type.
    add(surface, record, format!("{record}.{}", field.name), shape, facts);
}

fn variants(surface: &mut Surface, within: &str, path: &str, docs: &str, variants: &[Variant]) {
    add(surface, within, path.to_owned(), "an enum".to_owned(), [documentation(docs)]);
    for Variant { name, wire, docs } in variants {
        let facts = [("name on the wire", Class::Breaking, wire.clone()), documentation(docs)];
        add(surface, path, format!("{path}::{name}"), "a variant".to_owned(), facts);
    }
}

fn documentation(docs: &str) -> (&'static str, Class, String) {
    ("documentation", Class::Patch, docs.to_owned())
}

fn add(
    surface: &mut Surface,
    within: &str,
    path: String,
    shape: String,
    facts: impl IntoIterator<Item = (&'static str, Class, String)>,
) {
    let facts = facts.into_iter().map(|(name, class, text)| (name, Told { text, class })).collect();
    surface.insert(path, Item { within: within.to_owned(), shape, facts });
}
