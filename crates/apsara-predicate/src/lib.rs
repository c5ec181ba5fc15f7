//! Small conditions on the answer to a call: `TaskStatus == -1 && TaskExitReason == "TriggerByUser"`.
//!
//! An overlay uses them to say what the answer of an operation that only reads tells of an earlier call of another one. What is
//! not known is neither true nor false: a comparison with a field that is not there, or is of another type, decides nothing, and
//! a condition holds only where all that it needs is known.
//!
//! ```text
//! condition  = all { "||" all }
//! all        = one { "&&" one }
//! one        = "!" one | "(" condition ")" | operand ("==" | "!=" | "<" | "<=" | ">" | ">=") operand
//! operand    = path | integer | "text" | true | false
//! path       = [ "$request." ] name { "." name }
//! ```
//!
//! A path leads through the objects of the answer, or with `$request.` through those of the request whose fate is asked for.

mod evaluate;
mod lex;
mod parse;

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

/// Holds a condition on an answer, and on the request that it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Predicate {
    text: String,
    root: Node,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Node {
    Any(Vec<Node>),
    All(Vec<Node>),
    Not(Box<Node>),
    Compare(Comparison),
}

/// Compares two values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// What stands on the left.
    pub left: Operand,
    /// How they are compared.
    pub by: Comparator,
    /// What stands on the right.
    pub right: Operand,
    /// The character at which it begins, counted from 1.
    pub at: usize,
}

/// Names what is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// A field of the answer, by the names that lead to it.
    Answer(Vec<String>),
    /// A parameter of the request, by the names that lead to it.
    Request(Vec<String>),
    /// An integer.
    Integer(i64),
    /// A text.
    Text(String),
    /// A boolean.
    Bool(bool),
}

/// Says how two values are compared. Only integers have an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// Says where a text is no condition, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    at: usize,
    problem: String,
    instead: &'static str,
}

impl Predicate {
    /// Returns whether the condition holds; nothing where the answer does not say it.
    #[must_use]
    pub fn holds(&self, answer: &Value, request: &Value) -> Option<bool> {
        evaluate::holds(&self.root, answer, request)
    }

    /// Returns all comparisons, from left to right.
    #[must_use]
    pub fn comparisons(&self) -> Vec<&Comparison> {
        let mut found = Vec::new();
        self.root.collect(&mut found);
        found
    }
}

impl Node {
    fn collect<'a>(&'a self, found: &mut Vec<&'a Comparison>) {
        match self {
            Self::Any(nodes) | Self::All(nodes) => nodes.iter().for_each(|node| node.collect(found)),
            Self::Not(node) => node.collect(found),
            Self::Compare(comparison) => found.push(comparison),
        }
    }
}

impl FromStr for Predicate {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Ok(Self { text: text.to_owned(), root: parse::parse(text)? })
    }
}

impl fmt::Display for Predicate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl ParseError {
    fn new(at: usize, problem: impl Into<String>, instead: &'static str) -> Self {
        Self { at, problem: problem.into(), instead }
    }

    /// Returns the character at which it is wrong, counted from 1.
    #[must_use]
    pub fn at(&self) -> usize {
        self.at
    }

    /// Returns what is wrong, behind the place.
    #[must_use]
    pub fn problem_at(&self) -> String {
        format!("at character {}: {}", self.at, self.problem)
    }

    /// Returns what is wrong.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }

    /// Returns what to write instead.
    #[must_use]
    pub fn instead(&self) -> &str {
        self.instead
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.problem_at(), self.instead)
    }
}

impl std::error::Error for ParseError {}
