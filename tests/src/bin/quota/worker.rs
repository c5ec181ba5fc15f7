//! A process that takes all of a quota that it gets.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use apsara::pacing::{HostPacer, Lane, Pacer, PacingError};
use apsara::{Config, Credentials, Operation, Product, Quota, Retry, live};
use apsara_redis::{RedisPacer, Unreachable};
use tokio::time::{Instant, sleep};

static PRODUCT: Product = Product::of("live", "2016-11-01");
static TEN: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(10)), ..Operation::of(&PRODUCT) };

/// How many calls wait at a time.
const TASKS: usize = 20;

type Settings = HashMap<String, String>;

/// Runs by its settings: `seconds`; `redis`, an address, or `host`, a folder; `record`, a key or a file; `share`, what it
/// grants itself while the server is away; `emulator`, `key` and `secret`, to call and not only to take grants.
pub(crate) async fn run(settings: impl Iterator<Item = String>) -> Result<(), Box<dyn Error>> {
    let settings: Settings =
        settings.filter_map(|s| s.split_once('=').map(|(n, v)| (n.to_owned(), v.to_owned()))).collect();
    let pacer = pacer(&settings)?;
    let end = Instant::now() + Duration::from_secs(settings.get("seconds").ok_or("for how long?")?.parse()?);
    let client = settings.get("emulator").map(|url| client(url, &settings, &pacer)).transpose()?;
    for _ in 0..TASKS {
        let (pacer, client) = (Arc::clone(&pacer), client.clone());
        tokio::spawn(async move {
            loop {
                let line = match &client {
                    Some(client) => call(client).await,
                    None => take(pacer.as_ref()).await,
                };
                println!("{line}");
                if line != "granted" {
                    sleep(Duration::from_millis(20)).await;
                }
            }
        });
    }
    tokio::time::sleep_until(end).await;
    Ok(())
}

fn pacer(settings: &Settings) -> Result<Arc<dyn Pacer>, Box<dyn Error>> {
    let record = settings.get("record");
    if let Some(folder) = settings.get("host") {
        let mut pacer =
            HostPacer::in_folder(folder)?.on_damage(|file| println!("failed: {} is damaged", file.display()));
        if let Some(record) = record {
            pacer = pacer.record_to(record);
        }
        return Ok(Arc::new(pacer));
    }
    let mut pacer = RedisPacer::lazy(settings.get("redis").ok_or("which store?")?)?;
    if let Some(record) = record {
        pacer = pacer.record_to(record);
    }
    if let Some(share) = settings.get("share") {
        pacer = pacer.unreachable(Unreachable::Share(share.parse()?));
    }
    Ok(Arc::new(pacer))
}

fn client(url: &str, settings: &Settings, pacer: &Arc<dyn Pacer>) -> Result<live::Client, Box<dyn Error>> {
    let key = |name: &str| settings.get(name).cloned().unwrap_or_default();
    let config = Config::builder()
        .credentials(Credentials::new(key("key"), key("secret"))?)
        .endpoint(url)
        .retry(Retry::new().attempts(1))
        .pacer(Arc::clone(pacer));
    Ok(live::Client::new(&config.build()?))
}

async fn take(pacer: &dyn Pacer) -> String {
    let lane = Lane { account: "1234567890123456", operation: &TEN };
    match pacer.acquire(lane, Instant::now() + Duration::from_secs(60)).await {
        Ok(()) => "granted".to_owned(),
        Err(PacingError::Unavailable(reason)) => format!("unavailable: {reason}"),
        Err(error) => format!("failed: {error}"),
    }
}

async fn call(client: &live::Client) -> String {
    match client.describe_live_pull_to_push_list().region("cn-shanghai").send().await {
        Ok(_) => "granted".to_owned(),
        Err(error) if error.is_paced() => format!("unavailable: {error}"),
        Err(error) if error.is_throttled() => format!("throttled: {error}"),
        Err(error) => format!("failed: {error}"),
    }
}
