//! The states, transcribed from the documented table: from a state, by an event, to a state.

use super::test_world::{END, START, TIMES, World};
use super::*;
use crate::clock::parse_utc;
use crate::parameters::Parameters;

/// What changes a transition, and what must not.
const RULES: [&str; 8] = [
    "2025-08",
    "older",
    "newer",
    "same-id",
    "stop-ignored",
    "early-restart-ignored",
    "files-10m",
    "same-id,stop-ignored,exit-event-none",
];

#[test]
fn transitions_are_the_documented_ones() {
    for rules in RULES {
        transitions(rules);
    }
}

fn transitions(rules: &str) {
    let has = |name| rules.contains(name);
    use TaskStatus::{Exit, Idle, Offline, Recovering, Running};
    let stop = |world: &mut World| world.task("StopLivePullToPush", &[]);
    let restart = |world: &mut World| world.task("RestartLivePullToPush", &[]);
    let delete = |world: &mut World| world.task("DeleteLivePullToPush", &[]);
    let start_reached = |world: &mut World| world.later(START);
    let end_reached = |world: &mut World| world.later(END);
    let patience_ends = |world: &mut World| world.later("2026-01-01T10:02:00Z");
    let patience_lasts = |world: &mut World| world.later("2026-01-01T10:01:59Z");
    let fail = |world: &mut World| {
        let result = world.relays.fail(&world.task_id.clone(), Failure::Push, world.now);
        result.map_err(|_| "not running".to_owned())
    };
    let recover = |world: &mut World| {
        let result = world.relays.recover(&world.task_id.clone(), world.now);
        result.map_err(|_| "not recovering".to_owned())
    };
    type Event<'a> = &'a dyn Fn(&mut World) -> Result<(), String>;
    let stopped = if has("stop-ignored") { "" } else { "CodeTaskHasStopped" };
    let early = if has("early-restart-ignored") { "" } else { "InvalidParameter" };
    let gone = "CodeTaskNotExist";
    let rows: &[(TaskStatus, &str, Event<'_>, &str, TaskStatus)] = &[
        (Idle, "start reached", &start_reached, "", Running),
        (Idle, "end reached", &end_reached, "", Exit),
        (Idle, "fail", &fail, "not running", Idle),
        (Idle, "stop", &stop, stopped, Idle),
        (Idle, "restart", &restart, early, Idle),
        (Idle, "delete", &delete, "", Exit),
        (Running, "fail", &fail, "", Recovering),
        (Running, "recover", &recover, "not recovering", Running),
        (Running, "stop", &stop, "", Offline),
        (Running, "restart", &restart, "", Running),
        (Running, "delete", &delete, "", Exit),
        (Running, "end reached", &end_reached, "", Exit),
        (Recovering, "recover", &recover, "", Running),
        (Recovering, "retries left", &patience_lasts, "", Recovering),
        (Recovering, "retries used up", &patience_ends, "", Offline),
        (Recovering, "stop", &stop, "", Offline),
        (Recovering, "restart", &restart, "", Running),
        (Recovering, "delete", &delete, "", Exit),
        (Recovering, "end reached", &end_reached, "", Exit),
        (Offline, "stop", &stop, stopped, Offline),
        (Offline, "fail", &fail, "not running", Offline),
        (Offline, "restart", &restart, "", Running),
        (Offline, "delete", &delete, "", Exit),
        (Offline, "end reached", &end_reached, "", Exit),
        (Exit, "stop", &stop, stopped, Exit),
        (Exit, "restart", &restart, gone, Exit),
        (Exit, "delete", &delete, gone, Exit),
    ];
    for (from, name, event, refusal, to) in rows {
        let mut world = World::in_status_by(rules, *from);
        let result = event(&mut world);
        assert_eq!(result.err().unwrap_or_default(), *refusal, "{rules}: {from:?}, {name}");
        assert_eq!(world.status(), *to, "{rules}: {from:?}, {name}");
    }
}

#[test]
fn a_restart_counts_an_interruption_only_of_what_was_active() {
    for (status, interruptions) in [(TaskStatus::Running, 1), (TaskStatus::Recovering, 1), (TaskStatus::Offline, 0)] {
        let mut world = World::in_status(status);
        let old_id = world.task_id.clone();
        world.task("RestartLivePullToPush", &[]).unwrap();
        let snapshot = world.snapshot();
        assert_ne!(snapshot.task_id, old_id);
        assert_eq!(snapshot.interruptions, interruptions, "{status:?}");
        assert_eq!((snapshot.origin_id, snapshot.restarted_from), (old_id.clone(), Some(old_id)));
    }
}

#[test]
fn interruptions_add_up_over_restarts() {
    let mut world = World::in_status(TaskStatus::Running);
    let origin = world.task_id.clone();
    for _ in 0..3 {
        world.task("RestartLivePullToPush", &[]).unwrap();
    }
    let snapshot = world.snapshot();
    assert_eq!((snapshot.interruptions, snapshot.origin_id), (3, origin));
}

#[test]
fn an_exited_task_is_remembered_for_a_day() {
    let mut world = World::in_status(TaskStatus::Running);
    let old_id = world.task_id.clone();
    world.task("RestartLivePullToPush", &[]).unwrap();
    world.task_id = old_id;
    assert_eq!(world.status(), TaskStatus::Exit);
    world.pass(24 * 3600 - 1);
    assert!(world.task("DescribeLivePullToPush", &[]).is_ok());
    world.pass(1);
    assert_eq!(world.task("DescribeLivePullToPush", &[]), Err("CodeTaskNotExist".to_owned()));
    assert_eq!(world.task("StopLivePullToPush", &[]), Err("CodeTaskNotExist".to_owned()));
}

#[test]
fn time_that_passes_unseen_is_made_up_for() {
    let mut world = World::in_status(TaskStatus::Recovering);
    world.at(END);
    assert_eq!(world.status(), TaskStatus::Exit);
    let mut world = World::in_status(TaskStatus::Idle);
    world.at(END);
    assert_eq!(world.position(), (0, 10 * 3600), "it has run from start to end");
}

#[test]
fn a_task_that_should_have_started_starts_when_it_is_told_so() {
    let mut world = World::new(&[("StartTime", "2026-01-01T08:00:00Z")]);
    assert_eq!((world.status(), world.position()), (TaskStatus::Running, (0, 0)), "not an hour ago");
    let mut world = World::new(&[]);
    world.pass(60);
    world.task("UpdateLivePullToPush", &[("StartTime", "2026-01-01T08:00:00Z")]).unwrap();
    world.pass(5);
    assert_eq!((world.status(), world.position()), (TaskStatus::Running, (0, 5)));
}

#[test]
fn what_exited_long_ago_is_forgotten_though_nobody_lists() {
    let mut world = World::in_status(TaskStatus::Running);
    for _ in 0..50 {
        world.pass(600);
        world.task_id = world.restarted();
    }
    world.pass(24 * 3600 - 60);
    world.task("StopLivePullToPush", &[]).unwrap_err();
    assert!(world.relays.tasks.len() <= 2, "{}", world.relays.tasks.len());
}

#[test]
fn the_ids_of_a_task_are_in_their_order() {
    let mut world = World::new(&[]);
    world.at(START);
    let mut ids = vec![world.task_id.clone()];
    for _ in 0..10 {
        // Stopped before, so that no restart interrupts.
        world.task("StopLivePullToPush", &[]).unwrap();
        world.task("RestartLivePullToPush", &[]).unwrap();
        ids.push(world.task_id.clone());
    }
    let shown: Vec<String> = world.relays.snapshot(world.now).into_iter().map(|task| task.task_id).collect();
    assert_eq!(shown, ids);
}

#[test]
fn a_seeded_task_has_an_id_that_no_other_has() {
    let mut world = World::in_status(TaskStatus::Running);
    let mut seed = |id: &str, now: Timestamp| {
        let parameters = Parameters::from([
            ("Region", "cn-shanghai"),
            ("SourceType", "vod"),
            ("SourceUrls", r#"["a"]"#),
            ("DstUrl", "rtmp://c/d"),
        ]);
        let seeded = world.relays.seed("1", Some(id), parameters, TaskStatus::Exit, now);
        seeded.map(|task| task.task_id).map_err(|unseeded| format!("{} {}", unseeded.field, unseeded.reason))
    };
    let start = parse_utc(START).unwrap();
    assert_eq!(seed("t", start), Ok("t".to_owned()));
    assert!(seed("t", start).unwrap_err().contains("task_id there is such a task already"));
    assert!(seed("", start).unwrap_err().contains("task_id must not be empty"));
    // A day after its end it is forgotten, also where nobody has looked.
    assert_eq!(seed("t", start + SignedDuration::from_hours(24)), Ok("t".to_owned()));
}

#[test]
fn without_retries_a_failure_stops_the_task_at_once() {
    let mut world = World::new(&[("RetryCount", "0")]);
    world.at(START);
    world.relays.fail(&world.task_id.clone(), Failure::Push, world.now).unwrap();
    assert_eq!(world.status(), TaskStatus::Offline);
}

#[test]
fn a_hundred_tasks_may_run_at_once_and_a_destination_has_one_task() {
    let mut world = World::in_status(TaskStatus::Running);
    let create = |world: &mut World, number: usize| {
        let url = format!("rtmp://push.example.com/a/{number}");
        let mut parameters = vec![("SourceType", "vod"), ("SourceUrls", r#"["a"]"#), ("DstUrl", url.as_str())];
        parameters.extend(TIMES);
        world.call("CreateLivePullToPush", &parameters).map(drop).map_err(|refusal| refusal.code)
    };
    assert_eq!(create(&mut world, 1), Ok(()));
    assert_eq!(create(&mut world, 1), Err("CodeConfigAlreadyExists".to_owned()));
    for number in 2..100 {
        assert_eq!(create(&mut world, number), Ok(()));
    }
    assert_eq!(create(&mut world, 100), Err("CodeNotEnoughResource".to_owned()));
    world.task("StopLivePullToPush", &[]).unwrap();
    assert_eq!(create(&mut world, 100), Ok(()));
    world.task("DeleteLivePullToPush", &[]).unwrap();
    let other_account = Parameters::from([("Region", "cn-shanghai")]);
    let call = Call { account: "2", parameters: &other_account, now: world.now };
    let list = OPERATIONS.iter().find(|operation| operation.name == "DescribeLivePullToPushList").unwrap();
    let listed = (list.run)(&mut world.relays, &call).ok().unwrap();
    assert_eq!(listed.body()["Total"], 0, "of another account");
}
