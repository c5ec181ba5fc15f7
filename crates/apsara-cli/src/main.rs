//! The terminal program of Apsara.

use std::process::ExitCode;

fn main() -> ExitCode {
    apsara_cli::main()
}
