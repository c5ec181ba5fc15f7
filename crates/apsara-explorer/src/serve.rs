//! The loop that accepts connections.

use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// How many connections are served at a time: a browser opens six.
const MOST_CONNECTIONS: usize = 64;
/// How long a connection may be idle, or take over a request's headers.
const HEADER_PATIENCE: Duration = Duration::from_secs(30);
/// How long it is waited where none can be accepted.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until it is dropped, and its connections with it.
pub(crate) async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => {
                let Ok((stream, _)) = accepted else {
                    tokio::time::sleep(PAUSE).await;
                    continue;
                };
                let service = TowerToHyperService::new(router.clone());
                connections.spawn(async move {
                    let mut server = http1::Builder::new();
                    server.timer(TokioTimer::new()).header_read_timeout(HEADER_PATIENCE);
                    // A browser that hangs up is nobody's mistake.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
            _ = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}
