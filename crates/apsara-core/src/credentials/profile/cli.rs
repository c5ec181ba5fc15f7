//! A profile of the official CLI.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use super::cli_file::{CliFile, Entry};
use super::{Found, Look, Reading, Surroundings, read_file};
use crate::credentials::cloud_sso::CloudSso;
use crate::credentials::ecs::EcsRamRole;
use crate::credentials::external::ExternalProcess;
use crate::credentials::fixed::Fixed;
use crate::credentials::oauth::OAuth;
use crate::credentials::sts::{AssumeRole, OidcRole, Session};
use crate::credentials::uri::CredentialsUri;
use crate::credentials::variables::Variables;
use crate::credentials::{Credentials, CredentialsProvider};
use crate::error::Error;
use crate::sensitive::Sensitive;
use crate::transport::{BoxFuture, Transport};

/// Gives the keys of a profile of the official CLI, which stands in `~/.aliyun/config.json`, whatever its mode.
///
/// | mode | what it gives |
/// | --- | --- |
/// | `AK`, `StsToken` | the key that stands there |
/// | `RamRoleArn` | that of a role, assumed with the key that stands there |
/// | `ChainableRamRoleArn` | that of a role, assumed with the keys of another profile |
/// | `RamRoleArnWithRoleName` | that of a role, assumed with those of the instance's role |
/// | `EcsRamRole` | that of the instance's role, see [`EcsRamRole`] |
/// | `OIDC` | that of a role, see [`OidcRole`] |
/// | `CloudSSO`, `OAuth` | what somebody who has logged in with the CLI is given, see [`CloudSso`] and [`OAuth`] |
/// | `External` | what a program prints, see [`ExternalProcess`] |
/// | `CredentialsURI` | what a server gives, see [`CredentialsUri`] |
///
/// The modes `BearerToken` and `Anonymous` have no key: [`Config::from_env`](crate::Config::from_env) takes them as what they
/// are. A profile of mode `RsaKeyPair` is refused; what signs with a key pair is `ConfigBuilder::key_pair`. Modes are
/// compared without case.
///
/// The file is read when the first key is asked for, and again when the cloud calls one expired. The profile that gave the first
/// one stays the one that is asked, even if another one is made the file's current one.
#[derive(Clone, Debug)]
pub struct CliProfile {
    file: Option<PathBuf>,
    profile: Option<String>,
    /// The file's current profile when it gave the first key: whatever somebody makes the current one then, it stays this.
    current: Arc<OnceLock<String>>,
    surroundings: Surroundings,
    reading: Reading,
}

impl CliProfile {
    /// Takes the file and the profile that the environment names, through a function that looks a variable up:
    /// `ALIBABA_CLOUD_CONFIG_FILE`, or else that below the home folder; `ALIBABA_CLOUD_PROFILE`, or else the file's current one.
    ///
    /// # Errors
    ///
    /// Fails where [`Credentials::from_vars`] does.
    pub fn from_vars(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        Ok(Self::of(Surroundings::of(Variables::read(var)?)))
    }

    /// Takes a file, and its current profile. Nothing of the environment is read.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        let variables = Variables { config_file: Some(path.into()), ..Variables::default() };
        Self::of(Surroundings::of(variables))
    }

    pub(in crate::credentials) fn of(surroundings: Surroundings) -> Self {
        let variables = &surroundings.variables;
        let (file, profile) = (variables.cli_file(), variables.profile.clone());
        Self { file, profile, current: Arc::default(), surroundings, reading: Reading::default() }
    }

    /// Names the profile.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.profile = Some(name.into());
        self.current = Arc::default();
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

    /// Keeps whose key it is.
    fn stays(&self, found: &Found, key: Credentials) -> Result<Credentials, Error> {
        self.current.get_or_init(|| found.name.clone());
        Ok(key)
    }

    /// Looks what there is, without a network.
    pub(in crate::credentials) fn look(&self) -> Result<Look, Error> {
        let not_there = |why: &str| Ok(Look::NotThere(why.to_owned()));
        if self.surroundings.variables.without_cli_profile {
            return not_there("ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set");
        }
        let Some(path) = &self.file else {
            return not_there("there is no home folder that could hold .aliyun/config.json");
        };
        let Some(text) = read_file(path)? else {
            return Ok(Look::NoFile(format!("there is no {}", path.display())));
        };
        self.reading.read(path, text, |text| {
            let file = CliFile::read(text, path)?;
            let name = self.profile.as_deref().or(self.current.get().map(String::as_str));
            let name = name.unwrap_or_else(|| file.current());
            let Some(entry) = file.profile(name, path) else {
                return not_there(&format!("{} has no profile `{name}`", path.display()));
            };
            // What the CLI writes when it runs for the first time.
            let is_empty = ["access_key_id", "access_key_secret"].iter().all(|key| entry.text(key).is_none());
            if is_empty && entry.mode().eq_ignore_ascii_case("AK") {
                return not_there(&format!("profile `{name}` of {} holds no key", path.display()));
            }
            let reading = Modes { file: &file, path, surroundings: &self.surroundings };
            reading.found(entry).map(Look::Found)
        })
    }
}

/// Reads profiles into providers.
struct Modes<'a> {
    file: &'a CliFile,
    path: &'a Path,
    surroundings: &'a Surroundings,
}

impl<'a> Modes<'a> {
    fn found(&self, entry: Entry<'a>) -> Result<Found, Error> {
        let mut found = Found::new(self.provider(entry, &mut Vec::new())?, entry.name, entry.what());
        found.region = entry.text("region_id").map(str::to_owned);
        found.endpoint = entry.text("endpoint").map(str::to_owned);
        match entry.mode().to_ascii_lowercase().as_str() {
            "bearertoken" => found.bearer_token = Some(Sensitive::new(entry.required("bearer_token")?.to_owned())),
            "anonymous" => found.anonymous = true,
            _ => {}
        }
        Ok(found)
    }

    /// Makes the provider of a profile; `above` names the profiles that lead to it.
    fn provider(&self, entry: Entry<'a>, above: &mut Vec<&'a str>) -> Result<Arc<dyn CredentialsProvider>, Error> {
        if above.contains(&entry.name) {
            above.push(entry.name);
            let circle = above.join(" -> ");
            return Err(entry.refuse(&format!(
                "the profiles lead to one another by `source_profile` in a circle: {circle}; let one of them have a key of its own"
            )));
        }
        above.push(entry.name);
        let surroundings = self.surroundings;
        let variables = &surroundings.variables;
        Ok(match entry.mode().to_ascii_lowercase().as_str() {
            "ak" => Arc::new(Fixed::Key(entry.key()?)),
            "ststoken" => Arc::new(Fixed::Key(entry.temporary_key()?)),
            "ramrolearn" => Arc::new(self.role(entry, Arc::new(Fixed::Key(entry.key()?)))?),
            "ramrolearnwithrolename" => {
                Arc::new(self.role(entry, Arc::new(self.ecs(entry, Some(entry.required("ram_role_name")?))?))?)
            }
            "chainableramrolearn" => {
                let name = entry.required("source_profile")?;
                let source = self.file.profile(name, self.path);
                let source = source
                    .ok_or_else(|| entry.refuse(&format!("there is no profile `{name}`, its `source_profile`")))?;
                Arc::new(self.role(entry, self.provider(source, above)?)?)
            }
            "ecsramrole" => Arc::new(self.ecs(entry, entry.text("ram_role_name"))?),
            "oidc" => Arc::new(OidcRole::of(
                self.session(entry)?,
                entry.required("oidc_provider_arn")?.to_owned(),
                entry.required("oidc_token_file")?.into(),
                variables.sts(
                    &surroundings.wire,
                    entry.text("sts_endpoint"),
                    entry.text("sts_region"),
                    entry.flag("enable_vpc"),
                ),
            )),
            "cloudsso" => Arc::new(CloudSso::of_profile(entry, self.path, surroundings.wire.clone())?),
            "oauth" => Arc::new(OAuth::of_profile(entry, self.path, surroundings.wire.clone())?),
            "external" => {
                let command = entry.required("process_command")?;
                let process = ExternalProcess::new(command);
                Arc::new(if variables.without_process { process.disabled() } else { process })
            }
            "credentialsuri" => {
                Arc::new(CredentialsUri::over(surroundings.wire.clone(), entry.required("credentials_uri")?))
            }
            "bearertoken" => Arc::new(Fixed::NoKey(
                "bearer",
                format!("{} has a bearer token, and no access key to sign with", entry.what()),
            )),
            "anonymous" => {
                Arc::new(Fixed::NoKey("anonymous", format!("{} has no access key, as its mode says", entry.what())))
            }
            "rsakeypair" => {
                return Err(entry.refuse(
                    "a key pair gives no access key here; give it to ConfigBuilder::key_pair, or choose another mode",
                ));
            }
            _ => {
                return Err(entry.refuse(
                    "the mode is unknown; those that are known: AK, StsToken, RamRoleArn, EcsRamRole, OIDC, \
                     ChainableRamRoleArn, RamRoleArnWithRoleName, CloudSSO, OAuth, External, CredentialsURI, BearerToken, \
                     Anonymous",
                ));
            }
        })
    }

    fn ecs(&self, entry: Entry<'_>, role: Option<&str>) -> Result<EcsRamRole, Error> {
        self.surroundings.ecs_of_profile(role).map_err(|error| error.within(entry.what()))
    }

    fn role(&self, entry: Entry<'_>, source: Arc<dyn CredentialsProvider>) -> Result<AssumeRole, Error> {
        let variables = &self.surroundings.variables;
        let external_id = entry.text("external_id").map(str::to_owned).or(variables.external_id.clone());
        let (endpoint, region) = (entry.text("sts_endpoint"), entry.text("sts_region"));
        let sts = variables.sts(&self.surroundings.wire, endpoint, region, entry.flag("enable_vpc"));
        Ok(AssumeRole::of(source, self.session(entry)?, external_id, sts))
    }

    fn session(&self, entry: Entry<'_>) -> Result<Session, Error> {
        let text = |key| entry.text(key).map(str::to_owned);
        Ok(Session {
            role_arn: entry.required("ram_role_arn")?.to_owned(),
            // The official SDK for Python reads the second one.
            name: text("ram_session_name")
                .or_else(|| text("role_session_name"))
                .or_else(|| self.surroundings.variables.session_name.clone()),
            seconds: entry.number("expired_seconds"),
            policy: text("policy"),
        })
    }
}

impl CredentialsProvider for CliProfile {
    fn credentials(&self) -> BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async {
            let found = self.reading.or_look(|| self.look())?;
            self.stays(&found, found.credentials().await?)
        })
    }

    fn renew<'a>(&'a self, expired: &'a Credentials) -> BoxFuture<'a, Result<Credentials, Error>> {
        Box::pin(async {
            // Somebody may have logged in again.
            let found = self.look()?.found()?;
            self.stays(&found, found.renew(expired).await?)
        })
    }

    fn name(&self) -> String {
        match self.reading.or_look(|| self.look()) {
            Ok(found) => format!("cli_profile/{}", found.provider.name()),
            Err(_) => "cli_profile".to_owned(),
        }
    }

    fn account(&self) -> Option<String> {
        self.reading.or_look(|| self.look()).ok()?.provider.account()
    }

    fn permanent_key_id(&self) -> Option<String> {
        self.reading.or_look(|| self.look()).ok()?.provider.permanent_key_id()
    }
}
