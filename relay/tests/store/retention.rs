use std::time::Duration;

use model::Labels;
use protocol::status::Amount;
use relay::store::{RetentionRule, Store, StoreOptions};

use super::sealed::entry;
use super::world::{World, all, wait_for};

const HOUR: Duration = Duration::from_secs(3600);

fn seal(world: &World, level: &str, arrival: u64, ago: Duration) {
    let labels = Labels::from([("job", "a"), ("level", level)]);
    world.seal(&labels, vec![entry(arrival as i64, arrival, level)], ago);
}

fn arrivals(store: &Store) -> Vec<u64> {
    all(store).iter().map(|(_, entry)| entry.arrival).collect()
}

fn options(world: &World, rules: &str) -> StoreOptions {
    let retention_rules = RetentionRule::parse_all(rules).unwrap();
    StoreOptions { retention_rules, retention: 100 * HOUR, ..world.options() }
}

/// Entries by level and age in hours; their arrival numbers count from 0.
#[track_caller]
fn check(rules: &str, expected: &[u64]) {
    let world = World::new();
    let chunks = [("debug", 1), ("debug", 30), ("info", 30), ("info", 99), ("error", 101)];
    for (arrival, (level, hours)) in (0..).zip(chunks) {
        seal(&world, level, arrival, hours * HOUR);
    }
    let store = Store::open(options(&world, rules)).unwrap();
    wait_for("what goes", || arrivals(&store) == expected);
    wait_for("their files", || world.chunk_files().len() == expected.len());
}

#[test]
fn the_first_rule_for_a_stream_counts_for_what_is_there_already() {
    check("", &[0, 1, 2, 3]);
    check(r#"{level="debug"}=1d"#, &[0, 2, 3]);
    check(r#"{level="debug"}=1d; {level="error"}=30d"#, &[0, 2, 3, 4]);
    check(r#"{level=~"debug|info"}=20h; {job="a"}=1000h"#, &[0, 4]);
    check(r#"{job="a"}=1000h; {level="debug"}=1h"#, &[0, 1, 2, 3, 4]);
    check(r#"{job="b"}=1h; {job=~".+"}=31h"#, &[0, 1, 2]);
}

#[test]
fn the_status_says_what_goes_when_and_why() {
    let world = World::new();
    seal(&world, "debug", 0, 2 * HOUR);
    seal(&world, "info", 1, 90 * HOUR);
    seal(&world, "info", 2, 10 * HOUR);
    let debug = || RetentionRule::parse_all(r#"{level="debug"}=1d"#).unwrap();
    // A reader removes nothing, so that the plan can be looked at.
    let planned = |retention_bytes| {
        let options = StoreOptions {
            retention_rules: debug(),
            retention: 80 * HOUR,
            retention_bytes,
            ..world.options()
        };
        Store::open_to_read(options).unwrap().status().retention
    };
    let plan = planned(None);
    let [debug_rule, rest] = &plan.rules[..] else { panic!("{plan:?}") };
    let one = |amount: &Amount| (amount.chunks, amount.entries);
    assert_eq!((&*debug_rule.selector, debug_rule.keep_seconds), (r#"{level="debug"}"#, 86_400));
    assert_eq!((&*rest.selector, rest.keep_seconds), ("", 80 * 3600));
    assert_eq!((debug_rule.streams, rest.streams), (1, 1));
    assert_eq!((one(&debug_rule.kept), one(&rest.kept)), ((1, 1), (2, 2)));
    assert_eq!((one(&debug_rule.too_old), one(&rest.too_old)), ((0, 0), (1, 1)));
    assert_eq!((one(&debug_rule.within_day), one(&rest.within_day)), ((1, 1), (0, 0)));
    assert!(rest.kept.bytes > rest.too_old.bytes && rest.too_old.bytes > 0);
    let (next, later) = (debug_rule.next.unwrap(), rest.next.unwrap());
    assert_eq!((later.0 - next.0) / 3_600_000_000_000, 70 - 22);
    let plan = planned(Some(1));
    let too_much: Vec<_> = plan.rules.iter().map(|rule| one(&rule.too_much)).collect();
    assert_eq!(too_much, [(1, 1), (1, 1)]);
    assert_eq!((plan.limit_bytes, plan.rules[1].next), (Some(1), None));
}
