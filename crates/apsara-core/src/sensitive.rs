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
    let name = name.to_ascii_lowercase();
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
    while let Some(url) = Url::first(rest) {
        out.push_str(url.before);
        url.push_redacted(&mut out);
        rest = url.behind;
    }
    out.push_str(rest);
    out
}

/// Returns an address without user information and query, even one whose scheme was forgotten. All of the text belongs to it.
pub(crate) fn redact_address(address: &str) -> String {
    let (place, query) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
    let is_scheme =
        |at: &usize| place[..*at].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
    let (scheme, rest) = place.split_at(place.find("://").filter(is_scheme).map_or(0, |at| at + "://".len()));
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let mut out = scheme.to_owned();
    let host = match authority.rsplit_once('@') {
        Some((_, host)) => {
            out.extend([REDACTED, "@"]);
            host
        }
        None => authority,
    };
    out.extend([host, path]);
    if let Some(mark) = query.get(..1) {
        out.extend([mark, REDACTED]);
    }
    out
}

/// Visits what [`redact_urls`] takes out of a text: user information, queries, the last segments of streams. A message may hold one
/// of them alone.
pub(crate) fn secret_parts(text: &str, visit: &mut dyn FnMut(&str)) {
    named_parts(text, &mut |_, part| visit(part));
}

/// The same, with the names that the parts of queries have there.
pub(crate) fn named_parts(text: &str, visit: &mut dyn FnMut(Option<&str>, &str)) {
    let mut rest = text;
    while let Some(url) = Url::first(rest) {
        let user = url.user.iter().flat_map(|user| user.split(':'));
        user.chain(url.stream).for_each(|part| visit(None, part));
        let values = url.query.split(['?', '#', '&']).filter_map(|pair| pair.split_once('='));
        for (name, value) in values {
            visit(Some(name), value);
            named_parts(value, visit);
        }
        // An address may stand anywhere in another one.
        rest = &rest[url.before.len() + url.scheme.len() + "://".len()..];
    }
}

/// A URL that stands in a text, taken apart.
struct Url<'a> {
    /// The text before it.
    before: &'a str,
    scheme: &'a str,
    /// The user information.
    user: Option<&'a str>,
    host: &'a str,
    /// The path up to the last segment of a stream's, or all of another one.
    path: &'a str,
    /// The last segment of the path, where it is a stream's: whoever knows it can push.
    stream: Option<&'a str>,
    /// The query with its `?`, or the fragment with its `#`.
    query: &'a str,
    /// The text behind it.
    behind: &'a str,
}

impl<'a> Url<'a> {
    fn first(text: &'a str) -> Option<Self> {
        let at = text.find("://")?;
        let begin =
            text[..at].char_indices().rev().find(|(_, c)| is_no_scheme(*c)).map_or(0, |(i, c)| i + c.len_utf8());
        let scheme = &text[begin..at];
        let url = &text[at + 3..];
        let (url, behind) = url.split_at(end_of_url(url));
        let (url, query) = url.split_at(url.find(['?', '#']).unwrap_or(url.len()));
        let (authority, path) = url.split_at(url.find('/').unwrap_or(url.len()));
        let (user, host) = authority.rsplit_once('@').map_or((None, authority), |(user, host)| (Some(user), host));
        let bare = scheme.rsplit(['+', '-', '.']).next().unwrap_or(scheme);
        let is_stream = ["rtmp", "rtmps", "srt"].iter().any(|stream| bare.eq_ignore_ascii_case(stream));
        let (path, stream) = match path.rfind('/') {
            Some(last) if is_stream => (&path[..=last], Some(&path[last + 1..])),
            _ => (path, None),
        };
        Some(Self { before: &text[..begin], scheme, user, host, path, stream, query, behind })
    }

    fn push_redacted(&self, out: &mut String) {
        out.extend([self.scheme, "://"]);
        if self.user.is_some() {
            out.extend([REDACTED, "@"]);
        }
        out.extend([self.host, self.path]);
        if self.stream.is_some() {
            out.push_str(REDACTED);
        }
        if let Some(mark) = self.query.get(..1) {
            out.extend([mark, REDACTED]);
        }
    }
}

/// Returns where a URL ends. One of several that are joined by a sign which URLs may have ends where the next begins.
fn end_of_url(text: &str) -> usize {
    let joins = |at: usize| {
        let next = text[at + 1..].trim_start_matches(|c: char| !is_no_scheme(c));
        next.starts_with("://") && !text[at + 1..].starts_with("://")
    };
    let mut ends = text.char_indices().filter(|(_, c)| ends_url(*c) || matches!(c, ';' | '|'));
    ends.find(|(at, c)| ends_url(*c) || joins(*at)).map_or(text.len(), |(at, _)| at)
}

fn is_no_scheme(c: char) -> bool {
    !c.is_ascii_alphanumeric() && !"+-.".contains(c)
}

fn ends_url(c: char) -> bool {
    c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '`' | ',' | ')' | ']' | '}')
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
    fn an_address_is_cut_with_and_without_its_scheme() {
        for (address, shown) in [
            ("https://me:pw@host/a?key=1, 2 3", "https://[redacted]@host/a?[redacted]"),
            ("me:pw@host/a?key=1&back=https://host/,2", "[redacted]@host/a?[redacted]"),
            ("host:80/a/b@c#frag", "host:80/a/b@c#[redacted]"),
            ("://h?k", "://h?[redacted]"),
            ("host", "host"),
            ("", ""),
        ] {
            assert_eq!(redact_address(address), shown);
        }
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
        assert_eq!(
            redact_urls("rtmp://h/app/k1;srt://h/k2|rtmp://h/app/k3;k4 https://h/a?b=1;c=2;d=http://h/e?f"),
            "rtmp://h/app/[redacted];srt://h/[redacted]|rtmp://h/app/[redacted] https://h/a?[redacted]"
        );
        assert_eq!(redact_urls("no url: a//b"), "no url: a//b");
        assert_eq!(redact_urls("é://h/p?q"), "é://h/p?[redacted]");
    }

    #[test]
    fn what_is_taken_out_of_urls_is_visited_alone() {
        for (text, parts) in [
            ("é rtmp://u:p@h/app/key?a=1#b=2, 字srt://h/k https://h/open", vec!["u", "p", "key", "1", "2", "k"]),
            ("https://h/a?to=rtmp://h/app/inner&x=3", vec!["rtmp://h/app/inner", "inner", "3", "inner&x=3"]),
            ("https://relay/rtmp://h/app/inner", vec!["inner"]),
            ("https://rtmp://h/app/inner", vec!["inner"]),
            ("https://h/a?rtmp://h/app/inner", vec!["inner"]),
            ("x-rtmp://h/app/inner", vec!["inner"]),
            ("rtmp://h/app/k1;rtmp://h/app/k2|srt://h/k3;k4", vec!["k1", "k2", "k3;k4"]),
        ] {
            let mut visited = Vec::new();
            secret_parts(text, &mut |part| visited.push(part.to_owned()));
            assert_eq!(visited, parts, "{text}");
        }
    }
}
