//! Conversions between decimals and the other numbers.

use rust_decimal::Decimal;

use super::{as_decimal, overflow, value};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::number::integer::{self, Integer};
use crate::library::system::number::parse::new_decimal;
use crate::value::Value;

/// `(decimal)x` and `new decimal(x)` for any other number.
///
/// # Errors
/// `OverflowException` when a floating point number is out of range or is none.
pub(crate) fn to_decimal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let made = match arg(args, 0) {
        Value::Double(v) => from_float(v, 15),
        Value::Single(v) => from_float(f64::from(v), 7),
        Value::Char(unit) => Some(Decimal::from(unit)),
        other => match integer::get(other) {
            Some(n) => Some(Decimal::from_i128_with_scale(n, 0)),
            None => return Err(fault("a number was expected")),
        },
    };
    match made {
        Some(d) => value(cx, d),
        None => Err(overflow(cx)),
    }
}

/// A floating point number rounded to the digits its type is sure of (15 or 7), computed in floating point as .NET
/// does it; trailing zeros of the fraction are dropped.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "as .NET does"
)]
pub(crate) fn from_float(v: f64, digits: i32) -> Option<Decimal> {
    let magnitude = v.abs();
    // `0.1xxx × 2^exponent`
    let exponent = (magnitude.to_bits() >> 52) as i32 - 1022;
    if exponent < -94 {
        return Some(Decimal::ZERO);
    }
    if exponent > 96 {
        return None;
    }
    let (low, high) = (10f64.powi(digits - 1), 10f64.powi(digits));
    let mut power = (digits - 1) - ((exponent * 19728) >> 16);
    let mut scaled = magnitude;
    if power >= 0 {
        power = power.min(28);
        scaled *= 10f64.powi(power);
    } else if power != -1 || scaled >= high {
        scaled /= 10f64.powi(-power);
    } else {
        power = 0;
    }
    if scaled < low && power < 28 {
        scaled *= 10.0;
        power += 1;
    }
    let mut mantissa = scaled as u128;
    let rest = scaled - mantissa as f64;
    if rest > 0.5 || (rest == 0.5 && mantissa % 2 == 1) {
        mantissa += 1;
    }
    if mantissa == 0 {
        return Some(Decimal::ZERO);
    }
    while power > 0 && mantissa.is_multiple_of(10) {
        mantissa /= 10;
        power -= 1;
    }
    if power < 0 {
        mantissa = mantissa.checked_mul(10u128.checked_pow(power.unsigned_abs())?)?;
    }
    new_decimal(mantissa, u32::try_from(power).unwrap_or(0), v < 0.0)
}

/// The integer part of a decimal, for `(int)d`, `decimal.ToInt32(d)` and their kin.
///
/// # Errors
/// `OverflowException` when it is out of range.
pub(crate) fn to_integer<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?;
    match T::KIND.checked(d.trunc().mantissa()) {
        Some(value) => Ok(value),
        None => Err(cx.throw(Exc::Overflow, integer::out_of_range(T::KIND.phrase))),
    }
}

/// `(char)d`.
///
/// # Errors
/// `OverflowException` when it is out of range.
pub(crate) fn to_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?;
    match u16::try_from(d.trunc().mantissa()) {
        Ok(unit) => Ok(Value::Char(unit)),
        Err(_) => Err(cx.throw(Exc::Overflow, integer::out_of_range("a character"))),
    }
}

/// A `double` as .NET computes it: the mantissa as a `double`, divided by the power of ten. Its last digit may be another
/// one than that of the nearest number. A `float` is made of it.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a double is what is wanted")]
pub(crate) fn as_double(d: Decimal) -> f64 {
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    const POWERS: [f64; 29] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28,
    ];
    let mantissa = d.mantissa().unsigned_abs();
    let (high, low) = (mantissa >> 64, mantissa & u128::from(u64::MAX));
    let power = POWERS.get(d.scale() as usize).copied().unwrap_or(f64::INFINITY);
    let magnitude = (low as f64 + high as f64 * TWO_TO_64) / power;
    if d.is_sign_negative() { -magnitude } else { magnitude }
}

/// `(double)d`.
pub(crate) fn to_double(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(as_double(as_decimal(cx, args, 0)?)))
}

/// `(float)d`.
#[expect(clippy::cast_possible_truncation, reason = "a float is what is wanted")]
pub(crate) fn to_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Single(as_double(as_decimal(cx, args, 0)?) as f32))
}
