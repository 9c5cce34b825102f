//! `TimeSpan.Parse` and `ParseExact`.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::arguments::{as_enum, formats_of};
use crate::library::system::date_time::calendar::{PER_DAY, PER_HOUR, PER_MINUTE, PER_SECOND};
use crate::value::Value;
use crate::value::text::Str;

/// Why a text is no time span.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bad {
    Format,
    Overflow,
    Pattern,
    Specifier(String),
}

/// The digits of a part: their value, the zeros before it, and how many there are in all.
#[derive(Clone, Copy, Default)]
struct Number {
    value: u64,
    zeros: u32,
    digits: u32,
}

/// No text that is longer can be a time span.
const LONGEST: usize = 4096;

fn text_of(cx: &mut Cx<'_>, text: Str) -> Result<String, Throw> {
    cx.charge(text.len())?;
    Ok(cx.text(text.slice(0, LONGEST)).to_utf8().into_owned())
}

fn refuse(cx: &mut Cx<'_>, text: &str, bad: Bad) -> Throw {
    match bad {
        Bad::Format => cx.throw(Exc::Format, format!("String '{text}' was not recognized as a valid TimeSpan.")),
        Bad::Overflow => {
            let why = "could not be parsed because at least one of the numeric components is out of range or contains \
                       too many digits.";
            cx.throw(Exc::Overflow, format!("The TimeSpan string '{text}' {why}"))
        }
        Bad::Pattern => cx.throw(Exc::Format, "Input string was not in a correct format."),
        Bad::Specifier(format) => cx.throw(Exc::Format, format!("Format specifier '{format}' was invalid.")),
    }
}

pub(super) fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "input")?;
    let text = text_of(cx, text)?;
    free(&text, Form::Any).map(Value::TimeSpan).map_err(|bad| refuse(cx, &text, bad))
}

pub(super) fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = match cx.string_opt(args, 0) {
        Some(text) => free(&text_of(cx, text)?, Form::Any).ok(),
        None => None,
    };
    Ok(answer(cx, found))
}

fn answer(cx: &mut Cx<'_>, found: Option<i64>) -> Value {
    cx.set_out(0, Value::TimeSpan(found.unwrap_or(0)));
    Value::Bool(found.is_some())
}

/// Only two styles are taken, and they are looked at first.
fn check_styles(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    match arg(args, 3) {
        Value::Enum(_, 0 | 1) | Value::Null => Ok(()),
        _ => Err(cx.throw_argument(Exc::Argument, "An undefined TimeSpanStyles value is being used.", "styles")),
    }
}

pub(super) fn exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    check_styles(cx, args)?;
    let text = cx.string_arg(args, 0, "input")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("format"));
    }
    let text = text_of(cx, text)?;
    if !text.is_empty() && !matches!(arg(args, 1), Value::String(_)) && formats_of(cx, arg(args, 1))?.is_empty() {
        return Err(cx.throw(Exc::Format, "No format specifiers were provided."));
    }
    by_formats(cx, &text, args)?.map(Value::TimeSpan).map_err(|bad| refuse(cx, &text, bad))
}

pub(super) fn try_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    check_styles(cx, args)?;
    let found = match (cx.string_opt(args, 0), arg(args, 1)) {
        (None, _) | (_, Value::Null) => None,
        (Some(text), _) => {
            let text = text_of(cx, text)?;
            by_formats(cx, &text, args)?.ok()
        }
    };
    Ok(answer(cx, found))
}

fn by_formats(cx: &mut Cx<'_>, text: &str, args: &[Value]) -> Result<Result<i64, Bad>, Throw> {
    let negative = as_enum(args, 3) == 1;
    if let Value::String(format) = arg(args, 1) {
        let format = text_of(cx, format)?;
        return Ok(by_format(text, &format, negative));
    }
    let formats = formats_of(cx, arg(args, 1))?;
    if text.is_empty() {
        return Ok(Err(Bad::Format));
    }
    for format in formats {
        let format = format.unwrap_or_default();
        if format.is_empty() {
            return Ok(Err(Bad::Specifier(format)));
        }
        cx.charge(format.len())?;
        if let Ok(found) = by_format(text, &format, negative) {
            return Ok(Ok(found));
        }
    }
    Ok(Err(Bad::Format))
}

fn by_format(text: &str, format: &str, negative: bool) -> Result<i64, Bad> {
    match format {
        "c" | "t" | "T" => free(text, Form::Constant),
        "g" => free(text, Form::Short),
        "G" => free(text, Form::Long),
        "" => Err(Bad::Specifier(String::new())),
        _ if format.chars().count() == 1 => Err(Bad::Specifier(format.to_owned())),
        _ => custom(text, format, negative),
    }
}

/// Which texts are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Any of the following.
    Any,
    /// `[-]d` or `[-][d.]h:m[:s[.f]]`.
    Constant,
    /// `[-]d` or `[-][d:]h:m[:s[.f]]`.
    Short,
    /// `[-]d:h:m:s.f`.
    Long,
}

/// A text without a custom format.
fn free(text: &str, form: Form) -> Result<i64, Bad> {
    let text = text.trim();
    if form != Form::Constant {
        check_numbers(text)?;
    }
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let mut r = Reader { rest: rest.as_bytes() };
    let mut numbers = [Number::default(); 5];
    let mut separators = [0u8; 4];
    let mut count = 0;
    loop {
        *numbers.get_mut(count).ok_or(Bad::Format)? = r.number().ok_or(Bad::Format)?;
        count += 1;
        match r.rest.split_first() {
            None => break,
            // The constant form may end with the point of a fraction that is not there.
            Some((b'.', [])) if form == Form::Constant && separators.starts_with(b"::") => break,
            Some((separator @ (b':' | b'.'), rest)) => {
                *separators.get_mut(count - 1).ok_or(Bad::Format)? = *separator;
                r.rest = rest;
            }
            Some(_) => return Err(Bad::Format),
        }
    }
    let zero = Number::default();
    let [a, b, c, d, e] = numbers;
    let separators = separators.get(..count - 1).unwrap_or_default();
    let fits = match form {
        Form::Any => true,
        Form::Constant => !separators.starts_with(b":::"),
        Form::Short => !separators.starts_with(b"."),
        Form::Long => separators == b":::.",
    };
    if !fits {
        return Err(Bad::Format);
    }
    // Days, hours, minutes, seconds, fraction.
    let parts = match separators {
        [] => [a, zero, zero, zero, zero],
        b":" => [zero, a, b, zero, zero],
        // What cannot be hours are days.
        b"::" if a.value > 23 && form != Form::Constant => [a, b, c, zero, zero],
        b"::" => [zero, a, b, c, zero],
        b"::." => [zero, a, b, c, d],
        b":::" | b".::" => [a, b, c, d, zero],
        b":::." | b".::." => [a, b, c, d, e],
        b".:" => [a, b, c, zero, zero],
        _ => return Err(Bad::Format),
    };
    total(parts, negative)
}

/// The numbers of a text are read before anything else is said of it: the first that is too large is, if there are not
/// too many before it.
fn check_numbers(text: &str) -> Result<(), Bad> {
    const TOO_LARGE: u64 = 0x1000_0000;
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    for (n, digits) in numbers.enumerate() {
        let value = digits.bytes().fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')));
        if value >= TOO_LARGE {
            return Err(Bad::Overflow);
        }
        if n >= 5 {
            return Err(Bad::Format);
        }
    }
    Ok(())
}

fn total(parts: [Number; 5], negative: bool) -> Result<i64, Bad> {
    let [days, hours, minutes, seconds, fraction] = parts;
    if days.value > 10_675_199 || hours.value > 23 || minutes.value > 59 || seconds.value > 59 {
        return Err(Bad::Overflow);
    }
    if fraction.value > 9_999_999 || fraction.zeros > 7 {
        return Err(Bad::Overflow);
    }
    let fraction = match 7i32 - fraction.digits as i32 {
        up @ 0.. => fraction.value * 10u64.pow(up.unsigned_abs()),
        down => (fraction.value as f64 / 10f64.powi(-down)).round() as u64,
    };
    let sum = i128::from(days.value) * i128::from(PER_DAY)
        + i128::from(hours.value) * i128::from(PER_HOUR)
        + i128::from(minutes.value) * i128::from(PER_MINUTE)
        + i128::from(seconds.value) * i128::from(PER_SECOND)
        + i128::from(fraction);
    i64::try_from(if negative { -sum } else { sum }).map_err(|_| Bad::Overflow)
}

struct Reader<'a> {
    rest: &'a [u8],
}

impl Reader<'_> {
    fn number(&mut self) -> Option<Number> {
        let count = self.rest.iter().take_while(|b| b.is_ascii_digit()).count();
        let number = self.take(count)?;
        (count > 0).then_some(number)
    }

    fn take(&mut self, count: usize) -> Option<Number> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        let zeros = digits.iter().take_while(|b| **b == b'0').count();
        let value = digits.iter().fold(0u64, |n, b| n.saturating_mul(10).saturating_add(u64::from(b - b'0')));
        Some(Number { value, zeros: zeros as u32, digits: count as u32 })
    }

    /// At least `least` and at most `most` digits.
    fn between(&mut self, least: usize, most: usize) -> Result<Number, Bad> {
        let count = self.rest.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        if count < least { Err(Bad::Pattern) } else { self.take(count).ok_or(Bad::Pattern) }
    }

    fn literal(&mut self, wanted: char) -> Result<(), Bad> {
        let mut buffer = [0; 4];
        let wanted = wanted.encode_utf8(&mut buffer);
        self.rest = self.rest.strip_prefix(wanted.as_bytes()).ok_or(Bad::Pattern)?;
        Ok(())
    }
}

fn custom(text: &str, format: &str, negative: bool) -> Result<i64, Bad> {
    let mut r = Reader { rest: text.as_bytes() };
    let mut parts = [Number::default(); 5];
    let mut chars = format.chars().peekable();
    while let Some(letter) = chars.next() {
        match letter {
            'd' | 'h' | 'm' | 's' | 'f' | 'F' => {
                let mut run = 1;
                while chars.next_if_eq(&letter).is_some() {
                    run += 1;
                }
                let (slot, most) = match letter {
                    'd' => (0, 8),
                    'h' => (1, 2),
                    'm' => (2, 2),
                    's' => (3, 2),
                    _ => (4, 7),
                };
                if run > most {
                    return Err(Bad::Pattern);
                }
                let number = match letter {
                    'f' => r.between(run, run)?,
                    'F' => r.between(0, run)?,
                    _ if run == 1 => r.between(1, most)?,
                    _ => r.between(run, if letter == 'd' { run } else { 2 })?,
                };
                if let Some(part) = parts.get_mut(slot) {
                    *part = number;
                }
            }
            '\'' | '"' => loop {
                match chars.next().ok_or(Bad::Pattern)? {
                    end if end == letter => break,
                    '\\' => r.literal(chars.next().ok_or(Bad::Pattern)?)?,
                    other => r.literal(other)?,
                }
            },
            '%' if chars.peek().is_some_and(|c| *c != '%') => {}
            '\\' => r.literal(chars.next().ok_or(Bad::Pattern)?)?,
            _ => return Err(Bad::Pattern),
        }
    }
    if !r.rest.is_empty() {
        return Err(Bad::Format);
    }
    total(parts, negative)
}
