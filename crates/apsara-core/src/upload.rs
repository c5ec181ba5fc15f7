//! Bodies that are files: hashed once, read again for every attempt, and never in memory as a whole.

mod file;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use self::file::Taken;
use crate::call::{FieldOf, IN_PIECES, InPieces, body_field};
use crate::error::Error;
use crate::sign::v3::Algorithm;
use crate::transport::{BoxFuture, Outgoing};

/// Names the file that is sent as the body of a call.
#[derive(Clone)]
pub(crate) struct Upload {
    path: Arc<PathBuf>,
    ways: &'static Ways,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

/// What reads a file and sends it. Only an upload names them, so that programs without uploads are linked without them.
struct Ways {
    field: FieldOf,
    begin: fn(&Upload) -> Box<Hashed>,
    hash: for<'a> fn(&'a Hashed, Algorithm) -> BoxFuture<'a, Result<String, Error>>,
    open: for<'a> fn(&'a Hashed) -> BoxFuture<'a, Result<Outgoing, Error>>,
    sender: InPieces,
}

/// A file that is sent, with its hash once that is known.
#[derive(Debug)]
pub(crate) struct Hashed {
    upload: Upload,
    taken: OnceCell<Taken>,
}

impl Upload {
    pub(crate) fn new(path: impl Into<PathBuf>) -> Self {
        static WAYS: Ways = Ways {
            field: body_field,
            begin: |upload| Box::new(Hashed { upload: upload.clone(), taken: OnceCell::new() }),
            hash: |file, algorithm| Box::pin(hash(file, algorithm)),
            open: |file| Box::pin(open(file)),
            sender: IN_PIECES,
        };
        Self { path: Arc::new(path.into()), ways: &WAYS }
    }

    /// Returns what finds the parameter that it is sent for.
    pub(crate) fn field(&self) -> FieldOf {
        self.ways.field
    }

    /// Returns the file as it is sent by a call, whose hash is not known yet.
    pub(crate) fn begin(&self) -> Box<Hashed> {
        (self.ways.begin)(self)
    }
}

impl Hashed {
    /// Returns the hash in hexadecimal digits; it is taken once.
    pub(crate) fn hash(&self, algorithm: Algorithm) -> BoxFuture<'_, Result<String, Error>> {
        (self.upload.ways.hash)(self, algorithm)
    }

    /// Returns how many bytes it has, once it is hashed.
    pub(crate) fn length(&self) -> Option<u64> {
        self.taken.get().map(Taken::length)
    }

    /// Opens it to be read from its start.
    pub(crate) fn open(&self) -> BoxFuture<'_, Result<Outgoing, Error>> {
        (self.upload.ways.open)(self)
    }

    /// Returns what sends it.
    pub(crate) fn sender(&self) -> InPieces {
        self.upload.ways.sender
    }
}

async fn hash(file: &Hashed, algorithm: Algorithm) -> Result<String, Error> {
    let taken = file.taken.get_or_try_init(|| file::take(&file.upload.path, algorithm)).await?;
    Ok(taken.hash().to_owned())
}

async fn open(file: &Hashed) -> Result<Outgoing, Error> {
    match file.taken.get() {
        Some(taken) => file::open(&file.upload.path, taken).await,
        None => Err(Error::config("a file is sent only after it was hashed")),
    }
}
