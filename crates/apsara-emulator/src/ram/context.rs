//! What conditions are judged by: the keys that a call has, and their values.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;

use crate::request::WireRequest;

/// A header in which a request says what the emulator cannot know: `acs:SourceIp=203.0.113.7; acs:MFAPresent=true`.
const SAID: &str = "x-apsara-context";

/// The condition keys of a call; the names of keys are alike in any case.
#[derive(Debug, Clone, Default)]
pub(crate) struct Context(BTreeMap<String, Vec<String>>);

impl Context {
    /// Knows what trust policies are judged by, apart from what the token service adds.
    pub(crate) fn of_trust(request: &WireRequest, principal: &str, now: Timestamp) -> Self {
        let mut context = Self::of(request, principal, now);
        context.add_said(request, |_| false);
        context
    }

    /// Knows what every call has: when, from where, how, and whose it is.
    pub(super) fn of(request: &WireRequest, principal: &str, now: Timestamp) -> Self {
        let mut context = Self::default();
        context.set("acs:CurrentTime", now.to_string());
        context.set("acs:SourceIp", request.peer.to_string());
        // The emulator speaks no HTTPS.
        context.set("acs:SecureTransport", "false");
        context.set("acs:PrincipalARN", principal);
        context
    }

    /// Adds what the request says of itself, where a key is common to all services or named by the operation.
    pub(super) fn add_said(&mut self, request: &WireRequest, is_known: impl Fn(&str) -> bool) {
        for line in request.headers.get_all(SAID).iter().filter_map(|line| line.to_str().ok()) {
            for (key, value) in line.split(';').filter_map(|pair| pair.split_once('=')) {
                let key = key.trim();
                if key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("acs:")) || is_known(key) {
                    self.set(key, value.trim());
                }
            }
        }
    }

    pub(crate) fn set(&mut self, key: &str, value: impl Into<String>) {
        self.set_all(key, vec![value.into()]);
    }

    pub(crate) fn set_all(&mut self, key: &str, values: Vec<String>) {
        self.0.insert(key.to_lowercase(), values);
    }

    /// The values of a key; none if the call has no such key.
    pub(super) fn values(&self, key: &str) -> &[String] {
        self.0.get(&key.to_lowercase()).map_or(&[], Vec::as_slice)
    }
}

/// The address that stands for a caller of whom no connection is known.
pub(crate) const NOWHERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
