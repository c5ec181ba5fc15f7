//! The explorer in a browser: what a newcomer does, and what other pages must not.
#![allow(clippy::print_stdout, clippy::unwrap_used)]

mod answers;
mod axe;
mod late;
mod lists;
mod newcomer;
mod page;
mod permalinks;
mod policies;
mod strangers;
