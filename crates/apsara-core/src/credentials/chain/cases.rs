//! The cases of the search: files on a disk, variables, and servers, with what the search comes to.

use crate::credentials::testing::{Row, assumed, key};

/// One case. `$HOME` stands for its folder wherever it occurs.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) files: &'static [(&'static str, &'static str)],
    pub(super) vars: &'static [(&'static str, &'static str)],
    pub(super) answers: fn() -> Vec<Row>,
    /// The id of the key, or a part of the error.
    pub(super) end: Result<&'static str, &'static str>,
    /// The explanation, line by line.
    pub(super) explained: &'static [&'static str],
    /// What was asked over the network.
    pub(super) asked: &'static [&'static str],
}

pub(super) const CLI: &str = ".aliyun/config.json";
pub(super) const INI: &str = ".alibabacloud/credentials";
const NO_KEY: &str = "1. the environment (default/env): not there: ALIBABA_CLOUD_ACCESS_KEY_ID is not set";
const NO_OIDC: &str = "2. a role by a token (default/oidc_role_arn): not there: ALIBABA_CLOUD_ROLE_ARN, \
                       ALIBABA_CLOUD_OIDC_PROVIDER_ARN, ALIBABA_CLOUD_OIDC_TOKEN_FILE are not set";
const NO_CLI: &str =
    "3. the profile of the official CLI (default/cli_profile): not there: there is no $HOME/.aliyun/config.json";
const NO_INI: &str = "4. the profile of the official SDKs (default/profile): not there: there is no \
                      $HOME/.alibabacloud/credentials, and there is no $HOME/.alibabacloud/credentials.ini";
const INI_NOT_ASKED: &str = "4. the profile of the official SDKs (default/profile): not asked";
const ECS_NOT_ASKED: &str = "5. the role of the ECS instance (default/ecs_ram_role): not asked";
const URI_NOT_ASKED: &str = "6. the credentials URI (default/credential_uri): not asked";
const NO_ECS: &str =
    "5. the role of the ECS instance (default/ecs_ram_role): not there: ALIBABA_CLOUD_ECS_METADATA_DISABLED is set";
const NO_URI: &str =
    "6. the credentials URI (default/credential_uri): not there: ALIBABA_CLOUD_CREDENTIALS_URI is not set";
pub(super) const METADATA: &str = "http://100.100.100.200/latest/meta-data/ram/security-credentials/";
const ASSUME: &str = "POST https://sts.aliyuncs.com/";

pub(super) fn none() -> Vec<Row> {
    Vec::new()
}

fn metadata() -> Vec<Row> {
    vec![
        ("PUT http://100.100.100.200/latest/api/token", 200, "canary-metadata-token".to_owned()),
        ("GET http://100.100.100.200/latest/meta-data/ram/security-credentials/web", 200, key("STS.ecs", 3600)),
        ("GET http://100.100.100.200/latest/meta-data/ram/security-credentials/", 200, "web".to_owned()),
    ]
}

fn sts() -> Vec<Row> {
    vec![(ASSUME, 200, assumed("STS.role"))]
}

pub(super) const CASES: &[Case] = &[
    Case {
        name: "the environment comes first",
        files: &[(
            CLI,
            r#"{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"cli","access_key_secret":"canary"}]}"#,
        )],
        vars: &[("ALIBABA_CLOUD_ACCESS_KEY_ID", "env"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-secret")],
        answers: none,
        end: Ok("env"),
        explained: &[
            "1. the environment (default/env): used, access key env",
            "2. a role by a token (default/oidc_role_arn): not asked",
            "3. the profile of the official CLI (default/cli_profile): not asked",
            INI_NOT_ASKED,
            ECS_NOT_ASKED,
            URI_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "a role by a token comes before the files",
        files: &[
            ("token", "canary-oidc-token\n"),
            (
                CLI,
                r#"{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"cli","access_key_secret":"canary"}]}"#,
            ),
        ],
        vars: &[
            ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1234567890123456:role/pod"),
            ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890123456:oidc-provider/k8s"),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "$HOME/token"),
        ],
        answers: sts,
        end: Ok("STS.role"),
        explained: &[
            NO_KEY,
            "2. a role by a token (default/oidc_role_arn): used, access key STS.role, role acs:ram::1234567890123456:role/pod, \
             token of $HOME/token",
            "3. the profile of the official CLI (default/cli_profile): not asked",
            INI_NOT_ASKED,
            ECS_NOT_ASKED,
            URI_NOT_ASKED,
        ],
        asked: &[ASSUME],
    },
    Case {
        name: "a token's file that is not there ends the search",
        files: &[],
        vars: &[
            ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1234567890123456:role/pod"),
            ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890123456:oidc-provider/k8s"),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "$HOME/token"),
        ],
        answers: metadata,
        end: Err("$HOME/token: No such file"),
        explained: &[NO_KEY, "2. a role by a token (default/oidc_role_arn): failed"],
        asked: &[],
    },
    Case {
        name: "the CLI's current profile",
        files: &[(
            CLI,
            r#"{"current":"b","profiles":[
                {"name":"a","mode":"AK","access_key_id":"other","access_key_secret":"canary-1"},
                {"name":"b","mode":"stsTOKEN","access_key_id":"STS.b","access_key_secret":"canary-2","sts_token":"canary-3"}]}"#,
        )],
        vars: &[],
        answers: none,
        end: Ok("STS.b"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile/static_sts): used, access key STS.b, profile `b` of \
             $HOME/.aliyun/config.json, mode stsTOKEN",
            INI_NOT_ASKED,
            ECS_NOT_ASKED,
            URI_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "another file and another profile of it",
        files: &[("elsewhere", r#"{"profiles":[{"name":"c","access_key_id":"c","access_key_secret":"canary"}]}"#)],
        vars: &[("ALIBABA_CLOUD_CONFIG_FILE", "$HOME/elsewhere"), ("ALIBABA_CLOUD_PROFILE", "c")],
        answers: none,
        end: Ok("c"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a role that a profile's key assumes",
        files: &[(
            CLI,
            r#"{"current":"p","profiles":[{"name":"p","mode":"RamRoleArn","access_key_id":"LTAI","access_key_secret":"canary",
                "ram_role_arn":"acs:ram::1234567890123456:role/ops","ram_session_name":"me","expired_seconds":900,"sts_region":"cn-beijing"}]}"#,
        )],
        vars: &[],
        answers: || vec![("POST https://sts.cn-beijing.aliyuncs.com/", 200, assumed("STS.role"))],
        end: Ok("STS.role"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile/ram_role_arn/static_ak): used, access key STS.role, \
             profile `p` of $HOME/.aliyun/config.json, mode RamRoleArn",
        ],
        asked: &["POST https://sts.cn-beijing.aliyuncs.com/"],
    },
    Case {
        name: "a role that may not be assumed ends the search",
        files: &[(
            CLI,
            r#"{"current":"p","profiles":[{"name":"p","mode":"RamRoleArn","access_key_id":"LTAI","access_key_secret":"canary",
                "ram_role_arn":"acs:ram::1234567890123456:role/ops"}]}"#,
        )],
        vars: &[],
        answers: || {
            let mut rows = metadata();
            rows.push((
                ASSUME,
                403,
                r#"{"Code":"NoPermission","Message":"You are not authorized.","RequestId":"r-1"}"#.to_owned(),
            ));
            rows
        },
        end: Err(
            "profile `p` of $HOME/.aliyun/config.json, mode RamRoleArn: the role acs:ram::1234567890123456:role/ops was not \
                  assumed: Sts AssumeRole: NoPermission (HTTP 403): You are not authorized. [outcome: rejected, not executed; request id: r-1]",
        ),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile/ram_role_arn/static_ak): failed",
        ],
        asked: &[ASSUME],
    },
    Case {
        name: "roles by roles of other profiles",
        files: &[(
            CLI,
            r#"{"current":"c","profiles":[
                {"name":"a","mode":"AK","access_key_id":"LTAI","access_key_secret":"canary"},
                {"name":"b","mode":"ChainableRamRoleArn","source_profile":"a","ram_role_arn":"acs:ram::1:role/b"},
                {"name":"c","mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"acs:ram::1:role/c"}]}"#,
        )],
        vars: &[("ALIBABA_CLOUD_STS_ENDPOINT", "sts.test")],
        answers: || vec![("POST https://sts.test/", 200, assumed("STS.role"))],
        end: Ok("STS.role"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile/ram_role_arn/ram_role_arn/static_ak): used",
        ],
        asked: &["POST https://sts.test/", "POST https://sts.test/"],
    },
    Case {
        name: "a circle of profiles",
        files: &[(
            CLI,
            r#"{"current":"a","profiles":[
                {"name":"a","mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"acs:ram::1:role/a"},
                {"name":"b","mode":"ChainableRamRoleArn","source_profile":"a","ram_role_arn":"acs:ram::1:role/b"}]}"#,
        )],
        vars: &[],
        answers: none,
        end: Err("in a circle: a -> b -> a; let one of them have a key of its own"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile): failed",
            INI_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "a role by the instance's role",
        files: &[(
            CLI,
            r#"{"current":"p","profiles":[{"name":"p","mode":"RamRoleArnWithRoleName","ram_role_name":"web",
                "ram_role_arn":"acs:ram::1:role/ops"}]}"#,
        )],
        vars: &[],
        answers: || [metadata(), sts()].concat(),
        end: Ok("STS.role"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile/ram_role_arn/ecs_ram_role): used",
        ],
        asked: &[
            "PUT http://100.100.100.200/latest/api/token",
            "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/web",
            ASSUME,
        ],
    },
    Case {
        name: "a profile that wants what the environment forbids",
        files: &[(CLI, r#"{"current":"p","profiles":[{"name":"p","mode":"EcsRamRole"}]}"#)],
        vars: &[("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")],
        answers: metadata,
        end: Err("mode EcsRamRole: ALIBABA_CLOUD_ECS_METADATA_DISABLED forbids to ask the metadata service"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "an access configuration of CloudSSO",
        files: &[(
            CLI,
            r#"{"current":"s","profiles":[{"name":"s","mode":"CloudSSO","cloud_sso_sign_in_url":"https://signin.test/start?canary",
                "cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1","access_token":"canary-access",
                "cloud_sso_access_token_expire":4102444800}]}"#,
        )],
        vars: &[],
        answers: || {
            vec![(
                "POST https://signin.test/cloud-credentials",
                200,
                format!(r#"{{"CloudCredential":{}}}"#, key("STS.sso", 3600)),
            )]
        },
        end: Ok("STS.sso"),
        explained: &[NO_KEY, NO_OIDC, "3. the profile of the official CLI (default/cli_profile/cloud_sso): used"],
        asked: &["POST https://signin.test/cloud-credentials"],
    },
    Case {
        name: "a server that repeats the token that it does not take",
        files: &[(
            CLI,
            r#"{"current":"s","profiles":[{"name":"s","mode":"CloudSSO","cloud_sso_sign_in_url":"https://signin.test/start",
                "cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1","access_token":"canary-access",
                "cloud_sso_access_token_expire":4102444800}]}"#,
        )],
        vars: &[],
        answers: || {
            let refusal = r#"{"Code":"InvalidToken","Message":"token canary-access is over"}"#;
            vec![("POST https://signin.test/cloud-credentials", 403, refusal.to_owned())]
        },
        end: Err("https://signin.test/cloud-credentials: InvalidToken (HTTP 403): token [redacted] is over"),
        explained: &[NO_KEY],
        asked: &["POST https://signin.test/cloud-credentials"],
    },
    Case {
        name: "a login of CloudSSO that is over",
        files: &[(
            CLI,
            r#"{"current":"s","profiles":[{"name":"s","mode":"CloudSSO","cloud_sso_sign_in_url":"https://signin.test/start",
                "cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1","access_token":"canary-access",
                "cloud_sso_access_token_expire":946684800}]}"#,
        )],
        vars: &[],
        answers: none,
        end: Err(
            "the login is over since 2000-01-01T00:00:00Z; log in again with `aliyun configure --profile s --mode CloudSSO`",
        ),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a token goes nowhere that is not private",
        files: &[(
            CLI,
            r#"{"current":"s","profiles":[{"name":"s","mode":"CloudSSO","cloud_sso_sign_in_url":"http://signin.test/start",
                "cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1","access_token":"canary-access"}]}"#,
        )],
        vars: &[],
        answers: none,
        end: Err("a token is sent there, so it must begin with https://"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a server that a profile names",
        files: &[(
            CLI,
            r#"{"current":"u","profiles":[{"name":"u","mode":"CredentialsURI","credentials_uri":"http://keys.test/k?canary=1"}]}"#,
        )],
        vars: &[],
        answers: || vec![("GET http://keys.test/k", 200, key("STS.uri", 3600))],
        end: Ok("STS.uri"),
        explained: &[NO_KEY, NO_OIDC, "3. the profile of the official CLI (default/cli_profile/credential_uri): used"],
        asked: &["GET http://keys.test/k"],
    },
    Case {
        name: "of two profiles of one name the first",
        files: &[(
            CLI,
            r#"{"current":"a","profiles":[{"name":"a","access_key_id":"first","access_key_secret":"canary"},
                {"name":"a","access_key_id":"second","access_key_secret":"canary"}]}"#,
        )],
        vars: &[],
        answers: none,
        end: Ok("first"),
        explained: &[NO_KEY, NO_OIDC, "3. the profile of the official CLI (default/cli_profile/static_ak): used"],
        asked: &[],
    },
    Case {
        name: "a program that may not be started",
        files: &[(CLI, r#"{"current":"x","profiles":[{"name":"x","mode":"External","process_command":"canary"}]}"#)],
        vars: &[("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1")],
        answers: none,
        end: Err(
            "mode External: the program that gives credentials was not started: ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS is set",
        ),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a key pair",
        files: &[(
            CLI,
            r#"{"current":"r","profiles":[{"name":"r","mode":"RsaKeyPair","key_pair_name":"k","private_key":"canary"}]}"#,
        )],
        vars: &[],
        answers: none,
        end: Err(
            "profile `r` of $HOME/.aliyun/config.json, mode RsaKeyPair: a key pair gives no access key here; give it to ConfigBuilder::key_pair",
        ),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a mode that nobody knows",
        files: &[(CLI, r#"{"current":"r","profiles":[{"name":"r","mode":"Quantum"}]}"#)],
        vars: &[],
        answers: metadata,
        end: Err("mode Quantum: the mode is unknown; those that are known: AK, StsToken"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a file that is no JSON ends the search",
        files: &[(CLI, "{\"current\": canary")],
        vars: &[],
        answers: metadata,
        end: Err(
            "$HOME/.aliyun/config.json: it is no JSON from line 1, column 13 on; mend it there, or run `aliyun configure`",
        ),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile): failed: $HOME",
            INI_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "a file of the CLI that begins with a byte order mark",
        files: &[(
            CLI,
            "\u{feff}{\"profiles\":[{\"name\":\"default\",\"access_key_id\":\"cli\",\"access_key_secret\":\"canary\"}]}",
        )],
        vars: &[],
        answers: none,
        end: Ok("cli"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a file of the SDKs that begins with a byte order mark",
        files: &[(INI, "\u{feff}[default]\ntype=access_key\naccess_key_id=ini\naccess_key_secret=canary\n")],
        vars: &[],
        answers: none,
        end: Ok("ini"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a profile with half a key",
        files: &[(
            CLI,
            r#"{"current":"h","profiles":[{"name":"h","mode":"AK","access_key_id":"LTAI","access_key_secret":""}]}"#,
        )],
        vars: &[],
        answers: metadata,
        end: Err(
            "profile `h` of $HOME/.aliyun/config.json, mode AK: `access_key_secret` is missing; set it, for example with \
                  `aliyun configure --profile h --mode AK`",
        ),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a profile that the CLI made when it ran first is none",
        files: &[
            (
                CLI,
                r#"{"current":"default","profiles":[{"name":"default","mode":"AK","access_key_id":"","access_key_secret":""}]}"#,
            ),
            (
                ".alibabacloud/credentials.ini",
                "[default]\ntype = access_key\naccess_key_id = ini\naccess_key_secret = canary # why\n",
            ),
        ],
        vars: &[],
        answers: none,
        end: Ok("ini"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile): not there: profile `default` of $HOME/.aliyun/config.json holds no key",
            "4. the profile of the official SDKs (default/profile/static_ak): used, access key ini, profile `default` of \
             $HOME/.alibabacloud/credentials.ini, type access_key",
            ECS_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "the file for Go is looked at before that for Python",
        files: &[
            (INI, "[default]\ntype=access_key\naccess_key_id=go\naccess_key_secret=canary\n"),
            (
                ".alibabacloud/credentials.ini",
                "[default]\ntype=access_key\naccess_key_id=python\naccess_key_secret=canary\n",
            ),
        ],
        vars: &[],
        answers: none,
        end: Ok("go"),
        explained: &[NO_KEY, NO_OIDC, NO_CLI],
        asked: &[],
    },
    Case {
        name: "a role of an ini profile",
        files: &[(
            INI,
            "[x]\ntype=ram_role_arn\naccess_key_id=a\naccess_key_secret=canary\nrole_arn=acs:ram::1:role/r\n",
        )],
        vars: &[
            ("ALIBABA_CLOUD_PROFILE", "x"),
            ("ALIBABA_CLOUD_STS_REGION", "cn-beijing"),
            ("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED", "true"),
        ],
        answers: || vec![("POST https://sts-vpc.cn-beijing.aliyuncs.com/", 200, assumed("STS.role"))],
        end: Ok("STS.role"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            "4. the profile of the official SDKs (default/profile/ram_role_arn/static_ak): used",
        ],
        asked: &["POST https://sts-vpc.cn-beijing.aliyuncs.com/"],
    },
    Case {
        name: "an ini profile that lacks something",
        files: &[(INI, "[default]\ntype=oidc_role_arn\nrole_arn=acs:ram::1:role/r\n")],
        vars: &[],
        answers: metadata,
        end: Err(
            "profile `default` of $HOME/.alibabacloud/credentials, type oidc_role_arn: `oidc_provider_arn` is missing; add the line",
        ),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            "4. the profile of the official SDKs (default/profile): failed",
            ECS_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "a file of the CLI that is named and is nowhere ends the search",
        files: &[(INI, "[default]\ntype=access_key\naccess_key_id=ini\naccess_key_secret=canary\n")],
        vars: &[("ALIBABA_CLOUD_CONFIG_FILE", "$HOME/nowhere.json")],
        answers: metadata,
        end: Err(
            "ALIBABA_CLOUD_CONFIG_FILE names a file that is nowhere: there is no $HOME/nowhere.json; add it or unset the variable",
        ),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile): failed: ALIBABA_CLOUD_CONFIG_FILE names",
            INI_NOT_ASKED,
            ECS_NOT_ASKED,
        ],
        asked: &[],
    },
    Case {
        name: "a file of the SDKs that is named and is nowhere ends the search",
        files: &[],
        vars: &[("ALIBABA_CLOUD_CREDENTIALS_FILE", "$HOME/nowhere.ini")],
        answers: metadata,
        end: Err(
            "ALIBABA_CLOUD_CREDENTIALS_FILE names a file that is nowhere: there is no $HOME/nowhere.ini; add it or unset",
        ),
        explained: &[NO_KEY, NO_OIDC, NO_CLI, "4. the profile of the official SDKs (default/profile): failed"],
        asked: &[],
    },
    Case {
        name: "a file that is named and is not to be read may be nowhere",
        files: &[(INI, "[default]\ntype=access_key\naccess_key_id=ini\naccess_key_secret=canary\n")],
        vars: &[("ALIBABA_CLOUD_CONFIG_FILE", "$HOME/nowhere.json"), ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")],
        answers: none,
        end: Ok("ini"),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "a profile that is nowhere ends the search",
        files: &[(CLI, r#"{"current":"a","profiles":[]}"#)],
        vars: &[("ALIBABA_CLOUD_PROFILE", "prod")],
        answers: metadata,
        end: Err(
            "ALIBABA_CLOUD_PROFILE names the profile `prod`, which is nowhere: $HOME/.aliyun/config.json has no profile `prod`; there is no",
        ),
        explained: &[NO_KEY],
        asked: &[],
    },
    Case {
        name: "the role of the instance",
        files: &[],
        vars: &[],
        answers: metadata,
        end: Ok("STS.ecs"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            NO_INI,
            "5. the role of the ECS instance (default/ecs_ram_role): used, access key STS.ecs, the role of this instance by \
             http://100.100.100.200",
            URI_NOT_ASKED,
        ],
        asked: &[
            "PUT http://100.100.100.200/latest/api/token",
            "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/",
            "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/web",
        ],
    },
    Case {
        name: "a role of the instance that is named saves a question",
        files: &[(CLI, "canary: not even looked at")],
        vars: &[("ALIBABA_CLOUD_ECS_METADATA", "web"), ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "TRUE")],
        answers: || {
            metadata()
                .into_iter()
                .skip(1)
                .collect::<Vec<_>>()
                .into_iter()
                .chain([("PUT", 404, String::new())])
                .collect()
        },
        end: Ok("STS.ecs"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            "3. the profile of the official CLI (default/cli_profile): not there: ALIBABA_CLOUD_CLI_PROFILE_DISABLED is set",
        ],
        asked: &[
            "PUT http://100.100.100.200/latest/api/token",
            "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/web",
        ],
    },
    Case {
        name: "version 1 of the metadata service may be forbidden",
        files: &[],
        vars: &[("ALIBABA_CLOUD_IMDSV1_DISABLED", "true")],
        answers: || {
            metadata()
                .into_iter()
                .skip(1)
                .collect::<Vec<_>>()
                .into_iter()
                .chain([("PUT", 404, String::new())])
                .collect()
        },
        end: Err("http://100.100.100.200/latest/api/token: HTTP 404"),
        explained: &[NO_KEY],
        asked: &["PUT http://100.100.100.200/latest/api/token"],
    },
    Case {
        name: "a metadata service that is not there lets the server be asked",
        files: &[],
        vars: &[("ALIBABA_CLOUD_CREDENTIALS_URI", "http://keys.test/k?canary=1")],
        answers: || vec![("GET http://keys.test/k", 200, key("STS.uri", 3600))],
        end: Ok("STS.uri"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            NO_INI,
            "5. the role of the ECS instance (default/ecs_ram_role): failed, the role of this instance by http://100.100.100.200: \
             http://100.100.100.200/latest/api/token: no connection",
            "6. the credentials URI (default/credential_uri): used, access key STS.uri, http://keys.test/k?[redacted]",
        ],
        asked: &["PUT http://100.100.100.200/latest/api/token", "GET http://keys.test/k"],
    },
    Case {
        name: "an address whose scheme was forgotten",
        files: &[],
        vars: &[
            ("ALIBABA_CLOUD_CREDENTIALS_URI", "me:canary@keys.test/k?canary=1&back=https://keys.test/,canary"),
            ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
        ],
        answers: none,
        end: Err("[redacted]@keys.test/k?[redacted]: this is no URL"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            NO_INI,
            NO_ECS,
            "6. the credentials URI (default/credential_uri): failed, [redacted]@keys.test/k?[redacted]: [redacted]@keys.test",
        ],
        asked: &[],
    },
    Case {
        name: "a server that refuses",
        files: &[],
        vars: &[
            ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://keys.test/k?canary=1"),
            ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
        ],
        answers: || vec![("GET http://keys.test/k", 200, r#"{"Code":"Failed","AccessKeySecret":"canary"}"#.to_owned())],
        end: Err("http://keys.test/k?[redacted]: the answer's Code is `Failed` and not `Success`"),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            NO_INI,
            NO_ECS,
            "6. the credentials URI (default/credential_uri): failed",
        ],
        asked: &["GET http://keys.test/k"],
    },
    Case {
        name: "a server that repeats what its address hides",
        files: &[],
        vars: &[
            ("ALIBABA_CLOUD_CREDENTIALS_URI", "http://keys.test/k?a=canary%2Dcoded&canary-alone"),
            ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
        ],
        answers: || {
            let refusal = r#"{"Code":"NoKey","Message":"a is canary-coded, and not of a=canary%2Dcoded&canary-alone"}"#;
            vec![("GET http://keys.test/k", 403, refusal.to_owned())]
        },
        end: Err("http://keys.test/k?[redacted]: NoKey (HTTP 403): a is [redacted], and not of [redacted]"),
        explained: &[NO_KEY],
        asked: &["GET http://keys.test/k"],
    },
    Case {
        name: "a metadata service that repeats its token",
        files: &[],
        vars: &[("ALIBABA_CLOUD_IMDSV1_DISABLED", "true"), ("ALIBABA_CLOUD_ECS_METADATA", "web")],
        answers: || {
            let refusal = r#"{"Code":"BadToken","Message":"canary-metadata-token is unknown"}"#;
            let token = metadata().into_iter().take(1);
            token.chain([("GET", 403, refusal.to_owned())]).collect()
        },
        end: Err("BadToken (HTTP 403): [redacted] is unknown"),
        explained: &[NO_KEY],
        asked: &[
            "PUT http://100.100.100.200/latest/api/token",
            "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/web",
        ],
    },
    Case {
        name: "an instance without a role, and nothing else",
        files: &[],
        vars: &[],
        answers: || vec![("PUT", 200, "token".to_owned()), ("GET", 404, String::new())],
        end: Err(
            "no credentials were found: set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run \
                  `aliyun configure` (the environment: ALIBABA_CLOUD_ACCESS_KEY_ID is not set; ",
        ),
        explained: &[
            NO_KEY,
            NO_OIDC,
            NO_CLI,
            NO_INI,
            "5. the role of the ECS instance (default/ecs_ram_role): failed",
            NO_URI,
        ],
        asked: &[
            "PUT http://100.100.100.200/latest/api/token",
            "GET http://100.100.100.200/latest/meta-data/ram/security-credentials/",
        ],
    },
];
