//! What of an answer can be reached without an index: its scalars and its lists.

use crate::product::Product;
use crate::spec::{Api, Schema};

/// How many objects deep a field may lie.
const DEPTH: usize = 3;

/// The fields of an answer, those of the answer itself first.
pub(crate) struct Answer<'a>(Vec<Leaf<'a>>);

/// A field that is no object: a scalar or a list.
#[derive(Debug)]
pub(crate) struct Leaf<'a> {
    path: Vec<&'a str>,
    schema: &'a Schema,
}

impl<'a> Answer<'a> {
    /// Lists the fields; nothing if the answer is no object.
    pub(crate) fn of(api: &'a Api, product: &'a Product) -> Option<Self> {
        if api.schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("sse")) {
            return None;
        }
        let root = resolve(api.response.as_ref()?, product);
        let is_object = matches!(root.kind.as_deref(), None | Some("object")) && root.additional.is_none();
        let mut leaves = Vec::new();
        collect(root, product, &mut Vec::new(), true, &mut leaves);
        leaves.sort_by(|a: &Leaf<'_>, b| (a.path.len(), &a.path).cmp(&(b.path.len(), &b.path)));
        is_object.then_some(Self(leaves))
    }

    /// Finds a scalar of one of the types by its name: the one that lies least deep, then the one whose name comes first.
    pub(crate) fn scalar(&self, names: &[&str], kinds: &[&str]) -> Option<&Leaf<'a>> {
        let fits = |leaf: &&Leaf<'_>| leaf.schema.kind.as_deref().is_some_and(|kind| kinds.contains(&kind));
        let rank = |leaf: &Leaf<'_>| names.iter().position(|name| *name == super::plain(leaf.name()));
        let ranked = self.0.iter().filter(fits).filter_map(|leaf| Some(((leaf.path.len(), rank(leaf)?), leaf)));
        ranked.min_by_key(|(rank, _)| *rank).map(|(_, leaf)| leaf)
    }

    /// Returns the lists.
    pub(crate) fn lists(&self) -> Vec<&Leaf<'a>> {
        self.0.iter().filter(|leaf| leaf.schema.kind.as_deref() == Some("array")).collect()
    }

    /// Finds a field by its path.
    pub(crate) fn at(&self, path: &str) -> Option<&Leaf<'a>> {
        self.0.iter().find(|leaf| leaf.path() == path)
    }

    /// Returns all paths.
    pub(crate) fn paths(&self) -> Vec<String> {
        self.0.iter().map(Leaf::path).collect()
    }
}

impl Leaf<'_> {
    /// Returns its name.
    pub(crate) fn name(&self) -> &str {
        self.path.last().copied().unwrap_or_default()
    }

    /// Returns the names that lead to it, with dots.
    pub(crate) fn path(&self) -> String {
        self.path.join(".")
    }

    /// Returns its type.
    pub(crate) fn kind(&self) -> &str {
        self.schema.kind.as_deref().unwrap_or_default()
    }
}

/// Follows references; one that leads nowhere, or in a circle, is itself.
fn resolve<'a>(schema: &'a Schema, product: &'a Product) -> &'a Schema {
    let mut at = schema;
    for _ in 0..=product.components.len() {
        match product.resolve(at) {
            Some(next) if at.reference.is_some() => at = next,
            _ => break,
        }
    }
    at
}

/// Collects what lies below an object. A list that is all that an object holds stands for the object, as it does in the types,
/// but not in those that operations share.
fn collect<'a>(
    object: &'a Schema,
    product: &'a Product,
    path: &mut Vec<&'a str>,
    unwraps: bool,
    leaves: &mut Vec<Leaf<'a>>,
) {
    for (name, schema) in &object.properties {
        // A dot would read as a step.
        if name.contains('.') {
            continue;
        }
        path.push(name);
        let unwraps = unwraps && schema.reference.is_none();
        let resolved = resolve(schema, product);
        match wrapped(resolved).filter(|_| unwraps) {
            Some((_, list)) => leaves.push(Leaf { path: path.clone(), schema: list }),
            None if resolved.properties.is_empty() => leaves.push(Leaf { path: path.clone(), schema: resolved }),
            None if path.len() < DEPTH => collect(resolved, product, path, unwraps, leaves),
            None => {}
        }
        path.pop();
    }
}

/// Returns the one property of an object, with its name, if it is a list and all that the object holds.
pub(crate) fn wrapped(schema: &Schema) -> Option<(&str, &Schema)> {
    let (name, list) = schema.properties.first_key_value()?;
    let is_list = list.reference.is_none() && list.kind.as_deref() == Some("array");
    let is_object = schema.reference.is_none() && matches!(schema.kind.as_deref(), None | Some("object"));
    let alone = schema.properties.len() == 1 && schema.additional.is_none();
    (is_list && is_object && alone).then_some((name, list))
}
