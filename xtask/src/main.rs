//! The workspace's own commands: `cargo xtask --help`.

// A command line program prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod bulk;
mod canaries;
mod chaos;
mod concurrency;
mod corpus;
mod demo;
mod differential;
mod dist;
mod emulator;
mod fuzz;
mod generate;
mod import;
mod mutants;
mod package;
mod pages;
mod peers;
mod prove;
mod quota;
mod release;
mod run;
mod scratch;
mod semver;
mod specs;
mod supply;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The workspace's own commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Generate the clients of crates/apsara from api-specs.
    Generate(generate::Args),
    /// Make specs of what the API portal publishes: facts always, its sentences if they are asked for.
    Import(import::Args),
    /// Build the terminal program as it is handed out: small, and laid out so that a call reads little of it.
    Dist,
    /// Show the main job: specs checked, an emulator started, a relay task created, restarted and described.
    Demo,
    /// Run the tests.
    Test(test::Args),
    /// Let many clients meet every fault at random, and compare what they were told with what was done.
    Chaos(chaos::Args),
    /// Give input of any kind to whatever reads what others wrote: specs, answers, profiles, requests, journals, command lines.
    Fuzz(fuzz::Args),
    /// Serialize and sign random calls by ours and by the official Python functions, and compare; the emulator judges both.
    Differential(differential::Args),
    /// Let eight processes want all of one quota, by a server and by files, and see that it is kept and shared fairly.
    Quota(quota::Args),
    /// Kill and resume bulk runs again and again, and compare their journals with what was done; or measure their memory.
    Bulk(bulk::Args),
    /// Put a canary in the place of every secret, go through every path, and see none of them on the other side.
    Canaries,
    /// Try orders in which tasks may run, on the sources of the quota and of the refresh of credentials.
    Concurrency(concurrency::Args),
    /// Generate and compile every document of the portal in a folder.
    Corpus(corpus::Args),
    /// Change the code that must not be wrong in every way that cargo-mutants knows, and want a test to notice each.
    Mutants(mutants::Args),
    /// Package every crate that is published, in the order to publish them in, and build and run a program from the packages alone.
    Package,
    /// Write what changed for callers since the last release into CHANGELOG.md, and see that the version is large enough for it.
    ReleaseNotes(release::Args),
    /// Have cargo-semver-checks, if it is installed, judge every change of docs/evolution.md.
    Semver,
    /// Look at what we depend on: licences, sources, duplicates, the Rust that is needed; and write what the program is made of.
    Supply(supply::Args),
    /// Measure: lines, CPU seconds, sizes.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Generate(args) => generate::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Dist => dist::run(),
        Command::Demo => demo::run(),
        Command::Test(args) => test::run(&args),
        Command::Chaos(args) => chaos::run(&args),
        Command::Fuzz(args) => fuzz::run(&args),
        Command::Differential(args) => differential::run(&args),
        Command::Quota(args) => quota::run(&args),
        Command::Bulk(args) => bulk::run(&args),
        Command::Canaries => canaries::run(),
        Command::Concurrency(args) => concurrency::run(&args),
        Command::Corpus(args) => corpus::run(&args),
        Command::Mutants(args) => mutants::run(&args),
        Command::Package => package::run(),
        Command::ReleaseNotes(args) => release::run(&args),
        Command::Semver => semver::run(),
        Command::Supply(args) => supply::run(&args),
        Command::Bench(bench) => bench::run(&bench),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
