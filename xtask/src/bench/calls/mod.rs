//! `cargo xtask bench calls`: the same call of the same server by every client, side by side.
//!
//! Every client has a process of its own, and most a new one now and then. Rounds are short and take turns, and who comes first
//! changes from round to round, so that whatever disturbs the machine disturbs all. What is told is medians, and what can be
//! compared between machines is their ratios.

mod clients;
pub(super) mod crowd;
mod plot;
mod report;
mod rounds;

pub(super) use self::clients::built;
use self::clients::{ALL, Contestant, Program, Server};
use self::rounds::{Measured, Running};
use super::page;
use crate::peers;
use crate::run::{Failure, cargo, root, succeed};

/// How long to measure, and whom.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Thirty rounds, in about two minutes.
    #[arg(long)]
    quick: bool,
    /// How many rounds; those that others published take part in every tenth.
    #[arg(long, default_value_t = 120, conflicts_with = "quick")]
    rounds: usize,
    /// Only the clients whose id or name holds this text; may be given several times.
    #[arg(long, value_name = "TEXT")]
    only: Vec<String>,
    /// Over TLS.
    #[arg(long)]
    tls: bool,
    /// Write the table and the plot into docs.
    #[arg(long, conflicts_with = "only")]
    write: bool,
}

/// How many calls are under way at once, where it is not one.
const AT_ONCE: usize = 64;
/// How long a round of one client takes, in seconds; a round of those that are slow is one call, or as many as are under way. A machine is
/// fast and slow by turns, and the shorter the rounds, the more alike are the turns that two clients had. It is the same for all, because a
/// round begins with caches that others have filled, which counts the more the shorter it is.
const ROUND: f64 = 0.1;
/// Of how many rounds those that others published take part in one: they cost so much more that a few rounds are enough to show it, and
/// some of them take seconds for one.
const PEERS: usize = 10;
/// After how many rounds a client has a new process: where a process has its memory is luck, which is not to last for a whole run. Those
/// in Python and Node keep theirs, which get faster with time.
const RENEWED: usize = 20;

/// What was measured of a client.
#[derive(Clone, Copy, Debug)]
struct Line {
    contestant: &'static Contestant,
    /// One call after another.
    one: Medians,
    /// [`AT_ONCE`] calls under way.
    many: Medians,
    /// Per call, where they can be counted.
    allocations: Option<f64>,
    /// MiB.
    memory: f64,
}

/// The medians of a client's rounds.
#[derive(Clone, Copy, Debug)]
struct Medians {
    calls_per_second: f64,
    /// Microseconds of the client's CPU per call.
    cpu: f64,
}

/// Builds everything, runs the rounds, and prints what came of them.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let is_meant = |it: &&Contestant| {
        args.only.is_empty() || args.only.iter().any(|text| it.id.contains(text) || it.name.contains(text))
    };
    let meant: Vec<&'static Contestant> = ALL.iter().filter(|it| it.can_call(args.tls)).filter(is_meant).collect();
    if meant.is_empty() {
        return Err("no client that could make the call has this in its id or its name".to_owned());
    }
    if meant.iter().any(|it| it.program != Program::Rust) {
        peers::install()?;
    }
    build(meant.iter().any(|it| it.is_peer()))?;
    let server = Server::start(args.tls)?;
    let allocations: Vec<_> = meant.iter().map(|it| count(it, &server)).collect::<Result<_, _>>()?;
    let mut lanes: Vec<Lane> = meant.iter().map(|it| Lane::start(it, &server)).collect::<Result<_, _>>()?;
    let rounds = if args.quick { 30 } else { args.rounds.max(1) };
    let begun = load();
    for round in 0..rounds {
        let first = round * 5 % lanes.len();
        eprintln!("round {} of {rounds}", round + 1);
        for place in 0..lanes.len() {
            let lane = (first + place) % lanes.len();
            let lane = &mut lanes[lane];
            if lane.contestant.program == Program::Rust && round > 0 && round % RENEWED == 0 {
                lane.renew(&server)?;
            }
            if !lane.contestant.is_peer() || round % PEERS == 0 {
                lane.round()?;
            }
        }
    }
    let lines: Vec<Line> = lanes.iter().zip(allocations).map(|(lane, count)| lane.line(count)).collect();
    let report = report::write(&lines, rounds, &[begun, load()].map(Option::unwrap_or_default));
    println!("{report}");
    if args.write {
        let (name, over) = if args.tls { ("calls-tls", " over TLS") } else { ("calls", "") };
        let with_plot = format!("{report}\n![CPU per call{over}](performance-{name}.svg)");
        page::insert(name, &with_plot)?;
        plot::write(&root().join(format!("docs/performance-{name}.svg")), &lines)?;
    }
    Ok(())
}

/// Builds the clients in Rust and the server; without those of others, if they are not needed.
pub(super) fn build(with_peers: bool) -> Result<(), Failure> {
    let mut command =
        cargo(&["build", "--release", "--locked", "--manifest-path", "benches/Cargo.toml", "--target-dir"]);
    command.arg(clients::folder());
    if !with_peers {
        command.arg("--no-default-features");
    }
    succeed(&mut command)
}

/// Counts a client's allocations of a call, once everything is warm.
fn count(contestant: &Contestant, server: &Server) -> Result<Option<f64>, Failure> {
    let Some(mut command) = contestant.counted(server) else { return Ok(None) };
    let mut running = Running::start(&mut command)?;
    let calls = contestant.most.min(2000);
    running.round(calls.min(200), 1)?;
    Ok(Some(running.round(calls, 1)?.allocations))
}

/// Returns how many programs wanted a CPU in the last minute, where the system tells it.
fn load() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/loadavg").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

/// One client, its process, and its rounds.
struct Lane {
    contestant: &'static Contestant,
    running: Running,
    /// How many calls a round has, one after another and [`AT_ONCE`] under way.
    calls: [usize; 2],
    one: Vec<Measured>,
    many: Vec<Measured>,
}

impl Lane {
    fn start(contestant: &'static Contestant, server: &Server) -> Result<Self, Failure> {
        let mut running = Self::connected(contestant, server)?;
        // A first guess, and a second one by a round that is long enough to be measured.
        let mut calls = [1, AT_ONCE];
        for _ in 0..2 {
            for (calls, at_once) in calls.iter_mut().zip([1, AT_ONCE]) {
                let measured = running.round(*calls, at_once)?;
                let fit = (ROUND / measured.wall.max(1e-7)) as usize;
                *calls = fit.clamp(at_once, contestant.most.max(at_once));
            }
        }
        Ok(Self { contestant, running, calls, one: Vec::new(), many: Vec::new() })
    }

    /// Starts a client, and has it make the connections that it needs.
    fn connected(contestant: &'static Contestant, server: &Server) -> Result<Running, Failure> {
        let mut running = Running::start(&mut contestant.command(server))?;
        running.round(1, 1)?;
        running.round(AT_ONCE, AT_ONCE)?;
        Ok(running)
    }

    /// Puts a new process in the place of the client's.
    fn renew(&mut self, server: &Server) -> Result<(), Failure> {
        self.running = Self::connected(self.contestant, server)?;
        let [one, many] = self.calls;
        // Some take part at once: no round that counts is the first.
        self.running.round(one, 1)?;
        self.running.round(many, AT_ONCE)?;
        Ok(())
    }

    fn round(&mut self) -> Result<(), Failure> {
        let [one, many] = self.calls;
        self.one.push(self.running.round(one, 1)?);
        self.many.push(self.running.round(many, AT_ONCE)?);
        Ok(())
    }

    fn line(&self, allocations: Option<f64>) -> Line {
        let medians = |rounds: &[Measured]| Medians {
            calls_per_second: 1.0 / median(rounds.iter().map(|it| it.wall)),
            cpu: median(rounds.iter().map(|it| it.cpu)) * 1e6,
        };
        let memory = self.many.iter().map(|it| it.memory).fold(0.0, f64::max);
        Line { contestant: self.contestant, one: medians(&self.one), many: medians(&self.many), allocations, memory }
    }
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
