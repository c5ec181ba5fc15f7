//! Calls from code that is not async.
//!
//! A thread of the process drives connections and whatever runs in the background, such as the renewal of credentials. It starts with
//! the first blocking call and lives as long as the process, so that connections are kept from call to call. The calling thread
//! waits.
//!
//! Inside of an async runtime nothing here waits: it would keep that runtime's other work from going on. Such a call fails
//! with an error of [`Error::is_config`], and was not sent. Await it instead, or make it on a thread of its own; one of
//! `tokio::task::spawn_blocking` belongs to its runtime, too.

use std::future::{IntoFuture, poll_fn};
use std::pin::Pin;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::{io, thread};

use futures_core::Stream;
use tokio::runtime::{Builder, Handle};

use crate::call::IntoCall;
use crate::error::Error;
use crate::pages::{Items, Paged, Pages};

/// Sends a call and waits for its answer.
pub trait SendBlocking {
    /// What is answered.
    type Answer;

    /// Sends the call, as its `send` does, and waits for the answer.
    ///
    /// # Errors
    ///
    /// Fails as `send` does, and inside of an async runtime.
    fn send_blocking(self) -> Result<Self::Answer, Error>;
}

impl<C: IntoCall> SendBlocking for C {
    type Answer = <C::Request as crate::call::Request>::Response;

    fn send_blocking(self) -> Result<Self::Answer, Error> {
        run(self.into_call().send())
    }
}

impl SendBlocking for crate::untyped::Call {
    type Answer = crate::untyped::Answer;

    fn send_blocking(self) -> Result<Self::Answer, Error> {
        run(self.send())
    }
}

/// Waits for anything async that fails with an [`Error`], or with what becomes one: a call's `send_raw`, a wait.
///
/// # Errors
///
/// Fails as what is waited for does, and inside of an async runtime.
pub fn run<T, E: Into<Error>>(future: impl IntoFuture<Output = Result<T, E>>) -> Result<T, Error> {
    if Handle::try_current().is_ok() {
        return Err(Error::config(
            "a blocking call was made inside of an async runtime, whose other work would stand still: await it instead, or \
             make it on a thread of its own",
        ));
    }
    driver()?.block_on(future.into_future()).map_err(Into::into)
}

/// Returns what drives connections.
fn driver() -> Result<&'static Handle, Error> {
    static DRIVER: Driver = Driver::new();
    DRIVER
        .get_or_start(start)
        .map_err(|error| Error::config(format!("blocking calls need a thread, and there is none: {error}")))
}

fn start() -> io::Result<Handle> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let handle = runtime.handle().clone();
    let drive = move || runtime.block_on(std::future::pending::<()>());
    thread::Builder::new().name("apsara-blocking".to_owned()).spawn(drive)?;
    Ok(handle)
}

/// What was started once. A start that failed is tried again by the next call: it may have been one moment without a thread or a file
/// to spare.
struct Driver {
    started: OnceLock<Handle>,
    starting: Mutex<()>,
}

impl Driver {
    const fn new() -> Self {
        Self { started: OnceLock::new(), starting: Mutex::new(()) }
    }

    fn get_or_start(&self, start: impl FnOnce() -> io::Result<Handle>) -> io::Result<&Handle> {
        if let Some(started) = self.started.get() {
            return Ok(started);
        }
        let _starting = self.starting.lock().unwrap_or_else(PoisonError::into_inner);
        let started = match self.started.get() {
            Some(started) => return Ok(started),
            None => start()?,
        };
        Ok(self.started.get_or_init(|| started))
    }
}

/// Gives what a stream gives, waiting for each.
///
/// After an error of the stream, and after the refusal inside of an async runtime, it ends.
#[derive(Debug)]
#[must_use = "nothing is asked for before the first step"]
pub struct Iter<S> {
    /// None once it has ended.
    stream: Option<S>,
}

impl<S> Iter<S> {
    /// Gives what a stream gives.
    pub fn new(stream: S) -> Self {
        Self { stream: Some(stream) }
    }
}

impl<T, S: Stream<Item = Result<T, Error>> + Unpin> Iterator for Iter<S> {
    type Item = Result<T, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        let stream = self.stream.as_mut()?;
        let next = run(async { poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await.transpose() });
        if !matches!(next, Ok(Some(_))) {
            self.stream = None;
        }
        next.transpose()
    }
}

impl<R: Paged> Pages<R> {
    /// Gives the answers to code that is not async.
    pub fn blocking(self) -> Iter<Self> {
        Iter::new(self)
    }
}

impl<R: Paged> Items<R> {
    /// Gives the items to code that is not async.
    pub fn blocking(self) -> Iter<Self> {
        Iter::new(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_start_that_failed_is_tried_again_and_one_that_did_not_is_the_last() {
        let driver = Driver::new();
        let none = driver.get_or_start(|| Err(io::ErrorKind::WouldBlock.into())).unwrap_err();
        assert_eq!(none.kind(), io::ErrorKind::WouldBlock);
        let runtime = Builder::new_current_thread().build().unwrap();
        for _ in 0..2 {
            let started = driver.get_or_start(|| Ok(runtime.handle().clone())).unwrap();
            assert_eq!(started.id(), runtime.handle().id());
        }
        driver.get_or_start(|| panic!("it is started twice")).unwrap();
    }
}
