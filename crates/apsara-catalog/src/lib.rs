#![doc = include_str!("../README.md")]

pub mod advice;
mod code;
mod described;
mod document;
mod error;
mod operation;
mod parameter;
mod product;
mod secrets;
mod value;
pub mod words;

pub use self::code::Code;
pub use self::described::{ByNumber, ByToken, Paging};
pub use self::document::Document;
pub use self::error::Error;
pub use self::operation::{Change, Operation};
pub use self::parameter::{Parameter, Schema};
pub use self::product::{Product, product, products};
pub use self::secrets::{Secrets, may_be_address};
pub use self::value::value;
