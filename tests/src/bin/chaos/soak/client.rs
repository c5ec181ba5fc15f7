//! A process that makes calls until it is killed, or has made them all.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apsara::pacing::{Lane, Pacer, PacingError};
use apsara::transport::BoxFuture;
use apsara::{Operation, Outcome, Product, Quota};
use apsara_redis::RedisPacer;
use tokio::time::Instant;

use super::LINE;
use crate::Result;
use crate::calls::{Clients, Place};

/// How many calls are under way at a time.
pub(crate) const IN_FLIGHT: usize = 32;

static PRODUCT: Product = Product::of("live", "2016-11-01");
/// What all calls are counted as: more often than the documents allow, and all processes together.
static SHARED: Operation =
    Operation { name: "Soak", quota: Some(Quota { calls: 5_000, seconds: 1 }), ..Operation::of(&PRODUCT) };

/// Counts every call in a lane that is wide enough.
#[derive(Debug)]
struct Wide(RedisPacer);

impl Pacer for Wide {
    fn acquire<'a>(&'a self, lane: Lane<'a>, deadline: Instant) -> BoxFuture<'a, std::result::Result<(), PacingError>> {
        self.0.acquire(Lane { operation: &SHARED, ..lane }, deadline)
    }

    /// Does nothing: here throttling is a fault of one call, for which the others are not to wait.
    fn throttled(&self, _: Lane<'_>, _: Duration) {}
}

/// Makes the calls whose numbers stand on its standard input. Each is written to a file before it is made and when it is over.
pub(crate) async fn run(arguments: &[&str]) -> Result<ExitCode> {
    let [url, account, key, secret, task, redis, file, seed] = arguments else {
        return Err("URL ACCOUNT KEY SECRET TASK REDIS FILE SEED".into());
    };
    let [url, account, key, secret, task] = [url, account, key, secret, task].map(|text| (*text).to_owned());
    let mut numbers = String::new();
    std::io::stdin().read_to_string(&mut numbers)?;
    let numbers: Arc<Vec<usize>> = Arc::new(numbers.split(' ').map(str::parse).collect::<std::result::Result<_, _>>()?);
    let pacer: Arc<dyn Pacer> = Arc::new(Wide(RedisPacer::lazy(redis)?));
    let clients = Arc::new(Clients::new(&Place { url, account, key, secret, task }, Some(&pacer), seed.parse()?)?);
    let file = Arc::new(Mutex::new(OpenOptions::new().create(true).append(true).open(file)?));
    let next = Arc::new(AtomicUsize::new(0));
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..IN_FLIGHT {
        let (clients, numbers, file, next) = (clients.clone(), numbers.clone(), file.clone(), next.clone());
        workers.spawn(async move {
            while let Some(number) = numbers.get(next.fetch_add(1, Ordering::Relaxed)) {
                write(&file, &format!("begin {number}"))?;
                let told = clients.call(*number).await;
                let outcome = told.outcome.map_or("succeeded", Outcome::as_str);
                let hurried = if told.is_hurried { " hurried" } else { "" };
                write(&file, &format!("{outcome} {number} {}{hurried}", told.attempts))?;
                if told.outcome == Some(Outcome::NotSent) && !told.is_hurried {
                    // Nobody is there; there is no use in asking at once.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
            Ok::<_, std::io::Error>(())
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker??;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a line of the one length, in one piece, so that a kill leaves whole lines.
fn write(file: &Mutex<File>, text: &str) -> std::io::Result<()> {
    let line = format!("{text:<width$}\n", width = LINE - 1);
    file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())
}
