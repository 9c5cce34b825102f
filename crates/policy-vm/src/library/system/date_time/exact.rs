//! `ParseExact`: reads a date by a format.

use super::calendar::{self, DAYS, MONTHS, PER_HOUR, PER_MINUTE};
use super::format::standard_pattern;
use super::parse::{Bad, Parsed};

/// `System.Globalization.DateTimeStyles`, taken apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub(crate) struct Styles {
    /// White space before.
    pub leading_white: bool,
    /// White space after.
    pub trailing_white: bool,
    /// White space between.
    pub inner_white: bool,
    /// A time alone is one of 0001-01-01.
    pub no_current_date: bool,
    /// The result is in UTC.
    pub adjust_to_universal: bool,
    /// No zone means local.
    pub assume_local: bool,
    /// No zone means UTC.
    pub assume_universal: bool,
    /// Keep what the text says of its kind.
    pub roundtrip_kind: bool,
}

impl Styles {
    /// From the enumeration's number; `None` when bits are unknown.
    #[must_use]
    pub(crate) const fn from_bits(bits: i64) -> Option<Self> {
        if bits & !0xff != 0 {
            return None;
        }
        Some(Self {
            leading_white: bits & 1 != 0,
            trailing_white: bits & 2 != 0,
            inner_white: bits & 4 != 0,
            no_current_date: bits & 8 != 0,
            adjust_to_universal: bits & 16 != 0,
            assume_local: bits & 32 != 0,
            assume_universal: bits & 64 != 0,
            roundtrip_kind: bits & 128 != 0,
        })
    }
}

/// Reads a date by a format; `today` is midnight of the current day in ticks.
///
/// # Errors
/// When text and format do not fit.
pub(crate) fn parse_exact(
    text: &[u16],
    format: &str,
    today: i64,
    mut styles: Styles,
    has_offset: bool,
) -> Result<(Parsed, Styles), Bad> {
    if text.is_empty() {
        return Err(Bad::Format);
    }
    let mut chars = format.chars();
    let mut pattern = format;
    match (chars.next(), chars.next()) {
        (None, _) => return Err(Bad::Specifier(String::new())),
        (Some(letter), None) => {
            pattern = standard_pattern(letter, false).ok_or(Bad::Standard)?;
            match letter {
                'o' | 'O' | 'r' | 'R' | 's' | 'u' => {
                    // These allow no white space; what they say of the zone is read below.
                    styles.leading_white = false;
                    styles.trailing_white = false;
                    styles.inner_white = false;
                }
                'U' if has_offset => return Err(Bad::Specifier("U".to_owned())),
                'U' => styles.assume_universal = true,
                _ => {}
            }
        }
        _ => {}
    }
    let mut p = Matcher { text, at: 0, styles, found: Found::default() };
    if styles.leading_white {
        p.skip_white();
    }
    let units: Vec<u16> = pattern.encode_utf16().collect();
    p.run(&units)?;
    if styles.trailing_white {
        p.skip_white();
    }
    if p.at < text.len() {
        return Err(Bad::Format);
    }
    Ok((p.found.resolve(today, styles)?, styles))
}

#[derive(Default)]
struct Found {
    year: Option<i32>,
    month: Option<i32>,
    day: Option<i32>,
    day_of_week: Option<i64>,
    hour: Option<i32>,
    minute: Option<i32>,
    second: Option<i32>,
    fraction: Option<i32>,
    afternoon: Option<bool>,
    twelve: bool,
    offset: Option<i32>,
    utc: bool,
}

impl Found {
    fn resolve(&self, today: i64, styles: Styles) -> Result<Parsed, Bad> {
        let (this_year, this_month, this_day) = calendar::date_of(today);
        let (year, month, day) = match (self.year, self.month, self.day) {
            // Without any date the current day is meant, unless the style says otherwise.
            (None, None, None) if styles.no_current_date => (1, 1, 1),
            (None, None, None) => (this_year, this_month, this_day),
            (year, month, day) => (year.unwrap_or(this_year), month.unwrap_or(1), day.unwrap_or(1)),
        };
        let date = calendar::date_ticks(year, month, day).ok_or(Bad::Range)?;
        let mut hour = self.hour.unwrap_or(0);
        if self.twelve && hour > 12 {
            return Err(Bad::Format);
        }
        match self.afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            Some(false) if hour > 12 => return Err(Bad::Format),
            _ => {}
        }
        let (minute, second) = (self.minute.unwrap_or(0), self.second.unwrap_or(0));
        let time = calendar::time_ticks(hour, minute, second).ok_or(Bad::Range)?;
        if self.day_of_week.is_some_and(|day| day != calendar::day_of_week(date)) {
            return Err(Bad::DayOfWeek);
        }
        let ticks = date + time + i64::from(self.fraction.unwrap_or(0));
        Ok(Parsed { ticks, offset: self.offset, utc: self.utc })
    }
}

struct Matcher<'a> {
    text: &'a [u16],
    at: usize,
    styles: Styles,
    found: Found,
}

impl Matcher<'_> {
    fn peek(&self) -> Option<u16> {
        self.text.get(self.at).copied()
    }

    fn skip_white(&mut self) {
        while self.peek().and_then(|u| char::from_u32(u32::from(u))).is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn literal(&mut self, unit: u16) -> Result<(), Bad> {
        if self.peek() != Some(unit) {
            return Err(Bad::Format);
        }
        self.at += 1;
        Ok(())
    }

    fn run(&mut self, pattern: &[u16]) -> Result<(), Bad> {
        let mut at = 0;
        while let Some(unit) = pattern.get(at).copied() {
            if self.styles.inner_white {
                self.skip_white();
            }
            let letter = u8::try_from(unit).unwrap_or(0);
            at += match letter {
                b'd' | b'f' | b'F' | b'g' | b'h' | b'H' | b'm' | b'M' | b's' | b't' | b'y' | b'z' => {
                    let run = pattern.get(at..).unwrap_or_default().iter().take_while(|u| **u == unit).count();
                    self.token(letter, run)?;
                    run
                }
                b'K' => {
                    self.kind()?;
                    1
                }
                b'Z' => {
                    self.literal(unit)?;
                    self.zone(0, true)?;
                    1
                }
                b'\'' | b'"' => self.quoted(pattern, at)?,
                b'%' => match pattern.get(at + 1).copied() {
                    Some(next) if next != u16::from(b'%') => 1,
                    _ => return Err(Bad::Pattern),
                },
                b'\\' => {
                    self.literal(pattern.get(at + 1).copied().ok_or(Bad::Pattern)?)?;
                    2
                }
                // A point before a fraction that is not there may be missing as well.
                b'.' if pattern.get(at + 1) == Some(&u16::from(b'F')) && self.peek() != Some(unit) => 1,
                b' ' if self.styles.inner_white => 1,
                _ => {
                    self.literal(unit)?;
                    1
                }
            };
        }
        Ok(())
    }

    fn quoted(&mut self, pattern: &[u16], start: usize) -> Result<usize, Bad> {
        let quote = pattern.get(start).copied();
        let mut at = start + 1;
        while let Some(unit) = pattern.get(at).copied() {
            at += 1;
            if Some(unit) == quote {
                return Ok(at - start);
            }
            if unit == u16::from(b'\\') {
                self.literal(pattern.get(at).copied().ok_or(Bad::Pattern)?)?;
                at += 1;
            } else {
                self.literal(unit)?;
            }
        }
        Err(Bad::Pattern)
    }

    fn digits(&mut self, least: usize, most: usize) -> Result<i32, Bad> {
        let start = self.at;
        let mut value = 0i32;
        while let Some(unit @ 48..=57) = self.peek() {
            if self.at - start == most {
                break;
            }
            value = value * 10 + i32::from(unit - 48);
            self.at += 1;
        }
        if self.at - start < least { Err(Bad::Format) } else { Ok(value) }
    }

    fn one_or_two(&mut self, run: usize) -> Result<i32, Bad> {
        self.digits(run.min(2), 2)
    }

    fn name(&mut self, names: &[&str], short: bool) -> Result<usize, Bad> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let best = names.iter().enumerate().filter_map(|(i, name)| {
            let name = if short { name.get(..3).unwrap_or(name) } else { name };
            let found = rest.get(..name.len())?;
            let equal =
                name.bytes().zip(found).all(|(a, b)| u8::try_from(*b).is_ok_and(|b| a.eq_ignore_ascii_case(&b)));
            equal.then_some((name.len(), i))
        });
        let (length, index) = best.max().ok_or(Bad::Format)?;
        self.at += length;
        Ok(index)
    }

    fn token(&mut self, letter: u8, run: usize) -> Result<(), Bad> {
        match (letter, run) {
            (b'd', 1 | 2) => {
                let value = self.one_or_two(run)?;
                set(&mut self.found.day, value, 'd')
            }
            (b'd', _) => {
                let value = self.name(&DAYS, run == 3)? as i64;
                set(&mut self.found.day_of_week, value, 'd')
            }
            (b'M', 1 | 2) => {
                let value = self.one_or_two(run)?;
                set(&mut self.found.month, value, 'M')
            }
            (b'M', _) => {
                let value = self.name(&MONTHS, run == 3)? as i32 + 1;
                set(&mut self.found.month, value, 'M')
            }
            (b'y', _) => self.year(run),
            (b'h' | b'H', _) => {
                self.found.twelve |= letter == b'h';
                let value = self.one_or_two(run)?;
                set(&mut self.found.hour, value, char::from(letter))
            }
            (b'm', _) => {
                let value = self.one_or_two(run)?;
                set(&mut self.found.minute, value, 'm')
            }
            (b's', _) => {
                let value = self.one_or_two(run)?;
                set(&mut self.found.second, value, 's')
            }
            (b'f' | b'F', 8..) => Err(Bad::Format),
            (b'f' | b'F', _) => self.fraction(run, letter == b'f'),
            (b't', _) => self.day_half(run),
            (b'g', _) => "A.D.".bytes().try_for_each(|b| self.literal(u16::from(b))),
            _ => self.offset(run),
        }
    }

    fn year(&mut self, run: usize) -> Result<(), Bad> {
        let value = match run {
            1 | 2 => {
                let value = self.one_or_two(run)?;
                if value <= 49 { value + 2000 } else { value + 1900 }
            }
            _ => self.digits(run, run.min(9))?,
        };
        set(&mut self.found.year, value, 'y')
    }

    fn fraction(&mut self, run: usize, all: bool) -> Result<(), Bad> {
        let start = self.at;
        let value = self.digits(if all { run } else { 0 }, run)?;
        let ticks = (self.at - start..7).fold(value, |n, _| n * 10);
        set(&mut self.found.fraction, ticks, 'f')
    }

    fn day_half(&mut self, run: usize) -> Result<(), Bad> {
        let afternoon = match self.peek() {
            Some(0x41 | 0x61) => false,
            Some(0x50 | 0x70) => true,
            _ => return Err(Bad::Format),
        };
        self.at += 1;
        if run > 1 {
            if !matches!(self.peek(), Some(0x4d | 0x6d)) {
                return Err(Bad::Format);
            }
            self.at += 1;
        }
        set(&mut self.found.afternoon, afternoon, 't')
    }

    fn zone(&mut self, offset: i32, utc: bool) -> Result<(), Bad> {
        self.found.utc |= utc;
        set(&mut self.found.offset, offset, 'z')
    }

    fn kind(&mut self) -> Result<(), Bad> {
        match self.peek() {
            Some(0x5a) => {
                self.at += 1;
                self.zone(0, true)
            }
            Some(0x2b | 0x2d) => self.offset(3),
            _ => Ok(()),
        }
    }

    fn offset(&mut self, run: usize) -> Result<(), Bad> {
        let sign = match self.peek() {
            Some(0x2b) => 1,
            Some(0x2d) => -1,
            _ => return Err(Bad::Format),
        };
        self.at += 1;
        let hours = if run == 1 { self.digits(1, 2)? } else { self.digits(2, 2)? };
        let mut minutes = 0;
        if run > 2 {
            if self.peek() == Some(0x3a) {
                self.at += 1;
            }
            minutes = self.digits(2, 2)?;
        }
        if minutes > 59 {
            return Err(Bad::Format);
        }
        let offset = hours * 60 + minutes;
        if i64::from(offset) * PER_MINUTE > 14 * PER_HOUR {
            return Err(Bad::Offset);
        }
        self.zone(sign * offset, false)
    }
}

fn set<T: PartialEq>(slot: &mut Option<T>, value: T, letter: char) -> Result<(), Bad> {
    if slot.as_ref().is_some_and(|old| *old != value) {
        return Err(Bad::Twice(letter));
    }
    *slot = Some(value);
    Ok(())
}
