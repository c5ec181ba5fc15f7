//! Eight processes that want all of one quota, for real: what the store granted, what the cloud said to it, and who got it.
//!
//! `cargo xtask quota --seconds S` starts it.

// It reports to a terminal.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod measure;
mod runs;
mod worker;

use std::error::Error;
use std::process::ExitCode;

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("worker") => {
            worker::run(arguments).await?;
            // What still waits is left where it is.
            std::process::exit(0);
        }
        seconds => {
            let seconds = seconds.map_or(Ok(60), str::parse)?;
            let mut failed = runs::one_server(seconds).await?;
            failed.extend(runs::one_host(seconds).await?);
            failed.extend(runs::server_away(seconds, None).await?);
            failed.extend(runs::server_away(seconds, Some(1)).await?);
            for failure in &failed {
                println!("quota: {failure}");
            }
            Ok(if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
    }
}
