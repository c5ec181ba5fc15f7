//! Canaries in the place of every secret, through every path: none of them is seen on the other side of any.
//!
//! `cargo xtask canaries` builds the terminal program, runs this, and prints how much was looked through.

#![allow(clippy::unwrap_used)]

mod captured;
mod library;
mod page;
mod seen;
mod terminal;
mod written;

use seen::Seen;

/// The secret of an access key.
pub(crate) const SECRET: &str = "cAnArYkEy/0+secret=A";
/// The token of a temporary access key.
pub(crate) const TOKEN: &str = "cAnArYtOkEn/1+token=B";
/// A key in the address that a stream is pushed to, at its end and behind it.
pub(crate) const PUSH: &str = "cAnArYpUsH-2";
pub(crate) const PUSH_KEY: &str = "cAnArYpUsHkEy-3";
/// A key in the address that a stream is pulled from.
pub(crate) const PULL: &str = "cAnArYpUlL-4";
/// What stands behind the user, and in the query, of an address that is called back.
pub(crate) const CALLBACK_USER: &str = "cAnArYuSeR-5";
pub(crate) const CALLBACK: &str = "cAnArYcAlLbAcK-6";
/// The private key of a certificate.
pub(crate) const PRIVATE_KEY: &str = "cAnArYpRiVaTe/7+key";
/// The password of a proxy.
pub(crate) const PROXY: &str = "cAnArYpRoXy-8";
/// A bearer token.
pub(crate) const BEARER: &str = "cAnArYbEaReR-9.a.b";
/// What the cloud answers, and must be kept: the keys of a role.
pub(crate) const ROLE_SECRET: &str = "cAnArYrOlE/10+secret";
pub(crate) const ROLE_TOKEN: &str = "cAnArYrOlEtOkEn-11";

/// All of them, with what they are called where one is seen.
pub(crate) const ALL: [(&str, &str); 12] = [
    ("the secret of an access key", SECRET),
    ("a security token", TOKEN),
    ("the end of an address to push to", PUSH),
    ("the key of an address to push to", PUSH_KEY),
    ("the end of an address to pull from", PULL),
    ("the user of an address to call back", CALLBACK_USER),
    ("the query of an address to call back", CALLBACK),
    ("a private key", PRIVATE_KEY),
    ("the password of a proxy", PROXY),
    ("a bearer token", BEARER),
    ("the secret of a role", ROLE_SECRET),
    ("the token of a role", ROLE_TOKEN),
];

/// The addresses that hold some of them.
pub(crate) fn push_url() -> String {
    format!("rtmp://push.example.com/app/{PUSH}?auth_key={PUSH_KEY}")
}

pub(crate) fn pull_url() -> String {
    format!("rtmp://pull.example.com/app/{PULL}")
}

pub(crate) fn callback_url() -> String {
    format!("https://{CALLBACK_USER}@callback.example.com/told?key={CALLBACK}")
}

#[test]
fn no_canary_is_seen() {
    let mut seen = Seen::default();
    captured::start();
    library::look(&mut seen);
    written::look(&mut seen);
    page::look(&mut seen);
    terminal::look(&mut seen);
    // Last, for it holds what all the others did.
    seen.text("logs and spans at TRACE", &captured::take());
    let told = seen.told();
    println!("{told}");
    assert!(seen.found().is_empty(), "{:#?}", seen.found());
}
