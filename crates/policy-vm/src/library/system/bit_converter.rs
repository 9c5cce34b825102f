//! `System.BitConverter`: bytes of numbers, the least first.

use super::math;
use super::number::integer;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::value::Value;
use crate::value::heap::Object;

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("System.BitConverter")
    .members(&[
        property("static bool IsLittleEndian { get; }", |_, _| Ok(Value::Bool(true))),
        method("static byte[] GetBytes(bool value)", get_bytes),
        method("static byte[] GetBytes(char value)", get_bytes),
        method("static byte[] GetBytes(short value)", get_bytes),
        method("static byte[] GetBytes(int value)", get_bytes),
        method("static byte[] GetBytes(long value)", get_bytes),
        method("static byte[] GetBytes(ushort value)", get_bytes),
        method("static byte[] GetBytes(uint value)", get_bytes),
        method("static byte[] GetBytes(ulong value)", get_bytes),
        method("static byte[] GetBytes(float value)", get_bytes),
        method("static byte[] GetBytes(double value)", get_bytes),
        method("static char ToChar(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::Char(u16::from_le_bytes(read(cx, a)?)))
        }),
        method("static short ToInt16(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::Int16(i16::from_le_bytes(read(cx, a)?)))
        }),
        method("static int ToInt32(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::Int32(i32::from_le_bytes(read(cx, a)?)))
        }),
        method("static long ToInt64(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::Int64(i64::from_le_bytes(read(cx, a)?)))
        }),
        method("static ushort ToUInt16(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::UInt16(u16::from_le_bytes(read(cx, a)?)))
        }),
        method("static uint ToUInt32(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::UInt32(u32::from_le_bytes(read(cx, a)?)))
        }),
        method("static ulong ToUInt64(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::UInt64(u64::from_le_bytes(read(cx, a)?)))
        }),
        method("static float ToSingle(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::Single(f32::from_le_bytes(read(cx, a)?)))
        }),
        method("static double ToDouble(byte[] value, int startIndex)", |cx, a| {
            Ok(Value::Double(f64::from_le_bytes(read(cx, a)?)))
        }),
        method("static bool ToBoolean(byte[] value, int startIndex)", |cx, a| Ok(Value::Bool(read(cx, a)? != [0]))),
        method("static string ToString(byte[] value, int startIndex, int length)", to_string),
        method("static string ToString(byte[] value)", to_string),
        method("static string ToString(byte[] value, int startIndex)", to_string),
        method("static long DoubleToInt64Bits(double value)", double_to_int64_bits),
        method("static double Int64BitsToDouble(long value)", int64_bits_to_double),
        method("static int SingleToInt32Bits(float value)", single_to_int32_bits),
        method("static float Int32BitsToSingle(int value)", int32_bits_to_single),
        method("static ulong DoubleToUInt64Bits(double value)", |_, a| match arg(a, 0) {
            Value::Double(v) => Ok(Value::UInt64(v.to_bits())),
            _ => Err(fault("a double was expected")),
        }),
        method("static double UInt64BitsToDouble(ulong value)", |_, a| match arg(a, 0) {
            Value::UInt64(v) => Ok(Value::Double(f64::from_bits(v))),
            _ => Err(fault("a ulong was expected")),
        }),
        method("static uint SingleToUInt32Bits(float value)", |_, a| match arg(a, 0) {
            Value::Single(v) => Ok(Value::UInt32(v.to_bits())),
            _ => Err(fault("a float was expected")),
        }),
        method("static float UInt32BitsToSingle(uint value)", |_, a| match arg(a, 0) {
            Value::UInt32(v) => Ok(Value::Single(f32::from_bits(v))),
            _ => Err(fault("a uint was expected")),
        }),
    ])
    .summary("Converts between numbers and bytes.");

fn get_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bytes = match arg(args, 0) {
        Value::Bool(b) => vec![u8::from(b)],
        Value::Char(unit) => unit.to_le_bytes().to_vec(),
        Value::Int16(n) => n.to_le_bytes().to_vec(),
        Value::UInt16(n) => n.to_le_bytes().to_vec(),
        Value::Int32(n) => n.to_le_bytes().to_vec(),
        Value::UInt32(n) => n.to_le_bytes().to_vec(),
        Value::Int64(n) => n.to_le_bytes().to_vec(),
        Value::UInt64(n) => n.to_le_bytes().to_vec(),
        Value::Single(v) => v.to_le_bytes().to_vec(),
        Value::Double(v) => v.to_le_bytes().to_vec(),
        other if integer::get(other).is_some() => return Err(fault("a number of another type was expected")),
        _ => return Err(fault("a number was expected")),
    };
    Ok(cx.heap.new_bytes(bytes)?)
}

const INDEX: &str = "Index was out of range. Must be non-negative and less than the size of the collection.";
const TOO_SHORT: &str =
    "The array starting from the specified index is not long enough to read a value of the specified type.";

/// The bytes of a number that starts at the index given.
fn read<const N: usize>(cx: &mut Cx<'_>, args: &[Value]) -> Result<[u8; N], Throw> {
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else { return Err(cx.argument_null("value")) };
    let start = usize::try_from(as_i32(args, 1)?).ok().filter(|start| *start < bytes.len());
    let part =
        start.and_then(|start| bytes.get(start..start.checked_add(N)?)).and_then(|b| <[u8; N]>::try_from(b).ok());
    match (start, part) {
        (_, Some(part)) => Ok(part),
        (None, _) => Err(cx.throw_argument(Exc::ArgumentOutOfRange, INDEX, "startIndex")),
        _ => Err(cx.throw_argument(Exc::Argument, TOO_SHORT, "value")),
    }
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else { return Err(cx.argument_null("value")) };
    let start = if args.len() > 1 { as_i32(args, 1)? } else { 0 };
    let Some(at) = usize::try_from(start).ok().filter(|at| *at < bytes.len() || *at == 0) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, INDEX, "startIndex"));
    };
    let length = if args.len() > 2 { as_i32(args, 2)? } else { i32::try_from(bytes.len() - at).unwrap_or(0) };
    let Ok(count) = usize::try_from(length) else { return Err(math::negative(cx, "length", length.into())) };
    let Some(part) = at.checked_add(count).and_then(|end| bytes.get(at..end)) else {
        return Err(cx.throw_argument(Exc::Argument, TOO_SHORT, "value"));
    };
    let part = part.to_vec();
    cx.charge(part.len())?;
    cx.heap.charge_string(part.len() * 3)?;
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |n: u8| char::from(DIGITS.get(usize::from(n)).copied().unwrap_or(b'0'));
    let mut text = String::with_capacity(part.len() * 3);
    for (i, byte) in part.iter().enumerate() {
        if i > 0 {
            text.push('-');
        }
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    cx.string(&text)
}

fn double_to_int64_bits(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Double(v) => Ok(Value::Int64(v.to_bits().cast_signed())),
        _ => Err(fault("a double was expected")),
    }
}

fn int64_bits_to_double(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Int64(n) => Ok(Value::Double(f64::from_bits(n.cast_unsigned()))),
        _ => Err(fault("a long was expected")),
    }
}

fn single_to_int32_bits(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Single(v) => Ok(Value::Int32(v.to_bits().cast_signed())),
        _ => Err(fault("a float was expected")),
    }
}

fn int32_bits_to_single(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Single(f32::from_bits(as_i32(args, 0)?.cast_unsigned())))
}
