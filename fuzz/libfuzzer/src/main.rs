//! The targets for libFuzzer; which one, the variable `APSARA_FUZZ_TARGET` says. `cargo xtask fuzz` builds and starts it.

#![no_main]

use std::sync::LazyLock;

use apsara_fuzz::{TARGETS, Target, mutate};

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::var("APSARA_FUZZ_TARGET").expect("APSARA_FUZZ_TARGET names a target");
    TARGETS.iter().find(|target| target.name == name).expect("APSARA_FUZZ_TARGET names a target of apsara-fuzz")
});

libfuzzer_sys::fuzz_target!(|input: &[u8]| (TARGET.run)(input));

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    // Half of the changes are libFuzzer's own, which know what was compared with what.
    if seed % 2 == 0 {
        return libfuzzer_sys::fuzzer_mutate(data, size, max_size);
    }
    let changed = mutate(&data[..size], &data[..size], u64::from(seed));
    let length = changed.len().min(max_size);
    data[..length].copy_from_slice(&changed[..length]);
    length
});
