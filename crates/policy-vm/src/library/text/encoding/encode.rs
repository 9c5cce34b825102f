//! The members of `Encoding` that make bytes of text.

use super::checks::{self, Outside, Part};
use super::{Kind, code, int, kind};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::system::string::{chars, search};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{TextBuf, TextRef};

fn part(args: &[Value], names: (&'static str, &'static str)) -> Result<Part, Throw> {
    Ok(Part { index: (names.0, as_i32(args, 2)?), count: (names.1, as_i32(args, 3)?) })
}

/// The text of a `char[]`, none when it is null.
fn of_chars(cx: &mut Cx<'_>, value: Value) -> Result<Option<TextBuf>, Throw> {
    let length = chars(cx, value).map_or(0, |units| units.len());
    cx.charge(length / 8)?;
    cx.heap.charge(length)?;
    Ok(chars(cx, value).map(|units| {
        let mut text = TextBuf::new();
        units.for_each(|unit| text.push(unit));
        text
    }))
}

/// The text of a string, none when it is null.
fn of_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<TextBuf>, Throw> {
    let Some(text) = cx.string_opt(args, 1) else { return Ok(None) };
    cx.charge(text.len() / 8)?;
    Ok(Some(search::copied(cx, text)))
}

fn cut(whole: TextBuf, (from, to): (usize, usize)) -> TextBuf {
    if (from, to) == (0, whole.len()) {
        return whole;
    }
    let mut part = TextBuf::new();
    part.push_text(whole.as_text().slice(from, to));
    part
}

/// `chars`, or `chars, index, count`.
fn chars_arg(cx: &mut Cx<'_>, args: &[Value]) -> Result<TextBuf, Throw> {
    let kind = kind(cx, args)?;
    let is_part = args.len() > 2;
    let Some(whole) = of_chars(cx, arg(args, 1))? else {
        return Err(if is_part { checks::null(cx, kind, "chars") } else { cx.argument_null("chars") });
    };
    if !is_part {
        return Ok(whole);
    }
    let outside = Outside { whole: "buffer", parameter: "chars" };
    let range = checks::within(cx, kind, part(args, ("index", "count"))?, whole.len(), outside)?;
    Ok(cut(whole, range))
}

/// `s`, or `s, index, count`.
fn string_arg(cx: &mut Cx<'_>, args: &[Value], null: &str) -> Result<TextBuf, Throw> {
    let is_part = args.len() > 2;
    let Some(whole) = of_string(cx, args)? else { return Err(cx.argument_null(if is_part { "s" } else { null })) };
    if !is_part {
        return Ok(whole);
    }
    let range = checks::within_string(cx, part(args, ("index", "count"))?, whole.len())?;
    Ok(cut(whole, range))
}

pub(super) fn encoded(cx: &mut Cx<'_>, kind: Kind, text: TextRef<'_>) -> Result<Vec<u8>, Throw> {
    cx.heap.charge(text.len())?;
    code::encode(kind, text).map_err(|(unit, index)| {
        let message =
            format!("Unable to translate Unicode character \\\\u{unit:04X} at index {index} to specified code page.");
        cx.throw(Exc::EncoderFallback, message)
    })
}

fn new_bytes(cx: &mut Cx<'_>, args: &[Value], text: &TextBuf) -> Result<Value, Throw> {
    let kind = kind(cx, args)?;
    let bytes = encoded(cx, kind, text.as_text())?;
    Ok(cx.heap.new_bytes(bytes)?)
}

fn count(cx: &mut Cx<'_>, args: &[Value], text: &TextBuf) -> Result<Value, Throw> {
    let kind = kind(cx, args)?;
    Ok(int(encoded(cx, kind, text.as_text())?.len()))
}

pub(super) fn bytes_of_chars(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = chars_arg(cx, args)?;
    new_bytes(cx, args, &text)
}

pub(super) fn bytes_of_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // Nearly all text is ASCII and nearly all encodings keep it.
    if let (Value::String(text), Kind::Utf8 | Kind::Ascii | Kind::Latin1, 2) =
        (arg(args, 1), kind(cx, args)?, args.len())
        && let TextRef::Ascii(bytes) = cx.text(text)
    {
        let bytes = bytes.to_vec();
        cx.charge(bytes.len() / 16)?;
        return Ok(cx.heap.new_bytes(bytes)?);
    }
    let text = string_arg(cx, args, "s")?;
    new_bytes(cx, args, &text)
}

pub(super) fn count_of_chars(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = chars_arg(cx, args)?;
    count(cx, args, &text)
}

pub(super) fn count_of_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let null = match kind(cx, args)? {
        Kind::Utf8 | Kind::Utf8Strict { .. } | Kind::Ascii => "chars",
        _ => "s",
    };
    let text = string_arg(cx, args, null)?;
    count(cx, args, &text)
}

pub(super) fn chars_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = kind(cx, args)?;
    let text = of_chars(cx, arg(args, 1))?;
    let whole = if checks::is_older(kind) { "string" } else { "buffer" };
    into(cx, args, text, "chars", Outside { whole, parameter: "chars" })
}

pub(super) fn string_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parameter = if kind(cx, args)? == Kind::Ascii { "chars" } else { "s" };
    let text = of_string(cx, args)?;
    into(cx, args, text, parameter, Outside { whole: "string", parameter })
}

fn into(cx: &mut Cx<'_>, args: &[Value], text: Option<TextBuf>, null: &str, outside: Outside) -> Result<Value, Throw> {
    let kind = kind(cx, args)?;
    let Some(whole) = text else { return Err(checks::null(cx, kind, null)) };
    let length = match cx.heap.get(arg(args, 4)) {
        Some(Object::Bytes(target)) => target.len(),
        _ => return Err(checks::null(cx, kind, "bytes")),
    };
    let range = checks::within(cx, kind, part(args, ("charIndex", "charCount"))?, whole.len(), outside)?;
    let at = checks::target(cx, as_i32(args, 5)?, length, "byteIndex")?;
    let bytes = encoded(cx, kind, cut(whole, range).as_text())?;
    if bytes.len() > length - at {
        return Err(checks::too_small(cx, kind, true));
    }
    if let Some(Object::Bytes(target)) = cx.heap.get_mut(arg(args, 4))
        && let Some(slot) = target.get_mut(at..at + bytes.len())
    {
        slot.copy_from_slice(&bytes);
    }
    Ok(int(bytes.len()))
}
