#![doc = include_str!("../README.md")]

pub mod advice;
mod described;
mod document;
mod error;
mod operation;
mod parameter;
mod product;
mod value;
pub mod words;

pub use self::described::{ByNumber, ByToken, Paging};
pub use self::document::Document;
pub use self::error::Error;
pub use self::operation::{Code, Operation};
pub use self::parameter::{Parameter, Schema};
pub use self::product::{Product, product, products};
pub use self::value::value;
