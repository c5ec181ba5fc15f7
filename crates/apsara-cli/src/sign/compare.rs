//! The first line in which two texts differ.

use super::server::Server;
use super::signed::{Kind, Signed};
use percent_encoding::percent_decode_str;

/// Holds a line that differs, as it is on both sides.
#[derive(Debug, PartialEq)]
pub(super) struct Difference {
    /// What the line is of.
    pub(super) what: String,
    pub(super) ours: Option<String>,
    pub(super) theirs: Option<String>,
}

/// A line: what it is called, and what it says.
type Line = (String, String);

/// Finds the first difference; nothing where the cloud signed the same text.
pub(super) fn first(signed: &Signed, server: &Server) -> Option<Difference> {
    if signed.string_to_sign.trim_end() == server.string_to_sign.trim_end() {
        return None;
    }
    let of_texts =
        |ours: &str, theirs: &str, named: &dyn Fn(&str) -> Vec<Line>| difference(&named(ours), &named(theirs));
    let in_text = match signed.kind {
        Kind::V1Rpc => of_texts(&signed.string_to_sign, &server.string_to_sign, &of_query),
        Kind::V1Roa => of_texts(&signed.string_to_sign, &server.string_to_sign, &of_lines),
        Kind::V3 => {
            let canonical = signed.canonical.as_deref().zip(server.canonical_request.as_deref());
            let in_canonical = canonical.and_then(|(ours, theirs)| of_texts(ours, theirs, &of_lines));
            in_canonical.or_else(|| of_texts(&signed.string_to_sign, &server.string_to_sign, &of_lines))
        }
    };
    // Texts that differ in what no line shows still differ.
    Some(in_text.unwrap_or_else(|| Difference {
        what: "the whole text".to_owned(),
        ours: Some(signed.string_to_sign.clone()),
        theirs: Some(server.string_to_sign.clone()),
    }))
}

/// The lines of `GET&%2F&…`: the method, the path, and each parameter as it is encoded once.
fn of_query(text: &str) -> Vec<Line> {
    let mut parts = text.splitn(3, '&');
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let mut lines = vec![("the method".to_owned(), part()), ("the path".to_owned(), part())];
    let query = part();
    let query = percent_decode_str(&query).decode_utf8_lossy();
    lines.extend(query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let name = pair.split('=').next().unwrap_or_default();
        (format!("the parameter {}", percent_decode_str(name).decode_utf8_lossy()), pair.to_owned())
    }));
    lines
}

fn of_lines(text: &str) -> Vec<Line> {
    text.split('\n')
        .enumerate()
        .map(|(at, line)| (format!("line {}", at + 1), line.trim_end_matches('\r').to_owned()))
        .collect()
}

fn difference(ours: &[Line], theirs: &[Line]) -> Option<Difference> {
    let at = (0..ours.len().max(theirs.len())).find(|&at| ours.get(at) != theirs.get(at))?;
    let (our, their) = (ours.get(at), theirs.get(at));
    let one = |what: &str, ours: Option<&Line>, theirs: Option<&Line>| Difference {
        what: what.to_owned(),
        ours: ours.map(|(_, text)| text.clone()),
        theirs: theirs.map(|(_, text)| text.clone()),
    };
    Some(match (our, their) {
        (Some((our_name, _)), Some((their_name, _))) if our_name == their_name => one(our_name, our, their),
        // Both are sorted, so the one that comes first is missing on the other side.
        (Some((our_name, _)), Some((their_name, _))) if our_name < their_name => one(our_name, our, None),
        (_, Some((name, _))) => one(name, None, their),
        (Some((name, _)), None) => one(name, our, None),
        (None, None) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_query_texts(ours: &str, theirs: &str) -> Option<Difference> {
        difference(&of_query(ours), &of_query(theirs))
    }

    #[test]
    fn the_line_that_differs_is_named_with_both_sides() {
        let ours = "GET&%2F&A%3D1%26B%3D%252A%26D%3D4";
        let found = of_query_texts(ours, "GET&%2F&A%3D1%26B%3D%2A%26D%3D4").map(|it| (it.what, it.ours, it.theirs));
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(found, Some(("the parameter B".to_owned(), text("B=%2A"), text("B=*"))));
        let missing = of_query_texts(ours, "GET&%2F&A%3D1%26D%3D4").map(|it| (it.what, it.theirs));
        assert_eq!(missing, Some(("the parameter B".to_owned(), None)));
        let more = of_query_texts(ours, "GET&%2F&A%3D1%26B%3D%252A%26C%3D3%26D%3D4").map(|it| (it.what, it.ours));
        assert_eq!(more, Some(("the parameter C".to_owned(), None)));
        assert_eq!(of_query_texts(ours, ours), None);
        let found = difference(&of_lines("a\nb\nc"), &of_lines("a\nx\nc")).map(|it| it.what);
        assert_eq!(found, Some("line 2".to_owned()));
    }
}
