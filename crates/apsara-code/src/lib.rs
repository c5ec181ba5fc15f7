#![doc = include_str!("../README.md")]

mod aliyun;
mod apsara;
mod curl;
mod error;
mod given;
mod json;
mod kept;
mod known;
mod language;
mod path;
mod project;
mod python;
mod rust;
mod settings;
mod shell;

use apsara_catalog::Operation;
use apsara_core::ConfigBuilder;
use apsara_core::transport::Transport;
use serde_json::{Map, Value};

pub use self::apsara::OPTIONS;
pub use self::error::Error;
pub use self::kept::Kept;
pub use self::language::{Language, NotALanguage};
pub use self::settings::Settings;
pub use self::shell::quoted;

/// Writes what makes a call of an operation with these parameters, by their names on the wire.
///
/// The same parameters give the same text, but for [`Language::Curl`], which is signed now. Parameters that are not given are not in it,
/// required or not. Values that must not be seen come from the environment where it runs, and the text says by which variables.
///
/// # Errors
///
/// Fails if a value is not what its parameter holds, or cannot be said in the language; the value itself is not in the error.
pub fn sample(
    language: Language,
    operation: &Operation,
    parameters: &Map<String, Value>,
    settings: &Settings,
) -> Result<String, Error> {
    let usage = known::usage(operation)?;
    let call = given::read(&usage, &operation.product, parameters)?;
    match language {
        Language::Rust => rust::program(&call, &rust::Origin::of(operation)?, settings),
        Language::RustBuild => rust::build(&call, operation, settings),
        Language::Apsara => apsara::command(&call, operation, settings),
        Language::Aliyun => aliyun::command(&call, settings),
        Language::Python => python::program(&call, operation, settings),
        Language::Curl => curl::now(&call, operation, parameters, settings),
    }
}

/// Writes a curl command that is signed now, by the credentials of a configuration and for where its calls go. The call is not sent;
/// only who gives credentials is asked, by `transport`.
///
/// # Errors
///
/// As [`sample`], and if there are no credentials, if the endpoint is not known, or if a value must not be seen: what is signed is
/// sent as it is, so that the command would hold it.
pub async fn curl(
    operation: &Operation,
    parameters: &Map<String, Value>,
    config: ConfigBuilder,
    transport: impl Transport + 'static,
) -> Result<String, Error> {
    let usage = known::usage(operation)?;
    let call = given::read(&usage, &operation.product, parameters)?;
    curl::command(&call, operation, parameters, config, &Kept::asking(transport)).await
}

/// Writes a whole cargo project that makes the call: a zip with `Cargo.toml`, `src/main.rs`, `README.md` and `.gitignore`, in a
/// folder that is called after the operation. For an operation of a document that is not shipped, a build script makes the client.
///
/// It takes credentials where [`Config::from_env`](apsara_core::Config::from_env) finds them, and holds no secret. The same parameters
/// give the same bytes.
///
/// # Errors
///
/// As [`sample`].
pub fn project(operation: &Operation, parameters: &Map<String, Value>, settings: &Settings) -> Result<Vec<u8>, Error> {
    let usage = known::usage(operation)?;
    let call = given::read(&usage, &operation.product, parameters)?;
    project::zip(&call, operation, settings)
}
