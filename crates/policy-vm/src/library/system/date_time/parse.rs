//! `Parse` of dates: the free forms that the invariant culture understands.
//!
//! .NET reads a date as a row of tokens (numbers, names, separators) and decides afterwards what each number means;
//! so does this. The order of numbers is month, day, year, unless the first has more than two digits.

use super::calendar::{self, DAYS, MONTHS, PER_DAY, PER_HOUR, PER_MINUTE};
use super::exact::Styles;
use crate::value::{DateTime, DateTimeKind};

/// What a text says, before styles decide what becomes of its zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    /// Clock time.
    pub ticks: i64,
    /// Offset in minutes, when there is a zone.
    pub offset: Option<i32>,
    /// The zone is written `Z` or `GMT`.
    pub utc: bool,
}

/// Why a text is no date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// There is no format to read by.
    NoFormats,
    /// A format of one letter that is none of the standard ones: thrown even where only an answer was asked for.
    Standard,
    /// Nothing that looks like a date.
    Format,
    /// The name of the day is not that of the date.
    DayOfWeek,
    /// A word that means nothing, at this index.
    Word(usize),
    /// A part is out of its range.
    Range,
    /// More than 14 hours.
    Offset,
    /// The date in UTC is out of range.
    OutOfRange,
    /// A format that cannot be read by.
    Specifier(String),
    /// The format itself is wrong.
    Pattern,
    /// The format has one part twice, with different values.
    Twice(char),
}

impl Bad {
    /// The message of the `FormatException`.
    #[must_use]
    pub(crate) fn message(&self, text: &str) -> String {
        match self {
            Self::Format => format!("String '{text}' was not recognized as a valid DateTime."),
            Self::DayOfWeek => {
                format!("String '{text}' was not recognized as a valid DateTime because the day of week was incorrect.")
            }
            Self::Word(at) => format!(
                "The string '{text}' was not recognized as a valid DateTime. There is an unknown word starting at \
                 index '{at}'."
            ),
            Self::Range => format!(
                "The DateTime represented by the string '{text}' is not supported in calendar \
                 'System.Globalization.GregorianCalendar'."
            ),
            Self::Offset => format!("The time zone offset of string '{text}' must be within plus or minus 14 hours."),
            Self::OutOfRange => format!("The DateTime represented by the string '{text}' is out of range."),
            Self::NoFormats => "No format specifiers were provided.".to_owned(),
            Self::Specifier(format) => format!("Format specifier '{format}' was invalid."),
            Self::Standard | Self::Pattern => "Input string was not in a correct format.".to_owned(),
            Self::Twice(letter) => {
                format!("DateTime pattern '{letter}' appears more than once with different values.")
            }
        }
    }
}

impl Parsed {
    /// The `DateTime` that the styles make of it. The local zone is UTC.
    ///
    /// # Errors
    /// When the moment is out of range.
    pub(crate) fn date_time(self, styles: Styles) -> Result<DateTime, Bad> {
        let Some(offset) = self.offset else {
            let kind = match (styles.assume_universal || styles.assume_local, styles.adjust_to_universal) {
                (true, true) => DateTimeKind::Utc,
                (true, false) => DateTimeKind::Local,
                (false, _) => DateTimeKind::Unspecified,
            };
            return DateTime::new(self.ticks, kind).ok_or(Bad::OutOfRange);
        };
        let mut ticks = self.ticks - i64::from(offset) * PER_MINUTE;
        let utc = styles.adjust_to_universal || (styles.roundtrip_kind && self.utc);
        if ticks < 0 && !utc {
            // Conversion to local time takes a moment before the first day for a time of that day.
            ticks += PER_DAY;
        }
        let kind = if utc { DateTimeKind::Utc } else { DateTimeKind::Local };
        DateTime::new(ticks, kind).ok_or(Bad::OutOfRange)
    }

    /// Clock time and offset of the `DateTimeOffset` that the styles make of it.
    ///
    /// # Errors
    /// When the moment is out of range.
    pub(crate) fn date_time_offset(self, styles: Styles) -> Result<(i64, i16), Bad> {
        let offset = self.offset.unwrap_or(0);
        let utc = self.ticks - i64::from(offset) * PER_MINUTE;
        if !(0..=DateTime::MAX_TICKS).contains(&utc) {
            return Err(Bad::OutOfRange);
        }
        if styles.adjust_to_universal {
            return Ok((utc, 0));
        }
        Ok((self.ticks, i16::try_from(offset).unwrap_or(0)))
    }
}

/// Reads a date; `today` is midnight of the current day in ticks, for texts that leave it out.
///
/// # Errors
/// When the text is no date.
pub(crate) fn parse(text: &[u16], today: i64, styles: Styles) -> Result<Parsed, Bad> {
    // Trailing zeros are ignored, for the sake of C strings.
    let end = text.iter().rposition(|u| *u != 0).map_or(0, |at| at + 1);
    let mut reader = Reader { text: text.get(..end).unwrap_or_default(), at: 0, found: Found::default() };
    reader.read()?;
    reader.found.resolve(today, styles)
}

#[derive(Default)]
struct Found {
    /// Numbers of the date: value and number of digits.
    numbers: Vec<(i32, usize)>,
    /// The month by name, and how many numbers stood before it.
    month: Option<(i32, usize)>,
    day_of_week: Option<i64>,
    time: Option<i64>,
    afternoon: Option<bool>,
    hour_only: bool,
    offset: Option<i32>,
    utc: bool,
    /// A `T` stood before the time.
    marked: bool,
    /// A part of the time was out of range.
    out_of_range: bool,
    /// The date is over: a time followed it.
    closed: bool,
    /// A separator binds what comes next to the date.
    bound: bool,
}

impl Found {
    fn has_date(&self) -> bool {
        !self.numbers.is_empty() || self.month.is_some()
    }

    fn complete(&self) -> bool {
        self.numbers.len() + usize::from(self.month.is_some()) >= 3
    }

    /// The form that ISO 8601 allows a time mark after.
    fn year_first(&self) -> bool {
        matches!(self.numbers.as_slice(), [(_, 3..), _, _])
    }

    fn add_number(&mut self, value: i32, digits: usize) -> Result<(), Bad> {
        if self.complete() || self.closed {
            return Err(Bad::Format);
        }
        self.numbers.push((value, digits));
        Ok(())
    }

    fn resolve(&self, today: i64, styles: Styles) -> Result<Parsed, Bad> {
        let date = match (self.has_date(), self.time) {
            (true, _) => {
                let (year, month, day) = self.date(today).ok_or(Bad::Format)?;
                calendar::date_ticks(year, month, day).ok_or(Bad::Format)?
            }
            (false, None) => return Err(Bad::Format),
            // Of a time alone only the day of the week may be given as well, which must be today's.
            (false, Some(_)) if styles.no_current_date => 0,
            (false, Some(_)) => today,
        };
        if self.out_of_range {
            return Err(Bad::Range);
        }
        if self.day_of_week.is_some_and(|day| day != calendar::day_of_week(date)) {
            return Err(Bad::DayOfWeek);
        }
        let mut time = self.time.unwrap_or(0);
        match self.afternoon {
            Some(true) if time < 12 * PER_HOUR => time += 12 * PER_HOUR,
            Some(false) if time >= 13 * PER_HOUR => return Err(Bad::Format),
            Some(false) if time >= 12 * PER_HOUR => time -= 12 * PER_HOUR,
            _ => {}
        }
        let ticks = date + time;
        if ticks > DateTime::MAX_TICKS {
            return Err(Bad::OutOfRange);
        }
        Ok(Parsed { ticks, offset: self.offset, utc: self.utc })
    }

    fn date(&self, today: i64) -> Option<(i32, i32, i32)> {
        let (this_year, ..) = calendar::date_of(today);
        match (self.month, self.numbers.as_slice()) {
            (Some((month, _)), [a, b]) if a.1 > 2 => Some((full_year(*a), month, b.0)),
            (Some((month, _)), [a, b]) => Some((full_year(*b), month, a.0)),
            // "Jan 2" is a day of this year; "2 Jan" reads as year and month, the invariant culture's pattern for them.
            (Some((month, 0)), [a]) if a.1 <= 2 => Some((this_year, month, a.0)),
            (Some((month, _)), [a]) => Some((full_year(*a), month, 1)),
            (None, [a, b, c]) if a.1 > 2 => Some((full_year(*a), b.0, c.0)),
            (None, [a, b, c]) => Some((full_year(*c), a.0, b.0)),
            (None, [a, b]) if a.1 > 2 && b.1 <= 2 => Some((full_year(*a), b.0, 1)),
            (None, [a, b]) if b.1 > 2 && a.1 <= 2 => Some((full_year(*b), a.0, 1)),
            (None, [a, b]) if a.1 <= 2 => Some((this_year, a.0, b.0)),
            _ => None,
        }
    }
}

/// Two digits are a year from 1950 to 2049.
fn full_year((value, digits): (i32, usize)) -> i32 {
    match (digits, value) {
        (..=2, 0..=49) => value + 2000,
        (..=2, _) => value + 1900,
        _ => value,
    }
}

struct Reader<'a> {
    text: &'a [u16],
    at: usize,
    found: Found,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).map(|u| char::from_u32(u32::from(*u)).unwrap_or('\u{fffd}'))
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    fn read(&mut self) -> Result<(), Bad> {
        loop {
            while self.peek().is_some_and(|c| c.is_whitespace() || matches!(c, ',' | '.')) {
                self.at += 1;
            }
            match self.peek() {
                None => return Ok(()),
                Some('0'..='9') => self.number_or_time()?,
                Some('+' | '-') if self.found.offset.is_none() => self.zone()?,
                Some(c) if c.is_alphabetic() => self.word()?,
                Some(_) => return Err(Bad::Format),
            }
        }
    }

    fn digits(&mut self) -> Option<(i32, usize)> {
        let start = self.at;
        let mut value = 0i32;
        while let Some(digit) = self.peek().and_then(|c| c.to_digit(10)) {
            value = value.saturating_mul(10).saturating_add(digit as i32);
            self.at += 1;
        }
        (self.at > start).then_some((value, self.at - start))
    }

    fn number_or_time(&mut self) -> Result<(), Bad> {
        let (value, digits) = self.digits().ok_or(Bad::Format)?;
        if digits > 8 {
            return Err(Bad::Format);
        }
        let after = self.at;
        let bound = std::mem::take(&mut self.found.bound);
        self.skip_space();
        match self.peek() {
            Some(':') if bound => return Err(Bad::Format),
            Some(':') => {
                self.at += 1;
                return self.time(value, digits);
            }
            Some('A' | 'a' | 'P' | 'p') if self.day_half().is_some() => {
                self.found.hour_only = true;
                return self.set_time(value, 0, 0, 0);
            }
            // A separator binds the next number or name to this date; a complete one is followed by a zone instead.
            Some('/' | '-' | '.') if self.found.numbers.len() + usize::from(self.found.month.is_some()) < 2 => {
                self.found.add_number(value, digits)?;
                return self.separator();
            }
            _ => self.at = after,
        }
        self.found.add_number(value, digits)
    }

    fn separator(&mut self) -> Result<(), Bad> {
        self.at += 1;
        self.skip_space();
        match self.peek() {
            Some(c) if c.is_ascii_digit() || c.is_alphabetic() => {
                self.found.bound = c.is_ascii_digit();
                Ok(())
            }
            _ => Err(Bad::Format),
        }
    }

    fn time(&mut self, hour: i32, hour_digits: usize) -> Result<(), Bad> {
        if hour_digits > 2 || (self.found.marked && hour_digits != 2) {
            return Err(Bad::Format);
        }
        let (minute, second) = (self.time_part()?, if self.colon() { Some(self.time_part()?) } else { None });
        let mut fraction = 0;
        let next_is_digit = self.text.get(self.at + 1).is_some_and(|u| (48..58).contains(u));
        if second.is_some() && (next_is_digit || self.found.marked) && (self.eat('.') || self.eat(',')) {
            fraction = self.fraction()?;
        }
        self.set_time(hour, minute, second.unwrap_or(0), fraction)
    }

    fn colon(&mut self) -> bool {
        let start = self.at;
        if !self.found.marked {
            self.skip_space();
        }
        if self.eat(':') {
            return true;
        }
        self.at = start;
        false
    }

    fn time_part(&mut self) -> Result<i32, Bad> {
        if !self.found.marked {
            self.skip_space();
        }
        if !self.found.marked && self.peek().is_some_and(char::is_alphabetic) {
            // Whatever the word means, it is none of the time's parts; what means nothing is told first.
            self.word()?;
            return Err(Bad::Format);
        }
        match self.digits() {
            Some((value, 2)) => Ok(value),
            Some((value, 1)) if !self.found.marked => Ok(value),
            _ => Err(Bad::Format),
        }
    }

    /// The digits after the decimal point in ticks, rounded to the seventh.
    fn fraction(&mut self) -> Result<i64, Bad> {
        let start = self.at;
        self.digits().ok_or(Bad::Format)?;
        let digits = self.text.get(start..self.at).unwrap_or_default();
        let digit = |i: usize| digits.get(i).map_or(0, |u| i64::from(*u) - 48);
        let ticks = (0..7).fold(0, |n, i| n * 10 + digit(i));
        Ok(ticks + i64::from(digit(7) >= 5))
    }

    fn set_time(&mut self, hour: i32, minute: i32, second: i32, fraction: i64) -> Result<(), Bad> {
        if self.found.time.is_some() {
            return Err(Bad::Format);
        }
        self.found.closed = self.found.has_date();
        let time = calendar::time_ticks(hour, minute, second);
        self.found.out_of_range = time.is_none();
        self.found.time = Some(time.unwrap_or(0) + fraction);
        Ok(())
    }

    /// `AM` or `PM` at the current place.
    fn day_half(&self) -> Option<bool> {
        let [first, second, rest @ ..] = self.text.get(self.at..)? else { return None };
        if !matches!(*second, 0x4d | 0x6d) || rest.first().is_some_and(|u| is_letter(*u)) {
            return None;
        }
        match *first {
            0x41 | 0x61 => Some(false),
            0x50 | 0x70 => Some(true),
            _ => None,
        }
    }

    fn word(&mut self) -> Result<(), Bad> {
        if let Some(half) = self.day_half() {
            if self.found.time.is_none() || self.found.afternoon.is_some() || self.found.marked {
                return Err(Bad::Format);
            }
            self.found.afternoon = Some(half);
            self.at += 2;
            return Ok(());
        }
        let start = self.at;
        let rest = self.text.get(start..).unwrap_or_default();
        let length = rest.iter().take_while(|u| is_letter(**u)).count();
        let word = String::from_utf16_lossy(rest.get(..length).unwrap_or_default());
        self.at += length;
        if let Some(month) = position(&MONTHS, &word) {
            if self.found.month.is_some() || self.found.closed {
                return Err(Bad::Format);
            }
            self.found.month = Some((month as i32 + 1, self.found.numbers.len()));
            self.skip_space();
            return match self.peek() {
                Some('-' | '/' | '.') if !self.found.complete() => self.separator(),
                _ => Ok(()),
            };
        }
        if let Some(day) = position(&DAYS, &word) {
            if self.found.day_of_week.is_some() {
                return Err(Bad::Format);
            }
            self.found.day_of_week = Some(day as i64);
            return Ok(());
        }
        self.mark(&word, start)
    }

    fn mark(&mut self, word: &str, start: usize) -> Result<(), Bad> {
        if word.eq_ignore_ascii_case("gmt") || word.eq_ignore_ascii_case("z") {
            if self.found.offset.is_some() || !(self.found.has_date() || self.found.time.is_some()) {
                return Err(Bad::Format);
            }
            self.found.offset = Some(0);
            self.found.utc = true;
            return Ok(());
        }
        if word.eq_ignore_ascii_case("t") && self.found.year_first() && self.found.time.is_none() {
            self.found.marked = true;
            self.skip_space();
            let (hour, digits) = self.digits().ok_or(Bad::Format)?;
            return if self.eat(':') { self.time(hour, digits) } else { Err(Bad::Format) };
        }
        if word.eq_ignore_ascii_case("ad") {
            return Ok(());
        }
        if word.eq_ignore_ascii_case("a") && self.eat('.') {
            self.at += 1;
            return if self.eat('.') { Ok(()) } else { Err(Bad::Word(start)) };
        }
        let is_zone = word.starts_with(['Z', 'z']) && (self.found.marked || word.len() == 1);
        let known = (is_zone || word.eq_ignore_ascii_case("t")) && (self.found.time.is_some() || self.found.has_date());
        Err(if known { Bad::Format } else { Bad::Word(start) })
    }

    fn zone(&mut self) -> Result<(), Bad> {
        if self.found.offset.is_some() {
            return Err(Bad::Format);
        }
        let sign = if self.eat('-') {
            -1
        } else {
            self.at += 1;
            1
        };
        let (hours, minutes) = match self.digits().ok_or(Bad::Format)? {
            (hours, 1 | 2) if self.eat(':') => match self.digits() {
                Some((minutes, 1 | 2)) => (hours, minutes),
                _ => return Err(Bad::Format),
            },
            (hours, 1 | 2) => (hours, 0),
            (both, 3 | 4) => (both / 100, both % 100),
            _ => return Err(Bad::Format),
        };
        if minutes > 59 {
            return Err(Bad::Format);
        }
        let offset = hours * 60 + minutes;
        if offset > 14 * 60 {
            return Err(Bad::Offset);
        }
        self.found.offset = Some(sign * offset);
        Ok(())
    }
}

fn is_letter(unit: u16) -> bool {
    char::from_u32(u32::from(unit)).is_some_and(char::is_alphabetic)
}

/// The index of a name, given whole or by its first three letters.
fn position(names: &[&str], word: &str) -> Option<usize> {
    names.iter().position(|n| n.eq_ignore_ascii_case(word) || n.get(..3).is_some_and(|n| n.eq_ignore_ascii_case(word)))
}
