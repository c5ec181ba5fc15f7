//! The explorer's page, as somebody uses it who sees it for the first time.

use std::path::Path;

use apsara_explorer::{Explorer, ExplorerBuilder};
use fantoccini::Locator;
use fantoccini::elements::Element;
use fantoccini::key::Key;
use serde_json::{Value, json};

use apsara_tests::browser::Browser;

/// An explorer and a browser that shows it.
pub(crate) struct Page {
    pub(crate) explorer: Explorer,
    pub(crate) browser: Browser,
}

impl Page {
    /// Opens the address that a terminal prints.
    pub(crate) async fn open(width: u32) -> Self {
        Self::of(Explorer::builder(), width).await
    }

    /// Opens the address of an explorer that is started so.
    pub(crate) async fn of(explorer: ExplorerBuilder, width: u32) -> Self {
        let explorer = explorer.start().await.unwrap();
        let browser = Browser::start(width).await;
        browser.open(explorer.url()).await;
        let page = Self { explorer, browser };
        page.browser.until("return document.querySelector('a.op') !== null").await;
        page
    }

    pub(crate) async fn find(&self, css: &str) -> Element {
        self.browser.client.wait().for_element(Locator::Css(css)).await.unwrap_or_else(|error| panic!("{css}: {error}"))
    }

    pub(crate) async fn click(&self, css: &str) {
        let element = self.find(css).await;
        // The driver scrolls as little as it can, which leaves what it clicks below the bar.
        self.browser
            .run(
                "document.querySelector(arguments[0]).scrollIntoView({ block: 'center', behavior: 'instant' })",
                &[json!(css)],
            )
            .await;
        element.click().await.unwrap_or_else(|error| panic!("{css}: {error}"));
    }

    /// Clicks the button inside of `css` whose text begins so.
    pub(crate) async fn press(&self, css: &str, text: &str) {
        let script = "const [css, text] = arguments;
            const found = [...document.querySelectorAll(`${css} button, ${css} summary`)].find((it) => it.textContent.startsWith(text));
            found?.scrollIntoView({ block: 'center', behavior: 'instant' });
            found?.click();
            return Boolean(found);";
        let found = self.browser.run(script, &[json!(css), json!(text)]).await;
        assert_eq!(found, true, "there is no {text} in {css}");
    }

    /// Types into the control of a parameter.
    pub(crate) async fn fill(&self, path: &str, text: &str) {
        let input = self.find(&format!("[data-path='{path}']")).await;
        self.browser
            .run(
                "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })",
                &[serde_json::to_value(&input).unwrap()],
            )
            .await;
        input.clear().await.unwrap();
        input.send_keys(text).await.unwrap();
    }

    /// Chooses a documented value of a parameter.
    pub(crate) async fn choose(&self, path: &str, value: &str) {
        let select = self.find(&format!("[data-choice='{path}']")).await;
        select.select_by_value(value).await.unwrap();
    }

    /// Clicks one of the values that are offered for a parameter.
    pub(crate) async fn offered(&self, path: &str, text: &str) {
        let script = "const [path, text] = arguments;
            const field = document.querySelector(`[data-path='${path}']`).closest('.field');
            const chip = [...field.querySelectorAll('.chip')].find((it) => it.textContent.startsWith(text));
            chip?.click();
            return Boolean(chip);";
        let found = self.browser.run(script, &[json!(path), json!(text)]).await;
        assert_eq!(found, true, "{text} is not offered for {path}");
    }

    /// Types where the focus is.
    pub(crate) async fn types(&self, text: &str) {
        self.browser.client.active_element().await.unwrap().send_keys(text).await.unwrap();
    }

    /// Presses a key where the focus is.
    pub(crate) async fn key(&self, key: Key) {
        self.types(&char::from(key).to_string()).await;
    }

    /// Finds an operation by a few words, and opens the first that is found.
    pub(crate) async fn search(&self, words: &str) {
        if self.browser.run("return document.body.dataset.page !== 'home'", &[]).await == true {
            self.browser.run("location.hash = '#/'", &[]).await;
            self.browser.until("return document.querySelector('.home') !== null").await;
        }
        let search = self.find("#search").await;
        search.clear().await.unwrap();
        search.send_keys(words).await.unwrap();
        search.send_keys(&char::from(Key::Enter).to_string()).await.unwrap();
    }

    /// Leads to a place of the page.
    pub(crate) async fn go(&self, hash: &str) {
        self.browser.run("location.hash = arguments[0]", &[json!(hash)]).await;
    }

    /// Returns what stands in the control of a parameter.
    pub(crate) async fn value(&self, path: &str) -> Value {
        self.browser.run("return document.querySelector(`[data-path='${arguments[0]}']`).value", &[json!(path)]).await
    }

    /// Waits for the page of an operation.
    pub(crate) async fn shows(&self, operation: &str) {
        self.browser
            .until(&format!("return document.querySelector('.operation h1')?.textContent === '{operation}'"))
            .await;
    }

    /// Sends what is in the form, and says yes if it is asked; returns what is shown of it.
    pub(crate) async fn send(&self) -> String {
        self.browser.run("document.querySelector('#answer').replaceChildren()", &[]).await;
        self.click("#send").await;
        self.browser.until("return document.querySelector('#confirm[open], #answer .result') !== null").await;
        if self.browser.run("return document.querySelector('#confirm[open]') !== null", &[]).await == true {
            self.press("#confirm", "Interrupt it").await;
        }
        self.answer().await
    }

    /// Waits for an answer and returns what is shown of it.
    pub(crate) async fn answer(&self) -> String {
        let text = self.browser.until("return document.querySelector('#answer .result')?.innerText").await;
        text.as_str().unwrap().to_owned()
    }

    /// Returns the answer itself.
    pub(crate) async fn json(&self) -> Value {
        let text = self.browser.until("return document.querySelector('#answer .boxed .code')?.textContent").await;
        serde_json::from_str(text.as_str().unwrap()).unwrap()
    }

    /// Waits for code that holds a text, and returns it.
    pub(crate) async fn code(&self, text: &str) -> String {
        let script = format!(
            "const code = document.querySelector('#code .code')?.textContent; return code?.includes({}) && code",
            json!(text)
        );
        self.browser.until(&script).await.as_str().unwrap().to_owned()
    }

    /// Makes a task that runs at once, in the form, and returns its id.
    pub(crate) async fn create_task(&self) -> String {
        self.search("create pull to push").await;
        self.shows("CreateLivePullToPush").await;
        self.fill("DstUrl", "rtmp://push.example.com/app/push-key-canary").await;
        self.offered("StartTime", "now").await;
        self.offered("EndTime", "in an hour").await;
        self.choose("Region", "cn-shanghai").await;
        self.choose("SourceType", "live").await;
        self.fill("SourceUrls[1]", "rtmp://pull.example.com/app/stream").await;
        self.fill("SourceProtocol", "rtmp").await;
        let shown = self.send().await;
        assert!(shown.starts_with("succeeded"), "{shown}");
        self.json().await["TaskId"].as_str().unwrap().to_owned()
    }
}

/// Begins an explorer of a document with two operations: DescribeWind, whose answer is this sample, and ReportWind, which takes JSON.
pub(crate) fn weather(folder: &Path, sample: &str) -> ExplorerBuilder {
    let operation = |parameters: Value| {
        json!({
            "methods": ["get"], "schemes": ["https"], "security": [{ "AK": [] }], "operationType": "read",
            "systemTags": { "operationType": "get" }, "parameters": parameters,
            "ramActions": [{ "ramAction": { "action": "weather:DescribeWind",
                "resources": [{ "arn": "acs:weather:*:{#accountId}:station/{#StationId}" }] } }],
            "responseDemo": json!([{ "type": "json", "example": sample }]).to_string(),
            "responses": { "200": { "schema": { "type": "object", "properties": {} } } },
        })
    };
    let parameter = |name: &str, kind: &str| json!({ "name": name, "in": "query", "schema": { "type": kind } });
    let document = json!({
        "info": { "style": "RPC", "product": "Weather", "version": "2020-01-01" },
        "apis": {
            "DescribeWind": operation(json!([parameter("StationId", "string")])),
            "ReportWind": operation(json!([parameter("Reading", "any"), parameter("StationId", "string")])),
        },
    });
    let file = folder.join("api-docs.json");
    std::fs::write(&file, document.to_string()).unwrap();
    Explorer::builder().document(&file)
}
