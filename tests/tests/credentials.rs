//! Credentials end to end: files on a disk, servers that give keys, the emulator's token service, and calls that are signed with them.

#![allow(clippy::unwrap_used)]

use std::time::Duration;

use apsara::credentials::{AssumeRole, CredentialsChain, CredentialsUri, EcsRamRole, StepEnd};
use apsara::{ConfigBuilder, Credentials, CredentialsProvider, Error, live, sts};
use apsara_emulator::{Clock, DEFAULT_ACCESS_KEY_ID, DEFAULT_ACCESS_KEY_SECRET, Emulator, Fault, FaultRule};
use apsara_tests::{Home, KeyServer, credentials, oidc_token};

fn role(emulator: &Emulator, name: &str) -> String {
    format!("acs:ram::{}:role/{name}", emulator.account_id())
}

/// A home with a profile that assumes a role of the emulator's account, by the emulator's token service.
fn home_of_role(emulator: &Emulator) -> Home {
    let (id, secret) = (emulator.access_key_id(), emulator.access_key_secret());
    Home::new()
        .cli(&format!(
            r#""mode":"RamRoleArn","access_key_id":"{id}","access_key_secret":"{secret}","ram_role_arn":"{}","ram_session_name":"me","region_id":"cn-shanghai""#,
            role(emulator, "ops")
        ))
        .set("ALIBABA_CLOUD_STS_ENDPOINT", emulator.url())
}

fn chain(home: &Home, metadata: &KeyServer) -> CredentialsChain {
    CredentialsChain::from_vars(|name| home.var(name)).unwrap().metadata_endpoint(metadata.url())
}

async fn caller(emulator: &Emulator, provider: impl CredentialsProvider + 'static) -> String {
    let config = apsara::Config::builder().credentials_provider(provider).endpoint(emulator.url()).build().unwrap();
    sts::Client::new(&config).get_caller_identity().send().await.unwrap().arn.unwrap_or_default()
}

#[tokio::test]
async fn a_configuration_from_the_environment_calls_with_a_role_of_a_profile() {
    let emulator = Emulator::start().await.unwrap();
    let home = home_of_role(&emulator);
    let config = ConfigBuilder::from_vars(|name| home.var(name)).unwrap().endpoint(emulator.url()).build().unwrap();
    let live = live::Client::new(&config);
    for _ in 0..3 {
        live.describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap();
    }
    let arn = sts::Client::new(&config).get_caller_identity().send().await.unwrap().arn.unwrap();
    assert!(arn.ends_with(":role/ops/me"), "{arn}");
    assert_eq!(assumed(&emulator), 1, "the key is kept");
}

#[tokio::test]
async fn a_key_that_the_cloud_calls_expired_is_renewed_once_for_all_calls() {
    let emulator = Emulator::start().await.unwrap();
    let home = home_of_role(&emulator);
    let config = ConfigBuilder::from_vars(|name| home.var(name)).unwrap().endpoint(emulator.url()).build().unwrap();
    let list = live::Client::new(&config).describe_live_pull_to_push_list().region("cn-shanghai");
    list.clone().send().await.unwrap();
    let expired = FaultRule::new(Fault::ExpiredToken).operation("DescribeLivePullToPushList");
    emulator.faults().add(expired.on_calls(1..=5));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..5 {
        calls.spawn(list.clone().send_raw());
    }
    for call in calls.join_all().await {
        assert!(call.unwrap().attempts() <= 2);
    }
    assert_eq!(emulator.faults().injected().values().sum::<u64>(), 5);
    assert_eq!(assumed(&emulator), 2);
}

/// How many times a role was assumed.
fn assumed(emulator: &Emulator) -> usize {
    emulator.with_ledger(|entries| entries.iter().filter(|entry| entry.action.contains("AssumeRole")).count())
}

#[tokio::test]
async fn a_role_of_an_emulator_whose_clock_a_test_holds_serves_until_that_clock_says_otherwise() {
    let clock = Clock::frozen_at("2020-01-01T00:00:00Z").unwrap();
    let emulator = Emulator::builder().clock(clock).start().await.unwrap();
    let provider = AssumeRole::new(Fixed(credentials(&emulator)), role(&emulator, "ops")).sts_endpoint(emulator.url());
    let config = apsara::Config::builder().credentials_provider(provider).endpoint(emulator.url()).build().unwrap();
    let list = live::Client::new(&config).describe_live_pull_to_push_list().region("cn-shanghai");
    for assumed_by_now in [1, 1] {
        list.clone().send().await.unwrap();
        assert_eq!(assumed(&emulator), assumed_by_now);
    }
    emulator.clock().advance(Duration::from_secs(3600));
    list.send().await.unwrap();
    let codes: Vec<_> = emulator.ledger().into_iter().filter_map(|entry| entry.code).collect();
    assert_eq!((codes, assumed(&emulator)), (vec!["InvalidSecurityToken.Expired".to_owned()], 2));
}

#[tokio::test]
async fn roles_of_roles_are_assumed_and_every_call_for_them_is_signed() {
    let emulator = Emulator::start().await.unwrap();
    let first = AssumeRole::new(Fixed(credentials(&emulator)), role(&emulator, "first")).sts_endpoint(emulator.url());
    let second = AssumeRole::new(first, role(&emulator, "second"))
        .session_name("chained")
        .duration(Duration::from_secs(900))
        .sts_endpoint(emulator.url());
    assert_eq!(second.account().as_deref(), Some(emulator.account_id()));
    let arn = caller(&emulator, second).await;
    assert!(arn.ends_with(":role/second/chained"), "{arn}");
    assert!(emulator.ledger().iter().all(|entry| entry.signature.is_some()), "{:?}", emulator.ledger());
}

#[tokio::test]
async fn a_refusal_of_the_token_service_is_told_with_its_code_and_its_request_id() {
    let emulator = Emulator::start().await.unwrap();
    let key = Credentials::new(emulator.access_key_id(), "canary-wrong").unwrap();
    let provider = AssumeRole::new(Fixed(key), role(&emulator, "ops")).sts_endpoint(emulator.url());
    let error = provider.credentials().await.unwrap_err();
    assert!(error.is_signature_mismatch() && error.request_id().is_some(), "{error}");
    assert!(!format!("{error} {error:?}").contains("canary"));
    let config = apsara::Config::builder().credentials_provider(provider).endpoint(emulator.url()).build().unwrap();
    let call = live::Client::new(&config).describe_live_pull_to_push_list().region("cn-shanghai");
    let error = call.send().await.unwrap_err();
    assert!(error.is_credentials(), "{error}");
    assert!(error.to_string().contains("there are no credentials: the role acs:ram::"), "{error}");
}

#[tokio::test]
async fn the_metadata_service_is_asked_with_a_token_or_as_version_1_is() {
    for (server, asked) in [(KeyServer::start().await, 3), (KeyServer::start().await.without_tokens(), 3)] {
        let chain = chain(&Home::new(), &server);
        assert_eq!(chain.credentials().await.unwrap().access_key_id(), "STS.1");
        assert_eq!(chain.credentials().await.unwrap().access_key_id(), "STS.1");
        assert_eq!(server.asked().len(), asked, "{:?}", server.asked());
    }
    let server = KeyServer::start().await.without_tokens();
    let home = Home::new().set("ALIBABA_CLOUD_IMDSV1_DISABLED", "true");
    let error = chain(&home, &server).credentials().await.unwrap_err().to_string();
    assert!(error.contains("/latest/api/token: HTTP 404"), "{error}");
}

#[tokio::test]
async fn a_hundred_calls_at_once_ask_a_server_once() {
    let server = KeyServer::start().await;
    let uri = CredentialsUri::new(format!("{}/key?secret=canary", server.url()));
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let uri = uri.clone();
        calls.spawn(async move { uri.credentials().await.unwrap().access_key_id().to_owned() });
    }
    assert_eq!(calls.join_all().await, vec!["STS.1"; 100]);
    assert_eq!(server.asked(), ["GET /key?secret=canary"]);
    assert!(!format!("{uri:?}").contains("canary"));
}

#[tokio::test]
async fn nobody_waits_for_a_metadata_service_that_is_not_there() {
    let home = Home::new();
    // Nothing listens there any more.
    let gone = KeyServer::start().await;
    let chain = chain(&home, &gone);
    drop(gone);
    tokio::task::yield_now().await;
    let error = chain.credentials().await.unwrap_err();
    assert!(error.is_config() && error.to_string().contains("no credentials were found"), "{error}");
    let explanation = chain.explain().await;
    let ends: Vec<StepEnd> = explanation.steps().iter().map(apsara::credentials::Step::end).collect();
    use StepEnd::{Failed, NotThere};
    assert_eq!(ends, [NotThere, NotThere, NotThere, NotThere, Failed, NotThere], "{explanation}");
}

#[tokio::test]
async fn an_explanation_says_who_is_used_and_by_which_key() {
    let emulator = Emulator::start().await.unwrap();
    let home = home_of_role(&emulator);
    let metadata = KeyServer::start().await;
    let explanation = chain(&home, &metadata).explain().await;
    let used = explanation.used().unwrap();
    assert_eq!(used.name(), "default/cli_profile/ram_role_arn/static_ak");
    assert!(used.access_key_id().unwrap().starts_with("STS."), "{explanation}");
    let file = home.path(".aliyun/config.json").display().to_string();
    assert_eq!(used.found().unwrap(), format!("profile `p` of {file}, mode RamRoleArn"));
    assert!(metadata.asked().is_empty());
    assert!(!explanation.to_string().contains(emulator.access_key_secret()));
}

#[tokio::test]
async fn a_role_is_assumed_by_a_token_whose_file_is_read_anew() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new()
        .file("token", oidc_token(-60))
        .set("ALIBABA_CLOUD_ROLE_ARN", role(&emulator, "pod"))
        .set("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", format!("acs:ram::{}:oidc-provider/k8s", emulator.account_id()))
        .set("ALIBABA_CLOUD_ROLE_SESSION_NAME", "pod-1")
        .set("ALIBABA_CLOUD_STS_ENDPOINT", emulator.url());
    let token_file = home.path("token").display().to_string();
    let home = home.set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", token_file);
    let metadata = KeyServer::start().await;
    let error = chain(&home, &metadata).credentials().await.unwrap_err();
    assert_eq!(
        error.service().map(apsara::ServiceError::code),
        Some("AuthenticationFail.OIDCToken.Expired"),
        "{error}"
    );
    let chain = chain(&home, &metadata);
    let home = home.file("token", oidc_token(600));
    let arn = caller(&emulator, chain).await;
    assert!(arn.ends_with(":role/pod/pod-1"), "{arn}");
    drop(home);
}

/// Gives one key.
#[derive(Debug)]
struct Fixed(Credentials);

impl CredentialsProvider for Fixed {
    fn credentials(&self) -> apsara::transport::BoxFuture<'_, Result<Credentials, Error>> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}

#[tokio::test]
async fn the_key_of_the_environment_needs_no_file_and_no_server() {
    let emulator = Emulator::start().await.unwrap();
    let home = Home::new()
        .file(".aliyun/config.json", "broken")
        .set("ALIBABA_CLOUD_ACCESS_KEY_ID", DEFAULT_ACCESS_KEY_ID)
        .set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", DEFAULT_ACCESS_KEY_SECRET)
        .set("ALIBABA_CLOUD_ENDPOINT", emulator.url());
    let config = ConfigBuilder::from_vars(|name| home.var(name)).unwrap().build().unwrap();
    live::Client::new(&config).describe_live_pull_to_push_list().region("cn-shanghai").send().await.unwrap();
}

#[tokio::test]
async fn the_metadata_service_is_asked_through_no_proxy() {
    /// Set in the program that this test starts, which has a proxy.
    const INNER: &str = "APSARA_TEST_METADATA";
    if let Ok(url) = std::env::var(INNER) {
        let direct = EcsRamRole::new().endpoint(&url).credentials().await.unwrap();
        assert_eq!(direct.access_key_id(), "STS.1");
        let proxied = CredentialsUri::new(format!("{url}/key")).credentials().await;
        assert!(proxied.unwrap_err().is_connect(), "a proxy is used for all that is not next to this machine");
        return;
    }
    let server = KeyServer::start().await;
    let mut inner = tokio::process::Command::new(std::env::current_exe().unwrap());
    inner.args(["--exact", "the_metadata_service_is_asked_through_no_proxy", "--nocapture"]);
    inner.env(INNER, server.url()).env_remove("NO_PROXY").env_remove("no_proxy");
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
        // Nothing listens there: a request that is sent there fails.
        inner.env(name, "http://127.0.0.1:9");
    }
    let output = inner.output().await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(server.asked().len(), 3);
}
