//! Text that becomes HTML: everything that comes from outside is escaped here.

/// Text in which nothing means anything to a browser.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// What stands in one place of a table.
pub(super) enum Cell {
    Text(String),
    Code(String),
    Number(u64),
    /// A word in a colour of the style: good, bad, wait or calm.
    Mark(&'static str, String),
    /// Text that is not broken over lines.
    Short(String),
}

impl Cell {
    fn write(&self, name: &str) -> String {
        let name = escape(name);
        let cell = |class: &str, text: String| format!("<td data-name=\"{name}\"{class}>{text}</td>");
        match self {
            // What is empty is left out where there is little room.
            Self::Text(text) | Self::Code(text) | Self::Short(text) | Self::Mark(_, text) if text.is_empty() => {
                cell("", String::new())
            }
            Self::Text(text) => cell("", format!("<span>{}</span>", escape(text))),
            Self::Short(text) => cell(" class=\"short\"", format!("<span>{}</span>", escape(text))),
            Self::Code(text) => cell("", format!("<code>{}</code>", escape(text))),
            Self::Number(number) => cell(" class=\"number\"", format!("<span>{number}</span>")),
            Self::Mark(colour, text) => {
                cell("", format!("<span><span class=\"mark {colour}\">{}</span></span>", escape(text)))
            }
        }
    }
}

/// Writes a table; every row has as many cells as there are names.
pub(super) fn table(names: &[&str], rows: &[Vec<Cell>]) -> String {
    let is_number = |at: usize| rows.first().is_some_and(|row| matches!(row.get(at), Some(Cell::Number(_))));
    let heads = names.iter().enumerate().map(|(at, name)| {
        let class = if is_number(at) { " class=\"number\"" } else { "" };
        format!("<th scope=\"col\"{class}>{}</th>", escape(name))
    });
    let heads: String = heads.collect();
    let rows: String = rows
        .iter()
        .map(|row| {
            let cells: String = row.iter().zip(names).map(|(cell, name)| cell.write(name)).collect();
            format!("<tr>{cells}</tr>\n")
        })
        .collect();
    format!("<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table>")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_from_outside_means_anything() {
        let evil = "<script>\"'&";
        let safe = "&lt;script&gt;&quot;&#39;&amp;";
        for cell in [
            Cell::Text(evil.to_owned()),
            Cell::Code(evil.to_owned()),
            Cell::Short(evil.to_owned()),
            Cell::Mark("good", evil.to_owned()),
        ] {
            let written = cell.write("name");
            assert!(written.contains(safe) && !written.contains("<script>"), "{written}");
        }
    }
}
