//! What the runtime must know of a product and an operation; generated code fills it in.

use crate::endpoint::EndpointRule;

/// Describes one version of a product.
#[derive(Debug)]
pub struct Product {
    /// The product's code as the portal spells it, for example `live`.
    pub name: &'static str,
    /// The version, for example `2016-11-01`.
    pub version: &'static str,
    /// Where an operation's name stands on the wire.
    pub style: Style,
    /// The region whose endpoint is used when neither the configuration nor the call names one.
    pub default_region: Option<&'static str>,
    /// The portal's endpoints: host, and the regions that it serves.
    pub portal_endpoints: &'static [(&'static str, &'static [&'static str])],
    /// The official SDKs' endpoints, in the same shape.
    pub sdk_endpoints: &'static [(&'static str, &'static [&'static str])],
    /// How the official SDKs build the host of a region that stands in no table.
    pub sdk_rule: EndpointRule,
    /// The endpoint that parameters in the host's name stand in front of, where it is not the region's.
    pub named_endpoint: Option<&'static str>,
    /// The signature that the product's own gateway wants, where it does not take those of this runtime: a call that would have
    /// to be signed with it is refused before it is sent, unless the configuration names a signature.
    pub own_signature: Option<&'static str>,
}

impl Product {
    /// Describes a version of a product of which nothing else is said: the RPC style, and endpoints by the official SDKs' rule.
    #[must_use]
    pub const fn of(name: &'static str, version: &'static str) -> Self {
        Self {
            name,
            version,
            style: Style::Rpc,
            default_region: None,
            portal_endpoints: &[],
            sdk_endpoints: &[],
            sdk_rule: EndpointRule::Regional,
            named_endpoint: None,
            own_signature: None,
        }
    }
}

/// Says where an operation's name stands on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Style {
    /// One path for all operations; the name is a parameter or a header.
    Rpc,
    /// A path for each operation.
    Roa,
}

/// Describes one operation.
#[derive(Debug)]
pub struct Operation {
    /// The version of the product that it belongs to.
    pub product: &'static Product,
    /// The name, for example `RestartLivePullToPush`.
    pub name: &'static str,
    /// The HTTP method that is used.
    pub method: Method,
    /// The path, with `{name}` where a parameter stands, and `{+name}` where its slashes are those of the path. Behind a question
    /// mark stands what is always in the query.
    pub path: &'static str,
    /// What a call is signed with.
    pub security: Security,
    /// Whether a call may be repeated.
    pub repeat: Repeat,
    /// What a call changes.
    pub impact: Impact,
    /// How many calls an account may make, where it is known.
    pub quota: Option<Quota>,
    /// The action that a RAM policy must allow, where it is known.
    pub ram_action: Option<&'static str>,
}

impl Operation {
    /// Describes what an operation has of which nothing else is said: the path `/`, a signature by access key, and no name,
    /// a `POST`, unsafe to repeat; it changes something, and neither a quota nor an action is known.
    #[must_use]
    pub const fn of(product: &'static Product) -> Self {
        Self {
            product,
            name: "",
            method: Method::Post,
            path: "/",
            security: Security::AccessKey,
            repeat: Repeat::Unsafe,
            impact: Impact::Change,
            quota: None,
            ram_action: None,
        }
    }

    /// Returns whether two descriptions name the same operation of the same version of a product.
    #[must_use]
    pub fn is(&self, other: &Operation) -> bool {
        self.name == other.name
            && self.product.name == other.product.name
            && self.product.version == other.product.version
    }
}

/// Names an HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
    /// `DELETE`
    Delete,
    /// `PATCH`
    Patch,
    /// `HEAD`
    Head,
    /// `OPTIONS`
    Options,
}

impl Method {
    /// Returns what it is sent as.
    pub(crate) fn to_http(self) -> http::Method {
        match self {
            Self::Get => http::Method::GET,
            Self::Post => http::Method::POST,
            Self::Put => http::Method::PUT,
            Self::Delete => http::Method::DELETE,
            Self::Patch => http::Method::PATCH,
            Self::Head => http::Method::HEAD,
            Self::Options => http::Method::OPTIONS,
        }
    }

    /// Returns the method in upper case, as it is signed and sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
            Self::Patch => "PATCH",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
        }
    }
}

/// Says what a call is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Security {
    /// An access key, permanent or from STS.
    AccessKey,
    /// An access key or a bearer token.
    AccessKeyOrBearer,
    /// Nothing: the call proves who it is by its parameters, or to nobody.
    Anonymous,
    /// A bearer token.
    Bearer,
}

/// Says whether a call may be executed twice; it alone decides what is retried after an unclear failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// Executing it twice does no harm.
    Safe,
    /// Executing it twice does no harm if both carry the same client token.
    WithToken,
    /// Executing it twice may do harm.
    Unsafe,
}

/// Says what a call changes; it alone decides whether a terminal asks first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Impact {
    /// It only reads.
    None,
    /// It changes something.
    Change,
    /// It interrupts something that runs, such as a live stream.
    Interrupt,
}

/// States how many calls an account, with all its RAM users, may make of one operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Quota {
    /// How many calls.
    pub calls: u32,
    /// In how many seconds.
    pub seconds: u32,
}

impl Quota {
    /// Creates a quota of so many calls per second.
    #[must_use]
    pub const fn per_second(calls: u32) -> Self {
        Self { calls, seconds: 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::Method;

    #[test]
    fn a_method_is_sent_as_it_is_signed() {
        use Method::{Delete, Get, Head, Options, Patch, Post, Put};

        for method in [Get, Post, Put, Delete, Patch, Head, Options] {
            assert_eq!(method.to_http().as_str(), method.as_str());
        }
    }
}
