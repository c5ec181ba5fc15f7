//! Who may control the emulator: programs on this machine, and no page of the web that a browser on it shows.

use http::{Method, StatusCode};

use super::Wrong;
use crate::request::WireRequest;

/// Refuses what a page of another origin could have sent, whatever name it has given this address.
pub(super) fn check(request: &WireRequest, port: u16) -> Result<(), Wrong> {
    check_host(request, port)?;
    let foreign = |header: &str, reason: &str| Err(Wrong::new(header, reason).with_status(StatusCode::FORBIDDEN));
    let is_own = |origin: &str| origin.strip_prefix("http://").is_some_and(|host| is_loopback(host, port));
    if request.headers.contains_key("origin") && !request.header("origin").is_some_and(is_own) {
        return foreign("Origin", "pages of other origins may not control the emulator");
    }
    if request.header("sec-fetch-site").is_some_and(|site| site != "none" && site != "same-origin") {
        return foreign("Sec-Fetch-Site", "pages of other sites may not control the emulator");
    }
    // A form of a page can send texts and forms to anywhere, but no JSON without asking first.
    if request.method != Method::GET && !is_json(request) {
        let reason = "send JSON, and the header content-type: application/json";
        return Err(Wrong::new("Content-Type", reason).with_status(StatusCode::UNSUPPORTED_MEDIA_TYPE));
    }
    Ok(())
}

/// Refuses a host that is not this machine by a name that nobody can redefine: a page's own name may lead here too.
pub(super) fn check_host(request: &WireRequest, port: u16) -> Result<(), Wrong> {
    if is_loopback(request.host(), port) {
        return Ok(());
    }
    let reason = format!("must be 127.0.0.1:{port}, localhost:{port} or [::1]:{port}");
    Err(Wrong::new("Host", reason).with_status(StatusCode::FORBIDDEN))
}

fn is_loopback(host: &str, port: u16) -> bool {
    let (name, given) = match host.rsplit_once(':') {
        Some((name, given)) if !given.ends_with(']') => (name, given.parse().ok()),
        _ => (host, Some(80)),
    };
    given == Some(port)
        && (name.eq_ignore_ascii_case("localhost")
            || name == "[::1]"
            || name.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()))
}

fn is_json(request: &WireRequest) -> bool {
    let content_type = request.header("content-type").unwrap_or("");
    content_type.split(';').next().unwrap_or("").trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_this_port_are_meant() {
        for host in ["127.0.0.1:8080", "127.0.0.2:8080", "localhost:8080", "LOCALHOST:8080", "[::1]:8080"] {
            assert!(is_loopback(host, 8080), "{host}");
        }
        assert!(is_loopback("localhost", 80) && is_loopback("[::1]", 80));
        for host in ["", "localhost", "localhost:80", "[::1]", "127.0.0.1", "example.com:8080", "127.0.0.1.evil:8080"] {
            assert!(!is_loopback(host, 8080), "{host}");
        }
    }
}
