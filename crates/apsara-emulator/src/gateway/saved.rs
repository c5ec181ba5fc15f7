//! What of the state outlives the program, if it is to.

use super::State;
use crate::clock::{Clocks, Reading};
use crate::store::{CLOCKS, COUNTERS, NONCES, Rows, Store, Ticket, UnreadableRow, second_key};

impl State {
    /// Hands what has changed to the store. It is called wherever something has been done, before anybody is told.
    pub(crate) fn save(&mut self, clocks: &Clocks) -> Ticket {
        self.relays.save(&mut self.store);
        self.accounts.save(&mut self.store);
        if self.store.is_durable() {
            let (world, gateway) = (clocks.world.reading(), clocks.gateway.reading());
            self.store.hold(CLOCKS, [("world", &world), ("gateway", &gateway)].into_iter());
        }
        self.store.commit()
    }

    /// Takes up what an earlier program saved, and saves here from now on.
    pub(crate) fn resume(&mut self, store: Store, rows: &Rows, clocks: &Clocks) -> Result<(), UnreadableRow> {
        self.relays.resume(rows)?;
        self.accounts.resume(rows)?;
        self.replays.resume(rows)?;
        for (name, reading) in rows.read::<Reading>(CLOCKS)? {
            match name.as_str() {
                "world" => clocks.world.restore(reading),
                _ => clocks.gateway.restore(reading),
            }
        }
        for (_, (second, access_key_id, nonce)) in rows.read::<(i64, String, String)>(NONCES)? {
            self.nonces.restore(&access_key_id, &nonce, second);
        }
        for (_, (operation, status, count)) in rows.read::<(String, u16, u64)>(COUNTERS)? {
            self.counters.restore(operation, status, count);
        }
        self.store = store;
        Ok(())
    }

    /// Keeps a nonce that has been used, and forgets those that may be used again.
    pub(super) fn keep_nonce(store: &mut Store, access_key_id: &str, nonce: &str, now: jiff::Timestamp) {
        if store.is_durable() {
            let second = now.as_second();
            store.delete_before(NONCES, second_key(second - crate::nonce::WINDOW));
            let key = || format!("{} {access_key_id} {nonce}", second_key(second));
            store.put(NONCES, key, &(second, access_key_id, nonce));
        }
    }
}
