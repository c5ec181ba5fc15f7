//! Starting and stopping an explorer.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use apsara_catalog::{Operation, Product};
use apsara_core::transport::ReqwestTransport;
use apsara_core::untyped::{Client, Description};
use apsara_core::{Config, ConfigBuilder, Credentials, Error};
use apsara_emulator::{Emulator, EmulatorBuilder};
use apsara_policy::Specs;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::AbortHandle;

use crate::emulated::Emulated;
use crate::guard::Guard;
use crate::send::{Refusal, refusal};
use crate::start_error::StartError;
use crate::target::{Manner, Target};
use crate::token::Token;
use crate::{routes, serve};

/// Serves the page on this machine until it is dropped.
///
/// It lives in the tokio runtime it was started in. Calls that are under way when it is dropped are dropped with it.
pub struct Explorer {
    app: Arc<App>,
    address: SocketAddr,
    url: String,
    serving: AbortHandle,
    /// Calls do not belong to connections, and end by this.
    _calls: watch::Sender<()>,
}

/// What all requests share.
pub(crate) struct App {
    pub(crate) guard: Guard,
    pub(crate) products: Vec<Product>,
    /// The documents that products were taken from which are not the shipped ones, by the products' words.
    pub(crate) documents: BTreeMap<String, PathBuf>,
    /// What RAM must allow for each operation.
    pub(crate) specs: Specs,
    /// The list of products and operations, written once.
    pub(crate) catalogue: OnceLock<String>,
    pub(crate) emulated: Emulated,
    pub(crate) to_emulator: Target,
    /// The cloud, or why it cannot be called.
    pub(crate) to_cloud: Result<Target, String>,
    /// Closes when the explorer is dropped.
    pub(crate) dropped: watch::Receiver<()>,
}

impl App {
    /// Finds an operation by the words of a permalink.
    pub(crate) fn operation(&self, product: &str, version: &str, name: &str) -> Result<Operation, Refusal> {
        let not_found = |message: String| refusal(StatusCode::NOT_FOUND, message);
        let found = self.products.iter().find(|known| known.word() == product);
        let found = found.ok_or_else(|| not_found(format!("there is no product {product} here")))?;
        let operation = found.operation(name).map_err(|error| not_found(error.message().to_owned()))?;
        if operation.version() != version {
            let known = operation.version();
            return Err(not_found(format!("{product} is known in version {known}, not in {version}")));
        }
        Ok(operation)
    }

    /// Says where the cloud's calls of an operation go, why there, and whether they go elsewhere with another `RegionId`.
    pub(crate) fn endpoint(&self, described: &Value) -> Value {
        let find = || {
            let config = self.to_cloud.as_ref().ok()?.config(Manner::USUAL).ok()?;
            let description = Arc::new(Description::from_json(described).ok()?);
            let call = || Client::new(&config).described(&description);
            let endpoint = call().endpoint_of().ok()?;
            // Two regions are two reasons, unless something else counts before them.
            let because =
                |region: &str| Some(call().param("RegionId", region).endpoint_of().ok()?.explain().to_owned());
            let follows = description.parameters().iter().any(|parameter| parameter.name() == "RegionId")
                && because("cn-hangzhou") != because("cn-shanghai");
            Some(json!({ "host": endpoint.host(), "because": endpoint.explain(), "followsRegionId": follows }))
        };
        find().unwrap_or_default()
    }
}

/// Describes an explorer before it starts.
#[must_use = "an explorer is started by `start`"]
pub struct ExplorerBuilder {
    port: u16,
    emulator: EmulatorBuilder,
    cloud: Result<Configure, String>,
    documents: Vec<PathBuf>,
}

impl Explorer {
    /// Describes an explorer that calls its own emulator alone, at a free port.
    pub fn builder() -> ExplorerBuilder {
        ExplorerBuilder {
            port: 0,
            // Nothing of a call to it leaves this machine.
            emulator: Emulator::builder().most_ledger_entries(LEDGER).callbacks(false),
            cloud: Err("This explorer calls its emulator alone.".to_owned()),
            documents: Vec::new(),
        }
    }

    /// Returns the address for a browser. It has the token in it, and nobody who does not know that is given data or has calls made:
    /// whoever may read it may make calls.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the socket's address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the emulator that the page calls.
    #[must_use]
    pub fn emulator(&self) -> &Emulator {
        &self.app.emulated.emulator
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl fmt::Debug for Explorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explorer").field("address", &self.address).finish_non_exhaustive()
    }
}

/// How many requests the ledger of the emulator keeps.
const LEDGER: usize = 10_000;

/// Begins the configuration of calls to the cloud.
type Configure = Box<dyn Fn() -> Result<ConfigBuilder, Error> + Send + Sync>;

impl ExplorerBuilder {
    /// Sets the port to listen at; 0, which is the default, is any free one. The address is 127.0.0.1 in any case.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the emulator that is started. By default such an emulator keeps its whole ledger, and posts callbacks to any host; the one
    /// that is started without this keeps the last 10,000 requests and posts none.
    pub fn emulator(mut self, emulator: EmulatorBuilder) -> Self {
        self.emulator = emulator;
        self
    }

    /// Lets calls go to the cloud as well, if somebody says so on the page. `configure` begins the configuration of all of them, and sets
    /// no transport. Where it fails, the page says why.
    pub fn cloud(mut self, configure: impl Fn() -> Result<ConfigBuilder, Error> + Send + Sync + 'static) -> Self {
        self.cloud = Ok(Box::new(configure));
        self
    }

    /// Says on the page why calls cannot go to the cloud.
    pub fn without_cloud(mut self, because: impl Into<String>) -> Self {
        self.cloud = Err(because.into());
        self
    }

    /// Adds the operations of a document of the API portal, `api-docs.json`, in the place of those of its product that are shipped.
    pub fn document(mut self, path: impl Into<PathBuf>) -> Self {
        self.documents.push(path.into());
        self
    }

    /// Opens the port and serves on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Fails if the port is taken, if a document cannot be read, and if the emulator does not start.
    pub async fn start(self) -> Result<Explorer, StartError> {
        let mut products: Vec<Product> = apsara_catalog::products().map(Product::from).collect();
        let mut emulator = self.emulator;
        let (mut documents, mut specs) = (BTreeMap::new(), Specs::shipped());
        for path in self.documents {
            let (product, document) = given(&path)?;
            specs = specs.with_document(document);
            products.retain(|known| known.word() != product.word());
            documents.insert(product.word(), path.clone());
            products.insert(0, product);
            emulator = emulator.spec_file(path);
        }
        // The one that everybody begins with stands first.
        products.sort_by_key(|product| product.word() != "live");
        let emulator = emulator.start().await;
        let emulator = emulator.map_err(|error| StartError::of("the emulator does not start", error))?;
        let unusable = |error| StartError::of("the emulator cannot be called", error);
        let to_emulator = to_emulator(&emulator).map_err(unusable)?;
        let cloud = |configure: Configure| Target::new(configure()?, ReqwestTransport::new()?);
        let to_cloud = self.cloud.and_then(|configure| cloud(configure).map_err(|error| error.to_string()));
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        let bound = async {
            let listener = TcpListener::bind(address).await?;
            let address = listener.local_addr()?;
            Ok::<_, std::io::Error>((listener, address))
        };
        let taken = |error| StartError::of(format!("{address} cannot be listened at"), error);
        let (listener, address) = bound.await.map_err(taken)?;
        let token = Token::random().map_err(|error| StartError::of("no random token can be made", error))?;
        let url = format!("http://{address}/#token={}", token.as_str());
        let (calls, dropped) = watch::channel(());
        let app = Arc::new(App {
            guard: Guard { port: address.port(), token },
            products,
            documents,
            specs,
            catalogue: OnceLock::new(),
            emulated: Emulated::new(emulator),
            to_emulator,
            to_cloud,
            dropped,
        });
        let serving = tokio::spawn(serve::serve(listener, routes::router(Arc::clone(&app)))).abort_handle();
        Ok(Explorer { app, address, url, serving, _calls: calls })
    }
}

impl fmt::Debug for ExplorerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplorerBuilder").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Reads the product of a document, and the document.
fn given(path: &std::path::Path) -> Result<(Product, Value), StartError> {
    let unreadable = |error| StartError::of(format!("{} cannot be read", path.display()), error);
    let text = std::fs::read(path).map_err(unreadable)?;
    let document: Value = apsara_specs::document(&text)
        .map_err(|error| StartError::of(format!("{} is no JSON", path.display()), error))?;
    let Some(name) = document["info"]["product"].as_str() else {
        return Err(StartError::new(format!("{} names no product in `info.product`", path.display())));
    };
    let product = apsara_catalog::product(name, Some(path)).map_err(|error| StartError::new(error.to_string()))?;
    Ok((product, document))
}

/// Calls an emulator, which has its own quotas and stands behind no proxy.
fn to_emulator(emulator: &Emulator) -> Result<Target, Error> {
    let key = Credentials::new(emulator.access_key_id(), emulator.access_key_secret())?;
    let builder = Config::builder().credentials(key).endpoint(emulator.url());
    Target::new(builder, ReqwestTransport::builder().without_proxy().build()?)
}
