//! JMESPath over answers.

use jmespath::Expression;
use serde_json::Value;

use crate::failure::Failure;

/// Holds an expression that was understood.
pub(crate) struct Query(Expression<'static>);

impl Query {
    /// Reads an expression; `option` is where it stands, for the message.
    pub(crate) fn read(option: &str, text: &str) -> Result<Self, Failure> {
        jmespath::compile(text).map(Self).map_err(|error| {
            // The library draws an arrow below the expression, which is worth its lines.
            Failure::usage(format!("{option} is no JMESPath")).with("because", error.to_string().trim_end())
        })
    }

    /// Returns what the expression finds; null where there is nothing.
    pub(crate) fn search(&self, value: &Value) -> Result<Value, Failure> {
        let failed = |error: String| Failure::usage(format!("the expression does not fit the answer: {error}"));
        let found = self.0.search(value).map_err(|error| failed(error.to_string()))?;
        serde_json::to_value(&*found).map_err(|error| failed(error.to_string()))
    }
}
