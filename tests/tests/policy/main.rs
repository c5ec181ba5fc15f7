//! Least privilege, proven: with the policy every call passes the emulator's strict mode, and without any one action exactly the
//! calls that need it are refused. The emulator evaluates policies by itself; it shares no more with what writes them than the
//! reading of a spec's row.

#![allow(clippy::unwrap_used)]

mod calls;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use apsara::{Config, Credentials, untyped};
use apsara_emulator::{Account, Clock, Emulator, RamMode, RamPolicy, Role, User};
use apsara_policy::{Policy, Reason, Source, Specs, Trace, TraceFile, Used};
use serde_json::{Value, json};

use self::calls::Made;

/// Everything that is called, by name.
const CALLED: [(&str, &str); 18] = [
    ("live", "CreateLivePullToPush"),
    ("live", "DescribeLivePullToPush"),
    ("live", "DescribeLivePullToPushList"),
    ("live", "RestartLivePullToPush"),
    ("live", "StopLivePullToPush"),
    ("live", "UpdateLivePullToPush"),
    ("live", "DeleteLivePullToPush"),
    ("sts", "GetCallerIdentity"),
    ("sts", "AssumeRole"),
    ("cs", "DescribeClustersV1"),
    ("ecs", "DescribeRegions"),
    ("cdn", "DescribeCdnService"),
    ("vod", "GetCategories"),
    ("weather", "GetStation"),
    ("weather", "DeleteStations"),
    ("weather", "ListStations"),
    ("weather", "ReadLog"),
    ("weather", "ShipForecast"),
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policy")
}

fn specs() -> Specs {
    let text = std::fs::read_to_string(folder().join("weather.json")).unwrap();
    Specs::shipped().with_document(serde_json::from_str(&text).unwrap())
}

/// Starts an emulator in strict mode, in which a user has this policy alone.
async fn cloud(policy: &Value, trace: Option<&Path>) -> Emulator {
    let trust = json!({ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "RAM": "*" } }] });
    let account = Account::new("1000")
        .key("LTAI-root", "secret-of-root")
        .policy(RamPolicy::new("proven", policy.to_string()))
        .user(User::new("ann").key("LTAI-ann", "secret-of-ann").policy("proven"))
        .role(Role::new("operator", trust.to_string()));
    let builder = Emulator::builder().account(account).ram(RamMode::Strict).spec_file(folder().join("weather.json"));
    let builder = builder.clock(Clock::frozen_at("2026-01-01T00:00:00Z").unwrap());
    trace.into_iter().fold(builder, apsara_emulator::EmulatorBuilder::trace_file).start().await.unwrap()
}

fn config(emulator: &Emulator, who: &str) -> apsara::ConfigBuilder {
    let key = Credentials::new(format!("LTAI-{who}"), format!("secret-of-{who}")).unwrap();
    Config::builder().credentials(key).endpoint(emulator.url())
}

/// The names of the calls that RAM refused.
fn refused(made: &Made) -> BTreeSet<&'static str> {
    let is_refused = |code: &str| code == "Forbidden.RAM" || code == "NoPermission";
    let refused = made.iter().filter(|(_, result)| {
        result.as_ref().is_err_and(|error| error.service().is_some_and(|refusal| is_refused(refusal.code())))
    });
    refused.map(|(name, _)| *name).collect()
}

/// Returns a policy without an action.
fn without(policy: &Value, action: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().unwrap();
    for statement in statements.iter_mut() {
        statement["Action"].as_array_mut().unwrap().retain(|one| one != action);
    }
    statements.retain(|statement| !statement["Action"].as_array().unwrap().is_empty());
    policy
}

/// Lets a user make all calls with the policy, and with all of it but one action, for each.
async fn prove(policy: &Policy) {
    let document = policy.to_json();
    let emulator = cloud(&document, None).await;
    let made = calls::all(&emulator, &config(&emulator, "ann").build().unwrap()).await;
    for ((name, result), (_, expected)) in made.iter().zip(CALLED) {
        assert_eq!((*name, result.as_ref().err().map(ToString::to_string)), (expected, None), "{policy}");
    }
    // What each call needs, as the emulator reads it.
    let needed: Vec<(String, Vec<String>)> =
        emulator.ledger().into_iter().map(|entry| (entry.action, entry.ram.unwrap().actions)).collect();
    assert_eq!(needed.len(), CALLED.len());
    let actions: BTreeSet<&str> = needed.iter().flat_map(|(_, actions)| actions).map(String::as_str).collect();
    assert!(policy.actions().into_iter().eq(actions.iter().copied()), "{policy}");
    for action in actions {
        let emulator = cloud(&without(&document, action), None).await;
        let made = calls::all(&emulator, &config(&emulator, "ann").build().unwrap()).await;
        let of_action = needed.iter().filter(|(_, actions)| actions.iter().any(|one| one == action));
        let expected: BTreeSet<&str> = of_action.map(|(name, _)| name.as_str()).collect();
        assert_eq!(refused(&made), expected, "without {action}");
    }
}

#[tokio::test]
async fn with_the_policy_of_its_operations_everything_passes_and_without_any_action_exactly_its_calls_fail() {
    let specs = specs();
    let used: Vec<Used> = CALLED.iter().map(|(product, name)| specs.find(product, None, name).unwrap()).collect();
    let policy = Policy::of(&used);
    prove(&policy).await;
    // Every action that is allowed for everything says why.
    let wide = policy.statements().iter().filter(|statement| statement.resources() == ["*"]);
    for action in wide.flat_map(apsara_policy::Statement::actions) {
        let is_why = |reason: &Reason| {
            matches!(reason, Reason::NoResources | Reason::Undocumented | Reason::Unnamed | Reason::Dependent(_))
        };
        assert!(policy.remarks().iter().any(|one| one.about == *action && is_why(&one.reason)), "{action}");
    }
}

#[tokio::test]
async fn the_policy_of_a_trace_is_as_narrow_as_the_calls() {
    let scratch = tempfile::tempdir().unwrap();
    let (theirs, ours) = (scratch.path().join("emulator.jsonl"), scratch.path().join("runtime.jsonl"));
    let everything = json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    let emulator = cloud(&everything, Some(&theirs)).await;
    let observer = TraceFile::with_specs(&ours, specs()).unwrap();
    let config_of_root = config(&emulator, "root").observer(observer.clone()).build().unwrap();
    calls::all(&emulator, &config_of_root).await;
    drop(emulator);
    assert_eq!(observer.unwritten(), 0);
    for (file, account) in [(&theirs, "1000"), (&ours, "*")] {
        let text = std::fs::read_to_string(file).unwrap();
        assert!(!["secret", "rtmp://", "cn-shanghai"].iter().any(|part| text.contains(part)), "{text}");
        let trace = Trace::read(text.as_bytes(), &specs()).unwrap();
        assert!(trace.untold().is_empty());
        let policy = Policy::of(trace.used());
        prove(&policy).await;
        let of = |action: &str| {
            let of_action = |statement: &&apsara_policy::Statement| statement.actions().iter().any(|one| one == action);
            policy.statements().iter().find(of_action).unwrap().clone()
        };
        let station = |region: &str, name: &str| format!("acs:weather:{region}:{account}:station/{name}");
        assert_eq!(of("weather:GetStation").resources(), [station("cn-hangzhou", "north")]);
        assert_eq!(of("weather:DeleteStations").resources(), [station("*", "north"), station("*", "south")]);
        assert_eq!(
            of("weather:ReadLog").resources(),
            [format!("acs:oss:*:{account}:logs/*"), format!("acs:weather:*:{account}:log/north")]
        );
        assert_eq!(of("sts:AssumeRole").resources(), ["acs:ram:*:1000:role/operator"]);
        let conditions = of("weather:ShipForecast");
        let conditions: Vec<_> = conditions.conditions().collect();
        assert_eq!(conditions, [("weather:Model", &["fine".to_owned()][..])]);

        // It is no wider than that: the same operations on other things are refused.
        let emulator = cloud(&policy.to_json(), None).await;
        let any = untyped::Client::new(&config(&emulator, "ann").build().unwrap());
        let made = calls::weather(&any, "east", "coarse").await;
        assert_eq!(refused(&made), BTreeSet::from(["DeleteStations", "GetStation", "ReadLog", "ShipForecast"]));
    }
}

#[tokio::test]
async fn a_call_that_was_never_sent_is_in_no_trace() {
    let scratch = tempfile::tempdir().unwrap();
    let file = scratch.path().join("calls.jsonl");
    let everything = json!({ "Version": "1", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] });
    let emulator = cloud(&everything, None).await;
    let observer = TraceFile::create(&file).unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for (endpoint, lines) in [(format!("http://{nobody}"), 0), (emulator.url().to_owned(), 1)] {
        let config = config(&emulator, "root").endpoint(endpoint).observer(observer.clone());
        let config = config.retry(apsara::Retry::never()).build().unwrap();
        let called = untyped::Client::new(&config).call("Sts", "2015-04-01", "GetCallerIdentity").send().await;
        assert_eq!(called.is_ok(), lines > 0, "{called:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), lines);
    }
}

#[tokio::test]
async fn the_policy_of_the_source_allows_exactly_what_it_calls() {
    let source = Source::read(&folder().join("calls.rs"), &specs()).unwrap();
    assert_eq!(source.unseen(), []);
    prove(&Policy::of(source.used())).await;
}
