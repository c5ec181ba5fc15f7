//! A browser of one's own.

use std::process::Stdio;
use std::time::Duration;

use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::workspace;

/// How wide a page is shown: as on a telephone, and as on a desk.
pub const WIDTHS: [u32; 2] = [360, 1440];

/// How long a page may take to come to what is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Headless Chromium, driven by its own driver; both end with it.
pub struct Browser {
    /// What drives it.
    pub client: Client,
    /// How wide its pages are, in pixels.
    pub width: u32,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Starts a browser whose pages are so wide.
    ///
    /// # Panics
    ///
    /// Panics if Chromium or its driver is not installed.
    pub async fn start(width: u32) -> Self {
        let missing = "chromedriver cannot be started; install it (Debian: apt-get install chromium chromium-driver), or let \
                       `cargo xtask test` do so as root";
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        // What it starts belongs to its group, which ends as a whole even if a test fails half-way.
        let mut driver = command.process_group(0).spawn().expect(missing);
        let port = port(&mut driver).await;
        let profile = tempfile::tempdir().unwrap();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(width, &profile))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        Self { client, width, driver, _profile: profile }
    }

    /// Opens an address.
    ///
    /// # Panics
    ///
    /// Panics if it cannot be opened.
    pub async fn open(&self, url: &str) {
        self.client.goto(url).await.unwrap();
    }

    /// Runs a script, and returns what it returns, or what its promise comes to.
    ///
    /// # Panics
    ///
    /// Panics if the script fails.
    pub async fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.client.execute(script, arguments.to_vec()).await.unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Waits until a script returns something that is neither false nor null.
    ///
    /// # Panics
    ///
    /// Panics if it does not within twenty seconds.
    pub async fn until(&self, script: &str) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let value = self.run(script, &[]).await;
            if !value.is_null() && value != false {
                return value;
            }
            if begun.elapsed() > PATIENCE {
                let text = self.run("return document.querySelector('main').innerText", &[]).await;
                panic!("it does not come to `{script}`; the page says: {}", text.as_str().unwrap_or_default());
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Keeps a picture of what is seen, below target/explorer.
    ///
    /// # Panics
    ///
    /// Panics if there is none, or it cannot be written.
    pub async fn picture(&self, name: &str) {
        let folder = workspace::target().join("explorer");
        std::fs::create_dir_all(&folder).unwrap();
        let picture = self.client.screenshot().await.unwrap();
        std::fs::write(folder.join(format!("{name}-{}.png", self.width)), picture).unwrap();
    }

    /// Ends the browser.
    ///
    /// # Panics
    ///
    /// Panics if the driver does not answer.
    pub async fn close(self) {
        self.client.clone().close().await.unwrap();
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if let Some(id) = self.driver.id() {
            let _ = std::process::Command::new("kill").args(["-KILL", "--", &format!("-{id}")]).status();
        }
    }
}

/// Reads the port that the driver chose.
async fn port(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            let port = port.trim_end_matches('.').parse().unwrap();
            // What the driver says later must have somewhere to go.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return port;
        }
    }
    panic!("chromedriver ended before it listened");
}

/// Says how the browser is started: with nothing of its own to do, so that it needs no network.
fn capabilities(width: u32, profile: &TempDir) -> Capabilities {
    let arguments = [
        "--headless=new",
        // Without it Chromium does not start as root, which tests in a container are.
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
    ];
    let mut arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    let height = if width < 800 { 740 } else { 900 };
    let screen =
        json!({ "width": width, "height": height, "pixelRatio": 1.0, "touch": width < 800, "mobile": width < 800 });
    let options = json!({
        "args": arguments,
        "mobileEmulation": { "deviceMetrics": screen },
        "prefs": { "profile.content_settings.exceptions.clipboard": { "*": { "setting": 1 } } },
    });
    Capabilities::from_iter([("goog:chromeOptions".to_owned(), options)])
}
