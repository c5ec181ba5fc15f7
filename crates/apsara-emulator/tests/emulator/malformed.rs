//! Requests that no honest client sends: each gets an answer, none gets to stay.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{at_noon, exchange, live};

#[tokio::test]
async fn broken_escapes_are_an_invalid_parameter() {
    let emulator = at_noon().await;
    for query in ["a=%", "a=%zz", "%2", "a=%ff%fe", "Format=JSON&b=%C3%28"] {
        let request = format!("GET /?{query} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", emulator.host());
        let reply = exchange(&emulator, request.as_bytes()).await;
        assert_eq!(reply.status, 400, "{query}");
        assert!(reply.body.contains("<Code>InvalidParameter</Code>"), "{reply:?}");
        assert_eq!(reply.headers["x-acs-request-id"].len(), 36);
    }
    assert_eq!(emulator.ledger().len(), 5);
}

#[tokio::test]
async fn a_broken_form_is_an_invalid_parameter() {
    let emulator = at_noon().await;
    let mut call = live(&emulator, "CreateLivePullToPush", &[]);
    call.method = "POST".to_owned();
    call.form = vec![("a".to_owned(), "b".to_owned())];
    let request = call.v3_request(&emulator).replace("\r\n\r\na=b", "\r\n\r\na%b");
    let reply = exchange(&emulator, request.as_bytes()).await;
    assert_eq!(reply.verdict(), (400, "InvalidParameter".to_owned()));
}

#[tokio::test]
async fn headers_that_are_not_text_are_refused_like_absent_ones() {
    let emulator = at_noon().await;
    let mut request = format!("GET / HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", emulator.host()).into_bytes();
    request.extend(b"x-acs-action: \xff\xfe\r\nx-acs-version: 2016-11-01\r\nauthorization: \x80\r\n\r\n");
    let reply = exchange(&emulator, &request).await;
    assert_eq!(reply.verdict(), (400, "MissingAction".to_owned()));
}

#[tokio::test]
async fn a_body_of_more_than_a_mebibyte_is_read_but_not_kept() {
    let emulator = at_noon().await;
    for (length, status) in [(1024 * 1024, 400), (1024 * 1024 + 1, 413), (8 * 1024 * 1024, 413)] {
        let mut request = format!(
            "POST / HTTP/1.1\r\nhost: {}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n",
            emulator.host()
        )
        .into_bytes();
        request.resize(request.len() + length, b'x');
        let reply = exchange(&emulator, &request).await;
        assert_eq!(reply.status, status, "{length}");
        assert_eq!(reply.body.contains("<Code>RequestEntityTooLarge</Code>"), status == 413, "{reply:?}");
    }
}

#[tokio::test]
async fn what_is_not_http_is_answered_in_the_clouds_shape_too() {
    let emulator = at_noon().await;
    let long = format!("GET /?{} HTTP/1.1\r\n\r\n", "b".repeat(70_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1000));
    for (garbage, status) in [
        (&b"GET / HTTP/1.1\r\na header without a colon\r\n\r\n"[..], 400),
        (b"GET /?a=\xff HTTP/1.1\r\n\r\n", 400),
        (b"GET / SMTP/9\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (long.as_bytes(), 414),
        (many.as_bytes(), 431),
    ] {
        let reply = exchange(&emulator, garbage).await;
        assert_eq!(reply.status, status, "{reply:?}");
        assert!(reply.body.contains("<Error><Code>InvalidRequest</Code>"), "{reply:?}");
        let entry = emulator.ledger().pop().unwrap();
        assert_eq!(entry.request_id, reply.headers["x-acs-request-id"]);
        assert!(!entry.executed);
    }
}

#[tokio::test]
async fn a_caller_that_hangs_up_in_the_middle_disturbs_nobody() {
    let emulator = at_noon().await;
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
    drop(stream);
    assert_eq!(
        live(&emulator, "DescribeLivePullToPushList", &[("Region", "preregion")]).v3(&emulator).await.status,
        200
    );
}

#[tokio::test]
async fn a_body_that_ends_early_is_incomplete() {
    let emulator = at_noon().await;
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    stream.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nhalf").await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("<Code>IncompleteBody</Code>"), "{answer}");
}
