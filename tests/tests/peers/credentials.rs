//! The official package for credentials reads the same files and asks the same servers, and finds the same keys.

use std::collections::BTreeMap;

use apsara::credentials::{CredentialsChain, OAuth};
use apsara::{Config, Credentials, CredentialsProvider, sts};
use apsara_emulator::Emulator;
use apsara_tests::{Home, KeyServer};
use serde_json::{Value, json};

use crate::sdk::run;

/// The key that one of the two found, and by which provider.
#[derive(Debug, PartialEq)]
struct Found {
    id: String,
    secret: String,
    token: Option<String>,
    provider: String,
}

/// The servers that stand for the cloud's.
struct Servers {
    keys: KeyServer,
    sts: Emulator,
}

impl Servers {
    async fn start() -> Self {
        Self { keys: KeyServer::start().await, sts: Emulator::start().await.unwrap() }
    }

    async fn ours(&self, home: &Home) -> Found {
        let chain = CredentialsChain::from_vars(|name| match name {
            // The official package has no such variable, so that it is told otherwise.
            "ALIBABA_CLOUD_STS_ENDPOINT" => Some(self.sts.url().to_owned()),
            name => home.var(name),
        });
        let chain = chain.unwrap().metadata_endpoint(self.keys.url());
        let key = chain.credentials().await.unwrap();
        let explanation = chain.explain().await;
        Found {
            id: key.access_key_id().to_owned(),
            secret: key.access_key_secret().expose().clone(),
            token: key.security_token().map(|token| token.expose().clone()),
            provider: explanation.used().unwrap().name().to_owned(),
        }
    }

    /// What the official package is told: the variables of a home, and which host stands for which.
    fn line(&self, home: &Home) -> String {
        let keys = self.keys.url().strip_prefix("http://").unwrap();
        let hosts = json!({ "100.100.100.200": keys, "oauth.aliyun.com": keys, "sts.aliyuncs.com": self.sts.host() });
        let mut vars: BTreeMap<&str, &str> = home.vars().into_iter().collect();
        vars.insert("NO_PROXY", "*");
        vars.insert("PATH", "/usr/bin:/bin");
        json!({ "vars": vars, "hosts": hosts }).to_string() + "\n"
    }

    /// Who calls with a key, by the emulator's word.
    async fn caller(&self, found: &Found) -> String {
        let key = Credentials::temporary(&found.id, &found.secret, found.token.as_deref().unwrap()).unwrap();
        let config = Config::builder().credentials(key).endpoint(self.sts.url()).build().unwrap();
        sts::Client::new(&config).get_caller_identity().send().await.unwrap().arn.unwrap()
    }
}

/// Has the official package find the key of each line.
async fn theirs(lines: impl IntoIterator<Item = String>) -> Vec<Found> {
    let printed = run("credentials.py", &[], &lines.into_iter().collect::<String>()).await;
    let keys = printed.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let text = |key: &Value, name: &str| key[name].as_str().map(str::to_owned);
    keys.map(|key| Found {
        id: text(&key, "id").unwrap(),
        secret: text(&key, "secret").unwrap(),
        token: text(&key, "token"),
        provider: text(&key, "provider").unwrap(),
    })
    .collect()
}

/// Keys that stand in files, or come from a server that gives everyone the next: both must find the same one, by the same provider.
pub(crate) async fn check_keys() {
    let servers = Servers::start().await;
    let two = r#"{"current":"b","profiles":[
        {"name":"a","mode":"AK","access_key_id":"LTAI-a","access_key_secret":"secret-a"},
        {"name":"b","mode":"StsToken","access_key_id":"STS.b","access_key_secret":"secret-b","sts_token":"token-b"}]}"#;
    let ini = "[default]\ntype = access_key\naccess_key_id = LTAI-i # a comment\naccess_key_secret = secret-i\n\
               [ecs]\ntype = ecs_ram_role\nrole_name = web\n";
    let sso = format!(
        r#""mode":"CloudSSO","cloud_sso_sign_in_url":"{}/start","cloud_sso_account_id":"1","cloud_sso_access_config":"ac",
           "access_token":"sso-token","cloud_sso_access_token_expire":4102444800"#,
        servers.keys.url()
    );
    let printed = r#"{\"mode\":\"StsToken\",\"access_key_id\":\"STS.x\",\"access_key_secret\":\"secret-x\",\"sts_token\":\"token-x\",\"expiration\":\"2099-01-01T00:00:00Z\"}"#;
    let home = Home::new;
    let cases = [
        home()
            .set("ALIBABA_CLOUD_ACCESS_KEY_ID", "env")
            .set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "s")
            .file(".aliyun/config.json", two),
        home().file(".aliyun/config.json", two),
        home().file(".aliyun/config.json", two).set("ALIBABA_CLOUD_PROFILE", "a"),
        home()
            .file(".aliyun/config.json", two)
            .set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")
            .file(".alibabacloud/credentials.ini", ini),
        home().file("keys.ini", ini).set("ALIBABA_CLOUD_PROFILE", "ecs"),
        home().cli(r#""mode":"EcsRamRole","ram_role_name":"web""#),
        home(),
        home()
            .set("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
            .set("ALIBABA_CLOUD_CREDENTIALS_URI", format!("{}/key", servers.keys.url())),
        home().cli(&sso),
        home().cli(&format!(r#""mode":"External","process_command":"printf '%s' '{printed}'""#)),
    ];
    let mut homes = Vec::new();
    for home in cases {
        let path = home.path("keys.ini");
        let is_there = path.exists();
        homes.push(if is_there { home.set("ALIBABA_CLOUD_CREDENTIALS_FILE", path.to_str().unwrap()) } else { home });
    }
    let theirs = theirs(homes.iter().map(|home| servers.line(home))).await;
    assert_eq!(theirs.len(), homes.len());
    for (index, (home, theirs)) in homes.iter().zip(theirs).enumerate() {
        assert_eq!(unnumbered(servers.ours(home).await), unnumbered(theirs), "case {index}");
    }
}

/// A key of a server without its number, which is another one for each that asks.
fn unnumbered(mut found: Found) -> Found {
    if found.id.starts_with("STS.") && found.id[4..].bytes().all(|byte| byte.is_ascii_digit()) {
        assert_eq!(found.secret, format!("secret-{}", &found.id[4..]));
        assert_eq!(found.token, Some(format!("token-{}", &found.id[4..])));
        found = Found { id: "numbered".into(), secret: "numbered".into(), token: None, provider: found.provider };
    }
    found
}

/// Roles that are assumed: each gets a key of its own, which must be the same role in the same session.
pub(crate) async fn check_roles() {
    let servers = Servers::start().await;
    let (id, secret) = (servers.sts.access_key_id(), servers.sts.access_key_secret());
    let role = format!("acs:ram::{}:role", servers.sts.account_id());
    let key = format!(r#""access_key_id":"{id}","access_key_secret":"{secret}""#);
    let chained = format!(
        r#"{{"current":"c","profiles":[{{"name":"a","mode":"AK",{key}}},
            {{"name":"b","mode":"ChainableRamRoleArn","source_profile":"a","ram_role_arn":"{role}/b","ram_session_name":"one"}},
            {{"name":"c","mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"{role}/c","ram_session_name":"two"}}]}}"#
    );
    let ini = format!(
        "[default]\ntype=ram_role_arn\naccess_key_id={id}\naccess_key_secret={secret}\nrole_arn={role}/i\nrole_session_name=ini\n"
    );
    let cases = [
        (
            Home::new()
                .cli(&format!(r#""mode":"RamRoleArn",{key},"ram_role_arn":"{role}/r","ram_session_name":"cli""#)),
            "role/r/cli",
        ),
        (Home::new().file(".aliyun/config.json", &chained), "role/c/two"),
        (Home::new().file(".alibabacloud/credentials.ini", &ini), "role/i/ini"),
    ];
    let theirs = theirs(cases.iter().map(|(home, _)| servers.line(home))).await;
    assert_eq!(theirs.len(), cases.len());
    for ((home, caller), theirs) in cases.iter().zip(theirs) {
        let ours = servers.ours(home).await;
        let callers = (servers.caller(&ours).await, servers.caller(&theirs).await);
        assert_eq!(callers.0, callers.1);
        assert!(callers.0.ends_with(caller), "{callers:?}");
        assert_eq!(ours.provider, theirs.provider);
    }
}

/// A login whose tokens one of the two has spent: the other goes on with what was written back.
pub(crate) async fn check_logins() {
    let soon = jiff::Timestamp::now().as_second() + 60;
    let home = || {
        Home::new().cli(&format!(
            r#""mode":"OAuth","oauth_site_type":"CN","oauth_access_token":"access-1","oauth_refresh_token":"refresh-1",
               "oauth_access_token_expire":{soon},"region_id":"cn-shanghai""#
        ))
    };
    let ours = async |home: &Home, servers: &Servers| {
        let login = OAuth::new(home.path(".aliyun/config.json"), "p").endpoint(servers.keys.url());
        login.credentials().await.unwrap()
    };
    let (we_first, they_first) = (home(), home());
    let (server, other) = (Servers::start().await, Servers::start().await);
    let one = ours(&we_first, &server).await;
    let theirs = theirs([server.line(&we_first), other.line(&they_first)]).await;
    let two = ours(&they_first, &other).await;
    for (ours, theirs) in [one, two].iter().zip(&theirs) {
        assert_eq!((ours.access_key_id(), ours.access_key_secret().expose()), (&*theirs.id, &theirs.secret));
        assert_eq!(theirs.provider, "default/cli_profile/oauth");
    }
    for server in [server, other] {
        assert_eq!(server.keys.asked(), ["POST /v1/token", "POST /v1/exchange"]);
    }
}
