//! Rule sets: what the emulator does where the documents are silent or contradict each other.

mod choice;
#[cfg(test)]
mod document;
mod sets;
mod table;

use std::fmt;
use std::str::FromStr;

use crate::strict::did_you_mean;

pub use self::choice::Choice;
use self::sets::{SETS, Set};
use self::table::ROWS;

/// Decides every question that the documents of relay tasks leave open.
///
/// A rule set has a name, and any single choice in it can be replaced by another answer to the same question. The text
/// form is the name and the choices that differ, separated by commas, such as `2025-08,same-id`.
/// The file docs/emulator-choices.md of this repository lists all of them with their sources.
///
/// ```
/// use apsara_emulator::{Choice, Rules};
///
/// let rules = Rules::default().with(Choice::SameId);
/// assert_eq!(rules, "2025-08,same-id".parse()?);
/// # Ok::<(), apsara_emulator::UnknownRule>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rules {
    set: &'static str,
    /// A bit for each choice that is made; there are fewer than 64, which a test counts.
    chosen: u64,
}

impl Rules {
    /// Finds a rule set by its name: `2025-08`, the default, or `older` or `newer`.
    ///
    /// # Errors
    ///
    /// Fails if no rule set has this name, and names the one that is meant most likely.
    pub fn named(name: &str) -> Result<Self, UnknownRule> {
        let set = SETS.iter().find(|set| set.name == name);
        set.map(Self::of).ok_or_else(|| UnknownRule::new(name, SETS.iter().map(|set| set.name)))
    }

    fn of(set: &'static Set) -> Self {
        let defaults = ROWS.iter().filter(|row| row.is_default).map(|row| row.choice.bit()).sum();
        set.differs.iter().fold(Self { set: set.name, chosen: defaults }, |rules, choice| rules.with(*choice))
    }

    /// Makes one choice, in place of the earlier answer to the same question.
    #[must_use]
    pub fn with(mut self, choice: Choice) -> Self {
        let question = choice.row().question;
        for row in ROWS.iter().filter(|row| row.question == question) {
            self.chosen &= !row.choice.bit();
        }
        self.chosen |= choice.bit();
        self
    }

    /// Says which documents the rule set follows.
    #[must_use]
    pub fn follows(&self) -> &'static str {
        SETS.iter().find(|set| set.name == self.set).map_or("", |set| set.what)
    }

    /// Tells whether a choice is made.
    #[must_use]
    pub fn has(&self, choice: Choice) -> bool {
        self.chosen & choice.bit() != 0
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self::of(&SETS[0])
    }
}

/// Reads the name of a rule set, choices, or both; a name comes first.
impl FromStr for Rules {
    type Err = UnknownRule;

    fn from_str(text: &str) -> Result<Self, UnknownRule> {
        let mut rules = Self::default();
        for (at, name) in text.split(',').map(str::trim).enumerate() {
            rules = match (at, Self::named(name), Choice::named(name)) {
                (0, Ok(set), _) => set,
                (_, _, Some(choice)) => rules.with(choice),
                (0, ..) => return Err(UnknownRule::new(name, Choice::names().chain(SETS.iter().map(|set| set.name)))),
                _ => return Err(UnknownRule::new(name, Choice::names())),
            };
        }
        Ok(rules)
    }
}

impl fmt::Display for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.set)?;
        let set = Self::named(self.set).unwrap_or_default();
        let differs = ROWS.iter().filter(|row| self.has(row.choice) && !set.has(row.choice));
        differs.into_iter().try_for_each(|row| write!(f, ",{}", row.name))
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rules({self})")
    }
}

/// Says that there is no rule set, or no choice, of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownRule {
    /// The name that was asked for.
    pub name: String,
    /// A name that exists and is much alike.
    pub suggestion: Option<&'static str>,
}

impl UnknownRule {
    fn new(name: &str, known: impl Iterator<Item = &'static str>) -> Self {
        Self { name: name.to_owned(), suggestion: did_you_mean(name, &known.collect::<Vec<_>>()) }
    }
}

impl fmt::Display for UnknownRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there is no rule {:?}", self.name)?;
        match self.suggestion {
            Some(suggestion) => write!(f, "; did you mean {suggestion}?"),
            None => f.write_str("; docs/emulator-choices.md lists them all"),
        }
    }
}

impl std::error::Error for UnknownRule {}

#[cfg(test)]
mod tests;
