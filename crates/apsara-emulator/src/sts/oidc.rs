//! `AssumeRoleWithOIDC`, which trades somebody else's token for a key.
//!
//! The token's claims are read and its end is kept to; who signed it is not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Assumed, Call, RoleRequest};
use crate::accounts::{Accounts, Realm};
use crate::clock::format_utc;
use crate::gateway::Executed;
use crate::ram::{Asking, Context, trusts};
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
pub(crate) fn assume_role_with_oidc(accounts: &mut Accounts, call: &Call<'_>) -> Result<Executed, Refusal> {
    let Call { request, parameters, now } = *call;
    let provider = parameters.required("OIDCProviderArn")?;
    let wanted = RoleRequest::read(parameters)?;
    let in_account = provider.strip_prefix("acs:ram::").and_then(|rest| rest.split_once(":oidc-provider/"));
    let (account, name) = in_account.ok_or_else(|| super::wrongly_formed("OIDCProviderArn"))?;
    let claims = read_claims(parameters.required("OIDCToken")?).ok_or_else(|| invalid("is not well formed"))?;
    let beyond = if claims.exp < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let expires = Timestamp::from_second(claims.exp).unwrap_or(beyond);
    if now.world >= expires {
        return Err(Refusal::bad_request("AuthenticationFail.OIDCToken.Expired", "The OIDC token has expired."));
    }
    let audience = match claims.aud {
        Audience::One(id) => vec![id],
        Audience::Many(ids) => ids,
    };
    let role = wanted.find(accounts)?;
    let realm = accounts.account(account);
    if role.is_some() || realm.is_some_and(Realm::describes_providers) {
        let (issuer, client_ids) = realm.and_then(|realm| realm.provider(name)).ok_or_else(no_such_provider)?;
        if issuer != claims.iss {
            return Err(invalid("is of another issuer"));
        }
        if !audience.iter().any(|id| client_ids.contains(id)) {
            return Err(invalid("is meant for others"));
        }
    }
    if let Some(role) = role {
        let mut context = Context::of_trust(request, provider, now.world);
        context.set("oidc:iss", claims.iss.as_str());
        context.set("oidc:sub", claims.sub.as_str());
        context.set_all("oidc:aud", audience.clone());
        let asking = Asking::Federated { provider };
        trusts(&role.trust, wanted.role_arn, asking, &claims.sub, &context)?;
    }
    let lifetime = wanted.lifetime(accounts)?;
    let key = accounts.issue(wanted.role(None), lifetime, now.world);
    let answer = AssumedWithOidc {
        assumed: Assumed::new(key, now),
        token: TokenInfo {
            subject: claims.sub,
            issuer: claims.iss,
            client_ids: audience.join(","),
            expiration_time: format_utc(expires),
            issuance_time: claims.iat.and_then(|iat| Timestamp::from_second(iat).ok()).map(format_utc),
            verification_info: "Success",
        },
    };
    Ok(Executed::new(&answer, None, None))
}

fn invalid(why: &str) -> Refusal {
    Refusal::bad_request("AuthenticationFail.OIDCToken.Invalid", format!("The OIDC token {why}."))
}

fn no_such_provider() -> Refusal {
    let message = "The specified OIDC provider does not exist.";
    Refusal::new(StatusCode::NOT_FOUND, "EntityNotExist.OIDCProvider", message)
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
