//! The server that every client calls: it reads a request, and gives the one answer. It prints its host, and serves until its
//! standard input ends. Given a file it speaks TLS, and writes the certificate that it shows into it.

use std::path::Path;
use std::sync::Arc;

use bytes::{Buf as _, BytesMut};
use rcgen::CertifiedKey;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpSocket;
use tokio_rustls::TlsAcceptor;

/// How many connections may wait to be taken: all that are made at once.
const BACKLOG: u32 = 16_384;
/// How many headers a request may have.
const MOST_HEADERS: usize = 64;
/// The id of every request.
const REQUEST_ID: &str = "a05e6b15-15af-405b-a4a2-015224501f2d";

/// What a request is answered with, every time.
fn answer() -> Vec<u8> {
    let body = benches::BODY;
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-acs-request-id: {REQUEST_ID}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Returns how long the request is with which the bytes begin; nothing where more of it has to come.
fn length(bytes: &[u8]) -> Result<Option<usize>, benches::Failure> {
    let mut headers = [httparse::EMPTY_HEADER; MOST_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let httparse::Status::Complete(head) = request.parse(bytes)? else { return Ok(None) };
    let mut body = 0;
    for header in &*request.headers {
        if header.name.eq_ignore_ascii_case("content-length") {
            body = std::str::from_utf8(header.value)?.trim().parse()?;
        } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
            return Err("a body in chunks is not read here".into());
        }
    }
    Ok((head + body <= bytes.len()).then_some(head + body))
}

/// Answers each request that comes over a connection, until its client closes it. What goes wrong, its client tells.
async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), benches::Failure> {
    let (answer, mut received) = (answer(), BytesMut::with_capacity(4096));
    while stream.read_buf(&mut received).await? > 0 {
        while let Some(length) = length(&received)? {
            received.advance(length);
            stream.write_all(&answer).await?;
            stream.flush().await?;
        }
        received.reserve(4096);
    }
    Ok(())
}

/// Makes a certificate for this machine, and writes it to a file.
fn acceptor(file: &Path) -> Result<TlsAcceptor, benches::Failure> {
    let names = ["127.0.0.1".to_owned(), "localhost".to_owned()];
    let CertifiedKey { cert, signing_key } = rcgen::generate_simple_self_signed(names)?;
    std::fs::write(file, cert.pem())?;
    let key = PrivateKeyDer::try_from(signing_key.serialize_der())?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let config = config.with_no_client_auth().with_single_cert(vec![cert.der().clone()], key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn main() -> Result<(), benches::Failure> {
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    benches::server::raise_descriptor_limit()?;
    let acceptor = std::env::args_os().nth(1).map(|file| acceptor(Path::new(&file))).transpose()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        let listener = socket.listen(BACKLOG)?;
        println!("{}", listener.local_addr()?);
        loop {
            let (stream, _) = listener.accept().await?;
            stream.set_nodelay(true)?;
            match acceptor.clone() {
                None => tokio::spawn(async { drop(serve(stream).await) }),
                Some(acceptor) => tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        drop(serve(stream).await);
                    }
                }),
            };
        }
    })
}
