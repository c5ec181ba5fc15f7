//! What is said of a call, whether its answer comes or not, and what is kept of it.

use serde_json::json;

use crate::page::{Page, weather};

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

#[tokio::test(flavor = "multi_thread")]
async fn a_call_whose_page_is_left_before_its_answer_comes_is_kept() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    let script = "const whole = window.fetch;
        window.fetch = (path, options) => (path === '/api/send' ? new Promise(() => { window.waits = true; }) : whole(path, options));";
    browser.run(script, &[]).await;
    page.click("#send").await;
    browser.until("return window.waits").await;
    browser.client.refresh().await.unwrap();
    page.go("#/history").await;
    let script =
        "const all = [...document.querySelectorAll('.entry')].map((it) => it.innerText); return all.length > 0 && all";
    let kept = browser.until(script).await;
    let kept = kept.as_array().unwrap();
    assert_eq!(kept.len(), 1, "{kept:?}");
    let text = kept[0].as_str().unwrap();
    assert!(text.contains("unknown") && text.contains("emulator") && !text.contains("ms"), "{text}");

    // One that is refused before it is sent is not.
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    page.press("#call", "Options").await;
    page.find("#attempts").await.send_keys("many").await.unwrap();
    let shown = page.send().await;
    assert!(shown.contains("attempts must be from 1 to 20"), "{shown}");
    let script = "return JSON.parse(localStorage.getItem('apsara.history')).map((entry) => entry.outcome)";
    assert_eq!(browser.run(script, &[]).await, json!(["unknown"]));
    page.browser.close().await;
}

/// Fills what is left of the room that the browser has for this page.
const FILL: &str = "let text = 'x'.repeat(1 << 22);
    while (text) {
        window.filled = (window.filled ?? 0) + 1;
        try { localStorage.setItem(`full-${window.filled}`, text); } catch { text = text.slice(Math.ceil(text.length / 2)); }
    }";

#[tokio::test(flavor = "multi_thread")]
async fn a_result_is_shown_though_the_history_has_no_room_for_it() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    browser.run(FILL, &[]).await;
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded") && shown.contains("Request id"), "{shown}");
    assert_eq!(browser.run("return localStorage.getItem('apsara.history')", &[]).await, json!(null));

    // Where older calls take the room, they make way for the last one.
    let script = "for (const key of Object.keys(localStorage).filter((key) => key.startsWith('full'))) localStorage.removeItem(key);
        const link = `#/${'x'.repeat(200_000)}`;
        const entries = [];
        for (;;) {
            try { localStorage.setItem('apsara.history', JSON.stringify([...entries, { name: `Old${entries.length}`, link }])); } catch { break; }
            entries.push({ name: `Old${entries.length}`, link });
        }
        return entries.length";
    let before = browser.run(script, &[]).await;
    browser.run(FILL, &[]).await;
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    let script = "return JSON.parse(localStorage.getItem('apsara.history')).map((entry) => entry.name)";
    let kept = browser.run(script, &[]).await;
    let kept = kept.as_array().unwrap();
    assert_eq!((&kept[0], &kept[1]), (&json!("DescribeLivePullToPushList"), &json!("Old0")));
    assert_eq!(json!(kept.len()), before);

    // Where one call alone is too much, it is kept without what was in the form.
    browser.run("localStorage.setItem('apsara.history', 'x'.repeat(400))", &[]).await;
    browser.run(FILL, &[]).await;
    page.fill("TaskName", &"y".repeat(500)).await;
    page.send().await;
    let link = browser.run("return JSON.parse(localStorage.getItem('apsara.history'))[0].link", &[]).await;
    assert_eq!(link, "#/live/2016-11-01/DescribeLivePullToPushList");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_answer_is_shown_whole_and_its_call_is_kept() {
    // More than a function of the browser takes arguments.
    let sample = json!({ "List": (0..150_000).collect::<Vec<_>>() }).to_string();
    let folder = tempfile::tempdir().unwrap();
    let page = Page::of(weather(folder.path(), &sample), 1440).await;
    let browser = &page.browser;
    page.go("#/weather/2020-01-01/DescribeWind").await;
    page.shows("DescribeWind").await;
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded") && shown.contains("Request id"), "{}", &shown[..200]);
    let script = "const code = document.querySelector('#answer .boxed .code');
        return [JSON.parse(code.textContent).List.length, code.querySelectorAll('span').length]";
    assert_eq!(browser.run(script, &[]).await, json!([150_000, 20_000]));
    let script = "return JSON.parse(localStorage.getItem('apsara.history')).map((entry) => entry.outcome)";
    assert_eq!(browser.run(script, &[]).await, json!(["succeeded"]));
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_are_shown_and_copied_as_they_were_answered() {
    let sample =
        r#"{ "Count": 9223372036854775807, "Ratio": 1.0, "Name": "a, \"b\": {1}", "None": [], "2": { "1": null } }"#;
    let folder = tempfile::tempdir().unwrap();
    let page = Page::of(weather(folder.path(), sample), 1440).await;
    let browser = &page.browser;
    page.go("#/weather/2020-01-01/DescribeWind").await;
    page.shows("DescribeWind").await;
    let shown = browser.run("return document.querySelector('#response .code').textContent", &[]).await;
    let shown = shown.as_str().unwrap();
    assert!(shown.contains("\"Count\": 9223372036854775807") && shown.contains("\"Ratio\": 1.0"), "{shown}");
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    let shown = browser.run("return document.querySelector('#answer .boxed .code').textContent", &[]).await;
    let shown = shown.as_str().unwrap();
    assert!(shown.contains("\"Count\": 9223372036854775807") && shown.contains("\"Ratio\": 1.0"), "{shown}");
    let script =
        "const kinds = (kind) => [...document.querySelectorAll(`#answer .boxed .${kind}`)].map((it) => it.textContent);
        return [kinds('j-key').length, kinds('j-text').includes('\"a, \\\\\"b\\\\\": {1}\"'), kinds('j-other')]";
    let kinds = browser.run(script, &[]).await;
    assert_eq!(kinds, json!([7, true, ["null", "9223372036854775807", "1.0"]]), "{shown}");
    browser.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }", &[]).await;
    page.press("#answer .boxed", "Copy").await;
    assert_eq!(browser.until("return window.copied").await, shown);
    // A language in which there is no code of a call does not hide the others.
    browser.until("return document.querySelector('#code').innerText.includes('the crate apsara has no')").await;
    page.press("#code", "curl").await;
    page.code("curl --request").await;
    // Nothing is signed by typing.
    page.fill("StationId", "b").await;
    browser.until("return document.querySelector('#code').innerText.includes('Sign it now')").await;
    page.press("#code", "Sign it now").await;
    page.code("StationId=b").await;
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_told_by_itself_is_short_and_what_a_parameter_is_is_told_with_it() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.create_task().await;
    page.go("#/live/2016-11-01/DescribeLivePullToPushList?Region=cn-shanghai").await;
    page.shows("DescribeLivePullToPushList").await;
    let script = "return [...document.querySelectorAll('#form [data-path], #form [data-choice]')].filter((control) => {
        const about = control.closest('.field').querySelector('.about');
        return about && !control.getAttribute('aria-describedby').split(' ').includes(about.id || 'none');
    }).map((it) => it.dataset.path ?? it.dataset.choice)";
    assert_eq!(browser.run(script, &[]).await, json!([]));
    let shown = page.send().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    let told = "return [...document.querySelectorAll('[aria-live]:not([aria-live=off]), [role=status]')].map((it) => it.textContent)";
    let told = browser.run(told, &[]).await;
    let told: Vec<&str> = told.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect();
    assert!(told.iter().all(|text| text.len() < 200), "{told:?}");
    assert!(told.iter().any(|text| text.starts_with("succeeded, ") && text.contains("request id")), "{told:?}");

    // What is wrong with a choice is told of what is shown of it.
    page.go("#/live/2016-11-01/DescribeLivePullToPushList").await;
    browser.until("return document.querySelector(\"[data-choice='Region']\")?.value === ''").await;
    page.click("#send").await;
    let marked = "return document.querySelector(\"[data-choice='Region']\").getAttribute('aria-invalid')";
    assert_eq!(browser.run(marked, &[]).await, "true");
    page.browser.close().await;
}
