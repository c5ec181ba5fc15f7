//! Writes names as a command line has them, and finds which one was meant.

/// Two names are taken for one if they are at least this much alike.
const ALIKE: f64 = 0.8;

/// Writes a name as a command line has it: `RestartLivePullToPush` as `restart-live-pull-to-push`, `SystemDisk.Size` as
/// `system-disk.size`.
#[must_use]
pub fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 8);
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_digit()
                    || (before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase))
            });
        if begins {
            out.push('-');
        }
        out.push(if letter == '_' { '-' } else { letter.to_ascii_lowercase() });
    }
    out
}

/// Takes from a name how it is written: `TaskId`, `task-id` and `task_id` are one.
#[must_use]
pub fn bare(name: &str) -> String {
    name.chars().filter(|letter| !matches!(letter, '-' | '_')).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Finds the known word that a word was most likely meant to be.
#[must_use]
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    let word = word.to_lowercase();
    let likeness = |known: &str| {
        let known = known.to_lowercase();
        // Somebody who knows a part of a name knows what is meant better than its first letters tell.
        let holds = word.len() >= 4 && known.contains(&word);
        strsim::jaro_winkler(&word, &known).max(if holds { ALIKE } else { 0.0 })
    };
    let rated = known.into_iter().map(|known| (likeness(known), known));
    let best = rated.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (best.0 >= ALIKE).then_some(best.1)
}

/// Says what was most likely meant, as the end of a sentence.
#[must_use]
pub fn hint<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    did_you_mean(word, known).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default()
}

/// Returns as much of a text as its first sentence says, in one line.
#[must_use]
pub fn first_sentence(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default();
    line.find(". ").map_or(line, |end| &line[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cased_as_command_lines_have_them() {
        for (name, kebabed) in [
            ("RestartLivePullToPush", "restart-live-pull-to-push"),
            ("CallbackURL", "callback-url"),
            ("DescribeClustersV1", "describe-clusters-v1"),
            ("AssumeRoleWithSAML", "assume-role-with-saml"),
            ("RTMPPlayURLs", "rtmp-play-ur-ls"),
            ("Ipv6Address", "ipv6-address"),
            ("SystemDisk.KMSKeyId", "system-disk.kms-key-id"),
            ("plan_id", "plan-id"),
            ("", ""),
        ] {
            assert_eq!(kebab(name), kebabed);
            assert_eq!(bare(&kebab(name)), bare(name));
        }
    }

    #[test]
    fn what_was_meant_is_the_most_alike_or_nothing() {
        let known = ["restart-live-pull-to-push", "stop-live-pull-to-push", "add-live-domain"];
        assert_eq!(did_you_mean("restart-live-pul-to-push", known), Some(known[0]));
        assert_eq!(did_you_mean("domain", known), Some(known[2]));
        assert_eq!(did_you_mean("zzz", known), None);
        assert_eq!(hint("stop-live-pull-to-pusch", known), "; did you mean stop-live-pull-to-push?");
        assert_eq!(hint("zzz", known), "");
    }
}
