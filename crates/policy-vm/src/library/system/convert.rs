//! `System.Convert`: every conversion looks at the type of its argument, as `IConvertible` has it.

mod base;
mod base64;
mod hex;

use super::decimal::{self, convert as from_decimal};
use super::number::integer::{self, Integer};
use super::number::parse::{self as text, Failure};
use super::number::styles::bits;
use super::number::{float, integer::out_of_range};
use super::{boolean, date_time, db_null, object, type_code, type_object};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::types::{self, TypeId};
use crate::value::text::Str;
use crate::value::{DateTime, DateTimeKind, Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("System.Convert")
    .members(&[
        method(
            "static int ToBase64CharArray(byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut)",
            base64::to_chars,
        ),
        method(
            "static int ToBase64CharArray(byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut, \
             Base64FormattingOptions options)",
            base64::to_chars,
        ),
        method("static string ToBase64String(byte[] inArray)", base64::to_string),
        method("static string ToBase64String(byte[] inArray, Base64FormattingOptions options)", base64::to_string),
        method("static string ToBase64String(byte[] inArray, int offset, int length)", base64::to_string),
        method(
            "static string ToBase64String(byte[] inArray, int offset, int length, Base64FormattingOptions options)",
            base64::to_string,
        ),
        method("static byte[] FromBase64String(string s)", base64::from_string),
        method("static byte[] FromBase64CharArray(char[] inArray, int offset, int length)", base64::from_char_array),
        method("static string ToHexString(byte[] inArray)", hex::to_string),
        method("static string ToHexString(byte[] inArray, int offset, int length)", hex::to_string),
        method("static byte[] FromHexString(string s)", hex::from_string),
        method("static object ChangeType(object value, TypeCode typeCode)", change_type),
        method("static object ChangeType(object value, TypeCode typeCode, IFormatProvider provider)", change_type),
        method("static object ChangeType(object value, Type conversionType)", change_type),
        method("static object ChangeType(object value, Type conversionType, IFormatProvider provider)", change_type),
        method("static TypeCode GetTypeCode(object value)", type_code::get_type_code),
        property("static object DBNull { get; }", db_null::the_one),
        method("static bool IsDBNull(object value)", |cx, args| Ok(Value::Bool(db_null::is(cx.heap, arg(args, 0))))),
        method("static bool ToBoolean(object value)", to_boolean),
        method("static bool ToBoolean(object value, IFormatProvider provider)", to_boolean),
        method("static bool ToBoolean(bool value)", to_boolean),
        method("static bool ToBoolean(sbyte value)", to_boolean),
        method("static bool ToBoolean(char value)", to_boolean),
        method("static bool ToBoolean(byte value)", to_boolean),
        method("static bool ToBoolean(short value)", to_boolean),
        method("static bool ToBoolean(ushort value)", to_boolean),
        method("static bool ToBoolean(int value)", to_boolean),
        method("static bool ToBoolean(uint value)", to_boolean),
        method("static bool ToBoolean(long value)", to_boolean),
        method("static bool ToBoolean(ulong value)", to_boolean),
        method("static bool ToBoolean(string value)", to_boolean),
        method("static bool ToBoolean(string value, IFormatProvider provider)", to_boolean),
        method("static bool ToBoolean(float value)", to_boolean),
        method("static bool ToBoolean(double value)", to_boolean),
        method("static bool ToBoolean(decimal value)", to_boolean),
        method("static bool ToBoolean(DateTime value)", to_boolean),
        method("static char ToChar(object value)", to_char_or_null),
        method("static char ToChar(object value, IFormatProvider provider)", to_char_or_null),
        method("static char ToChar(bool value)", to_char),
        method("static char ToChar(char value)", to_char),
        method("static char ToChar(sbyte value)", to_char),
        method("static char ToChar(byte value)", to_char),
        method("static char ToChar(short value)", to_char),
        method("static char ToChar(ushort value)", to_char),
        method("static char ToChar(int value)", to_char),
        method("static char ToChar(uint value)", to_char),
        method("static char ToChar(long value)", to_char),
        method("static char ToChar(ulong value)", to_char),
        method("static char ToChar(string value)", to_char),
        method("static char ToChar(string value, IFormatProvider provider)", to_char),
        method("static char ToChar(float value)", to_char),
        method("static char ToChar(double value)", to_char),
        method("static char ToChar(decimal value)", to_char),
        method("static char ToChar(DateTime value)", to_char),
        method("static sbyte ToSByte(object value)", to_integer::<i8>),
        method("static sbyte ToSByte(object value, IFormatProvider provider)", to_integer::<i8>),
        method("static sbyte ToSByte(bool value)", to_integer::<i8>),
        method("static sbyte ToSByte(sbyte value)", to_integer::<i8>),
        method("static sbyte ToSByte(char value)", to_integer::<i8>),
        method("static sbyte ToSByte(byte value)", to_integer::<i8>),
        method("static sbyte ToSByte(short value)", to_integer::<i8>),
        method("static sbyte ToSByte(ushort value)", to_integer::<i8>),
        method("static sbyte ToSByte(int value)", to_integer::<i8>),
        method("static sbyte ToSByte(uint value)", to_integer::<i8>),
        method("static sbyte ToSByte(long value)", to_integer::<i8>),
        method("static sbyte ToSByte(ulong value)", to_integer::<i8>),
        method("static sbyte ToSByte(float value)", to_integer::<i8>),
        method("static sbyte ToSByte(double value)", to_integer::<i8>),
        method("static sbyte ToSByte(decimal value)", to_integer::<i8>),
        method("static sbyte ToSByte(string value)", to_integer::<i8>),
        method("static sbyte ToSByte(string value, IFormatProvider provider)", to_sbyte),
        method("static sbyte ToSByte(DateTime value)", to_integer::<i8>),
        method("static byte ToByte(object value)", to_integer::<u8>),
        method("static byte ToByte(object value, IFormatProvider provider)", to_integer::<u8>),
        method("static byte ToByte(bool value)", to_integer::<u8>),
        method("static byte ToByte(byte value)", to_integer::<u8>),
        method("static byte ToByte(char value)", to_integer::<u8>),
        method("static byte ToByte(sbyte value)", to_integer::<u8>),
        method("static byte ToByte(short value)", to_integer::<u8>),
        method("static byte ToByte(ushort value)", to_integer::<u8>),
        method("static byte ToByte(int value)", to_integer::<u8>),
        method("static byte ToByte(uint value)", to_integer::<u8>),
        method("static byte ToByte(long value)", to_integer::<u8>),
        method("static byte ToByte(ulong value)", to_integer::<u8>),
        method("static byte ToByte(float value)", to_integer::<u8>),
        method("static byte ToByte(double value)", to_integer::<u8>),
        method("static byte ToByte(decimal value)", to_integer::<u8>),
        method("static byte ToByte(string value)", to_integer::<u8>),
        method("static byte ToByte(string value, IFormatProvider provider)", to_integer::<u8>),
        method("static byte ToByte(DateTime value)", to_integer::<u8>),
        method("static short ToInt16(object value)", to_integer::<i16>),
        method("static short ToInt16(object value, IFormatProvider provider)", to_integer::<i16>),
        method("static short ToInt16(bool value)", to_integer::<i16>),
        method("static short ToInt16(char value)", to_integer::<i16>),
        method("static short ToInt16(sbyte value)", to_integer::<i16>),
        method("static short ToInt16(byte value)", to_integer::<i16>),
        method("static short ToInt16(ushort value)", to_integer::<i16>),
        method("static short ToInt16(int value)", to_integer::<i16>),
        method("static short ToInt16(uint value)", to_integer::<i16>),
        method("static short ToInt16(short value)", to_integer::<i16>),
        method("static short ToInt16(long value)", to_integer::<i16>),
        method("static short ToInt16(ulong value)", to_integer::<i16>),
        method("static short ToInt16(float value)", to_integer::<i16>),
        method("static short ToInt16(double value)", to_integer::<i16>),
        method("static short ToInt16(decimal value)", to_integer::<i16>),
        method("static short ToInt16(string value)", to_integer::<i16>),
        method("static short ToInt16(string value, IFormatProvider provider)", to_integer::<i16>),
        method("static short ToInt16(DateTime value)", to_integer::<i16>),
        method("static ushort ToUInt16(object value)", to_integer::<u16>),
        method("static ushort ToUInt16(object value, IFormatProvider provider)", to_integer::<u16>),
        method("static ushort ToUInt16(bool value)", to_integer::<u16>),
        method("static ushort ToUInt16(char value)", to_integer::<u16>),
        method("static ushort ToUInt16(sbyte value)", to_integer::<u16>),
        method("static ushort ToUInt16(byte value)", to_integer::<u16>),
        method("static ushort ToUInt16(short value)", to_integer::<u16>),
        method("static ushort ToUInt16(int value)", to_integer::<u16>),
        method("static ushort ToUInt16(ushort value)", to_integer::<u16>),
        method("static ushort ToUInt16(uint value)", to_integer::<u16>),
        method("static ushort ToUInt16(long value)", to_integer::<u16>),
        method("static ushort ToUInt16(ulong value)", to_integer::<u16>),
        method("static ushort ToUInt16(float value)", to_integer::<u16>),
        method("static ushort ToUInt16(double value)", to_integer::<u16>),
        method("static ushort ToUInt16(decimal value)", to_integer::<u16>),
        method("static ushort ToUInt16(string value)", to_integer::<u16>),
        method("static ushort ToUInt16(string value, IFormatProvider provider)", to_integer::<u16>),
        method("static ushort ToUInt16(DateTime value)", to_integer::<u16>),
        method("static int ToInt32(object value)", to_integer::<i32>),
        method("static int ToInt32(object value, IFormatProvider provider)", to_integer::<i32>),
        method("static int ToInt32(bool value)", to_integer::<i32>),
        method("static int ToInt32(char value)", to_integer::<i32>),
        method("static int ToInt32(sbyte value)", to_integer::<i32>),
        method("static int ToInt32(byte value)", to_integer::<i32>),
        method("static int ToInt32(short value)", to_integer::<i32>),
        method("static int ToInt32(ushort value)", to_integer::<i32>),
        method("static int ToInt32(uint value)", to_integer::<i32>),
        method("static int ToInt32(int value)", to_integer::<i32>),
        method("static int ToInt32(long value)", to_integer::<i32>),
        method("static int ToInt32(ulong value)", to_integer::<i32>),
        method("static int ToInt32(float value)", to_integer::<i32>),
        method("static int ToInt32(double value)", to_integer::<i32>),
        method("static int ToInt32(decimal value)", to_integer::<i32>),
        method("static int ToInt32(string value)", to_integer::<i32>),
        method("static int ToInt32(string value, IFormatProvider provider)", to_integer::<i32>),
        method("static int ToInt32(DateTime value)", to_integer::<i32>),
        method("static uint ToUInt32(object value)", to_integer::<u32>),
        method("static uint ToUInt32(object value, IFormatProvider provider)", to_integer::<u32>),
        method("static uint ToUInt32(bool value)", to_integer::<u32>),
        method("static uint ToUInt32(char value)", to_integer::<u32>),
        method("static uint ToUInt32(sbyte value)", to_integer::<u32>),
        method("static uint ToUInt32(byte value)", to_integer::<u32>),
        method("static uint ToUInt32(short value)", to_integer::<u32>),
        method("static uint ToUInt32(ushort value)", to_integer::<u32>),
        method("static uint ToUInt32(int value)", to_integer::<u32>),
        method("static uint ToUInt32(uint value)", to_integer::<u32>),
        method("static uint ToUInt32(long value)", to_integer::<u32>),
        method("static uint ToUInt32(ulong value)", to_integer::<u32>),
        method("static uint ToUInt32(float value)", to_integer::<u32>),
        method("static uint ToUInt32(double value)", to_integer::<u32>),
        method("static uint ToUInt32(decimal value)", to_integer::<u32>),
        method("static uint ToUInt32(string value)", to_integer::<u32>),
        method("static uint ToUInt32(string value, IFormatProvider provider)", to_integer::<u32>),
        method("static uint ToUInt32(DateTime value)", to_integer::<u32>),
        method("static long ToInt64(object value)", to_integer::<i64>),
        method("static long ToInt64(object value, IFormatProvider provider)", to_integer::<i64>),
        method("static long ToInt64(bool value)", to_integer::<i64>),
        method("static long ToInt64(char value)", to_integer::<i64>),
        method("static long ToInt64(sbyte value)", to_integer::<i64>),
        method("static long ToInt64(byte value)", to_integer::<i64>),
        method("static long ToInt64(short value)", to_integer::<i64>),
        method("static long ToInt64(ushort value)", to_integer::<i64>),
        method("static long ToInt64(int value)", to_integer::<i64>),
        method("static long ToInt64(uint value)", to_integer::<i64>),
        method("static long ToInt64(ulong value)", to_integer::<i64>),
        method("static long ToInt64(long value)", to_integer::<i64>),
        method("static long ToInt64(float value)", to_integer::<i64>),
        method("static long ToInt64(double value)", to_integer::<i64>),
        method("static long ToInt64(decimal value)", to_integer::<i64>),
        method("static long ToInt64(string value)", to_integer::<i64>),
        method("static long ToInt64(string value, IFormatProvider provider)", to_integer::<i64>),
        method("static long ToInt64(DateTime value)", to_integer::<i64>),
        method("static ulong ToUInt64(object value)", to_integer::<u64>),
        method("static ulong ToUInt64(object value, IFormatProvider provider)", to_integer::<u64>),
        method("static ulong ToUInt64(bool value)", to_integer::<u64>),
        method("static ulong ToUInt64(char value)", to_integer::<u64>),
        method("static ulong ToUInt64(sbyte value)", to_integer::<u64>),
        method("static ulong ToUInt64(byte value)", to_integer::<u64>),
        method("static ulong ToUInt64(short value)", to_integer::<u64>),
        method("static ulong ToUInt64(ushort value)", to_integer::<u64>),
        method("static ulong ToUInt64(int value)", to_integer::<u64>),
        method("static ulong ToUInt64(uint value)", to_integer::<u64>),
        method("static ulong ToUInt64(long value)", to_integer::<u64>),
        method("static ulong ToUInt64(ulong value)", to_integer::<u64>),
        method("static ulong ToUInt64(float value)", to_integer::<u64>),
        method("static ulong ToUInt64(double value)", to_integer::<u64>),
        method("static ulong ToUInt64(decimal value)", to_integer::<u64>),
        method("static ulong ToUInt64(string value)", to_integer::<u64>),
        method("static ulong ToUInt64(string value, IFormatProvider provider)", to_integer::<u64>),
        method("static ulong ToUInt64(DateTime value)", to_integer::<u64>),
        method("static float ToSingle(object value)", to_single),
        method("static float ToSingle(object value, IFormatProvider provider)", to_single),
        method("static float ToSingle(sbyte value)", to_single),
        method("static float ToSingle(byte value)", to_single),
        method("static float ToSingle(char value)", to_single),
        method("static float ToSingle(short value)", to_single),
        method("static float ToSingle(ushort value)", to_single),
        method("static float ToSingle(int value)", to_single),
        method("static float ToSingle(uint value)", to_single),
        method("static float ToSingle(long value)", to_single),
        method("static float ToSingle(ulong value)", to_single),
        method("static float ToSingle(float value)", to_single),
        method("static float ToSingle(double value)", to_single),
        method("static float ToSingle(decimal value)", to_single),
        method("static float ToSingle(string value)", to_single),
        method("static float ToSingle(string value, IFormatProvider provider)", to_single),
        method("static float ToSingle(bool value)", to_single),
        method("static float ToSingle(DateTime value)", to_single),
        method("static double ToDouble(object value)", to_double),
        method("static double ToDouble(object value, IFormatProvider provider)", to_double),
        method("static double ToDouble(sbyte value)", to_double),
        method("static double ToDouble(byte value)", to_double),
        method("static double ToDouble(short value)", to_double),
        method("static double ToDouble(char value)", to_double),
        method("static double ToDouble(ushort value)", to_double),
        method("static double ToDouble(int value)", to_double),
        method("static double ToDouble(uint value)", to_double),
        method("static double ToDouble(long value)", to_double),
        method("static double ToDouble(ulong value)", to_double),
        method("static double ToDouble(float value)", to_double),
        method("static double ToDouble(double value)", to_double),
        method("static double ToDouble(decimal value)", to_double),
        method("static double ToDouble(string value)", to_double),
        method("static double ToDouble(string value, IFormatProvider provider)", to_double),
        method("static double ToDouble(bool value)", to_double),
        method("static double ToDouble(DateTime value)", to_double),
        method("static decimal ToDecimal(object value)", to_decimal),
        method("static decimal ToDecimal(object value, IFormatProvider provider)", to_decimal),
        method("static decimal ToDecimal(sbyte value)", to_decimal),
        method("static decimal ToDecimal(byte value)", to_decimal),
        method("static decimal ToDecimal(char value)", to_decimal),
        method("static decimal ToDecimal(short value)", to_decimal),
        method("static decimal ToDecimal(ushort value)", to_decimal),
        method("static decimal ToDecimal(int value)", to_decimal),
        method("static decimal ToDecimal(uint value)", to_decimal),
        method("static decimal ToDecimal(long value)", to_decimal),
        method("static decimal ToDecimal(ulong value)", to_decimal),
        method("static decimal ToDecimal(float value)", to_decimal),
        method("static decimal ToDecimal(double value)", to_decimal),
        method("static decimal ToDecimal(string value)", to_decimal),
        method("static decimal ToDecimal(string value, IFormatProvider provider)", to_decimal),
        method("static decimal ToDecimal(decimal value)", to_decimal),
        method("static decimal ToDecimal(bool value)", to_decimal),
        method("static decimal ToDecimal(DateTime value)", to_decimal),
        method("static DateTime ToDateTime(DateTime value)", to_date_time),
        method("static DateTime ToDateTime(object value)", to_date_time),
        method("static DateTime ToDateTime(object value, IFormatProvider provider)", to_date_time),
        method("static DateTime ToDateTime(string value)", to_date_time),
        method("static DateTime ToDateTime(string value, IFormatProvider provider)", to_date_time),
        method("static DateTime ToDateTime(sbyte value)", to_date_time),
        method("static DateTime ToDateTime(byte value)", to_date_time),
        method("static DateTime ToDateTime(short value)", to_date_time),
        method("static DateTime ToDateTime(ushort value)", to_date_time),
        method("static DateTime ToDateTime(int value)", to_date_time),
        method("static DateTime ToDateTime(uint value)", to_date_time),
        method("static DateTime ToDateTime(long value)", to_date_time),
        method("static DateTime ToDateTime(ulong value)", to_date_time),
        method("static DateTime ToDateTime(bool value)", to_date_time),
        method("static DateTime ToDateTime(char value)", to_date_time),
        method("static DateTime ToDateTime(float value)", to_date_time),
        method("static DateTime ToDateTime(double value)", to_date_time),
        method("static DateTime ToDateTime(decimal value)", to_date_time),
        method("static string ToString(object value)", to_string_or_empty),
        method("static string ToString(object value, IFormatProvider provider)", to_string_or_empty),
        method("static string ToString(bool value)", to_string),
        method("static string ToString(bool value, IFormatProvider provider)", to_string),
        method("static string ToString(char value)", to_string),
        method("static string ToString(char value, IFormatProvider provider)", to_string),
        method("static string ToString(sbyte value)", to_string),
        method("static string ToString(sbyte value, IFormatProvider provider)", to_string),
        method("static string ToString(byte value)", to_string),
        method("static string ToString(byte value, IFormatProvider provider)", to_string),
        method("static string ToString(short value)", to_string),
        method("static string ToString(short value, IFormatProvider provider)", to_string),
        method("static string ToString(ushort value)", to_string),
        method("static string ToString(ushort value, IFormatProvider provider)", to_string),
        method("static string ToString(int value)", to_string),
        method("static string ToString(int value, IFormatProvider provider)", to_string),
        method("static string ToString(uint value)", to_string),
        method("static string ToString(uint value, IFormatProvider provider)", to_string),
        method("static string ToString(long value)", to_string),
        method("static string ToString(long value, IFormatProvider provider)", to_string),
        method("static string ToString(ulong value)", to_string),
        method("static string ToString(ulong value, IFormatProvider provider)", to_string),
        method("static string ToString(float value)", to_string),
        method("static string ToString(float value, IFormatProvider provider)", to_string),
        method("static string ToString(double value)", to_string),
        method("static string ToString(double value, IFormatProvider provider)", to_string),
        method("static string ToString(decimal value)", to_string),
        method("static string ToString(decimal value, IFormatProvider provider)", to_string),
        method("static string ToString(DateTime value)", to_string),
        method("static string ToString(DateTime value, IFormatProvider provider)", to_string),
        method("static string ToString(string value)", same),
        method("static string ToString(string value, IFormatProvider provider)", same),
        method("static byte ToByte(string value, int fromBase)", base::parse::<u8>),
        method("static sbyte ToSByte(string value, int fromBase)", base::parse::<i8>),
        method("static short ToInt16(string value, int fromBase)", base::parse::<i16>),
        method("static ushort ToUInt16(string value, int fromBase)", base::parse::<u16>),
        method("static int ToInt32(string value, int fromBase)", base::parse::<i32>),
        method("static uint ToUInt32(string value, int fromBase)", base::parse::<u32>),
        method("static long ToInt64(string value, int fromBase)", base::parse::<i64>),
        method("static ulong ToUInt64(string value, int fromBase)", base::parse::<u64>),
        method("static string ToString(byte value, int toBase)", base::to_string),
        method("static string ToString(short value, int toBase)", base::to_string),
        method("static string ToString(int value, int toBase)", base::to_string),
        method("static string ToString(long value, int toBase)", base::to_string),
    ])
    .summary("Converts between the simple types.");

pub(in crate::library) use base64::BASE64_FORMATTING_OPTIONS;

/// `Invalid cast from 'Char' to 'Double'.`; what is no `IConvertible` at all is refused with both types.
fn invalid_cast(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Throw {
    let ty = object::type_of(cx, value).unwrap_or(TypeId::OBJECT);
    if db_null::is(cx.heap, value) {
        return cx.throw(Exc::InvalidCast, "Object cannot be cast from DBNull to other types.");
    }
    if type_code::code_of(ty) == 1 {
        let name = types::net_name(ty);
        let message = format!("Unable to cast object of type '{name}' to type 'System.IConvertible'.");
        return cx.throw(Exc::InvalidCast, message);
    }
    let to = type_object::simple_name(target);
    let from = if super::enum_type::definition(ty).is_some() { "Enum".into() } else { type_object::simple_name(ty) };
    cx.throw(Exc::InvalidCast, format!("Invalid cast from '{from}' to '{to}'."))
}

/// A `JValue` is an `IConvertible` that converts as its explicit conversions do.
fn of_json(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Option<Result<Value, Throw>> {
    crate::library::json::convertible(cx.heap, value).map(|at| crate::library::json::to_primitive(cx, at, target))
}

/// The number behind a value that `IConvertible` counts as one.
fn exact(value: Value) -> Option<i128> {
    match value {
        Value::Bool(b) => Some(i128::from(b)),
        Value::Enum(_, n) => Some(n.into()),
        other => integer::get(other),
    }
}

fn overflow<T: Integer>(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::Overflow, out_of_range(T::KIND.phrase))
}

/// A number rounded half to even, if it is in range.
fn rounded<T: Integer>(cx: &mut Cx<'_>, v: f64) -> Result<Value, Throw> {
    let whole = v.round_ties_even();
    #[expect(clippy::cast_possible_truncation, reason = "saturates far beyond the range asked for")]
    let made = if whole.is_finite() { T::KIND.checked(whole as i128) } else { None };
    match made {
        Some(value) => Ok(value),
        // The 64-bit types check by an instruction of the machine, with its own message.
        None if T::KIND.bits == 64 => Err(cx.throw_default(Exc::Overflow)),
        // The small types are made of an `int`, which refuses first.
        None if T::KIND.bits < 32 && !(f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&whole) => {
            Err(overflow::<i32>(cx))
        }
        None => Err(overflow::<T>(cx)),
    }
}

fn to_integer<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), T::KIND.ty) {
        return made;
    }
    let value = arg(args, 0);
    let kind = T::KIND;
    match value {
        Value::Null => return Ok(kind.value(0)),
        Value::String(s) => {
            cx.charge(s.len())?;
            let read = text::integer(cx.text(s), bits::INTEGER, kind.bits, kind.min, kind.max);
            return read
                .map(|n| kind.value(n))
                .map_err(|failure| integer::parse_error(cx, value, kind.phrase, failure));
        }
        Value::Double(v) => return rounded::<T>(cx, v),
        Value::Single(v) => return rounded::<T>(cx, v.into()),
        _ => {}
    }
    let number = match (value, decimal::get(cx, value)) {
        (Value::Char(unit), _) => Some(i128::from(unit)),
        (_, Some(d)) => Some(d.round().mantissa()),
        _ => exact(value),
    };
    match number {
        Some(n) => kind.checked(n).ok_or_else(|| overflow::<T>(cx)),
        None => Err(invalid_cast(cx, value, kind.ty)),
    }
}

/// The floating point number behind a value.
fn floating(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<f64, Throw> {
    if let Some(v) = float::get(value) {
        return Ok(v);
    }
    if let Some(d) = decimal::get(cx, value) {
        return Ok(from_decimal::as_double(d));
    }
    #[expect(clippy::cast_precision_loss, reason = "the nearest double is what is wanted")]
    exact(value).map(|n| n as f64).ok_or_else(|| invalid_cast(cx, value, target))
}

fn parse_failure(cx: &mut Cx<'_>, value: Value, phrase: &str, failure: Failure) -> Throw {
    integer::parse_error(cx, value, phrase, failure)
}

fn to_double(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), TypeId::DOUBLE) {
        return made;
    }
    Ok(Value::Double(match arg(args, 0) {
        Value::Null => 0.0,
        Value::String(s) => {
            cx.charge(s.len())?;
            let read = text::double(cx.text(s), float::STYLES);
            read.map_err(|failure| parse_failure(cx, Value::String(s), "a Double", failure))?
        }
        value => floating(cx, value, TypeId::DOUBLE)?,
    }))
}

#[expect(clippy::cast_possible_truncation, reason = "a float is what is wanted")]
fn to_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), TypeId::SINGLE) {
        return made;
    }
    Ok(Value::Single(match arg(args, 0) {
        Value::Null => 0.0,
        Value::String(s) => {
            cx.charge(s.len())?;
            let read = text::single(cx.text(s), float::STYLES);
            read.map_err(|failure| parse_failure(cx, Value::String(s), "a Single", failure))?
        }
        value => floating(cx, value, TypeId::SINGLE)? as f32,
    }))
}

fn to_decimal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), TypeId::DECIMAL) {
        return made;
    }
    match arg(args, 0) {
        Value::Null => decimal::value(cx, rust_decimal::Decimal::ZERO),
        Value::String(s) => {
            cx.charge(s.len())?;
            match text::decimal(cx.text(s), bits::NUMBER) {
                Ok(d) => decimal::value(cx, d),
                Err(failure) => Err(parse_failure(cx, Value::String(s), "a Decimal", failure)),
            }
        }
        value if decimal::get(cx, value).is_some() => Ok(value),
        value @ (Value::Double(_) | Value::Single(_)) => from_decimal::to_decimal(cx, &[value]),
        value => match exact(value) {
            Some(n) => decimal::value(cx, rust_decimal::Decimal::from_i128_with_scale(n, 0)),
            None => Err(invalid_cast(cx, value, TypeId::DECIMAL)),
        },
    }
}

fn to_boolean(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), TypeId::BOOL) {
        return made;
    }
    match arg(args, 0) {
        Value::Null => Ok(Value::Bool(false)),
        Value::String(s) => boolean::parse_text(cx, s),
        value => {
            let zero = match (exact(value), float::get(value), decimal::get(cx, value)) {
                (Some(n), _, _) => n == 0,
                (_, Some(v), _) => v == 0.0,
                (_, _, Some(d)) => d.is_zero(),
                _ => return Err(invalid_cast(cx, value, TypeId::BOOL)),
            };
            Ok(Value::Bool(!zero))
        }
    }
}

/// The one overload that takes no null.
fn to_sbyte(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() { Err(cx.argument_null("s")) } else { to_integer::<i8>(cx, args) }
}

fn to_char_or_null(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() { Ok(Value::Char(0)) } else { to_char(cx, args) }
}

/// Enumerations have one as well, booleans do not.
fn to_char_number(value: Value) -> Option<i128> {
    if matches!(value, Value::Bool(_)) { None } else { exact(value) }
}

fn to_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), TypeId::CHAR) {
        return made;
    }
    match arg(args, 0) {
        // A null string is an argument that is missing.
        Value::Null => Err(cx.argument_null("value")),
        Value::Char(unit) => Ok(Value::Char(unit)),
        Value::String(s) => match (s.len(), cx.text(s).get(0)) {
            (1, Some(unit)) => Ok(Value::Char(unit)),
            _ => Err(cx.throw(Exc::Format, "String must be exactly one character long.")),
        },
        value => match to_char_number(value) {
            Some(n) => match u16::try_from(n) {
                Ok(unit) => Ok(Value::Char(unit)),
                Err(_) => Err(cx.throw(Exc::Overflow, out_of_range("a character"))),
            },
            None => Err(invalid_cast(cx, value, TypeId::CHAR)),
        },
    }
}

/// The member that reads dates.
const PARSE_DATE: &str = "static DateTime Parse(string s)";

fn to_date_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(made) = of_json(cx, arg(args, 0), TypeId::DATE_TIME) {
        return made;
    }
    match arg(args, 0) {
        Value::Null => {
            DateTime::new(0, DateTimeKind::Unspecified).map(Value::DateTime).ok_or(fault("the first date exists"))
        }
        value @ Value::DateTime(_) => Ok(value),
        text @ Value::String(_) => match date_time::TYPE.members.iter().find(|m| m.signature == PARSE_DATE) {
            Some(parse) => (parse.run)(cx, &[text]),
            None => Err(invalid_cast(cx, text, TypeId::DATE_TIME)),
        },
        value => Err(invalid_cast(cx, value, TypeId::DATE_TIME)),
    }
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    object::to_string(cx, args)
}

/// `Convert.ToString((object)null)` is empty.
fn to_string_or_empty(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() { Ok(Value::String(Str::EMPTY)) } else { object::to_string(cx, args) }
}

fn same(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(arg(args, 0))
}

/// `Convert.ChangeType(value, type)` for Rust code: JSON values are converted by it as well.
///
/// # Errors
/// What the conversion throws; `InvalidCastException` when there is none.
pub(crate) fn change(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    let args = &[value];
    if value.is_null() {
        let reference = target == TypeId::STRING || (type_code::code_of(target) == 1 && !is_struct(target));
        return if reference {
            Ok(Value::Null)
        } else {
            Err(cx.throw(Exc::InvalidCast, "Null object cannot be converted to a value type."))
        };
    }
    let is = object::type_of(cx, value).unwrap_or(TypeId::OBJECT);
    if is == target {
        return Ok(value);
    }
    match target {
        TypeId::BOOL => to_boolean(cx, args),
        TypeId::CHAR => to_char(cx, args),
        TypeId::SBYTE => to_integer::<i8>(cx, args),
        TypeId::BYTE => to_integer::<u8>(cx, args),
        TypeId::INT16 => to_integer::<i16>(cx, args),
        TypeId::UINT16 => to_integer::<u16>(cx, args),
        TypeId::INT32 => to_integer::<i32>(cx, args),
        TypeId::UINT32 => to_integer::<u32>(cx, args),
        TypeId::INT64 => to_integer::<i64>(cx, args),
        TypeId::UINT64 => to_integer::<u64>(cx, args),
        TypeId::SINGLE => to_single(cx, args),
        TypeId::DOUBLE => to_double(cx, args),
        TypeId::DECIMAL => to_decimal(cx, args),
        TypeId::DATE_TIME => to_date_time(cx, args),
        TypeId::STRING => Ok(Value::String(behaviour::to_text(cx, value)?)),
        TypeId::OBJECT => Ok(value),
        _ => {
            let (from, to) = (types::net_name(is), types::net_name(target));
            Err(cx.throw(Exc::InvalidCast, format!("Invalid cast from '{from}' to '{to}'.")))
        }
    }
}

fn is_struct(ty: TypeId) -> bool {
    match types::get(ty) {
        types::Type::Named { def, .. } => {
            use crate::library::TypeDefKind;
            matches!(crate::library::get().def(*def).decl.kind, TypeDefKind::Struct | TypeDefKind::Enum)
        }
        _ => false,
    }
}

/// Null by a type code.
fn null_by_code(cx: &mut Cx<'_>, code: i64) -> Result<Value, Throw> {
    // Nothing, objects and text can be null.
    if matches!(code, 0 | 1 | 18) {
        return Ok(Value::Null);
    }
    Err(cx.throw(Exc::InvalidCast, "Object must implement IConvertible."))
}

fn change_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 0);
    let target = match arg(args, 1) {
        Value::Enum(_, code) if value.is_null() => return null_by_code(cx, code),
        Value::Enum(_, _) if !is_convertible(cx, value) => {
            return Err(cx.throw(Exc::InvalidCast, "Object must implement IConvertible."));
        }
        Value::Enum(_, code) => match (type_code::type_of_code(code), code) {
            (Some(ty), _) => ty,
            (None, 0) => return Err(cx.throw(Exc::InvalidCast, "Object cannot be cast to Empty.")),
            (None, 2) => return Err(cx.throw(Exc::InvalidCast, "Object cannot be cast to DBNull.")),
            (None, _) => return Err(cx.throw(Exc::Argument, "Unknown TypeCode value.")),
        },
        other => match type_object::get(cx, other) {
            Some(ty) => ty,
            None => return Err(cx.argument_null("conversionType")),
        },
    };
    let nullable = matches!(types::get(target), types::Type::Nullable(_));
    if value.is_null() {
        if nullable {
            return Err(cx.throw(Exc::InvalidCast, "Null object cannot be converted to a value type."));
        }
        return change(cx, value, target);
    }
    let is = object::type_of(cx, value).unwrap_or(TypeId::OBJECT);
    if !is_convertible(cx, value) {
        return if is == target {
            Ok(value)
        } else {
            Err(cx.throw(Exc::InvalidCast, "Object must implement IConvertible."))
        };
    }
    // What is no simple type a token makes of itself.
    if (nullable || type_code::code_of(target) == 1 || super::enum_type::definition(target).is_some())
        && target != TypeId::OBJECT
        && is != target
        && let Some(at) = crate::library::json::convertible(cx.heap, value)
    {
        return crate::library::json::to_type(cx, at, target);
    }
    // `int?` is no target: it is named as it is.
    if nullable {
        let (from, to) = (types::net_name(is), types::net_name(target));
        return Err(cx.throw(Exc::InvalidCast, format!("Invalid cast from '{from}' to '{to}'.")));
    }
    change(cx, value, target)
}

/// Whether a value is an `IConvertible`: simple values, enumerations and the values of JSON.
fn is_convertible(cx: &Cx<'_>, value: Value) -> bool {
    let Some(ty) = object::type_of(cx, value) else { return false };
    type_code::code_of(ty) != 1 || crate::library::json::convertible(cx.heap, value).is_some()
}
