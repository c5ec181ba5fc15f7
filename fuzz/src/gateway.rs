//! Requests to the emulator: each is answered, and the server lives on.

use std::sync::LazyLock;

use apsara_emulator::{Emulator, Quotas};
use tokio::runtime::Runtime;

use crate::exchange::{exchange, request};

struct Served {
    runtime: Runtime,
    /// One that checks signatures, and one that does not, behind which more is reached.
    emulators: [Emulator; 2],
}

static SERVED: LazyLock<Served> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let emulators = runtime.block_on(async {
        // What a task tells goes to addresses of the input, which is nobody's.
        let builder = || Emulator::builder().quota(Quotas::Off).callbacks(false).most_ledger_entries(100).fault_seed(1);
        let checking = builder().start().await.expect("an emulator starts");
        let trusting = builder().unverified().start().await.expect("an emulator starts");
        [checking, trusting]
    });
    Served { runtime, emulators }
});

/// Takes a request.
pub(crate) fn answer(input: &[u8]) {
    let Served { runtime, emulators } = &*SERVED;
    for emulator in emulators {
        let host = emulator.address().to_string();
        let Some(mut asked) = request(input, &host, "") else { return };
        // Who may control it may let it stay silent.
        let controls = input.windows(8).any(|window| window == b"/_apsara");
        asked.is_whole &= !controls;
        let Some(last) = request(b"GET /?Action=None\nhost: {host}", &host, "") else { return };
        runtime.block_on(async {
            if let Some(answer) = exchange(emulator.address(), &asked).await {
                assert!(answer.status >= 200, "{} is no answer", answer.status);
                assert!(answer.head.starts_with("http/1."), "{}", answer.head);
                assert_ne!((answer.status, answer.head.contains("x-acs-request-id")), (500, false), "{}", answer.head);
                if asked.is_whole {
                    assert!(answer.head.contains("x-acs-request-id"), "an answer without an id: {}", answer.head);
                }
            }
            if controls {
                emulator.reset();
            }
            let alive = exchange(emulator.address(), &last).await.expect("a whole request");
            assert!((400..500).contains(&alive.status), "the server lives on: {}", alive.head);
        });
    }
}
