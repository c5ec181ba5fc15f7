//! A request as it travels: query, form, headers, path and body.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine};

mod documents;
mod path;
mod xml;

pub(crate) use self::documents::{Body, Documents};
pub(crate) use self::path::{FillPath, fill_path};
use super::json::written;
use super::meta::{Location, Meta, Shape};
use super::value::{AnyRecord, View};
use crate::sign::Pair;

/// Holds the parts of a request that its parameters make up. Most names and values stand in the table and in the request, and are not
/// copied.
#[derive(Debug, Default)]
pub(crate) struct Encoded<'a> {
    pub(crate) path: Cow<'a, str>,
    pub(crate) query: Vec<Pair<'a>>,
    pub(crate) form: Vec<Pair<'a>>,
    pub(crate) headers: Vec<Pair<'a>>,
    pub(crate) host: Vec<Pair<'a>>,
    pub(crate) body: Option<Body>,
}

impl Encoded<'_> {
    /// Copies what it does not hold itself.
    pub(crate) fn into_owned(self) -> Encoded<'static> {
        let owned = |pairs: Vec<Pair<'_>>| -> Vec<Pair<'static>> {
            let owned = |text: Cow<'_, str>| Cow::Owned(text.into_owned());
            pairs.into_iter().map(|(name, value)| (owned(name), owned(value))).collect()
        };
        Encoded {
            path: Cow::Owned(self.path.into_owned()),
            query: owned(self.query),
            form: owned(self.form),
            headers: owned(self.headers),
            host: owned(self.host),
            body: self.body,
        }
    }
}

/// Encodes a request. What is not set is not sent; an empty list sends nothing either.
///
/// # Errors
///
/// Fails with a parameter's name and the reason where the parameter cannot travel as its table says.
///
/// One field, by its index, may be filled with a text in the place of what it holds.
pub(crate) fn encode<'a>(
    record: &'a dyn AnyRecord,
    path: &'a str,
    filled: Option<(usize, &'a str)>,
) -> Result<Encoded<'a>, (String, String)> {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let mut out = Encoded { path: Cow::Borrowed(path), ..Encoded::default() };
    let mut documents = None;
    for index in 0..record.count() {
        let (meta, view) = (record.meta(index), view_of(record, index, filled));
        if meta.location == Location::Body {
            documents = meta.documents.or(documents);
        }
        if view.is_nothing() {
            continue;
        }
        match meta.location {
            Location::Query => push(&mut out.query, meta, view),
            Location::Form => push(&mut out.form, meta, view),
            Location::Header => match (meta.name.strip_suffix('*'), view) {
                (Some(prefix), View::Map(map)) => map.each(&mut |key, value| {
                    out.headers.extend(scalar(&value).map(|text| (format!("{prefix}{key}").into(), text)));
                }),
                (_, view) => push(&mut out.headers, meta, view),
            },
            Location::Host => push(&mut out.host, meta, view),
            Location::Path => {
                if let Some(fill) = meta.path {
                    let path = fill(&out.path, meta.name, &view);
                    out.path = path.map_err(|reason| (meta.name.to_owned(), reason.to_owned()))?.into();
                }
            }
            Location::Body => {}
        }
    }
    if let Some(documents) = documents {
        out.body = documents.body(record, filled)?;
    }
    if out.path.contains('{') {
        // As it is documented: what was filled in may be a secret.
        return Err((path.to_owned(), "a part of the path is not set".to_owned()));
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !out.query.iter().any(|(set, _)| set == name) {
            out.query.push((name.into(), value.into()));
        }
    }
    Ok(out)
}

/// Shows a field, or what fills it.
fn view_of<'a>(record: &'a dyn AnyRecord, index: usize, filled: Option<(usize, &'a str)>) -> View<'a> {
    match filled {
        Some((field, text)) if field == index => View::Str(text),
        _ => record.get(index).view(),
    }
}

fn push<'a>(out: &mut Vec<Pair<'a>>, meta: &'a Meta<'_>, view: View<'a>) {
    match (meta.shape, view, meta.documents) {
        (Shape::Json, view @ (View::List(_) | View::Map(_) | View::Record(_) | View::Json(_)), Some(documents)) => {
            out.push((meta.name.into(), documents.json(view).into()));
        }
        (Shape::Simple, View::List(list), _) => {
            let joined: Vec<Cow<'_, str>> = (0..list.count()).filter_map(|i| scalar(&list.at(i))).collect();
            out.push((meta.name.into(), joined.join(",").into()));
        }
        (Shape::Simple, View::Json(serde_json::Value::Array(items)), _) => {
            let joined: Vec<Cow<'_, str>> = items.iter().filter_map(|item| scalar(&View::Json(item))).collect();
            out.push((meta.name.into(), joined.join(",").into()));
        }
        (_, view, _) => flatten(out, meta.name.into(), view),
    }
}

/// Appends one pair for each leaf: `Name.1`, `Name.1.Key`, `Name.Key`; elements count from 1.
fn flatten<'a>(out: &mut Vec<Pair<'a>>, name: Cow<'a, str>, view: View<'a>) {
    match view {
        View::Absent => {}
        View::List(list) => {
            for index in 0..list.count() {
                flatten(out, format!("{name}.{}", index + 1).into(), list.at(index));
            }
        }
        View::Map(map) => map.each(&mut |key, value| flatten(out, format!("{name}.{key}").into(), value)),
        View::Record(record) => {
            for index in 0..record.count() {
                flatten(out, format!("{name}.{}", record.meta(index).name).into(), record.get(index).view());
            }
        }
        View::Json(json) => flatten_json(out, name, json),
        view => out.extend(scalar(&view).map(|text| (name, text))),
    }
}

fn flatten_json<'a>(out: &mut Vec<Pair<'a>>, name: Cow<'a, str>, json: &'a serde_json::Value) {
    match json {
        serde_json::Value::Null => {}
        serde_json::Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                flatten_json(out, format!("{name}.{}", index + 1).into(), item);
            }
        }
        serde_json::Value::Object(entries) => {
            for (key, value) in entries {
                flatten_json(out, format!("{name}.{key}").into(), value);
            }
        }
        _ => out.extend(scalar(&View::Json(json)).map(|text| (name, text))),
    }
}

fn scalar<'a>(view: &View<'a>) -> Option<Cow<'a, str>> {
    match *view {
        View::Bool(value) => Some(if value { "true" } else { "false" }.into()),
        View::Int(value) => Some(value.to_string().into()),
        View::Float(value) => Some(value.to_string().into()),
        View::Str(value) => Some(value.into()),
        View::Bytes(value) => Some(BASE64_STANDARD.encode(value).into()),
        View::Json(serde_json::Value::String(text)) => Some(text.into()),
        View::Json(json) => Some(written(json).into()),
        View::Absent | View::List(_) | View::Map(_) | View::Record(_) => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Body, Pair, encode};
    use crate::generated::v1 as rt;

    #[derive(Default)]
    struct Everywhere {
        key: Option<String>,
        meta: BTreeMap<String, String>,
        policy: Option<String>,
        token: Option<String>,
    }

    impl rt::Record for Everywhere {
        const FIELDS: &'static [rt::Field<Self>] = &[
            rt::field!("key", key).path().required(),
            rt::field!("x-oss-meta-*", meta).header(),
            rt::field!("policy", policy).body().json(),
            rt::field!("token", token).header(),
            rt::field!("token", token).query().again(),
        ];
    }

    #[derive(Default)]
    struct Parts {
        one: Option<i32>,
        two: Vec<String>,
    }

    impl rt::Record for Parts {
        const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("One", one).body(), rt::field!("Two", two).body()];
    }

    fn pair<'a>(name: &'a str, value: &'a str) -> Pair<'a> {
        (name.into(), value.into())
    }

    #[test]
    fn a_parameter_travels_in_every_place_that_its_rows_name() {
        let request = Everywhere {
            key: Some("a b/c".to_owned()),
            meta: [("one".to_owned(), "1".to_owned())].into(),
            policy: Some("{}".to_owned()),
            token: Some("t".to_owned()),
        };
        let encoded = encode(&request, "/x/{+key}?policy&sub=1", None).unwrap();
        assert_eq!(encoded.path, "/x/a%20b/c");
        assert_eq!(encoded.headers, [pair("x-oss-meta-one", "1"), pair("token", "t")]);
        assert_eq!(encoded.query, [pair("token", "t"), pair("policy", ""), pair("sub", "1")]);
        assert!(matches!(encoded.body, Some(Body::Json(body)) if body == b"{}"));
        assert_eq!(encode(&request, "/{key}", None).unwrap().path, "/a%20b%2Fc");
        for request in [&request, &Everywhere::default()] {
            let told = encode(request, "/{key}/{other}", None).unwrap_err();
            assert_eq!(told, ("/{key}/{other}".to_owned(), "a part of the path is not set".to_owned()));
        }
    }

    #[test]
    fn a_parameter_does_not_lead_to_another_path() {
        let written = |path, key: &str| {
            let request = Everywhere { key: Some(key.to_owned()), ..Everywhere::default() };
            encode(&request, path, None).map(|encoded| encoded.path.into_owned())
        };
        for (path, key) in [("/x/{key}", "."), ("/x/{key}/y", ".."), ("/x/{+key}", "a/../b"), ("/x/.{key}", ".")] {
            let (parameter, reason) = written(path, key).unwrap_err();
            assert_eq!((parameter.as_str(), reason.contains("another path")), ("key", true), "{path} {key}");
        }
        for (key, path) in
            [("...", "/x/..."), ("a/../b", "/x/a%2F..%2Fb"), ("%2e%2e", "/x/%252e%252e"), (".a", "/x/.a")]
        {
            assert_eq!(written("/x/{key}", key).unwrap(), path);
        }
        assert_eq!(written("/x/{key}.json", ".").unwrap(), "/x/..json");
        // Nor by being left out of it.
        for path in ["/x", "/x/{Key}", "/x/{keys}"] {
            let (parameter, reason) = written(path, "a").unwrap_err();
            assert_eq!((parameter.as_str(), reason.contains("no place in the path")), ("key", true), "{path}");
        }
    }

    #[test]
    fn several_bodies_are_the_entries_of_one() {
        let request = Parts { one: Some(1), two: vec!["a".to_owned()] };
        let body = encode(&request, "/", None).unwrap().body;
        assert!(matches!(body, Some(Body::Json(body)) if body == br#"{"One":1,"Two":["a"]}"#));
    }

    #[test]
    fn a_field_can_be_filled_where_it_travels() {
        let request = Everywhere::default();
        let encoded = encode(&request, "/?x", Some((3, "t"))).unwrap();
        assert_eq!((encoded.headers, encoded.query), (vec![pair("token", "t")], vec![pair("x", "")]));
    }
}
