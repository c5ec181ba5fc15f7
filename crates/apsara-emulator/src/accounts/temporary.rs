//! Keys with an end, which the token service issues.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Accounts, AssumedRole};
use crate::random;

/// How many temporary keys that are over are known at least; more are forgotten when twice as many keys are there.
pub(super) const MOST_OVER: usize = 10_000;

/// A key with an end, issued by the token service.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct TemporaryKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) expires: Timestamp,
    pub(super) account: String,
    pub(crate) role: AssumedRole,
}

impl Accounts {
    /// Issues a key for a session of a role; whether the role exists has been looked at.
    pub(crate) fn issue(&mut self, role: AssumedRole, lifetime: SignedDuration, now: Timestamp) -> TemporaryKey {
        let key = TemporaryKey {
            id: format!("STS.{}", random::alphanumeric(24)),
            secret: random::alphanumeric(44),
            token: random::base64_text(192),
            expires: now.saturating_add(lifetime).unwrap_or(Timestamp::MAX),
            account: role.role_arn.split(':').nth(3).unwrap_or_default().to_owned(),
            role,
        };
        self.changed.push(key.id.clone());
        self.temporary.insert(key.id.clone(), key.clone());
        self.forget(now);
        key
    }

    /// Forgets the keys that have been over for longest, if there are too many of them.
    fn forget(&mut self, now: Timestamp) {
        if self.temporary.len() < self.look_at {
            return;
        }
        let over = self.temporary.values().filter(|key| now >= key.expires);
        let mut over: Vec<(Timestamp, String)> = over.map(|key| (key.expires, key.id.clone())).collect();
        over.sort_unstable();
        let too_many = over.len().saturating_sub(MOST_OVER);
        for (_, id) in over.into_iter().take(too_many) {
            self.temporary.remove(&id);
            self.changed.push(id);
        }
        self.look_at = self.temporary.len() + MOST_OVER;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Account, Described};

    #[test]
    fn of_keys_that_are_over_the_last_ones_are_known_and_no_key_that_serves_is_forgotten() {
        let mut accounts = Accounts::new(vec![Described::by_program(vec![Account::new("1")])]).unwrap();
        let role = || AssumedRole {
            role_id: String::new(),
            role_arn: "acs:ram::1:role/r".to_owned(),
            session: "s".to_owned(),
            source_identity: None,
            policy: None,
        };
        let mut now = Timestamp::UNIX_EPOCH;
        let long = accounts.issue(role(), SignedDuration::from_hours(100_000), now);
        let mut ids = Vec::new();
        for _ in 0..3 * MOST_OVER {
            now += SignedDuration::from_secs(1);
            ids.push(accounts.issue(role(), SignedDuration::from_secs(1), now).id);
            assert!(accounts.temporary.len() <= 2 * MOST_OVER + 2);
        }
        assert!(accounts.is_temporary(&long.id) && !accounts.is_temporary(&ids[0]));
        assert!(ids.iter().rev().take(MOST_OVER).all(|id| accounts.is_temporary(id)));
        // What was forgotten is told to the store as well.
        assert_eq!(accounts.changed.len() - accounts.temporary.len(), 2 * (ids.len() + 1 - accounts.temporary.len()));
    }
}
