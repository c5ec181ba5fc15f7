//! Values that must not be seen, and texts that may hold some.

use std::fmt;

use zeroize::Zeroize;

/// Holds a value that is wiped from memory when it is dropped and that prints as `[redacted]`.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Sensitive<T: Zeroize>(T);

impl<T: Zeroize> Sensitive<T> {
    /// Wraps a value.
    pub fn new(value: T) -> Self {
        Self(value)
    }

    /// Returns the value. What is done with it is up to the caller from here on.
    pub fn expose(&self) -> &T {
        &self.0
    }
}

impl<T: Zeroize> Drop for Sensitive<T> {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl<T: Zeroize> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// What is printed in the place of a sensitive value.
pub(crate) const REDACTED: &str = "[redacted]";

/// Returns whether a value must not be seen, by the name of its parameter. Generated code was told by the same words.
pub(crate) fn is_sensitive_name(name: &str) -> bool {
    let name = name.to_lowercase();
    ["authkey", "password", "privatekey", "secret", "securitytoken"].iter().any(|part| name.contains(part))
}

/// Returns a text in which every URL is cut to what cannot carry a secret.
///
/// User information and query go from every URL, and the last segment of the path from `rtmp`, `rtmps` and `srt` ones:
/// there it is the stream's name, and whoever knows it can push.
#[must_use]
pub fn redact_urls(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme = rest[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c))
            .map_or(0, |i| i + rest[i..].chars().next().map_or(1, char::len_utf8));
        let end = rest[at..].find(ends_url).map_or(rest.len(), |i| at + i);
        out.push_str(&rest[..scheme]);
        push_redacted(&mut out, &rest[scheme..at], &rest[at + 3..end]);
        rest = &rest[end..];
    }
    out.push_str(rest);
    out
}

/// Visits what [`redact_urls`] takes out of a text: user information, queries, the last segments of streams. A message may hold one
/// of them alone.
pub(crate) fn secret_parts(text: &str, visit: &mut dyn FnMut(&str)) {
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let scheme_begins = rest[..at].rfind(|c: char| !c.is_ascii_alphanumeric()).map_or(0, |i| i + 1);
        let is_stream = is_stream(rest.get(scheme_begins..at).unwrap_or_default());
        let url = &rest[at + 3..];
        let url = &url[..url.find(ends_url).unwrap_or(url.len())];
        let (path, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let (authority, path) = path.split_at(path.find('/').unwrap_or(path.len()));
        if let Some((user, _)) = authority.rsplit_once('@') {
            user.split(':').for_each(&mut *visit);
        }
        if let Some((_, last)) = path.rsplit_once('/').filter(|_| is_stream) {
            visit(last);
        }
        query
            .split(['?', '#', '&'])
            .filter_map(|pair| pair.split_once('=').map(|(_, value)| value))
            .for_each(&mut *visit);
        rest = &rest[at + 3..];
    }
}

/// Returns whether the addresses of a scheme are those of streams, which end in a key.
fn is_stream(scheme: &str) -> bool {
    ["rtmp", "rtmps", "srt"].iter().any(|stream| scheme.eq_ignore_ascii_case(stream))
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | ',' | ')' | ']' | '}')
}

fn push_redacted(out: &mut String, scheme: &str, rest: &str) {
    let path_end = rest.find(['?', '#']).unwrap_or(rest.len());
    let authority_end = rest[..path_end].find('/').unwrap_or(path_end);
    let authority = &rest[..authority_end];
    out.push_str(scheme);
    out.push_str("://");
    match authority.rsplit_once('@') {
        Some((_, host)) => {
            out.push_str(REDACTED);
            out.push('@');
            out.push_str(host);
        }
        None => out.push_str(authority),
    }
    let path = &rest[authority_end..path_end];
    match path.rfind('/') {
        Some(last) if is_stream(scheme) => {
            out.push_str(&path[..=last]);
            out.push_str(REDACTED);
        }
        _ => out.push_str(path),
    }
    if path_end < rest.len() {
        out.push_str(&rest[path_end..=path_end]);
        out.push_str(REDACTED);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_as_redacted() {
        let secret = Sensitive::new("hunter2".to_owned());
        assert_eq!(format!("{secret:?}"), "[redacted]");
        assert_eq!(secret.expose(), "hunter2");
    }

    #[test]
    fn urls_lose_user_information_and_query() {
        for (url, shown) in [
            ("https://host/a/b?key=1&x=2", "https://host/a/b?[redacted]"),
            ("https://user:pw@host/a", "https://[redacted]@host/a"),
            ("https://host/a#frag", "https://host/a#[redacted]"),
            ("http://host", "http://host"),
        ] {
            assert_eq!(redact_urls(url), shown);
        }
    }

    #[test]
    fn stream_urls_lose_their_last_segment() {
        assert_eq!(redact_urls("rtmp://push.example.com/app/stream-key"), "rtmp://push.example.com/app/[redacted]");
        assert_eq!(redact_urls("RTMP://h/app/k?auth_key=1"), "RTMP://h/app/[redacted]?[redacted]");
    }

    #[test]
    fn urls_are_found_inside_of_a_text() {
        assert_eq!(
            redact_urls("bad DstUrl 'rtmp://h/app/key' (see https://docs/x?y=1), again."),
            "bad DstUrl 'rtmp://h/app/[redacted]' (see https://docs/x?[redacted]), again."
        );
        assert_eq!(redact_urls("no url: a//b"), "no url: a//b");
        assert_eq!(redact_urls("é://h/p?q"), "é://h/p?[redacted]");
    }
}
