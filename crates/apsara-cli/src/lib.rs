//! The terminal program of Apsara, as a library for its own executable alone.

mod builtin;
mod bulk;
mod call;
mod catalog;
mod code;
mod completions;
mod condition;
mod configure;
mod emulator;
mod errors;
mod exit;
mod explorer;
mod failure;
#[cfg(feature = "fuzz")]
#[doc(hidden)]
pub mod fuzz;
mod help;
mod line;
mod man;
mod options;
mod output;
mod private;
mod query;
mod ram;
mod sign;
mod signals;
mod spec;
mod terminal;
mod unseen;
mod whoami;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use apsara_catalog::words;
use clap::Parser as _;

use crate::builtin::{Cli, Command};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line::Given;
use crate::options::CallOptions;
use crate::terminal::{Color, Paint, Style};

/// Runs the program with the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    if completions::answer() {
        return ExitCode::SUCCESS;
    }
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    let mut color = Color::Auto;
    match run(arguments, &mut color) {
        Ok(code) => code,
        Err(failure) => {
            report(&failure, color);
            failure.exit.into()
        }
    }
}

/// Says what a command line asks for.
enum Asked {
    Own(Box<Command>),
    Call {
        operation: Box<catalog::Operation>,
        options: Box<CallOptions>,
        parameters: Vec<Given>,
    },
    /// Help, of a product or of one of its operations where they are named.
    Help {
        product: Option<Box<catalog::Product>>,
        operation: Option<Box<catalog::Operation>>,
        wanted: bool,
    },
    /// What clap says.
    Said(clap::Error),
}

/// Runs one of the program's own commands, or calls an operation. `color` says when colours are used once it was read.
fn run(arguments: Vec<OsString>, color: &mut Color) -> Result<ExitCode, Failure> {
    match read(arguments, color)? {
        Asked::Own(command) => own(*command)?,
        Asked::Call { operation, options, parameters } => {
            runtime(options.connect.emulator.is_some())?.block_on(call::run(*operation, &options, parameters))?;
        }
        Asked::Help { product, operation, wanted } => {
            match &product {
                Some(product) => help::print(product, operation.as_deref())?,
                None => help::print_root()?,
            }
            return Ok(if wanted { ExitCode::SUCCESS } else { Exit::Usage.into() });
        }
        Asked::Said(error) => return Ok(parsed(&error)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads a command line; the program's name is not in it. `color` is set once the options are read: what is wrong behind them is told in it.
fn read(arguments: Vec<OsString>, color: &mut Color) -> Result<Asked, Failure> {
    let first = first(&arguments);
    let is_own = first.as_deref().is_some_and(|word| builtin::NAMES.contains(&word));
    let asks_version = arguments.iter().any(|word| word == "--version" || word == "-V") && first.is_none();
    // What stands in front of a command of its own is no option of it, which clap says better.
    if is_own || asks_version {
        let words = std::iter::once(OsString::from("apsara")).chain(arguments);
        return Ok(match Cli::try_parse_from(words) {
            Ok(Cli { command }) => Asked::Own(Box::new(command)),
            Err(error) => Asked::Said(error),
        });
    }
    let line = line::split(arguments)?;
    let options = match options::read(&line.options) {
        Ok(options) => options,
        Err(error) => return Ok(Asked::Said(error)),
    };
    *color = options.color;
    let wanted = line.help;
    let mut words = line.words.into_iter();
    let (Some(product), operation) = (words.next(), words.next()) else {
        return Ok(Asked::Help { product: None, operation: None, wanted });
    };
    if let Some(more) = words.next() {
        let message = format!("{more} is one word too many: a value stands behind its --parameter");
        return Err(Failure::usage(message));
    }
    let product = Box::new(catalog::product(&product, options.spec.as_deref())?);
    let Some(operation) = operation else {
        return Ok(Asked::Help { product: Some(product), operation: None, wanted });
    };
    let operation = Box::new(product.operation(&operation)?);
    if wanted {
        return Ok(Asked::Help { product: Some(product), operation: Some(operation), wanted });
    }
    Ok(Asked::Call { operation, options: Box::new(options), parameters: line.parameters })
}

/// Runs one of the program's own commands.
fn own(command: Command) -> Result<(), Failure> {
    match command {
        Command::Emulator(options) => runtime(true)?.block_on(emulator::serve(options)),
        Command::Explorer(options) => runtime(true)?.block_on(explorer::serve(options)),
        Command::Bulk(options) => runtime(true)?.block_on(bulk::run(&options)),
        Command::Code(options) => runtime(false)?.block_on(code::run(&options)),
        Command::Errors(options) => errors::run(&options),
        Command::Configure(options) => configure::run(&options),
        Command::Whoami(options) => runtime(true)?.block_on(whoami::run(&options)),
        Command::Ram(command) => ram::run(&command),
        Command::Sign(command) => sign::run(&command),
        Command::Spec(command) => spec::run(&command),
        Command::Completions(options) => completions::print(&options),
        Command::Man { folder, product } => {
            let written = man::write(&folder, product.as_deref())?;
            output::print(&format!("{written} pages are in {}\n", folder.display()))
        }
    }
}

/// Returns the first word that is no option, nor the value of one: it says which command is meant.
fn first(arguments: &[OsString]) -> Option<String> {
    match line::split(arguments.iter().cloned()) {
        Ok(line) => line.words.into_iter().next(),
        // What the line of a call does not have may stand behind a command of its own.
        Err(_) => {
            arguments.iter().filter_map(|word| word.to_str()).find(|word| !word.starts_with('-')).map(str::to_owned)
        }
    }
}

/// Makes what runs futures: one thread for a call, several where a server runs beside it.
fn runtime(serves: bool) -> Result<tokio::runtime::Runtime, Failure> {
    let mut builder = if serves {
        tokio::runtime::Builder::new_multi_thread()
    } else {
        tokio::runtime::Builder::new_current_thread()
    };
    let built = builder.enable_all().build();
    built.map_err(|error| Failure::new(Exit::Failed, format!("no runtime: {error}")))
}

/// Prints what clap says: help and version, or what is wrong with an option.
fn parsed(error: &clap::Error) -> ExitCode {
    // What cannot be printed cannot be told either.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage.into() } else { ExitCode::SUCCESS }
}

fn report(failure: &Failure, color: Color) {
    let paint = Paint::of(color, &std::io::stderr());
    // What cannot be told there can be told nowhere, and the exit code still says it.
    let _ = writeln!(std::io::stderr(), "{} {failure}", paint.mark(Style::Red, "error:"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_option_is_given_is_no_command() {
        let asked = |words: &[&str]| first(&words.iter().map(OsString::from).collect::<Vec<_>>());
        for name in builtin::NAMES {
            assert_eq!(asked(&["--profile", name, "live", "restart"]).as_deref(), Some("live"));
            assert_eq!(asked(&["--task-id", name, "live"]).as_deref(), Some("live"));
            assert_eq!(asked(&["--yes", name, "-x"]).as_deref(), Some(name));
            assert_eq!(asked(&[name, "--profile", "live"]).as_deref(), Some(name));
        }
        assert_eq!(asked(&["--version"]), None);
    }
}
