//! What generated code may name.

#[doc(hidden)]
pub mod v1;
