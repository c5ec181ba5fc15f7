//! `apsara bulk`: one call for each line of a file, with a journal by which an interrupted run goes on.

mod end;
mod shown;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use apsara_bulk::{BulkError, Checked, Format, Input, Reconcile, Run, Stop, Untyped, check};
use apsara_core::Impact;
use clap::{Args, ValueEnum};

use self::shown::Shown;
use crate::call::{Connection, failure};
use crate::catalog::{self, Operation};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::ConnectOptions;
use crate::signals::{Signal, Signals};
use crate::{private, terminal};

/// What is called for each line, and how.
#[derive(Args)]
pub(crate) struct Options {
    /// The product.
    product: String,
    /// The operation.
    operation: String,
    /// The calls: a JSON object in each line, with the parameters by their names on the wire; or a table that is called .csv, whose
    /// first row names the parameters. - for the standard input.
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// The form of the input, where its name does not say it.
    #[arg(long, value_enum, value_name = "FORM")]
    format: Option<Form>,
    /// The journal. A new run needs a name that is free. It holds answers, so nobody else can read it.
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// Goes on with the run of the journal, from the same input.
    #[arg(long)]
    resume: bool,
    /// Where a JSON object goes for each line that was called, - for the standard output; there, unless set and it is a terminal.
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Leaves out lines that are wrong. Unless set, nothing is sent if there is one.
    #[arg(long)]
    skip_invalid: bool,
    /// Makes a call as often as it stands there. Unless set, nothing is sent if one that may do harm stands there twice.
    #[arg(long)]
    allow_duplicates: bool,
    /// Makes calls again that the cloud refused.
    #[arg(long, requires = "resume")]
    retry_rejected: bool,
    /// Makes calls again of which nobody knows whether they were executed: they may be executed twice.
    #[arg(long, requires = "resume")]
    retry_unknown: bool,
    /// Leaves the last record of the journal out if it is damaged, when you have looked whether the call was executed that it may
    /// have announced.
    #[arg(long, requires = "resume")]
    leave_out_damaged: bool,
    /// How many calls are under way at a time; as many as fill the quota unless set.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..))]
    in_flight: Option<u32>,
    /// How many calls in a row may fail before the run stops; 0 for any number.
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    stop_after: u64,
    /// How long to wait before it is asked what became of calls.
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "15s")]
    settle: Duration,
    /// Says yes to what the calls interrupt.
    #[arg(long, short)]
    yes: bool,
    /// A document of the API portal, api-docs.json, to take the product from.
    #[arg(long, value_name = "FILE")]
    spec: Option<PathBuf>,
    #[command(flatten)]
    connect: ConnectOptions,
}

/// How calls are written.
#[derive(Clone, Copy, ValueEnum)]
enum Form {
    /// A JSON object in each line.
    Jsonl,
    /// Comma-separated values.
    Csv,
}

/// Checks all lines, says what it is about to do, and does it.
pub(crate) async fn run(options: &Options) -> Result<(), Failure> {
    if let Some(problem) = wrong_files(options) {
        return Err(Failure::usage(problem).with("outcome", "not sent"));
    }
    let connection = Connection::open(&options.connect, None, options.spec.as_deref(), None).await?;
    let executor = Arc::new(executor(options, &connection)?);
    let input = input(options)?;
    let checked = check(input, &*executor, &options.journal).map_err(|error| failed(&error))?;
    refuse(&checked, options)?;
    // From here on there is a journal, which whoever ends the program must not leave in the way of the next run.
    let mut signals = signals()?;
    let journal = &options.journal;
    let run = match (options.resume, options.leave_out_damaged) {
        (false, _) => Run::create(checked, journal, &*executor),
        (true, false) => Run::resume(checked, journal, &*executor),
        (true, true) => Run::resume_without_damaged(checked, journal, &*executor),
    };
    let mut run = run.map_err(|error| failed(&error))?;
    if let Some(tail) = run.tail() {
        terminal::tell(&format!("note: {tail}"));
    }
    let mut how = apsara_bulk::Options::default()
        .retry_rejected(options.retry_rejected)
        .retry_unknown(options.retry_unknown)
        .stop_after(options.stop_after)
        .settle(options.settle);
    if let Some(calls) = options.in_flight {
        how = how.in_flight(usize::try_from(calls).unwrap_or(usize::MAX));
    }
    let plan = run.plan(&*executor, &how);
    terminal::tell(&format!("{plan}\n  the journal is {}", journal.display()));
    // What is found out not to have been executed is called too.
    let may_call = plan.calls > 0 || plan.asks.is_some();
    if plan.called.impact == Impact::Interrupt && may_call && !options.yes {
        confirm(options, &run, &mut signals).await?;
    }
    let stop = Stop::new();
    let listening = tokio::spawn(listen(signals, stop.clone()));
    let mut shown = Shown::new();
    let ended = run.go_on(executor, &how, &stop, |progress| shown.show(progress)).await;
    // What is in doubt counts most.
    let exit = if run.counts().unknown > 0 { Exit::Unknown } else { Exit::Interrupted };
    tokio::spawn(leave(self::signals()?, exit));
    listening.abort();
    shown.end();
    let told = match ended {
        Ok(summary) => end::tell(options, &mut run, &summary),
        Err(error) => Err(end::broken_off(options, &run, &error)),
    };
    connection.checked(told)
}

/// Makes what calls, and what asks what became of a call where our overlay says how.
fn executor(options: &Options, connection: &Connection) -> Result<Untyped, Failure> {
    let product = catalog::product(&options.product, options.spec.as_deref())?;
    let mut operation = product.operation(&options.operation)?;
    let description = operation.describe()?;
    let executor = Untyped::new(connection.config(), description);
    let executor = executor.map_err(|error| failure(&error, &operation))?;
    let executor = match connection.place() {
        Some(place) => executor.at(place),
        None => executor,
    };
    let Some(reconcile) = reconcile(&operation)? else { return Ok(executor) };
    let mut asked = product.operation(&reconcile.operation)?;
    let asked = asked.describe()?;
    executor.reconciled_by(reconcile, asked).map_err(|error| failed(&error))
}

fn reconcile(operation: &Operation) -> Result<Option<Reconcile>, Failure> {
    let Some(entry) = operation.overlay().and_then(|overlay| overlay.get("reconcile")) else { return Ok(None) };
    let condition = |key: &str| {
        let text = entry[key].as_str();
        let parsed = text.map(|text| text.parse().map_err(|error| Failure::usage(format!("{key}: {error}"))));
        parsed.transpose()
    };
    Ok(Some(Reconcile {
        operation: entry["operation"].as_str().unwrap_or_default().to_owned(),
        executed_when: condition("executed_when")?,
        not_executed_when: condition("not_executed_when")?,
    }))
}

fn input(options: &Options) -> Result<Input, Failure> {
    let input = if options.input == Path::new("-") {
        Input::new(std::io::stdin(), Format::JsonLines)
    } else {
        Input::open(&options.input).map_err(|error| failed(&error))?
    };
    Ok(match options.format {
        Some(Form::Jsonl) => input.with_format(Format::JsonLines),
        Some(Form::Csv) => input.with_format(Format::Csv),
        None => input,
    })
}

/// Refuses an input with lines that are wrong, or that stand there twice. All of them are told.
fn refuse(checked: &Checked, options: &Options) -> Result<(), Failure> {
    for violation in checked.violations() {
        terminal::tell(&violation.to_string());
    }
    let refused = |message: String, flag: &str| {
        Failure::new(Exit::Invalid, message).with("outcome", "not sent").with("what to do", flag)
    };
    if checked.violation_count() > 0 && !options.skip_invalid {
        let lines = checked.counts().skipped;
        let message = format!("{lines} lines of the input are wrong, so none is called");
        return Err(refused(message, "mend them, or leave them out by --skip-invalid"));
    }
    if options.allow_duplicates {
        return Ok(());
    }
    for (line, first) in checked.duplicates() {
        terminal::tell(&format!("line {line}: asks for the same call as line {first}"));
    }
    match checked.duplicates().len() {
        0 => Ok(()),
        lines => {
            let message = format!("{lines} lines ask for the same call as an earlier one, so none is called");
            Err(refused(message, "remove them, or say that they are meant by --allow-duplicates"))
        }
    }
}

/// Says whether a file that is written is one of the others that the run is made of.
fn wrong_files(options: &Options) -> Option<String> {
    // A - is no file, but what the program reads from or writes to.
    let is_file = |file: &&Path| *file != Path::new("-");
    let (input, results) = (Some(&*options.input).filter(is_file), options.results.as_deref().filter(is_file));
    let (journal, trace) = (Some(&*options.journal), options.connect.trace.as_deref());
    let pairs = [
        ("--results would overwrite", results, "the journal", journal),
        ("--results would overwrite", results, "the input", input),
        ("--results would overwrite", results, "the trace", trace),
        ("--trace would write into", trace, "the journal", journal),
        ("--trace would write into", trace, "the input", input),
        ("--journal would write into", journal, "the input", input),
    ];
    pairs.into_iter().find_map(|(would, written, what, file)| {
        let (written, file) = written.zip(file)?;
        // What is no file, such as /dev/null, loses nothing by it.
        let is_file = std::fs::metadata(file).map_or(true, |file| file.is_file());
        let is_wrong = is_file && private::is_same(written, file);
        is_wrong.then(|| format!("{would} {what}, {}; name another file", file.display()))
    })
}

/// Asks before calls that interrupt something. A new journal of which nothing was called is not kept if nobody says yes.
async fn confirm(options: &Options, run: &Run, signals: &mut Signals) -> Result<(), Failure> {
    let is_asked = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
    let ended = tokio::select! {
        answer = answered(), if is_asked => if answer { None } else { Some((Exit::NotConfirmed, "it was not confirmed")) },
        _ = signals.next(), if is_asked => Some((Exit::Interrupted, "interrupted")),
        else => Some((Exit::NotConfirmed, "it interrupts what runs, and nobody can be asked")),
    };
    let Some((exit, message)) = ended else { return Ok(()) };
    if exit == Exit::Interrupted {
        // The question stands in front of what is told now.
        terminal::tell("");
    }
    if !options.resume && run.counts().due + run.counts().skipped == run.counts().lines() {
        let _ = std::fs::remove_file(&options.journal);
    }
    let failure = Failure::new(exit, message).with("outcome", "not sent");
    Err(failure.with("what to do", "say yes by --yes"))
}

/// Asks whether to go on. The program may end while nobody has answered, which no thread of the runtime may stand in the way of.
async fn answered() -> bool {
    let (answer, answered) = tokio::sync::oneshot::channel();
    std::thread::spawn(move || answer.send(terminal::ask_whether("Go on?").unwrap_or(false)));
    answered.await.unwrap_or(false)
}

fn signals() -> Result<Signals, Failure> {
    Signals::begin().map_err(|error| Failure::new(Exit::Failed, error.to_string()))
}

/// Ends the program when it is told to end behind the run, whose journal is whole: nobody has to take the results. What was written of
/// them for another file's place may be left beside it. Where the terminal is gone, nobody waits for the program, and it writes them.
async fn leave(mut signals: Signals, exit: Exit) {
    while signals.next().await == Signal::HangUp {}
    terminal::tell("note: the results were not written; the journal has them, and --resume writes them");
    std::process::exit(exit as i32);
}

/// Lets the run end when the program is told to end, and ends it at once when it is told so again.
async fn listen(mut signals: Signals, stop: Stop) {
    let mut ends = u32::from(signals.next().await == Signal::End);
    terminal::tell("\nnote: no further call goes out; those that are under way end. Again ends at once.");
    stop.drain();
    while ends < 2 {
        ends += u32::from(signals.next().await == Signal::End);
    }
    stop.now();
}

fn failed(error: &BulkError) -> Failure {
    Failure::new(Exit::Failed, error.to_string())
}
