//! The rules that can be chosen: what each of them changes.

use super::test_world::{END, START, World};
use super::*;

const UPDATE: &str = "UpdateLivePullToPush";

fn code(result: Result<(), String>) -> String {
    result.err().unwrap_or_default()
}

#[test]
fn a_task_that_keeps_its_id_is_interrupted_all_the_same() {
    for (status, interruptions) in [(TaskStatus::Running, 1), (TaskStatus::Recovering, 1), (TaskStatus::Offline, 0)] {
        let mut world = World::in_status_by("same-id", status);
        let id = world.task_id.clone();
        world.pass(7);
        assert_eq!(world.restarted(), id);
        let tasks = world.relays.snapshot(world.now);
        assert_eq!((tasks.len(), tasks[0].interruptions, tasks[0].status), (1, interruptions, TaskStatus::Running));
        assert_eq!((tasks[0].restarted_from.as_deref(), tasks[0].restarted_as.as_deref()), (None, None));
        assert_eq!((tasks[0].current_file_index, tasks[0].current_offset), (0, 0));
    }
}

#[test]
fn exited_tasks_are_known_for_as_long_as_the_rules_say() {
    for (rules, seconds) in [("exited-15m", 15 * 60), ("exited-24h", 24 * 3600), ("exited-7d", 7 * 24 * 3600)] {
        let mut world = World::in_status_by(rules, TaskStatus::Exit);
        world.pass(seconds - 1);
        assert_eq!(code(world.task("DescribeLivePullToPush", &[])), "", "{rules}");
        world.pass(1);
        assert_eq!(code(world.task("DescribeLivePullToPush", &[])), "CodeTaskNotExist", "{rules}");
    }
}

#[test]
fn files_with_a_length_are_played_one_after_the_other_and_again() {
    let mut world = World::with_rules("files-1m", &[("Offset", "50"), ("FileIndex", "1"), ("RepeatNumber", "1")]);
    world.at(START);
    for (seconds, place) in [(9, (1, 59)), (1, (2, 0)), (60, (0, 0)), (179, (2, 59))] {
        world.pass(seconds);
        assert_eq!((world.status(), world.position()), (TaskStatus::Running, place));
    }
    world.pass(1);
    assert_eq!((world.status(), world.position()), (TaskStatus::Offline, (2, 60)));
    world.task("RestartLivePullToPush", &[]).unwrap();
    world.pass(61);
    assert_eq!((world.status(), world.position()), (TaskStatus::Running, (1, 1)));
    world.task(UPDATE, &[("RepeatNumber", "-1")]).unwrap();
    world.pass(3600);
    assert_eq!((world.status(), world.position()), (TaskStatus::Running, (1, 1)), "for ever");
    world.task(UPDATE, &[("RepeatNumber", "0")]).unwrap();
    assert_eq!(world.status(), TaskStatus::Offline, "it has been played often enough");
    assert_eq!(world.relays.tasks[&world.task_id].next(&"files-1m".parse().unwrap()).unwrap().0, world.end());
}

#[test]
fn a_failure_stops_the_playing_for_a_while() {
    let mut world = World::with_rules("files-1m", &[]);
    world.at(START);
    world.pass(170);
    world.relays.fail(&world.task_id.clone(), Failure::Pull, world.now).unwrap();
    world.pass(100);
    world.relays.recover(&world.task_id.clone(), world.now).unwrap();
    world.pass(9);
    assert_eq!((world.status(), world.position()), (TaskStatus::Running, (2, 59)));
    world.pass(1);
    assert_eq!(world.status(), TaskStatus::Offline);
}

#[test]
fn what_becomes_of_a_finished_list_is_chosen() {
    use TaskStatus::{Exit, Offline, Running};
    for (rules, status) in [
        ("files-1m", Offline),
        ("files-1m,finished-exits", Exit),
        ("files-1m,finished-runs", Running),
        ("files-10m", Running),
        ("2025-08", Running),
    ] {
        let mut world = World::with_rules(rules, &[]);
        world.at("2026-01-01T10:03:00Z");
        assert_eq!(world.status(), status, "{rules}");
        world.at(END);
        assert_eq!(world.status(), Exit, "{rules}");
    }
    let live = [("SourceType", "live"), ("SourceProtocol", "rtmp"), ("SourceUrls", r#"["rtmp://a/b"]"#)];
    let mut world = World::with_rules("files-1m", &live);
    world.at("2026-01-01T10:03:00Z");
    assert_eq!((world.status(), world.position()), (Running, (0, 0)), "a live source is no list");
}

#[test]
fn updates_obey_the_text_that_is_chosen() {
    use TaskStatus::{Idle, Offline, Recovering, Running};
    let started = "CodeTaskHasStarted";
    let end: &[(&str, &str)] = &[("EndTime", "2026-01-01T21:00:00Z")];
    let past_end: &[(&str, &str)] = &[("EndTime", "2026-01-01T09:59:00Z")];
    let past_start: &[(&str, &str)] = &[("StartTime", "2026-01-01T08:59:00Z")];
    let late_end: &[(&str, &str)] = &[("EndTime", "2026-01-08T10:00:01Z")];
    let region: &[(&str, &str)] = &[("Region", "cn-beijing")];
    let callback: &[(&str, &str)] = &[("CallbackUrl", "https://c.example.com"), ("RepeatNumber", "2")];
    let sources: &[(&str, &str)] = &[("SourceUrls", r#"["z"]"#)];
    let file: &[(&str, &str)] = &[("FileIndex", "1")];
    let destination: &[(&str, &str)] = &[("DstUrl", "rtmp://push.example.com/c")];
    let same_destination: &[(&str, &str)] = &[("DstUrl", "rtmp://push.example.com/a/b"), ("SourceType", "vod")];
    let kind: &[(&str, &str)] = &[("SourceType", "url"), ("SourceUrls", r#"["http://a/b.mp4"]"#)];
    let half_kind: &[(&str, &str)] = &[("SourceType", "url")];
    let live: &[(&str, &str)] =
        &[("SourceType", "live"), ("SourceProtocol", "srt"), ("SourceUrls", r#"["srt://a/b"]"#)];
    let half_live: &[(&str, &str)] = &[("SourceType", "live"), ("SourceUrls", r#"["srt://a/b"]"#)];
    let rows = [
        ("early-update-all", Idle, end, ""),
        ("early-update-all", Idle, destination, ""),
        ("early-update-older", Idle, destination, ""),
        ("early-update-older", Idle, kind, ""),
        ("early-update-older", Idle, half_kind, "MissingSourceUrls"),
        ("early-update-older", Idle, live, ""),
        ("early-update-older", Idle, half_live, "MissingSourceProtocol"),
        ("early-update-region", Idle, region, ""),
        ("early-update-region", Idle, callback, ""),
        ("early-update-region", Idle, end, "InvalidParameter"),
        ("early-update-region", Idle, sources, "InvalidParameter"),
        ("early-update-region", Idle, file, "InvalidParameter"),
        ("early-update-region", Idle, &[("AuthKey", "k")], "InvalidParameter"),
        ("running-update-end", Running, end, ""),
        ("running-update-end", Recovering, end, ""),
        ("running-update-end", Running, past_end, "InvalidParam.CodeIllegalDuration"),
        ("running-update-end", Running, sources, started),
        ("sources-at-once", Running, sources, ""),
        ("sources-at-once", Running, end, started),
        ("sources-at-once", Running, file, started),
        ("sources-at-once", Offline, sources, ""),
        ("stopped-update-newer", Offline, destination, ""),
        ("stopped-update-older", Offline, destination, started),
        ("stopped-update-older", Offline, kind, started),
        ("stopped-update-older", Offline, same_destination, ""),
        ("stopped-update-older", Offline, sources, ""),
        ("stopped-update-older", Offline, region, started),
        ("past-start-accepted", Idle, past_start, ""),
        ("past-start-refused", Idle, past_start, "InvalidParam.CodeIllegalDuration"),
        ("any-length", Idle, late_end, ""),
        ("seven-days", Idle, late_end, "InvalidParam.CodeIllegalDuration"),
    ];
    for (rules, status, change, refusal) in rows {
        let mut world = World::in_status_by(rules, status);
        assert_eq!(code(world.task(UPDATE, change)), refusal, "{rules}: {status:?}, {change:?}");
        // An update may well start a task, but not leave any other state.
        assert!(world.status() == status || change == past_start, "{rules}: {change:?}");
    }
}

#[test]
fn what_an_update_ignores_stays_as_it_was() {
    for (rules, expected) in [("early-update-all", "rtmp://push.example.com/a/b"), ("early-update-older", "rtmp://c/d")]
    {
        let mut world = World::with_rules(rules, &[]);
        world.task(UPDATE, &[("DstUrl", "rtmp://c/d")]).unwrap();
        assert_eq!(world.relays.tasks[&world.task_id].settings.destination_url, expected);
    }
}

#[test]
fn an_update_cannot_take_a_destination_that_another_task_has() {
    let mut world = World::with_rules("early-update-older", &[]);
    let other = [("StartTime", START), ("EndTime", END), ("SourceType", "vod"), ("SourceUrls", r#"["a"]"#)];
    world.call("CreateLivePullToPush", &[&other[..], &[("DstUrl", "rtmp://c/d")]].concat()).unwrap();
    assert_eq!(code(world.task(UPDATE, &[("DstUrl", "rtmp://c/d")])), "CodeConfigAlreadyExists");
}

#[test]
fn an_update_takes_a_destination_whose_task_is_over() {
    let mut world = World::with_rules("older", &[("EndTime", "2026-01-01T10:00:30Z")]);
    world.at(START);
    let other = [("StartTime", "2026-01-01T11:00:00Z"), ("EndTime", END), ("DstUrl", "rtmp://c/d")];
    let other = [&other[..], &[("SourceType", "vod"), ("SourceUrls", r#"["a"]"#)]].concat();
    world.task_id = world.call("CreateLivePullToPush", &other).unwrap().body()["TaskId"].as_str().unwrap().to_owned();
    let first = [("DstUrl", "rtmp://push.example.com/a/b")];
    assert_eq!(code(world.task(UPDATE, &first)), "CodeConfigAlreadyExists");
    // Sooner than all tasks are looked at anyway.
    world.pass(31);
    assert_eq!(code(world.task(UPDATE, &first)), "");
}

#[test]
fn a_list_that_changes_while_it_is_played_goes_on_where_it_was_if_it_can() {
    let mut world = World::with_rules("sources-at-once", &[("FileIndex", "1")]);
    world.at(START);
    world.pass(5);
    world.task(UPDATE, &[("SourceUrls", r#"["x","y"]"#)]).unwrap();
    world.pass(5);
    assert_eq!(world.position(), (1, 10));
    world.task(UPDATE, &[("SourceUrls", r#"["z"]"#)]).unwrap();
    world.pass(5);
    assert_eq!((world.position(), world.snapshot().interruptions), ((0, 5), 0));
}
