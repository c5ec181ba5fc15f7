//! The word without which nobody is answered.

use std::fmt;

/// Holds a random word that is made anew at every start.
pub(crate) struct Token(String);

impl Token {
    /// Draws 256 bits.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in a time that tells nothing of where a wrong word begins to be wrong.
    pub(crate) fn is(&self, given: &[u8]) -> bool {
        let own = self.0.as_bytes();
        own.len() == given.len() && own.iter().zip(given).fold(0, |found, (one, other)| found | (one ^ other)) == 0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([redacted])")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn no_other_word_is_the_token() {
        let token = Token::random().unwrap();
        let word = token.as_str().to_owned();
        assert!(word.len() == 64 && token.is(word.as_bytes()));
        let other = Token::random().unwrap();
        for wrong in ["", &word[1..], &format!("{word}0"), &word.to_uppercase().replace('A', "B"), other.as_str()] {
            assert!(!token.is(wrong.as_bytes()) || wrong == word, "{wrong}");
        }
        assert!(!format!("{token:?}").contains(&word));
    }
}
