//! The record of the last release.

use std::fs;

use apsara_codegen::Surface;
use serde_json::Value;

use super::{SPECS, Version, write as write_file};
use crate::run::{Failure, root};

/// The file beside the specs; there is none before the first release. Its first line is the version, and behind that is the surface as
/// JSON, compressed: as text the surface of six products has 9.5 MB, which nobody would read.
const FILE: &str = "released.bin";

/// How hard it is compressed; more gains nothing.
const LEVEL: u8 = 9;

/// A release: its version, and what callers could name.
pub(super) struct Release {
    pub(super) version: Version,
    pub(super) surface: Surface,
}

/// Reads the record; nothing if nothing was released.
pub(super) fn read() -> Result<Option<Release>, Failure> {
    let path = root().join(SPECS).join(FILE);
    if !path.exists() {
        return Ok(None);
    }
    let wrong = |reason: String| format!("{SPECS}/{FILE}: {reason}; restore it from git");
    let bytes = fs::read(&path).map_err(|error| wrong(error.to_string()))?;
    let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(|| wrong("has no first line".to_owned()))?;
    let version = Version::parse(&String::from_utf8_lossy(&bytes[..end])).map_err(wrong)?;
    let stored = miniz_oxide::inflate::decompress_to_vec(&bytes[end + 1..]);
    let stored = stored.map_err(|error| wrong(format!("is damaged: {error}")))?;
    let stored: Value = serde_json::from_slice(&stored).map_err(|error| wrong(format!("is damaged: {error}")))?;
    Ok(Some(Release { version, surface: Surface::from_json(&stored).map_err(wrong)? }))
}

/// Writes the record.
pub(super) fn write(release: &Release) -> Result<(), Failure> {
    let stored = release.surface.to_json().to_string();
    let mut bytes = format!("{}\n", release.version).into_bytes();
    bytes.extend(miniz_oxide::deflate::compress_to_vec(stored.as_bytes(), LEVEL));
    write_file(&root().join(SPECS).join(FILE), &bytes)
}
