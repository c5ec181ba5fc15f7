//! The emulator over real HTTP, called by a client that knows nothing but sockets and hashes.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accounts;
mod answers;
mod bodies;
mod broken_connections;
mod callbacks;
mod client;
mod client_tokens;
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
mod mutated;
mod quota;
mod ram;
mod ram_documents;
mod ram_keys;
mod roles;
mod sampled;
mod sampled_faults;
mod signatures;
mod status;
mod sts;
mod tasks;
mod trace;
mod wire;
