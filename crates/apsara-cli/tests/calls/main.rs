//! The program as operators use it: through pipes and through a terminal, against an emulator.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bulk;
mod cloud;
mod code;
mod family;
mod files;
mod harmless;
mod keys;
mod outcomes;
mod own_commands;
mod screens;
mod terminal;
#[cfg(target_os = "linux")]
mod traces;
