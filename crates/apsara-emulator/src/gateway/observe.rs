//! What is noted of a request once it has been decided upon.

use std::sync::Arc;

use super::State;
use super::authorize::{deciding, needs, region};
use crate::clock::{Now, format_precise};
use crate::ledger::LedgerEntry;
use crate::outline::Target;
use crate::ram::action_names;
use crate::request::WireRequest;
use crate::store::COUNTERS;
use crate::trace::TraceEntry;

impl State {
    /// Takes the place of everything that has happened; a trace that is written to a file still is,
    /// and what outlives the program does so again.
    pub(crate) fn replace(&mut self, mut fresh: Self) {
        fresh.relays.follow(&self.relays);
        let trace = std::mem::take(&mut self.trace).emptied();
        let mut store = std::mem::take(&mut self.store);
        store.clear();
        *self = Self { trace, store, ..fresh };
    }

    /// Notes a request that could be read.
    pub(super) fn note(&mut self, mut entry: LedgerEntry, request: &WireRequest, target: &Target<'_>, now: Now) {
        let (ram_actions, region, parameters) = match &target.found {
            Ok(found) => {
                entry.sensitive = Arc::clone(&found.operation.sensitive);
                (action_names(&needs(found)), region(request), deciding(found, request))
            }
            Err(_) => (Vec::new(), None, None),
        };
        let duration = request.arrived.elapsed().as_micros();
        let traced = trace_of(&entry, target.product, now, u64::try_from(duration).unwrap_or(u64::MAX));
        self.trace.push(TraceEntry { ram_actions, region, parameters, ..traced });
        self.count(target.name().unwrap_or_default(), entry.status);
        self.ledger.push(entry);
    }

    fn count(&mut self, operation: &str, status: u16) {
        let count = self.counters.count(operation, status);
        self.store.put(COUNTERS, || format!("{operation} {status}"), &(operation, status, count));
    }

    /// Notes what could not be taken apart.
    pub(super) fn note_unreadable(&mut self, entry: LedgerEntry, now: Now) {
        self.trace.push(trace_of(&entry, "", now, 0));
        self.count("", entry.status);
        self.ledger.push(entry);
    }
}

fn trace_of(entry: &LedgerEntry, product: &str, now: Now, duration_us: u64) -> TraceEntry {
    TraceEntry {
        time: format_precise(now.gateway),
        world_time: format_precise(now.world),
        request_id: entry.request_id.clone(),
        operation: entry.action.clone(),
        product: product.to_owned(),
        version: entry.version.clone(),
        account: entry.account.clone(),
        key_id: entry.access_key_id.clone(),
        status: entry.status,
        code: entry.code.clone(),
        duration_us,
        fault: entry.fault.map(crate::faults::FaultKind::as_str),
        executed: entry.executed,
        ram_actions: Vec::new(),
        region: None,
        parameters: None,
    }
}
