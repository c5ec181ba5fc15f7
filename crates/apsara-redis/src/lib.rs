//! One quota for a whole fleet: [`RedisPacer`] counts the calls of any number of processes on any number of hosts in a Redis or
//! Valkey server that is there already.
//!
//! ```no_run
//! use apsara_core::Config;
//! use apsara_redis::RedisPacer;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let pacer = RedisPacer::connect("redis://10.0.0.5/").await?;
//! let config = Config::builder().account("1234567890123456").pacer(pacer).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `tls` (default): addresses that begin with `rediss://`, by rustls with the system's certificates.

mod debts;
mod open;
mod pacer;
mod share;
mod store;

pub use open::open;
pub use pacer::{RedisPacer, Unreachable};
pub use store::StoreState;

/// What the server runs, for who reviews it. It needs a server of version 5 or newer that lets its user run `EVALSHA`, `EVAL`,
/// `SCRIPT LOAD`, `TIME`, `INFO`, `DEL`, `PEXPIRE`, and commands on hashes, on keys that begin as [`RedisPacer::key_prefix`] says;
/// `SELECT` as well where the address names a database other than 0.
pub const SCRIPT: &str = include_str!("grants.lua");
