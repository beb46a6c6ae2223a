//! What is counted of a file, by which people see what was made of it.

use detect::{Context, Detector, Start, Tally};

fn read(bytes: &[u8]) -> Detector {
    let mut detector = Detector::new(Context::default(), Start::default());
    detector.feed(bytes, 0, &mut |_| {});
    detector.finish(0, &mut |_| {});
    detector
}

/// `shapes in what stands around, encoding`, then what is not 0.
fn told(detector: &Detector) -> String {
    let list = |counts: Vec<(&str, u64)>| {
        let counts: Vec<_> = counts.iter().map(|(name, n)| format!("{n} {name}")).collect();
        counts.join(", ")
    };
    let tally = detector.tally();
    let Tally { bare, tracebacks, continued, frames, blank, .. } = tally.clone();
    let Tally { zoned, unzoned, utf8, gb18030, unclear, .. } = tally.clone();
    let rest = [
        ("bare", bare),
        ("tracebacks", tracebacks),
        ("continued", continued),
        ("frames", frames),
        ("blank", blank),
        ("zoned", zoned),
        ("unzoned", unzoned),
        ("utf8", utf8),
        ("gb18030", gb18030),
        ("unclear", unclear),
    ];
    let rest = list(rest.into_iter().filter(|(_, n)| *n > 0).collect());
    let (shapes, around) = (list(tally.shapes()), list(tally.wrapped_in()));
    format!("[{shapes}] in [{around}] {}: {rest}", detector.encoding())
}

#[test]
fn every_line_is_counted_for_what_it_was() {
    let wide: Vec<u8> = "INFO:a:合成\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, expected) in [
        (&b""[..], "[] in [] ASCII: "),
        (
            b"2024-12-17 14:30:52,123 INFO one\nTraceback (most recent call last):\n  File \"a\"\n\
              ValueError: odd\n\n{\"level\":\"info\",\"msg\":\"x\"}\nhello\n",
            "[1 Python logging, 1 JSON] in [] ASCII: 1 bare, 1 tracebacks, 2 continued, 1 blank, 1 unzoned",
        ),
        (
            b"\r 10%|#         | 1/10 [00:01<00:09,  1.00s/it]\
              \r100%|##########| 10/10 [00:10<00:00,  1.00s/it]\n",
            "[] in [] ASCII: 2 frames",
        ),
        (
            b"app-1  | INFO:     Started\n\
              {\"log\":\"I1217 14:30:52.123456 1 a.cc:1] t\\n\",\"stream\":\"stderr\",\"time\":\"2024-12-17T14:30:52Z\"}\n\
              Dec 17 14:30:52 box kernel: oops\n",
            "[1 uvicorn, 1 glog, 1 syslog or journald] in [1 syslog, 1 container, 1 docker JSON] \
             ASCII: 1 zoned, 1 unzoned",
        ),
        (
            b"time=2024-12-17T14:30:52.123+08:00 level=WARN msg=x\n\xba\xcf\xb3\xc9\xca\xa7\xb0\xdc\n",
            "[1 logfmt] in [] GB18030: 1 bare, 1 zoned, 1 gb18030",
        ),
        ("上\n".as_bytes(), "[] in [] UTF-8: 1 bare, 1 utf8"),
        (b"\xff\xfe\xff id3\n", "[] in [] UTF-16LE: 1 bare, 1 utf8"),
        (b"a\xffb\n", "[] in [] ASCII: 1 bare, 1 unclear"),
        (&wide, "[1 Python basicConfig] in [] UTF-16LE: 1 utf8"),
    ] {
        assert_eq!(told(&read(bytes)), expected, "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn what_was_counted_stays_when_memory_is_given_back() {
    let mut detector = read(b"INFO:a:b\n");
    detector.shrink();
    assert_eq!(detector.tally().shapes(), [("Python basicConfig", 1)]);
    detector.restart(Start::default());
    assert_eq!(detector.tally(), &Tally::default());
}
