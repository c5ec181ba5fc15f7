//! `cargo xtask bench`: what things cost. No test depends on a time.

mod calls;
mod cli;
mod codegen;
mod cpu;
mod crates;
mod explorer;
pub(crate) mod memory;
mod micro;
mod page;
mod tools;

use crate::run::{Failure, cargo, succeed};

/// What to measure.
#[derive(clap::Subcommand)]
pub(crate) enum Bench {
    /// Measure what a call costs: ours beside clients that were tuned by hand, and beside every peer.
    Calls(calls::Args),
    /// Measure how long the terminal takes to start and to make a call, beside the official Python SDK.
    Cli(cli::Args),
    /// Measure what our crate, and those of other clouds, cost whoever compiles them, and how large a program with one call is.
    Crates(crates::Args),
    /// Measure what ten thousand calls under way take of memory, and whether they are as many per second as few.
    Crowd(calls::crowd::Args),
    /// Measure the generator, and what the code that it makes costs the compiler.
    Codegen(codegen::Args),
    /// Measure how long the emulator's start takes, and what verifying signatures costs it; fails if that is more than half
    /// of a call without it.
    Emulator(Remembered),
    /// Measure how long the explorer's page takes from the start of the program until it is painted, with more and more operations.
    Explorer(explorer::Args),
    /// Count the instructions that each step of a call takes.
    Micro(micro::Args),
    /// Measure the generator, the corpus, the emulator, the terminal, the explorer's page and bulk runs: throughput, memory, growth.
    Tools(tools::Args),
}

/// What the emulator remembers.
#[derive(clap::Args)]
pub(crate) struct Remembered {
    /// Measure instead what is left of calls in memory once a quarter of an hour has passed by the emulator's clocks.
    #[arg(long)]
    memory: bool,
    /// How many calls are made, twice.
    #[arg(long, default_value_t = 1_000_000, requires = "memory")]
    calls: u32,
}

/// Measures what was asked for.
pub(crate) fn run(bench: &Bench) -> Result<(), Failure> {
    match bench {
        Bench::Calls(args) => calls::run(args),
        Bench::Cli(args) => cli::run(args),
        Bench::Codegen(args) => codegen::run(args),
        Bench::Crates(args) => crates::run(args),
        Bench::Crowd(args) => calls::crowd::run(args),
        Bench::Emulator(remembered) => emulator(remembered),
        Bench::Explorer(args) => explorer::run(args),
        Bench::Micro(args) => micro::run(args),
        Bench::Tools(args) => tools::run(args),
    }
}

/// Runs the program that compares an emulator with one that believes everything; it is not linked into this one.
fn emulator(remembered: &Remembered) -> Result<(), Failure> {
    let mut command = cargo(&["run", "--quiet", "--release", "--package", "apsara-tests", "--bin", "bench_emulator"]);
    if remembered.memory {
        command.args(["--", "--memory", &remembered.calls.to_string()]);
        // What is given back to glibc's allocator it gives back to the system, if it is large: measured is what is held.
        command.env("MALLOC_MMAP_THRESHOLD_", "131072");
    }
    succeed(&mut command)
}
