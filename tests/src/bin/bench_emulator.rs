//! What verification costs: `cargo xtask bench emulator`.
//!
//! Two emulators, one of which believes everything, are asked the same by one client over one kept connection each, in
//! rounds that take turns, so that whatever disturbs the machine disturbs both. Requests are signed before the clock
//! starts. Each emulator has a thread of its own, and what is measured is the CPU time of that thread.

// A measurement prints.
#![allow(clippy::print_stdout)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc;

use apsara_emulator::{DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, Emulator, Quotas};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROUNDS: usize = 15;
const CALLS: usize = 2000;
/// The most that a verified call may cost, in calls that are not.
const MOST: f64 = 1.5;

fn main() -> Result<()> {
    let mut verified = Bench::start("verified", false)?;
    let mut unverified = Bench::start("unverified", true)?;
    // Caches, tables and the allocator are warm before anything counts.
    verified.round()?;
    unverified.round()?;
    verified.costs.clear();
    unverified.costs.clear();
    for round in 0..ROUNDS {
        // Whoever comes first in a pair of rounds comes second in the next.
        let order = if round % 2 == 0 { [&mut verified, &mut unverified] } else { [&mut unverified, &mut verified] };
        for bench in order {
            bench.round()?;
        }
    }
    println!("{ROUNDS} rounds of {CALLS} calls, CPU µs of the server per call");
    let (with, without) = (verified.print(), unverified.print());
    let ratio = with / without;
    println!("ratio of the medians  {ratio:.2}, at most {MOST} is wanted");
    if ratio > MOST {
        Err(format!("verification costs {ratio:.2} times the CPU of a call without it").into())
    } else {
        Ok(())
    }
}

/// One emulator, a connection to it, and what its rounds cost.
struct Bench {
    name: &'static str,
    address: SocketAddr,
    stat: String,
    stream: BufReader<TcpStream>,
    costs: Vec<f64>,
}

impl Bench {
    fn start(name: &'static str, unverified: bool) -> Result<Self> {
        let (started, report) = mpsc::channel();
        std::thread::spawn(move || serve(unverified, &started));
        let (address, stat) = report.recv()??;
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { name, address, stat, stream: BufReader::new(stream), costs: Vec::new() })
    }

    /// Makes the calls of one round and notes what one of them cost.
    fn round(&mut self) -> Result<()> {
        let requests: Vec<Vec<u8>> = (0..CALLS).map(|_| signed(&self.address.to_string())).collect::<Result<_>>()?;
        let before = cpu_nanoseconds(&self.stat)?;
        for request in &requests {
            self.stream.get_mut().write_all(request)?;
            self.read_answer()?;
        }
        let spent = cpu_nanoseconds(&self.stat)?.saturating_sub(before);
        self.costs.push(spent as f64 / 1000.0 / CALLS as f64);
        Ok(())
    }

    fn read_answer(&mut self) -> Result<()> {
        let (mut line, mut length) = (String::new(), 0);
        self.stream.read_line(&mut line)?;
        if !line.starts_with("HTTP/1.1 200 ") {
            return Err(format!("the {} emulator answered {line:?}", self.name).into());
        }
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            match line.trim_end().split_once(": ") {
                Some(("content-length", text)) => length = text.parse()?,
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        Ok(self.stream.read_exact(&mut body)?)
    }

    /// Prints the median and the spread; returns the median.
    fn print(&mut self) -> f64 {
        self.costs.sort_by(f64::total_cmp);
        let median = self.costs[ROUNDS / 2];
        println!("{:<21} {median:.1} (from {:.1} to {:.1})", self.name, self.costs[0], self.costs[ROUNDS - 1]);
        median
    }
}

type Started = std::result::Result<(SocketAddr, String), String>;

/// Serves on this thread alone, until the program ends.
fn serve(unverified: bool, started: &mpsc::Sender<Started>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let result = runtime.map_err(|error| error.to_string()).and_then(|runtime| {
        // Which thread this is, the kernel tells by where this leads.
        let thread = std::fs::read_link("/proc/thread-self")
            .map_err(|error| format!("CPU time is measured on Linux only: {error}"))?;
        let stat = format!("/proc/{}/schedstat", thread.display());
        runtime.block_on(async {
            // Neither counts calls, nor keeps all that it was ever asked.
            let builder = Emulator::builder().quota(Quotas::Off).most_ledger_entries(1000);
            let builder = if unverified { builder.unverified() } else { builder };
            let emulator = builder.start().await.map_err(|error| error.to_string())?;
            let _ = started.send(Ok((emulator.address(), stat)));
            std::future::pending::<Started>().await
        })
    });
    let _ = started.send(result);
}

/// The nanoseconds that a thread has been running, the first number of its `schedstat`.
fn cpu_nanoseconds(stat: &str) -> Result<u64> {
    let text = std::fs::read_to_string(stat)?;
    Ok(text.split_whitespace().next().unwrap_or_default().parse()?)
}

/// Writes a call that lists no tasks, signed with V3 now and with a fresh nonce.
fn signed(host: &str) -> Result<Vec<u8>> {
    use std::fmt::Write as _;

    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    };
    let mut nonce = [0u8; 16];
    getrandom::fill(&mut nonce)?;
    let nothing = hex(&Sha256::digest(b""));
    let names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version";
    let date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
    let headers = format!(
        "host:{host}\nx-acs-action:DescribeLivePullToPushList\nx-acs-content-sha256:{nothing}\nx-acs-date:{date}\n\
         x-acs-signature-nonce:{}\nx-acs-version:2016-11-01\n",
        hex(&nonce)
    );
    let query = "PageNumber=1&PageSize=20&Region=cn-shanghai&TaskName=night";
    let canonical = format!("GET\n/\n{query}\n{headers}\n{names}\n{nothing}");
    let mut mac = Hmac::<Sha256>::new_from_slice(DEFAULT_ACCESS_KEY_SECRET.as_bytes())?;
    mac.update(format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(canonical))).as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let sent = headers.replace('\n', "\r\n");
    let authorization =
        format!("ACS3-HMAC-SHA256 Credential={DEFAULT_ACCESS_KEY_ID},SignedHeaders={names},Signature={signature}");
    Ok(format!("GET /?{query} HTTP/1.1\r\n{sent}authorization: {authorization}\r\n\r\n").into_bytes())
}
