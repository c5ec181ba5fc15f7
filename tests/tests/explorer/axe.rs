//! What axe-core finds wrong with a page.

use apsara_tests::browser::Browser;
use apsara_tests::workspace;

/// Wants no violation, and nothing that is wider than the screen.
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
    assert_eq!(judged["violations"], serde_json::json!([]), "{place}: {:#}", judged["violations"]);
}
