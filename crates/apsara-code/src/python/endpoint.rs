//! Where a call in Python goes.

use apsara_catalog::Operation;
use apsara_core::untyped::Client;
use apsara_core::{Config, Endpoint};

use super::text;
use crate::error::Error;
use crate::given::Call;
use crate::kept::Kept;
use crate::settings::Settings;

/// Where a call goes. The runtime knows the host of each region by tables that are too long for a program of one call, so that the
/// program knows one region's; for another one it ends, rather than to call what is elsewhere.
pub(super) enum Goes {
    /// It was given.
    To(Endpoint),
    /// The environment may name a host, else it is this one. It is that of the region that was given, or is the one of the product.
    Asking { host: String, region: Option<String> },
}

impl Goes {
    /// Finds where the runtime would send the call.
    pub(super) fn of(operation: &Operation, call: &Call<'_>, settings: &Settings) -> Result<Self, Error> {
        let told = |error: apsara_core::Error| Error::new(error.to_string());
        if let Some(endpoint) = &settings.endpoint {
            return Ok(Self::To(Endpoint::parse(endpoint).map_err(told)?));
        }
        let description = operation.clone().describe().map_err(|error| Error::new(error.to_string()))?;
        let builder = Config::builder().transport(Kept::default());
        let builder = match &settings.region {
            Some(region) => builder.region(region),
            None => builder,
        };
        let untyped = Client::new(&builder.build().map_err(told)?).described(&description.into());
        let parameter = call.given.iter().find(|(member, _)| member.wire == "RegionId");
        let parameter = parameter.and_then(|(_, given)| given.json().scalar());
        let untyped = match &parameter {
            Some(region) => untyped.param("RegionId", region.as_str()),
            None => untyped,
        };
        let host = untyped.endpoint_of().map_err(told)?.host().to_owned();
        let default = || operation.shared()["defaultRegion"].as_str().map(str::to_owned);
        let region = if settings.region.is_some() { None } else { parameter.or_else(default) };
        Ok(Self::Asking { host, region })
    }

    /// Returns whether the environment is asked where the program runs.
    pub(super) fn is_asked_for(&self) -> bool {
        matches!(self, Self::Asking { .. })
    }

    /// Writes what asks the environment.
    pub(super) fn asking(&self) -> String {
        let Self::Asking { host, region } = self else { return String::new() };
        let mut other = String::new();
        if let Some(region) = region {
            // It is a label of a host's name, else there would be no host.
            let message = format!(
                "this calls {region}, and ALIBABA_CLOUD_REGION_ID names another region: write it again for that one, or set \
                 ALIBABA_CLOUD_ENDPOINT, to {host} if that serves both"
            );
            other = format!(
                "    if os.environ.get(\"ALIBABA_CLOUD_REGION_ID\", \"\") not in (\"\", {}):\n        raise SystemExit({})\n",
                text(region),
                text(&message)
            );
        }
        let host = text(host);
        format!(
            "endpoint = os.environ.get(\"ALIBABA_CLOUD_ENDPOINT\")\nif not endpoint:\n    endpoint = {host}\n{other}\
             scheme, _, host = endpoint.rstrip(\"/\").rpartition(\"://\")\n"
        )
    }

    /// Writes the host.
    pub(super) fn host(&self) -> String {
        match self {
            Self::To(endpoint) => text(endpoint.host()),
            Self::Asking { .. } => "host".to_owned(),
        }
    }

    /// Writes the protocol, as the SDK names it.
    pub(super) fn protocol(&self) -> String {
        match self {
            Self::To(endpoint) => text(&endpoint.scheme().to_uppercase()),
            Self::Asking { .. } => "scheme.upper() or \"HTTPS\"".to_owned(),
        }
    }
}
