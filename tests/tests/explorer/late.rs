//! What comes late, when somebody has already gone elsewhere.

use apsara_core::{Config, Credentials};
use apsara_explorer::Explorer;
use fantoccini::key::Key;
use serde_json::json;

use crate::page::Page;

/// Holds back the document of an operation until `release` is called; then `released` is true a while after it came.
const HOLD: &str = "const real = window.fetch;
    const held = new Promise((release) => { window.release = release; });
    window.fetch = async (path, options) => {
        const response = await real(path, options);
        if (path.includes('RestartLivePullToPush')) {
            window.waits = true;
            await held;
            setTimeout(() => { window.released = true; }, 300);
        }
        return response;
    };";

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_that_loads_late_takes_no_other_page_over() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    for (elsewhere, heading) in [("#/history", "History"), ("#/", "Try an operation")] {
        browser.run(HOLD, &[]).await;
        page.go("#/live/2016-11-01/RestartLivePullToPush").await;
        browser.until("return window.waits").await;
        page.go(elsewhere).await;
        let now = "return document.querySelector('#main h1')?.textContent";
        browser.until(&format!("{now} === '{heading}'")).await;
        browser.run("window.release()", &[]).await;
        browser.until("return window.released").await;
        assert_eq!(browser.run(now, &[]).await, heading);
        page.browser.client.refresh().await.unwrap();
        browser.until("return document.querySelector('a.op') !== null").await;
    }

    // Nor does it take away what another page sends.
    browser.run(HOLD, &[]).await;
    page.go("#/live/2016-11-01/RestartLivePullToPush").await;
    browser.until("return window.waits").await;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    browser.run("window.release()", &[]).await;
    browser.until("return window.released").await;
    page.shows("DescribeLivePullToPushList").await;
    page.types(&[Key::Control, Key::Enter].map(char::from).iter().collect::<String>()).await;
    let shown = page.answer().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_last_gives_no_other_page_its_address() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList").await;
    page.shows("DescribeLivePullToPushList").await;
    let script = "const input = document.querySelector(\"[data-path='PageNumber']\");
        input.value = '2';
        input.dispatchEvent(new Event('input'));
        location.hash = '#/history';
        setTimeout(() => { window.later = true; }, 600);";
    browser.run(script, &[]).await;
    browser.until("return window.later").await;
    assert_eq!(browser.run("return location.hash", &[]).await, "#/history");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_cannot_be_read_leads_home_and_sends_nothing() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    page.go("#/live/2016-11-01/%").await;
    browser.until("return document.querySelector('.home') !== null").await;
    page.types(&[Key::Control, Key::Enter].map(char::from).iter().collect::<String>()).await;
    assert_eq!(browser.run("return localStorage.getItem('apsara.history')", &[]).await, json!(null));
    assert_eq!(page.explorer.emulator().ledger_len(), 0);
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_come_back_to_stands_at_the_emulator() {
    // Nothing is sent there.
    let configure = || Ok(Config::builder().credentials(Credentials::new("a", "b")?).endpoint("http://127.0.0.1:9"));
    let page = Page::of(Explorer::builder().cloud(configure), 1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList").await;
    page.shows("DescribeLivePullToPushList").await;
    let now = "return [document.querySelector('#target :checked').value, document.querySelector('#send').textContent]";
    page.click("#target [value=cloud]").await;
    assert_eq!(browser.run(now, &[]).await, json!(["cloud", "Send to the cloud"]));
    // Who comes back to a page that the browser did not keep is given a new one, with what was chosen in the old.
    browser.run("addEventListener('unload', () => {}); window.isOld = true", &[]).await;
    browser.open(&format!("http://{}/icon.svg", page.explorer.address())).await;
    browser.client.back().await.unwrap();
    page.shows("DescribeLivePullToPushList").await;
    assert_eq!(browser.run("return window.isOld", &[]).await, json!(null));
    assert_eq!(browser.run(now, &[]).await, json!(["emulator", "Send to the emulator"]));
    page.browser.close().await;
}
