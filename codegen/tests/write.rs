//! Writing is one step, and what was not generated is left alone.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::PathBuf;

use apsara_codegen::{compare, write};
use common::{OPERATION, PRODUCT, generated};

/// Returns an empty folder below the target folder.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn what_was_written_is_what_is_compared() {
    let folder = folder("written");
    let files = generated(&[("product.json", PRODUCT), ("Smallest.json", OPERATION)]).unwrap();
    let none = |_: &str| false;
    assert_eq!(compare(&files, &folder, &none).unwrap().changed.len(), files.len());
    assert_eq!(write(&files, &folder, &none).unwrap().changed.len(), files.len());
    assert!(compare(&files, &folder, &none).unwrap().is_empty());
    assert!(write(&files, &folder, &none).unwrap().is_empty());

    let path = folder.join("test/v2026_01_01/smallest.rs");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, right.replace("rt::Method::Post", "rt::Method::Get")).unwrap();
    let changes = compare(&files, &folder, &none).unwrap();
    let difference = &changes.changed["test/v2026_01_01/smallest.rs"];
    assert!(
        difference.contains("-        method: rt::Method::Get,\n+        method: rt::Method::Post,\n"),
        "{difference}"
    );
    assert_ne!(fs::read_to_string(&path).unwrap(), right, "comparing writes nothing");
    write(&files, &folder, &none).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), right);
}

#[test]
fn only_what_was_generated_is_removed() {
    let folder = folder("removed");
    let none = |_: &str| false;
    let two = generated(&[("product.json", PRODUCT), ("Smallest.json", OPERATION), ("Other.json", OPERATION)]).unwrap();
    write(&two, &folder, &none).unwrap();
    let ours = folder.join("test/v2026_01_01/by_hand.rs");
    fs::write(&ours, "// Written by hand.\n").unwrap();

    let one = generated(&[("product.json", PRODUCT), ("Smallest.json", OPERATION)]).unwrap();
    let stale = ["test/v2026_01_01/other.rs"];
    assert_eq!(compare(&one, &folder, &none).unwrap().stale, stale);
    assert!(compare(&one, &folder, &|path| path == stale[0]).unwrap().stale.is_empty(), "what is kept is not stale");
    assert_eq!(write(&one, &folder, &none).unwrap().stale, stale);
    assert!(!folder.join(stale[0]).exists());
    assert!(ours.exists());

    write(&[], &folder, &none).unwrap();
    assert!(ours.exists() && !folder.join("test/mod.rs").exists() && !folder.join("mod.rs").exists());
}
