//! The program's own commands.

use crate::cloud::{Ran, alone, call, cloud, feed, folder, text, variables};

#[test]
fn an_error_code_is_explained_searched_for_and_guessed() {
    let run = |words: &[&str]| -> Ran { alone(words).output().unwrap().into() };
    let explained = run(&["errors", "codetasknotexist"]);
    for part in
        ["CodeTaskNotExist\n  There is no such task.", "rejected, not executed", "400  live restart-live-pull-to-push"]
    {
        assert!(explained.out.contains(part), "{part} is not in {}", explained.out);
    }
    let json = run(&["errors", "SignatureDoesNotMatch", "-o", "json"]).json();
    assert_eq!((&json["gateway"], &json["outcome"]), (&true.into(), &"rejected".into()));
    let found = run(&["errors", "Throttling*", "-o", "csv"]);
    assert!(found.out.lines().any(|line| line.contains("Throttling.User")), "{}", found.out);
    run(&["errors", "CodeTaskNotExists"]).failed(12, &["did you mean CodeTaskNotExist?"]);
}

#[test]
fn a_signature_that_the_cloud_refuses_is_explained_from_what_was_sent() {
    let emulator = cloud();
    let list = ["live", "describe-live-pull-to-push-list", "--region", "cn-shanghai"];
    let mut command = alone(&list);
    command.envs(variables(&emulator)).env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-wrong");
    let refused: Ran = command.output().unwrap().into();
    refused.failed(5, &["SignatureDoesNotMatch", "the secret is not that of the access key id"]);
    assert!(!refused.err.contains("canary"), "{}", refused.err);

    let url =
        "https://live.aliyuncs.com/?AccessKeyId=LTAI-id&Action=A&SecurityToken=canary-token&Signature=x&Star=a%2Ab";
    let theirs = "GET&%2F&AccessKeyId%3DLTAI-id%26Action%3DA%26SecurityToken%3Dcanary-token%26Star%3Da%2Ab";
    let answer = format!("{{\"Message\": \"no match. server string to sign is:{theirs}\"}}");
    let mut explain = alone(&["sign", "explain"]);
    explain.env("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI-id").env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "canary-secret");
    let explained = feed(explain, &format!("{url}\n{answer}\n"));
    assert_eq!((explained.code, explained.err.as_str()), (0, ""), "{explained:?}");
    for part in ["here   Star=a%2Ab", "cloud  Star=a*b", "encoded in another way", "not by this secret", "[redacted]"] {
        assert!(explained.out.contains(part), "{part} is not in {}", explained.out);
    }
    assert!(!explained.out.contains("canary"), "{}", explained.out);
    feed(alone(&["sign", "explain"]), "nothing").failed(2, &["there is no request in the text"]);
}

#[test]
fn shells_are_given_products_operations_and_options() {
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script: Ran = alone(&["completions", shell]).output().unwrap().into();
        assert!(script.code == 0 && script.out.contains("APSARA_COMPLETE"), "{script:?}");
    }
    let complete = |words: &[&str]| {
        let mut command = alone(&[&["--", "apsara"], words].concat());
        command.env("APSARA_COMPLETE", "bash").env("_CLAP_COMPLETE_INDEX", words.len().to_string());
        command.env("_CLAP_COMPLETE_COMP_TYPE", "9").env("_CLAP_COMPLETE_SPACE", "true");
        let ran: Ran = command.output().unwrap().into();
        assert_eq!(ran.code, 0, "{ran:?}");
        ran.out
    };
    assert!(complete(&["li"]).contains("live"));
    let operations = complete(&["live", "restart-live"]);
    assert!(operations.contains("restart-live-pull-to-push") && !operations.contains("stop-live"), "{operations}");
    let options = complete(&["live", "restart-live-pull-to-push", "--ta"]);
    assert!(options.contains("--task-id"), "{options}");
}

#[test]
fn man_pages_are_written_for_commands_products_and_operations() {
    let folder = folder();
    let ran: Ran = alone(&["man", text(folder.path()), "--product", "sts"]).output().unwrap().into();
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    let page = |name: &str| {
        std::fs::read_to_string(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let role = page("apsara-sts-assume-role.1");
    assert!(role.contains("role\\-session\\-name") && role.contains("required"), "{role}");
    assert!(page("apsara.1").contains("emulator") && page("apsara-sts.1").contains("assume"));
    // One for the program, for each of its commands, for the product and for each of its operations.
    let written = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(ran.out, format!("{written} pages are in {}\n", folder.path().display()));
    assert_eq!(written, 1 + 12 + 1 + 4);
}

#[test]
fn help_and_version_are_answers_and_a_call_without_words_is_not() {
    let emulator = cloud();
    let version = call(&emulator, &["--version"]);
    assert_eq!((version.code, version.out), (0, format!("apsara {}\n", env!("CARGO_PKG_VERSION"))));
    let help = call(&emulator, &["live", "restart-live-pull-to-push", "--help"]);
    assert!(help.code == 0 && help.out.contains("live:RestartLivePullToPush"), "{help:?}");
    let list = call(&emulator, &["live", "--help"]);
    assert!(list.code == 0 && list.out.contains("Restarts a relay task"), "{}", list.out);
    assert_eq!(call(&emulator, &[]).code, 2);
    assert_eq!(call(&emulator, &["live"]).code, 2);
}

#[test]
fn a_policy_is_written_for_operations_a_trace_and_source() {
    let run = |words: &[&str]| -> Ran { alone(&[&["ram", "policy"], words].concat()).output().unwrap().into() };
    let written = run(&["--operations", "live:restart-live-pull-to-push,sts:AssumeRole", "--account", "1000"]);
    let policy: serde_json::Value = serde_json::from_str(&written.out).unwrap();
    let role = "acs:ram:*:1000:role/*";
    assert_eq!(
        policy,
        serde_json::json!({ "Version": "1", "Statement": [
            { "Effect": "Allow", "Action": ["live:RestartLivePullToPush"], "Resource": ["*"] },
            { "Effect": "Allow", "Action": ["sts:AssumeRole"], "Resource": [role] }] })
    );
    assert_eq!(
        written.err,
        format!(
            "note: live:RestartLivePullToPush: only * is possible, because its documents name no resources of it\n\
             note: sts:AssumeRole: {role} has * where RoleName belongs, which is not known\n"
        )
    );
    let yaml = run(&["--operations", "live:RestartLivePullToPush", "-o", "yaml"]);
    assert!(yaml.code == 0 && yaml.out.contains("live:RestartLivePullToPush"), "{yaml:?}");

    // What a call from the terminal notes is what its policy is made of.
    let emulator = cloud();
    let folder = folder();
    let trace = folder.path().join("calls.jsonl");
    let trace = trace.to_str().unwrap();
    let role = ["--role-arn", "acs:ram::1000:role/none", "--role-session-name", "me"];
    let called = call(&emulator, &[&["sts", "assume-role", "--trace", trace], &role[..]].concat());
    assert_ne!(called.code, 0, "nobody may assume it: {called:?}");
    let line = std::fs::read_to_string(trace).unwrap();
    assert_eq!(
        line,
        "{\"product\":\"Sts\",\"version\":\"2015-04-01\",\"operation\":\"AssumeRole\",\
         \"parameters\":{\"RoleArn\":[\"acs:ram::1000:role/none\"]}}\n"
    );
    let traced = run(&["--from-trace", trace]).json();
    assert_eq!(traced["Statement"][0]["Resource"], serde_json::json!(["acs:ram:*:1000:role/none"]));

    let source = folder.path().join("main.rs");
    std::fs::write(
        &source,
        "fn f(live: &apsara::live::Client, n: &str) {\n live.stop_live_pull_to_push();\n c.call(n, n, n);\n}",
    )
    .unwrap();
    let found = run(&["--from-source", source.to_str().unwrap()]);
    assert!(found.out.contains("live:StopLivePullToPush"), "{found:?}");
    assert!(found.err.contains("main.rs:3: the operation's name is not written here"), "{found:?}");
}

#[test]
fn what_no_policy_follows_from_is_told() {
    let run = |words: &[&str]| -> Ran { alone(&[&["ram", "policy"], words].concat()).output().unwrap().into() };
    run(&["--operations", "sts:GetCallerIdentity"]).failed(12, &["everybody may do it", "nothing is called"]);
    run(&["--operations", "live:RestartLivePulToPush"]).failed(2, &["did you mean restart-live-pull-to-push?"]);
    run(&["--operations", "lvie:RestartLivePullToPush"]).failed(2, &["did you mean live?"]);
    run(&["--operations", "RestartLivePullToPush"]).failed(2, &["PRODUCT:RestartLivePullToPush"]);
    run(&["--from-trace", "/nowhere/calls.jsonl"]).failed(1, &["/nowhere/calls.jsonl"]);
    run(&["--from-source", "/nowhere"]).failed(1, &["/nowhere"]);
    feed(alone(&["ram", "policy", "--from-trace", "-"]), "{}").failed(1, &["-: line 1 is no entry of a trace"]);
    let nothing = run(&[]);
    assert_eq!((nothing.code, nothing.out.as_str()), (2, ""));
}

#[test]
fn specs_are_compared_between_files_and_revisions() {
    let folder = folder();
    let document = |codes: &[&str]| {
        let codes: Vec<_> = codes.iter().map(|code| serde_json::json!({ "errorCode": code })).collect();
        serde_json::json!({
            "version": "1.0",
            "info": { "product": "Things", "version": "2026-01-01", "style": "RPC" },
            "apis": { "Update": {
                "methods": ["post"], "schemes": ["https"], "security": [{ "AK": [] }], "parameters": [],
                "errorCodes": { "404": codes }, "responses": { "200": { "schema": { "type": "object", "properties": {} } } },
            } },
        })
        .to_string()
    };
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (old, new) = (file("old.json", document(&["Gone"])), file("api-docs.json", document(&["Lost"])));
    let run_in = |place: &std::path::Path, words: &[&str]| -> Ran {
        let mut command = alone(&[&["spec", "diff"], words].concat());
        // git is found there.
        command.env("PATH", std::env::var_os("PATH").unwrap()).current_dir(place).output().unwrap().into()
    };
    let run = |words: &[&str]| run_in(folder.path(), words);
    let gone = "- `things` 2026-01-01 `Update`: the error code `Gone` is gone\n";
    let compared = run(&[&old, &new]);
    assert_eq!((compared.code, compared.err.as_str()), (0, ""), "{compared:?}");
    assert!(compared.out.starts_with(&format!("### Breaking changes\n\n{gone}")), "{compared:?}");
    assert_eq!(run(&[&old, &old]).out, "Nothing changed for callers.\n");
    assert_eq!(run(&[&old, &new, "-o", "json"]).json()[0]["subject"], "the error code `Gone`");
    let failed = run(&[&old, &new, "--fail-on", "breaking"]);
    assert!(
        failed.code == 13 && failed.err.contains("1 change is breaking") && failed.out.contains(gone),
        "{failed:?}"
    );
    assert_eq!(run(&[&old, &old, "--fail-on", "patch"]).code, 0);

    let git = |words: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.current_dir(folder.path()).args(["-c", "user.name=A", "-c", "user.email=a@example.com"]).args(words);
        // Whoever runs this may sign commits, or have hooks.
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        assert!(git.output().unwrap().status.success(), "{words:?}");
    };
    let layout = folder.path().join("specs/things/2026-01-01");
    std::fs::create_dir_all(&layout).unwrap();
    std::fs::write(layout.join("api-docs.json"), document(&["Gone"])).unwrap();
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "first"]);
    assert!(run(&["HEAD:specs", &new]).out.contains(gone));
    assert!(run(&["HEAD:old.json", "HEAD:api-docs.json"]).out.contains(gone));
    // Paths begin at the root of the repository, wherever one stands in it, unless they say that they do not.
    let below = folder.path().join("specs");
    for (place, path) in [(below.as_path(), "HEAD:specs"), (folder.path(), "HEAD:./specs")] {
        let compared = run_in(place, &[path, &new]);
        assert!(compared.out.contains(gone), "{path}: {compared:?}");
    }
    run(&["HEAD:nowhere", &new]).failed(1, &["nowhere"]);
    run(&["nowhere.json", &new]).failed(1, &["nowhere.json"]);
}
