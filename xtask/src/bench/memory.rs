//! The memory that programs take.

use std::fs;

/// Returns the most KiB that a program that runs has had so far, unless the system does not tell; only Linux does. What a program
/// tells of itself by `getrusage` begins with what the program had that started it.
pub(crate) fn most_resident(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
