//! `System.Net.WebUtility`: URL and HTML encoding. Null gives null.

mod entities;

use super::super::system::math;
use super::string_writer;
use crate::cx::{Cx, arg, as_i32};
use crate::exception::Throw;
use crate::library::{TypeDef, method};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf, TextRef};
use entities::ENTITIES;

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("System.Net.WebUtility")
    .members(&[
        method("static string UrlEncode(string value)", url_encode),
        method("static string UrlDecode(string encodedValue)", url_decode),
        method("static byte[] UrlEncodeToBytes(byte[] value, int offset, int count)", url_encode_to_bytes),
        method("static byte[] UrlDecodeToBytes(byte[] encodedValue, int offset, int count)", url_decode_to_bytes),
        method("static string HtmlEncode(string value)", html_encode),
        method("static void HtmlEncode(string value, TextWriter output)", html_encode_to),
        method("static string HtmlDecode(string value)", html_decode),
        method("static void HtmlDecode(string value, TextWriter output)", html_decode_to),
    ])
    .not_imported()
    .summary("URL and HTML encoding.");

fn is_url_safe(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.!*()".contains(&byte)
}

fn encode_byte(byte: u8, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    match byte {
        b' ' => out.push(b'+'),
        byte if is_url_safe(byte) => out.push(byte),
        byte => {
            let digit = |n: u8| DIGITS.get(usize::from(n)).copied().unwrap_or(b'0');
            out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

fn url_encode(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    cx.charge(text.len())?;
    let content = cx.text(text);
    if matches!(content, TextRef::Ascii(bytes) if bytes.iter().all(|b| is_url_safe(*b))) {
        return Ok(Value::String(text));
    }
    let mut out = Vec::with_capacity(text.len() * 2);
    content.to_utf8().bytes().for_each(|byte| encode_byte(byte, &mut out));
    Ok(Value::String(cx.heap.new_text(TextRef::Ascii(&out))?))
}

/// The value of `%XX` at the front.
fn percent(units: &[u16]) -> Option<u8> {
    let [37, high, low, ..] = units else { return None };
    let digit = |unit: &u16| char::from_u32(u32::from(*unit)).and_then(|c| c.to_digit(16));
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

fn url_decode(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    cx.charge(text.len())?;
    if !cx.text(text).units().any(|u| matches!(u, 37 | 43)) {
        return Ok(Value::String(text));
    }
    let units: Vec<u16> = cx.text(text).units().collect();
    let mut out = TextBuf::with_capacity(units.len());
    let mut bytes = Vec::new();
    let mut rest = units.as_slice();
    while let Some((unit, after)) = rest.split_first() {
        if let Some(byte) = percent(rest) {
            bytes.push(byte);
            rest = rest.get(3..).unwrap_or_default();
            continue;
        }
        // Bytes written as %XX are UTF-8 as far as they stand together.
        if !bytes.is_empty() {
            out.push_str(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
        out.push(if *unit == 43 { 32 } else { *unit });
        rest = after;
    }
    out.push_str(&String::from_utf8_lossy(&bytes));
    cx.string_buf(&out)
}

fn bytes_arg(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Vec<u8>>, Throw> {
    let (offset, count) = (as_i32(args, 1)?, as_i32(args, 2)?);
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else {
        return if count == 0 { Ok(None) } else { Err(cx.argument_null("bytes")) };
    };
    let bytes = bytes.clone();
    cx.charge(bytes.len())?;
    let from = within(cx, "offset", offset, bytes.len())?;
    let size = within(cx, "count", count, bytes.len() - from)?;
    Ok(Some(bytes.get(from..from + size).unwrap_or_default().to_vec()))
}

/// A number from zero to a limit.
fn within(cx: &mut Cx<'_>, name: &str, n: i32, limit: usize) -> Result<usize, Throw> {
    match usize::try_from(n) {
        Err(_) => Err(math::negative(cx, name, n.into())),
        Ok(n) if n <= limit => Ok(n),
        Ok(_) => Err(math::not_at_most(cx, name, n.into(), i64::try_from(limit).unwrap_or(i64::MAX))),
    }
}

fn url_encode_to_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(bytes) = bytes_arg(cx, args)? else { return Ok(Value::Null) };
    let mut out = Vec::with_capacity(bytes.len());
    bytes.into_iter().for_each(|byte| encode_byte(byte, &mut out));
    Ok(cx.heap.new_bytes(out)?)
}

fn url_decode_to_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(bytes) = bytes_arg(cx, args)? else { return Ok(Value::Null) };
    let units: Vec<u16> = bytes.into_iter().map(u16::from).collect();
    let mut out = Vec::with_capacity(units.len());
    let mut rest = units.as_slice();
    while let Some((unit, after)) = rest.split_first() {
        match percent(rest) {
            Some(byte) => {
                out.push(byte);
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                out.push(if *unit == 43 { 32 } else { (*unit & 0xff) as u8 });
                rest = after;
            }
        }
    }
    Ok(cx.heap.new_bytes(out)?)
}

/// True for what HTML must not have as it is: the five, U+00A0 to U+00FF, and what is beyond the basic plane.
fn needs_html(unit: u16) -> bool {
    matches!(unit, 34 | 38 | 39 | 60 | 62 | 0xa0..=0xff | 0xd800..=0xdfff)
}

fn html_encoded(text: TextRef<'_>, out: &mut TextBuf) {
    for decoded in char::decode_utf16(text.units()) {
        let c = decoded.unwrap_or(char::REPLACEMENT_CHARACTER);
        match c {
            '"' => out.push_str("&quot;"),
            '&' => out.push_str("&amp;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{a0}'..='\u{ff}' | '\u{10000}'.. => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push_str(c.encode_utf8(&mut [0; 4])),
        }
    }
}

fn html_encode(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    cx.charge(text.len())?;
    if !cx.text(text).units().any(needs_html) {
        return Ok(Value::String(text));
    }
    let mut out = TextBuf::with_capacity(text.len());
    html_encoded(cx.text(text), &mut out);
    cx.string_buf(&out)
}

/// What a reference (without `&` and `;`) stands for.
fn entity(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) if hex.bytes().all(|b| b.is_ascii_hexdigit()) => u32::from_str_radix(hex, 16).ok()?,
            None if number.bytes().all(|b| b.is_ascii_digit()) => number.parse().ok()?,
            _ => return None,
        };
        return char::from_u32(code).map(String::from);
    }
    let found = ENTITIES.binary_search_by(|(known, _)| (*known).cmp(name)).ok()?;
    let (_, unit) = ENTITIES.get(found)?;
    char::from_u32(u32::from(*unit)).map(String::from)
}

fn html_decoded(text: TextRef<'_>, out: &mut TextBuf) {
    let mut at = 0;
    while at < text.len() {
        let rest = text.slice(at, text.len());
        let Some(start) = rest.find(TextRef::Ascii(b"&"), 0) else {
            out.push_text(rest);
            return;
        };
        out.push_text(rest.slice(0, start));
        let inner = rest.slice(start + 1, rest.len());
        let end = inner.units().position(|u| matches!(u, 38 | 59));
        let decoded = end
            .filter(|end| inner.get(*end) == Some(59))
            .and_then(|end| Some((entity(&inner.slice(0, end).to_utf8())?, end)));
        match decoded {
            Some((character, end)) => {
                out.push_str(&character);
                at += start + end + 2;
            }
            None => {
                out.push(38);
                at += start + 1;
            }
        }
    }
}

fn html_decode(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    cx.charge(text.len())?;
    if !cx.text(text).units().any(|u| u == 38) {
        return Ok(Value::String(text));
    }
    let mut out = TextBuf::with_capacity(text.len());
    html_decoded(cx.text(text), &mut out);
    cx.string_buf(&out)
}

fn to_writer(cx: &mut Cx<'_>, args: &[Value], write: fn(TextRef<'_>, &mut TextBuf)) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("output"));
    }
    let text = cx.string_opt(args, 0).unwrap_or(Str::EMPTY);
    cx.charge(text.len())?;
    string_writer::write_with(cx, &[arg(args, 1)], false, |cx, buf| {
        write(cx.text(text), buf);
        Ok(())
    })
}

fn html_encode_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    to_writer(cx, args, html_encoded)
}

fn html_decode_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    to_writer(cx, args, html_decoded)
}
