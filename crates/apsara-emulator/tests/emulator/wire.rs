//! One connection, byte by byte: what came, and how it ended.

use std::io::ErrorKind;
use std::time::Duration;

use apsara_emulator::Emulator;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Call;

/// How long an emulator may take that is not going to answer at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// How a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Closed,
    Reset,
}

pub(crate) struct Wire(TcpStream);

impl Wire {
    pub(crate) async fn open(emulator: &Emulator) -> Self {
        Self(TcpStream::connect(emulator.address()).await.unwrap())
    }

    /// Sends a call with a V3 signature and leaves the connection open.
    pub(crate) async fn send(&mut self, emulator: &Emulator, call: &Call) {
        self.send_with(emulator, call, "").await;
    }

    /// Sends a call, and in the same write what comes after it.
    pub(crate) async fn send_with(&mut self, emulator: &Emulator, call: &Call, next: &str) {
        self.0.write_all((request(emulator, call) + next).as_bytes()).await.unwrap();
    }

    /// Reads one answer, as long as its head says it is.
    pub(crate) async fn answer(&mut self) -> (String, String) {
        let mut read = Vec::new();
        loop {
            if let Some((head, body)) = str::from_utf8(&read).unwrap().split_once("\r\n\r\n")
                && body.len() >= content_length(head)
            {
                return (head.to_owned(), body.to_owned());
            }
            let mut bytes = [0; 4096];
            let length = timeout(PATIENCE, self.0.read(&mut bytes)).await.unwrap().unwrap();
            assert_ne!(length, 0, "the answer ended early: {}", String::from_utf8_lossy(&read));
            read.extend(&bytes[..length]);
        }
    }

    /// Says that no further request will come.
    pub(crate) async fn finish(&mut self) {
        self.0.shutdown().await.unwrap();
    }

    /// Reads until the connection ends.
    pub(crate) async fn rest(mut self) -> (String, End) {
        let mut read = Vec::new();
        let end = match timeout(PATIENCE, self.0.read_to_end(&mut read)).await.expect("the connection ends") {
            Ok(_) => End::Closed,
            Err(error) if error.kind() == ErrorKind::ConnectionReset => End::Reset,
            Err(error) => panic!("{error}"),
        };
        (String::from_utf8(read).unwrap(), end)
    }
}

/// A call with a V3 signature, as it is sent on a connection that stays open.
pub(crate) fn request(emulator: &Emulator, call: &Call) -> String {
    call.v3_request(emulator).replace("connection: close\r\n", "")
}

/// Sends a call on a connection of its own that would stay open, and reads until it ends.
pub(crate) async fn send_and_wait_for_the_end(emulator: &Emulator, call: &Call) -> (String, End) {
    let mut wire = Wire::open(emulator).await;
    wire.send(emulator, call).await;
    wire.rest().await
}

pub(crate) fn content_length(head: &str) -> usize {
    head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap().parse().unwrap()
}
