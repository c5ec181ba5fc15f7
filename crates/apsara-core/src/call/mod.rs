//! One call: validated, signed, sent, and its answer decoded.

mod attempt;
mod exchange;
mod identity;
mod prepare;
mod streams;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use serde::de::Error as _;

pub(crate) use self::attempt::Signed;
pub use self::streams::{Downloads, Streamed, Uploads};
use crate::config::Config;
use crate::endpoint::Endpoint;
use crate::error::{Error, Kind, Violation};
use crate::operation::{Operation, Product};
use crate::outcome::Outcome;
use crate::pages::{Items, Paged, Pages};
use crate::record::{AnyRecord, Location, Meta, Record, Slot, View, decode, decode_headers};
use crate::retry::Retry;
use crate::upload::Upload;
use crate::wait::{Progress, Wait};
pub(crate) use exchange::{Answer, IN_PIECES, InPieces, Invocation, Limit, exchange};
pub(crate) use prepare::{FieldOf, body_field, check};

/// The request of one operation: what the shell around the runtime must know of it.
pub trait Request: Record + Clone {
    /// The client that calls it.
    type Client;
    /// What it is answered with.
    type Response: Record;
    /// The operation.
    const OPERATION: &'static Operation;
}

/// Calls the operations of one version of a product; generated clients wrap it.
#[derive(Clone, Debug)]
pub struct Client {
    config: Config,
    product: &'static Product,
}

/// Holds what one call says of itself beside its parameters.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    pub(crate) deadline: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<Retry>,
    pub(crate) upload: Option<Upload>,
}

impl Client {
    /// Creates a client of a product. Nothing is sent.
    #[must_use]
    pub fn new(config: &Config, product: &'static Product) -> Self {
        Self { config: config.clone(), product }
    }

    /// Returns the endpoint that a call goes to, given its parameter `RegionId`.
    ///
    /// # Errors
    ///
    /// Fails when no region is known or the region cannot be one.
    pub fn endpoint(&self, region_id: Option<&str>) -> Result<Endpoint, Error> {
        let config = &self.config.inner;
        Endpoint::explained(self.product, config.endpoint.as_ref(), self.region(region_id))
    }

    /// As [`Client::endpoint`], without its reason; `named` says whether a parameter stands in the host's name.
    fn resolve(&self, region_id: Option<&str>, named: bool) -> Result<Endpoint, Error> {
        Endpoint::resolve(self.product, self.config.inner.endpoint.as_ref(), self.region(region_id), named)
    }

    /// Returns the region that is configured, else that of the parameter, and who named it.
    fn region<'a>(&'a self, region_id: Option<&'a str>) -> Option<(&'a str, &'a str)> {
        let configured = self.config.inner.region.as_ref().map(|(region, origin)| (region.as_str(), *origin));
        configured.or(region_id.map(|region| (region, "the parameter RegionId")))
    }

    /// Sends a request and decodes its answer.
    ///
    /// # Errors
    ///
    /// See [`Call::send`].
    pub async fn execute<R: Request>(&self, request: &R) -> Result<R::Response, Error> {
        self.execute_with(request, &Options::default()).await.map(|(response, _)| response)
    }

    async fn execute_with<R: Request>(
        &self,
        request: &R,
        options: &Options,
    ) -> Result<(R::Response, Box<Answer>), Error> {
        let mut response = R::Response::default();
        let invocation =
            Invocation { redirects: redirects(&response), upload: options.upload.as_ref(), ..Invocation::of(request) };
        let answer = exchange(self, &invocation, options).await?;
        match decode_answer(&answer, &mut response) {
            Ok(()) => Ok((response, answer)),
            Err(source) => Err(undecodable(R::OPERATION, *answer, source)),
        }
    }
}

/// Prepares and signs a call that is not sent.
#[cfg(feature = "measure")]
pub(crate) fn measured(
    client: &Client,
    operation: &'static Operation,
    request: &dyn AnyRecord,
    credentials: &crate::Credentials,
    version: crate::SignatureVersion,
    time: std::time::SystemTime,
) -> Result<http::Request<Bytes>, Error> {
    let prepared = prepare::prepare(client, &Invocation::new(operation, request))?;
    let nonce = attempt::nonce(time)?;
    let stamp = attempt::Stamp { time, nonce: nonce.as_str(), payload: None, again: None };
    prepared.unsigned.sign(version, attempt::Identity::Key(credentials), stamp)
}

/// Holds a decoded answer beside what came over the wire: its status, headers and body.
pub struct Raw<T> {
    response: T,
    status: u16,
    headers: http::HeaderMap,
    body: Bytes,
    attempts: u32,
    paced: Duration,
    client_token: Option<String>,
}

impl<T> Raw<T> {
    /// Returns what was decoded.
    pub fn response(&self) -> &T {
        &self.response
    }

    /// Takes what was decoded.
    pub fn into_response(self) -> T {
        self.response
    }

    /// Returns the HTTP status.
    pub fn http_status(&self) -> u16 {
        self.status
    }

    /// Returns how many times the call was tried.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns how long the call waited for its quota, over all attempts.
    pub fn waited(&self) -> Duration {
        self.paced
    }

    /// Returns the client token that was made for the call, if it had to have one and was given none.
    pub fn client_token(&self) -> Option<&str> {
        self.client_token.as_deref()
    }

    /// Returns the headers.
    pub fn headers(&self) -> &http::HeaderMap {
        &self.headers
    }

    /// Returns the body as it came, with what the types do not name. It may hold secrets, so `Debug` does not print it.
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

impl<T: fmt::Debug> fmt::Debug for Raw<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Raw");
        out.field("response", &self.response).field("http_status", &self.status);
        out.finish_non_exhaustive()
    }
}

/// Builds one call: the request, and the options of this call alone.
#[derive(Clone)]
#[must_use = "a call is made when `send` is awaited"]
pub struct Call<R> {
    client: Client,
    /// The parameters.
    pub request: R,
    options: Options,
}

/// What a version's own builder of calls wraps; by it other crates' builders have what only this one knows.
pub trait IntoCall {
    /// What is sent.
    type Request: Request;
    /// Takes the call out of its builder.
    fn into_call(self) -> Call<Self::Request>;
}

impl<R: Request> IntoCall for Call<R> {
    type Request = R;

    fn into_call(self) -> Self {
        self
    }
}

impl<R: Request> Call<R> {
    /// Starts a call without parameters.
    pub fn new(client: &Client) -> Self {
        Self { client: client.clone(), request: R::default(), options: Options::default() }
    }

    /// Sets how long this call may take in all, attempts and waits included.
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = Some(deadline);
        self
    }

    /// Sets how long one attempt of this call may take; see [`ConfigBuilder::attempt_timeout`].
    ///
    /// [`ConfigBuilder::attempt_timeout`]: crate::ConfigBuilder::attempt_timeout
    pub fn with_attempt_timeout(mut self, timeout: Duration) -> Self {
        self.options.attempt_timeout = Some(timeout);
        self
    }

    /// Sets how often this call is tried, and how long it waits in between.
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.options.retry = Some(retry);
        self
    }

    /// Returns how long this call may take in all.
    pub(crate) fn deadline(&self) -> Duration {
        self.options.deadline.unwrap_or(self.client.config.inner.deadline)
    }

    /// Repeats the call until its answer is judged to be as it should; see [`Wait`].
    pub fn wait_until(self, judge: impl Fn(&R::Response) -> Progress + Send + Sync + 'static) -> Wait<R> {
        Wait::new(self, judge)
    }

    /// Returns everything that is wrong with the request, then what may be, as [`Violation::is_warning`] says. It sends nothing.
    #[must_use]
    pub fn check(&self) -> Vec<Violation> {
        check(R::OPERATION, &self.request, self.options.upload.as_ref())
    }

    /// Sends the call.
    ///
    /// It is tried again only when it is known not to have been executed, or when the operation may be executed twice. Dropping
    /// the future cancels the call; what was sent by then may still be executed.
    ///
    /// # Errors
    ///
    /// Fails with one [`Error`] for everything; [`Error::outcome`] says what became of the call.
    // An async function would hold the call twice: as its argument and as what it makes of it.
    #[expect(clippy::manual_async_fn, reason = "the future is smaller by the size of the call")]
    pub fn send(self) -> impl Future<Output = Result<R::Response, Error>> {
        async move { self.client.execute_with(&self.request, &self.options).await.map(|(response, _)| response) }
    }

    /// Sends the call and returns what came over the wire beside what was decoded.
    ///
    /// # Errors
    ///
    /// As [`Call::send`]; where the body cannot be decoded, [`Error::body`] has it.
    #[expect(clippy::manual_async_fn, reason = "the future is smaller by the size of the call")]
    pub fn send_raw(self) -> impl Future<Output = Result<Raw<R::Response>, Error>> {
        async move {
            let (response, answer) = self.client.execute_with(&self.request, &self.options).await?;
            let Answer { status, headers, body, attempts, paced, client_token, .. } = *answer;
            Ok(Raw { response, status, headers, body, attempts, paced, client_token })
        }
    }
}

impl<R: Paged> Call<R> {
    /// Makes calls from this page of the list to its last one.
    pub fn pages(self) -> Pages<R> {
        Pages::new(self)
    }

    /// Makes calls for all items of the list, from this page on.
    pub fn items(self) -> Items<R> {
        Items::new(self)
    }
}

impl<R: Request> fmt::Debug for Call<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::record::debug(&self.request, f)
    }
}

/// Returns whether a redirect is the answer: it is where the table has a row for its target.
fn redirects(response: &dyn AnyRecord) -> bool {
    let is_target = |meta: &Meta<'_>| meta.location == Location::Header && meta.name.eq_ignore_ascii_case("location");
    (0..response.count()).any(|index| is_target(response.meta(index)))
}

/// Decodes an answer; an empty body has nothing in it but the id of the request, and that of a redirect is for people.
fn decode_answer(answer: &Answer, response: &mut dyn AnyRecord) -> Result<(), serde_json::Error> {
    if !answer.body.is_empty() && !(300..400).contains(&answer.status) {
        decode(&answer.body, response)?;
    }
    decode_headers(&answer.headers, response)?;
    fill_request_id(response, answer);
    Ok(())
}

/// Says that an answer cannot be decoded: the call was executed, and the body is kept.
#[cold]
fn undecodable(operation: &'static Operation, answer: Answer, source: serde_json::Error) -> Error {
    let encoding = answer.headers.get(&http::header::CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let source = match encoding {
        // Nothing is decompressed, so that no small answer becomes a large one.
        Some(encoding) if !encoding.eq_ignore_ascii_case("identity") => {
            serde_json::Error::custom(format_args!("it is compressed ({encoding}), which was not asked for"))
        }
        _ => source,
    };
    let request_id = answer.request_id().map(str::to_owned);
    let Answer { status, body, attempts, before, paced, client_token, mut watch, .. } = answer;
    let kind = Kind::Undecodable { status, request_id, body, source };
    let error = Error::new(kind, Outcome::Executed).of(operation, attempts, before);
    watch.failed(&error);
    error.paced(paced).with_client_token(client_token)
}

/// Puts the header's request id where the body gave none.
fn fill_request_id(response: &mut dyn AnyRecord, answer: &Answer) {
    // RequestId, requestId, request_id: products spell it as they like.
    let is_it = |name: &str| {
        let letters = name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
        letters.map(|byte| byte.to_ascii_lowercase()).eq(*b"requestid")
    };
    let field = (0..response.count()).find(|index| is_it(response.meta(*index).name));
    let Some(index) = field else { return };
    if !matches!(response.get(index).view(), View::Str("") | View::Absent) {
        return;
    }
    let Some(id) = answer.request_id() else { return };
    if let Slot::Str(to) = response.get_mut(index).slot() {
        id.clone_into(to);
    }
}
