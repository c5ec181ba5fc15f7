//! Starting, stopping, and many at once.

use apsara_emulator::{Account, DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, Emulator, StartError};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpStream;

use crate::client::{create, live};

#[tokio::test]
async fn the_default_emulator_has_one_account_and_is_ready() {
    let emulator = Emulator::start().await.unwrap();
    assert_eq!(emulator.url(), format!("http://{}", emulator.host()));
    assert!(emulator.host().starts_with("127.0.0.1:"));
    assert_eq!(emulator.access_key_id(), DEFAULT_ACCESS_KEY_ID);
    assert_eq!(emulator.access_key_secret(), DEFAULT_ACCESS_KEY_SECRET);
    let call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    assert_eq!(call.v3(&emulator).await.status, 200);
}

#[tokio::test]
async fn many_emulators_live_side_by_side() {
    let mut emulators = Vec::new();
    for _ in 0..20 {
        emulators.push(crate::client::at_noon().await);
    }
    for emulator in &emulators[..10] {
        create(emulator, &[]).await;
    }
    let counts: Vec<_> = emulators.iter().map(|emulator| emulator.tasks().len()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 10);
}

#[tokio::test]
async fn fifty_start_at_once_on_ports_of_their_own_and_each_answers() {
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..50 {
        starting.spawn(Emulator::start());
    }
    let mut emulators = Vec::new();
    while let Some(started) = starting.join_next().await {
        emulators.push(started.unwrap().unwrap());
    }
    let ports: std::collections::BTreeSet<_> = emulators.iter().map(|one| one.address().port()).collect();
    assert_eq!(ports.len(), 50);
    for emulator in &emulators {
        let call = live(emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
        assert_eq!(call.v3(emulator).await.status, 200);
        assert_eq!(emulator.ledger_len(), 1);
    }
    drop(emulators);
    for port in ports {
        // No await since the drop: the port does not wait for the runtime.
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "{port} is still open");
    }
}

#[tokio::test]
async fn dropping_it_ends_its_connections() {
    let emulator = Emulator::start().await.unwrap();
    let mut idle = TcpStream::connect(emulator.address()).await.unwrap();
    let call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    call.v3(&emulator).await;
    let address = emulator.address();
    drop(emulator);
    let mut nothing = Vec::new();
    let ended = idle.read_to_end(&mut nothing).await;
    assert!(ended.is_err() || nothing.is_empty());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn addresses_and_accounts_that_make_no_sense_are_refused() {
    let start = async |listen: &str| Emulator::builder().listen(listen).start().await.unwrap_err();
    assert!(matches!(start("0.0.0.0:0").await, StartError::NotLoopback { .. }));
    assert!(matches!(start("[::]:0").await, StartError::NotLoopback { .. }));
    assert!(matches!(start("192.0.2.1:80").await, StartError::NotLoopback { .. }));
    assert!(matches!(start("here").await, StartError::InvalidAddress { .. }));
    let taken = Emulator::start().await.unwrap();
    assert!(matches!(start(taken.host()).await, StartError::Bind { .. }));
    let keyless = Emulator::builder().account(Account::new("1")).start().await.unwrap_err();
    assert!(matches!(keyless, StartError::NoKey { .. }));
    let twice = Emulator::builder().account(Account::new("1").key("k", "a").key("k", "b")).start().await.unwrap_err();
    assert_eq!(twice.to_string(), "the access key id k is given twice");
    let twins = Emulator::builder().account(Account::new("1").key("k", "a")).account(Account::new("1"));
    assert!(matches!(twins.start().await, Err(StartError::DuplicateAccount { .. })));
}

#[tokio::test]
async fn secrets_do_not_show_in_debug_output() {
    let account = Account::new("1").key("id", "sesame");
    assert!(!format!("{account:?}").contains("sesame"));
    let builder = Emulator::builder().account(account);
    assert!(!format!("{builder:?}").contains("sesame"));
    let emulator = builder.start().await.unwrap();
    assert!(!format!("{emulator:?}").contains("sesame"));
}
