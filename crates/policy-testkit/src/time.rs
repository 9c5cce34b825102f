//! Time as pages write it: spans such as `1m30s`, moments as TOML writes them.

use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// A span of time: `250ms`, `10s`, `1h30m`, `2d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            serde::de::Error::custom(format!("`{text}` is no span of time: expected `10s`, `1m30s`, `250ms`"))
        })
    }
}

impl Span {
    fn parse(text: &str) -> Option<Self> {
        let mut total = Duration::ZERO;
        let mut rest = text.trim();
        while !rest.is_empty() {
            let (number, tail) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit())?);
            let (unit, tail) = tail.split_at(tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len()));
            let number: u64 = number.parse().ok()?;
            total += match unit {
                "ms" => Duration::from_millis(number),
                "s" => Duration::from_secs(number),
                "m" => Duration::from_secs(number.checked_mul(60)?),
                "h" => Duration::from_secs(number.checked_mul(3600)?),
                "d" => Duration::from_secs(number.checked_mul(86_400)?),
                _ => return None,
            };
            rest = tail;
        }
        (!text.trim().is_empty()).then_some(Self(total))
    }
}

/// .NET ticks in a second.
pub(crate) const TICKS_PER_SECOND: i64 = 10_000_000;

/// Where the virtual clock stands when a page does not say: 2026-01-01T00:00:00Z.
pub(crate) const DEFAULT_CLOCK: i64 = days_before(2026, 1, 1) * 86_400 * TICKS_PER_SECOND;

/// .NET ticks of a moment; one without an offset is UTC.
pub(crate) fn ticks(moment: &toml::value::Datetime) -> Option<i64> {
    let date = moment.date?;
    let days = days_before(i64::from(date.year), i64::from(date.month), i64::from(date.day));
    let mut seconds = days * 86_400;
    let mut fraction = 0;
    if let Some(time) = moment.time {
        seconds += i64::from(time.hour) * 3600 + i64::from(time.minute) * 60 + i64::from(time.second.unwrap_or(0));
        fraction = i64::from(time.nanosecond.unwrap_or(0)) / 100;
    }
    if let Some(toml::value::Offset::Custom { minutes }) = moment.offset {
        seconds -= i64::from(minutes) * 60;
    }
    Some(seconds * TICKS_PER_SECOND + fraction)
}

/// The moment of .NET ticks as TOML writes it in UTC.
pub(crate) fn moment(ticks: i64) -> String {
    let (seconds, fraction) = (ticks.div_euclid(TICKS_PER_SECOND), ticks.rem_euclid(TICKS_PER_SECOND));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:07}") };
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}Z")
}

/// Days from 0001-01-01 to a date of the Gregorian calendar.
const fn days_before(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_years = year * 365 + year / 4 - year / 100 + year / 400;
    of_years + (month * 153 + 2) / 5 + day - 1 - 306
}

/// The date so many days after 0001-01-01.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + 306;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let of_years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * of_years + of_years / 4 - of_years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (0, month + 3) } else { (1, month - 9) };
    (era * 400 + of_years + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans() {
        let millis = |text| Span::parse(text).map(|span| span.0.as_millis());
        assert_eq!(millis("1m30s"), Some(90_000));
        assert_eq!(millis("250ms"), Some(250));
        assert_eq!(millis("2d"), Some(172_800_000));
        for bad in ["", "10", "s", "10x", "-1s"] {
            assert_eq!(millis(bad), None, "{bad}");
        }
    }

    /// `DateTime.UnixEpoch.Ticks` and `DateTime.MaxValue` of .NET, and the days around leap years.
    #[test]
    fn moments_are_ticks() {
        let of = |text: &str| ticks(&text.parse().unwrap()).unwrap();
        assert_eq!(of("1970-01-01T00:00:00Z"), 621_355_968_000_000_000);
        assert_eq!(of("0001-01-01T00:00:00Z"), 0);
        assert_eq!(of("2026-01-01T01:00:00+01:00"), DEFAULT_CLOCK);
        for text in
            ["2000-02-29T23:59:59Z", "2024-12-31T00:00:00Z", "2100-03-01T12:30:00.0000001Z", "9999-12-31T23:59:59Z"]
        {
            assert_eq!(moment(of(text)), text);
        }
    }
}
