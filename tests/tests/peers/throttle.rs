//! What an account that calls too often is told, by every official SDK.

use apsara_emulator::Emulator;
use serde_json::json;

use crate::sdk::{Peer, Sdk, Told};

/// How many calls come at once: more than the ten in a second that the operation's page allows.
const BURST: usize = 30;
/// How many bursts it may take on a machine that is too busy to make ten calls in a second.
const PATIENCE: usize = 10;

/// Lets an SDK call as fast as it can.
pub(crate) async fn check(peer: Peer) {
    let emulator = Emulator::start().await.unwrap();
    let mut sdk = Sdk::start(peer, &emulator);
    let list = json!({ "Region": "cn-shanghai", "PageSize": 1 });
    let mut told = Vec::new();
    for _ in 0..PATIENCE {
        told.extend(sdk.burst(BURST, "DescribeLivePullToPushList", &list).await);
        if told.iter().any(is_refused) {
            break;
        }
    }
    let refused = told.iter().filter(|told| is_refused(told));
    let accepted = told.len() - refused.clone().count();
    assert!(accepted >= 10 && accepted < told.len(), "{peer:?} {told:?}");
    for told in refused {
        assert_eq!(told.to_string(), "Throttling.User 400", "{peer:?}");
        let Told::Refused { retry_after, .. } = told else { unreachable!() };
        // In milliseconds, until the second is over; the older Python core passes no headers on.
        match peer {
            Peer::PythonV1 => assert_eq!(*retry_after, None),
            _ => assert!(matches!(retry_after, Some(1..=1000)), "{peer:?} {retry_after:?}"),
        }
    }
    assert_eq!(emulator.ledger().len(), told.len(), "{peer:?} calls once, whatever it is told");
}

fn is_refused(told: &Told) -> bool {
    matches!(told, Told::Refused { .. })
}
