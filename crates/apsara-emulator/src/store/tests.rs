use super::*;

/// A folder of its own for each test, which goes when the test does.
pub(crate) struct Folder(pub(crate) std::path::PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("apsara-store-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn places(rows: &Rows) -> Vec<(String, u64)> {
    rows.read(PLACES).unwrap()
}

#[tokio::test]
async fn what_is_written_is_there_again_and_only_what_differs_is_written() {
    let folder = Folder::new("again");
    let (mut store, rows) = Store::open(&folder.0).unwrap();
    assert_eq!(places(&rows), []);
    store.hold(PLACES, [("a", &1u64), ("b", &2)].into_iter());
    store.put(NONCES, || "1".to_owned(), &1);
    store.put(NONCES, || "2".to_owned(), &2);
    store.commit().written().await.unwrap();
    store.hold(PLACES, [("b", &3u64), ("c", &4)].into_iter());
    store.delete_before(NONCES, "2".to_owned());
    store.commit().written().await.unwrap();
    drop(store);
    let (mut store, rows) = Store::open(&folder.0).unwrap();
    assert_eq!(places(&rows), [("b".to_owned(), 3), ("c".to_owned(), 4)]);
    assert_eq!(rows.read::<u64>(NONCES).unwrap(), [("2".to_owned(), 2)]);
    // What is held already is no change, also after it was read.
    store.hold(PLACES, [("b", &3u64), ("c", &4)].into_iter());
    assert_eq!(store.pending(), 0);
    store.clear();
    store.commit().written().await.unwrap();
    drop(store);
    assert_eq!(places(&Store::open(&folder.0).unwrap().1), []);
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = Folder::new("private");
    let file = folder.0.join("emulator.redb");
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    drop(Store::open(&folder.0).unwrap());
    assert_eq!((mode(&folder.0), mode(&file)), (0o700, 0o600));
    // An older program left its file as others could read it; whose folder it is says who may enter that.
    for (path, open) in [(&file, 0o644), (&folder.0, 0o755)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(open)).unwrap();
    }
    drop(Store::open(&folder.0).unwrap());
    assert_eq!((mode(&folder.0), mode(&file)), (0o755, 0o600));
}

#[tokio::test]
async fn a_change_after_the_end_is_not_acknowledged() {
    let folder = Folder::new("end");
    let (mut store, _) = Store::open(&folder.0).unwrap();
    store.put(COUNTERS, || "a".to_owned(), &1);
    let before = store.commit();
    store.close();
    before.written().await.unwrap();
    store.put(COUNTERS, || "b".to_owned(), &1);
    assert!(store.commit().written().await.is_err());
}

#[test]
fn a_file_that_is_open_or_of_another_version_is_refused() {
    let folder = Folder::new("version");
    let (store, _) = Store::open(&folder.0).unwrap();
    let open = Store::open(&folder.0).err().unwrap();
    assert!(matches!(&open, StartError::DataInUse { .. }), "{open}");
    drop(store);
    disk::write_version(&folder.0, 7);
    let other = Store::open(&folder.0).err().unwrap();
    assert!(matches!(&other, StartError::DataVersion { found: 7, known: 1, .. }), "{other}");
    assert!(other.to_string().contains("version 7"), "{other}");
    let foreign = Folder::new("foreign");
    std::fs::create_dir_all(&foreign.0).unwrap();
    std::fs::write(foreign.0.join("emulator.redb"), "no database at all, but long enough to be looked at").unwrap();
    let none = Store::open(&foreign.0).err().unwrap();
    assert!(matches!(&none, StartError::Data { .. }), "{none}");
    std::fs::write(foreign.0.join("a file"), "").unwrap();
    assert!(matches!(Store::open(&foreign.0.join("a file")).err(), Some(StartError::Data { .. })));
}
