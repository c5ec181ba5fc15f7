//! The RAM role of the ECS instance that this runs on.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

use super::cache::{Cache, Issued, Issuer};
use super::wire::{Asking, Wire, refusal};
use super::{Credentials, CredentialsProvider, uri};
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of the RAM role that is attached to this ECS instance, as its metadata service issues them.
///
/// The service is asked directly, through no proxy. A token is fetched first (version 2 of the service); where there is none
/// to be had, it is asked as version 1 does, without, unless [`EcsRamRole::without_v1`] forbids that. A connection takes at
/// most a second, and so does an answer. A service that says nothing is asked once, so that nobody waits where there is none.
///
/// Clones share a key; one that is set otherwise asks for its own.
#[derive(Clone, Debug)]
pub struct EcsRamRole {
    metadata: Metadata,
    cache: Cache,
}

#[derive(Clone, Debug)]
struct Metadata {
    endpoint: Arc<str>,
    role: Option<Arc<str>>,
    without_v1: bool,
    wire: Wire,
}

const ENDPOINT: &str = "http://100.100.100.200";
const TOKEN_PATH: &str = "/latest/api/token";
const ROLES_PATH: &str = "/latest/meta-data/ram/security-credentials/";
/// How long a request may take: a second for the connection, and one for the answer.
const LIMIT: Duration = Duration::from_secs(2);
const TOKEN_SECONDS: &str = "21600";

impl EcsRamRole {
    /// Takes the role that the metadata service names. Nothing is sent before the first call.
    #[must_use]
    pub fn new() -> Self {
        Self::over(Wire::direct())
    }

    pub(super) fn over(wire: Wire) -> Self {
        let metadata = Metadata { endpoint: ENDPOINT.into(), role: None, without_v1: false, wire };
        Self { metadata, cache: Cache::default() }
    }

    /// Changes what is asked: then the keys of whatever this is a clone of are not its own.
    fn set(mut self, change: impl FnOnce(&mut Metadata)) -> Self {
        change(&mut self.metadata);
        self.cache = Cache::default();
        self
    }

    /// Names the role, which saves the question for it.
    #[must_use]
    pub fn role(self, name: impl Into<String>) -> Self {
        self.set(|metadata| metadata.role = Some(name.into().into()))
    }

    /// Refuses to ask without a token, as version 1 of the service is asked.
    #[must_use]
    pub fn without_v1(self) -> Self {
        self.set(|metadata| metadata.without_v1 = true)
    }

    /// Sets the address of the service, `http://100.100.100.200` unless set: for tests.
    #[must_use]
    pub fn endpoint(self, url: impl AsRef<str>) -> Self {
        self.set(|metadata| metadata.endpoint = url.as_ref().trim_end_matches('/').into())
    }

    /// Sets the transport; one on reqwest that uses no proxy unless set.
    #[must_use]
    pub fn transport(self, transport: impl Transport + 'static) -> Self {
        self.set(|metadata| metadata.wire = Wire::by(Arc::new(transport)))
    }

    pub(super) fn shown(&self) -> String {
        match &self.metadata.role {
            Some(role) => format!("role `{role}` by {}", self.metadata.endpoint),
            None => format!("the role of this instance by {}", self.metadata.endpoint),
        }
    }
}

impl Default for EcsRamRole {
    fn default() -> Self {
        Self::new()
    }
}

impl Metadata {
    /// Fetches a token; nothing where the service knows only version 1, and that is allowed.
    async fn token(&self) -> Result<Option<Sensitive<String>>, Error> {
        let url = format!("{}{TOKEN_PATH}", self.endpoint);
        let headers = [("x-aliyun-ecs-metadata-token-ttl-seconds", TOKEN_SECONDS)];
        let asking = Asking { method: Method::PUT, url: &url, headers: &headers, body: Vec::new(), limit: LIMIT };
        let answer = match self.wire.send(asking).await {
            Ok(answer) if answer.status() == StatusCode::OK => answer,
            Ok(_) if !self.without_v1 => return Ok(None),
            Ok(answer) => return Err(refusal(&url, &answer, None)),
            // There is nobody who could be asked without a token, and whoever says nothing says nothing to that either.
            Err(error) if error.is_connect() || error.is_timeout() || self.without_v1 => return Err(error),
            Err(_) => return Ok(None),
        };
        let token = std::str::from_utf8(answer.body()).map(str::trim).unwrap_or_default();
        match token {
            "" if self.without_v1 => Err(Error::config("the token is empty").within(url)),
            "" => Ok(None),
            token => Ok(Some(Sensitive::new(token.to_owned()))),
        }
    }

    async fn get(&self, path: &str, token: &mut Option<Sensitive<String>>) -> Result<Bytes, Error> {
        let url = format!("{}{ROLES_PATH}{path}", self.endpoint);
        loop {
            let headers: Vec<_> =
                token.iter().map(|token| ("x-aliyun-ecs-metadata-token", token.expose().as_str())).collect();
            let asking = Asking { method: Method::GET, url: &url, headers: &headers, body: Vec::new(), limit: LIMIT };
            let answer = self.wire.send(asking).await?;
            match answer.status() {
                StatusCode::OK => return Ok(answer.into_body()),
                StatusCode::NOT_FOUND => {
                    return Err(Error::config(match path {
                        "" => "no RAM role is attached to this instance".to_owned(),
                        role => format!("the role `{role}` is not attached to this instance"),
                    })
                    .within(url));
                }
                // A token that is not taken is worth no more than none, as the official SDKs see it.
                _ if token.is_some() && !self.without_v1 => *token = None,
                _ => return Err(refusal(&url, &answer, token.as_ref())),
            }
        }
    }
}

impl Issuer for Metadata {
    fn issue<'a>(&'a self, _: Option<&'a Credentials>) -> BoxFuture<'a, Result<Issued, Error>> {
        Box::pin(async {
            let mut token = self.token().await?;
            let named;
            let role = match &self.role {
                Some(role) => &**role,
                None => {
                    named = self.get("", &mut token).await?;
                    // The service lists the one role that an instance can have.
                    std::str::from_utf8(&named).unwrap_or_default().lines().next().map(str::trim).unwrap_or_default()
                }
            };
            let is_name = |c: char| c.is_ascii_alphanumeric() || ".@-_".contains(c);
            if role.is_empty() || !role.chars().all(is_name) {
                let place = format!("{}{ROLES_PATH}", self.endpoint);
                return Err(Error::config("what is named there is no role").within(place));
            }
            let body = self.get(role, &mut token).await?;
            uri::read(&body).map_err(|error| error.within(format!("{}{ROLES_PATH}{role}", self.endpoint)))
        })
    }
}

impl CredentialsProvider for EcsRamRole {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(self.cache.credentials(&self.metadata))
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(self.cache.renew(&self.metadata, expired))
    }

    fn name(&self) -> String {
        "ecs_ram_role".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::testing::{Answers, key};

    const TOKEN: &str = "PUT http://metadata.test/latest/api/token";
    const ROLES: &str = "GET http://metadata.test/latest/meta-data/ram/security-credentials/";
    const ROLE: &str = "GET http://metadata.test/latest/meta-data/ram/security-credentials/web";

    fn ecs(answers: &Answers) -> EcsRamRole {
        EcsRamRole::new().endpoint("http://metadata.test/").transport(answers.clone())
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_that_is_not_taken_is_left_out() {
        let answers = Answers::new([(TOKEN, 200, "token".to_owned()), (ROLE, 401, String::new())]);
        let error = ecs(&answers).role("web").credentials().await.unwrap_err().to_string();
        assert!(error.contains("/security-credentials/web: HTTP 401"), "{error}");
        let with_token = |request: &http::Request<Bytes>| request.headers().contains_key("x-aliyun-ecs-metadata-token");
        assert_eq!(answers.asked().iter().map(with_token).collect::<Vec<_>>(), [false, true, false]);
        let strict = Answers::new([(TOKEN, 200, "token".to_owned()), (ROLE, 401, String::new())]);
        ecs(&strict).role("web").without_v1().credentials().await.unwrap_err();
        assert_eq!(strict.asked().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_no_role_is_not_asked_for() {
        let answers = Answers::new([(TOKEN, 200, "t".to_owned()), (ROLES, 200, "<html>a page</html>".to_owned())]);
        let error = ecs(&answers).credentials().await.unwrap_err().to_string();
        assert!(error.contains("what is named there is no role"), "{error}");
        assert_eq!(answers.asked().len(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_service_that_does_not_answer_costs_two_seconds() {
        #[derive(Debug)]
        struct Silent;
        impl Transport for Silent {
            fn send(
                &self,
                _: http::Request<Bytes>,
            ) -> BoxFuture<'_, Result<http::Response<Bytes>, crate::transport::TransportError>> {
                Box::pin(std::future::pending())
            }
        }
        let asked = tokio::time::Instant::now();
        let ecs = EcsRamRole::new().role("web").transport(Silent);
        assert!(ecs.credentials().await.unwrap_err().is_timeout());
        assert_eq!(asked.elapsed(), LIMIT);
        let strict = ecs.clone().without_v1();
        assert!(strict.credentials().await.unwrap_err().is_timeout());
        assert_eq!(asked.elapsed(), LIMIT * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn another_role_is_given_no_key_of_the_one_that_it_was_made_of() {
        let other = "GET http://metadata.test/latest/meta-data/ram/security-credentials/other";
        let answers = Answers::new([
            (TOKEN, 200, "t".to_owned()),
            (ROLE, 200, key("STS.web", 3600)),
            (other, 200, key("STS.other", 3600)),
        ]);
        let web = ecs(&answers).role("web");
        assert_eq!(web.credentials().await.unwrap().access_key_id(), "STS.web");
        assert_eq!(web.clone().role("other").credentials().await.unwrap().access_key_id(), "STS.other");
        assert_eq!(web.credentials().await.unwrap().access_key_id(), "STS.web");
        let elsewhere = web.clone().endpoint("http://elsewhere.test");
        assert!(elsewhere.credentials().await.is_err(), "nobody answers there");
        let refusing = Answers::new([]);
        web.clone().transport(refusing.clone()).credentials().await.unwrap_err();
        assert_eq!(refusing.asked().len(), 1);
        answers.set([(TOKEN, 404, String::new())]);
        web.clone().without_v1().credentials().await.unwrap_err();
    }

    #[tokio::test(start_paused = true)]
    async fn the_keys_of_a_role_are_kept() {
        let answers = Answers::new([
            (TOKEN, 200, "t".to_owned()),
            (ROLE, 200, key("STS.e", 3600)),
            (ROLES, 200, "web\n".to_owned()),
        ]);
        let ecs = ecs(&answers);
        for _ in 0..3 {
            assert_eq!(ecs.credentials().await.unwrap().access_key_id(), "STS.e");
        }
        assert_eq!(answers.lines(), [TOKEN, ROLES, ROLE]);
    }
}
