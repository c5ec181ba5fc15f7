//! `AssumeRoleWithOIDC`, which trades somebody else's token for a key.
//!
//! The token's claims are read and its end is kept to; who signed it is not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Assumed, RoleRequest};
use crate::accounts::Accounts;
use crate::clock::format_utc;
use crate::gateway::Executed;
use crate::parameters::Parameters;
use crate::refusal::Refusal;

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Serialize)]
struct AssumedWithOidc {
    #[serde(flatten)]
    assumed: Assumed,
    #[serde(rename = "OIDCTokenInfo")]
    token: TokenInfo,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TokenInfo {
    subject: String,
    issuer: String,
    client_ids: String,
    expiration_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuance_time: Option<String>,
    verification_info: &'static str,
}

/// Carries out `AssumeRoleWithOIDC`.
pub(crate) fn assume_role_with_oidc(
    accounts: &mut Accounts,
    parameters: &Parameters,
    now: Timestamp,
) -> Result<Executed, Refusal> {
    let provider = parameters.required("OIDCProviderArn")?;
    let request = RoleRequest::read(parameters)?;
    if !(provider.starts_with("acs:ram::") && provider.contains(":oidc-provider/")) {
        return Err(super::wrongly_formed("OIDCProviderArn"));
    }
    let claims = read_claims(parameters.required("OIDCToken")?).ok_or_else(|| {
        Refusal::bad_request("AuthenticationFail.OIDCToken.Invalid", "The OIDC token is not well formed.")
    })?;
    let expires = Timestamp::from_second(claims.exp).unwrap_or(Timestamp::MAX);
    if now >= expires {
        return Err(Refusal::bad_request("AuthenticationFail.OIDCToken.Expired", "The OIDC token has expired."));
    }
    let (key, role) = request.issue(accounts, now)?;
    let answer = AssumedWithOidc {
        assumed: Assumed::new(key, &role),
        token: TokenInfo {
            subject: claims.sub,
            issuer: claims.iss,
            client_ids: match claims.aud {
                Audience::One(id) => id,
                Audience::Many(ids) => ids.join(","),
            },
            expiration_time: format_utc(expires),
            issuance_time: claims.iat.and_then(|iat| Timestamp::from_second(iat).ok()).map(format_utc),
            verification_info: "Success",
        },
    };
    Ok(Executed::new(&answer, None, None))
}

/// Reads the middle part of `header.claims.signature`.
fn read_claims(token: &str) -> Option<Claims> {
    let parts: Vec<&str> = token.trim().split('.').collect();
    let [header, claims, _signature] = parts.as_slice() else {
        return None;
    };
    let header: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    header.get("alg")?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}
