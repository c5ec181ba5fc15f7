//! A home folder with files in it, and the variables of a program that lives there.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// A folder with files, and variables; it is gone when it is dropped.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
    vars: Vec<(String, String)>,
}

impl Home {
    /// Makes an empty home, with no variable but the one that names it.
    ///
    /// # Panics
    ///
    /// Panics if the folder cannot be made.
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap().to_owned();
        Self { vars: vec![("HOME".to_owned(), home.clone()), ("USERPROFILE".to_owned(), home)], folder }
    }

    /// Writes a file below it.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be written.
    #[must_use]
    pub fn file(self, path: &str, text: impl AsRef<str>) -> Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap_or(Path::new(""))).unwrap();
        fs::write(path, text.as_ref()).unwrap();
        self
    }

    /// Writes a file of the official CLI with one profile.
    #[must_use]
    pub fn cli(self, profile: &str) -> Self {
        self.file(".aliyun/config.json", format!(r#"{{"current":"p","profiles":[{{"name":"p",{profile}}}]}}"#))
    }

    /// Sets a variable.
    #[must_use]
    pub fn set(mut self, name: &str, value: impl Into<String>) -> Self {
        self.vars.push((name.to_owned(), value.into()));
        self
    }

    /// Returns a path below it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    /// Looks a variable up.
    pub fn var(&self, name: &str) -> Option<String> {
        self.vars.iter().find(|(set, _)| set == name).map(|(_, value)| value.clone())
    }

    /// Returns all variables.
    pub fn vars(&self) -> Vec<(&str, &str)> {
        self.vars.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}
