//! Requests that were right once, and of which a few bytes have become others: each gets an answer in the cloud's shape.

use apsara_emulator::{Emulator, Quotas};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::client::{Call, live};

/// How many requests are sent to each emulator.
const REQUESTS: u64 = 1500;

/// Draws numbers that follow from a seed (SplitMix64).
struct Draws(u64);

impl Draws {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((number ^ (number >> 31)) % end.max(1) as u64).unwrap()
    }
}

/// Requests of every kind: both signatures, a form, a path, made-up answers and those by hand.
fn right_requests(emulator: &Emulator) -> Vec<String> {
    let list = live(emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai"), ("PageSize", "10")]);
    let mut create = live(emulator, "CreateLivePullToPush", &[]);
    create.method = "POST".to_owned();
    create.form =
        [("Region", "cn-shanghai"), ("SourceUrls", "[\"rtmp://a/b\"]"), ("StartTime", "2026-01-01T13:00:00Z")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let tags = [("RegionId", "cn-shanghai"), ("Tag.1.Key", "a"), ("Tag.1.Value", "中"), ("PageSize", "5")];
    let ecs = Call::new(emulator, "2014-05-26", "DescribeInstances", &tags);
    let mut clusters = Call::new(emulator, "2015-12-15", "DescribeClusters", &[("name", "a b")]);
    clusters.path = "/clusters".to_owned();
    let assume = [("RoleArn", "acs:ram::1:role/a"), ("RoleSessionName", "ab"), ("Policy", r#"{"Version":"1"}"#)];
    let sts = Call::new(emulator, "2015-04-01", "AssumeRole", &assume);
    let signed = [&list, &create, &ecs, &clusters, &sts].map(|call| call.v3_request(emulator));
    let older = list.with_v1(Some("JSON"), "").unsigned_request(emulator);
    signed.into_iter().chain([older]).collect()
}

fn mutated(request: &str, draws: &mut Draws) -> Vec<u8> {
    const PIECES: [&[u8]; 10] =
        [b"\r\n", b"%", b"&", b"=", b"\0", b"\xff\xfe", b"..", b"{", b"content-length: 5\r\n", b"99999999999999999999"];
    let mut bytes = request.as_bytes().to_vec();
    for _ in 0..=draws.below(4) {
        let at = draws.below(bytes.len());
        match draws.below(4) {
            0 => bytes[at] = u8::try_from(draws.below(256)).unwrap(),
            1 => drop(bytes.splice(at..at, PIECES[draws.below(PIECES.len())].iter().copied())),
            2 => drop(bytes.drain(at..bytes.len().min(at + 1 + draws.below(20)))),
            _ => {
                let piece: Vec<u8> = bytes[at..bytes.len().min(at + 1 + draws.below(40))].to_vec();
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes
}

/// Sends bytes and nothing behind them, and reads what comes.
async fn exchange(emulator: &Emulator, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(emulator.address()).await.unwrap();
    // It may be refused before it is read whole.
    let _ = stream.write_all(request).await;
    let _ = stream.shutdown().await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}

/// Says what is wrong with an answer, if something is.
fn flaw(answer: &[u8], has_head: bool) -> Option<&'static str> {
    let text = String::from_utf8_lossy(answer);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return has_head.then_some("there is no answer");
    };
    let status: u16 = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    let head = head.to_ascii_lowercase();
    if !head.contains("\r\nx-acs-request-id: ") {
        return Some("it has no request id");
    }
    let length = head.split("\r\ncontent-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
    let body = body.get(..length.unwrap_or(0)).unwrap_or(body);
    let coded = match serde_json::from_str::<Value>(body) {
        Ok(json) => ["Code", "code"].iter().any(|name| json[name].as_str().is_some_and(|code| !code.is_empty())),
        Err(_) => body.starts_with("<?xml") && body.contains("<Code>"),
    };
    match status {
        200..300 => None,
        400..500 if coded || body.is_empty() => None,
        400..500 => Some("it is no refusal in the cloud's shape"),
        _ => Some("it has a strange status"),
    }
}

#[tokio::test]
async fn whatever_becomes_of_a_request_it_is_answered() {
    let verified = Emulator::builder().quota(Quotas::Off).start().await.unwrap();
    let unverified = Emulator::builder().quota(Quotas::Off).unverified().start().await.unwrap();
    let seed = std::env::var("APSARA_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(7);
    for emulator in [&verified, &unverified] {
        let right = right_requests(emulator);
        let mut draws = Draws(seed);
        for number in 0..REQUESTS {
            let request = mutated(&right[draws.below(right.len())], &mut draws);
            let has_head = request.windows(4).any(|window| window == b"\r\n\r\n");
            let answer = exchange(emulator, &request).await;
            if let Some(flaw) = flaw(&answer, has_head) {
                let (request, answer) = (String::from_utf8_lossy(&request), String::from_utf8_lossy(&answer));
                panic!("seed {seed}, request {number}: {flaw}\n{request:?}\n{answer:?}");
            }
        }
        // It is none the worse for it.
        let list = live(emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
        assert_eq!(list.v3(emulator).await.status, 200);
    }
}
