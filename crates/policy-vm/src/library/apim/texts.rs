//! Texts of the exchange that are properties: a method, a path, a name.
//!
//! A text is copied into the heap when an expression keeps it. What nearly all expressions ask of it, whether it is this
//! one and whether it begins so, is answered where it is.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::FindText;
use crate::value::Value;
use crate::value::text::TextRef;

use super::view_arg;

/// The text as a string.
pub(super) fn copied(cx: &mut Cx<'_>, args: &[Value], find: FindText) -> Result<Value, Throw> {
    match find(cx.call, view_arg(args)?) {
        Some(text) => Ok(Value::String(cx.heap.new_str(text)?)),
        None => Ok(Value::Null),
    }
}

/// `text == other`.
pub(super) fn equals(cx: &mut Cx<'_>, args: &[Value], find: FindText) -> Result<Value, Throw> {
    Ok(Value::Bool(match (find(cx.call, view_arg(args)?), arg(args, 1)) {
        (Some(text), Value::String(other)) => same(text, cx.heap.text(other)),
        (text, other) => text.is_none() && other.is_null(),
    }))
}

/// Whether a text of Rust's is one of .NET's.
pub(super) fn same(text: &str, other: TextRef<'_>) -> bool {
    match other {
        TextRef::Ascii(bytes) => text.as_bytes() == bytes,
        TextRef::Wide(units) => text.encode_utf16().eq(units.iter().copied()),
    }
}

/// `text.StartsWith(value)`.
pub(super) fn starts_with(cx: &mut Cx<'_>, args: &[Value], find: FindText) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    if find(cx.call, view).is_none() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    let start = cx.string_arg(args, 1, "value")?;
    cx.charge(start.len() / 8)?;
    let text = find(cx.call, view).unwrap_or_default();
    Ok(Value::Bool(match cx.heap.text(start) {
        TextRef::Ascii(bytes) => text.as_bytes().starts_with(bytes),
        TextRef::Wide(units) => {
            let mut own = text.encode_utf16();
            units.iter().all(|unit| own.next() == Some(*unit))
        }
    }))
}
