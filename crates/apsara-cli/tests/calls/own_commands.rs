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
    assert_eq!(written, 1 + 9 + 1 + 4);
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
