//! The workspace's own commands: `cargo xtask --help`.

// A command line program prints.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod bulk;
mod chaos;
mod corpus;
mod demo;
mod generate;
mod import;
mod pages;
mod peers;
mod prove;
mod run;
mod scratch;
mod specs;
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
    /// Show the main job: specs checked, an emulator started, a relay task created, restarted and described.
    Demo,
    /// Run the tests.
    Test(test::Args),
    /// Let many clients meet every fault at random, and compare what they were told with what was done.
    Chaos(chaos::Args),
    /// Kill and resume bulk runs again and again, and compare their journals with what was done; or measure their memory.
    Bulk(bulk::Args),
    /// Generate and compile every document of the portal in a folder.
    Corpus(corpus::Args),
    /// Measure: lines, CPU seconds, sizes.
    #[command(subcommand)]
    Bench(bench::Bench),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Generate(args) => generate::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Demo => demo::run(),
        Command::Test(args) => test::run(&args),
        Command::Chaos(args) => chaos::run(&args),
        Command::Bulk(args) => bulk::run(&args),
        Command::Corpus(args) => corpus::run(&args),
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
