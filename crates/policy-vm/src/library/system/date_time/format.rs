//! `ToString` of dates: standard and custom formats of the invariant culture.

use super::calendar::{self, DAYS, MONTHS, PER_MINUTE, Parts};
use crate::value::text::{TextBuf, TextRef};
use crate::value::{DateTime, DateTimeKind};

/// What is formatted: a `DateTime`, or a `DateTimeOffset` with its offset in minutes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// Clock time.
    pub ticks: i64,
    /// For `K` and `z`.
    pub kind: DateTimeKind,
    /// Set for a `DateTimeOffset`.
    pub offset: Option<i16>,
}

impl From<DateTime> for Moment {
    fn from(value: DateTime) -> Self {
        Self { ticks: value.ticks(), kind: value.kind(), offset: None }
    }
}

/// Why a format cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bad {
    /// Not a format.
    Format,
    /// A quotation has no end.
    Quote(u16),
}

impl Bad {
    /// The message of the `FormatException`.
    #[must_use]
    pub(crate) fn message(self) -> String {
        match self {
            Self::Format => "Input string was not in a correct format.".to_owned(),
            Self::Quote(quote) => format!(
                "Cannot find a matching quote character for the character '{}'.",
                char::from_u32(u32::from(quote)).unwrap_or('?')
            ),
        }
    }
}

/// The custom format behind a standard one; `U` differs by more than its pattern and is not here.
#[must_use]
pub(crate) fn standard_pattern(letter: char, has_offset: bool) -> Option<&'static str> {
    Some(match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' if has_offset => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffzzz",
        'o' | 'O' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        'r' | 'R' => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        's' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        'y' | 'Y' => "yyyy MMMM",
        _ => return None,
    })
}

/// Appends a date in a format; the default one for `None` and `""`.
///
/// # Errors
/// When the format is none.
pub(crate) fn write(moment: Moment, format: Option<&str>, out: &mut TextBuf) -> Result<(), Bad> {
    let format = format.unwrap_or_default();
    let mut chars = format.chars();
    match (chars.next(), chars.next()) {
        (None, _) => {
            let pattern = if moment.offset.is_some() { "MM/dd/yyyy HH:mm:ss zzz" } else { "MM/dd/yyyy HH:mm:ss" };
            write_custom(moment, pattern, out)
        }
        (Some(letter), None) => write_standard(moment, letter, out),
        _ => write_custom(moment, format, out),
    }
}

fn write_standard(mut moment: Moment, letter: char, out: &mut TextBuf) -> Result<(), Bad> {
    match (letter, moment.offset) {
        // A `DateTimeOffset` is shown in UTC by the formats that say so; a `DateTime` is not converted.
        ('r' | 'R' | 'u', Some(offset)) => moment.ticks -= i64::from(offset) * PER_MINUTE,
        ('U', Some(_)) => return Err(Bad::Format),
        _ => {}
    }
    let pattern = standard_pattern(letter, moment.offset.is_some()).ok_or(Bad::Format)?;
    write_custom(moment, pattern, out)
}

fn write_custom(moment: Moment, format: &str, out: &mut TextBuf) -> Result<(), Bad> {
    if let Some(bytes) = out.ascii_mut() {
        let before = bytes.len();
        if write_digits(moment, format.as_bytes(), bytes).is_some() {
            return Ok(());
        }
        bytes.truncate(before);
    }
    let (mut few, many): ([u16; 64], Vec<u16>);
    // Nearly all formats are short and ASCII: they need no memory.
    let units = if format.len() <= 64 && format.is_ascii() {
        few = [0; 64];
        few.iter_mut().zip(format.bytes()).for_each(|(unit, byte)| *unit = u16::from(byte));
        few.get(..format.len()).unwrap_or_default()
    } else {
        many = format.encode_utf16().collect();
        &many
    };
    let parts = calendar::parts_of(moment.ticks.clamp(0, DateTime::MAX_TICKS));
    let mut at = 0;
    while let Some(unit) = units.get(at).copied() {
        at += match u8::try_from(unit).unwrap_or(0) {
            letter @ (b'd' | b'f' | b'F' | b'g' | b'h' | b'H' | b'K' | b'm' | b'M' | b's' | b't' | b'y' | b'z') => {
                let run = if letter == b'K' { 1 } else { units[at..].iter().take_while(|u| **u == unit).count() };
                write_token(moment, &parts, letter, run, out)?;
                run
            }
            quote @ (b'\'' | b'"') => write_quoted(units, at, u16::from(quote), out)?,
            b'%' => match units.get(at + 1).copied() {
                Some(next) if next != u16::from(b'%') => {
                    let single = String::from_utf16_lossy(&[next]);
                    write_custom(moment, &single, out)?;
                    2
                }
                _ => return Err(Bad::Format),
            },
            b'\\' => {
                out.push(units.get(at + 1).copied().ok_or(Bad::Format)?);
                2
            }
            // ':' and '/' stand for the separators of the culture, which are those for the invariant one.
            _ => {
                out.push(unit);
                1
            }
        };
    }
    Ok(())
}

/// What nearly all formats are: years of four digits, all else of two, signs between them. `None` for anything more.
fn write_digits(moment: Moment, format: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let parts = calendar::parts_of(moment.ticks.clamp(0, DateTime::MAX_TICKS));
    out.reserve(format.len());
    let mut rest = format;
    while let [letter, tail @ ..] = rest {
        let run = 1 + tail.iter().take_while(|next| *next == letter).count();
        let number = match (letter, run) {
            (b'y', 4) => {
                out.extend_from_slice(&two(parts.year / 100));
                parts.year % 100
            }
            (b'M', 2) => parts.month,
            (b'd', 2) => parts.day,
            (b'H', 2) => parts.hour,
            (b'm', 2) => parts.minute,
            (b's', 2) => parts.second,
            (b' ' | b'-' | b'/' | b':' | b'.' | b',' | b'T' | b'Z', _) => {
                out.push(*letter);
                rest = tail;
                continue;
            }
            _ => return None,
        };
        out.extend_from_slice(&two(number));
        rest = rest.get(run..)?;
    }
    Some(())
}

/// The digits of a number below 100.
const fn two(number: i32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

/// Appends the text between quotes that begins at `start`; how many units of the format that took.
pub(crate) fn write_quoted(units: &[u16], start: usize, quote: u16, out: &mut TextBuf) -> Result<usize, Bad> {
    let mut at = start + 1;
    while let Some(unit) = units.get(at).copied() {
        at += 1;
        if unit == quote {
            return Ok(at - start);
        }
        if unit == u16::from(b'\\') {
            out.push(units.get(at).copied().ok_or(Bad::Format)?);
            at += 1;
        } else {
            out.push(unit);
        }
    }
    Err(Bad::Quote(quote))
}

fn write_token(moment: Moment, parts: &Parts, letter: u8, run: usize, out: &mut TextBuf) -> Result<(), Bad> {
    match (letter, run) {
        (b'd', 1 | 2) => number(parts.day, run, out),
        (b'd', _) => {
            let name = DAYS.get(calendar::day_of_week(moment.ticks) as usize).copied().unwrap_or_default();
            out.push_str(if run == 3 { name.get(..3).unwrap_or(name) } else { name });
        }
        (b'M', 1 | 2) => number(parts.month, run, out),
        (b'M', _) => {
            let name = MONTHS.get(parts.month as usize - 1).copied().unwrap_or_default();
            out.push_str(if run == 3 { name.get(..3).unwrap_or(name) } else { name });
        }
        (b'y', 1 | 2) => number(parts.year % 100, run, out),
        (b'y', _) => number(parts.year, run, out),
        (b'h', _) => number((parts.hour + 11) % 12 + 1, run.min(2), out),
        (b'H', _) => number(parts.hour, run.min(2), out),
        (b'm', _) => number(parts.minute, run.min(2), out),
        (b's', _) => number(parts.second, run.min(2), out),
        (b'f' | b'F', 8..) => return Err(Bad::Format),
        (b'f', _) => out.push_str(format!("{:07}", parts.fraction).get(..run).unwrap_or_default()),
        (b'F', _) => {
            let digits = format!("{:07}", parts.fraction);
            let digits = digits.get(..run).unwrap_or_default().trim_end_matches('0');
            let (last, end) = (out.len().saturating_sub(1), out.len());
            // Nothing to show takes the decimal point before it away as well.
            if digits.is_empty() && out.as_text().get(last) == Some(u16::from(b'.')) {
                out.remove(last, end);
            }
            out.push_str(digits);
        }
        (b't', 1) => out.push_str(if parts.hour < 12 { "A" } else { "P" }),
        (b't', _) => out.push_str(if parts.hour < 12 { "AM" } else { "PM" }),
        (b'g', _) => out.push_str("A.D."),
        (b'K', _) => match (moment.offset, moment.kind) {
            (None, DateTimeKind::Unspecified) => {}
            (None, DateTimeKind::Utc) => out.push_str("Z"),
            (None, DateTimeKind::Local) => write_offset(0, 3, out),
            (Some(offset), _) => write_offset(offset, 3, out),
        },
        // 'z'; the local zone is UTC.
        _ => write_offset(moment.offset.unwrap_or(0), run, out),
    }
    Ok(())
}

fn number(value: i32, width: usize, out: &mut TextBuf) {
    // Hours, minutes, days: nearly all there is.
    if let (0..=99, 2) = (value, width) {
        return out.push_text(TextRef::Ascii(&[b'0' + (value / 10) as u8, b'0' + (value % 10) as u8]));
    }
    let mut digits = [b'0'; 10];
    let mut rest = value.unsigned_abs();
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        (*digit, rest) = (b'0' + (rest % 10) as u8, rest / 10);
        count += 1;
        if rest == 0 {
            break;
        }
    }
    // A program may ask for any width.
    (digits.len()..width).for_each(|_| out.push(u16::from(b'0')));
    let shown = digits.len() - width.clamp(count, digits.len());
    out.push_text(TextRef::Ascii(digits.get(shown..).unwrap_or_default()));
}

fn write_offset(offset: i16, run: usize, out: &mut TextBuf) {
    out.push_str(if offset < 0 { "-" } else { "+" });
    let minutes = i32::from(offset).abs();
    number(minutes / 60, run.min(2), out);
    if run > 2 {
        out.push_str(":");
        number(minutes % 60, 2, out);
    }
}
