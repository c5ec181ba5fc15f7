//! What the library shows of itself: configurations, requests, answers, errors and panics, whatever the cloud and the network do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use apsara::transport::{HyperTransport, ReqwestTransport};
use apsara::untyped::Client as Untyped;
use apsara::{Config, ConfigBuilder, Credentials, Error, Retry, SignatureVersion, live, sts};
use apsara_tests::{Scripted, Step};
use serde_json::json;

use crate::seen::Seen;
use crate::{
    ALL, BEARER, CALLBACK, CALLBACK_USER, PRIVATE_KEY, PROXY, PULL, PUSH, PUSH_KEY, ROLE_SECRET, ROLE_TOKEN, SECRET,
    TOKEN, callback_url, pull_url, push_url,
};

/// How long a server that never answers is waited for.
const DEADLINE: Duration = Duration::from_millis(300);

pub(crate) fn look(seen: &mut Seen) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        configurations(seen);
        refused_values(seen);
        for (name, step) in answers() {
            let mut signatures = Vec::new();
            for transport in ["reqwest", "hyper"] {
                for signature in [SignatureVersion::V1, SignatureVersion::V3] {
                    let server = Scripted::start(step.clone()).await;
                    let config = at(server.url(), signature);
                    let config = if transport == "hyper" {
                        config.transport(HyperTransport::new().unwrap())
                    } else {
                        config.without_proxy()
                    };
                    calls(&config.build().unwrap(), name, seen).await;
                    signatures.extend(server.requests().iter().filter_map(|request| signed(request)));
                }
            }
            assert!(!signatures.is_empty(), "{name}: nothing was signed");
            // From here on a signature is as secret as a key, for a minute.
            signatures.iter().take(2).for_each(|signature| seen.look_for("a signature", signature));
        }
        connections(seen).await;
        panics(seen);
    });
}

fn credentials() -> Credentials {
    Credentials::temporary("LTAI-known", SECRET, TOKEN).unwrap()
}

fn at(url: &str, signature: SignatureVersion) -> ConfigBuilder {
    let retry = Retry::new().attempts(2).waits(Duration::from_millis(1), Duration::from_millis(1));
    let config = Config::builder().credentials(credentials()).endpoint(url).signature(signature);
    config.retry(retry).deadline(DEADLINE).without_pacing()
}

/// Answers that repeat what only some of the calls have sent.
const ADDRESSES: &str = "refusals that repeat addresses";
const KEYS: &str = "refusals that repeat keys";

/// What a server may do with a request, and say of it.
fn answers() -> Vec<(&'static str, Step)> {
    let refusal = |code: &str, message: String| {
        Step::answer(400, json!({ "Code": code, "Message": message, "RequestId": "r", "HostId": "h" }).to_string())
    };
    let (push, pull, callback) = (push_url(), pull_url(), callback_url());
    let all = ALL.map(|(_, secret)| secret).join(" ");
    let text = format!(
        "GET&%2F&AccessKeyId%3DLTAI-known%26CallbackUrl%3D{CALLBACK}%26DstUrl%3D{PUSH}%26SecurityToken%3D{TOKEN}%26Version%3D1"
    );
    vec![
        (
            "answers",
            Step::answer(
                200,
                json!({
                    "RequestId": "r", "TaskId": "t", "AppKey": PRIVATE_KEY, "AppSign": PRIVATE_KEY, "DstUrl": push, "CallbackUrl": callback, "SourceUrls": [pull],
                    "Credentials": { "AccessKeyId": "STS.known", "AccessKeySecret": ROLE_SECRET, "SecurityToken": ROLE_TOKEN },
                })
                .to_string(),
            ),
        ),
        (
            ADDRESSES,
            refusal("InvalidParameter", format!("{push} {pull} {callback}, {PUSH} {PUSH_KEY} {PULL} {CALLBACK_USER} {CALLBACK}")),
        ),
        (KEYS, refusal("InvalidParameter", format!("The value {PRIVATE_KEY} is not supported."))),
        ("refusals that repeat the token", refusal("InvalidSecurityToken.Expired", format!("token {TOKEN} is expired"))),
        (
            "signatures that do not match",
            refusal("SignatureDoesNotMatch", format!("Not matched. server string to sign is:{text}")),
        ),
        (
            "canonical requests that do not match",
            refusal(
                "SignatureDoesNotMatch",
                format!("server StringToSign is [ACS3-HMAC-SHA256\naa] server CanonicalRequest is [POST\n/\n{text}\n\n]"),
            ),
        ),
        ("pages in the place of answers", Step::answer(502, format!("<html>{all} {push} {callback}</html>"))),
        ("answers that cannot be read", Step::answer(200, format!("{{\"TaskId\": [{{\"a\": \"{all}\"}}], \"{all}"))),
        (
            "answers of another shape",
            Step::answer(
                200,
                json!({
                    "RequestId": "r", "DstUrl": { "url": push }, "SourceUrls": pull, "CallbackUrl": [callback],
                    "Credentials": { "AccessKeySecret": [ROLE_SECRET], "SecurityToken": { "token": ROLE_TOKEN } },
                })
                .to_string(),
            ),
        ),
        (
            "redirects",
            Step::Answer {
                status: 302,
                headers: "location: https://u:cAnArYpRoXy-8@example.com/cAnArYpUsH-2?SecurityToken=cAnArYtOkEn/1+token=B\r\n",
                body: String::new(),
            },
        ),
        ("cut connections", Step::Cut),
        ("silence", Step::Hang),
    ]
}

/// Returns the signature of a request that was received.
fn signed(request: &str) -> Option<String> {
    let after = |mark: &str| request.split_once(mark).map(|(_, rest)| rest);
    let rest = after("Signature=").or_else(|| after("signature="))?;
    let end = rest.find(|c: char| "&, \r\n".contains(c)).unwrap_or(rest.len());
    Some(rest[..end].to_owned()).filter(|signature| signature.len() > 10)
}

/// Makes calls with secrets in them, and looks at the requests, the answers and the errors.
async fn calls(config: &Config, name: &'static str, seen: &mut Seen) {
    let (live, sts) = (live::Client::new(config), sts::Client::new(config));
    let create = live
        .create_live_pull_to_push()
        .region("cn-shanghai")
        .task_name("a task")
        .start_time("2026-01-01T00:00:00Z")
        .end_time("2026-01-02T00:00:00Z")
        .source_type("live")
        .source_protocol("rtmp")
        .source_urls([pull_url()])
        .dst_url(push_url())
        .callback_url(callback_url());
    let certificate =
        live.set_live_domain_certificate().domain_name("example.com").ssl_protocol("on").ssl_pri(PRIVATE_KEY);
    let role = sts.assume_role().role_arn("acs:ram::1:role/r").role_session_name("s");
    let untyped = Untyped::new(config)
        .call("live", "2016-11-01", "SetSomething")
        .query("DstUrl", push_url())
        .form("AuthKey", PUSH)
        .form("Keys", json!({ "Password": PRIVATE_KEY }));
    seen.text("requests", &format!("{create:?} {certificate:?} {role:?} {untyped:?}"));
    let restart = live.restart_live_pull_to_push().region("cn-shanghai").task_id("t");
    let app = live.describe_live_message_app().app_id("a");
    let shown = [
        shown(create.send().await),
        shown(certificate.send().await),
        shown(untyped.send().await),
        shown(role.send().await),
        shown(restart.send().await),
        shown(app.send().await),
    ];
    let sent = match name {
        ADDRESSES => &shown[..1],
        KEYS => &shown[1..3],
        _ => &shown,
    };
    sent.iter().for_each(|shown| seen.text(name, shown));
}

/// Writes what anybody would print: an answer with `{:?}`, an error and all that it comes from both ways, alternate ones too.
fn shown<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    let error = match result {
        Ok(answer) => return format!("{answer:?} {answer:#?}"),
        Err(error) => error,
    };
    let mut text = format!("{error} {error:#} {error:?} {error:#?}");
    let mut source = std::error::Error::source(&error);
    while let Some(error) = source {
        text.push_str(&format!("{error} {error:?} {error:#?}"));
        source = error.source();
    }
    if let Some(service) = error.service() {
        text.push_str(&format!("{service} {service:?} {:?} {:?}", service.recommend(), service.signature_mismatch()));
    }
    text
}

fn configurations(seen: &mut Seen) {
    let provider = credentials();
    let proxied = || {
        let proxy = format!("http://user:{PROXY}@127.0.0.1:1");
        ReqwestTransport::builder().proxy(proxy).ca_pem(format!("-----BEGIN PRIVATE KEY-----\n{PRIVATE_KEY}"))
    };
    let builder = at("127.0.0.1:1", SignatureVersion::V3).bearer_token(BEARER).proxy(format!("http://u:{PROXY}@h:1"));
    seen.text("configurations", &format!("{provider:?} {:?} {builder:?} {:?}", proxied(), provider.security_token()));
    let config = builder.without_proxy().build().unwrap();
    seen.text("configurations", &format!("{config:?} {config:#?} {:?}", live::Client::new(&config)));
    let transport = ReqwestTransport::builder().proxy(format!("http://user:{PROXY}@127.0.0.1:1")).build().unwrap();
    seen.text("configurations", &format!("{transport:?} {:?}", HyperTransport::new().unwrap()));
}

/// Gives values that cannot be taken, each with a secret in it.
fn refused_values(seen: &mut Seen) {
    let config = |builder: ConfigBuilder| builder.build().unwrap_err();
    let builder = || Config::builder().credentials(credentials());
    for error in [
        Credentials::new("LTAI", format!("{SECRET} ")).unwrap_err(),
        Credentials::new(format!("{SECRET}\n"), SECRET).unwrap_err(),
        Credentials::temporary("LTAI", SECRET, format!("{TOKEN}\n")).unwrap_err(),
        config(builder().endpoint(format!("https://user:{PROXY}@example.com/a b"))),
        config(builder().endpoint(format!("https://example.com/?key={CALLBACK}"))),
        config(builder().proxy(format!("nonsense://user:{PROXY}@h:1"))),
        config(builder().proxy(format!("http://user:{PROXY}@:99999"))),
        config(builder().bearer_token(format!("{BEARER}\n")).user_agent("a\nb")),
    ] {
        seen.text("settings that are refused", &shown::<()>(Err(error)));
    }
    let variables = |name: &str| match name {
        "ALIBABA_CLOUD_ACCESS_KEY_ID" => Some("LTAI".to_owned()),
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET" => Some(format!("{SECRET}\t")),
        _ => None,
    };
    seen.text("settings that are refused", &shown(ConfigBuilder::from_vars(variables)));
}

/// Fails to connect, in every way that the libraries below have words for.
async fn connections(seen: &mut Seen) {
    let plain = Scripted::start(Step::answer(200, "{}")).await;
    let authority = plain.url().strip_prefix("http://").unwrap().to_owned();
    let nobody = "http://127.0.0.1:1".to_owned();
    for signature in [SignatureVersion::V1, SignatureVersion::V3] {
        let https = format!("https://{authority}");
        let missing = "http://there-is-no-such-host.invalid".to_owned();
        for url in [&nobody, &https, &missing] {
            calls(&at(url, signature).without_proxy().build().unwrap(), "no connection", seen).await;
            let hyper = at(url, signature).transport(HyperTransport::new().unwrap());
            calls(&hyper.build().unwrap(), "no connection", seen).await;
        }
        for proxy in [&nobody, &plain.url().to_owned()] {
            let proxy = proxy.replace("http://", &format!("http://user:{PROXY}@"));
            for url in [&https, &missing] {
                let config = at(url, signature).proxy(&proxy).no_proxy("");
                calls(&config.build().unwrap(), "no connection through a proxy", seen).await;
            }
        }
    }
}

/// Panics as programs do, with what they have in their hands.
fn panics(seen: &mut Seen) {
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let hook = std::panic::take_hook();
    let hearing = Arc::clone(&heard);
    std::panic::set_hook(Box::new(move |info| {
        hearing.lock().unwrap_or_else(PoisonError::into_inner).push(info.to_string());
    }));
    let config = at("127.0.0.1:1", SignatureVersion::V3).without_proxy().build().unwrap();
    let live = live::Client::new(&config);
    let panicked = [
        catch_unwind(AssertUnwindSafe(|| {
            Credentials::new("LTAI", format!("{SECRET} ")).unwrap();
        })),
        catch_unwind(AssertUnwindSafe(|| {
            at(&format!("https://u:{PROXY}@example.com/a b"), SignatureVersion::V1).build().unwrap();
        })),
        catch_unwind(AssertUnwindSafe(|| assert_eq!(format!("{config:?}"), ""))),
        catch_unwind(AssertUnwindSafe(|| {
            let request = live.set_live_domain_certificate().ssl_pri(PRIVATE_KEY);
            panic!("{request:?} {:?}", request.check());
        })),
    ];
    std::panic::set_hook(hook);
    assert!(panicked.iter().all(Result::is_err));
    let heard = heard.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(heard.len() >= panicked.len());
    heard.iter().for_each(|panic| seen.text("panics", panic));
}
