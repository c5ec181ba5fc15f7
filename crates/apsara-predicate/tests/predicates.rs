//! Conditions as they are written, whether they hold, and what is said of those that are none.

#![allow(clippy::unwrap_used)]

use apsara_predicate::{Operand, Predicate};
use serde_json::{Value, json};

fn holds(text: &str) -> Option<bool> {
    let answer: Value = json!({
        "TaskStatus": -1, "TaskExitReason": "TriggerByUser", "Ok": true, "Nothing": null, "List": [1], "Half": 0.5,
        "TaskInfo": { "TaskId": "a", "Name": "say \"hi\"\\" }, "true-ish": 3
    });
    let request = json!({ "TaskId": "a", "Count": 3, "Inner": { "Count": -1 } });
    text.parse::<Predicate>().unwrap_or_else(|error| panic!("{text}: {error}")).holds(&answer, &request)
}

#[test]
fn values_are_compared_by_their_type() {
    for text in [
        "TaskStatus == -1",
        "-1==TaskStatus",
        "TaskStatus != 1",
        "TaskStatus < 0",
        "TaskStatus <= -1",
        "TaskStatus >= -1",
        "TaskStatus > -2",
        "TaskExitReason == \"TriggerByUser\"",
        "TaskExitReason != \"OverEndTime\"",
        "Ok == true",
        "TaskInfo.TaskId == $request.TaskId",
        "TaskStatus == $request.Inner.Count",
        "$request.Count > TaskStatus",
        r#"TaskInfo.Name == "say \"hi\"\\""#,
        "true-ish == 3",
    ] {
        assert_eq!(holds(text), Some(true), "{text}");
        assert_eq!(holds(&format!("!({text})")), Some(false), "{text}");
    }
}

#[test]
fn what_is_not_there_or_of_another_type_decides_nothing() {
    for text in [
        "TaskStatsu == 1",
        "TaskStatsu != 1",
        "!(TaskStatsu == 1)",
        "Nothing == 1",
        "Nothing != \"\"",
        "List == 1",
        "Half == 0",
        "Half < 1",
        "TaskStatus == \"-1\"",
        "TaskStatus != \"x\"",
        "TaskInfo == \"a\"",
        "TaskExitReason < TaskExitReason",
        "TaskStatus == $request.TaskStatus",
        "TaskStatus.Deeper == 1",
    ] {
        assert_eq!(holds(text), None, "{text}");
    }
}

#[test]
fn an_unknown_part_leaves_the_whole_unknown_unless_the_rest_decides() {
    let cases = [
        ("Missing == 1 || TaskStatus == -1", Some(true)),
        ("TaskStatus == -1 || Missing == 1", Some(true)),
        ("Missing == 1 || TaskStatus == 1", None),
        ("Missing == 1 && TaskStatus == 1", Some(false)),
        ("TaskStatus == -1 && Missing == 1", None),
        ("!(Missing == 1 && TaskStatus == 1)", Some(true)),
    ];
    for (text, expected) in cases {
        assert_eq!(holds(text), expected, "{text}");
    }
}

#[test]
fn and_binds_more_strongly_than_or() {
    assert_eq!(holds("TaskStatus == -1 || Ok == true && Ok == false"), Some(true));
    assert_eq!(holds("(TaskStatus == -1 || Ok == true) && Ok == false"), Some(false));
    assert_eq!(holds("! Ok == false && TaskStatus == -1"), Some(true));
    assert_eq!(holds("!!(Ok == true)"), Some(true));
}

#[test]
fn comparisons_can_be_looked_at_from_left_to_right() {
    let predicate: Predicate = "A == 1 && (!(B.C == \"x\") || D == $request.E.F)".parse().unwrap();
    let comparisons = predicate.comparisons();
    assert_eq!(comparisons.iter().map(|one| one.at).collect::<Vec<_>>(), [1, 14, 29]);
    assert_eq!(comparisons[1].left, Operand::Answer(vec!["B".into(), "C".into()]));
    assert_eq!(comparisons[2].right, Operand::Request(vec!["E".into(), "F".into()]));
    assert_eq!(predicate.to_string(), "A == 1 && (!(B.C == \"x\") || D == $request.E.F)");
}

#[test]
fn what_is_wrong_is_told_by_its_place_with_what_to_write_instead() {
    let cases = [
        ("", "at character 1: the condition ends here; write a path, an integer, a \"text\", true or false"),
        ("A = 1", "at character 3: `=` compares nothing; write =="),
        ("A == 1 & B == 2", "at character 8: `&` stands alone; write && or ||"),
        ("A == 1 B == 2", "at character 8: the condition goes on without being joined; write && or || here"),
        ("A", "at character 2: a comparison is missing; write ==, !=, <, <=, > or >="),
        ("A ==", "at character 5: the condition ends here; write a path, an integer, a \"text\", true or false"),
        (
            "A == == 1",
            "at character 6: nothing stands here that can be compared; write a path, an integer, a \"text\", true or false",
        ),
        ("(A == 1", "at character 8: a parenthesis is not closed; write )"),
        ("A == 1)", "at character 7: nothing was opened that `)` closes; remove it"),
        ("A == 1.5", "at character 6: `1.5` is no integer; write a whole number such as -1"),
        (
            "A == 99999999999999999999",
            "at character 6: `99999999999999999999` is no integer; write a whole number such as -1",
        ),
        ("A == \"x", "at character 6: the text has no end; write a quotation mark behind it"),
        (r#"A == "\n""#, "at character 7: a backslash stands before neither; write \\\" or \\\\"),
        ("A..B == 1", "at character 1: `A..B` has a dot without a name; write Name.Name"),
        ("A == $reqest.B", "at character 6: `$reqest.B` leads nowhere; write $request.Name"),
        ("A == $request", "at character 6: `$request` leads nowhere; write $request.Name"),
        ("1 == 1", "at character 1: nothing of the answer is compared; write the path of a field"),
        ("$request.A == 1", "at character 1: nothing of the answer is compared; write the path of a field"),
        ("A < \"x\"", "at character 1: only integers have an order; write == or !="),
        (
            "A == 'x'",
            "at character 6: `\\'` begins nothing; write paths, integers, \"texts\", true or false, and what compares and joins them",
        ),
        ("Ä == 1 = ", "at character 8: `=` compares nothing; write =="),
    ];
    for (text, expected) in cases {
        let error = text.parse::<Predicate>().unwrap_err();
        assert_eq!(error.to_string(), expected, "{text}");
    }
    let deep = format!("{}A == 1{}", "(".repeat(33), ")".repeat(33));
    let error = deep.parse::<Predicate>().unwrap_err();
    assert_eq!((error.at(), error.problem()), (33, "more than 32 parentheses lie in each other"));
    assert_eq!(error.instead(), "write it with fewer");
    assert!("(".repeat(100_000).parse::<Predicate>().is_err());
}
