//! The pool against a server that is told, connection by connection, what to do.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::HyperTransport;
use super::kept::IDLE_TIMEOUT;
use crate::transport::{Sent, Transport as _, TransportError};

/// What the server does with a connection, beginning when it is there.
#[derive(Clone, Copy)]
enum Does {
    /// Answers each request.
    Answer,
    /// Answers one request, and closes as soon as it is told.
    AnswerOnceAndClose,
    /// Answers the first request when it is told, and the others at once.
    AnswerWhenTold,
    /// Closes before anything is read.
    Close,
    /// Reads and says nothing.
    Nothing,
    /// Answers when a head was read, and never reads the rest.
    AnswerEarly,
    /// The same, and of the answer's body only a part comes.
    AnswerEarlyInPart,
}

/// A server that does one thing with each of the first connections, and answers on all others.
struct Server {
    url: String,
    connections: Arc<AtomicUsize>,
    /// Sends the number of each connection that was closed, by whichever side.
    closed: mpsc::UnboundedReceiver<usize>,
    tell: mpsc::UnboundedSender<()>,
}

impl Server {
    async fn start(first: Does) -> Self {
        Self::with(vec![first]).await
    }

    async fn with(does: Vec<Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let (close, closed) = mpsc::unbounded_channel();
        let (tell, mut told) = mpsc::unbounded_channel();
        let counted = Arc::clone(&connections);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let number = counted.fetch_add(1, Ordering::SeqCst);
                match does.get(number).copied().unwrap_or(Does::Answer) {
                    Does::Close => drop(stream),
                    Does::AnswerOnceAndClose => {
                        let mut stream = stream;
                        let request = read(&mut stream).await;
                        answer(&mut stream, request).await;
                        told.recv().await;
                        drop(stream);
                        let _ = close.send(number);
                    }
                    Does::AnswerWhenTold => {
                        let mut stream = stream;
                        let request = read(&mut stream).await;
                        told.recv().await;
                        answer(&mut stream, request).await;
                        tokio::spawn(serve(stream, Does::Answer));
                    }
                    does => {
                        let close = close.clone();
                        tokio::spawn(async move {
                            serve(stream, does).await;
                            let _ = close.send(number);
                        });
                    }
                }
            }
        });
        Self { url, connections, closed, tell }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Lets so much time pass that connections are closed that nobody uses, and returns which is closed first.
    async fn closed_when_idle(&mut self) -> Option<usize> {
        // Twice as long as one is kept: what looks for such connections does so once in that time.
        tokio::time::pause();
        for _ in 0..2 {
            tokio::time::advance(IDLE_TIMEOUT + Duration::from_secs(1)).await;
            tokio::task::yield_now().await;
        }
        tokio::time::resume();
        let closed = tokio::time::timeout(Duration::from_secs(20), self.closed.recv());
        closed.await.expect("an idle connection stays open")
    }

    async fn get(&self, transport: &HyperTransport) -> Result<String, TransportError> {
        post(transport, &self.url, Bytes::new()).await
    }
}

async fn post(transport: &HyperTransport, url: &str, body: Bytes) -> Result<String, TransportError> {
    let request = http::Request::post(format!("{url}/path?query")).body(body).unwrap();
    let sent = tokio::time::timeout(Duration::from_secs(20), transport.send(request));
    Ok(String::from_utf8(sent.await.expect("it hangs")?.into_body().to_vec()).unwrap())
}

/// Reads what comes at once: all of a request, unless it is long. Nothing means that the other side has closed.
async fn read(stream: &mut TcpStream) -> String {
    let mut bytes = [0; 2048];
    let count = stream.read(&mut bytes).await.unwrap_or(0);
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

/// Repeats what was asked.
async fn answer(stream: &mut TcpStream, request: String) {
    let told = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{request}", request.len());
    stream.write_all(told.as_bytes()).await.unwrap();
}

async fn serve(mut stream: TcpStream, does: Does) {
    loop {
        let request = read(&mut stream).await;
        if request.is_empty() {
            return;
        }
        match does {
            Does::Nothing => {}
            Does::AnswerEarly | Does::AnswerEarlyInPart => {
                match does {
                    Does::AnswerEarly => answer(&mut stream, String::new()).await,
                    _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\npart").await.unwrap(),
                }
                tokio::time::sleep(Duration::from_secs(600)).await;
            }
            _ => answer(&mut stream, request).await,
        }
    }
}

fn transport() -> HyperTransport {
    HyperTransport::new().unwrap()
}

#[tokio::test]
async fn one_connection_serves_calls_that_follow_each_other_and_is_asked_for_a_path_of_a_host() {
    let (server, transport) = (Server::start(Does::Answer).await, transport());
    for _ in 0..5 {
        let request = server.get(&transport).await.unwrap();
        assert!(request.starts_with("POST /path?query HTTP/1.1\r\n"), "{request}");
        let host = server.url.strip_prefix("http://").unwrap();
        assert!(request.contains(&format!("\r\nhost: {host}\r\n")), "{request}");
    }
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn calls_at_once_have_a_connection_each_and_leave_them_to_those_that_follow() {
    let (server, transport) = (Server::start(Does::Answer).await, transport());
    for _ in 0..3 {
        let answers = tokio::join!(server.get(&transport), server.get(&transport), server.get(&transport));
        assert!(answers.0.is_ok() && answers.1.is_ok() && answers.2.is_ok());
    }
    assert!((1..=3).contains(&server.connections()), "{} connections", server.connections());
}

#[tokio::test]
async fn a_connection_that_nobody_uses_is_closed_and_another_is_made() {
    let (mut server, transport) = (Server::start(Does::Answer).await, transport());
    server.get(&transport).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(IDLE_TIMEOUT - Duration::from_secs(1)).await;
    tokio::time::resume();
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 1);
    assert_eq!(server.closed_when_idle().await, Some(0));
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_in_use_while_idle_ones_are_closed_serves_the_next_call_too() {
    let (server, transport) = (Server::start(Does::AnswerWhenTold).await, transport());
    let tell = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        tokio::time::pause();
        tokio::time::advance(IDLE_TIMEOUT + Duration::from_secs(1)).await;
        tokio::time::resume();
        tokio::time::sleep(Duration::from_millis(100)).await;
        server.tell.send(()).unwrap();
    };
    let request = http::Request::get(&server.url).body(Bytes::new()).unwrap();
    let (answered, ()) = tokio::join!(transport.send(request), tell);
    answered.unwrap();
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[tokio::test]
async fn a_connection_that_is_too_old_is_not_used_even_where_nothing_has_closed_it_yet() {
    let (server, transport) = (Server::start(Does::Answer).await, transport());
    // What closes idle connections looks now and then from the first call on.
    server.get(&transport).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(IDLE_TIMEOUT / 2).await;
    tokio::time::resume();
    server.get(&transport).await.unwrap();
    tokio::time::pause();
    tokio::time::advance(IDLE_TIMEOUT + Duration::from_secs(1)).await;
    tokio::time::resume();
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_was_closed_while_idle_is_replaced_and_the_call_knows_nothing_of_it() {
    let (mut server, transport) = (Server::start(Does::AnswerOnceAndClose).await, transport());
    server.get(&transport).await.unwrap();
    server.tell.send(()).unwrap();
    server.closed.recv().await;
    // The system tells this side.
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 2);
}

/// Polls a future once.
macro_rules! poll {
    ($future:expr) => {
        std::future::poll_fn(|context| Poll::Ready(std::future::Future::poll($future.as_mut(), context))).await
    };
}

/// Has two connections made, of which the second is in the pool and was never used: its call took the first, which came back sooner.
async fn with_a_connection_to_spare(server: &Server, transport: &HyperTransport) {
    let first = server.get(transport);
    let mut second = pin!(server.get(transport));
    let first = async {
        let mut first = pin!(first);
        assert!(poll!(first).is_pending());
        // The server has the request by then, and accepts no other connection until it is told.
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(poll!(second).is_pending());
        server.tell.send(()).unwrap();
        first.await.unwrap();
    };
    first.await;
    second.await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_that_was_never_used_and_closed_is_replaced_too() {
    let (server, transport) = (Server::with(vec![Does::AnswerWhenTold, Does::Close]).await, transport());
    with_a_connection_to_spare(&server, &transport).await;
    // One of the two calls has the first connection, the other the one that was closed.
    let (one, other) = tokio::join!(server.get(&transport), server.get(&transport));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn a_connection_that_was_never_used_is_closed_as_the_others_are() {
    let (mut server, transport) = (Server::with(vec![Does::AnswerWhenTold]).await, transport());
    with_a_connection_to_spare(&server, &transport).await;
    assert_eq!(server.closed_when_idle().await, Some(1));
}

#[tokio::test]
async fn what_was_never_written_is_told_as_not_sent_and_what_was_as_maybe() {
    // Whether the request is on its way when the connection closes is a race, which both sides of may win.
    let mut told = [0; 2];
    for _ in 0..50 {
        let (server, transport) = (Server::start(Does::Close).await, transport());
        let error = server.get(&transport).await.unwrap_err();
        told[usize::from(error.sent() == Sent::No)] += 1;
        let never = "the connection was closed before the request was written";
        assert_eq!(error.to_string().starts_with(never), error.sent() == Sent::No, "{error}");
        assert_eq!(server.connections(), 1, "a new connection that fails is not followed by another one");
    }
    println!("{} may have been sent, {} were not", told[0], told[1]);
}

#[tokio::test]
async fn a_call_that_is_dropped_closes_its_connection_which_no_other_call_gets() {
    let (mut server, transport) = (Server::start(Does::Nothing).await, transport());
    let dropped = tokio::time::timeout(Duration::from_millis(100), server.get(&transport)).await;
    assert!(dropped.is_err());
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 2);
    let closed = tokio::time::timeout(Duration::from_secs(20), server.closed.recv());
    assert_eq!(closed.await.expect("the connection of a dropped call stays open"), Some(0));
}

#[tokio::test]
async fn a_connection_whose_request_is_still_being_written_is_not_lent() {
    let (server, transport) = (Server::start(Does::AnswerEarly).await, transport());
    // More than the system takes before the other side reads.
    post(&transport, &server.url, Bytes::from(vec![b'x'; 32 << 20])).await.unwrap();
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[tokio::test]
async fn a_connection_whose_call_was_dropped_in_the_midst_of_writing_and_reading_is_not_lent() {
    let (server, transport) = (Server::start(Does::AnswerEarlyInPart).await, transport());
    let body = Bytes::from(vec![b'x'; 32 << 20]);
    let dropped = tokio::time::timeout(Duration::from_millis(300), post(&transport, &server.url, body)).await;
    assert!(dropped.is_err());
    server.get(&transport).await.unwrap();
    assert_eq!(server.connections(), 2);
}

#[test]
fn a_configuration_of_tls_may_name_protocols() {
    let mut tls = crate::transport::system::SystemVerifier::config().unwrap();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let _ = HyperTransport::with_tls(tls);
}

#[tokio::test]
async fn an_address_without_a_server_is_refused() {
    for address in ["/path", "ftp://host/path"] {
        let request = http::Request::get(address).body(Bytes::new()).unwrap();
        let error = transport().send(request).await.unwrap_err();
        assert_eq!((error.sent(), error.is_connect()), (Sent::No, false));
        assert!(error.to_string().contains("names no server"), "{error}");
    }
}
