//! Every target over its corpus, and over some changes of it: what both engines look for must be found by them alone.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use apsara_fuzz::{TARGETS, corpus, failure, mutate};

/// How many changes of each input are tried, and for how long at most, so that a slow machine is not kept.
const CHANGES: u64 = 40;
const LONGEST: Duration = Duration::from_secs(8);

fn no_input_fails(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let inputs = corpus(target).unwrap();
    assert!(inputs.len() > 3, "{name} has inputs");
    for (file, input) in &inputs {
        if let Some(why) = failure(target, input) {
            panic!("{name}/{file}: {why}");
        }
    }
    let start = Instant::now();
    for seed in 0..CHANGES {
        for (at, (file, input)) in inputs.iter().enumerate() {
            let (_, other) = &inputs[(at + 1) % inputs.len()];
            if start.elapsed() > LONGEST {
                return;
            }
            if let Some(why) = failure(target, &mutate(input, other, seed)) {
                panic!("{name}/{file} changed by the seed {seed}: {why}");
            }
        }
    }
}

macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            no_input_fails(stringify!($name));
        })*
    };
}

tests! { generator descriptions decoders profiles configure gateway journal arguments explorer }
