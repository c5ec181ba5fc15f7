//! One callback on its way: attempts, and the waits between them.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{Method, Request, Uri};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::Semaphore;

use super::{CallbackOutcome, Log, News};
use crate::relay::rules::{Choice, Rules};

/// How long a callback is waited for, and how often it is tried.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// For the status of an answer, the connection included.
    pub(crate) answer: Duration,
    /// Between a failed attempt and the next.
    pub(crate) pause: Duration,
    /// Attempts after the first.
    pub(crate) retries: u32,
}

impl Patience {
    pub(crate) fn by(rules: &Rules) -> Self {
        let retries = if rules.has(Choice::CallbackRetried) { 5 } else { 0 };
        Self { answer: Duration::from_secs(5), pause: Duration::from_secs(1), retries }
    }
}

/// The most attempts that are under way at once: each has a connection, and calls need some of those that a program may have too.
pub(super) const MOST_AT_ONCE: usize = 256;

/// What sends callbacks.
#[derive(Clone)]
pub(super) struct Sender {
    client: Client<HttpConnector, Full<Bytes>>,
    free: Arc<Semaphore>,
    patience: Patience,
}

impl Sender {
    pub(super) fn new(patience: Patience) -> Self {
        // A connection of its own for each attempt: a receiver that closes idle ones costs none.
        let client = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build_http();
        Self { client, free: Arc::new(Semaphore::new(MOST_AT_ONCE)), patience }
    }

    /// Sends one callback until it is answered well or the attempts are used up.
    pub(super) async fn send(&self, news: &News, log: &Log, number: u64) {
        let uri = news.url.parse::<Uri>().ok().filter(|uri| uri.scheme_str() == Some("http"));
        let Some(uri) = uri else {
            log.change(number, |callback| callback.outcome = CallbackOutcome::NotSent);
            return;
        };
        for attempt in 0..=self.patience.retries {
            if attempt > 0 {
                tokio::time::sleep(self.patience.pause).await;
            }
            let status = self.attempt(&uri, &news.body).await;
            let delivered = status.is_some_and(|status| (200..300).contains(&status));
            log.change(number, |callback| {
                callback.attempts += 1;
                callback.status = status;
                callback.outcome = match delivered {
                    true => CallbackOutcome::Delivered,
                    false if attempt == self.patience.retries => CallbackOutcome::GivenUp,
                    false => CallbackOutcome::Pending,
                };
            });
            if delivered {
                return;
            }
        }
    }

    /// Posts once, and gives the status if an answer came in time.
    async fn attempt(&self, uri: &Uri, body: &str) -> Option<u16> {
        let _turn = self.free.acquire().await;
        let mut request = Request::new(Full::new(Bytes::copy_from_slice(body.as_bytes())));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = uri.clone();
        request.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
        let answered = tokio::time::timeout(self.patience.answer, self.client.request(request)).await;
        answered.ok()?.ok().map(|response| response.status().as_u16())
    }
}
