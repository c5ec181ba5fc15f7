//! Pages of others, in the same browser.

use apsara_tests::{Scripted, Step};
use serde_json::json;

use crate::page::Page;
use apsara_tests::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_origin_has_no_effect_and_learns_nothing() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    let token = page.explorer.url().split_once("#token=").unwrap().1.to_owned();
    let body = "<!doctype html><title>other</title>".to_owned();
    let other = Scripted::start(Step::Answer { status: 200, headers: "content-type: text/html\r\n", body }).await;
    browser.open(other.url()).await;
    let script = "const [base, token] = arguments; const done = arguments[arguments.length - 1];
        const call = JSON.stringify({ product: 'live', version: '2016-11-01', operation: 'DescribeLivePullToPushList',
            request: { Region: 'cn-shanghai' }, target: 'emulator' });
        const tries = [
            fetch(`${base}/api/status`, { headers: { 'x-apsara-token': token } }),
            fetch(`${base}/api/send`, { method: 'POST', body: call, headers: { 'x-apsara-token': token, 'content-type': 'application/json' } }),
            fetch(`${base}/api/send`, { method: 'POST', body: call, mode: 'no-cors' }),
            fetch(`${base}/api/emulator`, { method: 'POST', body: JSON.stringify({ fault: 'throttled' }), mode: 'no-cors' }),
            import(`${base}/main.js`),
        ];
        Promise.allSettled(tries).then((all) => done(all.map((one) => (
            one.status === 'fulfilled' ? (one.value.type === 'opaque' ? 'opaque' : 'learned') : 'refused'))));";
    let base = format!("http://{}", page.explorer.address());
    let tried = browser.client.execute_async(script, vec![json!(base), json!(token)]).await.unwrap();
    let learned = tried.as_array().unwrap().iter().filter(|it| **it == "learned").count();
    assert_eq!(learned, 0, "{tried}");
    assert_eq!(page.explorer.emulator().ledger_len(), 0);
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_the_page_says_what_to_do_and_takes_it_when_it_comes() {
    let page = Page::open(360).await;
    let stranger = Browser::start(360).await;
    stranger.open(&format!("http://{}/", page.explorer.address())).await;
    let text = stranger.until("return document.querySelector('#main h1')?.textContent").await;
    assert_eq!(text, "Open the address with its token");
    stranger.picture("0-no-token").await;
    // Where the page is open already, the address with the token changes nothing but what stands behind its #.
    for outdated in [false, true] {
        if outdated {
            stranger.run("localStorage.setItem('apsara.token', 'outdated'); location.reload()", &[]).await;
            stranger
                .until("return document.querySelector('#main h1')?.textContent.startsWith('Open the address')")
                .await;
        }
        stranger.open(page.explorer.url()).await;
        stranger.until("return document.querySelector('a.op') !== null").await;
        assert_eq!(stranger.run("return location.hash", &[]).await, "#/");
    }
    stranger.close().await;
    page.browser.close().await;
}
