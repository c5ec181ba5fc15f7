//! `cargo xtask bench crowd`: ten thousand calls under way, by the same clients: what each takes of memory, and whether calls are as
//! many per second as with few.

use super::clients::{Contestant, Server};
use super::rounds::Running;
use super::{AT_ONCE, Measured, build, median};
use crate::bench::page;
use crate::run::Failure;

/// How many, and how often.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many calls are under way at once. Most clients have a connection for each; the system must allow as many files.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    calls: usize,
    /// How many rounds with as many, and how many with few.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Over TLS.
    #[arg(long)]
    tls: bool,
    /// Write the table into docs; only the one without TLS has a place there.
    #[arg(long, conflicts_with = "tls")]
    write: bool,
}

/// Those who take part.
const IDS: [&str; 6] =
    ["raw-hyper", "by-hand-v3-hyper", "ours-v3-hyper", "raw-reqwest", "by-hand-v3-reqwest", "ours-v3-reqwest"];
/// How many calls a round has for each that is under way: so many that its beginning and its end count little.
const TURNS: usize = 20;
/// What a call may take of memory, in KiB.
const MOST_MEMORY: f64 = 16.0;

/// Builds everything, runs the rounds, and prints what came of them.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    build(false)?;
    let over = if args.tls { ", over TLS" } else { "" };
    let rounds = args.rounds.max(1);
    let mut out = format!(
        "{} calls under way at once{over}, medians of {rounds} rounds.\n\n| client | signature | KiB per call | calls/s | with {AT_ONCE} | \
         ratio | CPU µs | with {AT_ONCE} |\n|---|---|---:|---:|---:|---:|---:|---:|\n",
        args.calls
    );
    let mut wanted = Vec::new();
    for contestant in IDS.iter().filter_map(|id| Contestant::find(id)) {
        eprintln!("{}", contestant.id);
        let crowd = measure(contestant, args, rounds)?;
        let ratio = crowd.many.0 / crowd.few.0;
        out += &format!(
            "| {} | {} | {:.1} | {:.0} | {:.0} | {ratio:.2} | {:.1} | {:.1} |\n",
            contestant.name, contestant.signature, crowd.memory, crowd.many.0, crowd.few.0, crowd.many.1, crowd.few.1
        );
        if contestant.is_ours() {
            let told = |is_reached| if is_reached { "reached" } else { "**not reached**" };
            wanted.push(format!(
                "{}: less than {MOST_MEMORY} KiB a call: {}; as many calls per second as with {AT_ONCE}: {}.",
                contestant.name,
                told(crowd.memory < MOST_MEMORY),
                told(ratio >= 1.0)
            ));
        }
    }
    out += &format!("\n{}\n", wanted.join("\n"));
    println!("{out}");
    if args.write {
        page::insert("crowd", &out)?;
    }
    Ok(())
}

/// What was measured of a client.
struct Crowd {
    /// KiB that each call takes beside those of a few.
    memory: f64,
    /// Calls per second and µs of CPU per call, with many under way and with few.
    many: (f64, f64),
    few: (f64, f64),
}

/// Measures one client, alone with a server: what many connections of another one cost the system would disturb it.
fn measure(contestant: &Contestant, args: &Args, rounds: usize) -> Result<Crowd, Failure> {
    let server = Server::start(args.tls)?;
    let mut running = Running::start(&mut contestant.command(&server))?;
    let calls = args.calls * TURNS;
    // The first rounds make the connections.
    let before = running.round(calls, AT_ONCE)?.memory;
    let after = running.round(calls, args.calls)?.memory;
    let (mut many, mut few) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        few.push(running.round(calls, AT_ONCE)?);
        many.push(running.round(calls, args.calls)?);
    }
    let memory = many.iter().map(|it| it.memory).fold(after, f64::max) - before;
    let medians = |rounds: &[Measured]| {
        (1.0 / median(rounds.iter().map(|it| it.wall)), median(rounds.iter().map(|it| it.cpu)) * 1e6)
    };
    Ok(Crowd { memory: memory * 1024.0 / args.calls as f64, many: medians(&many), few: medians(&few) })
}
