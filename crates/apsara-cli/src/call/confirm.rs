//! What interrupts something that runs is asked about first.

use std::io::IsTerminal as _;

use apsara_catalog::may_be_address;
use serde_json::Value;

use super::Prepared;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::options::{CallOptions, Written};
use crate::terminal;

/// Asks before a call that interrupts something; whoever cannot be asked has to have said yes.
pub(super) fn confirm(prepared: &Prepared, options: &CallOptions) -> Result<(), Failure> {
    if prepared.operation.impact != "interrupt" || options.yes {
        return Ok(());
    }
    let what = what(prepared);
    let refused = |message: &str| {
        let message = format!("{} {message}", prepared.operation.word());
        Failure::new(Exit::NotConfirmed, message).with("what it does", what.as_str()).with("outcome", "not sent")
    };
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(refused("interrupts what runs, and nobody can be asked").with("what to do", "say yes by --yes"));
    }
    let confirmed = terminal::ask_whether(&format!("{what}\nGo on?"));
    let failed = |error| Failure::new(Exit::Failed, format!("the terminal cannot be asked: {error}"));
    if confirmed.map_err(failed)? { Ok(()) } else { Err(refused("was not confirmed")) }
}

/// Says what a call interrupts: what the documents say, and what is named by the request.
fn what(prepared: &Prepared) -> String {
    let operation = &prepared.operation;
    let mut out = format!("{} interrupts what runs:", operation.word());
    out.extend(operation.interruption().map(|sentence| format!("\n  {sentence}")));
    for parameter in prepared.description.parameters().iter().filter(|parameter| !parameter.is_sensitive()) {
        // Addresses can hold keys, and say less than ids.
        let is_address = |text: &str| may_be_address(parameter.name(), text);
        let plain = |value: &&Value| value.is_number() || value.as_str().is_some_and(|text| !is_address(text));
        if let Some(value) = prepared.request.get(parameter.name()).filter(plain) {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            out.push_str(&format!("\n  {}", Written::of(parameter.name()).with(&value)));
        }
    }
    out
}
