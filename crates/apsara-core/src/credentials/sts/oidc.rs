//! A role that is assumed with somebody else's token.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::records::AssumeRoleWithOidcRequest;
use super::{Session, Sts};
use crate::config::Config;
use crate::credentials::cache::{Cache, Issued, Issuer};
use crate::credentials::wire::Wire;
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of a role, which it assumes with the token of an OpenID Connect provider, by `AssumeRoleWithOIDC` of the
/// token service: how a pod of a Kubernetes cluster gets its role.
///
/// The token stands in a file that somebody else writes anew from time to time; it is read at each refresh. No key is needed,
/// so the call is not signed. Clones share a key; one that is set otherwise asks for its own.
#[derive(Clone, Debug)]
pub struct OidcRole {
    role: Role,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Role {
    session: Session,
    provider_arn: String,
    token_file: Arc<PathBuf>,
    sts: Sts,
}

impl OidcRole {
    /// Takes the role, `acs:ram::ACCOUNT:role/NAME`, the provider of the token, `acs:ram::ACCOUNT:oidc-provider/NAME`, and
    /// the file that holds the token. Nothing is read before the first call.
    pub fn new(role_arn: impl Into<String>, provider_arn: impl Into<String>, token_file: impl Into<PathBuf>) -> Self {
        Self::of(Session::of(role_arn), provider_arn.into(), token_file.into(), Sts::default())
    }

    pub(in crate::credentials) fn of(session: Session, provider_arn: String, token_file: PathBuf, sts: Sts) -> Self {
        let role = Role { session, provider_arn, token_file: Arc::new(token_file), sts };
        Self { role, cache: Cache::default() }
    }

    /// Changes what keys are issued for: then those of whatever this is a clone of are not its own.
    fn set(mut self, change: impl FnOnce(&mut Role)) -> Self {
        change(&mut self.role);
        self.cache = Cache::default();
        self
    }

    /// Names the session, by 2 to 64 letters, digits and `.@-_`; `apsara-` and the time unless set. It is seen in logs of the
    /// cloud.
    #[must_use]
    pub fn session_name(self, name: impl Into<String>) -> Self {
        self.set(|role| role.session.name = Some(name.into()))
    }

    /// Sets how long a key lasts: 15 minutes or more, and no more than the role allows; an hour unless set.
    #[must_use]
    pub fn duration(self, duration: Duration) -> Self {
        self.set(|role| role.session.seconds = i64::try_from(duration.as_secs()).ok())
    }

    /// Sets a policy, as JSON, that leaves of what the role may do only what it allows.
    #[must_use]
    pub fn policy(self, json: impl Into<String>) -> Self {
        self.set(|role| role.session.policy = Some(json.into()))
    }

    /// Sets the region whose token service is asked; the central one is unless set.
    #[must_use]
    pub fn sts_region(self, region: impl Into<String>) -> Self {
        self.set(|role| role.sts.region = Some(region.into()))
    }

    /// Sets the host of the token service, whatever the region.
    #[must_use]
    pub fn sts_endpoint(self, endpoint: impl Into<String>) -> Self {
        self.set(|role| role.sts.endpoint = Some(endpoint.into()))
    }

    /// Sets the transport; one on reqwest unless set.
    #[must_use]
    pub fn transport(self, transport: impl Transport + 'static) -> Self {
        self.set(|role| role.sts.wire = Wire::by(Arc::new(transport)))
    }

    pub(in crate::credentials) fn shown(&self) -> String {
        format!("role {}, token of {}", self.role.session.role_arn, self.role.token_file.display())
    }
}

impl Issuer for Role {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            let token = std::fs::read_to_string(&*self.token_file)
                .map(Sensitive::new)
                .map_err(|error| Error::config(error.to_string()).within(self.token_file.display().to_string()))?;
            let request = AssumeRoleWithOidcRequest {
                duration_seconds: self.session.seconds,
                oidc_provider_arn: self.provider_arn.clone(),
                oidc_token: token.expose().trim().to_owned(),
                policy: self.session.policy.clone(),
                role_arn: self.session.role_arn.clone(),
                role_session_name: self.session.name(),
            };
            self.sts.assume(&self.session, Config::builder(), request).await
        })
    }
}

impl CredentialsProvider for OidcRole {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.role))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.role, expired))
    }

    fn name(&self) -> String {
        "oidc_role_arn".to_owned()
    }

    fn account(&self) -> Option<String> {
        self.role.session.account()
    }
}
