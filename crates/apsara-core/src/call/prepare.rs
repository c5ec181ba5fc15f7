//! What a call needs no network for: it is validated, encoded, and its endpoint found.

use http::{HeaderName, HeaderValue};

use super::Client;
use super::attempt::{Unsigned, new_client_token};
use super::exchange::Invocation;
use crate::endpoint::is_label;
use crate::error::{Error, Kind, Violation};
use crate::operation::{Operation, Repeat, Security};
use crate::outcome::Outcome;
use crate::record::{AnyRecord, Encoded, Location, Meta, View, encode, validate};
use crate::sign::sort;
use crate::upload::Upload;

/// A call that is ready to be tried.
pub(super) struct Prepared<'a> {
    pub(super) unsigned: Unsigned<'a>,
    /// Whether executing it twice does no harm.
    pub(super) repeatable: bool,
    /// The client token that was made for it.
    pub(super) client_token: Option<String>,
}

/// The headers that say how a request is signed and sent; no parameter takes their place. The first is that of a signature.
const OURS: [&str; 13] = [
    "authorization",
    "content-length",
    "date",
    "host",
    "user-agent",
    "x-acs-accesskey-id",
    "x-acs-action",
    "x-acs-bearer-token",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-security-token",
    "x-acs-signature-nonce",
    "x-acs-version",
];

/// The parameter by which the cloud knows that two calls are meant to be one.
const CLIENT_TOKEN: &str = "ClientToken";

pub(super) fn prepare<'a>(client: &Client, invocation: &Invocation<'a>) -> Result<Prepared<'a>, Error> {
    let Invocation { operation, path, request, upload, .. } = *invocation;
    let invalid = |violations| Error::new(Kind::Invalid(violations), Outcome::NotSent);
    let token = client_token(operation, request);
    let field = upload.map(|upload| upload.field()(request)).transpose()?;
    if client.config.inner.validation {
        let mut violations = without_token(validate(request), token);
        if let Some(field) = field {
            without_field(&mut violations, field);
        }
        if !violations.is_empty() {
            return Err(invalid(violations));
        }
    }
    // It is made once: every attempt of the call carries the same one.
    let made = match token {
        Some(Token::Missing(index)) => Some((index, new_client_token()?.as_str().to_owned())),
        Some(Token::Given) | None => None,
    };
    let encoded = match &made {
        None => encode(request, path, None),
        // The request does not hold it, so that it is copied to where it travels.
        Some((index, token)) => encode(request, path, Some((*index, token))).map(Encoded::into_owned),
    };
    let mut encoded = encoded.map_err(|(parameter, reason)| invalid(vec![Violation::new(parameter, reason)]))?;
    for pairs in [&mut encoded.query, &mut encoded.form] {
        // They are signed and sent in this order.
        sort(pairs);
        // Some specs list `DataDisk` and `DataDisk.1.Size` as well. Which of two values counts, no document says.
        if let Some(twice) = pairs.windows(2).find(|pairs| pairs[0].0 == pairs[1].0) {
            let rule =
                "is given twice, by parameters or keys that have the same name on the wire; leave one of them out";
            return Err(invalid(vec![Violation::new(&*twice[0].0, rule)]));
        }
    }
    let region_id = encoded.query.iter().chain(&encoded.form).find(|(name, _)| name == "RegionId");
    let region_id = region_id.map(|(_, value)| &**value);
    if let Some((parameter, _)) = encoded.host.iter().find(|(_, value)| !is_label(value)) {
        let rule = "is a part of the host's name, so it must have 1 to 63 letters, digits and hyphens";
        return Err(invalid(vec![Violation::new(&**parameter, rule)]));
    }
    // Where nothing is signed, the caller may be known by that header: of `eiam-developerapi` it is a parameter.
    let ours = &OURS[usize::from(operation.security == Security::Anonymous)..];
    if let Some((parameter, _)) =
        encoded.headers.iter().find(|(name, _)| ours.iter().any(|ours| name.eq_ignore_ascii_case(ours)))
    {
        return Err(invalid(vec![Violation::new(
            &**parameter,
            "is a header that the signature needs; no parameter can set it",
        )]));
    }
    // Told here, no call waits for the quota with it. A header could hold other bytes than those of ASCII; not all that it passes take them.
    let can_be_sent = |name: &str, value: &str| {
        HeaderName::from_bytes(name.as_bytes()).is_ok() && value.is_ascii() && HeaderValue::from_str(value).is_ok()
    };
    if let Some((parameter, _)) = encoded.headers.iter().find(|(name, value)| !can_be_sent(name, value)) {
        let rule = "is a header, and its name or its value holds a character that HTTP forbids there";
        return Err(invalid(vec![Violation::new(&**parameter, rule)]));
    }
    let endpoint = client.resolve(region_id, !encoded.host.is_empty())?;
    Ok(Prepared {
        unsigned: Unsigned::new(operation, endpoint, encoded, upload.zip(field)),
        repeatable: operation.repeat == Repeat::Safe || token.is_some(),
        client_token: made.map(|(_, token)| token),
    })
}

/// Finds the parameter that a file is sent for.
pub(crate) type FieldOf = for<'r> fn(&'r dyn AnyRecord) -> Result<&'r Meta<'r>, Error>;

/// The one that there is.
pub(crate) fn body_field(request: &dyn AnyRecord) -> Result<&Meta<'_>, Error> {
    let bodies = (0..request.count()).map(|index| (request.meta(index), request.get(index)));
    let mut bodies = bodies.filter(|(meta, _)| meta.location == Location::Body);
    match (bodies.next(), bodies.next()) {
        (Some((meta, value)), None) if value.view().is_nothing() => Ok(meta),
        (Some((meta, _)), None) => {
            let rule = "is set, and a file is given in its place as well; leave one of them out";
            Err(Error::new(Kind::Invalid(vec![Violation::new(meta.name, rule)]), Outcome::NotSent))
        }
        _ => Err(Error::config("a file can only be sent for the one parameter that is the body, and there is none")),
    }
}

/// Returns everything that is wrong with a request, then what may be.
pub(crate) fn check(operation: &'static Operation, request: &dyn AnyRecord, upload: Option<&Upload>) -> Vec<Violation> {
    let mut violations = without_token(crate::record::check(request), client_token(operation, request));
    if let (Some(_), Ok(field)) = (upload, body_field(request)) {
        without_field(&mut violations, field);
    }
    violations
}

/// Leaves out that a parameter is missing that a file is sent for.
fn without_field(violations: &mut Vec<Violation>, field: &Meta<'_>) {
    violations.retain(|violation| violation.parameter() != field.name);
}

/// Leaves out that a client token is missing, where one is made.
fn without_token(mut violations: Vec<Violation>, token: Option<Token>) -> Vec<Violation> {
    if let Some(Token::Missing(_)) = token {
        violations.retain(|violation| violation.parameter() != CLIENT_TOKEN);
    }
    violations
}

/// Whether a call that may be repeated with a client token has one.
#[derive(Clone, Copy)]
enum Token {
    Given,
    /// It goes into the field of this index.
    Missing(usize),
}

/// Finds the client token of an operation that may be repeated with one.
fn client_token(operation: &Operation, request: &dyn AnyRecord) -> Option<Token> {
    if operation.repeat != Repeat::WithToken {
        return None;
    }
    let index = (0..request.count()).find(|index| request.meta(*index).name == CLIENT_TOKEN)?;
    match request.get(index).view() {
        View::Absent => Some(Token::Missing(index)),
        view if view.is_empty_text() => Some(Token::Missing(index)),
        _ => Some(Token::Given),
    }
}
