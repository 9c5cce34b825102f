//! Equality and order: ordinal, or ordinal after upper-casing; cultures do not differ.

use std::cmp::Ordering;

use crate::cx::{Cx, arg, as_i32, as_str};
use crate::exception::{Exc, Throw};
use crate::library::system::{math, object};
use crate::types::TypeId;
use crate::value::text::{Str, TextRef};
use crate::value::{Value, behaviour};

/// True when a `StringComparison` ignores case; false for null, which stands for none.
///
/// # Errors
/// `ArgumentException` for a number that is none.
pub(in crate::library) fn ignores_case(cx: &mut Cx<'_>, comparison: Value) -> Result<bool, Throw> {
    match comparison {
        Value::Enum(_, n @ 0..=5) => Ok(n % 2 == 1),
        Value::Enum(..) => {
            let message = "The string comparison type passed in is currently not supported.";
            Err(cx.throw_argument(Exc::Argument, message, "comparisonType"))
        }
        _ => Ok(false),
    }
}

/// The `StringComparison` among the arguments: that of ordinal comparison when there is none.
pub(in crate::library) fn ignores_case_arg(cx: &mut Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    let comparison = args.iter().copied().find(|a| matches!(a, Value::Enum(..))).unwrap_or(Value::Null);
    ignores_case(cx, comparison)
}

/// The difference .NET gives: of the first units that differ, else of the lengths.
pub(in crate::library) fn difference(a: TextRef<'_>, b: TextRef<'_>, ignore_case: bool) -> i32 {
    let length = |text: TextRef<'_>| i32::try_from(text.len()).unwrap_or(i32::MAX);
    let apart = |(a, b): (u16, u16)| i32::from(a) - i32::from(b);
    let first = if let (true, TextRef::Ascii(a), TextRef::Ascii(b)) = (ignore_case, a, b) {
        let upper = |byte: &u8| u16::from(byte.to_ascii_uppercase());
        a.iter().map(upper).zip(b.iter().map(upper)).map(apart).find(|d| *d != 0)
    } else if ignore_case {
        a.folded().zip(b.folded()).map(apart).find(|d| *d != 0)
    } else {
        a.units().zip(b.units()).map(apart).find(|d| *d != 0)
    };
    first.unwrap_or(length(a) - length(b))
}

/// As [`difference`], for the ordinal comparison of whole strings: .NET looks at two units at a time before it looks at any
/// length, at the first two always, and finds a zero where a string has ended.
pub(in crate::library) fn ordinal_difference(a: TextRef<'_>, b: TextRef<'_>) -> i32 {
    let ended = a.len().min(b.len());
    let at = |text: TextRef<'_>, i: usize| i32::from(text.get(i).unwrap_or(0));
    match difference(a, b, false) {
        difference if a.slice(0, ended).compare(b.slice(0, ended)).is_eq() && (ended % 2 == 1 || ended == 0) => {
            let beyond = at(a, ended) - at(b, ended);
            if beyond == 0 { difference } else { beyond }
        }
        difference => difference,
    }
}

pub(in crate::library) fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ignore_case = ignores_case_arg(cx, args)?;
    let (Value::String(a), Value::String(b)) = (arg(args, 0), arg(args, 1)) else {
        return Ok(Value::Bool(arg(args, 0).is_null() && arg(args, 1).is_null()));
    };
    if a.len() == b.len() {
        cx.charge(a.len() / 8)?;
    }
    let (a, b) = (cx.text(a), cx.text(b));
    Ok(Value::Bool(if ignore_case { a.equals_ignore_case(b) } else { a.equals(b) }))
}

pub(in crate::library) fn not_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let equal = equals(cx, args)?;
    Ok(Value::Bool(equal == Value::Bool(false)))
}

pub(in crate::library) fn get_hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if !ignores_case_arg(cx, args)? {
        return object::get_hash_code(cx, args);
    }
    let text = as_str(args, 0)?;
    hash_ignoring_case(cx, text)
}

/// The hash code of the text in upper case.
pub(in crate::library) fn hash_ignoring_case(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    cx.charge(text.len())?;
    let units: Vec<u16> = cx.text(text).folded().collect();
    let folded = cx.heap.new_text(TextRef::Wide(&units))?;
    object::get_hash_code(cx, &[Value::String(folded)])
}

pub(in crate::library) fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let a = as_str(args, 0)?;
    Ok(Value::Int32(match arg(args, 1) {
        Value::Null => 1,
        Value::String(b) => {
            cx.charge(a.len().min(b.len()) / 8)?;
            difference(cx.text(a), cx.text(b), false)
        }
        _ => return Err(object::wrong_type(cx, TypeId::STRING)),
    }))
}

/// `StringComparison.Ordinal`.
const ORDINAL: i64 = 4;

/// Null is less than every string.
fn compare_nulls(a: Value, b: Value) -> i32 {
    match (a.is_null(), b.is_null()) {
        (true, false) => -1,
        (false, true) => 1,
        _ => 0,
    }
}

pub(in crate::library) fn compare(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if matches!(arg(args, 1), Value::Int32(_)) {
        return compare_parts(cx, args);
    }
    let ignore_case = ignores_case_arg(cx, args)? || arg(args, 2) == Value::Bool(true);
    let ordinal = matches!(arg(args, 2), Value::Enum(_, ORDINAL));
    Ok(Value::Int32(match (arg(args, 0), arg(args, 1)) {
        (Value::String(a), Value::String(b)) => {
            cx.charge(a.len().min(b.len()) / 8)?;
            let (a, b) = (cx.text(a), cx.text(b));
            if ordinal { ordinal_difference(a, b) } else { difference(a, b, ignore_case) }
        }
        (a, b) => compare_nulls(a, b),
    }))
}

/// `Compare(strA, indexA, strB, indexB, length, …)`.
fn compare_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ignore_case = ignores_case_arg(cx, args)? || arg(args, 5) == Value::Bool(true);
    let parts = if matches!(arg(args, 5), Value::Enum(..)) {
        parts_by_comparison(cx, args)?
    } else {
        parts_by_culture(cx, args)?
    };
    let Some((a, b)) = parts else {
        return Ok(Value::Int32(compare_nulls(arg(args, 0), arg(args, 2))));
    };
    cx.charge(a.len() / 8)?;
    Ok(Value::Int32(difference(cx.text(a), cx.text(b), ignore_case)))
}

/// What the forms with a `StringComparison` compare: nothing is looked at when one is null.
fn parts_by_comparison(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<(Str, Str)>, Throw> {
    let (Value::String(a), Value::String(b)) = (arg(args, 0), arg(args, 2)) else { return Ok(None) };
    let (index_a, index_b, length) = (as_i32(args, 1)?, as_i32(args, 3)?, as_i32(args, 4)?);
    let Ok(length_units) = usize::try_from(length) else {
        return Err(math::negative(cx, "length", length.into()));
    };
    let message = "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
    let (Ok(start_a), Ok(start_b)) = (usize::try_from(index_a), usize::try_from(index_b)) else {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, if index_a < 0 { "indexA" } else { "indexB" }));
    };
    for (start, text, name) in [(start_a, a, "indexA"), (start_b, b, "indexB")] {
        if start > text.len() {
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, name));
        }
    }
    let part = |text: Str, start: usize| text.slice(start, start.saturating_add(length_units));
    Ok(Some((part(a, start_a), part(b, start_b))))
}

/// What the other forms compare: the places are looked at even of a null.
fn parts_by_culture(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<(Str, Str)>, Throw> {
    let length = i64::from(as_i32(args, 4)?);
    let side = |at: usize, place: i64| {
        let (units, count) = match arg(args, at) {
            Value::String(text) => {
                let units = i64::try_from(text.len()).unwrap_or(i64::MAX);
                // The difference wraps, as that of two `int`s does.
                (units, length.min(i64::from((units - place) as i32)))
            }
            _ => (0, length),
        };
        (place, count, units)
    };
    let a = side(0, i64::from(as_i32(args, 1)?));
    let b = side(2, i64::from(as_i32(args, 3)?));
    let fits = |(offset, count, units): (i64, i64, i64)| offset >= 0 && count >= 0 && offset <= units - count;
    if !fits(a) || !fits(b) {
        for (n, name) in [(a.1, "length1"), (b.1, "length2"), (a.0, "offset1"), (b.0, "offset2")] {
            if n < 0 {
                return Err(math::negative(cx, name, n));
            }
        }
        let message = "Offset and length must refer to a position in the string.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, if fits(a) { "string2" } else { "string1" }));
    }
    let (Value::String(text_a), Value::String(text_b)) = (arg(args, 0), arg(args, 2)) else { return Ok(None) };
    let part = |text: Str, (offset, count, _): (i64, i64, i64)| {
        let start = usize::try_from(offset).unwrap_or(usize::MAX);
        text.slice(start, start.saturating_add(usize::try_from(count).unwrap_or(0)))
    };
    Ok(Some((part(text_a, a), part(text_b, b))))
}

pub(in crate::library) fn compare_ordinal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let (Value::String(a), Value::String(b)) = (arg(args, 0), arg(args, 1)) {
        cx.charge(a.len().min(b.len()) / 8)?;
        return Ok(Value::Int32(ordinal_difference(cx.text(a), cx.text(b))));
    }
    if !matches!(arg(args, 1), Value::Int32(_)) {
        return Ok(Value::Int32(compare_nulls(arg(args, 0), arg(args, 1))));
    }
    let Some((a, b)) = parts_by_comparison(cx, args)? else {
        return Ok(Value::Int32(compare_nulls(arg(args, 0), arg(args, 2))));
    };
    cx.charge(a.len() / 8)?;
    Ok(Value::Int32(difference(cx.text(a), cx.text(b), false)))
}

/// The order of two strings, for comparers.
pub(in crate::library) fn order(cx: &mut Cx<'_>, a: Value, b: Value, ignore_case: bool) -> Result<Ordering, Throw> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            cx.charge(a.len().min(b.len()) / 8)?;
            Ok(difference(cx.text(a), cx.text(b), ignore_case).cmp(&0))
        }
        _ => behaviour::compare(cx, a, b),
    }
}
