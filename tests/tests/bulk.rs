//! Bulk runs that are killed again and again and resumed, in small; `cargo xtask bulk` does it at length.

#![allow(clippy::unwrap_used)]

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn a_run_that_is_killed_restarts_no_task_twice() {
    let seed = std::env::var("BULK_SEED").unwrap_or_else(|_| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        since.as_millis().to_string()
    });
    println!("BULK_SEED={seed}");
    let output = Command::new(env!("CARGO_BIN_EXE_bulk")).args(["kills", "100", "4", &seed]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.matches(" 0 wrong, ").count(), 3, "{told}");
}
