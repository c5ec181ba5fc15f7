//! Temporary keys that outlive the program.

use super::{Accounts, TemporaryKey};
use crate::store::{Rows, SESSIONS, Store, UnreadableRow};

impl Accounts {
    /// Lets the store hold all temporary keys, each with its session and the policy that narrows it.
    pub(crate) fn save(&self, store: &mut Store) {
        store.hold(SESSIONS, self.temporary.iter().map(|(id, key)| (id.as_str(), key)));
    }

    /// Takes up the temporary keys that were saved.
    ///
    /// What their roles may do is what the accounts say that are described now.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        self.temporary = rows.read::<TemporaryKey>(SESSIONS)?.into_iter().collect();
        Ok(())
    }
}
