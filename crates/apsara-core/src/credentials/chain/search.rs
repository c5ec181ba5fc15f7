//! One search: who is asked, and when it ends.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::explain::{Step, StepEnd};
use crate::credentials::fixed::Environment;
use crate::credentials::profile::{Found, IniProfile, Look, Surroundings};
use crate::credentials::sts::{OidcRole, Session};
use crate::credentials::uri::CredentialsUri;
use crate::credentials::variables::Variables;
use crate::credentials::{CliProfile, Credentials, CredentialsProvider, EcsRamRole};
use crate::error::Error;

/// Those who are asked, in their order.
#[derive(Debug)]
pub(super) struct Sources {
    pub(super) surroundings: Surroundings,
    pub(super) environment: Arc<Environment>,
    pub(super) oidc: Result<Arc<OidcRole>, String>,
    pub(super) cli: Arc<CliProfile>,
    pub(super) ini: Arc<IniProfile>,
    pub(super) ecs: Option<Arc<EcsRamRole>>,
    pub(super) uri: Option<Arc<CredentialsUri>>,
}

const ENVIRONMENT: &str = "the environment";
const OIDC: &str = "a role by a token";
const CLI: &str = "the profile of the official CLI";
const INI: &str = "the profile of the official SDKs";
const ECS: &str = "the role of the ECS instance";
const URI: &str = "the credentials URI";
/// What is asked, in this order, with the names of the official SDKs.
pub(super) const ORDER: [(&str, &str); 6] = [
    (ENVIRONMENT, "env"),
    (OIDC, "oidc_role_arn"),
    (CLI, "cli_profile"),
    (INI, "profile"),
    (ECS, "ecs_ram_role"),
    (URI, "credential_uri"),
];

/// A provider, with the step in which it was found.
pub(super) type Candidate = (Step, Arc<dyn CredentialsProvider>);

impl Sources {
    pub(super) fn of(surroundings: Surroundings) -> Self {
        let variables = &surroundings.variables;
        Self {
            environment: Arc::new(Environment::of(variables)),
            oidc: oidc(&surroundings).map(Arc::new),
            cli: Arc::new(CliProfile::of(surroundings.clone())),
            ini: Arc::new(IniProfile::of(surroundings.clone())),
            ecs: (!variables.without_ecs).then(|| Arc::new(surroundings.ecs(variables.ecs_role.as_deref()))),
            uri: variables
                .uri
                .as_ref()
                .map(|uri| Arc::new(CredentialsUri::over(surroundings.wire.clone(), uri.expose()))),
            surroundings,
        }
    }

    /// Makes the search, and returns what it found with the first key, beside all steps.
    pub(super) async fn search(&self) -> (Vec<Step>, Result<(Arc<dyn CredentialsProvider>, Credentials), Error>) {
        let mut steps = Vec::new();
        let mut found = self.first(&mut steps).await;
        if let Err(error) = &mut found
            && steps.iter().all(|step| matches!(step.end, StepEnd::NotThere) || step.source == ECS)
        {
            *error = nothing(&steps);
        }
        for (source, name) in ORDER.iter().skip(steps.len()) {
            steps.push(Step::new(source, name, StepEnd::NotAsked));
        }
        (steps, found)
    }

    async fn first(&self, steps: &mut Vec<Step>) -> Result<(Arc<dyn CredentialsProvider>, Credentials), Error> {
        if self.environment.is_set() {
            return ask(steps, (Step::new(ENVIRONMENT, "env", StepEnd::Used), Arc::clone(&self.environment) as _))
                .await;
        }
        steps.push(self.no_key());
        if let Ok(oidc) = &self.oidc {
            let step = Step::new(OIDC, "oidc_role_arn", StepEnd::Used).found_as(oidc.shown());
            return ask(steps, (step, Arc::clone(oidc) as _)).await;
        }
        steps.push(self.no_oidc());
        if let Some((candidate, _)) = self.profile(steps)? {
            return ask(steps, candidate).await;
        }
        match &self.ecs {
            Some(ecs) => {
                let step = Step::new(ECS, "ecs_ram_role", StepEnd::Used).found_as(ecs.shown());
                let asked = ask(steps, (step, Arc::clone(ecs) as _)).await;
                if asked.is_ok() {
                    return asked;
                }
                if self.uri.is_none() {
                    steps.push(self.no_uri());
                    return asked;
                }
            }
            None => steps.push(self.no_ecs()),
        }
        match &self.uri {
            Some(uri) => {
                let step = Step::new(URI, "credential_uri", StepEnd::Used).found_as(uri.shown());
                ask(steps, (step, Arc::clone(uri) as _)).await
            }
            None => {
                steps.push(self.no_uri());
                Err(nothing(steps))
            }
        }
    }

    /// Looks at both files, and adds a step for each in which there is nothing, or something wrong.
    pub(super) fn profile(&self, steps: &mut Vec<Step>) -> Result<Option<(Candidate, Found)>, Error> {
        let Variables { config_file, credentials_file, profile, .. } = &self.surroundings.variables;
        let cli = named("ALIBABA_CLOUD_CONFIG_FILE", config_file.as_ref(), self.cli.look());
        if let Some((step, found)) = looked(steps, CLI, "cli_profile", cli)? {
            return Ok(Some(((step, Arc::clone(&self.cli) as _), found)));
        }
        let ini = named("ALIBABA_CLOUD_CREDENTIALS_FILE", credentials_file.as_ref(), self.ini.look());
        if let Some((step, found)) = looked(steps, INI, "profile", ini)? {
            return Ok(Some(((step, Arc::clone(&self.ini) as _), found)));
        }
        match profile {
            Some(profile) => {
                let why: Vec<&str> = steps.iter().rev().take(2).rev().filter_map(Step::reason).collect();
                let why = why.join("; ");
                if let Some(step) = steps.last_mut() {
                    step.end = StepEnd::Failed;
                }
                Err(Error::config(format!(
                    "ALIBABA_CLOUD_PROFILE names the profile `{profile}`, which is nowhere: {why}; add it or name another one"
                )))
            }
            None => Ok(None),
        }
    }

    pub(super) fn no_key(&self) -> Step {
        Step::new(ENVIRONMENT, "env", StepEnd::NotThere).because("ALIBABA_CLOUD_ACCESS_KEY_ID is not set")
    }

    pub(super) fn no_oidc(&self) -> Step {
        let step = Step::new(OIDC, "oidc_role_arn", StepEnd::NotThere);
        step.because(self.oidc.as_ref().err().map(String::as_str).unwrap_or_default())
    }

    pub(super) fn no_ecs(&self) -> Step {
        Step::new(ECS, "ecs_ram_role", StepEnd::NotThere).because("ALIBABA_CLOUD_ECS_METADATA_DISABLED is set")
    }

    pub(super) fn no_uri(&self) -> Step {
        Step::new(URI, "credential_uri", StepEnd::NotThere).because("ALIBABA_CLOUD_CREDENTIALS_URI is not set")
    }
}

/// The provider that the environment names a role for, or why there is none.
fn oidc(surroundings: &Surroundings) -> Result<OidcRole, String> {
    let variables = &surroundings.variables;
    let set = [
        ("ALIBABA_CLOUD_ROLE_ARN", &variables.role_arn),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", &variables.oidc_provider_arn),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", &variables.oidc_token_file),
    ];
    let [(_, Some(role)), (_, Some(provider)), (_, Some(file))] = set else {
        let missing: Vec<&str> = set.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        return Err(format!("{} {} not set", missing.join(", "), if missing.len() == 1 { "is" } else { "are" }));
    };
    let mut session = Session::of(role);
    session.name.clone_from(&variables.session_name);
    let sts = variables.sts(&surroundings.wire, None, None, None);
    Ok(OidcRole::of(session, provider.clone(), Path::new(file).to_owned(), sts))
}

/// Refuses that a file which a variable names is nowhere: whoever set it does not mean the next place.
fn named(variable: &str, file: Option<&PathBuf>, look: Result<Look, Error>) -> Result<Look, Error> {
    match (file, look) {
        (Some(_), Ok(Look::NoFile(why))) => {
            Err(Error::config(format!("{variable} names a file that is nowhere: {why}; add it or unset the variable")))
        }
        (_, look) => look,
    }
}

/// Says what a look at a file comes to, and adds a step unless something is there.
fn looked(
    steps: &mut Vec<Step>,
    source: &'static str,
    name: &str,
    look: Result<Look, Error>,
) -> Result<Option<(Step, Found)>, Error> {
    match look {
        Ok(Look::Found(found)) => {
            let name = format!("{name}/{}", found.provider.name());
            Ok(Some((Step::new(source, &name, StepEnd::Used).found_as(&found.what), found)))
        }
        Ok(Look::NoFile(why) | Look::NotThere(why)) => {
            steps.push(Step::new(source, name, StepEnd::NotThere).because(why));
            Ok(None)
        }
        Err(error) => {
            steps.push(Step::new(source, name, StepEnd::Failed).because(error.to_string()));
            Err(error)
        }
    }
}

/// Asks a provider for its first key, and adds the step that this comes to.
async fn ask(
    steps: &mut Vec<Step>,
    (mut step, provider): Candidate,
) -> Result<(Arc<dyn CredentialsProvider>, Credentials), Error> {
    let key = provider.credentials().await;
    match &key {
        Ok(key) => step.access_key_id = Some(key.access_key_id().to_owned()),
        Err(error) => (step.end, step.reason) = (StepEnd::Failed, Some(error.to_string())),
    }
    steps.push(step);
    Ok((provider, key?))
}

/// Says that there is nothing anywhere, why, and what to do.
pub(super) fn nothing(steps: &[Step]) -> Error {
    let why: Vec<String> =
        steps.iter().filter_map(|step| Some(format!("{}: {}", step.source, step.reason.as_deref()?))).collect();
    Error::config(format!(
        "no credentials were found: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure` \
         ({})",
        why.join("; ")
    ))
}
