//! What is in store for one request, and the moments at which it comes about.

use std::time::Duration;

use http::StatusCode;
use jiff::SignedDuration;

use super::{Fault, FaultKind};
use crate::answer::{Answer, Delivery};
use crate::refusal::Refusal;

/// The fault of one request, if there is one, and whether it has come about.
///
/// The gateway asks at each of the moments below; only the fault that belongs to the moment does anything.
#[derive(Default)]
pub(crate) struct Intervention {
    fault: Option<Fault>,
    applied: bool,
}

impl Intervention {
    pub(crate) fn new(fault: Option<Fault>) -> Self {
        let applied = matches!(fault, Some(Fault::Delay(_) | Fault::ClockSkew(_) | Fault::Duplicate));
        Self { fault, applied }
    }

    /// The fault that has come about.
    pub(crate) fn applied(&self) -> Option<FaultKind> {
        self.fault.as_ref().filter(|_| self.applied).map(Fault::kind)
    }

    /// How long to wait before the gateway looks at the request.
    pub(crate) fn delay(&self) -> Option<Duration> {
        if let Some(Fault::Delay(delay)) = self.fault { Some(delay) } else { None }
    }

    /// How far the gateway's clock is off for this request.
    pub(crate) fn skew(&self) -> SignedDuration {
        if let Some(Fault::ClockSkew(seconds)) = self.fault {
            SignedDuration::from_secs(seconds)
        } else {
            SignedDuration::ZERO
        }
    }

    /// Whether the request arrives twice.
    pub(crate) fn repeats(&self) -> bool {
        self.fault == Some(Fault::Duplicate)
    }

    /// The request arrives: something in front of the gateway may keep it.
    pub(crate) fn on_arrival(&mut self) -> Result<(), Refusal> {
        match self.fault {
            Some(Fault::ResetBeforeExecuting | Fault::HtmlBadGateway { executed: false }) => {
                self.applied = true;
                // Nobody gets to read this: no answer or a proxy's page takes its place.
                Err(Refusal::new(StatusCode::BAD_GATEWAY, "BadGateway", ""))
            }
            _ => Ok(()),
        }
    }

    /// The key is known and its token is good; the signature has not been looked at.
    pub(crate) fn on_token(&mut self) -> Result<(), Refusal> {
        if self.fault == Some(Fault::ExpiredToken) {
            self.applied = true;
            return Err(Refusal::security_token_expired());
        }
        Ok(())
    }

    /// The caller is known; the operation comes next.
    pub(crate) fn before_execution(&mut self) -> Result<(), Refusal> {
        let refusal = match &self.fault {
            Some(Fault::Refuse { status, code, message }) => refusal(*status, code, message),
            Some(Fault::ServerError { status, code, executed: false, .. }) => server_error(*status, code),
            Some(Fault::Throttle { code, status, retry_after, legacy }) => {
                let mut refusal = refusal(*status, code, throttling_message(code));
                if let Some(wait) = retry_after {
                    refusal = refusal.with_header("x-acs-retry-after", wait.as_millis().to_string());
                }
                if let Some(wait) = legacy {
                    let milliseconds = wait.as_millis();
                    let text = format!("Limit:1,Remain:0,TimeLeft:{milliseconds},Reset:{milliseconds}");
                    refusal = refusal.with_header("x-ratelimit-user-api", text);
                }
                refusal
            }
            _ => return Ok(()),
        };
        self.applied = true;
        Err(refusal)
    }

    /// The operation was carried out: what is told instead of its answer, in the cloud's shape.
    pub(crate) fn after_execution(&mut self) -> Option<Refusal> {
        if let Some(Fault::ServerError { status, code, executed: true, .. }) = &self.fault {
            self.applied = true;
            return Some(server_error(*status, code));
        }
        None
    }

    /// The answer goes out: it may be spoilt, or lost.
    pub(crate) fn on_answer(&mut self, answer: Answer, executed: bool) -> Answer {
        match &self.fault {
            Some(Fault::ResetBeforeExecuting) if self.applied => answer.lost_before_execution(),
            Some(Fault::HtmlBadGateway { executed: false }) if self.applied => answer.into_bad_gateway(),
            Some(Fault::ServerError { shaped: false, .. }) if self.applied => answer.into_bare(),
            Some(Fault::CloseIdle) => {
                self.applied = true;
                answer.delivered(Delivery::ThenResetWhenUsed)
            }
            Some(Fault::ResetAfterExecuting) if executed => {
                self.applied = true;
                answer.delivered(Delivery::Reset)
            }
            // Half of nothing is all of it.
            Some(Fault::Truncate) if executed && !answer.body.is_empty() => {
                self.applied = true;
                answer.delivered(Delivery::Half)
            }
            Some(Fault::Undecodable) if executed => {
                self.applied = true;
                answer.into_undecodable()
            }
            Some(Fault::HtmlBadGateway { executed: true }) if executed => {
                self.applied = true;
                answer.into_bad_gateway()
            }
            _ => answer,
        }
    }
}

fn refusal(status: u16, code: &str, message: &str) -> Refusal {
    // Rules are only made with a status that exists.
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Refusal::new(status, code, message)
}

fn server_error(status: u16, code: &str) -> Refusal {
    refusal(status, code, "The request has failed due to a fault of the server.")
}

fn throttling_message(code: &str) -> &'static str {
    match code {
        "Throttling.User" => "Request was denied due to user flow control.",
        "Throttling.Api" => "Request was denied due to api flow control.",
        _ => "Request was denied due to request throttling.",
    }
}
