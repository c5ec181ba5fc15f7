//! What becomes of callers when specs change: every difference of what is generated, and whether their code still compiles.

mod surface;

use std::fmt;

use crate::load::Sources;
use crate::refusal::Refusals;
use crate::{Options, read};
use surface::{Item, Surface, Told, surface};

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
    path: String,
    what: String,
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
}

/// Compares the clients that would be generated from old specs with those from new ones. Of the options, `keep_going` counts.
///
/// What breaks comes first. There is none if and only if the same is generated.
///
/// # Errors
///
/// Fails with every reason why one of them cannot be generated.
pub fn diff(old: &Sources, new: &Sources, options: &Options) -> Result<Vec<Change>, Refusals> {
    let options = Options { keep_going: options.keep_going, ..Options::default() };
    let old = surface(&read(old, "", &options)?.model);
    let new = surface(&read(new, "", &options)?.model);
    let mut changes = Vec::new();
    let mut add = |class, path: &String, what| changes.push(Change { class, path: path.clone(), what });
    for path in apart(&old, &new) {
        add(Class::Breaking, path, "is gone".to_owned());
    }
    for path in apart(&new, &old) {
        add(Class::Minor, path, "is new".to_owned());
    }
    for (path, was) in &old {
        let Some(is) = new.get(path) else { continue };
        if is.shape != was.shape {
            add(Class::Breaking, path, format!("is {} and was {}", is.shape, was.shape));
        }
        for (class, what) in facts(was, is) {
            add(class, path, what);
        }
    }
    changes.sort_by(|a, b| b.class.cmp(&a.class).then_with(|| (&a.path, &a.what).cmp(&(&b.path, &b.what))));
    Ok(changes)
}

/// Returns the paths that only one has, without those that came with another of them.
fn apart<'a>(one: &'a Surface, other: &Surface) -> Vec<&'a String> {
    let is_apart = |path: &String| one.contains_key(path) && !other.contains_key(path);
    one.iter().filter(|(path, item)| is_apart(path) && !is_apart(&item.within)).map(|(path, _)| path).collect()
}

/// Compares the facts about an item. Its documentation tells the others, so it counts only if they are the same.
fn facts(was: &Item, is: &Item) -> Vec<(Class, String)> {
    let mut changes = Vec::new();
    for (name, now) in &is.facts {
        let Some(before) = was.facts.get(name).filter(|before| before.text != now.text) else { continue };
        // What is no longer checked refuses nothing.
        let relaxed = now.text.is_empty() && matches!(*name, "requirement" | "limits");
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
