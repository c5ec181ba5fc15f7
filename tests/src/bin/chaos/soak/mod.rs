//! Clients in processes that are killed, an emulator that crashes and goes on with its data, a Redis server that is killed: and after all
//! of it, every call is accounted for.
//!
//! Where something ends follows from the seed, as a number of lines that were written by then, two for each call; so do the calls and the draws of each
//! emulator's faults. Which calls are under way at that moment, and which of them a fault meets, is up to the machine.

pub(crate) mod client;
pub(crate) mod emulator;
mod model;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use apsara_tests::{Kind, RedisServer, workspace};

use self::model::{Call, Model};
use crate::calls::{Place, kind, mixed, operation};
use crate::{Result, faults};

/// How long the lines are that a client process writes.
const LINE: usize = 32;
/// Of how many kinds of faults one at least must have met a call.
const FEW: usize = 5;
/// How many client processes there are at a time.
const PROCESSES: usize = 2;

/// What ends, and after how many lines of the client processes.
#[derive(Debug)]
struct Plan {
    /// The calls of each process, and after how many of its own lines it is killed, if it is.
    parts: Vec<(Vec<usize>, Option<usize>)>,
    crashes: Vec<usize>,
    restarts: Vec<usize>,
}

impl Plan {
    fn new(calls: usize, seed: u64) -> Self {
        let mut state = seed;
        let mut below = |end: usize| {
            state = mixed(state.wrapping_add(0x9e37_79b9_7f4a_7c15));
            (state % end.max(1) as u64) as usize
        };
        let numbers: Vec<usize> = (0..calls).collect();
        let size = (calls / 100).clamp(250, 10_000);
        let parts = numbers.chunks(size).enumerate().map(|(index, part)| {
            // Every other one, so that no run is without.
            (part.to_vec(), (index % 2 == 1).then(|| 1 + below(2 * part.len() - 1)))
        });
        let parts = parts.collect();
        let mut spread = |count: usize| -> Vec<usize> {
            let span = 2 * calls / (count + 1);
            (1..=count).rev().map(|at| at * span - below(span / 2)).collect()
        };
        Self { parts, crashes: spread((calls / 20_000).clamp(2, 50)), restarts: spread((calls / 50_000).clamp(1, 20)) }
    }
}

/// Makes so many calls, and compares.
pub(crate) async fn run(calls: usize, seed: u64) -> Result<ExitCode> {
    let folder = workspace::scratch(&format!("soak-{}", std::process::id()));
    let plan = Plan::new(calls, seed);
    let kills = plan.parts.iter().filter(|(_, end)| end.is_some()).count();
    let start = Instant::now();
    let mut soak = Soak::start(&folder, seed)?;
    soak.go(plan)?;
    let (killed, restarts, emulators) = (soak.killed, soak.restarts, soak.emulators);
    soak.end()?;
    let seconds = start.elapsed().as_secs_f64();

    let kinds = (0..calls).map(|number| call(kind(seed, number))).collect();
    let mut model = Model::new(Kind::ALL.map(|kind| (operation(kind).0, call(kind))), kinds);
    let mut processes = 0;
    while let Ok(lines) = fs::read_to_string(folder.join(format!("told-{processes}"))) {
        model.told(&lines);
        processes += 1;
    }
    for emulator in 0..emulators {
        let lines = fs::read_to_string(folder.join(format!("ledger-{emulator}")))?;
        model.decided(emulator, &lines, emulator + 1 < emulators);
    }
    let report = model.report();
    let kinds: Vec<String> = report.faults.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    println!("faults: {} ({})", report.faults.values().sum::<usize>(), kinds.join(", "));
    print!("{report}");
    println!(
        "soak: seed {seed}, {calls} calls, {} requests, in {seconds:.1} s ({:.0} calls/s): {processes} processes, {killed} killed, \
         {} crashes of the emulator, {restarts} restarts of Redis: {} differences",
        report.requests,
        calls as f64 / seconds,
        emulators - 1,
        report.differences.len()
    );
    // What met nothing proves nothing. A process may end before it is looked at, but not most of them.
    let is_tried = 2 * killed >= kills && report.faults.len() >= FEW;
    if !is_tried {
        println!(
            "{killed} of {kills} processes were killed, and of the faults {} kinds were met: too few",
            report.faults.len()
        );
    }
    if is_tried && report.differences.is_empty() {
        fs::remove_dir_all(&folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "again: cargo xtask chaos --soak --calls {calls} --seed {seed}; what was written is in {}",
        folder.display()
    );
    Ok(ExitCode::FAILURE)
}

fn call(kind: Kind) -> Call {
    match kind {
        Kind::Safe => Call::Safe,
        Kind::WithToken => Call::WithToken,
        Kind::Unsafe => Call::Unsafe,
    }
}

/// Everything that runs.
struct Soak {
    folder: PathBuf,
    seed: u64,
    emulators: usize,
    emulator: Running,
    place: Place,
    redis: RedisServer,
    clients: Vec<Client>,
    processes: usize,
    /// How many lines were written by processes that have ended.
    written: usize,
    killed: usize,
    /// How often Redis was killed and started again.
    restarts: usize,
}

/// A client process.
struct Client {
    running: Running,
    told: PathBuf,
    numbers: Vec<usize>,
    /// After how many lines it is killed.
    end: Option<usize>,
}

/// A process that does not outlive this one.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Soak {
    fn start(folder: &Path, seed: u64) -> Result<Self> {
        let redis = RedisServer::start_and_settle();
        let (emulator, place) = start_emulator(folder, 0, "127.0.0.1:0", "", seed)?;
        let (folder, clients) = (folder.to_owned(), Vec::new());
        Ok(Self {
            folder,
            seed,
            emulators: 1,
            emulator,
            place,
            redis,
            clients,
            processes: 0,
            written: 0,
            killed: 0,
            restarts: 0,
        })
    }

    /// Goes through the plan.
    fn go(&mut self, mut plan: Plan) -> Result<()> {
        plan.parts.reverse();
        loop {
            while self.clients.len() < PROCESSES
                && let Some((numbers, end)) = plan.parts.pop()
            {
                let client = self.start_client(numbers, end)?;
                self.clients.push(client);
            }
            if self.clients.is_empty() {
                let is_done = plan.crashes.is_empty() && plan.restarts.is_empty();
                return if is_done { Ok(()) } else { Err("the calls were over before the plan was".into()) };
            }
            std::thread::sleep(Duration::from_millis(5));
            let mut left = Vec::new();
            for mut client in std::mem::take(&mut self.clients) {
                let is_over = client.running.0.try_wait()?;
                if is_over.is_none() && client.end.is_none_or(|end| client.written() < end) {
                    left.push(client);
                    continue;
                }
                match is_over {
                    Some(status) if !status.success() => return Err(format!("a client failed: {status}").into()),
                    Some(_) => {}
                    None => {
                        client.running.0.kill()?;
                        client.running.0.wait()?;
                        self.killed += 1;
                    }
                }
                let begun = client.begun();
                self.written += client.written();
                let open: Vec<usize> =
                    client.numbers.iter().copied().filter(|number| !begun.contains(number)).collect();
                // Who comes after it makes those that it had not begun; the others nobody makes a second time.
                if !open.is_empty() {
                    plan.parts.push((open, None));
                }
            }
            self.clients = left;
            let written = self.written + self.clients.iter().map(Client::written).sum::<usize>();
            if plan.crashes.pop_if(|at| written >= *at).is_some() {
                self.crash()?;
            }
            if plan.restarts.pop_if(|at| written >= *at).is_some() {
                self.redis.kill();
                self.redis.start_again();
                self.restarts += 1;
            }
        }
    }

    fn start_client(&mut self, numbers: Vec<usize>, end: Option<usize>) -> Result<Client> {
        let told = self.folder.join(format!("told-{}", self.processes));
        self.processes += 1;
        let Place { url, account, key, secret, task } = &self.place;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["client", url, account, key, secret, task, &self.redis.url()]);
        command.arg(&told).arg(self.seed.to_string()).stdin(Stdio::piped());
        fs::write(&told, "")?;
        let mut running = Running(command.spawn()?);
        let text: Vec<String> = numbers.iter().map(usize::to_string).collect();
        if let Some(mut input) = running.0.stdin.take() {
            input.write_all(text.join(" ").as_bytes())?;
        }
        Ok(Client { running, told, numbers, end })
    }

    /// Lets the emulator crash, and another one go on with its data at its address.
    fn crash(&mut self) -> Result<()> {
        self.order("crash")?;
        let listen = self.place.url.trim_start_matches("http://").to_owned();
        let task = self.place.task.clone();
        let (emulator, place) = start_emulator(&self.folder, self.emulators, &listen, &task, self.seed)?;
        if (&place.url, &place.key, &place.account) != (&self.place.url, &self.place.key, &self.place.account) {
            return Err("the emulator that went on is another one".into());
        }
        self.emulator = emulator;
        self.emulators += 1;
        Ok(())
    }

    fn order(&mut self, order: &str) -> Result<()> {
        if let Some(mut input) = self.emulator.0.stdin.take() {
            writeln!(input, "{order}")?;
        }
        self.emulator.0.wait()?;
        Ok(())
    }

    /// Ends what still runs.
    fn end(mut self) -> Result<()> {
        // A delayed call goes on after its caller was killed; nothing is delayed longer than this.
        std::thread::sleep(faults::LONGEST_DELAY * 10);
        self.order("end")
    }
}

impl Client {
    /// Returns how many lines it has written.
    fn written(&self) -> usize {
        fs::metadata(&self.told).map_or(0, |file| file.len() as usize / LINE)
    }

    /// Reads which calls it has begun.
    fn begun(&self) -> std::collections::HashSet<usize> {
        let text = fs::read_to_string(&self.told).unwrap_or_default();
        text.lines().filter_map(|line| line.strip_prefix("begin ")?.trim().parse().ok()).collect()
    }
}

/// Starts the emulator of a number, and returns where it is.
fn start_emulator(folder: &Path, number: usize, listen: &str, task: &str, seed: u64) -> Result<(Running, Place)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("emulator").arg(folder.join("data")).arg(folder.join(format!("ledger-{number}"))).args([listen, task]);
    command.arg(seed.wrapping_add(number as u64).to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut running = Running(command.spawn()?);
    let mut line = String::new();
    BufReader::new(running.0.stdout.take().ok_or("no output")?).read_line(&mut line)?;
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let [url, account, key, secret, task] = words.try_into().map_err(|_| format!("emulator {number} did not start"))?;
    Ok((running, Place { url, account, key, secret, task }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_follows_from_its_seed() {
        let shown = |seed| format!("{:?}", Plan::new(3000, seed));
        assert_eq!(shown(1), shown(1));
        assert_ne!(shown(1), shown(2));
    }

    #[test]
    fn even_a_short_run_kills_and_crashes_and_restarts() {
        for seed in 0..20 {
            let Plan { parts, crashes, restarts } = Plan::new(3000, seed);
            let numbers: Vec<usize> = parts.iter().flat_map(|(numbers, _)| numbers.clone()).collect();
            assert_eq!(numbers, (0..3000).collect::<Vec<_>>());
            assert!(parts.iter().all(|(numbers, end)| end.is_none_or(|end| end >= 1 && end < 2 * numbers.len())));
            assert!(parts.iter().filter(|(_, end)| end.is_some()).count() >= 5);
            assert!(crashes.len() == 2 && crashes[0] > crashes[1] && restarts.len() == 1, "{crashes:?} {restarts:?}");
        }
    }
}
