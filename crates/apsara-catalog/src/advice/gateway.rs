//! What the codes of the gateway mean, and what to do.

use apsara_core::GatewayCode as Code;

/// Returns what a code of the gateway means, and what to do.
#[must_use]
pub fn explain(code: Code) -> Option<(&'static str, &'static str)> {
    Some(match code {
        Code::SignatureDoesNotMatch => (
            "The cloud computed another signature than was sent.",
            "Check the secret first: most often it is not that of the access key id. `apsara sign explain` compares the request \
             with the message, and says which line differs.",
        ),
        Code::IncompleteSignature => (
            "A part of the signature is missing or malformed.",
            "Look at what changes the request on its way, or at how it was made: `apsara sign explain` reads it.",
        ),
        Code::SignatureNonceUsed => (
            "The nonce was used within the last 15 minutes, so that the same request arrived twice.",
            "Look before you repeat a call that is unsafe to repeat: the first copy may have been executed.",
        ),
        Code::InvalidTimeStampExpired => (
            "The clocks of this machine and of the cloud are more than 15 minutes apart.",
            "Set this machine's clock, for example by NTP.",
        ),
        Code::InvalidTimeStampFormat => {
            ("The time of the request is malformed.", "Write it as 2026-01-31T12:00:00Z, in UTC.")
        }
        Code::IllegalTimestamp => (
            "The time of the request is missing, or too far off.",
            "Set this machine's clock, for example by NTP; write times in UTC.",
        ),
        Code::InvalidAccessKeyIdNotFound => (
            "There is no such access key.",
            "Check the id, and that the key was not deleted; `apsara whoami` says where it comes from.",
        ),
        Code::InvalidAccessKeyIdInactive => {
            ("The access key is disabled.", "Enable it in the RAM console, or use another.")
        }
        Code::MissingSecurityToken => (
            "A temporary access key came without its token.",
            "Set ALIBABA_CLOUD_SECURITY_TOKEN, or the token in the profile, beside the key.",
        ),
        Code::InvalidSecurityTokenExpired => {
            ("The temporary access key is over.", "Get a new one from STS, and its token with it.")
        }
        Code::InvalidSecurityTokenMalformed => ("The token is malformed.", "Copy it again, without line breaks."),
        Code::InvalidSecurityTokenMismatch => {
            ("The token belongs to another access key.", "Use key and token of one answer of STS.")
        }
        Code::InvalidActionNotFound => (
            "The product has no such operation.",
            "Check the operation's name and the version; operations by path are not found by name alone.",
        ),
        Code::InvalidApiNotFound => (
            "The product has no such operation, or the account has not activated it.",
            "Activate the product in the console; check the operation's name and the version.",
        ),
        Code::InvalidVersion => ("The product has no such version.", "Check the version."),
        Code::InvalidProductNotFound => (
            "The host does not serve the product.",
            "Check the endpoint: `--endpoint`, ALIBABA_CLOUD_ENDPOINT, or the region that chooses it.",
        ),
        Code::InvalidProtocolNeedSsl => ("The operation wants HTTPS.", "Take http:// away from the endpoint."),
        Code::UnsupportedHttpMethod => ("The operation has no such HTTP method.", "Send it as its documents say."),
        Code::Throttling | Code::ThrottlingUser | Code::ThrottlingApi => (
            "The quota is used up: too many calls of the account, with all its RAM users, in a span of time.",
            "Wait and call again; spread calls over time, or ask for a larger quota.",
        ),
        Code::NoPermission | Code::ForbiddenRam => {
            ("RAM denied the call.", "Grant the operation's RAM action, which its --help names, to the user or role.")
        }
        _ => return None,
    })
}
