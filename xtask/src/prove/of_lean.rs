//! Breaks of what was written for speed: texts that are hashed piece by piece, keys that are kept, and the transport on hyper-util.

use super::Break;

const CORE: &str = "apsara-core";
const TESTS: &str = "apsara-tests";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "a piece that does not fit beside those that wait is hashed before them",
        file: "crates/apsara-core/src/sign/pieces.rs",
        old: "            self.hash.update(&self.waiting[..self.length]);\n            self.length = 0;\n            if bytes",
        new: "            if bytes",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "the key that is kept for version 1 is the bare secret",
        file: "crates/apsara-core/src/sign/mod.rs",
        old: "Self { v1: keyed(with_and.as_bytes()), ",
        new: "Self { v1: keyed(&with_and.as_bytes()[..access_key_secret.len()]), ",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a text that is percent-encoded in pieces loses one of them",
        file: "crates/apsara-core/src/sign/mod.rs",
        old: "        out.push(ascii(&piece[..length]));\n",
        new: "        if bytes.len() == AT_ONCE {\n            out.push(ascii(&piece[..length]));\n        }\n",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "a key of an answer that is spelled in another case names no field",
        file: "crates/apsara-core/src/record/decode/mod.rs",
        old: "        let field = find(self.record, key, self.mode);",
        new: "        let field = find(self.record, key, Mode::Strict);",
        package: CORE,
        target: "records",
    },
    Break {
        lie: "what version 1 adds to a query stands behind the parameters",
        file: "crates/apsara-core/src/call/attempt/v1.rs",
        old: "        (Some(one), Some(other)) if other < one => ours.next(),\n",
        new: "",
        package: CORE,
        target: "lib",
    },
    Break {
        lie: "on hyper-util, a call whose connection broke was not sent",
        file: "crates/apsara-core/src/transport/hyper.rs",
        old: "        TransportError::new(\"the connection broke\")\n    };",
        new: "        TransportError::new(\"the connection broke\").not_sent()\n    };",
        package: TESTS,
        target: "on_hyper",
    },
    Break {
        lie: "on hyper-util, a body that comes in pieces has no limit",
        file: "crates/apsara-core/src/transport/hyper.rs",
        old: "if first.len() + whole.len() + piece.len() > limit {",
        new: "if first.len() + piece.len() > limit {",
        package: TESTS,
        target: "on_hyper",
    },
    Break {
        lie: "random bytes that a nonce was made of come again",
        file: "crates/apsara-core/src/call/attempt/nonce.rs",
        old: "        self.used = end;\n",
        new: "",
        package: CORE,
        target: "lib",
    },
];
