//! A stand-in for Alibaba Cloud's control plane, in a process.
//!
//! It is a real HTTP server on loopback. It verifies signatures (V1 RPC and V3, `ACS3-HMAC-SHA256`) by its own reading
//! of the wire and shares no code with a client, refuses what the cloud refuses in the cloud's words, issues temporary
//! keys, and keeps `ApsaraVideo` Live's relay tasks with the documented states and rules, on a clock that a test can move.
//!
//! ```
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use apsara_emulator::{Clock, Emulator};
//!
//! let emulator = Emulator::builder().clock(Clock::frozen_at("2026-01-01T00:00:00Z")?).start().await?;
//! // Point a client at emulator.url(), with emulator.access_key_id() and emulator.access_key_secret().
//! emulator.clock().advance(Duration::from_secs(3600));
//! assert!(emulator.ledger().is_empty());
//! # Ok(())
//! # }
//! ```
//!
//! Where the documents are silent or disagree, the emulator had to choose; the table "Choices" in its README says what
//! and why.

mod accounts;
mod answer;
mod clock;
mod connection;
mod emulator;
mod fault;
mod gateway;
mod ledger;
mod nonce;
mod parameters;
mod random;
mod relay;
mod request;
mod server;
mod start_error;
mod sts;
mod verify;
mod xml;

pub use crate::accounts::Account;
pub use crate::clock::{Clock, InvalidTime};
pub use crate::emulator::{
    DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, DEFAULT_ACCOUNT_ID, Emulator, EmulatorBuilder,
};
pub use crate::ledger::{LedgerEntry, Signature};
pub use crate::relay::{TaskError, TaskSnapshot, TaskStatus};
pub use crate::start_error::StartError;
