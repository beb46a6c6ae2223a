/// A date and a time of day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    /// From 1.
    pub(crate) month: u32,
    /// From 1.
    pub(crate) day: u32,
    pub(crate) hour: u32,
    pub(crate) minute: u32,
    pub(crate) second: u32,
    pub(crate) nanosecond: u32,
}

const DAY_SECS: i128 = 86_400;

impl Civil {
    /// The date and time `ns` nanoseconds after 1970-01-01 00:00:00.
    pub(crate) fn of(ns: i128) -> Self {
        let secs = ns.div_euclid(1_000_000_000);
        let rest = u32::try_from(secs.rem_euclid(DAY_SECS)).unwrap_or(0);
        let (year, month, day) = date(i64::try_from(secs.div_euclid(DAY_SECS)).unwrap_or(0));
        Self {
            year,
            month,
            day,
            hour: rest / 3600,
            minute: rest / 60 % 60,
            second: rest % 60,
            nanosecond: u32::try_from(ns.rem_euclid(1_000_000_000)).unwrap_or(0),
        }
    }

    /// Nanoseconds after 1970-01-01 00:00:00.
    pub(crate) fn ns(&self) -> i128 {
        let days = i128::from(days(self.year, self.month, self.day));
        let secs = days * DAY_SECS + i128::from(self.hour * 3600 + self.minute * 60 + self.second);
        secs * 1_000_000_000 + i128::from(self.nanosecond)
    }

    /// From Sunday, 0.
    pub(crate) fn weekday(&self) -> usize {
        let days = days(self.year, self.month, self.day);
        usize::try_from((days + 4).rem_euclid(7)).unwrap_or(0)
    }

    /// From 1.
    pub(crate) fn day_of_year(&self) -> i64 {
        days(self.year, self.month, self.day) - days(self.year, 1, 1) + 1
    }

    pub(crate) fn is_date(&self) -> bool {
        (1..=12).contains(&self.month)
            && self.day >= 1
            && date(days(self.year, self.month, self.day)) == (self.year, self.month, self.day)
    }
}

/// Days from 1970-01-01 to a date. Years begin in March here, so that the leap day is their last.
fn days(year: i64, month: u32, day: u32) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn date(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, u32::try_from(month).unwrap_or(1), u32::try_from(day).unwrap_or(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_go_both_ways() {
        for (secs, expected) in [
            (0, (1970, 1, 1)),
            (951_782_400, (2000, 2, 29)),
            (1_795_168_800, (2026, 11, 20)),
            (-62_135_596_800, (1, 1, 1)),
            (-1, (1969, 12, 31)),
        ] {
            let civil = Civil::of(secs * 1_000_000_000);
            assert_eq!((civil.year, civil.month, civil.day), expected);
            assert_eq!(civil.ns(), secs * 1_000_000_000);
        }
        assert_eq!(Civil::of(1_795_168_800 * 1_000_000_000).weekday(), 5);
    }
}
