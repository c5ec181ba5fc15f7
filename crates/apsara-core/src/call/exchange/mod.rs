//! The part of a call that knows no type: attempts, until there is an answer or an error that must be told.

mod again;
mod ready;
mod sending;

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tokio::time::{Instant, sleep, timeout_at};

use super::attempt::{Stamp, nonce};
use super::identity::{identity, signature_version};
use super::prepare::{Prepared, prepare};
use super::{Client, Options};
use crate::config::Inner;
use crate::credentials::Credentials;
use crate::error::{Error, Kind, ServiceError};
use crate::observe::Watch;
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::record::{AnyRecord, without_sensitive, without_values};
use crate::retry::Retry;
use crate::sensitive::Sensitive;
use crate::transport::{Body, TransportError};
use crate::upload::Upload;

/// A success as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
    /// The body, where it is given as it comes.
    pub(crate) stream: Option<Body>,
    /// When the call must be over, and how long that was from its start.
    pub(crate) deadline: (Instant, Duration),
    pub(crate) attempts: u32,
    /// The worst outcome of the attempts before this one.
    pub(crate) before: Outcome,
    /// How long the call waited for its quota.
    pub(crate) paced: Duration,
    /// The client token that was made for the call.
    pub(crate) client_token: Option<String>,
    /// What proved who called: what comes later may repeat it. Empty where nothing comes later.
    pub(crate) secrets: Vec<Sensitive<String>>,
    /// Tells observers the end of the call when it is dropped.
    pub(crate) watch: Watch,
}

impl Answer {
    /// Returns the id of the request, by the answer's headers.
    pub(crate) fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }
}

fn request_id(headers: &http::HeaderMap) -> Option<&str> {
    const NAME: http::HeaderName = http::HeaderName::from_static("x-acs-request-id");
    headers.get(NAME).and_then(|id| id.to_str().ok())
}

/// What is called, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Invocation<'a> {
    pub(crate) operation: &'static Operation,
    /// The operation's, or that of an untyped call.
    pub(crate) path: &'a str,
    pub(crate) request: &'a dyn AnyRecord,
    /// Whether a redirect is the answer.
    pub(crate) redirects: bool,
    /// Whether the body of a success is given as it comes.
    pub(crate) streaming: bool,
    /// What is sent as the body in the place of a parameter.
    pub(crate) upload: Option<&'a Upload>,
    /// Says which values a recording must not hold, where the types of the call know it.
    #[cfg(feature = "testing")]
    pub(crate) names: Option<crate::testing::NamesOfTypes>,
}

impl<'a> Invocation<'a> {
    /// Makes the call of a typed request.
    pub(crate) fn of<R: super::Request>(request: &'a R) -> Self {
        Self {
            #[cfg(feature = "testing")]
            names: Some(crate::testing::names_of_types::<R>),
            ..Self::new(R::OPERATION, request)
        }
    }

    /// Calls an operation that answers at once, and by no redirect.
    pub(crate) fn new(operation: &'static Operation, request: &'a dyn AnyRecord) -> Self {
        Self {
            operation,
            path: operation.path,
            request,
            redirects: false,
            streaming: false,
            upload: None,
            #[cfg(feature = "testing")]
            names: None,
        }
    }
}

pub(crate) async fn exchange(client: &Client, invocation: Invocation<'_>, options: &Options) -> Result<Answer, Error> {
    let config = &*client.config.inner;
    let region = config.region.as_ref().map(|(region, _)| region.as_str());
    let watch = Watch::start(&config.observers, invocation.operation, region, invocation.request);
    watch.span().future(exchange_watched(client, invocation, options, watch)).await
}

async fn exchange_watched(
    client: &Client,
    invocation: Invocation<'_>,
    options: &Options,
    mut watch: Watch,
) -> Result<Answer, Error> {
    let Invocation { operation, request, redirects, streaming, .. } = invocation;
    let config = &*client.config.inner;
    let prepared = match prepare(client, invocation) {
        Ok(prepared) => prepared,
        Err(error) => {
            watch.failed(&error);
            return Err(error.of(operation, 0, Outcome::NotSent));
        }
    };
    let length = options.deadline.unwrap_or(config.deadline);
    let now = Instant::now();
    let mut call = Attempts {
        config,
        operation,
        request,
        prepared,
        redirects,
        streaming,
        retry: options.retry.unwrap_or(config.retry),
        attempt_timeout: options.attempt_timeout.or(config.attempt_timeout),
        length,
        // A deadline beyond the end of time is none.
        deadline: now.checked_add(length).unwrap_or(now + Duration::from_secs(86_400 * 365)),
        attempts: 0,
        delay: Duration::ZERO,
        worst: Outcome::NotSent,
        paced: Duration::ZERO,
        offset: 0,
        renewed: None,
        watch,
        #[cfg(feature = "testing")]
        names: invocation.names,
    };
    let result = call.run().await;
    result.map_err(|error| {
        let token = call.prepared.client_token.take();
        let error = error.of(operation, call.attempts, call.worst).paced(call.paced).with_client_token(token);
        call.watch.failed(&error);
        error
    })
}

/// A call on its way, with what became of its attempts so far.
struct Attempts<'a> {
    config: &'a Inner,
    operation: &'static Operation,
    request: &'a dyn AnyRecord,
    prepared: Prepared<'a>,
    redirects: bool,
    streaming: bool,
    retry: Retry,
    attempt_timeout: Option<Duration>,
    length: Duration,
    deadline: Instant,
    /// How many were sent, or meant to be.
    attempts: u32,
    /// How long the last wait was.
    delay: Duration,
    worst: Outcome,
    paced: Duration,
    /// By how many seconds the last attempt's time was corrected.
    offset: i64,
    /// What took the place of credentials that the cloud called expired; there is one renewal in a call.
    renewed: Option<Credentials>,
    watch: Watch,
    #[cfg(feature = "testing")]
    names: Option<crate::testing::NamesOfTypes>,
}

impl<'a> Attempts<'a> {
    async fn run(&mut self) -> Result<Answer, Error> {
        let mut failure: Option<Error> = None;
        loop {
            let credentials = match self.ready().await {
                Ok(credentials) => credentials,
                // What went wrong before says more than that there is no further attempt.
                Err(error) => return Err(failure.unwrap_or(error)),
            };
            let error = match self.attempt(credentials.as_ref()).await {
                Ok(answer) => {
                    self.config.budget.succeeded(self.attempts > 1);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            self.watch.attempt_failed(&error);
            self.worst = self.worst.or_worse(error.outcome());
            match self.next(&error, credentials.as_ref()).await {
                Some((cause, wait)) => {
                    self.watch.retrying(cause, wait);
                    sleep(wait).await;
                    self.delay = wait;
                    failure = Some(error);
                }
                None => return Err(error),
            }
        }
    }

    fn late(&self, outcome: Outcome) -> Error {
        Error::new(Kind::Deadline(self.length), outcome)
    }

    /// Says that an attempt took as long as one may, while the call has time left.
    fn attempt_late(&self) -> Error {
        let length = self.attempt_timeout.unwrap_or_default();
        let error = TransportError::new(format!("an attempt had no answer within {length:?}")).timed_out();
        Error::transport(error)
    }

    async fn attempt(&mut self, credentials: Option<&Credentials>) -> Result<Answer, Error> {
        let config = self.config;
        let identity = identity(config, self.operation, credentials)?;
        let version = signature_version(config, self.operation, identity)?;
        self.offset = config.clock_offset.load(Ordering::Relaxed);
        let nonce = nonce()?;
        let payload = match self.prepared.unsigned.upload {
            Some(_) => Box::pin(self.prepared.unsigned.hashed_payload(version, identity)).await?,
            None => None,
        };
        let stamp = Stamp {
            time: corrected(SystemTime::now(), self.offset),
            nonce: nonce.as_str(),
            payload: payload.as_deref(),
            again: (self.attempts > 0).then_some((self.attempts, self.delay)),
        };
        let mut request = self.prepared.unsigned.sign(version, identity, stamp)?;
        request.headers_mut().insert(http::header::USER_AGENT, config.user_agent.clone());
        #[cfg(feature = "testing")]
        request.extensions_mut().insert(crate::testing::SensitiveNames::new(self.names, self.request));
        self.attempts += 1;
        let body_bytes = match &self.prepared.unsigned.upload {
            Some(upload) => upload.length(),
            None => Some(request.body().len() as u64),
        };
        self.watch.attempt_started(&mut request, body_bytes);
        let end = self.attempt_timeout.and_then(|length| Instant::now().checked_add(length));
        let end = end.map_or(self.deadline, |end| end.min(self.deadline));
        let span = self.watch.attempt_span();
        let sending = span.within(|| self.sending(request));
        let (parts, body, stream) = match timeout_at(end, span.future(sending)).await {
            Ok(sent) => sent?,
            // Nobody knows how far it came.
            Err(_) if end < self.deadline => return Err(self.attempt_late()),
            Err(_) => return Err(self.late(Outcome::Unknown)),
        };
        let status = parts.status.as_u16();
        if parts.status.is_success() || (self.redirects && parts.status.is_redirection()) {
            // How much of a stream will come is not known yet.
            let body_bytes = stream.is_none().then_some(body.len() as u64);
            let secrets = stream.iter().flat_map(|_| identity.secrets());
            let secrets = secrets.map(|secret| Sensitive::new(secret.to_owned())).collect();
            self.watch.attempt_succeeded(status, || request_id(&parts.headers), body_bytes);
            self.watch.succeeded();
            return Ok(Answer {
                status,
                headers: parts.headers,
                body,
                stream,
                deadline: (self.deadline, self.length),
                attempts: self.attempts,
                before: self.worst,
                paced: self.paced,
                client_token: self.prepared.client_token.take(),
                secrets,
                watch: std::mem::take(&mut self.watch),
            });
        }
        Err(match ServiceError::read(status, &parts.headers, &body, SystemTime::now()) {
            Some(mut error) => {
                error.redact(|message| without_sensitive(message, self.request));
                error.redact(|message| without_values(message, identity.secrets()));
                if error.is_signature_mismatch() {
                    error.compare(&self.prepared.unsigned.signed(version, identity, stamp));
                }
                let outcome = error.outcome();
                Error::new(Kind::Service(Box::new(error)), outcome)
            }
            None => {
                let request_id = request_id(&parts.headers).map(str::to_owned);
                Error::new(Kind::Unshaped { status, request_id, body }, Outcome::Unknown)
            }
        })
    }
}

/// Returns a time that is so many seconds later, or earlier, within what a date can be written for.
fn corrected(time: SystemTime, seconds: i64) -> SystemTime {
    /// The last second of the year 9999.
    const LAST: i64 = 253_402_300_799;
    let since = time.duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(LAST));
    UNIX_EPOCH + Duration::from_secs(since.saturating_add(seconds).clamp(0, LAST).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_correction_leaves_the_years_that_a_date_can_be_written_for() {
        let written = |seconds| {
            let time = corrected(SystemTime::now(), seconds);
            (humantime::format_rfc3339_seconds(time).to_string(), httpdate::fmt_http_date(time))
        };
        assert_eq!(written(i64::MAX).0, "9999-12-31T23:59:59Z");
        assert_eq!(written(i64::MIN).1, "Thu, 01 Jan 1970 00:00:00 GMT");
    }
}
