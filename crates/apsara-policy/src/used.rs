//! What is called.

use std::collections::BTreeMap;

use apsara_specs::Ram;

/// Names an operation that is called, what RAM must allow for it, and what is known of the calls.
#[derive(Clone, Debug, PartialEq)]
pub struct Used {
    pub(crate) product: String,
    /// Of the product; empty if no spec says it.
    pub(crate) version: String,
    pub(crate) operation: String,
    pub(crate) ram: Ram,
    /// Of none at all if nothing is known of them.
    pub(crate) calls: Vec<Call>,
}

/// Says what is known of one call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Call {
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    /// Those that decide about resources and conditions; nothing if it is not known which there were.
    pub(crate) parameters: Option<BTreeMap<String, Vec<String>>>,
}

impl Used {
    /// Names an operation of a product by what RAM must allow for it. Nothing is known of its calls.
    #[must_use]
    pub fn new(product: impl Into<String>, operation: impl Into<String>, ram: Ram) -> Self {
        let (product, version, operation) = (product.into(), String::new(), operation.into());
        Self { product, version, operation, ram, calls: Vec::new() }
    }

    /// Adds a call. The policy is as narrow as all calls that were added allow.
    #[must_use]
    pub fn called(mut self, call: Call) -> Self {
        self.calls.push(call);
        self
    }

    /// Says whose resources are used, where a call does not say it.
    #[must_use]
    pub fn in_account(mut self, id: &str) -> Self {
        if self.calls.is_empty() {
            self.calls.push(Call::default());
        }
        for call in &mut self.calls {
            call.account.get_or_insert_with(|| id.to_owned());
        }
        self
    }

    /// Returns the product, in the word that stands for it on a command line, or as its document has it.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.product
    }

    /// Returns the operation's name on the wire.
    #[must_use]
    pub fn operation(&self) -> &str {
        &self.operation
    }

    /// Returns what RAM must allow for it.
    #[must_use]
    pub fn ram(&self) -> &Ram {
        &self.ram
    }
}

impl Call {
    /// Sets the id of the account that was called.
    #[must_use]
    pub fn account(mut self, id: impl Into<String>) -> Self {
        self.account = Some(id.into());
        self
    }

    /// Sets the region of what was called.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Adds a parameter, with several values where it is a list. What is not added once one is was not sent.
    #[must_use]
    pub fn parameter<V: Into<String>>(mut self, name: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        let parameters = self.parameters.get_or_insert_default();
        parameters.insert(name.into(), values.into_iter().map(Into::into).collect());
        self
    }

    /// Returns the values of a parameter or a condition key, whose names are alike in any case; none if it was not sent.
    pub(crate) fn values(&self, name: &str) -> &[String] {
        let found = self.parameters.iter().flatten().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or(&[], |(_, values)| values)
    }
}
