//! The program's own commands.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::{bulk, code, completions, configure, emulator, errors, explorer, ram, sign, spec, whoami};

/// Alibaba Cloud from a terminal.
///
/// Every operation of the products below can be called: `apsara PRODUCT OPERATION --parameter value`. `apsara PRODUCT --help`
/// lists operations, and `apsara PRODUCT OPERATION --help` says what is known of one: parameters, quota, what it interrupts.
#[derive(Parser)]
#[command(name = "apsara", version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What the program does itself.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Serve a stand-in for Alibaba Cloud on this machine until Ctrl-C.
    Emulator(emulator::Options),
    /// Serve a web page on this machine on which any operation is found, read, filled in and called.
    Explorer(explorer::Options),
    /// Make one call for each line of a file, and go on where an interrupted run was.
    Bulk(bulk::Options),
    /// Write the code that makes a call: in Rust, for a shell, in Python, or a whole project.
    Code(code::Options),
    /// Say what an error code means, where it comes from, and what to do.
    Errors(errors::Options),
    /// Write a profile of the official CLI's configuration, which other tools read too.
    Configure(configure::Options),
    /// Say whose credentials are used, where they come from, and where calls go.
    Whoami(whoami::Options),
    /// Say what a RAM policy must allow.
    #[command(subcommand)]
    Ram(ram::Command),
    /// Explain a signature.
    #[command(subcommand)]
    Sign(sign::Command),
    /// Compare specs.
    #[command(subcommand)]
    Spec(spec::Command),
    /// Print what makes a shell complete products, operations and options.
    Completions(completions::Options),
    /// Write man pages.
    Man {
        /// The folder to write them to; it is made if it is not there.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The one product whose operations have pages; all of them unless set.
        #[arg(long, value_name = "PRODUCT")]
        product: Option<String>,
    },
}

/// Their names; no product has one of these.
pub(crate) const NAMES: [&str; 12] = [
    "bulk",
    "code",
    "completions",
    "configure",
    "emulator",
    "errors",
    "explorer",
    "man",
    "ram",
    "sign",
    "spec",
    "whoami",
];

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_commands_are_those_that_are_named_and_no_product_is_called_so() {
        Cli::command().debug_assert();
        let mut names: Vec<String> = Cli::command().get_subcommands().map(|it| it.get_name().to_owned()).collect();
        names.sort();
        assert_eq!(names, NAMES);
        assert!(crate::catalog::products().all(|version| !NAMES.contains(&version.product())));
    }
}
