use std::collections::BTreeMap;

use model::MatchOp;
use protocol::tail::TailFrame;
use relay::store::Subscription;

use super::world::{World, everything, expect_numbered, line, matcher, numbered, wait_for};

/// What a client knows: entries by arrival, later ones replace.
#[derive(Default)]
struct Client {
    lines: BTreeMap<u64, String>,
    dropped: u64,
}

impl Client {
    fn take(&mut self, frame: TailFrame) {
        self.dropped += frame.dropped;
        for entry in frame.streams.into_iter().flat_map(|stream| stream.entries) {
            self.lines.insert(entry.arrival, entry.line);
        }
    }

    #[track_caller]
    fn wait_for(&mut self, subscription: &mut Subscription, num: usize) {
        wait_for("the tail", || {
            while let Some(frame) = subscription.try_next() {
                self.take(frame);
            }
            self.lines.len() >= num
        });
    }

    fn last(&self) -> u64 {
        *self.lines.keys().last().unwrap()
    }
}

#[test]
fn a_client_that_comes_back_misses_nothing() {
    let world = World::new();
    world.append("app.log", &numbered(0..10));
    let store = world.follow("app.log");
    expect_numbered(&store, 0..10);
    let mut client = Client::default();
    // Without a number only what is new.
    let mut tail = store.subscribe(everything(), None);
    world.append("app.log", &numbered(10..20));
    client.wait_for(&mut tail, 10);
    drop(tail);
    world.append("app.log", &numbered(20..30));
    expect_numbered(&store, 0..30);
    let mut tail = store.subscribe(everything(), Some(client.last()));
    world.append("app.log", &numbered(30..40));
    client.wait_for(&mut tail, 30);
    let lines: Vec<String> = client.lines.values().cloned().collect();
    assert_eq!(lines, (10..40).map(line).collect::<Vec<_>>());
    assert_eq!(client.dropped, 0);
    store.shutdown();
    assert!(tail.next_blocking().is_none());
}

#[test]
fn an_entry_that_grows_comes_again() {
    let world = World::new();
    world.append("app.log", "2024-12-17 14:30:52 ERROR failed\n");
    let store = world.follow("app.log");
    wait_for("the record", || store.status().entries == 1);
    let mut tail = store.subscribe(everything(), None);
    world.append("app.log", "  because of\n");
    let mut client = Client::default();
    client.wait_for(&mut tail, 1);
    let lines: Vec<&str> = client.lines.values().map(String::as_str).collect();
    assert_eq!(lines, ["2024-12-17 14:30:52 ERROR failed\n  because of"]);
}

#[test]
fn only_what_matches_is_sent() {
    let world = World::new();
    world.append("app.log", "");
    let store = world.follow("app.log");
    let errors = vec![matcher("level", MatchOp::Equal, "error")];
    let mut tail = store.subscribe(errors, None);
    world.append("app.log", "2024-12-17 14:30:52 INFO a\n2024-12-17 14:30:53 ERROR b\n");
    let mut client = Client::default();
    client.wait_for(&mut tail, 1);
    wait_for("both", || store.status().entries == 2);
    assert_eq!(client.lines.values().collect::<Vec<_>>(), ["2024-12-17 14:30:53 ERROR b"]);
}

#[test]
fn a_long_absence_is_counted() {
    let world = World::new();
    world.append("app.log", &numbered(0..60_000));
    let store = world.follow("app.log");
    expect_numbered(&store, 0..60_000);
    let mut tail = store.subscribe(everything(), Some(99));
    let mut client = Client::default();
    client.wait_for(&mut tail, 5_000);
    assert_eq!(client.lines.values().last(), Some(&line(59_999)));
    assert_eq!(client.lines.len(), 5_000);
    let missed = 60_000 - 100 - 5_000;
    assert!((missed..=missed + 5_000).contains(&client.dropped), "{}", client.dropped);
}

#[test]
fn a_slow_client_is_told_what_it_missed() {
    let world = World::new();
    world.append("app.log", "");
    let store = world.follow("app.log");
    let mut tail = store.subscribe(everything(), None);
    world.append("app.log", &numbered(0..100_000));
    wait_for("all of it", || store.status().entries == 100_000);
    let mut client = Client::default();
    while let Some(frame) = tail.try_next() {
        client.take(frame);
    }
    world.append("app.log", &numbered(100_000..100_001));
    let known = client.lines.len();
    client.wait_for(&mut tail, known + 1);
    assert_eq!(client.lines.len() as u64 + client.dropped, 100_001);
    assert!(client.dropped > 0);
    assert_eq!(store.figures().tail_dropped_entries, client.dropped);
}
