//! A proxy: by tunnel, by absolute form, and by SOCKS.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;

use crate::ANSWER;

/// Serves until it is dropped. Whatever host it is asked for, it connects to one address.
pub(crate) struct Proxy {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    serving: AbortHandle,
}

#[derive(Clone, Copy)]
pub(crate) enum Manner {
    Http,
    /// Opens no tunnel.
    Refusing,
    Socks,
}

impl Proxy {
    pub(crate) async fn start(manner: Manner, upstream: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    match manner {
                        Manner::Http => http(stream, upstream, &log, false).await,
                        Manner::Refusing => http(stream, upstream, &log, true).await,
                        Manner::Socks => socks(stream, upstream, &log).await,
                    }
                });
            }
        });
        Self { address, seen, serving: serving.abort_handle() }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns what it was asked: for HTTP the first lines and headers, for SOCKS the hosts.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn http(mut stream: TcpStream, upstream: SocketAddr, log: &Mutex<Vec<String>>, refuse: bool) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = stream.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let is_tunnel = head.starts_with("CONNECT ");
    log.lock().unwrap().push(head);
    if !is_tunnel {
        let answer =
            format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{ANSWER}", ANSWER.len());
        stream.write_all(answer.as_bytes()).await.unwrap();
    } else if refuse {
        stream.write_all(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n").await.unwrap();
    } else {
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
        splice(stream, upstream).await;
    }
}

/// Speaks version 5, without authentication, and takes hosts by their names.
async fn socks(mut stream: TcpStream, upstream: SocketAddr, log: &Mutex<Vec<String>>) {
    let mut start = [0; 2];
    stream.read_exact(&mut start).await.unwrap();
    let mut methods = vec![0; start[1].into()];
    stream.read_exact(&mut methods).await.unwrap();
    stream.write_all(&[5, 0]).await.unwrap();
    let mut request = [0; 5];
    stream.read_exact(&mut request).await.unwrap();
    assert_eq!(request[..4], [5, 1, 0, 3], "a connection to a name");
    let mut name = vec![0; usize::from(request[4]) + 2];
    stream.read_exact(&mut name).await.unwrap();
    name.truncate(name.len() - 2);
    log.lock().unwrap().push(String::from_utf8(name).unwrap());
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    splice(stream, upstream).await;
}

async fn splice(mut stream: TcpStream, upstream: SocketAddr) {
    if let Ok(mut there) = TcpStream::connect(upstream).await {
        let _ = copy_bidirectional(&mut stream, &mut there).await;
    }
}
