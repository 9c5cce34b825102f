//! Cutting: `Substring`, `Trim`, `Remove`, and copies to `char[]`.

use super::{chars, checked_range, new_chars};
use crate::cx::{Cx, arg, as_i32, as_str, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::char::is_white_space;
use crate::library::system::math;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextRef};

pub(in crate::library) fn substring(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (text, start) = (as_str(args, 0)?, as_i32(args, 1)?);
    let Ok(from) = usize::try_from(start) else { return Err(math::negative(cx, "startIndex", start.into())) };
    if from > text.len() {
        let message = "startIndex cannot be larger than length of string.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "startIndex"));
    }
    if args.len() < 3 {
        return Ok(Value::String(text.slice(from, text.len())));
    }
    let length = as_i32(args, 2)?;
    let Ok(count) = usize::try_from(length) else { return Err(math::negative(cx, "length", length.into())) };
    if count > text.len() - from {
        let message = "Index and length must refer to a location within the string.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "length"));
    }
    Ok(Value::String(text.slice(from, from + count)))
}

pub(in crate::library) fn trim(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    trimmed(cx, args, true, true)
}

pub(in crate::library) fn trim_start(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    trimmed(cx, args, true, false)
}

pub(in crate::library) fn trim_end(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    trimmed(cx, args, false, true)
}

fn trimmed(cx: &mut Cx<'_>, args: &[Value], start: bool, end: bool) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    // Nothing and an empty array stand for white space.
    let units: Vec<u16> = match arg(args, 1) {
        Value::Char(unit) => vec![unit],
        array => chars(cx, array).map(Iterator::collect).unwrap_or_default(),
    };
    cx.charge(text.len() / 8 + units.len())?;
    let cut = |unit: u16| if units.is_empty() { is_white_space(unit) } else { units.contains(&unit) };
    Ok(Value::String(trim_by(cx.text(text), text, start, end, cut)))
}

/// The part of a text that remains when units that `cut` holds for are taken off its ends.
pub(in crate::library) fn trim_by(
    content: TextRef<'_>,
    text: Str,
    start: bool,
    end: bool,
    cut: impl Fn(u16) -> bool,
) -> Str {
    let first = if start { content.units().position(|u| !cut(u)).unwrap_or(text.len()) } else { 0 };
    let rest = content.slice(first, text.len());
    let behind = if end { rest.units().rev().position(|u| !cut(u)).unwrap_or(rest.len()) } else { 0 };
    text.slice(first, text.len() - behind)
}

pub(in crate::library) fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (text, start) = (as_str(args, 0)?, as_i32(args, 1)?);
    if args.len() < 3 {
        let out_of_range = |cx: &mut Cx<'_>, message| cx.throw_argument(Exc::ArgumentOutOfRange, message, "startIndex");
        let Ok(from) = usize::try_from(start) else {
            return Err(out_of_range(cx, "StartIndex cannot be less than zero."));
        };
        if from > text.len() {
            return Err(out_of_range(cx, "startIndex cannot be larger than length of string."));
        }
        return Ok(Value::String(text.slice(0, from)));
    }
    let count = as_i32(args, 2)?;
    let Ok(from) = usize::try_from(start) else { return Err(math::negative(cx, "startIndex", start.into())) };
    let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, "count", count.into())) };
    let left = i64::try_from(text.len()).unwrap_or(i64::MAX) - i64::from(start);
    if i64::from(count) > left {
        return Err(math::not_at_most(cx, "count", count.into(), left));
    }
    let parts = [text.slice(0, from), text.slice(from + size, text.len())];
    Ok(Value::String(cx.heap.concat(&parts)?))
}

pub(in crate::library) fn to_char_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    if args.len() < 2 {
        return new_chars(cx, text, 0, text.len());
    }
    let (start, length) = (as_i32(args, 1)?, as_i32(args, 2)?);
    let size = i64::try_from(text.len()).unwrap_or(i64::MAX);
    // .NET compares as unsigned numbers here, and says so.
    let unsigned = i64::from(start.cast_unsigned());
    if unsigned > size {
        return Err(math::not_at_most(cx, "startIndex", unsigned, size));
    }
    let (from, to) = checked_range(cx, ("startIndex", start), ("length", length), text.len())?;
    new_chars(cx, text, from, to)
}

pub(in crate::library) fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let (source, target, count) = (as_i32(args, 1)?, as_i32(args, 3)?, as_i32(args, 4)?);
    let Some(length) = chars(cx, arg(args, 2)).map(|units| units.len()) else {
        return Err(cx.argument_null("destination"));
    };
    let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, "count", count.into())) };
    let Ok(from) = usize::try_from(source) else { return Err(math::negative(cx, "sourceIndex", source.into())) };
    let left = i64::try_from(text.len()).unwrap_or(i64::MAX) - i64::from(source);
    if i64::from(count) > left {
        // .NET names the index, but means and shows the count.
        return Err(math::not_at_most(cx, "sourceIndex", count.into(), left));
    }
    let (at, _) = checked_range(cx, ("destinationIndex", target), ("count", count), length)?;
    let to = from + size;
    cx.charge(to - from)?;
    let units: Vec<u16> = cx.text(text).slice(from, to).units().collect();
    let Some(Object::Array(array)) = cx.heap.get_mut(arg(args, 2)) else { return Err(fault("an array was expected")) };
    for (slot, unit) in array.items.iter_mut().skip(at).zip(units) {
        *slot = Value::Char(unit);
    }
    Ok(Value::Null)
}
