//! The members of `Encoding` that make text of bytes.

use super::checks::{self, Outside, Part};
use super::{Kind, code, encode, int, kind};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::system::string::{new_chars, search};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextRef};

fn length(cx: &Cx<'_>, value: Value) -> Option<usize> {
    match cx.heap.get(value) {
        Some(Object::Bytes(bytes)) => Some(bytes.len()),
        _ => None,
    }
}

const OUTSIDE: Outside = Outside { whole: "buffer", parameter: "bytes" };

fn copied(cx: &mut Cx<'_>, value: Value, (from, to): (usize, usize)) -> Result<Vec<u8>, Throw> {
    cx.charge((to - from) / 8)?;
    cx.heap.charge(to - from)?;
    let Some(Object::Bytes(bytes)) = cx.heap.get(value) else { return Ok(Vec::new()) };
    Ok(bytes.get(from..to).unwrap_or_default().to_vec())
}

/// `bytes`, or `bytes, index, count`, from the argument `at` on.
fn bytes_arg(
    cx: &mut Cx<'_>,
    kind: Kind,
    args: &[Value],
    at: usize,
    names: (&'static str, &'static str),
) -> Result<Vec<u8>, Throw> {
    let is_part = args.len() > at + 1;
    let Some(length) = length(cx, arg(args, at)) else {
        return Err(if is_part { checks::null(cx, kind, "bytes") } else { cx.argument_null("bytes") });
    };
    if !is_part {
        return copied(cx, arg(args, at), (0, length));
    }
    let part = Part { index: (names.0, as_i32(args, at + 1)?), count: (names.1, as_i32(args, at + 2)?) };
    let range = checks::within(cx, kind, part, length, OUTSIDE)?;
    copied(cx, arg(args, at), range)
}

fn decoded(cx: &mut Cx<'_>, kind: Kind, bytes: &[u8]) -> Result<Str, Throw> {
    if bytes.is_ascii() && !matches!(kind, Kind::Utf16 | Kind::Utf16Be | Kind::Utf32 | Kind::Utf32Be | Kind::Utf7) {
        return Ok(cx.heap.new_text(TextRef::Ascii(bytes))?);
    }
    match code::decode(kind, bytes) {
        Ok(text) => Ok(cx.heap.new_buf(&text)?),
        Err((shown, index)) => {
            let message =
                format!("Unable to translate bytes {shown} at index {index} from specified code page to Unicode.");
            Err(cx.throw(Exc::DecoderFallback, message))
        }
    }
}

fn text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Str, Throw> {
    let kind = kind(cx, args)?;
    let bytes = bytes_arg(cx, kind, args, 1, ("index", "count"))?;
    decoded(cx, kind, &bytes)
}

pub(super) fn get_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = kind(cx, args)?;
    let names = if kind == Kind::Ascii { ("byteIndex", "byteCount") } else { ("index", "count") };
    let bytes = bytes_arg(cx, kind, args, 1, names)?;
    Ok(Value::String(decoded(cx, kind, &bytes)?))
}

pub(super) fn get_chars(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = text(cx, args)?;
    new_chars(cx, text, 0, text.len())
}

pub(super) fn get_char_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(text(cx, args)?.len()))
}

pub(super) fn get_chars_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = kind(cx, args)?;
    let Some(source) = length(cx, arg(args, 1)) else { return Err(checks::null(cx, kind, "bytes")) };
    let room = match cx.heap.get(arg(args, 4)) {
        Some(Object::Array(target)) => target.items.len(),
        _ => return Err(checks::null(cx, kind, "chars")),
    };
    let part = Part { index: ("byteIndex", as_i32(args, 2)?), count: ("byteCount", as_i32(args, 3)?) };
    let range = checks::within(cx, kind, part, source, OUTSIDE)?;
    let at = checks::target(cx, as_i32(args, 5)?, room, "charIndex")?;
    let bytes = copied(cx, arg(args, 1), range)?;
    let text = decoded(cx, kind, &bytes)?;
    if text.len() > room - at {
        return Err(checks::too_small(cx, kind, false));
    }
    let units: Vec<Value> = cx.text(text).units().map(Value::Char).collect();
    if let Some(Object::Array(target)) = cx.heap.get_mut(arg(args, 4))
        && let Some(slot) = target.items.get_mut(at..at + units.len())
    {
        slot.copy_from_slice(&units);
    }
    Ok(int(text.len()))
}

pub(super) fn convert(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    for (i, name) in ["srcEncoding", "dstEncoding", "bytes"].into_iter().enumerate() {
        if arg(args, i).is_null() {
            return Err(cx.argument_null(name));
        }
    }
    let (from, to) = (kind(cx, args)?, kind(cx, &[arg(args, 1)])?);
    let bytes = bytes_arg(cx, from, args, 2, ("index", "count"))?;
    let text = decoded(cx, from, &bytes)?;
    let text = search::copied(cx, text);
    let bytes = encode::encoded(cx, to, text.as_text())?;
    Ok(cx.heap.new_bytes(bytes)?)
}
