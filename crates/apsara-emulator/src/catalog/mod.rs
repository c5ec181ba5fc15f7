//! All operations of all specs, and the way from a request to one of them.

mod answer;
mod body;
mod check;
mod fingerprint;
mod last;
mod load;
mod operation;
mod parameter;
mod path;
mod read;
mod schema;
mod values;

use http::Method;

pub(crate) use self::answer::{Form, Sampled, answer};
pub(crate) use self::check::check;
pub(crate) use self::fingerprint::fingerprint;
pub(crate) use self::operation::{Operation, Product, Style};
pub(crate) use self::parameter::Place;
pub(crate) use self::values::{tags, text, values};
use crate::refusal::Refusal;
use crate::request::WireRequest;
use crate::strict::did_you_mean;

/// Every product version that requests can be meant for.
pub(crate) struct Catalog {
    products: Vec<Product>,
}

/// What a request asks for, as far as that can be told before anybody believes it.
pub(crate) struct Asked<'r> {
    pub(crate) request: &'r WireRequest,
    pub(crate) action: &'r str,
    pub(crate) version: &'r str,
}

/// What was asked for: the operation, and what stood in its path.
pub(crate) struct Found<'c> {
    pub(crate) product: &'c Product,
    pub(crate) operation: &'c Operation,
    pub(crate) captures: Vec<(&'c str, String)>,
}

impl Catalog {
    /// Knows what ships with the emulator, and before that the documents that were given; one takes the place of a
    /// shipped one of the same product and version.
    pub(crate) fn new(given: Vec<Product>) -> Self {
        let mut products = given;
        for version in apsara_specs::versions() {
            let shipped = Product::shipped(version);
            if !products.iter().any(|product| product.is_same_version(&shipped)) {
                products.push(shipped);
            }
        }
        Self { products }
    }

    /// Finds the products of a version that may be meant, in the order in which they are asked.
    ///
    /// Several products can have the same date for a version. The header `x-acs-product` tells which is meant, or else
    /// the host: one that the endpoints of a product name serves no other, and one that begins with a product's name
    /// prefers that.
    pub(crate) fn serving(&self, asked: &Asked<'_>) -> Result<Vec<&Product>, Refusal> {
        let of_version = || self.products.iter().filter(|product| product.version() == asked.version);
        if of_version().next().is_none() {
            return Err(Refusal::invalid_version());
        }
        let narrowed =
            |products: Vec<_>| if products.is_empty() { Err(Refusal::product_not_found()) } else { Ok(products) };
        if let Some(code) = asked.request.header("x-acs-product") {
            return narrowed(of_version().filter(|product| product.code().eq_ignore_ascii_case(code)).collect());
        }
        let host = asked.request.host();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        if self.products.iter().any(|product| product.serves(host)) {
            return narrowed(of_version().filter(|product| product.serves(host)).collect());
        }
        let label = host.split('.').next().unwrap_or("");
        let mut products: Vec<_> = of_version().collect();
        products.sort_by_key(|product| !product.code().eq_ignore_ascii_case(label));
        Ok(products)
    }

    /// Finds the operation that a request asks for among the products that may be meant.
    pub(crate) fn find<'c>(products: &[&'c Product], asked: &Asked<'_>) -> Result<Found<'c>, Refusal> {
        let request = asked.request;
        let by_name = || products.iter().filter_map(|product| Some((*product, product.operation(asked.action)?)));
        let by_path = || products.iter().flat_map(|product| product.routed().map(|operation| (*product, operation)));
        let fits = |(product, operation): (&'c Product, &'c Operation)| {
            let captures = operation.path.captures(&request.path, &request.query)?;
            operation
                .takes(&request.method)
                .then_some((operation.path.exactness(), Found { product, operation, captures }))
        };
        let found = if asked.action.is_empty() {
            // Of several paths that fit, the one with the most that is written out; of equals the first.
            by_path().filter_map(fits).fold(None, |best: Option<(_, Found<'c>)>, next| match best {
                Some(best) if best.0 >= next.0 => Some(best),
                _ => Some(next),
            })
        } else {
            by_name().find_map(fits)
        };
        let not_found = || match products.first().map(|product| product.style_at(&request.path)) {
            Some(Style::Roa) => Refusal::api_not_found(),
            _ => Refusal::action_not_found(),
        };
        found.map(|(_, found)| found).ok_or_else(not_found)
    }

    /// Finds an operation of the first product of a name.
    pub(crate) fn operation(&self, product: &str, name: &str) -> Option<&Operation> {
        self.products.iter().find(|known| known.code().eq_ignore_ascii_case(product))?.operation(name)
    }

    /// Whether any product has an operation of a name.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.products.iter().any(|product| product.names().any(|known| known == name))
    }

    /// The name of an operation that may have been meant by another.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        did_you_mean(name, &self.products.iter().flat_map(Product::names).collect::<Vec<_>>())
    }

    /// Whether any product of a version has operations with a path.
    pub(crate) fn has_paths(&self, version: &str) -> bool {
        self.products.iter().any(|product| product.version() == version && product.style() != Style::Rpc)
    }
}

/// Whether any gateway takes requests of this method at all.
pub(crate) fn is_known_method(method: &Method) -> bool {
    [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS]
        .contains(method)
}
