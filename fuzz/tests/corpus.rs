//! Every target over its corpus, and over some changes of it: what both engines look for must be found by them alone.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;
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

        #[test]
        fn every_target_has_a_folder_and_a_test() {
            let folders = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")).unwrap();
            let folders: BTreeSet<String> =
                folders.map(|folder| folder.unwrap().file_name().into_string().unwrap()).collect();
            let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
            let tests = BTreeSet::from([$(stringify!($name).to_owned()),*]);
            assert_eq!((&folders, &tests), (&targets, &targets));
        }
    };
}

tests! { generator descriptions decoders profiles configure gateway journal arguments explorer }
