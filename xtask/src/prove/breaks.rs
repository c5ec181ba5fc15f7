//! The facts that are broken, one by one.

use super::Break;

pub(super) const BREAKS: &[Break] = &[];
