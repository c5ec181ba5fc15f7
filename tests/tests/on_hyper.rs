//! What is true of every transport is true of the one on hyper-util: the tests of limits, of outcomes and of
//! streams, once more.

#[path = "limits.rs"]
mod limits;
#[path = "outcome.rs"]
mod outcome;
#[path = "streams.rs"]
mod streams;
