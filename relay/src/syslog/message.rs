use chrono::{DateTime, Datelike as _, FixedOffset, Local, Utc};
use model::Labels;
use syslog_loose::{Message, Variant};

use super::SyslogJob;

/// The names that Promtail gives severities, from 0.
const SEVERITIES: [&str; 8] =
    ["emergency", "alert", "critical", "error", "warning", "notice", "informational", "debug"];

/// A message of syslog as its job sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Received {
    /// Nanoseconds since 1970.
    pub timestamp: i64,
    /// `__syslog_message_…`, as relabelling sees it.
    pub labels: Labels,
    pub line: Vec<u8>,
}

/// Reads a message that came at `now`. One that is none is a line as it is.
pub(super) fn read(job: &SyslogJob, bytes: &[u8], now: i64) -> Received {
    let text = String::from_utf8_lossy(bytes);
    let year = |date: syslog_loose::IncompleteDate| year_of(date.0, now);
    let variant = if job.is_old { Variant::RFC3164 } else { Variant::RFC5424 };
    let read = syslog_loose::parse_message_with_year_exact_tz(&text, year, Some(Local), variant);
    let Ok(message) = read else {
        return Received { timestamp: now, labels: Labels::new(), line: bytes.to_vec() };
    };
    let stamp =
        message.timestamp.and_then(|time: DateTime<FixedOffset>| time.timestamp_nanos_opt());
    Received {
        timestamp: stamp.filter(|_| job.uses_its_time).unwrap_or(now),
        labels: labels(job, &message),
        line: match job.is_whole {
            true => bytes.to_vec(),
            false => message.msg.trim_start_matches('\u{feff}').as_bytes().to_vec(),
        },
    }
}

fn labels(job: &SyslogJob, message: &Message<&str>) -> Labels {
    let severity = message.severity.and_then(|severity| SEVERITIES.get(severity as usize)).copied();
    let procid = message.procid.as_ref().map(ToString::to_string);
    let mut labels = Labels::new();
    for (name, value) in [
        ("severity", severity),
        ("facility", message.facility.map(syslog_loose::SyslogFacility::as_str)),
        ("hostname", message.hostname),
        ("app_name", message.appname),
        ("proc_id", procid.as_deref()),
        ("msg_id", message.msgid),
    ] {
        if let Some(value) = value.filter(|value| !value.is_empty() && *value != "-") {
            labels.set(format!("__syslog_message_{name}"), value);
        }
    }
    if job.labels_data {
        for element in &message.structured_data {
            for (name, value) in element.params() {
                let name = format!("__syslog_message_sd_{}_{name}", element.id);
                labels.set(name.replace(|c: char| !c.is_ascii_alphanumeric(), "_"), value);
            }
        }
    }
    labels
}

/// The year of a stamp that names none: what is months ahead is of last year.
fn year_of(month: u32, now: i64) -> i32 {
    let now = DateTime::<Utc>::from_timestamp_nanos(now);
    if month > now.month() + 1 { now.year() - 1 } else { now.year() }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_734_445_852_000_000_000;

    /// `time line labels`
    #[track_caller]
    fn check(job: &SyslogJob, message: &str, expected: &str) {
        let found = read(job, message.as_bytes(), NOW);
        let labels = found.labels.iter().map(|(name, value)| {
            format!(" {}={value}", name.trim_start_matches("__syslog_message_"))
        });
        let line = String::from_utf8(found.line).unwrap();
        let after = (found.timestamp - NOW) / 1_000_000;
        assert_eq!(format!("{after:+} {line}{}", labels.collect::<String>()), expected);
    }

    #[test]
    fn messages_are_read() {
        let new = SyslogJob { uses_its_time: true, labels_data: true, ..SyslogJob::default() };
        let rfc5424 =
            "<165>1 2024-12-17T14:30:51.500Z gpu tts 12 ID4 [a@1 k=\"v]\\\"\" b=\"c\"] It broke";
        check(
            &new,
            rfc5424,
            "-500 It broke app_name=tts facility=local4 hostname=gpu msg_id=ID4 proc_id=12 \
             sd_a_1_b=c sd_a_1_k=v]\" severity=notice",
        );
        check(&new, "<11>1 - - - - - - x", "+0 x facility=user severity=error");
        check(&new, "just a line", "+0 just a line");
        let plain = SyslogJob { is_whole: true, ..SyslogJob::default() };
        let whole = format!(
            "+0 {rfc5424} app_name=tts facility=local4 hostname=gpu msg_id=ID4 proc_id=12 severity=notice"
        );
        check(&plain, rfc5424, &whole);
        let old = SyslogJob { is_old: true, ..SyslogJob::default() };
        check(
            &old,
            "<34>Oct 11 22:14:15 gpu su[7]: failed",
            "+0 failed app_name=su facility=auth hostname=gpu proc_id=7 severity=critical",
        );
    }

    #[test]
    fn a_year_is_the_nearest_before() {
        for (month, year) in [(12, 2024), (1, 2024), (11, 2024)] {
            assert_eq!(year_of(month, NOW), year);
        }
        // The first of January.
        assert_eq!(year_of(12, 1_735_689_600_000_000_000), 2024);
    }
}
