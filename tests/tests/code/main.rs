//! Code that was written for a call makes that very call: it compiles, runs, and sends what the runtime sends.

#![allow(clippy::unwrap_used)]

mod family;
mod operations;
mod python;
mod rust;
#[path = "../wire/sample.rs"]
mod sample;
mod shells;
mod wire;
