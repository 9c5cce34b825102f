//! Standard format strings (`D5`, `N2`, `X`, …) and the default texts of numbers.
//!
//! Floating point numbers give their shortest text that reads back the same; a precision counts digits of their exact
//! value, rounded half to even. Integers and decimals are rounded half away from zero. `C` has the invariant culture's
//! sign `¤`.

use rust_decimal::Decimal;

use super::custom;
use super::digits::{Digits, Kind};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};

/// No double has more digits than this in front of or behind the point.
const MOST_DIGITS: usize = 1100;

/// A number to be formatted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    /// An integer and the bits of its type, for `X` and `B`.
    Integer(i128, u32),
    /// `decimal`.
    Decimal(Decimal),
    /// `double`.
    Double(f64),
    /// `float`.
    Single(f32),
}

/// What a format string asks for.
enum Specifier {
    /// A letter and a precision.
    Standard(u8, Option<usize>),
    /// A picture.
    Custom,
}

/// `number.ToString(format)`.
///
/// # Errors
/// `FormatException` for a format that does not fit; when a budget is exhausted.
pub(crate) fn format(cx: &mut Cx<'_>, number: Number, format: &str, out: &mut String) -> Result<(), Throw> {
    let special = match number {
        Number::Double(v) if !v.is_finite() => Some(v),
        Number::Single(v) if !v.is_finite() => Some(f64::from(v)),
        _ => None,
    };
    if let Some(v) = special {
        default_double(v, out);
        return Ok(());
    }
    // A zero ends a format.
    let format = format.split('\0').next().unwrap_or_default();
    match specifier(format) {
        Some(Specifier::Standard(letter, precision)) => {
            if let Some(n) = precision.filter(|n| *n > 512) {
                cx.heap.charge_string(n)?;
            }
            standard(number, letter, precision, out).ok_or_else(|| invalid(cx))
        }
        Some(Specifier::Custom) => {
            cx.charge(format.len())?;
            custom::format(digits_for_custom(number), format, out);
            Ok(())
        }
        None => Err(invalid(cx)),
    }
}

fn invalid(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::Format, "Format specifier was invalid.")
}

/// A letter with up to nine digits is a standard format; a greater precision is an error.
fn specifier(format: &str) -> Option<Specifier> {
    let bytes = format.as_bytes();
    let Some((first, rest)) = bytes.split_first() else { return Some(Specifier::Standard(b'G', None)) };
    if !first.is_ascii_alphabetic() || !rest.iter().all(u8::is_ascii_digit) {
        return Some(Specifier::Custom);
    }
    if rest.is_empty() {
        return Some(Specifier::Standard(*first, None));
    }
    let precision = rest.iter().fold(0usize, |n, d| n.saturating_mul(10).saturating_add(usize::from(d - b'0')));
    (precision <= 999_999_999).then_some(Specifier::Standard(*first, Some(precision)))
}

fn digits_for_custom(number: Number) -> Digits {
    match number {
        Number::Integer(n, _) => Digits::from_integer(n),
        Number::Decimal(d) => Digits::from_decimal(d),
        // A picture sees 15 digits of a double and 7 of a float.
        Number::Double(v) => Digits::from_scientific(&format!("{:.14e}", v.abs()), v.is_sign_negative()),
        Number::Single(v) => Digits::from_scientific(&format!("{:.6e}", v.abs()), v.is_sign_negative()),
    }
}

fn standard(number: Number, letter: u8, precision: Option<usize>, out: &mut String) -> Option<()> {
    match (number, letter.to_ascii_uppercase()) {
        (Number::Integer(n, _), b'D') | (Number::Integer(n, _), b'R') => {
            decimal_integer(n, precision.unwrap_or(0), out)
        }
        (Number::Integer(n, _), b'G') if precision.unwrap_or(0) == 0 => decimal_integer(n, 0, out),
        (Number::Integer(n, bits), b'X') => based(n, bits, precision.unwrap_or(0), letter, out),
        (Number::Integer(n, bits), b'B') => based(n, bits, precision.unwrap_or(0), letter, out),
        (Number::Integer(n, _), upper) => {
            let digits = Digits::from_integer(n);
            let general = precision.unwrap_or(digits.digits.len());
            number_to_string(digits, letter, upper, precision, general, out)?;
        }
        (Number::Decimal(d), b'G' | b'R') if precision.unwrap_or(0) == 0 => default_decimal(d, out),
        (Number::Decimal(d), upper) => {
            let digits = Digits::from_decimal(d);
            let general = precision.filter(|n| *n > 0).unwrap_or(digits.digits.len());
            number_to_string(digits, letter, upper, precision, general, out)?;
        }
        (Number::Double(v), upper) => {
            let shortest = || format!("{:e}", v.abs());
            float(v, upper, precision, 17, shortest, letter, out)?;
        }
        (Number::Single(v), upper) => {
            let shortest = || format!("{:e}", v.abs());
            float(f64::from(v), upper, precision, 9, shortest, letter, out)?;
        }
    }
    Some(())
}

fn float(
    v: f64,
    upper: u8,
    precision: Option<usize>,
    round_trip: usize,
    shortest: impl Fn() -> String,
    letter: u8,
    out: &mut String,
) -> Option<()> {
    let negative = v.is_sign_negative();
    let fixed = |n: usize| Digits::from_fixed(&format!("{:.*}", n.min(MOST_DIGITS), v.abs()), negative);
    let significant =
        |n: usize| Digits::from_scientific(&format!("{:.*e}", n.clamp(1, MOST_DIGITS) - 1, v.abs()), negative);
    let (digits, general) = match upper {
        b'E' => (significant(precision.unwrap_or(6).saturating_add(1)), 0),
        b'F' | b'N' | b'C' => (fixed(precision.unwrap_or(2)), 0),
        b'P' => (fixed(precision.unwrap_or(2).saturating_add(2)), 0),
        b'G' if precision.unwrap_or(0) > 0 => {
            let n = precision.unwrap_or(0);
            (significant(n), n)
        }
        b'G' | b'R' => {
            let digits = Digits::from_scientific(&shortest(), negative);
            let general = digits.digits.len().max(round_trip);
            (digits, general)
        }
        _ => return None,
    };
    number_to_string(digits, letter, upper, precision, general, out)
}

/// `NumberToString` of .NET: `general` is the number of digits for `G`.
fn number_to_string(
    mut number: Digits,
    letter: u8,
    upper: u8,
    precision: Option<usize>,
    general: usize,
    out: &mut String,
) -> Option<()> {
    let exact = number.kind == Kind::Float;
    let after = |default: usize| i32::try_from(precision.unwrap_or(default)).unwrap_or(i32::MAX);
    match upper {
        b'F' | b'N' | b'C' | b'P' => {
            let n = after(2);
            if upper == b'P' && !number.is_zero() {
                number.scale += 2;
            }
            number.round(number.scale.saturating_add(n), exact);
            let n = usize::try_from(n).unwrap_or(0);
            let (before, behind) = match (upper, number.negative) {
                (b'C', false) => ("¤", ""),
                (b'C', true) => ("(¤", ")"),
                (b'P', false) => ("", " %"),
                (b'P', true) => ("-", " %"),
                (_, false) => ("", ""),
                (_, true) => ("-", ""),
            };
            out.push_str(before);
            fixed(&number, n, upper != b'F', out);
            out.push_str(behind);
        }
        b'E' => {
            let n = after(6).saturating_add(1);
            number.round(n, exact);
            push_sign(&number, out);
            scientific(&number, n, letter, out);
        }
        b'G' | b'R' => {
            let n = i32::try_from(general).unwrap_or(i32::MAX);
            number.round(n, exact);
            push_sign(&number, out);
            push_general(&number, n, if letter.is_ascii_lowercase() { 'e' } else { 'E' }, out);
        }
        _ => return None,
    }
    Some(())
}

fn push_sign(number: &Digits, out: &mut String) {
    if number.negative {
        out.push('-');
    }
}

fn push_digit(number: &Digits, index: usize, out: &mut String) {
    out.push(char::from(b'0' + number.digit(index).unwrap_or(0)));
}

fn fixed(number: &Digits, decimals: usize, grouped: bool, out: &mut String) {
    let whole = usize::try_from(number.scale).unwrap_or(0);
    if whole == 0 {
        out.push('0');
    }
    for i in 0..whole {
        push_digit(number, i, out);
        let left = whole - i - 1;
        if grouped && left > 0 && left.is_multiple_of(3) {
            out.push(',');
        }
    }
    if decimals > 0 {
        out.push('.');
        let zeros = usize::try_from(-i64::from(number.scale)).unwrap_or(0).min(decimals);
        out.extend(std::iter::repeat_n('0', zeros));
        for i in 0..decimals - zeros {
            push_digit(number, whole + i, out);
        }
    }
}

fn scientific(number: &Digits, digits: i32, letter: u8, out: &mut String) {
    push_digit(number, 0, out);
    if digits != 1 {
        out.push('.');
    }
    for i in 1..usize::try_from(digits).unwrap_or(1) {
        push_digit(number, i, out);
    }
    let exponent = if number.is_zero() { 0 } else { number.scale - 1 };
    push_exponent(exponent, char::from(letter), 3, true, out);
}

fn push_general(number: &Digits, digits: i32, letter: char, out: &mut String) {
    let scientific = number.scale > digits || number.scale < -3;
    let whole = if scientific { 1 } else { usize::try_from(number.scale).unwrap_or(0) };
    if whole == 0 {
        out.push('0');
    }
    for i in 0..whole {
        push_digit(number, i, out);
    }
    if number.digits.len() > whole || (number.scale < 0 && !scientific) {
        out.push('.');
        if !scientific {
            out.extend(std::iter::repeat_n('0', usize::try_from(-i64::from(number.scale)).unwrap_or(0)));
        }
        for i in whole..number.digits.len() {
            push_digit(number, i, out);
        }
    }
    if scientific {
        push_exponent(number.scale - 1, letter, 2, true, out);
    }
}

/// `E+005`.
pub(super) fn push_exponent(exponent: i32, letter: char, digits: usize, plus: bool, out: &mut String) {
    out.push(letter);
    if exponent < 0 {
        out.push('-');
    } else if plus {
        out.push('+');
    }
    let text = exponent.unsigned_abs().to_string();
    out.extend(std::iter::repeat_n('0', digits.saturating_sub(text.len())));
    out.push_str(&text);
}

fn decimal_integer(value: i128, digits: usize, out: &mut String) {
    if value < 0 {
        out.push('-');
    }
    let text = value.unsigned_abs().to_string();
    out.extend(std::iter::repeat_n('0', digits.saturating_sub(text.len())));
    out.push_str(&text);
}

/// `X` and `B`: negative numbers as the two's complement of their type.
fn based(value: i128, bits: u32, digits: usize, letter: u8, out: &mut String) {
    let mask = if bits >= 128 { u128::MAX } else { (1u128 << bits) - 1 };
    let value = value.cast_unsigned() & mask;
    let text = match letter {
        b'X' => format!("{value:X}"),
        b'x' => format!("{value:x}"),
        _ => format!("{value:b}"),
    };
    out.extend(std::iter::repeat_n('0', digits.saturating_sub(text.len())));
    out.push_str(&text);
}

/// `double.ToString()`.
pub(crate) fn default_double(v: f64, out: &mut String) {
    if v.is_nan() {
        out.push_str("NaN");
    } else if v.is_infinite() {
        out.push_str(if v > 0.0 { "Infinity" } else { "-Infinity" });
    } else {
        let number = Digits::from_scientific(&format!("{:e}", v.abs()), v.is_sign_negative());
        push_sign(&number, out);
        push_general(&number, 17, 'E', out);
    }
}

/// `float.ToString()`.
pub(crate) fn default_single(v: f32, out: &mut String) {
    if v.is_finite() {
        let number = Digits::from_scientific(&format!("{:e}", v.abs()), v.is_sign_negative());
        push_sign(&number, out);
        push_general(&number, 9, 'E', out);
    } else {
        default_double(f64::from(v), out);
    }
}

/// `decimal.ToString()`: all its digits, never an exponent.
pub(crate) fn default_decimal(value: Decimal, out: &mut String) {
    let number = Digits::from_decimal(value);
    if number.negative && !number.is_zero() {
        out.push('-');
    }
    let decimals = usize::try_from(value.scale()).unwrap_or(0);
    fixed(&number, decimals, false, out);
}
