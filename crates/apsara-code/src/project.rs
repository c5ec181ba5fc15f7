//! A whole cargo project in a zip.

use std::io::{Cursor, Write as _};

use apsara_catalog::Operation;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::error::Error;
use crate::given::Call;
use crate::rust::{self, Origin, VERSION};
use crate::settings::Settings;
use crate::{apsara, known};

pub(crate) fn zip(call: &Call<'_>, operation: &Operation, settings: &Settings) -> Result<Vec<u8>, Error> {
    let name = operation.word();
    let failed = |error: zip::result::ZipError| Error::new(format!("the zip cannot be written: {error}"));
    // The time of no file is in it, so that the same call gives the same bytes.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (path, text) in files(call, operation, settings)? {
        writer.start_file(format!("{name}/{path}"), options).map_err(failed)?;
        writer.write_all(text.as_bytes()).map_err(|error| failed(error.into()))?;
    }
    Ok(writer.finish().map_err(failed)?.into_inner())
}

/// Returns the files, by their paths.
fn files(call: &Call<'_>, operation: &Operation, settings: &Settings) -> Result<Vec<(String, String)>, Error> {
    let origin = if known::shipped(operation).is_some() { Origin::Shipped } else { Origin::Built };
    let mut files = vec![
        (".gitignore".to_owned(), "/target\n".to_owned()),
        ("Cargo.toml".to_owned(), manifest(call, operation, &origin)),
        ("README.md".to_owned(), readme(call, operation, settings)),
        ("src/main.rs".to_owned(), rust::main_rs(call, &origin, settings)),
    ];
    if let Origin::Built = origin {
        // It has the one operation, so that nothing needs to be fetched.
        let spec = format!("specs/{}.json", call.usage.module);
        files.push(("build.rs".to_owned(), rust::build_rs(call, &spec)));
        files.push((spec, format!("{:#}\n", document(operation))));
    }
    Ok(files)
}

fn manifest(call: &Call<'_>, operation: &Operation, origin: &Origin) -> String {
    let build = match origin {
        Origin::Built => format!("\n[build-dependencies]\napsara-codegen = \"{VERSION}\"\n"),
        Origin::Shipped => String::new(),
    };
    format!(
        "[package]\nname = \"{}\"\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"{}\"\npublish = false\n\n\
         [dependencies]\n{}{build}\n# It stands alone, wherever it is put.\n[workspace]\n",
        operation.word(),
        env!("CARGO_PKG_RUST_VERSION"),
        origin.dependencies(call),
    )
}

/// Makes a document as the portal publishes it, of one operation.
fn document(operation: &Operation) -> serde_json::Value {
    let mut document = operation.shared().clone();
    if let Some(entries) = document.as_object_mut() {
        let apis = serde_json::Map::from_iter([(operation.name.clone(), operation.spec().clone())]);
        entries.insert("apis".to_owned(), apis.into());
    }
    document
}

fn readme(call: &Call<'_>, operation: &Operation, settings: &Settings) -> String {
    let usage = call.usage;
    let mut out = format!(
        "# {}\n\nCalls {} of {} {} once, and prints the answer: `cargo run`.\n\n\
         Credentials are found where the official SDKs find them: in `ALIBABA_CLOUD_ACCESS_KEY_ID` and\n\
         `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, in a profile of `~/.aliyun/config.json`, or as the role of the machine. No secret stands in\n\
         this folder.\n",
        usage.name, usage.name, usage.product, usage.version
    );
    if !call.variables.is_empty() {
        out.push_str("\nThese variables must hold the values that must not be seen:\n\n");
        call.variables.iter().for_each(|variable| out.push_str(&format!("- `{variable}`\n")));
    }
    if operation.impact == "interrupt" {
        out.push_str("\n**The call interrupts what runs.** It does not ask before it does.\n");
    }
    // The document is where the project is, wherever it was taken from.
    let spec = settings.spec.as_ref().map(|_| format!("specs/{}.json", usage.module).into());
    // What no command line can say is left out.
    if let Ok(command) = apsara::command(call, operation, &Settings { spec, ..settings.clone() }) {
        out.push_str(&format!("\nFrom a terminal it is:\n\n```sh\n{command}```\n"));
    }
    out
}
