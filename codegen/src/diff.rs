//! What becomes of callers when specs change: every difference of what is generated, and whether their code still compiles.

mod notes;
mod stored;
mod surface;

use std::fmt;

pub use self::notes::{changes_json, markdown};
use self::surface::{About, Item, Items, Told, items};
use crate::load::Sources;
use crate::refusal::{Refusal, Refusals};
use crate::{Options, read};

/// Says what a change asks of the version of a crate that holds the generated code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// No code sees it: documentation, how a parameter travels, a limit that is gone.
    Patch,
    /// All code still compiles: there is something new, or a call is refused, paced, repeated or shown otherwise.
    Minor,
    /// Some code no longer compiles, or JSON is no longer read.
    Breaking,
}

/// One difference between two generations of clients, as a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    class: Class,
    about: About,
    path: String,
    what: String,
}

/// Holds everything that callers of generated clients can name, and what they may rely on.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    items: Items,
    refusals: Vec<Refusal>,
}

impl Change {
    /// Returns what it asks of the version.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// Returns the Rust path of what changed, for example `live::v2016_11_01::Client::restart_live_pull_to_push`; a field stands behind a dot.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the product, as its module is called.
    #[must_use]
    pub fn product(&self) -> &str {
        &self.about.product
    }

    /// Returns the version of the product, as the cloud writes it; empty if it is about the product as a whole.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.about.version
    }

    /// Returns the operation, by its name on the wire; nothing for what operations share.
    #[must_use]
    pub fn operation(&self) -> Option<&str> {
        self.about.operation.as_deref()
    }

    /// Returns what changed, in the words of the documents: `the parameter \`TaskId\``.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.about.words
    }

    /// Returns how it changed: `is gone`.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

/// Compares the clients that would be generated from old specs with those from new ones, as [`Surface::changes_since`] does.
/// Of the options, `keep_going` counts.
///
/// # Errors
///
/// Fails with every reason why one of them cannot be generated.
pub fn diff(old: &Sources, new: &Sources, options: &Options) -> Result<Vec<Change>, Refusals> {
    let (old, new) = (Surface::of(old, options)?, Surface::of(new, options)?);
    Ok(new.changes_since(&old))
}

impl Surface {
    /// Takes the surface of what would be generated from specs. Of the options, `keep_going` counts.
    ///
    /// # Errors
    ///
    /// Fails with every reason why they cannot be generated; with `keep_going`, what is refused is left out.
    pub fn of(sources: &Sources, options: &Options) -> Result<Self, Refusals> {
        let options = Options { keep_going: options.keep_going, ..Options::default() };
        let read = read(sources, "", &options)?;
        Ok(Self { items: items(&read.model), refusals: read.refusals })
    }

    /// Returns why something was left out.
    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Returns whether there is nothing to call.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Compares it with an older one. What breaks comes first. There is no change if and only if the same is generated.
    #[must_use]
    pub fn changes_since(&self, older: &Self) -> Vec<Change> {
        let (old, new) = (&older.items, &self.items);
        let mut changes = Vec::new();
        let mut add = |class, path: &String, item: &Item, what| {
            changes.push(Change { class, about: item.about.clone(), path: path.clone(), what });
        };
        for (path, item) in apart(old, new) {
            add(Class::Breaking, path, item, "is gone".to_owned());
        }
        for (path, item) in apart(new, old) {
            add(Class::Minor, path, item, "is new".to_owned());
        }
        for (path, was) in old {
            let Some(is) = new.get(path) else { continue };
            if is.shape != was.shape {
                add(Class::Breaking, path, is, format!("is {} and was {}", is.shape, was.shape));
            }
            for (class, what) in facts(was, is) {
                add(class, path, is, what);
            }
        }
        changes.sort_by(|a, b| b.class.cmp(&a.class).then_with(|| (&a.path, &a.what).cmp(&(&b.path, &b.what))));
        changes
    }
}

/// Returns the paths that only one has, without those that came with another of them.
fn apart<'a>(one: &'a Items, other: &Items) -> Vec<(&'a String, &'a Item)> {
    let is_apart = |path: &String| one.contains_key(path) && !other.contains_key(path);
    one.iter().filter(|(path, item)| is_apart(path) && !is_apart(&item.within)).collect()
}

/// Compares the facts about an item. Its documentation tells the others, so it counts only if they are the same.
fn facts(was: &Item, is: &Item) -> Vec<(Class, String)> {
    let nothing = Told { text: String::new(), class: Class::Patch };
    let mut changes = Vec::new();
    for (name, now) in &is.facts {
        // Of a surface that was stored, facts that say nothing were left out.
        let before = was.facts.get(name).unwrap_or(&nothing);
        if before.text == now.text {
            continue;
        }
        // What is no longer checked refuses nothing.
        let relaxed = now.text.is_empty() && matches!(name.as_str(), "requirement" | "limits");
        changes.push((if relaxed { Class::Patch } else { now.class }, told(name, before, now)));
    }
    let only_documentation = changes.len() == 1;
    changes.retain(|(_, what)| only_documentation || !what.starts_with("has other documentation"));
    changes
}

/// The facts that are too long to be told.
const LONG: [&str; 5] = ["documentation", "endpoints", "gateway", "paging", "states"];

/// Says how a fact changed.
fn told(name: &str, before: &Told, now: &Told) -> String {
    if LONG.contains(&name) {
        return format!("has other {name}");
    }
    let or_nothing = |told: &Told| if told.text.is_empty() { "nothing".to_owned() } else { told.text.clone() };
    format!("has the {name} {} and had {}", or_nothing(now), or_nothing(before))
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Breaking => "breaking",
        })
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: `{}` {}", self.class, self.path, self.what)
    }
}
