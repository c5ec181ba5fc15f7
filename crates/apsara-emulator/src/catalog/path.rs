//! The path of an operation, such as `/clusters/{ClusterId}/nodes`, and what a request has in its places.

use percent_encoding::percent_decode_str;

/// A path with places, and the marks in the query that go with it.
#[derive(Debug)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
    marks: Vec<(String, Option<String>)>,
}

#[derive(Debug)]
enum Segment {
    Written(String),
    /// A place, with what is written before and behind it.
    Place {
        before: String,
        name: String,
        behind: String,
    },
    /// All that follows, slashes and all.
    Rest {
        name: String,
    },
}

impl Pattern {
    /// Reads a path as specs write it; a `*` at its end is the place of the parameter that has no other.
    pub(crate) fn new(text: &str, parameters: &[&str]) -> Self {
        let (path, marks) = text.split_once('?').unwrap_or((text, ""));
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        let segments = segments.map(|segment| {
            if segment == "*" {
                let unplaced = parameters.iter().find(|name| !path.contains(&format!("{{{name}}}")));
                return Segment::Rest { name: unplaced.copied().unwrap_or("*").to_owned() };
            }
            let place = segment.split_once('{').and_then(|(before, rest)| {
                let (name, behind) = rest.split_once('}')?;
                Some(Segment::Place { before: before.to_owned(), name: name.to_owned(), behind: behind.to_owned() })
            });
            place.unwrap_or_else(|| Segment::Written(segment.to_owned()))
        });
        let marks = marks.split('&').filter(|mark| !mark.is_empty()).map(|mark| match mark.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (mark.to_owned(), None),
        });
        Self { segments: segments.collect(), marks: marks.collect() }
    }

    /// How much of it is written out: the more, the better it fits where others fit too.
    pub(crate) fn exactness(&self) -> usize {
        let written = self.segments.iter().map(|segment| match segment {
            Segment::Written(_) => 3,
            Segment::Place { before, behind, .. } => 1 + usize::from(!before.is_empty() || !behind.is_empty()),
            Segment::Rest { .. } => 0,
        });
        written.sum::<usize>() + 3 * self.marks.len()
    }

    /// Gives what stands in the places of a path that fits, decoded; nothing if it does not fit.
    pub(crate) fn captures(&self, path: &str, query: &[(String, String)]) -> Option<Vec<(&str, String)>> {
        let marked = self.marks.iter().all(|(name, value)| {
            query.iter().any(|(sent, given)| sent == name && value.as_ref().is_none_or(|value| value == given))
        });
        if !marked {
            return None;
        }
        let mut captures = Vec::new();
        let mut rest = path.strip_prefix('/').unwrap_or(path);
        for segment in &self.segments {
            let (first, behind) = rest.split_once('/').unwrap_or((rest, ""));
            match segment {
                Segment::Written(text) if text == first => {}
                Segment::Written(_) => return None,
                Segment::Place { before, name, behind } => {
                    let text = first.strip_prefix(before.as_str())?.strip_suffix(behind.as_str())?;
                    if text.is_empty() {
                        return None;
                    }
                    captures.push((name.as_str(), decoded(text)?));
                }
                Segment::Rest { name } => {
                    captures.push((name.as_str(), decoded(rest)?));
                    return Some(captures);
                }
            }
            rest = behind;
        }
        rest.is_empty().then_some(captures)
    }
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn captures(pattern: &str, path: &str, query: &str) -> Option<Vec<(String, String)>> {
        let pattern = Pattern::new(pattern, &["a", "rest"]);
        let query: Vec<_> = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))).collect();
        let query: Vec<_> = query.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let captures = pattern.captures(path, &query)?;
        Some(captures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn one(name: &str, value: &str) -> Option<Vec<(String, String)>> {
        Some(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn places_take_one_segment_and_a_star_the_rest() {
        assert_eq!(captures("/", "/", ""), Some(vec![]));
        assert_eq!(captures("/", "/b", ""), None);
        assert_eq!(captures("/x/{a}", "/x/b%2Fc%20d", ""), one("a", "b/c d"));
        assert_eq!(captures("/x/{a}", "/x/b/c", ""), None);
        assert_eq!(captures("/x/{a}", "/x/", ""), None);
        assert_eq!(captures("/x/{a}:run", "/x/b:run", ""), one("a", "b"));
        assert_eq!(captures("/x/{a}:run", "/x/b", ""), None);
        assert_eq!(captures("/{a}/*", "/x/y/z", "").unwrap()[1], ("rest".to_owned(), "y/z".to_owned()));
    }

    #[test]
    fn marks_in_the_query_must_be_there() {
        assert_eq!(captures("/x?acl", "/x", "acl"), Some(vec![]));
        assert_eq!(captures("/x?acl", "/x", "cors"), None);
        assert_eq!(captures("/x?comp=add", "/x", "comp=add"), Some(vec![]));
        assert_eq!(captures("/x?comp=add", "/x", "comp=delete"), None);
    }

    #[test]
    fn what_is_written_out_is_more_exact_than_a_place() {
        let exactness = |text| Pattern::new(text, &[]).exactness();
        assert!(exactness("/x/list") > exactness("/x/{a}:run"));
        assert!(exactness("/x/{a}:run") > exactness("/x/{a}"));
        assert!(exactness("/x?acl") > exactness("/x"));
    }
}
