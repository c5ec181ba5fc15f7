//! What somebody does who sees the page for the first time.

use apsara_tests::workspace::{cargo, root, scratch, succeed};
use fantoccini::key::Key;
use serde_json::json;

use crate::axe::judge;
use crate::page::{Page, weather};
use apsara_tests::browser::WIDTHS;

#[tokio::test(flavor = "multi_thread")]
async fn a_newcomer_makes_a_task_restarts_it_and_meets_errors() {
    for width in WIDTHS {
        let page = Page::open(width).await;
        let browser = &page.browser;
        // The token is neither seen nor copied with a link.
        assert_eq!(browser.run("return location.hash", &[]).await, "#/");
        judge(browser, "home").await;
        browser.picture("1-home").await;
        let took = browser.run("return performance.getEntriesByName('list')[0].duration", &[]).await;
        let listed = browser.run("return document.querySelectorAll('a.op').length", &[]).await;
        println!("{width}: {listed} operations are listed in {took} ms");
        assert_eq!(listed, 418);

        let id = page.create_task().await;
        assert_eq!(page.explorer.emulator().tasks().len(), 1);
        browser.picture("2-created").await;
        judge(browser, "created").await;

        page.search("restart pull").await;
        page.shows("RestartLivePullToPush").await;
        page.choose("Region", "cn-shanghai").await;
        page.offered("TaskId", "last answer").await;
        browser.picture("3-filled").await;
        judge(browser, "filled").await;

        // It interrupts, so it asks; whoever does not say yes sends nothing.
        page.click("#send").await;
        browser.until("return document.querySelector('#confirm[open]') !== null").await;
        let question = browser.run("return document.querySelector('#confirm').innerText", &[]).await;
        let question = question.as_str().unwrap();
        assert!(question.contains(&id) && question.contains("interrupts what runs in the emulator"), "{question}");
        assert_eq!(browser.run("return document.activeElement.textContent", &[]).await, "Do not send");
        browser.picture("4-asked").await;
        judge(browser, "asked").await;
        page.key(Key::Enter).await;
        browser.until("return document.querySelector('#answer').innerText === 'Nothing was sent.'").await;
        assert_eq!(page.explorer.emulator().ledger_len(), 1);

        let shown = page.send().await;
        assert!(shown.starts_with("succeeded") && shown.contains("Request id"), "{shown}");
        let new = page.json().await["TaskId"].as_str().unwrap().to_owned();
        assert_ne!(new, id);
        assert_eq!(page.explorer.emulator().ledger()[1].new_task_id.as_deref(), Some(new.as_str()));
        page.press("#answer", "Signed request").await;
        let request = browser.run("return document.querySelector('#answer .fold .code').textContent", &[]).await;
        let request = request.as_str().unwrap();
        assert!(
            request.contains("x-acs-action: RestartLivePullToPush") && request.contains("Signature=[redacted]"),
            "{request}"
        );
        browser.picture("5-restarted").await;
        judge(browser, "restarted").await;

        let code = page.code(&id).await;
        assert!(code.contains(".restart_live_pull_to_push()") && code.contains(".region(\"cn-shanghai\")"), "{code}");
        if width == 1440 {
            compiles(code).await;
        }
        let policy = browser.until("return document.querySelector('#policy .code')?.textContent").await;
        let policy: serde_json::Value = serde_json::from_str(policy.as_str().unwrap()).unwrap();
        assert_eq!(policy["Statement"][0]["Action"], json!(["live:RestartLivePullToPush"]), "{policy}");
        page.press("#code", "curl").await;
        let code = page.code("curl --request").await;
        assert!(code.contains(&id) && code.contains("Signature="), "{code}");
        assert!(!code.contains(page.explorer.emulator().access_key_secret()), "{code}");
        browser.picture("5-code").await;
        judge(browser, "code").await;

        page.fill("TaskId", "nobody").await;
        let shown = page.send().await;
        assert!(shown.contains("CodeTaskNotExist") && shown.contains("There is no such task."), "{shown}");
        assert!(shown.contains("Check the id and the region"), "{shown}");
        browser.picture("6-no-such-task").await;
        judge(browser, "no such task").await;

        page.press("#call", "The emulator").await;
        browser.until("return document.querySelector('#emulator dd') !== null").await;
        page.find("#fault").await.select_by_value("throttled").await.unwrap();
        page.press("#call", "Options").await;
        page.find("#attempts").await.send_keys("1").await.unwrap();
        browser.until("return document.querySelector('#emulator dl').innerText.includes('UTC')").await;
        let shown = page.send().await;
        assert!(shown.contains("Throttling.User") && shown.contains("The quota is used up"), "{shown}");
        browser.picture("7-throttled").await;
        judge(browser, "throttled").await;

        browser.run("location.hash = '#/history'", &[]).await;
        browser.until("return document.querySelectorAll('.entry').length === 4").await;
        browser.picture("8-history").await;
        judge(browser, "history").await;
        page.browser.close().await;
    }
}

/// Compiles a program that was copied from the page, with every warning denied.
async fn compiles(program: String) {
    let folder = scratch("explorer-code");
    let manifest = format!(
        "[package]\nname = \"copied\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\napsara = {{ path = '{}' }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n\n[workspace]\n",
        root().join("crates/apsara").display()
    );
    std::fs::create_dir_all(folder.join("src")).unwrap();
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("src/main.rs"), format!("#![deny(warnings)]\n{program}")).unwrap();
    std::fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    tokio::task::spawn_blocking(move || succeed(&mut cargo(&folder, &["check", "--quiet"]))).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_dark_all_of_it_can_be_read() {
    for width in WIDTHS {
        let page = Page::open(width).await;
        let browser = &page.browser;
        page.find("#theme").await.click().await.unwrap();
        page.find("#theme").await.click().await.unwrap();
        assert_eq!(browser.run("return document.documentElement.dataset.theme", &[]).await, "dark");
        judge(browser, "home, dark").await;
        browser.picture("1-home-dark").await;
        let id = page.create_task().await;
        judge(browser, "created, dark").await;
        browser.picture("2-created-dark").await;
        page.search("stop pull to push").await;
        page.shows("StopLivePullToPush").await;
        page.fill("TaskId", &id.replace('-', "_")).await;
        page.choose("Region", "cn-shanghai").await;
        let shown = page.send().await;
        assert!(shown.contains("CodeTaskNotExist"), "{shown}");
        judge(browser, "no such task, dark").await;
        browser.picture("6-no-such-task-dark").await;
        page.browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_will_do() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.types("/").await;
    assert_eq!(browser.run("return document.activeElement.id", &[]).await, "search");
    // The first that is found is opened from where it was typed, and the keys act there.
    page.types("restart pull").await;
    assert_eq!(browser.run("return document.activeElement.id", &[]).await, "search");
    page.key(Key::Enter).await;
    page.shows("RestartLivePullToPush").await;
    browser.until("return document.activeElement.id === 'main'").await;
    let named = "const main = document.activeElement; return document.getElementById(main.getAttribute('aria-labelledby')).textContent";
    assert_eq!(browser.run(named, &[]).await, "RestartLivePullToPush");
    page.types("p").await;
    assert_eq!(browser.run("return document.querySelector('#form').contains(document.activeElement)", &[]).await, true);
    browser.run("document.activeElement.blur()", &[]).await;
    page.types("/").await;
    // What was typed before is chosen, so that this takes its place.
    page.types("list pull to push").await;
    browser.until("return document.querySelector('.matches a.op') !== null").await;
    page.key(Key::Down).await;
    assert_eq!(browser.run("return document.activeElement.classList.contains('op')", &[]).await, true);
    page.key(Key::Enter).await;
    page.shows("DescribeLivePullToPushList").await;
    let at = "return document.activeElement.id";
    browser.until(&format!("{at} === 'main'")).await;
    page.types("p").await;
    assert_eq!(browser.run("return document.activeElement.dataset.choice", &[]).await, "Region");
    page.choose("Region", "cn-shanghai").await;
    page.types(&[Key::Control, Key::Enter].map(char::from).iter().collect::<String>()).await;
    let shown = page.answer().await;
    assert!(shown.starts_with("succeeded"), "{shown}");
    page.key(Key::Escape).await;
    browser.run("document.activeElement.blur()", &[]).await;
    page.types("?").await;
    browser.until("return document.querySelector('dialog[open]') !== null").await;
    judge(browser, "keys").await;
    page.key(Key::Escape).await;
    browser.until("return document.querySelector('dialog') === null").await;
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_comes_to_the_search_of_a_narrow_page() {
    let page = Page::open(360).await;
    page.go("#/live/2016-11-01/RestartLivePullToPush").await;
    page.shows("RestartLivePullToPush").await;
    page.types("/").await;
    page.browser.until("return document.activeElement.id === 'search'").await;
    assert_eq!(page.browser.run("return document.body.dataset.page", &[]).await, "home");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_comes_to_a_parameter_of_many_lines() {
    let folder = tempfile::tempdir().unwrap();
    let page = Page::of(weather(folder.path(), "{}"), 1440).await;
    page.go("#/weather/2020-01-01/ReportWind").await;
    page.shows("ReportWind").await;
    page.types("p").await;
    let at = "const { tagName, dataset } = document.activeElement; return [tagName, dataset.path]";
    assert_eq!(page.browser.run(at, &[]).await, json!(["TEXTAREA", "Reading"]));
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_hold_is_said_before_anything_is_sent() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.search("create pull to push").await;
    page.shows("CreateLivePullToPush").await;
    page.click("#send").await;
    let problems = browser.until("const all = [...document.querySelectorAll('.problem:not([hidden])')].map((it) => it.textContent); return all.length && all").await;
    for problem in ["DstUrl is required", "Region is required", "SourceUrls is required and must not be empty"] {
        assert!(problems.as_array().unwrap().contains(&json!(problem)), "{problems}");
    }
    assert_eq!(browser.run("return document.activeElement.dataset.path", &[]).await, "DstUrl");
    page.fill("RetryInterval", "5").await;
    page.key(Key::Tab).await;
    browser.until("return [...document.querySelectorAll('.problem')].some((it) => it.textContent === 'RetryInterval must be from 60 to 300')").await;
    judge(browser, "problems").await;
    browser.picture("9-problems").await;
    assert_eq!(page.explorer.emulator().ledger_len(), 0);
    page.browser.close().await;
}
