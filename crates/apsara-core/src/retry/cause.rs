//! Which failures may be tried again, and why: the one place that decides it.

use crate::error::{Error, GatewayCode, ServiceError};
use crate::outcome::Outcome;

/// Says why a call may be tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// Nothing was sent.
    NotSent,
    /// The quota is used up.
    Throttled,
    /// The clock is this many seconds behind the cloud's, which refused the call for it.
    Skew(i64),
    /// The security token is over.
    ExpiredToken,
    /// An earlier call with the same client token is still being executed.
    Busy,
    /// It may have been executed, and may be executed twice.
    Repeatable,
}

/// How far a clock must be off, in seconds, for a refused time to be its fault.
const SKEW: i64 = 60;

impl Cause {
    /// Returns why a call may be tried again after a failure; nothing where it must not be.
    ///
    /// `repeatable` says whether it does no harm to execute the call twice, `offset` by how many seconds the clock was corrected.
    pub(crate) fn of(error: &Error, repeatable: bool, offset: i64) -> Option<Self> {
        if error.is_connect() {
            return Some(Self::NotSent);
        }
        if let Some(refusal) = error.service()
            && let Some(cause) = Self::of_refusal(refusal, repeatable, offset)
        {
            return Some(cause);
        }
        (error.is_unclear() && repeatable).then_some(Self::Repeatable)
    }

    fn of_refusal(refusal: &ServiceError, repeatable: bool, offset: i64) -> Option<Self> {
        if refusal.code() == "LastTokenProcessing" {
            return repeatable.then_some(Self::Busy);
        }
        if refusal.outcome() != Outcome::Rejected {
            return None;
        }
        match GatewayCode::find(refusal.code()) {
            Some(GatewayCode::InvalidTimeStampExpired | GatewayCode::IllegalTimestamp) => {
                let behind = refusal.clock_behind()?;
                return ((behind - offset).abs() >= SKEW).then_some(Self::Skew(behind));
            }
            Some(GatewayCode::InvalidSecurityTokenExpired) => return Some(Self::ExpiredToken),
            _ => {}
        }
        match refusal.code() {
            // A limit that is not over in a moment: of the day, or of what an account may have.
            "Throttling.Api.Risk" | "Throttling.Resource" => None,
            "OperationConflict" if repeatable => Some(Self::Busy),
            _ if refusal.is_throttled() => Some(Self::Throttled),
            _ => None,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::{Duration, SystemTime};

    use bytes::Bytes;

    use super::*;
    use crate::error::Kind;
    use crate::transport::TransportError;

    fn refused(status: u16, code: &str, headers: &[(&'static str, &'static str)]) -> Error {
        let headers = headers.iter().map(|(n, v)| ((*n).parse().unwrap(), v.parse().unwrap())).collect();
        let body = Bytes::from(format!(r#"{{"Code":"{code}"}}"#));
        let refusal = ServiceError::read(status, &headers, &body, SystemTime::UNIX_EPOCH).unwrap();
        let outcome = refusal.outcome();
        Error::new(Kind::Service(Box::new(refusal)), outcome)
    }

    fn safe_and_unsafe(error: &Error) -> (Option<Cause>, Option<Cause>) {
        (Cause::of(error, true, 0), Cause::of(error, false, 0))
    }

    #[test]
    fn what_was_not_sent_or_is_throttled_is_always_tried_again() {
        let malformed = TransportError::new("x").malformed();
        assert_eq!(safe_and_unsafe(&Error::new(Kind::Transport(malformed), Outcome::NotSent)), (None, None));
        let error = Error::new(Kind::Transport(TransportError::new("x").not_sent()), Outcome::NotSent);
        assert_eq!(safe_and_unsafe(&error), (Some(Cause::NotSent), Some(Cause::NotSent)));
        let throttled = Some(Cause::Throttled);
        for (status, code) in
            [(400, "Throttling"), (429, "Throttling.User"), (503, "Throttling.Api"), (400, "QpsOverLimit")]
        {
            assert_eq!(safe_and_unsafe(&refused(status, code, &[])), (throttled, throttled), "{code}");
        }
        for header in [("x-acs-retry-after", "1500"), ("x-ratelimit-user", "Limit:1,Remain:0,TimeLeft:1500,Reset:9")] {
            let refusal = refused(429, "Throttling.User", &[header]);
            assert_eq!(safe_and_unsafe(&refusal), (throttled, throttled), "{header:?}");
            assert_eq!(refusal.service().unwrap().retry_after(), Some(Duration::from_millis(1500)));
        }
        let left = refused(400, "CodeTaskNotExist", &[("x-ratelimit-user", "Limit:9,Remain:8,TimeLeft:1500,Reset:9")]);
        assert_eq!(left.service().unwrap().retry_after(), None, "there are calls left");
    }

    #[test]
    fn a_limit_of_the_day_is_not() {
        for code in ["Throttling.Api.Risk", "Throttling.Resource"] {
            assert_eq!(safe_and_unsafe(&refused(429, code, &[])), (None, None), "{code}");
        }
    }

    #[test]
    fn what_may_have_been_executed_is_only_if_it_may_be_executed_twice() {
        let only_safe = (Some(Cause::Repeatable), None);
        let cut = Error::new(Kind::Transport(TransportError::new("x")), Outcome::Unknown);
        assert_eq!(safe_and_unsafe(&cut), only_safe);
        let codes =
            ["InternalError", "ServiceUnavailable", "SignatureNonceUsed", "RequestTimeout", "CreateCaster.Timeout"];
        let long = TransportError::new("x").answered(200).too_long();
        assert_eq!(safe_and_unsafe(&Error::transport(long)), (None, None), "it would be answered so again");
        for (status, code) in codes.into_iter().flat_map(|code| [(400, code), (500, code)]) {
            assert_eq!(safe_and_unsafe(&refused(status, code, &[])), only_safe, "{code}");
        }
        // A wait that is asked for does not prove that a 5xx was refused beforehand.
        assert_eq!(safe_and_unsafe(&refused(500, "InternalError", &[("x-acs-retry-after", "9")])), only_safe);
        assert_eq!(safe_and_unsafe(&refused(400, "RequestTimeout", &[("x-acs-retry-after", "9")])), only_safe);
    }

    #[test]
    fn a_refusal_is_not_tried_again() {
        for code in ["CodeTaskNotExist", "InvalidParameter", "SignatureDoesNotMatch", "NoPermission"] {
            assert_eq!(safe_and_unsafe(&refused(400, code, &[])), (None, None), "{code}");
        }
    }

    #[test]
    fn a_token_in_use_is_busy_where_there_is_a_token() {
        assert_eq!(safe_and_unsafe(&refused(409, "LastTokenProcessing", &[])), (Some(Cause::Busy), None));
    }

    #[test]
    fn a_clock_is_corrected_only_if_it_is_off_by_the_servers_date() {
        let error = refused(400, "InvalidTimeStamp.Expired", &[("date", "Thu, 01 Jan 1970 00:20:00 GMT")]);
        assert_eq!(Cause::of(&error, false, 0), Some(Cause::Skew(1200)));
        assert_eq!(Cause::of(&error, false, 1190), None, "it was corrected, and that did not help");
        assert_eq!(Cause::of(&refused(400, "InvalidTimeStamp.Expired", &[]), false, 0), None);
    }
}
