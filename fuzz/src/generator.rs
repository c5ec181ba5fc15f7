//! Specs and what is generated of them: refused, or code that parses; and no sentence of a spec is code.

use apsara_codegen::{File, Options, Sources, describe as describe_all, generate as generate_all};
use apsara_core::untyped::Description;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use serde_json::Value;

use crate::parts::parts;

/// The names of what people write in specs, as far as it is only to be read.
const SENTENCES: [&str; 5] = ["description", "title", "summary", "errorMessage", "meaning"];

/// Takes files of a version, or a whole document of the portal as the part `document`.
pub(crate) fn generate(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let parts = parts(&text);
    let sources = sources(parts.iter().map(|(name, text)| (*name, (*text).to_owned())));
    for keep_going in [false, true] {
        let mut options = Options::default();
        (options.keep_going, options.with_data) = (keep_going, true);
        match generate_all(&sources, "api-specs", &options) {
            Ok(generated) => generated.files.iter().for_each(|file| drop(tokens(file))),
            Err(refusals) => assert!(!refusals.to_string().is_empty(), "a refusal says why"),
        }
        for described in describe_all(&sources, &options).unwrap_or_default() {
            let read = Description::from_json(&described);
            assert!(read.is_ok(), "what is described can be read: {} of {described}", read.unwrap_err());
        }
    }
}

/// Takes a sentence as the part `sentence`, and files: whatever stands in the place of their sentences, the code is the same.
pub(crate) fn describe(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let mut parts = parts(&text);
    let Some(at) = parts.iter().position(|(name, _)| *name == "sentence") else { return };
    let (_, sentence) = parts.remove(at);
    let sentence = sentence.trim_end_matches('\n');
    // A sentence that is empty is none, and some sentences say something of a call.
    let says_something = ["token", "idempot", "quota", "per second"];
    if sentence.trim().is_empty() || says_something.iter().any(|word| sentence.to_lowercase().contains(word)) {
        return;
    }
    let with = |sentence: &str| {
        let files = parts.iter().map(|(name, text)| match serde_json::from_str::<Value>(text) {
            Ok(mut value) => {
                say(&mut value, sentence);
                (*name, value.to_string())
            }
            Err(_) => (*name, (*text).to_owned()),
        });
        let generated = generate_all(&sources(files), "api-specs", &Options::default());
        generated.map(|generated| generated.files.iter().map(tokens).collect::<Vec<_>>())
    };
    match (with("A sentence."), with(sentence)) {
        (Ok(plain), Ok(said)) => {
            assert_eq!(plain.len(), said.len(), "as many files");
            for (plain, said) in plain.iter().zip(&said) {
                assert_eq!(plain, said, "the sentence {sentence:?} changed the code");
            }
        }
        (Err(_), Err(_)) => {}
        (Ok(_), Err(refusals)) => panic!("the sentence {sentence:?} is refused: {refusals}"),
        (Err(refusals), Ok(_)) => panic!("only without the sentence {sentence:?} it is refused: {refusals}"),
    }
}

fn sources<'a>(parts: impl IntoIterator<Item = (&'a str, String)>) -> Sources {
    let mut sources = Sources::default();
    for (name, text) in parts {
        match name {
            "document" => sources.insert_document("api-docs.json", text),
            name => sources.insert(format!("api-specs/test/2026-01-01/{}", name.replace('/', "_")), text),
        }
    }
    sources
}

/// Puts a sentence into every place of a spec where there is one.
fn say(value: &mut Value, sentence: &str) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| say(item, sentence)),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    // Not a property that is called so, which has a schema.
                    Value::String(text) if SENTENCES.contains(&name.as_str()) && !text.is_empty() => {
                        sentence.clone_into(text);
                    }
                    value => say(value, sentence),
                }
            }
        }
        _ => {}
    }
}

/// Returns the tokens of a file without its documentation. What a text holds is left out: it is no code.
fn tokens(file: &File) -> String {
    let path = std::path::Path::new(&file.path);
    if path.extension().is_none_or(|extension| extension != "rs") {
        return String::new();
    }
    if let Err(error) = syn::parse_file(&file.text) {
        panic!("{} does not parse: {error}", file.path);
    }
    let mut out = String::new();
    write(file.text.parse().expect("what parses is tokens"), &mut out);
    out
}

fn write(tokens: TokenStream, out: &mut String) {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#') {
            let mut ahead = tokens.clone();
            let is_inner = matches!(ahead.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
            if is_inner {
                ahead.next();
            }
            let is_doc = matches!(ahead.next(), Some(TokenTree::Group(group)) if is_doc(&group));
            if is_doc {
                if is_inner {
                    tokens.next();
                }
                tokens.next();
                continue;
            }
        }
        match token {
            TokenTree::Group(group) => {
                out.push(if group.delimiter() == Delimiter::Brace { '{' } else { '(' });
                write(group.stream(), out);
                out.push(')');
            }
            TokenTree::Literal(literal) if literal.to_string().ends_with(['"', '#']) => out.push_str("\"\" "),
            other => {
                out.push_str(&other.to_string());
                out.push(' ');
            }
        }
    }
}

fn is_doc(group: &proc_macro2::Group) -> bool {
    matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc")
}
