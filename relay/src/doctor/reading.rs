use detect::{Context, Detector, Event, Kind, Start, TimeSource};

/// What the detector makes of a line on its own.
#[derive(Debug, Default)]
pub(super) struct Reading {
    pub is_progress: bool,
    pub timestamp: Option<i64>,
    /// The first line of the entry, which is not all of what was given: docker's envelope goes.
    pub line: String,
}

impl Reading {
    pub(super) fn of(line: &str, now: i64) -> Self {
        let mut reading = Self::default();
        let mut emit = |event: Event<'_>| {
            if let Event::Entry(record) = event {
                reading.is_progress |= record.kind == Kind::Progress;
                if record.time == TimeSource::Parsed {
                    reading.timestamp = Some(record.timestamp);
                }
                let text = String::from_utf8_lossy(record.line);
                text.lines().next().unwrap_or_default().clone_into(&mut reading.line);
            }
        };
        let mut detector = Detector::new(Context::default(), Start::default());
        detector.feed(line.as_bytes(), now, &mut emit);
        detector.feed(b"\n", now, &mut emit);
        detector.finish(now, &mut emit);
        reading
    }
}
