//! `GetValue` and `SetValue` with several indexes, or with an array of them.

use super::{get_value, len, set_value};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::number::integer;
use crate::library::system::object;
use crate::types::{self, Type, TypeId};
use crate::value::matrix::{self, Matrix};
use crate::value::{Value, behaviour, cast};

pub(super) fn rank(cx: &Cx<'_>, array: Value) -> usize {
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
    let value = stored(cx, value, element)?;
    let mut args = vec![array];
    args.extend_from_slice(indexes);
    args.push(value);
    matrix::set(cx, &args)
}

/// A value as an array of that element type holds it: numbers are widened where that loses nothing.
pub(super) fn stored(cx: &mut Cx<'_>, value: Value, element: TypeId) -> Result<Value, Throw> {
    let Some(ty) = object::type_of(cx, value) else { return behaviour::default_of(cx.heap, element) };
    if ty == element || types::get(element) == &Type::Nullable(ty) || cast::is_instance(cx.heap, value, element) {
        return Ok(value);
    }
    let (from, number) = match value {
        Value::Enum(_, number) => (TypeId::INT32, Value::Int32(i32::try_from(number).unwrap_or_default())),
        number => (ty, number),
    };
    match (width(from), width(element)) {
        (Some(_), Some(_)) => match widened(from, number, element) {
            Some(value) => Ok(value),
            None => {
                let why = "Cannot widen from source type to target type either because the source type is a not a \
                           primitive type or the conversion cannot be accomplished.";
                Err(cx.throw(Exc::Argument, why))
            }
        },
        _ => Err(cx.throw(Exc::InvalidCast, "Object cannot be stored in an array of this type.")),
    }
}

/// The types that the runtime has itself: how many bits, and whether they have a sign.
const fn width(ty: TypeId) -> Option<(u8, bool)> {
    Some(match ty {
        TypeId::BOOL => (1, false),
        TypeId::BYTE => (8, false),
        TypeId::SBYTE => (8, true),
        TypeId::CHAR | TypeId::UINT16 => (16, false),
        TypeId::INT16 => (16, true),
        TypeId::UINT32 => (32, false),
        TypeId::INT32 => (32, true),
        TypeId::UINT64 => (64, false),
        TypeId::INT64 => (64, true),
        TypeId::SINGLE => (128, true),
        TypeId::DOUBLE => (129, true),
        _ => return None,
    })
}

fn widened(from: TypeId, value: Value, to: TypeId) -> Option<Value> {
    let ((narrow, signed), (wide, keeps)) = (width(from)?, width(to)?);
    let holds = if signed == keeps { narrow <= wide } else { !signed && narrow < wide };
    if !holds || from == TypeId::BOOL || to == TypeId::BOOL {
        return None;
    }
    let whole = match value {
        Value::Char(unit) => Some(i128::from(unit)),
        other => integer::get(other),
    };
    #[expect(clippy::cast_precision_loss, reason = "as .NET does")]
    match (to, whole, value) {
        (TypeId::CHAR, Some(n), _) => u16::try_from(n).ok().map(Value::Char),
        (TypeId::SINGLE, Some(n), _) => Some(Value::Single(n as f32)),
        (TypeId::DOUBLE, Some(n), _) => Some(Value::Double(n as f64)),
        (TypeId::DOUBLE, None, Value::Single(n)) => Some(Value::Double(n.into())),
        (_, Some(n), _) => Some(integer::kind_of(to)?.value(n)),
        _ => None,
    }
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
