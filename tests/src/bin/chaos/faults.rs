//! What goes wrong: everything that the emulator can inject, each with a small probability.

use std::time::Duration;

use apsara_emulator::{Emulator, Fault, FaultRule};

/// The longest that a call is delayed.
pub(crate) const LONGEST_DELAY: Duration = Duration::from_millis(20);

/// How many kinds of faults there are, and after how many calls each of them is sure to have been met.
pub(crate) const KINDS: usize = 13;
pub(crate) const ENOUGH: usize = 5000;

/// How many of a hundred requests meet each of the faults.
const PERCENT: f64 = 1.5;

pub(crate) fn inject(emulator: &Emulator) {
    let text = |text: &str| text.to_owned();
    let refuse = |status, code| Fault::Refuse { status, code: text(code), message: text("No.") };
    let throttle = |code, status, retry_after, legacy| {
        let wait = |ms: Option<u64>| ms.map(Duration::from_millis);
        Fault::Throttle { code: text(code), status, retry_after: wait(retry_after), legacy: wait(legacy) }
    };
    let server_error =
        |status, shaped, executed| Fault::ServerError { status, code: text("InternalError"), shaped, executed };
    let faults = [
        refuse(400, "InvalidParameter"),
        refuse(403, "NoPermission"),
        Fault::Delay(LONGEST_DELAY / 4),
        Fault::Delay(LONGEST_DELAY),
        Fault::ResetBeforeExecuting,
        Fault::ResetAfterExecuting,
        Fault::CloseIdle,
        Fault::Truncate,
        Fault::Undecodable,
        Fault::HtmlBadGateway { executed: false },
        Fault::HtmlBadGateway { executed: true },
        server_error(500, true, false),
        server_error(500, true, true),
        server_error(503, false, false),
        server_error(503, false, true),
        throttle("Throttling.User", 400, Some(3), None),
        throttle("Throttling.Api", 429, None, Some(3)),
        throttle("Throttling", 503, None, None),
        Fault::ClockSkew(20 * 60),
        Fault::ClockSkew(-20 * 60),
        Fault::ExpiredToken,
        Fault::Duplicate,
    ];
    for fault in faults {
        emulator.faults().add(FaultRule::new(fault).with_probability(PERCENT / 100.0));
    }
}
