//! Generates typed clients from the API portal's metadata: specs in, a list of files out.
//!
//! What it writes names only `apsara_core::generated::v1`, so it compiles in any crate that depends on `apsara-core`. A build script makes
//! a client with [`Builder`]; [`generate`] gives the files themselves.

mod builder;
mod check;
mod data;
mod describe;
mod diff;
mod docs;
mod emit;
mod facts;
mod format;
mod json;
mod leave_out;
mod limits;
mod load;
mod lower;
mod mark;
mod model;
mod names;
mod overlay;
mod pages;
mod parallel;
mod product;
mod reconcile;
mod refusal;
mod repair;
mod select;
mod single;
mod spec;
mod usage;
mod waiters;
mod write;

use std::collections::BTreeSet;

pub use builder::{Builder, Error};
pub use data::VersionData;
pub use diff::{Change, Class, Surface, changes_json, diff, markdown};
pub use format::File;
pub use load::{Sources, keys_once};
pub use pages::PagesOf;
pub use refusal::{Place, Refusal, Refusals, Repair};
pub use usage::{Holds, Member, Shape, Travels, Usage, usages};
pub use write::{Changes, compare, write};

/// Says how clients are generated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Options {
    /// The path by which examples in the documentation name the modules of products, for example `apsara`. Without one, examples
    /// are shown and not compiled.
    pub crate_path: Option<String>,
    /// The names of the operations that are generated; if there are none, all are. The others need not be right.
    pub operations: BTreeSet<String>,
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
        Self { crate_path: Some("apsara".to_owned()), operations: BTreeSet::new(), keep_going: false, with_data: false }
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
    let Read { mut versions, model, refusals, repairs } = read(sources, root, options)?;
    select::keep(&mut versions, &options.operations);
    let units = emit::units(&model, root);
    let files = parallel::map(&units, |unit| format::format(emit::emit(*unit)));
    let data = if options.with_data { data::data(&versions) } else { Vec::new() };
    let pages = pages::count(&versions);
    Ok(Generated { files, refusals, repairs, data, pages })
}

/// Describes every operation of the specs for programs that call it without generated code: JSON that
/// `apsara_core::untyped::Description::from_json` reads, sorted by product, version and name. Nothing is generated.
///
/// Specs are files of a folder, as [`Sources::insert`] takes them: `PRODUCT/VERSION/Operation.json` with a `product.json` beside it,
/// or a whole `api-docs.json`. Whether a version has paths, by which its style is told, is asked of the operations that are given.
///
/// # Errors
///
/// Fails with every reason why the specs cannot be read; with `keep_going`, what is refused is left out.
pub fn describe(sources: &Sources, options: &Options) -> Result<Vec<serde_json::Value>, Refusals> {
    let Read { model, .. } = read(sources, "the specs", options)?;
    Ok(model.products.iter().flat_map(|product| &product.versions).flat_map(describe::describe).collect())
}

/// Describes one operation whose spec is at hand as data, as `apsara_specs` ships it: what the version shares, the spec with our
/// corrections in it, and the overlay. `product` is the product's folder.
///
/// # Errors
///
/// As [`describe`].
pub fn describe_data(
    product: &str,
    shared: &serde_json::Value,
    name: &str,
    spec: &serde_json::Value,
    overlay: Option<&serde_json::Value>,
) -> Result<serde_json::Value, Refusals> {
    let model = of_data(product, shared, name, spec, overlay)?;
    let mut described = model.products.iter().flat_map(|product| &product.versions).flat_map(describe::describe);
    // There is one file with one operation, which is described or was refused.
    Ok(described.next().unwrap_or_default())
}

/// Says how the list of one operation goes on from page to page; nothing where it has none, or leaves a doubt. Taken is what
/// [`describe_data`] takes.
///
/// The answer is JSON: `items`, the path of the list in the operation's answer; `number` with the parameters `number` and `size` and
/// the path `total` of all items, or `last` of all pages; `token` with the parameter `token`, the path `next` of its next value and,
/// where there is one, the path `more` of whether there is a next page.
///
/// # Errors
///
/// As [`describe`].
pub fn pages_data(
    product: &str,
    shared: &serde_json::Value,
    name: &str,
    spec: &serde_json::Value,
    overlay: Option<&serde_json::Value>,
) -> Result<Option<serde_json::Value>, Refusals> {
    let model = of_data(product, shared, name, spec, overlay)?;
    let versions = model.products.iter().flat_map(|product| &product.versions);
    let operation = versions.flat_map(|version| &version.operations).next();
    Ok(operation.and_then(|operation| operation.paged.as_ref()).map(|paged| describe::pages(&paged.pages)))
}

/// Makes a model of one operation whose spec is at hand as data.
fn of_data(
    product: &str,
    shared: &serde_json::Value,
    name: &str,
    spec: &serde_json::Value,
    overlay: Option<&serde_json::Value>,
) -> Result<model::Model, Refusals> {
    let mut sources = Sources::default();
    let folder = format!("{product}/{}", shared["info"]["version"].as_str().unwrap_or_default());
    sources.insert(format!("{folder}/product.json"), shared.to_string());
    sources.insert(format!("{folder}/{name}.json"), spec.to_string());
    if let Some(overlay) = overlay {
        sources.insert(format!("{folder}/{name}.apsara.json"), without_references(overlay).to_string());
    }
    model_of(&sources, &format!("{folder}/product.json"))
}

/// Leaves out of an overlay what names something else.
fn without_references(overlay: &serde_json::Value) -> serde_json::Value {
    let mut overlay = overlay.clone();
    if let Some(entries) = overlay.as_object_mut() {
        // They were made already, and one that changes nothing is refused.
        entries.remove("corrections");
        // It names another operation, which may not be here.
        entries.remove("reconcile");
    }
    overlay
}

/// Makes a model of operations of one version; `shared` is the file of what they share.
fn model_of(sources: &Sources, shared: &str) -> Result<model::Model, Refusals> {
    let collector = refusal::Collector::default();
    let versions = load::load(sources, &collector);
    check::check(&versions, &collector);
    // What is shared names what other operations have, which may not be here.
    let refusals: Vec<Refusal> =
        collector.refusals().into_iter().filter(|refusal| refusal.place().file_name() != shared).collect();
    if !refusals.is_empty() {
        return Err(Refusals::new(refusals));
    }
    Ok(lower::lower(&versions, None, &BTreeSet::new()))
}

/// What was read of specs, and what is to be emitted.
struct Read {
    versions: Vec<load::Version>,
    model: model::Model,
    refusals: Vec<Refusal>,
    repairs: Vec<Repair>,
}

fn read(sources: &Sources, root: &str, options: &Options) -> Result<Read, Refusals> {
    let collector = refusal::Collector::default();
    let mut versions = load::load(sources, &collector);
    check::check(&versions, &collector);
    let mut refusals = collector.refusals();
    if !options.operations.is_empty() {
        refusals = select::select(&mut versions, &options.operations, refusals, root);
    }
    if options.keep_going {
        leave_out::leave_out(&mut versions, &refusals);
        if options.operations.is_empty() {
            // One that is left out stands for nothing.
            load::choose_defaults(&mut versions);
        }
    } else if !refusals.is_empty() {
        return Err(Refusals::new(refusals));
    }
    let model = lower::lower(&versions, options.crate_path.as_deref(), &options.operations);
    Ok(Read { versions, model, refusals, repairs: collector.repairs() })
}
