//! `apsara sign explain`: what of a request is signed, and where the cloud's reading of it differs.

mod causes;
mod compare;
mod hidden;
mod report;
mod request;
mod server;
mod signed;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;

use self::request::Request;
use self::server::Server;
use self::signed::Signed;
use crate::failure::Failure;

/// What to do with a signature.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show what of a request is signed, and compare it with what the cloud says that it signed.
    ///
    /// Reads a request - the output of curl -v, raw HTTP, or a URL with its query - and, if it is there too, the answer
    /// SignatureDoesNotMatch with the server's string to sign. Secrets in them are not shown.
    Explain(Options),
}

/// What is explained.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// The file with the request and the answer; the standard input if there is none, or for -.
    file: Option<PathBuf>,
    /// A file with the answer, where it is not in the same text.
    #[arg(long, value_name = "FILE")]
    answer: Option<PathBuf>,
    /// Asks for the secret, to say whether the signature was made by it. Else the secret of the environment is taken, if
    /// its access key id is that of the request.
    #[arg(long)]
    ask_secret: bool,
}

/// Explains a request.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Explain(options) = command;
    let mut text = read(options.file.as_deref())?;
    if let Some(answer) = &options.answer {
        text.push('\n');
        text.push_str(&read(Some(answer))?);
    }
    let server = Server::find(&text);
    let Some(request) = Request::find(&text) else {
        let failure = Failure::usage("there is no request in the text");
        return Err(failure.with("what is read", "the output of curl -v, raw HTTP, or a URL with its query"));
    };
    let signed = Signed::of(&request)?;
    let secret = secret(options, signed.access_key_id.as_deref())?;
    let report = report::write(&request, &signed, server.as_ref(), secret.as_deref());
    crate::output::print(&report)
}

fn read(file: Option<&Path>) -> Result<String, Failure> {
    let (bytes, path) = match file.filter(|path| *path != Path::new("-")) {
        Some(path) => (std::fs::read(path), path),
        None => {
            let mut bytes = Vec::new();
            (std::io::stdin().read_to_end(&mut bytes).map(|_| bytes), Path::new("the standard input"))
        }
    };
    let bytes = bytes.map_err(|error| Failure::of_file(path, error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Finds the secret of an access key, where it is known or asked for.
fn secret(options: &Options, id: Option<&str>) -> Result<Option<String>, Failure> {
    if options.ask_secret {
        return crate::unseen::ask(&format!("Secret of {}: ", id.unwrap_or("the access key"))).map(Some);
    }
    let var = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let is_same = id.is_some() && var("ALIBABA_CLOUD_ACCESS_KEY_ID").as_deref() == id;
    Ok(var("ALIBABA_CLOUD_ACCESS_KEY_SECRET").filter(|_| is_same))
}
