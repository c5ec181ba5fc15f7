//! What is said of the policy that allows a call.

use crate::page::{Page, weather};

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_is_said_to_allow_the_call_alone_only_where_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let page = Page::of(weather(folder.path(), "{}"), 1440).await;
    let browser = &page.browser;
    page.go("#/weather/2020-01-01/DescribeWind").await;
    page.shows("DescribeWind").await;
    let facts = browser.run("return document.querySelector('#facts').innerText", &[]).await;
    assert!(facts.as_str().unwrap().contains("weather:DescribeWind"), "{facts}");
    // Without a station it is for all of them.
    let wide = browser
        .until("const text = document.querySelector('#policy').innerText; return text.includes('Copy') && text")
        .await;
    let wide = wide.as_str().unwrap();
    assert!(wide.contains("station/*") && wide.contains("what is to be known of it"), "{wide}");
    assert!(!wide.contains("nothing else"), "{wide}");
    page.fill("StationId", "one").await;
    let narrow = browser
        .until("const text = document.querySelector('#policy').innerText; return text.includes('station/one') && text")
        .await;
    let narrow = narrow.as_str().unwrap();
    assert!(narrow.contains("It allows this call, and nothing else."), "{narrow}");
    page.browser.close().await;
}
