//! What axe-core finds wrong with a page.

use apsara_tests::workspace;
use serde_json::Value;

use apsara_tests::browser::Browser;

/// Wants no violation that is serious or worse, and nothing that is wider than the screen.
///
/// # Panics
///
/// Panics if there is one, or if axe-core is not installed.
pub(crate) async fn judge(browser: &Browser, place: &str) {
    let wide = browser.run("return document.documentElement.scrollWidth", &[]).await;
    assert_eq!(wide, browser.width, "{place}: it is wider than the screen");
    let path = workspace::target().join("peers/browser/node_modules/axe-core/axe.min.js");
    let missing = format!("{} is not there; `cargo xtask test` installs it", path.display());
    let axe = std::fs::read_to_string(path).expect(&missing);
    browser.run(&axe, &[]).await;
    let script = "const done = arguments[arguments.length - 1];
        const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
        axe.run(document, { runOnly: { type: 'tag', values: tags } }).then(
            ({ violations, passes }) => done({ passes: passes.length, violations: violations.map(({ id, impact, help, nodes }) => (
                { id, impact, help, nodes: nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)} ${node.failureSummary}`) })) }),
            (error) => done({ failed: String(error) }));";
    let judged = browser.client.execute_async(script, Vec::new()).await.unwrap();
    assert!(judged["passes"].as_u64().is_some_and(|passes| passes > 10), "{place}: {judged}");
    let is_serious = |violation: &&Value| violation["impact"] == "serious" || violation["impact"] == "critical";
    let all = judged["violations"].as_array().unwrap();
    let serious: Vec<&Value> = all.iter().filter(is_serious).collect();
    assert!(serious.is_empty(), "{place}: {serious:#?}");
    for lesser in all {
        println!("{place}: {} ({}): {}", lesser["id"], lesser["impact"], lesser["nodes"][0]);
    }
}
