//! Lists in a form: how their rows are numbered, and where what is said of a row is shown.

use serde_json::json;

use crate::page::Page;

/// The rows of a list: what each is called, by what it is found, and what stands in it.
const ROWS: &str = "return [...document.querySelectorAll('#form .items > li')].map((row) => {
    const input = row.querySelector('[data-path]');
    return [row.querySelector('label').textContent, input.dataset.path, input.value, row.querySelector('.remove').getAttribute('aria-label')];
})";

/// What is said of rows, by the place of the row.
const PROBLEMS: &str = "return [...document.querySelectorAll('#form .items > li')].map((row) => (
    [...row.querySelectorAll('.problem:not([hidden])')].map((it) => it.textContent).join()))";

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_numbered_anew_when_one_is_removed() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DeleteSnapshotFiles").await;
    page.shows("DeleteSnapshotFiles").await;
    page.press("#form", "Add to").await;
    page.fill("CreateTimestampList[1]", "1").await;
    page.fill("CreateTimestampList[2]", "two").await;
    page.click("#send").await;
    let problem = |row: u32| format!("CreateTimestampList[{row}] must be an integer");
    assert_eq!(browser.run(PROBLEMS, &[]).await, json!(["", problem(2)]));
    page.press("#form", "Remove").await;
    // What was said of a row is still said of it, by its number of now.
    assert_eq!(browser.run(PROBLEMS, &[]).await, json!([problem(1)]));
    page.press("#form", "Add to").await;
    page.fill("CreateTimestampList[2]", "3").await;
    let row = |number: u32, value: &str| {
        json!([
            format!("CreateTimestampList {number}"),
            format!("CreateTimestampList[{number}]"),
            value,
            format!("Remove CreateTimestampList {number}"),
        ])
    };
    assert_eq!(browser.run(ROWS, &[]).await, json!([row(1, "two"), row(2, "3")]));
    browser.until("return decodeURIComponent(location.hash).includes('[\"two\",\"3\"]')").await;

    // In rows of objects, all that is inside has another number.
    page.go("#/live/2016-11-01/TagLiveResources?Tag=[{\"Key\":\"a\"},{\"Key\":\"b\"}]").await;
    page.shows("TagLiveResources").await;
    let script = "document.querySelector(\"[data-path='Tag[1].Key']\").closest('li').querySelector('.remove').click();
        return [...document.querySelectorAll(\"[data-path^='Tag']\")].map((it) => it.dataset.path)";
    assert_eq!(browser.run(script, &[]).await, json!(["Tag[1].Key", "Tag[1].Value"]));
    assert_eq!(page.value("Tag[1].Key").await, "b");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_program_says_of_a_row_is_shown_at_it_though_others_are_empty() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go("#/live/2016-11-01/DeleteSnapshotFiles?CreateTimestampList=[\"1\",\"\",\"three\",\"\",\"five\"]").await;
    page.shows("DeleteSnapshotFiles").await;
    page.press("#call", "Options").await;
    page.click("#unchecked").await;
    page.click("#send").await;
    browser.until("return document.querySelector('#answer .result') !== null").await;
    let problems = browser.run(PROBLEMS, &[]).await;
    let says = |place: usize, begin: &str| problems[place].as_str().is_some_and(|text| text.starts_with(begin));
    assert!(says(2, "CreateTimestampList[3] cannot be read"), "{problems}");
    assert!(says(4, "CreateTimestampList[5] cannot be read"), "{problems}");
    assert_eq!([&problems[0], &problems[1], &problems[3]], ["", "", ""], "{problems}");
    page.browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_entry_of_a_map_is_left_out_of_a_call() {
    let page = Page::open(1440).await;
    let browser = &page.browser;
    page.go(r#"#/live/2016-11-01/CreateMessageApp?AppName=a&Extension={"color":"red"}"#).await;
    page.shows("CreateMessageApp").await;
    page.press("#form", "Add to Extension").await;
    let entry =
        "const keys = [...document.querySelectorAll('#form .items > li')].map((row) => row.querySelector('input'));
        const values = [...document.querySelectorAll(\"[data-path='Extension.*']\")];";
    let fill = |key: &str| {
        format!(
            "{entry} keys[1].value = '{key}'; values[1].value = 'blue';
            [keys[1], values[1]].forEach((it) => it.dispatchEvent(new Event('input')))"
        )
    };
    let wrong = "return document.querySelector('#form .group-field > .problem:not([hidden])')?.textContent";
    for (key, problem) in [("", "Extension has a value without a key"), ("color", "Extension names color twice")] {
        browser.run(&fill(key), &[]).await;
        page.click("#send").await;
        assert_eq!(browser.run(wrong, &[]).await, problem);
        let focus =
            format!("{entry} return [document.activeElement === keys[1], keys[1].getAttribute('aria-invalid')]");
        assert_eq!(browser.run(&focus, &[]).await, json!([true, "true"]));
    }
    assert_eq!(page.explorer.emulator().ledger_len(), 0);
    browser.run(&fill("shade"), &[]).await;
    // What was mended is wrong no more.
    assert_eq!(browser.run(wrong, &[]).await, json!(null));
    let marked = format!("{entry} return keys[1].getAttribute('aria-invalid')");
    assert_eq!(browser.run(&marked, &[]).await, json!(null));
    page.send().await;
    assert_eq!(page.explorer.emulator().ledger_len(), 1);
    page.browser.close().await;
}
