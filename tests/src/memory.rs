//! The memory that programs take.

/// Returns the most KiB that a program that runs has had in memory so far, unless the system does not tell; only Linux does.
#[must_use]
pub fn most_resident(id: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches("kB").trim().parse().ok()
}
