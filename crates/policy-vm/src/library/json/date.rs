//! Dates inside JSON text: which strings Newtonsoft.Json takes for dates, and how it writes them.

use crate::value::text::TextRef;
use crate::value::{DateTime, DateTimeKind};

const SECOND: i64 = 10_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The date a string stands for, if Newtonsoft.Json would read it as one (`DateParseHandling.DateTime`).
///
/// ISO 8601 of 19 to 40 characters whose eleventh is `T`, or `/Date(milliseconds)/`. A date with an offset becomes
/// local time, and the local zone is UTC.
pub(super) fn detect(text: TextRef<'_>) -> Option<DateTime> {
    let len = text.len();
    // Nearly every string ends here.
    if !(9..=40).contains(&len) {
        return None;
    }
    let first = text.get(0)?;
    if first == u16::from(b'/') {
        return microsoft(text.as_str()?);
    }
    if len < 19 || text.get(10)? != u16::from(b'T') || !(48..58).contains(&first) {
        return None;
    }
    let (ticks, zone) = parse_iso(text.as_str()?.as_bytes())?;
    match zone {
        Zone::None => DateTime::new(ticks, DateTimeKind::Unspecified),
        Zone::Utc => DateTime::new(ticks, DateTimeKind::Utc),
        Zone::Offset(minutes) => {
            DateTime::new((ticks - minutes * MINUTE).clamp(0, DateTime::MAX_TICKS), DateTimeKind::Local)
        }
    }
}

/// The zone of an ISO date.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Zone {
    /// Nothing.
    None,
    /// `Z`.
    Utc,
    /// Minutes east of UTC.
    Offset(i64),
}

/// Ticks of the clock time, and the zone, of an ISO date in the form Newtonsoft.Json accepts.
pub(super) fn parse_iso(text: &[u8]) -> Option<(i64, Zone)> {
    let two = |at: usize| -> Option<i64> {
        let digit = |at: usize| text.get(at).filter(|b| b.is_ascii_digit()).map(|b| i64::from(b - b'0'));
        Some(digit(at)? * 10 + digit(at + 1)?)
    };
    let is = |at: usize, byte: u8| (text.get(at) == Some(&byte)).then_some(());
    let year = two(0)? * 100 + two(2)?;
    is(4, b'-')?;
    let month = two(5)?;
    is(7, b'-')?;
    let day = two(8)?;
    is(10, b'T')?;
    let hour = two(11)?;
    is(13, b':')?;
    let minute = two(14)?;
    is(16, b':')?;
    let second = two(17)?;
    let days = days_from_civil(year, month, day)?;
    if hour > 24 || minute > 59 || second > 59 || (hour == 24 && (minute > 0 || second > 0)) {
        return None;
    }
    let (mut at, mut fraction) = (19, 0);
    if text.get(at) == Some(&b'.') {
        at += 1;
        let mut digits = 0;
        while let Some(digit) = text.get(at).filter(|b| digits < 7 && b.is_ascii_digit()) {
            fraction = fraction * 10 + i64::from(digit - b'0');
            (at, digits) = (at + 1, digits + 1);
        }
        if digits == 0 {
            return None;
        }
        fraction *= 10_i64.pow(7 - digits);
        if hour == 24 && fraction != 0 {
            return None;
        }
    }
    let zone = zone(text, at, two)?;
    let ticks = days * DAY + hour * HOUR + minute * MINUTE + second * SECOND + fraction;
    (ticks <= DateTime::MAX_TICKS).then_some((ticks, zone))
}

fn zone(text: &[u8], mut at: usize, two: impl Fn(usize) -> Option<i64>) -> Option<Zone> {
    let Some(sign) = text.get(at) else { return Some(Zone::None) };
    if matches!(sign, b'Z' | b'z') {
        return (at + 1 == text.len()).then_some(Zone::Utc);
    }
    let (mut hours, mut minutes, mut known) = (0, 0, false);
    if let Some(n) = two(at + 1) {
        hours = n;
        if matches!(sign, b'+' | b'-') {
            (at, known) = (at + 3, true);
        }
    }
    if at < text.len() {
        at += usize::from(text.get(at) == Some(&b':'));
        if let Some(n) = two(at) {
            (minutes, at) = (n, at + 2);
        }
    }
    if at != text.len() || !known {
        return None;
    }
    let offset = hours * 60 + minutes;
    Some(Zone::Offset(if *sign == b'-' { -offset } else { offset }))
}

fn microsoft(text: &str) -> Option<DateTime> {
    let inner = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let sign = inner.get(1..).and_then(|rest| rest.find(['+', '-'])).map(|at| at + 1);
    let (number, kind) = match sign {
        Some(at) => {
            let (number, offset) = inner.split_at_checked(at)?;
            let digits = offset.get(1..)?;
            if digits.len() < 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return None;
            }
            (number, DateTimeKind::Local)
        }
        None => (inner, DateTimeKind::Utc),
    };
    let millis: i64 = number.parse().ok()?;
    DateTime::new(millis.checked_mul(10_000)?.checked_add(DateTime::UNIX_EPOCH_TICKS)?, kind)
}

/// Days since 0001-01-01; `None` for a day that does not exist.
pub(super) fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let month = usize::try_from(month).ok().filter(|m| (1..=12).contains(m))?;
    let extra = |m: usize| i64::from(leap && m >= 2);
    let start = BEFORE.get(month - 1)? + extra(month - 1);
    let end = BEFORE.get(month)? + extra(month);
    if !(1..=9999).contains(&year) || day < 1 || day > end - start {
        return None;
    }
    let y = year - 1;
    Some(y * 365 + y / 4 - y / 100 + y / 400 + start + day - 1)
}

/// Year, month and day of a number of days since 0001-01-01.
pub(super) fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // Howard Hinnant's `civil_from_days`, moved to years that begin in March.
    let z = days + 306;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1_460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// `2024-01-02T03:04:05.67`, with as many decimals as needed.
pub(super) fn iso_text(ticks: i64) -> String {
    let (year, month, day) = civil_from_days(ticks.div_euclid(DAY));
    let time = ticks.rem_euclid(DAY);
    let (hour, minute, second) = (time / HOUR, time / MINUTE % 60, time / SECOND % 60);
    let mut out = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
    let fraction = time % SECOND;
    if fraction != 0 {
        let digits = format!("{fraction:07}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
    out
}

/// As JSON has a `DateTime`.
pub(super) fn date_time_text(value: DateTime) -> String {
    let mut out = iso_text(value.ticks());
    match value.kind() {
        DateTimeKind::Unspecified => {}
        DateTimeKind::Utc => out.push('Z'),
        DateTimeKind::Local => out.push_str("+00:00"),
    }
    out
}

/// As JSON has a `DateTimeOffset`.
pub(super) fn offset_text(ticks: i64, offset: i16) -> String {
    let sign = if offset < 0 { '-' } else { '+' };
    let minutes = offset.unsigned_abs();
    format!("{}{sign}{:02}:{:02}", iso_text(ticks), minutes / 60, minutes % 60)
}

/// `TimeSpan.ToString()`: `[-][d.]hh:mm:ss[.fffffff]`.
pub(super) fn time_span_text(ticks: i64) -> String {
    let all = ticks.unsigned_abs();
    let (day, hour, minute, second) = (DAY as u64, HOUR as u64, MINUTE as u64, SECOND as u64);
    let mut out = String::from(if ticks < 0 { "-" } else { "" });
    if all >= day {
        out.push_str(&format!("{}.", all / day));
    }
    out.push_str(&format!("{:02}:{:02}:{:02}", all / hour % 24, all / minute % 60, all / second % 60));
    if !all.is_multiple_of(second) {
        out.push_str(&format!(".{:07}", all % second));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        detect(TextRef::Ascii(text.as_bytes())).map_or_else(|| "-".to_owned(), date_time_text)
    }

    #[test]
    fn strings_that_are_dates() {
        assert_eq!(read("2024-01-02T03:04:05"), "2024-01-02T03:04:05");
        assert_eq!(read("2024-02-29T24:00:00Z"), "2024-03-01T00:00:00Z");
        assert_eq!(read("2024-01-02T03:04:05.1234567+01:00"), "2024-01-02T02:04:05.1234567+00:00");
        assert_eq!(read("2024-01-02T03:04:05.10-0130"), "2024-01-02T04:34:05.1+00:00");
        assert_eq!(read("/Date(1700000000000)/"), "2023-11-14T22:13:20Z");
        for no in
            ["2024-01-02", "2023-02-29T00:00:00", "2024-01-02 03:04:05", "2024-01-02T03:04:05x", "2024-01-02T3:04:05"]
        {
            assert_eq!(read(no), "-", "{no}");
        }
    }
}
