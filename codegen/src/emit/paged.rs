//! By what a list goes on, and where its items are.

use proc_macro2::Literal;

use super::types::value;
use super::written::{Piece, written};
use crate::model::Paged;
use crate::pages::{Number, Token, Total};

pub(super) fn paged(paged: &Paged, request: &str) -> Piece {
    let (last, objects) = paged.items.split_last().map_or(("", &[][..]), |(last, objects)| (last.as_str(), objects));
    let objects: String = objects.iter().map(|name| format!("{name}.as_mut()?.")).collect();
    written(format!(
        "impl rt::Paged for {request} {{\n    type Item = {};\n    const BY: rt::Paging = {};\n    const ITEMS: rt::ItemsOf<Self> = |it| Some(&mut it.{objects}{last});\n}}\n",
        value(&paged.item),
        paging(paged),
    ))
}

fn paging(paged: &Paged) -> String {
    let text = |text: &str| Literal::string(text).to_string();
    let mut paging = String::from("rt::Paging");
    if let Some(Number { number, size, total }) = &paged.pages.number {
        let (name, total) = match total {
            Total::Items(total) => ("number", total),
            Total::Pages(last) => ("number_of", last),
        };
        paging.push_str(&format!("::{name}({}, {}, {})", text(number), text(size), text(total)));
    }
    if let Some(Token { token, next, more }) = &paged.pages.token {
        let name = if paged.pages.number.is_some() { ".or_token" } else { "::token" };
        paging.push_str(&format!("{name}({}, {})", text(token), text(next)));
        paging.extend(more.iter().map(|more| format!(".more({})", text(more))));
    }
    paging
}
