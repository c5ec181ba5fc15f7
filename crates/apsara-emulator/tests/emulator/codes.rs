//! Every code that a gateway gives, with its status and its shape, in a table.

use apsara_emulator::{Account, Clock, Emulator, Quotas};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};

use crate::client::{Call, NOON, Reply, exchange, live};
use crate::sampled::{Outgoing, signed};

const LIST: &str = "DescribeLivePullToPushList";
const CS: &str = "2015-12-15";

/// A call of Live, or an answer of one, spoilt somehow.
type Spoil = fn(&mut Call);

async fn start() -> Emulator {
    let clock = Clock::frozen_at(NOON).unwrap();
    let account = Account::new("1000000000000001").key("LTAI-good", "secret").inactive_key("LTAI-idle", "secret");
    Emulator::builder()
        .account(account)
        .clock(clock.clone())
        .gateway_clock(clock)
        .quota(Quotas::Off)
        .start()
        .await
        .unwrap()
}

fn assert_rpc_shape(reply: &Reply, status: u16, code: &str, message: &str) {
    let answer = reply.json();
    assert_eq!((reply.status, answer["Code"].as_str()), (status, Some(code)), "{reply:?}");
    assert!(answer["Message"].as_str().unwrap().starts_with(message), "{reply:?}");
    assert_eq!(answer["RequestId"], reply.headers["x-acs-request-id"].as_str());
    let keys: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["Code", "HostId", "Message", "Recommend", "RequestId"], "{code}");
    assert_eq!(reply.headers["content-type"], "application/json;charset=utf-8");
}

fn assert_roa_shape(reply: &Reply, status: u16, code: &str) {
    let answer = reply.json();
    assert_eq!((reply.status, answer["code"].as_str()), (status, Some(code)), "{reply:?}");
    assert_eq!(answer["requestId"], reply.headers["x-acs-request-id"].as_str());
    let keys: Vec<_> = answer.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(keys, ["code", "hostId", "message", "requestId"], "{code}");
}

#[tokio::test]
async fn codes_of_rpc_requests() {
    let emulator = start().await;
    let table: [(u16, &str, &str, Spoil); 13] = [
        (404, "InvalidAction.NotFound", "Specified api is not found", |call| call.action = "Nothing".into()),
        (400, "InvalidVersion", "Specified parameter Version is not valid.", |call| call.version = "1999-01-01".into()),
        (400, "UnsupportedHTTPMethod", "This http method is not supported.", |call| call.method = "DELETE".into()),
        (400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.", |call| {
            call.key.1 = "wrong".into();
        }),
        (400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.", |call| {
            call.date = "2026-01-01T12:15:01Z".into();
        }),
        (400, "InvalidTimeStamp.Format", "Specified time stamp or date value is not well formatted.", |call| {
            call.date = "noon".into();
        }),
        (404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.", |call| call.key.0 = "LTAI".into()),
        (400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.", |call| {
            call.key.0 = "LTAI-idle".into();
        }),
        (400, "MissingSecurityToken", "SecurityToken is mandatory for this action.", |call| {
            call.key.0 = "STS.somebody".into();
        }),
        (400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.", |call| {
            call.token = Some("made up".into());
        }),
        (400, "MissingRegion", "Region is mandatory for this action.", |call| call.parameters.clear()),
        (400, "MissingDomainName", "DomainName is mandatory for this action.", |call| {
            call.action = "DescribeLiveDomainDetail".into();
        }),
        (400, "InvalidParameter", "Specified parameter PageSize is not valid.", |call| {
            call.action = "DescribeLiveUserDomains".into();
            call.parameters.push(("PageSize".into(), "many".into()));
        }),
    ];
    for (status, code, message, spoil) in table {
        let mut call = live(&emulator, LIST, &[("Region", "cn-shanghai")]);
        spoil(&mut call);
        assert_rpc_shape(&call.v3(&emulator).await, status, code, message);
        if code != "MissingDomainName" && code != "InvalidParameter" {
            call.nonce.push('x');
            assert_rpc_shape(&call.v1(&emulator, Some("JSON")).await, status, code, message);
        }
    }
}

#[tokio::test]
async fn codes_of_requests_that_cannot_be_signed_that_way() {
    let emulator = start().await;
    let call = live(&emulator, LIST, &[("Region", "cn-shanghai")]);
    call.v3(&emulator).await;
    assert_rpc_shape(
        &call.v3(&emulator).await,
        400,
        "SignatureNonceUsed",
        "Specified signature nonce was used already.",
    );

    let incomplete = call.v3_request(&emulator).replace("SignedHeaders=host;", "SignedHeaders=");
    let reply = exchange(&emulator, incomplete.as_bytes()).await;
    assert_rpc_shape(&reply, 400, "IncompleteSignature", "The request signature does not conform to Aliyun standards.");

    let undated = Call { date: String::new(), ..call.clone() };
    let message = "The input parameter \"x-acs-date\" that is mandatory for processing this request is not supplied.";
    assert_rpc_shape(&undated.v3(&emulator).await, 400, "IllegalTimestamp", message);

    let reply = call.v1_without(&emulator, Some("JSON"), "SignatureNonce").await;
    assert_rpc_shape(&reply, 400, "MissingSignatureNonce", "SignatureNonce is mandatory for this action.");

    let reply = call.v1(&emulator, Some("YAML")).await;
    assert!(reply.status == 400 && reply.body.contains("<Code>InvalidParameter.Format</Code>"), "{reply:?}");

    let foreign = call.v3_request(&emulator).replace(emulator.host(), "ecs-cn-hangzhou.aliyuncs.com");
    let reply = exchange(&emulator, foreign.as_bytes()).await;
    assert_rpc_shape(&reply, 400, "SignatureDoesNotMatch", "");
}

#[tokio::test]
async fn hosts_and_names_of_products_tell_which_is_meant() {
    let emulator = start().await;
    let key = ("LTAI-good", "secret");
    let list = Outgoing { method: "POST".into(), path: "/".into(), ..Outgoing::default() };
    let operation = |host: &'static str| (host, "DescribeLiveUserDomains", "2016-11-01");
    for (host, product, expected) in [
        ("live.aliyuncs.com", None, None),
        ("example.com", Some("live"), None),
        ("ecs-cn-hangzhou.aliyuncs.com", None, Some("InvalidProduct.NotFound")),
        ("live.aliyuncs.com", Some("Ecs"), Some("InvalidProduct.NotFound")),
    ] {
        let reply = exchange(&emulator, signed(&list, operation(host), key, product).as_bytes()).await;
        match expected {
            None => assert_eq!(reply.status, 200, "{host} {product:?}: {reply:?}"),
            Some(code) => {
                assert_rpc_shape(&reply, 404, code, "Cannot find product according to your specified domain.");
            }
        }
    }
}

#[tokio::test]
async fn an_operation_for_https_alone_is_refused_only_if_asked_for() {
    let clock = Clock::frozen_at(NOON).unwrap();
    let builder = Emulator::builder().clock(clock.clone()).gateway_clock(clock).require_https();
    let emulator = builder.start().await.unwrap();
    let reply = live(&emulator, LIST, &[("Region", "cn-shanghai")]).v3(&emulator).await;
    assert_rpc_shape(&reply, 404, "InvalidProtocol.NeedSsl", "Your request is denied as lack of ssl protect.");
    // Others can be called over plain HTTP in the cloud too.
    let key = (emulator.access_key_id(), emulator.access_key_secret());
    let clusters = Outgoing { method: "GET".into(), path: "/api/v1/clusters".into(), ..Outgoing::default() };
    let request = signed(&clusters, (emulator.host(), "DescribeClustersV1", CS), key, None);
    assert_eq!(exchange(&emulator, request.as_bytes()).await.status, 200);
}

#[tokio::test]
async fn codes_of_requests_with_a_path() {
    let emulator = start().await;
    let call = |method: &str, path: &str, body: &str| Outgoing {
        method: method.into(),
        path: path.into(),
        content_type: Some("application/json; charset=utf-8"),
        body: body.into(),
        ..Outgoing::default()
    };
    for (call, action, secret, status, code) in [
        (call("GET", "/nothing", ""), "", "secret", 404, "InvalidApi.NotFound"),
        (call("PUT", "/clusters", ""), "CreateCluster", "secret", 404, "InvalidApi.NotFound"),
        (call("GET", "/api/v1/clusters", ""), "CreateCluster", "secret", 404, "InvalidApi.NotFound"),
        (call("TRACE", "/clusters", ""), "CreateCluster", "secret", 400, "UnsupportedHTTPMethod"),
        (call("GET", "/api/v1/clusters", ""), "", "wrong", 400, "SignatureDoesNotMatch"),
        (call("POST", "/clusters", ""), "CreateCluster", "secret", 400, "MissingParameter"),
        (call("POST", "/clusters", "{}"), "CreateCluster", "secret", 400, "MissingParameter"),
        (call("POST", "/clusters", "[1"), "CreateCluster", "secret", 400, "InvalidParameter"),
    ] {
        let request = signed(&call, (emulator.host(), action, CS), ("LTAI-good", secret), None);
        let reply = exchange(&emulator, request.as_bytes()).await;
        assert_roa_shape(&reply, status, code);
    }
    let unknown = signed(&call("GET", "/x", ""), (emulator.host(), "", "1999-01-01"), ("LTAI-good", "secret"), None);
    assert_roa_shape(&exchange(&emulator, unknown.as_bytes()).await, 400, "InvalidVersion");
}

#[tokio::test]
async fn the_properties_of_a_body_may_come_as_a_form() {
    let emulator = start().await;
    for (body, status) in [("name=a&region_id=cn-beijing&cluster_type=Ask", 200), ("name=a&cluster_type=Ask", 400)] {
        let call = Outgoing {
            method: "POST".into(),
            path: "/clusters".into(),
            content_type: Some("application/x-www-form-urlencoded"),
            body: body.into(),
            ..Outgoing::default()
        };
        let request = signed(&call, (emulator.host(), "CreateCluster", CS), ("LTAI-good", "secret"), None);
        let reply = exchange(&emulator, request.as_bytes()).await;
        assert_eq!(reply.status, status, "{reply:?}");
        if status == 400 {
            assert_roa_shape(&reply, 400, "MissingParameter");
            assert_eq!(reply.text("message"), "region_id is mandatory for this action.");
        }
    }
}

/// Signs a request with V1, as older SDKs do where operations have paths.
fn v1_roa(emulator: &Emulator, path: &str, query: &str, nonce: &str, more: &[(&str, &str)]) -> String {
    let version = more.iter().find(|(name, _)| *name == "x-acs-version").map_or(CS, |(_, version)| version);
    let mut headers = vec![
        ("x-acs-signature-method", "HMAC-SHA1"),
        ("x-acs-signature-nonce", nonce),
        ("x-acs-signature-version", "1.0"),
        ("x-acs-version", version),
    ];
    let accept = more.iter().find(|(name, _)| *name == "accept").map_or("application/json", |(_, value)| value);
    headers.extend(more.iter().filter(|(name, _)| name.starts_with("x-acs-") && *name != "x-acs-version"));
    headers.sort_unstable();
    let date = "Thu, 01 Jan 2026 12:00:00 GMT";
    let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let resource = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(b"secret").unwrap();
    mac.update(format!("GET\n{accept}\n\n\n{date}\n{lines}{resource}").as_bytes());
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let sent: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    format!(
        "GET {resource} HTTP/1.1\r\nhost: {}\r\naccept: {accept}\r\ndate: {date}\r\n{sent}authorization: acs LTAI-good:{signature}\r\nconnection: close\r\n\r\n",
        emulator.host()
    )
}

#[tokio::test]
async fn v1_with_a_path_is_verified_and_finds_its_operation_by_the_path() {
    let emulator = start().await;
    let request = v1_roa(&emulator, "/clusters/c1", "", "1", &[]);
    let reply = exchange(&emulator, request.as_bytes()).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(emulator.ledger()[0].action, "DescribeClusterDetail");
    assert_eq!(emulator.ledger()[0].signature, Some(apsara_emulator::Signature::V1Roa));
    assert_rpc_shape(&exchange(&emulator, request.as_bytes()).await, 400, "SignatureNonceUsed", "");

    let spoilt = v1_roa(&emulator, "/clusters/c1", "", "2", &[]).replace("/clusters/c1", "/clusters/c2");
    let reply = exchange(&emulator, spoilt.as_bytes()).await;
    assert_rpc_shape(&reply, 400, "SignatureDoesNotMatch", "");
    let told = "server string to sign is:GET\napplication/json\n\n\nThu, 01 Jan 2026 12:00:00 GMT\n\
        x-acs-signature-method:HMAC-SHA1\nx-acs-signature-nonce:2\nx-acs-signature-version:1.0\n\
        x-acs-version:2015-12-15\n/clusters/c2";
    assert!(reply.text("Message").ends_with(told), "{reply:?}");

    let late = v1_roa(&emulator, "/clusters/c1", "", "3", &[]).replace("12:00:00 GMT", "13:00:00 GMT");
    assert_rpc_shape(&exchange(&emulator, late.as_bytes()).await, 400, "InvalidTimeStamp.Expired", "");
    let undated = v1_roa(&emulator, "/clusters/c1", "", "4", &[]).replace("date: ", "x-date: ");
    assert_rpc_shape(&exchange(&emulator, undated.as_bytes()).await, 400, "IllegalTimestamp", "");
}

#[tokio::test]
async fn a_signature_over_another_kind_of_operation_proves_nothing() {
    let emulator = start().await;
    let told = "The request signature does not conform to Aliyun standards.";
    // V1 is over the parameters alone: whoever copies it could change the path.
    let cluster = Call { path: "/clusters/c1".to_owned(), ..Call::new(&emulator, CS, "DescribeClusterDetail", &[]) };
    let reply = cluster.v1(&emulator, Some("JSON")).await;
    assert_eq!((reply.status, reply.json()["code"].as_str()), (400, Some("IncompleteSignature")), "{reply:?}");
    // V1 with a path is over no form, in which operations without one have their parameters.
    let more = [("x-acs-action", LIST), ("x-acs-version", "2016-11-01")];
    let list = v1_roa(&emulator, "/", "Region=cn-shanghai", "1", &more);
    assert_rpc_shape(&exchange(&emulator, list.as_bytes()).await, 400, "IncompleteSignature", told);
    assert!(emulator.ledger().iter().all(|entry| !entry.executed && entry.account.is_none()));
}

#[tokio::test]
async fn who_accepts_xml_first_gets_xml() {
    let emulator = start().await;
    let xml = v1_roa(&emulator, "/clusters/c1", "", "1", &[("accept", "application/xml, */*")]);
    let reply = exchange(&emulator, xml.as_bytes()).await;
    assert_eq!(reply.headers["content-type"], "text/xml;charset=utf-8");
    assert!(reply.body.contains("<DescribeClusterDetailResponse>"), "{reply:?}");
    let mut call = live(&emulator, LIST, &[("Region", "cn-shanghai"), ("Format", "xml")]);
    assert!(call.v3(&emulator).await.body.contains("<DescribeLivePullToPushListResponse>"));
    call.parameters[1].1 = "json".into();
    call.nonce.push('x');
    assert_eq!(call.v3(&emulator).await.json()["Total"], 0);
}

#[tokio::test]
async fn the_other_codes_of_tokens() {
    let emulator = start().await;
    let role = [("RoleArn", "acs:ram::1000000000000001:role/admin"), ("RoleSessionName", "alice")];
    let issued = Call::new(&emulator, "2015-04-01", "AssumeRole", &role).v3(&emulator).await.json();
    let text = |name: &str| issued["Credentials"][name].as_str().unwrap().to_owned();
    let mut call = live(&emulator, LIST, &[("Region", "cn-shanghai")]);
    call.token = Some(text("SecurityToken"));
    let mismatch = "Specified SecurityToken mismatch with the AccessKey.";
    assert_rpc_shape(&call.v3(&emulator).await, 400, "InvalidSecurityToken.MismatchWithAccessKey", mismatch);
    call.key = (text("AccessKeyId"), text("AccessKeySecret"));
    emulator.clock().advance(std::time::Duration::from_secs(3600));
    call.date = "2026-01-01T13:00:00Z".into();
    let expired = "Specified SecurityToken is expired.";
    assert_rpc_shape(&call.v3(&emulator).await, 403, "InvalidSecurityToken.Expired", expired);
}
