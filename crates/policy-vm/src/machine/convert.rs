//! Numeric conversions, and the holes of interpolated strings.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use super::arithmetic::decimal_of;
use crate::bytecode::Prim;
use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::decimal::convert::as_double;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::TextBuf;

/// An integral value as `long`.
pub(crate) fn to_i64(value: Value) -> Result<i64, Throw> {
    Ok(to_i128(value)? as i64)
}

/// An integral value in 128 bits, where every one has its place.
pub(super) fn to_i128(value: Value) -> Result<i128, Throw> {
    Ok(match value {
        Value::Char(n) | Value::UInt16(n) => n.into(),
        Value::SByte(n) => n.into(),
        Value::Byte(n) => n.into(),
        Value::Int16(n) => n.into(),
        Value::Int32(n) => n.into(),
        Value::UInt32(n) => n.into(),
        Value::Int64(n) => n.into(),
        Value::UInt64(n) => n.into(),
        Value::Enum(_, n) => n.into(),
        _ => return Err(fault("an integral value was expected")),
    })
}

/// `(into)value`, a conversion between numeric types.
pub(super) fn numeric(cx: &mut Cx<'_>, from: Prim, into: Prim, checked: bool, value: Value) -> Result<Value, Throw> {
    match from {
        Prim::F32 | Prim::F64 => {
            let n = match value {
                Value::Double(n) => n,
                Value::Single(n) => f64::from(n),
                _ => return Err(fault("a floating-point number was expected")),
            };
            from_float(cx, from, into, checked, n)
        }
        Prim::Decimal => {
            let n = decimal_of(cx, value)?;
            from_decimal(cx, into, n)
        }
        _ => from_integer(cx, into, checked, to_i128(value)?),
    }
}

fn from_integer(cx: &mut Cx<'_>, into: Prim, checked: bool, n: i128) -> Result<Value, Throw> {
    let (value, fits) = match into {
        Prim::Char => (Value::Char(n as u16), u16::try_from(n).is_ok()),
        Prim::I8 => (Value::SByte(n as i8), i8::try_from(n).is_ok()),
        Prim::U8 => (Value::Byte(n as u8), u8::try_from(n).is_ok()),
        Prim::I16 => (Value::Int16(n as i16), i16::try_from(n).is_ok()),
        Prim::U16 => (Value::UInt16(n as u16), u16::try_from(n).is_ok()),
        Prim::I32 => (Value::Int32(n as i32), i32::try_from(n).is_ok()),
        Prim::U32 => (Value::UInt32(n as u32), u32::try_from(n).is_ok()),
        Prim::I64 => (Value::Int64(n as i64), i64::try_from(n).is_ok()),
        Prim::U64 => (Value::UInt64(n as u64), u64::try_from(n).is_ok()),
        Prim::F32 => (Value::Single(n as f32), true),
        Prim::F64 => (Value::Double(n as f64), true),
        Prim::Decimal => return make_decimal(cx, Decimal::from_i128(n)),
    };
    if checked && !fits {
        return Err(cx.throw_default(Exc::Overflow));
    }
    Ok(value)
}

fn from_float(cx: &mut Cx<'_>, from: Prim, into: Prim, checked: bool, n: f64) -> Result<Value, Throw> {
    match into {
        Prim::F32 => return Ok(Value::Single(n as f32)),
        Prim::F64 => return Ok(Value::Double(n)),
        Prim::Decimal => {
            // .NET keeps 15 significant digits of a double and 7 of a float.
            let digits = if from == Prim::F32 { 7 } else { 15 };
            return make_decimal(cx, crate::library::system::decimal::convert::from_float(n, digits));
        }
        _ => {}
    }
    let whole = n.trunc();
    if checked && !(whole.is_finite() && whole.abs() < 1e30 && integer_fits(into, whole as i128)) {
        return Err(cx.throw_default(Exc::Overflow));
    }
    from_integer(cx, into, false, i128::from(truncated(into, whole)))
}

/// A whole number as the x64 instructions of .NET 8 convert it: through `int` for the types below, through `long` for
/// `uint`; what is out of the range of these gives their least number.
fn truncated(into: Prim, whole: f64) -> i64 {
    const TWO_TO_63: f64 = 9_223_372_036_854_775_808.0;
    let long = |n: f64| if (-TWO_TO_63..TWO_TO_63).contains(&n) { n as i64 } else { i64::MIN };
    match into {
        Prim::I64 | Prim::U32 => long(whole),
        Prim::U64 if whole < TWO_TO_63 => long(whole),
        Prim::U64 => long(whole - TWO_TO_63).wrapping_add(i64::MIN),
        _ => i64::from(i32::try_from(long(whole)).unwrap_or(i32::MIN)),
    }
}

fn integer_fits(into: Prim, n: i128) -> bool {
    match into {
        Prim::Char | Prim::U16 => u16::try_from(n).is_ok(),
        Prim::I8 => i8::try_from(n).is_ok(),
        Prim::U8 => u8::try_from(n).is_ok(),
        Prim::I16 => i16::try_from(n).is_ok(),
        Prim::I32 => i32::try_from(n).is_ok(),
        Prim::U32 => u32::try_from(n).is_ok(),
        Prim::I64 => i64::try_from(n).is_ok(),
        Prim::U64 => u64::try_from(n).is_ok(),
        Prim::F32 | Prim::F64 | Prim::Decimal => true,
    }
}

fn from_decimal(cx: &mut Cx<'_>, into: Prim, n: Decimal) -> Result<Value, Throw> {
    match into {
        Prim::F64 => return Ok(Value::Double(as_double(n))),
        Prim::F32 => return Ok(Value::Single(as_double(n) as f32)),
        Prim::Decimal => return make_decimal(cx, Some(n)),
        _ => {}
    }
    // A decimal out of range throws, checked or not.
    match n.trunc().to_i128() {
        Some(whole) if integer_fits(into, whole) => from_integer(cx, into, false, whole),
        _ => {
            let name = match into {
                Prim::Char => "a character",
                Prim::I8 => "a signed byte",
                Prim::U8 => "an unsigned byte",
                Prim::I16 => "an Int16",
                Prim::U16 => "a UInt16",
                Prim::I32 => "an Int32",
                Prim::U32 => "a UInt32",
                Prim::I64 => "an Int64",
                _ => "a UInt64",
            };
            Err(cx.throw(Exc::Overflow, format!("Value was either too large or too small for {name}.")))
        }
    }
}

fn make_decimal(cx: &mut Cx<'_>, decimal: Option<Decimal>) -> Result<Value, Throw> {
    match decimal {
        Some(decimal) => Ok(Value::Object(cx.heap.new_object(Object::Decimal(decimal))?)),
        None => Err(cx.throw(Exc::Overflow, "Value was either too large or too small for a Decimal.")),
    }
}

/// A hole of an interpolated string: `{value,width:format}`.
pub(super) fn format(cx: &mut Cx<'_>, value: Value, format: Value, width: i32) -> Result<Value, Throw> {
    let mut out = TextBuf::new();
    let format = match format {
        Value::String(s) => Some(TextBuf::from(&*cx.heap.text(s).to_utf8())),
        _ => None,
    };
    crate::library::system::formatting::format_value(cx, value, format.as_ref().map(TextBuf::as_text), &mut out)?;
    let padding = (width.unsigned_abs() as usize).saturating_sub(out.len());
    if padding == 0 {
        return cx.string_buf(&out);
    }
    cx.heap.charge_string(padding)?;
    let mut spaces = TextBuf::new();
    spaces.push_str(&" ".repeat(padding));
    if width < 0 {
        out.push_text(spaces.as_text());
        return cx.string_buf(&out);
    }
    spaces.push_text(out.as_text());
    cx.string_buf(&spaces)
}
