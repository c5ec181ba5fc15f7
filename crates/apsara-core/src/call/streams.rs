//! Calls whose answers are read as they come, and whose bodies are files.

use std::sync::Arc;

use super::{Call, IN_PIECES, Invocation, Request, exchange};
use crate::error::Error;
use crate::record::{Value, without_sensitive};
use crate::streams::{Download, Events, Incoming, Redact, begin_events};
use crate::upload::Upload;

/// The request of an operation that answers with a stream of events.
pub trait Streamed: Request {
    /// What the data of an event is.
    type Event: Value + Default;
}

/// The request of an operation that answers with bytes.
pub trait Downloads: Request {}

/// The request of an operation whose body is bytes, so that it can be a file.
///
/// A file is read twice: for its hash, which is signed, and while it is sent; and again for every further attempt. It is never in
/// memory as a whole. A file that has changed in between is an error, and the last piece of it is not sent.
pub trait Uploads: Request {}

impl<R: Streamed> Call<R> {
    /// Sends the call, and gives the events of its answer as they come.
    ///
    /// It is tried again as by [`Call::send`] until the answer begins, and not any more then. The deadline of the call holds until
    /// the last event.
    ///
    /// # Errors
    ///
    /// As [`Call::send`], and where the answer is no stream of events.
    pub async fn events(self) -> Result<Events<R::Event>, Error> {
        let answer = self.opened().await?;
        let limit = self.client.config.inner.transport.response_limit();
        let request = self.request;
        let redact: Redact = Arc::new(move |text| without_sensitive(text, &request));
        begin_events(R::OPERATION, *answer, limit, redact).await
    }
}

impl<R: Downloads> Call<R> {
    /// Sends the call, and gives the body of its answer as it comes.
    ///
    /// It is tried again as by [`Call::send`] until the answer begins, and not any more then. The deadline of the call holds until
    /// the last byte.
    ///
    /// # Errors
    ///
    /// As [`Call::send`].
    pub async fn download(self) -> Result<Download, Error> {
        let answer = self.opened().await?;
        Ok(Download::new(Incoming::new(R::OPERATION, *answer)))
    }
}

impl<R: Uploads> Call<R> {
    /// Sends a file as the body, in the place of the parameter that is it; see [`Uploads`].
    pub fn with_file(mut self, path: impl Into<std::path::PathBuf>) -> Self {
        self.options.upload = Some(Upload::new(path));
        self
    }
}

impl<R: Request> Call<R> {
    /// Sends the call until its answer begins.
    async fn opened(&self) -> Result<Box<super::Answer>, Error> {
        let upload = self.options.upload.as_ref();
        let invocation = Invocation { streaming: Some(IN_PIECES), upload, ..Invocation::of(&self.request) };
        exchange(&self.client, &invocation, &self.options).await
    }
}
