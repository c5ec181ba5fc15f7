//! The facts that are broken, one by one: of the emulator's gateway, its signatures, its checks and its answers.

use super::Break;

const EMULATOR: &str = "apsara-emulator";

pub(super) const BREAKS: &[Break] = &[
    Break {
        lie: "the emulator sorts no query that V1 signs with a path",
        file: "crates/apsara-emulator/src/verify/roa.rs",
        old: "pairs.sort_by(|left, right| left.0.cmp(&right.0));",
        new: "pairs.rotate_left(0);",
        package: EMULATOR,
        target: "lib",
    },
    Break {
        lie: "the emulator hashes with SHA-256 where SM3 is asked for",
        file: "crates/apsara-emulator/src/verify/v3.rs",
        old: "Self::HmacSm3 => to_hex(&Sm3::digest(bytes)),",
        new: "Self::HmacSm3 => to_hex(&Sha256::digest(bytes)),",
        package: EMULATOR,
        target: "lib",
    },
    Break {
        lie: "the emulator believes every RSA signature",
        file: "crates/apsara-emulator/src/verify/rsa.rs",
        old: ".verify(text.as_bytes(), signature).is_ok()",
        new: ".verify(text.as_bytes(), signature).is_ok_and(|()| true) || !text.is_empty()",
        package: EMULATOR,
        target: "lib",
    },
    Break {
        lie: "any bearer token is somebody's",
        file: "crates/apsara-emulator/src/accounts.rs",
        old: "self.bearers.get(token).ok_or_else",
        new: "self.bearers.get(token).or_else(|| self.bearers.values().next()).ok_or_else",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "an operation can be called without its required parameters",
        file: "crates/apsara-emulator/src/catalog/check.rs",
        old: "if parameter.required && could_be_sent",
        new: "if parameter.required && !could_be_sent",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "what a required property lacks inside is not missed",
        file: "crates/apsara-emulator/src/catalog/check.rs",
        old: "None if property[\"required\"] == true =>",
        new: "None if property[\"required\"] == \"true\" =>",
        package: EMULATOR,
        target: "lib",
    },
    Break {
        lie: "flattened lists are counted from 0",
        file: "crates/apsara-emulator/src/catalog/read.rs",
        old: ".filter(|index| *index > 0)",
        new: ".filter(|index: &usize| *index < usize::MAX)",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "of several paths that fit, the least exact one is meant",
        file: "crates/apsara-emulator/src/catalog/mod.rs",
        old: "Some(best) if best.0 >= next.0",
        new: "Some(best) if best.0 <= next.0",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "answers that are made up follow from no seed",
        file: "crates/apsara-emulator/src/catalog/answer.rs",
        old: "hash.update(seed.to_le_bytes());",
        new: "hash.update((seed - seed).to_le_bytes());",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "the sample of a spec keeps the request id that it was published with",
        file: "crates/apsara-emulator/src/catalog/answer.rs",
        old: "eq_ignore_ascii_case(\"requestid\")",
        new: "eq_ignore_ascii_case(\"none\")",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "errors of operations with a path are written as those of RPC",
        file: "crates/apsara-emulator/src/answer.rs",
        old: "if style == Style::Rpc || format == Format::Xml {",
        new: "if style != Style::Mixed || format == Format::Xml {",
        package: EMULATOR,
        target: "emulator",
    },
    Break {
        lie: "what Accept says counts for nothing",
        file: "crates/apsara-emulator/src/outline.rs",
        old: "_ if !self.by_headers || accepts_xml(request) =>",
        new: "_ if !self.by_headers || accepts_xml(request) && false =>",
        package: EMULATOR,
        target: "emulator",
    },
];
