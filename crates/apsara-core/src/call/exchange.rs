//! The part of a call that knows no type: attempts, until there is an answer or an error that must be told.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;

use super::attempt::{Identity, Unsigned, nonce};
use super::{Client, Options};
use crate::config::Inner;
use crate::endpoint::is_label;
use crate::error::{Error, Kind, ServiceError, Violation};
use crate::operation::{Operation, Security};
use crate::outcome::Outcome;
use crate::record::{AnyRecord, encode, validate};
use crate::transport::{Sent, TransportError};

/// A success as it came.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) request_id: Option<String>,
    pub(super) headers: http::HeaderMap,
    pub(super) body: Bytes,
    pub(super) attempts: u32,
    /// The worst outcome of the attempts before this one.
    pub(super) before: Outcome,
}

/// How long to wait, at most, before the second attempt; each further one doubles it.
const FIRST_WAIT: Duration = Duration::from_millis(100);

pub(super) async fn exchange(
    client: &Client,
    operation: &'static Operation,
    request: &dyn AnyRecord,
    redirects: bool,
    options: Options,
) -> Result<Answer, Error> {
    let refused = |error: Error| error.of(operation, 0, Outcome::NotSent);
    let unsigned = prepare(client, operation, request).map_err(refused)?;
    let config = &client.config.inner;
    let deadline = options.deadline.unwrap_or(config.deadline);
    let mut attempts = 0;
    let under_way = AtomicBool::new(false);
    let work = async {
        loop {
            attempts += 1;
            under_way.store(true, Ordering::Relaxed);
            let result = attempt(client, operation, &unsigned, redirects).await;
            under_way.store(false, Ordering::Relaxed);
            match result {
                Ok(mut answer) => {
                    answer.attempts = attempts;
                    return Ok(answer);
                }
                Err(error)
                    if error.outcome() == Outcome::NotSent && error.is_connect() && attempts < config.attempts =>
                {
                    tokio::time::sleep(jittered(FIRST_WAIT * 2u32.saturating_pow(attempts - 1))).await;
                }
                Err(error) => return Err(error),
            }
        }
    };
    match tokio::time::timeout(deadline, work).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(error.of(operation, attempts, Outcome::NotSent)),
        Err(_) => {
            // During an attempt nobody knows how far it came; between two, the one before was not sent.
            let outcome = if under_way.into_inner() { Outcome::Unknown } else { Outcome::NotSent };
            Err(Error::new(Kind::Deadline(deadline), outcome).of(operation, attempts, Outcome::NotSent))
        }
    }
}

/// Does what needs no network: validates, encodes, finds the endpoint.
fn prepare(client: &Client, operation: &'static Operation, request: &dyn AnyRecord) -> Result<Unsigned, Error> {
    let invalid = |violations| Error::new(Kind::Invalid(violations), Outcome::NotSent);
    let violations = validate(request);
    if !violations.is_empty() {
        return Err(invalid(violations));
    }
    let encoded = encode(request, operation.path)
        .map_err(|(parameter, reason)| invalid(vec![Violation::new(parameter, reason)]))?;
    let region_id = encoded.query.iter().chain(&encoded.form).find(|(name, _)| name == "RegionId");
    let region_id = region_id.map(|(_, value)| value.as_str());
    if let Some((parameter, _)) = encoded.host.iter().find(|(_, value)| !is_label(value)) {
        let rule = "is a part of the host's name, so it must have 1 to 63 letters, digits and hyphens";
        return Err(invalid(vec![Violation::new(parameter, rule)]));
    }
    let endpoint = client.resolve(region_id, !encoded.host.is_empty())?;
    Ok(Unsigned::new(operation, endpoint, encoded))
}

/// Returns what a call proves with who it is.
fn identity<'a>(config: &'a Inner, operation: &Operation) -> Result<Identity<'a>, Error> {
    let key = config.credentials.as_ref().map(Identity::Key);
    let bearer = config.bearer_token.as_ref().map(Identity::Bearer);
    let (identity, missing) = match operation.security {
        Security::Anonymous => return Ok(Identity::Nobody),
        Security::AccessKey => (key, "no credentials: give some to ConfigBuilder::credentials or use Config::from_env"),
        Security::AccessKeyOrBearer => {
            (key.or(bearer), "no credentials: give some to ConfigBuilder::credentials or ::bearer_token")
        }
        Security::Bearer => (bearer, "this operation takes a bearer token: give one to ConfigBuilder::bearer_token"),
    };
    identity.ok_or_else(|| Error::config(missing))
}

async fn attempt(
    client: &Client,
    operation: &'static Operation,
    unsigned: &Unsigned,
    redirects: bool,
) -> Result<Answer, Error> {
    let config = &client.config.inner;
    let identity = identity(config, operation)?;
    let signature = match (config.signature, operation.product.own_signature, &identity) {
        (None, Some(own), Identity::Key(_)) => {
            return Err(Error::config(format!(
                "the gateway of {} wants {own} signatures, which this runtime does not make; to sign with another one, for \
                 example for an emulator, set ConfigBuilder::signature",
                operation.product.name
            )));
        }
        (signature, ..) => signature.unwrap_or_default(),
    };
    let now = SystemTime::now();
    let request = unsigned.sign(signature, identity, now, &nonce()?)?;
    let answer = config.transport.send(request).await.map_err(failed)?;
    let (parts, body) = answer.into_parts();
    let status = parts.status.as_u16();
    let request_id = parts.headers.get("x-acs-request-id").and_then(|id| id.to_str().ok()).map(str::to_owned);
    if parts.status.is_success() || (redirects && parts.status.is_redirection()) {
        let headers = parts.headers;
        return Ok(Answer { status, request_id, headers, body, attempts: 0, before: Outcome::NotSent });
    }
    Err(match ServiceError::read(status, &parts.headers, &body, now) {
        Some(error) => {
            let outcome = error.outcome();
            Error::new(Kind::Service(Box::new(error)), outcome)
        }
        None => Error::new(Kind::Unshaped { status, request_id, body }, Outcome::Unknown),
    })
}

fn failed(error: TransportError) -> Error {
    let outcome = match error.sent() {
        Sent::No => Outcome::NotSent,
        Sent::Maybe => Outcome::Unknown,
    };
    Error::new(Kind::Transport(error), outcome)
}

/// Returns a random part of a wait, so that clients that failed together do not come back together.
fn jittered(wait: Duration) -> Duration {
    let share = getrandom::u32().unwrap_or(u32::MAX);
    wait.mul_f64(f64::from(share) / f64::from(u32::MAX))
}
