//! Temporary keys that outlive the program.

use super::{Accounts, TemporaryKey};
use crate::store::{ROLE_IDS, Rows, SESSIONS, Store, UnreadableRow};

impl Accounts {
    /// Lets the store hold all temporary keys, and the numbers that roles were given.
    pub(crate) fn save(&self, store: &mut Store) {
        store.hold(SESSIONS, self.temporary.iter().map(|(id, key)| (id.as_str(), key)));
        store.hold(ROLE_IDS, self.role_ids.iter().map(|(arn, id)| (arn.as_str(), id)));
    }

    /// Takes up the temporary keys that were saved.
    pub(crate) fn resume(&mut self, rows: &Rows) -> Result<(), UnreadableRow> {
        self.temporary = rows.read::<TemporaryKey>(SESSIONS)?.into_iter().collect();
        self.role_ids = rows.read::<String>(ROLE_IDS)?.into_iter().collect();
        Ok(())
    }
}
