//! Texts with wildcards: `*` is any run of characters, an empty one too, and `?` is one character.

/// Tells whether a whole text is what a pattern describes; letters must be alike, their case too.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut read) = (0, 0);
    // Where to go on if what follows the last `*` does not fit: behind it, with one more character taken by it.
    let mut retreat = None;
    while read < text.len() {
        match pattern.get(at) {
            Some('*') => {
                at += 1;
                retreat = Some((at, read));
            }
            Some(expected) if *expected == '?' || *expected == text[read] => {
                at += 1;
                read += 1;
            }
            _ => match retreat {
                Some((behind, taken)) => {
                    at = behind;
                    read = taken + 1;
                    retreat = Some((behind, read));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

/// The same, but upper and lower case are alike.
pub(super) fn matches_in_any_case(pattern: &str, text: &str) -> bool {
    matches(&pattern.to_lowercase(), &text.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_what_the_documents_say() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "anything:at/all", true),
            ("?", "", false),
            ("?", "a", true),
            ("?", "中", true),
            ("?", "ab", false),
            ("a*", "a", true),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*a", "bca", true),
            ("*a", "ab", false),
            ("a*c", "ac", true),
            ("a*c", "abbc", true),
            ("a*c", "abcd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "ab", false),
            ("**a**", "a", true),
            ("*?", "a", true),
            ("*?", "", false),
            ("A", "a", false),
            ("live:Describe*", "live:DescribeLivePullToPush", true),
            ("live:Describe*", "live:RestartLivePullToPush", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
        assert!(matches_in_any_case("Live:describe*", "live:DescribeLivePullToPush"));
        assert!(!matches_in_any_case("vod:*", "live:DescribeLivePullToPush"));
    }

    #[test]
    fn many_wildcards_do_not_take_for_ever() {
        let pattern = format!("{}b", "a*".repeat(200));
        assert!(!matches(&pattern, &"a".repeat(4000)));
    }
}
