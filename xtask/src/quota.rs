//! `cargo xtask quota`: eight processes that want all of one quota.

use crate::peers;
use crate::run::{Failure, cargo, succeed};

/// For how long.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many seconds each of the four runs takes; at least 6.
    #[arg(long, value_name = "S", default_value_t = 60, value_parser = clap::value_parser!(u64).range(6..))]
    seconds: u64,
}

/// Runs the program in the tests package that does it.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    peers::install_redis()?;
    let seconds = args.seconds.to_string();
    succeed(&mut cargo(&["run", "--quiet", "--package", "apsara-tests", "--bin", "quota", "--", &seconds]))
}
