//! Equality and order of tokens.

use std::cmp::Ordering;

use rust_decimal::Decimal;

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::system::decimal::convert::as_double;
use crate::types::TypeId;
use crate::value::heap::{Heap, Object};
use crate::value::{Ref, Value};

use super::big_integer::BigInteger;
use super::convert;
use super::node::{self, Kind, MAX_NESTING, TokenType};
use super::write::integer;

/// `a.Equals(b)`: values by value, everything else by identity.
#[must_use]
pub fn equals(heap: &Heap, a: Ref, b: Ref) -> bool {
    a == b || (node::scalar(heap, a).is_some() && deep_equals(heap, a, b, 0))
}

/// `JToken.DeepEquals`: the order of properties does not count.
pub(super) fn deep_equals(heap: &Heap, a: Ref, b: Ref, depth: usize) -> bool {
    if a == b {
        return true;
    }
    if depth > MAX_NESTING {
        return false;
    }
    let (left, right) = (node::node(heap, a), node::node(heap, b));
    let same_children = || {
        left.count() == right.count()
            && left.children().iter().zip(right.children()).all(|(a, b)| deep_equals(heap, *a, b, depth + 1))
    };
    match (&left.kind, &right.kind) {
        (Kind::Scalar { ty, value }, Kind::Scalar { ty: other, value: with }) => {
            ty == other && same_value(heap, *ty, *value, *with)
        }
        (Kind::Property { name, value, .. }, Kind::Property { name: other, value: with, .. }) => {
            heap.text(*name).equals(heap.text(*other)) && deep_equals(heap, *value, *with, depth + 1)
        }
        (Kind::Array(_), Kind::Array(_)) => same_children(),
        (Kind::Constructor(parts), Kind::Constructor(others)) => {
            heap.text(parts.0).equals(heap.text(others.0)) && same_children()
        }
        (Kind::Object(members), Kind::Object(others)) => {
            members.entries.len() == others.entries.len()
                && members.entries.iter().all(|(hash, at)| {
                    let Some((name, value)) = node::property(heap, *at) else { return false };
                    let found = node::find_hashed(heap, b, heap.text(name), *hash);
                    let with = found.and_then(|at| node::property(heap, at));
                    with.is_some_and(|(_, with)| deep_equals(heap, value, with, depth + 1))
                })
        }
        _ => false,
    }
}

fn same_value(heap: &Heap, ty: TokenType, a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Null, _) | (_, Value::Null) => false,
        _ => order(heap, ty, a, b) == Some(Ordering::Equal),
    }
}

/// The order of two values that need no conversion.
fn order(heap: &Heap, ty: TokenType, a: Value, b: Value) -> Option<Ordering> {
    match ty {
        TokenType::Integer | TokenType::Float => numbers(heap, ty, a, b),
        _ => match (a, b) {
            (Value::String(a), Value::String(b)) => Some(heap.text(a).compare(heap.text(b))),
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(&b)),
            (Value::Char(a), Value::Char(b)) => Some(a.cmp(&b)),
            (Value::DateTime(a), Value::DateTime(b)) => Some(a.ticks().cmp(&b.ticks())),
            (Value::TimeSpan(a), Value::TimeSpan(b)) => Some(a.cmp(&b)),
            (Value::Object(a), Value::Object(b)) => objects(heap, a, b),
            _ => None,
        },
    }
}

fn objects(heap: &Heap, a: Ref, b: Ref) -> Option<Ordering> {
    match (heap.object(a), heap.object(b)) {
        (Object::Bytes(a), Object::Bytes(b)) => Some(a.cmp(b)),
        (Object::Guid(a), Object::Guid(b)) => Some(a.cmp(b)),
        (Object::DateTimeOffset { ticks: a, offset: x }, Object::DateTimeOffset { ticks: b, offset: y }) => {
            let utc = |ticks: &i64, offset: &i16| ticks - i64::from(*offset) * 600_000_000;
            Some(utc(a, x).cmp(&utc(b, y)))
        }
        (Object::Native(native), _) => {
            native.equals(heap, Value::Object(b)).map(|same| if same { Ordering::Equal } else { Ordering::Less })
        }
        _ => None,
    }
}

fn numbers(heap: &Heap, ty: TokenType, a: Value, b: Value) -> Option<Ordering> {
    if ty == TokenType::Integer
        && let (Some(a), Some(b)) = (integer(a), integer(b))
    {
        return Some(a.cmp(&b));
    }
    if let (Some(Object::Decimal(_)), _) | (_, Some(Object::Decimal(_))) = (heap.get(a), heap.get(b)) {
        return Some(decimal(heap, a)?.cmp(&decimal(heap, b)?));
    }
    if let (Some(a), Some(b)) = (heap.native::<BigInteger>(a), heap.native::<BigInteger>(b)) {
        return Some(if a == b { Ordering::Equal } else { a.to_double().total_cmp(&b.to_double()) });
    }
    Some(floats(double(heap, a)?, double(heap, b)?))
}

/// Two reals are equal when they differ by rounding only.
fn floats(a: f64, b: f64) -> Ordering {
    let tolerance = (a.abs() + b.abs() + 10.0) * f64::EPSILON;
    if a == b || (a - b).abs() < tolerance {
        return Ordering::Equal;
    }
    // NaN comes first, as `double.CompareTo` has it.
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn decimal(heap: &Heap, value: Value) -> Option<Decimal> {
    match (value, heap.get(value)) {
        (_, Some(Object::Decimal(d))) => Some(*d),
        (Value::Double(d), _) => Decimal::from_f64_retain(d).map(|d| d.round_dp(15).normalize()),
        (value, _) => integer(value).map(Decimal::from),
    }
}

fn double(heap: &Heap, value: Value) -> Option<f64> {
    match (value, heap.get(value)) {
        (Value::Double(d), _) => Some(d),
        (Value::Single(f), _) => Some(f64::from(f)),
        (_, Some(Object::Decimal(d))) => Some(as_double(*d)),
        (value, Some(_)) => heap.native::<BigInteger>(value).map(BigInteger::to_double),
        (value, None) => integer(value).map(|n| n as f64),
    }
}

/// `JValue.Compare`: the order of two values as values of that type, converted where needed.
pub(super) fn compare(cx: &mut Cx<'_>, ty: TokenType, a: Value, b: Value) -> Result<Ordering, Throw> {
    match (a, b) {
        (Value::Null, Value::Null) => return Ok(Ordering::Equal),
        (_, Value::Null) => return Ok(Ordering::Greater),
        (Value::Null, _) => return Ok(Ordering::Less),
        _ => {}
    }
    if let Some(order) = order(cx.heap, ty, a, b) {
        return Ok(order);
    }
    let target = match ty {
        TokenType::Integer if is_real(cx, a) || is_real(cx, b) => TypeId::DOUBLE,
        TokenType::Integer => TypeId::INT64,
        TokenType::Float => TypeId::DOUBLE,
        TokenType::Comment | TokenType::String | TokenType::Raw => TypeId::STRING,
        TokenType::Boolean => TypeId::BOOL,
        TokenType::Date => TypeId::DATE_TIME,
        TokenType::Bytes | TokenType::Guid | TokenType::Uri | TokenType::TimeSpan => {
            let name = if ty == TokenType::Bytes { "byte[]" } else { ty.name() };
            return Err(cx.throw(Exc::Argument, format!("Object must be of type {name}.")));
        }
        _ => {
            let message = format!("Unexpected value type: {}", ty.name());
            let message = format!("{message} (Parameter 'valueType')\nActual value was {}.", ty.name());
            return Err(cx.throw(Exc::ArgumentOutOfRange, message));
        }
    };
    let (a, b) = (convert::to(cx, a, target)?, convert::to(cx, b, target)?);
    let ty = if target == TypeId::DOUBLE { TokenType::Float } else { ty };
    Ok(order(cx.heap, ty, a, b).unwrap_or(Ordering::Equal))
}

fn is_real(cx: &Cx<'_>, value: Value) -> bool {
    matches!(value, Value::Double(_) | Value::Single(_)) || matches!(cx.heap.get(value), Some(Object::Decimal(_)))
}

/// `Comparer.Default.Compare(x, y)` where one of the two is a `JValue`; `None` where none is.
pub(crate) fn compare_values(cx: &mut Cx<'_>, x: Ref, y: Ref) -> Option<Result<Ordering, Throw>> {
    let scalar = |at: Ref| match cx.heap.object(at) {
        Object::Json(_) => node::scalar(cx.heap, at),
        _ => None,
    };
    match (scalar(x), scalar(y)) {
        (Some(_), Some(_)) => Some(compare_tokens(cx, x, y)),
        (Some((ty, a)), None) => Some(compare_other(cx, ty, a, y)),
        (None, Some((ty, b))) => Some(compare_other(cx, ty, b, x).map(Ordering::reverse)),
        (None, None) => None,
    }
}

/// `left.CompareTo(right)` of a `JValue` and a plain value.
pub(crate) fn compare_held(cx: &mut Cx<'_>, left: Value, right: Value) -> Result<Ordering, Throw> {
    let scalar = node::token(cx.heap, left).and_then(|at| node::scalar(cx.heap, at));
    match scalar {
        Some((ty, value)) => compare(cx, ty, value, right),
        None => Ok(Ordering::Equal),
    }
}

/// A value and an object that is no `JValue`.
fn compare_other(cx: &mut Cx<'_>, ty: TokenType, value: Value, other: Ref) -> Result<Ordering, Throw> {
    if value.is_null() {
        return Ok(Ordering::Less);
    }
    if let (TokenType::String | TokenType::Raw | TokenType::Comment, Object::Json(_)) = (ty, cx.heap.object(other)) {
        // As texts, whatever the other is.
        let (a, b) = (convert::text(cx, value)?, crate::value::behaviour::to_text(cx, Value::Object(other))?);
        return Ok(cx.text(a).compare(cx.text(b)));
    }
    if let Object::Json(_) = cx.heap.object(other) {
        let name = node::node(cx.heap, other).type_name();
        let message = format!("Unable to cast object of type '{name}' to type 'System.IConvertible'.");
        return Err(cx.throw(Exc::InvalidCast, message));
    }
    compare(cx, ty, value, Value::Object(other))
}

/// `left.CompareTo(right)` of two `JValue`s.
pub(super) fn compare_tokens(cx: &mut Cx<'_>, left: Ref, right: Ref) -> Result<Ordering, Throw> {
    let (Some((ty, a)), Some((other, b))) = (node::scalar(cx.heap, left), node::scalar(cx.heap, right)) else {
        return Ok(Ordering::Equal);
    };
    if (ty, other) == (TokenType::String, TokenType::Date) && !a.is_null() && !b.is_null() {
        // What is compared as dates is no date on this side.
        let why = "Unable to cast object of type 'System.String' to type 'System.DateTimeOffset'.";
        return Err(cx.throw(Exc::InvalidCast, why));
    }
    compare(cx, if ty == TokenType::String { other } else { ty }, a, b)
}
