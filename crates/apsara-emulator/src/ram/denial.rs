//! What a refusal says of a denial, in the cloud's words.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde::Serialize;

use super::{Kind, Subject};
use crate::answer::to_value;
use crate::refusal::Refusal;

/// Whose policy did not allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) enum PolicyType {
    #[serde(rename = "AccountLevelIdentityBasedPolicy")]
    Identity,
    #[serde(rename = "SessionPolicy")]
    Session,
    #[serde(rename = "AssumeRolePolicy")]
    Trust,
}

/// Somebody who may not do something, and why.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Denial {
    auth_action: String,
    auth_principal_type: &'static str,
    auth_principal_owner_id: String,
    auth_principal_display_name: String,
    policy_type: PolicyType,
    no_permission_type: &'static str,
    #[serde(skip)]
    resource: String,
}

/// What the encoded message holds, as `DecodeDiagnosticMessage` is documented to show it.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Diagnosis<'a> {
    explicit_deny: bool,
    no_permission_policy_type: PolicyType,
    auth_action: &'a str,
    auth_resource: &'a str,
    auth_principal: Principal<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Principal<'a> {
    auth_principal_type: &'a str,
    auth_principal_owner_id: &'a str,
    auth_principal_display_name: &'a str,
}

impl Denial {
    pub(super) fn new(
        subject: &Subject<'_>,
        action: &str,
        resource: &str,
        policy_type: PolicyType,
        explicit: bool,
    ) -> Self {
        Self {
            auth_action: action.to_owned(),
            auth_principal_type: match subject.kind {
                Kind::Account => "Account",
                Kind::User => "SubUser",
                Kind::Role => "AssumedRoleUser",
            },
            auth_principal_owner_id: subject.account.to_owned(),
            auth_principal_display_name: subject.display_name.clone(),
            policy_type,
            no_permission_type: if explicit { "ExplicitDeny" } else { "ImplicitDeny" },
            resource: resource.to_owned(),
        }
    }

    /// Denies somebody a role, whom its trust policy does not name.
    pub(super) fn of_trust(kind: &'static str, account: &str, display_name: &str, role: &str, explicit: bool) -> Self {
        Self {
            auth_action: "sts:AssumeRole".to_owned(),
            auth_principal_type: kind,
            auth_principal_owner_id: account.to_owned(),
            auth_principal_display_name: display_name.to_owned(),
            policy_type: PolicyType::Trust,
            no_permission_type: if explicit { "ExplicitDeny" } else { "ImplicitDeny" },
            resource: role.to_owned(),
        }
    }

    /// Denies the account itself a role: only users and roles can assume one.
    pub(crate) fn of_root(subject: &Subject<'_>, role: &str) -> Self {
        Self::new(subject, "sts:AssumeRole", role, PolicyType::Trust, false)
    }

    /// The refusal of a product: RAM and its token service have a code of their own.
    pub(crate) fn refusal(&self, product: &str) -> Refusal {
        let diagnosis = Diagnosis {
            explicit_deny: self.no_permission_type == "ExplicitDeny",
            no_permission_policy_type: self.policy_type,
            auth_action: &self.auth_action,
            auth_resource: &self.resource,
            auth_principal: Principal {
                auth_principal_type: self.auth_principal_type,
                auth_principal_owner_id: &self.auth_principal_owner_id,
                auth_principal_display_name: &self.auth_principal_display_name,
            },
        };
        let mut detail = to_value(self);
        detail["EncodedDiagnosticMessage"] = STANDARD.encode(to_value(&diagnosis).to_string()).into();
        let (code, message) = if product.eq_ignore_ascii_case("Sts") || product.eq_ignore_ascii_case("Ram") {
            ("NoPermission", "You are not authorized to do this action. You should be authorized by RAM.")
        } else {
            let message = "User not authorized to operate on the specified resource, or this API doesn't support RAM.";
            ("Forbidden.RAM", message)
        };
        Refusal::new(StatusCode::FORBIDDEN, code, message).with_detail(detail)
    }
}
