//! What a caller sees of generated code: items by their paths, what the compiler knows of each, and facts that it does not know.

use std::collections::BTreeMap;

use super::Class;
use crate::emit::{fact, value};
use crate::facts::Ram;
use crate::model::{
    ErrorEnum, Fact, Field, Model, NamedEnum, Operation, Product, Record, Setter, Streams, Variant, Version, Waiter,
};

/// Everything that a caller can name, by its path.
pub(super) type Items = BTreeMap<String, Item>;

/// Something that a caller can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Item {
    /// What it is upstream.
    pub(super) about: About,
    /// The path of what it comes and goes with.
    pub(super) within: String,
    /// What the compiler knows of it.
    pub(super) shape: String,
    /// What else is to be known of it, by what it is called.
    pub(super) facts: BTreeMap<String, Told>,
}

/// What something that a caller can name is upstream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct About {
    pub(super) product: String,
    /// As the cloud writes it; empty for what all versions share.
    pub(super) version: String,
    /// The operation that it is of; nothing for what operations share.
    pub(super) operation: Option<String>,
    /// What it is, such as "the parameter `TaskId`".
    pub(super) words: String,
}

/// What a fact says, and what it is if it says something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) text: String,
    pub(super) class: Class,
}

/// What of an operation a record holds.
#[derive(Clone, Copy)]
enum Role {
    Request,
    Answer,
    Inner,
}

impl About {
    fn saying(&self, words: impl Into<String>) -> Self {
        Self { words: words.into(), ..self.clone() }
    }
}

pub(super) fn items(model: &Model) -> Items {
    let mut surface = Items::new();
    for product in &model.products {
        let shape = match &product.default_version {
            Some(version) => format!("what {version} has"),
            None => "its versions alone".to_owned(),
        };
        let about = About {
            product: product.module.clone(),
            version: String::new(),
            operation: None,
            words: "the product".to_owned(),
        };
        add(&mut surface, &about, "", product.module.clone(), shape, [documentation(&product.docs)]);
        for version in &product.versions {
            let about = About { version: version.version.clone(), ..about.saying("the version") };
            self::version(&mut surface, &about, product, version);
        }
    }
    surface
}

fn version(surface: &mut Items, about: &About, product: &Product, version: &Version) {
    let path = format!("{}::{}", product.module, version.module);
    let hosts = format!("{:?} {:?}", version.portal_endpoints, version.sdk_endpoints);
    let Version { name, version: number, style, own_signature, sdk_regional, .. } = version;
    let gateway = format!("{name} {number} {style:?} {own_signature:?} {sdk_regional}");
    let region = version.default_region.clone().unwrap_or_default();
    let named = version.named_endpoint.unwrap_or_default();
    let facts = [
        ("default region", Class::Minor, region),
        ("endpoints", Class::Minor, digest(&format!("{hosts} {named}"))),
        ("gateway", Class::Minor, gateway),
        documentation(&version.docs),
    ];
    add(surface, about, &product.module, path.clone(), "a module".to_owned(), facts);
    for named in &version.enums {
        let NamedEnum { name, docs, variants } = named;
        let about = about.saying(format!("the values of `{name}`"));
        let each = format!("the value `{{}}` of `{name}`");
        self::variants(surface, &about, (&path, &format!("{path}::{name}")), docs, (variants, &each));
    }
    for record in &version.records {
        self::record(surface, about, (&path, &path), record, Role::Inner);
    }
    for operation in &version.operations {
        let about = About { operation: Some(operation.name.clone()), ..about.saying("the operation") };
        self::operation(surface, &about, &path, operation);
    }
}

fn operation(surface: &mut Items, about: &About, module: &str, operation: &Operation) {
    let Operation { request, response, .. } = operation;
    let path = format!("{module}::Client::{}", operation.method);
    let listed =
        |of: fn(&Ram) -> &Vec<String>| operation.ram.as_ref().map(|ram| of(ram).join(", ")).unwrap_or_default();
    let quota = operation.quota.map(|quota| format!("{} calls in {} s", quota.calls, quota.seconds));
    let facts = [
        ("name on the wire", Class::Patch, operation.name.clone()),
        ("deprecation", Class::Minor, if operation.deprecated { "deprecated" } else { "" }.to_owned()),
        ("repeat", Class::Minor, format!("{:?}", operation.repeat)),
        ("impact", Class::Minor, format!("{:?}", operation.impact)),
        ("quota", Class::Minor, quota.unwrap_or_default()),
        ("security", Class::Minor, format!("{:?}", operation.security)),
        ("RAM action", Class::Patch, operation.ram.as_ref().map(|ram| ram.action.clone()).unwrap_or_default()),
        ("RAM resources", Class::Patch, listed(|ram| &ram.resources)),
        ("RAM condition keys", Class::Patch, listed(|ram| &ram.condition_keys)),
        ("dependent RAM actions", Class::Patch, listed(|ram| &ram.dependent_actions)),
        ("HTTP method", Class::Patch, operation.http_method.to_owned()),
        ("HTTP path", Class::Patch, operation.path.clone()),
        documentation(&operation.docs),
    ];
    add(surface, about, module, path.clone(), format!("a method that returns {}", operation.call), facts);
    let call = |method: &str| format!("{module}::Call<{}>::{method}", request.name);
    // What may do harm when it is repeated does not compile there.
    if operation.repeat == crate::facts::Repeat::Safe {
        let about = about.saying("waiting by it");
        add(surface, &about, &path, call("wait_until"), "a method".to_owned(), []);
    }
    if let Some(paged) = &operation.paged {
        let by = format!("{:?}", paged.pages);
        add(
            surface,
            &about.saying("going through its pages"),
            &path,
            call("items"),
            format!("a stream of {}", value(&paged.item)),
            [("paging", Class::Minor, by)],
        );
    }
    streams(surface, about, (&path, &call), operation);
    let nested = operation.nested.iter().map(|record| (record, Role::Inner));
    for (record, role) in nested.chain([(request, Role::Request), (response, Role::Answer)]) {
        self::record(surface, about, (&path, module), record, role);
    }
    if let Some(ErrorEnum { name, docs, variants }) = &operation.error {
        let about = about.saying("its error codes");
        self::variants(surface, &about, (&path, &format!("{module}::{name}")), docs, (variants, "the error code `{}`"));
    }
    for waiter in &operation.waiters {
        self::waiter(surface, &about.saying(format!("`{}`", waiter.method)), (&path, module), waiter);
    }
}

/// Adds the methods of a call that need not be in memory as a whole, and the setters that have another name beside such a method.
fn streams(surface: &mut Items, about: &About, (path, call): (&str, &dyn Fn(&str) -> String), operation: &Operation) {
    let Streams { event, downloads, uploads } = &operation.streams;
    let methods = [
        ("events", "its events", event.as_ref().map(|event| format!("a stream of {}", value(event)))),
        ("download", "its answer as it comes", downloads.then(|| "a method".to_owned())),
        ("with_file", "sending a file", uploads.then(|| "a method".to_owned())),
    ];
    for (method, words, shape) in &methods {
        if let Some(shape) = shape {
            add(surface, &about.saying(*words), path, call(method), shape.clone(), []);
        }
    }
    let renamed = |setter: &&Setter| methods.iter().any(|(method, ..)| *method == setter.field);
    for setter in operation.setters.iter().filter(renamed) {
        add(
            surface,
            &about.saying("a setter"),
            path,
            call(&setter.name),
            format!("a setter of `{}`", setter.field),
            [],
        );
    }
}

fn waiter(surface: &mut Items, about: &About, (within, module): (&str, &str), waiter: &Waiter) {
    let path = format!("{module}::Client::{}", waiter.method);
    let states = format!("{} until {:?}, failed {:?}", waiter.field, waiter.until, waiter.failed);
    let shape = format!("a method that returns {}, for states of type {}", waiter.name, value(&waiter.of));
    add(surface, about, within, path, shape, [("states", Class::Minor, states), documentation(&waiter.docs)]);
}

fn record(surface: &mut Items, about: &About, (within, module): (&str, &str), record: &Record, role: Role) {
    let path = format!("{module}::{}", record.name);
    let words = match role {
        Role::Request => "the request".to_owned(),
        Role::Answer => "the answer".to_owned(),
        Role::Inner => format!("`{}`", record.name),
    };
    let whole = about.saying(words);
    add(surface, &whole, within, path.clone(), "a struct".to_owned(), [documentation(&record.docs)]);
    if record.readable {
        add(surface, &whole, &path, format!("{path}: Deserialize"), "a trait".to_owned(), []);
    }
    for field in &record.fields {
        let words = match role {
            Role::Request => format!("the parameter `{}`", field.wire),
            Role::Answer => format!("the field `{}` of the answer", field.wire),
            Role::Inner => format!("the field `{}` of `{}`", field.wire, record.name),
        };
        self::field(surface, &about.saying(words), &path, field);
    }
}

fn field(surface: &mut Items, about: &About, record: &str, field: &Field) {
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
    add(surface, about, record, format!("{record}.{}", field.name), shape, facts);
}

fn variants(
    surface: &mut Items,
    about: &About,
    (within, path): (&str, &str),
    docs: &str,
    (variants, each): (&[Variant], &str),
) {
    add(surface, about, within, path.to_owned(), "an enum".to_owned(), [documentation(docs)]);
    for Variant { name, wire, docs } in variants {
        let facts = [("name on the wire", Class::Breaking, wire.clone()), documentation(docs)];
        add(
            surface,
            &about.saying(each.replace("{}", wire)),
            path,
            format!("{path}::{name}"),
            "a variant".to_owned(),
            facts,
        );
    }
}

fn documentation(docs: &str) -> (&'static str, Class, String) {
    ("documentation", Class::Patch, digest(docs))
}

fn add(
    surface: &mut Items,
    about: &About,
    within: &str,
    path: String,
    shape: String,
    facts: impl IntoIterator<Item = (&'static str, Class, String)>,
) {
    let facts = facts.into_iter().map(|(name, class, text)| (name.to_owned(), Told { text, class })).collect();
    surface.insert(path, Item { about: about.clone(), within: within.to_owned(), shape, facts });
}

/// Stands for a text that is only ever compared, by the 64 bits of FNV-1a.
fn digest(text: &str) -> String {
    let mut digest: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in text.bytes() {
        digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    if text.is_empty() { String::new() } else { format!("{digest:016x}") }
}
