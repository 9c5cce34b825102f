//! `System.Xml.XmlConvert`: values in XML's lexical forms, and names that may hold any character.
//!
//! <https://learn.microsoft.com/dotnet/api/system.xml.xmlconvert>

mod date;
mod verify;

use super::convert::{self, To};
use super::text::{is_name_start, is_name_unit, is_space, is_xml_unit, to_xml_text};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method};
use crate::value::Value;
use crate::value::text::{Str, TextBuf};

pub(super) const TYPE: TypeDef =
    TypeDef::class("System.Xml.XmlConvert").summary("Values in XML's lexical forms.").members(&[
        method("static string DecodeName(string name)", decode_name),
        method("static string EncodeLocalName(string name)", |cx, args| encode(cx, args, Form::Local)),
        method("static string EncodeName(string name)", |cx, args| encode(cx, args, Form::Name)),
        method("static string EncodeNmToken(string name)", |cx, args| encode(cx, args, Form::Token)),
        method("static bool IsNCNameChar(char ch)", |_, args| Ok(is(args, |u| is_name_unit(u) && u != COLON))),
        method("static bool IsPublicIdChar(char ch)", |_, args| Ok(is(args, is_public))),
        method("static bool IsStartNCNameChar(char ch)", |_, args| Ok(is(args, |u| is_name_start(u) && u != COLON))),
        method("static bool IsWhitespaceChar(char ch)", |_, args| Ok(is(args, is_space))),
        method("static bool IsXmlChar(char ch)", |_, args| {
            Ok(is(args, |u| is_xml_unit(u) && !(0xd800..0xe000).contains(&u)))
        }),
        method("static bool IsXmlSurrogatePair(char lowChar, char highChar)", is_pair),
        method("static bool ToBoolean(string s)", |cx, args| read(cx, args, To::Bool)),
        method("static byte ToByte(string s)", |cx, args| read(cx, args, To::Byte)),
        method("static char ToChar(string s)", to_char),
        method("static DateTime ToDateTime(string s)", date::to_date_time_by_known),
        method("static DateTime ToDateTime(string s, string format)", date::to_date_time_by_format),
        method("static DateTime ToDateTime(string s, string[] formats)", date::to_date_time_by_format),
        method("static DateTime ToDateTime(string s, XmlDateTimeSerializationMode dateTimeOption)", date::to_date_time),
        method("static DateTimeOffset ToDateTimeOffset(string s)", |cx, args| read(cx, args, To::DateTimeOffset)),
        method("static DateTimeOffset ToDateTimeOffset(string s, string format)", date::to_date_time_offset_by_format),
        method(
            "static DateTimeOffset ToDateTimeOffset(string s, string[] formats)",
            date::to_date_time_offset_by_format,
        ),
        method("static decimal ToDecimal(string s)", |cx, args| read(cx, args, To::Decimal)),
        method("static double ToDouble(string s)", |cx, args| read(cx, args, To::Double)),
        method("static Guid ToGuid(string s)", |cx, args| read(cx, args, To::Guid)),
        method("static short ToInt16(string s)", |cx, args| read(cx, args, To::Int16)),
        method("static int ToInt32(string s)", |cx, args| read(cx, args, To::Int32)),
        method("static long ToInt64(string s)", |cx, args| read(cx, args, To::Int64)),
        method("static sbyte ToSByte(string s)", |cx, args| read(cx, args, To::SByte)),
        method("static float ToSingle(string s)", |cx, args| read(cx, args, To::Single)),
        method("static string ToString(bool value)", text),
        method("static string ToString(byte value)", text),
        method("static string ToString(char value)", text),
        method("static string ToString(DateTime value)", |cx, args| {
            let format = cx.string("yyyy-MM-ddTHH:mm:ss.fffffffzzz")?;
            formatted(cx, &[arg(args, 0), format])
        }),
        method("static string ToString(DateTime value, string format)", formatted),
        method("static string ToString(DateTime value, XmlDateTimeSerializationMode dateTimeOption)", date_text),
        method("static string ToString(DateTimeOffset value)", text),
        method("static string ToString(DateTimeOffset value, string format)", formatted),
        method("static string ToString(decimal value)", text),
        method("static string ToString(double value)", text),
        method("static string ToString(Guid value)", text),
        method("static string ToString(short value)", text),
        method("static string ToString(int value)", text),
        method("static string ToString(long value)", text),
        method("static string ToString(sbyte value)", text),
        method("static string ToString(float value)", text),
        method("static string ToString(TimeSpan value)", text),
        method("static string ToString(ushort value)", text),
        method("static string ToString(uint value)", text),
        method("static string ToString(ulong value)", text),
        method("static TimeSpan ToTimeSpan(string s)", |cx, args| read(cx, args, To::TimeSpan)),
        method("static ushort ToUInt16(string s)", |cx, args| read(cx, args, To::UInt16)),
        method("static uint ToUInt32(string s)", |cx, args| read(cx, args, To::UInt32)),
        method("static ulong ToUInt64(string s)", |cx, args| read(cx, args, To::UInt64)),
        method("static string VerifyName(string name)", |cx, args| verify::name(cx, args, true)),
        method("static string VerifyNCName(string name)", |cx, args| verify::name(cx, args, false)),
        method("static string VerifyNMTOKEN(string name)", verify::name_token),
        method("static string VerifyTOKEN(string token)", verify::token),
        method("static string VerifyPublicId(string publicId)", verify::public_id),
        method("static string VerifyWhitespace(string content)", verify::white_space),
        method("static string VerifyXmlChars(string content)", verify::characters),
    ]);

pub(super) const DATE_MODE: TypeDef = TypeDef::enumeration(
    "System.Xml.XmlDateTimeSerializationMode",
    &[("Local", 0), ("Utc", 1), ("Unspecified", 2), ("RoundtripKind", 3)],
);

const COLON: u16 = b':' as u16;
const UNDERSCORE: u16 = b'_' as u16;

fn is(args: &[Value], test: impl Fn(u16) -> bool) -> Value {
    Value::Bool(matches!(arg(args, 0), Value::Char(unit) if test(unit)))
}

/// A character that a public identifier may hold.
fn is_public(unit: u16) -> bool {
    let ascii = u8::try_from(unit).ok();
    matches!(unit, 10 | 13 | 32)
        || ascii.is_some_and(|c| c.is_ascii_alphanumeric() || b"-'()+,./:=?;!*#@$_%".contains(&c))
}

fn is_pair(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let pair = (arg(args, 0), arg(args, 1));
    let good = matches!(pair, (Value::Char(0xdc00..=0xdfff), Value::Char(0xd800..=0xdbff)));
    Ok(Value::Bool(good))
}

fn read(cx: &mut Cx<'_>, args: &[Value], to: To) -> Result<Value, Throw> {
    let text = match (arg(args, 0), to) {
        (Value::Null, To::Bool | To::TimeSpan) => Str::EMPTY,
        _ => cx.string_arg(args, 0, "s")?,
    };
    convert::of_text(cx, text, to)
}

fn to_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    match (text.len(), cx.text(text).get(0)) {
        (1, Some(unit)) => Ok(Value::Char(unit)),
        _ => Err(cx.throw(Exc::Format, "String must be exactly one character long.")),
    }
}

fn text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    to_xml_text(cx, arg(args, 0)).map(Value::String)
}

fn date_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::DateTime(_) if !matches!(arg(args, 1), Value::Enum(_, 0..=3) | Value::Null) => {
            Err(date::no_mode(cx, args))
        }
        Value::DateTime(at) => to_xml_text(cx, Value::DateTime(date::in_mode(args, at))).map(Value::String),
        _ => text(cx, args),
    }
}

fn formatted(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let format = cx.string_opt(args, 1).map(|s| cx.text(s).to_utf8().into_owned()).unwrap_or_default();
    let mut out = TextBuf::new();
    crate::library::format(cx, arg(args, 0), &format, &mut out)?;
    cx.string_buf(&out)
}

// Names.

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Name,
    Local,
    Token,
}

/// The character of `_xHHHH_` or `_xHHHHHHHH_` at a place, and its length: such text is escaped, so that decoding gives it
/// back.
fn escape_at(units: &[u16], at: usize) -> Option<(u32, usize)> {
    if units.get(at..at + 2)? != [UNDERSCORE, u16::from(b'x')] {
        return None;
    }
    [4, 8].into_iter().find_map(|digits| {
        let hex = String::from_utf16(units.get(at + 2..at + 2 + digits)?).ok()?;
        let closed = units.get(at + 2 + digits) == Some(&UNDERSCORE);
        let number = hex.bytes().all(|b| b.is_ascii_hexdigit()).then(|| u32::from_str_radix(&hex, 16).ok())??;
        closed.then_some((number, digits + 3))
    })
}

fn encode(cx: &mut Cx<'_>, args: &[Value], form: Form) -> Result<Value, Throw> {
    let Some(name) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    if name.is_empty() {
        return Ok(Value::String(name));
    }
    cx.charge(name.len())?;
    cx.heap.charge(name.len() * 7)?;
    let units: Vec<u16> = cx.text(name).units().collect();
    let (mut out, mut at) = (TextBuf::new(), 0);
    while let Some(unit) = units.get(at).copied() {
        let colon_fits = unit != COLON || form != Form::Local;
        let fits = if at == 0 && form != Form::Token { is_name_start(unit) } else { is_name_unit(unit) };
        let pair = units.get(at..at + 2).and_then(|pair| char::decode_utf16(pair.iter().copied()).next()?.ok());
        match pair.map(u32::from) {
            Some(wide @ 0x1_0000..) => {
                out.push_str(&format!("_x{wide:08X}_"));
                at += 1;
            }
            _ if fits && colon_fits && escape_at(&units, at).is_none() => out.push(unit),
            _ => out.push_str(&format!("_x{unit:04X}_")),
        }
        at += 1;
    }
    cx.string_buf(&out)
}

fn decode_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(name) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    cx.charge(name.len())?;
    cx.heap.charge(name.len() * 2)?;
    let units: Vec<u16> = cx.text(name).units().collect();
    let (mut out, mut at) = (TextBuf::new(), 0);
    while let Some(unit) = units.get(at).copied() {
        match escape_at(&units, at) {
            Some((0x1_0000.., 7)) | None => {
                out.push(unit);
                at += 1;
            }
            Some((number, length)) => {
                match char::from_u32(number) {
                    Some(c) => out.push_str(c.encode_utf8(&mut [0; 4])),
                    None => out.push((number & 0xffff) as u16),
                }
                at += length;
            }
        }
    }
    cx.string_buf(&out)
}
