//! Accounts from files and by the program: who is taken in, and what is told of mistakes.

use std::path::{Path, PathBuf};

use apsara_emulator::{Account, Emulator, OidcProvider, RamPolicy, Role, StartError, User};

use crate::client::{Call, live};

/// The example that the README names.
pub(crate) fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("accounts.example.json")
}

fn written(name: &str, text: &str) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&file, text).unwrap();
    file
}

async fn flaws(text: &str) -> Vec<String> {
    let file = written(&format!("accounts-{}.json", text.len()), text);
    match Emulator::builder().accounts_file(&file).start().await.unwrap_err() {
        StartError::InvalidAccounts { file: Some(told), flaws } => {
            assert_eq!(told, file);
            flaws
        }
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn the_example_is_taken_in() {
    let emulator = Emulator::builder().accounts_file(example()).start().await.unwrap();
    assert_eq!(emulator.account_id(), "1234567890123456");
    assert_eq!((emulator.access_key_id(), emulator.access_key_secret()), ("LTAI-example-root", "example-root-secret"));
    for (id, secret, expected) in [
        ("LTAI-example-root", "example-root-secret", "OK"),
        ("LTAI-example-viewer", "example-viewer-secret", "OK"),
        ("LTAI-example-viewer", "example-root-secret", "SignatureDoesNotMatch"),
        ("LTAI-example-operator", "example-operator-secret", "OK"),
        ("LTAI-example-retired", "example-retired-secret", "InvalidAccessKeyId.Inactive"),
    ] {
        let mut call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
        call.key = (id.to_owned(), secret.to_owned());
        assert_eq!(call.v3(&emulator).await.verdict().1, expected, "{id}");
    }
}

#[tokio::test]
async fn a_file_has_all_that_an_account_can_have() {
    let key = include_str!("../data/public_key.pem").replace('\n', "\\n");
    let text = format!(
        r#"{{"accounts":[{{"id":"1","keys":[{{"id":"a","secret":"s"}}],"bearerTokens":["sesame"],"live":"not-open",
            "keyPairs":[{{"id":"pair","publicKey":"{key}"}}]}},
            {{"id":"2","live":"without-domain","keys":[{{"id":"b","secret":"s"}}]}}]}}"#
    );
    let emulator = Emulator::builder().accounts_file(written("whole.json", &text)).start().await.unwrap();
    for (id, code) in [("a", "LiveServiceNotFound"), ("b", "CodeInvalidAliUid")] {
        let mut call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
        call.key.0 = id.to_owned();
        call.key.1 = "s".to_owned();
        assert_eq!(call.v3(&emulator).await.verdict().1, code);
    }
    let pairs = [
        ("Action", "GetCallerIdentity"),
        ("Version", "2015-04-01"),
        ("Format", "JSON"),
        ("SignatureType", "BEARERTOKEN"),
        ("BearerToken", "sesame"),
    ];
    let reply = Call::new(&emulator, "2015-04-01", "GetCallerIdentity", &pairs).send_unsigned(&emulator).await;
    assert_eq!(reply.json()["AccountId"], "1");
    // With the HMAC of a key pair's id the pair is known, but it is none to sign so with.
    let mut call = live(&emulator, "DescribeLivePullToPushList", &[("Region", "cn-shanghai")]);
    call.key.0 = "pair".to_owned();
    assert_eq!(call.v3(&emulator).await.verdict().1, "IncompleteSignature");
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_file_is_told_at_once() {
    let told = flaws(
        r#"{"accounts":[{"id":"x1","keys":[{"id":"a","secert":"s"}],"live":"yes","bearerTokens":[7],
            "keyPairs":[{"id":"p","publicKey":"PUBLIC"}],
            "policies":[{"name":"p q","document":{"Version":"2","Statement":[{"Effect":"Alow","Action":"live","Resource":"live/*"}]}},
                        {"name":"same","document":[]},{"name":"same"}],
            "users":[{"keys":{},"policies":["same","other"]}],
            "roles":[{"name":"r","trust":{"Version":"1","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}},
                      "maxSessionDuration":"1h"}],
            "oidcProviders":[{"name":"o","issuer":"http://x"}]}]}"#,
    )
    .await;
    assert_eq!(
        told,
        [
            "accounts[0].id: must be digits, such as \"1234567890123456\"",
            "accounts[0].keys[0]: \"secert\" is not known here; did you mean \"secret\"?",
            "accounts[0].keys[0]: \"secret\" is missing",
            "accounts[0].keyPairs[0].publicKey: must be a PEM text that says PUBLIC KEY or RSA PUBLIC KEY",
            "accounts[0].bearerTokens[0]: must be a text that is not empty",
            "accounts[0].live: must be \"open\", \"without-domain\" or \"not-open\"",
            "accounts[0].policies[2]: \"document\" is missing",
            "accounts[0].users[0]: \"name\" is missing",
            "accounts[0].users[0].keys: must be a list",
            "accounts[0].policies[0].name: must be 1 to 128 letters, digits and .-_@",
            "accounts[0].policies[0].document.Version: must be \"1\", the only version there is",
            "accounts[0].policies[0].document.Statement[0].Effect: must be \"Allow\" or \"Deny\"",
            "accounts[0].policies[0].document.Statement[0].Action: must be * or code:Operation, such as live:Describe*",
            "accounts[0].policies[0].document.Statement[0].Resource: must be * or acs:service:region:account:relative-id",
            "accounts[0].policies[1].document: must be an object",
            "accounts[0].policies[2].name: \"same\" is given twice",
            "accounts[0].users[0].policies[1]: the account has no policy \"other\"",
            "accounts[0].roles[0].maxSessionDuration: must be 3600 to 43200 seconds",
            "accounts[0].roles[0].trust.Statement: \"Resource\" is not known here; known are Effect, Action, NotAction, Principal, Condition",
            "accounts[0].roles[0].trust.Statement: \"Principal\" is missing",
            "accounts[0].oidcProviders[0].issuer: must be an address that begins with https://",
            "accounts[0].oidcProviders[0].clientIds: must hold at least one client id",
        ]
    );
}

#[tokio::test]
async fn a_key_that_stands_twice_is_refused_wherever_it_stands() {
    let told = flaws(
        r#"{"accounts":[{"id":"1","id":"1","policies":[{"name":"p","document":{"Version":"1","Statement":[{
            "Effect":"Allow","Action":"*","Resource":"*",
            "Condition":{"Bool":{"acs:MFAPresent":"true"}},"Condition":{"Bool":{"acs:SecureTransport":"false"}}}]}}]}]}"#,
    )
    .await;
    let twice = "stands twice; make one of the two";
    let condition = "accounts[0].policies[0].document.Statement[0].Condition";
    assert_eq!(told, [format!("accounts[0].id: {twice}"), format!("{condition}: {twice}")]);
}

#[tokio::test]
async fn a_file_that_is_none_is_told_by_its_name() {
    assert_eq!(flaws("{").await.len(), 1);
    assert_eq!(flaws("[] ").await, ["must be an object"]);
    assert_eq!(flaws(r#"{"accounts":[]}"#).await, ["accounts: must be a list of at least one account"]);
    let told = flaws(r#"{"account":[] }"#).await;
    assert_eq!(told, ["\"account\" is not known here; did you mean \"accounts\"?"]);
    let error = Emulator::builder().accounts_file("no/such/file.json").start().await.unwrap_err();
    assert!(error.to_string().starts_with("no/such/file.json: "), "{error}");
}

#[tokio::test]
async fn keys_are_unique_over_all_accounts_and_users() {
    let account = Account::new("9").key("LTAI-example-viewer", "s");
    let error = Emulator::builder().account(account).accounts_file(example()).start().await.unwrap_err();
    assert_eq!(error.to_string(), "the access key id LTAI-example-viewer is given twice");
    let account = Account::new("1234567890123456").key("LTAI-other", "s");
    let error = Emulator::builder().account(account).accounts_file(example()).start().await.unwrap_err();
    assert_eq!(error.to_string(), "the account 1234567890123456 is given twice");
    let account = Account::new("9").user(User::new("u").key("k", "s")).key("k", "s");
    let error = Emulator::builder().account(account).start().await.unwrap_err();
    assert!(matches!(error, StartError::DuplicateKey { .. }), "{error}");
}

#[tokio::test]
async fn what_a_program_describes_is_checked_as_well() {
    let trust =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"me"}}]}"#;
    let account = Account::new("9")
        .user(User::new("").key("k", "s").policy("AdministratorAccess").policy("Admin"))
        .policy(RamPolicy::new("p", "{"))
        .role(Role::new("r@s", trust).max_session_duration(60))
        .oidc_provider(OidcProvider::new("o", "https://o.example.com"));
    let error = Emulator::builder().account(account).start().await.unwrap_err().to_string();
    let told: Vec<&str> = error.lines().collect();
    assert_eq!(
        told,
        [
            "accounts[0].policies[0].document: is no JSON: EOF while parsing an object at line 1 column 1",
            "accounts[0].users[0].name: must be 1 to 128 letters, digits and .-_@",
            "accounts[0].users[0].policies[1]: the account has no policy \"Admin\"",
            "accounts[0].roles[0].name: must be 1 to 64 letters, digits and .-_",
            "accounts[0].roles[0].maxSessionDuration: must be 3600 to 43200 seconds",
            "accounts[0].roles[0].trust.Statement[0].Principal.RAM: must be acs:ram::ACCOUNT:root, acs:ram::ACCOUNT:user/NAME or acs:ram::ACCOUNT:role/NAME",
            "accounts[0].oidcProviders[0].clientIds: must hold at least one client id",
        ]
    );
    for id in ["demo", ""] {
        let error = Emulator::builder().account(Account::new(id).key("k", "s")).start().await.unwrap_err();
        assert_eq!(error.to_string(), "accounts[0].id: must be digits, such as \"1234567890123456\"");
    }
    // An account can do without a key of its own if a user has one.
    let emulator = Emulator::builder().account(Account::new("9").user(User::new("u").key("k", "s"))).start();
    assert_eq!(emulator.await.unwrap().access_key_id(), "k");
    let error = Emulator::builder().account(Account::new("9").user(User::new("u"))).start().await.unwrap_err();
    assert!(matches!(error, StartError::NoKey { .. }), "{error}");
}
