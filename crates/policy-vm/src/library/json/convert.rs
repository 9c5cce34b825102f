//! Conversions between the value of a token and .NET types: what `System.Convert` does with the invariant culture.

use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::decimal::convert::as_double;
use crate::library::{self, NativeFn};
use crate::types::{self, Known, Type, TypeId};
use crate::value::behaviour::{self, type_of};
use crate::value::heap::Object;
use crate::value::text::{Str, TextRef};
use crate::value::{DateTime, DateTimeKind, Value};

use super::big_integer::BigInteger;
use super::date;
use super::write::integer;

pub(super) static URI: Known = Known::new("System.Uri");

/// A member of another type of the library, found by its signature.
pub(in crate::library) fn member(ty: &str, name: &str, params: &[TypeId]) -> Option<NativeFn> {
    let library = library::get();
    let def = library.def(library.find_full(ty)?);
    let fits = |s: &&library::Signature| {
        s.name == name && s.params.len() == params.len() && s.params.iter().zip(params).all(|(p, ty)| p.ty == *ty)
    };
    def.members().iter().find(fits).map(|s| s.run)
}

/// Calls a member of another type with one string.
fn call_text(cx: &mut Cx<'_>, ty: &'static str, name: &str, value: Value) -> Result<Value, Throw> {
    match member(ty, name, &[TypeId::STRING]) {
        Some(run) => run(cx, &[value]),
        None => Err(cx.throw(Exc::NotSupported, format!("{ty} is not available."))),
    }
}

/// `double.ToString()`: the shortest text that reads back the same, with an exponent from 1E+17 on and below 0.0001.
pub(super) fn double_text(value: f64) -> String {
    real_text(value.is_nan(), value.is_infinite(), value.is_sign_negative(), format!("{value:e}"), 17)
}

/// `float.ToString()`.
pub(super) fn single_text(value: f32) -> String {
    real_text(value.is_nan(), value.is_infinite(), value.is_sign_negative(), format!("{value:e}"), 9)
}

fn real_text(nan: bool, infinite: bool, negative: bool, shortest: String, precision: i32) -> String {
    if nan {
        return "NaN".to_owned();
    }
    if infinite {
        return if negative { "-Infinity" } else { "Infinity" }.to_owned();
    }
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = match mantissa.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", mantissa),
    };
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    if exponent >= precision || exponent < -4 {
        let (first, rest) = digits.split_at(1.min(digits.len()));
        let point = if rest.is_empty() { "" } else { "." };
        let mark = if exponent < 0 { '-' } else { '+' };
        return format!("{sign}{first}{point}{rest}E{mark}{:02}", exponent.abs());
    }
    if exponent < 0 {
        let zeros = "0".repeat(usize::try_from(-exponent - 1).unwrap_or(0));
        return format!("{sign}0.{zeros}{digits}");
    }
    let whole = usize::try_from(exponent + 1).unwrap_or(1);
    if digits.len() <= whole {
        return format!("{sign}{digits}{}", "0".repeat(whole - digits.len()));
    }
    let (whole, fraction) = digits.split_at(whole);
    format!("{sign}{whole}.{fraction}")
}

/// A real number without white space or words.
pub(super) fn parse_double(text: &str) -> Option<f64> {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let starts = body.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    let digits = body.bytes().any(|b| b.is_ascii_digit());
    let only = body.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'e' | b'E' | b'+' | b'-'));
    if starts && digits && only { text.parse().ok() } else { None }
}

/// Base 64 with padding.
pub(in crate::library) fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// `Guid.ToString()`.
pub(super) fn guid_text(bytes: &[u8; 16]) -> String {
    let mut out = String::with_capacity(36);
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}

/// `Uri.OriginalString`; for other objects their text.
pub(super) fn uri_text(cx: &mut Cx<'_>, value: Value) -> Result<Str, Throw> {
    if type_of(cx.heap, value) == Some(URI.id())
        && let Some(run) = member("System.Uri", "OriginalString", &[])
        && let Value::String(text) = run(cx, &[value])?
    {
        return Ok(text);
    }
    behaviour::to_text(cx, value)
}

/// `Convert.ToString(value, InvariantCulture)`, with bytes as base 64.
pub(super) fn text(cx: &mut Cx<'_>, value: Value) -> Result<Str, Throw> {
    let text = match value {
        Value::String(text) => return Ok(text),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Double(value) => double_text(value),
        Value::Single(value) => single_text(value),
        Value::TimeSpan(ticks) => date::time_span_text(ticks),
        value => match (integer(value), cx.heap.get(value)) {
            (Some(number), _) if !matches!(value, Value::Enum(..)) => number.to_string(),
            (_, Some(Object::Bytes(bytes))) => base64(bytes),
            (_, Some(Object::Guid(bytes))) => guid_text(bytes),
            (_, Some(Object::Decimal(value))) => value.to_string(),
            (_, Some(Object::Native(_))) => return uri_text(cx, value),
            _ => return behaviour::to_text(cx, value),
        },
    };
    Ok(cx.heap.new_str(&text)?)
}

/// The name of a type without its namespace.
fn short_name(ty: TypeId) -> &'static str {
    match types::get(ty) {
        Type::Named { def, .. } => library::get().def(*def).simple_name(),
        _ => "Object",
    }
}

fn too_large(cx: &mut Cx<'_>, target: TypeId) -> Throw {
    let what = match target {
        TypeId::SBYTE => "a signed byte",
        TypeId::BYTE => "an unsigned byte",
        TypeId::INT16 => "an Int16",
        TypeId::UINT16 => "a UInt16",
        TypeId::INT32 => "an Int32",
        TypeId::UINT32 => "a UInt32",
        TypeId::INT64 => "an Int64",
        TypeId::UINT64 => "a UInt64",
        TypeId::CHAR => "a character",
        _ => "a Decimal",
    };
    cx.throw(Exc::Overflow, format!("Value was either too large or too small for {what}."))
}

fn bad_format(cx: &mut Cx<'_>, text: &str) -> Throw {
    cx.throw(Exc::Format, format!("The input string '{text}' was not in a correct format."))
}

fn invalid_cast(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Throw {
    let from = type_of(cx.heap, value).unwrap_or(TypeId::OBJECT);
    cx.throw(Exc::InvalidCast, format!("Invalid cast from '{}' to '{}'.", short_name(from), short_name(target)))
}

/// An integer type's value from a number, if it fits.
fn integral(target: TypeId, number: i128) -> Option<Value> {
    Some(match target {
        TypeId::SBYTE => Value::SByte(number.try_into().ok()?),
        TypeId::BYTE => Value::Byte(number.try_into().ok()?),
        TypeId::INT16 => Value::Int16(number.try_into().ok()?),
        TypeId::UINT16 => Value::UInt16(number.try_into().ok()?),
        TypeId::INT32 => Value::Int32(number.try_into().ok()?),
        TypeId::UINT32 => Value::UInt32(number.try_into().ok()?),
        TypeId::INT64 => Value::Int64(number.try_into().ok()?),
        TypeId::UINT64 => Value::UInt64(number.try_into().ok()?),
        TypeId::CHAR => Value::Char(number.try_into().ok()?),
        _ => return None,
    })
}

/// `Convert.ToInt32(value)` and its like for the types that implement `IConvertible`.
pub(super) fn to(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    match target {
        TypeId::STRING => Ok(Value::String(text(cx, value)?)),
        TypeId::BOOL => to_bool(cx, value),
        TypeId::DOUBLE => Ok(Value::Double(to_double(cx, value, target)?)),
        TypeId::SINGLE => Ok(Value::Single(to_double(cx, value, target)? as f32)),
        TypeId::DECIMAL => to_decimal(cx, value),
        TypeId::DATE_TIME => to_date_time(cx, value),
        _ => to_integer(cx, value, target),
    }
}

fn to_integer(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    let number = match value {
        Value::Bool(b) if target != TypeId::CHAR => i128::from(b),
        Value::Char(unit) => i128::from(unit),
        Value::String(text) if target == TypeId::CHAR => return one_char(cx, text),
        Value::String(text) => return parse_integer(cx, text, target),
        Value::Double(d) if target != TypeId::CHAR => return rounded(cx, d, target),
        Value::Single(f) if target != TypeId::CHAR => return rounded(cx, f64::from(f), target),
        value => match integer(value) {
            Some(number) => number,
            None => match cx.heap.get(value) {
                Some(Object::Decimal(d)) if target != TypeId::CHAR => d.round().to_i128().unwrap_or(i128::MAX),
                Some(Object::Native(_)) if cx.heap.native::<BigInteger>(value).is_some() => i128::MAX,
                _ => return Err(invalid_cast(cx, value, target)),
            },
        },
    };
    integral(target, number).ok_or_else(|| too_large(cx, target))
}

fn rounded(cx: &mut Cx<'_>, value: f64, target: TypeId) -> Result<Value, Throw> {
    // Half to even; what is not finite becomes a number that fits nowhere.
    let number = if value.is_finite() { value.round_ties_even() as i128 } else { i128::MAX };
    // As `System.Convert` has it: 64 bits are checked by the machine, and the small types are made of an `int`.
    let refused = match target {
        TypeId::INT64 | TypeId::UINT64 => {
            return integral(target, number).ok_or_else(|| cx.throw_default(Exc::Overflow));
        }
        TypeId::UINT32 | TypeId::CHAR => target,
        _ if i32::try_from(number).is_err() => TypeId::INT32,
        _ => target,
    };
    integral(target, number).ok_or_else(|| too_large(cx, refused))
}

fn one_char(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    match (text.len(), cx.heap.text(text).get(0)) {
        (1, Some(unit)) => Ok(Value::Char(unit)),
        _ => Err(cx.throw(Exc::Format, "String must be exactly one character long.")),
    }
}

/// White space that numbers may stand in.
fn trim(text: &str) -> &str {
    text.trim_matches(|c| matches!(c, '\t'..='\r' | ' '))
}

fn parse_integer(cx: &mut Cx<'_>, text: Str, target: TypeId) -> Result<Value, Throw> {
    cx.charge(text.len() / 8)?;
    let owned = cx.heap.text(text).to_utf8().into_owned();
    let body = trim(&owned);
    let digits = body.strip_prefix(['-', '+']).unwrap_or(body);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad_format(cx, &owned));
    }
    let number = body.strip_prefix('+').unwrap_or(body).parse().unwrap_or(i128::MAX);
    integral(target, number).ok_or_else(|| too_large(cx, target))
}

fn to_bool(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    Ok(Value::Bool(match value {
        Value::Bool(b) => b,
        Value::Double(d) => d != 0.0,
        Value::Single(f) => f != 0.0,
        Value::String(text) => {
            let owned = cx.heap.text(text).to_utf8().into_owned();
            let word = owned.trim_matches(|c: char| c.is_whitespace() || c == '\0');
            match word {
                _ if word.eq_ignore_ascii_case("true") => true,
                _ if word.eq_ignore_ascii_case("false") => false,
                _ => {
                    let message = format!("String '{owned}' was not recognized as a valid Boolean.");
                    return Err(cx.throw(Exc::Format, message));
                }
            }
        }
        value => match (integer(value), cx.heap.get(value)) {
            (Some(number), _) => number != 0,
            (_, Some(Object::Decimal(d))) => !d.is_zero(),
            (_, Some(Object::Native(_))) if cx.heap.native::<BigInteger>(value).is_some() => {
                return Err(too_large(cx, TypeId::INT32));
            }
            _ => return Err(invalid_cast(cx, value, TypeId::BOOL)),
        },
    }))
}

fn to_double(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<f64, Throw> {
    Ok(match value {
        Value::Double(d) => d,
        Value::Single(f) => f64::from(f),
        Value::Bool(b) => f64::from(u8::from(b)),
        Value::String(text) => {
            let owned = cx.heap.text(text).to_utf8().into_owned();
            let body = trim(&owned);
            let parsed = word_number(body).or_else(|| parse_double(&without_thousands(body)));
            return parsed.ok_or_else(|| bad_format(cx, &owned));
        }
        value => match (integer(value), cx.heap.get(value)) {
            (Some(number), _) => number as f64,
            (_, Some(Object::Decimal(d))) => as_double(*d),
            (_, Some(Object::Native(_))) => match cx.heap.native::<BigInteger>(value) {
                Some(big) => big.to_double(),
                None => return Err(invalid_cast(cx, value, target)),
            },
            _ => return Err(invalid_cast(cx, value, target)),
        },
    })
}

fn word_number(text: &str) -> Option<f64> {
    let words = [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)];
    words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value)
}

/// Drops the commas that may stand between the digits before the point.
fn without_thousands(text: &str) -> String {
    let point = text.find(['.', 'e', 'E']).unwrap_or(text.len());
    let (whole, rest) = text.split_at(point);
    let first_digit = whole.find(|c: char| c.is_ascii_digit()).unwrap_or(whole.len());
    match whole.find(',') {
        Some(comma) if comma > first_digit => whole.replace(',', "") + rest,
        _ => text.to_owned(),
    }
}

fn to_decimal(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    let number = match value {
        Value::Bool(b) => Some(Decimal::from(u8::from(b))),
        Value::Double(d) => decimal_of_double(d, 15),
        Value::Single(f) => decimal_of_double(f64::from(f), 7),
        Value::String(text) => {
            let owned = cx.heap.text(text).to_utf8().into_owned();
            let body = without_thousands(trim(&owned));
            let digits = body.strip_prefix(['-', '+']).unwrap_or(&body);
            let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && digits.bytes().filter(|b| *b == b'.').count() <= 1
                && digits.bytes().any(|b| b.is_ascii_digit());
            if !plain {
                return Err(bad_format(cx, &owned));
            }
            Decimal::from_str(&body).ok()
        }
        value => match (integer(value), cx.heap.get(value)) {
            // At most 64 bits, of the 96 that there are.
            (Some(number), _) => Some(Decimal::from(number)),
            (_, Some(Object::Decimal(d))) => Some(*d),
            (_, Some(Object::Native(_))) => match cx.heap.native::<BigInteger>(value) {
                Some(big) => big.to_decimal(),
                None => return Err(invalid_cast(cx, value, TypeId::DECIMAL)),
            },
            _ => return Err(invalid_cast(cx, value, TypeId::DECIMAL)),
        },
    };
    match number {
        Some(number) => Ok(Value::Object(cx.heap.new_object(Object::Decimal(number))?)),
        None => Err(too_large(cx, TypeId::DECIMAL)),
    }
}

/// `(decimal)value`: .NET keeps 15 significant digits of a `double` and 7 of a `float`.
fn decimal_of_double(value: f64, digits: usize) -> Option<Decimal> {
    let text = format!("{value:.*e}", digits - 1);
    Decimal::from_scientific(&text).ok().map(|d| d.normalize())
}

fn to_date_time(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    match value {
        Value::DateTime(_) => Ok(value),
        Value::String(text) => {
            if let Some(date) = iso_date(cx.heap.text(text)) {
                return Ok(Value::DateTime(date));
            }
            call_text(cx, "System.DateTime", "Parse", value)
        }
        value => match cx.heap.get(value) {
            Some(Object::DateTimeOffset { ticks, .. }) => {
                let date = DateTime::new(*ticks, DateTimeKind::Unspecified);
                date.map(Value::DateTime).ok_or(fault("a date out of range"))
            }
            _ => Err(invalid_cast(cx, value, TypeId::DATE_TIME)),
        },
    }
}

/// `DateTime.Parse` of the ISO form with seconds: with a zone it becomes local time, and the local zone is UTC.
fn iso_date(text: TextRef<'_>) -> Option<DateTime> {
    let (ticks, zone) = date::parse_iso(text.as_str()?.as_bytes())?;
    match zone {
        date::Zone::None => DateTime::new(ticks, DateTimeKind::Unspecified),
        date::Zone::Utc => DateTime::new(ticks, DateTimeKind::Local),
        date::Zone::Offset(minutes) => DateTime::new(ticks - minutes * 600_000_000, DateTimeKind::Local),
    }
}

/// `DateTimeOffset` from a date or a string.
pub(super) fn to_date_time_offset(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    match value {
        Value::String(_) => call_text(cx, "System.DateTimeOffset", "Parse", value),
        Value::DateTime(date) => {
            let object = Object::DateTimeOffset { ticks: date.ticks(), offset: 0 };
            Ok(Value::Object(cx.heap.new_object(object)?))
        }
        value if matches!(cx.heap.get(value), Some(Object::DateTimeOffset { .. })) => Ok(value),
        value => Err(invalid_cast(cx, value, TypeId::DATE_TIME)),
    }
}

/// `Guid` from 16 bytes or a string.
pub(super) fn to_guid(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    if let Some(Object::Guid(_)) = cx.heap.get(value) {
        return Ok(value);
    }
    if let Some(Object::Bytes(_)) = cx.heap.get(value) {
        return match member("System.Guid", "", &[types::array_of(TypeId::BYTE)]) {
            Some(run) => run(cx, &[value]),
            None => Err(cx.throw(Exc::NotSupported, "System.Guid is not available.")),
        };
    }
    let text = text(cx, value)?;
    if let Some(bytes) = cx.heap.text(text).as_str().and_then(plain_guid) {
        return Ok(Value::Object(cx.heap.new_object(Object::Guid(bytes))?));
    }
    call_text(cx, "System.Guid", "", Value::String(text))
}

fn plain_guid(text: &str) -> Option<[u8; 16]> {
    let bytes = text.as_bytes();
    if bytes.len() != 36 || ![8, 13, 18, 23].iter().all(|at| bytes.get(*at) == Some(&b'-')) {
        return None;
    }
    let hex: Vec<u8> = bytes
        .iter()
        .filter(|b| **b != b'-')
        .map(|b| char::from(*b).to_digit(16).map(|d| d as u8))
        .collect::<Option<_>>()?;
    let mut out = [0; 16];
    for (slot, pair) in out.iter_mut().zip(hex.chunks_exact(2)) {
        if let [high, low] = pair {
            *slot = (high << 4) | low;
        }
    }
    (hex.len() == 32).then_some(out)
}

/// `TimeSpan` from a string.
pub(super) fn to_time_span(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    if let Value::TimeSpan(_) = value {
        return Ok(value);
    }
    let text = text(cx, value)?;
    call_text(cx, "System.TimeSpan", "Parse", Value::String(text))
}

/// `Uri` from a string.
pub(super) fn to_uri(cx: &mut Cx<'_>, value: Value) -> Result<Value, Throw> {
    if type_of(cx.heap, value) == Some(URI.id()) {
        return Ok(value);
    }
    let text = text(cx, value)?;
    call_text(cx, "System.Uri", "", Value::String(text))
}

/// `byte[]` from base 64.
pub(super) fn to_bytes(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    let plain: Vec<u8> = match cx.heap.text(text) {
        TextRef::Ascii(bytes) => bytes.iter().copied().filter(|b| !matches!(b, 9 | 10 | 13 | 32)).collect(),
        TextRef::Wide(_) => vec![b'?'],
    };
    match STANDARD.decode(&plain) {
        Ok(bytes) => Ok(cx.heap.new_bytes(bytes)?),
        Err(_) => {
            let message = "The input is not a valid Base-64 string as it contains a non-base 64 character, more than \
                           two padding characters, or an illegal character among the padding characters.";
            Err(cx.throw(Exc::Format, message))
        }
    }
}

/// `Convert.ChangeType(value, target, InvariantCulture)`.
pub(super) fn change_type(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    let Some(source) = type_of(cx.heap, value) else {
        if is_value_type(target) {
            return Err(cx.throw(Exc::InvalidCast, "Null object cannot be converted to a value type."));
        }
        return Ok(Value::Null);
    };
    if source == target {
        return Ok(value);
    }
    if !is_convertible(source) {
        return Err(cx.throw(Exc::InvalidCast, "Object must implement IConvertible."));
    }
    if target == TypeId::OBJECT {
        return Ok(value);
    }
    if is_convertible(target) {
        return to(cx, value, target);
    }
    let message = format!("Invalid cast from '{}' to '{}'.", types::net_name(source), types::net_name(target));
    Err(cx.throw(Exc::InvalidCast, message))
}

fn is_convertible(ty: TypeId) -> bool {
    matches!(
        ty,
        TypeId::STRING
            | TypeId::BOOL
            | TypeId::CHAR
            | TypeId::SBYTE
            | TypeId::BYTE
            | TypeId::INT16
            | TypeId::UINT16
            | TypeId::INT32
            | TypeId::UINT32
            | TypeId::INT64
            | TypeId::UINT64
            | TypeId::SINGLE
            | TypeId::DOUBLE
            | TypeId::DECIMAL
            | TypeId::DATE_TIME
    )
}

/// True for structures and enumerations, but not for `T?`.
pub(in crate::library) fn is_value_type(ty: TypeId) -> bool {
    match types::get(ty) {
        Type::Named { def, .. } => {
            let kind = library::get().def(*def).decl.kind;
            ty != TypeId::STRING
                && (matches!(kind, library::TypeDefKind::Struct | library::TypeDefKind::Enum)
                    || is_convertible(ty)
                    || matches!(ty, TypeId::GUID | TypeId::TIME_SPAN | TypeId::DATE_TIME_OFFSET))
        }
        _ => false,
    }
}

/// `T` of `T?`.
pub(in crate::library) fn nullable(ty: TypeId) -> Option<TypeId> {
    match types::get(ty) {
        Type::Nullable(inner) => Some(*inner),
        _ => None,
    }
}
