//! Our requests, signed again by the official functions.

use std::sync::{Arc, Mutex};

use apsara::live;
use apsara::transport::{BoxFuture, Transport, TransportError};
use apsara::{Config, Credentials, SignatureVersion};
use bytes::Bytes;

use crate::sdk::run;

/// Keeps what would have been sent, and answers with an empty success.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Vec<http::Request<Bytes>>>>);

impl Transport for Kept {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<Bytes>, TransportError>> {
        self.0.lock().unwrap().push(request);
        Box::pin(async { Ok(http::Response::new(Bytes::new())) })
    }
}

/// Makes one request of each kind that the shipped operations have, with every character that clients disagree on.
async fn our_requests(signature: SignatureVersion, token: Option<&str>) -> Vec<http::Request<Bytes>> {
    let kept = Kept::default();
    let credentials = match token {
        None => Credentials::new("LTAI-example-id", "example-secret"),
        Some(token) => Credentials::temporary("STS.example-id", "example-secret", token),
    };
    let config = Config::builder().credentials(credentials.unwrap()).signature(signature).transport(kept.clone());
    let config = config.build().unwrap();
    let (live, sts) = (live::Client::new(&config), apsara::sts::Client::new(&config));
    live.restart_live_pull_to_push().region("cn-shanghai").task_id("6f869419").send().await.unwrap();
    live.create_live_pull_to_push()
        .region_id("ap-southeast-1")
        .region("ap-southeast-1")
        .task_name("a b+c*d~e!'()/?y=z&w%100 中文é")
        .start_time("2026-01-01T00:00:00Z")
        .end_time("2026-01-02T00:00:00Z")
        .source_type("url")
        .source_urls(["https://example.com/a b.mp4?x=\"1\"", "https://example.com/中.flv"])
        .dst_url("rtmp://push.example.com/app/key?auth_key=1-2-3")
        .repeat_number(-1)
        .callback_url("")
        .send()
        .await
        .unwrap();
    live.describe_live_pull_to_push_list().region("cn-shanghai").page_size(100).send().await.unwrap();
    sts.get_caller_identity().send().await.unwrap();
    sts.assume_role()
        .role_arn("acs:ram::1:role/a")
        .role_session_name("x@y.z")
        .duration_seconds(900)
        .send()
        .await
        .unwrap();
    Arc::try_unwrap(kept.0)
        .map_or_else(|kept| kept.lock().unwrap().iter().map(cloned).collect(), |kept| kept.into_inner().unwrap())
}

fn cloned(request: &http::Request<Bytes>) -> http::Request<Bytes> {
    request.clone()
}

#[tokio::test]
async fn the_official_functions_sign_our_requests_alike() {
    for signature in [SignatureVersion::V3, SignatureVersion::V1] {
        for token in [None, Some("CAIS token/with+signs==".replace(' ', "-"))] {
            let requests = our_requests(signature, token.as_deref()).await;
            assert_eq!(requests.len(), 5);
            let input: Vec<serde_json::Value> = requests
                .iter()
                .map(|request| {
                    let headers =
                        request.headers().iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
                    serde_json::json!({
                        "method": request.method().as_str(),
                        "path": request.uri().path(),
                        "query": request.uri().query().unwrap_or_default(),
                        "headers": headers.collect::<std::collections::BTreeMap<_, _>>(),
                        "body": std::str::from_utf8(request.body()).unwrap(),
                    })
                })
                .collect();
            let printed =
                run("sign_again.py", &[("SECRET", "example-secret")], &serde_json::to_string(&input).unwrap()).await;
            assert_eq!(printed, "same\n".repeat(requests.len()), "{signature:?} {token:?}");
        }
    }
}
