//! The official CLI's file, to be changed.

use std::path::{Path, PathBuf};

use serde::Serialize as _;

use super::json::Json;
use super::locked::Locked;
use crate::failure::Failure;
use crate::private;

/// Holds the file as it stands, and where.
pub(super) struct File {
    path: PathBuf,
    root: Json,
}

impl File {
    /// Finds the file that the environment names, or the one below the home folder.
    pub(super) fn path(var: impl Fn(&str) -> Option<String>) -> Result<PathBuf, Failure> {
        let set = |name: &str| var(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        if let Some(path) = set("ALIBABA_CLOUD_CONFIG_FILE") {
            return Ok(path);
        }
        let home = set(if cfg!(windows) { "USERPROFILE" } else { "HOME" });
        let home = home.ok_or_else(|| Failure::usage("there is no home folder; set ALIBABA_CLOUD_CONFIG_FILE"))?;
        Ok(home.join(".aliyun").join("config.json"))
    }

    /// Reads a file; one that is not there has no profile.
    pub(super) fn read(path: PathBuf) -> Result<Self, Failure> {
        // Locked, because Windows keeps everybody else from reading what is locked; and no longer than that.
        let text = Locked::of(&path)?.map_or(Ok(Vec::new()), |locked| locked.read());
        let text = text.map_err(|error| Failure::of_file(&path, error))?;
        Self::of(path, &text)
    }

    fn of(path: PathBuf, text: &[u8]) -> Result<Self, Failure> {
        let refused = |why: &str| {
            // The file is somebody's, and holds secrets: it is neither shown nor written over.
            Failure::usage(format!("{} {why}; mend it, or move it away", path.display()))
        };
        let root = match text.trim_ascii() {
            b"" => Json::Object(Vec::new()),
            text => Json::read(text)
                .map_err(|error| refused(&format!("is no JSON at line {}, column {}", error.line(), error.column())))?,
        };
        let profiles_fit = matches!(root.get("profiles"), None | Some(Json::List(_)));
        if !matches!(root, Json::Object(_)) || !profiles_fit {
            return Err(refused("is not as the official CLI writes it"));
        }
        Ok(Self { path, root })
    }

    pub(super) fn location(&self) -> &Path {
        &self.path
    }

    /// Returns the name of the profile that is used if none is named.
    pub(super) fn current(&self) -> Option<&str> {
        self.root.get("current").and_then(Json::as_str).filter(|name| !name.is_empty())
    }

    /// Makes a profile the one that is used if none is named.
    pub(super) fn make_current(&mut self, name: &str) {
        self.root.set("current", Json::text(name));
    }

    /// Returns the names of all profiles.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let profiles = match self.root.get("profiles") {
            Some(Json::List(profiles)) => profiles.as_slice(),
            _ => &[],
        };
        profiles.iter().filter_map(|profile| profile.get("name").and_then(Json::as_str))
    }

    /// Returns a profile; where several have the name, the first counts, as it does for whoever reads the file.
    pub(super) fn profile(&self, name: &str) -> Option<&Json> {
        let Some(Json::List(profiles)) = self.root.get("profiles") else { return None };
        profiles.iter().find(|profile| profile.get("name").and_then(Json::as_str) == Some(name))
    }

    /// Returns a profile to be changed, which is made at the end of the list if it is not there.
    pub(super) fn profile_mut(&mut self, name: &str) -> Option<&mut Json> {
        let Some(Json::List(profiles)) = self.root.entry("profiles", Json::List(Vec::new())) else { return None };
        let is_it = |profile: &Json| profile.get("name").and_then(Json::as_str) == Some(name);
        let at = profiles.iter().position(is_it).unwrap_or_else(|| {
            profiles.push(Json::Object(vec![("name".to_owned(), Json::text(name))]));
            profiles.len() - 1
        });
        profiles.get_mut(at)
    }

    /// Changes the file as it stands by now, locked against whoever keeps to its lock: it may have been written since it was read,
    /// as by a program that renewed somebody's login. Where the change fails, nothing is written.
    pub(super) fn change<T>(self, change: impl Fn(&mut Self) -> Result<T, Failure>) -> Result<T, Failure> {
        loop {
            let locked = Locked::of(&self.path)?;
            let text = locked.as_ref().map_or(Ok(Vec::new()), Locked::read);
            let text = text.map_err(|error| Failure::of_file(&self.path, error))?;
            let mut file = Self::of(self.path.clone(), &text)?;
            let changed = change(&mut file)?;
            if file.write(locked)? {
                return Ok(changed);
            }
        }
    }

    /// Writes the file as a whole or not at all, for nobody else to read. Returns whether it did: where there was no file to lock,
    /// somebody may have made one meanwhile.
    fn write(&self, locked: Option<Locked>) -> Result<bool, Failure> {
        let failed = |error: std::io::Error| Failure::of_file(&self.path, error);
        make_private(private::folder(&self.path)).map_err(failed)?;
        let mut text = Vec::new();
        // As the official CLI indents it.
        let formatter = serde_json::ser::PrettyFormatter::with_indent(b"\t");
        let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
        self.root.serialize(&mut serializer).map_err(|error| failed(error.into()))?;
        text.push(b'\n');
        // A link that leads nowhere is replaced, as nobody can lock what it leads to.
        if locked.is_none() && !self.path.is_symlink() {
            return private::create(&self.path, |file| file.write_all(&text).map_err(failed));
        }
        // On other systems than Unix a file that is open cannot be replaced: there the lock ends just before.
        let _locked = locked.filter(|_| cfg!(unix));
        private::replace_for_its_owner(&self.path, |file| file.write_all(&text).map_err(failed))?;
        Ok(true)
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
