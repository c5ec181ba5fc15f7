//! Operations of every kind, and a transport that plays a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use apsara_core::generated::v1 as rt;
use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, ConfigBuilder, Credentials, Error, Outcome};
use bytes::Bytes;
use tokio::time::Instant;

pub(crate) static PRODUCT: rt::Product =
    rt::Product { default_region: Some("cn-hangzhou"), ..rt::Product::of("Test", "2026-01-01") };

#[derive(Clone, Debug)]
pub(crate) struct Client;

#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) request_id: String,
}

impl rt::Record for Answer {
    const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("RequestId", request_id)];
}

macro_rules! operation {
    ($request:ident, $repeat:ident, $quota:expr $(, $($required:tt)*)?) => {
        #[derive(Clone, Default)]
        pub(crate) struct $request {
            pub(crate) client_token: Option<String>,
        }

        impl rt::Record for $request {
            const FIELDS: &'static [rt::Field<Self>] = &[rt::field!("ClientToken", client_token)$($($required)*)?];
        }

        impl rt::Request for $request {
            type Client = Client;
            type Response = Answer;
            const OPERATION: &'static rt::Operation = &rt::Operation {
                name: stringify!($request),
                repeat: rt::Repeat::$repeat,
                quota: $quota,
                ..rt::Operation::of(&PRODUCT)
            };
        }
    };
}

operation!(Safe, Safe, None);
operation!(WithToken, WithToken, None, .required());
operation!(Unsafe, Unsafe, None);
operation!(Needy, Unsafe, None, .required());
operation!(Limited, Unsafe, Some(rt::Quota { calls: 2, seconds: 10 }));
operation!(Hourly, Unsafe, Some(rt::Quota { calls: 1, seconds: 600 }));

/// Takes no credentials.
#[derive(Clone, Default)]
pub(crate) struct Anonymous {}

impl rt::Record for Anonymous {
    const FIELDS: &'static [rt::Field<Self>] = &[];
}

impl rt::Request for Anonymous {
    type Client = Client;
    type Response = Answer;
    const OPERATION: &'static rt::Operation =
        &rt::Operation { name: "Anonymous", security: rt::Security::Anonymous, ..rt::Operation::of(&PRODUCT) };
}

/// What becomes of a request.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Ok,
    Refused(u16, &'static str, Vec<(&'static str, String)>),
    Body(u16, &'static str),
    NotSent,
    Cut,
    CutAnswer(u16),
    Hang,
}

pub(crate) fn refused(status: u16, code: &'static str) -> Step {
    Step::Refused(status, code, Vec::new())
}

/// Plays a script, and then answers everything with success; keeps what was sent, and when.
#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) steps: Arc<Mutex<VecDeque<Step>>>,
    pub(crate) sent: Arc<Mutex<Vec<SentRequest>>>,
}

/// When a request was sent, and the request.
pub(crate) type SentRequest = (Instant, http::Request<Bytes>);

impl Script {
    pub(crate) fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: Arc::new(Mutex::new(steps.into_iter().collect())), sent: Arc::default() }
    }

    pub(crate) fn config(&self) -> ConfigBuilder {
        let key = Credentials::new("LTAI-id", "secret").unwrap();
        Config::builder().credentials(key).endpoint("http://gateway.test").transport(self.clone())
    }

    pub(crate) async fn call<R: rt::Request<Response = Answer>>(&self, request: R) -> Result<rt::Raw<Answer>, Error> {
        send(&self.config().build().unwrap(), request).await
    }

    pub(crate) fn sent(&self) -> Vec<http::Request<Bytes>> {
        self.sent.lock().unwrap().iter().map(|(_, request)| request.clone()).collect()
    }

    pub(crate) fn headers(&self, name: &str) -> Vec<Option<String>> {
        let value = |request: &http::Request<Bytes>| {
            request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
        };
        self.sent().iter().map(value).collect()
    }

    /// The time between two requests.
    pub(crate) fn apart(&self, first: usize, second: usize) -> Duration {
        let sent = self.sent.lock().unwrap();
        sent[second].0 - sent[first].0
    }
}

impl Transport for Script {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.sent.lock().unwrap().push((Instant::now(), request));
        let step = self.steps.lock().unwrap().pop_front().unwrap_or(Step::Ok);
        Box::pin(async move {
            let answer = http::Response::builder();
            let (answer, body) = match step {
                Step::Ok => (answer.status(200), r#"{"RequestId":"r"}"#.to_owned()),
                Step::Body(status, body) => (answer.status(status), body.to_owned()),
                Step::Refused(status, code, headers) => {
                    let answer = headers.iter().fold(answer.status(status), |a, (name, value)| a.header(*name, value));
                    (answer, format!(r#"{{"Code":"{code}","RequestId":"r"}}"#))
                }
                Step::NotSent => return Err(TransportError::new("no connection").not_sent()),
                Step::Cut => return Err(TransportError::new("the connection broke")),
                Step::CutAnswer(status) => return Err(TransportError::new("the connection broke").answered(status)),
                Step::Hang => std::future::pending().await,
            };
            Ok(answer.body(Bytes::from(body)).unwrap())
        })
    }
}

pub(crate) async fn send<R: rt::Request<Response = Answer>>(
    config: &Config,
    request: R,
) -> Result<rt::Raw<Answer>, Error> {
    call(config, request).send_raw().await
}

pub(crate) fn call<R: rt::Request<Response = Answer>>(config: &Config, request: R) -> rt::Call<R> {
    let mut call = rt::Call::new(&rt::Client::new(config, R::OPERATION.product));
    call.request = request;
    call
}

/// The outcome that was told, or that the call succeeded, and the number of requests.
pub(crate) async fn end<R: rt::Request<Response = Answer>>(steps: &[Step], request: R) -> (Option<Outcome>, usize) {
    let script = Script::new(steps.iter().cloned());
    let result = script.call(request).await;
    let sent = script.sent().len();
    match result {
        Ok(answer) => {
            assert_eq!((answer.attempts() as usize, answer.response().request_id.as_str()), (sent, "r"));
            (None, sent)
        }
        Err(error) => {
            assert_eq!(error.attempts() as usize, sent, "{error}");
            (Some(error.outcome()), sent)
        }
    }
}
