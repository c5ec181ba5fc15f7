//! What kind of error it is, each with what to do.

use super::{Error, GatewayCode, Kind, ServiceError};
use crate::outcome::Outcome;

impl Error {
    /// Returns whether the configuration, the credentials or the region is at fault; set them right.
    #[must_use]
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), Kind::Config(_))
    }

    /// Returns whether there were no credentials, because what gives them failed; the source says why.
    #[must_use]
    pub fn is_credentials(&self) -> bool {
        matches!(self.kind(), Kind::Credentials(_))
    }

    /// Returns whether the request was refused before it was sent; see [`Error::violations`].
    #[must_use]
    pub fn is_invalid(&self) -> bool {
        matches!(self.kind(), Kind::Invalid(_))
    }

    /// Returns whether no connection was made; look at the endpoint, DNS, proxy and network.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        matches!(self.kind(), Kind::Transport(error) if error.is_connect())
    }

    /// Returns whether time ran out; see the outcome before repeating the call.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        match self.kind() {
            Kind::Deadline(_) | Kind::ConcurrencyLimit(..) | Kind::GivenUp(_, true) => true,
            Kind::Transport(error) => error.is_timeout(),
            _ => false,
        }
    }

    /// Returns whether the quota is used up, by the cloud's word or by this client's own count; wait and repeat.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.is_paced() || self.service().is_some_and(ServiceError::is_throttled)
    }

    /// Returns whether the client held the call back because its quota has no room before the deadline, or is not known.
    #[must_use]
    pub fn is_paced(&self) -> bool {
        matches!(self.kind(), Kind::Paced(..))
    }

    /// Returns whether RAM refused the call; grant the action that the message names.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        let is_detailed = |refusal: &ServiceError| refusal.access_denied_detail().is_some();
        self.gateway_code().is_some_and(GatewayCode::is_denied) || self.service().is_some_and(is_detailed)
    }

    /// Returns whether the cloud computed another signature: most often the secret is not that of the access key id.
    #[must_use]
    pub fn is_signature_mismatch(&self) -> bool {
        self.gateway_code() == Some(GatewayCode::SignatureDoesNotMatch)
    }

    /// Returns whether this machine's clock is more than 15 minutes off; set it.
    #[must_use]
    pub fn is_clock_skew(&self) -> bool {
        matches!(self.gateway_code(), Some(GatewayCode::InvalidTimeStampExpired | GatewayCode::IllegalTimestamp))
    }

    /// Returns whether the call was answered with success, but the answer could not be decoded.
    #[must_use]
    pub fn is_undecodable(&self) -> bool {
        matches!(self.kind(), Kind::Undecodable { .. })
    }

    /// Returns whether the answer was longer than is read into memory; allow more by
    /// [`ConfigBuilder::response_limit`](crate::ConfigBuilder::response_limit), or ask for less.
    #[must_use]
    pub fn is_too_long(&self) -> bool {
        matches!(self.kind(), Kind::Transport(error) if error.is_too_long())
    }

    /// Returns whether it is unknown what a second attempt would be answered. One whose answer was no use would be answered no better.
    pub(crate) fn is_unclear(&self) -> bool {
        self.outcome() > Outcome::Rejected && !self.is_undecodable() && !self.is_too_long()
    }
}
