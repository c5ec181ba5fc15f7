//! A condition's text as tokens, each with the character at which it begins.

use crate::{Comparator, ParseError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    Open,
    Close,
    Not,
    And,
    Or,
    By(Comparator),
    Integer(i64),
    Text(String),
    /// A path, or `true` or `false`.
    Word(String),
}

/// Reads all tokens.
pub(crate) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ParseError> {
    let mut chars = text.chars().enumerate().map(|(index, char)| (index + 1, char)).peekable();
    let mut tokens = Vec::new();
    while let Some((at, char)) = chars.next() {
        let mut follows = |wanted: char| chars.next_if(|(_, char)| *char == wanted).is_some();
        let token = match char {
            char if char.is_whitespace() => continue,
            '(' => Token::Open,
            ')' => Token::Close,
            '&' if follows('&') => Token::And,
            '|' if follows('|') => Token::Or,
            '=' if follows('=') => Token::By(Comparator::Equal),
            '!' if follows('=') => Token::By(Comparator::Unequal),
            '<' if follows('=') => Token::By(Comparator::AtMost),
            '>' if follows('=') => Token::By(Comparator::AtLeast),
            '!' => Token::Not,
            '<' => Token::By(Comparator::Less),
            '>' => Token::By(Comparator::Greater),
            '=' => return Err(ParseError::new(at, "`=` compares nothing", "write ==")),
            '&' | '|' => return Err(ParseError::new(at, format!("`{char}` stands alone"), "write && or ||")),
            '"' => Token::Text(quoted(&mut chars, at)?),
            '-' | '0'..='9' => {
                let mut digits = String::from(char);
                while let Some((_, char)) = chars.next_if(|(_, char)| char.is_ascii_alphanumeric() || *char == '.') {
                    digits.push(char);
                }
                let number = digits.parse();
                Token::Integer(number.map_err(|_| {
                    ParseError::new(at, format!("`{digits}` is no integer"), "write a whole number such as -1")
                })?)
            }
            char if char.is_alphabetic() || "_$".contains(char) => {
                let mut word = String::from(char);
                let goes_on = |char: char| char.is_alphanumeric() || "_-.".contains(char);
                while let Some((_, char)) = chars.next_if(|(_, char)| goes_on(*char)) {
                    word.push(char);
                }
                Token::Word(word)
            }
            char => {
                let instead = "write paths, integers, \"texts\", true or false, and what compares and joins them";
                return Err(ParseError::new(at, format!("`{}` begins nothing", char.escape_default()), instead));
            }
        };
        tokens.push((at, token));
    }
    Ok(tokens)
}

/// Reads a text up to the quotation mark that ends it; a backslash takes what follows as it is.
fn quoted(chars: &mut impl Iterator<Item = (usize, char)>, at: usize) -> Result<String, ParseError> {
    let mut text = String::new();
    while let Some((_, char)) = chars.next() {
        match char {
            '"' => return Ok(text),
            '\\' => match chars.next() {
                Some((_, char @ ('"' | '\\'))) => text.push(char),
                Some((at, _)) => {
                    return Err(ParseError::new(at - 1, "a backslash stands before neither", "write \\\" or \\\\"));
                }
                None => break,
            },
            char => text.push(char),
        }
    }
    Err(ParseError::new(at, "the text has no end", "write a quotation mark behind it"))
}
