//! Whose account it is.

use apsara_core::{Config, Error};

use crate::sts;

/// Asks which account a configuration's key belongs to, by `GetCallerIdentity`, which needs no permission.
///
/// An account's users, roles and keys share its quotas. Where a pacer counts for several processes, ask once at the start, and
/// give the answer to [`ConfigBuilder::account`](crate::ConfigBuilder::account) or to the pacer.
///
/// # Errors
///
/// As any call. There is nothing if the answer names no account.
pub async fn account_id(config: &Config) -> Result<Option<String>, Error> {
    let caller = sts::Client::new(config).get_caller_identity().send().await?;
    Ok(caller.account_id)
}
