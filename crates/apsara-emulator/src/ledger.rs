//! The record of every request that reached the emulator.

/// Names the way a request was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Signature {
    /// HMAC-SHA1, or RSA, over the parameters, carried in the query.
    V1,
    /// HMAC-SHA1 over headers, path and query, carried as `acs ID:SIGNATURE` in the `Authorization` header.
    V1Roa,
    /// `ACS3-HMAC-SHA256`, carried in the `Authorization` header.
    V3,
    /// `ACS3-HMAC-SM3`, carried in the `Authorization` header.
    V3Sm3,
    /// `ACS3-RSA-SHA256`, carried in the `Authorization` header.
    V3Rsa,
    /// No signature but a bearer token, in the query or in a header.
    Bearer,
}

/// Records one request and what became of it, in the order in which the emulator decided.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LedgerEntry {
    /// The operation's name as sent; empty if none was.
    pub action: String,
    /// The version as sent; empty if none was.
    pub version: String,
    /// The account that was charged with the call: `None` until a signature has been verified.
    pub account: Option<String>,
    /// The access key id as sent, whether or not it exists.
    pub access_key_id: Option<String>,
    /// The id that the answer carried.
    pub request_id: String,
    /// The signature that the request claimed to have, right or wrong; `None` for an unsigned request.
    pub signature: Option<Signature>,
    /// The HTTP status of the answer.
    pub status: u16,
    /// The error code of the answer; `None` if the request was executed.
    pub code: Option<String>,
    /// Whether the operation was carried out.
    pub executed: bool,
    /// The task that the call was about: as sent, or the one that was created.
    pub task_id: Option<String>,
    /// The id under which a restart runs on.
    pub new_task_id: Option<String>,
}
