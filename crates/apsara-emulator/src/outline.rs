//! What of a request can be told before any check: what it asks for, and how it wants to be answered.

use crate::answer::Format;
use crate::catalog::{Asked, Catalog, Found, Style};
use crate::ledger::Signature;
use crate::refusal::Refusal;
use crate::request::WireRequest;
use crate::verify;

/// The words of a request.
pub(crate) struct Outline<'r> {
    pub(crate) action: &'r str,
    pub(crate) version: &'r str,
    pub(crate) signature: Option<Signature>,
    /// Whether what is common to all requests stands in headers: in a query otherwise.
    by_headers: bool,
}

/// What the words mean.
pub(crate) struct Target<'c> {
    /// The product's name; empty if none has such a version.
    pub(crate) product: &'c str,
    /// How the operations of that product look, and so its errors.
    pub(crate) style: Style,
    pub(crate) found: Result<Found<'c>, Refusal>,
}

impl<'r> Outline<'r> {
    pub(crate) fn new(request: &'r WireRequest) -> Self {
        let signature = verify::claimed_signature(request);
        let named = |header: &str, parameter: &str| {
            let (header, parameter) = (request.header(header), request.parameter(parameter));
            let sent = match signature {
                // SDKs send the headers too, but V1 does not sign them: they must not overrule what is signed.
                Some(Signature::V1) => parameter,
                None | Some(Signature::Bearer) => parameter.or(header),
                Some(_) => header.or(parameter),
            };
            sent.unwrap_or_default()
        };
        let by_headers = match signature {
            Some(Signature::V1) => false,
            None => request.path != "/",
            Some(Signature::Bearer) => request.header("x-acs-bearer-token").is_some(),
            Some(_) => true,
        };
        let (action, version) = (named("x-acs-action", "Action"), named("x-acs-version", "Version"));
        Self { action, version, signature, by_headers }
    }

    /// Whether an operation can be asked for by its path alone.
    pub(crate) fn needs_action(&self, request: &WireRequest) -> bool {
        request.path == "/" && self.signature != Some(Signature::V1Roa)
    }

    /// The language of the answer, or nothing if the request asks for one that does not exist.
    ///
    /// `Format` in the query tells; else, where all else stands in headers, `Accept` does, and JSON is meant without
    /// it. A request that says all in its query means XML if it says nothing.
    pub(crate) fn format(&self, request: &WireRequest) -> Option<Format> {
        match request.parameter("Format") {
            Some(format) if format.eq_ignore_ascii_case("json") => Some(Format::Json),
            Some(format) if format.eq_ignore_ascii_case("xml") => Some(Format::Xml),
            Some(format) if !format.is_empty() => None,
            _ if !self.by_headers || accepts_xml(request) => Some(Format::Xml),
            _ => Some(Format::Json),
        }
    }
}

/// Whether the first thing that a request accepts is XML.
fn accepts_xml(request: &WireRequest) -> bool {
    let accept = request.header("accept").unwrap_or("");
    let first = accept.split([',', ';']).next().unwrap_or("").trim();
    ["application/xml", "text/xml"].iter().any(|xml| first.eq_ignore_ascii_case(xml))
}

impl<'c> Target<'c> {
    pub(crate) fn new(catalog: &'c Catalog, request: &WireRequest, outline: &Outline<'_>) -> Self {
        let asked = Asked { request, action: outline.action, version: outline.version };
        match catalog.serving(&asked) {
            Ok(products) => {
                let found = Catalog::find(&products, &asked);
                let product = found.as_ref().map(|found| found.product).ok().or(products.first().copied());
                Self {
                    product: product.map_or("", |product| product.code()),
                    style: product.map_or(Style::Rpc, |product| product.style_at(&request.path)),
                    found,
                }
            }
            Err(refusal) => {
                let style = if outline.needs_action(request) { Style::Rpc } else { Style::Roa };
                Self { product: "", style, found: Err(refusal) }
            }
        }
    }
    /// The operation's name, if there is such an operation.
    pub(crate) fn name(&self) -> Option<&'c str> {
        self.found.as_ref().ok().map(|found| found.operation.name.as_str())
    }
}
