//! A trace that cannot be written.

use crate::cloud::{Ran, alone, call, cloud, folder, task, text, variables};

const FULL: [&str; 2] = ["--trace", "/dev/full"];

#[test]
fn a_call_that_is_missing_in_its_trace_is_told_and_its_answer_is_there() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let describe = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id"];
    let untraced = |words: &[&str]| call(&emulator, &[words, &FULL].concat());
    for (words, outcome) in [(&[&describe[..], &[&id]].concat()[..], "TaskId"), (&["whoami"][..], "Arn")] {
        let whole = call(&emulator, words);
        assert!(whole.code == 0 && !whole.out.is_empty(), "{outcome}: {whole:?}");
        let ran = untraced(words);
        assert_eq!((ran.code, ran.out.len()), (1, whole.out.len()), "{ran:?}");
        for part in ["error: /dev/full lacks 1 call: No space left on device", "outcome     executed", "--operations"] {
            assert!(ran.err.contains(part), "{part:?} is not in {}", ran.err);
        }
    }
    // What became of the call counts more.
    let refused = untraced(&[&describe[..], &["none"]].concat());
    refused.failed(5, &["CodeTaskNotExist", "trace       /dev/full lacks 1 call: No space left on device"]);
}

#[test]
fn a_dry_run_is_in_no_trace() {
    let (emulator, folder) = (cloud(), folder());
    let trace = folder.path().join("calls.jsonl");
    let words = ["live", "describe-live-pull-to-push", "--region", "cn-shanghai", "--task-id", "none"];
    let ran = call(&emulator, &[&words[..], &["--dry-run", "--trace", text(&trace)]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert_eq!(std::fs::read_to_string(&trace).unwrap(), "");
}

#[test]
fn a_bulk_run_whose_calls_are_missing_in_its_trace_says_so() {
    let emulator = cloud();
    let id = task(&emulator, "night");
    let folder = folder();
    let (input, journal) = (folder.path().join("tasks.jsonl"), folder.path().join("run.journal"));
    let line = |id: &str| format!("{{\"Region\": \"cn-shanghai\", \"TaskId\": \"{id}\"}}\n");
    let run = |ids: &[&str], more: &[&str]| -> Ran {
        std::fs::write(&input, ids.iter().map(|id| line(id)).collect::<String>()).unwrap();
        let words = ["bulk", "live", "DescribeLivePullToPush", "--input", text(&input), "--journal", text(&journal)];
        let mut command = alone(&[&words[..], &FULL, more].concat());
        command.envs(variables(&emulator)).output().unwrap().into()
    };
    let done = run(&[&id], &[]);
    assert_eq!((done.code, done.out.lines().count()), (1, 1), "{done:?}");
    assert!(done.err.contains("1 succeeded\n") && done.err.contains("/dev/full lacks 1 call: No space"), "{done:?}");
    let again = run(&[&id], &["--resume"]);
    assert_eq!(again.code, 0, "nothing is called again: {again:?}");
    std::fs::remove_file(&journal).unwrap();
    let refused = run(&[&id, "none"], &[]);
    assert_eq!(refused.code, 5, "{refused:?}");
    assert!(refused.err.contains("trace     /dev/full lacks 2 calls: No space"), "{refused:?}");
}
