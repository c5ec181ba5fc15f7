//! The explorer as a browser meets it, by raw HTTP.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod asked;
mod calls;
mod left;
mod secrets;
mod strangers;
