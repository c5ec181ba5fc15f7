//! A store of quotas by what somebody typed.

use std::sync::Arc;

use apsara_core::pacing::{LocalPacer, Pacer, PacingError};

use crate::pacer::RedisPacer;

/// Opens what counts calls, by a text such as a command line has.
///
/// | text | who shares a quota |
/// | --- | --- |
/// | `process` | the clients of this process |
/// | `host`, `host:/FOLDER` | the processes of this user on this host, on Unix; see `HostPacer` |
/// | `redis://…`, `rediss://…`, `redis+unix://…`, and the same with `valkey` | all that use the server; see [`RedisPacer`] |
///
/// # Errors
///
/// Fails if the text is none of these, or what it names cannot be used. No error holds the text of an address.
pub async fn open(text: &str) -> Result<Arc<dyn Pacer>, PacingError> {
    if text == "process" {
        return Ok(LocalPacer::shared());
    }
    if text == "host" || text.starts_with("host:") {
        return host(text.strip_prefix("host:"));
    }
    match text.split_once("://") {
        Some(_) => Ok(Arc::new(RedisPacer::connect(text).await?)),
        None => Err(PacingError::Unavailable(
            "a store of quotas is `process`, `host`, `host:/FOLDER`, or an address that begins with `redis://`"
                .to_owned(),
        )),
    }
}

#[cfg(unix)]
fn host(folder: Option<&str>) -> Result<Arc<dyn Pacer>, PacingError> {
    use apsara_core::pacing::HostPacer;

    Ok(Arc::new(match folder {
        Some(folder) => HostPacer::in_folder(folder)?,
        None => HostPacer::new()?,
    }))
}

#[cfg(not(unix))]
fn host(_folder: Option<&str>) -> Result<Arc<dyn Pacer>, PacingError> {
    Err(PacingError::Unavailable("processes share a quota by files on Unix only; use a server".to_owned()))
}
