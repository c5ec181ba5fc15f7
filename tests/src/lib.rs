//! What the end-to-end tests share: clients of an emulator, and servers that answer by a script.

#![allow(clippy::unwrap_used)]

pub mod browser;
mod emulated;
mod fleet;
mod guides;
mod home;
mod key_server;
mod memory;
mod patience;
mod redis_server;
mod scripted;
mod sessions;
mod transports;
pub mod workspace;

pub use emulated::{Kind, at, config, credentials, live, relay_task};
pub use fleet::{Worker, most_within};
pub use home::{Home, oidc_token};
pub use key_server::KeyServer;
pub use memory::most_resident;
pub use patience::until;
pub use redis_server::RedisServer;
pub use scripted::{Scripted, Step, read_message};
pub use sessions::Sessions;
pub use transports::on_transport;
