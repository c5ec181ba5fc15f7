//! Somebody who has logged in to CloudSSO.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;

use super::cache::{Cache, Issued, Issuer};
use super::profile::{CliFile, Entry};
use super::wire::{Asking, Fields, Wire, refusal};
use super::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::{Sensitive, redact_address};
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of an access configuration of CloudSSO, for somebody who has logged in with the official CLI.
///
/// The token of the login lasts for hours. When it is over, somebody must log in again; one that comes from a profile is read
/// from the file at each refresh, so that a login is noticed.
#[derive(Clone, Debug)]
pub struct CloudSso {
    access: Access,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Access {
    /// There may be something in its query.
    sign_in_url: Arc<Sensitive<String>>,
    account_id: Arc<str>,
    configuration: Arc<str>,
    token: Token,
    wire: Wire,
}

#[derive(Clone, Debug)]
enum Token {
    Given(Arc<Sensitive<String>>),
    /// That of a profile of a file.
    Of(Arc<PathBuf>, Arc<str>),
}

/// How long an answer may take: the official SDKs wait 5 s for the connection and 10 s for the answer.
pub(super) const LIMIT: Duration = Duration::from_secs(15);

impl CloudSso {
    /// Takes the address at which people sign in, the account and the access configuration that keys are wanted for, and the
    /// token of the login. Nothing is sent before the first call.
    pub fn new(
        sign_in_url: impl Into<String>,
        account_id: impl AsRef<str>,
        access_configuration: impl AsRef<str>,
        access_token: impl Into<String>,
    ) -> Self {
        let access = Access {
            sign_in_url: Arc::new(Sensitive::new(sign_in_url.into())),
            account_id: account_id.as_ref().into(),
            configuration: access_configuration.as_ref().into(),
            token: Token::Given(Arc::new(Sensitive::new(access_token.into()))),
            wire: Wire::default(),
        };
        Self { access, cache: Cache::default() }
    }

    pub(super) fn of_profile(entry: Entry<'_>, path: &Path, wire: Wire) -> Result<Self, Error> {
        let sign_in_url = entry.required("cloud_sso_sign_in_url")?.to_owned();
        beside(&sign_in_url, "").map_err(|error| error.within(entry.what()))?;
        let access = Access {
            sign_in_url: Arc::new(Sensitive::new(sign_in_url)),
            account_id: entry.required("cloud_sso_account_id")?.into(),
            configuration: entry.required("cloud_sso_access_config")?.into(),
            token: Token::Of(Arc::new(path.to_owned()), entry.name.into()),
            wire,
        };
        Ok(Self { access, cache: Cache::default() })
    }

    /// Sets the transport; one on reqwest unless set.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.access.wire = Wire::by(Arc::new(transport));
        self
    }
}

impl Token {
    fn get(&self) -> Result<Arc<Sensitive<String>>, Error> {
        let (path, name) = match self {
            Self::Given(token) => return Ok(Arc::clone(token)),
            Self::Of(path, name) => (path, name),
        };
        let place = || path.display().to_string();
        let text = std::fs::read_to_string(&**path)
            .map_err(|error| Error::config(format!("it cannot be read: {error}")).within(place()))?;
        let file = CliFile::read(&text, path)?;
        let gone = || Error::config(format!("there is no profile `{name}` any more")).within(place());
        let entry = file.profile(name, path).ok_or_else(gone)?;
        let again = format!("log in again with `aliyun configure --profile {name} --mode CloudSSO`");
        let token = entry.text("access_token");
        let token = token.ok_or_else(|| entry.refuse(&format!("nobody has logged in; {again}")))?;
        match entry.number("cloud_sso_access_token_expire") {
            Some(end) if end <= seconds(SystemTime::now()) => {
                let end = humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(end.unsigned_abs()));
                Err(entry.refuse(&format!("the login is over since {end}; {again}")))
            }
            _ => Ok(Arc::new(Sensitive::new(token.to_owned()))),
        }
    }
}

/// Returns a time as files hold it.
pub(super) fn seconds(time: SystemTime) -> i64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

/// Returns the address of a path on the host of another address, which must be private: a token is sent there.
pub(super) fn beside(url: &str, path: &str) -> Result<String, Error> {
    let refuse = |why: &str| Err(Error::config(why).within(redact_address(url)));
    let Ok(uri) = url.parse::<http::Uri>() else { return refuse("this is no URL") };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
        return refuse("this is no URL; write https:// and the host");
    };
    let is_here = ["127.0.0.1", "localhost", "[::1]"].contains(&authority.host());
    match scheme {
        "https" => {}
        "http" if is_here => {}
        _ => return refuse("a token is sent there, so it must begin with https://"),
    }
    match authority.as_str().contains('@') {
        true => refuse("there is user information in it"),
        false => Ok(format!("{scheme}://{authority}{path}")),
    }
}

impl Issuer for Access {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            let url = beside(self.sign_in_url.expose(), "/cloud-credentials")?;
            let token = self.token.get()?;
            let bearer = Sensitive::new(format!("Bearer {}", token.expose()));
            let body = serde_json::json!({
                "AccountId": &*self.account_id,
                "AccessConfigurationId": &*self.configuration,
            });
            let headers = [
                ("accept", "application/json"),
                ("authorization", bearer.expose().as_str()),
                ("content-type", "application/json"),
            ];
            let body = body.to_string().into_bytes();
            let answer =
                self.wire.send(Asking { method: Method::POST, url: &url, headers: &headers, body, limit: LIMIT });
            let answer = answer.await?;
            if !answer.status().is_success() {
                return Err(refusal(&url, &answer, Some(&token)));
            }
            let read = |fields: Fields| match fields.object("CloudCredential") {
                Some(key) => key.issued(),
                None => Err(Error::config("the JSON has no `CloudCredential`")),
            };
            Fields::read(answer.body()).and_then(read).map_err(|error| error.within(url))
        })
    }
}

impl CredentialsProvider for CloudSso {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.access))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.access, expired))
    }

    fn name(&self) -> String {
        "cloud_sso".to_owned()
    }
}
