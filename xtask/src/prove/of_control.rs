//! The facts that are broken, one by one: of controlling the emulator, of what it shows, and of what it keeps.

use super::Break;

const EMULATOR: &str = "apsara-emulator";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "an answer goes out before what it tells is kept",
        file: "crates/apsara-emulator/src/server.rs",
        old: "if saved.written().await.is_err() {",
        new: "drop(saved);\n    if false {",
        package: "apsara-cli",
        target: "durability",
    },
    Break {
        lie: "only the last of what came together is kept",
        file: "crates/apsara-emulator/src/store/disk.rs",
        old: "for change in batch.into_iter().flat_map(|(_, changes)| changes) {",
        new: "for change in batch.into_iter().flat_map(|(_, changes)| changes.into_iter().rev().take(1)) {",
        package: "apsara-cli",
        target: "durability",
    },
    Break {
        lie: "a nonce that was kept may come again",
        file: "crates/apsara-emulator/src/gateway/saved.rs",
        old: "self.nonces.restore(&access_key_id, &nonce, second);",
        new: "let _ = (&access_key_id, &nonce, second);",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "any host that leads here may control the emulator",
        file: "crates/apsara-emulator/src/control/guard.rs",
        old: "    if is_loopback(request.host(), port) {",
        new: "    if is_loopback(request.host(), port) || request.host() != \"\" {",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "a page of another site may control the emulator",
        file: "crates/apsara-emulator/src/control/guard.rs",
        old: "if request.headers.contains_key(\"origin\") && ",
        new: "if request.headers.contains_key(\"no-origin\") && ",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "a rule of faults may have any status, and the emulator panics",
        file: "crates/apsara-emulator/src/control/faults.rs",
        old: "if (least..600).contains(&status) { Ok(status) } else { Err(reason()) }",
        new: "if (0..=u16::MAX).contains(&status) || least > 599 { Ok(status) } else { Err(reason()) }",
        package: EMULATOR,
        target: "lib",
    },
    Break {
        lie: "what comes from outside means something on the page",
        file: "crates/apsara-emulator/src/status/html.rs",
        old: "'<' => escaped.push_str(\"&lt;\"),",
        new: "'<' => escaped.push('<'),",
        package: EMULATOR,
        target: "lib",
    },
    Break {
        lie: "the port stays open until the runtime gets to it",
        file: "crates/apsara-emulator/src/emulator.rs",
        old: "        self.door.close();\n",
        new: "",
        package: EMULATOR,
        target: "emulator",
    },
];
