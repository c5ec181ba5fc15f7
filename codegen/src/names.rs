//! Makes Rust names of wire names: the only place that cases words, escapes keywords and settles clashes.

use std::collections::BTreeSet;

/// Hands out names that differ from each other.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope(BTreeSet<String>);

/// Every word that Rust keeps to itself in some edition; `r#` is never used, so that a name can be searched for.
const KEYWORDS: [&str; 54] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro",
    "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where", "while",
    "yield", "_",
];

/// Names of types that generated code and its readers mean when they write them.
const PRELUDE: [&str; 24] = [
    "Box",
    "Clone",
    "Copy",
    "Default",
    "Drop",
    "Eq",
    "Err",
    "From",
    "Fn",
    "Into",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "Result",
    "Self",
    "Send",
    "Some",
    "String",
    "Sync",
    "ToString",
    "Vec",
];

impl Scope {
    /// Starts with names that are taken.
    pub(crate) fn new<'a>(taken: impl IntoIterator<Item = &'a str>) -> Self {
        Self(taken.into_iter().map(str::to_owned).collect())
    }

    /// Starts with the names that a module of types must not have.
    pub(crate) fn of_types() -> Self {
        Self::new(PRELUDE.into_iter().chain(["Call", "Client"]))
    }

    /// Takes a name; one that is taken is numbered, from 2.
    pub(crate) fn claim(&mut self, wanted: &str) -> String {
        let mut name = wanted.to_owned();
        let mut number = 2;
        while !self.0.insert(name.clone()) {
            let joins = wanted.starts_with(char::is_uppercase) && !wanted.ends_with(char::is_numeric);
            // A keyword was escaped by `_` already.
            let gap = if joins || wanted.ends_with('_') { "" } else { "_" };
            name = format!("{wanted}{gap}{number}");
            number += 1;
        }
        name
    }
}

/// Returns the name in lower snake case, for a field, a method or a module.
pub(crate) fn snake(name: &str) -> String {
    let words: Vec<String> = words(name).iter().map(|word| word.to_lowercase()).collect();
    escaped(words.join("_"), "value", "n")
}

/// Returns the name of a module and its file: Rust finds only those by themselves that are in ASCII.
pub(crate) fn module(name: &str) -> String {
    snake(&name.replace(is_ideograph, " "))
}

/// The names of a builder's and a client's own methods.
const RESERVED: [&str; 10] =
    ["check", "endpoint", "execute", "items", "new", "pages", "request", "send", "send_raw", "wait_until"];

/// Returns the name of a setter or a method. The names of a builder's or a client's own methods are escaped as keywords are.
pub(crate) fn method(name: &str) -> String {
    let name = snake(name);
    let taken = RESERVED.contains(&name.as_str()) || name.starts_with("with_");
    if taken { format!("{name}_") } else { name }
}

/// Returns the name of a setter, beside one more method that the builder has of its own.
pub(crate) fn setter(name: &str, own: Option<&str>) -> String {
    let name = method(name);
    if own == Some(name.as_str()) { format!("{name}_") } else { name }
}

/// Returns the name in upper camel case, for a type or a variant. An acronym is a word.
pub(crate) fn pascal(name: &str) -> String {
    let mut joined = String::new();
    for word in words(name) {
        // Two numbers side by side would read as another.
        if joined.ends_with(|last: char| last.is_ascii_digit())
            && word.starts_with(|first: char| first.is_ascii_digit())
        {
            joined.push('_');
        }
        let mut letters = word.chars();
        joined.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        joined.extend(letters.flat_map(char::to_lowercase));
    }
    escaped(joined, "Value", "N")
}

/// Returns the name of the module of a version: `v2016_11_01`.
pub(crate) fn version(version: &str) -> String {
    format!("v{}", words(version).join("_").to_lowercase())
}

fn escaped(name: String, empty: &str, before_digit: &str) -> String {
    match name.chars().next() {
        None => empty.to_owned(),
        Some(first) if first.is_ascii_digit() => format!("{before_digit}{name}"),
        // `Self_` would not do as a part of the name of another type.
        _ if name == "Self" => "SelfValue".to_owned(),
        _ if KEYWORDS.contains(&name.as_str()) => format!("{name}_"),
        _ => name,
    }
}

/// Returns whether a letter is a Chinese one, which Rust takes in names, and which has no case.
fn is_ideograph(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Splits a name into its words: at what is no letter and no digit, before an upper case letter that follows a lower case one
/// or a digit, and before the last letter of an acronym that a word follows. `URLs` is one word. A minus before a number is said.
fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, &letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| letters[index]);
        let after = letters.get(index + 1);
        if !letter.is_ascii_alphanumeric() && !is_ideograph(letter) {
            words.push(String::new());
            if letter == '-'
                && !before.is_some_and(|before| before.is_ascii_alphanumeric())
                && after.is_some_and(char::is_ascii_digit)
            {
                words.push("minus".to_owned());
                words.push(String::new());
            }
            continue;
        }
        let starts = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let plural =
                    after == Some(&'s') && letters.get(index + 2).is_none_or(|next| !next.is_ascii_lowercase());
                !before.is_ascii_uppercase() || (after.is_some_and(char::is_ascii_lowercase) && !plural)
            });
        if starts {
            words.push(String::new());
        }
        if let Some(last) = words.last_mut() {
            last.push(letter);
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_every_way_that_the_cloud_writes_them() {
        for (wire, snake_name, pascal_name) in [
            ("RegionId", "region_id", "RegionId"),
            ("CallbackURL", "callback_url", "CallbackUrl"),
            ("DBInstanceIPs", "db_instance_ips", "DbInstanceIps"),
            ("URLs", "urls", "Urls"),
            ("OIDCTokens2", "oidc_tokens2", "OidcTokens2"),
            ("Ipv6Address", "ipv6_address", "Ipv6Address"),
            ("MD5Sum", "md5_sum", "Md5Sum"),
            ("Tag.N.Key", "tag_n_key", "TagNKey"),
            ("x-oss-meta-*", "x_oss_meta", "XOssMeta"),
            ("__context", "context", "Context"),
            ("http-flv", "http_flv", "HttpFlv"),
            ("type", "type_", "Type"),
            ("Self", "self_", "SelfValue"),
            ("3DType", "n3_d_type", "N3DType"),
            ("-1", "minus_1", "Minus1"),
            ("cn-2-1", "cn_2_1", "Cn2_1"),
            ("中文", "中文", "中文"),
            ("CPU核数Max", "cpu核数_max", "Cpu核数Max"),
            ("😀", "value", "Value"),
        ] {
            assert_eq!((snake(wire).as_str(), pascal(wire).as_str()), (snake_name, pascal_name), "{wire}");
        }
        assert_eq!(version("2016-11-01"), "v2016_11_01");
    }

    #[test]
    fn a_builders_own_methods_keep_their_names() {
        assert_eq!(method("Send"), "send_");
        assert_eq!(method("WithDeadline"), "with_deadline_");
        assert_eq!(method("Sender"), "sender");
    }

    #[test]
    fn a_name_that_is_taken_is_numbered() {
        let mut scope = Scope::of_types();
        assert_eq!(scope.claim("Option"), "Option2");
        assert_eq!(scope.claim("Option"), "Option3");
        assert_eq!(scope.claim("md5"), "md5");
        assert_eq!(scope.claim("md5"), "md5_2");
        assert_eq!(scope.claim("type_"), "type_");
        assert_eq!(scope.claim("type_"), "type_2");
    }
}
