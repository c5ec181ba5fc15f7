//! Profiles whose files change while a program runs.

use std::fs;

use tokio::task::JoinSet;

use super::*;
use crate::credentials::testing::{Answers, assumed};

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
