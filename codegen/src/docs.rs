//! The portal's Markdown and HTML become rustdoc: nothing in it links by accident, runs as a test or leaves its comment.

use std::borrow::Cow;

/// How wide a line of documentation is, without what stands before it.
const WIDTH: usize = 100;

/// Converts a description. The result has no blank line at its ends; empty means that nothing was said.
pub(crate) fn from_markdown(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut list: Option<usize> = None;
    let mut fenced = false;
    for line in plain(text).lines() {
        let trimmed = line.trim();
        if trimmed.starts_with("```") || trimmed.starts_with("~~~") {
            lines.push(if fenced { "```".to_owned() } else { "```text".to_owned() });
            fenced = !fenced;
            continue;
        }
        if fenced {
            lines.push(line.trim_end().to_owned());
            continue;
        }
        let indent = line.len() - line.trim_start().len();
        if trimmed.is_empty() || trimmed == ">" {
            push_blank(&mut lines);
        } else if let Some((marker, rest)) = list_item(trimmed) {
            // Four blanks are a level; a level deeper than the one above is one deeper, no more. So nothing is indented into code.
            let level = (indent / 4).min(list.map_or(0, |level| level + 1));
            list = Some(level);
            wrap(&mut lines, &"  ".repeat(level), &format!("{marker} "), &inline(rest));
        } else if let Some(level) = list.filter(|_| indent > 0) {
            wrap(&mut lines, &"  ".repeat(level + 1), "", &inline(trimmed));
        } else if trimmed.starts_with('#') {
            list = None;
            let heading = inline(trimmed.trim_start_matches('#').trim().trim_matches('*'));
            push_blank(&mut lines);
            wrap(&mut lines, "", "", &format!("**{heading}**"));
            push_blank(&mut lines);
        } else if trimmed.starts_with('|') {
            lines.push(inline(trimmed));
        } else {
            list = None;
            let (quote, rest) = match trimmed.strip_prefix('>') {
                Some(rest) => ("> ", rest.trim()),
                None => ("", trimmed),
            };
            wrap(&mut lines, quote, "", &inline(rest));
        }
    }
    if fenced {
        lines.push("```".to_owned());
    }
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines.join("\n")
}

/// Makes a text fit for a comment, line by line: a carriage return or another control character ends a comment for the compiler or is
/// forbidden in one, and so is what turns the direction of what is read.
pub(crate) fn for_comment(text: &str) -> Cow<'_, str> {
    let turns = |letter: char| matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_unfit = |letter: char| (letter.is_control() && letter != '\n') || turns(letter);
    if text.contains(is_unfit) { text.replace("\r\n", "\n").replace(is_unfit, " ").into() } else { text.into() }
}

/// Makes one text of what should stand below each other, a blank line between; what is empty is left out.
pub(crate) fn sections<S: AsRef<str>>(parts: impl IntoIterator<Item = S>) -> String {
    let parts: Vec<String> =
        parts.into_iter().map(|part| part.as_ref().to_owned()).filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

/// Returns whether a converted text is one paragraph: no list, table, quote or code.
pub(crate) fn is_paragraph(text: &str) -> bool {
    text.lines().all(|line| {
        !line.is_empty()
            && list_item(line).is_none()
            && !line.starts_with(['|', '>', ' ', '*'])
            && !line.starts_with("```")
    })
}

/// Wraps a paragraph of our own.
pub(crate) fn paragraph(text: &str) -> String {
    let mut lines = Vec::new();
    wrap(&mut lines, "", "", text);
    lines.join("\n")
}

/// Wraps an item of a list of our own.
pub(crate) fn item(text: &str) -> String {
    let mut lines = Vec::new();
    wrap(&mut lines, "", "- ", text);
    lines.join("\n")
}

/// Writes a name so that nothing in it is Markdown.
pub(crate) fn escaped(name: &str) -> String {
    inline(&plain(name).replace('\n', " ")).replace('*', "\\*")
}

/// Writes a value as code, whatever is in it.
pub(crate) fn code(value: &str) -> String {
    let value: String = value.chars().map(|letter| if is_forbidden(letter) { ' ' } else { letter }).collect();
    let value = value.trim().replace('`', "'");
    if value.is_empty() { "an empty text".to_owned() } else { format!("`{value}`") }
}

fn push_blank(lines: &mut Vec<String>) {
    if lines.last().is_some_and(|last| !last.is_empty()) {
        lines.push(String::new());
    }
}

/// Splits `* text`, `- text`, `+ text` or `1. text`.
fn list_item(line: &str) -> Option<(&str, &str)> {
    let (marker, rest) = line.split_once([' ', '\u{a0}'])?;
    let digits = marker.trim_end_matches(['.', ')']);
    let numbered =
        digits.len() + 1 == marker.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    match marker {
        "*" | "-" | "+" | "•" | "·" => Some(("-", rest.trim())),
        _ if numbered => Some((marker, rest.trim())),
        _ => None,
    }
}

/// Appends a paragraph in lines of the width; the lines after the first stand below its text.
fn wrap(lines: &mut Vec<String>, indent: &str, marker: &str, text: &str) {
    let hang = format!("{indent}{}", " ".repeat(marker.chars().count()));
    let mut line = format!("{indent}{marker}");
    let mut fresh = true;
    for word in text.split_whitespace() {
        // A word that would begin a list, a quote, a heading, a table, HTML or a block of code stays where it is, even within code.
        let harmless = list_item(&format!("{word} x")).is_none()
            && !word.starts_with(['>', '#', '|', '=', '<'])
            && !["---", "```", "~~~", "***", "___"].iter().any(|start| word.starts_with(start));
        if !fresh && harmless && line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(std::mem::replace(&mut line, hang.clone()));
            fresh = true;
        }
        if !fresh {
            line.push(' ');
        }
        line.push_str(word);
        fresh = false;
    }
    lines.push(line.trim_end().to_owned());
}

/// Removes what no comment can hold, HTML's tags and entities, and the anchors of the portal's headings.
fn plain(text: &str) -> String {
    const BREAKING: [&str; 9] = ["br", "p", "div", "li", "ul", "ol", "tr", "table", "dd"];
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter_map(|letter| match letter {
            '\n' => Some('\n'),
            '\t' => Some(' '),
            letter if is_forbidden(letter) => None,
            letter => Some(letter),
        })
        .collect();
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find('<') {
        out.push_str(&rest[..start]);
        rest = &rest[start..];
        let name: String = rest[1..].trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        let end = rest.find('>').filter(|end| !rest[..*end].contains('\n'));
        match end {
            Some(end) if is_html(&name) => {
                let name = name.to_lowercase();
                if BREAKING.contains(&name.as_str()) {
                    out.push('\n');
                    if name == "li" && !rest.starts_with("</") {
                        out.push_str("- ");
                    }
                }
                rest = &rest[end + 1..];
            }
            _ => {
                out.push('<');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    let entities = [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")];
    entities.iter().fold(out, |text, (entity, letter)| text.replace(entity, letter))
}

fn is_html(name: &str) -> bool {
    const TAGS: [&str; 33] = [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "i",
        "img",
        "li",
        "notice",
        "note",
        "ol",
        "p",
        "pre",
        "props",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tr",
        "ul",
    ];
    let name = name.to_lowercase();
    TAGS.contains(&name.as_str())
        || ["td", "th", "tbody", "thead", "colgroup", "col", "u", "s", "section"].contains(&name.as_str())
}

/// Returns whether a comment must not hold a letter: controls, and those that turn the direction of the text around.
fn is_forbidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Converts what stands within a line: keeps code and links to pages, drops links to document numbers, escapes the rest.
fn inline(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        if letter == '\\' && rest[1..].starts_with(|next: char| next.is_ascii_punctuation()) {
            // Escaped already.
            out.push_str(&rest[..2]);
            rest = &rest[2..];
        } else if letter == '`'
            && let Some(end) = rest[1..].find('`')
        {
            out.push_str(&rest[..end + 2]);
            rest = &rest[end + 2..];
        } else if letter == '['
            && let Some((label, target, after)) = link(rest)
        {
            let label = inline(label);
            if target.starts_with("http") && !target.contains(char::is_whitespace) && !label.is_empty() {
                out.push_str(&format!("[{label}](<{}>)", target.replace(['<', '>'], "")));
            } else {
                out.push_str(&label);
            }
            rest = after;
        } else if rest.starts_with("http://") || rest.starts_with("https://") {
            let end = rest
                .find(|letter: char| !letter.is_ascii_graphic() || "<>()[]`\"'|*".contains(letter))
                .unwrap_or(rest.len());
            let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?']);
            out.push_str(&format!("`{address}`"));
            rest = &rest[address.len()..];
        } else {
            // Three tildes would begin a block of code.
            if matches!(letter, '[' | ']' | '<' | '`') || rest.starts_with("~~~") {
                out.push('\\');
            }
            out.push(letter);
            rest = &rest[letter.len_utf8()..];
        }
    }
    out
}

/// Splits `[label](target)after`.
fn link(text: &str) -> Option<(&str, &str, &str)> {
    let middle = text.find("](")?;
    let label = &text[1..middle];
    if label.contains(['[', ']']) {
        return None;
    }
    let end = middle + text[middle..].find(')')?;
    Some((label, text[middle + 2..end].trim(), &text[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_portal_writes_becomes_rustdoc() {
        for (from, to) in [
            ("The [guide](~~12345~~).", "The guide."),
            ("See [this](https://example.com/a).", "See [this](<https://example.com/a>)."),
            ("At https://example.com/a?b=1, or not.", "At `https://example.com/a?b=1`, or not."),
            ("[0, 10] or a<b or `x[0]`", "\\[0, 10\\] or a\\<b or `x[0]`"),
            ("One<br>two&nbsp;three&lt;", "One\ntwo three\\<"),
            ("<ul><li>One</li><li>Two</li></ul>", "- One\n\n- Two"),
            ("*   One\n\n    *   Two\n            *   Three", "- One\n\n  - Two\n    - Three"),
            ("Text\n\n        let code = 1;\n", "Text\n\nlet code = 1;"),
            ("## [](#qps)QPS limit\n\nTen.", "**QPS limit**\n\nTen."),
            ("```java\nfn main() {}\n```", "```text\nfn main() {}\n```"),
            ("```\nnever closed", "```text\nnever closed\n```"),
            ("~~~\nfn main() {}\n~~~", "```text\nfn main() {}\n```"),
            ("or ~~~ x", "or \\~~~ x"),
            (">  A note.\n> \n", "> A note."),
            ("a\u{202e}b\u{0}c\rd", "abcd"),
            ("a `tick", "a \\`tick"),
            ("\\<one>-\\[two\\] \\", "\\<one>-\\[two\\] \\"),
            ("", ""),
        ] {
            assert_eq!(from_markdown(from), to, "{from:?}");
        }
    }

    #[test]
    fn a_long_line_is_wrapped_without_a_new_list() {
        let long = format!("* {} - 1. # end", "word ".repeat(19));
        assert_eq!(from_markdown(&long), format!("- {}- 1. #\n  end", "word ".repeat(19)));
        assert_eq!(from_markdown(&"word ".repeat(21)), format!("{}\nword", "word ".repeat(20).trim()));
    }

    #[test]
    fn any_value_is_code() {
        assert_eq!(code("a`b\n"), "`a'b`");
        assert_eq!(code(" "), "an empty text");
    }
}
