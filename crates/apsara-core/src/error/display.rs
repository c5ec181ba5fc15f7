//! How an error reads. No value of a request and no body is in it.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use super::{Error, Kind};
use crate::operation::Quota;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{} {}: ", operation.product.name, operation.name)?;
        }
        match &self.0.kind {
            Kind::Config(message) | Kind::GivenUp(message, _) => f.write_str(message)?,
            Kind::Credentials(error) => write!(f, "there are no credentials: {error}")?,
            Kind::Invalid(violations) => {
                f.write_str("the request is not valid: ")?;
                for (index, violation) in violations.iter().enumerate() {
                    write!(f, "{}{violation}", if index == 0 { "" } else { "; " })?;
                }
            }
            Kind::Transport(error) => write!(f, "{error}")?,
            Kind::Deadline(deadline) => write!(f, "no answer within {deadline:?}")?,
            Kind::ConcurrencyLimit(most, waited) => {
                let waited = Duration::from_millis(u64::try_from(waited.as_millis()).unwrap_or(u64::MAX));
                let attempts = if *most == 1 { "attempt" } else { "attempts" };
                write!(
                    f,
                    "its turn did not come in the last {waited:?} before the deadline: ConfigBuilder::concurrency_limit allows {most} \
                     {attempts} at a time"
                )?;
            }
            Kind::Paced(error, quota) => {
                write!(f, "{error}")?;
                if let Some(Quota { calls, seconds }) = quota {
                    write!(f, " ({calls} calls per {seconds} s)")?;
                }
            }
            Kind::Service(error) => write!(f, "{error}")?,
            Kind::Unshaped { status, body, .. } => {
                write!(f, "HTTP {status} with {} bytes that are no error of the cloud", body.len())?;
            }
            Kind::Within(place, error) if place.is_empty() => write!(f, "{error}")?,
            Kind::Within(place, error) => write!(f, "{place}: {error}")?,
            Kind::Undecodable { status, source, .. } => {
                write!(f, "HTTP {status}, but its body cannot be decoded: {source}")?;
            }
        }
        if self.0.operation.is_some() {
            write!(f, " [outcome: {}", self.0.outcome)?;
            if self.0.attempts > 1 {
                write!(f, "; attempts: {}", self.0.attempts)?;
            }
            if let Some(id) = self.request_id() {
                write!(f, "; request id: {id}")?;
            }
            f.write_str("]")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({:?})", self.to_string())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            Kind::Credentials(error) => Some(error),
            Kind::Within(_, error) => Some(&**error),
            Kind::Transport(error) => error.source(),
            Kind::Paced(error, _) => Some(error),
            Kind::Undecodable { source, .. } => Some(source),
            _ => None,
        }
    }
}
