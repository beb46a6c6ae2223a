use std::fs;

use model::{Columns, MatchOp, TimeRange};
use protocol::status::Severity;

use super::world::{
    World, all, append, expect_lines, expect_numbered, line, lines, matcher, numbered, problems,
    read, wait_for,
};

#[test]
fn what_is_there_and_what_is_appended_is_read() {
    let world = World::new();
    world.append("app.log", &numbered(0..2));
    let store = world.follow("*.log");
    expect_lines(&store, &[&line(0), &line(1)]);
    world.append("app.log", &numbered(2..3));
    expect_lines(&store, &[&line(0), &line(1), &line(2)]);
    // A line without its end is not one yet.
    world.append("app.log", "2024-12-17 00:00:03 INFO half");
    world.append("other.log", &numbered(7..8));
    expect_lines(&store, &[&line(0), &line(1), &line(2), &line(7)]);
    world.append("app.log", " a line\n");
    let half = "2024-12-17 00:00:03 INFO half a line";
    expect_lines(&store, &[&line(0), &line(1), &line(2), &line(7), half]);
}

#[test]
fn labels_come_from_the_path() {
    let world = World::new();
    fs::create_dir(world.log("CosyVoice")).unwrap();
    world.append("CosyVoice/app.log", "2024-12-17 14:30:52 ERROR no memory\nplain\n");
    let store = world.follow("**/*.log");
    wait_for("two lines", || all(&store).len() == 2);
    let labels: Vec<_> = all(&store).into_iter().map(|(labels, _)| labels).collect();
    let expected = |level: Option<&str>| {
        let filename = fs::canonicalize(world.log("CosyVoice/app.log")).unwrap();
        let mut labels = model::Labels::from([
            ("job", "cosyvoice3"),
            ("instance", "localhost"),
            ("filename", filename.to_str().unwrap()),
        ]);
        if let Some(level) = level {
            labels.set("level", level);
        }
        labels
    };
    assert_eq!(labels, [expected(Some("error")), expected(None)]);
    let source = &store.status().sources[0];
    assert_eq!((source.job.as_str(), source.entries), ("cosyvoice3", 2));
    assert_eq!(source.offset, source.size);
}

#[test]
fn a_record_grows_while_its_lines_come() {
    let world = World::new();
    world.append("app.log", "2024-12-17 14:30:52 ERROR failed\n  first\n");
    let store = world.follow("app.log");
    wait_for("the record", || lines(&store).len() == 1);
    world.append("app.log", "  second\n    third\n");
    expect_lines(&store, &["2024-12-17 14:30:52 ERROR failed\n  first\n  second\n    third"]);
    // Both readers of a head see the same.
    let index = store.index(&super::world::everything(), TimeRange::ALL, &[], Columns::ALL);
    let head = &index.heads[0];
    assert!(store.head(&head.id, head.epoch, head.count, head.revision).is_some());
    assert!(store.head(&head.id, head.epoch + 1, head.count, head.revision).is_none());
}

#[test]
fn a_renamed_file_is_not_read_again() {
    let world = World::new();
    world.append("app.log", &numbered(0..3));
    let store = world.follow("*.log*");
    expect_lines(&store, &[&line(0), &line(1), &line(2)]);
    fs::rename(world.log("app.log"), world.log("app.log.1")).unwrap();
    // The program still has the old file open for a while.
    world.append("app.log.1", &numbered(3..4));
    world.append("app.log", &numbered(4..6));
    expect_lines(&store, &[&line(0), &line(1), &line(2), &line(3), &line(4), &line(5)]);
}

#[test]
fn a_file_that_was_renamed_out_of_the_pattern_is_read_to_its_end() {
    let world = World::new();
    world.append("app.log", &numbered(0..2));
    let store = world.follow("*.log");
    expect_lines(&store, &[&line(0), &line(1)]);
    fs::rename(world.log("app.log"), world.log("app.old")).unwrap();
    append(&world.log("app.old"), numbered(2..3).as_bytes());
    world.append("app.log", &numbered(3..4));
    expect_lines(&store, &[&line(0), &line(1), &line(2), &line(3)]);
}

#[test]
fn two_rotations_while_nobody_looked_lose_nothing() {
    let world = World::new();
    world.append("app.log", &numbered(0..3));
    let store = world.follow("app.log");
    expect_lines(&store, &[&line(0), &line(1), &line(2)]);
    store.shutdown();
    world.append("app.log", &numbered(3..5));
    fs::rename(world.log("app.log"), world.log("app.log.2")).unwrap();
    world.append("app.log.1", &numbered(5..8));
    world.append("app.log", &numbered(8..9));
    let store = world.follow("app.log");
    let expected: Vec<String> = (0..9).map(line).collect();
    expect_lines(&store, &expected.iter().map(String::as_str).collect::<Vec<_>>());
    // All under the name that was asked for.
    let mut files: Vec<_> =
        all(&store).iter().map(|(labels, _)| labels.get("filename").unwrap().to_owned()).collect();
    files.dedup();
    assert_eq!(files.len(), 1, "{files:?}");
}

/// As gzip and logrotate do it: beside, with the file's own time, then the file goes.
fn pack(world: &World, name: &str) {
    let path = world.log(name);
    let mut from = fs::File::open(&path).unwrap();
    let to = fs::File::create(world.log(&format!("{name}.gz"))).unwrap();
    let mut packed = flate2::write::GzEncoder::new(to, flate2::Compression::fast());
    std::io::copy(&mut from, &mut packed).unwrap();
    let to = packed.finish().unwrap();
    to.set_modified(from.metadata().unwrap().modified().unwrap()).unwrap();
    fs::remove_file(path).unwrap();
}

#[test]
fn files_that_were_rotated_and_packed_while_nobody_looked_are_read_on() {
    // One file packed, then two; longer and shorter than what tells a file by its start.
    for (num_packed, first) in [(1, 3), (2, 3), (1, 400), (2, 400), (1, 500)] {
        let world = World::new();
        // An old one, of before anybody looked, is left alone.
        world.append("app.log.7", &numbered(9_000..9_005));
        pack(&world, "app.log.7");
        world.append("app.log", &numbered(0..first));
        let store = world.follow("app.log");
        expect_numbered(&store, 0..first);
        store.shutdown();
        world.append("app.log", &numbered(first..500));
        fs::rename(world.log("app.log"), world.log("app.log.2")).unwrap();
        pack(&world, "app.log.2");
        world.append("app.log.1", &numbered(500..800));
        if num_packed == 2 {
            pack(&world, "app.log.1");
        }
        world.append("app.log", &numbered(800..801));
        let store = world.follow("app.log");
        expect_numbered(&store, 0..801);
        let labels = all(&store).into_iter().map(|(labels, _)| labels);
        let mut files: Vec<_> = labels.map(|l| l.get("filename").unwrap().to_owned()).collect();
        files.dedup();
        assert_eq!(files, [world.log("app.log").to_str().unwrap()]);
        // Nor are they read again, after a kill or an orderly end.
        store.abort();
        let store = world.follow("app.log");
        expect_numbered(&store, 0..801);
        store.shutdown();
        let store = world.follow("app.log");
        world.append("app.log", &numbered(801..802));
        expect_numbered(&store, 0..802);
    }
}

#[test]
fn a_truncated_file_is_read_from_its_start() {
    let world = World::new();
    world.append("app.log", &numbered(0..3));
    let store = world.follow("app.log");
    expect_lines(&store, &[&line(0), &line(1), &line(2)]);
    fs::write(world.log("app.log"), "").unwrap();
    wait_for("the empty file", || store.status().sources.iter().all(|s| s.size == 0));
    world.append("app.log", &numbered(10..11));
    expect_lines(&store, &[&line(0), &line(1), &line(2), &line(10)]);
    // Written anew and longer than before, between two looks.
    fs::write(world.log("app.log"), numbered(20..26)).unwrap();
    let mut expected = vec![line(0), line(1), line(2), line(10)];
    expected.extend((20..26).map(line));
    expect_lines(&store, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_deleted_file_may_come_back() {
    let world = World::new();
    world.append("app.log", &numbered(0..2));
    let store = world.follow("app.log");
    expect_lines(&store, &[&line(0), &line(1)]);
    fs::remove_file(world.log("app.log")).unwrap();
    // A file system may give the same inode; the content tells.
    world.append("app.log", &numbered(5..6));
    expect_lines(&store, &[&line(0), &line(1), &line(5)]);
}

#[test]
fn odd_bytes_are_kept() {
    let world = World::new();
    let odd = b"2024-12-17 14:30:52 INFO nul \0 and \xff\xfe bad\r\n";
    append(&world.log("app.log"), odd);
    let store = world.follow("app.log");
    wait_for("the line", || all(&store).len() == 1);
    assert_eq!(all(&store)[0].1.line, odd[..odd.len() - 2]);
    wait_for("them to be counted", || store.status().sources[0].invalid_bytes == 2);
    assert_eq!(store.figures().invalid_bytes, 2);
}

#[test]
fn a_line_of_many_megabytes_comes_in_parts() {
    let world = World::new();
    let mut long = vec![b'x'; 9 << 20];
    long.push(b'\n');
    append(&world.log("app.log"), &long);
    append(&world.log("app.log"), numbered(0..1).as_bytes());
    let store = world.follow("app.log");
    wait_for("the line after it", || lines(&store).iter().any(|l| *l == line(0)));
    let sizes: Vec<usize> =
        all(&store).iter().map(|(_, e)| e.line.iter().filter(|b| **b == b'x').count()).collect();
    assert!(sizes.len() > 2 && sizes.iter().all(|size| *size <= 4 << 20), "{sizes:?}");
    assert_eq!(sizes.iter().sum::<usize>(), 9 << 20);
    let parts: Vec<String> = all(&store)
        .iter()
        .flat_map(|(_, e)| e.auto.iter().filter(|(name, _)| name == "part"))
        .map(|(_, value)| value.clone())
        .collect();
    assert_eq!(parts, ["1", "2", "3/3"]);
}

#[test]
fn what_cannot_be_followed_is_told() {
    let world = World::new();
    append(
        &world.log("packed.log"),
        &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x10, 0x11, 0x12, 5, 6, 1],
    );
    append(&world.log("empty.log"), b"");
    world.append("app.log", &numbered(0..1));
    fs::create_dir(world.log("bare")).unwrap();
    let store = world.open();
    for path in ["packed.log", "empty.log", "missing.log", "none*.log", "bare", "app.log"] {
        world.add(&store, path);
    }
    expect_lines(&store, &[&line(0)]);
    let expected = ["binary_file", "empty_file", "missing_file", "no_match", "no_match"];
    wait_for("the problems", || {
        let mut found = problems(&store);
        found.sort();
        found == expected
    });
    let status = store.status();
    assert!(status.problems.iter().all(|problem| problem.severity == Severity::Warning));
    let missing = status.problems.iter().find(|p| p.code == "missing_file").unwrap();
    assert!(missing.message.contains("missing.log"), "{}", missing.message);
    // What was missing is followed once it is there.
    world.append("missing.log", &numbered(1..2));
    world.append("empty.log", &numbered(2..3));
    expect_lines(&store, &[&line(0), &line(1), &line(2)]);
    wait_for("fewer problems", || {
        let found = problems(&store);
        !found.iter().any(|code| code == "missing_file" || code == "empty_file")
    });
}

#[test]
fn a_file_is_warned_about_once_however_often_it_is_named() {
    let world = World::new();
    append(&world.log("packed.log"), &[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0x10, 0x11, 0x12]);
    append(&world.log("empty.log"), b"");
    fs::hard_link(world.log("packed.log"), world.log("again.log")).unwrap();
    world.append("app.log", &numbered(0..1));
    let store = world.open();
    let paths =
        ["", "*.log", "packed.*", "./empty.log", "gone.log", "./gone.log", "none*", "none*"];
    for path in paths {
        world.add(&store, path);
    }
    expect_lines(&store, &[&line(0)]);
    let mut found = problems(&store);
    found.sort();
    assert_eq!(found, ["binary_file", "empty_file", "missing_file", "no_match"]);
}

#[test]
fn a_folder_stands_for_the_logs_in_it() {
    let world = World::new();
    world.append("a.log", &numbered(0..1));
    world.append("b.txt", &numbered(1..2));
    world.append("c.jsonl", "{\"level\":\"info\",\"message\":\"x\"}\n");
    append(&world.log("d.bin"), b"not a log\n");
    let store = world.follow("");
    expect_lines(&store, &[&line(0), &line(1), "{\"level\":\"info\",\"message\":\"x\"}"]);
}

#[test]
fn a_query_reads_only_what_it_may_need() {
    let world = World::new();
    let mut text = String::new();
    for n in 0..60_000 {
        text.push_str(&line(n));
        text.push_str(if n == 30_000 { " CUDA out of memory\n" } else { "\n" });
    }
    world.append("app.log", &text);
    let store = world.follow("app.log");
    wait_for("chunks", || {
        let index = store.index(&super::world::everything(), TimeRange::ALL, &[], Columns::ALL);
        !index.chunks.is_empty() && store.status().entries == 60_000
    });
    let of_app = [matcher("filename", MatchOp::Regex, ".*app.log")];
    let needle = vec![vec![b"CUDA out of memory".to_vec()]];
    let index = store.index(&of_app, TimeRange::ALL, &needle, Columns::ALL);
    assert!(index.skipped.blocks > 0, "{:?}", index.skipped);
    let hits = |entries: Vec<(model::Labels, model::Entry)>| {
        let hit = |entry: &model::Entry| entry.line.ends_with(b"CUDA out of memory");
        entries.iter().filter(|(_, entry)| hit(entry)).count()
    };
    assert_eq!(hits(read(&store, &index).unwrap()), 1);
    let in_blocks: u64 =
        index.chunks.iter().flat_map(|c| &c.blocks).map(|b| u64::from(b.count)).sum();
    let in_heads: u64 = index.heads.iter().map(|head| u64::from(head.count)).sum();
    assert_eq!(in_blocks + in_heads + index.skipped.entries, 60_000);
    // A time at which nothing was said.
    let never = TimeRange::new(0, 1);
    let index = store.index(&of_app, never, &[], Columns::ALL);
    assert!(index.chunks.is_empty() && index.heads.is_empty());
    assert!(index.newest.is_some());
    assert!(store.streams(&of_app, never).is_empty());
    assert_eq!(store.streams(&of_app, TimeRange::ALL).len(), 1);
}

#[test]
fn a_run_is_known_by_what_its_start_said() {
    let world = World::new();
    world.append(
        "CosyVoice.log",
        "2024-12-17 10:00:00 INFO before any start\n\
         [SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234\n\
         2024-12-17 10:00:05 INFO first\n\
         [SYSTEM] Starting CosyVoice3 v0.3 @ commit def5678\n\
         2024-12-17 11:00:05 INFO second\n",
    );
    let store = world.follow("*.log");
    wait_for("five lines", || all(&store).len() == 5);
    let sessions = store.sessions();
    let commit = |(labels, entry): &(model::Labels, model::Entry)| {
        let session = sessions.of(labels, entry.timestamp, entry.arrival);
        session.and_then(|session| session.field("commit")).unwrap_or("-").to_owned()
    };
    let commits: Vec<String> = all(&store).iter().map(commit).collect();
    assert_eq!(commits, ["-", "abc1234", "abc1234", "def5678", "def5678"]);
    store.shutdown();
    assert_eq!(world.open().sessions(), sessions);
}
