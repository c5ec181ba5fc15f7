use super::*;
use crate::clock::parse_utc;
use crate::relay::sources::source_urls;

const GOOD: [(&str, &str); 7] = [
    ("Region", "cn-shanghai"),
    ("StartTime", "2026-01-01T00:00:00Z"),
    ("EndTime", "2026-01-02T00:00:00Z"),
    ("SourceType", "live"),
    ("SourceProtocol", "rtmp"),
    ("SourceUrls", r#"["rtmp://pull.example.com/a/b"]"#),
    ("DstUrl", "rtmp://push.example.com/a/b"),
];

fn read(changes: &[(&str, &str)]) -> Result<Settings, Refusal> {
    read_by("2025-08", changes)
}

fn read_by(rules: &str, changes: &[(&str, &str)]) -> Result<Settings, Refusal> {
    let mut values: std::collections::BTreeMap<String, String> =
        GOOD.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    values.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Settings::read(&Parameters::new(values), parse_utc("2026-01-01T00:00:00Z").unwrap(), &rules.parse().unwrap())
}

fn code(changes: &[(&str, &str)]) -> String {
    read(changes).map_or_else(|refusal| refusal.code, |_| "OK".to_owned())
}

#[test]
fn defaults_are_the_documented_ones() {
    let settings = read(&[]).unwrap();
    assert_eq!((settings.retry_count, settings.retry_interval, settings.repeat_number), (3, 60, 0));
    assert_eq!((settings.name.as_str(), settings.callback_url.as_str()), ("", ""));
    assert_eq!(settings.patience(), SignedDuration::from_secs(180));
}

#[test]
fn every_required_parameter_is_missed_by_its_name() {
    for (name, _) in GOOD {
        assert_eq!(code(&[(name, "")]), format!("Missing{name}"));
    }
}

#[test]
fn each_rule_refuses_what_it_forbids_and_takes_what_it_allows() {
    let long_url = format!("rtmp://a/{}", "b".repeat(LONGEST_URL - 9));
    let longer_url = format!("{long_url}b");
    let long_callback = "c".repeat(LONGEST_URL + 1);
    let invalid = "InvalidParameter";
    let duration = "InvalidParam.CodeIllegalDuration";
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("Region", "preregion")], "OK"),
        (&[("Region", "ap-southeast-5")], "OK"),
        (&[("Region", "us-west-1")], invalid),
        (&[("StartTime", "2026-01-01 00:00:00")], invalid),
        (&[("StartTime", "2026-01-02T00:00:00Z")], duration),
        (&[("StartTime", "2025-01-01T00:00:00Z")], "OK"),
        (&[("StartTime", "2025-01-01T00:00:00Z"), ("EndTime", "2026-01-01T00:00:00Z")], duration),
        (&[("EndTime", "2027-01-01T00:00:00Z")], "OK"),
        (&[("SourceType", "disk")], invalid),
        (&[("SourceProtocol", "quic")], invalid),
        (&[("SourceProtocol", "hls")], "OK"),
        (&[("SourceType", "vod"), ("SourceProtocol", ""), ("SourceUrls", r#"["a"]"#)], "OK"),
        (&[("SourceType", "vod"), ("SourceUrls", r#"[""]"#)], invalid),
        (&[("SourceType", "url"), ("SourceUrls", r#"["https://a/b.MP4?c=d","http://a/b.flv"]"#)], "OK"),
        (&[("SourceType", "url"), ("SourceUrls", r#"["https://a/b.mkv"]"#)], invalid),
        (&[("SourceType", "url"), ("SourceUrls", r#"["rtmp://a/b.mp4"]"#)], invalid),
        (&[("SourceUrls", "rtmp://a/b")], invalid),
        (&[("SourceUrls", "[1]")], invalid),
        (&[("SourceUrls", "[]")], invalid),
        (&[("SourceUrls", r#"["rtmp://a/b","rtmp://a/c"]"#)], invalid),
        (&[("SourceUrls", r#"["ftp://a/b"]"#)], invalid),
        (&[("DstUrl", "srt://a/b")], invalid),
        (&[("DstUrl", "rtmp://")], invalid),
        (&[("DstUrl", &long_url)], "OK"),
        (&[("DstUrl", &longer_url)], invalid),
        (&[("CallbackUrl", &long_callback)], invalid),
        (&[("RepeatNumber", "-1")], "OK"),
        (&[("RepeatNumber", "-2")], invalid),
        (&[("RepeatNumber", "2147483648")], invalid),
        (&[("Offset", "0")], invalid),
        (&[("Offset", "1")], "OK"),
        (&[("FileIndex", "0")], "OK"),
        (&[("FileIndex", "1")], invalid),
        (&[("RetryCount", "0")], "OK"),
        (&[("RetryCount", "-1")], invalid),
        (&[("RetryInterval", "59")], invalid),
        (&[("RetryInterval", "60")], "OK"),
        (&[("RetryInterval", "300")], "OK"),
        (&[("RetryInterval", "301")], invalid),
        (&[("RetryInterval", "1m")], invalid),
    ];
    for (changes, expected) in cases {
        assert_eq!(code(changes), *expected, "{changes:?}");
    }
}

#[test]
fn rules_decide_what_documents_disagree_about() {
    let invalid = "InvalidParameter";
    let duration = "InvalidParam.CodeIllegalDuration";
    let shenzhen: (&str, &str) = ("Region", "cn-shenzhen");
    let known: (&str, &str) = ("Region", "eu-central-1");
    let cases: &[(&str, (&str, &str), &str)] = &[
        ("regions-known", shenzhen, "OK"),
        ("regions-documented", shenzhen, invalid),
        ("regions-with-shenzhen", shenzhen, "OK"),
        ("regions-known", known, "OK"),
        ("regions-documented", known, invalid),
        ("regions-with-shenzhen", known, invalid),
        ("regions-documented", ("Region", "ap-southeast-5"), "OK"),
        ("protocols-all", ("SourceProtocol", "rtsp"), "OK"),
        ("protocols-older", ("SourceProtocol", "rtsp"), "OK"),
        ("protocols-older", ("SourceProtocol", "hls"), invalid),
        ("protocols-newer", ("SourceProtocol", "hls"), "OK"),
        ("protocols-newer", ("SourceProtocol", "rtsp"), invalid),
        ("protocols-newer", ("SourceProtocol", "flv"), invalid),
        ("seven-days", ("EndTime", "2026-01-08T00:00:00Z"), "OK"),
        ("seven-days", ("EndTime", "2026-01-08T00:00:01Z"), duration),
        ("any-length", ("EndTime", "2026-01-08T00:00:01Z"), "OK"),
        ("past-start-accepted", ("StartTime", "2025-12-31T23:59:59Z"), "OK"),
        ("past-start-refused", ("StartTime", "2025-12-31T23:59:59Z"), duration),
        ("past-start-refused", ("StartTime", "2026-01-01T00:00:00Z"), "OK"),
    ];
    for (rules, change, expected) in cases {
        let code = read_by(rules, &[*change]).map_or_else(|refusal| refusal.code, |_| "OK".to_owned());
        assert_eq!(code, *expected, "{rules}: {change:?}");
    }
}

#[test]
fn what_begins_now_does_not_lie_in_the_past() {
    let rules = "past-start-refused".parse().unwrap();
    let check = |start| check_start(parse_utc(start).unwrap(), "2026-01-01T00:00:01.5Z".parse().unwrap(), &rules);
    assert!(check("2026-01-01T00:00:01Z").is_ok());
    assert!(check("2026-01-01T00:00:00Z").is_err());
}

#[test]
fn a_list_has_at_most_thirty_entries() {
    let list = |length| serde_json::to_string(&vec!["id"; length]).unwrap();
    let read = |length| {
        let text = list(length);
        source_urls(&Parameters::from([("SourceUrls", text.as_str())]), SourceType::Vod)
    };
    assert_eq!(read(30).unwrap().unwrap().len(), 30);
    assert!(read(31).is_err());
}

#[test]
fn task_ids_have_an_alphabet_and_a_length() {
    assert!(check_task_id(&"a".repeat(55)).is_ok());
    assert!(check_task_id("aZ0_-").is_ok());
    assert!(check_task_id(&"a".repeat(56)).is_err());
    assert!(check_task_id("a/b").is_err());
    assert!(check_task_id("任务").is_err());
}

#[test]
fn a_refusal_never_repeats_an_address() {
    let refusal = read(&[("DstUrl", "srt://push.example.com/live/stream?auth_key=sesame")]).err().unwrap();
    assert!(!refusal.message.contains("sesame") && refusal.message.ends_with('.'), "{}", refusal.message);
}
