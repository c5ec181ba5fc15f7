//! Bodies that are files: hashed once, read again for every attempt, and never in memory as a whole.

mod file;

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::file::Taken;
use crate::error::Error;
use crate::sign::v3::Algorithm;
use crate::transport::Outgoing;

/// Names the file that is sent as the body of a call.
#[derive(Clone, Debug)]
pub(crate) struct Upload(Arc<PathBuf>);

/// A file that is sent, with its hash once that is known.
#[derive(Debug)]
pub(crate) struct Hashed {
    upload: Upload,
    taken: OnceCell<Taken>,
}

impl Upload {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(path.into()))
    }
}

impl Hashed {
    pub(crate) fn new(upload: Upload) -> Self {
        Self { upload, taken: OnceCell::new() }
    }

    /// Returns the hash in hexadecimal digits; it is taken once.
    pub(crate) async fn hash(&self, algorithm: Algorithm) -> Result<String, Error> {
        let taken = self.taken.get_or_try_init(|| file::take(&self.upload.0, algorithm)).await?;
        Ok(taken.hash().to_owned())
    }

    /// Returns how many bytes it has, once it is hashed.
    pub(crate) fn length(&self) -> Option<u64> {
        self.taken.get().map(Taken::length)
    }

    /// Opens it to be read from its start.
    pub(crate) async fn open(&self) -> Result<Outgoing, Error> {
        match self.taken.get() {
            Some(taken) => file::open(&self.upload.0, taken).await,
            None => Err(Error::config("a file is sent only after it was hashed")),
        }
    }
}
