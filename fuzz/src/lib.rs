//! What reads input of others, as functions of any bytes: each must refuse or take them, and never panic.
//!
//! Two engines call them: the program of this package, which changes the inputs of `corpus` at random, and libFuzzer
//! (`libfuzzer`), which looks at which code they reach. `cargo xtask fuzz` starts either.

// A target tells of a failure by panicking, which is what both engines wait for.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)]

mod arguments;
mod configure;
mod decoders;
mod exchange;
mod explorer;
mod gateway;
mod generator;
mod journal;
mod json;
mod mutate;
mod parts;
mod profiles;
mod scratch;
mod watched;

pub use mutate::mutate;
pub use watched::failure;

/// Names what is fuzzed.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// The name, which is that of its folder in `corpus`.
    pub name: &'static str,
    /// Takes an input, and panics where what reads it is wrong.
    pub run: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 9] = [
    Target { name: "generator", run: generator::generate },
    Target { name: "descriptions", run: generator::describe },
    Target { name: "decoders", run: decoders::decode },
    Target { name: "profiles", run: profiles::look },
    Target { name: "configure", run: configure::set },
    Target { name: "gateway", run: gateway::answer },
    Target { name: "journal", run: journal::replay },
    Target { name: "arguments", run: arguments::read },
    Target { name: "explorer", run: explorer::answer },
];

/// Returns the inputs of a target that stand in the repository, by their names.
///
/// # Errors
///
/// Fails where the folder cannot be read.
pub fn corpus(target: &Target) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        inputs.push((name, std::fs::read(&path)?));
    }
    inputs.sort();
    Ok(inputs)
}
