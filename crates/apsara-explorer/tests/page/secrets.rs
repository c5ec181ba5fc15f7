//! No secret reaches the page.

use apsara_core::{Config, Credentials};
use apsara_emulator::Emulator;
use apsara_explorer::Explorer;
use serde_json::json;

use crate::asked::{get, live, post, task};

#[tokio::test]
async fn an_answer_that_holds_a_key_is_shown_without_it() {
    let explorer = Explorer::builder().start().await.unwrap();
    let call = json!({
        "product": "ecs", "version": "2014-05-26", "operation": "CreateKeyPair", "target": "emulator",
        "request": { "RegionId": "cn-shanghai", "KeyPairName": "a" },
    });
    let answered = post(&explorer, "/api/send", &call).await;
    let result = answered.json();
    assert_eq!(result["outcome"], "succeeded", "{result}");
    assert_eq!(
        (&result["answer"]["PrivateKeyBody"], &result["hidden"]),
        (&json!("[redacted]"), &json!(["PrivateKeyBody"]))
    );
    assert_eq!(result["command"], "apsara ecs create-key-pair");
    let document = get(&explorer, "/api/operation/ecs/2014-05-26/CreateKeyPair").await.json();
    assert_eq!(document["hidden"], json!(["privatekeybody"]));
}

#[tokio::test]
async fn a_push_key_does_not_come_back() {
    let explorer = Explorer::builder().start().await.unwrap();
    let created = post(&explorer, "/api/send", &live("CreateLivePullToPush", &task(&explorer))).await;
    assert!(!created.text.contains("push-key-canary"), "{created:?}");
    assert!(
        created.json()["request"].as_str().unwrap().contains("rtmp://push.example.com/app/[redacted]"),
        "{created:?}"
    );
    let list =
        post(&explorer, "/api/send", &live("DescribeLivePullToPushList", &json!({ "Region": "cn-shanghai" }))).await;
    assert!(list.text.contains("push.example.com") && !list.text.contains("push-key-canary"), "{list:?}");
    assert!(list.json()["hidden"].as_array().unwrap().contains(&json!("DstUrl")), "{list:?}");
}

#[tokio::test]
async fn neither_keys_nor_signatures_are_in_anything_that_is_answered() {
    const SECRET: &str = "secret-canary-0000000000000000";
    let cloud = Emulator::start().await.unwrap();
    let url = cloud.url().to_owned();
    let configure = move || Ok(Config::builder().credentials(Credentials::new("LTAI-canary", SECRET)?).endpoint(&url));
    let explorer = Explorer::builder().cloud(configure).start().await.unwrap();
    let mut list = live("DescribeLivePullToPushList", &json!({ "Region": "cn-shanghai" }));
    list["target"] = json!("cloud");
    let mut texts = Vec::new();
    for path in ["/api/status", "/api/catalogue", "/api/operation/live/2016-11-01/DescribeLivePullToPushList"] {
        texts.push(get(&explorer, path).await.text);
    }
    let refused = post(&explorer, "/api/send", &list).await;
    assert_eq!(refused.json()["outcome"], "rejected", "{refused:?}");
    assert!(refused.json()["request"].as_str().unwrap().contains("Signature=[redacted]"), "{refused:?}");
    texts.push(refused.text);
    for text in texts {
        assert!(!text.contains(SECRET) && !text.contains(explorer.emulator().access_key_secret()), "{text}");
    }
}
