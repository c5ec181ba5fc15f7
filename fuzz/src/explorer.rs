//! Requests to the explorer: each is answered, and nobody is served without the token, or by another name of this machine.

use std::sync::LazyLock;

use apsara_emulator::Emulator;
use apsara_explorer::Explorer;
use tokio::runtime::Runtime;

use crate::exchange::{exchange, request};

struct Served {
    runtime: Runtime,
    explorer: Explorer,
    token: String,
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let emulator = Emulator::builder().callbacks(false).most_ledger_entries(100);
    let explorer = runtime.block_on(Explorer::builder().emulator(emulator).start()).expect("an explorer starts");
    let (_, token) = explorer.url().split_once("#token=").expect("the address holds the token");
    let token = token.to_owned();
    Served { runtime, explorer, token }
});

/// Takes a request.
pub(crate) fn answer(input: &[u8]) {
    let Served { runtime, explorer, token } = &*SERVED;
    let host = explorer.address().to_string();
    let Some(asked) = request(input, &host, token) else { return };
    let Some(answer) = runtime.block_on(exchange(explorer.address(), &asked)) else { return };
    let asked = String::from_utf8_lossy(&asked.bytes).to_ascii_lowercase();
    let told = String::from_utf8_lossy(&answer.body);
    assert!(!told.contains(token.as_str()), "the token is told");
    if (200..300).contains(&answer.status) {
        let port = explorer.address().port();
        let names_it = asked.contains(&host) || asked.contains(&format!("localhost:{port}"));
        assert!(names_it, "another host is served: {}", answer.head);
        // Only what the token guards is JSON or an archive.
        let is_guarded = ["application/json", "application/zip"].iter().any(|kind| answer.head.contains(kind));
        assert!(
            !is_guarded || asked.contains(&token.to_ascii_lowercase()),
            "served without the token: {}",
            answer.head
        );
    }
    assert_ne!(answer.status, 500, "{told}");
    // What is no HTTP is refused before any of our code is asked.
    let is_ours = answer.status != 400 && answer.status != 414 && answer.status != 431;
    assert!(!is_ours || answer.head.contains("content-security-policy"), "unprotected: {}", answer.head);
}
