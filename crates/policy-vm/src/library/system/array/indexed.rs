//! `GetValue` and `SetValue` with several indexes, or with an array of them.

use super::{fits, get_value, len, set_value};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::value::matrix::{self, Matrix};
use crate::value::{Value, behaviour};

fn rank(cx: &Cx<'_>, array: Value) -> usize {
    cx.heap.native::<Matrix>(array).map_or(1, |matrix| matrix.sizes.len())
}

/// That an array has as many dimensions as there are indexes.
pub(super) fn check_rank(cx: &mut Cx<'_>, array: Value, indexes: usize) -> Result<(), Throw> {
    if rank(cx, array) == indexes {
        return Ok(());
    }
    let number = match indexes {
        1 => "one",
        2 => "two",
        _ => "three",
    };
    Err(cx.throw(Exc::Argument, format_args!("Array was not a {number}-dimensional array.")))
}

pub(super) fn get(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    check_rank(cx, arg(args, 0), args.len().saturating_sub(1))?;
    matrix::get(cx, args)
}

pub(super) fn set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    check_rank(cx, arg(args, 0), args.len().saturating_sub(2))?;
    put(cx, arg(args, 0), arg(args, 1), args.get(2..).unwrap_or_default())
}

fn put(cx: &mut Cx<'_>, array: Value, value: Value, indexes: &[Value]) -> Result<Value, Throw> {
    let element = matrix::element(cx, array)?;
    let mut value = value;
    if value.is_null() {
        value = behaviour::default_of(cx.heap, element)?;
    } else if !fits(cx, value, element) {
        return Err(cx.throw(Exc::InvalidCast, "Object cannot be stored in an array of this type."));
    }
    let mut args = vec![array];
    args.extend_from_slice(indexes);
    args.push(value);
    matrix::set(cx, &args)
}

/// The indexes in an array, as many as there are dimensions.
fn indexes(cx: &mut Cx<'_>, args: &[Value], at: usize) -> Result<Vec<Value>, Throw> {
    let Some(count) = len(cx, arg(args, at)) else { return Err(cx.argument_null("indices")) };
    if count != rank(cx, arg(args, 0)) {
        return Err(cx.throw(Exc::Argument, "Indices length does not match the array rank."));
    }
    Ok((0..count).filter_map(|i| super::get(cx, arg(args, at), i)).collect())
}

pub(super) fn get_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let indexes = indexes(cx, args, 1)?;
    if let [index] = indexes.as_slice() {
        return get_value(cx, &[arg(args, 0), *index]);
    }
    let mut all = vec![arg(args, 0)];
    all.extend(indexes);
    matrix::get(cx, &all)
}

pub(super) fn set_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let indexes = indexes(cx, args, 2)?;
    if let [index] = indexes.as_slice() {
        return set_value(cx, &[arg(args, 0), arg(args, 1), *index]);
    }
    put(cx, arg(args, 0), arg(args, 1), &indexes)
}
