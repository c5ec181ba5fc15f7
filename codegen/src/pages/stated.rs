//! What an overlay states of pages.

use super::{Answer, Found, Number, Pages, Token, Total, found};
use crate::json::Object;
use crate::overlay::Ours;
use crate::product::Product;
use crate::refusal::{Collector, Place, did_you_mean};
use crate::spec::Api;

/// What an overlay states, with its place.
#[derive(Clone, Debug)]
pub(crate) enum Stated {
    /// There are none.
    Denied(Place),
    Pages(Place, Pages),
}

/// Reads an overlay's entry `pages`.
pub(crate) fn stated(overlay: &Object<'_>, refusals: &Collector) -> Option<Stated> {
    let place = overlay.place.child("pages");
    match overlay.get("pages")? {
        serde_json::Value::Bool(false) => Some(Stated::Denied(place)),
        serde_json::Value::Bool(true) => {
            refusals.refuse(
                &place,
                "`true` says nothing of pages",
                "write false, or { … } as api-specs/README.md has it",
            );
            None
        }
        _ => pages(&overlay.object("pages")?, refusals).map(|pages| Stated::Pages(place, pages)),
    }
}

fn pages(object: &Object<'_>, refusals: &Collector) -> Option<Pages> {
    let (number, size) = (object.text("number"), object.text("size"));
    let (total, last) = (object.text("total"), object.text("last"));
    let (token, next, more) = (object.text("token"), object.text("next"), object.text("more"));
    let items = object.required_text("items");
    object.refuse_unknown();
    let total = match (total, last) {
        (Some(total), None) => Some(Total::Items(total)),
        (None, Some(last)) => Some(Total::Pages(last)),
        _ => None,
    };
    let by_number = [number.is_some(), size.is_some(), total.is_some()];
    let by_token = [token.is_some(), next.is_some()];
    let is_whole = |parts: &[bool]| parts.iter().all(|part| *part == parts[0]);
    let is_loose = !is_whole(&by_number) || !is_whole(&by_token) || (more.is_some() && token.is_none());
    if is_loose || (number.is_none() && token.is_none()) {
        let instead = "write `number`, `size`, and `total` or `last`; or `token` and `next`, with `more` if there is such a field; or both";
        refusals.refuse(&object.place, "pages go on by a number or by a token", instead);
        return None;
    }
    let number = number.zip(size).zip(total).map(|((number, size), total)| Number { number, size, total });
    let token = token.zip(next).map(|(token, next)| Token { token, next, more });
    (!items.is_empty()).then_some(Pages { number, token, items })
}

/// Refuses a statement that names what there is not, or changes nothing.
pub(crate) fn check(api: &Api, ours: &Ours, product: &Product, refusals: &Collector) {
    let nothing = |place: &Place| refusals.refuse(place, "this changes nothing", "remove it, that is found by itself");
    match (&ours.pages, found(api, ours, product)) {
        (None, _) | (Some(Stated::Denied(_)), Found::Pages(_)) => {}
        (Some(Stated::Denied(place)), _) => nothing(place),
        (Some(Stated::Pages(place, pages)), Found::Pages(found)) if *pages == found => nothing(place),
        (Some(Stated::Pages(place, pages)), _) => check_names(api, product, place, pages, refusals),
    }
}

fn check_names(api: &Api, product: &Product, place: &Place, pages: &Pages, refusals: &Collector) {
    let Some(answer) = Answer::of(api, product) else {
        return refusals.refuse(place, "the answer is no object", "remove it, or mend the spec by a correction");
    };
    let parameter = |key: &str, name: &str| {
        let known: Vec<&str> = api.parameters.iter().map(|it| it.name.as_str()).collect();
        let found = api.parameters.iter().find(|it| it.name == name);
        let kind = found.map(|it| it.schema.kind.as_deref().unwrap_or_default());
        match kind {
            Some("integer" | "string") => {}
            Some(_) => {
                refusals.refuse(&place.child(key), format!("`{name}` is neither a number nor a text"), "name another");
            }
            None => {
                let problem = format!("there is no parameter `{name}`{}", did_you_mean(name, known));
                refusals.refuse(&place.child(key), problem, "write the name as the spec has it");
            }
        }
    };
    let field = |key: &str, path: &str, kinds: &[&str], what: &str| match answer.at(path) {
        Some(leaf) if kinds.contains(&leaf.kind()) => {}
        Some(_) => refusals.refuse(&place.child(key), format!("`{path}` is no {what}"), "name another"),
        None => {
            let known = answer.paths();
            let near = did_you_mean(path, known.iter().map(String::as_str));
            let problem = format!("the answer has no field `{path}`{near}");
            refusals.refuse(&place.child(key), problem, "write the path of a field with dots");
        }
    };
    const NUMBERS: [&str; 3] = ["integer", "number", "string"];
    if let Some(Number { number, size, total }) = &pages.number {
        parameter("number", number);
        parameter("size", size);
        match total {
            Total::Items(total) => field("total", total, &NUMBERS, "number"),
            Total::Pages(last) => field("last", last, &NUMBERS, "number"),
        }
    }
    if let Some(Token { token, next, more }) = &pages.token {
        parameter("token", token);
        field("next", next, &["integer", "string"], "token");
        more.iter().for_each(|more| field("more", more, &["boolean"], "boolean"));
    }
    field("items", &pages.items, &["array"], "list");
}
