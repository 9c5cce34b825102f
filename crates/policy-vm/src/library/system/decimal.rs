//! `System.Decimal`: 96 bits and a scale of 0 to 28. Trailing zeros are part of a value and survive arithmetic.
//!
//! The compiler runs `+ - * / %` and conversions on decimals through [`arithmetic`] and [`convert`].

pub(crate) mod arithmetic;
pub(crate) mod convert;

use rust_decimal::Decimal;

use super::number::format::{self, Number};
use super::number::integer;
use super::number::parse::{self, new_decimal};
use super::number::styles::bits;
use super::{math, object, type_code};
use crate::cx::{Cx, arg, as_bool, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Intrinsic, TypeDef, constructor, method, operator, property};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::Object;
use arithmetic as ops;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Decimal")
    .interfaces(&[
        "System.IComparable",
        "System.IFormattable",
        "System.IEquatable<decimal>",
        "System.IComparable<decimal>",
    ])
    .members(&[
        constructor("Decimal(int value)", convert::to_decimal),
        constructor("Decimal(uint value)", convert::to_decimal),
        constructor("Decimal(long value)", convert::to_decimal),
        constructor("Decimal(ulong value)", convert::to_decimal),
        constructor("Decimal(float value)", convert::to_decimal),
        constructor("Decimal(double value)", convert::to_decimal),
        constructor("Decimal(int[] bits)", new_from_bits),
        constructor("Decimal(int lo, int mid, int hi, bool isNegative, byte scale)", new_from_parts),
        property("static decimal Zero { get; }", |cx, _| value(cx, Decimal::ZERO)),
        property("static decimal One { get; }", |cx, _| value(cx, Decimal::ONE)),
        property("static decimal MinusOne { get; }", |cx, _| value(cx, Decimal::NEGATIVE_ONE)),
        property("static decimal MaxValue { get; }", |cx, _| value(cx, Decimal::MAX)),
        property("static decimal MinValue { get; }", |cx, _| value(cx, Decimal::MIN)),
        property("byte Scale { get; }", scale),
        method("static decimal FromOACurrency(long cy)", from_oa_currency),
        method("static long ToOACurrency(decimal value)", to_oa_currency),
        method("static decimal Add(decimal d1, decimal d2)", ops::add),
        method("static decimal Subtract(decimal d1, decimal d2)", ops::subtract),
        method("static decimal Multiply(decimal d1, decimal d2)", ops::multiply),
        method("static decimal Divide(decimal d1, decimal d2)", ops::divide),
        method("static decimal Remainder(decimal d1, decimal d2)", ops::remainder),
        method("static decimal Negate(decimal d)", ops::negate),
        method("static decimal Ceiling(decimal d)", math::ceiling),
        method("static decimal Floor(decimal d)", math::floor),
        method("static decimal Truncate(decimal d)", math::truncate),
        method("static decimal Round(decimal d)", math::round),
        method("static decimal Round(decimal d, int decimals)", math::round),
        method("static decimal Round(decimal d, MidpointRounding mode)", math::round),
        method("static decimal Round(decimal d, int decimals, MidpointRounding mode)", math::round),
        method("static decimal Abs(decimal value)", math::abs),
        method("static decimal Clamp(decimal value, decimal min, decimal max)", math::clamp),
        method("static decimal Max(decimal x, decimal y)", math::max),
        method("static decimal Min(decimal x, decimal y)", math::min),
        method("static int Sign(decimal d)", math::sign),
        method("static decimal CopySign(decimal value, decimal sign)", copy_sign),
        method("static decimal MaxMagnitude(decimal x, decimal y)", |cx, a| magnitude(cx, a, true)),
        method("static decimal MinMagnitude(decimal x, decimal y)", |cx, a| magnitude(cx, a, false)),
        method("static bool IsCanonical(decimal value)", |cx, a| {
            test(cx, a, |d| d.scale() == 0 || d.mantissa() % 10 != 0)
        }),
        method("static bool IsEvenInteger(decimal value)", |cx, a| {
            test(cx, a, |d| d.is_integer() && d.trunc().mantissa() % 2 == 0)
        }),
        method("static bool IsInteger(decimal value)", |cx, a| test(cx, a, |d| d.is_integer())),
        method("static bool IsNegative(decimal value)", |cx, a| test(cx, a, |d| d.is_sign_negative())),
        method("static bool IsOddInteger(decimal value)", |cx, a| {
            test(cx, a, |d| d.is_integer() && d.trunc().mantissa() % 2 != 0)
        }),
        method("static bool IsPositive(decimal value)", |cx, a| test(cx, a, |d| d.is_sign_positive())),
        method("static int Compare(decimal d1, decimal d2)", compare_to),
        method("int CompareTo(object value)", compare_to),
        method("int CompareTo(decimal value)", compare_to),
        method("bool Equals(object value)", object::equals),
        method("bool Equals(decimal value)", object::equals),
        method("static bool Equals(decimal d1, decimal d2)", object::equals),
        method("int GetHashCode()", object::get_hash_code),
        method("string ToString()", to_string).intrinsic(Intrinsic::Pure),
        method("string ToString(string format)", to_string),
        method("string ToString(IFormatProvider provider)", to_string),
        method("string ToString(string format, IFormatProvider provider)", to_string),
        method("static decimal Parse(string s)", parse),
        method("static decimal Parse(string s, NumberStyles style)", parse),
        method("static decimal Parse(string s, IFormatProvider provider)", parse),
        method("static decimal Parse(string s, NumberStyles style, IFormatProvider provider)", parse),
        method("static bool TryParse(string s, out decimal result)", try_parse),
        method(
            "static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out decimal result)",
            try_parse,
        ),
        method("static bool TryParse(string s, IFormatProvider provider, out decimal result)", try_parse),
        method("static int[] GetBits(decimal d)", get_bits),
        method("static byte ToByte(decimal value)", convert::to_integer::<u8>),
        method("static sbyte ToSByte(decimal value)", convert::to_integer::<i8>),
        method("static short ToInt16(decimal value)", convert::to_integer::<i16>),
        method("static ushort ToUInt16(decimal value)", convert::to_integer::<u16>),
        method("static int ToInt32(decimal d)", convert::to_integer::<i32>),
        method("static uint ToUInt32(decimal d)", convert::to_integer::<u32>),
        method("static long ToInt64(decimal d)", convert::to_integer::<i64>),
        method("static ulong ToUInt64(decimal d)", convert::to_integer::<u64>),
        method("static double ToDouble(decimal d)", convert::to_double),
        method("static float ToSingle(decimal d)", convert::to_single),
        method("TypeCode GetTypeCode()", type_code::get_type_code),
        operator("static implicit operator decimal(byte value)", convert::to_decimal),
        operator("static implicit operator decimal(sbyte value)", convert::to_decimal),
        operator("static implicit operator decimal(short value)", convert::to_decimal),
        operator("static implicit operator decimal(ushort value)", convert::to_decimal),
        operator("static implicit operator decimal(char value)", convert::to_decimal),
        operator("static implicit operator decimal(int value)", convert::to_decimal),
        operator("static implicit operator decimal(uint value)", convert::to_decimal),
        operator("static implicit operator decimal(long value)", convert::to_decimal),
        operator("static implicit operator decimal(ulong value)", convert::to_decimal),
        operator("static explicit operator decimal(float value)", convert::to_decimal),
        operator("static explicit operator decimal(double value)", convert::to_decimal),
        operator("static explicit operator byte(decimal value)", convert::to_integer::<u8>),
        operator("static explicit operator sbyte(decimal value)", convert::to_integer::<i8>),
        operator("static explicit operator char(decimal value)", convert::to_char),
        operator("static explicit operator short(decimal value)", convert::to_integer::<i16>),
        operator("static explicit operator ushort(decimal value)", convert::to_integer::<u16>),
        operator("static explicit operator int(decimal value)", convert::to_integer::<i32>),
        operator("static explicit operator uint(decimal value)", convert::to_integer::<u32>),
        operator("static explicit operator long(decimal value)", convert::to_integer::<i64>),
        operator("static explicit operator ulong(decimal value)", convert::to_integer::<u64>),
        operator("static explicit operator float(decimal value)", convert::to_single),
        operator("static explicit operator double(decimal value)", convert::to_double),
        operator("static decimal operator +(decimal d)", |_, a| Ok(arg(a, 0))),
        operator("static decimal operator -(decimal d)", ops::negate),
        operator("static decimal operator ++(decimal d)", ops::increment),
        operator("static decimal operator --(decimal d)", ops::decrement),
        operator("static decimal operator +(decimal d1, decimal d2)", ops::add),
        operator("static decimal operator -(decimal d1, decimal d2)", ops::subtract),
        operator("static decimal operator *(decimal d1, decimal d2)", ops::multiply),
        operator("static decimal operator /(decimal d1, decimal d2)", ops::divide),
        operator("static decimal operator %(decimal d1, decimal d2)", ops::remainder),
        operator("static bool operator ==(decimal d1, decimal d2)", |cx, a| order(cx, a, |o| o.is_eq())),
        operator("static bool operator !=(decimal d1, decimal d2)", |cx, a| order(cx, a, |o| o.is_ne())),
        operator("static bool operator <(decimal d1, decimal d2)", |cx, a| order(cx, a, |o| o.is_lt())),
        operator("static bool operator <=(decimal d1, decimal d2)", |cx, a| order(cx, a, |o| o.is_le())),
        operator("static bool operator >(decimal d1, decimal d2)", |cx, a| order(cx, a, |o| o.is_gt())),
        operator("static bool operator >=(decimal d1, decimal d2)", |cx, a| order(cx, a, |o| o.is_ge())),
    ])
    .summary("A decimal floating point number, `decimal` in C#.");

/// The decimal in a value.
#[must_use]
pub(crate) fn get(cx: &Cx<'_>, value: Value) -> Option<Decimal> {
    match cx.heap.get(value) {
        Some(Object::Decimal(d)) => Some(*d),
        _ => None,
    }
}

/// The decimal argument at an index.
///
/// # Errors
/// A fault of the machine when it is none.
pub(crate) fn as_decimal(cx: &Cx<'_>, args: &[Value], index: usize) -> Result<Decimal, Throw> {
    get(cx, arg(args, index)).ok_or(fault("a decimal was expected"))
}

/// A decimal as a value.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn value(cx: &mut Cx<'_>, d: Decimal) -> Result<Value, Throw> {
    Ok(Value::Object(cx.heap.new_object(Object::Decimal(d))?))
}

/// `Value was either too large or too small for a Decimal.`
pub(crate) fn overflow(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::Overflow, integer::out_of_range("a Decimal"))
}

fn order(cx: &mut Cx<'_>, args: &[Value], holds: fn(std::cmp::Ordering) -> bool) -> Result<Value, Throw> {
    let (a, b) = (as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    Ok(Value::Bool(holds(a.cmp(&b))))
}

const SIGN_BIT: i32 = i32::MIN;

fn new_from_bits(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bits: Vec<i32> = match cx.heap.get(arg(args, 0)) {
        Some(Object::Array(array)) => {
            array.items.iter().map(|v| if let Value::Int32(n) = v { *n } else { 0 }).collect()
        }
        _ => return Err(cx.argument_null("bits")),
    };
    let message = "Decimal constructor requires an array or span of four valid decimal bytes.";
    let made = match *bits.as_slice() {
        [lo, mid, hi, flags] if flags & !(SIGN_BIT | 0x00ff_0000) == 0 => {
            from_parts(lo, mid, hi, flags < 0, flags >> 16 & 0xff)
        }
        _ => None,
    };
    match made {
        Some(d) => value(cx, d),
        None => Err(cx.throw(Exc::Argument, message)),
    }
}

fn from_parts(lo: i32, mid: i32, hi: i32, negative: bool, scale: i32) -> Option<Decimal> {
    let part = |n: i32| u128::from(n.cast_unsigned());
    new_decimal(part(lo) | part(mid) << 32 | part(hi) << 64, u32::try_from(scale).ok()?, negative)
}

fn new_from_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Byte(scale) = arg(args, 4) else { return Err(fault("a byte was expected")) };
    let made = from_parts(as_i32(args, 0)?, as_i32(args, 1)?, as_i32(args, 2)?, as_bool(args, 3)?, scale.into());
    match made {
        Some(d) => value(cx, d),
        None => Err(math::not_at_most(cx, "scale", scale.into(), 28)),
    }
}

fn test(cx: &Cx<'_>, args: &[Value], holds: fn(Decimal) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(holds(as_decimal(cx, args, 0)?)))
}

fn copy_sign(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (mut number, sign) = (as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    number.set_sign_negative(sign.is_sign_negative());
    value(cx, number)
}

/// The one that is farther from zero, or nearer to it; of two equally far ones the greater, or the less.
fn magnitude(cx: &mut Cx<'_>, args: &[Value], most: bool) -> Result<Value, Throw> {
    let (x, y) = (as_decimal(cx, args, 0)?, as_decimal(cx, args, 1)?);
    let first = match x.abs().cmp(&y.abs()) {
        std::cmp::Ordering::Equal => x.is_sign_negative() != most,
        order => order.is_gt() == most,
    };
    Ok(arg(args, usize::from(!first)))
}

fn scale(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Byte(u8::try_from(as_decimal(cx, args, 0)?.scale()).unwrap_or(0)))
}

fn from_oa_currency(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Int64(n) = arg(args, 0) else { return Err(fault("a long was expected")) };
    let mut d = Decimal::from_i128_with_scale(n.into(), 4);
    while n != 0 && d.scale() > 0 && d.mantissa() % 10 == 0 {
        d = Decimal::from_i128_with_scale(d.mantissa() / 10, d.scale() - 1);
    }
    value(cx, d)
}

fn to_oa_currency(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?.round_dp(4);
    let scaled = 10i128.checked_pow(4 - d.scale()).and_then(|factor| d.mantissa().checked_mul(factor));
    match scaled.and_then(|n| i64::try_from(n).ok()) {
        Some(n) => Ok(Value::Int64(n)),
        None => Err(cx.throw(Exc::Overflow, "Value was either too large or too small for a Currency.")),
    }
}

fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let a = as_decimal(cx, args, 0)?;
    match (arg(args, 1), get(cx, arg(args, 1))) {
        (Value::Null, _) => Ok(Value::Int32(1)),
        (_, Some(b)) => Ok(Value::Int32(a.cmp(&b) as i32)),
        _ => Err(object::wrong_type(cx, TypeId::DECIMAL)),
    }
}

/// `GetHashCode`: that of the value without trailing zeros.
#[must_use]
pub(crate) fn hash_code(d: Decimal) -> i32 {
    let d = d.normalize();
    let mantissa = d.mantissa().unsigned_abs();
    let flags = d.scale() << 16 | if d.is_sign_negative() && mantissa != 0 { 1 << 31 } else { 0 };
    #[expect(clippy::cast_possible_truncation, reason = "the three parts of the mantissa")]
    let parts = (mantissa as u32) ^ ((mantissa >> 32) as u32) ^ ((mantissa >> 64) as u32);
    (parts ^ flags).cast_signed()
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?;
    let mut out = String::new();
    match cx.string_opt(args, 1).filter(|p| !p.is_empty()) {
        None => format::default_decimal(d, &mut out),
        Some(picture) => {
            let picture = cx.text(picture).to_utf8().into_owned();
            format::format(cx, Number::Decimal(d), &picture, &mut out)?;
        }
    }
    cx.string(&out)
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = integer::valid_styles(cx, args, bits::NUMBER, false)?;
    let text = cx.string_arg(args, 0, "s")?;
    cx.charge(text.len())?;
    match parse::decimal(cx.text(text), styles) {
        Ok(d) => value(cx, d),
        Err(failure) => Err(integer::parse_error(cx, arg(args, 0), "a Decimal", failure)),
    }
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = integer::valid_styles(cx, args, bits::NUMBER, false)?;
    let parsed = match cx.string_opt(args, 0) {
        Some(text) => {
            cx.charge(text.len())?;
            parse::decimal(cx.text(text), styles).ok()
        }
        None => None,
    };
    let result = value(cx, parsed.unwrap_or(Decimal::ZERO))?;
    cx.set_out(0, result);
    Ok(Value::Bool(parsed.is_some()))
}

fn get_bits(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let d = as_decimal(cx, args, 0)?;
    let mantissa = d.mantissa().unsigned_abs();
    #[expect(clippy::cast_possible_truncation, reason = "the three parts of the mantissa")]
    let part = |shift: u32| Value::Int32(((mantissa >> shift) as u32).cast_signed());
    let flags = (d.scale() << 16).cast_signed() | if d.is_sign_negative() { SIGN_BIT } else { 0 };
    let items = vec![part(0), part(32), part(64), Value::Int32(flags)];
    Ok(cx.heap.new_array(TypeId::INT32, items)?)
}
