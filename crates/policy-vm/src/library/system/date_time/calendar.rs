//! The proleptic Gregorian calendar in ticks of 100 ns, as `System.DateTime` has it.

/// Ticks of a microsecond.
pub(crate) const PER_MICROSECOND: i64 = 10;
/// Ticks of a millisecond.
pub(crate) const PER_MILLISECOND: i64 = 10_000;
/// Ticks of a second.
pub(crate) const PER_SECOND: i64 = 10_000_000;
/// Ticks of a minute.
pub(crate) const PER_MINUTE: i64 = 60 * PER_SECOND;
/// Ticks of an hour.
pub(crate) const PER_HOUR: i64 = 60 * PER_MINUTE;
/// Ticks of a day.
pub(crate) const PER_DAY: i64 = 24 * PER_HOUR;

/// Names of the months.
pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Names of the days, Sunday first as `System.DayOfWeek` numbers them.
pub(crate) const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/// A date and time in parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// 1 to 9999.
    pub year: i32,
    /// 1 to 12.
    pub month: i32,
    /// 1 to 31.
    pub day: i32,
    /// 0 to 23.
    pub hour: i32,
    /// 0 to 59.
    pub minute: i32,
    /// 0 to 59.
    pub second: i32,
    /// Ticks within the second.
    pub fraction: i32,
}

/// `DateTime.IsLeapYear`, for any year.
#[must_use]
pub(crate) const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// `DateTime.DaysInMonth`; 0 for a month that does not exist.
#[must_use]
pub(crate) const fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// Ticks of midnight of a date; `None` when there is no such date.
#[must_use]
pub(crate) const fn date_ticks(year: i32, month: i32, day: i32) -> Option<i64> {
    if year < 1 || year > 9999 || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    // Days since 0001-01-01, counting years from March so that the leap day comes last.
    let (y, m) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 306;
    Some(days as i64 * PER_DAY)
}

/// Ticks of a time of day; `None` when it does not exist.
#[must_use]
pub(crate) const fn time_ticks(hour: i32, minute: i32, second: i32) -> Option<i64> {
    if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
        return None;
    }
    Some(hour as i64 * PER_HOUR + minute as i64 * PER_MINUTE + second as i64 * PER_SECOND)
}

/// Year, month and day of a moment.
#[must_use]
pub(crate) const fn date_of(ticks: i64) -> (i32, i32, i32) {
    let days = (ticks / PER_DAY) as i32 + 306;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let m = (5 * of_year + 2) / 153;
    let day = of_year - (153 * m + 2) / 5 + 1;
    let year = year_of_era + era * 400;
    if m < 10 { (year, m + 3, day) } else { (year + 1, m - 9, day) }
}

/// All parts of a moment.
#[must_use]
pub(crate) const fn parts_of(ticks: i64) -> Parts {
    let (year, month, day) = date_of(ticks);
    let time = ticks % PER_DAY;
    Parts {
        year,
        month,
        day,
        hour: (time / PER_HOUR) as i32,
        minute: (time / PER_MINUTE % 60) as i32,
        second: (time / PER_SECOND % 60) as i32,
        fraction: (time % PER_SECOND) as i32,
    }
}

/// Day of the week, 0 for Sunday.
#[must_use]
pub(crate) const fn day_of_week(ticks: i64) -> i64 {
    (ticks / PER_DAY + 1) % 7
}

/// Day of the year, from 1.
#[must_use]
pub(crate) fn day_of_year(ticks: i64) -> i32 {
    let (year, ..) = date_of(ticks);
    let start = date_ticks(year, 1, 1).unwrap_or(0);
    ((ticks - start) / PER_DAY) as i32 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_date() {
        let mut expected = 0;
        for year in 1..=9999 {
            for month in 1..=12 {
                for day in [1, 15, days_in_month(year, month)] {
                    let ticks = date_ticks(year, month, day).unwrap();
                    assert_eq!(date_of(ticks), (year, month, day));
                }
                assert_eq!(date_ticks(year, month, 1), Some(expected * PER_DAY));
                expected += i64::from(days_in_month(year, month));
            }
        }
        assert_eq!(date_ticks(2023, 2, 29), None);
        assert_eq!(date_ticks(10_000, 1, 1), None);
    }
}
