//! The operations that can be called, found for a command line: what is wrong with a name may be a word of the program's own.

use std::path::Path;

pub(crate) use apsara_catalog::{Operation, Parameter, Product, Schema, products};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::words::{bare, hint};

/// Finds a product: in a document if one is given, else among those that are shipped.
pub(crate) fn product(name: &str, document: Option<&Path>) -> Result<Product, Failure> {
    if document.is_none() && !products().any(|version| bare(version.product()) == bare(name)) {
        let known: Vec<&str> = products().map(apsara_specs::Version::product).collect();
        let all = known.iter().copied().chain(crate::builtin::NAMES);
        let message = format!("there is no product or command {name}{}", hint(name, all));
        return Err(Failure::usage(message)
            .with("products", known.join(", "))
            .with("others", "--spec FILE takes the API portal's document of any product"));
    }
    Ok(apsara_catalog::product(name, document)?)
}

impl From<apsara_catalog::Error> for Failure {
    fn from(error: apsara_catalog::Error) -> Self {
        let exit = if error.is_of_file() { Exit::Failed } else { Exit::Usage };
        error.details().fold(Self::new(exit, error.message()), |failure, (name, text)| failure.with(name, text))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_almost_right_says_which_is_meant() {
        let meant = |name| product(name, None).err().unwrap().to_string();
        assert!(meant("lvie").contains("did you mean live?"), "{}", meant("lvie"));
        assert!(meant("emulatr").contains("did you mean emulator?"), "{}", meant("emulatr"));
    }
}
