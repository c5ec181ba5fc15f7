use super::*;
use crate::catalog::product as find;

fn help(product: &str, name: &str) -> String {
    let operation =
        find(product, None).and_then(|product| Ok(product.operation(name)?)).unwrap_or_else(|f| panic!("{f}"));
    self::operation(&operation).render_long_help().to_string()
}

/// Takes the line breaks out of a text that was made to fit.
fn unwrapped(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn help_says_what_is_known_of_an_operation() {
    let help = help("live", "RestartLivePullToPush");
    for part in [
        "apsara live restart-live-pull-to-push --region <STRING> --task-id <STRING>",
        "A stream that was being pushed is interrupted.",
        "required; one of ap-northeast-1",
        "10 calls per second",
        "interrupts what runs",
        "live:RestartLivePullToPush on *",
        "apsara live restart-live-pull-to-push --region ap-southeast-1 --task-id",
        "400  CodeTaskNotExist             There is no such task.",
    ] {
        assert!(unwrapped(&help).contains(&unwrapped(part)), "{part} is not in {help}");
    }
    let list = self::help("live", "DescribeLivePullToPushList");
    assert!(unwrapped(&list).contains("[1 to 100; default 10; for example 10]"), "{list}");
}

#[test]
fn what_ram_must_allow_is_told_wherever_a_document_says_it() {
    let document = serde_json::json!({
        "info": { "style": "RPC", "product": "Weather", "version": "2026-01-01" },
        "apis": {
            "DescribeWind": { "methods": ["post"], "parameters": [], "responses": {}, "ramActions": [{
                "ramAction": { "action": "weather:DescribeWind", "resources": [{ "arn": "acs:weather:*:{#accountId}:station/{#Id}" }] },
                "additionalActions": ["ram:PassRole"],
            }] },
            "DescribeRain": { "methods": ["post"], "parameters": [], "responses": {} },
        },
    });
    let file = tempfile::NamedTempFile::new().unwrap_or_else(|error| panic!("{error}"));
    std::fs::write(file.path(), document.to_string()).unwrap_or_else(|error| panic!("{error}"));
    let product = find("weather", Some(file.path())).unwrap_or_else(|failure| panic!("{failure}"));
    for (name, expected) in [
        ("DescribeWind", "RAM action weather:DescribeWind on acs:weather:*:{accountId}:station/{Id}; ram:PassRole"),
        ("DescribeRain", "RAM action not known"),
    ] {
        let operation = product.operation(name).unwrap_or_else(|error| panic!("{error}"));
        let help = self::operation(&operation).render_long_help().to_string();
        assert!(unwrapped(&help).contains(expected), "{expected} is not in {help}");
    }
}

#[test]
fn a_parameter_that_is_called_like_an_option_is_shown_as_it_must_be_written() {
    let help = help("ecs", "DeleteInstance");
    assert!(help.contains("--DryRun <BOOLEAN>") && help.contains("--dry-run\n"), "{help}");
}

#[test]
fn whatever_names_a_parameter_names_no_option_of_the_program() {
    for name in ["CreateRouterInterface", "ModifyRouterInterfaceSpec"] {
        let help = help("ecs", name);
        let (above, example) = help.split_once("Example:").unwrap_or_default();
        let usage = above.split("Options:").next().unwrap_or_default();
        for shown in [usage, example] {
            assert!(shown.contains("--Spec ") && !shown.contains("--spec "), "{help}");
        }
    }
    let names = products().flat_map(|version| {
        let operations = version.operations().map(move |name| Product::from(version).decode(name));
        operations.flat_map(|operation| {
            let operation = operation.unwrap_or_else(|failure| panic!("{failure}"));
            operation.parameters().into_iter().map(|parameter| parameter.name.to_owned()).collect::<Vec<_>>()
        })
    });
    for name in names.collect::<std::collections::BTreeSet<_>>() {
        let written = Written::of(&name).with("v");
        let words = written.split(' ').map(std::ffi::OsString::from);
        let line = crate::line::split(words).unwrap_or_else(|failure| panic!("{failure}"));
        match line.parameters.as_slice() {
            [given] => assert_eq!(crate::words::bare(&given.name), crate::words::bare(&name), "{written}"),
            _ => assert_eq!(line.options, ["--param".to_owned(), format!("{name}=v")], "{written}"),
        }
    }
}

#[test]
fn every_operation_that_is_shipped_has_a_command_that_clap_takes() {
    let mut by_param = Vec::new();
    for version in products() {
        for (number, name) in version.operations().enumerate() {
            let operation = Product::from(version).decode(name).unwrap_or_else(|failure| panic!("{failure}"));
            // clap looks long, and operations that stand together are alike.
            if number % 25 == 0 {
                self::operation(&operation).debug_assert();
            }
            for parameter in operation.parameters() {
                if matches!(Written::of(parameter.name), Written::Param(_)) {
                    by_param.push(format!("{name} {}", parameter.name));
                }
            }
        }
    }
    // In these alone the name on the wire is the option's; whoever adds an option sees here what it stands in the way of.
    let alike = ["DescribeAddon", "DescribeClustersForRegion", "DescribeClustersV1", "ListAddons"];
    assert_eq!(by_param, alike.map(|name| format!("{name} profile")));
}
