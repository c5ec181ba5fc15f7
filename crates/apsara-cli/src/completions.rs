//! `apsara completions`: what makes a shell complete products, operations and options.
//!
//! The script asks the program itself, so that nothing has to be written out for a thousand operations, and only the branch of the
//! tree that is typed is built.

use std::ffi::OsString;

use clap::{Args, Command, ValueEnum};
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use crate::catalog;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::help::{Branch, tree};

/// The variable by which a shell asks.
const VARIABLE: &str = "APSARA_COMPLETE";

/// For which shell.
#[derive(Args)]
pub(crate) struct Options {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// The shells that are known.
#[derive(Clone, Copy, ValueEnum)]
enum Shell {
    /// source <(apsara completions bash)
    Bash,
    /// source <(apsara completions zsh)
    Zsh,
    /// apsara completions fish | source
    Fish,
    /// apsara completions powershell | Out-String | Invoke-Expression
    Powershell,
}

/// Prints the script of a shell.
pub(crate) fn print(options: &Options) -> Result<(), Failure> {
    let name = match options.shell {
        Shell::Bash => "bash",
        Shell::Zsh => "zsh",
        Shell::Fish => "fish",
        Shell::Powershell => "powershell",
    };
    let failed = |error: &str| Failure::new(Exit::Failed, format!("there is no script for {name}: {error}"));
    let shells = Shells::builtins();
    let shell = shells.completer(name).ok_or_else(|| failed("it is not known"))?;
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "apsara", "apsara", "apsara", &mut script)
        .map_err(|error| failed(&error.to_string()))?;
    crate::output::print(&String::from_utf8_lossy(&script))
}

/// Answers a shell that asks what could stand next; returns whether one did.
pub(crate) fn answer() -> bool {
    if std::env::var_os(VARIABLE).is_none_or(|shell| shell.is_empty() || shell == "0") {
        return false;
    }
    let asked = CompleteEnv::with_factory(branch).var(VARIABLE).bin("apsara").completer("apsara");
    asked.try_complete(std::env::args_os(), None).unwrap_or(false)
}

/// Builds the branch that the words so far lead to.
fn branch() -> Command {
    // What is typed stands behind `--`: the program's name, then the words.
    let typed = std::env::args_os().skip_while(|word| word != "--").skip(2);
    let line = crate::line::split(typed.collect::<Vec<OsString>>()).unwrap_or_default();
    let Some(word) = line.words.first() else { return tree(&Branch::Root) };
    let Ok(product) = catalog::product(word, None) else { return tree(&Branch::Root) };
    match line.words.get(1).map(|word| product.operation(word)) {
        Some(Ok(operation)) => tree(&Branch::Operation(&product, &operation)),
        _ => tree(&Branch::Product(&product)),
    }
}
