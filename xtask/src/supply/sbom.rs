//! A list of what the program `apsara` is made of, in the form CycloneDX 1.6.
//!
//! It follows from the lock file alone: no time and no random number is in it, so that the same tree gives the same list.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use crate::run::{Failure, cargo, root, target};

const PROGRAM: &str = "apsara-cli";

/// Writes the list; returns how many components it has.
pub(super) fn write(packages: &BTreeMap<String, Value>) -> Result<usize, Failure> {
    // The features are those of a release, and the system is this one.
    let tree = ["tree", "--locked", "--package", PROGRAM, "--edges", "normal", "--prefix", "none", "--format", "{p}"];
    let output = cargo(&tree).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("cargo cannot list dependencies:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let names: BTreeSet<(&str, &str)> = text.lines().filter_map(named).collect();
    let checksums = checksums()?;
    let component = |(name, version): &(&str, &str)| {
        let is_it = |package: &&Value| package["name"] == *name && package["version"] == *version;
        let package = packages.values().find(is_it).ok_or_else(|| format!("cargo does not know {name} {version}"))?;
        let mut component = json!({
            "type": "library", "name": name, "version": version, "bom-ref": format!("pkg:cargo/{name}@{version}"),
            "purl": format!("pkg:cargo/{name}@{version}"),
        });
        if let Some(licence) = package["license"].as_str() {
            // Some are written as they were before SPDX.
            component["licenses"] = json!([{ "expression": licence.replace(" / ", " OR ").replace('/', " OR ") }]);
        }
        if let Some(sum) = checksums.get(&((*name).to_owned(), (*version).to_owned())) {
            component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
        }
        Ok(component)
    };
    let (program, others): (Vec<_>, Vec<_>) = names.iter().partition(|(name, _)| *name == PROGRAM);
    let others: Vec<Value> = others.into_iter().map(component).collect::<Result<_, Failure>>()?;
    let (_, version) = program.first().ok_or("the program is not in its own tree")?;
    let list = json!({
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": { "component": {
            "type": "application", "name": "apsara", "version": version, "bom-ref": format!("pkg:cargo/{PROGRAM}@{version}"),
            "purl": format!("pkg:cargo/{PROGRAM}@{version}"), "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        } },
        "components": others,
    });
    let folder = target().join("sbom");
    let path = folder.join("apsara.cdx.json");
    let written = serde_json::to_string_pretty(&list).map_err(|error| error.to_string())?;
    let failed = |error: std::io::Error| format!("{}: {error}", path.display());
    fs::create_dir_all(&folder).and_then(|()| fs::write(&path, format!("{written}\n"))).map_err(failed)?;
    println!("SBOM: {} components in {}", others.len(), path.display());
    Ok(others.len())
}

/// Reads a line of a tree: `name v1.0.0 (…)`.
fn named(line: &str) -> Option<(&str, &str)> {
    let mut words = line.split(' ');
    Some((words.next()?, words.next()?.strip_prefix('v')?))
}

/// Reads the checksums of the lock file, by name and version.
fn checksums() -> Result<BTreeMap<(String, String), String>, Failure> {
    let path = root().join("Cargo.lock");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let entry = |package: &str| {
        let of = |key: &str| {
            let line = package.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
            line.and_then(|text| text.strip_suffix('"')).map(str::to_owned)
        };
        Some(((of("name")?, of("version")?), of("checksum")?))
    };
    Ok(text.split("[[package]]").filter_map(entry).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_a_tree_names_a_package() {
        assert_eq!(named("syn v2.0.1 (proc-macro) (*)"), Some(("syn", "2.0.1")));
        assert_eq!(named(""), None);
    }

    #[test]
    fn what_comes_from_elsewhere_has_a_checksum() {
        let checksums = checksums().unwrap_or_default();
        assert!(checksums.iter().any(|((name, _), sum)| name == "serde_json" && sum.len() == 64));
        assert!(!checksums.keys().any(|(name, _)| name == "apsara"));
    }
}
