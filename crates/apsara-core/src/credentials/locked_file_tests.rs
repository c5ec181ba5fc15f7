//! One file and several programs.

use std::os::unix::fs::PermissionsExt;

use super::*;

#[tokio::test(start_paused = true)]
async fn whoever_waits_for_the_lock_gets_the_file_that_took_the_others_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    let first = LockedFile::lock(&path).await.unwrap();
    let waiting = {
        let path = path.clone();
        tokio::spawn(async move { LockedFile::lock(&path).await.unwrap().read().unwrap() })
    };
    sleep(PAUSE * 3).await;
    assert!(!waiting.is_finished());
    first.successor().unwrap().write("new").unwrap();
    drop(first);
    assert_eq!(waiting.await.unwrap(), "new");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_given_back_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    let _held = LockedFile::lock(&path).await.unwrap();
    let error = LockedFile::lock(&path).await.err().unwrap().to_string();
    assert!(error.contains("config.json: another program has held its lock for 30s"), "{error}");
}

#[tokio::test]
async fn a_locked_file_is_open_for_writing_and_is_the_one_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    let locked = LockedFile::lock(&path).await.unwrap();
    (&locked.file).write_all(b"new").unwrap();
    fs::remove_file(&path).unwrap();
    assert_eq!(locked.read().unwrap(), "new");
    assert_eq!(locked.read().unwrap(), "new");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_file_that_cannot_be_opened_for_writing_is_locked_as_well() {
    // A program that runs is written by nobody, not even by root.
    let running = std::env::current_exe().unwrap();
    OpenOptions::new().write(true).open(&running).unwrap_err();
    LockedFile::lock(&running).await.unwrap();
}

#[tokio::test]
async fn where_no_file_can_take_the_others_place_the_text_is_written_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old, and longer").unwrap();
    let locked = LockedFile::lock(&path).await.unwrap();
    let successor = locked.successor().unwrap();
    // No file takes the place of a folder, as none takes that of a mount point.
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let locked = successor.write_or_keep(locked, "new").unwrap();
    assert_eq!(locked.read().unwrap(), "new");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[tokio::test]
async fn what_can_be_written_nowhere_is_kept_beside_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    let locked = LockedFile { file: File::open(&path).unwrap(), path: path.clone() };
    let successor = locked.successor().unwrap();
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = successor.write_or_keep(locked, "new").err().unwrap().to_string();
    let kept = folder.path().join("config.json.unsaved");
    assert!(error.contains("what was to be written is in ") && error.contains("json.unsaved: "), "{error}");
    assert_eq!(fs::read_to_string(&kept).unwrap(), "new");
    assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn a_successor_belongs_to_whom_the_file_belongs() {
    use std::os::unix::fs::{MetadataExt, chown};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    // Only root may give a file away; who is not has only files of its own, of which nothing can be seen here.
    if let Err(error) = chown(&path, Some(12345), Some(12346)) {
        println!("skipped without root: {error}");
        return;
    }
    let owner = |path: &Path| fs::metadata(path).map(|file| (file.uid(), file.gid())).unwrap();
    let before = owner(&path);
    let locked = LockedFile::lock(&path).await.unwrap();
    locked.successor().unwrap().write("new").unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "new");
    assert_eq!(owner(&path), before);
}

#[tokio::test]
async fn the_text_goes_into_a_file_whose_owner_cannot_be_kept() {
    use std::os::unix::fs::MetadataExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old, and longer").unwrap();
    let before = fs::metadata(&path).unwrap().ino();
    let locked = LockedFile::lock(&path).await.unwrap();
    let mut successor = locked.successor().unwrap();
    successor.keeps_owner = false;
    let locked = successor.write_or_keep(locked, "new").unwrap();
    assert_eq!((locked.read().unwrap().as_str(), fs::metadata(&path).unwrap().ino()), ("new", before));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[tokio::test]
async fn there_is_room_for_the_text_before_anything_depends_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    let locked = LockedFile::lock(&path).await.unwrap();
    let successor = locked.successor().unwrap();
    assert_eq!(fs::metadata(&successor.temporary).unwrap().len(), 3 + ROOM);
    let locked = successor.write_or_keep(locked, "new").unwrap();
    assert_eq!(locked.read().unwrap(), "new");
}

#[tokio::test]
async fn a_successor_that_is_not_written_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, "old").unwrap();
    let locked = LockedFile::lock(&path).await.unwrap();
    drop(locked.successor().unwrap());
    assert_eq!(locked.read().unwrap(), "old");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}
