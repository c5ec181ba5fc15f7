//! The schedule in virtual time, asked by many clients that wait, leave, die and come late.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;

const SECOND: u64 = 1_000_000;
const FOREVER: u64 = u64::MAX >> 2;

fn rule(calls: u32) -> Rule {
    Rule::of(Some(Quota::per_second(calls))).unwrap()
}

/// Draws numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// What clients were told.
#[derive(Default)]
struct Told {
    grants: Vec<u64>,
    late: usize,
    left: usize,
    dead: usize,
    /// When the last that waited to the end was granted.
    waited_until: u64,
}

/// When, who, and the place that is held, by epoch and time.
type Event = (u64, u64, Option<(u64, u64)>);

/// Lets clients ask for one grant each. One in `unreliable` leaves while it waits, dies, or comes back too late.
fn simulate(rule: Rule, clients: u64, within: u64, unreliable: u64, seed: u64) -> Told {
    let mut random = Random(seed);
    let mut schedule = Schedule::new(rule, 0);
    let mut told = Told::default();
    let mut events: BinaryHeap<Reverse<Event>> =
        (0..clients).map(|client| Reverse((random.below(within), client, None))).collect();
    while let Some(Reverse((now, client, held))) = events.pop() {
        let held = held.map(|(epoch, at)| Place { epoch, at });
        match schedule.take(rule, now, FOREVER, held) {
            Taken::Granted { wait } => {
                assert_eq!(wait, 0);
                told.grants.push(now);
                told.waited_until = now;
            }
            Taken::Promised { place, wait } => {
                let again = Some((place.epoch, place.at));
                match random.below(unreliable.max(1) * 4) {
                    0 if unreliable > 0 => {
                        schedule.give_back(rule, now, place);
                        told.left += 1;
                    }
                    1 if unreliable > 0 => told.dead += 1,
                    2 if unreliable > 0 => events.push(Reverse((now + wait + random.below(100_000), client, again))),
                    _ => events.push(Reverse((now + wait, client, again))),
                }
            }
            Taken::Late { .. } => told.late += 1,
        }
    }
    told
}

fn assert_kept(grants: &[u64], calls: u32, seed: u64) {
    assert!(grants.is_sorted());
    for (first, window) in grants.windows(calls as usize + 1).enumerate() {
        let apart = window[calls as usize] - window[0];
        assert!(
            apart > SECOND,
            "seed {seed}: grants {first} to {} of {calls} per second in {apart} µs",
            first + calls as usize
        );
    }
}

#[test]
fn ten_thousand_clients_of_one_quota_are_all_served_and_no_window_holds_more() {
    for (calls, within, unreliable) in [
        (10, SECOND, 0),
        (10, 900 * SECOND, 5),
        (10, 1500 * SECOND, 2),
        (1, SECOND, 3),
        (37, 60 * SECOND, 4),
        (1000, SECOND, 0),
        (2500, SECOND, 3),
    ] {
        let seed = 7;
        let told = simulate(rule(calls), 10_000, within, unreliable, seed);
        assert_kept(&told.grants, calls, seed);
        assert_eq!(told.grants.len() + told.left + told.dead, 10_000, "seed {seed}: somebody was forgotten");
        assert_eq!(told.late, 0);
        if unreliable > 0 {
            assert!(told.dead > 0 && told.left > 0, "seed {seed}: all were reliable");
        } else {
            // Who comes back in time loses nothing: the last is served when the quota has room for all.
            let (each, entries) = rule(calls).entries();
            let spans = 10_000_u64.div_ceil(u64::from(each) * entries as u64) - 1;
            assert!(told.waited_until <= within + spans * rule(calls).span, "seed {seed}: {} µs", told.waited_until);
        }
    }
}

#[test]
fn a_burst_of_the_quota_is_immediate_and_the_next_are_promised_a_span_later_each_in_order() {
    let (rule, mut schedule) = (rule(3), Schedule::new(rule(3), 0));
    let mut take = || match schedule.take(rule, 0, FOREVER, None) {
        Taken::Granted { wait } | Taken::Promised { wait, .. } | Taken::Late { wait } => wait,
    };
    let span = SECOND + 40_000;
    assert_eq!([(); 8].map(|()| take()), [0, 0, 0, span, span, span, 2 * span, 2 * span]);
}

#[test]
fn what_is_too_late_is_promised_to_nobody() {
    let (rule, mut schedule) = (rule(1), Schedule::new(rule(1), 0));
    assert_eq!(schedule.take(rule, 0, 0, None), Taken::Granted { wait: 0 });
    for _ in 0..3 {
        assert_eq!(schedule.take(rule, 0, SECOND, None), Taken::Late { wait: rule.span });
    }
    assert_eq!(schedule.take(rule, rule.span, 0, None), Taken::Granted { wait: 0 });
}

fn promised(taken: Taken) -> Place {
    match taken {
        Taken::Promised { place, .. } => place,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_place_that_is_given_back_goes_to_the_next_that_asks() {
    let (rule, mut schedule) = (rule(1), Schedule::new(rule(1), 0));
    schedule.take(rule, 0, 0, None);
    let first = promised(schedule.take(rule, 0, FOREVER, None));
    let second = promised(schedule.take(rule, 0, FOREVER, None));
    schedule.give_back(rule, 10, first);
    schedule.give_back(rule, 10, first);
    assert_eq!(promised(schedule.take(rule, 20, FOREVER, None)), first);
    assert_eq!(promised(schedule.take(rule, 20, FOREVER, None)).at, second.at + rule.span);
    schedule.give_back(rule, second.at + 1, second);
    assert_eq!(promised(schedule.take(rule, second.at + 2, FOREVER, None)).at, second.at + 2 * rule.span);
}

#[test]
fn a_place_is_claimed_at_its_time_and_not_much_later() {
    let (rule, mut schedule) = (rule(1), Schedule::new(rule(1), 0));
    schedule.take(rule, 0, 0, None);
    let place = promised(schedule.take(rule, 0, FOREVER, None));
    assert_eq!(promised(schedule.take(rule, place.at - 1, FOREVER, Some(place))), place, "a moment too early");
    assert_eq!(schedule.clone().take(rule, place.at + rule.late, 0, Some(place)), Taken::Granted { wait: 0 });
    let next = promised(schedule.take(rule, place.at + rule.late + 1, FOREVER, Some(place)));
    assert_eq!(next.at, place.at + rule.span);
    // Where a store is far away, it is asked before the time.
    let far = Rule { early: 5000, ..rule };
    assert_eq!(schedule.take(far, next.at - 5000, 0, Some(next)), Taken::Granted { wait: 5000 });
}

#[test]
fn a_lane_that_is_closed_promises_nothing_before_it_opens() {
    let (rule, mut schedule) = (rule(2), Schedule::new(rule(2), 0));
    schedule.take(rule, 0, 0, None);
    schedule.take(rule, 0, 0, None);
    let before = promised(schedule.take(rule, 0, FOREVER, None));
    schedule.close(rule, 10, 5 * SECOND);
    schedule.close(rule, 10, SECOND);
    let after = promised(schedule.take(rule, before.at, FOREVER, Some(before)));
    assert!(after.at >= 5 * SECOND, "{after:?}");
    schedule.close(rule, 20, u64::MAX);
    assert_eq!(schedule.closed_until, 20 + 120 * SECOND, "closed for good");
}

#[test]
fn a_clock_that_went_back_and_a_quota_that_changed_count_as_a_full_window() {
    let (ten, five) = (rule(10), rule(5));
    let mut schedule = Schedule::new(ten, 50 * SECOND);
    schedule.take(ten, 60 * SECOND, 0, None);
    let place = promised({
        let mut full = Schedule::unknown(ten, 60 * SECOND);
        full.take(ten, 60 * SECOND, FOREVER, None)
    });
    assert_eq!(schedule.take(ten, 59 * SECOND, 0, Some(place)), Taken::Late { wait: ten.span });
    // The stricter quota holds at once, for everybody, and as long as anybody asks for it.
    let mut now = 100 * SECOND;
    assert_eq!(schedule.take(five, now, 0, None), Taken::Late { wait: five.span });
    for second in 0..180 {
        now += 2 * SECOND;
        let asks: usize = if second % 20 == 0 { 1 } else { 0 };
        let granted = (0..asks).filter(|_| matches!(schedule.take(five, now, 0, None), Taken::Granted { .. })).count()
            + (0..10).filter(|_| matches!(schedule.take(ten, now, 0, None), Taken::Granted { .. })).count();
        assert_eq!(granted, 5, "at {now}");
    }
    now += 61 * SECOND;
    assert_eq!(schedule.take(ten, now, 0, None), Taken::Late { wait: ten.span });
    now += ten.span;
    assert_eq!((0..20).filter(|_| matches!(schedule.take(ten, now, 0, None), Taken::Granted { .. })).count(), 10);
}

#[test]
fn a_log_of_a_large_quota_stays_short() {
    let rule = rule(100_000);
    let mut schedule = Schedule::new(rule, 0);
    let mut grants = Vec::new();
    for now in (0..3 * SECOND).step_by(7) {
        if let Taken::Granted { .. } = schedule.take(rule, now, 0, None) {
            grants.push(now);
        }
    }
    assert!(schedule.log.len() <= LONGEST_LOG as usize);
    assert!(grants.len() >= 200_000, "{}", grants.len());
    assert_kept(&grants, 100_000, 0);
}

#[test]
fn a_rule_is_of_some_calls_in_some_time_and_half_its_calls_may_be_promised() {
    for none in [None, Some(Quota { calls: 0, seconds: 1 }), Some(Quota { calls: 1, seconds: 0 })] {
        assert_eq!(Rule::of(none), None, "{none:?}");
    }
    let five = Rule::of(Some(Quota { calls: 5, seconds: 60 })).unwrap();
    assert_eq!((five.places(), five.span()), (3, Duration::from_secs(60) + GUARD));
    assert_eq!((rule(1).places(), rule(10).places()), (1, 5));
    let longer = Rule::with_guard(Some(Quota::per_second(5)), Duration::from_millis(300)).unwrap();
    assert_eq!((longer.span, longer.late), (1_300_000, 150_000));
}

#[test]
fn the_stricter_of_two_rules_allows_less_in_the_same_time_or_as_much_in_smaller_parts() {
    let rule = |calls, span| Rule { calls, span, late: 0, early: 0 };
    for (stricter, other) in [
        (rule(5, 10), rule(10, 10)),
        (rule(10, 30), rule(10, 20)),
        (rule(5, 10), rule(10, 20)),
        (rule(10, 10), rule(5, 1)),
    ] {
        assert!(stricter.is_stricter(&other), "{stricter:?} {other:?}");
        assert!(!other.is_stricter(&stricter), "{stricter:?} {other:?}");
        assert!(!stricter.is_stricter(&stricter), "{stricter:?}");
    }
}

#[test]
fn only_a_place_of_this_schedule_that_is_still_to_come_is_given_back_and_once() {
    let mut schedule = Schedule::new(rule(10), 7);
    let place = |at| Place { epoch: 7, at };
    schedule.give_back(rule(10), 100, place(200));
    assert_eq!(schedule.free, [200]);
    for none in [Place { epoch: 8, at: 300 }, place(99), place(100), place(200)] {
        schedule.give_back(rule(10), 100, none);
        assert_eq!(schedule.free, [200], "{none:?}");
    }
    for at in 0..2 * MOST_FREE as u64 {
        schedule.give_back(rule(10), 100, place(1_000 + at));
    }
    assert_eq!(schedule.free.len(), MOST_FREE);
}

#[test]
fn a_stricter_rule_holds_at_once_and_a_looser_one_when_nobody_asks_for_the_stricter_any_more() {
    let (often, seldom) = (rule(5), Rule::of(Some(Quota { calls: 10, seconds: 60 })).unwrap());
    let mut schedule = Schedule::new(often, 0);
    assert_eq!(schedule.take(often, 0, 0, None), Taken::Granted { wait: 0 });
    assert_eq!(schedule.take(seldom, 0, 0, None), Taken::Late { wait: seldom.span });
    let end = microseconds(STRICTER_HOLDS);
    schedule.take(often, end, 0, None);
    assert_eq!((schedule.calls, schedule.span), (10, seldom.span));
    schedule.take(often, end + 1, 0, None);
    assert_eq!((schedule.calls, schedule.span), (5, often.span));
}

#[test]
fn where_an_entry_stands_for_several_grants_all_of_them_are_granted() {
    let (rule, mut schedule) = (rule(3 * LONGEST_LOG), Schedule::new(rule(3 * LONGEST_LOG), 0));
    for number in 0..rule.calls {
        assert_eq!(schedule.take(rule, 0, 0, None), Taken::Granted { wait: 0 }, "{number}");
    }
    assert_eq!(schedule.log.len(), LONGEST_LOG as usize);
    assert_eq!(schedule.take(rule, 0, 0, None), Taken::Late { wait: rule.span });
}

#[test]
fn a_time_without_end_can_be_added_to_any_other() {
    assert_eq!(microseconds(Duration::MAX), u64::MAX >> 10);
    assert_eq!(microseconds(Duration::from_millis(3)), 3_000);
}
