//! Refusals: a status, a code and a message, in the gateway's words.

use http::{HeaderName, StatusCode};
use serde_json::Value;

/// A request that is not carried out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Headers that only this refusal has.
    pub(crate) headers: Vec<(HeaderName, String)>,
    /// Why somebody may not do it, where that is so: `AccessDeniedDetail`.
    pub(crate) detail: Option<Box<Value>>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), headers: Vec::new(), detail: None }
    }

    /// Adds a header, whose name is written in lower case.
    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((HeaderName::from_static(name), value));
        self
    }

    pub(crate) fn with_detail(mut self, detail: Value) -> Self {
        self.detail = Some(Box::new(detail));
        self
    }

    pub(crate) fn bad_request(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// `InvalidParameter`, whose message is the reason and a full stop: the documented pattern is `%s.`.
    pub(crate) fn invalid_parameter(reason: &str) -> Self {
        Self::bad_request("InvalidParameter", format!("{reason}."))
    }

    /// `InvalidParameter` for what a spec forbids, naming the parameter.
    pub(crate) fn parameter_not_valid(name: &str) -> Self {
        Self::bad_request("InvalidParameter", format!("Specified parameter {name} is not valid."))
    }

    /// `InvalidParameter` for more resources than policies are asked about one by one.
    pub(crate) fn too_many_resources(most: usize) -> Self {
        Self::invalid_parameter(&format!("The request names over {most} resources; name fewer in each request"))
    }

    /// `MissingParameter` for what a parameter that was sent lacks inside.
    pub(crate) fn property_missing(name: &str) -> Self {
        Self::bad_request("MissingParameter", format!("{name} is mandatory for this action."))
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::bad_request(format!("Missing{parameter}"), format!("{parameter} is mandatory for this action."))
    }

    /// The code names the common parameter that the header stands for, the message what is to be sent.
    pub(crate) fn missing_header(header: &str, parameter: &str) -> Self {
        Self::bad_request(format!("Missing{parameter}"), format!("{header} is mandatory for this action."))
    }

    pub(crate) fn signature_does_not_match(string_to_sign: &str) -> Self {
        Self::bad_request(
            "SignatureDoesNotMatch",
            format!(
                "Specified signature is not matched with our calculation. server string to sign is:{string_to_sign}"
            ),
        )
    }

    pub(crate) fn incomplete_signature() -> Self {
        Self::bad_request("IncompleteSignature", "The request signature does not conform to Aliyun standards.")
    }

    pub(crate) fn nonce_used() -> Self {
        Self::bad_request("SignatureNonceUsed", "Specified signature nonce was used already.")
    }

    pub(crate) fn timestamp_expired() -> Self {
        Self::bad_request("InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
    }

    pub(crate) fn timestamp_format() -> Self {
        Self::bad_request("InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.")
    }

    pub(crate) fn timestamp_missing(header: &str) -> Self {
        Self::bad_request(
            "IllegalTimestamp",
            format!("The input parameter \"{header}\" that is mandatory for processing this request is not supplied."),
        )
    }

    pub(crate) fn bearer_token_invalid() -> Self {
        Self::bad_request("InvalidBearerToken", "Specified bearer token is not valid.")
    }

    pub(crate) fn access_key_not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    }

    pub(crate) fn access_key_inactive() -> Self {
        Self::bad_request("InvalidAccessKeyId.Inactive", "Specified access key is disabled.")
    }

    pub(crate) fn missing_security_token() -> Self {
        Self::bad_request("MissingSecurityToken", "SecurityToken is mandatory for this action.")
    }

    pub(crate) fn security_token_expired() -> Self {
        Self::new(StatusCode::FORBIDDEN, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.")
    }

    pub(crate) fn security_token_malformed() -> Self {
        Self::bad_request("InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.")
    }

    pub(crate) fn security_token_of_another_key() -> Self {
        Self::bad_request(
            "InvalidSecurityToken.MismatchWithAccessKey",
            "Specified SecurityToken mismatch with the AccessKey.",
        )
    }

    /// Too many calls; there is room again in so many milliseconds.
    pub(crate) fn throttled_user(wait: u128) -> Self {
        Self::bad_request("Throttling.User", "Request was denied due to user flow control.")
            .with_header("x-acs-retry-after", wait.to_string())
    }

    /// A client token that was given to a call that asked for something else.
    pub(crate) fn idempotent_parameter_mismatch() -> Self {
        Self::bad_request(
            "IdempotentParameterMismatch",
            "Specified client token was used by a request with other parameters already.",
        )
    }

    pub(crate) fn action_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        )
    }

    /// The same for operations that are asked for by their path.
    pub(crate) fn api_not_found() -> Self {
        Self { code: "InvalidApi.NotFound".to_owned(), ..Self::action_not_found() }
    }

    pub(crate) fn product_not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "InvalidProduct.NotFound",
            "Cannot find product according to your specified domain.",
        )
    }

    pub(crate) fn needs_ssl() -> Self {
        Self::new(StatusCode::NOT_FOUND, "InvalidProtocol.NeedSsl", "Your request is denied as lack of ssl protect.")
    }

    pub(crate) fn invalid_version() -> Self {
        Self::bad_request("InvalidVersion", "Specified parameter Version is not valid.")
    }

    pub(crate) fn unsupported_method() -> Self {
        Self::bad_request("UnsupportedHTTPMethod", "This http method is not supported.")
    }

    pub(crate) fn invalid_format() -> Self {
        Self::bad_request("InvalidParameter.Format", "Specified parameter Format is not valid.")
    }

    pub(crate) fn body_too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", "The request body is larger than 1 MiB.")
    }

    /// What is no HTTP: the status is the one that the HTTP library chose.
    pub(crate) fn unreadable(status: StatusCode) -> Self {
        Self::new(status, "InvalidRequest", "The request is not well-formed HTTP/1.1, or its head is too large.")
    }

    pub(crate) fn body_unreadable() -> Self {
        Self::bad_request("IncompleteBody", "The request body ended early or did not arrive in time.")
    }
}
