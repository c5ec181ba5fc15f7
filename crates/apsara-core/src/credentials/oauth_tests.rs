//! Logins whose tokens are spent and written back.

use std::fs;

use super::*;
use crate::credentials::testing::{Answers, key};

const TOKEN: &str = "POST https://oauth.aliyun.com/v1/token";
const EXCHANGE: &str = "POST https://oauth.aliyun.com/v1/exchange";

/// A file with a login whose access token ends so many seconds from now, beside things that are not ours.
fn file(ends: i64) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    let ends = seconds(SystemTime::now()) + ends;
    let text = format!(
        r#"{{"current":"me","meta_path":"x","profiles":[{{"name":"other","mode":"AK","access_key_id":"LTAI","big":12345678901234567890}},
            {{"name":"me","mode":"OAuth","oauth_site_type":"CN","oauth_access_token":"access-1","oauth_refresh_token":"refresh-1",
            "oauth_access_token_expire":{ends},"region_id":"cn-beijing","unknown":[1,{{"a":null}}]}}]}}"#
    );
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn login(path: &Path, answers: &Answers) -> OAuth {
    OAuth::new(path, "me").transport(answers.clone())
}

fn written(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn renewed() -> (&'static str, u16, String) {
    (TOKEN, 200, r#"{"access_token":"access-2","refresh_token":"refresh-2","expires_in":7200}"#.to_owned())
}

fn exchanged() -> (&'static str, u16, String) {
    (EXCHANGE, 200, key("STS.o", 3600).replace("AccessKeyId", "accessKeyId"))
}

#[tokio::test(start_paused = true)]
async fn tokens_that_are_nearly_over_are_renewed_and_written_back_beside_all_that_is_not_ours() {
    let (_folder, path) = file(1200);
    let answers = Answers::new([renewed(), exchanged()]);
    let before = written(&path);
    assert_eq!(login(&path, &answers).credentials().await.unwrap().access_key_id(), "STS.o");
    assert_eq!(answers.lines(), [TOKEN, EXCHANGE]);
    let form = String::from_utf8(answers.asked()[0].body().to_vec()).unwrap();
    for part in ["grant_type=refresh_token", "refresh_token=refresh-1", "client_id=4038181954557748008"] {
        assert!(form.contains(part), "{form}");
    }
    assert_eq!(answers.asked()[1].headers()["authorization"], "Bearer access-2");
    let after = written(&path);
    let profile = &after["profiles"][1];
    assert_eq!(
        (&profile["oauth_access_token"], &profile["oauth_refresh_token"]),
        (&"access-2".into(), &"refresh-2".into())
    );
    assert_eq!((&profile["access_key_id"], &profile["sts_token"]), (&"STS.o".into(), &"canary-token".into()));
    assert!(profile["sts_expiration"].as_i64() > Some(seconds(SystemTime::now())));
    for same in ["name", "mode", "region_id", "unknown"] {
        assert_eq!(profile[same], before["profiles"][1][same]);
    }
    assert_eq!((&after["profiles"][0], &after["meta_path"]), (&before["profiles"][0], &before["meta_path"]));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_changed_stays_as_it_is_and_where_it_is() {
    let (_folder, path) = file(0);
    let ends = seconds(SystemTime::now());
    let text = format!(
        "{{\n\t\"current\": \"me\",\n\t\"profiles\": [\n\t\t{{\n\t\t\t\"name\": \"me\",\n\t\t\t\"mode\": \"OAuth\",\n\t\t\t\"sts_expiration\": 0,\n\t\t\t\"oauth_refresh_token\": \
         \"refresh-1\",\n\t\t\t\"oauth_access_token\": \"access-1\",\n\t\t\t\"oauth_access_token_expire\": {ends},\n\t\t\t\"access_key_id\": \"STS.old\",\n\t\t\t\"access_key_secret\": \
         \"old\",\n\t\t\t\"region_id\": \"cn-beijing\"\n\t\t}},\n\t\t{{\"name\": \"other\", \"x_unknown\": 18446744073709551617.50, \"access_key_id\": \"LTAI\"}}\n\t],\n\t\"a\": 1\n}}\n"
    );
    fs::write(&path, &text).unwrap();
    login(&path, &Answers::new([renewed(), exchanged()])).credentials().await.unwrap();
    let profile = &written(&path)["profiles"][0];
    let (access_ends, ends_then) = (&profile["oauth_access_token_expire"], &profile["sts_expiration"]);
    let expected = text
        .replace("refresh-1", "refresh-2")
        .replace("access-1", "access-2")
        .replace(&format!(": {ends},"), &format!(": {access_ends},"))
        .replace("STS.old", "STS.o")
        .replace(": \"old\"", ": \"canary-secret\"")
        .replace("_expiration\": 0", &format!("_expiration\": {ends_then}"))
        .replace("\"cn-beijing\"\n", "\"cn-beijing\",\n\t\t\t\"sts_token\": \"canary-token\"\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_login_that_nothing_can_be_written_for_is_used_unless_its_tokens_change() {
    for (ends, asked) in [(7200, &[EXCHANGE] as &[&str]), (0, &[])] {
        let (_folder, path) = file(ends);
        let before = fs::read_to_string(&path).unwrap();
        // In the place of what is to take the file's, as a folder that is read-only has none.
        fs::create_dir(path.with_file_name(format!("config.json.tmp-{}", std::process::id()))).unwrap();
        let answers = Answers::new([renewed(), exchanged()]);
        match login(&path, &answers).credentials().await {
            Ok(key) => assert_eq!((key.access_key_id(), ends), ("STS.o", 7200)),
            Err(error) => assert!(error.to_string().contains("it cannot be written, which the tokens"), "{error}"),
        }
        assert_eq!(answers.lines(), asked);
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_written_back_is_used_until_the_cloud_calls_it_expired() {
    let (_folder, path) = file(7200);
    let answers = Answers::new([exchanged()]);
    let old = login(&path, &answers).credentials().await.unwrap();
    assert_eq!(answers.lines(), [EXCHANGE]);
    let other_program = login(&path, &answers);
    assert_eq!(other_program.credentials().await.unwrap(), old);
    assert_eq!(answers.lines(), [EXCHANGE]);
    answers.set([(EXCHANGE, 200, key("STS.new", 3600))]);
    let new = other_program.renew(&old).await.unwrap();
    assert_eq!(new.access_key_id(), "STS.new");
    // One that was made when the file had changed has given no key yet: that of the file is the one that is over.
    answers.set([(EXCHANGE, 200, key("STS.newer", 3600))]);
    assert_eq!(login(&path, &answers).renew(&new).await.unwrap().access_key_id(), "STS.newer");
}

#[tokio::test(start_paused = true)]
async fn two_programs_do_not_spend_one_refresh_token() {
    let (_folder, path) = file(0);
    let answers = Answers::new([renewed(), exchanged()]);
    let (one, two) = (login(&path, &answers), login(&path, &answers));
    let (first, second) = tokio::join!(one.credentials(), two.credentials());
    assert_eq!(first.unwrap(), second.unwrap());
    assert_eq!(answers.lines(), [TOKEN, EXCHANGE]);
}

#[tokio::test(start_paused = true)]
async fn new_tokens_are_written_back_even_if_there_is_no_key() {
    let (_folder, path) = file(0);
    let denied = (EXCHANGE, 403, r#"{"error":"access_denied","error_description":"not you"}"#.to_owned());
    let answers = Answers::new([renewed(), denied]);
    let error = login(&path, &answers).credentials().await.unwrap_err().to_string();
    assert!(error.contains("https://oauth.aliyun.com/v1/exchange: access_denied (HTTP 403): not you"), "{error}");
    assert_eq!(written(&path)["profiles"][1]["oauth_refresh_token"], "refresh-2");
}

#[tokio::test(start_paused = true)]
async fn a_login_that_is_over_says_how_to_log_in_again_and_changes_nothing() {
    let (folder, path) = file(0);
    let before = written(&path);
    let answers = Answers::new([(TOKEN, 400, r#"{"error":"invalid_grant"}"#.to_owned())]);
    let error = login(&path, &answers).credentials().await.unwrap_err().to_string();
    assert!(error.contains("log in again with `aliyun configure --profile me --mode OAuth`"), "{error}");
    assert!(error.contains("invalid_grant (HTTP 400)") && !error.contains("refresh-1"), "{error}");
    assert_eq!(written(&path), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_server_repeats_is_not_told() {
    let (_folder, path) = file(0);
    let invalid = r#"{"error":"invalid_grant","error_description":"Invalid refresh token: refresh-1"}"#;
    let answers = Answers::new([(TOKEN, 400, invalid.to_owned())]);
    let error = login(&path, &answers).credentials().await.unwrap_err();
    assert!(error.to_string().contains("invalid_grant (HTTP 400): Invalid refresh token: [redacted]"), "{error}");
    assert!(!format!("{error:?}").contains("refresh-1"), "{error:?}");
    let invalid = r#"{"Code":"InvalidToken","Message":"access-2 is none"}"#;
    let answers = Answers::new([renewed(), (EXCHANGE, 403, invalid.to_owned())]);
    let error = login(&path, &answers).credentials().await.unwrap_err();
    assert!(error.to_string().contains("InvalidToken (HTTP 403): [redacted] is none"), "{error}");
    assert!(!format!("{error:?}").contains("access-2"), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_loses_no_token() {
    let (_folder, path) = file(0);
    let answers = Answers::new([renewed(), exchanged()]);
    let oauth = login(&path, &answers);
    tokio::time::timeout(Duration::from_millis(15), oauth.credentials()).await.unwrap_err();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(written(&path)["profiles"][1]["oauth_refresh_token"], "refresh-2");
}

/// Renews tokens, and never answers the question for a key.
#[derive(Debug)]
struct Mute(Answers);

impl Transport for Mute {
    fn send(
        &self,
        request: http::Request<bytes::Bytes>,
    ) -> BoxFuture<'_, Result<http::Response<bytes::Bytes>, crate::transport::TransportError>> {
        match request.uri().path() {
            "/v1/token" => self.0.send(request),
            _ => Box::pin(std::future::pending()),
        }
    }
}

#[test]
fn a_program_that_ends_before_it_has_a_key_loses_no_token() {
    let (folder, path) = file(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    let oauth = OAuth::new(&path, "me").transport(Mute(Answers::new([renewed()])));
    runtime.block_on(async {
        tokio::time::timeout(Duration::from_secs(1), oauth.credentials()).await.unwrap_err();
    });
    drop(runtime);
    let profile = &written(&path)["profiles"][1];
    assert_eq!(
        (&profile["oauth_access_token"], &profile["oauth_refresh_token"]),
        (&"access-2".into(), &"refresh-2".into())
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[cfg(unix)]
#[tokio::test(start_paused = true)]
async fn nobody_else_uses_a_login_between_its_new_tokens_and_its_key() {
    let (_folder, path) = file(0);
    let oauth = OAuth::new(&path, "me").transport(Mute(Answers::new([renewed()])));
    tokio::time::timeout(Duration::from_secs(1), oauth.credentials()).await.unwrap_err();
    assert_eq!(written(&path)["profiles"][1]["oauth_refresh_token"], "refresh-2");
    let lock = tokio::time::timeout(Duration::from_secs(1), LockedFile::lock(&path)).await;
    assert!(lock.is_err(), "the file that took the other's place is locked as well");
}
