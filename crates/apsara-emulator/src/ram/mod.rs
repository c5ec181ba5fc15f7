//! Resource Access Management: what policies let somebody do.

mod arn;
mod condition;
mod context;
mod decide;
mod denial;
mod needs;
mod network;
mod pattern;
mod policy;
mod principal;
mod read;
mod session;
mod trust;

#[cfg(test)]
mod condition_tests;
#[cfg(test)]
mod needs_tests;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
mod read_tests;

pub(crate) use self::context::{Context, NOWHERE};
pub use self::decide::RamDecision;
pub(crate) use self::decide::{Call, decide};
pub(crate) use self::denial::Denial;
pub(crate) use self::needs::{Filling, action_names, deciding, names_parameters};
pub(crate) use self::policy::Policy;
pub(crate) use self::principal::Asking;
pub(crate) use self::read::Purpose;
pub(crate) use self::session::SessionPolicy;
pub(crate) use self::trust::trusts;

/// Says whether users and roles may do only what their policies allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum RamMode {
    /// No policy is looked at: whoever has a key of an account may do everything in it.
    #[default]
    Off,
    /// Policies are looked at, and the ledger says what they would have decided; nothing is refused.
    Soft,
    /// What policies do not allow is refused with 403.
    Strict,
}

/// Somebody who calls, as policies see him.
pub(crate) struct Subject<'a> {
    /// `acs:ram::ACCOUNT:user/NAME`, or the role's, or the account's.
    pub(crate) arn: String,
    pub(crate) account: &'a str,
    pub(crate) kind: Kind,
    /// What a denial shows of him.
    pub(crate) display_name: String,
    /// The policies that belong to him, each with its name; nothing stands for being allowed everything.
    pub(crate) policies: Option<Vec<(&'a str, &'a Policy)>>,
    /// The policy that narrows this session.
    pub(crate) session: Option<&'a Policy>,
}

/// What kind of somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Account,
    User,
    Role,
}
