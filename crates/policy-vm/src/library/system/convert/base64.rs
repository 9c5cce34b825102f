//! Base64 as .NET reads and writes it: white space is ignored, padding is needed, stray bits do not matter.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::TypeDef;
use crate::library::system::string::{chars, checked_range};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::TextRef;

pub(in crate::library) const BASE64_FORMATTING_OPTIONS: TypeDef =
    TypeDef::enumeration("System.Base64FormattingOptions", &[("None", 0), ("InsertLineBreaks", 1)])
        .flags()
        .summary("Whether base64 text is broken into lines of 76 characters.");

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireCanonical)
        .with_decode_allow_trailing_bits(true),
);

/// Lines end with CR LF on every platform.
const LINE: usize = 76;

pub(super) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else { return Err(cx.argument_null("inArray")) };
    let (mut from, mut to) = (0, bytes.len());
    if let Value::Int32(offset) = arg(args, 1) {
        let length = bytes.len();
        (from, to) = checked_range(cx, ("offset", offset), ("length", as_i32(args, 2)?), length)?;
    }
    let options = args.iter().find_map(|a| if let Value::Enum(_, n) = a { Some(*n) } else { None }).unwrap_or(0);
    if !(0..=1).contains(&options) {
        return Err(cx.throw_argument(Exc::Argument, &format!("Illegal enum value: {options}."), "options"));
    }
    cx.charge((to - from) / 8)?;
    cx.heap.charge_string((to - from).saturating_mul(4) / 3)?;
    let mut text = String::new();
    if let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) {
        ENGINE.encode_string(bytes.get(from..to).unwrap_or_default(), &mut text);
    }
    if options == 1 {
        let lines: Vec<&str> = text.as_bytes().chunks(LINE).filter_map(|l| std::str::from_utf8(l).ok()).collect();
        text = lines.join("\r\n");
    }
    cx.string(&text)
}

/// `ToBase64CharArray`: into an array, from a place on.
pub(super) fn to_chars(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else { return Err(cx.argument_null("inArray")) };
    let available = bytes.len();
    let room = match cx.heap.get(arg(args, 3)) {
        Some(Object::Array(array)) => array.items.len(),
        _ => return Err(cx.argument_null("outArray")),
    };
    let (offset, length, at) = (as_i32(args, 1)?, as_i32(args, 2)?, as_i32(args, 4)?);
    let refuse = |cx: &mut Cx<'_>, name: &str, value: i32, why: &str| {
        let shown = format!("{name} ('{value}') must be {why}. (Parameter '{name}')\nActual value was {value}.");
        cx.throw(Exc::ArgumentOutOfRange, shown)
    };
    let signed = |length: usize| i64::try_from(length).unwrap_or(i64::MAX);
    for (name, value) in [("length", length), ("offsetIn", offset), ("offsetOut", at)] {
        if value < 0 {
            return Err(refuse(cx, name, value, "a non-negative value"));
        }
    }
    let most = signed(available) - i64::from(length);
    if i64::from(offset) > most {
        return Err(refuse(cx, "offsetIn", offset, &format!("less than or equal to '{most}'")));
    }
    let options = arg(args, 5);
    let text = to_string(cx, &[arg(args, 0), Value::Int32(offset), Value::Int32(length), options])?;
    let Value::String(text) = text else { return Ok(Value::Null) };
    let most = signed(room) - signed(text.len());
    if i64::from(at) > most {
        return Err(refuse(cx, "offsetOut", at, &format!("less than or equal to '{most}'")));
    }
    let at = usize::try_from(at).unwrap_or(usize::MAX);
    let units: Vec<Value> = cx.text(text).units().map(Value::Char).collect();
    let count = i32::try_from(units.len()).unwrap_or(i32::MAX);
    if let Value::Object(handle) = arg(args, 3)
        && let Some(Object::Array(array)) = cx.heap.object_mut(handle)
        && let Some(place) = array.items.get_mut(at..at + units.len())
    {
        place.copy_from_slice(&units);
    }
    Ok(Value::Int32(count))
}

fn decode(text: TextRef<'_>) -> Option<Vec<u8>> {
    let clean = |text: TextRef<'_>| -> Option<Vec<u8>> {
        let units = text.units().filter(|u| !matches!(u, 9 | 10 | 13 | 32));
        units.map(|u| u8::try_from(u).ok()).collect()
    };
    match text {
        TextRef::Ascii(bytes) => ENGINE.decode(bytes).ok().or_else(|| ENGINE.decode(clean(text)?).ok()),
        TextRef::Wide(_) => ENGINE.decode(clean(text)?).ok(),
    }
}

fn decoded(cx: &mut Cx<'_>, bytes: Option<Vec<u8>>) -> Result<Value, Throw> {
    match bytes {
        Some(bytes) => Ok(cx.heap.new_bytes(bytes)?),
        None => Err(cx.throw(
            Exc::Format,
            "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding \
             characters, or an illegal character among the padding characters.",
        )),
    }
}

pub(super) fn from_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    cx.charge(text.len() / 8)?;
    let bytes = decode(cx.text(text));
    decoded(cx, bytes)
}

pub(super) fn from_char_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(units) = chars(cx, arg(args, 0)) else { return Err(cx.argument_null("inArray")) };
    let units: Vec<u16> = units.collect();
    let (from, to) = checked_range(cx, ("offset", as_i32(args, 1)?), ("length", as_i32(args, 2)?), units.len())?;
    cx.charge(to - from)?;
    let bytes = decode(TextRef::Wide(units.get(from..to).unwrap_or_default()));
    decoded(cx, bytes)
}
