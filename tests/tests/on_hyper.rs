//! What is true of every transport is true of the one on hyper-util: the tests of limits and of outcomes, once more.

#[path = "limits.rs"]
mod limits;
#[path = "outcome.rs"]
mod outcome;
