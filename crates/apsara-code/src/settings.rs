//! What is said of a call beside its parameters.

use std::path::PathBuf;

use apsara_core::Credentials;

/// Says where a call goes, and what is at hand when its code is written.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Settings {
    /// The region that chooses the endpoint; else the environment says it where the code runs.
    pub region: Option<String>,
    /// The host that calls go to, with `http://` in front where it is not to be private.
    pub endpoint: Option<String>,
    /// The document of the API portal that the operation was taken from, for the program `apsara` and for build scripts.
    pub spec: Option<PathBuf>,
    /// What [`Language::Curl`](crate::Language::Curl) is signed with; no other language needs it. Of it only the id of the access key
    /// is in the text.
    pub credentials: Option<Credentials>,
}
