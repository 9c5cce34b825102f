//! `CreateInstance`: arrays of a type, sizes and first indexes that are known when they are made.

use super::{defaults, get, len, number};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::type_object;
use crate::types::{self, Type, TypeId};
use crate::value::{Value, matrix};

/// .NET has no arrays of more dimensions.
const MOST_DIMENSIONS: usize = 32;

fn element(cx: &mut Cx<'_>, args: &[Value]) -> Result<TypeId, Throw> {
    let Some(element) = type_object::get(cx, arg(args, 0)) else { return Err(cx.argument_null("elementType")) };
    Ok(element)
}

/// A size, or the exception that names it.
fn size(cx: &mut Cx<'_>, size: i64, name: &str) -> Result<usize, Throw> {
    if i32::try_from(size).is_err() {
        let why = "Arrays larger than 2GB are not supported.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "len"));
    }
    match usize::try_from(size) {
        Ok(size) => Ok(size),
        Err(_) => Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", name)),
    }
}

/// `CreateInstance(elementType, length)` and with two or three lengths.
pub(super) fn instance(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = element(cx, args)?;
    let names: &[&str] = if args.len() == 2 { &["length"] } else { &["length1", "length2", "length3"] };
    let mut sizes = Vec::with_capacity(args.len());
    for (index, name) in (1..args.len()).zip(names) {
        sizes.push(size(cx, number(args, index)?, name)?);
    }
    make(cx, element, &sizes, &[])
}

/// The numbers of an array argument.
fn numbers(cx: &mut Cx<'_>, args: &[Value], index: usize, name: &str) -> Result<Vec<i64>, Throw> {
    let Some(count) = len(cx, arg(args, index)) else { return Err(cx.argument_null(name)) };
    cx.charge(count)?;
    cx.heap.charge(count * size_of::<i64>())?;
    (0..count).map(|at| number(&[get(cx, arg(args, index), at).unwrap_or(Value::Null)], 0)).collect()
}

/// `CreateInstance(elementType, lengths)` and `CreateInstance(elementType, lengths, lowerBounds)`.
pub(super) fn of_lengths(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = element(cx, args)?;
    let lengths = numbers(cx, args, 1, "lengths")?;
    let lower = if args.len() > 2 { numbers(cx, args, 2, "lowerBounds")? } else { vec![0; lengths.len()] };
    if lengths.len() != lower.len() {
        return Err(cx.throw(Exc::Argument, "Number of lengths and lowerBounds must match."));
    }
    if lengths.is_empty() {
        return Err(cx.throw(Exc::Argument, "Must provide at least one rank."));
    }
    let mut sizes = Vec::with_capacity(lengths.len());
    for (at, length) in lengths.iter().enumerate() {
        sizes.push(size(cx, *length, &format!("lengths[{at}]"))?);
    }
    if lengths.iter().zip(&lower).any(|(length, lower)| lower + length > i64::from(i32::MAX) + 1) {
        let why = "Higher indices will exceed Int32.MaxValue because of large lower bound and/or length.";
        return Err(cx.throw(Exc::ArgumentOutOfRange, why));
    }
    let lower: Vec<i32> = lower.iter().filter_map(|lower| i32::try_from(*lower).ok()).collect();
    make(cx, element, &sizes, &lower)
}

fn make(cx: &mut Cx<'_>, element: TypeId, sizes: &[usize], lower: &[i32]) -> Result<Value, Throw> {
    if element == types::void() {
        return Err(cx.throw(Exc::NotSupported, "Arrays of System.Void are not supported."));
    }
    let from_zero = lower.iter().all(|lower| *lower == 0);
    if let ([count], true) = (sizes, from_zero) {
        let items = defaults(cx, element, *count)?;
        return super::new(cx, element, items);
    }
    if sizes.len() > MOST_DIMENSIONS {
        return Err(cx.throw(Exc::NotSupported, "The array has too many dimensions."));
    }
    let rank = match sizes.len() {
        1 => 0,
        rank => u8::try_from(rank).unwrap_or(u8::MAX),
    };
    let ty = types::intern(Type::Array { element, rank });
    matrix::empty(cx, ty, sizes.into(), if from_zero { Box::default() } else { lower.into() })
}
