//! The two operations of the token service, written as the generator writes them, with what providers need of them.

use std::convert::Infallible;

use crate::generated::v1 as rt;

static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Sts", "2015-04-01") };

#[derive(Clone, Default)]
pub(super) struct AssumeRoleRequest {
    pub(super) duration_seconds: Option<i64>,
    pub(super) external_id: Option<String>,
    pub(super) policy: Option<String>,
    pub(super) role_arn: String,
    pub(super) role_session_name: String,
}

impl rt::Record for AssumeRoleRequest {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("DurationSeconds", duration_seconds).at_least(900.0),
        rt::field!("ExternalId", external_id),
        rt::field!("Policy", policy),
        rt::field!("RoleArn", role_arn).required(),
        rt::field!("RoleSessionName", role_session_name).required().length(2, 64),
    ];
}

impl rt::Request for AssumeRoleRequest {
    type Client = Infallible;
    type Response = Assumed;
    // A session that nobody uses does no harm, so that a provider may ask twice, whatever a program that counts sessions may not.
    const OPERATION: &'static rt::Operation =
        &rt::Operation { name: "AssumeRole", repeat: rt::Repeat::Safe, ..rt::Operation::of(&PRODUCT) };
}

#[derive(Clone, Default)]
pub(super) struct AssumeRoleWithOidcRequest {
    pub(super) duration_seconds: Option<i64>,
    pub(super) oidc_provider_arn: String,
    pub(super) oidc_token: String,
    pub(super) policy: Option<String>,
    pub(super) role_arn: String,
    pub(super) role_session_name: String,
}

impl rt::Record for AssumeRoleWithOidcRequest {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("DurationSeconds", duration_seconds).at_least(900.0),
        rt::field!("OIDCProviderArn", oidc_provider_arn).required(),
        rt::field!("OIDCToken", oidc_token).required().sensitive().form(),
        rt::field!("Policy", policy),
        rt::field!("RoleArn", role_arn).required(),
        rt::field!("RoleSessionName", role_session_name).required().length(2, 64),
    ];
}

impl rt::Request for AssumeRoleWithOidcRequest {
    type Client = Infallible;
    type Response = Assumed;
    const OPERATION: &'static rt::Operation = &rt::Operation {
        name: "AssumeRoleWithOIDC",
        security: rt::Security::Anonymous,
        repeat: rt::Repeat::Safe,
        ..rt::Operation::of(&PRODUCT)
    };
}

#[derive(Clone, Default)]
pub(super) struct Assumed {
    pub(super) credentials: Option<Key>,
}

impl rt::Record for Assumed {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("Credentials", credentials)];
}

#[derive(Clone, Default)]
pub(super) struct Key {
    pub(super) access_key_id: String,
    pub(super) access_key_secret: String,
    pub(super) expiration: String,
    pub(super) security_token: String,
}

impl rt::Record for Key {
    const FIELDS: &'static [rt::Field<Self>] = &[
        rt::field!("AccessKeyId", access_key_id),
        rt::field!("AccessKeySecret", access_key_secret).sensitive(),
        rt::field!("Expiration", expiration),
        rt::field!("SecurityToken", security_token).sensitive(),
    ];
}
