//! `cargo xtask dist`: the terminal program as it is handed out.
//!
//! A program that is started for one call needs a tenth of its code, which compilers lay out by where it was written. The system reads
//! code in pieces of 64 KiB, so that most of the program would be read for it. Here the linker puts next to each other what a call
//! runs, as a call that was watched has run it: the same code, in another order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::emulator;
use crate::run::{Failure, cargo, exists, succeed, target};

/// The call that is watched. It signs, sends, decodes and prints a table, as every other does.
const CALL: [&str; 4] = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"];

/// Builds the program, and says where it is and how large.
pub(crate) fn run() -> Result<(), Failure> {
    let program = build()?;
    let size = fs::metadata(&program).map_err(|error| format!("{}: {error}", program.display()))?.len();
    println!("{}: {size} bytes", program.display());
    Ok(())
}

/// Builds the program, and returns where it is.
pub(crate) fn build() -> Result<PathBuf, Failure> {
    let program = target().join(format!("dist/apsara{}", std::env::consts::EXE_SUFFIX));
    let order = target().join("dist/order.txt");
    if !exists("valgrind", "--version") || !cfg!(target_os = "linux") {
        println!("valgrind, which watches a call, is not here: the code is left in the order of the compiler");
        rustc(&["-C", "strip=symbols"])?;
        return Ok(program);
    }
    rustc(&[])?;
    let names = watched(&program)?;
    fs::write(&order, names.join("\n") + "\n").map_err(|error| format!("{}: {error}", order.display()))?;
    println!("{} functions are run by a call, and stand together", names.len());
    let ordered = format!("link-arg=-Wl,--symbol-ordering-file={}", order.display());
    // What only the first build has, such as functions of the C library, stands in the file as well.
    if rustc(&["-C", "strip=symbols", "-C", "link-arg=-Wl,--no-warn-symbol-ordering", "-C", &ordered]).is_err() {
        println!("the linker takes no order, as lld does: the code is left in that of the compiler");
        rustc(&["-C", "strip=symbols"])?;
    }
    Ok(program)
}

fn rustc(more: &[&str]) -> Result<(), Failure> {
    let build = ["rustc", "--quiet", "--profile", "dist", "--package", "apsara-cli", "--bin", "apsara", "--"];
    succeed(cargo(&build).args(more))
}

/// Makes a call of an emulator under valgrind, and returns the functions that it ran, in the order in which they are told.
fn watched(program: &Path) -> Result<Vec<String>, Failure> {
    let (_emulator, variables) = emulator::start(program)?;
    let out = target().join("dist/watched.txt");
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--tool=callgrind", "--demangle=no"]);
    command.arg(format!("--callgrind-out-file={}", out.display())).arg(program).args(CALL);
    command.envs(variables).env("HOME", target()).stdout(Stdio::null());
    succeed(&mut command)?;
    let watched = fs::read_to_string(&out).map_err(|error| format!("{}: {error}", out.display()))?;
    let names = names(&watched);
    if names.len() < 100 { Err("valgrind names hardly any function of the program".to_owned()) } else { Ok(names) }
}

/// Returns the names of functions in a file of callgrind: each is told once, with a number that stands for it from then on.
fn names(watched: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let told = watched.lines().filter_map(|line| line.strip_prefix("cfn=").or_else(|| line.strip_prefix("fn=")));
    let named = told.filter_map(|told| told.split_once(") "));
    // A function that calls itself is told again, with how deep.
    let names = named.map(|(_, name)| name.split('\'').next().unwrap_or(name));
    names.filter(|name| name.starts_with('_') && seen.insert((*name).to_owned())).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn each_function_is_named_once() {
        let watched =
            "version: 1\nfn=(1) 0x000048\nfn=(2) _ZN1a\n16 4\ncfn=(3) _RNv1b\ncalls=1 1\nfn=(2)\ncfn=(4) _ZN1a'2\n";
        assert_eq!(super::names(watched), ["_ZN1a", "_RNv1b"]);
    }
}
