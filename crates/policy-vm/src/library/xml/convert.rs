//! Explicit conversions of elements and attributes: `(int)element`, `(DateTime?)attribute` …

use rust_decimal::Decimal;

use super::text::read_duration;
use super::tree::{attribute_value, is_attribute, text_of};
use super::xsd_date::XsdDate;
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::exact::Styles;
use crate::library::system::date_time::parsing::{free, refuse};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf};

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum To {
    Text,
    Bool,
    SByte,
    Byte,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Single,
    Double,
    Decimal,
    DateTime,
    DateTimeOffset,
    TimeSpan,
    Guid,
}

/// To a reference or nullable type: null stays null.
pub(super) fn nullable(cx: &mut Cx<'_>, args: &[Value], to: To) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Ok(Value::Null);
    }
    convert(cx, arg(args, 0), to)
}

/// To a value type: null throws.
pub(super) fn required(cx: &mut Cx<'_>, args: &[Value], to: To, parameter: &str) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null(parameter));
    }
    convert(cx, arg(args, 0), to)
}

fn convert(cx: &mut Cx<'_>, node: Value, to: To) -> Result<Value, Throw> {
    let text = if is_attribute(cx.heap, node) { attribute_value(cx.heap, node) } else { text_of(cx, node)? };
    if to == To::Bool {
        // Those of nodes may be written in any case.
        let lower = own(cx, text).to_lowercase();
        return boolean(cx, &lower);
    }
    of_text(cx, text, to)
}

fn boolean(cx: &mut Cx<'_>, text: &str) -> Result<Value, Throw> {
    match text.trim_matches(SPACE) {
        "true" | "1" => Ok(Value::Bool(true)),
        "false" | "0" => Ok(Value::Bool(false)),
        _ => Err(cx.throw(Exc::Format, format_args!("The string '{text}' is not a valid Boolean value."))),
    }
}

/// White space of XML.
const SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// What a text in XML's lexical form stands for.
pub(super) fn of_text(cx: &mut Cx<'_>, text: Str, to: To) -> Result<Value, Throw> {
    if to == To::Text {
        return Ok(Value::String(text));
    }
    let owned = own(cx, text);
    let trimmed = owned.trim_matches(SPACE);
    match to {
        To::Bool => boolean(cx, &owned),
        To::Byte | To::UInt16 if trimmed.starts_with(['-', '+']) => Err(not_a_number(cx, &owned)),
        To::SByte => integer(cx, &owned, trimmed, "a signed byte", |n| i8::try_from(n).ok().map(Value::SByte)),
        To::Byte => integer(cx, &owned, trimmed, "an unsigned byte", |n| u8::try_from(n).ok().map(Value::Byte)),
        To::Int16 => integer(cx, &owned, trimmed, "an Int16", |n| i16::try_from(n).ok().map(Value::Int16)),
        To::UInt16 => integer(cx, &owned, trimmed, "a UInt16", |n| u16::try_from(n).ok().map(Value::UInt16)),
        To::Int32 => integer(cx, &owned, trimmed, "an Int32", |n| i32::try_from(n).ok().map(Value::Int32)),
        To::UInt32 | To::UInt64 if trimmed.starts_with(['-', '+']) => Err(not_a_number(cx, &owned)),
        To::UInt32 => integer(cx, &owned, trimmed, "a UInt32", |n| u32::try_from(n).ok().map(Value::UInt32)),
        To::Int64 => integer(cx, &owned, trimmed, "an Int64", |n| i64::try_from(n).ok().map(Value::Int64)),
        To::UInt64 => integer(cx, &owned, trimmed, "a UInt64", |n| u64::try_from(n).ok().map(Value::UInt64)),
        To::Single => real(trimmed).map(|n| Value::Single(n as f32)).ok_or_else(|| not_a_number(cx, trimmed)),
        To::Double => real(trimmed).map(Value::Double).ok_or_else(|| not_a_number(cx, trimmed)),
        To::Decimal if trimmed.contains(['e', 'E', '_']) => Err(not_a_number(cx, &owned)),
        To::Decimal => match trimmed.strip_prefix('+').unwrap_or(trimmed).parse::<Decimal>() {
            Ok(n) => Ok(Value::Object(cx.heap.new_object(Object::Decimal(n))?)),
            Err(_) => Err(not_a_number(cx, &owned)),
        },
        To::DateTime => date(cx, text),
        To::DateTimeOffset => XsdDate::read(cx, text)?.date_time_offset(cx),
        To::TimeSpan => match read_duration(trimmed) {
            Some(ticks) => Ok(Value::TimeSpan(ticks)),
            None => Err(cx.throw(Exc::Format, format_args!("The string '{owned}' is not a valid TimeSpan value."))),
        },
        To::Guid | To::Text => guid(cx, trimmed),
    }
}

fn own(cx: &Cx<'_>, text: Str) -> String {
    cx.text(text).to_utf8().into_owned()
}

fn not_a_number(cx: &mut Cx<'_>, text: &str) -> Throw {
    cx.throw(Exc::Format, format_args!("The input string '{text}' was not in a correct format."))
}

fn integer(
    cx: &mut Cx<'_>,
    text: &str,
    trimmed: &str,
    name: &str,
    fit: impl Fn(i128) -> Option<Value>,
) -> Result<Value, Throw> {
    let digits = trimmed.strip_prefix(['-', '+']).unwrap_or(trimmed);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(not_a_number(cx, text));
    }
    trimmed
        .parse::<i128>()
        .ok()
        .and_then(fit)
        .ok_or_else(|| cx.throw(Exc::Overflow, format_args!("Value was either too large or too small for {name}.")))
}

fn real(text: &str) -> Option<f64> {
    match text {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        "NaN" => Some(f64::NAN),
        _ if text.bytes().any(|b| b.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}

/// `DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind)`.
fn date(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    let styles = Styles { roundtrip_kind: true, ..Styles::default() };
    match free(cx, text, styles)?.and_then(|parsed| parsed.date_time(styles)) {
        Ok(value) => Ok(Value::DateTime(value)),
        Err(bad) => Err(refuse(cx, text, &bad)),
    }
}

fn guid(cx: &mut Cx<'_>, text: &str) -> Result<Value, Throw> {
    match crate::library::system::guid::read(TextBuf::from(text).as_text(), None) {
        Ok(bytes) => Ok(Value::Object(cx.heap.new_object(Object::Guid(bytes))?)),
        Err(why) => Err(cx.throw(Exc::Format, why)),
    }
}
