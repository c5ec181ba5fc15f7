//! Finding a request in a text.

use percent_encoding::percent_decode_str;

/// Holds a request as it went over the wire.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Request {
    pub(super) method: String,
    /// The path as it was sent.
    pub(super) path: String,
    /// The query, decoded.
    pub(super) query: Vec<(String, String)>,
    /// The query as it was sent.
    pub(super) raw_query: String,
    pub(super) headers: Vec<(String, String)>,
    /// The body, where the text has it.
    pub(super) body: Option<String>,
    /// The `Date` of the answer, where the text has it.
    pub(super) server_date: Option<String>,
}

impl Request {
    /// Finds a request: lines that `curl -v` marks by `>`, raw HTTP, or a URL.
    pub(super) fn find(text: &str) -> Option<Self> {
        let marked: Vec<&str> = text.lines().filter_map(|line| line.trim_start().strip_prefix('>')).collect();
        let mut found = if marked.is_empty() {
            let lines: Vec<&str> = text.lines().collect();
            let start = lines.iter().position(|line| request_line(line).is_some());
            start.and_then(|start| Self::of_lines(&lines[start..], true)).or_else(|| Self::of_url(text))
        } else {
            let lines: Vec<&str> = marked.iter().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
            // Several requests may be in one log; the last is the one that failed.
            let start = lines.iter().rposition(|line| request_line(line).is_some())?;
            Self::of_lines(&lines[start..], false)
        }?;
        let answered = text.lines().filter_map(|line| line.trim_start().strip_prefix('<')).map(str::trim);
        let date = answered.filter_map(|line| line.split_once(':')).find(|(name, _)| name.eq_ignore_ascii_case("date"));
        found.server_date = date.map(|(_, value)| value.trim().to_owned());
        Some(found)
    }

    fn of_lines(lines: &[&str], with_body: bool) -> Option<Self> {
        let (method, target) = request_line(lines.first()?)?;
        let mut rest = lines[1..].iter();
        let mut headers = Vec::new();
        for line in rest.by_ref() {
            let Some((name, value)) = line.split_once(':').filter(|_| !line.trim().is_empty()) else { break };
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        // A body is as long as its header says; without one there is none.
        let body = (with_body && header("transfer-encoding").is_none()).then(|| {
            let length = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
            let body = rest.copied().collect::<Vec<_>>().join("\n");
            let mut end = usize::min(length, body.len());
            while !body.is_char_boundary(end) {
                end -= 1;
            }
            body[..end].to_owned()
        });
        let bodiless = !with_body
            && header("content-length").is_none_or(|length| length == "0")
            && header("transfer-encoding").is_none();
        Some(Self { headers, body: body.or_else(|| bodiless.then(String::new)), ..Self::of_target(method, target) })
    }

    fn of_url(text: &str) -> Option<Self> {
        let words = text.split([' ', '\n', '\t', '"', '\'']);
        let url = words.into_iter().find(|word| word.starts_with("http://") || word.starts_with("https://"))?;
        let (_, rest) = url.trim_end().split_once("://")?;
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let mut request = Self::of_target("GET", &rest[end..]);
        request.headers.push(("host".to_owned(), rest[..end].to_owned()));
        request.body = Some(String::new());
        Some(request)
    }

    fn of_target(method: &str, target: &str) -> Self {
        // A proxy is asked for a whole URL.
        let target = match target.split_once("://") {
            Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
            None => target,
        };
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = if path.is_empty() { "/" } else { path };
        Self {
            method: method.to_owned(),
            path: path.to_owned(),
            query: pairs(query),
            raw_query: query.to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Returns the pairs of a form in the body.
    pub(super) fn form(&self) -> Vec<(String, String)> {
        let is_form = self.header("content-type").is_some_and(|kind| kind.contains("x-www-form-urlencoded"));
        self.body.as_deref().filter(|_| is_form).map(pairs).unwrap_or_default()
    }
}

/// Takes the first line of a request apart.
fn request_line(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split_whitespace();
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_method = method.len() > 2 && method.bytes().all(|letter| letter.is_ascii_uppercase());
    (is_method && version.starts_with("HTTP/") && words.next().is_none()).then_some((method, target))
}

/// Decodes the pairs of a query or a form, in which `+` is a space.
fn pairs(text: &str) -> Vec<(String, String)> {
    let decoded = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
    };
    let one = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decoded(name), decoded(value))
    };
    text.trim().split('&').filter(|pair| !pair.is_empty()).map(one).collect()
}
