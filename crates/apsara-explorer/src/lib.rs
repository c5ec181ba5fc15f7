#![doc = include_str!("../README.md")]

mod assets;
mod catalogue;
mod code;
mod document;
mod emulated;
mod explorer;
mod fields;
mod guard;
mod policy;
mod request;
mod routes;
mod send;
mod serve;
mod start_error;
mod target;
mod token;
mod told;

pub use crate::explorer::{Explorer, ExplorerBuilder};
pub use crate::start_error::StartError;
