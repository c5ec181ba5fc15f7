//! The page that what was measured is written into.

use std::fs;

use crate::run::{Failure, root};

/// Puts a text between the two comments of docs/performance.md that have this name.
pub(super) fn insert(name: &str, text: &str) -> Result<(), Failure> {
    let page = root().join("docs/performance.md");
    let failed = |error: std::io::Error| format!("{}: {error}", page.display());
    let old = fs::read_to_string(&page).map_err(failed)?;
    let new = replaced(&old, name, text).ok_or_else(|| format!("{} has no part `{name}`", page.display()))?;
    fs::write(&page, new).map_err(failed)
}

fn replaced(old: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: begin -->"), format!("<!-- {name}: end -->"));
    let (before, rest) = old.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n{end}{after}", text.trim_end()))
}

/// Writes a whole number with commas.
pub(super) fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas_between_thousands() {
        assert_eq!([0.4, 999.6, 12_345.0, 1_234_567.0].map(thousands), ["0", "1,000", "12,345", "1,234,567"]);
    }

    #[test]
    fn only_the_part_of_the_name_is_replaced() {
        let page = "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n<!-- y: begin -->\nkept\n<!-- y: end -->\n";
        let new = replaced(page, "x", "new\n\n").unwrap_or_default();
        assert_eq!(new, page.replace("old", "new"));
        assert_eq!(replaced(page, "z", "new"), None);
    }
}
