//! A profile of the official SDKs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ini::{self, Section};
use super::{Found, Look, Reading, Surroundings, read_file};
use crate::credentials::fixed::Fixed;
use crate::credentials::sts::{AssumeRole, OidcRole, Session};
use crate::credentials::variables::Variables;
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of a profile of the official SDKs, which is a section of `~/.alibabacloud/credentials` or
/// `~/.alibabacloud/credentials.ini`. The former is looked at first; the SDKs for Go and for Python each know one of them.
///
/// | `type` | what else the section holds |
/// | --- | --- |
/// | `access_key` | `access_key_id`, `access_key_secret` |
/// | `sts` | the same, and `security_token` |
/// | `ecs_ram_role` | `role_name`, if it is to be a certain one |
/// | `ram_role_arn` | `access_key_id`, `access_key_secret`, `role_arn`; `role_session_name`, `policy` if need be |
/// | `oidc_role_arn` | `role_arn`, `oidc_provider_arn`, `oidc_token_file_path`; `role_session_name`, `policy` if need be |
///
/// A section of type `rsa_key_pair` is refused. The file is read when the first key is asked for, and again when the cloud
/// calls one expired.
#[derive(Clone, Debug)]
pub struct IniProfile {
    files: Vec<PathBuf>,
    profile: String,
    surroundings: Surroundings,
    reading: Reading,
}

impl IniProfile {
    /// Takes the file and the profile that the environment names, through a function that looks a variable up:
    /// `ALIBABA_CLOUD_CREDENTIALS_FILE`, or else those below the home folder; `ALIBABA_CLOUD_PROFILE`, or else `default`.
    ///
    /// # Errors
    ///
    /// Fails where [`Credentials::from_vars`] does.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self::of(Surroundings::of(Variables::read(var)?)))
    }

    /// Takes a file, and its profile `default`. Nothing of the environment is read.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        let variables = Variables { credentials_file: Some(path.into()), ..Variables::default() };
        Self::of(Surroundings::of(variables))
    }

    pub(in crate::credentials) fn of(surroundings: Surroundings) -> Self {
        let variables = &surroundings.variables;
        let profile = variables.profile.clone().unwrap_or_else(|| "default".to_owned());
        Self { files: variables.ini_files(), profile, surroundings, reading: Reading::default() }
    }

    /// Names the profile.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = name.into();
        self.reading = Reading::default();
        self
    }

    /// Sets the transport of everything but the metadata service; one on reqwest unless set.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport + 'static) -> Self {
        self.surroundings.wire = super::Wire::by(Arc::new(transport));
        self.reading = Reading::default();
        self
    }

    /// Looks what there is, without a network.
    pub(in crate::credentials) fn look(&self) -> Result<Look, Error> {
        let (mut why, mut is_there) = (Vec::new(), false);
        for path in &self.files {
            let Some(text) = read_file(path)? else {
                why.push(format!("there is no {}", path.display()));
                continue;
            };
            is_there = true;
            let name = &self.profile;
            let look = self.reading.read(path, text, |text| {
                let sections = ini::read(text).map_err(|error| error.within(path.display().to_string()))?;
                match sections.iter().rfind(|section| section.name == *name) {
                    Some(section) => Entry { section, path }.found(&self.surroundings).map(Look::Found),
                    None => Ok(Look::NotThere(format!("{} has no section [{name}]", path.display()))),
                }
            })?;
            match look {
                Look::NoFile(reason) | Look::NotThere(reason) => why.push(reason),
                found @ Look::Found(_) => return Ok(found),
            }
        }
        if why.is_empty() {
            why.push("there is no home folder that could hold .alibabacloud/credentials".to_owned());
        }
        let why = why.join(", and ");
        Ok(if is_there { Look::NotThere(why) } else { Look::NoFile(why) })
    }
}

/// A section of a file, which knows how to say what is wrong with it.
struct Entry<'a> {
    section: &'a Section,
    path: &'a Path,
}

impl<'a> Entry<'a> {
    fn found(&self, surroundings: &Surroundings) -> Result<Found, Error> {
        let variables = &surroundings.variables;
        let sts = || variables.sts(&surroundings.wire, None, None, None);
        let provider: Arc<dyn CredentialsProvider> = match self.required("type")? {
            "access_key" => Arc::new(Fixed::Key(self.key(None)?)),
            "sts" => Arc::new(Fixed::Key(self.key(Some(self.required("security_token")?))?)),
            "ecs_ram_role" => {
                let ecs = surroundings.ecs_of_profile(self.section.get("role_name"));
                Arc::new(ecs.map_err(|error| error.within(self.what()))?)
            }
            "ram_role_arn" => {
                let source = Arc::new(Fixed::Key(self.key(self.section.get("security_token"))?));
                Arc::new(AssumeRole::of(source, self.session(variables)?, variables.external_id.clone(), sts()))
            }
            "oidc_role_arn" => Arc::new(OidcRole::of(
                self.session(variables)?,
                self.required("oidc_provider_arn")?.to_owned(),
                self.required("oidc_token_file_path")?.into(),
                sts(),
            )),
            "rsa_key_pair" => {
                return Err(self.refuse("a key pair gives no access key here; give it to ConfigBuilder::key_pair"));
            }
            other => {
                return Err(self.refuse(&format!(
                    "the type `{other}` is unknown; write access_key, sts, ecs_ram_role, ram_role_arn or oidc_role_arn"
                )));
            }
        };
        Ok(Found::new(provider, &self.section.name, self.what()))
    }

    fn session(&self, variables: &Variables) -> Result<Session, Error> {
        let text = |key: &str| self.section.get(key).map(str::to_owned);
        Ok(Session {
            role_arn: self.required("role_arn")?.to_owned(),
            name: text("role_session_name").or_else(|| variables.session_name.clone()),
            seconds: text("duration_seconds").and_then(|seconds| seconds.parse().ok()),
            policy: text("policy"),
        })
    }

    fn key(&self, token: Option<&str>) -> Result<Credentials, Error> {
        let (id, secret) = (self.required("access_key_id")?, self.required("access_key_secret")?);
        let key = match token {
            Some(token) => Credentials::temporary(id, secret, token),
            None => Credentials::new(id, secret),
        };
        key.map_err(|error| error.within(self.what()))
    }

    fn required(&self, key: &str) -> Result<&'a str, Error> {
        self.section.get(key).ok_or_else(|| self.refuse(&format!("`{key}` is missing; add the line `{key} = …`")))
    }

    fn what(&self) -> String {
        let kind = self.section.get("type").map(|kind| format!(", type {kind}")).unwrap_or_default();
        format!("profile `{}` of {}{kind}", self.section.name, self.path.display())
    }

    fn refuse(&self, why: &str) -> Error {
        Error::config(why).within(self.what())
    }
}

impl CredentialsProvider for IniProfile {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { self.reading.or_look(|| self.look())?.credentials().await })
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async {
            // Somebody may have written another key.
            let found = self.look()?.found()?;
            found.renew(expired).await
        })
    }

    fn name(&self) -> String {
        match self.reading.or_look(|| self.look()) {
            Ok(found) => format!("profile/{}", found.provider.name()),
            Err(_) => "profile".to_owned(),
        }
    }

    fn account(&self) -> Option<String> {
        self.reading.or_look(|| self.look()).ok()?.provider.account()
    }

    fn permanent_key_id(&self) -> Option<String> {
        self.reading.or_look(|| self.look()).ok()?.provider.permanent_key_id()
    }
}
