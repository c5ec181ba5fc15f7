//! The terminal program of Apsara.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "printing is what a terminal program is for")]

mod emulator;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Alibaba Cloud from a terminal.
#[derive(Parser)]
#[command(name = "apsara", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a stand-in for Alibaba Cloud on this machine until Ctrl-C.
    Emulator(emulator::Options),
}

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command } = Cli::parse();
    let done = match command {
        Command::Emulator(options) => emulator::serve(options).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
