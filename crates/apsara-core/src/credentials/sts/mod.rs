//! Roles that are assumed by the token service.

mod assume_role;
mod oidc;
mod records;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub use self::assume_role::AssumeRole;
pub use self::oidc::OidcRole;
use self::records::Assumed;
use super::Credentials;
use super::cache::Issued;
use super::wire::{Wire, time};
use crate::call::{Call, Client, Request};
use crate::config::ConfigBuilder;
use crate::endpoint::is_label;
use crate::error::Error;

/// Where the token service is.
#[derive(Clone, Debug, Default)]
pub(super) struct Sts {
    pub(super) endpoint: Option<String>,
    pub(super) region: Option<String>,
    /// Whether the region's service is reached from inside of a VPC.
    pub(super) vpc: bool,
    pub(super) wire: Wire,
}

/// What a session of a role is asked for with.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) role_arn: String,
    pub(super) name: Option<String>,
    pub(super) seconds: Option<i64>,
    pub(super) policy: Option<String>,
}

/// How long a call of the token service may take in all.
const DEADLINE: Duration = Duration::from_secs(30);

impl Sts {
    fn host(&self) -> Result<String, Error> {
        match (&self.endpoint, &self.region) {
            (Some(endpoint), _) => Ok(endpoint.clone()),
            (None, Some(region)) if is_label(region) => {
                Ok(format!("sts{}.{region}.aliyuncs.com", if self.vpc { "-vpc" } else { "" }))
            }
            (None, Some(region)) => {
                Err(Error::config(format!("`{region}` is not the id of a region; write for example cn-shanghai")))
            }
            (None, None) => Ok("sts.aliyuncs.com".to_owned()),
        }
    }

    /// Assumes the role of a session by a call, with the keys of `config` or without any.
    async fn assume<R: Request<Response = Assumed>>(
        &self,
        session: &Session,
        config: ConfigBuilder,
        request: R,
    ) -> Result<Issued, Error> {
        let issued = self.call(config, request).await;
        issued.map_err(|error| error.within(format!("the role {} was not assumed", session.role_arn)))
    }

    async fn call<R: Request<Response = Assumed>>(&self, config: ConfigBuilder, request: R) -> Result<Issued, Error> {
        let config =
            config.endpoint(self.host()?).transport(self.wire.transport()?).without_pacing().deadline(DEADLINE);
        let mut call = Call::<R>::new(&Client::new(&config.build()?, R::OPERATION.product));
        call.request = request;
        let key = call.send().await?.credentials.unwrap_or_default();
        let expiration = Some(time("Expiration", &key.expiration)?);
        Ok(Issued {
            credentials: Credentials::temporary(key.access_key_id, key.access_key_secret, key.security_token)?,
            expiration,
        })
    }
}

impl Session {
    pub(super) fn of(role_arn: impl Into<String>) -> Self {
        Self { role_arn: role_arn.into(), name: None, seconds: None, policy: None }
    }

    fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            format!("apsara-{}", since.as_micros())
        })
    }

    /// Returns the account that the role belongs to: `acs:ram::ACCOUNT:role/NAME`.
    fn account(&self) -> Option<String> {
        let account = self.role_arn.strip_prefix("acs:ram::")?.split(':').next()?;
        (!account.is_empty() && account.bytes().all(|byte| byte.is_ascii_digit())).then(|| account.to_owned())
    }
}

#[cfg(test)]
mod tests;
