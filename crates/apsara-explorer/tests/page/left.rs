//! Calls under way, when somebody leaves the page or stops the explorer.

use std::time::Duration;

use apsara_core::{Config, Credentials};
use apsara_explorer::Explorer;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::asked::{begin, live, own};

/// How long it may take until something happens.
const PATIENCE: Duration = Duration::from_secs(20);

/// A call whose request is with a cloud that has not answered.
struct UnderWay {
    explorer: Explorer,
    /// The page's connection.
    page: TcpStream,
    cloud: TcpListener,
    /// The connection of the call.
    call: TcpStream,
}

impl UnderWay {
    async fn start() -> Self {
        let cloud = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", cloud.local_addr().unwrap());
        let configure = move || Ok(Config::builder().credentials(Credentials::new("a", "b")?).endpoint(&url));
        let explorer = Explorer::builder().cloud(configure).start().await.unwrap();
        let mut list = live("DescribeLivePullToPushList", &json!({ "Region": "cn-shanghai" }));
        list["target"] = json!("cloud");
        let page = begin(&explorer, "POST", "/api/send", &own(&explorer), &list.to_string()).await;
        let call = asked(&cloud).await;
        Self { explorer, page, cloud, call }
    }
}

/// Waits for a request, and returns its connection.
async fn asked(cloud: &TcpListener) -> TcpStream {
    let read = async {
        let (mut stream, _) = cloud.accept().await.unwrap();
        assert!(stream.read(&mut [0; 16]).await.unwrap() > 0);
        stream
    };
    tokio::time::timeout(PATIENCE, read).await.expect("no request comes")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_goes_on_though_its_page_was_left() {
    let UnderWay { explorer: _explorer, page, cloud, mut call } = UnderWay::start().await;
    drop(page);
    // It is tried again after this, by whoever still waits for an answer.
    call.write_all(b"HTTP/1.1 503 Busy\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.unwrap();
    asked(&cloud).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_ends_when_the_explorer_is_dropped() {
    let UnderWay { explorer, page: _page, cloud: _cloud, mut call } = UnderWay::start().await;
    drop(explorer);
    let ended = tokio::time::timeout(PATIENCE, call.read_to_end(&mut Vec::new())).await;
    assert!(ended.is_ok(), "the call goes on");
}
