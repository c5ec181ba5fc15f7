//! Why an emulator did not start.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

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
    /// A file of specs cannot be read.
    InvalidSpec {
        /// The file.
        file: PathBuf,
        /// Where in it, as a JSON path; empty if it is the file as a whole.
        at: String,
        /// What is wrong, or what to write instead.
        reason: String,
    },
    /// Accounts do not make sense.
    InvalidAccounts {
        /// The file; `None` for accounts that the program describes.
        file: Option<PathBuf>,
        /// Everything that is wrong: where, as a JSON path, and what to write instead.
        flaws: Vec<String>,
    },
    /// The data cannot be read, or not be written.
    Data {
        /// The folder.
        folder: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// Another emulator has the data.
    DataInUse {
        /// The folder.
        folder: PathBuf,
    },
    /// The data is of another version of the emulator.
    DataVersion {
        /// The folder.
        folder: PathBuf,
        /// The version that the data says.
        found: u64,
        /// The version that this emulator reads and writes.
        known: u64,
    },
    /// The file of the trace cannot be written.
    Trace {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The first account has no access key, and no user of it has.
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
    /// A quota is for an operation that no product has.
    UnknownOperation {
        /// The operation.
        operation: String,
        /// The operation that may have been meant.
        near: Option<String>,
    },
    /// A key pair's public key is no RSA key of 2048 to 8192 bits.
    InvalidPublicKey {
        /// The id of the key pair.
        key_pair_id: String,
    },
    /// A bearer token is given twice.
    DuplicateBearerToken {
        /// The account that has it the second time; the token is not for everybody to read.
        account: String,
    },
    /// Two access keys, or key pairs, have the same id.
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
            Self::InvalidSpec { file, at, reason } if at.is_empty() => write!(f, "{}: {reason}", file.display()),
            Self::InvalidSpec { file, at, reason } => write!(f, "{}: {at}: {reason}", file.display()),
            Self::InvalidAccounts { file, flaws } => {
                let file = file.as_ref().map(|file| format!("{}: ", file.display())).unwrap_or_default();
                let lines: Vec<String> = flaws.iter().map(|flaw| format!("{file}{flaw}")).collect();
                f.write_str(&lines.join("\n"))
            }
            Self::Data { folder, reason } => write!(f, "the data in {} cannot be used: {reason}", folder.display()),
            Self::DataInUse { folder } => {
                write!(f, "another emulator uses the data in {}; give each a folder of its own", folder.display())
            }
            Self::DataVersion { folder, found, known } => write!(
                f,
                "the data in {} is of version {found}, and this emulator knows version {known}; give it a new folder",
                folder.display()
            ),
            Self::Trace { path, source } => write!(f, "cannot write the trace to {}: {source}", path.display()),
            Self::NoKey { account } => {
                write!(f, "the first account, {account}, has no access key; add one with Account::key")
            }
            Self::DuplicateAccount { account } => write!(f, "the account {account} is given twice"),
            Self::EmptyQuota { operation } => {
                write!(f, "the quota of {operation} is empty; give at least one call and one second")
            }
            Self::UnknownOperation { operation, near } => {
                let near = near.as_ref().map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                write!(f, "a quota is set for {operation}, and no product has such an operation{near}")
            }
            Self::InvalidPublicKey { key_pair_id } => write!(
                f,
                "the public key of the key pair {key_pair_id} cannot be read; give an RSA key of 2048 to 8192 bits as DER, such as `openssl pkey -pubout -outform DER` writes"
            ),
            Self::DuplicateBearerToken { account } => {
                write!(f, "a bearer token of the account {account} is given twice")
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
            Self::Bind { source, .. } | Self::Trace { source, .. } => Some(source),
            _ => None,
        }
    }
}
