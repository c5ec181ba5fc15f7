//! The search, by the table of its cases.

use std::fs;
use std::path::Path;

use super::cases::{CASES, CLI, Case, INI, METADATA, none};
use super::search::ORDER;
use super::*;
use crate::Config;
use crate::credentials::testing::Answers;

/// A case on a disk.
struct Stage {
    folder: tempfile::TempDir,
    answers: Answers,
    chain: CredentialsChain,
}

impl Case {
    fn set_up(&self) -> Stage {
        self.set_up_over(|answers| Arc::new(answers.clone()))
    }

    fn set_up_over(&self, over: impl FnOnce(&Answers) -> Arc<dyn Transport>) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in self.files {
            write(folder.path(), path, text);
        }
        let home = folder.path().display().to_string();
        let answers = Answers::new((self.answers)());
        let transport = over(&answers);
        let surroundings = Surroundings::of(Variables::read(|name| self.var(name, &home)).unwrap());
        for wire in [&surroundings.wire, &surroundings.direct] {
            wire.set(Arc::clone(&transport));
        }
        Stage { chain: CredentialsChain::of(surroundings), answers, folder }
    }

    fn var(&self, name: &str, home: &str) -> Option<String> {
        let set = self.vars.iter().find(|(set, _)| *set == name);
        let home_variable = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
        let value = set.map(|(_, value)| *value).or((name == home_variable).then_some("$HOME"));
        value.map(|value| value.replace("$HOME", home))
    }
}

fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

#[tokio::test(start_paused = true)]
async fn every_case_ends_as_the_table_says_and_shows_no_secret() {
    for case in CASES {
        let name = case.name;
        let stage = case.set_up();
        let plain = |text: &str| text.replace(&stage.folder.path().display().to_string(), "$HOME");
        let end = stage.chain.credentials().await;
        let told = match &end {
            Ok(key) => key.access_key_id().to_owned(),
            Err(error) => plain(&error.to_string()),
        };
        match (case.end, &end) {
            (Ok(id), Ok(_)) => assert_eq!(told, id, "{name}"),
            (Err(part), Err(_)) => assert!(told.contains(part), "{name}: {told}"),
            (expected, _) => panic!("{name}: {told} in the place of {expected:?}"),
        }
        assert_eq!(stage.answers.lines(), case.asked, "{name}");
        let explanation = stage.chain.explain().await;
        let text = plain(&explanation.to_string());
        for (line, expected) in text.lines().zip(case.explained) {
            assert!(line.starts_with(expected), "{name}: {line}\nin the place of {expected}");
        }
        assert_eq!(explanation.steps().len(), ORDER.len(), "{name}: {text}");
        assert_eq!(explanation.used().is_some(), end.is_ok(), "{name}: {text}");
        let seen = format!("{text}{told}{end:?}{:?}{explanation:?}", stage.chain);
        assert!(!seen.contains("canary"), "{name}: {seen}");
    }
}

#[cfg(feature = "testing")]
#[tokio::test(start_paused = true)]
async fn no_request_for_a_key_is_in_a_recording() {
    use crate::testing::{Recorder, Replay};

    for case in CASES {
        let (name, mut kept) = (case.name, None);
        let stage = case.set_up_over(|answers| Arc::new(kept.insert(Recorder::new(answers.clone())).clone()));
        let end = stage.chain.credentials().await;
        assert_eq!(end.is_ok(), case.end.is_ok(), "{name}");
        assert_eq!(stage.answers.lines(), case.asked, "{name}");
        let file = stage.folder.path().join("recording.json");
        kept.unwrap().save(&file).unwrap();
        let recorded: serde_json::Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        assert_eq!(recorded["exchanges"], serde_json::json!([]), "{name}");
        if !case.asked.is_empty() {
            let replayed = case.set_up_over(|_| Arc::new(Replay::open(&file).unwrap())).chain.credentials().await;
            let told = replayed.unwrap_err().to_string();
            assert!(
                told.contains("a recording holds no requests for keys") && !told.contains("canary"),
                "{name}: {told}"
            );
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_configuration_of_every_case_fails_at_once_where_no_network_is_needed_to_know() {
    for case in CASES {
        let (name, stage) = (case.name, case.set_up());
        let home = stage.folder.path().display().to_string();
        let config = crate::ConfigBuilder::from_vars(|name| case.var(name, &home));
        match case.end {
            Ok(_) => drop(config.unwrap()),
            Err(part) if case.asked.is_empty() && !part.contains("not started") && !is_at_refresh(part) => {
                let told = config.unwrap_err().to_string();
                assert!(told.replace(&home, "$HOME").contains(part), "{name}: {told}");
            }
            Err(_) => drop(config.unwrap()),
        }
    }
}

/// Whether what is wrong is in what is read at each refresh, and not before.
fn is_at_refresh(part: &str) -> bool {
    ["the login is over", "No such file", "this is no URL"].iter().any(|told| part.contains(told))
}

#[tokio::test(start_paused = true)]
async fn a_search_that_failed_is_made_again_and_one_that_succeeded_is_not() {
    let case = Case { name: "", files: &[], vars: &[], answers: none, end: Ok(""), explained: &[], asked: &[] };
    let stage = case.set_up();
    stage.chain.credentials().await.unwrap_err();
    write(stage.folder.path(), INI, "[default]\ntype=access_key\naccess_key_id=ini\naccess_key_secret=s\n");
    assert_eq!(stage.chain.credentials().await.unwrap().access_key_id(), "ini");
    // What would have come first by now changes nothing.
    write(
        stage.folder.path(),
        CLI,
        r#"{"profiles":[{"name":"default","access_key_id":"cli","access_key_secret":"s"}]}"#,
    );
    assert_eq!(stage.chain.clone().credentials().await.unwrap().access_key_id(), "ini");
    assert_eq!(stage.chain.name(), "default/profile/static_ak");
}

#[tokio::test(start_paused = true)]
async fn a_hundred_first_calls_make_one_search() {
    let case = CASES.iter().find(|case| case.name == "a role that a profile's key assumes").unwrap();
    let stage = case.set_up();
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let chain = stage.chain.clone();
        calls.spawn(async move { chain.credentials().await.unwrap().access_key_id().to_owned() });
    }
    assert_eq!(calls.join_all().await, vec!["STS.role"; 100]);
    assert_eq!(stage.answers.asked().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_of_a_file_that_the_cloud_calls_expired_is_read_again() {
    let case = CASES.iter().find(|case| case.name == "the CLI's current profile").unwrap();
    let stage = case.set_up();
    let old = stage.chain.credentials().await.unwrap();
    assert_eq!(stage.chain.renew(&old).await.unwrap(), old);
    let text = r#"{"profiles":[{"name":"b","mode":"StsToken","access_key_id":"STS.n","access_key_secret":"s","sts_token":"t"}]}"#;
    write(stage.folder.path(), CLI, text);
    assert_eq!(stage.chain.renew(&old).await.unwrap().access_key_id(), "STS.n");
    assert_eq!(stage.chain.credentials().await.unwrap().access_key_id(), "STS.n");
}

#[test]
fn the_profile_gives_region_endpoint_and_account_where_no_variable_does() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        CLI,
        r#"{"current":"p","profiles":[{"name":"p","mode":"RamRoleArn","access_key_id":"LTAI","access_key_secret":"s",
            "ram_role_arn":"acs:ram::1234567890123456:role/ops","region_id":"cn-beijing","endpoint":"gateway.test"}]}"#,
    );
    let built = |vars: &[(&str, &str)]| {
        let home = folder.path().display().to_string();
        let var = |name: &str| vars.iter().find(|(set, _)| *set == name).map(|(_, value)| (*value).to_owned());
        let builder =
            crate::ConfigBuilder::from_vars(|name| if name == "HOME" { Some(home.clone()) } else { var(name) });
        builder.unwrap().transport(Answers::new([])).build().unwrap()
    };
    let shown = |config: &Config| {
        let region = config.inner.region.clone().map(|(region, origin)| format!("{region} by {origin}"));
        let endpoint = config.inner.endpoint.as_ref().map(|endpoint| endpoint.host().to_owned());
        (region.unwrap_or_default(), endpoint.unwrap_or_default())
    };
    let config = built(&[]);
    assert_eq!(shown(&config), ("cn-beijing by the profile's region_id".to_owned(), "gateway.test".to_owned()));
    assert_eq!(config.inner.account, "1234567890123456");
    let config = built(&[("ALIBABA_CLOUD_REGION_ID", "cn-hangzhou"), ("ALIBABA_CLOUD_ENDPOINT", "other.test")]);
    assert_eq!(shown(&config), ("cn-hangzhou by ALIBABA_CLOUD_REGION_ID".to_owned(), "other.test".to_owned()));
    // The profile of somebody else says nothing.
    let config = built(&[("ALIBABA_CLOUD_ACCESS_KEY_ID", "env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s")]);
    assert_eq!(shown(&config), (String::new(), String::new()));
}

#[test]
fn a_profile_without_a_key_is_taken_as_what_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let built = |profile: &str| {
        write(folder.path(), CLI, &format!(r#"{{"current":"p","profiles":[{{"name":"p",{profile}}}]}}"#));
        let home = folder.path().display().to_string();
        let builder = crate::ConfigBuilder::from_vars(|name| (name == "HOME").then(|| home.clone())).unwrap();
        builder.transport(Answers::new([])).build().unwrap()
    };
    let bearer = built(r#""mode":"BearerToken","bearer_token":"canary""#);
    assert_eq!(bearer.inner.bearer_token.as_ref().map(|token| token.expose().as_str()), Some("canary"));
    assert!(bearer.inner.credentials.is_none() && !format!("{bearer:?}").contains("canary"));
    let anonymous = built(r#""mode":"Anonymous""#);
    assert!(anonymous.inner.credentials.is_none() && anonymous.inner.bearer_token.is_none());
}

#[tokio::test(start_paused = true)]
async fn the_metadata_service_is_given_its_token_and_the_token_service_the_role() {
    let case = CASES.iter().find(|case| case.name == "the role of the instance").unwrap();
    let stage = case.set_up();
    stage.chain.credentials().await.unwrap();
    let header = |request: &http::Request<bytes::Bytes>, name: &str| {
        request.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
    };
    let asked = stage.answers.asked();
    assert_eq!(header(&asked[0], "x-aliyun-ecs-metadata-token-ttl-seconds").as_deref(), Some("21600"));
    assert_eq!(header(&asked[1], "x-aliyun-ecs-metadata-token").as_deref(), Some("canary-metadata-token"));
    assert!(
        asked[2].uri().to_string().starts_with(METADATA) && header(&asked[2], "x-aliyun-ecs-metadata-token").is_some()
    );

    let case = CASES.iter().find(|case| case.name == "a role that a profile's key assumes").unwrap();
    let stage = case.set_up();
    stage.chain.credentials().await.unwrap();
    let asked = stage.answers.asked();
    let query = asked[0].uri().query().unwrap();
    for part in ["DurationSeconds=900", "RoleArn=acs%3Aram%3A%3A1234567890123456%3Arole%2Fops", "RoleSessionName=me"] {
        assert!(query.contains(part), "{query}");
    }
    assert!(header(&asked[0], "authorization").unwrap().starts_with("ACS3-HMAC-SHA256 Credential=LTAI,"));

    let case = CASES.iter().find(|case| case.name == "a role by a token comes before the files").unwrap();
    let stage = case.set_up();
    stage.chain.credentials().await.unwrap();
    let asked = stage.answers.asked();
    assert!(header(&asked[0], "authorization").is_none(), "the call is not signed");
    assert_eq!(&asked[0].body()[..], b"OIDCToken=canary-oidc-token");
}
