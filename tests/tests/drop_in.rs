//! Dropping a spec file in is all it takes to add an operation.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use apsara_tests::workspace::{cargo, copy_tree, root, scratch, succeed};

const GENERATED: &str = "crates/apsara/src/generated";

#[test]
fn an_operation_is_added_by_dropping_its_spec_in() {
    let copy = scratch("drop-in");
    copy_tree(&copy);
    let fixtures = root().join("tests/fixtures/drop-in");
    let before = generated(&copy.join(GENERATED));

    let spec = "api-specs/live/2016-11-01/DescribeLiveDomainMapping.json";
    fs::copy(fixtures.join("DescribeLiveDomainMapping.json"), copy.join(spec)).unwrap();
    let stale = cargo(&copy, &["xtask", "generate", "--check"]).output().unwrap();
    let told = String::from_utf8_lossy(&stale.stderr).into_owned() + &String::from_utf8_lossy(&stale.stdout);
    assert!(!stale.status.success() && told.contains("cargo xtask generate"), "{told}");
    succeed(&mut cargo(&copy, &["xtask", "generate"]));
    succeed(&mut cargo(&copy, &["xtask", "generate", "--check"]));

    let after = generated(&copy.join(GENERATED));
    let changed: Vec<&str> =
        after.iter().filter(|(name, text)| before.get(*name) != Some(text)).map(|(name, _)| name.as_str()).collect();
    let version = "live/v2016_11_01";
    assert_eq!(changed, [format!("{version}/describe_live_domain_mapping.rs"), format!("{version}/mod.rs")]);
    assert_eq!(after.len(), before.len() + 1, "nothing was removed");

    fs::copy(fixtures.join("dropped.rs"), copy.join("tests/tests/dropped.rs")).unwrap();
    succeed(&mut cargo(&copy, &["test", "--package", "apsara-tests", "--test", "dropped"]));
}

/// Reads every file below a folder, by its path from there.
fn generated(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(path).unwrap());
            }
        }
    }
    found
}
