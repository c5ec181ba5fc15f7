//! The transport on reqwest against real proxies, a real TLS server and slow ones, all on loopback.

#![allow(clippy::unwrap_used)]

mod certificates;
mod proxied;
mod proxy;
mod slow;
mod tls;

use apsara::transport::ReqwestTransportBuilder;
use apsara::{Config, ConfigBuilder, Credentials, Error, Retry, live};

/// The name that the TLS server has; only a proxy finds it.
const NAME: &str = "gateway.test";
const ANSWER: &str = r#"{"RequestId":"r","TaskId":"t"}"#;

fn config(endpoint: &str) -> ConfigBuilder {
    let credentials = Credentials::new("LTAI-id", "canary-secret").unwrap();
    Config::builder().credentials(credentials).endpoint(endpoint).retry(Retry::never())
}

async fn restart(config: ConfigBuilder) -> Result<live::RestartLivePullToPushResponse, Error> {
    let client = live::Client::new(&config.build().unwrap());
    client.restart_live_pull_to_push().region("cn-shanghai").task_id("some-task").send().await
}

/// Restarts by a transport that was built on its own.
async fn restart_by(
    endpoint: &str,
    transport: ReqwestTransportBuilder,
) -> Result<live::RestartLivePullToPushResponse, Error> {
    restart(config(endpoint).transport(transport.build().unwrap())).await
}
