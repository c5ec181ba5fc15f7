//! What an update may change in which state, and what a restart makes of it.

use super::test_world::{START, TIMES, World};
use super::*;

#[test]
fn a_list_restarts_from_the_top_unless_an_update_says_where() {
    let mut world = World::new(&[("FileIndex", "1"), ("Offset", "30")]);
    world.at(START);
    world.pass(5);
    assert_eq!(world.position(), (1, 35));
    world.task("RestartLivePullToPush", &[]).unwrap();
    assert_eq!(world.position(), (0, 0));
    world.pass(5);
    world.task("StopLivePullToPush", &[]).unwrap();
    world.pass(100);
    assert_eq!(world.position(), (0, 5));
    world.task("UpdateLivePullToPush", &[("FileIndex", "2"), ("Offset", "7")]).unwrap();
    world.task("RestartLivePullToPush", &[]).unwrap();
    assert_eq!(world.position(), (2, 7));
    world.task("RestartLivePullToPush", &[]).unwrap();
    assert_eq!(world.position(), (0, 0));
}

#[test]
fn updates_of_a_running_task_lose_no_part_of_a_second() {
    let callback = [("CallbackUrl", "https://c.example.com")];
    let mut world = World::with_rules("files-1m", &[]);
    world.at(START);
    for _ in 0..100 {
        world.now += SignedDuration::from_millis(900);
        world.task("UpdateLivePullToPush", &callback).unwrap();
    }
    assert_eq!(world.position(), (1, 30));
    // A clock that is set back undoes nothing, and the list is played on from there.
    world.pass(-3600);
    world.task("UpdateLivePullToPush", &callback).unwrap();
    world.pass(10);
    assert_eq!(world.position(), (1, 40));
}

#[test]
fn updates_of_a_stopped_task_add_up_until_it_gets_another_list() {
    type Update<'a> = &'a [(&'a str, &'a str)];
    let (index, offset): (Update<'_>, Update<'_>) = (&[("FileIndex", "2")], &[("Offset", "30")]);
    let callback: Update<'_> = &[("CallbackUrl", "https://c.example.com")];
    let (other, same): (Update<'_>, Update<'_>) =
        (&[("SourceUrls", r#"["x","y","z"]"#)], &[("SourceUrls", r#"["a","b","c"]"#)]);
    for (updates, begins) in [
        (&[index, offset][..], (2, 30)),
        (&[offset, index], (2, 30)),
        (&[index, offset, callback, same], (2, 30)),
        (&[index, offset, &[("FileIndex", "1")]], (1, 30)),
        (&[index, offset, &[("Offset", "5")]], (2, 5)),
        (&[index, offset, &[("FileIndex", "0")]], (0, 30)),
        (&[index], (2, 0)),
        (&[offset], (0, 30)),
        (&[index, offset, other], (0, 0)),
        (&[index, other, offset], (0, 30)),
        (&[index, &[("SourceUrls", r#"["x"]"#), ("Offset", "30")]], (0, 30)),
    ] {
        let mut world = World::new(&[("FileIndex", "1"), ("Offset", "9")]);
        world.at(START);
        world.task("StopLivePullToPush", &[]).unwrap();
        for update in updates {
            world.task("UpdateLivePullToPush", update).unwrap();
        }
        world.task("RestartLivePullToPush", &[]).unwrap();
        assert_eq!(world.position(), begins, "{updates:?}");
        // What was said before a restart is no more.
        world.task("StopLivePullToPush", &[]).unwrap();
        world.task("UpdateLivePullToPush", &[("Offset", "4")]).unwrap();
        world.task("RestartLivePullToPush", &[]).unwrap();
        assert_eq!(world.position(), (0, 4), "{updates:?}");
    }
}

#[test]
fn updates_obey_the_state() {
    use TaskStatus::{Exit, Idle, Offline, Recovering, Running};
    let started = "CodeTaskHasStarted";
    let gone = "CodeTaskNotExist";
    let other_end: &[(&str, &str)] = &[("EndTime", "2026-01-01T21:00:00Z")];
    let other_start: &[(&str, &str)] = &[("StartTime", "2026-01-01T09:30:00Z")];
    let same: &[(&str, &str)] = &TIMES;
    let callback: &[(&str, &str)] = &[("CallbackUrl", "https://c.example.com")];
    let repeat: &[(&str, &str)] = &[("RepeatNumber", "-1")];
    let sources: &[(&str, &str)] = &[("SourceUrls", r#"["z"]"#)];
    let file: &[(&str, &str)] = &[("FileIndex", "1")];
    let region: &[(&str, &str)] = &[("Region", "cn-beijing")];
    let rows = [
        (Idle, other_end, ""),
        (Idle, other_start, ""),
        (Idle, sources, ""),
        (Idle, file, ""),
        (Idle, region, ""),
        (Idle, &[("EndTime", START)], "InvalidParam.CodeIllegalDuration"),
        (Running, callback, ""),
        (Running, repeat, ""),
        (Running, same, ""),
        (Running, &[("RepeatNumber", "-5")], ""),
        (Running, &[("RepeatNumber", "-4")], "InvalidParameter"),
        (Running, other_end, started),
        (Running, other_start, started),
        (Running, sources, started),
        (Running, file, started),
        (Running, region, started),
        (Running, &[("AuthKey", "k")], started),
        (Running, &[("ReqAuth", "yes")], started),
        (Recovering, &[("NotifyItemSwitch", "on")], started),
        (Offline, &[("AuthKey", "k")], ""),
        (Idle, &[("AuthKey", "k")], ""),
        (Recovering, callback, ""),
        (Recovering, sources, started),
        (Offline, other_end, ""),
        (Offline, other_start, ""),
        (Offline, sources, ""),
        (Offline, file, ""),
        (Offline, region, started),
        (Exit, callback, gone),
        (Exit, other_end, gone),
    ];
    for (status, change, refusal) in rows {
        let mut world = World::in_status(status);
        let result = world.task("UpdateLivePullToPush", change);
        assert_eq!(result.err().unwrap_or_default(), refusal, "{status:?}, {change:?}");
    }
}

#[test]
fn a_new_list_is_played_from_its_top() {
    let mut world = World::new(&[("FileIndex", "2")]);
    world.at(START);
    world.task("StopLivePullToPush", &[]).unwrap();
    world.task("UpdateLivePullToPush", &[("FileIndex", "1")]).unwrap();
    world.task("UpdateLivePullToPush", &[("SourceUrls", r#"["z"]"#)]).unwrap();
    world.task("RestartLivePullToPush", &[]).unwrap();
    assert_eq!(world.position(), (0, 0));

    let mut waiting = World::new(&[("FileIndex", "2")]);
    waiting.task("UpdateLivePullToPush", &[("SourceUrls", r#"["z"]"#)]).unwrap();
    waiting.at(START);
    assert_eq!(waiting.position(), (0, 0));
}
