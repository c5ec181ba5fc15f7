//! Addresses that lead to a call, and what is never in one.

use serde_json::json;

use crate::page::Page;

#[tokio::test(flavor = "multi_thread")]
async fn an_address_fills_the_form_and_the_form_the_address() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    let base = page.explorer.url().split('#').next().unwrap();
    let link = "#/live/2016-11-01/TagLiveResources?ResourceType=DOMAIN&ResourceId=%5B%22a%22%5D&Tag=%5B%7B%22Key%22%3A%22k%22%7D%5D";
    browser.open(&format!("{base}{link}")).await;
    page.shows("TagLiveResources").await;
    let value = |path: &str| format!("return document.querySelector(\"[data-path='{path}']\").value");
    assert_eq!(browser.run(&value("ResourceType"), &[]).await, "DOMAIN");
    assert_eq!(browser.run(&value("ResourceId[1]"), &[]).await, "a");
    assert_eq!(browser.run(&value("Tag[1].Key"), &[]).await, "k");
    page.fill("Tag[1].Value", "v").await;
    browser.until("return decodeURIComponent(location.hash).includes('\"Value\":\"v\"')").await;
    page.press("#form", "Add to Tag").await;
    page.fill("Tag[2].Key", "l").await;
    browser.until("return decodeURIComponent(location.hash).includes('\"Key\":\"l\"')").await;
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_holds_json_comes_back_as_it_was_typed() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    let text = r#"{"id":12345678901234567890,"f":1.0}"#;
    page.go("#/live/2016-11-01/AddCustomLiveStreamTranscode").await;
    page.shows("AddCustomLiveStreamTranscode").await;
    page.fill("BitrateWithSource", text).await;
    browser.until("return location.hash.includes('BitrateWithSource=')").await;
    for lead in ["location.reload()", "location.hash = location.hash.replace('?', '?App=b&')"] {
        browser.run("document.querySelector('.operation').remove()", &[]).await;
        browser.run(lead, &[]).await;
        page.shows("AddCustomLiveStreamTranscode").await;
        assert_eq!(page.value("BitrateWithSource").await, text, "{lead}");
    }
    // A list may hold such a text as well.
    page.go(r#"#/live/2016-11-01/TagLiveResources?ResourceId=["{\"f\":1.0}","[2.0]"]"#).await;
    page.shows("TagLiveResources").await;
    assert_eq!(
        (page.value("ResourceId[1]").await, page.value("ResourceId[2]").await),
        (json!(r#"{"f":1.0}"#), json!("[2.0]"))
    );
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_an_address_or_in_the_history() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    let base = page.explorer.url().split('#').next().unwrap();
    browser.open(&format!("{base}#/live/2016-11-01/SetSnapshotCallbackAuth")).await;
    page.shows("SetSnapshotCallbackAuth").await;
    // What hides the letters alone is read aloud.
    let kind = "return document.querySelector(\"[data-path='CallbackAuthKey']\").type";
    assert_eq!(browser.run(kind, &[]).await, "password");
    page.fill("CallbackAuthKey", "canary-of-a-key").await;
    page.fill("CallbackReqAuth", "yes").await;
    page.fill("DomainName", "example.com").await;
    browser.until("return location.hash.includes('DomainName=example.com')").await;
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    page.create_task().await;
    // A key of a map is known to nobody but by what it is called.
    page.go(r#"#/live/2016-11-01/CreateMessageApp?AppName=a&Extension={"password":"canary-of-a-map","color":"red"}"#)
        .await;
    page.shows("CreateMessageApp").await;
    page.fill("AppName", "b").await;
    browser.until("return location.hash.includes('AppName=b') && location.hash.includes('red')").await;
    // Nor does anything say of a text that JSON stands in it.
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    page.fill("DstUrl", r#" [{"password":"canary-of-a-text"}]"#).await;
    page.fill("PageNumber", "2").await;
    browser.until("return location.hash.includes('PageNumber=2')").await;
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    // An address is one without its scheme too.
    page.fill("DstUrl", "push.example.com/app/canary-of-a-stream?auth_key=canary").await;
    page.fill("PageNumber", "3").await;
    browser.until("return location.hash.includes('PageNumber=3')").await;
    page.send().await;
    let all = browser.run("return JSON.stringify([location.href, Object.entries(localStorage), Object.entries(sessionStorage), document.cookie])", &[]).await;
    let all = all.as_str().unwrap();
    assert!(all.contains("DomainName=example.com") && all.contains("CreateLivePullToPush"), "{all}");
    assert!(!all.contains("canary"), "{all}");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lines_of_a_text_are_those_that_were_typed_and_sent() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/ecs/2014-05-26/RunCommand?CommandContent=cd%20%2Fdata%0Arm%20-rf%20tmp&Type=RunShellScript").await;
    page.shows("RunCommand").await;
    assert_eq!(page.value("CommandContent").await, "cd /data\nrm -rf tmp");
    page.fill("RegionId", "cn-shanghai").await;
    browser.until("return location.hash.includes('RegionId=') && location.hash.includes('%0Arm')").await;
    page.code(r"cd /data\nrm -rf tmp").await;
    page.send().await;
    let sent = browser.run("return document.querySelector('#answer').textContent", &[]).await;
    assert!(sent.as_str().unwrap().contains("CommandContent=cd%20%2Fdata%0Arm%20-rf%20tmp"), "{sent}");

    // A certificate's key is not seen, and has its lines.
    page.go("#/live/2016-11-01/SetLiveDomainCertificate?SSLPri=a%0Ab").await;
    page.shows("SetLiveDomainCertificate").await;
    assert_eq!(page.value("SSLPri").await, "a\nb");
    let hides = "return getComputedStyle(document.querySelector(\"[data-path='SSLPri']\")).webkitTextSecurity";
    assert_eq!(browser.run(hides, &[]).await, "disc");

    // The end of a line that is copied, and the key by which it is done, are no part of an id.
    page.go("#/live/2016-11-01/DescribeLivePullToPush").await;
    page.shows("DescribeLivePullToPush").await;
    page.fill("TaskId", "night").await;
    page.key(fantoccini::key::Key::Enter).await;
    assert_eq!(page.value("TaskId").await, "night");
    let paste = "const clipboardData = new DataTransfer();
        clipboardData.setData('text', '-1\\r\\n');
        document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));";
    browser.run(paste, &[]).await;
    assert_eq!(page.value("TaskId").await, "night-1");
    page.browser.close().await;
}
