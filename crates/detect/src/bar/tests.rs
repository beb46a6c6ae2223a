use super::Frame;

#[track_caller]
fn check(text: &str, expected: &str) {
    let found = Frame::leading(text.as_bytes()).map_or("none".to_owned(), |(frame, len)| {
        let p = frame.to_progress(0);
        let or = |text: Option<String>| text.unwrap_or("-".to_owned());
        let percent = or(p.percent.map(|percent| format!("{percent}%")));
        let (total, elapsed, unit) = (or(p.total), or(p.elapsed), or(p.unit));
        let (eta, rate, rest) = (or(p.eta), or(p.rate), &text[len..]);
        format!(
            "{:?} {percent} {}/{total} {unit} {elapsed} {eta} {rate} {rest:?}",
            p.description, p.n
        )
    });
    assert_eq!(found, expected, "{text:?}");
}

#[test]
fn frames_are_read() {
    for (text, expected) in [
        // tqdm.
        ("  0%|          | 0/2 [00:00<?, ?it/s]2024 x", r#""" 0% 0/2 it 00:00 - - "2024 x""#),
        ("100%|██| 2/2 [00:07<00:00,  3.62s/it]", r#""" 100% 2/2 it 00:07 00:00 3.62s/it """#),
        (
            "model.safetensors:  45%|████▌     | 1.23G/2.72G [00:31<00:37, 39.4MB/s]",
            r#""model.safetensors" 45% 1.23G/2.72G B 00:31 00:37 39.4MB/s """#,
        ),
        (
            "text:  12%|█▏| 45/384(max) [00:00, 104.66it/s] x",
            r#""text" 12% 45/384 it 00:00 - 104.66it/s " x""#,
        ),
        (
            "Epoch:  5%|▌| 1/20 [1:02:03<2:00, 1it/s, loss=2]",
            r#""Epoch" 5% 1/20 it 1:02:03 2:00 1it/s """#,
        ),
        ("\x1b[A 5%|▌| 1/20 [00:01<00:10, 1it/s]", r#""" 5% 1/20 it 00:01 00:10 1it/s """#),
        (
            "Downloading [llm.pt]: 100%|##########| 1.88G/1.88G [00:48<00:00, 41.7MB/s]",
            r#""Downloading [llm.pt]" 100% 1.88G/1.88G B 00:48 00:00 41.7MB/s """#,
        ),
        (
            "Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:00<00:00,  1.23it/s]",
            r#""Loading safetensors checkpoint shards" 50% 1/2 it 00:00 00:00 1.23it/s """#,
        ),
        (
            "Processing Files (1 / 3)      :  45%|████▌     | 1.23GB / 2.72GB, 39.4MB/s  ",
            r#""Processing Files (1 / 3)" 45% 1.23G/2.72G B - - 39.4MB/s """#,
        ),
        (
            "New Data Upload               :   0%|          |  0.00B /  555MB,  ???B/s  ",
            r#""New Data Upload" 0% 0.00/555M B - - - """#,
        ),
        // Without a total.
        ("5it [00:01, 4.52it/s]2024", r#""" - 5/- it 00:01 - 4.52it/s "2024""#),
        ("data: 1.23GB [00:10, 120MB/s]", r#""data" - 1.23G/- B 00:10 - 120MB/s """#),
        ("0it [00:00, ?it/s]", r#""" - 0/- it 00:00 - - """#),
        // pip and rich.
        (
            "   ━━━━━━━╸━━━━━━━ 1.2/2.7 GB 39.4 MB/s eta 0:00:37",
            r#""" - 1.2/2.7 GB - 0:00:37 39.4 MB/s """#,
        ),
        (
            "     ━━━━━━━━ 2.7/2.7 GB 41.0 MB/s eta 0:00:00",
            r#""" - 2.7/2.7 GB - 0:00:00 41.0 MB/s """#,
        ),
        (
            "  \x1b[91m━━━╸\x1b[0m\x1b[90m━━━\x1b[0m \x1b[32m1/2 MB\x1b[0m \x1b[31m3 MB/s\x1b[0m eta \x1b[36m0:00:01\x1b[0m",
            r#""" - 1/2 MB - 0:00:01 3 MB/s """#,
        ),
        ("Working... ━━━━━━━━━━━╺━━━━ 45% 0:00:12", r#""Working..." 45% 45/100 % - 0:00:12 - """#),
        ("Working... ━━━━━━━━━━━━━━━━ 3% -:--:--", r#""Working..." 3% 3/100 % - - - """#),
        // ollama.
        (
            "pulling 8eeb52dfb3bb:  45% ▕████       ▏ 2.1 GB/4.7 GB   39 MB/s    1m5s",
            r#""pulling 8eeb52dfb3bb" 45% 2.1/4.7 GB - 1m5s 39 MB/s """#,
        ),
        (
            "pulling 8eeb52dfb3bb... 100% ▕███████████▏ 4.7 GB                         ",
            r#""pulling 8eeb52dfb3bb" 100% 4.7/4.7 GB - - - """#,
        ),
        // Text that has something of a bar.
        ("used 45%|x", "none"),
        ("12345%|█| 1/2 [00:01<00:10, 1it/s]", "none"),
        ("5%|▌| 1/20 [00:01<00:10, 1it", "none"),
        ("Done: 50% Completed tasks", "none"),
        ("━━━━━━━━ Traceback ━━━━━━━━", "none"),
        ("took 5it [00:01, 4.52it/s]", "none"),
        ("2024-12-17 [00:01, 4.5it/s]", "none"),
        ("at [00:01] x", "none"),
        ("45% ▕ x", "none"),
    ] {
        check(text, expected);
    }
}
