//! What a text on the command line stands for.

use std::io::Read as _;
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use crate::failure::Failure;

/// Reads values that do not stand on the command line themselves. The standard input can be read once.
#[derive(Default)]
pub(crate) struct Sources {
    input_read: bool,
}

impl Sources {
    /// Returns the text that is meant: `@file` is what a file holds, `-` what the standard input does, `@@x` is `@x`. A line break
    /// at the end of a file does not count.
    pub(crate) fn read(&mut self, text: &str) -> Result<String, Failure> {
        match text {
            "-" => self.input(),
            _ => match text.strip_prefix('@') {
                Some(escaped) if escaped.starts_with('@') => Ok(escaped.to_owned()),
                Some(path) => {
                    let path = Path::new(path);
                    std::fs::read_to_string(path).map(without_break).map_err(|error| Failure::of_file(path, error))
                }
                None => Ok(text.to_owned()),
            },
        }
    }

    /// Returns bytes that are meant in Base64, as a request in JSON has them; a file's are all of it.
    pub(crate) fn read_bytes(&mut self, text: &str) -> Result<String, Failure> {
        let path = text.strip_prefix('@').filter(|path| !path.starts_with('@')).map(Path::new);
        let bytes = match path {
            Some(path) => std::fs::read(path).map_err(|error| Failure::of_file(path, error))?,
            None if text == "-" => {
                self.once()?;
                let mut bytes = Vec::new();
                let read = std::io::stdin().read_to_end(&mut bytes);
                read.map_err(|error| Failure::of_file(Path::new("the standard input"), error))?;
                bytes
            }
            None => text.strip_prefix('@').unwrap_or(text).as_bytes().to_vec(),
        };
        Ok(BASE64_STANDARD.encode(bytes))
    }

    fn input(&mut self) -> Result<String, Failure> {
        self.once()?;
        let mut text = String::new();
        let read = std::io::stdin().read_to_string(&mut text);
        read.map_err(|error| Failure::of_file(Path::new("the standard input"), error))?;
        Ok(without_break(text))
    }

    fn once(&mut self) -> Result<(), Failure> {
        if std::mem::replace(&mut self.input_read, true) {
            return Err(Failure::usage("the standard input (-) can be read for one value only"));
        }
        Ok(())
    }
}

fn without_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}
