//! Temporary keys that outlive the program.

use super::{Accounts, TemporaryKey};
use crate::store::{Rows, SESSIONS, Store, UnreadableRow};

impl Accounts {
    /// Hands the temporary keys to the store that were issued or forgotten since this was called last, each with its session and the
    /// policy that narrows it.
    pub(crate) fn save(&mut self, store: &mut Store) {
        for id in std::mem::take(&mut self.changed) {
            match self.temporary.get(&id) {
                Some(key) => store.put(SESSIONS, || id, key),
                None => store.delete(SESSIONS, || id),
            }
        }
    }

    /// Takes up the temporary keys that were saved.
    ///
    /// What their roles may do is what the accounts say that are described now.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        self.temporary = rows.read::<TemporaryKey>(SESSIONS)?.into_iter().collect();
        Ok(())
    }
}
