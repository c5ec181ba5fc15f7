//! The named rule sets.

use super::Choice;

/// A rule set: its name, and how it differs from the defaults.
pub(super) struct Set {
    pub(super) name: &'static str,
    pub(super) differs: &'static [Choice],
    pub(super) what: &'static str,
}

/// The rule sets, the default one first.
pub(super) const SETS: [Set; 3] = [
    Set {
        name: "2025-08",
        differs: &[],
        what: "the page on RestartLivePullToPush of August 2025, and what agrees with it",
    },
    Set {
        name: "older",
        differs: &[
            Choice::EarlyUpdateOlder,
            Choice::StoppedUpdateOlder,
            Choice::SourcesAtOnce,
            Choice::SevenDays,
            Choice::ProtocolsOlder,
            Choice::RegionsDocumented,
        ],
        what: "the older one of two texts, wherever there are two",
    },
    Set {
        name: "newer",
        differs: &[Choice::EarlyUpdateRegion, Choice::ProtocolsNewer, Choice::RegionsWithShenzhen],
        what: "the newer one of two texts, wherever there are two",
    },
];
