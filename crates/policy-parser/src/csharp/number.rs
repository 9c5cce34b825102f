//! Numeric literals: where one ends, whether it is sound, what it is worth and which type C# gives it.

use super::ast::{IntegerType, Literal};
use super::token::TokenKind;

/// What is wrong with a numeric literal; always reported at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NumberError {
    Invalid,
    InvalidReal,
    TooLarge,
    OutOfRange(&'static str),
}

impl NumberError {
    pub(super) fn describe(self) -> (&'static str, String) {
        match self {
            Self::Invalid => ("CS1013", "Invalid number".to_owned()),
            Self::InvalidReal => ("CS0595", "Invalid real literal.".to_owned()),
            Self::TooLarge => ("CS1021", "Integral constant is too large".to_owned()),
            Self::OutOfRange(ty) => ("CS0594", format!("Floating-point constant is outside the range of type '{ty}'")),
        }
    }
}

/// A numeric literal as scanned.
pub(super) struct Number {
    pub(super) kind: TokenKind,
    pub(super) end: usize,
    pub(super) error: Option<NumberError>,
}

/// Scans the literal at `start`, which begins with a digit, or with a point and a digit.
pub(super) fn scan(text: &str, start: usize) -> Number {
    let bytes = text.as_bytes();
    let shape = Shape::of(bytes, start);
    let literal = text.get(start..shape.end).unwrap_or("");
    let mut error = shape.error;
    if error.is_none() {
        error = value_of(literal, &shape).err();
    }
    let kind = if shape.real { TokenKind::Real } else { TokenKind::Integer };
    Number { kind, end: shape.end, error }
}

/// The value of a literal that [`scan`] delimited; zero for one that it complained about.
pub(super) fn value(literal: &str) -> Literal {
    let shape = Shape::of(literal.as_bytes(), 0);
    let zero = Literal::Integer { value: 0, ty: IntegerType::Int };
    if shape.error.is_some() { zero } else { value_of(literal, &shape).unwrap_or(zero) }
}

/// How a literal is built up.
struct Shape {
    end: usize,
    /// Offset after the last digit: the suffix starts here.
    digits_end: usize,
    radix: u32,
    real: bool,
    error: Option<NumberError>,
}

impl Shape {
    fn of(bytes: &[u8], start: usize) -> Self {
        let mut at = start;
        let radix = match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'0'), Some(b'x' | b'X')) => 16,
            (Some(b'0'), Some(b'b' | b'B')) => 2,
            _ => 10,
        };
        if radix != 10 {
            at += 2;
        }
        let mut shape = Self { end: at, digits_end: at, radix, real: false, error: None };
        if radix == 10 {
            shape.decimal(bytes);
        } else {
            // Only a leading separator is allowed here: `0x_1`.
            shape.end = shape.digits(bytes, at);
            if shape.end == at {
                shape.error = Some(NumberError::Invalid);
            }
        }
        shape.digits_end = shape.end;
        shape.suffix(bytes);
        shape
    }

    /// The offset after the digits and separators at `at`.
    fn digits(&mut self, bytes: &[u8], at: usize) -> usize {
        let mut end = at;
        while let Some(byte) = bytes.get(end) {
            let is_digit = match self.radix {
                16 => byte.is_ascii_hexdigit(),
                2 => matches!(byte, b'0' | b'1'),
                _ => byte.is_ascii_digit(),
            };
            if !is_digit && *byte != b'_' {
                break;
            }
            end += 1;
        }
        if end > at && bytes.get(end - 1) == Some(&b'_') {
            self.error = Some(NumberError::Invalid);
        }
        end
    }

    fn decimal(&mut self, bytes: &[u8]) {
        self.end = self.digits(bytes, self.end);
        if bytes.get(self.end) == Some(&b'.') && bytes.get(self.end + 1).is_some_and(u8::is_ascii_digit) {
            self.real = true;
            self.end = self.digits(bytes, self.end + 1);
        }
        if !matches!(bytes.get(self.end), Some(b'e' | b'E')) {
            return;
        }
        self.real = true;
        self.end += 1;
        if matches!(bytes.get(self.end), Some(b'+' | b'-')) {
            self.end += 1;
        }
        match bytes.get(self.end) {
            Some(byte) if byte.is_ascii_digit() => self.end = self.digits(bytes, self.end),
            Some(b'_') => {
                self.end = self.digits(bytes, self.end);
                self.error = Some(NumberError::Invalid);
            }
            _ => self.error = Some(NumberError::InvalidReal),
        }
    }

    fn suffix(&mut self, bytes: &[u8]) {
        let lower = |at: usize| bytes.get(at).map_or(0, u8::to_ascii_lowercase);
        match (lower(self.end), lower(self.end + 1)) {
            (b'f' | b'd' | b'm', _) if self.radix == 10 => {
                self.real = true;
                self.end += 1;
            }
            _ if self.real => {}
            (b'u', b'l') | (b'l', b'u') => self.end += 2,
            (b'u' | b'l', _) => self.end += 1,
            _ => {}
        }
    }
}

fn value_of(literal: &str, shape: &Shape) -> Result<Literal, NumberError> {
    let digits = literal_part(literal, shape);
    let suffix = literal.get(literal.len() - (shape.end - shape.digits_end)..).unwrap_or("");
    if shape.real { real(digits, suffix) } else { integer(digits, shape.radix, suffix) }
}

/// The digits of `literal`, without prefix and suffix. `shape` may count from the start of a longer text.
fn literal_part<'t>(literal: &'t str, shape: &Shape) -> &'t str {
    let prefix = if shape.radix == 10 { 0 } else { 2 };
    literal.get(prefix..literal.len() - (shape.end - shape.digits_end)).unwrap_or("")
}

fn integer(digits: &str, radix: u32, suffix: &str) -> Result<Literal, NumberError> {
    let mut value = 0_u64;
    for digit in digits.chars().filter_map(|c| c.to_digit(radix)) {
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .ok_or(NumberError::TooLarge)?;
    }
    let (unsigned, long) = (suffix.contains(['u', 'U']), suffix.contains(['l', 'L']));
    // "the first of these types in which its value can be represented": int, uint, long, ulong, less those that a
    // suffix excludes.
    let ty = if !long && !unsigned && i32::try_from(value).is_ok() {
        IntegerType::Int
    } else if !long && u32::try_from(value).is_ok() {
        IntegerType::UInt
    } else if !unsigned && i64::try_from(value).is_ok() {
        IntegerType::Long
    } else {
        IntegerType::ULong
    };
    Ok(Literal::Integer { value, ty })
}

fn real(digits: &str, suffix: &str) -> Result<Literal, NumberError> {
    let clean: String = digits.chars().filter(|c| *c != '_').collect();
    match suffix {
        "m" | "M" => decimal(&clean).ok_or(NumberError::OutOfRange("decimal")),
        "f" | "F" => match clean.parse::<f32>() {
            Ok(value) if value.is_finite() => Ok(Literal::Single(value)),
            _ => Err(NumberError::OutOfRange("float")),
        },
        _ => match clean.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Literal::Double(value)),
            _ => Err(NumberError::OutOfRange("double")),
        },
    }
}

/// A decimal has 96 bits of digits, of which up to 28 are decimals; what does not fit is rounded half to even.
fn decimal(text: &str) -> Option<Literal> {
    const MAX: u128 = (1 << 96) - 1;
    let (digits, exponent) = match text.split_once(['e', 'E']) {
        // An exponent beyond this range decides alone, whatever the digits are.
        Some((digits, exponent)) => (digits, exponent.parse::<i64>().unwrap_or(i64::MAX).clamp(-100_000, 100_000)),
        None => (text, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut mantissa = 0_u128;
    let mut scale = i64::try_from(fraction.len()).ok()? - exponent;
    let mut rest = whole.bytes().chain(fraction.bytes()).peekable();
    while let Some(digit) = rest.next_if(|_| mantissa <= MAX * 100) {
        mantissa = mantissa * 10 + u128::from(digit - b'0');
    }
    // What is left of the digits only says whether there is more.
    let (left, sticky) = rest.fold((0_i64, false), |(left, sticky), digit| (left + 1, sticky || digit != b'0'));
    scale -= left;
    while scale < 0 && mantissa <= MAX && mantissa != 0 {
        mantissa *= 10;
        scale += 1;
    }
    if mantissa == 0 {
        return Some(Literal::Decimal { mantissa: 0, scale: u32::try_from(scale.clamp(0, 28)).ok()? });
    }
    let (mantissa, scale) = round_decimal(mantissa, scale, sticky, MAX)?;
    Some(Literal::Decimal { mantissa, scale })
}

fn round_decimal(mut mantissa: u128, mut scale: i64, mut sticky: bool, max: u128) -> Option<(u128, u32)> {
    let mut last = 0_u128;
    while (mantissa > max || scale > 28) && scale > 0 {
        sticky = sticky || last != 0;
        (last, mantissa) = (mantissa % 10, mantissa / 10);
        scale -= 1;
    }
    if last > 5 || (last == 5 && (sticky || mantissa % 2 == 1)) {
        mantissa += 1;
        if mantissa > max {
            return if scale > 0 { round_decimal(mantissa, scale, false, max) } else { None };
        }
    }
    if mantissa > max || scale < 0 { None } else { Some((mantissa, u32::try_from(scale).ok()?)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends_at(text: &str) -> usize {
        scan(text, 0).end
    }

    #[test]
    fn a_literal_ends_where_the_compiler_ends_it() {
        assert_eq!(ends_at("1.ToString"), 1);
        assert_eq!(ends_at("1..2"), 1);
        assert_eq!(ends_at("1.5e-3f+"), 7);
        assert_eq!(ends_at("0XFFuLx"), 6);
        assert_eq!(ends_at("1ulx"), 3);
        assert_eq!(ends_at("1f2"), 2);
    }

    #[test]
    fn types_follow_value_and_suffix() {
        let ty = |text: &str| match value(text) {
            Literal::Integer { ty, .. } => Some(ty),
            _ => None,
        };
        assert_eq!(ty("2147483647"), Some(IntegerType::Int));
        assert_eq!(ty("2147483648"), Some(IntegerType::UInt));
        assert_eq!(ty("0xFFFFFFFF"), Some(IntegerType::UInt));
        assert_eq!(ty("4294967296"), Some(IntegerType::Long));
        assert_eq!(ty("9223372036854775808"), Some(IntegerType::ULong));
        assert_eq!(ty("1u"), Some(IntegerType::UInt));
        assert_eq!(ty("4294967296u"), Some(IntegerType::ULong));
        assert_eq!(ty("1L"), Some(IntegerType::Long));
        assert_eq!(ty("9223372036854775808L"), Some(IntegerType::ULong));
        assert_eq!(ty("1lu"), Some(IntegerType::ULong));
    }

    #[test]
    fn decimals_keep_their_zeros_and_round_half_to_even() {
        let decimal = |text: &str| match value(text) {
            Literal::Decimal { mantissa, scale } => (mantissa, scale),
            _ => (0, 99),
        };
        assert_eq!(decimal("1.50m"), (150, 2));
        assert_eq!(decimal("1e2m"), (100, 0));
        assert_eq!(decimal("1.5e-2m"), (15, 3));
        assert_eq!(decimal("79228162514264337593543950335m"), (79_228_162_514_264_337_593_543_950_335, 0));
        assert_eq!(decimal("0.12345678901234567890123456785m"), (1_234_567_890_123_456_789_012_345_678, 28));
        assert_eq!(decimal("0.12345678901234567890123456775m"), (1_234_567_890_123_456_789_012_345_678, 28));
        assert_eq!(decimal("0.00000000000000000000000000000000005m"), (0, 28));
        assert_eq!(scan("79228162514264337593543950336m", 0).error, Some(NumberError::OutOfRange("decimal")));
    }
}
