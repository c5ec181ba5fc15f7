//! Inputs of several files: before each stands a line `=== NAME`.

/// Takes an input apart: the names, and what stands below each. What stands above the first has no name.
pub(crate) fn parts(input: &str) -> Vec<(&str, &str)> {
    let mut parts = Vec::new();
    let (mut name, mut begin, mut at) = ("", 0, 0);
    for line in input.split_inclusive('\n') {
        if let Some(next) = line.strip_prefix("=== ") {
            parts.push((name, &input[begin..at]));
            (name, begin) = (next.trim(), at + line.len());
        }
        at += line.len();
    }
    parts.push((name, &input[begin..]));
    parts.retain(|(name, text)| !name.is_empty() || !text.trim().is_empty());
    parts
}
