//! What the environment says of credentials.

use std::path::PathBuf;

use super::Credentials;
use super::sts::Sts;
use super::wire::Wire;
use crate::error::Error;
use crate::sensitive::Sensitive;

/// Holds the variables that credentials are found by, as they were when they were read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables {
    pub(super) key: Option<Credentials>,
    pub(super) role_arn: Option<String>,
    pub(super) oidc_provider_arn: Option<String>,
    pub(super) oidc_token_file: Option<String>,
    pub(super) session_name: Option<String>,
    pub(super) external_id: Option<String>,
    pub(super) profile: Option<String>,
    pub(super) config_file: Option<PathBuf>,
    pub(super) credentials_file: Option<PathBuf>,
    pub(super) home: Option<PathBuf>,
    pub(super) without_cli_profile: bool,
    pub(super) ecs_role: Option<String>,
    pub(super) without_ecs: bool,
    pub(super) without_ecs_v1: bool,
    /// Its query may hold a secret.
    pub(super) uri: Option<Sensitive<String>>,
    pub(super) without_process: bool,
    pub(super) sts_endpoint: Option<String>,
    pub(super) sts_region: Option<String>,
    pub(super) vpc: bool,
}

impl Variables {
    /// Reads them through a function that looks one up. One that is set to nothing counts as not set.
    pub(crate) fn read(var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let set = |name: &str| var(name).filter(|value| !value.is_empty());
        let path = |name: &str| set(name).map(PathBuf::from);
        let is_true = |name: &str| set(name).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let process = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS";
        Ok(Self {
            key: Credentials::from_vars(&var)?,
            role_arn: set("ALIBABA_CLOUD_ROLE_ARN"),
            oidc_provider_arn: set("ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
            oidc_token_file: set("ALIBABA_CLOUD_OIDC_TOKEN_FILE"),
            session_name: set("ALIBABA_CLOUD_ROLE_SESSION_NAME"),
            external_id: set("ALIBABA_CLOUD_EXTERNAL_ID"),
            profile: set("ALIBABA_CLOUD_PROFILE"),
            config_file: path("ALIBABA_CLOUD_CONFIG_FILE"),
            credentials_file: path("ALIBABA_CLOUD_CREDENTIALS_FILE"),
            home: path(if cfg!(windows) { "USERPROFILE" } else { "HOME" }),
            without_cli_profile: is_true("ALIBABA_CLOUD_CLI_PROFILE_DISABLED"),
            ecs_role: set("ALIBABA_CLOUD_ECS_METADATA"),
            without_ecs: is_true("ALIBABA_CLOUD_ECS_METADATA_DISABLED"),
            without_ecs_v1: is_true("ALIBABA_CLOUD_IMDSV1_DISABLED"),
            uri: set("ALIBABA_CLOUD_CREDENTIALS_URI").map(Sensitive::new),
            without_process: is_true(process) || set(process).is_some_and(|value| value == "1"),
            sts_endpoint: set("ALIBABA_CLOUD_STS_ENDPOINT"),
            sts_region: set("ALIBABA_CLOUD_STS_REGION"),
            vpc: is_true("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"),
        })
    }

    /// Returns where the token service is; what a profile says counts for less than the endpoint here, and for more than the region.
    pub(super) fn sts(&self, wire: &Wire, endpoint: Option<&str>, region: Option<&str>, vpc: Option<bool>) -> Sts {
        let text = |text: &str| text.to_owned();
        Sts {
            endpoint: self.sts_endpoint.clone().or(endpoint.map(text)),
            region: region.map(text).or(self.sts_region.clone()),
            vpc: vpc.unwrap_or(self.vpc),
            wire: wire.clone(),
        }
    }

    /// Returns the file of the official CLI.
    pub(super) fn cli_file(&self) -> Option<PathBuf> {
        self.config_file.clone().or_else(|| Some(self.home.as_ref()?.join(".aliyun").join("config.json")))
    }

    /// Returns the files in which profiles may stand that are no JSON, in the order in which they are looked at: the official SDKs for Go
    /// and for Python do not agree on the name.
    pub(super) fn ini_files(&self) -> Vec<PathBuf> {
        match (&self.credentials_file, &self.home) {
            (Some(file), _) => vec![file.clone()],
            (None, Some(home)) => {
                let folder = home.join(".alibabacloud");
                vec![folder.join("credentials"), folder.join("credentials.ini")]
            }
            (None, None) => Vec::new(),
        }
    }
}
