//! Bulk runs that are killed and resumed, and how much memory one takes: `cargo xtask bulk` starts it.

// It reports to a terminal.
#![allow(clippy::print_stdout)]

mod child;
mod kills;
mod memory;

use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["child", ref rest @ ..] => child::run(rest).await?,
        ["kills", tasks, kills, seed] => kills::run(tasks.parse()?, kills.parse()?, seed.parse()?).await?,
        ["memory", lines] => memory::run(lines.parse()?).await?,
        _ => return Err("kills TASKS KILLS SEED, or memory LINES".into()),
    }
    Ok(ExitCode::SUCCESS)
}
