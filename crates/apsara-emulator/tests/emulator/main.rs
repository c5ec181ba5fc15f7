//! The emulator over real HTTP, called by a client that knows nothing but sockets and hashes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answers;
mod client;
mod codes;
mod every;
mod gateway;
mod given;
mod lifetime;
mod malformed;
mod sampled;
mod signatures;
mod sts;
mod tasks;
