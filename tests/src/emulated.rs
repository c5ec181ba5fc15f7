//! Clients of an emulator.

use std::time::Duration;

use apsara::{Config, Credentials, live};
use apsara_emulator::Emulator;

/// Configures clients for an emulator, with its first access key.
///
/// # Panics
///
/// Panics if the configuration cannot be made.
pub fn config(emulator: &Emulator) -> Config {
    Config::builder().credentials(credentials(emulator)).endpoint(emulator.url()).build().unwrap()
}

/// Returns an emulator's first access key.
///
/// # Panics
///
/// Panics if it cannot be one.
pub fn credentials(emulator: &Emulator) -> Credentials {
    Credentials::new(emulator.access_key_id(), emulator.access_key_secret()).unwrap()
}

/// Creates a Live client for an emulator.
pub fn live(emulator: &Emulator) -> live::Client {
    live::Client::new(&config(emulator))
}

/// Returns the emulator's time, so many seconds from now, as the cloud writes it.
///
/// # Panics
///
/// Panics if the time is beyond what can be written.
pub fn at(emulator: &Emulator, seconds: u64) -> String {
    let time = emulator.clock().now().checked_add(Duration::from_secs(seconds)).unwrap();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Starts to create a task that begins in an hour and ends a day later.
pub fn relay_task(live: &live::Client, emulator: &Emulator, name: &str) -> live::CreateLivePullToPush {
    live.create_live_pull_to_push()
        .region("cn-shanghai")
        .task_name(name)
        .start_time(at(emulator, 3600))
        .end_time(at(emulator, 90_000))
        .source_type("live")
        .source_protocol("rtmp")
        .source_urls([format!("rtmp://pull.example.com/app/{name}")])
        .dst_url(format!("rtmp://push.example.com/app/{name}"))
}

/// Says whether an operation may be repeated; the tests have one of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only reads.
    Safe,
    /// Its client token makes one of two.
    WithToken,
    /// Executing it twice does something twice.
    Unsafe,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Safe, Self::WithToken, Self::Unsafe];
}
