//! Reading and moving the clocks.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Fields, Wrong};
use crate::clock::{Clock, Reading, format_precise};
use crate::server::Shared;

/// Shows both clocks.
pub(super) fn show(shared: &Shared, query: &Value) -> Result<Value, Wrong> {
    Fields::root(query, &[])?;
    Ok(shown(shared))
}

fn shown(shared: &Shared) -> Value {
    let of = |clock: &Clock| {
        let frozen = matches!(clock.reading(), Reading::Frozen { .. });
        json!({ "now": format_precise(clock.now()), "frozen": frozen })
    };
    json!({ "world": of(&shared.clocks.world), "gateway": of(&shared.clocks.gateway) })
}

/// Moves or holds one clock or both: first it is set, then advanced, then frozen or resumed.
pub(super) fn change(shared: &Shared, body: &Value) -> Result<Value, Wrong> {
    let fields = Fields::root(body, &["clock", "set", "advance", "freeze", "resume"])?;
    let clocks = &shared.clocks;
    let which = match fields.text("clock")?.unwrap_or("world") {
        "world" => vec![&clocks.world],
        "gateway" => vec![&clocks.gateway],
        // One clock may be both, and must not move twice.
        "both" if clocks.world.is(&clocks.gateway) => vec![&clocks.world],
        "both" => vec![&clocks.world, &clocks.gateway],
        _ => return Err(fields.wrong("clock", "must be world, gateway or both")),
    };
    let set = fields.text("set")?;
    let set_to = match set {
        Some(time) => Some(Clock::frozen_at(time).map_err(|error| fields.wrong("set", error.to_string()))?),
        None => None,
    };
    let advance = fields.whole("advance")?;
    let flag = |key| fields.flag(key).map(|flag| flag.unwrap_or(false));
    let (freeze, resume) = (flag("freeze")?, flag("resume")?);
    if freeze && resume {
        return Err(fields.wrong("resume", "cannot go with freeze"));
    }
    if set_to.is_none() && advance.is_none() && !freeze && !resume {
        return Err(Wrong::new("", "say what to do: set, advance, freeze or resume"));
    }
    for clock in which {
        if let Some(time) = set {
            // It was read as a time just now.
            let _ = clock.set(time);
        }
        if let Some(seconds) = advance {
            clock.advance(Duration::from_secs(seconds));
        }
        if freeze {
            clock.freeze();
        }
        if resume {
            clock.resume();
        }
    }
    Ok(shown(shared))
}
