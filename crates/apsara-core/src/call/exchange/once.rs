//! One attempt: signed, sent, and its answer judged.

use std::pin::pin;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

use super::sending::Sending;
use super::timer::{Timer, TooLate};
use super::{Answer, Attempts, request_id};
use crate::call::attempt::{Identity, Stamp, nonce};
use crate::call::identity::{identity, signature_version};
use crate::config::SignatureVersion;
use crate::credentials::Credentials;
use crate::error::{Error, Kind, ServiceError, asked_to_wait};
use crate::observe::Around;
use crate::outcome::Outcome;
use crate::record::{without_sensitive, without_values};
use crate::sensitive::Sensitive;
use crate::transport::TransportError;

impl Attempts<'_> {
    /// Says that an attempt took as long as one may, while the call has time left.
    fn attempt_late(&self) -> Error {
        let length = self.attempt_timeout.unwrap_or_default();
        let error = TransportError::new(format!("an attempt had no answer within {length:?}")).timed_out();
        Error::transport(error)
    }

    /// Signs a request, tells observers of it and begins to send it; returns when its answer must be there as well, if that is before
    /// the deadline. This is no async function, whose future would hold the request to its end.
    fn begun(
        &mut self,
        version: SignatureVersion,
        identity: Identity<'_>,
        stamp: Stamp<'_>,
    ) -> Result<(Around, Sending<'_>, Option<Instant>), Error> {
        let mut request = self.prepared.unsigned.sign(version, identity, stamp)?;
        request.headers_mut().insert(http::header::USER_AGENT, self.config.user_agent.clone());
        #[cfg(feature = "testing")]
        request.extensions_mut().insert(crate::testing::SensitiveNames::new(self.names, self.request));
        self.attempts += 1;
        let body_bytes = match &self.prepared.unsigned.upload {
            Some(upload) => upload.length(),
            None => Some(request.body().len() as u64),
        };
        self.watch.attempt_started(&mut request, body_bytes);
        let span = self.watch.attempt_span();
        let end = self.attempt_timeout.and_then(|length| Instant::now().checked_add(length));
        let end = end.filter(|end| *end < self.deadline);
        let sending = span.within(|| self.sending(request));
        Ok((span, sending, end))
    }

    pub(super) async fn attempt(
        &mut self,
        credentials: Option<&Credentials>,
        timer: &mut Timer<'_>,
    ) -> Result<Box<Answer>, Error> {
        let config = self.config;
        let identity = identity(config, self.operation, credentials)?;
        let version = signature_version(config, self.operation, identity)?;
        self.offset = config.clock_offset.load(Ordering::Relaxed);
        let now = SystemTime::now();
        let nonce = nonce(now)?;
        let payload = match self.prepared.unsigned.hashed_payload(version, identity) {
            Some(hashed) => Some(hashed.await?),
            None => None,
        };
        let stamp = Stamp {
            time: corrected(now, self.offset),
            nonce: nonce.as_str(),
            payload: payload.as_deref(),
            again: (self.attempts > 0).then_some((self.attempts, self.delay)),
        };
        let deadline = self.deadline;
        let (span, sending, end) = self.begun(version, identity, stamp)?;
        let sent = timer.within_both(deadline, end, pin!(span.future(sending))).await;
        let (parts, body, stream) = match sent {
            Ok(sent) => sent?,
            // Nobody knows how far it came.
            Err(TooLate::Attempt) => return Err(self.attempt_late()),
            Err(TooLate::Call) => return Err(self.late(Outcome::Unknown)),
        };
        let status = parts.status.as_u16();
        if parts.status.is_success() || (self.redirects && parts.status.is_redirection()) {
            // How much of a stream will come is not known yet.
            let body_bytes = stream.is_none().then_some(body.len() as u64);
            let secrets = stream.iter().flat_map(|_| identity.secrets());
            let secrets = secrets.map(|secret| Sensitive::new(secret.to_owned())).collect();
            self.watch.attempt_succeeded(status, || request_id(&parts.headers), body_bytes);
            match stream {
                None => self.watch.succeeded(),
                // Until all of it came.
                Some(_) => self.watch.executed(),
            }
            return Ok(Box::new(Answer {
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
            }));
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
                let asked_to_wait = asked_to_wait(&parts.headers);
                Error::new(Kind::Unshaped { status, request_id, asked_to_wait, body }, Outcome::Unknown)
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
