//! Generates typed clients from the API portal's metadata: specs in, a list of files out.
//!
//! What it writes names only `apsara_core::generated::v1`, so it compiles in any crate that depends on `apsara-core`.

mod check;
mod data;
mod docs;
mod emit;
mod facts;
mod format;
mod json;
mod leave_out;
mod limits;
mod load;
mod lower;
mod model;
mod names;
mod overlay;
mod pages;
mod parallel;
mod product;
mod reconcile;
mod refusal;
mod repair;
mod spec;
mod waiters;
mod write;

pub use data::VersionData;
pub use format::File;
pub use load::Sources;
pub use pages::PagesOf;
pub use refusal::{Place, Refusal, Refusals, Repair};
pub use write::{Changes, compare, write};

/// Says how clients are generated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The path by which examples in the documentation name the crate's generated modules, for example `apsara`.
    pub crate_path: String,
    /// Whether operations that are refused are left out instead of failing the run.
    pub keep_going: bool,
    /// Whether the specs themselves are returned as well, as data.
    pub with_data: bool,
}

/// Holds what a run came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Generated {
    /// The files.
    pub files: Vec<File>,
    /// Why operations were left out; empty unless that was asked for.
    pub refusals: Vec<Refusal>,
    /// How mistakes in what the portal published were read.
    pub repairs: Vec<Repair>,
    /// The specs as data, sorted; empty unless that was asked for.
    pub data: Vec<VersionData>,
    /// How the lists of each version go on from page to page.
    pub pages: Vec<PagesOf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { crate_path: "apsara".to_owned(), keep_going: false, with_data: false }
    }
}

/// Generates every file from specs; `root` is what their folder is called in the first line of what is made of all of them.
///
/// The order of the specs and of what is in them changes nothing.
///
/// # Errors
///
/// Fails with every reason why the specs cannot be generated.
pub fn generate(sources: &Sources, root: &str, options: &Options) -> Result<Generated, Refusals> {
    let collector = refusal::Collector::default();
    let mut versions = load::load(sources, &collector);
    check::check(&versions, &collector);
    let refusals = collector.refusals();
    if options.keep_going {
        leave_out::leave_out(&mut versions, &refusals);
    } else if !refusals.is_empty() {
        return Err(Refusals::new(refusals));
    }
    let model = lower::lower(&versions, &options.crate_path);
    let units = emit::units(&model, root);
    let files = parallel::map(&units, |unit| format::format(emit::emit(*unit)));
    let data = if options.with_data { data::data(&versions) } else { Vec::new() };
    let pages = pages::count(&versions);
    Ok(Generated { files, refusals, repairs: collector.repairs(), data, pages })
}
