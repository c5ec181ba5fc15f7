//! What an account that calls too often is told, by every official SDK.

use apsara_emulator::Emulator;
use serde_json::json;

use crate::sdk::{Peer, Sdk, Told};

const LIST: &str = "DescribeLivePullToPushList";
/// How many calls come at once.
const BURST: usize = 30;
/// How many calls the account may make in an hour: no burst takes so long that it meets two windows.
const QUOTA: u32 = 10;

/// Lets an SDK call as fast as it can.
pub(crate) async fn check(peer: Peer) {
    let emulator = Emulator::builder().quota_of(LIST, QUOTA, 3600).start().await.unwrap();
    let mut sdk = Sdk::start(peer, &emulator);
    let told = sdk.burst(BURST, LIST, &json!({ "Region": "cn-shanghai", "PageSize": 1 })).await;
    let (refused, accepted): (Vec<_>, Vec<_>) = told.iter().partition(|told| matches!(told, Told::Refused { .. }));
    let quota = QUOTA as usize;
    assert_eq!((accepted.len(), refused.len()), (quota, BURST - quota), "{peer:?} {told:?}");
    for told in refused {
        assert_eq!(told.to_string(), "Throttling.User 400", "{peer:?}");
        let Told::Refused { retry_after, .. } = told else { unreachable!() };
        // In milliseconds, until the hour is over; the older Python core passes no headers on.
        match peer {
            Peer::PythonV1 => assert_eq!(*retry_after, None),
            _ => assert!(matches!(retry_after, Some(1..=3_600_000)), "{peer:?} {retry_after:?}"),
        }
    }
    let executed = emulator.with_ledger(|calls| calls.iter().filter(|call| call.executed).count());
    assert_eq!((emulator.ledger_len(), executed), (BURST, quota), "{peer:?} calls once, whatever it is told");
}
