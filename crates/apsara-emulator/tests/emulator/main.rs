//! The emulator over real HTTP, called by a client that knows nothing but sockets and hashes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod broken_connections;
mod client;
mod codes;
mod control;
mod control_page;
mod data;
mod every;
mod faults;
mod gateway;
mod given;
mod ledger;
mod lifetime;
mod malformed;
mod quota;
mod sampled;
mod signatures;
mod status;
mod sts;
mod tasks;
mod trace;
mod wire;
