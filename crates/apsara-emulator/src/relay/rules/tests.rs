use std::collections::BTreeMap;
use std::path::Path;

use super::*;

const BEGIN: &str =
    "<!-- From here to the next mark: written by `WRITE_DOCS=1 cargo test -p apsara-emulator --lib rules`. -->\n";
const END: &str = "<!-- Up to here. -->\n";

#[test]
fn the_table_has_every_choice_in_order_and_one_default_for_each_question() {
    let mut defaults: BTreeMap<&str, usize> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    for (at, row) in ROWS.iter().enumerate() {
        assert_eq!(row.choice as usize, at, "{}", row.name);
        *defaults.entry(row.question).or_default() += usize::from(row.is_default);
        names.push(row.name);
    }
    assert!(ROWS.len() < 64);
    assert_eq!(ROWS.last().unwrap().choice, Choice::CallbackOnce, "the last variant");
    assert!(defaults.values().all(|count| *count == 1), "{defaults:?}");
    names.extend(SETS.iter().map(|set| set.name));
    names.sort_unstable();
    assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
}

#[test]
fn a_choice_takes_the_place_of_its_sibling_alone() {
    for choice in Choice::all() {
        let rules = Rules::default().with(choice);
        for other in Choice::all().filter(|other| other.question() == choice.question()) {
            assert_eq!(rules.has(other), other == choice, "{}", other.name());
        }
        let back = ROWS.iter().find(|row| row.is_default && row.question == choice.question()).unwrap();
        assert_eq!(rules.with(back.choice), Rules::default(), "{}", choice.name());
    }
}

#[test]
fn rules_are_read_as_they_are_written() {
    for text in ["2025-08", "2025-08,same-id", "older", "newer,same-id,exited-15m"] {
        assert_eq!(text.parse::<Rules>().unwrap().to_string(), text);
    }
    assert_eq!("same-id".parse(), Ok(Rules::default().with(Choice::SameId)));
    assert_eq!("older, any-length".parse(), Ok(Rules::named("older").unwrap().with(Choice::AnyLength)));
    for (text, expected) in [
        ("2025-8", "there is no rule \"2025-8\"; did you mean 2025-08?"),
        ("2025-08,same_id", "there is no rule \"same_id\"; did you mean same-id?"),
        ("2025-08,older", "there is no rule \"older\"; docs/emulator-choices.md lists them all"),
        ("zzz", "there is no rule \"zzz\"; docs/emulator-choices.md lists them all"),
    ] {
        assert_eq!(text.parse::<Rules>().unwrap_err().to_string(), expected);
    }
}

#[test]
fn the_document_says_what_the_table_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/emulator-choices.md");
    let text = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the document has the first mark");
    let (_, after) = rest.split_once(END).expect("the document has the second mark");
    let expected = format!("{before}{BEGIN}\n{}\n{END}{after}", document::tables());
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&file, &expected).unwrap();
    } else {
        assert!(text == expected, "docs/emulator-choices.md is not what the table says; WRITE_DOCS=1 writes it");
    }
}
