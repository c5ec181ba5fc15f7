//! The file that holds a recording.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::request::Asked;
use crate::error::Error;

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Recording {
    /// The version of the format.
    pub(super) apsara_recording: u32,
    pub(super) exchanges: Vec<Exchange>,
}

/// The version that is written, and the only one that is read.
pub(super) const FORMAT: u32 = 1;

/// What was asked, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    pub(super) asked: Asked,
    pub(super) came: Came,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum Came {
    Answer {
        status: u16,
        headers: BTreeMap<String, String>,
        body: Body,
    },
    Error {
        message: String,
        /// Whether it may have been sent.
        maybe_sent: bool,
        status: Option<u16>,
        timeout: bool,
        /// Whether the answer was longer than was allowed. Recordings of before do not say it.
        #[serde(default)]
        too_long: bool,
        /// Whether the request was none that could be sent. Recordings of before do not say it.
        #[serde(default)]
        malformed: bool,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(super) enum Body {
    Json(Value),
    Text(String),
    Base64(String),
}

impl Recording {
    pub(super) fn read(path: &Path) -> Result<Self, Error> {
        let refuse = |why: &dyn std::fmt::Display| {
            Error::config(format!("the recording `{}` cannot be used: {why}", path.display()))
        };
        let bytes = fs::read(path).map_err(|error| refuse(&error))?;
        let recording: Self = serde_json::from_slice(&bytes).map_err(|error| refuse(&error))?;
        if recording.apsara_recording != FORMAT {
            return Err(refuse(&format!(
                "its format is {}, not {FORMAT}; record it again",
                recording.apsara_recording
            )));
        }
        Ok(recording)
    }

    /// Writes the file in one step, so that it is never there by half, and for nobody else to read.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let part = path.with_file_name(name);
        let written = self.write_part(&part).and_then(|()| fs::rename(&part, path));
        if written.is_err() {
            let _ = fs::remove_file(&part);
        }
        written
    }

    fn write_part(&self, part: &Path) -> io::Result<()> {
        // What a run that was killed left behind is not written into.
        let _ = fs::remove_file(part);
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file: File = options.open(part)?;
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        file.write_all(&text)?;
        file.sync_all()
    }
}
