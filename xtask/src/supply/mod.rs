//! `cargo xtask supply`: what the crates that are published depend on, and what the program is made of.

mod deny;
mod sbom;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;

use crate::run::{Failure, cargo, root, succeed};

/// What is looked at beside what every test run does.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Asks the advisories of rustsec.org as well, which are fetched from the internet.
    #[arg(long)]
    advisories: bool,
}

/// All that is looked at, with what must be installed or compiled for it.
pub(crate) fn run(args: &Args) -> Result<(), Failure> {
    let supply = Supply::read()?;
    let summary = supply.check()?;
    let duplicates = deny::check(args.advisories)?;
    for name in &supply.published {
        succeed(&mut cargo(&["check", "--quiet", "--locked", "--no-default-features", "--package", name]))?;
    }
    println!("without default features: {} crates compile", supply.published.len());
    println!("supply: {summary}, {duplicates} duplicates allowed for a reason");
    Ok(())
}

/// What every test run looks at: what cargo knows, in seconds.
pub(crate) fn cheap() -> Result<(), Failure> {
    let summary = Supply::read()?.check()?;
    println!("supply: {summary}; cargo-deny and builds without features: `cargo xtask supply`");
    Ok(())
}

/// What cargo says of the workspace and its lock file.
struct Supply {
    /// By id.
    packages: BTreeMap<String, Value>,
    members: BTreeSet<String>,
    /// The names of the packages that are published.
    published: Vec<String>,
    /// The ids of what the published crates are built of, themselves left aside, with any features on any system.
    dependencies: BTreeSet<String>,
}

impl Supply {
    fn read() -> Result<Self, Failure> {
        // Where the lock file does not fit the manifests, this fails.
        let mut metadata = cargo(&["metadata", "--locked", "--all-features", "--format-version", "1"]);
        let output = metadata.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("cargo cannot read the workspace:\n{}", String::from_utf8_lossy(&output.stderr)));
        }
        let read: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let id = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let packages: BTreeMap<String, Value> =
            list(&read["packages"]).into_iter().map(|package| (id(&package["id"]), package)).collect();
        let members: BTreeSet<String> = list(&read["workspace_members"]).iter().map(id).collect();
        let is_published = |member: &&String| packages.get(*member).is_some_and(|package| package["publish"].is_null());
        let mut open: Vec<String> = members.iter().filter(is_published).cloned().collect();
        let published = open.iter().filter_map(|id| packages.get(id)?["name"].as_str().map(str::to_owned)).collect();
        let nodes: BTreeMap<String, Value> =
            list(&read["resolve"]["nodes"]).into_iter().map(|node| (id(&node["id"]), node)).collect();
        let mut dependencies = BTreeSet::new();
        while let Some(next) = open.pop() {
            for dependency in nodes.get(&next).map(|node| list(&node["deps"])).unwrap_or_default() {
                // Tests depend on more.
                let is_built = list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev");
                let id = id(&dependency["pkg"]);
                if is_built && !members.contains(&id) && dependencies.insert(id.clone()) {
                    open.push(id);
                }
            }
        }
        Ok(Self { packages, members, published, dependencies })
    }

    fn check(&self) -> Result<String, Failure> {
        let sources = self.sources()?;
        self.build_scripts()?;
        let stated = self.rust_versions()?;
        let licences: BTreeSet<&str> = self.each().filter_map(|package| package["license"].as_str()).collect();
        let components = sbom::write(&self.packages)?;
        println!("lock file: it fits the manifests; all of {sources} packages are of crates.io");
        println!("build scripts: no package of ours has one, so who depends on us runs none of ours");
        println!(
            "Rust {}: every package of ours says so, and none of the {stated} dependencies that state a version needs a later one; {} \
             state none",
            rust_version()?,
            self.dependencies.len() - stated
        );
        Ok(format!(
            "{} published crates, {} dependencies, {} licence expressions, {components} SBOM components",
            self.published.len(),
            self.dependencies.len(),
            licences.len()
        ))
    }

    fn each(&self) -> impl Iterator<Item = &Value> {
        self.dependencies.iter().filter_map(|id| self.packages.get(id))
    }

    /// Sees to it that nothing comes from anywhere but crates.io; returns how much does.
    fn sources(&self) -> Result<usize, Failure> {
        let foreign = |package: &&Value| {
            package["source"].as_str() != Some("registry+https://github.com/rust-lang/crates.io-index")
        };
        // What stands beside the workspace and is none of it has no source, and no version that others could take.
        let others = || self.packages.iter().filter(|(id, _)| !self.members.contains(*id)).map(|(_, package)| package);
        match others().find(foreign) {
            Some(package) => {
                let source = package["source"].as_str().unwrap_or("a folder");
                Err(format!("{} is of {source}; take what crates.io has", package["name"]))
            }
            None => Ok(others().count()),
        }
    }

    /// Sees to it that who depends on us runs no script of ours.
    fn build_scripts(&self) -> Result<(), Failure> {
        for package in self.members.iter().filter_map(|id| self.packages.get(id)) {
            let targets = package["targets"].as_array().into_iter().flatten();
            let mut kinds = targets.flat_map(|target| target["kind"].as_array().into_iter().flatten());
            if kinds.any(|kind| kind == "custom-build") {
                return Err(format!(
                    "{} has a build script; do what it does when the code is generated",
                    package["name"]
                ));
            }
        }
        Ok(())
    }

    /// Sees to it that every package of ours names the workspace's Rust and has its lints, among them the one for what is of a later Rust,
    /// and that no dependency states a later one. Returns how many state one.
    fn rust_versions(&self) -> Result<usize, Failure> {
        let ours = rust_version()?;
        for package in self.members.iter().filter_map(|id| self.packages.get(id)) {
            let (name, manifest) = (&package["name"], package["manifest_path"].as_str().unwrap_or_default());
            if package["rust_version"] != ours.as_str() {
                return Err(format!("{name} does not say `rust-version.workspace = true`"));
            }
            let text = fs::read_to_string(manifest).map_err(|error| format!("{manifest}: {error}"))?;
            if !text.contains("[lints]\nworkspace = true") {
                return Err(format!("{name} does not have the workspace's lints"));
            }
        }
        let mut stated = 0;
        for package in self.each() {
            let Some(version) = package["rust_version"].as_str() else { continue };
            stated += 1;
            if numbers(version) > numbers(&ours) {
                let (name, at) = (&package["name"], &package["version"]);
                return Err(format!("{name} {at} needs Rust {version}, and we say {ours}; take an earlier one"));
            }
        }
        Ok(stated)
    }
}

/// Reads the workspace's Rust, whose lint for what is of a later one must be on.
fn rust_version() -> Result<String, Failure> {
    let path = root().join("Cargo.toml");
    let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if !text.contains("\nincompatible_msrv = \"warn\"") {
        return Err("the lint clippy::incompatible_msrv is not on in Cargo.toml".to_owned());
    }
    let found = text.lines().find_map(|line| line.strip_prefix("rust-version = \"")?.strip_suffix('"'));
    found.map(str::to_owned).ok_or_else(|| "Cargo.toml names no rust-version".to_owned())
}

fn numbers(version: &str) -> Vec<u32> {
    let mut numbers: Vec<u32> = version.split('.').map(|part| part.parse().unwrap_or(u32::MAX)).collect();
    numbers.resize(3, 0);
    numbers
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn supply(dependency: &Value, script: &str) -> Supply {
        let manifest = root().join("xtask/Cargo.toml");
        let ours = json!({
            "name": "ours", "publish": [], "rust_version": "1.88", "manifest_path": manifest,
            "targets": [{ "kind": [script] }],
        });
        let packages = [("a".to_owned(), ours), ("b".to_owned(), dependency.clone())].into();
        let one = |id: &str| BTreeSet::from([id.to_owned()]);
        Supply { packages, members: one("a"), published: Vec::new(), dependencies: one("b") }
    }

    #[test]
    fn what_needs_a_later_rust_or_comes_from_elsewhere_is_refused() {
        let registry = "registry+https://github.com/rust-lang/crates.io-index";
        let sound = json!({ "name": "b", "version": "1.0.0", "rust_version": "1.88.0", "source": registry });
        assert_eq!(supply(&sound, "lib").rust_versions(), Ok(1));
        assert_eq!(supply(&sound, "lib").sources(), Ok(1));
        for later in ["1.88.1", "1.89", "1.100", "2.0"] {
            let mut later_one = sound.clone();
            later_one["rust_version"] = json!(later);
            assert!(supply(&later_one, "lib").rust_versions().is_err(), "{later}");
        }
        for source in [json!("git+https://example.com/b"), json!("registry+https://example.com/index"), json!(null)] {
            let mut foreign = sound.clone();
            foreign["source"] = source.clone();
            assert!(supply(&foreign, "lib").sources().is_err(), "{source}");
        }
        assert!(supply(&sound, "custom-build").build_scripts().is_err());
    }
}
