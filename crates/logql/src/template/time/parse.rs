use super::format::{MONTHS, Part, WEEKDAYS, parts};
use super::{Civil, Time, Zone};

/// Reads a time in Go's layout; where it has no zone it is in `default`. None if it does not fit.
pub(crate) fn parse(layout: &str, text: &str, default: &Zone) -> Option<Time> {
    let mut reader = Reader { rest: text };
    let mut civil =
        Civil { year: 0, month: 1, day: 1, hour: 0, minute: 0, second: 0, nanosecond: 0 };
    let mut afternoon: Option<bool> = None;
    let mut day_of_year = None;
    let mut zone = None;
    let parts = parts(layout);
    for (at, part) in parts.iter().enumerate() {
        match part {
            Part::Text(text) => reader.text(text)?,
            Part::LongYear => civil.year = reader.digits(4, 4)?.into(),
            Part::ShortYear => {
                let short: i64 = reader.digits(2, 2)?.into();
                civil.year = if short >= 69 { 1900 + short } else { 2000 + short };
            }
            Part::LongMonth => civil.month = reader.word(&MONTHS, None)? + 1,
            Part::ShortMonth => civil.month = reader.word(&MONTHS, Some(3))? + 1,
            Part::ZeroMonth => civil.month = reader.digits(2, 2)?,
            Part::Month => civil.month = reader.digits(1, 2)?,
            Part::LongWeekday => _ = reader.word(&WEEKDAYS, None)?,
            Part::ShortWeekday => _ = reader.word(&WEEKDAYS, Some(3))?,
            Part::ZeroDay => civil.day = reader.digits(2, 2)?,
            Part::SpaceDay => {
                reader.rest = reader.rest.strip_prefix(' ').unwrap_or(reader.rest);
                civil.day = reader.digits(1, 2)?;
            }
            Part::Day => civil.day = reader.digits(1, 2)?,
            Part::DayOfYear => day_of_year = Some(reader.digits(3, 3)?),
            Part::Hour | Part::ZeroHour12 => civil.hour = reader.digits(2, 2)?,
            Part::Hour12 => civil.hour = reader.digits(1, 2)?,
            Part::ZeroMinute => civil.minute = reader.digits(2, 2)?,
            Part::Minute => civil.minute = reader.digits(1, 2)?,
            Part::ZeroSecond | Part::Second => {
                let least = if *part == Part::Second { 1 } else { 2 };
                civil.second = reader.digits(least, 2)?;
                // A fraction may follow the seconds even where the layout has none.
                if !matches!(parts.get(at + 1), Some(Part::Fraction { .. })) {
                    civil.nanosecond = reader.fraction().unwrap_or(0);
                }
            }
            Part::UpperPm | Part::LowerPm => {
                let upper = reader.rest.get(..2)?.to_ascii_uppercase();
                afternoon = Some(match upper.as_str() {
                    "PM" => true,
                    "AM" => false,
                    _ => return None,
                });
                reader.rest = reader.rest.get(2..)?;
            }
            Part::ZoneName => {
                let len = reader
                    .rest
                    .find(|c: char| !c.is_ascii_uppercase())
                    .unwrap_or(reader.rest.len());
                let name = reader.rest.get(..len).filter(|name| name.len() >= 3)?;
                // A name alone does not say how far from UTC it is.
                zone = Some(if name == "UTC" {
                    Zone::UTC
                } else {
                    Zone { offset_secs: 0, name: name.to_owned().into() }
                });
                reader.rest = reader.rest.get(len..)?;
            }
            Part::Offset { colon, short, z } => {
                zone = Some(reader.offset(*colon, *short, *z)?);
            }
            Part::Fraction { trim, .. } => match reader.fraction() {
                Some(nanosecond) => civil.nanosecond = nanosecond,
                None if *trim => {}
                None => return None,
            },
        }
    }
    if let Some(afternoon) = afternoon {
        civil.hour = civil.hour % 12 + if afternoon { 12 } else { 0 };
    }
    if let Some(day) = day_of_year {
        let start = Civil { month: 1, day: 1, ..civil };
        civil = Civil::of(start.ns() + i128::from(day.checked_sub(1)?) * 86_400_000_000_000);
    }
    let is_time = civil.hour < 24 && civil.minute < 60 && civil.second < 60;
    if !reader.rest.is_empty() || !civil.is_date() || !is_time {
        return None;
    }
    let zone = zone.unwrap_or_else(|| default.clone());
    Some(Time { ns: civil.ns() - i128::from(zone.offset_secs) * 1_000_000_000, zone })
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn text(&mut self, text: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(text)?;
        Some(())
    }

    /// From `least` to `most` digits.
    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let len = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if len < least {
            return None;
        }
        let (digits, rest) = self.rest.split_at(len);
        self.rest = rest;
        digits.parse().ok()
    }

    /// One of `words`, or of their first `len` letters; in any case.
    fn word(&mut self, words: &[&str], len: Option<usize>) -> Option<u32> {
        for (at, word) in words.iter().enumerate() {
            let word = word.get(..len.unwrap_or(word.len()))?;
            if self.rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word)) {
                self.rest = self.rest.get(word.len()..)?;
                return u32::try_from(at).ok();
            }
        }
        None
    }

    /// Nanoseconds of `.25`.
    fn fraction(&mut self) -> Option<u32> {
        let digits = self.rest.strip_prefix(['.', ','])?;
        let len = digits.bytes().take_while(u8::is_ascii_digit).count();
        if len == 0 {
            return None;
        }
        let (digits, rest) = digits.split_at(len);
        self.rest = rest;
        let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
        nine.parse().ok()
    }

    fn offset(&mut self, colon: bool, short: bool, z: bool) -> Option<Zone> {
        if z && let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Some(Zone::UTC);
        }
        let sign = match self.rest.chars().next()? {
            '+' => 1,
            '-' => -1,
            _ => return None,
        };
        self.rest = self.rest.get(1..)?;
        let hours = self.digits(2, 2)?;
        let minutes = if short {
            0
        } else {
            if colon {
                self.text(":")?;
            }
            self.digits(2, 2)?
        };
        let secs = i32::try_from(hours * 3600 + minutes * 60).ok()?;
        Some(if secs == 0 { Zone::UTC } else { Zone::fixed(sign * secs) })
    }
}
