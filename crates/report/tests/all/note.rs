use report::{Note, NoteWords, Target};

fn words() -> NoteWords {
    NoteWords {
        trace: "Traceback".into(),
        context: "Context".into(),
        query: "Query".into(),
        attachment: "Attached".into(),
        cut: "… {n} more lines".into(),
    }
}

fn note(lines: usize) -> Note {
    Note {
        title: "CUDA out of memory @ann #12".into(),
        facts: vec![("gpu".into(), "RTX `4090`".into()), ("count".into(), "97".into())],
        trace: vec![
            "Traceback (most recent call last):".into(),
            "torch.OutOfMemoryError: ```".into(),
        ],
        context: (0..lines).map(|n| format!("line {n} 语音 </details>")).collect(),
        query: r#"{job="a"} |= "CUDA""#.into(),
        attachment: Some("report.html".into()),
    }
}

const ALL: [Target; 3] = [Target::GitHub, Target::Discord, Target::WeChat];

#[test]
fn a_short_note_is_whole() {
    for target in ALL {
        let text = note(2).text(target, &words());
        for part in ["line 1 语音", "OutOfMemoryError", "97", r#"{job="a"}"#, "report.html"] {
            assert!(text.contains(part), "{target:?}: {text}");
        }
        assert!(!text.contains("more lines"), "{text}");
        assert_eq!(text.matches("<summary>").count(), if target == Target::GitHub { 3 } else { 0 });
    }
    let text = note(2).text(Target::GitHub, &words());
    assert!(text.contains("````\nTraceback"), "a fence that the content cannot close: {text}");
    assert!(!text.contains("@ann") && !text.contains("#12"), "nobody is called: {text}");
    assert!(text.contains("- gpu: `` RTX `4090` ``"), "{text}");
}

#[test]
fn a_long_note_is_cut_at_lines_and_says_so() {
    for target in ALL {
        for lines in [30, 100, 5_000, 200_000] {
            let text = note(lines).text(target, &words());
            let units = text.encode_utf16().count();
            assert!(units <= target.limit(), "{target:?} {units}");
            let whole =
                |line: &str| !line.starts_with("line ") || line.ends_with(" 语音 </details>");
            assert!(text.lines().all(whole), "{target:?}: {text}");
            let cut = note(lines).context.iter().any(|line| !text.contains(line.as_str()));
            assert_eq!(text.contains("more lines"), cut, "{target:?} {lines}");
            assert!(text.contains("OutOfMemoryError"), "the error itself stays");
        }
    }
    let huge = Note { title: "x".repeat(100_000), ..note(3) };
    assert!(huge.text(Target::Discord, &words()).encode_utf16().count() <= 2_000);
}
