//! What an operation is, for programs that know it only at run time.

use std::collections::BTreeMap;

use super::parameter::Parameter;
use crate::endpoint::EndpointRule;
use crate::error::Violation;
use crate::operation::{Impact, Method, Quota, Repeat, Security, Style};

/// Describes one operation wholly: where and how it is called, and each of its parameters.
///
/// It is built by code, or read from the JSON that `apsara_codegen::describe` makes of specs, see
/// [`Description::from_json`]. Of what is not said, the same is taken for granted as of [`Client::call`].
///
/// [`Client::call`]: super::Client::call
#[derive(Clone, Debug)]
#[must_use]
pub struct Description {
    pub(super) product: Version,
    pub(super) facts: Facts,
    pub(super) parameters: Vec<Parameter>,
    pub(super) objects: BTreeMap<String, Vec<Parameter>>,
    pub(super) redirects: bool,
    /// Whether parameters may be given that are not described.
    pub(super) open: bool,
    /// Whether a call gave the path.
    pub(super) is_path_given: bool,
}

/// What is said of a version of a product.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Version {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) style: Style,
    pub(super) default_region: Option<String>,
    pub(super) portal_endpoints: Hosts,
    pub(super) sdk_endpoints: Hosts,
    pub(super) sdk_rule: EndpointRule,
    pub(super) named_endpoint: Option<String>,
    pub(super) own_signature: Option<String>,
}

/// Hosts, each with the regions that it serves.
pub(super) type Hosts = Vec<(String, Vec<String>)>;

/// What is said of an operation beside its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Facts {
    pub(super) name: String,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) security: Security,
    pub(super) repeat: Repeat,
    pub(super) impact: Impact,
    pub(super) quota: Option<Quota>,
    pub(super) ram_action: Option<String>,
}

impl Description {
    /// Returns what is wrong with what is said of the operation itself: the call would be signed and go to another host, or could not be
    /// sent at all.
    pub(super) fn violations(&self) -> Vec<Violation> {
        let (product, facts) = (&self.product, &self.facts);
        let is_shown = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let shown = "must be of the letters, digits and signs of ASCII, without spaces";
        let rules = [
            ("version", is_shown(&product.version), shown),
            ("operation", is_shown(&facts.name), shown),
            ("path", facts.path.starts_with('/'), "must begin with `/`"),
        ];
        let broken = rules.into_iter().filter(|(_, is_kept, _)| !is_kept);
        broken.map(|(name, _, rule)| Violation::new(name, rule)).collect()
    }

    /// Describes an operation without parameters, of which nothing else is said.
    pub fn new(product: impl Into<String>, version: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            product: Version {
                name: product.into(),
                version: version.into(),
                style: Style::Rpc,
                default_region: None,
                portal_endpoints: Vec::new(),
                sdk_endpoints: Vec::new(),
                sdk_rule: EndpointRule::Regional,
                named_endpoint: None,
                own_signature: None,
            },
            facts: Facts {
                name: name.into(),
                method: Method::Post,
                path: "/".to_owned(),
                security: Security::AccessKey,
                repeat: Repeat::Unsafe,
                impact: Impact::Change,
                quota: None,
                ram_action: None,
            },
            parameters: Vec::new(),
            objects: BTreeMap::new(),
            redirects: false,
            open: false,
            is_path_given: false,
        }
    }

    /// Lets parameters be given that are not described.
    pub fn open(mut self) -> Self {
        self.open = true;
        self
    }

    /// Returns whether parameters may be given that are not described.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Adds a parameter, in the place of one of that name.
    pub fn parameter(mut self, parameter: Parameter) -> Self {
        self.put(parameter);
        self
    }

    /// Names the fields of an object that parameters, or fields of objects, hold.
    pub fn object(mut self, name: impl Into<String>, fields: impl IntoIterator<Item = Parameter>) -> Self {
        self.objects.insert(name.into(), fields.into_iter().collect());
        self
    }

    /// Sets the HTTP method.
    pub fn method(mut self, method: Method) -> Self {
        self.facts.method = method;
        self
    }

    /// Sets the style of the product.
    pub fn style(mut self, style: Style) -> Self {
        self.product.style = style;
        self
    }

    /// Sets the path, with `{name}` where a parameter stands, and `{+name}` where its slashes are those of the path.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.facts.path = path.into();
        self
    }

    /// Sets what a call is signed with.
    pub fn security(mut self, security: Security) -> Self {
        self.facts.security = security;
        self
    }

    /// Says whether a call may be executed twice.
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.facts.repeat = repeat;
        self
    }

    /// Says what a call changes.
    pub fn impact(mut self, impact: Impact) -> Self {
        self.facts.impact = impact;
        self
    }

    /// Says how many calls an account may make.
    pub fn quota(mut self, quota: Quota) -> Self {
        self.facts.quota = Some(quota);
        self
    }

    /// Sets the region whose endpoint is used when neither the configuration nor the call names one.
    pub fn default_region(mut self, region: impl Into<String>) -> Self {
        self.product.default_region = Some(region.into());
        self
    }

    /// Adds a host with the regions that it serves.
    pub fn endpoint(mut self, host: impl Into<String>, regions: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let regions = regions.into_iter().map(Into::into).collect();
        self.product.portal_endpoints.push((host.into(), regions));
        self
    }

    /// Sets how the host of a region is built that stands in no table; `PRODUCT.REGION.aliyuncs.com` unless set.
    pub fn endpoint_rule(mut self, rule: EndpointRule) -> Self {
        self.product.sdk_rule = rule;
        self
    }

    /// Returns the product's code.
    #[must_use]
    pub fn product_name(&self) -> &str {
        &self.product.name
    }

    /// Returns the version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.product.version
    }

    /// Returns the operation's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.facts.name
    }

    /// Returns the parameters.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// Returns the fields of an object, by the name that a [`Kind::Object`](super::Kind::Object) has.
    #[must_use]
    pub fn fields(&self, object: &str) -> Option<&[Parameter]> {
        self.objects.get(object).map(Vec::as_slice)
    }

    /// Returns what a call changes.
    #[must_use]
    pub fn what_it_changes(&self) -> Impact {
        self.facts.impact
    }

    /// Returns whether a call may be executed twice.
    #[must_use]
    pub fn may_repeat(&self) -> Repeat {
        self.facts.repeat
    }

    /// Returns how many calls an account may make, where it is known.
    #[must_use]
    pub fn stated_quota(&self) -> Option<Quota> {
        self.facts.quota
    }

    pub(super) fn find(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    pub(super) fn put(&mut self, parameter: Parameter) {
        match self.parameters.iter_mut().find(|known| known.name == parameter.name) {
            Some(known) => *known = parameter,
            None => self.parameters.push(parameter),
        }
    }
}
