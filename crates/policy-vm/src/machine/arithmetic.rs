//! Operators on the less frequent types, and everything that can overflow or divide by zero.

use rust_decimal::Decimal;

use crate::bytecode::{BinOp, Num};
use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::decimal::arithmetic as scaled;
use crate::value::Value;
use crate::value::heap::Object;

/// `a op b` on two values of the type `num`.
pub(super) fn binary(cx: &mut Cx<'_>, op: BinOp, num: Num, checked: bool, a: Value, b: Value) -> Result<Value, Throw> {
    match (num, a, b) {
        (Num::I32, Value::Int32(a), Value::Int32(b)) => int32(cx, op, checked, a, b),
        // The right operand of a shift is an int, whatever the left one is.
        (Num::U32, Value::UInt32(a), b) => {
            let b = super::convert::to_i128(b)?;
            integer(cx, op, checked, i128::from(a), b, 31, |n| Value::UInt32(n as u32), |n| u32::try_from(n).is_ok())
        }
        (Num::I64, Value::Int64(a), b) => {
            let b = super::convert::to_i128(b)?;
            integer(cx, op, checked, i128::from(a), b, 63, |n| Value::Int64(n as i64), |n| i64::try_from(n).is_ok())
        }
        (Num::U64, Value::UInt64(a), b) => {
            let b = super::convert::to_i128(b)?;
            integer(cx, op, checked, i128::from(a), b, 63, |n| Value::UInt64(n as u64), |n| u64::try_from(n).is_ok())
        }
        (Num::F64, Value::Double(a), Value::Double(b)) => float(op, a, b, Value::Double),
        (Num::F32, Value::Single(a), Value::Single(b)) => {
            // Each operation rounds to single precision, as .NET does on current hardware.
            float(op, f64::from(a), f64::from(b), |n| Value::Single(n as f32))
        }
        (Num::Decimal, a, b) => decimal(cx, op, decimal_of(cx, a)?, decimal_of(cx, b)?),
        (Num::Bool, Value::Bool(a), Value::Bool(b)) => Ok(Value::Bool(match op {
            BinOp::And => a & b,
            BinOp::Or => a | b,
            BinOp::Xor | BinOp::Ne => a ^ b,
            BinOp::Eq => a == b,
            _ => return Err(fault("no such operator on bool")),
        })),
        (Num::Enum, Value::Enum(ty, a), Value::Enum(_, b)) => enumeration(op, ty, a, b),
        _ => Err(fault("operands are not of the operator's type")),
    }
}

fn enumeration(op: BinOp, ty: crate::types::TypeId, a: i64, b: i64) -> Result<Value, Throw> {
    Ok(match op {
        BinOp::And => Value::Enum(ty, a & b),
        BinOp::Or => Value::Enum(ty, a | b),
        BinOp::Xor => Value::Enum(ty, a ^ b),
        BinOp::Sub => Value::Int32(a.wrapping_sub(b) as i32),
        _ => Value::Bool(compared(op, a.cmp(&b)).ok_or(fault("no such operator on an enum"))?),
    })
}

/// The result of a comparison operator, `None` for any other operator.
pub(super) fn compared(op: BinOp, order: std::cmp::Ordering) -> Option<bool> {
    Some(match op {
        BinOp::Eq => order.is_eq(),
        BinOp::Ne => order.is_ne(),
        BinOp::Lt => order.is_lt(),
        BinOp::Le => order.is_le(),
        BinOp::Gt => order.is_gt(),
        BinOp::Ge => order.is_ge(),
        _ => return None,
    })
}

/// The most frequent type, without a detour over 128 bits.
fn int32(cx: &mut Cx<'_>, op: BinOp, checked: bool, a: i32, b: i32) -> Result<Value, Throw> {
    let wide = match op {
        BinOp::Add => i64::from(a) + i64::from(b),
        BinOp::Sub => i64::from(a) - i64::from(b),
        BinOp::Mul => i64::from(a) * i64::from(b),
        BinOp::Div | BinOp::Rem => {
            // `int.MinValue / -1` and `int.MinValue % -1` overflow always, checked or not.
            let result = if op == BinOp::Div { a.checked_div(b) } else { a.checked_rem(b) };
            let why = if b == 0 { Exc::DivideByZero } else { Exc::Overflow };
            return result.map(Value::Int32).ok_or_else(|| cx.throw_default(why));
        }
        // "The shift count is masked to the width of the left operand." Bits shifted out are lost without overflow.
        BinOp::Shl => i64::from(a.wrapping_shl(b as u32)),
        BinOp::Shr => i64::from(a.wrapping_shr(b as u32)),
        BinOp::And => i64::from(a & b),
        BinOp::Or => i64::from(a | b),
        BinOp::Xor => i64::from(a ^ b),
        _ => return Ok(Value::Bool(compared(op, a.cmp(&b)).unwrap_or(false))),
    };
    if checked && i32::try_from(wide).is_err() {
        return Err(cx.throw_default(Exc::Overflow));
    }
    Ok(Value::Int32(wide as i32))
}

/// Integers are computed in 128 bits, where no result of 64-bit operands overflows, and then cut to size.
#[expect(clippy::too_many_arguments, reason = "one function serves all widths")]
fn integer(
    cx: &mut Cx<'_>,
    op: BinOp,
    checked: bool,
    a: i128,
    b: i128,
    shift_mask: i128,
    make: impl Fn(i128) -> Value,
    fits: impl Fn(i128) -> bool,
) -> Result<Value, Throw> {
    let result = match op {
        BinOp::Add => a + b,
        BinOp::Sub => a - b,
        BinOp::Mul => a.wrapping_mul(b),
        BinOp::Div | BinOp::Rem if b == 0 => return Err(cx.throw_default(Exc::DivideByZero)),
        BinOp::Div | BinOp::Rem => {
            // `int.MinValue / -1` and `int.MinValue % -1` overflow always, checked or not.
            if !fits(a / b) {
                return Err(cx.throw_default(Exc::Overflow));
            }
            if op == BinOp::Div { a / b } else { a % b }
        }
        // "The shift count is masked to the width of the left operand." Bits shifted out are lost without overflow.
        BinOp::Shl => return Ok(make(a << (b & shift_mask))),
        BinOp::Shr => a >> (b & shift_mask),
        BinOp::And => a & b,
        BinOp::Or => a | b,
        BinOp::Xor => a ^ b,
        _ => return Ok(Value::Bool(compared(op, a.cmp(&b)).unwrap_or(false))),
    };
    if checked && !fits(result) {
        return Err(cx.throw_default(Exc::Overflow));
    }
    Ok(make(result))
}

fn float(op: BinOp, a: f64, b: f64, make: impl Fn(f64) -> Value) -> Result<Value, Throw> {
    Ok(match op {
        BinOp::Add => make(a + b),
        BinOp::Sub => make(a - b),
        BinOp::Mul => make(a * b),
        BinOp::Div => make(a / b),
        BinOp::Rem => make(a % b),
        BinOp::Eq => Value::Bool(a == b),
        BinOp::Ne => Value::Bool(a != b),
        BinOp::Lt => Value::Bool(a < b),
        BinOp::Le => Value::Bool(a <= b),
        BinOp::Gt => Value::Bool(a > b),
        BinOp::Ge => Value::Bool(a >= b),
        _ => return Err(fault("no such operator on a floating-point number")),
    })
}

/// The decimal behind a value.
pub(super) fn decimal_of(cx: &Cx<'_>, value: Value) -> Result<Decimal, Throw> {
    match cx.heap.get(value) {
        Some(Object::Decimal(decimal)) => Ok(*decimal),
        _ => Err(fault("a decimal was expected")),
    }
}

fn decimal(cx: &mut Cx<'_>, op: BinOp, a: Decimal, b: Decimal) -> Result<Value, Throw> {
    if let Some(result) = compared(op, a.cmp(&b)) {
        return Ok(Value::Bool(result));
    }
    let result = match op {
        BinOp::Add => scaled::checked_add(a, b),
        BinOp::Sub => scaled::checked_add(a, -b),
        BinOp::Mul => scaled::checked_multiply(a, b),
        BinOp::Div | BinOp::Rem if b.is_zero() => return Err(cx.throw_default(Exc::DivideByZero)),
        BinOp::Div => scaled::checked_divide(a, b),
        BinOp::Rem => scaled::checked_remainder(a, b),
        _ => return Err(fault("no such operator on decimal")),
    };
    let Some(result) = result else {
        return Err(cx.throw(Exc::Overflow, "Value was either too large or too small for a Decimal."));
    };
    Ok(Value::Object(cx.heap.new_object(Object::Decimal(result))?))
}

/// `-a`.
pub(super) fn negate(cx: &mut Cx<'_>, num: Num, checked: bool, a: Value) -> Result<Value, Throw> {
    Ok(match (num, a) {
        (Num::I32, Value::Int32(i32::MIN)) | (Num::I64, Value::Int64(i64::MIN)) if checked => {
            return Err(cx.throw_default(Exc::Overflow));
        }
        (Num::I32, Value::Int32(n)) => Value::Int32(n.wrapping_neg()),
        (Num::I64, Value::Int64(n)) => Value::Int64(n.wrapping_neg()),
        (Num::F64, Value::Double(n)) => Value::Double(-n),
        (Num::F32, Value::Single(n)) => Value::Single(-n),
        (Num::Decimal, value) => {
            let negative = -decimal_of(cx, value)?;
            Value::Object(cx.heap.new_object(Object::Decimal(negative))?)
        }
        _ => return Err(fault("no such operator")),
    })
}

/// `~a`.
pub(super) fn complement(num: Num, a: Value) -> Result<Value, Throw> {
    Ok(match (num, a) {
        (Num::I32, Value::Int32(n)) => Value::Int32(!n),
        (Num::U32, Value::UInt32(n)) => Value::UInt32(!n),
        (Num::I64, Value::Int64(n)) => Value::Int64(!n),
        (Num::U64, Value::UInt64(n)) => Value::UInt64(!n),
        (Num::Enum, Value::Enum(ty, n)) => Value::Enum(ty, !n),
        _ => return Err(fault("no such operator")),
    })
}
