//! A role that is assumed with other keys.

use std::sync::Arc;
use std::time::Duration;

use super::records::AssumeRoleRequest;
use super::{Session, Sts};
use crate::config::Config;
use crate::credentials::cache::{Cache, Issued, Issuer};
use crate::credentials::wire::Wire;
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of a role, which it assumes with those of another provider, by `AssumeRole` of the token service.
///
/// The calls are signed, tried again and read as all others are. Where the other keys are over, they are renewed as well.
/// Clones share a key; one that is set otherwise asks for its own.
#[derive(Clone, Debug)]
pub struct AssumeRole {
    role: Role,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Role {
    source: Arc<dyn CredentialsProvider>,
    session: Session,
    external_id: Option<String>,
    sts: Sts,
}

impl AssumeRole {
    /// Takes the provider of the keys that may assume the role, and the role, `acs:ram::ACCOUNT:role/NAME`. Nothing is sent
    /// before the first call.
    pub fn new(source: impl CredentialsProvider + 'static, role_arn: impl Into<String>) -> Self {
        Self::of(Arc::new(source), Session::of(role_arn), None, Sts::default())
    }

    pub(in crate::credentials) fn of(
        source: Arc<dyn CredentialsProvider>,
        session: Session,
        external_id: Option<String>,
        sts: Sts,
    ) -> Self {
        Self { role: Role { source, session, external_id, sts }, cache: Cache::default() }
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

    /// Sets the id that the owner of the role agreed on with whoever assumes it.
    #[must_use]
    pub fn external_id(self, id: impl Into<String>) -> Self {
        self.set(|role| role.external_id = Some(id.into()))
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
}

impl Issuer for Role {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            let request = AssumeRoleRequest {
                duration_seconds: self.session.seconds,
                external_id: self.external_id.clone(),
                policy: self.session.policy.clone(),
                role_arn: self.session.role_arn.clone(),
                role_session_name: self.session.name(),
            };
            let config = Config::builder().credentials_provider(Arc::clone(&self.source));
            self.sts.assume(&self.session, config, request).await
        })
    }
}

impl CredentialsProvider for AssumeRole {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.role))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.role, expired))
    }

    fn name(&self) -> String {
        format!("ram_role_arn/{}", self.role.source.name())
    }

    fn account(&self) -> Option<String> {
        self.role.session.account()
    }
}
