//! The codes with which the gateway refuses a call before it reaches any product.

/// Names a code of the gateway.
///
/// Sources: the error codes of Alibaba Cloud's public documents and of its API metadata. Each of them means that the call was
/// not executed, but for one: see [`GatewayCode::SignatureNonceUsed`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GatewayCode {
    /// `SignatureDoesNotMatch`: the cloud computed another signature.
    SignatureDoesNotMatch,
    /// `IncompleteSignature`: a part of the signature is missing or malformed.
    IncompleteSignature,
    /// `SignatureNonceUsed`: the nonce was used within the last 15 minutes. No two attempts share one, so something on the way
    /// sent the request twice, and its first copy may have been executed.
    SignatureNonceUsed,
    /// `InvalidTimeStamp.Expired`: the clocks are more than 15 minutes apart.
    InvalidTimeStampExpired,
    /// `InvalidTimeStamp.Format`: the time is malformed.
    InvalidTimeStampFormat,
    /// `IllegalTimestamp`: the time is missing or too far off.
    IllegalTimestamp,
    /// `InvalidAccessKeyId.NotFound`: there is no such access key.
    InvalidAccessKeyIdNotFound,
    /// `InvalidAccessKeyId.Inactive`: the access key is disabled.
    InvalidAccessKeyIdInactive,
    /// `MissingSecurityToken`: a temporary access key came without its token.
    MissingSecurityToken,
    /// `InvalidSecurityToken.Expired`: the temporary access key is over.
    InvalidSecurityTokenExpired,
    /// `InvalidSecurityToken.Malformed`: the token is malformed.
    InvalidSecurityTokenMalformed,
    /// `InvalidSecurityToken.MismatchWithAccessKey`: the token belongs to another access key.
    InvalidSecurityTokenMismatch,
    /// `InvalidAction.NotFound`: the product has no such operation.
    InvalidActionNotFound,
    /// `InvalidApi.NotFound`: the product has no such operation, or it is not opened.
    InvalidApiNotFound,
    /// `InvalidVersion`: the product has no such version.
    InvalidVersion,
    /// `InvalidProduct.NotFound`: the host does not serve the product.
    InvalidProductNotFound,
    /// `InvalidProtocol.NeedSsl`: the operation wants HTTPS.
    InvalidProtocolNeedSsl,
    /// `UnsupportedHTTPMethod`: the operation has no such method.
    UnsupportedHttpMethod,
    /// `Throttling`: the quota is used up.
    Throttling,
    /// `Throttling.User`: the account's quota is used up.
    ThrottlingUser,
    /// `Throttling.Api`: the operation's quota is used up.
    ThrottlingApi,
    /// `NoPermission`: RAM denied the call.
    NoPermission,
    /// `Forbidden.RAM`: RAM denied the call.
    ForbiddenRam,
}

impl GatewayCode {
    const ALL: [(&'static str, Self); 23] = [
        ("SignatureDoesNotMatch", Self::SignatureDoesNotMatch),
        ("IncompleteSignature", Self::IncompleteSignature),
        ("SignatureNonceUsed", Self::SignatureNonceUsed),
        ("InvalidTimeStamp.Expired", Self::InvalidTimeStampExpired),
        ("InvalidTimeStamp.Format", Self::InvalidTimeStampFormat),
        ("IllegalTimestamp", Self::IllegalTimestamp),
        ("InvalidAccessKeyId.NotFound", Self::InvalidAccessKeyIdNotFound),
        ("InvalidAccessKeyId.Inactive", Self::InvalidAccessKeyIdInactive),
        ("MissingSecurityToken", Self::MissingSecurityToken),
        ("InvalidSecurityToken.Expired", Self::InvalidSecurityTokenExpired),
        ("InvalidSecurityToken.Malformed", Self::InvalidSecurityTokenMalformed),
        ("InvalidSecurityToken.MismatchWithAccessKey", Self::InvalidSecurityTokenMismatch),
        ("InvalidAction.NotFound", Self::InvalidActionNotFound),
        ("InvalidApi.NotFound", Self::InvalidApiNotFound),
        ("InvalidVersion", Self::InvalidVersion),
        ("InvalidProduct.NotFound", Self::InvalidProductNotFound),
        ("InvalidProtocol.NeedSsl", Self::InvalidProtocolNeedSsl),
        ("UnsupportedHTTPMethod", Self::UnsupportedHttpMethod),
        ("Throttling", Self::Throttling),
        ("Throttling.User", Self::ThrottlingUser),
        ("Throttling.Api", Self::ThrottlingApi),
        ("NoPermission", Self::NoPermission),
        ("Forbidden.RAM", Self::ForbiddenRam),
    ];

    pub(crate) fn find(code: &str) -> Option<Self> {
        Self::ALL.iter().find(|(text, _)| *text == code).map(|(_, code)| *code)
    }

    /// Returns every code that is known.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::ALL.iter().map(|(_, code)| *code)
    }

    /// Returns the code as the wire spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|(_, code)| *code == self).map_or("", |(text, _)| *text)
    }

    pub(super) fn is_denied(self) -> bool {
        matches!(self, Self::NoPermission | Self::ForbiddenRam)
    }
}

#[cfg(test)]
mod tests {
    use super::GatewayCode;

    #[test]
    fn every_code_is_found_by_its_own_text() {
        for (text, code) in GatewayCode::ALL {
            assert_eq!(GatewayCode::find(text), Some(code));
            assert_eq!(code.as_str(), text);
        }
        assert_eq!(GatewayCode::find("CodeTaskNotExist"), None);
        assert_eq!(GatewayCode::all().count(), GatewayCode::ALL.len());
    }
}
