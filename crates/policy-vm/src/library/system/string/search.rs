//! Finding: `Contains`, `StartsWith`, `IndexOf` and their kin, all ordinal.

use super::chars;
use super::compare::{ignores_case, ignores_case_arg};
use crate::cx::{Cx, arg, as_str};
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::text::{Str, TextBuf, TextRef, upper};

const START: &str =
    "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
const LAST_START: &str = "Index was out of range. Must be non-negative and less than the size of the collection.";
const COUNT: &str = "Count must be positive and count must refer to a location within the string/array/collection.";

/// The first place of `needle` in `text`, upper-casing both when case does not matter.
pub(in crate::library) fn find(text: TextRef<'_>, needle: TextRef<'_>, ignore_case: bool) -> Option<usize> {
    if !ignore_case {
        return text.find(needle, 0);
    }
    let last = text.len().checked_sub(needle.len())?;
    let Some(first) = needle.get(0).map(upper) else { return Some(0) };
    (0..=last).find(|at| {
        text.get(*at).map(upper) == Some(first) && text.slice(*at, at + needle.len()).equals_ignore_case(needle)
    })
}

fn rfind(text: TextRef<'_>, needle: TextRef<'_>, ignore_case: bool) -> Option<usize> {
    if !ignore_case {
        return text.rfind(needle);
    }
    let last = text.len().checked_sub(needle.len())?;
    (0..=last).rev().find(|at| text.slice(*at, at + needle.len()).equals_ignore_case(needle))
}

/// What a search costs: it is linear, except that beyond ASCII every place is tried.
pub(in crate::library) fn charge_search(
    cx: &mut Cx<'_>,
    text: Str,
    needle: Str,
    ignore_case: bool,
) -> Result<(), Throw> {
    let plain = !ignore_case && matches!(cx.text(text), TextRef::Ascii(_));
    let factor = if plain { 1 } else { 8 + needle.len() / 4 };
    cx.charge((text.len() / 8).saturating_mul(factor))
}

/// What is looked for: a string, or a char made one.
enum Needle {
    Text(Str),
    Unit(u16),
}

impl Needle {
    fn arg(cx: &mut Cx<'_>, args: &[Value]) -> Result<Self, Throw> {
        match arg(args, 1) {
            Value::Char(unit) => Ok(Self::Unit(unit)),
            _ => Ok(Self::Text(cx.string_arg(args, 1, "value")?)),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Unit(_) => 1,
        }
    }

    fn find(&self, cx: &mut Cx<'_>, text: Str, ignore_case: bool) -> Result<Option<usize>, Throw> {
        match self {
            Self::Text(needle) => {
                charge_search(cx, text, *needle, ignore_case)?;
                Ok(find(cx.text(text), cx.text(*needle), ignore_case))
            }
            Self::Unit(unit) => {
                cx.charge(text.len() / 8)?;
                Ok(find_unit(cx.text(text), *unit, ignore_case))
            }
        }
    }

    fn rfind(&self, cx: &mut Cx<'_>, text: Str, ignore_case: bool) -> Result<Option<usize>, Throw> {
        match self {
            Self::Text(needle) => {
                cx.charge((text.len() / 8).saturating_mul(8 + needle.len() / 4))?;
                Ok(rfind(cx.text(text), cx.text(*needle), ignore_case))
            }
            Self::Unit(unit) => {
                cx.charge(text.len() / 8)?;
                let content = cx.text(text);
                Ok(content.units().rev().position(|u| u == *unit).map(|from_end| content.len() - 1 - from_end))
            }
        }
    }
}

fn find_unit(text: TextRef<'_>, unit: u16, ignore_case: bool) -> Option<usize> {
    match (text, u8::try_from(unit)) {
        _ if ignore_case => text.units().position(|u| upper(u) == upper(unit)),
        (TextRef::Ascii(bytes), Ok(byte)) => memchr::memchr(byte, bytes),
        (TextRef::Ascii(_), Err(_)) => None,
        (TextRef::Wide(units), _) => units.iter().position(|u| *u == unit),
    }
}

pub(in crate::library) fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let needle = Needle::arg(cx, args)?;
    let ignore_case = ignores_case(cx, arg(args, 2))?;
    Ok(Value::Bool(needle.find(cx, text, ignore_case)?.is_some()))
}

pub(in crate::library) fn starts_with(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    at_end(cx, args, |text, length| text.slice(0, length))
}

pub(in crate::library) fn ends_with(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    at_end(cx, args, |text, length| text.slice(text.len() - length, text.len()))
}

fn at_end(cx: &mut Cx<'_>, args: &[Value], part: fn(Str, usize) -> Str) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let needle = Needle::arg(cx, args)?;
    let ignore_case = ignores_case(cx, arg(args, 2))? || arg(args, 2) == Value::Bool(true);
    if needle.len() > text.len() {
        return Ok(Value::Bool(false));
    }
    cx.charge(needle.len() / 8)?;
    let content = cx.text(part(text, needle.len()));
    Ok(Value::Bool(match needle {
        Needle::Unit(unit) => content.get(0) == Some(unit),
        Needle::Text(needle) if ignore_case => content.equals_ignore_case(cx.text(needle)),
        Needle::Text(needle) => content.equals(cx.text(needle)),
    }))
}

/// The part from `startIndex` on, of `count` units if given; and where it starts.
fn forward_part(cx: &mut Cx<'_>, args: &[Value], text: Str) -> Result<(Str, usize), Throw> {
    let Value::Int32(start) = arg(args, 2) else { return Ok((text, 0)) };
    let Some(from) = usize::try_from(start).ok().filter(|from| *from <= text.len()) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, START, "startIndex"));
    };
    let to = match arg(args, 3) {
        Value::Int32(count) => match usize::try_from(count).ok().filter(|count| *count <= text.len() - from) {
            Some(count) => from + count,
            None => return Err(cx.throw_argument(Exc::ArgumentOutOfRange, COUNT, "count")),
        },
        _ => text.len(),
    };
    Ok((text.slice(from, to), from))
}

fn index(found: Option<usize>) -> Value {
    Value::Int32(found.map_or(-1, |at| i32::try_from(at).unwrap_or(i32::MAX)))
}

pub(in crate::library) fn index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let needle = Needle::arg(cx, args)?;
    let ignore_case = ignores_case_arg(cx, args)?;
    let (part, from) = forward_part(cx, args, text)?;
    Ok(index(needle.find(cx, part, ignore_case)?.map(|at| at + from)))
}

/// The units looked for by `IndexOfAny`.
fn any_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<u16>, Throw> {
    let Some(units) = chars(cx, arg(args, 1)) else { return Err(cx.argument_null("anyOf")) };
    Ok(units.collect())
}

pub(in crate::library) fn index_of_any(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let units = any_of(cx, args)?;
    let (part, from) = forward_part(cx, args, text)?;
    cx.charge(part.len().saturating_mul(1 + units.len() / 8))?;
    Ok(index(cx.text(part).units().position(|u| units.contains(&u)).map(|at| at + from)))
}

/// The part that ends with unit `startIndex`, of `count` units if given; and where it starts. `None` when nothing can
/// be found in it.
fn backward_part(cx: &mut Cx<'_>, args: &[Value], text: Str, string: bool) -> Result<Option<(Str, usize)>, Throw> {
    let Value::Int32(start) = arg(args, 2) else { return Ok(Some((text, 0))) };
    let out_of_range = |cx: &mut Cx<'_>| cx.throw_argument(Exc::ArgumentOutOfRange, LAST_START, "startIndex");
    if text.is_empty() {
        return if !string || matches!(start, -1 | 0) { Ok(Some((text, 0))) } else { Err(out_of_range(cx)) };
    }
    // A string may be looked for from one place behind the end.
    let most = text.len() - usize::from(!string);
    let Some(last) = usize::try_from(start).ok().filter(|last| *last <= most) else { return Err(out_of_range(cx)) };
    let count_given = if let Value::Int32(count) = arg(args, 3) { Some(count) } else { None };
    let (end, behind) = if last == text.len() { (last, 1) } else { (last + 1, 0) };
    let count = match count_given {
        None => end,
        Some(count) => match usize::try_from(count).ok().map(|c| c.saturating_sub(behind)).filter(|c| *c <= end) {
            Some(count) => count,
            None => return Err(cx.throw_argument(Exc::ArgumentOutOfRange, COUNT, "count")),
        },
    };
    Ok(Some((text.slice(end - count, end), end - count)))
}

pub(in crate::library) fn last_index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let needle = Needle::arg(cx, args)?;
    let ignore_case = ignores_case_arg(cx, args)?;
    let string = matches!(needle, Needle::Text(_));
    let Some((part, from)) = backward_part(cx, args, text, string)? else { return Ok(Value::Int32(-1)) };
    Ok(index(needle.rfind(cx, part, ignore_case)?.map(|at| at + from)))
}

pub(in crate::library) fn last_index_of_any(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let units = any_of(cx, args)?;
    let Some((part, from)) = backward_part(cx, args, text, false)? else { return Ok(Value::Int32(-1)) };
    cx.charge(part.len().saturating_mul(1 + units.len() / 8))?;
    let content = cx.text(part);
    let found = content.units().rev().position(|u| units.contains(&u)).map(|n| content.len() - 1 - n);
    Ok(index(found.map(|at| at + from)))
}

/// A text of its own, for when the heap is to be changed while it is read.
pub(in crate::library) fn copied(cx: &Cx<'_>, text: Str) -> TextBuf {
    let mut copy = TextBuf::with_capacity(text.len());
    copy.push_text(cx.text(text));
    copy
}
