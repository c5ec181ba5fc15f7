//! What is generated compiles in somebody else's crate, whatever its edition, with every warning denied.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

use apsara_codegen::{Builder, Options, Sources, generate, write};
use apsara_tests::workspace::{cargo, root, scratch, succeed};

/// Reads specs of this workspace, and the generator's fixtures as two more products, one of each style.
fn sources() -> Sources {
    let mut sources = Sources::default();
    for version in ["live/2016-11-01", "sts/2015-04-01"] {
        for entry in fs::read_dir(root().join("api-specs").join(version)).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            sources.insert(format!("api-specs/{version}/{name}"), fs::read_to_string(entry.path()).unwrap());
        }
    }
    let fixtures = root().join("codegen/tests/fixtures");
    for entry in fs::read_dir(fixtures).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        if name == "product.json" {
            sources.insert(
                "api-specs/paths/2026-01-01/product.json",
                text.replace("RPC", "ROA").replace("Color", "Query"),
            );
        }
        let product = if name == "Locations.json" { "paths" } else { "test" };
        sources.insert(format!("api-specs/{product}/2026-01-01/{name}"), text);
    }
    sources
}

#[test]
fn generated_code_compiles_in_another_crate_in_every_edition() {
    let mut options = Options::default();
    options.crate_path = Some("elsewhere::clients".to_owned());
    let files = generate(&sources(), "api-specs", &options).unwrap().files;
    for product in ["live", "paths", "sts", "test"] {
        assert!(files.iter().any(|file| file.path == format!("{product}/mod.rs")), "{product} was not generated");
    }
    // What Live, which is large, has in another edition, the others have as well.
    for (edition, features) in [("2021", "paths,sts,test"), ("2024", "live,paths,sts,test")] {
        let folder = scratch(&format!("elsewhere-{edition}"));
        write(&files, &folder.join("src/clients"), &|_| false).unwrap();
        write_crate(&folder, edition);
        succeed(&mut cargo(&folder, &["check", "--quiet", "--features", features]));
    }
}

#[test]
fn code_of_another_generation_is_refused_in_one_sentence() {
    let folder = scratch("another-generation");
    let files = generate(&sources(), "api-specs", &Options::default()).unwrap().files;
    write(&files, &folder.join("src/clients"), &|_| false).unwrap();
    write_crate(&folder, "2024");
    let module = folder.join("src/clients/sts/v2015_04_01/mod.rs");
    let text = fs::read_to_string(&module).unwrap();
    let of_another = text.replace("rt::assert_fits(1)", "rt::assert_fits(2)");
    assert_ne!(of_another, text);
    fs::write(&module, of_another).unwrap();
    let sentence = "this code was generated for another version of apsara-core: generate it again, or use the apsara-core that fits";
    fails_with_one(&folder, sentence);
}

#[test]
fn code_for_a_runtime_that_there_is_not_yet_is_refused_in_one_sentence() {
    let folder = scratch("another-runtime");
    let specs = root().join("examples/own-product/specs/alidns.json");
    Builder::new(specs).out_dir(folder.join("src")).build().unwrap();
    write_crate(&folder, "2024");
    let text = fs::read_to_string(folder.join("src/alidns.rs")).unwrap();
    let of_another = text.replace("::apsara_core::generated::v1", "::apsara_core::generated::v2");
    assert_ne!(of_another, text);
    fs::write(folder.join("src/clients.rs"), of_another).unwrap();
    fails_with_one(&folder, "apsara-core is older than apsara-codegen: use the same version of both");
}

/// Compiles the smallest product of a crate, which must fail with one error that shows a sentence.
fn fails_with_one(folder: &Path, sentence: &str) {
    let output = cargo(folder, &["check", "--quiet", "--features", "sts"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let errors = told.lines().filter(|line| line.starts_with("error") && !line.contains("could not compile")).count();
    assert!(!output.status.success() && errors == 1 && told.contains(sentence), "{told}");
}

fn write_crate(folder: &Path, edition: &str) {
    let core = root().join("crates/apsara-core");
    let manifest = format!(
        "[package]\nname = \"elsewhere\"\nversion = \"0.0.0\"\nedition = \"{edition}\"\n\n\
         [features]\nlive = []\npaths = []\nsts = []\ntest = []\n\n\
         [dependencies]\napsara-core = {{ path = '{}', default-features = false }}\n\n[workspace]\n",
        core.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    let body = "#![deny(warnings, missing_docs)]\n//! Clients in another crate.\n\npub mod clients;\n";
    fs::write(folder.join("src/lib.rs"), body).unwrap();
    // The same versions as here, so that nothing new is fetched.
    fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
}
