//! What may matter of the tokens of a macro, whose grammar nobody knows but the macro.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use syn::{Expr, ItemUse, Path};

/// Something that stands in the tokens, as it would stand in Rust.
pub(super) enum Piece {
    Use(ItemUse),
    Path(Path),
    /// A method without arguments, and the name before its dot.
    Method(Ident, Option<String>),
    /// The three arguments by which an operation is called or described, where they can be read.
    Named(Span, Vec<Option<Expr>>),
    /// A name that may be bound here.
    Bound(String),
}

/// Returns the pieces in their order. What may be one counts as one: too much is better than too little.
pub(super) fn pieces(tokens: TokenStream) -> Vec<Piece> {
    let mut found = Vec::new();
    walk(&tokens.into_iter().collect::<Vec<_>>(), false, &mut found);
    found
}

fn walk(trees: &[TokenTree], is_pattern: bool, found: &mut Vec<Piece>) {
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        match tree {
            TokenTree::Group(group) => {
                // `Some(client) = …` and `Some(client) => …`.
                let is_pattern = is_pattern || is_punct(trees.get(at + 1), '=');
                walk(&group.stream().into_iter().collect::<Vec<_>>(), is_pattern, found);
                at += 1;
            }
            TokenTree::Ident(word) => {
                let imported = (word == "use").then(|| import(&trees[at..])).flatten();
                at += match imported {
                    Some((item, length)) => {
                        found.push(Piece::Use(item));
                        length
                    }
                    None => self::word(trees, at, is_pattern, found),
                };
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at += 1,
        }
    }
}

/// Reads an import; returns how many tokens it has.
fn import(trees: &[TokenTree]) -> Option<(ItemUse, usize)> {
    let length = trees.iter().position(|tree| matches!(tree, TokenTree::Punct(end) if end.as_char() == ';'))? + 1;
    let item = syn::parse2(trees[..length].iter().cloned().collect()).ok()?;
    Some((item, length))
}

/// Looks at a word and those that `::` joins to it; returns how many tokens they are.
fn word(trees: &[TokenTree], at: usize, is_pattern: bool, found: &mut Vec<Piece>) -> usize {
    let mut words: Vec<&Ident> = Vec::new();
    let mut end = at;
    while let Some(TokenTree::Ident(word)) = trees.get(end) {
        words.push(word);
        end += 1;
        if !is_joined(trees, end) || !matches!(trees.get(end + 2), Some(TokenTree::Ident(_))) {
            break;
        }
        end += 2;
    }
    let Some((last, before)) = words.split_last() else { return 1 };
    let is_member = at.checked_sub(1).is_some_and(|dot| is_punct(trees.get(dot), '.'));
    let arguments = arguments(trees, end);
    if is_member && before.is_empty() {
        match arguments {
            Some(arguments) if arguments.is_empty() => {
                found.push(Piece::Method((*last).clone(), receiver(&trees[..at - 1])));
            }
            Some(arguments) if *last == "call" => named(last, arguments, found),
            _ => {}
        }
    } else {
        if *last == "new" && before.last().is_some_and(|of| **of == "Description") {
            arguments.into_iter().for_each(|arguments| named(last, arguments, found));
        }
        let next = trees.get(end);
        let is_bound =
            is_pattern && !is_punct(next, '.') && !is_punct(next, '!') && !matches!(next, Some(TokenTree::Group(_)));
        let is_before = ['=', '|'].iter().any(|sign| is_punct(next, *sign)) || is_typed(next) || is_word(next, "in");
        if before.is_empty() && (is_bound || is_before) {
            found.push(Piece::Bound(last.to_string()));
        }
        found.push(Piece::Path(path(&words)));
    }
    end - at
}

/// Returns what stands in the parentheses behind a method or a function, and behind its type arguments.
fn arguments(trees: &[TokenTree], at: usize) -> Option<TokenStream> {
    let mut at = at;
    if is_joined(trees, at) && is_punct(trees.get(at + 2), '<') {
        let mut depth = 0_usize;
        at += 2;
        loop {
            match trees.get(at)? {
                TokenTree::Punct(sign) if sign.as_char() == '<' => depth += 1,
                TokenTree::Punct(sign) if sign.as_char() == '>' => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 {
                break;
            }
        }
    }
    match trees.get(at)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    }
}

/// Adds three arguments; any other number of them is of another method.
fn named(of: &Ident, arguments: TokenStream, found: &mut Vec<Piece>) {
    let trees: Vec<TokenTree> = arguments.into_iter().collect();
    let parts = trees.split(|tree| matches!(tree, TokenTree::Punct(sign) if sign.as_char() == ','));
    let parts: Vec<&[TokenTree]> = parts.filter(|part| !part.is_empty()).collect();
    if parts.len() == 3 {
        let read = |part: &&[TokenTree]| syn::parse2(part.iter().cloned().collect()).ok();
        found.push(Piece::Named(of.span(), parts.iter().map(read).collect()));
    }
}

/// Returns the name before a dot: of a variable, or of a field.
fn receiver(before: &[TokenTree]) -> Option<String> {
    match before {
        [.., TokenTree::Punct(colon), TokenTree::Ident(_)] if colon.as_char() == ':' => None,
        [.., TokenTree::Ident(name)] => Some(name.to_string()),
        _ => None,
    }
}

fn path(words: &[&Ident]) -> Path {
    let segments = words.iter().map(|word| syn::PathSegment::from((*word).clone())).collect();
    Path { leading_colon: None, segments }
}

/// Returns whether `::` stands at a place.
fn is_joined(trees: &[TokenTree], at: usize) -> bool {
    is_punct(trees.get(at), ':') && !is_typed(trees.get(at)) && is_punct(trees.get(at + 1), ':')
}

/// Returns whether a colon stands alone, as before a type.
fn is_typed(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(sign)) if sign.as_char() == ':' && sign.spacing() == Spacing::Alone)
}

fn is_punct(tree: Option<&TokenTree>, sign: char) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}

fn is_word(tree: Option<&TokenTree>, word: &str) -> bool {
    matches!(tree, Some(TokenTree::Ident(ident)) if ident == word)
}
