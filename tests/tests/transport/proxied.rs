//! Calls through proxies.

use std::process::Command;

use apsara::Outcome;
use apsara::transport::ReqwestTransport;
use apsara_tests::{Scripted, Step};

use crate::proxy::{Manner, Proxy};
use crate::tls::TlsServer;
use crate::{ANSWER, NAME, config, restart, restart_by};

#[tokio::test]
async fn https_goes_through_a_tunnel_in_which_the_proxy_sees_only_the_host() {
    let server = TlsServer::start().await;
    let proxy = Proxy::start(Manner::Http, server.address).await;
    let transport = ReqwestTransport::builder()
        .https_proxy(format!("http://user:pass@{}", proxy.address()))
        .ca_pem(server.authority.clone());
    restart_by(NAME, transport).await.unwrap();
    let seen = proxy.seen();
    assert_eq!(seen.len(), 1, "{seen:?}");
    assert!(seen[0].starts_with(&format!("CONNECT {NAME}:443 HTTP/1.1\r\n")), "{seen:?}");
    let authorization = seen[0].lines().find(|line| line.to_ascii_lowercase().starts_with("proxy-authorization:"));
    assert_eq!(authorization.and_then(|line| line.split_once(": ")).unwrap().1, "Basic dXNlcjpwYXNz");
    assert!(!seen[0].contains("LTAI-id") && !seen[0].contains("some-task"), "{seen:?}");
}

#[tokio::test]
async fn http_is_asked_of_the_proxy_by_its_whole_url() {
    let proxy = Proxy::start(Manner::Http, "127.0.0.1:1".parse().unwrap()).await;
    let answer = restart(config(&format!("http://{NAME}")).proxy(proxy.address().to_string())).await.unwrap();
    assert_eq!(answer.task_id.as_deref(), Some("t"));
    assert!(proxy.seen()[0].starts_with(&format!("GET http://{NAME}/?")), "{:?}", proxy.seen());
}

#[tokio::test]
async fn socks_takes_names_where_the_url_says_so() {
    let server = TlsServer::start().await;
    let proxy = Proxy::start(Manner::Socks, server.address).await;
    let transport =
        ReqwestTransport::builder().proxy(format!("socks5h://{}", proxy.address())).ca_pem(server.authority.clone());
    restart_by(NAME, transport).await.unwrap();
    assert_eq!(proxy.seen(), [NAME]);
}

#[tokio::test]
async fn a_tunnel_that_is_refused_sends_nothing() {
    let proxy = Proxy::start(Manner::Refusing, "127.0.0.1:1".parse().unwrap()).await;
    let url = format!("http://user:hunter2@{}", proxy.address());
    let error = restart(config(NAME).proxy(url)).await.unwrap_err();
    assert!(error.is_connect() && error.outcome() == Outcome::NotSent, "{error}");
    assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
}

#[tokio::test]
async fn a_host_that_no_proxy_is_for_is_called_directly() {
    let server = Scripted::start(Step::answer(200, ANSWER)).await;
    let proxy = Proxy::start(Manner::Http, "127.0.0.1:1".parse().unwrap()).await;
    let vars = |no_proxy: &'static str| {
        let url = proxy.address().to_string();
        move |name: &str| match name {
            "HTTP_PROXY" => Some(url.clone()),
            "no_proxy" => Some(no_proxy.to_owned()),
            _ => None,
        }
    };
    let from_vars = |no_proxy| ReqwestTransport::builder().proxies_from_vars(vars(no_proxy));
    let mut direct = 0;
    for (transport, is_direct) in [
        (from_vars("example.com"), false),
        (from_vars("example.com, 127.0.0.0/8"), true),
        (from_vars("*"), true),
        (from_vars("example.com").without_proxy(), true),
        (ReqwestTransport::builder().no_proxy("127.0.0.1").proxy(proxy.address().to_string()), true),
        (ReqwestTransport::builder().proxy(proxy.address().to_string()).no_proxy("128.0.0.1"), false),
    ] {
        restart_by(server.url(), transport).await.unwrap();
        direct += usize::from(is_direct);
        assert_eq!(server.requests().len(), direct);
    }
    assert_eq!(proxy.seen().len(), 2);
}

/// Says that the test was started again, with an environment of its own, and where to call.
const CALL: &str = "APSARA_TEST_CALL";

#[test]
fn the_environment_of_the_program_names_the_proxy() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let endpoint = format!("http://{NAME}");
    if std::env::var(CALL).is_ok_and(|call| call == "1") {
        runtime.block_on(restart(config(&endpoint))).unwrap();
        return;
    }
    let proxy = runtime.block_on(Proxy::start(Manner::Http, "127.0.0.1:1".parse().unwrap()));
    let mut again = Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "proxied::the_environment_of_the_program_names_the_proxy"]);
    for name in ["HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy", "REQUEST_METHOD"] {
        again.env_remove(name);
    }
    for name in ["HTTP_PROXY", "http_proxy"] {
        let output = again.env(CALL, "1").env(name, format!("http://{}", proxy.address())).output().unwrap();
        again.env_remove(name);
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{text}");
    }
    assert_eq!(proxy.seen().len(), 2, "{:?}", proxy.seen());
}
