//! Reading numbers: `Number.TryParseNumber` of .NET over the invariant culture.

use rust_decimal::Decimal;

use super::styles::bits;
use crate::value::text::TextRef;

/// Why a text is no number of the type wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It is no number as the styles allow it.
    Format,
    /// It is out of the type's range.
    Overflow,
}

/// A text read as a number: digits, where the point is, the sign.
#[derive(Debug, Default)]
struct Parsed {
    /// Digits from the first that is not zero, trailing zeros included.
    digits: Vec<u8>,
    /// Number of digits before the point; negative for zeros behind it.
    scale: i64,
    negative: bool,
}

/// The largest exponent looked at; beyond it every type over- or underflows.
const MOST_EXPONENT: i64 = 9999;

struct Reader<'a> {
    text: TextRef<'a>,
    at: usize,
    styles: i64,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u16> {
        self.text.get(self.at)
    }

    fn allows(&self, style: i64) -> bool {
        self.styles & style != 0
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c as u16);
        self.at += usize::from(found);
        found
    }

    fn eat_white(&mut self) -> bool {
        let found = self.peek().is_some_and(is_white);
        self.at += usize::from(found);
        found
    }

    fn digit(&self) -> Option<u8> {
        match self.peek() {
            Some(unit @ 0x30..=0x39) => Some((unit - 0x30) as u8),
            _ => None,
        }
    }

    fn number(&mut self) -> Option<Parsed> {
        let mut parsed = Parsed::default();
        let (mut signed, mut parens, mut currency) = (false, false, false);
        loop {
            // Between a sign and the digits white space is allowed only after a currency sign.
            if self.allows(bits::LEADING_WHITE) && (!signed || currency) && self.eat_white() {
                continue;
            }
            if self.allows(bits::LEADING_SIGN) && !signed && self.eat('+') {
                signed = true;
            } else if self.allows(bits::LEADING_SIGN) && !signed && self.eat('-') {
                signed = true;
                parsed.negative = true;
            } else if self.allows(bits::PARENTHESES) && !signed && self.eat('(') {
                signed = true;
                parens = true;
                parsed.negative = true;
            } else if self.allows(bits::CURRENCY) && !currency && self.eat('¤') {
                currency = true;
            } else {
                break;
            }
        }
        if !self.digits(&mut parsed) {
            return None;
        }
        self.exponent(&mut parsed);
        loop {
            if self.allows(bits::TRAILING_WHITE) && self.eat_white() {
                continue;
            }
            if self.allows(bits::TRAILING_SIGN) && !signed && self.eat('+') {
                signed = true;
            } else if self.allows(bits::TRAILING_SIGN) && !signed && self.eat('-') {
                signed = true;
                parsed.negative = true;
            } else if parens && self.eat(')') {
                parens = false;
            } else if self.allows(bits::CURRENCY) && !currency && self.eat('¤') {
                currency = true;
            } else {
                break;
            }
        }
        (!parens && self.only_nulls()).then_some(parsed)
    }

    fn digits(&mut self, parsed: &mut Parsed) -> bool {
        let (mut any, mut point) = (false, false);
        loop {
            if let Some(digit) = self.digit() {
                self.at += 1;
                any = true;
                if digit != 0 || !parsed.digits.is_empty() {
                    parsed.digits.push(digit);
                    parsed.scale += i64::from(!point);
                } else if point {
                    parsed.scale -= 1;
                }
            } else if self.allows(bits::DECIMAL_POINT) && !point && self.eat('.') {
                point = true;
            } else if !(self.allows(bits::THOUSANDS) && any && !point && self.eat(',')) {
                return any;
            }
        }
    }

    fn exponent(&mut self, parsed: &mut Parsed) {
        if !self.allows(bits::EXPONENT) {
            return;
        }
        let start = self.at;
        if !self.eat('e') && !self.eat('E') {
            return;
        }
        let negative = if self.eat('+') { false } else { self.eat('-') };
        if self.digit().is_none() {
            self.at = start;
            return;
        }
        let mut exponent = 0i64;
        while let Some(digit) = self.digit() {
            self.at += 1;
            exponent = (exponent * 10 + i64::from(digit)).min(MOST_EXPONENT);
        }
        parsed.scale += if negative { -exponent } else { exponent };
    }

    /// .NET ignores zero characters behind a number.
    fn only_nulls(&self) -> bool {
        (self.at..self.text.len()).all(|i| self.text.get(i) == Some(0))
    }
}

fn is_white(unit: u16) -> bool {
    unit == 0x20 || (0x09..=0x0d).contains(&unit)
}

fn read(text: TextRef<'_>, styles: i64) -> Result<Parsed, Failure> {
    Reader { text, at: 0, styles }.number().ok_or(Failure::Format)
}

/// Reads an integer of `bits` bits between `min` and `max`.
///
/// # Errors
/// When it is none, or out of range.
pub(crate) fn integer(text: TextRef<'_>, styles: i64, width: u32, min: i128, max: i128) -> Result<i128, Failure> {
    if styles & (bits::HEX | bits::BINARY) != 0 {
        return based(text, styles, width, min);
    }
    let parsed = read(text, styles)?;
    let whole = usize::try_from(parsed.scale).unwrap_or(0);
    if parsed.digits.iter().skip(whole).any(|d| *d != 0) {
        return Err(Failure::Overflow);
    }
    if !parsed.digits.is_empty() && whole > 30 {
        return Err(Failure::Overflow);
    }
    let mut value = 0i128;
    if !parsed.digits.is_empty() {
        for i in 0..whole {
            value = value * 10 + i128::from(parsed.digits.get(i).copied().unwrap_or(0));
        }
    }
    let value = if parsed.negative { -value } else { value };
    if value < min || value > max { Err(Failure::Overflow) } else { Ok(value) }
}

fn based(text: TextRef<'_>, styles: i64, width: u32, min: i128) -> Result<i128, Failure> {
    let mut reader = Reader { text, at: 0, styles };
    let radix = if styles & bits::HEX != 0 { 16 } else { 2 };
    while reader.allows(bits::LEADING_WHITE) && reader.eat_white() {}
    let (mut any, mut value, mut overflow) = (false, 0u128, false);
    while let Some(digit) = reader.peek().and_then(|u| char::from_u32(u32::from(u))).and_then(|c| c.to_digit(radix)) {
        reader.at += 1;
        any = true;
        value = value * u128::from(radix) + u128::from(digit);
        overflow |= value >> width != 0;
        if overflow {
            value = 0;
        }
    }
    while reader.allows(bits::TRAILING_WHITE) && reader.eat_white() {}
    if !any || !reader.only_nulls() {
        return Err(Failure::Format);
    }
    if overflow {
        return Err(Failure::Overflow);
    }
    let value = value.cast_signed();
    // The bits of a signed type: `FFFFFFFF` is -1.
    let wrapped = if min < 0 && value >> (width - 1) != 0 { value - (1i128 << width) } else { value };
    Ok(wrapped)
}

/// Reads a `double`; too large gives infinity.
///
/// # Errors
/// When it is none.
pub(crate) fn double(text: TextRef<'_>, styles: i64) -> Result<f64, Failure> {
    match read(text, styles) {
        Ok(parsed) => Ok(scientific(&parsed).parse().unwrap_or(0.0)),
        Err(failure) => symbol(text).ok_or(failure),
    }
}

/// Reads a `float`.
///
/// # Errors
/// When it is none.
pub(crate) fn single(text: TextRef<'_>, styles: i64) -> Result<f32, Failure> {
    match read(text, styles) {
        Ok(parsed) => Ok(scientific(&parsed).parse().unwrap_or(0.0)),
        #[expect(clippy::cast_possible_truncation, reason = "NaN and infinities only")]
        Err(failure) => symbol(text).map(|v| v as f32).ok_or(failure),
    }
}

fn scientific(parsed: &Parsed) -> String {
    let mut text = String::with_capacity(parsed.digits.len() + 8);
    text.push_str(if parsed.negative { "-0." } else { "0." });
    text.extend(parsed.digits.iter().map(|d| char::from(b'0' + d)));
    text.push_str(&format!("0e{}", parsed.scale));
    text
}

/// `Infinity`, `NaN` and signed forms, whatever the case, white space around ignored.
fn symbol(text: TextRef<'_>) -> Option<f64> {
    let text = text.to_utf8();
    let text = text.trim_matches(|c: char| u16::try_from(u32::from(c)).is_ok_and(is_white));
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    if is("Infinity") || is("+Infinity") {
        Some(f64::INFINITY)
    } else if is("-Infinity") {
        Some(f64::NEG_INFINITY)
    } else if is("NaN") || is("+NaN") || is("-NaN") {
        Some(-f64::NAN)
    } else {
        None
    }
}

/// The largest mantissa of a decimal: 96 bits.
pub(crate) const DECIMAL_MAX: u128 = (1 << 96) - 1;

/// Reads a `decimal`, keeping its zeros; digits beyond its precision are rounded half to even.
///
/// # Errors
/// When it is none, or out of range.
pub(crate) fn decimal(text: TextRef<'_>, styles: i64) -> Result<Decimal, Failure> {
    let parsed = read(text, styles)?;
    decimal_from_digits(&parsed.digits, parsed.scale, parsed.negative).ok_or(Failure::Overflow)
}

/// `0.d1d2… × 10^scale` as a decimal; `None` when it is too large.
#[must_use]
pub(crate) fn decimal_from_digits(digits: &[u8], scale: i64, negative: bool) -> Option<Decimal> {
    if digits.is_empty() {
        let zeros = u32::try_from(-scale).unwrap_or(0).min(28);
        return new_decimal(0, zeros, negative);
    }
    let (mut mantissa, mut taken) = (0u128, 0i64);
    let total = i64::try_from(digits.len()).ok()?.max(scale);
    // Before the first digit behind the point come `-scale` zeros.
    while taken < total && taken - scale < 28 {
        let digit = usize::try_from(taken).ok().and_then(|i| digits.get(i)).copied().unwrap_or(0);
        let next = mantissa * 10 + u128::from(digit);
        if next > DECIMAL_MAX {
            break;
        }
        mantissa = next;
        taken += 1;
    }
    let mut fraction = taken - scale;
    if fraction < 0 {
        return None;
    }
    if fraction > 28 {
        // Only when more than 28 zeros follow the point: nothing is left but rounding.
        return new_decimal(0, 28, negative);
    }
    let rest = usize::try_from(taken).ok().and_then(|i| digits.get(i..)).unwrap_or_default();
    if let Some((first, tail)) = rest.split_first() {
        let exact_half = *first == 5 && tail.iter().all(|d| *d == 0);
        if *first > 5 || (*first == 5 && (!exact_half || !mantissa.is_multiple_of(2))) {
            mantissa += 1;
            if mantissa > DECIMAL_MAX {
                if fraction == 0 {
                    return None;
                }
                mantissa = mantissa.div_ceil(10);
                fraction -= 1;
            }
        }
    }
    new_decimal(mantissa, u32::try_from(fraction).ok()?, negative)
}

/// A decimal of its parts; `None` when they are out of range.
#[must_use]
pub(crate) fn new_decimal(mantissa: u128, scale: u32, negative: bool) -> Option<Decimal> {
    if mantissa > DECIMAL_MAX || scale > 28 {
        return None;
    }
    let mut value = Decimal::from_i128_with_scale(mantissa.cast_signed(), scale);
    value.set_sign_negative(negative);
    Some(value)
}
