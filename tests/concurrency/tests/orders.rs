//! Some orders in which tasks may run; `cargo xtask concurrency` draws many more.

#![allow(clippy::unwrap_used)]

use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

#[test]
fn quota_and_refresh_are_sound_in_every_order_that_is_drawn() {
    let seed = std::env::var("CONCURRENCY_SEED").unwrap_or_else(|_| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        since.as_millis().to_string()
    });
    println!("CONCURRENCY_SEED={seed}");
    let output = Command::new(env!("CARGO_BIN_EXE_concurrency")).args(["1000", &seed]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert!(told.trim_end().ends_with(": 0 wrong"), "{told}");
}
