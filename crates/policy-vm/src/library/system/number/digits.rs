//! A number as decimal digits: what .NET calls a number buffer.

use rust_decimal::Decimal;

/// Where a number comes from, which decides about negative zero and rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An integer type.
    Integer,
    /// `decimal`.
    Decimal,
    /// `double` or `float`; its digits are rounded already.
    Float,
}

/// `0.d1d2d3… × 10^scale`, the digits as values 0 to 9.
#[derive(Clone, Debug)]
pub(crate) struct Digits {
    /// The digits, the first one not zero.
    pub digits: Vec<u8>,
    /// Number of digits before the point.
    pub scale: i32,
    /// True for a minus.
    pub negative: bool,
    /// Where it comes from.
    pub kind: Kind,
}

impl Digits {
    /// Of an integer.
    #[must_use]
    pub(crate) fn from_integer(value: i128) -> Self {
        let mut number = Self::from_magnitude(value.unsigned_abs(), 0, Kind::Integer);
        number.negative = value < 0;
        number
    }

    /// Of a decimal; its trailing zeros are kept.
    #[must_use]
    pub(crate) fn from_decimal(value: Decimal) -> Self {
        let scale = i32::try_from(value.scale()).unwrap_or(0);
        let mut number = Self::from_magnitude(value.mantissa().unsigned_abs(), scale, Kind::Decimal);
        number.negative = value.is_sign_negative();
        number
    }

    fn from_magnitude(mut value: u128, fraction: i32, kind: Kind) -> Self {
        let mut digits = Vec::with_capacity(20);
        while value > 0 {
            digits.push((value % 10) as u8);
            value /= 10;
        }
        digits.reverse();
        let scale = length(&digits) - fraction;
        Self { digits, scale, negative: false, kind }
    }

    /// Of a finite floating point number: the shortest digits that read back the same. `text` is Rust's `{:e}`.
    #[must_use]
    pub(crate) fn from_scientific(text: &str, negative: bool) -> Self {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0').collect();
        trim_zeros(&mut digits);
        let scale = if digits.is_empty() { 0 } else { exponent.parse::<i32>().unwrap_or(0) + 1 };
        Self { digits, scale, negative, kind: Kind::Float }
    }

    /// Of plain digits with a point, as Rust's `{:.n}` gives them.
    #[must_use]
    pub(crate) fn from_fixed(text: &str, negative: bool) -> Self {
        let point = text.find('.').unwrap_or(text.len());
        let all = text.bytes().filter(u8::is_ascii_digit).map(|b| b - b'0');
        let leading = all.clone().take_while(|d| *d == 0).count();
        let mut digits: Vec<u8> = all.skip(leading).collect();
        trim_zeros(&mut digits);
        let scale = if digits.is_empty() { 0 } else { to_i32(point) - to_i32(leading) };
        Self { digits, scale, negative, kind: Kind::Float }
    }

    /// The digit at a place, if there is one.
    #[must_use]
    pub(crate) fn digit(&self, index: usize) -> Option<u8> {
        self.digits.get(index).copied()
    }

    /// True for zero.
    #[must_use]
    pub(crate) fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Keeps `count` digits. `correctly_rounded` digits are only cut; others are rounded half away from zero.
    pub(crate) fn round(&mut self, count: i32, correctly_rounded: bool) {
        let keep = usize::try_from(count.max(0)).unwrap_or(0);
        let up = count >= 0 && !correctly_rounded && self.digits.get(keep).is_some_and(|d| *d >= 5);
        self.digits.truncate(keep);
        if up {
            while self.digits.last() == Some(&9) {
                self.digits.pop();
            }
            match self.digits.last_mut() {
                Some(last) => *last += 1,
                None => {
                    self.scale += 1;
                    self.digits.push(1);
                }
            }
        } else {
            trim_zeros(&mut self.digits);
        }
        if self.digits.is_empty() {
            // Integers and decimals have no negative zero.
            self.negative &= self.kind == Kind::Float;
            self.scale = 0;
        }
    }
}

fn trim_zeros(digits: &mut Vec<u8>) {
    while digits.last() == Some(&0) {
        digits.pop();
    }
}

fn length(digits: &[u8]) -> i32 {
    to_i32(digits.len())
}

fn to_i32(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}
