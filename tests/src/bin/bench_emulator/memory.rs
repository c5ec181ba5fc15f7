//! What is left of calls once nobody needs to remember them.

use std::io::{BufReader, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use apsara_emulator::{Clock, Emulator, Quotas};

use crate::{Result, read_answer, signed};

/// How many connections call at once.
const CALLERS: usize = 2;
/// How many entries the ledger keeps: without a bound it keeps all, as tests want it.
const LEDGER: usize = 10_000;

/// Makes so many calls twice, with a quarter of an hour by the emulator's clocks after each, and prints the memory.
pub(crate) fn measure(calls: usize) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (clock, gateway) = (Clock::system(), Clock::system());
    let builder = Emulator::builder().clock(clock.clone()).gateway_clock(gateway.clone()).quota(Quotas::Off);
    let emulator = runtime.block_on(builder.most_ledger_entries(LEDGER).start())?;
    println!("{calls} calls by {CALLERS} callers, twice; the ledger keeps {LEDGER} entries; resident MB");
    println!("{:<21} {:.1}", "at the start", resident()?);
    let mut after = Vec::new();
    for round in ["first", "second"] {
        let begin = Instant::now();
        call(&emulator, &gateway, calls)?;
        println!("{:<21} {:.1} ({:.0} s)", format!("{round} calls made"), resident()?, begin.elapsed().as_secs_f64());
        for clock in [&clock, &gateway] {
            clock.advance(Duration::from_secs(15 * 60));
        }
        // What is old leaves when the next call comes.
        call(&emulator, &gateway, CALLERS)?;
        after.push(resident()?);
        println!("{:<21} {:.1}", "15 minutes later", after[after.len() - 1]);
    }
    println!("second less first     {:+.1}", after[1] - after[0]);
    Ok(())
}

fn call(emulator: &Emulator, gateway: &Clock, calls: usize) -> Result<()> {
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(move || -> std::result::Result<(), String> {
                    call_in_turn(emulator, gateway, calls / CALLERS).map_err(|error| error.to_string())
                })
            })
            .collect();
        for caller in callers {
            caller.join().map_err(|_| "a caller panicked")??;
        }
        Ok(())
    })
}

fn call_in_turn(emulator: &Emulator, gateway: &Clock, calls: usize) -> Result<()> {
    let stream = TcpStream::connect(emulator.address())?;
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    for _ in 0..calls {
        stream.get_mut().write_all(&signed(emulator.host(), gateway.now())?)?;
        read_answer(&mut stream)?;
    }
    Ok(())
}

/// The memory of this program that is in use, in MB, as Linux tells it.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")
        .map_err(|error| format!("memory is measured on Linux only: {error}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("there is no VmRSS")?;
    let kilobytes: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
    Ok(kilobytes / 1024.0)
}
