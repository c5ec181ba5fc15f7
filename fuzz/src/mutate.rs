//! Changes of inputs, which both engines make.

use fastrand::Rng;
use mutatis::Session;
use serde_json::Value;

use crate::json::{AWKWARD, change, values};

/// The longest input that is made, in bytes.
pub(crate) const LONGEST: usize = 16 << 10;

/// Returns an input changed in one place or some, with another input to take from. The same seed makes the same.
#[must_use]
pub fn mutate(input: &[u8], other: &[u8], seed: u64) -> Vec<u8> {
    let mut rng = Rng::with_seed(seed);
    let mut changed = input.to_vec();
    for _ in 0..=rng.u8(..4) {
        match rng.u8(..10) {
            0..=4 => of_json(&mut changed, other, &mut rng),
            5 => of_lines(&mut changed, other, &mut rng),
            6 => {
                let word = AWKWARD[rng.usize(..AWKWARD.len())];
                let at = rng.usize(..=changed.len());
                changed.splice(at..at, word.bytes());
            }
            7 => {
                let (end, begin) = (rng.usize(..=changed.len()), rng.usize(..=other.len()));
                changed.truncate(end);
                changed.extend(&other[begin..]);
            }
            // It cannot fail but for the lack of anything to change.
            _ => _ = Session::new().seed(rng.u64(..)).mutate(&mut changed),
        }
    }
    changed.truncate(LONGEST);
    changed
}

/// Changes a value of JSON that stands in an input; one without is left as it is.
fn of_json(input: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let mut there = values(input);
    if there.is_empty() {
        return of_lines(input, other, rng);
    }
    let (begin, end, mut value) = there.swap_remove(rng.usize(..there.len()));
    let mut others = values(other);
    let taken = if others.is_empty() { Value::Null } else { others.swap_remove(rng.usize(..others.len())).2 };
    change(&mut value, &taken, &[], rng);
    input.splice(begin..end, value.to_string().into_bytes());
}

/// Takes a line away, or puts one in: its own or another's.
fn of_lines(input: &mut Vec<u8>, other: &[u8], rng: &mut Rng) {
    let mut lines: Vec<Vec<u8>> = input.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let of_other: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
    if lines.is_empty() {
        return;
    }
    let (at, to) = (rng.usize(..lines.len()), rng.usize(..lines.len()));
    match rng.u8(..4) {
        0 => _ = lines.remove(at),
        1 => lines.insert(to, lines[at].clone()),
        2 => lines.swap(at, to),
        _ if of_other.is_empty() => {}
        _ => lines.insert(to, of_other[rng.usize(..of_other.len())].to_vec()),
    }
    *input = lines.concat();
}
