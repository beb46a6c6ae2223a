//! The rules of the detector, each with its cases as data.

use crate::support::{MS, Step, run};
use Step::{Feed, Finish, Settle};
use detect::{Context, Start, Zone};

/// 2025-01-01T00:00:00Z
const MTIME_MS: i64 = 1_735_689_600_000;
/// An hour later.
const NOW_MS: i64 = MTIME_MS + 3_600_000;

#[track_caller]
fn check(steps: &[Step<'_>], expected: &str) {
    let context = Context { max_line: 200, ..Context::default() };
    check_with(&context, steps, expected);
}

#[track_caller]
fn check_with(context: &Context, steps: &[Step<'_>], expected: &str) {
    let found = run(context, Start { offset: 0, mtime: MTIME_MS * MS }, steps);
    // The end of each entry matters to pieces.rs only.
    let found: Vec<&str> =
        found.lines().map(|line| line.rsplit_once(" @").map_or(line, |(line, _)| line)).collect();
    let expected: Vec<&str> =
        expected.lines().map(str::trim_end).filter(|l| !l.is_empty()).collect();
    assert_eq!(found, expected, "\n{}\n", found.join("\n"));
}

/// A file that is read for the first time, whole.
#[track_caller]
fn check_old(bytes: &[u8], expected: &str) {
    check(&[Feed(NOW_MS, bytes), Settle(NOW_MS)], expected);
}

#[test]
fn a_line_without_a_stamp_has_the_one_before() {
    check_old(
        b"2024-12-17 14:30:52 INFO a\nplain\nINFO:     b\n",
        "
2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO a
2024-12-17T14:30:52Z - plain | ts_source=inherited
2024-12-17T14:30:52Z info INFO:     b | ts_source=inherited",
    );
}

#[test]
fn the_first_lines_of_an_old_file_have_the_next_stamp() {
    check_old(
        b"banner\n  art\n2024-12-17 14:30:52 INFO a\n",
        "
2024-12-17T14:30:52Z - banner⏎  art | ts_source=inherited
2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO a",
    );
}

#[test]
fn an_old_file_without_stamps_has_its_modification_time() {
    check_old(
        b"a\nb\n",
        "
2025-01-01T00:00:00Z - a | ts_source=arrival
2025-01-01T00:00:00Z - b | ts_source=arrival",
    );
    // However long it is.
    let lines = "x\n".repeat(2500);
    let found = run(
        &Context::default(),
        Start { offset: 0, mtime: MTIME_MS * MS },
        &[Feed(NOW_MS, lines.as_bytes())],
    );
    assert_eq!(found.lines().count(), 2499);
    assert!(found.lines().all(|line| line.starts_with("2025-01-01T00:00:00Z - x")));
}

#[test]
fn a_new_line_without_a_stamp_near_has_the_time_it_arrived() {
    check(
        &[Settle(NOW_MS), Feed(NOW_MS, b"a\n"), Settle(NOW_MS)],
        "2025-01-01T01:00:00Z - a | ts_source=arrival",
    );
}

#[test]
fn a_start_marker_has_the_next_stamp() {
    let marker =
        b"2024-12-17 01:00:00 INFO old\n[SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234\n";
    let next = b"2024-12-17 14:30:52 INFO python=3.10 device=cuda:0 seed=1\n";
    let fields = "app=CosyVoice3 version=v0.3 commit=abc1234";
    let expected = |time: &str, source: &str| {
        format!(
            "
2024-12-17T01:00:00Z info 2024-12-17 01:00:00 INFO old
# Opens {time} | {fields}
{time} info [SYSTEM] Starting CosyVoice3 v0.3 @ commit abc1234 | level_raw=SYSTEM {fields} ts_source={source}
# Describes 2024-12-17T14:30:52Z | python=3.10 device=cuda:0
2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO python=3.10 device=cuda:0 seed=1 | python=3.10 device=cuda:0 seed=1"
        )
    };
    let inherited = expected("2024-12-17T14:30:52Z", "inherited");
    check_old(&[&marker[..], next].concat(), &inherited);
    // While the file is followed, the marker waits for it, but not for long.
    check(
        &[
            Settle(NOW_MS),
            Feed(NOW_MS, marker),
            Settle(NOW_MS + 1000),
            Feed(NOW_MS + 1500, next),
            Settle(NOW_MS + 1500),
        ],
        &inherited,
    );
    check(
        &[
            Settle(NOW_MS),
            Feed(NOW_MS, marker),
            Settle(NOW_MS + 2000),
            Feed(NOW_MS + 9000, next),
            Settle(NOW_MS + 9000),
        ],
        &expected("2025-01-01T01:00:00Z", "arrival"),
    );
}

#[test]
fn a_new_process_ends_the_bars_of_the_one_before() {
    check_old(
        "2024-12-17 14:30:52,001 INFO get sft inference request
\r  0%|          | 0/2 [00:00<?, ?it/s]2024-12-17 14:40:00,900 - modelscope - INFO - PyTorch version 2.3.1 Found.
\r  0%|          | 0/2 [00:00<?, ?it/s]"
            .as_bytes(),
        "
2024-12-17T14:30:52.001Z info 2024-12-17 14:30:52,001 INFO get sft inference request | event=request mode=sft
2024-12-17T14:30:52.001Z ~ 0%|          | 0/2 [00:00<?, ?it/s] | event=progress n=0 total=2 elapsed=00:00 ts_source=inherited
# Process 2024-12-17T14:40:00.9Z | torch=2.3.1
2024-12-17T14:40:00.9Z info 2024-12-17 14:40:00,900 - modelscope - INFO - PyTorch version 2.3.1 Found. | module=modelscope torch=2.3.1",
    );
}

#[test]
fn of_a_bar_only_the_last_frame_is_kept() {
    check_old(
        "2024-12-17 14:30:52,001 INFO a
\r  0%|          | 0/2 [00:00<?, ?it/s]2024-12-17 14:30:53,001 INFO b
\r 50%|█████     | 1/2 [00:01<00:01,  1.31s/it]2024-12-17 14:30:54,001 INFO c
\r100%|██████████| 2/2 [00:02<00:00,  1.31s/it]\r100%|██████████| 2/2 [00:03<00:00,  1.31s/it]
\rx:  3%|▎| 3/99 [00:00<?, ?it/s]\rx:  0%|| 0/99 [00:00<?, ?it/s]\rx:  5%|▎| 5/99 [00:01<00:09, 5it/s]
2024-12-17 14:30:55,001 INFO d
"
        .as_bytes(),
        "
2024-12-17T14:30:52.001Z info 2024-12-17 14:30:52,001 INFO a
2024-12-17T14:30:53.001Z info 2024-12-17 14:30:53,001 INFO b
2024-12-17T14:30:54.001Z info 2024-12-17 14:30:54,001 INFO c
2024-12-17T14:30:54.001Z ~ 100%|██████████| 2/2 [00:03<00:00,  1.31s/it] | event=progress n=2 total=2 elapsed=00:03 rate=1.31s/it ts_source=inherited
2024-12-17T14:30:54.001Z ~ x:  3%|▎| 3/99 [00:00<?, ?it/s] | event=progress desc=x n=3 total=99 elapsed=00:00 ts_source=inherited
2024-12-17T14:30:54.001Z ~ x:  5%|▎| 5/99 [00:01<00:09, 5it/s] | event=progress desc=x n=5 total=99 elapsed=00:01 rate=5it/s ts_source=inherited
2024-12-17T14:30:55.001Z info 2024-12-17 14:30:55,001 INFO d",
    );
}

#[test]
fn a_running_bar_is_live_progress() {
    let mut detector = detect::Detector::new(Context::default(), Start::default());
    let mut none = |_: detect::Event<'_>| panic!("a running bar is no entry");
    assert_eq!(detector.progress(), None);
    detector.feed("\r 50%|█████     | 1/2 [00:01<00:01,  1.31s/it]".as_bytes(), 1, &mut none);
    detector.settle(1, &mut none);
    let progress = detector.progress().unwrap();
    assert_eq!((progress.n.as_str(), progress.percent, progress.seen), ("1", Some(50), 1));
    // A frame that is only half here does not hide the last whole one.
    detector.feed("\r 60%|█████     | 6".as_bytes(), 2, &mut none);
    let progress = detector.progress().unwrap();
    assert_eq!((progress.eta.as_deref(), progress.seen), (Some("00:01"), 1));
}

#[test]
fn a_bar_that_stands_grows_old() {
    let mut detector = detect::Detector::new(Context::default(), Start::default());
    let mut entries = 0;
    let mut count = |event: detect::Event<'_>| {
        entries += u32::from(matches!(event, detect::Event::Entry(_)));
    };
    for step in 1..=1000 {
        let frame = format!("\r{:3}%|██| {step}/1000 [00:01<00:09, 9.5it/s]", step / 10);
        detector.feed(frame.as_bytes(), step, &mut count);
    }
    // Another thread writes on, behind the frame and on lines of its own.
    for (bytes, now) in [(&b"2024-12-17 14:30:52 INFO a\n"[..], 2000), (b"b\n", 3000)] {
        detector.feed(bytes, now, &mut count);
        detector.settle(now, &mut count);
        let progress = detector.progress().unwrap();
        assert_eq!((progress.n.as_str(), progress.seen), ("1000", 1000));
    }
    assert_eq!(entries, 2);
}

#[test]
fn tracebacks_are_one_entry() {
    check_old(
        b"2024-12-17 14:30:52 ERROR inference failed
Traceback (most recent call last):
  File \"a.py\", line 1

    run()
torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB.

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
RuntimeError: x
after
",
        "
2024-12-17T14:30:52Z error 2024-12-17 14:30:52 ERROR inference failed
2024-12-17T14:30:52Z error Traceback (most recent call last):⏎  File \"a.py\", line 1⏎⏎    run()⏎torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 20.00 MiB. | tried_bytes=20971520 exception=OutOfMemoryError ts_source=inherited
2024-12-17T14:30:52Z error During handling of the above exception, another exception occurred:⏎⏎Traceback (most recent call last):⏎RuntimeError: x | exception=RuntimeError ts_source=inherited
2024-12-17T14:30:52Z - after | ts_source=inherited",
    );
}

#[test]
fn what_was_shown_is_extended_for_two_seconds() {
    let start = b"2024-12-17 14:30:52 ERROR Traceback (most recent call last):\n";
    check(
        &[
            Feed(NOW_MS, start),
            Settle(NOW_MS),
            Feed(NOW_MS + 1900, "  a\n\r100%|█| 2/2 [00:02<00:00, 1s/it]\n".as_bytes()),
            Settle(NOW_MS + 1900),
            Feed(NOW_MS + 3800, b"\n  b\nValueError: x\n"),
            Settle(NOW_MS + 3800),
            Feed(NOW_MS + 5801, b"  too late\n"),
            Settle(NOW_MS + 5801),
        ],
        "
2024-12-17T14:30:52Z error 2024-12-17 14:30:52 ERROR Traceback (most recent call last):
  +   a
2024-12-17T14:30:52Z ~ 100%|█| 2/2 [00:02<00:00, 1s/it] | event=progress n=2 total=2 elapsed=00:02 rate=1s/it ts_source=inherited
  + ⏎  b
  + ValueError: x | exception=ValueError
2024-12-17T14:30:52Z -   too late | ts_source=inherited",
    );
}

#[test]
fn a_record_of_too_many_lines_is_cut() {
    let mut text = String::from("2024-12-17 14:30:52 ERROR x\n");
    text.push_str(&"  y\n".repeat(1500));
    let found = run(&Context::default(), Start::default(), &[Feed(0, text.as_bytes()), Settle(0)]);
    let lines: Vec<&str> = found.lines().collect();
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0].matches('⏎').count(), 999);
    assert!(lines[1].starts_with("2024-12-17T14:30:52Z error   y⏎"));
    assert!(lines[1].contains("| part=2 ts_source=inherited"));
}

#[test]
fn a_line_that_is_too_long_is_kept_in_parts() {
    let text = format!("2024-12-17 14:30:52 ERROR {}\nnext\n", "语".repeat(150));
    check_old(
        text.as_bytes(),
        &format!(
            "
2024-12-17T14:30:52Z error 2024-12-17 14:30:52 ERROR {} | part=1
2024-12-17T14:30:52Z error {} | part=2 ts_source=inherited
2024-12-17T14:30:52Z error {} | part=3/3 ts_source=inherited
2024-12-17T14:30:52Z - next | ts_source=inherited",
            "语".repeat(58),
            "语".repeat(66),
            "语".repeat(26)
        ),
    );
}

#[test]
fn levels_are_read_by_position_only() {
    check_old(
        b"[WARN] 2024-12-17T14:30:52Z disk\nan ERROR in words\n/p/x.py:143: FutureWarning: old\n  f()\nKilled\n",
        "
2024-12-17T14:30:52Z warning [WARN] 2024-12-17T14:30:52Z disk | level_raw=WARN
2024-12-17T14:30:52Z - an ERROR in words | ts_source=inherited
2024-12-17T14:30:52Z warning /p/x.py:143: FutureWarning: old⏎  f() | warning=FutureWarning ts_source=inherited
2024-12-17T14:30:52Z critical Killed | ts_source=inherited",
    );
}

#[test]
fn colours_stay_and_do_not_disturb() {
    check_old(
        b"\x1b[0;93m2024-12-17 14:30:52.5 [W:onnxruntime:, t.cc:74 Apply] 8 nodes\x1b[m\n\x1b[0m\n",
        "2024-12-17T14:30:52.5Z warning ␛[0;93m2024-12-17 14:30:52.5 [W:onnxruntime:, t.cc:74 Apply] 8 nodes␛[m | module=onnxruntime source=t.cc:74 Apply level_raw=W",
    );
}

#[test]
fn local_times_are_of_the_zone() {
    check_with(
        &Context { zone: Zone::Fixed(8 * 3600), ..Context::default() },
        &[
            Feed(NOW_MS, b"2024-12-17 14:30:52 INFO a\n[INFO] 2024-12-17T14:30:52Z b\n"),
            Settle(NOW_MS),
        ],
        "
2024-12-17T06:30:52Z info 2024-12-17 14:30:52 INFO a
2024-12-17T14:30:52Z info [INFO] 2024-12-17T14:30:52Z b",
    );
}

#[test]
fn other_encodings_become_utf8() {
    let utf16: Vec<u8> = "\u{FEFF}2024-12-17 14:30:52 INFO 好\r\nb\r\n"
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    let expected = "
2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO 好
2024-12-17T14:30:52Z - b | ts_source=inherited";
    check_old(&utf16, expected);
    check_old("\u{FEFF}2024-12-17 14:30:52 INFO 好\r\nb\r\n".as_bytes(), expected);
    check_old(b"2024-12-17 14:30:52 INFO \xba\xc3\r\nb\r\n", expected);
}

#[test]
fn bad_bytes_are_kept() {
    check_old(
        b"\0\0\x002024-12-17 14:30:52 INFO a\0b\n\xff\xfe bad\n\n\n",
        "
2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO a␀b
2024-12-17T14:30:52Z - \u{FFFD}\u{FFFD} bad | ts_source=inherited",
    );
    check_old(b"", "");
    check_old(b"\n\r\n\r", "");
}

#[test]
fn an_unfinished_line_waits_until_the_file_has_ended() {
    check(
        &[Feed(NOW_MS, b"2024-12-17 14:30:52 INFO a"), Settle(NOW_MS), Settle(NOW_MS + 60_000)],
        "",
    );
    check(
        &[Feed(NOW_MS, b"2024-12-17 14:30:52 INFO a\r 10%|\xe2\x96\x88| 1/9 [00:01<00:09, 1it/s]"), Finish(NOW_MS)],
        "
2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO a
2024-12-17T14:30:52Z ~ 10%|█| 1/9 [00:01<00:09, 1it/s] | event=progress n=1 total=9 elapsed=00:01 rate=1it/s ts_source=inherited",
    );
}
