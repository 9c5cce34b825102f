//! Conversions between decimals and the other numbers.

use rust_decimal::Decimal;

use super::{as_decimal, overflow, value};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::number::digits::Digits;
use crate::library::system::number::integer::{self, Integer};
use crate::library::system::number::parse::decimal_from_digits;
use crate::value::Value;

/// `(decimal)x` and `new decimal(x)` for any other number.
///
/// # Errors
/// `OverflowException` when a floating point number is out of range or is none.
pub fn to_decimal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
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

/// A floating point number rounded to the digits its type is sure of; its trailing zeros are dropped.
#[must_use]
pub fn from_float(v: f64, digits: usize) -> Option<Decimal> {
    if !v.is_finite() {
        return None;
    }
    let number = Digits::from_scientific(&format!("{:.*e}", digits - 1, v.abs()), v < 0.0);
    if number.is_zero() || number.scale < -28 {
        return Some(Decimal::ZERO);
    }
    decimal_from_digits(&number.digits, number.scale.into(), number.negative)
}

/// The integer part of a decimal, for `(int)d`, `decimal.ToInt32(d)` and their kin.
///
/// # Errors
/// `OverflowException` when it is out of range.
pub fn to_integer<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
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
pub fn to_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?;
    match u16::try_from(d.trunc().mantissa()) {
        Ok(unit) => Ok(Value::Char(unit)),
        Err(_) => Err(cx.throw(Exc::Overflow, integer::out_of_range("a character"))),
    }
}

/// The nearest `double` as .NET computes it: the mantissa as a `double`, divided by the power of ten.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a double is what is wanted")]
pub fn as_double(d: Decimal) -> f64 {
    const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;
    let mantissa = d.mantissa().unsigned_abs();
    let (high, low) = (mantissa >> 64, mantissa & u128::from(u64::MAX));
    let scale = i32::try_from(d.scale()).unwrap_or(0);
    let magnitude = (low as f64 + high as f64 * TWO_TO_64) / 10f64.powi(scale);
    if d.is_sign_negative() { -magnitude } else { magnitude }
}

/// `(double)d`.
pub fn to_double(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(as_double(as_decimal(cx, args, 0)?)))
}

/// `(float)d`.
#[expect(clippy::cast_possible_truncation, reason = "a float is what is wanted")]
pub fn to_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Single(as_double(as_decimal(cx, args, 0)?) as f32))
}
