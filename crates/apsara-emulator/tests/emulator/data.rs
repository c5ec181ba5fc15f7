//! State that outlives an emulator, within one program.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use apsara_emulator::{Account, Emulator, Quotas, RamMode, StartError, TaskStatus};

use crate::accounts::example;
use crate::callbacks::Receiver;
use crate::client::{create, exchange, live, on_task};
use crate::control::in_a_year;
use crate::ram::{self, operator};
use crate::sts::with_issued;
use crate::{client_tokens, client_tokens::renew};

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

#[tokio::test]
async fn a_session_is_still_narrowed_by_its_policy() {
    let folder = Folder::new("session");
    let builder = || Emulator::builder().accounts_file(example()).data(&folder.0);
    let first = ram::start(builder(), RamMode::Strict).await;
    let look =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"live:DescribeLivePullToPushList","Resource":"*"}]}"#;
    let (narrow, wide) = (operator(&first, Some(look)).await, operator(&first, None).await);
    drop(first);
    let second = ram::start(builder(), RamMode::Strict).await;
    // The role itself may describe tasks one by one, too.
    let task = [("Region", "cn-shanghai"), ("TaskId", "none")];
    for (session, action, verdict) in [
        (&narrow, "DescribeLivePullToPushList", (200, "OK")),
        (&narrow, "DescribeLivePullToPush", ram::FORBIDDEN),
        (&wide, "DescribeLivePullToPush", (400, "CodeTaskNotExist")),
    ] {
        let reply = with_issued(live(&second, action, &task), session).v3(&second).await;
        assert_eq!(reply.verdict(), (verdict.0, verdict.1.to_owned()), "{action}");
    }
}

#[tokio::test]
async fn a_session_of_an_account_that_is_gone_may_do_nothing() {
    let folder = Folder::new("gone");
    let builder = || Emulator::builder().data(&folder.0);
    let first = ram::start(builder().accounts_file(example()), RamMode::Strict).await;
    let session = operator(&first, None).await;
    drop(first);
    let call = |emulator: &Emulator| {
        let task = [("Region", "cn-shanghai"), ("TaskId", "none")];
        with_issued(live(emulator, "RestartLivePullToPush", &task), &session)
    };
    let other = builder().account(Account::new("2000").key("other", "secret"));
    let second = ram::start(other, RamMode::Strict).await;
    let reply = call(&second).v3(&second).await;
    assert_eq!(reply.verdict(), (404, "InvalidAccessKeyId.NotFound".to_owned()));
    assert_eq!(second.ledger()[0].account, None);
    drop(second);
    // The key stays in the data, and serves again when its account is back.
    let third = ram::start(builder().accounts_file(example()), RamMode::Strict).await;
    let reply = call(&third).v3(&third).await;
    assert_eq!(reply.verdict(), (ram::FORBIDDEN.0, ram::FORBIDDEN.1.to_owned()));
}

#[tokio::test]
async fn a_client_token_is_still_known() {
    let folder = Folder::new("token");
    let start = async || client_tokens::start(Emulator::builder().data(&folder.0)).await;
    let first = start().await;
    let answer = renew(&first).await;
    drop(first);
    let second = start().await;
    assert_eq!(renew(&second).await.text("OrderId"), answer.text("OrderId"));
    assert!(second.ledger()[0].replayed);
    second.clock().advance(Duration::from_secs(24 * 3600));
    drop(second);
    let third = start().await;
    renew(&third).await;
    renew(&third).await;
    let replayed: Vec<bool> = third.ledger().iter().map(|call| call.replayed).collect();
    assert_eq!(replayed, [false, true], "a day later it is forgotten");
    third.reset();
    drop(third);
    let fourth = start().await;
    renew(&fourth).await;
    assert!(!fourth.ledger()[0].replayed);
}

#[tokio::test]
async fn a_callback_that_nobody_took_goes_out_again() {
    let folder = Folder::new("callbacks");
    let mut receiver = Receiver::new(500).await;
    let first = folder.start().await;
    let id = create(&first, &[in_a_year()[0], in_a_year()[1], ("CallbackUrl", &receiver.url)]).await;
    let running = receiver.next().await;
    // This one waits for the one before it, which is tried again in a second.
    first.fail_source(&id).unwrap();
    drop(first);

    receiver.status.store(200, Ordering::SeqCst);
    let second = folder.start().await;
    assert_eq!(receiver.next().await, running);
    assert_eq!(receiver.next().await["TaskStatus"], 2);
    assert_eq!(on_task(&second, "StopLivePullToPush", &id).await.status, 200);
    assert_eq!(receiver.next().await["TaskStatus"], 3);
    drop(second);

    // What was told by then is not told again, but for the last, of which it may not have been noted.
    let third = folder.start().await;
    assert_eq!(on_task(&third, "DeleteLivePullToPush", &id).await.status, 200);
    let mut status = receiver.next().await["TaskStatus"].clone();
    if status == 3 {
        status = receiver.next().await["TaskStatus"].clone();
    }
    assert_eq!(status, -1);
}

#[tokio::test]
async fn a_reset_ends_the_callbacks_of_what_it_forgets() {
    let mut receiver = Receiver::new(500).await;
    let emulator = Emulator::builder().start().await.unwrap();
    let url = receiver.url.clone();
    let changes = [in_a_year()[0], in_a_year()[1], ("CallbackUrl", url.as_str())];
    let old = create(&emulator, &changes).await;
    assert_eq!(receiver.next().await["TaskId"], old);
    emulator.reset();
    let new = create(&emulator, &changes).await;
    // By the second attempt on the new one, that on the old one would have come.
    for _ in 0..2 {
        assert_eq!(receiver.next().await["TaskId"], new);
    }
    assert_eq!(emulator.callbacks().iter().map(|callback| &callback.task_id).collect::<Vec<_>>(), [&new]);
}
