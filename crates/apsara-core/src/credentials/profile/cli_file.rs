//! The file of the official CLI, `~/.aliyun/config.json`, as it stands.

use std::path::Path;

use serde_json::{Map, Value};

use super::without_mark;
use crate::credentials::Credentials;
use crate::error::Error;

/// What the file holds. Its values may be secret, so it has no `Debug`.
pub(in crate::credentials) struct CliFile {
    root: Map<String, Value>,
}

/// One profile of the file, which knows how to say what is wrong with it.
#[derive(Clone, Copy)]
pub(in crate::credentials) struct Entry<'a> {
    pub(in crate::credentials) name: &'a str,
    path: &'a Path,
    values: &'a Map<String, Value>,
}

impl CliFile {
    /// Reads the text of a file; its path is for errors.
    pub(in crate::credentials) fn read(text: &str, path: &Path) -> Result<Self, Error> {
        let place = || path.display().to_string();
        match serde_json::from_str(without_mark(text)) {
            Ok(Value::Object(root)) => Ok(Self { root }),
            Ok(_) => Err(Error::config("the JSON is no object; run `aliyun configure` to write the file anew").within(place())),
            Err(error) => Err(Error::config(format!(
                "it is no JSON from line {}, column {} on; mend it there, or run `aliyun configure` to write the file anew",
                error.line(),
                error.column()
            ))
            .within(place())),
        }
    }

    /// Returns the name of the profile that the CLI uses when none is named.
    pub(super) fn current(&self) -> &str {
        self.root.get("current").and_then(Value::as_str).filter(|name| !name.is_empty()).unwrap_or("default")
    }

    /// Returns a profile: of several of one name the first, as the official CLI and the official SDKs do.
    pub(in crate::credentials) fn profile<'a>(&'a self, name: &'a str, path: &'a Path) -> Option<Entry<'a>> {
        let profiles = self.root.get("profiles").and_then(Value::as_array)?;
        let mut values = profiles.iter().filter_map(Value::as_object);
        let is_it = |values: &&Map<String, Value>| values.get("name").and_then(Value::as_str) == Some(name);
        values.find(is_it).map(|values| Entry { name, path, values })
    }
}

impl<'a> Entry<'a> {
    /// Returns the mode as it is spelt; without one it is that of the first versions of the CLI.
    pub(super) fn mode(&self) -> &'a str {
        self.text("mode").unwrap_or("AK")
    }

    pub(in crate::credentials) fn text(&self, key: &str) -> Option<&'a str> {
        self.values.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
    }

    pub(in crate::credentials) fn required(&self, key: &str) -> Result<&'a str, Error> {
        self.text(key).ok_or_else(|| {
            let (name, mode) = (self.name, self.mode());
            self.refuse(&format!(
                "`{key}` is missing; set it, for example with `aliyun configure --profile {name} --mode {mode}`"
            ))
        })
    }

    /// Returns a number that is more than nothing.
    pub(in crate::credentials) fn number(&self, key: &str) -> Option<i64> {
        self.values.get(key).and_then(Value::as_i64).filter(|number| *number > 0)
    }

    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.values.get(key).and_then(Value::as_bool)
    }

    /// Returns the key that stands in the profile. A token beside a permanent key is what another mode has left there.
    pub(super) fn key(&self) -> Result<Credentials, Error> {
        let (id, secret) = (self.required("access_key_id")?, self.required("access_key_secret")?);
        let key = match self.text("sts_token").filter(|_| id.starts_with("STS.")) {
            Some(token) => Credentials::temporary(id, secret, token),
            None => Credentials::new(id, secret),
        };
        key.map_err(|error| error.within(self.what()))
    }

    pub(super) fn temporary_key(&self) -> Result<Credentials, Error> {
        let (id, secret) = (self.required("access_key_id")?, self.required("access_key_secret")?);
        let key = Credentials::temporary(id, secret, self.required("sts_token")?);
        key.map_err(|error| error.within(self.what()))
    }

    /// Names the profile, its file and its mode.
    pub(in crate::credentials) fn what(&self) -> String {
        format!("profile `{}` of {}, mode {}", self.name, self.path.display(), self.mode())
    }

    pub(in crate::credentials) fn refuse(&self, why: &str) -> Error {
        Error::config(why).within(self.what())
    }
}
