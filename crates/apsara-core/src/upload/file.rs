//! Reading files that are sent.

use std::fs::Metadata;
use std::future::poll_fn;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::SystemTime;

use bytes::{Bytes, BytesMut};
use futures_core::Stream;
use tokio::fs::File;
use tokio::io::{AsyncRead, ReadBuf};

use crate::error::Error;
use crate::sign::v3::{Algorithm, Hasher};
use crate::transport::Outgoing;

/// How much of a file is read at once.
const PIECE: usize = 128 * 1024;

/// What a file was when its hash was taken.
#[derive(Debug)]
pub(super) struct Taken {
    algorithm: Algorithm,
    hash: String,
    length: u64,
    modified: Option<SystemTime>,
}

impl Taken {
    pub(super) fn hash(&self) -> &str {
        &self.hash
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::config(format!("the file {} cannot be read: {error}", path.display()))
}

/// Opens what can be read again and again. A pipe is not even opened, which could take for ever.
async fn opened(path: &Path) -> io::Result<(File, Metadata)> {
    let no_file = || Err(io::Error::other("it is no file that could be read a second time"));
    if !tokio::fs::metadata(path).await?.is_file() {
        return no_file();
    }
    let file = File::open(path).await?;
    let metadata = file.metadata().await?;
    if metadata.is_file() { Ok((file, metadata)) } else { no_file() }
}

/// Takes the hash of a file.
pub(super) async fn take(path: &Path, algorithm: Algorithm) -> Result<Taken, Error> {
    let refuse = |error: io::Error| unreadable(path, &error);
    let (mut file, metadata) = opened(path).await.map_err(refuse)?;
    let (mut hasher, mut length) = (Hasher::new(algorithm), 0);
    loop {
        let piece = poll_fn(|context| poll_read(&mut file, context)).await.map_err(refuse)?;
        if piece.is_empty() {
            break;
        }
        length += piece.len() as u64;
        hasher.update(&piece);
    }
    Ok(Taken { algorithm, hash: hasher.hex(), length, modified: metadata.modified().ok() })
}

/// Opens a file from its start, unless it is known to be another by now.
pub(super) async fn open(path: &Path, taken: &Taken) -> Result<Outgoing, Error> {
    let (file, metadata) = opened(path).await.map_err(|error| unreadable(path, &error))?;
    if metadata.len() != taken.length || metadata.modified().ok() != taken.modified {
        return Err(Error::config(format!(
            "the file {} has changed since its hash was taken, so it is not sent; call again when nobody writes it",
            path.display()
        )));
    }
    let (hasher, hash) = (Hasher::new(taken.algorithm), taken.hash.clone());
    Ok(Outgoing::new(taken.length, Pieces { file, left: taken.length, hasher: Some(hasher), hash }))
}

/// The pieces of a file. The last one is given only if the whole is what was hashed, for without it nothing is executed.
struct Pieces {
    file: File,
    left: u64,
    /// None once the last piece is given.
    hasher: Option<Hasher>,
    hash: String,
}

impl Stream for Pieces {
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(hasher) = this.hasher.as_mut().filter(|_| this.left > 0) else { return Poll::Ready(None) };
        let piece = ready!(poll_read(&mut this.file, context))?;
        hasher.update(&piece);
        let changed = || Poll::Ready(Some(Err(io::Error::other("the file changed while it was sent"))));
        match this.left.checked_sub(piece.len() as u64) {
            None => return changed(),
            Some(_) if piece.is_empty() => return changed(),
            Some(left) => this.left = left,
        }
        if this.left == 0 && this.hasher.take().is_none_or(|hasher| hasher.hex() != this.hash) {
            return changed();
        }
        Poll::Ready(Some(Ok(piece)))
    }
}

/// Reads a piece; an empty one is the end.
fn poll_read(file: &mut File, context: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
    let mut piece = BytesMut::zeroed(PIECE);
    let mut buffer = ReadBuf::new(&mut piece);
    ready!(Pin::new(file).poll_read(context, &mut buffer))?;
    let length = buffer.filled().len();
    piece.truncate(length);
    Poll::Ready(Ok(piece.freeze()))
}
