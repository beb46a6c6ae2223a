//! Files whose lines go through Promtail's stages.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::Labels;
use promtail::config;
use relay::store::{MaxLine, Piped, SourceOptions, Store};

use super::world::{World, all, append, wait_for};

/// The stages of a file whose one job has them.
fn piped(stages: &str) -> Piped {
    let file =
        config::read(&format!("scrape_configs:\n- job_name: j\n  pipeline_stages: {stages}\n"));
    assert_eq!(file.problems, []);
    Piped {
        job: "j".to_owned(),
        labels: Labels::from([("job", "tts")]),
        stages: Arc::new(file.jobs[0].pipeline_stages.clone()),
        ..Piped::default()
    }
}

fn source(world: &World, pattern: &str, piped: Piped) -> SourceOptions {
    let paths = vec![world.log(pattern).to_str().unwrap().to_owned()];
    let piped = Some(piped);
    SourceOptions { paths, piped, is_configured: true, ..SourceOptions::default() }
}

/// Entries as labels without `filename`, metadata and line.
fn entries(store: &Store) -> Vec<String> {
    let shown = all(store).into_iter().map(|(labels, entry)| {
        let labels = labels.iter().filter(|(name, _)| !matches!(*name, "filename" | "job"));
        let labels: String = labels.map(|(n, v)| format!("{n}={v} ")).collect();
        let metadata: String = entry.metadata.iter().map(|(n, v)| format!("[{n}={v}] ")).collect();
        format!("{labels}{metadata}| {}", String::from_utf8_lossy(&entry.line))
    });
    shown.collect()
}

#[track_caller]
fn wait(store: &Store, expected: &[&str]) {
    wait_for(&format!("{expected:?}"), || entries(store).len() >= expected.len());
    assert_eq!(entries(store), expected);
}

#[test]
fn lines_go_through_the_stages() {
    let world = World::new();
    world.append("a.log", "ERROR one\nDEBUG two\nERROR three\npart");
    let stages = "[{regex: {expression: '^(?P<level>[A-Z]+) (?P<what>.*)'}}, {labels: {level: }}, \
                  {structured_metadata: {what: }}, {drop: {source: level, value: DEBUG}}]";
    let store = world.open();
    store.follow(source(&world, "*.log", piped(stages)));
    let first = ["level=ERROR [what=one] | ERROR one", "level=ERROR [what=three] | ERROR three"];
    wait(&store, &first);
    // Promtail's streams have the file's name as it has it, and the time of arrival.
    let places = all(&store).into_iter().filter_map(|(_, entry)| entry.place);
    let places: Vec<(u64, u32)> = places.map(|place| (place.offset, place.len)).collect();
    assert_eq!(places, [(0, 9), (20, 11)]);
    let (labels, entry) = &all(&store)[0];
    assert_eq!(labels.get("filename"), world.log("a.log").to_str());
    assert_eq!(labels.get("job"), Some("tts"));
    assert!(entry.timestamp > 1_700_000_000_000_000_000);
    world.append("a.log", "ly\n");
    wait(&store, &[first[0], first[1], "| partly"]);
    wait_for("what was dropped is counted", || {
        store
            .pipeline_metrics()
            .contains("logpane_pipeline_dropped_lines_total{reason=\"drop_stage\"} 1")
    });
    let facts = &store.sources(i64::MAX).files[0];
    assert_eq!((facts.source.entries, facts.reading.dropped), (3, 1));
    assert_eq!(facts.reading.encoding, "UTF-8");
    assert!(facts.last_read.is_some() && facts.reading.formats.is_empty());
    store.shutdown();
}

#[test]
fn what_detection_finds_is_found_too_and_no_label() {
    let world = World::new();
    world.append("a.log", "2024-12-17 14:30:52 INFO Generating audio: text_len=42, seed=1234\n");
    let store = world.open();
    store.follow(source(&world, "*.log", piped("[]")));
    wait_for("the entry", || all(&store).len() == 1);
    let (labels, entry) = &all(&store)[0];
    assert_eq!(labels.get("level"), None);
    let auto: BTreeMap<&str, &str> =
        entry.auto.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    assert_eq!(auto.get("text_len"), Some(&"42"), "{auto:?}");
    assert_eq!(auto.get("level"), Some(&"info"), "{auto:?}");
    store.shutdown();
}

#[test]
fn a_kill_loses_nothing_and_repeats_nothing() {
    let world = World::new();
    let stages = "[{regex: {expression: '^(?P<who>[ab])'}}, {labels: {who: }}, \
                  {multiline: {firstline: 'start', max_wait_time: 1h}}]";
    let mut expected: Vec<String> = Vec::new();
    for round in 0..20 {
        // Blocks of two streams, woven: there is always one that waits behind one that is done.
        world.append("a.log", &format!("a start {round}\nb start {round}\n"));
        let store = world.open();
        store.follow(source(&world, "*.log", piped(stages)));
        world.append("a.log", &format!("a more {round}\n"));
        if round > 0 {
            expected.push(format!("who=a | a start {0}\na more {0}", round - 1));
            expected.push(format!("who=b | b start {}", round - 1));
        }
        wait_for("the blocks of the round before", || all(&store).len() >= expected.len());
        if round % 3 == 0 { store.shutdown() } else { store.abort() }
    }
    let store = world.open();
    let mut found = entries(&store);
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    store.shutdown();
}

#[test]
fn rotation_and_truncation_are_followed() {
    let world = World::new();
    world.append("a.log", "one\n");
    let store = world.open();
    store.follow(source(&world, "a.log", piped("[{static_labels: {x: y}}]")));
    wait(&store, &["x=y | one"]);
    std::fs::rename(world.log("a.log"), world.log("a.log.1")).unwrap();
    append(&world.log("a.log.1"), b"two\nend");
    world.append("a.log", "three\n");
    wait_for("both files", || all(&store).len() == 3);
    std::fs::write(world.log("a.log"), "4\n").unwrap();
    wait_for("the file written anew", || all(&store).len() == 4);
    let mut found = entries(&store);
    found.sort();
    assert_eq!(found, ["x=y | 4", "x=y | one", "x=y | three", "x=y | two"]);
    store.shutdown();
}

#[test]
fn reading_goes_on_where_another_program_stopped() {
    let world = World::new();
    world.append("a.log", "read before\nnew\n");
    world.append("b.log", "short\n");
    let path = |name| world.log(name).to_str().unwrap().to_owned();
    let positions = BTreeMap::from([(path("a.log"), 12), (path("b.log"), 999)]);
    let positions = Arc::new(positions);
    let store = world.open();
    store.follow(source(&world, "*.log", Piped { positions, ..piped("[]") }));
    // A file that is shorter than it was is another one.
    wait(&store, &["| new", "| short"]);
    store.shutdown();
}

#[test]
fn a_configuration_can_be_replaced() {
    let world = World::new();
    world.append("a.log", "one\n");
    world.append("b.txt", "plain\n");
    let store = world.open();
    store.follow(source(&world, "*.log", piped("[{static_labels: {x: old}}]")));
    wait(&store, &["x=old | one"]);
    let new = piped("[{static_labels: {x: new}}]");
    store.follow_instead(vec![source(&world, "*.log", new.clone()), source(&world, "*.txt", new)]);
    world.append("a.log", "two\n");
    wait_for("both files", || all(&store).len() == 3);
    let mut found = entries(&store);
    found.sort();
    assert_eq!(found, ["x=new | plain", "x=new | two", "x=old | one"]);
    store.shutdown();
}

#[test]
fn files_can_be_left_out() {
    let world = World::new();
    world.append("a.log", "one\n");
    world.append("b.log", "two\n");
    let store = world.open();
    let exclude = vec![world.log("b*").to_str().unwrap().to_owned()];
    store.follow(SourceOptions { exclude, ..source(&world, "*.log", piped("[]")) });
    wait(&store, &["| one"]);
    world.append("b.log", "three\n");
    world.append("a.log", "four\n");
    wait(&store, &["| one", "| four"]);
    store.shutdown();
}

#[test]
fn a_label_that_always_differs_becomes_metadata() {
    let world = World::new();
    world.append("a.log", "1\n2\n3\n");
    let options = relay::store::StoreOptions { max_streams: 2, ..world.options() };
    let store = Store::open(options).unwrap();
    let stages = "[{regex: {expression: '(?P<id>.)'}}, {labels: {id: }}]";
    store.follow(source(&world, "*.log", piped(stages)));
    wait(&store, &["id=1 | 1", "id=2 | 2", "[id=3] | 3"]);
    store.shutdown();
}

#[test]
fn long_lines_are_dropped_or_cut() {
    for (cuts, expected) in [(false, &["| abc"][..]), (true, &["| abc", "| ab", "| abcd"])] {
        let world = World::new();
        world.append("a.log", "abc\nab中文\nabcdef\n");
        let store = world.open();
        let max_line = Some(MaxLine { bytes: 4, cuts });
        store.follow(source(&world, "*.log", Piped { max_line, ..piped("[]") }));
        wait(&store, expected);
        if !cuts {
            wait_for("the dropped lines", || {
                store.pipeline_metrics().contains("{reason=\"line_too_long\"} 2")
            });
        }
        store.shutdown();
    }
}
