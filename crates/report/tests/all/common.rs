use chunk::{Options, RuzstdCodec, encode};
use model::{Batch, Entry, Labels};
use report::{Coding, KeyLine, Manifest, Summary, Viewer, write};

pub const VIEWER: Viewer<'_> = Viewer {
    script: b"/* viewer */ let a = 1 < 2;\r\n",
    wasm: b"\0asm\x01\0\0\0",
    style: b"body{}",
};

/// A chunk of one stream from (time, arrival, line).
pub fn chunk(labels: &[(&str, &str)], entries: &[(i64, u64, &[u8])]) -> Vec<u8> {
    let entries = entries.iter().map(|(timestamp, arrival, line)| Entry {
        timestamp: *timestamp,
        arrival: *arrival,
        line: line.to_vec(),
        ..Entry::default()
    });
    let batch = Batch::from_entries(entries.collect());
    let labels: Labels = labels.iter().copied().collect();
    encode(&labels, &batch, Options::default(), &mut RuzstdCodec::new()).unwrap().bytes
}

/// Two files, one of them in two streams.
pub fn chunks() -> Vec<Vec<u8>> {
    let of = |level, file| [("job", "a"), ("filename", file), ("level", level)];
    vec![
        chunk(
            &of("info", "/a.log"),
            &[(10, 1, b"one"), (20, 3, b"three\nwith more"), (20, 4, b"")],
        ),
        chunk(&of("error", "/a.log"), &[(15, 2, b"two \0 \xff </script><!-- "), (30, 6, b"six")]),
        chunk(&of("info", "/b.log"), &[(1, 5, "五".as_bytes())]),
    ]
}

pub fn manifest(coding: Coding) -> Manifest {
    Manifest {
        tool: "Logpane 0.1.0".into(),
        producer: "cli".into(),
        query: r#"{job="a"} |= "</script><!-- \u202e""#.into(),
        view: "v1&q=x".into(),
        facts: vec![("gpu".into(), "4090 <b>\u{202e}\0</b>".into())],
        redaction: vec![report::RuleRun { rule: "ip".into(), count: 3 }],
        coding,
        ..Manifest::default()
    }
}

pub fn summary() -> Summary {
    Summary {
        language: "en".into(),
        title: "Out of memory".into(),
        note: "Open this file in a browser with JavaScript to search it.".into(),
        facts: vec![("when".into(), "2024-12-17".into())],
        lines: vec![KeyLine { time: "14:30:52".into(), level: "error".into(), text: "six".into() }],
    }
}

pub fn report(coding: Coding) -> Vec<u8> {
    let chunks = chunks();
    let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
    write(manifest(coding), &summary(), VIEWER, &chunks).unwrap()
}
