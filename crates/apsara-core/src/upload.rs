//! Bodies that are files: hashed once, read again for every attempt, and never in memory as a whole.

mod file;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::file::Taken;
use crate::call::{IN_PIECES, InPieces};
use crate::error::Error;
use crate::sign::v3::Algorithm;
use crate::transport::{BoxFuture, Outgoing};

/// Names the file that is sent as the body of a call.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    path: Arc<PathBuf>,
    ways: Ways,
}

/// What reads a file and sends it. An upload holds it, for what nothing holds is not linked into programs without uploads.
#[derive(Clone, Copy, Debug)]
struct Ways {
    take: for<'a> fn(&'a Path, Algorithm) -> BoxFuture<'a, Result<Taken, Error>>,
    open: for<'a> fn(&'a Path, &'a Taken) -> BoxFuture<'a, Result<Outgoing, Error>>,
    send: InPieces,
}

/// A file that is sent, with its hash once that is known.
#[derive(Debug)]
pub(crate) struct Hashed {
    upload: Upload,
    taken: OnceCell<Taken>,
}

impl Upload {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        let ways = Ways {
            take: |path, algorithm| Box::pin(file::take(path, algorithm)),
            open: |path, taken| Box::pin(file::open(path, taken)),
            send: IN_PIECES,
        };
        Self { path: Arc::new(path.into()), ways }
    }
}

impl Hashed {
    pub(crate) fn new(upload: Upload) -> Self {
        Self { upload, taken: OnceCell::new() }
    }

    /// Returns the hash in hexadecimal digits; it is taken once.
    pub(crate) async fn hash(&self, algorithm: Algorithm) -> Result<String, Error> {
        let taken = self.taken.get_or_try_init(|| (self.upload.ways.take)(&self.upload.path, algorithm)).await?;
        Ok(taken.hash().to_owned())
    }

    /// Returns how many bytes it has, once it is hashed.
    pub(crate) fn length(&self) -> Option<u64> {
        self.taken.get().map(Taken::length)
    }

    /// Returns what sends it.
    pub(crate) fn send(&self) -> InPieces {
        self.upload.ways.send
    }

    /// Opens it to be read from its start.
    pub(crate) async fn open(&self) -> Result<Outgoing, Error> {
        match self.taken.get() {
            Some(taken) => (self.upload.ways.open)(&self.upload.path, taken).await,
            None => Err(Error::config("a file is sent only after it was hashed")),
        }
    }
}
