//! Why an emulator did not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;

/// Says why an emulator did not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The text is not an IP address and a port.
    InvalidAddress {
        /// The text.
        address: String,
    },
    /// The address can be reached from other machines, for which the emulator is not made.
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The port could not be opened.
    Bind {
        /// The address.
        address: SocketAddr,
        /// What the operating system says.
        source: io::Error,
    },
    /// The first account has no access key.
    NoKey {
        /// The account's id.
        account: String,
    },
    /// Two accounts have the same id.
    DuplicateAccount {
        /// The id.
        account: String,
    },
    /// A quota allows no calls, or allows them in no time.
    EmptyQuota {
        /// The operation.
        operation: String,
    },
    /// Two access keys have the same id.
    DuplicateKey {
        /// The id.
        access_key_id: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidAddress { address } => {
                write!(
                    f,
                    "{address:?} is not an address to listen at; write an IP address and a port, such as 127.0.0.1:0"
                )
            }
            Self::NotLoopback { address } => write!(
                f,
                "{address} can be reached from other machines; the emulator listens at loopback addresses only, such as 127.0.0.1:0"
            ),
            Self::Bind { address, source } => write!(f, "cannot listen at {address}: {source}"),
            Self::NoKey { account } => {
                write!(f, "the first account, {account}, has no access key; add one with Account::key")
            }
            Self::DuplicateAccount { account } => write!(f, "the account {account} is given twice"),
            Self::EmptyQuota { operation } => {
                write!(f, "the quota of {operation} is empty; give at least one call and one second")
            }
            Self::DuplicateKey { access_key_id } => {
                write!(f, "the access key id {access_key_id} is given twice")
            }
        }
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Bind { source, .. } => Some(source),
            _ => None,
        }
    }
}
