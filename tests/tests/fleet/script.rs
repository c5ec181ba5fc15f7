//! The script on a real server against the model, step by step.

use apsara::pacing::{Place, Rule, Schedule, Taken};
use apsara_redis::SCRIPT;
use apsara_tests::RedisServer;
use redis::Script;

/// Draws numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

type Answer = (u8, u64, u64, u64, u64, String);

/// Asks the server; behind what is granted, the answer has its clock, and its name.
fn ask(connection: &mut redis::Connection, key: &str, what: &str, rule: Rule, more: &[u64]) -> Answer {
    ask_one_known_for(u64::MAX >> 12, connection, key, what, rule, more)
}

/// The same of a server that took the place of another one so many microseconds ago.
fn ask_one_known_for(
    known_for: u64,
    connection: &mut redis::Connection,
    key: &str,
    what: &str,
    rule: Rule,
    more: &[u64],
) -> Answer {
    let script = Script::new(SCRIPT);
    let mut call = script.key(key);
    call.key(format!("{key}:record"));
    call.arg(what).arg(rule.calls).arg(rule.span).arg(rule.late).arg(rule.early).arg(known_for).arg(more);
    call.invoke(connection).unwrap()
}

fn told((answer, wait, epoch, at, ..): &Answer) -> Taken {
    let (wait, epoch, at) = (*wait, *epoch, *at);
    match answer {
        0 => Taken::Granted { wait },
        1 => Taken::Promised { place: Place { epoch, at }, wait },
        _ => Taken::Late { wait },
    }
}

#[test]
fn the_script_does_what_the_model_does() {
    let server = RedisServer::start_and_settle();
    let mut connection = server.connection();
    let (mut granted, mut promised, mut late, mut again) = (0, 0, 0, 0);
    for (seed, calls) in (1..).zip([1, 3, 10, 37, 1000, 1401]) {
        let mut random = Random(seed);
        let key = format!("lane {seed}");
        // Spans so short that a sequence passes many of them, or so long that it fills the log.
        let (steps, span) = if calls < 100 { (1_500, 2_000 + random.below(8_000)) } else { (4_000, 1_500_000) };
        let rule = Rule { calls, span, late: random.below(2_000), early: [0, 500][random.below(2) as usize] };
        let stricter = Rule { calls: calls.div_ceil(2), ..rule };
        let mut model: Option<Schedule> = None;
        let mut held: Vec<Place> = Vec::new();
        let mut grants: Vec<u64> = Vec::new();
        for step in 0..steps {
            // Once in a while a client of another version asks.
            let rule = if seed == 3 && step % 500 == 499 { stricter } else { rule };
            let what = random.below(20);
            let place = (!held.is_empty()).then(|| held.swap_remove(random.below(held.len() as u64) as usize));
            let at_step = |answer: &Answer| format!("seed {seed}, step {step}: {answer:?}");
            match (what, place) {
                (0, Some(place)) => {
                    let answer = ask(&mut connection, &key, "give_back", rule, &[place.epoch, place.at]);
                    model.get_or_insert_with(|| Schedule::new(rule, answer.4)).give_back(rule, answer.4, place);
                }
                (1, _) if step % 10 == 0 => {
                    held.extend(place);
                    let wait = random.below(3_000);
                    let answer = ask(&mut connection, &key, "close", rule, &[wait]);
                    model.get_or_insert_with(|| Schedule::new(rule, answer.4)).close(rule, answer.4, wait);
                }
                (2..10, Some(place)) => {
                    let patience = random.below(20_000);
                    let answer = ask(&mut connection, &key, "take", rule, &[patience, place.epoch, place.at]);
                    let model = model.get_or_insert_with(|| Schedule::new(rule, answer.4));
                    let taken = told(&answer);
                    assert_eq!(taken, model.take(rule, answer.4, patience, Some(place)), "{}", at_step(&answer));
                    match taken {
                        Taken::Granted { wait } => (grants.push(answer.4 + wait), again += 1).1,
                        Taken::Promised { place, .. } => held.push(place),
                        Taken::Late { .. } => late += 1,
                    }
                }
                _ => {
                    held.extend(place);
                    let patience = if calls > 100 { 2 * span } else { random.below(20_000) };
                    let answer = ask(&mut connection, &key, "take", rule, &[patience, 0, 0]);
                    let model = model.get_or_insert_with(|| Schedule::new(rule, answer.4));
                    let taken = told(&answer);
                    assert_eq!(taken, model.take(rule, answer.4, patience, None), "{}", at_step(&answer));
                    match taken {
                        Taken::Granted { wait } => (grants.push(answer.4 + wait), granted += 1).1,
                        Taken::Promised { place, .. } => (held.push(place), promised += 1).1,
                        Taken::Late { .. } => late += 1,
                    }
                }
            }
            // Whom nobody asks any more has left.
            held.truncate(200);
        }
        grants.sort_unstable();
        assert_eq!(server.recorded(&format!("{key}:record")), grants, "seed {seed}: what was recorded");
        let lifetime: i64 = redis::cmd("PTTL").arg(&key).query(&mut connection).unwrap();
        assert!(lifetime > 0 && lifetime < 130_000, "seed {seed}: it lives for {lifetime} ms");
        let fields: usize = redis::cmd("HLEN").arg(&key).query(&mut connection).unwrap();
        assert!(fields <= 1010, "seed {seed}: {fields} fields");
        let pushed: u32 = redis::cmd("HGET").arg(&key).arg("pushed").query(&mut connection).unwrap();
        assert!(pushed > calls.min(1000), "seed {seed}: {pushed} entries did not fill the log");
    }
    println!("{granted} granted, {promised} promised, {again} claimed, {late} late");
    // How often each comes is up to the server's clock; that it comes at all is not.
    assert!([granted, promised, again, late].iter().all(|count| *count > 10), "{granted} {promised} {again} {late}");
}

#[test]
fn a_lane_of_another_server_or_of_a_clock_that_went_back_is_full() {
    let server = RedisServer::start();
    let mut connection = server.connection();
    let rule = Rule { calls: 3, span: 1_000_000, late: 20_000, early: 0 };
    let mut asks = (0..6000).map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        ask(&mut connection, "lane", "take", rule, &[0, 0, 0])
    });
    asks.find(|answer| answer.0 == 0).expect("nothing is granted within a minute");
    drop(asks);
    let mut asks = (0..1000).map(|_| ask(&mut connection, "lane", "take", rule, &[u64::MAX >> 12, 0, 0]));
    let held = asks.find(|answer| answer.0 == 1).expect("no place is given");
    drop(asks);
    for (field, value) in [("run", "another".to_owned()), ("seen", (held.4 + 3_600_000_000).to_string())] {
        let mut set = redis::cmd("HSET");
        let _: usize = set.arg("lane").arg(field).arg(value).query(&mut connection).unwrap();
        let claimed = ask(&mut connection, "lane", "take", rule, &[0, held.2, held.3]);
        assert_eq!((claimed.0, claimed.1), (2, rule.span), "{field}: {claimed:?}");
        assert_ne!(claimed.2, held.2, "{field}: the places of before still hold");
    }
}

#[test]
fn a_server_that_has_just_taken_the_place_of_another_one_grants_nothing_for_a_span() {
    let server = RedisServer::start_and_settle();
    let mut connection = server.connection();
    let rule = Rule { calls: 3, span: 1_000_000, late: 20_000, early: 0 };
    let answer = ask_one_known_for(rule.span, &mut connection, "lane", "take", rule, &[0, 0, 0]);
    assert_eq!((answer.0, answer.1), (2, rule.span), "{answer:?}");
    let answer = ask_one_known_for(rule.span + 1, &mut connection, "another", "take", rule, &[0, 0, 0]);
    assert_eq!(answer.0, 0, "{answer:?}");
}

#[test]
fn a_server_that_was_just_started_grants_nothing_for_a_span() {
    let server = RedisServer::start();
    let rule = Rule { calls: 3, span: 60_000_000, late: 20_000, early: 0 };
    let answer = ask(&mut server.connection(), "lane", "take", rule, &[0, 0, 0]);
    assert_eq!((answer.0, answer.1), (2, rule.span), "{answer:?}");
}
