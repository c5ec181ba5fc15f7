//! State that outlives an emulator, within one program.

use std::path::PathBuf;
use std::time::Duration;

use apsara_emulator::{Emulator, Quotas, StartError, TaskStatus};

use crate::client::{create, exchange, live, on_task};
use crate::control::in_a_year;

/// A folder of its own for each test, which goes when the test does.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("apsara-data-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }

    async fn start(&self) -> Emulator {
        Emulator::builder().data(&self.0).quota(Quotas::Off).start().await.unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn the_next_emulator_goes_on_where_the_last_one_ended() {
    let folder = Folder::new("next");
    let first = folder.start().await;
    let id = create(&first, &in_a_year()).await;
    let next = on_task(&first, "RestartLivePullToPush", &id).await.text("TaskId");
    first.clock().advance(Duration::from_secs(600));
    // What is changed from within is written when it is dropped, at the latest.
    first.fail_source(&next).unwrap();
    let tasks = first.tasks();
    drop(first);

    let second = folder.start().await;
    assert!(second.clock().now().duration_since(jiff::Timestamp::now()).as_secs() >= 598);
    assert_eq!(second.tasks(), tasks);
    assert_eq!(tasks.iter().map(|task| task.status).collect::<Vec<_>>(), [TaskStatus::Exit, TaskStatus::Recovering]);
    second.recover(&next).unwrap();
    // A task that is created now comes behind the others.
    let last = create(&second, &[in_a_year()[0], in_a_year()[1], ("DstUrl", "rtmp://push.example.com/a/b")]).await;
    assert_eq!(second.tasks().last().map(|task| task.task_id.clone()), Some(last));
    assert_eq!(second.ledger_len(), 1, "the ledger is kept in memory alone");
    second.reset();
    assert!(second.tasks().is_empty());
    drop(second);

    let third = folder.start().await;
    assert!(third.tasks().is_empty() && third.clock().now().duration_since(jiff::Timestamp::now()).as_secs() < 60);
}

#[tokio::test]
async fn a_nonce_is_still_used_a_quarter_of_an_hour_long() {
    let folder = Folder::new("nonce");
    let clock = apsara_emulator::Clock::frozen_at(crate::client::NOON).unwrap();
    let start = async || {
        let builder = Emulator::builder().data(&folder.0).gateway_clock(apsara_emulator::Clock::system());
        builder.clock(clock.clone()).start().await.unwrap()
    };
    let first = start().await;
    let mut call = live(&first, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    call.date = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    assert_eq!(call.v3(&first).await.status, 200);
    drop(first);
    let second = start().await;
    // Only the host differs, and with it the signature.
    let again = call.v3_request(&second);
    assert_eq!(exchange(&second, again.as_bytes()).await.text("Code"), "SignatureNonceUsed");
}

#[tokio::test]
async fn two_emulators_do_not_share_a_folder() {
    let folder = Folder::new("shared");
    let first = folder.start().await;
    let second = Emulator::builder().data(&folder.0).start().await;
    assert!(matches!(second, Err(StartError::DataInUse { .. })));
    drop(first);
    folder.start().await;
}
