#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

const BEFORE: &str = r#"{
	"current": "night",
	"zebra": {"b": 1, "a": [1.5, null, true]},
	"profiles": [
		{"name": "night", "mode": "RamRoleArn", "x_unknown": 18446744073709551617.50, "access_key_id": "LTAI-n", "region_id": "cn-beijing"},
		{"mode": "AK", "name": "day", "access_key_secret": "canary", "access_key_id": "LTAI-d"}
	],
	"meta_path": ""
}"#;

/// Changes the file at a path.
fn changed(path: &Path, change: impl Fn(&mut File)) {
    let changed = File::read(path.to_owned()).unwrap().change(|file| {
        change(file);
        Ok(())
    });
    changed.unwrap();
}

#[test]
fn what_is_not_changed_stays_as_it_is_and_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, BEFORE).unwrap();
    changed(&path, |file| {
        file.profile_mut("day").unwrap().set("access_key_id", Json::text("LTAI-new"));
        file.profile_mut("third").unwrap().set("mode", Json::text("AK"));
    });
    let text = std::fs::read_to_string(&path).unwrap();
    let places = [
        "current",
        "zebra",
        "\"b\"",
        "\"a\"",
        "x_unknown\": 18446744073709551617.50",
        "LTAI-n",
        "\"day\"",
        "canary",
        "LTAI-new",
        "third",
        "meta_path",
    ];
    let at: Vec<usize> =
        places.iter().map(|place| text.find(place).unwrap_or_else(|| panic!("{place}: {text}"))).collect();
    assert!(at.is_sorted(), "{text}");
    assert!(text.contains("1.5") && !text.contains("LTAI-d"), "{text}");
    assert!(text.contains("\n\t\t{\n\t\t\t\"name\": \"night\""), "{text}");
}

#[test]
fn where_a_name_stands_twice_the_one_that_is_read_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, r#"{"profiles": [], "current": "a", "profiles": [{"name": "night"}], "current": "b"}"#)
        .unwrap();
    assert_eq!(File::read(path.clone()).unwrap().current(), Some("b"));
    changed(&path, |file| file.profile_mut("new").unwrap().set("mode", Json::text("AK")));
    let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(read["profiles"][1], serde_json::json!({ "name": "new", "mode": "AK" }), "{read}");
}

#[test]
fn what_others_write_before_the_change_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, BEFORE).unwrap();
    let file = File::read(path.clone()).unwrap();
    // As a program does that renews a login meanwhile.
    let renewed = BEFORE.replace("LTAI-n", "STS.renewed");
    std::fs::write(&path, renewed).unwrap();
    let change = |file: &mut File| {
        file.profile_mut("day").unwrap().set("mode", Json::text("StsToken"));
        Ok(())
    };
    file.change(change).unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("STS.renewed") && text.contains("StsToken"), "{text}");
    // A file that was made meanwhile is no other's either.
    std::fs::remove_file(&path).unwrap();
    let file = File::read(path.clone()).unwrap();
    let made = std::cell::Cell::new(false);
    let changed = file.change(|file| {
        if !made.replace(true) {
            std::fs::write(&path, BEFORE).unwrap();
        }
        change(file)
    });
    changed.unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("LTAI-n") && text.contains("StsToken"), "{text}");
}

#[cfg(unix)]
#[test]
fn a_file_that_another_program_has_locked_is_waited_for_and_read_then() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, BEFORE).unwrap();
    let file = File::read(path.clone()).unwrap();
    let locked = Locked::of(&path).unwrap().unwrap();
    let (done, wait) = std::sync::mpsc::channel();
    let configure = {
        std::thread::spawn(move || {
            file.change(|file| {
                file.profile_mut("day").unwrap().set("mode", Json::text("StsToken"));
                Ok(())
            })
            .unwrap();
            done.send(()).unwrap();
        })
    };
    assert!(wait.recv_timeout(std::time::Duration::from_millis(200)).is_err(), "the lock is another's");
    // Its file takes the place of the one that is waited for.
    private::replace(&path, |file| {
        file.write_all(BEFORE.replace("LTAI-n", "STS.renewed").as_bytes()).unwrap();
        Ok(())
    })
    .unwrap();
    drop(locked);
    configure.join().unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains("STS.renewed") && text.contains("StsToken"), "{text}");
}

#[test]
fn of_two_profiles_of_one_name_the_first_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    let text = r#"{"profiles": [{"name": "a", "mode": "AK"}, {"name": "a", "mode": "EcsRamRole"}]}"#;
    std::fs::write(&path, text).unwrap();
    let mode = |file: &File| file.profile("a").unwrap().get("mode").and_then(Json::as_str).unwrap().to_owned();
    assert_eq!(mode(&File::read(path.clone()).unwrap()), "AK");
    changed(&path, |file| file.profile_mut("a").unwrap().set("mode", Json::text("External")));
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    assert_eq!(
        (&file["profiles"][0]["mode"], &file["profiles"][1]["mode"]),
        (&"External".into(), &"EcsRamRole".into())
    );
}

#[cfg(unix)]
#[test]
fn it_is_for_its_owner_alone_and_a_link_stays_one() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("target.json"), folder.path().join("link.json"));
    std::fs::write(&target, "{}").unwrap();
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o644)).unwrap();
    std::os::unix::fs::symlink(&target, &link).unwrap();
    changed(&link, |_| ());
    assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(std::fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o600);
    let new = folder.path().join("a/b/config.json");
    changed(&new, |_| ());
    assert_eq!(std::fs::metadata(new.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "nothing temporary is left: {left:?}");
}

#[test]
fn a_file_that_is_something_else_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    for text in ["{ canary", "[]", r#"{"profiles": {"canary": 1}}"#] {
        let path = folder.path().join("config.json");
        std::fs::write(&path, text).unwrap();
        let error = File::read(path).err().unwrap().to_string();
        assert!(error.contains("mend it, or move it away") && !error.contains("canary"), "{error}");
    }
}
