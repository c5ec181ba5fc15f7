//! Goes on with the operations that were asked for, as if nothing else were there.
//!
//! The others are read as well, and lowered, so that what has a name has the same one whichever operations are asked for.

use std::collections::BTreeSet;

use crate::leave_out::{Of, leave_out, of, reaches};
use crate::load::Version;
use crate::refusal::{Collector, Place, Refusal, did_you_mean};

/// Removes the versions that have none of the operations, and what cannot be generated and was not asked for; returns the refusals that
/// are left. `root` is where an operation that there is not is told.
pub(crate) fn select(
    versions: &mut Vec<Version>,
    wanted: &BTreeSet<String>,
    refusals: Vec<Refusal>,
    root: &str,
) -> Vec<Refusal> {
    let of_others = |refusal: &Refusal| {
        let place = refusal.place();
        let Some(version) = versions.iter().find(|version| place.is_in(&version.folder)) else {
            // A file that stands where no version has one is of the operation that it is called after.
            return matches!(of(place, ""), Of::Operation(name) if !wanted.contains(&name));
        };
        let asked: Vec<_> = version.operations.values().filter(|(api, _)| wanted.contains(&api.name)).collect();
        match of(place, &version.folder) {
            Of::Operation(name) => !wanted.contains(&name),
            Of::Component(name) => {
                let component = BTreeSet::from([name]);
                !asked.iter().any(|(api, _)| reaches(api, &version.product, &component))
            }
            Of::Version => asked.is_empty(),
        }
    };
    let (others, mut left): (Vec<_>, Vec<_>) = refusals.into_iter().partition(of_others);
    left.extend(unknown(versions, wanted, &left, root));
    left.sort();
    leave_out(versions, &others);
    versions.retain(|version| wanted.iter().any(|name| version.operations.contains_key(name)));
    left
}

/// Removes the operations that were not asked for.
pub(crate) fn keep(versions: &mut [Version], wanted: &BTreeSet<String>) {
    for version in versions.iter_mut().filter(|_| !wanted.is_empty()) {
        version.operations.retain(|name, _| wanted.contains(name));
    }
}

/// Refuses the names that no operation has. One that is refused already is known.
fn unknown(versions: &[Version], wanted: &BTreeSet<String>, refusals: &[Refusal], root: &str) -> Vec<Refusal> {
    let known: BTreeSet<&str> =
        versions.iter().flat_map(|version| version.operations.keys()).map(String::as_str).collect();
    let collector = Collector::default();
    for name in wanted.iter().filter(|name| !known.contains(name.as_str())) {
        let told = |refusal: &Refusal| refusal.place().keys().iter().any(|key| key == name);
        if !known.is_empty() && !refusals.iter().any(told) {
            let near = did_you_mean(name, known.iter().copied());
            let problem = format!("there is no operation `{name}`{near}");
            let instead = format!("write one of the {} that are there", known.len());
            collector.refuse(&Place::file(root), problem, instead);
        }
    }
    collector.refusals()
}
