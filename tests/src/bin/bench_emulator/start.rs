//! How long it takes until an emulator answers.

use std::io::BufReader;
use std::io::Write as _;
use std::net::TcpStream;
use std::time::Instant;

use apsara_emulator::Emulator;

use crate::{Result, read_answer, signed};

const STARTS: usize = 50;

/// Starts emulators one after another and prints how long `start` took, and how long until the first answer was there.
pub(crate) fn measure() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (mut started, mut answered) = (Vec::new(), Vec::new());
    let mut emulators = Vec::new();
    for _ in 0..STARTS {
        let begin = Instant::now();
        let emulator = runtime.block_on(Emulator::start())?;
        started.push(begin.elapsed().as_secs_f64() * 1000.0);
        let mut stream = BufReader::new(TcpStream::connect(emulator.address())?);
        stream.get_mut().write_all(&signed(emulator.host(), jiff::Timestamp::now())?)?;
        read_answer(&mut stream)?;
        answered.push(begin.elapsed().as_secs_f64() * 1000.0);
        emulators.push(emulator);
    }
    println!("{STARTS} starts in a row, all kept, ms");
    for (name, mut times) in [("started", started), ("first answer", answered)] {
        let first = times[0];
        times.sort_by(f64::total_cmp);
        println!("{name:<21} {:.2} (the first {first:.2}, the slowest {:.2})", times[STARTS / 2], times[STARTS - 1]);
    }
    Ok(())
}
