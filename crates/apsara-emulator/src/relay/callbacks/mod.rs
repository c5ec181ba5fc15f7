//! Callbacks: what happens to a task, told to the address that it names.

mod log;
mod news;
mod send;
mod teller;

pub(crate) use self::log::Log;
pub use self::log::{Callback, CallbackOutcome};
pub(crate) use self::news::News;
pub(super) use self::news::news;
pub(crate) use self::send::Patience;
pub(crate) use self::teller::tell;

#[cfg(test)]
mod tests;
