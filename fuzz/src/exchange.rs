//! One request over a connection of its own to a server of this process.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// How long an answer may take. It takes that long only where it never comes.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long it is waited for an answer to what may be no whole request.
const GLANCE: Duration = Duration::from_millis(5);

/// A request as it goes out.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    /// Whether a server must answer: nothing of its frame is the input's own.
    pub(crate) is_whole: bool,
    has_body: bool,
}

/// An answer as it came.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The head, in small letters.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

/// Makes a request of an input: a line `METHOD TARGET`, headers, an empty line, the body. What begins with a line `raw` goes out as it
/// stands below. In the first two, `{host}` and `{token}` stand for the server's.
pub(crate) fn request(input: &[u8], host: &str, token: &str) -> Option<Request> {
    if let Some(raw) = input.strip_prefix(b"raw\n") {
        return Some(Request { bytes: raw.to_vec(), is_whole: false, has_body: true });
    }
    let end = input.windows(2).position(|two| two == b"\n\n").unwrap_or(input.len());
    let head = String::from_utf8_lossy(&input[..end]).replace("{host}", host).replace("{token}", token);
    let body = input.get(end + 2..).unwrap_or_default();
    let mut lines = head.split('\n');
    let line = lines.next()?;
    let mut bytes = format!("{line} HTTP/1.1\r\n").into_bytes();
    let mut is_whole = true;
    for header in lines {
        let name = header.split(':').next().unwrap_or_default().trim().to_ascii_lowercase();
        // These say where the request ends, or that the connection is for something else then.
        is_whole &=
            !["content-length", "transfer-encoding", "upgrade", "expect", "connection"].contains(&name.as_str());
        bytes.extend(header.bytes());
        bytes.extend(b"\r\n");
    }
    is_whole &= !head.contains('\r') && !line.starts_with("CONNECT");
    bytes.extend(format!("content-length: {}\r\n\r\n", body.len()).bytes());
    bytes.extend(body);
    Some(Request { bytes, is_whole, has_body: !line.starts_with("HEAD ") })
}

/// Sends a request and reads the answer; nothing where there is none and need be none.
pub(crate) async fn exchange(address: SocketAddr, request: &Request) -> Option<Answer> {
    let stream = TcpStream::connect(address).await;
    let mut stream = stream.expect("the server takes connections");
    // Thousands of connections a second would use up the ports if each were remembered for a minute.
    let _ = stream.set_zero_linger();
    let patience = if request.is_whole { PATIENCE } else { GLANCE };
    let asked = async {
        // A server may answer and hang up before it has read everything.
        let _ = stream.write_all(&request.bytes).await;
        read(&mut stream, request.has_body).await
    };
    let answer = tokio::time::timeout(patience, asked).await.ok().flatten();
    assert!(answer.is_some() || !request.is_whole, "a whole request was not answered");
    answer
}

async fn read(stream: &mut TcpStream, has_body: bool) -> Option<Answer> {
    let mut bytes = Vec::new();
    let mut ended = false;
    loop {
        if let Some(answer) = whole(&bytes, has_body, ended) {
            return Some(answer);
        }
        if ended {
            return None;
        }
        let mut buffer = [0; 16 << 10];
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => ended = true,
            Ok(count) => bytes.extend(&buffer[..count]),
        }
    }
}

/// Reads an answer, if it is there as a whole.
fn whole(bytes: &[u8], has_body: bool, ended: bool) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    if (100..200).contains(&status) {
        return whole(&bytes[end..], has_body, ended);
    }
    let of = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let length = match of("content-length:") {
        _ if !has_body || status == 204 || status == 304 => Some(0),
        Some(length) => length.parse::<usize>().ok(),
        None => None,
    };
    let body = &bytes[end..];
    let is_there = match length {
        Some(length) => body.len() >= length,
        None => ended || body.ends_with(b"0\r\n\r\n"),
    };
    is_there.then(|| Answer { status, head, body: body.to_vec() })
}
