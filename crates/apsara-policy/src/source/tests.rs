//! What of a crate's source is seen, and what is told of the rest.

use serde_json::json;

use super::*;
use crate::Policy;

/// What is seen of files: the actions, and the places that are not certain.
fn seen(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    // A second product that has an operation of the same name.
    let specs = Specs::shipped().with_document(json!({
        "info": { "product": "Weather", "version": "2025-01-01" },
        "apis": { "DescribeWind": { "ramActions": [{ "ramAction": { "action": "weather:ReadWind" } }] } },
    }));
    let specs = specs.with_document(json!({
        "info": { "product": "Weather", "version": "2026-01-01" },
        "apis": { "RestartLivePullToPush": {}, "DescribeWind": {} },
    }));
    let source = Source::read(folder.path(), &specs).unwrap();
    let actions = Policy::of(source.used()).actions().into_iter().map(str::to_owned).collect();
    let unseen = source.unseen().iter().map(|one| {
        let file = one.file.strip_prefix(folder.path()).unwrap().to_owned();
        Unseen { file, ..one.clone() }.to_string()
    });
    (actions, unseen.collect())
}

fn actions(text: &str) -> Vec<String> {
    seen(&[("main.rs", text)]).0
}

#[test]
fn every_way_to_call_is_seen() {
    for text in [
        "use apsara::live; async fn f(c: &apsara::Config) { let live = live::Client::new(c); live.restart_live_pull_to_push().send(); }",
        "fn f(live: &apsara::live::Client) { live.restart_live_pull_to_push(); }",
        "use apsara::live::Client; fn f(of: &Client) { of.restart_live_pull_to_push(); }",
        "use apsara::live::{Client as Relay}; struct S { relay: Relay } impl S { fn f(&self) { self.relay.restart_live_pull_to_push(); } }",
        "use apsara::live::v2016_11_01::Client; fn f(all: std::sync::Arc<Client>) { all.restart_live_pull_to_push(); }",
        "use apsara::live as l; fn f(c: &l::Client) { c.execute(&l::RestartLivePullToPushRequest::default()); }",
        "use apsara::live::RestartLivePullToPushRequest; fn f() { serde_json::from_str::<RestartLivePullToPushRequest>(\"\"); }",
        "use apsara::live::*; fn f() -> RestartLivePullToPushRequest { todo() }",
        "fn f(c: C) { c.call(\"live\", \"2016-11-01\", \"RestartLivePullToPush\"); }",
        "fn f() { Description::new(\"live\", \"2016-11-01\", \"RestartLivePullToPush\"); }",
        "fn f(live: apsara::live::Client) { println!(\"{:?}\", live.restart_live_pull_to_push().check()); }",
        "fn f(live: apsara::live::Client) { select! { x = live.restart_live_pull_to_push() => {} } }",
        "fn f(c: C) { select! { x = apsara::live::Client::new(c).restart_live_pull_to_push() => {} } }",
        "fn f(c: C) { select! { x = c.call(\"live\", \"2016-11-01\", \"RestartLivePullToPush\") => {} } }",
        "fn f() { select! { x = f(Description::new(\"live\", \"2016-11-01\", \"RestartLivePullToPush\",)) => {} } }",
        "use apsara::live as l; fn f(c: C) { select! { x = c.execute(&l::RestartLivePullToPushRequest::default()) => {} } }",
        "use apsara::live::Client; fn f(c: Client) { select! { x = y => { log!(\"{}\", c.restart_live_pull_to_push()) } } }",
        "if_on! { unix { use apsara::live::Client; fn f(of: &Client) { of.restart_live_pull_to_push(); } } }",
        "use apsara::live::RestartLivePullToPushRequest as R; fn f() { R::default(); }",
        "if_on! { unix { use apsara::live::RestartLivePullToPushRequest as R; fn f() { R::default(); } } }",
    ] {
        assert_eq!(actions(text), ["live:RestartLivePullToPush"], "{text}");
    }
}

#[test]
fn a_version_that_is_named_is_meant() {
    let called = |version: &str| format!("c.call(\"weather\", \"{version}\", \"DescribeWind\");");
    assert_eq!(actions(&format!("fn f() {{ {} }}", called("2026-01-01"))), ["weather:DescribeWind"]);
    assert_eq!(actions(&format!("fn f() {{ {} }}", called("2025-01-01"))), ["weather:ReadWind"]);
    let both = format!("fn f() {{ {} {} }}", called("2025-01-01"), called("2026-01-01"));
    assert_eq!(actions(&both), ["weather:DescribeWind", "weather:ReadWind"]);
}

#[test]
fn a_waiter_calls_what_it_waits_by() {
    let text = "fn f(live: &apsara::live::Client) { live.wait_until_task(); }";
    assert_eq!(actions(text), ["live:DescribeLivePullToPush"]);
}

#[test]
fn what_is_no_call_and_what_is_for_tests_is_not_seen() {
    let (actions, unseen) = seen(&[
        (
            "src/lib.rs",
            "use apsara::live; #[cfg(test)] mod tests; mod own;
             fn f(own: Own) { own.restart_live_pull_to_push(1); }
             fn g(error: &apsara::Error) { error.code::<live::RestartLivePullToPushError>(); }
             #[cfg(test)] mod inner { fn f(live: &apsara::live::Client) { live.stop_live_pull_to_push(); } }
             #[tokio::test] async fn t(live: &apsara::live::Client) { live.stop_live_pull_to_push(); }",
        ),
        ("src/own.rs", "pub fn f(live: &apsara::live::Client) { live.describe_live_pull_to_push(); }"),
        ("src/tests.rs", "fn f(live: &apsara::live::Client) { live.stop_live_pull_to_push(); }"),
        ("src/tests/more.rs", "fn f(live: &apsara::live::Client) { live.stop_live_pull_to_push(); }"),
        ("Cargo.toml", ""),
        ("tests/end.rs", "fn f(live: &apsara::live::Client) { live.stop_live_pull_to_push(); }"),
    ]);
    assert_eq!((actions, unseen), (vec!["live:DescribeLivePullToPush".to_owned()], Vec::new()));
}

#[test]
fn what_tests_have_a_fake_of_is_seen_and_the_fake_is_not() {
    let call = |method: &str| format!("pub fn f(live: &apsara::live::Client) {{ live.{method}(); }}");
    let (real, fake) = (call("describe_live_pull_to_push"), call("stop_live_pull_to_push"));
    let fake_with_helper = format!("mod helper; {fake}");
    let expected = (vec!["live:DescribeLivePullToPush".to_owned()], Vec::new());
    let by_path = "#[cfg(not(test))] mod client; #[cfg(test)] #[path = \"client_fake.rs\"] mod client;";
    let files = [("src/lib.rs", by_path), ("src/client.rs", &real), ("src/client_fake.rs", &fake), ("Cargo.toml", "")];
    assert_eq!(seen(&files), expected);
    let real_by_path = "#[cfg(test)] mod client; #[cfg(not(test))] #[path = \"net/../real.rs\"] mod client;";
    let files = [
        ("src/lib.rs", real_by_path),
        ("src/real.rs", &*real),
        ("src/client.rs", &fake_with_helper),
        ("src/client/helper.rs", &fake),
        ("Cargo.toml", ""),
    ];
    assert_eq!(seen(&files), expected);
    let both = "mod a; #[cfg(test)] #[path = \"a/shared.rs\"] mod fake; mod inner { #[cfg(test)] mod tests; }";
    let files = [
        ("src/lib.rs", both),
        ("src/a.rs", "mod shared;"),
        ("src/a/shared.rs", &real),
        ("src/inner/tests.rs", &fake),
        ("Cargo.toml", ""),
    ];
    assert_eq!(seen(&files), expected);
}

#[test]
fn a_request_that_comes_by_another_module_is_seen() {
    for (from, request) in [
        ("pub use apsara::live::*;", "use crate::sdk::RestartLivePullToPushRequest;"),
        ("pub use apsara::live::RestartLivePullToPushRequest;", "use super::sdk::*;"),
        ("pub use apsara::live::*;", "use crate::sdk::RestartLivePullToPushRequest as Again;"),
    ] {
        let name = if request.contains("Again") { "Again" } else { "RestartLivePullToPushRequest" };
        let text = format!("{request} fn f() {{ {name}::default(); }}");
        let (actions, unseen) = seen(&[("sdk.rs", from), ("a.rs", &text)]);
        assert_eq!((actions, unseen), (vec!["live:RestartLivePullToPush".to_owned()], Vec::new()), "{from} {text}");
    }
    let sdk = "pub use apsara::live::*; pub use own::weather;";
    let text = "use crate::sdk::RestartLivePullToPushRequest;\nfn f(r: RestartLivePullToPushRequest) {}";
    let (actions, unseen) = seen(&[("sdk.rs", sdk), ("a.rs", text)]);
    assert_eq!(actions, ["live:RestartLivePullToPush", "weather:RestartLivePullToPush"]);
    let told = "a.rs:2: RestartLivePullToPushRequest may be of any of live:RestartLivePullToPush, \
                weather:RestartLivePullToPush, so all are allowed";
    assert_eq!(unseen, [told]);
}

#[test]
fn a_method_that_is_named_by_its_path_is_seen() {
    for text in [
        "fn f(live: &apsara::live::Client) { apsara::live::Client::restart_live_pull_to_push(live); }",
        "use apsara::live; fn f(all: &[live::Client]) { all.iter().map(live::Client::restart_live_pull_to_push); }",
        "use apsara::live::Client as Relay; fn f(c: &Relay) { Relay::restart_live_pull_to_push(c); }",
        "use apsara::live; type Relay = live::Client; fn f(c: &Relay) { Relay::restart_live_pull_to_push(c); }",
        "fn f(c: &apsara::live::Client) { <apsara::live::Client>::restart_live_pull_to_push(c); }",
        "use apsara::live; fn f(c: C) { select! { x = live::Client::restart_live_pull_to_push(&c) => {} } }",
    ] {
        // The path says the product, so that another one that is named does not matter; by another name of it, it does.
        let more = if text.contains("type ") { "" } else { " use own::weather;" };
        let seen = seen(&[("main.rs", &format!("{text}{more}"))]);
        assert_eq!(seen, (vec!["live:RestartLivePullToPush".to_owned()], Vec::new()), "{text}");
    }
    let own = "use apsara::live::StopLivePullToPushRequest; fn f(r: StopLivePullToPushRequest) { \
               Own::restart_live_pull_to_push(1, 2); Own::RestartLivePullToPush(r); own::restart_live_pull_to_push(r); }";
    assert_eq!(actions(own), ["live:StopLivePullToPush"]);
}

#[test]
fn what_is_not_certain_is_told_by_file_and_line() {
    let (actions, unseen) = seen(&[
        (
            "a.rs",
            "fn f(c: C, name: &str) {\n    c.call(\"live\", \"2016-11-01\", name);\n    c.call(\"live\", \"2016-11-01\", \"No\");\n}",
        ),
        ("b.rs", "use apsara::live;\nuse own::weather;\nfn f() {\n    client().restart_live_pull_to_push();\n}"),
    ]);
    assert_eq!(actions, ["live:RestartLivePullToPush", "weather:RestartLivePullToPush"]);
    assert_eq!(
        unseen,
        [
            "a.rs:2: the operation's name is not written here, so it is not allowed",
            "a.rs:3: no spec has live 2016-11-01 No, so it is not allowed",
            "b.rs:4: restart_live_pull_to_push may be any of live:RestartLivePullToPush, \
             weather:RestartLivePullToPush, so all are allowed",
        ]
    );
}

#[test]
fn the_variable_decides_between_products() {
    let text = "use own::weather; use apsara::live; fn f(sky: &weather::Client) { sky.restart_live_pull_to_push(); }";
    assert_eq!(actions(text), ["weather:RestartLivePullToPush"]);
}

/// A file of these functions, in which `c` is a client of one product.
fn beside(more: &str) -> (Vec<String>, Vec<String>) {
    let one = "use apsara::live; use own::weather; fn one(c: &live::Client) { c.stop_live_pull_to_push(); }";
    seen(&[("a.rs", &format!("{one}\n{more}"))])
}

#[test]
fn a_name_that_is_bound_to_something_else_as_well_is_of_any_product() {
    for more in [
        "fn two(pool: &Pool) { let c = pool.weather(); c.restart_live_pull_to_push(); }",
        "fn two(c: &Sky) { c.restart_live_pull_to_push(); }",
        "fn two(pool: &Pool) { if let Some(c) = pool.any() { c.restart_live_pull_to_push(); } }",
        "fn two(pool: &Pool) { pool.with(|c| c.restart_live_pull_to_push()); }",
        "struct Two { c: Sky } impl Two { fn two(&self) { self.c.restart_live_pull_to_push(); } }",
        "fn two(pool: &Pool) { select! { Some(c) = pool.any() => c.restart_live_pull_to_push() } }",
        "fn two(pool: &Pool) { select! { _ = x => { let mut c: Sky = pool.any(); c.restart_live_pull_to_push() } } }",
        "fn two(pool: &Pool) { vec![pool.with(|c| c.restart_live_pull_to_push())]; }",
    ] {
        let (actions, unseen) = beside(more);
        let all = ["live:RestartLivePullToPush", "live:StopLivePullToPush", "weather:RestartLivePullToPush"];
        assert_eq!(actions, all, "{more}");
        assert_eq!(unseen.len(), 1, "{more}: {unseen:?}");
        assert!(unseen[0].contains("a.rs:2: restart_live_pull_to_push may be any of live:"), "{unseen:?}");
    }
    let (actions, unseen) = beside("fn two(pool: &Pool) { let c = pool.weather(); c.describe_wind(); }");
    assert_eq!(
        (actions, unseen),
        (vec!["live:StopLivePullToPush".to_owned(), "weather:DescribeWind".to_owned()], vec![])
    );
}

#[test]
fn a_name_that_is_handed_on_stays_what_it_was() {
    for more in [
        "struct S { c: live::Client } impl S { fn two(&self) { let c = self.c.clone(); c.restart_live_pull_to_push(); } }",
        "fn two(c: Arc<live::Client>) { let c = Arc::clone(&c); c.restart_live_pull_to_push(); }",
        "fn two(s: &S) { let S { c, .. } = s; c.restart_live_pull_to_push(); }",
        "fn two(s: &S) { if let Some(c) = s.c.as_ref() { c.restart_live_pull_to_push(); } }",
        "fn two(c: &live::Client) { join!(other(c), c.restart_live_pull_to_push(), f(|x| x == c.a)); }",
    ] {
        let expected = ["live:RestartLivePullToPush", "live:StopLivePullToPush"].map(str::to_owned).to_vec();
        assert_eq!(beside(more), (expected, Vec::new()), "{more}");
    }
}

#[test]
fn a_method_that_its_clients_product_lacks_is_allowed_and_told() {
    let (actions, unseen) = beside("fn two(c: &live::Client) { c.describe_wind(); }");
    assert_eq!(actions, ["live:StopLivePullToPush", "weather:DescribeWind"]);
    let told = "a.rs:2: live, of which c is a client, has no describe_wind; it may be weather:DescribeWind, so that is allowed";
    assert_eq!(unseen, [told]);
}

#[test]
fn what_is_no_rust_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let read = |path: &Path| Source::read(path, &Specs::shipped()).unwrap_err().to_string();
    assert!(read(folder.path()).contains("has no Rust in it"));
    let file = folder.path().join("x.rs");
    std::fs::write(&file, "fn f() {}\nfn").unwrap();
    assert!(read(&file).contains("x.rs: is no Rust"), "{}", read(&file));
    assert!(read(&folder.path().join("none.rs")).contains("none.rs: "));
}
