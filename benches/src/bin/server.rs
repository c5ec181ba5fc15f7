//! The server that every client calls: it reads a request, and gives the one answer. It prints its host, and serves until its
//! standard input ends. Given a file it speaks TLS, and writes the certificate that it shows into it.

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::CertifiedKey;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpSocket;
use tokio_rustls::TlsAcceptor;

/// How many connections may wait to be taken: all that are made at once.
const BACKLOG: u32 = 16_384;

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    // A body is read, so that the connection can be used again.
    let _ = request.into_body().collect().await;
    let mut response = Response::new(Full::new(Bytes::from_static(benches::BODY.as_bytes())));
    let headers = response.headers_mut();
    headers.insert("content-type", HeaderValue::from_static("application/json"));
    headers.insert("x-acs-request-id", HeaderValue::from_static("a05e6b15-15af-405b-a4a2-015224501f2d"));
    Ok(response)
}

/// Answers what comes over a connection; what goes wrong with it, its client tells.
async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin) {
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
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
                None => tokio::spawn(serve(stream)),
                Some(acceptor) => tokio::spawn(async move {
                    if let Ok(stream) = acceptor.accept(stream).await {
                        serve(stream).await;
                    }
                }),
            };
        }
    })
}
