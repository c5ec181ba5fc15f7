//! Words of a command line for a POSIX shell.

use crate::json::{Json, Leaf, Secret};

/// Writes a word so that a shell takes it as it is; nothing if a zero byte is in it, which no command line holds.
#[must_use]
pub fn quoted(word: &str) -> Option<String> {
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

/// Writes JSON as one word, in which variables stand for texts as they are: what they hold must need no escaping. Nothing if something
/// else than a text is secret, or a zero byte is in it.
pub(crate) fn json_word(json: &Json) -> Option<String> {
    if let Some(known) = json.known() {
        return quoted(&known.to_string());
    }
    // What stands between two variables is quoted as a whole.
    let (mut word, mut open) = (String::new(), String::new());
    push(json, &mut word, &mut open)?;
    Some(word + &quoted(&open)?)
}

fn push(json: &Json, word: &mut String, open: &mut String) -> Option<()> {
    match json {
        Json::Secret(secret) if secret.is == Leaf::Text => {
            word.push_str(&quoted(&format!("{open}\""))?);
            word.push_str(&variable(secret));
            *open = "\"".to_owned();
        }
        Json::Secret(_) => return None,
        Json::List(items) => {
            open.push('[');
            for (index, item) in items.iter().enumerate() {
                open.push_str(if index > 0 { "," } else { "" });
                push(item, word, open)?;
            }
            open.push(']');
        }
        Json::Object(entries) => {
            open.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                open.push_str(if index > 0 { "," } else { "" });
                open.push_str(&format!("{}:", serde_json::Value::from(key.as_str())));
                push(value, word, open)?;
            }
            open.push('}');
        }
        known => open.push_str(&known.known()?.to_string()),
    }
    Some(())
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

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_a_shell_would_split_is_quoted() {
        let shown = |word: &str| quoted(word).unwrap_or_default();
        assert_eq!(shown("LTAI-id_1"), "LTAI-id_1");
        assert_eq!(shown("it's $HOME"), r"'it'\''s $HOME'");
        assert_eq!(shown(""), "''");
        assert_eq!(quoted("a\0b"), None);
    }
}
