//! Dates in the ISO 8601 form that JSON and XML use: `2024-01-02T03:04:05.678Z`.

use super::calendar::{self, PER_MINUTE};

/// What an ISO 8601 text says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IsoDate {
    /// Clock time in ticks.
    pub ticks: i64,
    /// What follows the time.
    pub zone: IsoZone,
}

/// The zone of an ISO 8601 text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsoZone {
    /// Nothing.
    None,
    /// `Z`.
    Utc,
    /// `+02:00`, in minutes.
    Offset(i16),
}

impl IsoDate {
    /// The moment in UTC ticks, taking a text without zone as UTC; out of range becomes the nearest end.
    #[must_use]
    pub fn utc_ticks(self) -> i64 {
        match self.zone {
            IsoZone::Offset(minutes) => {
                (self.ticks - i64::from(minutes) * PER_MINUTE).clamp(0, crate::value::DateTime::MAX_TICKS)
            }
            _ => self.ticks,
        }
    }
}

/// Reads exactly `yyyy-MM-dd`, optionally `THH:mm:ss`, optionally a fraction, optionally `Z`, `±hh:mm`, `±hhmm` or
/// `±hh`. Digits of the fraction beyond the seventh round half up.
#[must_use]
pub fn parse_iso(text: &str) -> Option<IsoDate> {
    let mut p = Digits { rest: text.as_bytes() };
    let year = p.digits(4)?;
    p.eat(b'-')?;
    let month = p.digits(2)?;
    p.eat(b'-')?;
    let day = p.digits(2)?;
    let date = calendar::date_ticks(year, month, day)?;
    if p.rest.is_empty() {
        return Some(IsoDate { ticks: date, zone: IsoZone::None });
    }
    p.eat(b'T')?;
    let hour = p.digits(2)?;
    p.eat(b':')?;
    let minute = p.digits(2)?;
    p.eat(b':')?;
    let second = p.digits(2)?;
    // 24:00:00 is the end of the day.
    let time = match (hour, minute, second) {
        (24, 0, 0) => calendar::PER_DAY,
        _ => calendar::time_ticks(hour, minute, second)?,
    };
    let fraction = p.fraction()?;
    let ticks = date + time + fraction;
    if ticks > crate::value::DateTime::MAX_TICKS {
        return None;
    }
    let zone = p.zone()?;
    p.rest.is_empty().then_some(IsoDate { ticks, zone })
}

/// Appends `yyyy-MM-ddTHH:mm:ss[.fffffff]`, and nothing for the zone; ticks out of range count as the nearest end.
pub fn write_iso(ticks: i64, out: &mut String) {
    use std::fmt::Write as _;
    let p = calendar::parts_of(ticks.clamp(0, crate::value::DateTime::MAX_TICKS));
    let _ = write!(out, "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", p.year, p.month, p.day, p.hour, p.minute, p.second);
    if p.fraction != 0 {
        let digits = format!("{:07}", p.fraction);
        let _ = write!(out, ".{}", digits.trim_end_matches('0'));
    }
}

struct Digits<'a> {
    rest: &'a [u8],
}

impl Digits<'_> {
    fn digits(&mut self, count: usize) -> Option<i32> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let value = digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i32::from(b - b'0')))?;
        self.rest = rest;
        Some(value)
    }

    fn eat(&mut self, byte: u8) -> Option<()> {
        let (first, rest) = self.rest.split_first()?;
        (*first == byte).then(|| self.rest = rest)
    }

    fn fraction(&mut self) -> Option<i64> {
        if self.eat(b'.').is_none() {
            return Some(0);
        }
        let count = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        let kept = digits.iter().chain(std::iter::repeat(&b'0')).take(7);
        let ticks = kept.fold(0, |n, b| n * 10 + i64::from(b - b'0'));
        let round = digits.get(7).is_some_and(|b| *b >= b'5');
        (count > 0).then_some(ticks + i64::from(round))
    }

    fn zone(&mut self) -> Option<IsoZone> {
        let sign = match self.rest.first() {
            None => return Some(IsoZone::None),
            Some(b'Z') => {
                self.eat(b'Z')?;
                return Some(IsoZone::Utc);
            }
            Some(b'+') => 1,
            Some(b'-') => -1,
            Some(_) => return None,
        };
        self.rest = self.rest.get(1..)?;
        let hours = self.digits(2)?;
        let minutes = match self.rest.len() {
            0 => 0,
            2 => self.digits(2)?,
            _ => {
                self.eat(b':')?;
                self.digits(2)?
            }
        };
        (hours <= 99 && minutes <= 59).then(|| IsoZone::Offset((sign * (hours * 60 + minutes)) as i16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_iso() {
        let at = |text| parse_iso(text).map(|d| (d.ticks, d.zone));
        let day = calendar::date_ticks(2024, 1, 2).unwrap();
        assert_eq!(at("2024-01-02"), Some((day, IsoZone::None)));
        let time = day + calendar::time_ticks(3, 4, 5).unwrap();
        assert_eq!(at("2024-01-02T03:04:05"), Some((time, IsoZone::None)));
        assert_eq!(at("2024-01-02T03:04:05Z"), Some((time, IsoZone::Utc)));
        assert_eq!(at("2024-01-02T03:04:05.5+02:00"), Some((time + 5_000_000, IsoZone::Offset(120))));
        assert_eq!(at("2024-01-02T03:04:05.12345678-0130"), Some((time + 1_234_568, IsoZone::Offset(-90))));
        for bad in [
            "",
            "2024-1-02",
            "2024-01-02T",
            "2024-01-02T03:04",
            "2024-01-02T03:04:05.",
            "2024-02-30",
            "2024-01-02 03:04:05",
        ] {
            assert_eq!(at(bad), None, "{bad}");
        }
    }
}
