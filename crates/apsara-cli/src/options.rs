//! The program's own options for a call. Their names stay clear of parameters' names; where they cannot, the option has the plain
//! name everywhere, and the parameter is written as on the wire: `--dry-run` is ours, `--DryRun` a parameter of ECS.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::output::Format;
use crate::terminal::Color;
use crate::words::kebab;

/// The heading above them in help texts.
pub(crate) const HEADING: &str = "Options of this program";

/// What can be said of a call beside its parameters.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = HEADING)]
pub(crate) struct CallOptions {
    /// How answers are written; a table on a terminal and JSON into a pipe, unless set.
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    pub(crate) output: Option<Format>,
    /// A JMESPath expression that says what of the answer is written.
    #[arg(long, value_name = "JMESPATH")]
    pub(crate) query: Option<String>,
    /// Goes through all pages of a list, and writes one answer with all items.
    #[arg(long)]
    pub(crate) pages: bool,
    /// Repeats a call that only reads until this holds of its answer, such as 'TaskStatus==1'; a comparison, or JMESPath.
    #[arg(long, value_name = "CONDITION")]
    pub(crate) wait: Option<String>,
    /// Says yes to what a call interrupts.
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Shows the signed request without its secrets, and sends nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) input: Input,
    #[command(flatten)]
    pub(crate) connect: ConnectOptions,
    /// A document of the API portal, api-docs.json, to take the product from.
    #[arg(long, value_name = "FILE")]
    pub(crate) spec: Option<PathBuf>,
    /// Sends the call whatever the documents say of its parameters.
    #[arg(long)]
    pub(crate) no_validation: bool,
    /// When colours are used.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    pub(crate) color: Color,
}

/// How parameters are given beside options of their names.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = HEADING)]
pub(crate) struct Input {
    /// A file with the request as a JSON object, or - for the standard input; parameters that are given beside it win.
    #[arg(long, value_name = "FILE")]
    pub(crate) input_json: Option<String>,
    /// Sets a parameter by its name, whatever it is called. Can be given several times.
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) param: Vec<String>,
}

impl Input {
    /// Adds what was given elsewhere; a file that is named here is meant.
    pub(crate) fn or(mut self, other: Self) -> Self {
        self.input_json = self.input_json.or(other.input_json);
        self.param.extend(other.param);
        self
    }
}

/// What can be said of how calls are made.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = HEADING)]
pub(crate) struct ConnectOptions {
    /// The host that calls go to, with http:// in front where it is not to be private.
    #[arg(long, value_name = "HOST")]
    pub(crate) endpoint: Option<String>,
    /// The region that chooses the endpoint. No parameter Region does, and RegionId only if nothing else is set.
    #[arg(long, value_name = "REGION")]
    pub(crate) endpoint_region: Option<String>,
    /// The profile of the official CLI's configuration to take credentials and region from.
    #[arg(long, value_name = "NAME")]
    pub(crate) profile: Option<String>,
    /// Calls an emulator that this command starts, and nothing else; with a folder, one that keeps its state there.
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["endpoint", "endpoint_region", "profile"]
    )]
    pub(crate) emulator: Option<Option<PathBuf>>,
    /// How long a call may take, with attempts and waits, such as 30s or 5m; one minute unless set, ten where it is repeated by --wait.
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) deadline: Option<Duration>,
    /// How often a call is tried at most, where that is safe; 3 unless set.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) attempts: Option<u32>,
    /// Who shares the quotas of operations: process, host, host:/FOLDER, or the address of a server, such as redis://10.0.0.5.
    #[arg(long, value_name = "STORE")]
    pub(crate) quota: Option<String>,
    /// The account that quotas are counted for; the id of the access key unless set.
    #[arg(long, value_name = "ID")]
    pub(crate) quota_account: Option<String>,
    /// A file to write a line of JSON to for each call that is sent, behind what it holds; `apsara ram policy --from-trace` reads it.
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
}

impl ConnectOptions {
    /// Returns what looks up a variable of the environment. A profile that is named is meant, whatever else is set.
    pub(crate) fn variables(&self) -> impl Fn(&str) -> Option<String> {
        variables(self.profile.clone())
    }
}

/// Returns what looks up a variable of the environment. A profile that is named is meant, whatever else is set.
pub(crate) fn variables(profile: Option<String>) -> impl Fn(&str) -> Option<String> {
    /// What would be taken before any profile.
    const BEFORE: [&str; 6] = [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    ];
    move |name| match &profile {
        Some(profile) if name == "ALIBABA_CLOUD_PROFILE" => Some(profile.clone()),
        Some(_) if BEFORE.contains(&name) => None,
        _ => std::env::var(name).ok(),
    }
}

/// Says how a parameter is written: as a command line has names, as the wire has them where that is an option of the program, and by
/// `--param` where that is one too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Written {
    /// As an option of this name.
    Option(String),
    /// By `--param`, with its name on the wire.
    Param(String),
}

impl Written {
    /// Finds how a parameter is written, by its name on the wire.
    pub(crate) fn of(name: &str) -> Self {
        // Whoever calls something does not ask for the program's version.
        let is_own = |name: &str| name != "version" && apsara_code::OPTIONS.contains(&name);
        let word = kebab(name);
        match () {
            () if !is_own(&word) => Self::Option(word),
            () if !is_own(name) => Self::Option(name.to_owned()),
            () => Self::Param(name.to_owned()),
        }
    }

    /// Returns what is typed for a value of it.
    pub(crate) fn with(&self, value: &str) -> String {
        match self {
            Self::Option(_) => format!("{self} {value}"),
            Self::Param(_) => format!("{self}={value}"),
        }
    }
}

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) => write!(f, "--{name}"),
            Self::Param(name) => write!(f, "--param {name}"),
        }
    }
}

/// Reads the options alone; what else stands on the line was taken out.
#[derive(clap::Parser)]
#[command(name = "apsara", disable_help_flag = true)]
struct Alone {
    #[command(flatten)]
    options: CallOptions,
}

/// Returns the options as clap knows them.
pub(crate) fn command() -> clap::Command {
    CallOptions::augment_args(clap::Command::new("apsara"))
}

/// Reads the options that were found on a line.
pub(crate) fn read(words: &[String]) -> Result<CallOptions, clap::Error> {
    use clap::Parser as _;
    Alone::try_parse_from(std::iter::once("apsara").chain(words.iter().map(String::as_str))).map(|read| read.options)
}
