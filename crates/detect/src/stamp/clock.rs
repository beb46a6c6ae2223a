use jiff::civil;

use super::{DAY_SECONDS, NS, Stamp, When};
use crate::Zone;

/// Turns stamps into nanoseconds since 1970.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: Zone,
    /// The last quarter of an hour of local time that was asked for, and its offset: looking up the
    /// rules for each line would cost more than all the rest.
    quarter: i64,
    offset: i64,
}

impl Clock {
    pub(crate) fn new(zone: Zone) -> Self {
        Self { zone, quarter: i64::MIN, offset: 0 }
    }

    /// `around`: a time near which a stamp without a year lies, at most a day after it.
    pub(crate) fn nanos(&mut self, when: When, around: i64) -> Option<i64> {
        match when {
            When::Epoch(ns) => Some(ns),
            When::Full(stamp) => Some(self.full(stamp)),
            When::Yearless { month, day, second, nanos } => {
                let limit = around.saturating_add(DAY_SECONDS * NS);
                let year = year_of(around);
                // The 29th of February may be years back.
                (0..=8).find_map(|back| {
                    let stamp = Stamp::new(year.checked_sub(back)? + 1, month, day, second)?;
                    let ns = self.full(Stamp { nanos, ..stamp });
                    (ns <= limit).then_some(ns)
                })
            }
        }
    }

    fn full(&mut self, stamp: Stamp) -> i64 {
        let offset = match (stamp.offset, &self.zone) {
            (Some(offset), _) => i64::from(offset),
            (None, Zone::Fixed(offset)) => i64::from(*offset),
            (None, Zone::Rules(_)) => self.looked_up(stamp.seconds),
        };
        (stamp.seconds - offset) * NS + i64::from(stamp.nanos)
    }

    fn looked_up(&mut self, local: i64) -> i64 {
        // Zones change at quarters of an hour. The quarter decides, not the second that happens to
        // be asked for first, so that the answer does not depend on what came before.
        let quarter = local.div_euclid(900);
        if quarter != self.quarter
            && let Zone::Rules(zone) = &self.zone
        {
            self.quarter = quarter;
            let offset = civil_of(quarter * 900).and_then(|civil| {
                let zoned = zone.to_ambiguous_zoned(civil).compatible().ok()?;
                Some(i64::from(zoned.offset().seconds()))
            });
            self.offset = offset.unwrap_or(0);
        }
        self.offset
    }
}

fn civil_of(local: i64) -> Option<civil::DateTime> {
    let as_utc = jiff::Timestamp::from_second(local).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(as_utc))
}

fn year_of(ns: i64) -> u32 {
    civil_of(ns.div_euclid(NS)).map_or(1970, |civil| u32::try_from(civil.year()).unwrap_or(1970))
}
