//! The part of a call that knows no type: attempts, until there is an answer or an error that must be told.

mod again;
mod crowd;
mod limit;
mod once;
mod ready;
mod sending;
mod timer;

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

pub(crate) use self::limit::Limit;
use self::limit::Permit;
pub(crate) use self::sending::{IN_PIECES, InPieces};
use self::timer::Timer;
use super::prepare::{Prepared, prepare};
use super::{Client, Options};
use crate::config::Inner;
use crate::credentials::Credentials;
use crate::error::{Error, Kind};
use crate::observe::Watch;
use crate::operation::Operation;
use crate::outcome::Outcome;
use crate::record::AnyRecord;
use crate::retry::Retry;
use crate::sensitive::Sensitive;
use crate::transport::Body;
use crate::upload::Upload;

/// A success as it came. It is boxed where it is passed on: async functions copy what they return, one after the other.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Bytes,
    /// The body, where it is given as it comes.
    pub(crate) stream: Option<Body>,
    /// When the call must be over, and how long that was from its start.
    pub(crate) deadline: (Instant, Duration),
    pub(crate) attempts: u32,
    /// The worst outcome of the attempts before this one.
    pub(crate) before: Outcome,
    /// How long the call waited for its quota.
    pub(crate) paced: Duration,
    /// The client token that was made for the call.
    pub(crate) client_token: Option<String>,
    /// What proved who called, where the body is given as it comes: it may repeat that.
    pub(crate) secrets: Vec<Sensitive<String>>,
    /// Tells observers the end of the call when it is dropped.
    pub(crate) watch: Watch,
}

impl Answer {
    /// Returns the id of the request, by the answer's headers.
    pub(crate) fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }
}

fn request_id(headers: &http::HeaderMap) -> Option<&str> {
    headers.get(&crate::error::REQUEST_ID).and_then(|id| id.to_str().ok())
}

/// What is called, and with what.
#[derive(Clone, Copy)]
pub(crate) struct Invocation<'a> {
    pub(crate) operation: &'static Operation,
    /// The operation's, or that of an untyped call.
    pub(crate) path: &'a str,
    pub(crate) request: &'a dyn AnyRecord,
    /// Whether a redirect is the answer.
    pub(crate) redirects: bool,
    /// What sends it, where the body of a success is given as it comes.
    pub(crate) streaming: Option<InPieces>,
    /// What is sent as the body in the place of a parameter.
    pub(crate) upload: Option<&'a Upload>,
    /// Says which values a recording must not hold, where the types of the call know it.
    #[cfg(feature = "testing")]
    pub(crate) names: Option<crate::testing::NamesOfTypes>,
}

impl<'a> Invocation<'a> {
    /// Makes the call of a typed request.
    pub(crate) fn of<R: super::Request>(request: &'a R) -> Self {
        Self {
            #[cfg(feature = "testing")]
            names: Some(crate::testing::names_of_types::<R>),
            ..Self::new(R::OPERATION, request)
        }
    }

    /// Calls an operation that answers at once, and by no redirect.
    pub(crate) fn new(operation: &'static Operation, request: &'a dyn AnyRecord) -> Self {
        Self {
            operation,
            path: operation.path,
            request,
            redirects: false,
            streaming: None,
            upload: None,
            #[cfg(feature = "testing")]
            names: None,
        }
    }
}

/// Makes a call. Who and what is called comes by reference: an async function keeps its arguments to its end, beside what it makes of
/// them.
pub(crate) async fn exchange(
    client: &Client,
    invocation: &Invocation<'_>,
    options: &Options,
) -> Result<Box<Answer>, Error> {
    let mut call = Attempts::begin(client, invocation, options)?;
    let span = call.watch.span();
    // Pinned first, so that it is not moved into the span. A call that is dropped is then dropped outside of it; observers are told in it,
    // which `Watch` sees to.
    let sleep = pin!(None);
    let mut timer = Timer(sleep);
    let ending = pin!(call.finish(&mut timer));
    span.future(ending).await
}

/// A call on its way, with what became of its attempts so far.
pub(crate) struct Attempts<'a> {
    config: &'a Inner,
    operation: &'static Operation,
    request: &'a dyn AnyRecord,
    prepared: Prepared<'a>,
    redirects: bool,
    streaming: Option<InPieces>,
    retry: Retry,
    attempt_timeout: Option<Duration>,
    length: Duration,
    deadline: Instant,
    /// How many were sent, or meant to be.
    attempts: u32,
    /// Whether a retry was taken from the budget.
    has_taken: bool,
    /// How long the last wait was.
    delay: Duration,
    worst: Outcome,
    paced: Duration,
    /// By how many seconds the last attempt's time was corrected.
    offset: i64,
    /// What took the place of credentials that the cloud called expired; there is one renewal in a call.
    renewed: Option<Credentials>,
    /// What the attempt under way holds.
    permit: Option<Permit<'a>>,
    watch: Watch,
    #[cfg(feature = "testing")]
    names: Option<crate::testing::NamesOfTypes>,
}

impl<'a> Attempts<'a> {
    /// Prepares a call, and starts its time.
    fn begin(client: &'a Client, invocation: &Invocation<'a>, options: &Options) -> Result<Self, Error> {
        let Invocation { operation, request, redirects, streaming, .. } = *invocation;
        let config = &*client.config.inner;
        let region = config.region.as_ref().map(|(region, _)| region.as_str());
        let mut watch = Watch::start(&config.observers, operation, region, request);
        let prepared = watch.span().within(|| prepare(client, invocation)).map_err(|error| {
            watch.failed(&error);
            error.of(operation, 0, Outcome::NotSent)
        })?;
        let length = options.deadline.unwrap_or(config.deadline);
        let now = Instant::now();
        Ok(Self {
            config,
            operation,
            request,
            prepared,
            redirects,
            streaming,
            retry: options.retry.unwrap_or(config.retry),
            attempt_timeout: options.attempt_timeout.or(config.attempt_timeout),
            length,
            // A deadline beyond the end of time is none.
            deadline: now.checked_add(length).unwrap_or(now + Duration::from_secs(86_400 * 365)),
            attempts: 0,
            has_taken: false,
            delay: Duration::ZERO,
            worst: Outcome::NotSent,
            paced: Duration::ZERO,
            offset: 0,
            renewed: None,
            permit: None,
            watch,
            #[cfg(feature = "testing")]
            names: invocation.names,
        })
    }

    /// Makes attempts until the call is answered or has failed, and says what became of it.
    async fn finish(&mut self, timer: &mut Timer<'_>) -> Result<Box<Answer>, Error> {
        let result = self.run(timer).await;
        result.map_err(|error| {
            let token = self.prepared.client_token.take();
            let error = error.of(self.operation, self.attempts, self.worst).paced(self.paced).with_client_token(token);
            self.watch.failed(&error);
            error
        })
    }

    async fn run(&mut self, timer: &mut Timer<'_>) -> Result<Box<Answer>, Error> {
        let mut failure: Option<Error> = None;
        loop {
            let credentials = match self.ready(timer).await {
                Ok(credentials) => credentials,
                // What went wrong before says more than that there is no further attempt.
                Err(error) => return Err(failure.unwrap_or(error)),
            };
            let error = match self.attempt(credentials.as_ref(), timer).await {
                Ok(answer) => {
                    self.config.budget.succeeded(self.has_taken);
                    return Ok(answer);
                }
                Err(error) => error,
            };
            self.permit = None;
            self.watch.attempt_failed(&error);
            self.worst = self.worst.or_worse(error.outcome());
            match self.next(&error, credentials.as_ref(), timer).await {
                Some((cause, wait)) => {
                    self.watch.retrying(cause, wait);
                    sleep(wait).await;
                    self.delay = wait;
                    failure = Some(error);
                }
                None => return Err(error),
            }
        }
    }

    fn late(&self, outcome: Outcome) -> Error {
        Error::new(Kind::Deadline(self.length), outcome)
    }
}
