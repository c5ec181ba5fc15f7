//! Words of a command line for a POSIX shell.

use crate::json::Secret;

/// Writes a word so that a shell takes it as it is; nothing if a zero byte is in it, which no command line holds.
pub(crate) fn quoted(word: &str) -> Option<String> {
    if word.contains('\0') {
        return None;
    }
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./:,@%+=".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', r"'\''")))
}

/// Writes what a variable holds; the shell ends with an error if it holds nothing.
pub(crate) fn variable(secret: &Secret) -> String {
    format!("\"${{{}:?}}\"", secret.variable)
}

/// Joins the words of a command, one group to a line.
pub(crate) fn command(first: &str, rest: &[String]) -> String {
    let rest: String = rest.iter().map(|group| format!(" \\\n  {group}")).collect();
    format!("{first}{rest}\n")
}

/// Says in a comment which variables must be set.
pub(crate) fn needs(variables: &[String]) -> String {
    match variables {
        [] => String::new(),
        some => format!("# Secrets come from the environment: {}.\n", some.join(", ")),
    }
}
