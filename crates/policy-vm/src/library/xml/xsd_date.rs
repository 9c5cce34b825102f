//! The dates of XML Schema as .NET reads them: `dateTime`, `date`, `time` and the parts of a date that have types of their
//! own (`gYear`, `gYearMonth`, `gMonth`, `gMonthDay`, `gDay`).

use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::calendar::{PER_MINUTE, date_of, date_ticks, days_in_month, time_ticks};
use crate::library::system::date_time::{UNREPRESENTABLE, today_ticks};
use crate::library::system::date_time_offset;
use crate::value::text::Str;
use crate::value::{DateTime, DateTimeKind, Value};

/// The year of what has none: one with a 29th of February.
const LEAP_YEAR: i32 = 1904;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Zone {
    None,
    Utc,
    Minutes(i64),
}

/// What stands for the year, or the whole date, when it is made a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lacks {
    Nothing,
    Year,
    Date,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct XsdDate {
    ticks: i64,
    zone: Zone,
    lacks: Lacks,
}

struct Reader<'a>(&'a [u16]);

impl Reader<'_> {
    fn is(&self, at: usize, wanted: char) -> bool {
        self.0.get(at).is_some_and(|unit| u32::from(*unit) == u32::from(wanted))
    }

    fn number(&self, at: usize, digits: usize) -> Option<i32> {
        self.0.get(at..at + digits)?.iter().try_fold(0, |n, unit| {
            let digit = unit.checked_sub(48).filter(|digit| *digit < 10)?;
            Some(n * 10 + i32::from(digit))
        })
    }

    fn space(&self, from: usize) -> usize {
        let rest = self.0.get(from..).unwrap_or_default();
        rest.iter().take_while(|u| char::from_u32(u32::from(**u)).is_some_and(char::is_whitespace)).count()
    }

    /// The zone at a place, when nothing but white space follows it.
    fn zone(&self, mut at: usize) -> Option<Zone> {
        let mut zone = Zone::None;
        if self.is(at, 'Z') || self.is(at, 'z') {
            zone = Zone::Utc;
            at += 1;
        } else if let (Some(hour), true, Some(minute)) =
            (self.number(at + 1, 2), self.is(at + 3, ':'), self.number(at + 4, 2))
            && (self.is(at, '+') || self.is(at, '-'))
        {
            let minutes = i64::from(hour * 60 + minute);
            zone = Zone::Minutes(if self.is(at, '-') { -minutes } else { minutes });
            at += 6;
        }
        (at + self.space(at) == self.0.len()).then_some(zone)
    }

    fn date(&self, at: usize) -> Option<i64> {
        let (year, month, day) = (self.number(at, 4)?, self.number(at + 5, 2)?, self.number(at + 8, 2)?);
        let parted = self.is(at + 4, '-') && self.is(at + 7, '-');
        if parted { date_ticks(year, month, day) } else { None }
    }

    /// A time and the zone behind it.
    fn time(&self, at: usize) -> Option<(i64, Zone)> {
        let (hour, minute, second) = (self.number(at, 2)?, self.number(at + 3, 2)?, self.number(at + 6, 2)?);
        if !(self.is(at + 2, ':') && self.is(at + 5, ':')) {
            return None;
        }
        let mut ticks = time_ticks(hour, minute, second)?;
        let mut end = at + 8;
        if self.is(end, '.') {
            let (fraction, digits) = self.fraction(end + 1)?;
            ticks += fraction;
            end += 1 + digits;
        }
        Some((ticks, self.zone(end)?))
    }

    /// The digits of a fraction in ticks and their number; the eighth rounds, a half to the even.
    fn fraction(&self, at: usize) -> Option<(i64, usize)> {
        let rest = self.0.get(at..)?;
        let count = rest.iter().take_while(|u| (48..58).contains(*u)).count();
        let digits = rest.get(..count).filter(|digits| !digits.is_empty())?;
        let digit = |i: usize| digits.get(i).map_or(0, |u| i64::from(*u) - 48);
        let ticks = (0..7).fold(0, |n, i| n * 10 + digit(i));
        let more = digits.iter().skip(8).any(|u| *u != 48);
        let up = match digit(7) {
            5 if !more => ticks & 1,
            eighth => i64::from(eighth >= 5),
        };
        Some((ticks + up, count))
    }

    fn year_and_month(&self, at: usize) -> Option<XsdDate> {
        let year = self.number(at, 4).filter(|year| *year >= 1)?;
        let made = |month, end| {
            Some(XsdDate { ticks: date_ticks(year, month, 1)?, zone: self.zone(end)?, lacks: Lacks::Nothing })
        };
        let month = self.number(at + 5, 2).filter(|_| self.is(at + 4, '-'));
        month.and_then(|month| made(month, at + 7)).or_else(|| made(1, at + 4))
    }

    /// `--01-02`, `--01`, `--01--`.
    fn month_and_day(&self, at: usize) -> Option<XsdDate> {
        let month = self.number(at + 2, 2).filter(|month| (1..=12).contains(month))?;
        if !(self.is(at, '-') && self.is(at + 1, '-')) {
            return None;
        }
        let made =
            |day, end, lacks| Some(XsdDate { ticks: date_ticks(LEAP_YEAR, month, day)?, zone: self.zone(end)?, lacks });
        let day = self.number(at + 5, 2).filter(|_| self.is(at + 4, '-'));
        day.and_then(|day| made(day, at + 7, Lacks::Nothing)).or_else(|| made(1, at + 4, Lacks::Year)).or_else(|| {
            let closed = self.is(at + 4, '-') && self.is(at + 5, '-');
            if closed { made(1, at + 6, Lacks::Year) } else { None }
        })
    }

    /// `---02`.
    fn day(&self, at: usize) -> Option<XsdDate> {
        let day = self.number(at + 3, 2).filter(|_| (0..3).all(|i| self.is(at + i, '-')))?;
        Some(XsdDate { ticks: date_ticks(LEAP_YEAR, 1, day)?, zone: self.zone(at + 5)?, lacks: Lacks::Year })
    }

    fn read(&self) -> Option<XsdDate> {
        let at = self.space(0);
        if let Some(date) = self.date(at) {
            if let Some((time, zone)) = self.time(at + 11).filter(|_| self.is(at + 10, 'T')) {
                return Some(XsdDate { ticks: date + time, zone, lacks: Lacks::Nothing });
            }
            if let Some(zone) = self.zone(at + 10) {
                return Some(XsdDate { ticks: date, zone, lacks: Lacks::Nothing });
            }
        }
        if let Some((ticks, zone)) = self.time(at) {
            return Some(XsdDate { ticks, zone, lacks: Lacks::Date });
        }
        self.year_and_month(at).or_else(|| self.month_and_day(at)).or_else(|| self.day(at))
    }
}

impl XsdDate {
    /// Reads a text; all of the types are welcome.
    ///
    /// # Errors
    /// `FormatException`.
    pub(super) fn read(cx: &mut Cx<'_>, text: Str) -> Result<Self, Throw> {
        cx.charge(text.len() / 8)?;
        let units: Vec<u16> = cx.text(text).units().collect();
        match Reader(&units).read() {
            Some(date) => Ok(date),
            None => {
                let text = cx.text(text).to_utf8().into_owned();
                Err(cx.throw(Exc::Format, format_args!("The string '{text}' is not a valid AllXsd value.")))
            }
        }
    }

    /// Clock time: what the text leaves out is of today. Rounding a fraction may lead out of the calendar.
    fn clock(self, cx: &mut Cx<'_>) -> Result<i64, Throw> {
        let today = today_ticks(cx);
        let ticks = match self.lacks {
            Lacks::Nothing => self.ticks,
            Lacks::Date => today + self.ticks,
            Lacks::Year => {
                let ((this_year, ..), (_, month, day)) = (date_of(today), date_of(self.ticks));
                let day = day.min(days_in_month(this_year, month));
                date_ticks(this_year, month, day).unwrap_or(self.ticks)
            }
        };
        match ticks {
            0..=DateTime::MAX_TICKS => Ok(ticks),
            _ => Err(cx.throw_argument(Exc::ArgumentOutOfRange, UNREPRESENTABLE, "value")),
        }
    }

    /// The local time of an offset is UTC here; what leaves the calendar stays at its end.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` when rounding leads out of the calendar.
    pub(super) fn date_time(self, cx: &mut Cx<'_>) -> Result<DateTime, Throw> {
        let clock = self.clock(cx)?;
        let (ticks, kind) = match self.zone {
            Zone::None => (clock, DateTimeKind::Unspecified),
            Zone::Utc => (clock, DateTimeKind::Utc),
            Zone::Minutes(minutes) => {
                ((clock - minutes * PER_MINUTE).clamp(0, DateTime::MAX_TICKS), DateTimeKind::Local)
            }
        };
        DateTime::new(ticks, kind).ok_or(fault("a date of XML Schema was expected"))
    }

    /// With its offset.
    ///
    /// # Errors
    /// `ArgumentOutOfRangeException` when the offset is too large, or leads out of the calendar.
    pub(super) fn date_time_offset(self, cx: &mut Cx<'_>) -> Result<Value, Throw> {
        let minutes = match self.zone {
            Zone::None | Zone::Utc => 0,
            Zone::Minutes(minutes) => minutes,
        };
        let clock = self.clock(cx)?;
        let offset = date_time_offset::check_offset(cx, minutes * PER_MINUTE)?;
        date_time_offset::checked(cx, clock, offset)
    }
}
