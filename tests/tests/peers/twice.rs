//! A network that delivers everything twice.

use apsara_tests::read_message;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

/// Stands between an SDK and a server: sends every request twice, byte for byte, and returns the second answer.
pub(crate) struct Twice {
    pub(crate) host: String,
    serving: AbortHandle,
}

impl Twice {
    /// Starts to serve on a free port of 127.0.0.1.
    pub(crate) async fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let server = server.to_owned();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, server.clone()));
            }
        });
        Self { host, serving: serving.abort_handle() }
    }
}

impl Drop for Twice {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(mut client: TcpStream, server: String) {
    while let Some(request) = read_message(&mut client).await {
        exchange(&server, &request).await;
        let second = exchange(&server, &request).await;
        if client.write_all(second.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn exchange(server: &str, request: &str) -> String {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read_message(&mut stream).await.unwrap()
}
