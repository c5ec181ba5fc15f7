#![doc = include_str!("../README.md")]

mod accounts;
mod answer;
mod catalog;
mod clock;
mod connection;
mod control;
mod counters;
mod delivery;
mod door;
mod emulator;
mod faults;
mod gateway;
mod ledger;
mod nonce;
mod outline;
mod parameters;
mod quota;
mod ram;
mod random;
mod refusal;
mod relay;
mod replays;
mod request;
mod server;
mod split_mix;
mod start_error;
mod status;
mod store;
mod strict;
mod sts;
mod trace;
mod verify;
mod xml;

pub use crate::accounts::{Account, OidcProvider, RamPolicy, Role, User};
pub use crate::clock::{Clock, InvalidTime};
pub use crate::emulator::{
    DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, DEFAULT_ACCOUNT_ID, Emulator, EmulatorBuilder,
};
pub use crate::faults::{Fault, FaultKind, FaultRule, Faults};
pub use crate::ledger::{LedgerEntry, Signature};
pub use crate::quota::Quotas;
pub use crate::ram::{RamDecision, RamMode};
pub use crate::relay::callbacks::{Callback, CallbackOutcome};
pub use crate::relay::{Choice, Rules, TaskError, TaskSnapshot, TaskStatus, UnknownRule};
pub use crate::start_error::StartError;
pub use crate::trace::TraceEntry;
