//! Pacers that share a folder, as those of several processes do.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest as _, Sha256};

use super::file::{LaneFile, decode, encode, now};
use super::*;
use crate::operation::{Operation, Product, Quota};
use crate::pacing::{LONGEST_LOG, MOST_FREE, Schedule};

static PRODUCT: Product = Product::of("Test", "2026-01-01");
static TEN: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(10)), ..Operation::of(&PRODUCT) };
static ONE_A_MINUTE: Operation =
    Operation { name: "One", quota: Some(Quota { calls: 1, seconds: 60 }), ..Operation::of(&PRODUCT) };
static NONE: Operation = Operation { name: "None", ..Operation::of(&PRODUCT) };

const MS: fn(u64) -> Duration = Duration::from_millis;

fn lane(operation: &'static Operation) -> Lane<'static> {
    Lane { account: "a", operation }
}

fn soon() -> Instant {
    Instant::now() + MS(100)
}

/// An empty folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("apsara-host-{}-{number}", std::process::id()));
        Self(path)
    }

    fn pacer(&self) -> HostPacer {
        HostPacer::in_folder(&self.0).unwrap()
    }

    /// Returns the only file.
    fn file(&self) -> PathBuf {
        let files: Vec<_> = fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1, "{files:?}");
        files[0].clone()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[tokio::test]
async fn pacers_of_one_folder_share_a_quota() {
    let folder = Folder::new();
    let (one, other) = (folder.pacer(), folder.pacer());
    let granted = (0..30).filter(|n| if n % 3 == 0 { &one } else { &other }.try_acquire(lane(&ONE_A_MINUTE))).count();
    assert_eq!(granted, 1);
    assert_eq!(other.acquire(lane(&ONE_A_MINUTE), soon()).await, Err(PacingError::Late));
    assert!(other.try_acquire(Lane { account: "b", operation: &ONE_A_MINUTE }), "another account");
    assert!((0..100).all(|_| one.try_acquire(lane(&NONE))), "nothing limits it");
    let both = [folder.pacer().account("c"), folder.pacer().account("c")];
    let accounts = ["d", "e"];
    let granted =
        (0..2).filter(|n| both[*n].try_acquire(Lane { account: accounts[*n], ..lane(&ONE_A_MINUTE) })).count();
    assert_eq!(granted, 1, "their pacers name the account");
}

#[tokio::test]
async fn those_that_wait_are_granted_in_the_next_span() {
    let folder = Folder::new();
    let record = folder.0.with_extension("record");
    let pacers = [0, 1].map(|_| Arc::new(folder.pacer().record_to(&record)));
    let mut waiting = tokio::task::JoinSet::new();
    for number in 0..20 {
        let pacer = Arc::clone(&pacers[number % 2]);
        waiting.spawn(async move { pacer.acquire(lane(&TEN), Instant::now() + MS(30_000)).await });
    }
    assert!(waiting.join_all().await.into_iter().all(|granted| granted.is_ok()));
    let recorded = fs::read_to_string(&record).unwrap();
    fs::remove_file(&record).unwrap();
    let times: Vec<u64> = recorded.lines().map(|line| line.parse().unwrap()).collect();
    assert_eq!(times.len(), 20);
    for window in times.windows(11) {
        assert!(window[10] - window[0] > 1_000_000, "{window:?}");
    }
}

#[tokio::test]
async fn a_lane_is_closed_for_all_when_one_is_throttled() {
    let folder = Folder::new();
    let (one, other) = (folder.pacer(), folder.pacer());
    one.throttled(lane(&TEN), MS(60_000));
    assert!(!other.try_acquire(lane(&TEN)));
    assert_eq!(other.acquire(lane(&TEN), Instant::now() + MS(50_000)).await, Err(PacingError::Late));
}

#[tokio::test]
async fn a_call_that_is_dropped_while_it_waits_gives_its_place_back() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    assert!(pacer.try_acquire(lane(&ONE_A_MINUTE)));
    let far = Instant::now() + MS(3_600_000);
    for _ in 0..5 {
        assert!(tokio::time::timeout(MS(1), pacer.acquire(lane(&ONE_A_MINUTE), far)).await.is_err());
    }
    let schedule = decode(&fs::read(folder.file()).unwrap()).unwrap();
    assert_eq!((schedule.log.len(), schedule.free.len()), (1, 1), "{schedule:?}");
}

#[tokio::test]
async fn what_waits_behind_places_that_are_too_late_is_told_at_once() {
    let folder = Folder::new();
    let pacer = Arc::new(folder.pacer());
    assert!(pacer.try_acquire(lane(&ONE_A_MINUTE)));
    let waiting = tokio::spawn({
        let pacer = Arc::clone(&pacer);
        async move { pacer.acquire(lane(&ONE_A_MINUTE), Instant::now() + MS(3_600_000)).await }
    });
    tokio::task::yield_now().await;
    let late = pacer.acquire(lane(&ONE_A_MINUTE), Instant::now() + MS(50_000));
    assert_eq!(tokio::time::timeout(MS(10_000), late).await.expect("it waited in vain"), Err(PacingError::Late));
    // It gives its place back when it ends, and would lay the folder anew.
    waiting.abort();
    assert!(waiting.await.unwrap_err().is_cancelled());
}

#[tokio::test]
async fn accounts_that_nobody_holds_are_forgotten_and_no_grant_with_them() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    let kept = Lane { account: "kept", operation: &ONE_A_MINUTE };
    assert!(pacer.try_acquire(kept));
    for number in 0..1000 {
        let account = format!("job {number}");
        assert!(pacer.try_acquire(Lane { account: &account, operation: &ONE_A_MINUTE }));
    }
    assert!(pacer.lanes.find(kept).is_none());
    assert!(!pacer.try_acquire(kept));
    let left = pacer.lanes.forget(|_| true);
    assert!(left <= 512, "{left} accounts");
}

#[tokio::test]
async fn a_damaged_file_is_full_and_told_once() {
    let folder = Folder::new();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&heard);
    let pacer = folder.pacer().on_damage(move |path| told.lock().unwrap().push(path.to_owned()));
    assert!(pacer.try_acquire(lane(&ONE_A_MINUTE)));
    let whole = fs::read(folder.file()).unwrap();
    for damaged in [&[][..], &whole[..whole.len() - 8], &[whole.as_slice(), &[0]].concat(), &[7; 200]] {
        fs::write(folder.file(), damaged).unwrap();
        assert!(!pacer.try_acquire(lane(&ONE_A_MINUTE)));
        let schedule = decode(&fs::read(folder.file()).unwrap()).expect("begun anew");
        assert!(schedule.closed_until >= now() + 59_000_000, "{schedule:?}");
    }
    assert_eq!(*heard.lock().unwrap(), [folder.file()]);
}

#[test]
fn no_part_of_a_file_and_no_changed_byte_is_taken_for_a_schedule() {
    let rule = Rule::of(TEN.quota).unwrap();
    let mut schedule = Schedule::new(rule, 5);
    for _ in 0..12 {
        schedule.take(rule, 6, 10_000_000, None);
    }
    schedule.free.push(1_040_006);
    let whole = encode(&schedule);
    assert_eq!(decode(&whole), Some(schedule));
    for length in 0..whole.len() {
        assert_eq!(decode(&whole[..length]), None, "{length} bytes");
    }
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 0x10;
        assert_eq!(decode(&changed), None, "byte {at}");
    }
}

#[tokio::test]
async fn a_file_of_before_the_host_was_started_is_full() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    assert!(pacer.try_acquire(lane(&TEN)));
    let rule = Rule::of(TEN.quota).unwrap();
    fs::write(folder.file(), encode(&Schedule::new(rule, now() + 3_600_000_000))).unwrap();
    assert!(!pacer.try_acquire(lane(&TEN)));
    assert_eq!(pacer.acquire(lane(&TEN), Instant::now() + MS(500)).await, Err(PacingError::Late));
    pacer.acquire(lane(&TEN), Instant::now() + MS(30_000)).await.unwrap();
}

#[tokio::test]
async fn a_process_that_is_stopped_with_the_file_holds_up_no_thread() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    assert!(pacer.try_acquire(lane(&TEN)));
    let stopped = fs::File::open(folder.file()).unwrap();
    flock(&stopped, FlockOperation::LockExclusive).unwrap();
    assert!(!pacer.try_acquire(lane(&TEN)));
    assert_eq!(pacer.acquire(lane(&TEN), soon()).await, Err(PacingError::Late));
    drop(stopped);
    assert!(pacer.try_acquire(lane(&TEN)));
}

#[tokio::test]
async fn a_file_that_is_removed_is_laid_again() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    assert!(pacer.try_acquire(lane(&TEN)));
    fs::remove_file(folder.file()).unwrap();
    assert!(pacer.try_acquire(lane(&TEN)));
    assert_eq!(fs::metadata(folder.file()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_folder_that_is_removed_is_made_again_and_grants_nothing_for_a_span() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    assert!(pacer.try_acquire(lane(&TEN)));
    fs::remove_dir_all(&folder.0).unwrap();
    assert!(!pacer.try_acquire(lane(&TEN)), "nobody knows what was granted before");
    assert_eq!(fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777, 0o700);
    pacer.acquire(lane(&TEN), Instant::now() + MS(30_000)).await.unwrap();
}

#[test]
fn a_folder_that_others_could_write_to_is_refused() {
    let folder = Folder::new();
    drop(folder.pacer());
    assert_eq!(fs::metadata(&folder.0).unwrap().permissions().mode() & 0o777, 0o700);
    let link = folder.0.join("link");
    symlink(std::env::temp_dir(), &link).unwrap();
    assert!(HostPacer::in_folder(&link).unwrap_err().to_string().contains("is no folder"));
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o770)).unwrap();
    let error = HostPacer::in_folder(&folder.0).unwrap_err().to_string();
    assert!(error.contains("is open to other users; `chmod 700` it"), "{error}");
}

#[tokio::test]
async fn an_account_that_no_other_process_knows_is_refused() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    let name = crate::pacing::provided_account(1);
    assert_ne!(name, crate::pacing::provided_account(2), "they would share a quota");
    for account in ["", name.as_str()] {
        let refused = pacer.acquire(Lane { account, operation: &TEN }, soon()).await.unwrap_err();
        assert_eq!(refused, PacingError::NoAccount, "{account}");
        assert!(refused.to_string().contains("set ConfigBuilder::account"), "{refused}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_finds_the_file_taken_asks_again_until_its_deadline_and_no_longer() {
    let folder = Folder::new();
    let pacer = Arc::new(folder.pacer());
    assert!(pacer.try_acquire(lane(&TEN)));
    let taken = fs::File::open(folder.file()).unwrap();
    flock(&taken, FlockOperation::LockExclusive).unwrap();
    let begun = Instant::now();
    assert_eq!(pacer.acquire(lane(&TEN), begun + MS(10)).await, Err(PacingError::Late));
    // No time is left to ask once more.
    let waited = begun.elapsed();
    assert!(waited > MS(10) - BUSY && waited < MS(10) + BUSY, "{waited:?}");
    let waiting = Arc::clone(&pacer);
    let waiting = tokio::spawn(async move { waiting.acquire(lane(&TEN), begun + MS(60_000)).await });
    tokio::time::sleep(MS(50)).await;
    drop(taken);
    assert_eq!(waiting.await.unwrap(), Ok(()));
}

#[test]
fn a_pacer_says_where_its_files_are() {
    let folder = Folder::new();
    let text = format!("{:?}", folder.pacer());
    assert!(text.contains(folder.0.to_str().unwrap()), "{text}");
}

#[test]
fn a_file_that_claims_what_no_schedule_has_is_damaged() {
    let whole = Schedule::new(Rule::of(TEN.quota).unwrap(), 5);
    let is_read = |change: fn(&mut Schedule)| {
        let mut changed = whole.clone();
        change(&mut changed);
        decode(&encode(&changed)).is_some()
    };
    assert!(is_read(|_| ()));
    assert!(is_read(|schedule| schedule.log = (0..LONGEST_LOG.into()).collect()));
    assert!(!is_read(|schedule| schedule.log = (0..=LONGEST_LOG.into()).collect()));
    assert!(is_read(|schedule| schedule.free = (0..MOST_FREE as u64).collect()));
    assert!(!is_read(|schedule| schedule.free = (0..=MOST_FREE as u64).collect()));
    assert!(!is_read(|schedule| schedule.calls = 0));
    // The checksum is right, and the rest is not.
    let summed = |body: &[u8]| [&Sha256::digest(body)[..8], body].concat();
    let body = &encode(&whole)[8..];
    assert!(decode(&summed(body)).is_some());
    for wrong in [[body, &[0]].concat(), [body, &[0; 8]].concat(), [&[1], &body[1..]].concat(), body[8..].to_vec()] {
        assert_eq!(decode(&summed(&wrong)), None, "{wrong:?}");
    }
}

#[test]
fn only_grants_are_recorded() {
    let folder = Folder::new();
    let record = folder.0.with_extension("grants");
    let pacer = folder.pacer().record_to(&record);
    assert!(pacer.try_acquire(lane(&ONE_A_MINUTE)));
    assert!(!pacer.try_acquire(lane(&ONE_A_MINUTE)));
    pacer.throttled(lane(&ONE_A_MINUTE), MS(1));
    let recorded = fs::read_to_string(&record).unwrap();
    fs::remove_file(&record).unwrap();
    assert_eq!(recorded.lines().count(), 1, "{recorded}");
}

#[test]
fn what_cannot_be_opened_for_another_reason_than_that_it_is_not_there_is_told() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    assert!(pacer.try_acquire(lane(&TEN)));
    let path = folder.file();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let (rule, state) = pacer.open(lane(&TEN)).unwrap().unwrap();
    match state.take(rule, Duration::ZERO, None) {
        Err(PacingError::Unavailable(reason)) => assert!(reason.contains(path.to_str().unwrap()), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_folder_of_a_user_is_named_by_the_session_or_by_the_user() {
    let folder = folder::default();
    match std::env::var_os("XDG_RUNTIME_DIR").filter(|session| Path::new(session).is_absolute()) {
        Some(session) => assert_eq!(folder, Path::new(&session).join("apsara-quota")),
        None => {
            // A process's own folder belongs to the user that it runs for.
            let uid = fs::metadata("/proc/self").map_or_else(|_| uid_of_a_new_file(), |process| process.uid());
            assert_eq!(folder, std::env::temp_dir().join(format!("apsara-quota-{uid}")));
        }
    }
}

fn uid_of_a_new_file() -> u32 {
    tempfile::tempfile().unwrap().metadata().unwrap().uid()
}

#[test]
fn a_lane_is_not_laid_by_a_file_that_another_process_lays_it_by() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    let (rule, state) = pacer.open(lane(&TEN)).unwrap().unwrap();
    state.take(rule, Duration::ZERO, None).unwrap();
    let lane = folder.file();
    let (granted, taken) = (fs::read(&lane).unwrap(), lane.with_extension("taken"));
    fs::hard_link(&lane, &taken).unwrap();
    let file = LaneFile::new(&folder.0, self::lane(&TEN), None);
    let told = file.lay_by(&taken, |_| panic!("it is written to")).unwrap_err();
    assert_eq!((told.kind(), fs::read(&lane).unwrap()), (std::io::ErrorKind::AlreadyExists, granted));
}

#[test]
fn a_file_that_cannot_be_laid_is_told() {
    let folder = Folder::new();
    let pacer = folder.pacer();
    // A folder that somebody has made in the meantime is no better than one that is opened.
    fs::set_permissions(&folder.0, fs::Permissions::from_mode(0o770)).unwrap();
    let (rule, state) = pacer.open(lane(&TEN)).unwrap().unwrap();
    match state.take(rule, Duration::ZERO, None) {
        Err(PacingError::Unavailable(reason)) => assert!(reason.contains("is open to other users"), "{reason}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing_behind() {
    let folder = Folder::new();
    drop(folder.pacer());
    let file = LaneFile::new(&folder.0, lane(&TEN), None);
    let full = |_: &mut fs::File| Err(std::io::ErrorKind::StorageFull.into());
    let told = file.lay_by(&folder.0.join("new"), full).unwrap_err();
    assert_eq!(told.kind(), std::io::ErrorKind::StorageFull);
    assert_eq!(fs::read_dir(&folder.0).unwrap().count(), 0);
}
