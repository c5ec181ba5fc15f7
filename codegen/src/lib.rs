//! Generates typed clients from the API portal's metadata: specs in, a list of files out.
//!
//! What it writes names only `apsara_core::generated::v1`, so it compiles in any crate that depends on `apsara-core`.

mod check;
mod docs;
mod emit;
mod facts;
mod format;
mod json;
mod load;
mod lower;
mod model;
mod names;
mod overlay;
mod product;
mod refusal;
mod spec;
mod write;

pub use format::File;
pub use load::Sources;
pub use refusal::{Place, Refusal, Refusals};
pub use write::{Changes, compare, write};

/// Says how clients are generated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The path by which examples in the documentation name the crate's generated modules, for example `apsara`.
    pub crate_path: String,
}

impl Default for Options {
    fn default() -> Self {
        Self { crate_path: "apsara".to_owned() }
    }
}

/// Generates every file from specs; `root` is what their folder is called in the first line of what is made of all of them.
///
/// The order of the specs and of what is in them changes nothing.
///
/// # Errors
///
/// Fails with every reason why the specs cannot be generated.
pub fn generate(sources: &Sources, root: &str, options: &Options) -> Result<Vec<File>, Refusals> {
    let refusals = refusal::Collector::default();
    let versions = load::load(sources, &refusals);
    check::check(&versions, &refusals);
    refusals.finish()?;
    let model = lower::lower(&versions, &options.crate_path);
    Ok(emit::emit(&model, root).into_iter().map(format::format).collect())
}
