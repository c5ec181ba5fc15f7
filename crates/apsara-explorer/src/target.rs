//! Where calls go: the emulator or the cloud, each with what calls go out by, and a look at what went out.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use apsara_core::transport::{BoxFuture, Transport, TransportError};
use apsara_core::{Config, ConfigBuilder, Error};
use bytes::Bytes;
use http::{Request, Response};

/// Says how calls are made that somebody who tries things out may want to be made otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Manner {
    /// Whether calls wait for their quota.
    pub(crate) paced: bool,
    /// Whether parameters are checked.
    pub(crate) checked: bool,
}

impl Manner {
    /// Makes calls as any client does.
    pub(crate) const USUAL: Self = Self { paced: true, checked: true };
}

/// Holds a target.
pub(crate) struct Target {
    /// What all its configurations are made of, so that each call, and each signature, is of the same caller.
    builder: ConfigBuilder,
    transport: Arc<dyn Transport>,
    configs: Mutex<HashMap<Manner, Config>>,
}

impl Target {
    /// Names a target, and fails where it cannot be one.
    pub(crate) fn new(builder: ConfigBuilder, transport: impl Transport + 'static) -> Result<Self, Error> {
        let target = Self { builder, transport: Arc::new(transport), configs: Mutex::default() };
        target.config(Manner::USUAL)?;
        Ok(target)
    }

    /// Begins a configuration as that of its calls begins.
    pub(crate) fn builder(&self) -> ConfigBuilder {
        self.builder.clone()
    }

    /// Returns what sends, also to who gives credentials.
    pub(crate) fn transport(&self) -> Arc<dyn Transport> {
        Arc::clone(&self.transport)
    }

    /// Returns what calls go out by; it is made once.
    pub(crate) fn config(&self, manner: Manner) -> Result<Config, Error> {
        let mut configs = self.configs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = configs.get(&manner) {
            return Ok(config.clone());
        }
        let mut builder = self.builder().transport(Watched(Arc::clone(&self.transport)));
        if !manner.paced {
            builder = builder.without_pacing();
        }
        if !manner.checked {
            builder = builder.without_validation();
        }
        let config = builder.build()?;
        configs.insert(manner, config.clone());
        Ok(config)
    }
}

tokio::task_local! {
    /// The last request that the current call sent.
    static SENT: Arc<Mutex<Option<Request<Bytes>>>>;
}

/// Makes a call, and returns the last request of the operation beside what became of it.
pub(crate) async fn watched<T>(operation: &str, call: impl Future<Output = T>) -> (Option<Request<Bytes>>, T) {
    let sent = Arc::<Mutex<Option<Request<Bytes>>>>::default();
    let ended = SENT.scope(Arc::clone(&sent), call).await;
    let last = sent.lock().unwrap_or_else(PoisonError::into_inner).take();
    // Credentials may have been fetched by the same transport; that is not what is looked at.
    let is_its =
        |request: &Request<Bytes>| request.headers().get("x-acs-action").is_none_or(|action| action == operation);
    (last.filter(is_its), ended)
}

/// Keeps what goes out by a transport for whoever made the call.
struct Watched(Arc<dyn Transport>);

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Watched").field(&self.0).finish()
    }
}

impl Transport for Watched {
    fn send(&self, request: Request<Bytes>) -> BoxFuture<'_, Result<Response<Bytes>, TransportError>> {
        // A request of a task that nobody watches is one for credentials.
        let _ = SENT.try_with(|sent| *sent.lock().unwrap_or_else(PoisonError::into_inner) = Some(request.clone()));
        self.0.send(request)
    }
}
