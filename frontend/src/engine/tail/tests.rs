use model::{Labels, Timestamp};
use protocol::tail::TailStream;

use super::*;

fn frame(entries: &[(u64, &str)]) -> TailFrame {
    let entry = |(arrival, line): &(u64, &str)| TailEntry {
        ts: Timestamp::from_millis(1_000),
        arrival: *arrival,
        line: (*line).to_owned(),
        ..TailEntry::default()
    };
    let entries = entries.iter().map(entry).collect();
    let stream = TailStream { labels: Labels::from([("job", "a")]), entries };
    TailFrame { streams: vec![stream], ..TailFrame::default() }
}

/// What a frame brings, as `new|replaced|removed`.
#[track_caller]
fn check(tail: &mut Tail, entries: &[(u64, &str)], expected: &str) {
    let lines = |rows: &[Listed]| {
        let lines: Vec<_> = rows.iter().map(|r| String::from_utf8_lossy(&r.row.line)).collect();
        lines.join(",")
    };
    let found = match tail.frame(frame(entries), 1_250.0).unwrap() {
        Some(rows) => {
            assert_eq!(rows.lag_ms, 250);
            let removed: Vec<String> = rows.removed.iter().map(ToString::to_string).collect();
            format!("{}|{}|{}", lines(&rows.new), lines(&rows.replaced), removed.join(","))
        }
        None => "nothing".to_owned(),
    };
    assert_eq!(found, expected);
}

#[test]
fn what_arrives_goes_through_the_pipeline() {
    let mut tail = Tail::open(r#"{job="a"} |= "x" | line_format "<{{__line__}}>""#, None).unwrap();
    check(&mut tail, &[(7, "ax"), (5, "b"), (6, "x")], "<x>,<ax>||");
    assert_eq!(tail.after(), Some(7));
    check(&mut tail, &[(8, "nothing")], "nothing");
    assert_eq!(tail.after(), Some(8));
}

#[test]
fn an_extended_entry_replaces_what_it_was() {
    let mut tail = Tail::open(r#"{job="a"} != "secret""#, Some(3)).unwrap();
    check(&mut tail, &[(4, "Traceback")], "Traceback||");
    check(&mut tail, &[(4, "Traceback, line 2")], "|Traceback, line 2|");
    check(&mut tail, &[(4, "Traceback, line 2, secret")], "||4");
    check(&mut tail, &[(4, "Traceback, line 2")], "Traceback, line 2||");
}

#[test]
fn fields_of_a_session_that_opens_while_following_apply() {
    let mut tail = Tail::open(r#"{job="a"} | commit="abc""#, None).unwrap();
    check(&mut tail, &[(1, "before")], "nothing");
    let session = model::Session {
        start: Timestamp::from_millis(500),
        fields: vec![("commit".into(), "abc".into())],
        boundaries: Vec::new(),
    };
    let opened = TailFrame { sessions: vec![("a".into(), session)], ..frame(&[(2, "after")]) };
    let rows = tail.frame(opened, 0.0).unwrap().unwrap();
    assert_eq!((rows.new.len(), rows.lag_ms), (1, 0));
}

#[test]
fn only_log_queries_can_be_followed() {
    let error = Tail::open(r#"rate({job="a"}[5m])"#, None).unwrap_err();
    assert_eq!(error.message, "only a log query can be followed live");
    assert!(Tail::open("{", None).is_err());
}

#[test]
fn a_lag_is_said_only_where_it_can_be_one() {
    for (now_ms, lag_ms) in [
        (1_000.0, 0),
        (1_250.0, 250),
        (61_000.0, 60_000),
        // A log of last week that is replayed is not behind.
        (61_001.0, 0),
        (6e8, 0),
        // The clock here is behind the one that wrote.
        (900.0, 0),
    ] {
        let mut tail = Tail::open(r#"{job="a"}"#, None).unwrap();
        let rows = tail.frame(frame(&[(1, "x")]), now_ms).unwrap().unwrap();
        assert_eq!(rows.lag_ms, lag_ms, "{now_ms}");
    }
}
