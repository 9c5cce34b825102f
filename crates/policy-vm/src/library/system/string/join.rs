//! `Concat`, `Join` and `Format`.

use super::checked_range;
use crate::cx::{Cx, arg, as_i32};
use crate::exception::Throw;
use crate::library::system::formatting;
use crate::value::heap::Object;
use crate::value::sequence::iterate;
use crate::value::text::{Str, TextBuf};
use crate::value::{Value, behaviour};

/// The items of an array; `None` for what is none.
fn array_items(cx: &Cx<'_>, value: Value) -> Option<Vec<Value>> {
    match cx.heap.get(value) {
        Some(Object::Array(array)) => Some(array.items.clone()),
        _ => None,
    }
}

/// Strings of values, null as the empty string.
fn texts(cx: &mut Cx<'_>, values: &[Value]) -> Result<Vec<Str>, Throw> {
    cx.charge(values.len())?;
    values.iter().map(|v| behaviour::to_text(cx, *v)).collect()
}

/// `Concat` of two to four values.
pub(in crate::library) fn concat_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parts = texts(cx, args)?;
    Ok(Value::String(cx.heap.concat(&parts)?))
}

/// `Concat(object)`.
pub(in crate::library) fn concat_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(behaviour::to_text(cx, arg(args, 0))?))
}

/// `Concat(params string[])`.
pub(in crate::library) fn concat_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match array_items(cx, arg(args, 0)) {
        Some(items) => concat_values(cx, &items),
        None => Err(cx.argument_null("values")),
    }
}

/// `Concat(params object[])`.
pub(in crate::library) fn concat_objects(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match array_items(cx, arg(args, 0)) {
        Some(items) => concat_values(cx, &items),
        None => Err(cx.argument_null("args")),
    }
}

/// `Concat(IEnumerable<T>)`.
pub(in crate::library) fn concat_sequence(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("values"));
    }
    join_sequence(cx, Str::EMPTY, arg(args, 0))
}

fn separator(cx: &mut Cx<'_>, args: &[Value]) -> Result<Str, Throw> {
    behaviour::to_text(cx, arg(args, 0))
}

/// `Join(separator, …)` of an array, of a part of one, or of a sequence.
pub(in crate::library) fn join(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let separator = separator(cx, args)?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("value"));
    }
    let Some(mut items) = array_items(cx, arg(args, 1)) else { return join_sequence(cx, separator, arg(args, 1)) };
    if args.len() > 2 {
        let (start, count) = (("startIndex", as_i32(args, 2)?), ("count", as_i32(args, 3)?));
        let (from, to) = checked_range(cx, start, count, items.len())?;
        items = items.get(from..to).unwrap_or_default().to_vec();
    }
    let parts = texts(cx, &items)?;
    join_parts(cx, separator, &parts)
}

/// `Join(separator, IEnumerable<T>)` and `Join(separator, params object[])`, whose parameter is named `values`.
pub(in crate::library) fn join_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("values"));
    }
    join(cx, args)
}

fn join_parts(cx: &mut Cx<'_>, separator: Str, parts: &[Str]) -> Result<Value, Throw> {
    if separator.is_empty() {
        return Ok(Value::String(cx.heap.concat(parts)?));
    }
    let mut all = Vec::with_capacity(parts.len() * 2);
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            all.push(separator);
        }
        all.push(*part);
    }
    Ok(Value::String(cx.heap.concat(&all)?))
}

fn join_sequence(cx: &mut Cx<'_>, separator: Str, sequence: Value) -> Result<Value, Throw> {
    let mut items = iterate(cx, sequence)?;
    let mut out = TextBuf::with_capacity(64);
    let mut first = true;
    while let Some(item) = items.next(cx)? {
        cx.charge(1)?;
        if !first {
            out.push_text(cx.text(separator));
        }
        first = false;
        let before = out.len();
        behaviour::write_text(cx, item, &mut out)?;
        cx.heap.charge(out.len() - before + separator.len())?;
    }
    cx.string_buf(&out)
}

/// `Format(format, …)`: the arguments one by one, or in an array.
pub(in crate::library) fn format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let picture = cx.string_arg(args, 0, "format")?;
    formatted(cx, picture, args.get(1..).unwrap_or_default())
}

/// `Format(format, params object[])`.
pub(in crate::library) fn format_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let picture = cx.string_arg(args, 0, "format")?;
    let Some(values) = argument_array(cx, arg(args, 1)) else { return Err(cx.argument_null("args")) };
    formatted(cx, picture, &values)
}

/// `Format(provider, format, …)`.
pub(in crate::library) fn format_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    format(cx, args.get(1..).unwrap_or_default())
}

/// `Format(provider, format, params object[])`.
pub(in crate::library) fn format_array_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    format_array(cx, args.get(1..).unwrap_or_default())
}

/// The elements of a `params object[]`.
pub(in crate::library) fn argument_array(cx: &Cx<'_>, value: Value) -> Option<Vec<Value>> {
    array_items(cx, value)
}

fn formatted(cx: &mut Cx<'_>, picture: Str, values: &[Value]) -> Result<Value, Throw> {
    let mut out = TextBuf::with_capacity(picture.len() + values.len() * 8);
    formatting::composite(cx, picture, values, &mut out)?;
    cx.string_buf(&out)
}
