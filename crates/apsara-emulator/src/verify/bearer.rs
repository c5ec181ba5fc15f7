//! Bearer tokens: whoever holds one may call, and signs nothing.

use crate::refusal::Refusal;
use crate::request::WireRequest;

const KIND: &str = "BEARERTOKEN";

/// Whether a request says that it is a bearer's: in its query, as RPC requests do, or in a header, as others do.
pub(super) fn is_claimed(request: &WireRequest) -> bool {
    request.parameter("SignatureType") == Some(KIND) || request.header("x-acs-signature-type") == Some(KIND)
}

/// Reads the token of a bearer.
pub(crate) fn bearer_token(request: &WireRequest) -> Result<&str, Refusal> {
    let token = request.header("x-acs-bearer-token").or_else(|| request.parameter("BearerToken"));
    token.filter(|token| !token.is_empty()).ok_or_else(|| Refusal::missing("BearerToken"))
}
