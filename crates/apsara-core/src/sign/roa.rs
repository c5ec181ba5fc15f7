//! The signature of version 1.0 for operations by path, HMAC-SHA1 over headers and resource: for parity with older clients.

use super::{hmac_sha1_base64, sorted, texts};

/// The headers whose values stand on lines of their own, in this order; one that is not sent leaves its line empty.
const LINES: [&str; 4] = ["accept", "content-md5", "content-type", "date"];

/// Returns the text that is signed: method, four lines of headers, every `x-acs-` header, and the resource.
///
/// The path stands there as it is sent, so encoded already; what is in the query does not, and has no `=` where its value is
/// empty.
#[must_use]
pub fn string_to_sign(method: &str, headers: &[(&str, &str)], path: &str, query: &[(String, String)]) -> String {
    let mut out = format!("{method}\n");
    for line in LINES {
        let sent = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(line));
        out.push_str(sent.map_or("", |(_, value)| value.trim()));
        out.push('\n');
    }
    let lower = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.trim()));
    let signed: Vec<(String, &str)> = lower.filter(|(name, _)| name.starts_with("x-acs-")).collect();
    for (name, value) in texts(&sorted(signed.iter().map(|(name, value)| (name.as_str(), *value)))) {
        out.extend([name, ":", value, "\n"]);
    }
    out.push_str(path);
    let sorted = sorted(query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    for (index, (name, value)) in texts(&sorted).enumerate() {
        out.push(if index == 0 { '?' } else { '&' });
        out.push_str(name);
        if !value.is_empty() {
            out.push('=');
            out.push_str(value);
        }
    }
    out
}

/// Returns the signature in Base64. The key is the bare secret, unlike that of [`super::v1`].
#[must_use]
pub fn signature(access_key_secret: &str, string_to_sign: &str) -> String {
    hmac_sha1_base64(access_key_secret.as_bytes(), string_to_sign)
}

/// Returns the value of the `Authorization` header.
#[must_use]
pub fn authorization(access_key_id: &str, signature: &str) -> String {
    format!("acs {access_key_id}:{signature}")
}
