//! Writes trees as JSON text, as Newtonsoft.Json's `JsonTextWriter` does.

use crate::cx::Cx;
use crate::exception::{Throw, Trap};
use crate::library::NEW_LINE;
use crate::value::comparer::{ComparerKind, hash_string};
use crate::value::heap::{Heap, Object};
use crate::value::text::{TextBuf, TextRef};
use crate::value::{Ref, Value};

use super::big_integer::BigInteger;
use super::node::{self, Kind, MAX_NESTING, Node, TokenType};
use super::{convert, date};

/// Appends the JSON text of a token; `indented` is `Formatting.Indented`.
pub(super) fn token(cx: &mut Cx<'_>, at: Ref, indented: bool, out: &mut TextBuf) -> Result<(), Throw> {
    out.at_most(cx.heap.longest());
    node_text(cx, at, Style { indented, depth: 0 }, out)
}

#[derive(Clone, Copy, Debug)]
struct Style {
    indented: bool,
    depth: usize,
}

impl Style {
    fn inner(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }

    fn line(self, out: &mut TextBuf) {
        if self.indented {
            out.push_str(NEW_LINE);
            out.push_many(u16::from(b' '), self.depth * 2);
        }
    }
}

fn node_text(cx: &mut Cx<'_>, at: Ref, style: Style, out: &mut TextBuf) -> Result<(), Throw> {
    if style.depth > MAX_NESTING {
        return Err(Trap::Depth.into());
    }
    cx.charge(1)?;
    let Node { kind, .. } = node::node(cx.heap, at);
    match kind {
        Kind::Scalar { ty, value } => {
            let (ty, value) = (*ty, *value);
            scalar(cx, ty, value, out)
        }
        Kind::Property { name, value, .. } => {
            let (name, value) = (*name, *value);
            quoted(cx.heap.text(name), out);
            out.push_str(if style.indented { ": " } else { ":" });
            if value == node::NONE {
                out.push_str("null");
                return Ok(());
            }
            node_text(cx, value, style, out)
        }
        Kind::Object(_) => items(cx, at, style, ('{', '}'), out),
        Kind::Array(_) => items(cx, at, style, ('[', ']'), out),
        Kind::Constructor(parts) => {
            out.push_str("new ");
            out.push_text(cx.heap.text(parts.0));
            items(cx, at, style, ('(', ')'), out)
        }
    }
}

fn items(cx: &mut Cx<'_>, at: Ref, style: Style, brackets: (char, char), out: &mut TextBuf) -> Result<(), Throw> {
    out.push(brackets.0 as u16);
    let count = node::node(cx.heap, at).count();
    let mut first = true;
    for i in 0..count {
        let Some(child) = node::node(cx.heap, at).child(i) else { break };
        let comment = matches!(node::scalar(cx.heap, child), Some((TokenType::Comment, _)));
        if !first && !comment {
            out.push(u16::from(b','));
        }
        first &= comment;
        style.inner().line(out);
        node_text(cx, child, style.inner(), out)?;
        out.fits()?;
    }
    if count > 0 {
        style.line(out);
    }
    out.push(brackets.1 as u16);
    Ok(())
}

/// Appends a plain value as JSON.
pub(super) fn scalar(cx: &mut Cx<'_>, ty: TokenType, value: Value, out: &mut TextBuf) -> Result<(), Throw> {
    match ty {
        TokenType::Comment => {
            out.push_str("/*");
            crate::value::behaviour::write_text(cx, value, out)?;
            out.push_str("*/");
            return Ok(());
        }
        TokenType::Raw => return crate::value::behaviour::write_text(cx, value, out),
        TokenType::Null => out.push_str("null"),
        TokenType::Undefined => out.push_str("undefined"),
        _ => return plain(cx, value, out),
    }
    Ok(())
}

fn plain(cx: &mut Cx<'_>, value: Value, out: &mut TextBuf) -> Result<(), Throw> {
    match value {
        Value::Null => out.push_str("null"),
        Value::String(text) => quoted(cx.heap.text(text), out),
        Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Value::Double(value) => out.push_str(&real(value.is_finite(), convert::double_text(value))),
        Value::Single(value) => out.push_str(&real(value.is_finite(), convert::single_text(value))),
        Value::Char(unit) => quoted(TextRef::Wide(&[unit]), out),
        Value::DateTime(value) => out.push_str(&format!("\"{}\"", date::date_time_text(value))),
        Value::TimeSpan(ticks) => out.push_str(&format!("\"{}\"", date::time_span_text(ticks))),
        value => match integer(value) {
            Some(number) => push_integer(number, out),
            None => object(cx, value, out)?,
        },
    }
    Ok(())
}

fn object(cx: &mut Cx<'_>, value: Value, out: &mut TextBuf) -> Result<(), Throw> {
    match cx.heap.get(value) {
        Some(Object::Decimal(value)) => out.push_str(&real(true, value.to_string())),
        Some(Object::DateTimeOffset { ticks, offset }) => {
            out.push_str(&format!("\"{}\"", date::offset_text(*ticks, *offset)));
        }
        Some(Object::Bytes(bytes)) => out.push_str(&format!("\"{}\"", convert::base64(bytes))),
        Some(Object::Guid(bytes)) => out.push_str(&format!("\"{}\"", convert::guid_text(bytes))),
        Some(Object::Native(_)) => {
            if let Some(big) = cx.heap.native::<BigInteger>(value) {
                out.push_str(big.text());
                return Ok(());
            }
            let text = convert::uri_text(cx, value)?;
            quoted(cx.heap.text(text), out);
        }
        _ => {
            let text = crate::value::behaviour::to_text(cx, value)?;
            quoted(cx.heap.text(text), out);
        }
    }
    Ok(())
}

/// The number of an integer value of any size.
pub(super) fn integer(value: Value) -> Option<i128> {
    Some(match value {
        Value::SByte(n) => n.into(),
        Value::Byte(n) => n.into(),
        Value::Int16(n) => n.into(),
        Value::UInt16(n) => n.into(),
        Value::Int32(n) => n.into(),
        Value::UInt32(n) => n.into(),
        Value::Int64(n) | Value::Enum(_, n) => n.into(),
        Value::UInt64(n) => n.into(),
        _ => return None,
    })
}

fn push_integer(number: i128, out: &mut TextBuf) {
    let mut digits = [0_u8; 40];
    let mut at = digits.len();
    let mut rest = number.unsigned_abs();
    loop {
        at -= 1;
        if let Some(slot) = digits.get_mut(at) {
            *slot = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if number < 0 {
        out.push(u16::from(b'-'));
    }
    out.push_text(TextRef::Ascii(digits.get(at..).unwrap_or_default()));
}

/// A real number always shows that it is one; those that JSON has no form for are strings.
fn real(finite: bool, text: String) -> String {
    if !finite {
        return format!("\"{text}\"");
    }
    if text.contains(['.', 'e', 'E']) { text } else { text + ".0" }
}

/// Appends a string in quotes.
pub(super) fn quoted(text: TextRef<'_>, out: &mut TextBuf) {
    out.push(u16::from(b'"'));
    escape(text, u16::from(b'"'), out);
    out.push(u16::from(b'"'));
}

/// Appends a string with its special characters escaped.
pub(super) fn escape(text: TextRef<'_>, quote: u16, out: &mut TextBuf) {
    let plain = |unit: u16| match unit {
        0..32 | 0x5c | 0x85 | 0x2028 | 0x2029 => false,
        unit => unit != quote,
    };
    let mut start = 0;
    let units = text.len();
    let is_plain = match text {
        TextRef::Ascii(bytes) => bytes.iter().all(|b| plain(u16::from(*b))),
        TextRef::Wide(all) => all.iter().all(|u| plain(*u)),
    };
    if is_plain {
        return out.push_text(text);
    }
    for (i, unit) in text.units().enumerate() {
        if plain(unit) {
            continue;
        }
        out.push_text(text.slice(start, i));
        start = i + 1;
        match unit {
            8 => out.push_str("\\b"),
            9 => out.push_str("\\t"),
            10 => out.push_str("\\n"),
            12 => out.push_str("\\f"),
            13 => out.push_str("\\r"),
            0x5c => out.push_str("\\\\"),
            unit if unit == quote => {
                out.push(0x5c);
                out.push(unit);
            }
            unit => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out.push_text(text.slice(start, units));
}

/// `token.ToString()`: a value's own text, a container's indented JSON.
pub(super) fn to_string(cx: &mut Cx<'_>, at: Ref, out: &mut TextBuf) -> Result<(), Throw> {
    match node::scalar(cx.heap, at) {
        Some((_, Value::Null)) => Ok(()),
        Some((_, value)) => crate::value::behaviour::write_text(cx, value, out),
        None => token(cx, at, true, out),
    }
}

/// The hash of a token: equal tokens (by [`super::equals`]) have equal hashes.
pub(super) fn hash(heap: &Heap, at: Ref, depth: usize) -> u64 {
    let node = node::node(heap, at);
    match &node.kind {
        // Numbers compare across their types, so only strings tell values apart here.
        Kind::Scalar { value: Value::String(text), .. } => hash_string(heap, ComparerKind::Ordinal, *text),
        Kind::Property { name, value, .. } if depth < MAX_NESTING => {
            let name = hash_string(heap, ComparerKind::Ordinal, *name);
            name.wrapping_mul(31) ^ self::hash(heap, *value, depth + 1)
        }
        _ if depth < MAX_NESTING => {
            let add = |all: u64, child| all.wrapping_add(hash(heap, child, depth + 1));
            node.children().into_iter().fold(node.count() as u64, add)
        }
        _ => 0,
    }
}
