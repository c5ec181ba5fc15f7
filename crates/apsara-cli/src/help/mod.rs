//! Help texts, and clap's tree of commands, of which only the branch is built that is asked for.

mod facts;

use clap::{Arg, Args as _, Command, CommandFactory as _};

use crate::builtin::Cli;
use crate::catalog::{Operation, Parameter, Product, products};
use crate::failure::Failure;
use crate::options::{CallOptions, Written};
use crate::terminal::harmless;
use crate::words::kebab;

/// How much of the tree is built.
pub(crate) enum Branch<'b> {
    /// The program's own commands and the products.
    Root,
    /// The operations of a product too.
    Product(&'b Product),
    /// That one operation too.
    Operation(&'b Product, &'b Operation),
}

/// Builds the tree of commands down to where a branch ends.
pub(crate) fn tree(branch: &Branch<'_>) -> Command {
    let chosen = match branch {
        Branch::Root => None,
        Branch::Product(product) | Branch::Operation(product, _) => Some(product.word()),
    };
    let mut root = Cli::command();
    for version in products().filter(|version| chosen.as_deref() != Some(version.product())) {
        let title = Product::from(version).summary();
        root = root.subcommand(Command::new(version.product()).about(title));
    }
    match branch {
        Branch::Root => root,
        Branch::Product(product) => root.subcommand(self::product(product, None)),
        Branch::Operation(product, operation) => root.subcommand(self::product(product, Some(operation))),
    }
}

/// Builds the command of a product with its operations, of which one may have its parameters.
pub(crate) fn product(product: &Product, chosen: Option<&Operation>) -> Command {
    let mut command = Command::new(product.word())
        .about(harmless(&product.summary()))
        .disable_help_subcommand(true)
        .subcommand_value_name("OPERATION")
        .subcommand_help_heading("Operations");
    for name in product.operations() {
        command = command.subcommand(match chosen.filter(|operation| operation.name == name) {
            Some(operation) => self::operation(operation),
            None => {
                let about = product.decode(name).map(|operation| harmless(operation.summary())).unwrap_or_default();
                Command::new(kebab(name)).about(about)
            }
        });
    }
    command
}

/// Builds the command of an operation with its parameters.
pub(crate) fn operation(operation: &Operation) -> Command {
    let mut command = CallOptions::augment_args(Command::new(operation.word()))
        .about(harmless(operation.summary()))
        .long_about(None)
        .next_help_heading("Parameters")
        .override_usage(facts::usage(operation))
        .after_help(harmless(&facts::below(operation)));
    if let Some(description) = operation.description() {
        command = command.long_about(harmless(&format!("{}\n\n{}", operation.summary(), facts::plain(description))));
    }
    for parameter in operation.parameters() {
        command = command.arg(argument(operation, &parameter));
    }
    command
}

fn argument(operation: &Operation, parameter: &Parameter<'_>) -> Arg {
    let argument = Arg::new(format!("parameter {}", parameter.name))
        .value_name(facts::value_name(parameter))
        .help(harmless(&facts::sentence(operation, parameter)))
        .required(false);
    match Written::of(parameter.name) {
        Written::Option(long) => argument.long(long),
        // clap has no option with a blank in its name; this one is only shown, and completed, not read.
        Written::Param(name) => argument.long(format!("param={name}")).hide(true),
    }
}

/// Prints the help of what is asked for.
pub(crate) fn print(product: &Product, operation: Option<&Operation>) -> Result<(), Failure> {
    let (bin, mut command) = match operation {
        Some(operation) => (format!("apsara {} {}", product.word(), operation.word()), self::operation(operation)),
        None => (format!("apsara {}", product.word()), self::product(product, None)),
    };
    command = command.bin_name(bin.clone()).name(bin);
    print_command(&mut command)
}

/// Prints the help of the program.
pub(crate) fn print_root() -> Result<(), Failure> {
    print_command(&mut tree(&Branch::Root))
}

fn print_command(command: &mut Command) -> Result<(), Failure> {
    // clap decides on colours itself.
    crate::output::while_read(command.print_long_help())
        .map_err(|error| Failure::new(crate::exit::Exit::Failed, error.to_string()))
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
