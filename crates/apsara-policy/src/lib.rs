#![doc = include_str!("../README.md")]

mod fill;
#[cfg(feature = "observer")]
mod lines;
#[cfg(feature = "observer")]
mod observer;
mod policy;
mod remark;
#[cfg(feature = "source")]
mod source;
mod specs;
mod trace;
mod used;

#[cfg(feature = "observer")]
pub use self::observer::TraceFile;
pub use self::policy::{LONGEST, Policy, Statement};
pub use self::remark::{Reason, Remark};
#[cfg(feature = "source")]
pub use self::source::{Source, SourceError, Unseen};
pub use self::specs::Specs;
pub use self::trace::{Trace, TraceError, Untold};
pub use self::used::{Call, Used};
