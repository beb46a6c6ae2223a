use super::*;
use crate::store::StoreOptions;

const PATH: &str = "/logs/app.log";

/// The verdict on a line that `PATH` has at byte 10 and no entry has, and what was said.
fn judge(line: &str, source: Source, retention_seconds: u64) -> (String, String) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(StoreOptions::new(dir.path().join("data"))).unwrap();
    let status = Status {
        sources: vec![Source { path: PATH.to_owned(), ..source }],
        retention_seconds,
        ..Status::default()
    };
    let (ask, cancel) = (Ask::default(), AtomicBool::default());
    let now = 1_734_500_000 * SECOND;
    let case = Case { store: &store, ask: &ask, now, cancel: &cancel, checks: Vec::new() };
    let hit = Hit { path: PATH.into(), offset: 10, line: line.to_owned() };
    let said = case.in_file(&hit, &status).unwrap();
    store.shutdown();
    (said.verdict, said.message)
}

#[test]
fn what_is_in_a_file_and_not_stored_has_a_reason() {
    let read = || Source { offset: 100, size: 100, ..Source::default() };
    let failed = Source { last_error: Some("Input/output error (os error 5)".into()), ..read() };
    let staged = Source { job_rule: "job tts of the configuration".into(), ..read() };
    let behind = Source { offset: 10, size: 100, ..Source::default() };
    let old = "2024-12-17 14:30:52 INFO old";
    for (line, source, verdict, part) in [
        (old, failed, "unreadable_file", "cannot read on in /logs/app.log: Input/output error"),
        (old, behind, "not_read_yet", "is read up to byte 10 of 100"),
        (old, staged, "stages", "the stages of job tts dropped or rewrote"),
        (old, read(), "retention", "older than what is kept (1h)"),
        ("2099-12-17 14:30:52 INFO new", read(), "unexplained", "not stored in these words"),
        ("no stamp", read(), "unexplained", "not stored in these words"),
        ("\r 10%|#    | 1/10 [00:01<00:09,  1.00s/it]", read(), "progress", "step of a progress"),
    ] {
        let (found, said) = judge(line, source, 3600);
        assert_eq!(found, verdict, "{line}: {said}");
        assert!(said.contains(part), "{said}");
    }
    // Nothing goes where all is kept.
    assert_eq!(judge(old, read(), 0).0, "unexplained");
}
