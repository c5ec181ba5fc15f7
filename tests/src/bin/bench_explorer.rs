//! How long somebody waits for the explorer's page: `cargo xtask bench explorer`.
//!
//! Each round starts the program that is given, as one does from a terminal, and opens what it prints in a browser that has nothing of it
//! yet, as wide as on a desk. The times of the page are the browser's own, from when it begins to load. Prints a line of JSON for each
//! number of operations.

// A measurement prints.
#![allow(clippy::print_stdout)]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use apsara_tests::browser::{Browser, WIDTHS};
use apsara_tests::{most_resident, workspace};
use serde_json::{Value, json};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// How many copies of Live are shown beside what is shipped.
const COPIES: [usize; 4] = [0, 2, 6, 14];

/// When something was painted first, and when the home page was, which is the largest part and comes with the list of operations.
const PAINTS: &str = "return new Promise((resolve) => {
    new PerformanceObserver((paints) => {
        const first = performance.getEntriesByName('first-contentful-paint')[0].startTime;
        const listed = performance.getEntriesByName('list')[0].startTime;
        const all = paints.getEntries().find((paint) => paint.startTime > listed);
        if (all) resolve([first, all.startTime]);
    }).observe({ type: 'largest-contentful-paint', buffered: true });
})";

/// How long it takes from a click on the link of an operation until its form is painted.
const OPENS: &str = "return new Promise((resolve) => {
    const begun = performance.now();
    const look = () => requestAnimationFrame(() => {
        if (document.querySelector('#form [data-path]')) setTimeout(() => resolve([performance.now() - begun]));
        else look();
    });
    document.querySelector(\"a.op[href$='/RestartLivePullToPush']\").click();
    look();
})";

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(program), Some(rounds), None) = (arguments.next(), arguments.next(), arguments.next()) else {
        return Err("give the program apsara, and how many rounds there are".into());
    };
    let rounds = rounds.parse::<usize>()?.max(1);
    let folder = workspace::scratch("bench-explorer");
    let browser = Browser::start(WIDTHS[1]).await;
    for copies in COPIES {
        let documents = (0..copies).map(|copy| document(&folder, copy)).collect::<Result<Vec<_>>>()?;
        let mut operations = Value::Null;
        let mut measured: Vec<Vec<f64>> = Vec::new();
        // The first round warms what the system and the browser keep of files.
        for round in 0..=rounds {
            let explorer = Explorer::start(Path::new(&program), &documents, &folder)?;
            let (counted, mut figures) = visit(&explorer.url, &browser).await?;
            figures.extend([explorer.started, explorer.resident()?]);
            operations = counted;
            if round > 0 {
                measured.push(figures);
            }
        }
        let [first, largest, opened, started, resident] = [0, 1, 2, 3, 4].map(|part| median(&measured, part));
        println!(
            "{}",
            json!({ "operations": operations, "started": started, "first": first, "largest": largest, "opened": opened, "resident": resident })
        );
    }
    browser.close().await;
    Ok(())
}

/// Opens the page, and then an operation; returns how many operations it shows, and the milliseconds of its three times.
async fn visit(url: &str, browser: &Browser) -> Result<(Value, Vec<f64>)> {
    browser.open(url).await;
    browser.until("return document.querySelector('a.op') !== null").await;
    let counted = browser.until("return parseInt(document.querySelector('.lead').textContent)").await;
    let mut figures: Vec<f64> = Vec::new();
    for script in [PAINTS, OPENS] {
        figures.extend(serde_json::from_value::<Vec<f64>>(browser.run(script, &[]).await)?);
    }
    Ok((counted, figures))
}

/// Returns the median of one part of what was measured.
fn median(measured: &[Vec<f64>], part: usize) -> f64 {
    let mut parts: Vec<f64> = measured.iter().map(|figures| figures[part]).collect();
    parts.sort_by(f64::total_cmp);
    parts[parts.len() / 2]
}

/// Writes a document of the operations of Live, under the name of another product.
fn document(folder: &Path, copy: usize) -> Result<PathBuf> {
    let live = apsara_catalog::product("live", None)?;
    let mut document = Value::clone(live.shared());
    document["info"]["product"] = json!(format!("live{copy}"));
    for name in live.operations() {
        document["apis"][name] = live.decode(name)?.spec().clone();
    }
    let path = folder.join(format!("live{copy}.json"));
    std::fs::write(&path, document.to_string())?;
    Ok(path)
}

/// The program that serves the page. It ends with this.
struct Explorer {
    program: Child,
    url: String,
    /// Milliseconds until it printed the address.
    started: f64,
}

impl Explorer {
    fn start(program: &Path, documents: &[PathBuf], home: &Path) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(["explorer", "--emulator"]).env("HOME", home).stdout(Stdio::piped());
        for document in documents {
            command.arg("--spec").arg(document);
        }
        let begun = Instant::now();
        let program = command.spawn()?;
        let mut explorer = Self { program, url: String::new(), started: 0.0 };
        let mut line = String::new();
        BufReader::new(explorer.program.stdout.take().ok_or("it has no output")?).read_line(&mut line)?;
        explorer.started = begun.elapsed().as_secs_f64() * 1000.0;
        explorer.url = line.trim().strip_prefix("Open ").ok_or_else(|| format!("it prints {line:?}"))?.to_owned();
        Ok(explorer)
    }

    /// Returns the most MiB that it has had in memory, which Linux alone tells.
    fn resident(&self) -> Result<f64> {
        Ok(most_resident(self.program.id()).ok_or("no memory is told")? as f64 / 1024.0)
    }
}

impl Drop for Explorer {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
