use apsara_core::sign::{canonical_query, percent_encode, v1, v3};

use super::*;

fn explained(text: &str, secret: Option<&str>) -> String {
    let request = Request::find(text).unwrap_or_else(|| panic!("no request"));
    let signed = Signed::of(&request).unwrap_or_else(|failure| panic!("{failure}"));
    write(&request, &signed, Server::find(text).as_ref(), secret)
}

/// A request that is signed by version 1.0 in the query.
fn v1_url(secret: &str) -> (String, String) {
    let pairs: Vec<(String, String)> =
        [("Action", "A"), ("AccessKeyId", "LTAI-id"), ("SecurityToken", "canary-token"), ("Star", "a*b~c d")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
    let query = canonical_query(&pairs);
    let text = v1::string_to_sign("GET", &query);
    let signature = percent_encode(&v1::signature(secret, &text));
    (format!("https://live.aliyuncs.com/?{query}&Signature={signature}"), text)
}

#[test]
fn a_url_shows_what_is_signed_and_by_which_secret() {
    let (url, _) = v1_url("right");
    let report = explained(&url, Some("right"));
    assert!(
        report.contains("GET&%2F&AccessKeyId%3DLTAI-id%26Action%3DA%26SecurityToken%3D[redacted]%26Star"),
        "{report}"
    );
    assert!(report.contains("The signature is by this secret") && !report.contains("canary"), "{report}");
    assert!(explained(&url, Some("wrong")).contains("not by this secret"));
    let (url, _) = v1_url("right ");
    assert!(explained(&url, Some("right")).contains("with a space behind it"));
    assert!(!report.contains("right\n"), "the secret itself is never shown: {report}");
}

#[test]
fn the_clouds_text_is_compared_line_by_line() {
    let (url, text) = v1_url("right");
    let answered = |theirs: &str| {
        let message =
            format!("Specified signature is not matched with our calculation. server string to sign is:{theirs}");
        format!("{url}\n{}", serde_json::json!({ "Code": "SignatureDoesNotMatch", "Message": message }))
    };
    let report = explained(&answered(&text), None);
    assert!(report.contains("the same") && report.contains("the secret is not that of the access key id"), "{report}");
    let report = explained(&answered(&text.replace("%252A", "%2A")), None);
    let expected = "first in the parameter Star\n  here   Star=a%2Ab~c%20d\n  cloud  Star=a*b~c%20d\n";
    assert!(report.contains(expected) && report.contains("encoded in another way"), "{report}");
}

#[test]
fn what_the_documents_or_its_name_call_secret_is_not_shown() {
    for (action, version, name) in [
        ("AddLiveRecordNotifyConfig", "2016-11-01", "NotifyAuthKey"),
        ("SetSnapshotCallbackAuth", "2016-11-01", "CallbackAuthKey"),
        ("SetCdnDomainSSLCertificate", "2018-05-10", "SSLPri"),
        ("AssumeRoleWithSAML", "2015-04-01", "SAMLAssertion"),
        ("AssumeRoleWithOIDC", "2015-04-01", "OIDCToken"),
        ("Unknown", "2000-01-01", "Target.1.AuthKey"),
        ("Unknown", "2000-01-01", "RsaPrivateKey"),
    ] {
        let mut pairs: Vec<(String, String)> = [
            ("AccessKeyId", "LTAI-id"),
            ("Action", action),
            ("DomainName", "shown.example.com"),
            ("Version", version),
            (name, "canary+of a key"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let query = canonical_query(&pairs);
        let theirs = v1::string_to_sign("GET", &query).replace("canary%252Bof", "canary%2Bof");
        let message = format!("server string to sign is:{theirs}");
        let url = format!("https://live.aliyuncs.com/?{query}&Signature=x");
        // Version 3 names the operation in its headers.
        pairs.retain(|(name, _)| !["AccessKeyId", "Action", "Version"].contains(&name.as_str()));
        let v3 = format!(
            "> GET /?{} HTTP/1.1\n> host: live.aliyuncs.com\n> x-acs-action: {action}\n> x-acs-version: {version}\n\
             > Authorization: ACS3-HMAC-SHA256 Credential=LTAI-id,SignedHeaders=host;x-acs-action;x-acs-version,Signature=x\n>\n",
            canonical_query(&pairs)
        );
        for text in [url.clone(), format!("{url}\n{}", serde_json::json!({ "Message": message })), v3] {
            let report = explained(&text, None);
            assert!(report.contains("[redacted]") && report.contains("shown.example.com"), "{report}");
            assert!(!report.contains("canary"), "{report}");
        }
    }
}

#[test]
fn a_token_that_the_cloud_read_in_another_way_is_not_shown_either() {
    let (url, text) = v1_url("right");
    let theirs = text.replace("canary-token", "canary%2Btoken");
    let message = format!("server string to sign is:{theirs}");
    let report = explained(&format!("{url}\n{}", serde_json::json!({ "Message": message })), None);
    let expected = "here   SecurityToken=[redacted], 12 characters\n  cloud  SecurityToken=[redacted], 12 characters";
    assert!(report.contains(expected) && !report.contains("canary"), "{report}");
}

/// Has the cloud say that it signed other texts than a request of version 3 comes to.
fn v3_refused(headers: &str, query: &str, theirs: &str) -> String {
    let names = "host;x-acs-date;x-acs-security-token";
    let request = format!("GET /?{query} HTTP/1.1\nhost: h\nx-acs-date: 2026-01-01T00:00:00Z\n{headers}");
    let authorization = format!("ACS3-HMAC-SHA256 Credential=LTAI-id,SignedHeaders={names},Signature=x");
    let message = format!("server StringToSign is [ACS3-HMAC-SHA256\nab] server CanonicalRequest is [{theirs}]");
    let answer = serde_json::json!({ "Message": message });
    explained(&format!("{request}Authorization: {authorization}\n\n\n{answer}"), None)
}

#[test]
fn what_the_cloud_read_in_the_place_of_a_secret_header_or_pair_is_not_shown() {
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let theirs = |query: &str, token: &str| {
        format!(
            "GET\n/\n{query}\nhost:h\nx-acs-date:2026-01-01T00:00:00Z\nx-acs-security-token:{token}\n\n\
             host;x-acs-date;x-acs-security-token\n{hash}"
        )
    };
    let header = "x-acs-security-token: canary-ours\n";
    let report = v3_refused(header, "A=1", &theirs("A=1", "canary-THEIRS"));
    let expected = "here   x-acs-security-token:[redacted], 11 characters\n  \
                    cloud  x-acs-security-token:[redacted], 13 characters\n";
    assert!(report.contains(expected) && !report.contains("canary"), "{report}");
    let query = "A=1&SecurityToken=canary-ours";
    let report = v3_refused(header, query, &theirs("A=1&SecurityToken=canary-THEIRS", "canary-ours"));
    let expected = "here   A=1&SecurityToken=[redacted], 11 characters\n  \
                    cloud  A=1&SecurityToken=[redacted], 13 characters\n";
    assert!(report.contains(expected) && !report.contains("canary"), "{report}");
}

#[test]
fn an_address_that_the_cloud_encoded_in_another_way_is_not_shown_either() {
    let pairs = [("AccessKeyId", "LTAI-id"), ("DstUrl", "rtmp://push.example.com/app/canary-key")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let query = canonical_query(&pairs);
    let text = v1::string_to_sign("GET", &query);
    let lower = text.replace("%253A", "%253a").replace("%252F", "%252f");
    // The last differs in what no parameter shows.
    for theirs in [lower, text.replace("%252F", "%25252F"), text.replace("%3D", "%3d")] {
        let answer = serde_json::json!({ "Message": format!("server string to sign is:{theirs}") });
        let report = explained(&format!("https://live.aliyuncs.com/?{query}&Signature=x\n{answer}"), None);
        assert!(report.contains("differs") && !report.contains("canary"), "{report}");
    }
}

#[test]
fn nothing_in_a_report_steers_a_terminal() {
    let (url, text) = v1_url("right");
    let theirs = text.replace("Star%3D", "St%1B%5D0%3Bar%3D");
    let answer = serde_json::json!({ "Message": format!("server string to sign is:{theirs}") });
    let report = explained(&format!("{url}&%1b%5d0=1\n{answer}"), None);
    assert!(report.contains("first in the parameter") && !report.contains('\u{1b}'), "{report:?}");
}

#[test]
fn the_output_of_curl_is_read_with_the_headers_that_it_says_are_signed() {
    let headers = [
        ("accept", "application/json"),
        ("host", "127.0.0.1:80"),
        ("x-acs-action", "RestartLivePullToPush"),
        ("x-acs-content-sha256", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("x-acs-date", "2026-01-01T00:00:00Z"),
    ];
    let hash = headers[3].1;
    let query = "Region=cn-shanghai&TaskId=a%20b";
    let (canonical, names) = v3::canonical_request("GET", "/", query, &headers, hash);
    let sign = |canonical: &str| {
        v3::signature(v3::Key::HmacSha256("right"), &v3::string_to_sign(v3::Algorithm::HmacSha256, canonical))
            .unwrap_or_default()
    };
    let curl = |names: &str, signature: &str| {
        let lines: String = headers.iter().map(|(name, value)| format!("> {name}: {value}\n")).collect();
        format!(
            "* Trying\n> GET /?Region=cn-shanghai&TaskId=a+b HTTP/1.1\n{lines}\
             > Authorization: ACS3-HMAC-SHA256 Credential=LTAI-id,SignedHeaders={names},Signature={signature}\n>\n\
             < HTTP/1.1 400\n< Date: Thu, 01 Jan 2026 01:00:00 GMT\n"
        )
    };
    let report = explained(&curl(&names, &sign(&canonical)), Some("right"));
    assert!(report.contains("The signature is by this secret"), "{report}");
    assert!(report.contains("The request is 3600 s behind the cloud's clock"), "{report}");
    // As the official Python SDK does it.
    let more = format!(
        "GET\n/\n{query}\naccept:application/json\n{}",
        canonical.split_once(&format!("{query}\n")).map_or("", |(_, rest)| rest)
    )
    .replace("\n\nhost;", "\n\naccept;host;");
    let report = explained(&curl(&format!("accept;{names}"), &sign(&more)), Some("right"));
    assert!(report.contains("The signature is by this secret") && report.contains("accept is signed too"), "{report}");
}

#[test]
fn raw_http_with_a_form_is_read() {
    let text = "POST /?Action=A&AccessKeyId=LTAI-id&Signature=x HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 7\r\n\r\nB=1+2%2A\r\n";
    let report = explained(text, None);
    assert!(report.contains("POST&%2F&AccessKeyId%3DLTAI-id%26Action%3DA%26B%3D1%25202"), "{report}");
}

#[test]
fn what_is_signed_by_headers_is_read() {
    let text = "GET /clusters?b=&a=1 HTTP/1.1\nHost: h\nAccept: application/json\nDate: Thu, 01 Jan 2026 01:00:00 GMT\nx-acs-version: 2015-12-15\nAuthorization: acs LTAI-id:sig\n\n";
    let report = explained(text, Some("s"));
    let lines = [
        "GET",
        "application/json",
        "",
        "",
        "Thu, 01 Jan 2026 01:00:00 GMT",
        "x-acs-version:2015-12-15",
        "/clusters?a=1&b",
    ];
    let expected: String = lines.iter().map(|line| format!("  {line}\n")).collect();
    assert!(report.contains(&expected), "{report}");
}
