//! Which host a call goes to, and why.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::error::Error;
use crate::operation::Product;

/// Says how the official SDKs build the host of a region that stands in no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointRule {
    /// `PRODUCT.REGION.aliyuncs.com`
    Regional,
    /// `PRODUCT.aliyuncs.com`
    Central,
}

/// Holds where a call goes: the scheme, the host with its port, and why it was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    scheme: &'static str,
    host: Arc<str>,
    reason: Cow<'static, str>,
}

impl Endpoint {
    /// Reads an endpoint that somebody configured: a host, with a port and a scheme if need be.
    ///
    /// Without a scheme it is HTTPS; `http://` must be asked for, because nothing sent that way is private.
    ///
    /// # Errors
    ///
    /// Fails when there is a path, a query or user information in it, or a scheme other than these two.
    pub fn parse(text: &str) -> Result<Self, Error> {
        // What stands before an @ may be a password, with or without a scheme in front.
        let shown = crate::redact_urls(text.rsplit('@').next().unwrap_or_default());
        let refuse = |why: &str| Err(Error::config(format!("the endpoint `{shown}` {why}")));
        let (scheme, rest) = match text.split_once("://") {
            None => ("https", text),
            Some(("https", rest)) => ("https", rest),
            Some(("http", rest)) => ("http", rest),
            Some(_) => return refuse("has an unknown scheme; write https:// or http://, or only the host"),
        };
        let host = rest.strip_suffix('/').unwrap_or(rest);
        if host.is_empty() {
            return refuse("names no host; write for example live.aliyuncs.com");
        }
        if host.contains('@') {
            return refuse("holds user information; write only the host");
        }
        if host.contains(['/', '?', '#']) {
            return refuse("has a path or a query; write only the host");
        }
        if http::uri::Authority::try_from(host).is_err() {
            return refuse("is not a host; write for example live.aliyuncs.com");
        }
        // The port that a scheme implies is not sent, so it must not be signed either.
        let implied = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(implied).unwrap_or(host).to_ascii_lowercase();
        Ok(Self { scheme, host: host.into(), reason: Cow::Borrowed("configured") })
    }

    /// Returns `https` or `http`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        self.scheme
    }

    /// Returns the host, with its port where the scheme does not imply it.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Puts a name in front of the host; not in front of an address, which has no names below it.
    pub(crate) fn below(mut self, name: &str) -> Self {
        let bare = self.host.rsplit_once(':').map_or(&*self.host, |(bare, _)| bare);
        if bare.parse::<std::net::Ipv4Addr>().is_err() && !bare.starts_with('[') {
            self.host = format!("{name}.{}", self.host).into();
        }
        self
    }

    /// Explains which row of which table was used, and what the other table says.
    #[must_use]
    pub fn explain(&self) -> &str {
        &self.reason
    }

    /// Finds the endpoint of a product: the configured one, else the one of the region. It explains nothing: calls do not ask.
    pub(crate) fn resolve(
        product: &Product,
        configured: Option<&Endpoint>,
        region: Option<(&str, &str)>,
        named: bool,
    ) -> Result<Self, Error> {
        if let Some(endpoint) = configured {
            return Ok(endpoint.clone());
        }
        let of_host = |host: &str| Self { scheme: "https", host: host.into(), reason: Cow::Borrowed("") };
        if let (true, Some(host)) = (named, product.named_endpoint) {
            return Ok(of_host(host));
        }
        let (region, _) = region_of(product, region)?;
        let row = find(product.portal_endpoints, region).or_else(|| find(product.sdk_endpoints, region));
        match row {
            Some(host) => Ok(of_host(host)),
            None => Ok(of_host(&built(product, region)?)),
        }
    }

    /// As [`Endpoint::resolve`] where no parameter stands in the host's name, with the reason.
    pub(crate) fn explained(
        product: &Product,
        configured: Option<&Endpoint>,
        region: Option<(&str, &str)>,
    ) -> Result<Self, Error> {
        let endpoint = Self::resolve(product, configured, region, false)?;
        if configured.is_some() {
            return Ok(endpoint);
        }
        let (region, origin) = region_of(product, region)?;
        let source = match (find(product.portal_endpoints, region), find(product.sdk_endpoints, region)) {
            (Some(portal), Some(sdk)) if portal == sdk => "the portal's and the official SDKs' tables".to_owned(),
            (Some(_), Some(sdk)) => format!("the portal's table; the official SDKs' says {sdk}"),
            (Some(_), None) => {
                format!("the portal's table; the official SDKs' rule gives {}", built(product, region)?)
            }
            (None, Some(_)) => "the official SDKs' table; the portal's has no row".to_owned(),
            (None, None) => "the official SDKs' rule; no table has a row".to_owned(),
        };
        Ok(Self { reason: Cow::Owned(format!("region {region} ({origin}): {source}")), ..endpoint })
    }
}

/// Returns the region whose endpoint is used, and who named it.
fn region_of<'a>(product: &Product, region: Option<(&'a str, &'a str)>) -> Result<(&'a str, &'a str), Error> {
    let (region, origin) = match (region, product.default_region) {
        (Some(region), _) => region,
        (None, Some(region)) => (region, "the product's default"),
        (None, None) => {
            return Err(Error::config(format!(
                "no region is known for {}: set ALIBABA_CLOUD_REGION_ID, ConfigBuilder::region or the parameter RegionId",
                product.name
            )));
        }
    };
    if !is_label(region) {
        return Err(Error::config(format!(
            "`{region}` ({origin}) is not the id of a region; write for example cn-shanghai"
        )));
    }
    Ok((region, origin))
}

/// Builds the host of a region by the official SDKs' rule.
fn built(product: &Product, region: &str) -> Result<String, Error> {
    if !is_label(product.name) {
        return Err(Error::config(format!(
            "the product `{}` is no part of a host's name; set an endpoint",
            product.name
        )));
    }
    let name = product.name.to_ascii_lowercase();
    Ok(match product.sdk_rule {
        EndpointRule::Regional => format!("{name}.{region}.aliyuncs.com"),
        EndpointRule::Central => format!("{name}.aliyuncs.com"),
    })
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)
    }
}

fn find(table: &'static [(&'static str, &'static [&'static str])], region: &str) -> Option<&'static str> {
    table.iter().find(|(_, regions)| regions.contains(&region)).map(|(host, _)| *host)
}

/// Returns whether a text can stand in a host's name as it is; else a region could redirect a signed call.
pub(crate) fn is_label(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(inside) && !text.starts_with('-') && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    static PRODUCT: Product = Product {
        default_region: Some("cn-shanghai"),
        portal_endpoints: &[
            ("live.aliyuncs.com", &["cn-shanghai"]),
            ("live.ap-southeast-1.aliyuncs.com", &["ap-southeast-1"]),
        ],
        sdk_endpoints: &[("live.aliyuncs.com", &["ap-southeast-1", "cn-hangzhou", "cn-shanghai"])],
        ..Product::of("Live", "2016-11-01")
    };

    fn host(region: Option<&str>) -> (String, String) {
        let region = region.map(|region| (region, "test"));
        let endpoint = Endpoint::explained(&PRODUCT, None, region).unwrap();
        assert_eq!(Endpoint::resolve(&PRODUCT, None, region, false).unwrap().host(), endpoint.host());
        (endpoint.host().to_owned(), endpoint.explain().to_owned())
    }

    #[test]
    fn the_portal_wins_and_the_other_table_is_told() {
        let (host, why) = host(Some("ap-southeast-1"));
        assert_eq!(host, "live.ap-southeast-1.aliyuncs.com");
        assert_eq!(why, "region ap-southeast-1 (test): the portal's table; the official SDKs' says live.aliyuncs.com");
    }

    #[test]
    fn a_region_of_one_table_or_of_none_has_an_endpoint() {
        assert_eq!(host(Some("cn-hangzhou")).0, "live.aliyuncs.com");
        assert_eq!(host(Some("xx-new-1")).0, "live.xx-new-1.aliyuncs.com");
        assert_eq!(
            host(None),
            (
                "live.aliyuncs.com".into(),
                "region cn-shanghai (the product's default): the portal's and the official SDKs' tables".into()
            )
        );
    }

    #[test]
    fn a_region_cannot_redirect_a_call() {
        let error = Endpoint::resolve(&PRODUCT, None, Some(("evil.example.com/", "test")), false).unwrap_err();
        assert!(error.to_string().contains("not the id of a region"), "{error}");
    }

    #[test]
    fn a_parameter_stands_in_front_of_a_name_and_not_of_an_address() {
        let below = |text: &str| Endpoint::parse(text).unwrap().below("bucket").to_string();
        assert_eq!(below("oss-cn-hangzhou.aliyuncs.com"), "https://bucket.oss-cn-hangzhou.aliyuncs.com");
        assert_eq!(below("http://localhost:81"), "http://bucket.localhost:81");
        assert_eq!(below("http://127.0.0.1:81"), "http://127.0.0.1:81");
        assert_eq!(below("http://[::1]:81"), "http://[::1]:81");
    }

    #[test]
    fn a_configured_endpoint_is_a_host_with_scheme_and_port() {
        for (text, shown) in [
            ("live.aliyuncs.com", "https://live.aliyuncs.com"),
            ("https://LIVE.aliyuncs.com:443/", "https://live.aliyuncs.com"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(Endpoint::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_not_a_host_is_refused() {
        for text in ["", "https://", "ftp://host", "host/path", "host?x=1", "user:pw@host", "a b"] {
            let error = Endpoint::parse(text).unwrap_err().to_string();
            assert!(!error.contains("pw"), "{error}");
        }
    }
}
