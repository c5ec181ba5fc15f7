//! Finds by which parameters and fields a list goes on from page to page: by the names that the portal gives them, and nothing else.
//!
//! An operation that leaves a doubt has no pages; an overlay can state them, or deny what was found.

mod answer;
mod stated;

use std::collections::BTreeMap;

use self::answer::Leaf;
pub(crate) use self::answer::{Answer, wrapped};
pub(crate) use self::stated::{Stated, check, stated};
use crate::facts::{Impact, only_reads_by_name};
use crate::load::Version;
use crate::overlay::Ours;
use crate::product::Product;
use crate::spec::{Api, Parameter};

/// Parameters for the number of a page. Names are compared in lower case, without `_` and `-`.
const NUMBERS: [&str; 6] = ["pagenumber", "pagenum", "pageno", "currentpage", "pageindex", "page"];
/// Parameters for the size of a page, beside the number.
const SIZES: [&str; 3] = ["pagesize", "perpage", "size"];
/// Fields for the number of all items.
const TOTALS: [&str; 9] = [
    "totalcount",
    "total",
    "totalnum",
    "totalnumber",
    "totalitems",
    "totalsize",
    "totalrecords",
    "totalrecordcount",
    "totalcnt",
];
/// Fields for the number of all pages, where there is none of all items.
const LASTS: [&str; 4] = ["totalpage", "totalpages", "totalpagecount", "pages"];
/// Parameters for a token, and the fields that give the next one.
const TOKENS: [(&str, &str); 8] = [
    ("nexttoken", "nexttoken"),
    ("pagetoken", "nextpagetoken"),
    ("nextpagetoken", "nextpagetoken"),
    ("marker", "nextmarker"),
    ("marker", "marker"),
    ("continuationtoken", "nextcontinuationtoken"),
    ("startkey", "nextstartkey"),
    ("token", "nexttoken"),
];
/// Fields that say whether there is a next page.
const MORES: [&str; 3] = ["hasmore", "istruncated", "hasnext"];
/// Lists that hold the items, whatever other lists there are; and so does one that is named like the operation.
const ITEMS: [&str; 2] = ["items", "list"];
/// What a list may be called behind the name of what it lists.
const ENDINGS: [&str; 5] = ["list", "infos", "info", "set", "s"];

/// By what a list goes on. Fields of an answer are paths of names, with dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pages {
    pub(crate) number: Option<Number>,
    pub(crate) token: Option<Token>,
    pub(crate) items: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) number: String,
    pub(crate) size: String,
    pub(crate) total: Total,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Total {
    Items(String),
    Pages(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) token: String,
    pub(crate) next: String,
    pub(crate) more: Option<String>,
}

/// What was found.
pub(crate) enum Found {
    Pages(Pages),
    /// It has a parameter as lists have it, but not all that it takes.
    Doubt(&'static str),
    NoList,
}

/// Returns how an operation's list goes on, by its overlay or by what is found.
pub(crate) fn of(api: &Api, ours: &Ours, product: &Product) -> Option<Pages> {
    match (&ours.pages, found(api, ours, product)) {
        (Some(Stated::Pages(_, pages)), _) => Some(pages.clone()),
        (None, Found::Pages(pages)) => Some(pages),
        _ => None,
    }
}

/// Looks for pages.
pub(crate) fn found(api: &Api, ours: &Ours, product: &Product) -> Found {
    let (number, size) = (parameter(api, &NUMBERS), parameter(api, &SIZES));
    let tokens = TOKENS.iter().filter_map(|(name, next)| Some((parameter(api, &[name])?, *next)));
    let tokens: Vec<(&Parameter, &str)> = tokens.collect();
    if tokens.is_empty() && (number.is_none() || size.is_none()) {
        return Found::NoList;
    }
    if ours.impact.unwrap_or_else(|| Impact::derived(api)) != Impact::None && !only_reads_by_name(&api.name) {
        return Found::Doubt("it is not known to read only");
    }
    let Some(answer) = Answer::of(api, product) else { return Found::Doubt("its answer is no object") };
    let token = tokens.iter().find_map(|(token, next)| by_token(token, next, &answer));
    let number = number.zip(size).map(|(number, size)| by_number(number, size, &answer));
    let number = match (number, &token) {
        (Some(Err(doubt)), None) => return Found::Doubt(doubt),
        (None, None) => return Found::Doubt("its answer has no next token"),
        (number, _) => number.and_then(Result::ok),
    };
    match items(api, &answer) {
        Ok(items) => Found::Pages(Pages { number, token, items }),
        Err(doubt) => Found::Doubt(doubt),
    }
}

fn by_token(token: &Parameter, next: &str, answer: &Answer<'_>) -> Option<Token> {
    let more = answer.scalar(&MORES, &["boolean"]);
    // A number is a token only where something else says when the list is over: it may be 0 or -1 behind the last page. And
    // a field that is called as the parameter's marker may only repeat it.
    let kinds: &[&str] = if more.is_some() { &["string", "integer"] } else { &["string"] };
    let kind_fits = token.schema.kind.as_deref().is_some_and(|kind| kinds.contains(&kind));
    let fits = kind_fits && (next != "marker" || more.is_some());
    let next = answer.scalar(&[next], kinds).filter(|_| fits)?;
    Some(Token { token: token.name.clone(), next: next.path(), more: more.map(Leaf::path) })
}

fn by_number(number: &Parameter, size: &Parameter, answer: &Answer<'_>) -> Result<Number, &'static str> {
    if number.schema.kind.as_deref() != Some("integer") || size.schema.kind.as_deref() != Some("integer") {
        return Err("the number or the size of a page is no integer");
    }
    let schema = &number.schema;
    let is_zero = |text: &Option<String>| text.as_deref().is_some_and(|text| text.trim() == "0");
    if schema.limits.minimum == Some(0.0) || is_zero(&schema.default) || is_zero(&schema.example) {
        return Err("its pages may be counted from 0");
    }
    const KINDS: [&str; 3] = ["integer", "number", "string"];
    let total = answer.scalar(&TOTALS, &KINDS).map(|leaf| Total::Items(leaf.path()));
    let total = total.or_else(|| answer.scalar(&LASTS, &KINDS).map(|leaf| Total::Pages(leaf.path())));
    let total = total.ok_or("its answer has no total")?;
    Ok(Number { number: number.name.clone(), size: size.name.clone(), total })
}

/// Finds the list of the items: the only one, or else the one that is named as such or like the operation.
fn items(api: &Api, answer: &Answer<'_>) -> Result<String, &'static str> {
    let named = |leaf: &&&Leaf<'_>| {
        let name = plain(leaf.name());
        ITEMS.contains(&name.as_str()) || stem(&name) == stem(&plain(subject(&api.name)))
    };
    match answer.lists().as_slice() {
        [] => Err("its answer has no list"),
        [only] => Ok(only.path()),
        several => {
            let mut named = several.iter().filter(named);
            match (named.next(), named.next()) {
                (Some(items), None) => Ok(items.path()),
                _ => Err("its answer has several lists"),
            }
        }
    }
}

/// Returns the parameter of an operation that has one of the names, and travels where a value can be set.
fn parameter<'a>(api: &'a Api, names: &[&str]) -> Option<&'a Parameter> {
    let travels = |it: &&Parameter| ["query", "formData"].contains(&it.location.as_str());
    let by_name = |name: &&str| api.parameters.iter().filter(travels).find(|it| plain(&it.name) == *name);
    names.iter().find_map(by_name)
}

/// Returns a name in lower case, without what joins its words.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '_' | '-')).flat_map(char::to_lowercase).collect()
}

/// Returns a plain name without what only says that it is of many.
fn stem(name: &str) -> &str {
    let mut stem = name;
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| stem.strip_suffix(ending)).filter(|it| !it.is_empty()) {
        stem = shorter;
    }
    stem
}

/// Returns the name of an operation without its first word.
fn subject(name: &str) -> &str {
    let start = name.char_indices().skip(1).find(|(_, letter)| letter.is_ascii_uppercase());
    start.map_or("", |(index, _)| &name[index..])
}

/// Counts how the lists of a version go on, for people.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct PagesOf {
    /// The product's folder.
    pub product: String,
    /// How many operations go on by number, by token, and by either.
    pub kinds: [usize; 3],
    /// The operations that have a parameter as lists have it, but no pages, by the reason.
    pub doubts: BTreeMap<&'static str, Vec<String>>,
}

/// Counts how the lists of every version go on.
pub(crate) fn count(versions: &[Version]) -> Vec<PagesOf> {
    let one = |version: &Version| {
        let mut counts = PagesOf { product: version.product_folder.clone(), ..PagesOf::default() };
        for (api, ours) in version.operations.values() {
            match (of(api, ours, &version.product), found(api, ours, &version.product)) {
                (Some(Pages { number: Some(_), token: None, .. }), _) => counts.kinds[0] += 1,
                (Some(Pages { number: None, .. }), _) => counts.kinds[1] += 1,
                (Some(_), _) => counts.kinds[2] += 1,
                (None, Found::Doubt(doubt)) => counts.doubts.entry(doubt).or_default().push(api.name.clone()),
                (None, Found::Pages(_)) => {
                    counts.doubts.entry("its overlay denies it").or_default().push(api.name.clone());
                }
                (None, Found::NoList) => {}
            }
        }
        counts
    };
    versions.iter().map(one).collect()
}
