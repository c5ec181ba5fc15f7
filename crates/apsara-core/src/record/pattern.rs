//! Regular expressions that texts match.

use std::collections::HashMap;
use std::fmt;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex_lite::Regex;

/// Holds a regular expression, and what looks for it: a program in which no field has one is linked without.
#[derive(Clone, Copy)]
pub struct Pattern<'a> {
    expression: &'a str,
    is_found: fn(&str, &str) -> bool,
}

impl<'a> Pattern<'a> {
    pub(crate) const fn new(expression: &'a str) -> Self {
        Self { expression, is_found }
    }

    /// Returns the expression.
    #[must_use]
    pub fn expression(self) -> &'a str {
        self.expression
    }

    /// Returns whether it is found in a text. One that cannot be compiled is in every text.
    pub(super) fn is_found_in(self, text: &str) -> bool {
        (self.is_found)(self.expression, text)
    }
}

impl fmt::Debug for Pattern<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

fn is_found(expression: &str, text: &str) -> bool {
    compiled(expression).is_none_or(|regex| regex.is_match(text))
}

/// Returns an expression, compiled once in the life of the program; nothing for one that cannot be compiled.
fn compiled(expression: &str) -> Option<Regex> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
    let mut all = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(compiled) = all.get(expression) {
        // A clone shares what was compiled.
        return compiled.clone();
    }
    all.entry(expression.to_owned()).or_insert_with(|| Regex::new(expression).ok()).clone()
}
