//! `Replace`, `ReplaceLineEndings`, `Insert`.

use super::compare::ignores_case_arg;
use super::search::{charge_search, copied, find};
use crate::cx::{Cx, arg, as_i32, as_str};
use crate::exception::{Exc, Throw};
use crate::library::NEW_LINE;
use crate::library::system::math;
use crate::value::Value;
use crate::value::text::{Str, TextBuf, TextRef};

pub(in crate::library) fn replace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    if let (Value::Char(old), Value::Char(new)) = (arg(args, 1), arg(args, 2)) {
        return replace_unit(cx, text, old, new);
    }
    let old = cx.string_arg(args, 1, "oldValue")?;
    let new = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
    let ignore_case = ignores_case_arg(cx, args)? || arg(args, 3) == Value::Bool(true);
    if old.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "oldValue"));
    }
    Ok(Value::String(replaced(cx, text, old, new, ignore_case)?))
}

fn replace_unit(cx: &mut Cx<'_>, text: Str, old: u16, new: u16) -> Result<Value, Throw> {
    cx.charge(text.len() / 4)?;
    if !cx.text(text).units().any(|u| u == old) {
        return Ok(Value::String(text));
    }
    let mut out = TextBuf::with_capacity(text.len());
    for unit in cx.text(text).units() {
        out.push(if unit == old { new } else { unit });
    }
    cx.string_buf(&out)
}

/// The text with every `old` replaced by `new`; the same text when there is none.
///
/// # Errors
/// When a budget is exhausted.
pub(in crate::library) fn replaced(
    cx: &mut Cx<'_>,
    text: Str,
    old: Str,
    new: Str,
    ignore_case: bool,
) -> Result<Str, Throw> {
    charge_search(cx, text, old, ignore_case)?;
    if find(cx.text(text), cx.text(old), ignore_case).is_none() {
        return Ok(text);
    }
    let (content, old, new) = (copied(cx, text), copied(cx, old), copied(cx, new));
    let mut out = TextBuf::with_capacity(text.len());
    replace_into(cx, content.as_text(), old.as_text(), new.as_text(), ignore_case, &mut out)?;
    Ok(cx.heap.new_buf(&out)?)
}

/// Appends a text with every `old` replaced by `new`.
///
/// # Errors
/// When a budget is exhausted.
pub(in crate::library) fn replace_into(
    cx: &mut Cx<'_>,
    text: TextRef<'_>,
    old: TextRef<'_>,
    new: TextRef<'_>,
    ignore_case: bool,
    out: &mut TextBuf,
) -> Result<(), Throw> {
    let mut rest = text;
    while let Some(at) = find(rest, old, ignore_case) {
        cx.charge(1)?;
        out.push_text(rest.slice(0, at));
        out.push_text(new);
        rest = rest.slice(at + old.len(), rest.len());
        if new.len() > old.len() {
            cx.heap.charge_string(new.len() - old.len())?;
        }
    }
    out.push_text(rest);
    Ok(())
}

/// Line ends are those of Unicode: CR LF, CR, LF, form feed, U+0085, U+2028, U+2029.
pub(in crate::library) fn replace_line_endings(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let mut with = TextBuf::from(NEW_LINE);
    if args.len() > 1 {
        let replacement = cx.string_arg(args, 1, "replacementText")?;
        with = copied(cx, replacement);
    }
    cx.charge(text.len())?;
    let ends = cx.text(text).units().filter(|u| matches!(u, 10 | 12 | 13 | 0x85 | 0x2028 | 0x2029)).count();
    cx.heap.charge_string(text.len().saturating_add(ends.saturating_mul(with.len())))?;
    let mut out = TextBuf::with_capacity(text.len());
    let mut units = cx.text(text).units().peekable();
    while let Some(unit) = units.next() {
        match unit {
            13 => {
                units.next_if_eq(&10);
                out.push_text(with.as_text());
            }
            10 | 12 | 0x85 | 0x2028 | 0x2029 => out.push_text(with.as_text()),
            other => out.push(other),
        }
    }
    drop(units);
    cx.string_buf(&out)
}

pub(in crate::library) fn insert(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (text, start) = (as_str(args, 0)?, as_i32(args, 1)?);
    let value = cx.string_arg(args, 2, "value")?;
    // .NET compares as unsigned numbers here, and says so.
    let unsigned = i64::from(start.cast_unsigned());
    let length = i64::try_from(text.len()).unwrap_or(i64::MAX);
    let Some(at) = usize::try_from(start).ok().filter(|at| *at <= text.len()) else {
        return Err(math::not_at_most(cx, "startIndex", unsigned, length));
    };
    Ok(Value::String(cx.heap.concat(&[text.slice(0, at), value, text.slice(at, text.len())])?))
}
