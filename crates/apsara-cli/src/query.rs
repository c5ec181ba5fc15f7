//! JMESPath over answers.

use jmespath::{ErrorReason, Expression, RuntimeError};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;

/// Holds an expression that was understood.
pub(crate) struct Query(Expression<'static>);

impl Query {
    /// Reads an expression; `option` is where it stands, for the message.
    pub(crate) fn read(option: &str, text: &str) -> Result<Self, Failure> {
        // The library draws an arrow below the expression, which is worth its lines.
        let refused = |error: &jmespath::JmespathError| {
            Failure::usage(format!("{option} is no JMESPath")).with("because", error.to_string().trim_end())
        };
        let expression = jmespath::compile(text).map_err(|error| refused(&error))?;
        // A function is looked up when it is called. One that is misspelt is told before anything is sent, where it can be: what is
        // done with each of the elements of a list is not done with nothing.
        match expression.search(Value::Null) {
            Err(error) if matches!(error.reason, ErrorReason::Runtime(RuntimeError::UnknownFunction(_))) => {
                Err(refused(&error))
            }
            _ => Ok(Self(expression)),
        }
    }

    /// Returns what the expression finds; null where there is nothing.
    pub(crate) fn search(&self, value: &Value) -> Result<Value, Failure> {
        let failed = |error: String| {
            let error = error.trim_end();
            Failure::new(Exit::Failed, "the expression does not fit the answer").with("because", error)
        };
        let found = self.0.search(value).map_err(|error| failed(error.to_string()))?;
        serde_json::to_value(&*found).map_err(|error| failed(error.to_string()))
    }
}
