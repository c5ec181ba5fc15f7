//! The runs: by a server, by files, and by a server that goes away and comes back.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use apsara_emulator::{Emulator, Quotas};
use apsara_tests::{RedisServer, Worker, most_within, workspace};
use tokio::time::sleep;

use crate::measure::{Measured, throttled};

/// How many processes there are.
const PROCESSES: usize = 8;

type Failures = Result<Vec<String>, Box<dyn Error>>;

pub(crate) async fn one_server(seconds: u64) -> Failures {
    let server = RedisServer::start_and_settle();
    let emulator = Emulator::start().await?;
    let store = [format!("redis={}", server.url()), "record=grants".to_owned()];
    let mut workers = start(&store, seconds, &emulator)?;
    wait(&mut workers).await;
    let measured = Measured::of(&server.recorded("grants"), seconds, &workers, &emulator);
    Ok(measured.judge(&format!("by a server, {PROCESSES} processes, {seconds} s")))
}

pub(crate) async fn one_host(seconds: u64) -> Failures {
    let folder = workspace::scratch("quota-host").join("private");
    let record = folder.with_extension("record");
    let emulator = Emulator::start().await?;
    let store = [format!("host={}", folder.display()), format!("record={}", record.display())];
    let mut workers = start(&store, seconds, &emulator)?;
    wait(&mut workers).await;
    let measured = Measured::of(&recorded(&record)?, seconds, &workers, &emulator);
    Ok(measured.judge(&format!("by files, {PROCESSES} processes, {seconds} s")))
}

/// Kills the server after a third of the time, and starts another one in its place after two.
pub(crate) async fn server_away(seconds: u64, share: Option<u32>) -> Failures {
    let third = Duration::from_secs(seconds.div_ceil(3));
    let mut server = RedisServer::start_and_settle();
    // The emulator's own count is the judge of what processes grant themselves.
    let quotas = if share.is_some() { Quotas::Sliding } else { Quotas::Fixed };
    let emulator = Emulator::builder().quota(quotas).start().await?;
    let mut store = vec![format!("redis={}", server.url()), "record=grants".to_owned()];
    store.extend(share.map(|calls| format!("share={calls}")));
    let mut workers = start(&store, third.as_secs() * 3, &emulator)?;
    sleep(third).await;
    let before = server.recorded("grants");
    server.kill();
    // What was granted in the last moment is still on its way.
    sleep(Duration::from_millis(500)).await;
    let executed = emulator.ledger_len();
    sleep(third).await;
    let away = emulator.ledger_len() - executed;
    server.start_again();
    wait(&mut workers).await;
    let after = server.recorded("grants");

    let most = most_within(&before, 1_000_000).max(most_within(&after, 1_000_000));
    let told: usize = workers.iter().map(|worker| worker.count("unavailable")).sum();
    let (name, allowed) = match share {
        None => ("server away, refused".to_owned(), 0),
        Some(calls) => {
            let all = calls as usize * PROCESSES;
            (format!("server away, a share of {calls}"), all * (third.as_secs() as usize + 1))
        }
    };
    let throttled = throttled(&emulator);
    println!(
        "{name}: {} grants before, {away} calls in {} s without it, {} grants after, {most} in the fullest second, \
         {told} refusals, {throttled} throttled",
        before.len(),
        third.as_secs(),
        after.len()
    );
    let checks = [
        (most <= 10, format!("{name}: {most} grants in one second")),
        (throttled == 0, format!("{name}: {throttled} calls were throttled")),
        (away <= allowed, format!("{name}: {away} calls without the server, {allowed} are allowed")),
        ((away > 0) == share.is_some(), format!("{name}: {away} calls without the server")),
        ((told > 0) == share.is_none(), format!("{name}: {told} refusals")),
        (!before.is_empty() && !after.is_empty(), format!("{name}: the server granted nothing")),
    ];
    Ok(checks.into_iter().filter(|(holds, _)| !holds).map(|(_, failure)| failure).collect())
}

fn start(store: &[String], seconds: u64, emulator: &Emulator) -> Result<Vec<Worker>, Box<dyn Error>> {
    let program = std::env::current_exe()?;
    let mut settings = store.to_vec();
    settings.extend([
        format!("seconds={}", seconds + 1),
        format!("emulator={}", emulator.url()),
        format!("key={}", emulator.access_key_id()),
        format!("secret={}", emulator.access_key_secret()),
    ]);
    Ok((0..PROCESSES).map(|_| Worker::start(&program, &settings)).collect())
}

async fn wait(workers: &mut Vec<Worker>) {
    let waited = std::mem::take(workers);
    let joined = tokio::task::spawn_blocking(move || {
        let mut waited = waited;
        waited.iter_mut().for_each(Worker::wait);
        waited
    });
    *workers = joined.await.unwrap();
}

fn recorded(file: &Path) -> Result<Vec<u64>, Box<dyn Error>> {
    let text = std::fs::read_to_string(file)?;
    let mut times = text.lines().map(str::parse).collect::<Result<Vec<u64>, _>>()?;
    times.sort_unstable();
    Ok(times)
}
