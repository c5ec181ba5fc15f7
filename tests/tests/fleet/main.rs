//! One quota by a server: needs `redis-server`, which `cargo xtask test` installs as root.

#![allow(clippy::unwrap_used)]

mod away;
mod connections;
mod pacer;
mod script;

use std::time::Duration;

use apsara::pacing::Lane;
use apsara::{Operation, Product, Quota};
use tokio::time::Instant;

static PRODUCT: Product = Product::of("live", "2016-11-01");
static TEN: Operation = Operation { name: "Ten", quota: Some(Quota::per_second(10)), ..Operation::of(&PRODUCT) };
static ONE_A_MINUTE: Operation =
    Operation { name: "One", quota: Some(Quota { calls: 1, seconds: 60 }), ..Operation::of(&PRODUCT) };
static NONE: Operation = Operation { name: "None", ..Operation::of(&PRODUCT) };

const MS: fn(u64) -> Duration = Duration::from_millis;

fn lane(operation: &'static Operation) -> Lane<'static> {
    Lane { account: "1234567890123456", operation }
}

fn within(milliseconds: u64) -> Instant {
    Instant::now() + MS(milliseconds)
}
