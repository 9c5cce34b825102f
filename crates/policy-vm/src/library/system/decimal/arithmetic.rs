//! `+ - * / %` on decimals, with .NET's scales: a sum has the greater scale, a product the sum of the scales, a quotient
//! the fewest digits that are exact; what does not fit is rounded half to even.

use rust_decimal::Decimal;

use super::{as_decimal, overflow, value};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::system::number::parse::{DECIMAL_MAX, new_decimal};
use crate::value::Value;

/// Two 128-bit halves: wide enough for every intermediate result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Wide {
    high: u128,
    low: u128,
}

impl Wide {
    const fn from(low: u128) -> Self {
        Self { high: 0, low }
    }

    /// `a × b` of two 96-bit numbers, or of a 96-bit number and a power of ten.
    const fn product(a: u128, b: u128) -> Self {
        const HALF: u128 = (1 << 64) - 1;
        let (a1, a0, b1, b0) = (a >> 64, a & HALF, b >> 64, b & HALF);
        let low = a0 * b0;
        let middle = a1 * b0 + (low >> 64);
        let (middle, carry) = middle.overflowing_add(a0 * b1);
        let high = a1 * b1 + (middle >> 64) + if carry { 1 << 64 } else { 0 };
        Self { high, low: (middle << 64) | (low & HALF) }
    }

    const fn divide_by_ten(self) -> (Self, u8) {
        let (q1, r1) = (self.high / 10, self.high % 10);
        // 2^128 = 10 × 34028236692093846346337460743176821145 + 6
        const TENTH: u128 = 34_028_236_692_093_846_346_337_460_743_176_821_145;
        let mut q0 = r1 * TENTH + self.low / 10;
        let rest = r1 * 6 + self.low % 10;
        q0 += rest / 10;
        (Self { high: q1, low: q0 }, (rest % 10) as u8)
    }

    const fn fits(self) -> bool {
        self.high == 0 && self.low <= DECIMAL_MAX
    }
}

/// `mantissa / 10^scale` brought into the range of a decimal by rounding half to even once; `None` when it is too large.
fn fit(mut mantissa: Wide, mut scale: u32, negative: bool, mut sticky: bool) -> Option<Decimal> {
    let original = (mantissa, scale, sticky);
    let mut last = 0u8;
    while (!mantissa.fits() || scale > 28) && scale > 0 {
        sticky |= last != 0;
        (mantissa, last) = mantissa.divide_by_ten();
        scale -= 1;
    }
    if !mantissa.fits() {
        return None;
    }
    let up = last > 5 || (last == 5 && (sticky || mantissa.low % 2 == 1));
    if up {
        mantissa.low += 1;
        if !mantissa.fits() {
            // Rounding reached 2^96: one digit less.
            if scale == 0 {
                return None;
            }
            let (mut again, target, mut sticky) = (original.0, scale - 1, original.2);
            let (mut at, mut last) = (original.1, 0u8);
            while at > target {
                sticky |= last != 0;
                (again, last) = again.divide_by_ten();
                at -= 1;
            }
            let up = last > 5 || (last == 5 && (sticky || again.low % 2 == 1));
            return new_decimal(again.low + u128::from(up), target, negative);
        }
    }
    new_decimal(mantissa.low, scale, negative)
}

fn magnitude(d: Decimal) -> u128 {
    d.mantissa().unsigned_abs()
}

fn power(n: u32) -> u128 {
    10u128.pow(n)
}

/// `a + b`; `None` when it is too large.
#[must_use]
pub(crate) fn checked_add(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    let x = Wide::product(magnitude(a), power(scale - a.scale()));
    let y = Wide::product(magnitude(b), power(scale - b.scale()));
    let (x_negative, y_negative) = (a.is_sign_negative(), b.is_sign_negative());
    if x_negative == y_negative {
        let (low, carry) = x.low.overflowing_add(y.low);
        return fit(Wide { high: x.high + y.high + u128::from(carry), low }, scale, x_negative, false);
    }
    let (large, small, negative) = if x >= y { (x, y, x_negative) } else { (y, x, y_negative) };
    let (low, borrow) = large.low.overflowing_sub(small.low);
    fit(Wide { high: large.high - small.high - u128::from(borrow), low }, scale, negative, false)
}

/// `a * b`; `None` when it is too large.
#[must_use]
pub(crate) fn checked_multiply(a: Decimal, b: Decimal) -> Option<Decimal> {
    /// A product of two 32-bit numbers with this scale is nothing at once, not even zeros behind the point.
    const VANISHES: u32 = 28 + 19;
    let negative = a.is_sign_negative() != b.is_sign_negative();
    let (x, y, scale) = (magnitude(a), magnitude(b), a.scale() + b.scale());
    if scale > VANISHES && x.max(y) <= u128::from(u32::MAX) {
        return Some(Decimal::ZERO);
    }
    fit(Wide::product(x, y), scale, negative, false)
}

/// `a / b` for `b` not zero; `None` when it is too large.
#[must_use]
pub(crate) fn checked_divide(a: Decimal, b: Decimal) -> Option<Decimal> {
    let negative = a.is_sign_negative() != b.is_sign_negative();
    let divisor = magnitude(b);
    let mut scale = i64::from(a.scale()) - i64::from(b.scale());
    let (mut quotient, mut rest) = (magnitude(a) / divisor, magnitude(a) % divisor);
    // A digit at a time, until it is exact or there is no more room.
    while (rest != 0 && scale < 28) || scale < 0 {
        let next = rest * 10;
        let digit = next / divisor;
        let Some(grown) = quotient.checked_mul(10).and_then(|q| q.checked_add(digit)).filter(|q| *q <= DECIMAL_MAX)
        else {
            break;
        };
        quotient = grown;
        rest = next % divisor;
        scale += 1;
    }
    if scale < 0 {
        return None;
    }
    let half = (rest * 2).cmp(&divisor);
    if half.is_gt() || (half.is_eq() && quotient % 2 == 1) {
        quotient += 1;
        if quotient > DECIMAL_MAX {
            if scale == 0 {
                return None;
            }
            // 2^96 + 1 tenth of it, rounded; the digit lost is a 6.
            quotient = quotient.div_ceil(10);
            scale -= 1;
        }
    }
    // An inexact quotient that ends in zeros after rounding loses them.
    while rest != 0 && scale > 0 && quotient % 10 == 0 {
        quotient /= 10;
        scale -= 1;
    }
    new_decimal(quotient, u32::try_from(scale).ok()?, negative)
}

/// `a % b` for `b` not zero: what truncated division leaves, with the greater scale.
#[must_use]
pub(crate) fn checked_remainder(a: Decimal, b: Decimal) -> Option<Decimal> {
    let scale = a.scale().max(b.scale());
    if magnitude(a) == 0 {
        return Some(a);
    }
    let (factor_a, factor_b) = (power(scale - a.scale()), power(scale - b.scale()));
    let divisor = Wide::product(magnitude(b), factor_b);
    let dividend = Wide::product(magnitude(a), factor_a);
    if dividend < divisor {
        return Some(a);
    }
    // The divisor fits in 128 bits here, for it is no greater than the dividend's digits allow.
    if divisor.high != 0 {
        return a.checked_rem(b);
    }
    let mut rest = magnitude(a) % divisor.low;
    for _ in 0..scale - a.scale() {
        let Some(next) = rest.checked_mul(10) else { return a.checked_rem(b) };
        rest = next % divisor.low;
    }
    let made = fit(Wide::from(rest), scale, a.is_sign_negative(), false)?;
    Some(made)
}

fn finish(cx: &mut Cx<'_>, result: Option<Decimal>) -> Result<Value, Throw> {
    match result {
        Some(d) => value(cx, d),
        None => Err(overflow(cx)),
    }
}

/// `d1 + d2`.
pub(crate) fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let result = checked_add(as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    finish(cx, result)
}

/// `d1 - d2`.
pub(crate) fn subtract(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let result = checked_add(as_decimal(cx, args, 0)?, -as_decimal(cx, args, 1)?);
    finish(cx, result)
}

/// `d1 * d2`.
pub(crate) fn multiply(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let result = checked_multiply(as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    finish(cx, result)
}

/// `d1 / d2`.
pub(crate) fn divide(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, b) = (as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    if b.is_zero() {
        return Err(cx.throw_default(Exc::DivideByZero));
    }
    finish(cx, checked_divide(a, b))
}

/// `d1 % d2`.
pub(crate) fn remainder(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, b) = (as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    if b.is_zero() {
        return Err(cx.throw_default(Exc::DivideByZero));
    }
    finish(cx, checked_remainder(a, b))
}

/// `-d`.
pub(crate) fn negate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?;
    value(cx, -d)
}

/// `++d`.
pub(crate) fn increment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let result = checked_add(as_decimal(cx, args, 0)?, Decimal::ONE);
    finish(cx, result)
}

/// `--d`.
pub(crate) fn decrement(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let result = checked_add(as_decimal(cx, args, 0)?, Decimal::NEGATIVE_ONE);
    finish(cx, result)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn d(text: &str) -> Decimal {
        Decimal::from_str_exact(text).unwrap()
    }

    #[test]
    fn scales_are_those_of_net() {
        assert_eq!(checked_add(d("1.0"), d("2.00")).map(|d| d.to_string()).as_deref(), Some("3.00"));
        assert_eq!(checked_multiply(d("1.10"), d("2.0")).map(|d| d.to_string()).as_deref(), Some("2.200"));
        assert_eq!(checked_divide(d("1.00"), d("2")).map(|d| d.to_string()).as_deref(), Some("0.50"));
        let third = checked_divide(d("2"), d("3")).map(|d| d.to_string());
        assert_eq!(third.as_deref(), Some("0.6666666666666666666666666667"));
        assert_eq!(checked_remainder(d("1.5"), d("0.25")).map(|d| d.to_string()).as_deref(), Some("0.00"));
    }

    #[test]
    fn what_is_too_large_is_none() {
        assert_eq!(checked_add(Decimal::MAX, Decimal::ONE), None);
        assert_eq!(checked_add(Decimal::MAX, d("0.4")), Some(Decimal::MAX));
        assert_eq!(checked_multiply(Decimal::MAX, d("2")), None);
        assert_eq!(checked_divide(Decimal::MAX, d("0.1")), None);
    }
}
