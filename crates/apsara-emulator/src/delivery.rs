//! How an answer gets onto its connection, or does not.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http::header::CONNECTION;
use http::{HeaderValue, Response};
use http_body_util::Full;
use jiff::Timestamp;

use crate::answer::{Answer, Delivery};

/// What a connection is to do beyond what the HTTP library knows of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// Nothing: bytes pass through.
    #[default]
    Pass,
    /// To send these bytes in place of the next answer, and nothing after them.
    Instead(Bytes),
    /// To reset once a next request begins to arrive.
    ResetWhenUsed,
    /// To reset when it ends.
    Reset,
}

/// The order for one connection, which the code that answers leaves and the connection finds.
#[derive(Debug, Default)]
pub(crate) struct Orders(Mutex<Order>);

impl Orders {
    fn give(&self, order: Order) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = order;
    }

    /// Takes the bytes that go out in place of the answer, if there are any.
    pub(crate) fn take_instead(&self) -> Option<Bytes> {
        let mut order = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *order) {
            Order::Instead(bytes) => Some(bytes),
            other => {
                *order = other;
                None
            }
        }
    }

    pub(crate) fn is(&self, expected: &Order) -> bool {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) == *expected
    }

    /// From now on there is nothing to do but to reset.
    pub(crate) fn reset(&self) {
        self.give(Order::Reset);
    }
}

/// Ends a connection without an answer.
#[derive(Debug)]
pub(crate) struct Unanswered;

impl fmt::Display for Unanswered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fault keeps the answer back")
    }
}

impl std::error::Error for Unanswered {}

/// Turns an answer into what the HTTP library writes, and into the order for its connection.
pub(crate) fn deliver(answer: Answer, now: Timestamp, orders: &Orders) -> Result<Response<Full<Bytes>>, Unanswered> {
    match answer.delivery {
        Delivery::Whole => Ok(answer.into_response(now)),
        Delivery::ThenResetWhenUsed => {
            orders.give(Order::ResetWhenUsed);
            Ok(answer.into_response(now))
        }
        Delivery::Half => {
            orders.give(Order::Instead(answer.into_half_bytes(now).into()));
            // This one is never seen: it makes the library write something, and then end the connection.
            let mut response = Response::new(Full::default());
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            Ok(response)
        }
        Delivery::Reset => {
            orders.reset();
            Err(Unanswered)
        }
    }
}
