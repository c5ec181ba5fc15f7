//! Answers in the cloud's shapes: JSON or XML, with the headers the gateway sets.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::Full;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::catalog::Style;
use crate::clock::format_http_date;
use crate::refusal::Refusal;
use crate::{random, xml};

/// The language an answer is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Xml,
}

/// What the head says of the body, and so who seems to have written it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// The gateway's JSON.
    Json,
    /// The gateway's XML.
    Xml,
    /// A stream of events.
    Events,
    /// Bytes.
    Bytes,
    /// A page of HTML, by a proxy.
    Page,
    /// Nothing, by nobody knows whom.
    Nothing,
}

/// How an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Whole, but the connection is reset when the next request arrives on it.
    ThenResetWhenUsed,
    /// With half of its body, and then the end of the connection.
    Half,
    /// Not at all: the connection is reset.
    Reset,
}

/// A body and the status it goes out with.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: String,
    pub(crate) code: Option<String>,
    pub(crate) delivery: Delivery,
    pub(crate) body: String,
    pub(crate) content: Content,
    pub(crate) headers: Vec<(HeaderName, String)>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorBody<'a> {
    request_id: &'a str,
    host_id: &'a str,
    code: &'a str,
    message: &'a str,
    recommend: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_denied_detail: Option<&'a Value>,
}

/// The same where operations have paths.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoaErrorBody<'a> {
    code: &'a str,
    message: &'a str,
    request_id: &'a str,
    host_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_denied_detail: Option<&'a Value>,
}

impl Answer {
    /// Writes what an operation answered; in XML the root is named after the operation.
    ///
    /// An RPC answer that is an object has its request id at its root, whatever else it holds; answers of operations
    /// with a path have it where their specs say.
    pub(crate) fn success(
        status: StatusCode,
        body: Option<Value>,
        action: &str,
        request_id: String,
        format: Format,
        style: Style,
    ) -> Self {
        let body = body.map(|mut body| {
            if let Value::Object(fields) = &mut body {
                let is_there = fields.keys().any(|key| key.eq_ignore_ascii_case("RequestId"));
                if style == Style::Rpc && !is_there {
                    fields.insert("RequestId".to_owned(), Value::String(request_id.clone()));
                }
            }
            write(&body, &format!("{action}Response"), format)
        });
        Self::whole(status, request_id, body.unwrap_or_default(), format)
    }

    /// Writes a stream of events: one for each item, or a single one.
    pub(crate) fn events(status: StatusCode, body: &Value, request_id: String) -> Self {
        let items = body.as_array().map_or(std::slice::from_ref(body), Vec::as_slice);
        let events: String = items
            .iter()
            .enumerate()
            .map(|(at, item)| format!("id:{}\nevent:result\ndata:{item}\n\n", at + 1))
            .collect();
        Self { content: Content::Events, ..Self::whole(status, request_id, events, Format::Json) }
    }

    /// Writes the bytes of a text.
    pub(crate) fn bytes(status: StatusCode, body: &Value, request_id: String) -> Self {
        let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
        Self { content: Content::Bytes, ..Self::whole(status, request_id, text, Format::Json) }
    }

    /// Writes a refusal.
    pub(crate) fn error(
        refusal: &Refusal,
        host: &str,
        product: &str,
        request_id: String,
        format: Format,
        style: Style,
    ) -> Self {
        let Refusal { status, code, message, headers, detail } = refusal;
        let access_denied_detail = detail.as_deref();
        let body = if style == Style::Rpc || format == Format::Xml {
            let recommend =
                format!("https://api.aliyun.com/troubleshoot?q={code}&product={product}&requestId={request_id}");
            to_value(&ErrorBody {
                request_id: &request_id,
                host_id: host,
                code,
                message,
                recommend,
                access_denied_detail,
            })
        } else {
            to_value(&RoaErrorBody { code, message, request_id: &request_id, host_id: host, access_denied_detail })
        };
        let body = write(&body, "Error", format);
        let answer = Self::whole(*status, request_id, body, format);
        Self { code: Some(code.clone()), headers: headers.clone(), ..answer }
    }

    fn whole(status: StatusCode, request_id: String, body: String, format: Format) -> Self {
        let content = match format {
            Format::Json => Content::Json,
            Format::Xml => Content::Xml,
        };
        Self { status, request_id, code: None, delivery: Delivery::Whole, body, content, headers: Vec::new() }
    }

    /// The status that the caller gets to see, or 0 if nothing goes out.
    pub(crate) fn status_sent(&self) -> u16 {
        if self.delivery == Delivery::Reset { 0 } else { self.status.as_u16() }
    }

    /// Makes the HTTP response, dated by the emulator's clock.
    pub(crate) fn into_response(self, now: Timestamp) -> Response<Full<Bytes>> {
        let headers = self.headers(now);
        let mut response = Response::new(Full::new(Bytes::from(self.body)));
        *response.status_mut() = self.status;
        for (name, text) in headers {
            if let Ok(value) = HeaderValue::try_from(text) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    /// Writes the response out, as the last one of its connection.
    pub(crate) fn into_bytes(self, now: Timestamp) -> Vec<u8> {
        format!("{}connection: close\r\n\r\n{}", self.head(now), self.body).into_bytes()
    }

    /// Writes out the whole head and half of the body that it announces.
    pub(crate) fn into_half_bytes(self, now: Timestamp) -> Vec<u8> {
        let mut bytes = format!("{}\r\n", self.head(now)).into_bytes();
        bytes.extend_from_slice(&self.body.as_bytes()[..self.body.len() / 2]);
        bytes
    }

    fn head(&self, now: Timestamp) -> String {
        let headers: String = self.headers(now).iter().map(|(name, text)| format!("{name}: {text}\r\n")).collect();
        format!("HTTP/1.1 {}\r\n{headers}content-length: {}\r\n", self.status, self.body.len())
    }

    fn headers(&self, now: Timestamp) -> Vec<(HeaderName, String)> {
        let mut headers = vec![(DATE, format_http_date(now))];
        let content_type = match self.content {
            Content::Json => Some("application/json;charset=utf-8"),
            Content::Xml => Some("text/xml;charset=utf-8"),
            Content::Events => Some("text/event-stream;charset=utf-8"),
            Content::Bytes => Some("application/octet-stream"),
            Content::Page => Some("text/html"),
            Content::Nothing => None,
        };
        headers.extend(content_type.map(|text| (CONTENT_TYPE, text.to_owned())));
        if matches!(self.content, Content::Json | Content::Xml | Content::Events | Content::Bytes) {
            headers.push((HeaderName::from_static("x-acs-request-id"), self.request_id.clone()));
            headers.push((HeaderName::from_static("x-acs-trace-id"), random::trace_id()));
        }
        headers.extend(self.headers.iter().cloned());
        headers
    }
}

fn write(body: &Value, root: &str, format: Format) -> String {
    match format {
        Format::Json => body.to_string(),
        Format::Xml => xml::write(root, body),
    }
}

/// Turns one of this crate's own answers into a value.
pub(crate) fn to_value(body: &impl Serialize) -> Value {
    serde_json::to_value(body).expect("an answer has text for keys, and only finite numbers")
}
