//! `apsara code`: the code that makes a call.

use std::ffi::OsString;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use apsara_code::{Language, Settings};
use apsara_core::untyped::Client;
use apsara_core::{Config, ConfigBuilder};
use clap::Args;

use crate::call::{self, Asking, Input, Kept, unusable};
use crate::catalog::{self, Operation};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::line;

/// What is written, of which call.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    own: Own,
    /// The product, the operation and its parameters, as for the call itself.
    #[arg(
        value_name = "PRODUCT OPERATION --PARAMETER VALUE",
        trailing_var_arg = true,
        allow_hyphen_values = true,
        required = true
    )]
    words: Vec<OsString>,
}

/// The options of this command. They may stand anywhere, so that a parameter of such a name is written as on the wire.
#[derive(Args, Clone, Debug)]
struct Own {
    /// What the code is written in: rust, rust-build, cli, aliyun, python or curl; rust unless set.
    #[arg(long, short, value_name = "LANGUAGE")]
    language: Option<Language>,
    /// Writes a whole cargo project that makes the call to a new file, a zip.
    #[arg(long, value_name = "FILE")]
    download: Option<PathBuf>,
    #[command(flatten)]
    input: Input,
    /// The host that the call goes to, with http:// in front where it is not to be private; it is written into the code.
    #[arg(long, value_name = "HOST")]
    endpoint: Option<String>,
    /// The region that chooses the endpoint; it is written into the code.
    #[arg(long, value_name = "REGION")]
    endpoint_region: Option<String>,
    /// The profile of the official CLI's configuration whose key signs a curl command.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// A document of the API portal, api-docs.json, to take the product from.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
}

/// Reads the options that were found among the words.
#[derive(clap::Parser)]
#[command(name = "apsara code", disable_help_flag = true)]
struct Alone {
    #[command(flatten)]
    own: Own,
}

/// Writes the code of a call, or a project with it.
pub(crate) async fn run(options: &Options) -> Result<(), Failure> {
    let known = Own::augment_args(clap::Command::new("code"));
    let line = line::split_by(&known, options.words.iter().cloned())?;
    let own = options.own.with(&line.options)?;
    let mut words = line.words.iter();
    let (Some(product), Some(operation), None) = (words.next(), words.next(), words.next()) else {
        let message = "a product and an operation are wanted, and a value stands behind its --parameter";
        return Err(Failure::usage(message).with("for example", "apsara code live RestartLivePullToPush --task-id …"));
    };
    let mut operation = catalog::product(product, own.spec.as_deref())?.operation(operation)?;
    let description = Arc::new(operation.describe()?);
    let parameters = call::request(&operation, &description, &own.input, line.parameters)?;
    warn(&description, &parameters)?;
    let mut settings = Settings::default();
    settings.region = own.endpoint_region.clone();
    settings.endpoint = own.endpoint.clone();
    settings.spec = own.spec.clone();
    let unwritten = |error: apsara_code::Error| Failure::new(Exit::Invalid, error.to_string());
    if let Some(path) = &own.download {
        if own.language.is_some_and(|language| language != Language::Rust) {
            return Err(Failure::usage("--download writes a Rust project, in no other language"));
        }
        let zip = apsara_code::project(&operation, &parameters, &settings).map_err(unwritten)?;
        return save(path, &zip);
    }
    let language = own.language.unwrap_or(Language::Rust);
    let text = match language {
        Language::Curl => signed(&own, &operation, &parameters).await?,
        _ => apsara_code::sample(language, &operation, &parameters, &settings).map_err(unwritten)?,
    };
    crate::output::show(&text)
}

impl Own {
    /// Returns what stands in front of the words and among them.
    fn with(&self, among: &[String]) -> Result<Self, Failure> {
        use clap::Parser as _;
        let read = Alone::try_parse_from(std::iter::once("apsara code").chain(among.iter().map(String::as_str)));
        let Alone { own } =
            read.map_err(|error| Failure::usage(error.to_string().trim_start_matches("error: ").trim_end()))?;
        let Self { language, download, input, endpoint, endpoint_region, profile, spec } = self.clone();
        Ok(Self {
            language: own.language.or(language),
            download: own.download.or(download),
            input: own.input.or(input),
            endpoint: own.endpoint.or(endpoint),
            endpoint_region: own.endpoint_region.or(endpoint_region),
            profile: own.profile.or(profile),
            spec: own.spec.or(spec),
        })
    }
}

/// Says what the call would be refused for; its code is written all the same, for somebody may want to fill it in.
fn warn(description: &Arc<apsara_core::untyped::Description>, parameters: &call::Request) -> Result<(), Failure> {
    let nowhere = Config::builder().transport(Kept::default()).build().map_err(|error| unusable(&error))?;
    let call = Client::new(&nowhere).described(description);
    let call = parameters.iter().fold(call, |call, (name, value)| call.param(name, value.clone()));
    for violation in call.check() {
        crate::terminal::tell(&format!("warning: {}", call::shown(&violation)));
    }
    Ok(())
}

/// Writes a curl command: signed with the key, and for the host, that the call itself would take.
async fn signed(own: &Own, operation: &Operation, parameters: &call::Request) -> Result<String, Failure> {
    let vars = crate::options::variables(own.profile.clone());
    let mut config = ConfigBuilder::from_vars(vars).map_err(|error| unusable(&error))?;
    if let Some(endpoint) = &own.endpoint {
        config = config.endpoint(endpoint);
    }
    if let Some(region) = &own.endpoint_region {
        config = config.region(region);
    }
    let written = apsara_code::curl(operation, parameters, config, Asking).await;
    written.map_err(|error| {
        Failure::new(if error.is_of_key() { Exit::Credentials } else { Exit::Invalid }, error.to_string())
    })
}

/// Writes a file that was not there; one that is there is left as it is.
fn save(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = File::create_new(path).map_err(|error| Failure::of_file(path, error))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half of it is of no use. That it cannot be removed is less to be told than why it is not whole.
        let _ = std::fs::remove_file(path);
        return Err(Failure::of_file(path, error));
    }
    crate::output::print(&format!("{} holds a cargo project: unpack it, and `cargo run`\n", path.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_writes_command_lines_knows_the_options() {
        let known = crate::options::command();
        let mut names: Vec<&str> = known.get_arguments().filter_map(clap::Arg::get_long).collect();
        // The program takes these itself.
        names.extend(["help", "version"]);
        names.sort_unstable();
        assert_eq!(names, apsara_code::OPTIONS);
    }
}
