//! Profiles whose files change while a program runs.

use std::fs;

use tokio::task::JoinSet;

use super::*;
use crate::credentials::testing::{Answers, assumed};

/// The CLI's file with two profiles, of which one is the current one; their keys have a number.
fn cli_file(current: &str, number: u32) -> String {
    format!(
        r#"{{"current":"{current}","profiles":[
            {{"name":"a","mode":"AK","access_key_id":"a-{number}","access_key_secret":"s"}},
            {{"name":"b","mode":"AK","access_key_id":"b-{number}","access_key_secret":"s"}}]}}"#
    )
}

#[tokio::test]
async fn a_program_stays_who_it_is_when_the_clis_current_profile_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, cli_file("a", 1)).unwrap();
    let provider = CliProfile::from_file(&path);
    let other = provider.clone().profile("b");
    assert_eq!(other.credentials().await.unwrap().access_key_id(), "b-1");
    let old = provider.credentials().await.unwrap();
    assert_eq!(old.access_key_id(), "a-1");
    fs::write(&path, cli_file("b", 2)).unwrap();
    assert_eq!(provider.clone().renew(&old).await.unwrap().access_key_id(), "a-2");
    assert_eq!(provider.credentials().await.unwrap().access_key_id(), "a-2");
    assert_eq!(provider.clone().transport(Answers::new([])).credentials().await.unwrap().access_key_id(), "a-2");
    // Who it is, is asked for by name again if somebody says another one.
    assert_eq!(provider.clone().profile("b").credentials().await.unwrap().access_key_id(), "b-2");
    fs::write(&path, r#"{"current":"b","profiles":[{"name":"b","access_key_id":"b","access_key_secret":"s"}]}"#)
        .unwrap();
    let error = provider.renew(&old).await.unwrap_err().to_string();
    assert!(error.contains("has no profile `a`"), "{error}");
}

#[tokio::test]
async fn a_profile_that_gave_no_key_yet_is_still_the_current_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    fs::write(&path, r#"{"current":"a","profiles":[{"name":"a","mode":"BearerToken","bearer_token":"t"}]}"#).unwrap();
    let provider = CliProfile::from_file(&path);
    let gone = Credentials::new("gone", "s").unwrap();
    provider.renew(&gone).await.unwrap_err();
    fs::write(&path, cli_file("b", 1)).unwrap();
    assert_eq!(provider.renew(&gone).await.unwrap().access_key_id(), "b-1");
}

#[tokio::test(start_paused = true)]
async fn a_profile_of_the_second_file_keeps_its_key_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join(".alibabacloud");
    fs::create_dir(&files).unwrap();
    let role = "type=ram_role_arn\naccess_key_id=a\naccess_key_secret=s\nrole_arn=acs:ram::1:role/r\n";
    fs::write(files.join("credentials"), format!("[other]\n{role}")).unwrap();
    fs::write(files.join("credentials.ini"), format!("[default]\n{role}")).unwrap();
    let home = folder.path().display().to_string();
    let answers = Answers::new([("POST https://sts.aliyuncs.com/", 200, assumed("STS.old"))]);
    let is_home = |name: &str| ["HOME", "USERPROFILE"].contains(&name);
    let provider =
        IniProfile::from_vars(|name| is_home(name).then(|| home.clone())).unwrap().transport(answers.clone());
    let old = provider.credentials().await.unwrap();
    answers.set([("POST https://sts.aliyuncs.com/", 200, assumed("STS.new"))]);
    let mut calls = JoinSet::new();
    for _ in 0..10 {
        let (provider, old) = (provider.clone(), old.clone());
        calls.spawn(async move { provider.renew(&old).await.unwrap().access_key_id().to_owned() });
    }
    assert_eq!(calls.join_all().await, vec!["STS.new"; 10]);
    assert_eq!(answers.asked().len(), 2);
    // A profile that moves to the file that is looked at first is found there, and one that moves back as well.
    let key = |id: &str| format!("[default]\ntype=access_key\naccess_key_id={id}\naccess_key_secret=s\n");
    fs::write(files.join("credentials"), key("first")).unwrap();
    assert_eq!(provider.renew(&old).await.unwrap().access_key_id(), "first");
    assert_eq!(provider.credentials().await.unwrap().access_key_id(), "first");
    fs::write(files.join("credentials"), "[other]\n").unwrap();
    fs::write(files.join("credentials.ini"), key("second")).unwrap();
    assert_eq!(provider.renew(&old).await.unwrap().access_key_id(), "second");
    assert_eq!(provider.credentials().await.unwrap().access_key_id(), "second");
}
