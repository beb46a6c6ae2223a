use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The files of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LogFile {
    Cosyvoice,
    Startup,
    Webui,
    Api,
}

impl LogFile {
    pub const ALL: [Self; 4] = [Self::Cosyvoice, Self::Startup, Self::Webui, Self::Api];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Cosyvoice => "cosyvoice.log",
            Self::Startup => "startup.log",
            Self::Webui => "webui.log",
            Self::Api => "api.jsonl",
        }
    }
}

/// Bytes that the service appends to one of its files at a time; not always whole lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Write {
    /// Nanoseconds since 1970.
    pub at: i64,
    pub file: LogFile,
    pub text: String,
}

/// How each part of the service writes the time.
#[derive(Clone, Copy, Debug)]
pub enum Stamp {
    /// `2024-12-17 14:30:52,123`, local: python's logging.
    Python,
    /// `2024-12-17 14:30:52`, local.
    Plain,
    /// `2024-12-17T14:30:52Z`
    Utc,
    /// `2024-12-17T14:30:52.123+08:00`
    Zoned,
    /// `12/17/2024-14:30:58`, local: TensorRT.
    TensorRt,
}

pub fn stamp(at: i64, stamp: Stamp, zone: &TimeZone) -> String {
    let time = Timestamp::from_nanosecond(i128::from(at)).unwrap_or_default();
    let format = match stamp {
        Stamp::Python => "%Y-%m-%d %H:%M:%S,%3f",
        Stamp::Plain => "%Y-%m-%d %H:%M:%S",
        Stamp::Utc => return time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        Stamp::Zoned => "%Y-%m-%dT%H:%M:%S%.3f%:z",
        Stamp::TensorRt => "%m/%d/%Y-%H:%M:%S",
    };
    time.to_zoned(zone.clone()).strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_writes_its_own_stamp() {
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        for (kind, expected) in [
            (Stamp::Python, "2024-12-17 22:30:00,045"),
            (Stamp::Plain, "2024-12-17 22:30:00"),
            (Stamp::Utc, "2024-12-17T14:30:00Z"),
            (Stamp::Zoned, "2024-12-17T22:30:00.045+08:00"),
            (Stamp::TensorRt, "12/17/2024-22:30:00"),
        ] {
            assert_eq!(stamp(1_734_445_800_045_000_000, kind, &zone), expected);
        }
    }
}
