//! `cargo xtask package`: every crate that is published, as it would be, and a program built from them alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::run::{Failure, cargo, root, succeed, target};

/// What crates.io asks for or shows; where the repository is, nobody says yet.
const METADATA: [&str; 6] = ["description", "license", "readme", "rust_version", "keywords", "categories"];

/// What every package holds beside its code.
const PAPERS: [&str; 3] = ["README.md", "LICENSE-APACHE", "LICENSE-MIT"];

/// The largest package that crates.io takes, in bytes.
const LARGEST: u64 = 10 * 1024 * 1024;

/// The program that is built from the packages: it makes a client in its build script, and calls an emulator.
pub(crate) const CONSUMER: &str = "examples/own-product";

/// A crate of the workspace that is published.
struct Package {
    name: String,
    version: String,
    /// The crates of the workspace that it needs, for its tests as well.
    needs: Vec<String>,
    missing: Vec<&'static str>,
}

/// Packages, unpacks, builds and runs.
pub(crate) fn run() -> Result<(), Failure> {
    let packages = in_order(published()?)?;
    if let Some(package) = packages.iter().find(|package| !package.missing.is_empty()) {
        return Err(format!("add to [package] of {}: {}", package.name, package.missing.join(", ")));
    }
    let build = target().join("scratch-build");
    let mut package = cargo(&["package", "--no-verify", "--allow-dirty", "--quiet", "--offline"]);
    for package_of in &packages {
        package.args(["--package", &package_of.name]);
    }
    let output = package.env("CARGO_TARGET_DIR", &build).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("cargo cannot package the crates:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    let to = target().join("scratch/package");
    if to.exists() {
        fs::remove_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    }
    fs::create_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    println!("{:>2}  {:<16} {:>9} {:>9}  what is in it", "", "crate", "packed", "unpacked");
    for (index, package) in packages.iter().enumerate() {
        let named = format!("{}-{}", package.name, package.version);
        let archive = build.join("package").join(format!("{named}.crate"));
        // Without -m all files would have the time of the packaging, and cargo would take those of the last run for built.
        succeed(Command::new("tar").arg("-xmzf").arg(&archive).arg("-C").arg(&to))?;
        let packed = fs::metadata(&archive).map_err(|error| format!("{}: {error}", archive.display()))?.len();
        let files = files(&to.join(&named))?;
        complete(&named, &files, packed)?;
        let unpacked: u64 = files.values().sum();
        println!(
            "{:>2}. {:<16} {:>9} {:>9}  {}",
            index + 1,
            package.name,
            size(packed),
            size(unpacked),
            listed(&files)
        );
    }
    consume(&packages, &to)
}

/// Asks cargo for the crates of the workspace.
pub(crate) fn of_the_workspace() -> Result<Vec<Value>, Failure> {
    let output =
        cargo(&["metadata", "--no-deps", "--format-version", "1"]).output().map_err(|error| error.to_string())?;
    let mut metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
    Ok(metadata["packages"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// Returns the crates of the workspace that are published.
fn published() -> Result<Vec<Package>, Failure> {
    let all = of_the_workspace()?;
    let published = all.iter().filter(|package| package["publish"].is_null());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |package: &Value| {
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        // Those of the workspace have a path.
        let needs = dependencies.filter(|dependency| dependency["path"].is_string());
        let is_missing = |key: &&str| match &package[*key] {
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            _ => true,
        };
        Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            needs: needs.map(|dependency| text(&dependency["name"])).collect(),
            missing: METADATA.into_iter().filter(is_missing).collect(),
        }
    };
    Ok(published.map(one).collect())
}

/// Sorts crates so that each comes after all that it needs, for its tests as well.
fn in_order(mut left: Vec<Package>) -> Result<Vec<Package>, Failure> {
    left.sort_by(|a, b| a.name.cmp(&b.name));
    let mut sorted: Vec<Package> = Vec::new();
    while !left.is_empty() {
        let is_ready =
            |package: &Package| package.needs.iter().all(|need| sorted.iter().any(|done| done.name == *need));
        let Some(index) = left.iter().position(is_ready) else {
            let stuck: Vec<String> =
                left.iter().map(|package| format!("{} needs {}", package.name, package.needs.join(", "))).collect();
            return Err(format!("there is no order to publish in, counting what tests need: {}", stuck.join("; ")));
        };
        sorted.push(left.remove(index));
    }
    Ok(sorted)
}

/// Returns the files of a folder, however deep, with their sizes.
fn files(folder: &Path) -> Result<BTreeMap<String, u64>, Failure> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let failed = |error: std::io::Error| format!("{}: {error}", next.display());
        for entry in fs::read_dir(&next).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                found.insert(name, fs::metadata(&path).map_err(failed)?.len());
            }
        }
    }
    Ok(found)
}

/// Fails if a package lacks a paper, or is larger than it may be.
fn complete(named: &str, files: &BTreeMap<String, u64>, packed: u64) -> Result<(), Failure> {
    if let Some(missing) = PAPERS.iter().find(|paper| files.get(**paper).is_none_or(|size| *size == 0)) {
        return Err(format!("{named} holds no {missing}"));
    }
    if packed > LARGEST {
        return Err(format!("{named} has {}, and crates.io takes {}", size(packed), size(LARGEST)));
    }
    Ok(())
}

/// Says how many files there are, by the folder or the name that they stand under.
fn listed(files: &BTreeMap<String, u64>) -> String {
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for name in files.keys().filter(|name| !name.starts_with("Cargo") && !name.starts_with('.')) {
        let group = name.split_once('/').map_or(name.as_str(), |(folder, _)| folder);
        *groups.entry(group).or_default() += 1;
    }
    let groups =
        groups.iter().map(|(group, count)| if *count == 1 { (*group).to_owned() } else { format!("{group}/ {count}") });
    groups.collect::<Vec<_>>().join(", ")
}

fn size(bytes: u64) -> String {
    format!("{:.1} KiB", bytes as f64 / 1024.0)
}

/// Compiles every package, and builds and runs a program of its own, in a workspace where nothing of ours is but the packages.
fn consume(packages: &[Package], folder: &Path) -> Result<(), Failure> {
    let consumer = folder.join("consumer");
    for name in ["build.rs", "src/main.rs", "specs/alidns.json", "specs/DescribeDomainRecords.apsara.json"] {
        let (from, to) = (root().join(CONSUMER).join(name), consumer.join(name));
        fs::create_dir_all(to.parent().unwrap_or(&consumer)).map_err(|error| error.to_string())?;
        fs::copy(&from, &to).map_err(|error| format!("{}: {error}", from.display()))?;
    }
    let manifest = root().join(CONSUMER).join("Cargo.toml");
    let manifest = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    let manifest = of_packages(&manifest, packages)?;
    let patches =
        packages.iter().map(|package| format!("{0} = {{ path = \"{0}-{1}\" }}\n", package.name, package.version));
    let patches: String = patches.collect();
    let workspace =
        format!("[workspace]\nresolver = \"3\"\nmembers = [\"*-*.*.*\", \"consumer\"]\n\n[patch.crates-io]\n{patches}");
    fs::write(consumer.join("Cargo.toml"), manifest).map_err(|error| error.to_string())?;
    fs::write(folder.join("Cargo.toml"), workspace).map_err(|error| error.to_string())?;
    // The same versions as here, so that nothing is fetched.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).map_err(|error| error.to_string())?;
    let build = |arguments: &[&str]| {
        let mut command = cargo(arguments);
        command
            .args(["--quiet", "--offline"])
            .current_dir(folder)
            .env("CARGO_TARGET_DIR", target().join("scratch-build"));
        succeed(&mut command)
    };
    // What the program stands on is built; of the others it is enough that they compile.
    build(&["check", "--workspace"])?;
    println!("built from the packages alone; the program of {CONSUMER} prints:");
    build(&["run", "--package", "own-product"])
}

/// Returns the manifest of the consumer as it is for whoever has nothing but the packages: a version in the place of each path.
fn of_packages(manifest: &str, packages: &[Package]) -> Result<String, Failure> {
    let line = |line: &str| {
        let Some((name, _)) = line.split_once(" = { path = ") else { return Ok(format!("{line}\n")) };
        let package = packages.iter().find(|package| package.name == name);
        package.map(|package| format!("{name} = \"{}\"\n", package.version)).ok_or(format!("{name} is not published"))
    };
    manifest.lines().filter(|line| *line != "[workspace]").map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, needs: &[&str]) -> Package {
        let needs = needs.iter().map(|need| (*need).to_owned()).collect();
        Package { name: name.to_owned(), version: "1.0.0".to_owned(), needs, missing: Vec::new() }
    }

    #[test]
    fn a_crate_comes_after_all_that_it_needs() {
        let sorted = in_order(vec![package("a", &["c"]), package("b", &[]), package("c", &["b"])]);
        let names: Vec<String> = sorted.into_iter().flatten().map(|package| package.name).collect();
        assert_eq!(names, ["b", "c", "a"]);
        // Tests that need a later crate make a circle, and so does one that is not published.
        let circle = in_order(vec![package("a", &["b"]), package("b", &["a"])]).err();
        assert_eq!(
            circle.as_deref(),
            Some("there is no order to publish in, counting what tests need: a needs b; b needs a")
        );
        assert!(in_order(vec![package("a", &["hidden"])]).is_err());
    }

    #[test]
    fn a_consumer_depends_on_versions_where_its_manifest_has_paths() {
        let (packages, manifest) =
            ([package("a", &[])], "[workspace]\n\n[dependencies]\na = { path = \"../a\" }\nb = \"1\"");
        assert_eq!(of_packages(manifest, &packages).unwrap(), "\n[dependencies]\na = \"1.0.0\"\nb = \"1\"\n");
        assert_eq!(of_packages("c = { path = \"../c\" }", &packages).unwrap_err(), "c is not published");
    }

    #[test]
    fn the_page_of_the_clients_names_every_feature() {
        let all = of_the_workspace().unwrap();
        let features = all.iter().find(|package| package["name"] == "apsara").unwrap()["features"].as_object().unwrap();
        let page = fs::read_to_string(root().join("crates/apsara/README.md")).unwrap();
        let named: std::collections::BTreeSet<&str> = page
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split_once(" |"))
            .flat_map(|(names, _)| names.split('`').filter(|name| !name.starts_with(',')))
            .filter(|name| !name.is_empty())
            .collect();
        assert_eq!(named, features.keys().map(String::as_str).filter(|name| *name != "default").collect());
    }

    #[test]
    fn a_package_without_its_papers_is_refused() {
        let mut files: BTreeMap<String, u64> = PAPERS.iter().map(|paper| ((*paper).to_owned(), 1)).collect();
        assert_eq!(complete("a-1.0.0", &files, 1), Ok(()));
        assert!(complete("a-1.0.0", &files, LARGEST + 1).is_err());
        files.remove("LICENSE-MIT");
        assert_eq!(complete("a-1.0.0", &files, 1), Err("a-1.0.0 holds no LICENSE-MIT".to_owned()));
    }
}
