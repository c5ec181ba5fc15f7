//! The changelog: what is generated stands between two marks below the heading of what is not released yet; all else is written
//! by hand, and stays.

use crate::run::Failure;

const TITLE: &str = "# Changes\n";
const UNRELEASED: &str = "## Unreleased";
/// The marks, which Markdown does not show.
const BEGIN: &str = "<!-- from the specs, by cargo xtask release-notes -->\n";
const END: &str = "<!-- by hand from here on -->\n";

/// Puts notes into a changelog, in the place of those that are there.
pub(super) fn with_notes(changelog: &str, notes: &str) -> Result<String, Failure> {
    let notes = format!("{BEGIN}{}\n{END}", notes.trim_end().to_owned() + "\n");
    let changelog = if changelog.is_empty() { TITLE } else { changelog };
    let Some((before, section, behind)) = unreleased(changelog) else {
        // Before the last release, or at the end.
        let at = changelog.find("\n## ").map_or(changelog.len(), |at| at + 1);
        let (before, behind) = changelog.split_at(at);
        let space = if behind.is_empty() { "" } else { "\n" };
        return Ok(format!("{}\n\n{UNRELEASED}\n\n{notes}{space}{behind}", before.trim_end()));
    };
    match (section.split_once(BEGIN), section.matches(END).count()) {
        (None, 0) => {
            let by_hand = section.trim();
            let by_hand = if by_hand.is_empty() { String::new() } else { format!("\n{by_hand}\n") };
            let space = if behind.is_empty() { "" } else { "\n" };
            Ok(format!("{before}{UNRELEASED}\n\n{notes}{by_hand}{space}{behind}"))
        }
        (Some((above, rest)), 1) if rest.contains(END) && !rest.contains(BEGIN) => {
            let below = rest.split_once(END).map_or("", |(_, below)| below);
            Ok(format!("{before}{UNRELEASED}{above}{notes}{below}{behind}"))
        }
        _ => Err(format!(
            "what is generated of CHANGELOG.md has lost a mark: let `{}` stand once before it and `{}` once behind it",
            BEGIN.trim_end(),
            END.trim_end()
        )),
    }
}

/// Gives what was not released the name of a version, and takes the marks out.
pub(super) fn released(changelog: &str, version: &str) -> String {
    let Some((before, section, behind)) = unreleased(changelog) else { return changelog.to_owned() };
    let section = section.replace(BEGIN, "").replace(END, "");
    format!("{before}## {version}\n\n{}\n{}{behind}", section.trim(), if behind.is_empty() { "" } else { "\n" })
}

/// Parts a changelog at what is not released: before its heading, what stands below it, and from the next heading on.
fn unreleased(changelog: &str) -> Option<(&str, &str, &str)> {
    let at = changelog.find(&format!("\n{UNRELEASED}\n"))? + 1;
    let (before, rest) = changelog.split_at(at);
    let rest = rest.strip_prefix(UNRELEASED)?;
    let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
    let (section, behind) = rest.split_at(end);
    Some((before, section, behind))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn notes_take_the_place_of_notes_and_of_nothing_else() {
        let first = with_notes("", "- one\n").unwrap();
        assert_eq!(first, format!("# Changes\n\n## Unreleased\n\n{BEGIN}- one\n\n{END}"));
        assert_eq!(with_notes(&first, "- one\n").unwrap(), first);
        let by_hand = first.replace(BEGIN, &format!("Above.\n\n{BEGIN}")) + "\n- By hand.\n\n## 0.1.0\n\n- Old.\n";
        let second = with_notes(&by_hand, "- two\n").unwrap();
        assert_eq!(second, by_hand.replace("- one", "- two"));
    }

    #[test]
    fn a_changelog_that_was_written_by_hand_gets_what_it_lacks() {
        let old = "# Changes\n\n## 0.1.0\n\n- Old.\n";
        let added = format!("# Changes\n\n## Unreleased\n\n{BEGIN}- one\n\n{END}\n## 0.1.0\n\n- Old.\n");
        assert_eq!(with_notes(old, "- one").unwrap(), added);
        let unmarked = "# Changes\n\n## Unreleased\n\n- By hand.\n\n## 0.1.0\n";
        let marked = format!("# Changes\n\n## Unreleased\n\n{BEGIN}- one\n\n{END}\n- By hand.\n\n## 0.1.0\n");
        assert_eq!(with_notes(unmarked, "- one").unwrap(), marked);
    }

    #[test]
    fn a_mark_that_is_missing_is_told_and_nothing_is_lost() {
        let whole = with_notes("", "- one").unwrap();
        for broken in [whole.replace(BEGIN, ""), whole.replace(END, ""), whole.replace(END, &format!("{END}{END}"))] {
            assert!(with_notes(&broken, "- two").unwrap_err().contains("has lost a mark"));
        }
    }

    #[test]
    fn a_release_gives_its_name_to_what_was_not_released() {
        let old = with_notes("# Changes\n\n## 0.1.0\n\n- Old.\n", "- one").unwrap();
        let released = released(&old, "0.2.0");
        assert_eq!(released, "# Changes\n\n## 0.2.0\n\n- one\n\n## 0.1.0\n\n- Old.\n");
    }
}
