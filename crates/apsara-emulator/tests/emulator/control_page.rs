//! The page on the control API: its examples, run as they stand there.
#![cfg(unix)]

use std::path::Path;
use tokio::process::Command;

use apsara_emulator::{Clock, Emulator};
use serde_json::Value;

/// A command of the page and the answer that it promises.
struct Example {
    line: usize,
    command: String,
    answer: Value,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut command: Option<(usize, String)> = None;
    let mut lines = page.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(language) = line.strip_prefix("```") else {
            continue;
        };
        let block: Vec<&str> = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```").collect();
        let block = block.join("\n");
        match language {
            // The only command that is not sent is the one that starts the emulator.
            "sh" if !block.starts_with("apsara emulator") => command = Some((number + 1, block)),
            "json" => {
                let (line, command) = command.take().unwrap_or_else(|| panic!("line {number}: no command"));
                let answer = serde_json::from_str(&block).unwrap_or_else(|error| panic!("line {number}: {error}"));
                examples.push(Example { line, command, answer });
            }
            _ => assert!(block.starts_with("apsara emulator"), "line {number}: a block that is not run"),
        }
    }
    assert!(command.is_none(), "a command without an answer");
    examples
}

/// Whether an answer is the promised one; `…` stands for anything.
fn fits(promised: &Value, given: &Value) -> bool {
    match (promised, given) {
        (Value::String(any), _) if any == "…" => true,
        (Value::Object(promised), Value::Object(given)) => {
            promised.len() == given.len()
                && promised.iter().all(|(key, value)| given.get(key).is_some_and(|given| fits(value, given)))
        }
        (Value::Array(promised), Value::Array(given)) => {
            promised.len() == given.len() && promised.iter().zip(given).all(|(promised, given)| fits(promised, given))
        }
        _ => promised == given,
    }
}

#[tokio::test]
async fn every_example_of_the_page_does_what_it_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/emulator-control.md");
    let page = std::fs::read_to_string(file).unwrap();
    let clock = Clock::frozen_at("2026-01-01T12:00:00Z").unwrap();
    let emulator = Emulator::builder().clock(clock).control(true).start().await.unwrap();
    let examples = examples(&page);
    for Example { line, command, answer } in &examples {
        let mut shell = Command::new("sh");
        shell.args(["-c", command]).env("ALIBABA_CLOUD_ENDPOINT", emulator.url()).env("no_proxy", "*");
        let output = shell.output().await.unwrap();
        assert!(output.status.success(), "line {line}: {output:?}");
        let given: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("line {line}: {error}: {}", String::from_utf8_lossy(&output.stdout)));
        assert!(fits(answer, &given), "line {line}: promised\n{answer:#}\nbut it is\n{given:#}");
    }
    // Every path that there is has an example, by every method.
    let all = examples[1].answer["endpoints"].as_array().unwrap();
    for endpoint in all {
        let (method, path) = endpoint.as_str().unwrap().split_once(' ').unwrap();
        let runs = |example: &&Example| {
            let called =
                example.command.split(['"', '?']).find_map(|part| part.strip_prefix("$ALIBABA_CLOUD_ENDPOINT"));
            called == Some(path) && example.command.contains(" -d ") == (method == "POST")
        };
        assert!(examples.iter().any(|example| runs(&example)), "{endpoint} has no example");
    }
    assert!(emulator.tasks().is_empty(), "the last example begins again");
}
