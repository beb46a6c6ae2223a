//! Runs a detector through a script and prints what comes out, one event a line.

use detect::{Auto, Context, Detector, Event, Kind, Level, Start};

/// What happens to a file. Times are in milliseconds.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    Feed(i64, &'a [u8]),
    Settle(i64),
    Finish(i64),
}

pub const MS: i64 = 1_000_000;

/// The events of `steps` on a new file.
pub fn run(context: &Context, start: Start, steps: &[Step<'_>]) -> String {
    let mut detector = Detector::new(context.clone(), start);
    let mut printed = String::new();
    for step in steps {
        drive(&mut detector, step, &mut printed);
    }
    printed
}

pub fn drive(detector: &mut Detector, step: &Step<'_>, printed: &mut String) {
    let mut emit = |event: Event<'_>| print(&event, printed);
    match step {
        Step::Feed(now, bytes) => detector.feed(bytes, now * MS, &mut emit),
        Step::Settle(now) => detector.settle(now * MS, &mut emit),
        Step::Finish(now) => detector.finish(now * MS, &mut emit),
    }
}

/// `2024-12-17T14:30:52Z info 2024-12-17 14:30:52 INFO text_len=42 | text_len=42 @46`
pub fn print(event: &Event<'_>, out: &mut String) {
    let text = match event {
        Event::Entry(record) => {
            let level = match record.kind {
                Kind::Line => record.level.map_or("-", Level::as_str),
                Kind::Progress => "~",
            };
            format!(
                "{} {level} {}{} @{}-{}-{}",
                time(record.timestamp),
                shown(record.line),
                fields(record.auto),
                record.start_offset,
                record.text_end,
                record.end_offset
            )
        }
        Event::Extend(more) => {
            let ends = format!("{}-{}", more.text_end, more.end_offset);
            format!("  + {}{} @{ends}", shown(more.text), fields(more.auto))
        }
        Event::Session(start) => {
            format!("# {:?} {}{}", start.role, time(start.timestamp), fields(start.fields))
        }
    };
    out.push_str(&text);
    out.push('\n');
}

fn time(ns: i64) -> String {
    jiff::Timestamp::from_nanosecond(i128::from(ns)).expect("64 bits are a time").to_string()
}

fn shown(line: &[u8]) -> String {
    String::from_utf8_lossy(line).replace('\n', "⏎").replace('\x1b', "␛").replace('\0', "␀")
}

fn fields(auto: &Auto) -> String {
    let mut text = String::new();
    for (name, value) in auto.iter() {
        text.push_str(if text.is_empty() { " | " } else { " " });
        text.push_str(&format!("{name}={}", value.replace('\n', "⏎")));
    }
    text
}
