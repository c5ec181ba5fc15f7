//! Profiles: keys, or ways to them, under a name in a file.

mod cli;
mod cli_file;
mod cli_text;
mod ini;
mod ini_profile;

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

pub use self::cli::CliProfile;
pub(super) use self::cli_file::{CliFile, Entry};
pub(super) use self::cli_text::with_value;
pub use self::ini_profile::IniProfile;
use super::ecs::EcsRamRole;
use super::variables::Variables;
use super::wire::Wire;
use super::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::Sensitive;

/// What the ways of a profile lead through: the environment, the network.
#[derive(Clone, Debug)]
pub(super) struct Surroundings {
    pub(super) variables: Variables,
    pub(super) wire: Wire,
    /// What the metadata service is asked by.
    pub(super) direct: Wire,
    pub(super) metadata: Option<String>,
}

impl Surroundings {
    pub(super) fn of(variables: Variables) -> Self {
        Self { variables, wire: Wire::default(), direct: Wire::direct(), metadata: None }
    }

    /// The metadata service for a profile that wants it, unless the environment forbids that.
    fn ecs_of_profile(&self, role: Option<&str>) -> Result<EcsRamRole, Error> {
        if self.variables.without_ecs {
            return Err(Error::config(
                "ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids to ask the metadata service, which the profile wants; unset it or \
                 choose another profile",
            ));
        }
        Ok(self.ecs(role))
    }

    pub(super) fn ecs(&self, role: Option<&str>) -> EcsRamRole {
        let mut ecs = EcsRamRole::over(self.direct.clone());
        if let Some(role) = role {
            ecs = ecs.role(role);
        }
        if let Some(endpoint) = &self.metadata {
            ecs = ecs.endpoint(endpoint);
        }
        if self.variables.without_ecs_v1 { ecs.without_v1() } else { ecs }
    }
}

/// What was found in a file.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) provider: Arc<dyn CredentialsProvider>,
    /// The profile's name.
    name: String,
    /// Which profile of which file, and its mode.
    pub(super) what: String,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    /// The token of a profile that has one in the place of a key.
    pub(super) bearer_token: Option<Sensitive<String>>,
    /// Whether the profile says that there is to be no key.
    pub(super) anonymous: bool,
}

impl Found {
    fn new(provider: Arc<dyn CredentialsProvider>, name: &str, what: String) -> Self {
        let name = name.to_owned();
        Self { provider, name, what, region: None, endpoint: None, bearer_token: None, anonymous: false }
    }

    /// Gives the profile's keys; an error names the profile.
    async fn credentials(&self) -> Result<Credentials, Error> {
        self.provider.credentials().await.map_err(|error| error.within(&self.what))
    }

    /// Gives others in the place of some that the cloud calls expired.
    async fn renew(&self, expired: &Credentials) -> Result<Credentials, Error> {
        self.provider.renew(expired).await.map_err(|error| error.within(&self.what))
    }
}

/// What a look at a file comes to, if the file is in order.
pub(super) enum Look {
    /// There is not even a file, and where.
    NoFile(String),
    /// There is nothing in it, or it is not to be read, and why that is so.
    NotThere(String),
    Found(Found),
}

impl Look {
    fn found(self) -> Result<Found, Error> {
        match self {
            Self::Found(found) => Ok(found),
            Self::NoFile(why) | Self::NotThere(why) => Err(Error::config(why)),
        }
    }
}

/// What was found when a file was last read, for as long as it says the same.
#[derive(Clone, Default)]
struct Reading(Arc<Mutex<Option<Read>>>);

/// A file, its text, and what was found in it.
struct Read {
    path: PathBuf,
    text: Sensitive<String>,
    found: Found,
}

impl Reading {
    /// Returns what was found before, or looks now.
    fn or_look(&self, look: impl FnOnce() -> Result<Look, Error>) -> Result<Found, Error> {
        let found = self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|read| read.found.clone());
        found.map_or_else(|| look()?.found(), Ok)
    }

    /// Reads the text of a file, unless it is the one that was read before: then its provider, with what that keeps, stays.
    fn read(&self, path: &Path, text: String, read: impl FnOnce(&str) -> Result<Look, Error>) -> Result<Look, Error> {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = Sensitive::new(text);
        if let Some(before) = last.as_ref().filter(|before| before.path == path && before.text == text) {
            return Ok(Look::Found(before.found.clone()));
        }
        let before = last.take();
        let look = read(text.expose())?;
        *last = match &look {
            Look::Found(found) => Some(Read { path: path.to_owned(), text, found: found.clone() }),
            // The file in which it was found is looked at next.
            _ => before.filter(|before| before.path != path),
        };
        Ok(look)
    }
}

impl fmt::Debug for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Reading")
    }
}

/// Reads a file; nothing where there is none.
fn read_file(path: &Path) -> Result<Option<String>, Error> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::config(format!("it cannot be read: {error}")).within(path.display().to_string())),
    }
}

/// Leaves out the byte order mark that editors on Windows begin a file with.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

#[cfg(test)]
mod tests;
