//! What is to be known of a policy.

use std::fmt;

use crate::policy::LONGEST;

/// Says something about a policy that its document cannot say: above all where it is wide, and why it cannot be narrower.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Remark {
    /// What it is about: an action, an operation, the policy.
    pub about: String,
    /// What is to be known of it.
    pub reason: Reason,
}

/// Names what is to be known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Reason {
    /// Only `*` is possible: the documents say that RAM allows the action for everything or nothing.
    NoResources,
    /// Only `*` is possible: no document says what RAM is asked for when the operation is called. The action's name is by custom.
    Undocumented,
    /// Only `*` is possible: the documents name the action as what these operations need beside their own, and no resource of it.
    Dependent(Vec<String>),
    /// Only `*` is possible: the action's resources count where a call names them, and a call named none.
    Unnamed,
    /// `*` stands for a part of a resource whose value is not known.
    Unknown {
        /// The resource, as the policy has it.
        resource: String,
        /// The parameters, by the names that documents give to parts of the resource.
        parts: Vec<String>,
    },
    /// `*` stands for a part of a resource that calls named in too many ways.
    TooMany {
        /// The resource, as the policy has it.
        resource: String,
        /// The parameters, by the names that documents give to parts of the resource.
        parts: Vec<String>,
    },
    /// A value holds `*` or `?`, which RAM reads as wildcards: the policy allows more than that one resource.
    Wild(String),
    /// The action could be narrowed by these condition keys, of which it is not known that every call has a value.
    Conditions(Vec<String>),
    /// Everybody may do it, so it is not in the policy.
    Everybody,
    /// The policy has so many characters, more than RAM takes for one.
    TooLong(usize),
}

impl Remark {
    pub(crate) fn new(about: impl Into<String>, reason: Reason) -> Self {
        Self { about: about.into(), reason }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.about)?;
        match &self.reason {
            Reason::NoResources => f.write_str("only * is possible, because its documents name no resources of it"),
            Reason::Undocumented => f.write_str(
                "only * is possible, because no document says what RAM is asked for; the action's name is by custom the \
                 product's code and the operation's name",
            ),
            Reason::Dependent(of) => {
                let of = of.join(", ");
                write!(f, "only * is possible, because {of} needs it beside its own, and no document names resources of it")
            }
            Reason::Unnamed => f.write_str("only * is possible, because a call named none of its resources"),
            Reason::Unknown { resource, parts } => {
                let parts = parts.join(", ");
                write!(f, "{resource} has * where {parts} belongs, which is not known")
            }
            Reason::TooMany { resource, parts } => {
                let parts = parts.join(", ");
                write!(f, "{resource} has * where {parts} belongs, of which there are too many to list")
            }
            Reason::Wild(value) => write!(f, "the value {value} is a pattern to RAM, so more than that is allowed"),
            Reason::Conditions(keys) => {
                write!(f, "can be narrowed by conditions on {}, of which no value is known for every call", keys.join(", "))
            }
            Reason::Everybody => f.write_str("everybody may do it, so no policy has to allow it"),
            Reason::TooLong(characters) => write!(
                f,
                "it has {characters} characters, and RAM takes {LONGEST} for a policy: attach several, each for a part of the \
                 operations"
            ),
        }
    }
}
