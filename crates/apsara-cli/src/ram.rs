//! `apsara ram policy`: the smallest policy that allows what is called.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use apsara_policy::{Policy, Source, Specs, Trace, TraceError, Used};
use clap::Subcommand;

use crate::catalog;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{self, Format};
use crate::terminal::{self, Color};

/// What to say of RAM.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Write the smallest policy that allows what is called.
    ///
    /// What is called is said by the names of operations, a trace, or source; several count together. The policy goes to the standard
    /// output. Where it cannot be narrower, and what could not be seen, goes to the standard error.
    Policy(Options),
}

/// What is called.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Operations, such as live:RestartLivePullToPush or ecs:describe-instances, with spaces or commas between them.
    #[arg(long, value_name = "PRODUCT:OPERATION", num_args = 1.., value_delimiter = ',', required_unless_present_any = ["from_trace", "from_source"])]
    operations: Vec<String>,
    /// A trace of what was called, - for the standard input: `apsara emulator --trace FILE` writes one, and `--trace FILE` of a call.
    #[arg(long, value_name = "FILE")]
    from_trace: Vec<PathBuf>,
    /// The folder of a crate, or a file of Rust, whose calls are found.
    #[arg(long, value_name = "PATH")]
    from_source: Vec<PathBuf>,
    /// The account whose resources are used. Any unless set, or said by the trace.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// A document of the API portal, api-docs.json, of a product that is not shipped. Can be given several times.
    #[arg(long, value_name = "FILE")]
    spec: Vec<PathBuf>,
    /// How the policy is written; as JSON unless set.
    #[arg(long, short, value_enum, value_name = "FORMAT")]
    output: Option<Format>,
}

/// Writes the policy.
pub(crate) fn run(command: &Command) -> Result<(), Failure> {
    let Command::Policy(options) = command;
    let specs = specs(&options.spec)?;
    let mut used = options.operations.iter().map(|name| named(name, &specs)).collect::<Result<Vec<_>, _>>()?;
    let mut notes = Vec::new();
    for path in &options.from_trace {
        let trace = trace(path, &specs)?;
        notes.extend(trace.untold().iter().map(|line| format!("{}, {line}", path.display())));
        used.extend_from_slice(trace.used());
    }
    for path in &options.from_source {
        let source = Source::read(path, &specs).map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
        notes.extend(source.unseen().iter().map(ToString::to_string));
        used.extend_from_slice(source.used());
    }
    if let Some(account) = &options.account {
        used = used.into_iter().map(|one| one.in_account(account)).collect();
    }
    let policy = Policy::of(&used);
    notes.extend(policy.remarks().iter().map(ToString::to_string));
    for note in notes {
        // It is for whoever attaches the policy, not for the policy's file.
        terminal::tell(&format!("note: {note}"));
    }
    if policy.statements().is_empty() {
        let message = "nothing is called that a policy has to allow";
        return Err(Failure::new(Exit::NotFound, message).with("policy", "RAM takes none without a statement"));
    }
    match options.output {
        None | Some(Format::Json) => output::print(&output::escaped(&format!("{policy}\n"))),
        format => output::write(&policy.to_json(), format, Color::Auto),
    }
}

/// Returns the specs that are shipped, and those of documents before them.
pub(crate) fn specs(documents: &[PathBuf]) -> Result<Specs, Failure> {
    let mut specs = Specs::shipped();
    for path in documents {
        let text = std::fs::read(path).map_err(|error| Failure::of_file(path, error))?;
        let document = apsara_specs::document(&text)
            .map_err(|error| Failure::usage(format!("{}: is no JSON: {error}", path.display())))?;
        if !document["apis"].is_object() {
            let what = "has no `apis`; the portal's document api-docs.json of a product is wanted";
            return Err(Failure::usage(format!("{}: {what}", path.display())));
        }
        specs = specs.with_document(document);
    }
    Ok(specs)
}

/// Finds an operation by product and name, `live:RestartLivePullToPush`.
fn named(text: &str, specs: &Specs) -> Result<Used, Failure> {
    let Some((product, operation)) = text.split_once(':') else {
        let failure = Failure::usage(format!("{text} does not say of which product it is"));
        return Err(failure.with("write", format!("PRODUCT:{text}, such as live:RestartLivePullToPush")));
    };
    if let Some(used) = specs.find(product, None, operation) {
        return Ok(used);
    }
    // What was meant, the catalog says better.
    catalog::product(product, None)?.operation(operation)?;
    Err(Failure::usage(format!("no spec has {text}")))
}

fn trace(path: &Path, specs: &Specs) -> Result<Trace, Failure> {
    let of_file = |error| Failure::of_file(path, error);
    let input: Box<dyn Read> = match path.to_str() {
        Some("-") => Box::new(std::io::stdin()),
        _ => Box::new(File::open(path).map_err(of_file)?),
    };
    Trace::read(BufReader::new(input), specs).map_err(|error| match error {
        TraceError::Io(error) => of_file(error),
        wrong => Failure::new(Exit::Failed, format!("{}: {wrong}", path.display())),
    })
}
