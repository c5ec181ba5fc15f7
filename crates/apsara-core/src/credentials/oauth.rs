//! Somebody who has logged in with a browser.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::Method;
use serde_json::Value;

use super::cache::{Cache, Issued, Issuer};
use super::cloud_sso::{LIMIT, beside, seconds};
use super::locked_file::LockedFile;
use super::profile::{CliFile, Entry, with_value};
use super::wire::{Asking, Fields, Wire, refusal, without_secrets};
use super::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::sign::canonical_query;
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of somebody who has logged in with a browser, by the official CLI's `OAuth` mode.
///
/// The login stands in a profile of `~/.aliyun/config.json`, and each use of its refresh token gives another one. So the file
/// is locked while the token is used, by the lock that the official SDKs take, and the new tokens are written back before a
/// key is asked for: to a new file, which only its owner may read, and which takes the other's place at once; where none can, as
/// where the file is mounted by itself into a container, into the file itself. Whatever else stands in the file stays as it is. The
/// key is written back beside them, if it can be, so that other programs use it as well until it is over.
#[derive(Clone, Debug)]
pub struct OAuth {
    login: Login,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Login {
    path: Arc<PathBuf>,
    profile: Arc<str>,
    endpoint: Option<Arc<str>>,
    wire: Wire,
}

/// The two sites, their servers, and what the official CLI is called by each.
const SITES: [(&str, &str, &str); 2] = [
    ("CN", "https://oauth.aliyun.com", "4038181954557748008"),
    ("INTL", "https://oauth.alibabacloud.com", "4103531455503354461"),
];
/// How long an access token must last for it to be used, in seconds.
const SPARE_SECONDS: i64 = 1200;
/// How long a key of the file must last for it to be used.
const SPARE_KEY: Duration = Duration::from_secs(180);

impl OAuth {
    /// Takes the file of the official CLI, and the profile of the login. Nothing is read before the first call.
    pub fn new(file: impl Into<PathBuf>, profile: impl AsRef<str>) -> Self {
        let profile = profile.as_ref().into();
        let login = Login { path: Arc::new(file.into()), profile, endpoint: None, wire: Wire::default() };
        Self { login, cache: Cache::default() }
    }

    pub(super) fn of_profile(entry: Entry<'_>, path: &Path, wire: Wire) -> Result<Self, Error> {
        site(entry)?;
        let mut oauth = Self::new(path, entry.name);
        oauth.login.wire = wire;
        Ok(oauth)
    }

    /// Sets the address of the server, that of the profile's site unless set: for tests.
    #[must_use]
    pub fn endpoint(mut self, url: impl AsRef<str>) -> Self {
        self.login.endpoint = Some(url.as_ref().into());
        self
    }

    /// Sets the transport; one on reqwest unless set.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.login.wire = Wire::by(Arc::new(transport));
        self
    }
}

/// Returns the server of a profile's site, and the id of the client.
fn site(entry: Entry<'_>) -> Result<(&'static str, &'static str), Error> {
    let site = entry.text("oauth_site_type").unwrap_or("CN");
    let found = SITES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(site));
    let found = found.map(|(_, url, client)| (*url, *client));
    found.ok_or_else(|| entry.refuse(&format!("the `oauth_site_type` is `{site}`; write CN or INTL")))
}

/// The tokens of a login.
struct Tokens {
    access: Sensitive<String>,
    refresh: Option<Sensitive<String>>,
    access_ends: i64,
}

impl Login {
    /// Gives a key: that of the file while it lasts, else a new one, for which the tokens are renewed if need be.
    async fn issued(&self, current: Option<&Credentials>) -> Result<Issued, Error> {
        let path = &**self.path;
        let mut locked = LockedFile::lock(path).await?;
        let mut text = Sensitive::new(locked.read()?);
        let file = CliFile::read(text.expose(), path)?;
        let gone =
            || Error::config(format!("there is no profile `{}`", self.profile)).within(path.display().to_string());
        let entry = file.profile(&self.profile, path).ok_or_else(gone)?;
        if let Some(issued) = kept(entry).filter(|issued| Some(&issued.credentials) != current) {
            return Ok(issued);
        }
        let (server, client) = site(entry)?;
        let server = self.endpoint.as_deref().unwrap_or(server);
        let token = |key: &str| entry.text(key).map(|token| Sensitive::new(token.to_owned()));
        let ends = entry.number("oauth_access_token_expire").unwrap_or_default();
        let is_fresh = ends - seconds(SystemTime::now()) > SPARE_SECONDS;
        let again = format!("log in again with `aliyun configure --profile {} --mode OAuth`", self.profile);
        let what = entry.what();
        let tokens = match (token("oauth_access_token"), token("oauth_refresh_token")) {
            (Some(access), refresh) if is_fresh || refresh.is_none() => Tokens { access, refresh, access_ends: ends },
            (_, Some(refresh)) => {
                let successor = locked.successor()?;
                let tokens = self.refresh(server, client, &refresh).await;
                let tokens = tokens
                    .map_err(|error| error.within(format!("the login was not renewed ({again})")).within(&*what))?;
                // At once, whatever becomes of the key and of this program: the old ones are spent.
                text = with(text, &self.profile, &tokens, None).ok_or_else(gone)?;
                locked = successor.write_or_keep(locked, text.expose())?;
                tokens
            }
            (_, None) => return Err(entry.refuse(&format!("nobody has logged in; {again}"))),
        };
        let issued = self.exchange(server, &tokens.access).await.map_err(|error| error.within(what))?;
        // Where the key cannot be written down, other programs ask for one of their own.
        if let (Some(text), Ok(mut successor)) = (with(text, &self.profile, &tokens, Some(&issued)), locked.successor())
        {
            let _ = successor.write(text.expose());
        }
        Ok(issued)
    }

    async fn refresh(&self, server: &str, client: &str, token: &Sensitive<String>) -> Result<Tokens, Error> {
        let url = beside(server, "/v1/token")?;
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let form = canonical_query(&[
            pair("grant_type", "refresh_token"),
            pair("refresh_token", token.expose()),
            pair("client_id", client),
            pair("Timestamp", &humantime::format_rfc3339_seconds(SystemTime::now()).to_string()),
        ]);
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        let fields = self.post(&url, &headers, form.into_bytes(), token).await?;
        let text = |name: &str| fields.required(name).map(|text| Sensitive::new(text.to_owned()));
        let (access, refresh) = (text("access_token"), text("refresh_token"));
        let lasts = fields.value("expires_in").and_then(Value::as_i64).unwrap_or(3600);
        let read = || {
            Ok(Tokens {
                access: access?,
                refresh: Some(refresh?),
                access_ends: seconds(SystemTime::now()).saturating_add(lasts),
            })
        };
        read().map_err(|error: Error| error.within(url))
    }

    async fn exchange(&self, server: &str, token: &Sensitive<String>) -> Result<Issued, Error> {
        let url = beside(server, "/v1/exchange")?;
        let bearer = Sensitive::new(format!("Bearer {}", token.expose()));
        let headers = [("authorization", bearer.expose().as_str()), ("content-type", "application/json")];
        let fields = self.post(&url, &headers, Vec::new(), token).await?;
        fields.issued().map_err(|error| error.within(url))
    }

    /// Sends a request that carries a token, of which nothing that is told holds a copy.
    async fn post(
        &self,
        url: &str,
        headers: &[(&'static str, &str)],
        body: Vec<u8>,
        token: &Sensitive<String>,
    ) -> Result<Fields, Error> {
        let answer = self.wire.send(Asking { method: Method::POST, url, headers, body, limit: LIMIT }).await?;
        let fields = Fields::read(answer.body());
        // What OAuth calls an error is a word and a sentence.
        if let Some((code, why)) = fields.as_ref().ok().and_then(|fields| {
            Some((fields.text("error")?.to_owned(), fields.text("error_description").unwrap_or_default().to_owned()))
        }) {
            let told = format!("{code} (HTTP {}): {why}", answer.status().as_u16());
            return Err(Error::config(without_secrets(&told, url, Some(token))).within(url));
        }
        if !answer.status().is_success() {
            return Err(refusal(url, &answer, Some(token)));
        }
        fields.map_err(|error| error.within(url))
    }
}

/// Returns the key that was written back before, if it lasts.
fn kept(entry: Entry<'_>) -> Option<Issued> {
    let end = UNIX_EPOCH + Duration::from_secs(entry.number("sts_expiration")?.unsigned_abs());
    let (id, secret) = (entry.text("access_key_id")?, entry.text("access_key_secret")?);
    let credentials = Credentials::temporary(id, secret, entry.text("sts_token")?).ok()?;
    (end > SystemTime::now() + SPARE_KEY).then_some(Issued { credentials, expiration: Some(end) })
}

/// Returns a text of the file with the tokens of a login, and with a key.
fn with(text: Sensitive<String>, profile: &str, tokens: &Tokens, issued: Option<&Issued>) -> Option<Sensitive<String>> {
    let mut values: Vec<(&str, Value)> = vec![
        ("oauth_access_token", tokens.access.expose().as_str().into()),
        ("oauth_access_token_expire", tokens.access_ends.into()),
    ];
    values.extend(tokens.refresh.iter().map(|token| ("oauth_refresh_token", token.expose().as_str().into())));
    if let Some(Issued { credentials, expiration: Some(end) }) = issued {
        let token = credentials.security_token().map_or("", |token| token.expose().as_str());
        values.extend([
            ("access_key_id", credentials.access_key_id().into()),
            ("access_key_secret", credentials.access_key_secret().expose().as_str().into()),
            ("sts_token", token.into()),
            ("sts_expiration", seconds(*end).into()),
        ]);
    }
    let set = |text: Sensitive<String>, (name, value): &(&str, Value)| {
        with_value(text.expose(), profile, name, value).map(Sensitive::new)
    };
    values.iter().try_fold(text, set)
}

impl Issuer for Login {
    fn issue<'a>(&'a self, current: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(self.issued(current))
    }
}

impl CredentialsProvider for OAuth {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.login))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.login, expired))
    }

    fn name(&self) -> String {
        "oauth".to_owned()
    }
}

#[cfg(test)]
#[path = "oauth_tests.rs"]
mod tests;
