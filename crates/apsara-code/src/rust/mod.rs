//! Calls in Rust, by a generated client.

mod values;

use apsara_catalog::Operation;

use self::values::{Written, text};
use crate::error::Error;
use crate::given::Call;
use crate::known;
use crate::settings::Settings;

/// The widest line that a chain of methods may take.
const WIDE: usize = 100;

/// The minor version that projects depend on: that of this crate, which is published with the others.
pub(crate) const VERSION: &str = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// Where the client comes from.
pub(crate) enum Origin {
    /// From the crate `apsara`.
    Shipped,
    /// From a build script.
    Built,
}

impl Origin {
    /// Returns where the client of an operation comes from in a program without a build script.
    pub(crate) fn of(operation: &Operation) -> Result<Self, Error> {
        match known::shipped(operation) {
            Some(_) => Ok(Self::Shipped),
            None => Err(Error::new(format!(
                "the crate apsara has no {} of {}: a build script makes its client, see rust-build",
                operation.name, operation.product
            ))),
        }
    }

    /// Returns the crate that has what is not of one product.
    fn runtime(&self) -> &'static str {
        match self {
            Self::Shipped => "apsara",
            Self::Built => "apsara_core",
        }
    }

    /// Returns the dependencies that a manifest names.
    pub(crate) fn dependencies(&self, call: &Call<'_>) -> String {
        let module = &call.usage.module;
        let client = match self {
            // It is on by default.
            Self::Shipped if module == "live" => format!("apsara = \"{VERSION}\"\n"),
            Self::Shipped => format!("apsara = {{ version = \"{VERSION}\", features = [\"{module}\"] }}\n"),
            Self::Built => format!("apsara-core = \"{VERSION}\"\n"),
        };
        let json = if Written::of(call).uses_json { "serde_json = \"1\"\n" } else { "" };
        format!("{client}{json}tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n")
    }
}

/// Writes a program, with its dependencies as comments.
pub(crate) fn program(call: &Call<'_>, origin: &Origin, settings: &Settings) -> Result<String, Error> {
    let dependencies = origin.dependencies(call);
    let manifest: String = dependencies.lines().map(|line| format!("// {line}\n")).collect();
    Ok(format!("// [dependencies]\n{manifest}\n{}", main_rs(call, origin, settings)))
}

/// Writes what a build script needs: the three files, one after the other.
pub(crate) fn build(call: &Call<'_>, operation: &Operation, settings: &Settings) -> Result<String, Error> {
    let origin = Origin::Built;
    let spec = spec_file(call, settings);
    let from = match &settings.spec {
        Some(_) => String::new(),
        None => format!("# {spec} is the document of the API portal:\n# {}\n\n", document_address(operation)),
    };
    Ok(format!(
        "# Cargo.toml\n\n{from}[dependencies]\n{}\n[build-dependencies]\napsara-codegen = \"{VERSION}\"\n\n\
         // build.rs\n\n{}\n// src/main.rs\n\n{}",
        origin.dependencies(call),
        build_rs(call, &spec),
        main_rs(call, &origin, settings)
    ))
}

/// Returns the path of the document that a build script reads.
pub(crate) fn spec_file(call: &Call<'_>, settings: &Settings) -> String {
    let given = settings.spec.as_ref().map(|path| path.to_string_lossy().replace('\\', "/"));
    given.unwrap_or_else(|| format!("specs/{}.json", call.usage.module))
}

/// Returns where the portal publishes a version's document.
pub(crate) fn document_address(operation: &Operation) -> String {
    let product = operation.shared()["info"]["product"].as_str().unwrap_or(&operation.product);
    let version = operation.version();
    format!("https://api.alibabacloud.com/meta/v1/products/{product}/versions/{version}/api-docs.json?language=EN_US")
}

/// Writes the build script.
pub(crate) fn build_rs(call: &Call<'_>, spec: &str) -> String {
    let (spec, name) = (text(spec), text(&call.usage.name));
    format!(
        "fn main() -> Result<(), apsara_codegen::Error> {{\n    \
         apsara_codegen::Builder::new({spec}).operations([{name}]).build()\n}}\n"
    )
}

/// Writes the program.
pub(crate) fn main_rs(call: &Call<'_>, origin: &Origin, settings: &Settings) -> String {
    let usage = call.usage;
    let written = Written::of(call);
    let mut out = String::new();
    match origin {
        Origin::Shipped if written.uses_maps => out.push_str("use std::collections::BTreeMap;\n\n"),
        Origin::Shipped => {}
        Origin::Built => {
            if written.uses_maps {
                out.push_str("use std::collections::BTreeMap;\n\n");
            }
            out.push_str(&format!("include!(concat!(env!(\"OUT_DIR\"), \"/{}.rs\"));\n\n", usage.module));
        }
    }
    if let Origin::Shipped = origin {
        out.push_str(&format!("use apsara::{};\n\n", usage.module));
    }
    if !call.variables.is_empty() {
        out.push_str(&format!("// Secrets come from the environment: {}.\n", call.variables.join(", ")));
    }
    if usage.is_deprecated {
        out.push_str("#[allow(deprecated)]\n");
    }
    out.push_str("#[tokio::main]\nasync fn main() -> Result<(), Box<dyn std::error::Error>> {\n");
    let config = config(origin.runtime(), settings);
    out.push_str(&config);
    out.push_str(&format!("    let client = {}::Client::new(&config);\n", usage.module));
    out.push_str(&written.statements);
    out.push_str(&chain(&usage.method, &written.setters));
    out.push_str("    println!(\"{answer:#?}\");\n    Ok(())\n}\n");
    out
}

/// Writes how a configuration is found.
fn config(runtime: &str, settings: &Settings) -> String {
    let set: String = [("region", &settings.region), ("endpoint", &settings.endpoint)]
        .into_iter()
        .filter_map(|(setter, value)| Some(format!("\n        .{setter}({})", text(value.as_deref()?))))
        .collect();
    if set.is_empty() {
        return format!("    let config = {runtime}::Config::from_env().await?;\n");
    }
    format!(
        "    let config = {runtime}::ConfigBuilder::from_vars(|name| std::env::var(name).ok())?{set}\n        .build()?;\n"
    )
}

/// Writes the call, on one line if that is short.
fn chain(method: &str, setters: &[String]) -> String {
    let calls: Vec<String> =
        [format!(".{method}()")].into_iter().chain(setters.iter().cloned()).chain([".send()".to_owned()]).collect();
    let line = format!("    let answer = client{}.await?;\n", calls.concat());
    if line.len() <= WIDE && !line.trim_end().contains('\n') && setters.len() < 3 {
        return line;
    }
    let lines: String = calls.iter().map(|call| format!("\n        {call}")).collect();
    format!("    let answer = client{lines}\n        .await?;\n")
}
