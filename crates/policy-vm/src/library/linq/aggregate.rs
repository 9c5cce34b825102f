//! Operators that fold a sequence: `Aggregate`, `Sum`, `Average`, `Min`, `Max`.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use super::query::{no_elements, present, source, source_and};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::collections::stored_items;
use crate::library::system::decimal::arithmetic::checked_divide;
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::Object;
use crate::value::sequence::iterate;
use crate::value::{Value, cast};

pub(super) fn aggregate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, func) = source_and(cx, args, "func")?;
    let mut iter = iterate(cx, source)?;
    let Some(mut result) = iter.pull(cx)? else { return Err(no_elements(cx)) };
    while let Some(item) = iter.pull(cx)? {
        result = cx.invoke(func, &[result, item])?;
    }
    Ok(result)
}

pub(super) fn aggregate_seed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let func = present(cx, args, 2, "func")?;
    fold(cx, source, arg(args, 1), func)
}

pub(super) fn aggregate_result(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = source(cx, args)?;
    let func = present(cx, args, 2, "func")?;
    let selector = present(cx, args, 3, "resultSelector")?;
    let result = fold(cx, source, arg(args, 1), func)?;
    cx.invoke(selector, &[result])
}

fn fold(cx: &mut Cx<'_>, source: Value, seed: Value, func: Value) -> Result<Value, Throw> {
    let mut iter = iterate(cx, source)?;
    let mut result = seed;
    while let Some(item) = iter.pull(cx)? {
        result = cx.invoke(func, &[result, item])?;
    }
    Ok(result)
}

/// What is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Int32,
    Int64,
    Single,
    Double,
    Decimal,
}

/// A sum so far.
#[derive(Clone, Copy, Debug)]
enum Total {
    Long(i64),
    Float(f64),
    Decimal(Decimal),
}

impl Number {
    const fn zero(self) -> Total {
        match self {
            Self::Int32 | Self::Int64 => Total::Long(0),
            Self::Single | Self::Double => Total::Float(0.0),
            Self::Decimal => Total::Decimal(Decimal::ZERO),
        }
    }
}

/// Calls `each` for each item, or for what the selector in the second argument makes of it.
fn for_each(
    cx: &mut Cx<'_>,
    args: &[Value],
    each: &mut dyn FnMut(&mut Cx<'_>, Value) -> Result<(), Throw>,
) -> Result<(), Throw> {
    let source = source(cx, args)?;
    let selector = if args.len() > 1 { Some(present(cx, args, 1, "selector")?) } else { None };
    let mut iter = iterate(cx, source)?;
    while let Some(item) = iter.pull(cx)? {
        let item = match selector {
            Some(selector) => cx.invoke(selector, &[item])?,
            None => item,
        };
        each(cx, item)?;
    }
    Ok(())
}

fn add(cx: &mut Cx<'_>, total: &mut Total, item: Value) -> Result<(), Throw> {
    match (&mut *total, item) {
        (Total::Long(sum), Value::Int32(n)) => match sum.checked_add(i64::from(n)) {
            Some(more) => *sum = more,
            None => return Err(cx.throw_default(Exc::Overflow)),
        },
        (Total::Long(sum), Value::Int64(n)) => match sum.checked_add(n) {
            Some(more) => *sum = more,
            None => return Err(cx.throw_default(Exc::Overflow)),
        },
        (Total::Float(sum), Value::Double(n)) => *sum += n,
        (Total::Float(sum), Value::Single(n)) => *sum += f64::from(n),
        (Total::Decimal(sum), item) => match cx.heap.get(item) {
            Some(Object::Decimal(n)) => match sum.checked_add(*n) {
                Some(more) => *sum = more,
                None => return Err(decimal_overflow(cx)),
            },
            _ => return Err(fault("a decimal was expected")),
        },
        _ => return Err(fault("another number was expected")),
    }
    Ok(())
}

fn decimal_overflow(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::Overflow, "Value was either too large or too small for a Decimal.")
}

/// `Sum`, with or without selector; nulls count nothing.
pub(super) fn sum(cx: &mut Cx<'_>, args: &[Value], number: Number) -> Result<Value, Throw> {
    let mut total = number.zero();
    for_each(cx, args, &mut |cx, item| {
        if item.is_null() {
            return Ok(());
        }
        add(cx, &mut total, item)?;
        match total {
            Total::Long(n) if number == Number::Int32 && i32::try_from(n).is_err() => {
                Err(cx.throw_default(Exc::Overflow))
            }
            _ => Ok(()),
        }
    })?;
    Ok(match (total, number) {
        (Total::Long(n), Number::Int32) => Value::Int32(i32::try_from(n).unwrap_or(i32::MAX)),
        (Total::Long(n), _) => Value::Int64(n),
        (Total::Float(n), Number::Single) => Value::Single(n as f32),
        (Total::Float(n), _) => Value::Double(n),
        (Total::Decimal(n), _) => Value::Object(cx.heap.new_object(Object::Decimal(n))?),
    })
}

/// `Average`, with or without selector; of nothing it is null when `nullable`.
pub(super) fn average(cx: &mut Cx<'_>, args: &[Value], number: Number, nullable: bool) -> Result<Value, Throw> {
    let stored = args.len() == 1 && !nullable && stored_items(cx.heap, arg(args, 0)).is_some();
    let mut total = match number.zero() {
        // The first item begins the sum, so that of minus zeros it is minus zero; but arrays and lists are summed at once.
        Total::Float(_) if !stored => Total::Float(-0.0),
        other => other,
    };
    let mut count: u32 = 0;
    for_each(cx, args, &mut |cx, item| {
        if item.is_null() {
            return Ok(());
        }
        count = count.saturating_add(1);
        add(cx, &mut total, item)
    })?;
    if count == 0 {
        return if nullable { Ok(Value::Null) } else { Err(no_elements(cx)) };
    }
    Ok(match (total, number) {
        (Total::Long(n), _) => Value::Double(n as f64 / f64::from(count)),
        (Total::Float(n), Number::Single) => Value::Single((n / f64::from(count)) as f32),
        (Total::Float(n), _) => Value::Double(n / f64::from(count)),
        (Total::Decimal(n), _) => {
            let mean = checked_divide(n, Decimal::from(count)).ok_or_else(|| decimal_overflow(cx))?;
            Value::Object(cx.heap.new_object(Object::Decimal(mean))?)
        }
    })
}

/// What `Min` and `Max` give for an empty sequence.
#[derive(Clone, Copy, Debug)]
pub(super) enum Empty {
    /// `InvalidOperationException`.
    Throws,
    /// Null.
    Null,
    /// Null when the n-th type argument has it.
    ByType(usize),
}

/// `Min` (`wanted` is `Less`) or `Max` (`Greater`), with or without selector; nulls are left out.
pub(super) fn extreme(cx: &mut Cx<'_>, args: &[Value], wanted: Ordering, empty: Empty) -> Result<Value, Throw> {
    extreme_by(cx, args, wanted, empty, ComparerKind::Default)
}

/// `Min(comparer)` and `Max(comparer)`.
pub(super) fn extreme_with(cx: &mut Cx<'_>, args: &[Value], wanted: Ordering) -> Result<Value, Throw> {
    let kind = comparer::kind_of(cx.heap, arg(args, 1));
    extreme_by(cx, args.get(..1).unwrap_or_default(), wanted, Empty::ByType(0), kind)
}

fn extreme_by(
    cx: &mut Cx<'_>,
    args: &[Value],
    wanted: Ordering,
    empty: Empty,
    kind: ComparerKind,
) -> Result<Value, Throw> {
    let null_when_empty = match empty {
        Empty::Throws => false,
        Empty::Null => true,
        Empty::ByType(index) => cast::accepts_null(cx.type_arg(index)),
    };
    let mut best = Value::Null;
    for_each(cx, args, &mut |cx, item| {
        if !item.is_null() && (best.is_null() || comparer::compare(cx, kind, item, best)? == wanted) {
            best = item;
        }
        Ok(())
    })?;
    if best.is_null() && !null_when_empty { Err(no_elements(cx)) } else { Ok(best) }
}

/// `MinBy` and `MaxBy`: the item whose key is the least or the greatest; null keys lose against all others.
pub(super) fn by_key(cx: &mut Cx<'_>, args: &[Value], wanted: Ordering) -> Result<Value, Throw> {
    let (source, selector) = source_and(cx, args, "keySelector")?;
    let kind = comparer::kind_of(cx.heap, arg(args, 2));
    let null_when_empty = cast::accepts_null(cx.type_arg(0));
    let mut iter = iterate(cx, source)?;
    let mut best = None;
    while let Some(item) = iter.pull(cx)? {
        let key = cx.invoke(selector, &[item])?;
        best = match best {
            None => Some((item, key)),
            Some((_, old))
                if !key.is_null() && (old == Value::Null || comparer::compare(cx, kind, key, old)? == wanted) =>
            {
                Some((item, key))
            }
            kept => kept,
        };
    }
    match best {
        Some((item, _)) => Ok(item),
        None if null_when_empty => Ok(Value::Null),
        None => Err(no_elements(cx)),
    }
}
