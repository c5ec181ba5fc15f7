//! What is said of a call, whether its answer comes or not, and what is kept of it.

use serde_json::json;

use crate::page::Page;

/// Lets answers to calls break off on their way to the page.
const BREAK_OFF: &str = "const whole = window.fetch;
    window.fetch = async (path, options) => {
        const response = await whole(path, options);
        if (path !== '/api/send' || !response.ok) return response;
        const begun = new TextEncoder().encode((await response.text()).slice(0, 20));
        return new Response(new ReadableStream({ start(body) { body.enqueue(begun); }, pull(body) { body.error(new TypeError('cut')); } }));
    };";

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_answer_is_lost_may_have_been_executed() {
    let page = Page::open(1440).await;
    page.create_task().await;
    page.fill("DstUrl", "rtmp://push.example.com/app/another-canary").await;
    page.browser.run(BREAK_OFF, &[]).await;
    let shown = page.send().await;
    assert!(shown.starts_with("unknown: look before you try again") && shown.contains("broke off"), "{shown}");
    assert!(shown.contains("it may have been executed"), "{shown}");
    assert_eq!(page.explorer.emulator().tasks().len(), 2);

    let Page { explorer, browser } = page;
    drop(explorer);
    browser.run("document.querySelector('#send').click()", &[]).await;
    let script = "const shown = document.querySelector('#answer .result')?.innerText;
        return shown?.includes('does not answer any more') && shown";
    let shown = browser.until(script).await;
    let shown = shown.as_str().unwrap();
    assert!(shown.starts_with("unknown: look before you try again"), "{shown}");
    assert!(
        shown.contains("it may have been executed") && shown.contains("Start it again: apsara explorer"),
        "{shown}"
    );

    browser.run("location.hash = '#/history'", &[]).await;
    let script = "const all = [...document.querySelectorAll('.entry .mark')].map((it) => it.textContent); return all.length > 0 && all";
    assert_eq!(browser.until(script).await, json!(["unknown", "unknown", "succeeded"]));
    browser.close().await;
}
