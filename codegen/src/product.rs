//! `product.json`: what is known of a version of a product; a whole document says a part of it itself.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::json::Object;
use crate::refusal::{Collector, Place};
use crate::spec::{Schema, schema};

/// Everything about a version that its operations share.
#[derive(Clone, Debug)]
pub(crate) struct Product {
    pub(crate) place: Place,
    /// All that was said but the operations.
    pub(crate) source: Value,
    pub(crate) style: String,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) title: Option<String>,
    pub(crate) summary: Option<String>,
    pub(crate) default_version: Option<bool>,
    pub(crate) default_region: Option<String>,
    /// The portal's endpoints: the regions of each host.
    pub(crate) portal_endpoints: Hosts,
    /// The official SDKs' endpoints: the regions of each host.
    pub(crate) sdk_endpoints: Hosts,
    pub(crate) sdk_rule: SdkRule,
    pub(crate) components: BTreeMap<String, Schema>,
    pub(crate) enums: Vec<NamedEnum>,
    /// The portal's directories of operations, in its order.
    pub(crate) groups: Vec<Group>,
}

/// A directory of operations: its title, after those of the directories that it is in, and the operations' names.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) operations: Vec<String>,
}

/// The products whose own gateways verify signatures of their own, by the official SDKs' gateway packages.
const OWN_SIGNATURES: [(&str, &str); 4] = [
    ("hcs-mgw", "OSS4-HMAC-SHA256"),
    ("oss", "OSS4-HMAC-SHA256"),
    ("pds", "ACS4-HMAC-SHA256"),
    ("sls", "SLS4-HMAC-SHA256"),
];

impl Product {
    /// Returns the signature that the product's own gateway wants, if it takes no other.
    pub(crate) fn own_signature(&self) -> Option<&'static str> {
        let name = self.name.to_lowercase();
        OWN_SIGNATURES.iter().find(|(product, _)| *product == name).map(|(_, signature)| *signature)
    }

    /// Returns the schema that a reference means, nothing if it means none; what is no reference means itself.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Schema) -> Option<&'a Schema> {
        match &schema.reference {
            None => Some(schema),
            Some(reference) => self.components.get(reference.strip_prefix("#/components/schemas/")?),
        }
    }
}

/// The regions of each host.
pub(crate) type Hosts = BTreeMap<String, Vec<String>>;

/// Says how the official SDKs name the host of a region that stands in no table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum SdkRule {
    #[default]
    Regional,
    Central,
}

/// The values of a parameter that become an enum.
#[derive(Clone, Debug)]
pub(crate) struct NamedEnum {
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) summary: String,
    /// The parameters and fields that have its type, by their names.
    pub(crate) parameters: Vec<String>,
    pub(crate) values: Vec<NamedValue>,
}

#[derive(Clone, Debug)]
pub(crate) struct NamedValue {
    pub(crate) value: String,
    pub(crate) title: Option<String>,
    pub(crate) documented: bool,
}

impl Product {
    /// Returns the example of a parameter or field; one that the documents only know of gives way to the first that they list.
    pub(crate) fn example<'s>(&'s self, wire: &str, schema: &'s Schema) -> Option<&'s str> {
        let given = schema.example.as_deref();
        let named = self.enums.iter().find(|named| named.parameters.iter().any(|parameter| parameter == wire));
        let Some(values) = named.map(|named| &named.values) else { return given };
        let is_undocumented = values.iter().any(|value| Some(value.value.as_str()) == given && !value.documented);
        let listed = values.iter().find(|value| value.documented).map(|value| value.value.as_str());
        if is_undocumented { listed } else { given }
    }
}

/// Reads a `product.json`, of which every entry is known. What operations share is as they are: as the portal published it, or ours.
pub(crate) fn product(value: &Value, place: Place, published: bool, refusals: &Collector) -> Option<Product> {
    let object = Object::new(value, place, refusals)?;
    let mut product = shared(&object, published, refusals);
    product.title = object.text("title");
    product.summary = object.text("summary");
    product.default_version = object.flag("defaultVersion");
    product.default_region = object.text("defaultRegion");
    if let Some(sdk) = object.object("sdkEndpoints") {
        product.sdk_rule = match sdk.text("rule").as_deref() {
            Some("central") => SdkRule::Central,
            Some("regional") | None => SdkRule::Regional,
            Some(other) => {
                let problem = format!("`{other}` is not a rule for hosts");
                refusals.refuse(&sdk.place.child("rule"), problem, "write regional or central");
                SdkRule::Regional
            }
        };
        if let Some(hosts) = sdk.object("hosts") {
            for (host, place, value) in hosts.entries() {
                let regions = value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
                let mut regions: Vec<String> = regions.collect();
                regions.sort();
                if value.as_array().is_none_or(|list| list.len() != regions.len()) {
                    refusals.refuse(&place, "the regions of a host are a list of texts", "write [ \"…\" ]");
                }
                product.sdk_endpoints.insert(host.to_owned(), regions);
            }
        }
        sdk.refuse_unknown();
    }
    // Policies are made by it; it stays in `source`.
    if let Some(ram) = object.object("ram") {
        ram.texts("ramCodes");
        ram.refuse_unknown();
    }
    if let Some(enums) = object.object("enums") {
        for (name, place, value) in enums.entries() {
            product.enums.extend(named_enum(name, value, place, refusals));
        }
    }
    object.refuse_unknown();
    Some(product)
}

/// Reads what a whole document says of its version.
pub(crate) fn of_document(value: &Value, place: Place, refusals: &Collector) -> Option<Product> {
    Some(shared(&Object::new(value, place, refusals)?, true, refusals))
}

/// Reads what both kinds of file have.
fn shared(object: &Object<'_>, published: bool, refusals: &Collector) -> Product {
    let info = object.object("info").unwrap_or_else(|| Object::empty(object.place.child("info"), refusals));
    let mut product = Product {
        place: object.place.clone(),
        source: object.without("apis"),
        style: info.required_text("style"),
        name: info.required_text("product"),
        version: info.required_text("version"),
        title: None,
        summary: None,
        default_version: None,
        default_region: None,
        portal_endpoints: Hosts::new(),
        sdk_endpoints: Hosts::new(),
        sdk_rule: SdkRule::default(),
        components: BTreeMap::new(),
        enums: Vec::new(),
        groups: Vec::new(),
    };
    parts(object, published, &mut product, refusals);
    product
}

/// Takes from a whole document what a product.json beside it does not say of what operations share.
pub(crate) fn complete(product: &mut Product, document: &Value, place: Place, refusals: &Collector) {
    let mut lacking = Map::new();
    for key in ["components", "directories", "endpoints"] {
        if let (None, Some(theirs)) = (product.source.get(key), document.get(key)) {
            lacking.insert(key.to_owned(), theirs.clone());
        }
    }
    let lacking = Value::Object(lacking);
    if let Some(object) = Object::new(&lacking, place, refusals) {
        parts(&object, true, product, refusals);
    }
    if let (Value::Object(ours), Value::Object(theirs)) = (&mut product.source, lacking) {
        ours.extend(theirs);
    }
}

/// Reads the directories, the endpoints and the components that an object has.
fn parts(object: &Object<'_>, published: bool, product: &mut Product, refusals: &Collector) {
    groups(object, "", &mut product.groups, refusals);
    for row in object.objects("endpoints") {
        let (host, region) =
            refusals.reading(published, || (row.required_name("endpoint"), row.required_name("regionId")));
        product.portal_endpoints.entry(host).or_default().push(region);
    }
    for regions in product.portal_endpoints.values_mut() {
        regions.sort();
        regions.dedup();
    }
    if let Some(schemas) = object.object("components").and_then(|components| components.object("schemas")) {
        for (name, place, value) in schemas.entries() {
            let component = refusals.reading(published, || schema(value, place, refusals));
            product.components.insert(name.to_owned(), component);
        }
    }
}

/// Reads the directories that an object has, and those within them. One without a title belongs to the one around it.
fn groups(object: &Object<'_>, above: &str, groups: &mut Vec<Group>, refusals: &Collector) {
    let key = if above.is_empty() && object.get("directories").is_some() { "directories" } else { "children" };
    let mut operations = Vec::new();
    let mut below = Vec::new();
    for (place, value) in object.list(key) {
        match value {
            Value::String(name) => operations.push(name.clone()),
            _ => below.extend(Object::new(value, place, refusals)),
        }
    }
    if !operations.is_empty() {
        groups.push(Group { title: above.to_owned(), operations });
    }
    for directory in below {
        let title = match directory.text("title") {
            Some(title) if above.is_empty() => title,
            Some(title) => format!("{above}: {title}"),
            None => above.to_owned(),
        };
        self::groups(&directory, &title, groups, refusals);
    }
}

fn named_enum(name: &str, value: &Value, place: Place, refusals: &Collector) -> Option<NamedEnum> {
    let object = Object::new(value, place.clone(), refusals)?;
    let read = |object: &Object<'_>| {
        let value = NamedValue {
            value: object.required_text("value"),
            title: object.text("title"),
            documented: object.flag("documented").unwrap_or(true),
        };
        object.refuse_unknown();
        value
    };
    let named = NamedEnum {
        place,
        name: name.to_owned(),
        summary: object.required_text("summary"),
        parameters: object.texts("parameters"),
        values: object.objects("values").iter().map(read).collect(),
    };
    object.refuse_unknown();
    Some(named)
}
