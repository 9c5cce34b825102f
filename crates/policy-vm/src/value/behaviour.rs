//! What every .NET object can do: its run-time type, `ToString`, `Equals`, `GetHashCode`, and its order.
//!
//! These are the virtual members of `System.Object` and of `IComparable`: called on a value whose static type does not
//! say enough, they look at the value. Each type's rule lives with the type; here is only the choice between them.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hash, Hasher};

use rustc_hash::{FxBuildHasher, FxHasher};

use super::heap::{ClosureCode, Heap, Object};
use super::text::{Str, TextBuf, TextRef};
use super::{Ref, Value};
use crate::cx::Cx;
use crate::exception::{Exc, Throw, Trap};
use crate::library::system;
use crate::library::system::number::{format, integer};
use crate::library::system::{enum_type, guid, tuple::Tuple};
use crate::types::{self, Type, TypeId};

/// The run-time type; `None` for null.
#[must_use]
pub fn type_of(heap: &Heap, value: Value) -> Option<TypeId> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(_) => TypeId::BOOL,
        Value::Char(_) => TypeId::CHAR,
        Value::SByte(_) => TypeId::SBYTE,
        Value::Byte(_) => TypeId::BYTE,
        Value::Int16(_) => TypeId::INT16,
        Value::UInt16(_) => TypeId::UINT16,
        Value::Int32(_) => TypeId::INT32,
        Value::UInt32(_) => TypeId::UINT32,
        Value::Int64(_) => TypeId::INT64,
        Value::UInt64(_) => TypeId::UINT64,
        Value::Single(_) => TypeId::SINGLE,
        Value::Double(_) => TypeId::DOUBLE,
        Value::DateTime(_) => TypeId::DATE_TIME,
        Value::TimeSpan(_) => TypeId::TIME_SPAN,
        Value::Enum(ty, _) => ty,
        Value::String(_) => TypeId::STRING,
        Value::View(view) => crate::library::apim::type_of_part(view.part),
        Value::Object(handle) => match heap.object(handle) {
            Object::Array(array) => types::array_of(array.element),
            Object::Bytes(_) => types::array_of(TypeId::BYTE),
            Object::List(list) => list.ty,
            Object::Decimal(_) => TypeId::DECIMAL,
            Object::Guid(_) => TypeId::GUID,
            Object::DateTimeOffset { .. } => TypeId::DATE_TIME_OFFSET,
            Object::Pair { ty, .. } | Object::Anonymous { ty, .. } => *ty,
            Object::Closure(closure) => closure.ty,
            Object::Exception(exception) => exception.ty,
            Object::Json(node) => node.type_id(),
            Object::Type(_) => TypeId::TYPE,
            Object::Native(object) => object.net_type(),
            Object::Cell(_) | Object::Iterator(_) | Object::Taken => TypeId::OBJECT,
        },
    })
}

/// `value.ToString()` for any value but null; null gives `""`, as concatenation wants it.
///
/// # Errors
/// When a budget is exhausted.
pub fn to_text(cx: &mut Cx<'_>, value: Value) -> Result<Str, Throw> {
    match value {
        Value::String(s) => return Ok(s),
        Value::Int32(n) => return Ok(cx.heap.new_integer(n.into())?),
        Value::Int64(n) => return Ok(cx.heap.new_integer(n)?),
        _ => {}
    }
    let mut out = cx.heap.text_buf();
    write_text(cx, value, &mut out)?;
    Ok(cx.heap.new_buf(&out)?)
}

/// Appends `value.ToString()`; nothing for null. From then on the text is one with a limit.
///
/// # Errors
/// When a budget is exhausted.
pub fn write_text(cx: &mut Cx<'_>, value: Value, out: &mut TextBuf) -> Result<(), Throw> {
    out.at_most(cx.heap.longest());
    match value {
        Value::Null => {}
        Value::String(s) => out.push_text(cx.heap.text(s)),
        Value::Bool(b) => out.push_str(if b { "True" } else { "False" }),
        Value::Char(unit) => out.push(unit),
        Value::SByte(_)
        | Value::Byte(_)
        | Value::Int16(_)
        | Value::UInt16(_)
        | Value::Int32(_)
        | Value::UInt32(_)
        | Value::Int64(_)
        | Value::UInt64(_) => integer::push(value, out),
        Value::Double(v) => {
            let mut text = String::new();
            format::default_double(v, &mut text);
            out.push_str(&text);
        }
        Value::Single(v) => {
            let mut text = String::new();
            format::default_single(v, &mut text);
            out.push_str(&text);
        }
        Value::DateTime(_) => system::date_time::format(cx, value, None, out)?,
        Value::TimeSpan(_) => system::time_span::format(cx, value, None, out)?,
        Value::Enum(ty, n) => enum_type::push_name(ty, n, out),
        Value::View(view) => crate::library::apim::write_view(cx, view, out)?,
        Value::Object(handle) => write_object(cx, handle, out)?,
    }
    Ok(out.fits()?)
}

/// How deep pairs, tuples and anonymous objects are followed; nothing real comes near.
const MAX_DEPTH: usize = 64;

fn write_object(cx: &mut Cx<'_>, handle: Ref, out: &mut TextBuf) -> Result<(), Throw> {
    let value = Value::Object(handle);
    match cx.heap.object(handle) {
        Object::Decimal(d) => {
            let mut text = String::new();
            format::default_decimal(*d, &mut text);
            out.push_str(&text);
        }
        Object::Guid(bytes) => out.push_str(&guid::text(*bytes)),
        Object::DateTimeOffset { .. } => system::date_time_offset::format(cx, value, None, out)?,
        Object::Pair { key, value, .. } => {
            let (key, value) = (*key, *value);
            write_parts(cx, &[(None, key), (None, value)], ["[", ", ", "]"], out)?;
        }
        Object::Anonymous { ty, values } if matches!(types::get(*ty), Type::Tuple(_)) => {
            let parts: Vec<_> = values.iter().map(|value| (None, *value)).collect();
            write_parts(cx, &parts, ["(", ", ", ")"], out)?;
        }
        Object::Anonymous { ty, values } => {
            let names: &[(Box<str>, TypeId)] = match types::get(*ty) {
                Type::Anonymous(members) => members,
                _ => &[],
            };
            let parts: Vec<_> = names.iter().map(|(name, _)| Some(&**name)).zip(values.iter().copied()).collect();
            let open = if parts.is_empty() { "{" } else { "{ " };
            write_parts(cx, &parts, [open, ", ", " }"], out)?;
        }
        Object::Exception(_) => system::exception::write_text(cx, handle, 0, out)?,
        Object::Json(_) => crate::library::json::write_text(cx, handle, out)?,
        Object::Type(ty) => out.push_str(&types::net_name(*ty)),
        Object::Native(object) => match object.to_text(cx.heap) {
            Some(text) => {
                text.fits()?;
                cx.charge(text.len() / 16)?;
                out.push_text(text.as_text());
            }
            None => match cx.heap.native::<Tuple>(value).map(|t| t.flat(cx.heap)) {
                Some(items) => {
                    let parts: Vec<_> = items.into_iter().map(|item| (None, item)).collect();
                    write_parts(cx, &parts, ["(", ", ", ")"], out)?;
                }
                None => push_type_name(cx, value, out),
            },
        },
        Object::Array(_) | Object::Bytes(_) | Object::List(_) | Object::Closure(_) => push_type_name(cx, value, out),
        Object::Cell(_) | Object::Iterator(_) | Object::Taken => {}
    }
    Ok(())
}

fn push_type_name(cx: &Cx<'_>, value: Value, out: &mut TextBuf) {
    if let Some(ty) = type_of(cx.heap, value) {
        out.push_str(&types::net_name(ty));
    }
}

fn write_parts(
    cx: &mut Cx<'_>,
    parts: &[(Option<&str>, Value)],
    [open, between, close]: [&str; 3],
    out: &mut TextBuf,
) -> Result<(), Throw> {
    cx.charge(parts.len())?;
    nested(cx, |cx| {
        out.push_str(open);
        for (i, (name, value)) in parts.iter().enumerate() {
            if i > 0 {
                out.push_str(between);
            }
            if let Some(name) = name {
                out.push_str(name);
                out.push_str(" = ");
            }
            write_text(cx, *value, out)?;
        }
        out.push_str(close);
        Ok(())
    })
}

/// Runs `work` one level deeper; the calls that may still be nested bound what objects contain each other.
fn nested<T>(cx: &mut Cx<'_>, work: impl FnOnce(&mut Cx<'_>) -> Result<T, Throw>) -> Result<T, Throw> {
    cx.budget.depth = cx.budget.depth.checked_sub(1).ok_or(Throw::Trap(Trap::Depth))?;
    let result = work(cx);
    cx.budget.depth += 1;
    result
}

/// `object.ReferenceEquals(a, b)`.
#[must_use]
pub fn same_object(heap: &Heap, a: Value, b: Value) -> bool {
    match (a, b) {
        // Literals are interned in the whole process, and there is one empty string; any other text is an object of its
        // own, even when it says the same.
        (Value::String(a), Value::String(b)) => {
            let literals = a.space > 0 && b.space > 0;
            a == b || (a.is_empty() && b.is_empty()) || (literals && heap.text(a).equals(heap.text(b)))
        }
        (Value::Object(a), Value::Object(b)) => a == b || is_one_object(heap, a, b),
        (Value::View(a), Value::View(b)) => a == b,
        // A value type is boxed on its way here, and no two boxes are the same.
        (a, b) => a.is_null() && b.is_null(),
    }
}

/// Whether two handles stand for what is one object in .NET.
fn is_one_object(heap: &Heap, a: Ref, b: Ref) -> bool {
    match (heap.object(a), heap.object(b)) {
        (Object::Type(a), Object::Type(b)) => a == b,
        (Object::Native(object), Object::Native(_)) => {
            object.is_atomic() && object.equals(heap, Value::Object(b)) == Some(true)
        }
        _ => false,
    }
}

/// `a.Equals(b)` with `a` as the receiver, null-safe: `EqualityComparer<object>.Default`.
///
/// # Errors
/// When a budget is exhausted.
pub fn equals(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Throw> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            if a.len() == b.len() {
                cx.charge(a.len() / 16)?;
            }
            Ok(cx.heap.text(a).equals(cx.heap.text(b)))
        }
        (Value::Object(x), Value::Object(y)) if x != y => {
            if let (Object::Json(_), Object::Json(_)) = (cx.heap.object(x), cx.heap.object(y)) {
                return Ok(crate::library::json::equals(cx.heap, x, y));
            }
            let mut walk = Walk::new(cx);
            let equal = walk.equals(a, b, MAX_DEPTH);
            let visited = walk.visited;
            cx.charge(visited)?;
            Ok(equal)
        }
        _ => Ok(Walk::new(cx).equals(a, b, MAX_DEPTH)),
    }
}

/// Looks at objects and at what they hold. What two of them share is looked at twice, so that what is small may take
/// for ever: as much is visited as there are instructions, which the caller pays for.
struct Walk<'a> {
    heap: &'a Heap,
    visited: usize,
    most: usize,
}

impl<'a> Walk<'a> {
    fn new(cx: &'a Cx<'_>) -> Self {
        Self { heap: cx.heap, visited: 0, most: usize::try_from(cx.budget.instructions).unwrap_or(usize::MAX) }
    }

    /// Counts an object; false when there is nothing left to pay for it with.
    fn visit(&mut self) -> bool {
        self.visited = self.visited.saturating_add(1);
        self.visited <= self.most
    }

    /// `Equals`; JSON nodes are equal when they are the same.
    fn equals(&mut self, a: Value, b: Value, depth: usize) -> bool {
        match (a, b) {
            (Value::String(a), Value::String(b)) => {
                let equal = self.heap.text(a).equals(self.heap.text(b));
                self.visited = self.visited.saturating_add(a.len().min(b.len()) / 16);
                equal
            }
            // `Equals` holds NaN equal to itself, `==` does not.
            (Value::Double(a), Value::Double(b)) => a == b || (a.is_nan() && b.is_nan()),
            (Value::Single(a), Value::Single(b)) => a == b || (a.is_nan() && b.is_nan()),
            (Value::DateTime(a), Value::DateTime(b)) => a.ticks() == b.ticks(),
            (Value::Object(x), Value::Object(y)) => x == y || self.objects_equal(x, y, depth),
            (a, b) => a == b,
        }
    }

    fn objects_equal(&mut self, x: Ref, y: Ref, depth: usize) -> bool {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.visit()) else { return false };
        let heap = self.heap;
        match (heap.object(x), heap.object(y)) {
            (Object::Decimal(a), Object::Decimal(b)) => a == b,
            (Object::Guid(a), Object::Guid(b)) => a == b,
            (Object::DateTimeOffset { ticks: a, offset: x }, Object::DateTimeOffset { ticks: b, offset: y }) => {
                utc_ticks(*a, *x) == utc_ticks(*b, *y)
            }
            (Object::Pair { ty: s, key: a, value: x }, Object::Pair { ty: t, key: b, value: y }) => {
                s == t && self.equals(*a, *b, depth) && self.equals(*x, *y, depth)
            }
            (Object::Anonymous { ty: s, values: a }, Object::Anonymous { ty: t, values: b }) => {
                s == t && a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.equals(*a, *b, depth))
            }
            (Object::Type(a), Object::Type(b)) => a == b,
            (Object::Closure(a), Object::Closure(b)) => a.ty == b.ty && self.delegates_equal(&a.code, &b.code, depth),
            (Object::Native(a), Object::Native(_)) => match a.equals(heap, Value::Object(y)) {
                Some(equal) => equal,
                None => match (heap.native::<Tuple>(Value::Object(x)), heap.native::<Tuple>(Value::Object(y))) {
                    (Some(a), Some(b)) => {
                        let same = |(a, b): (&Value, &Value)| self.equals(*a, *b, depth);
                        a.ty == b.ty && a.items.iter().zip(&b.items).all(same)
                    }
                    _ => false,
                },
            },
            _ => false,
        }
    }

    /// They call the same with the same.
    fn delegates_equal(&mut self, a: &ClosureCode, b: &ClosureCode, depth: usize) -> bool {
        use ClosureCode as C;
        match (a, b) {
            (
                C::Function { program: p, function: f, captures: x },
                C::Function { program: q, function: g, captures: y },
            ) => p == q && f == g && x == y,
            (C::Native { run: f, receiver: x }, C::Native { run: g, receiver: y }) => {
                std::ptr::fn_addr_eq(*f, *g) && x == y
            }
            (C::List(x), C::List(y)) => x.len() == y.len() && x.iter().zip(y).all(|(x, y)| self.equals(*x, *y, depth)),
            _ => false,
        }
    }

    fn hash(&mut self, value: Value, hasher: &mut FxHasher, depth: usize) {
        match value {
            Value::Null => {}
            Value::String(s) => {
                self.visited = self.visited.saturating_add(s.len() / 16);
                hash_text(self.heap.text(s), hasher);
            }
            Value::Bool(b) => hasher.write_u8(u8::from(b)),
            Value::Char(unit) => hasher.write_u16(unit),
            // Zero and minus zero are equal, and so are all that are no number.
            Value::Double(v) if v == 0.0 || v.is_nan() => hasher.write_u8(u8::from(v.is_nan())),
            Value::Single(v) if v == 0.0 || v.is_nan() => hasher.write_u8(u8::from(v.is_nan())),
            Value::Double(v) => hasher.write_u64(v.to_bits()),
            Value::Single(v) => hasher.write_u32(v.to_bits()),
            Value::DateTime(d) => hasher.write_i64(d.ticks()),
            Value::TimeSpan(ticks) => hasher.write_i64(ticks),
            Value::Enum(_, n) => hasher.write_i64(n),
            Value::View(view) => view.hash(hasher),
            Value::Object(handle) => self.hash_object(handle, hasher, depth),
            number => hasher.write_i128(integer::get(number).unwrap_or_default()),
        }
    }

    fn hash_object(&mut self, handle: Ref, hasher: &mut FxHasher, depth: usize) {
        let Some(depth) = depth.checked_sub(1).filter(|_| self.visit()) else { return };
        let heap = self.heap;
        match heap.object(handle) {
            Object::Decimal(d) => d.hash(hasher),
            Object::Guid(bytes) => hasher.write(bytes),
            Object::DateTimeOffset { ticks, offset } => hasher.write_i64(utc_ticks(*ticks, *offset)),
            Object::Pair { key, value, .. } => {
                self.hash(*key, hasher, depth);
                self.hash(*value, hasher, depth);
            }
            Object::Anonymous { values, .. } => values.iter().for_each(|v| self.hash(*v, hasher, depth)),
            Object::Type(ty) => ty.hash(hasher),
            // Which tokens are equal only they know; their hash tells nothing.
            Object::Json(_) => {}
            Object::Closure(closure) => closure.ty.hash(hasher),
            Object::Native(object) => match (object.hash(heap), heap.native::<Tuple>(Value::Object(handle))) {
                (Some(hash), _) => hasher.write_u64(hash),
                (None, Some(tuple)) => tuple.items.iter().for_each(|v| self.hash(*v, hasher, depth)),
                (None, None) => handle.hash(hasher),
            },
            _ => handle.hash(hasher),
        }
    }
}

/// The point in time of a `DateTimeOffset`.
fn utc_ticks(ticks: i64, offset: i16) -> i64 {
    ticks - i64::from(offset) * 600_000_000
}

/// `value.GetHashCode()` in more bits: equal values (by [`equals`]) have equal hashes.
///
/// # Errors
/// When a budget is exhausted.
pub fn hash(cx: &mut Cx<'_>, value: Value) -> Result<u64, Throw> {
    let mut hasher = FxBuildHasher.build_hasher();
    let mut walk = Walk::new(cx);
    walk.hash(value, &mut hasher, MAX_DEPTH);
    let visited = walk.visited;
    if visited > 0 {
        cx.charge(visited)?;
    }
    Ok(hasher.finish())
}

fn hash_text(text: TextRef<'_>, hasher: &mut FxHasher) {
    // A slice of a text beyond ASCII may itself be ASCII and equal to one stored in bytes.
    for unit in text.units() {
        hasher.write_u16(unit);
    }
}

/// `Comparer<T>.Default.Compare(a, b)`; null is less than everything.
///
/// # Errors
/// `ArgumentException` when neither implements `IComparable`, or the types differ.
pub fn compare(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Ordering, Throw> {
    Ok(match (a, b) {
        (Value::Int32(a), Value::Int32(b)) => a.cmp(&b),
        (Value::String(a), Value::String(b)) => {
            cx.charge(a.len().min(b.len()) / 16)?;
            cx.heap.text(a).compare(cx.heap.text(b))
        }
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::Bool(a), Value::Bool(b)) => a.cmp(&b),
        (Value::Char(a), Value::Char(b)) => a.cmp(&b),
        (Value::Double(a), Value::Double(b)) => compare_doubles(a, b),
        (Value::Single(a), Value::Single(b)) => compare_doubles(f64::from(a), f64::from(b)),
        (Value::DateTime(a), Value::DateTime(b)) => a.ticks().cmp(&b.ticks()),
        (Value::TimeSpan(a), Value::TimeSpan(b)) => a.cmp(&b),
        (Value::Enum(s, a), Value::Enum(t, b)) if s == t => a.cmp(&b),
        (Value::Object(x), Value::Object(y)) => return compare_objects(cx, x, y),
        (a @ Value::View(_), b) if a == b => Ordering::Equal,
        (a, b) if crate::library::json::held(cx.heap, a).is_some() => {
            return crate::library::json::compare_held(cx, a, b);
        }
        (a, b) => match (integer::get(a), integer::get(b)) {
            (Some(x), Some(y)) if std::mem::discriminant(&a) == std::mem::discriminant(&b) => x.cmp(&y),
            _ => return Err(not_comparable(cx, a, b)),
        },
    })
}

/// `double.CompareTo`: what is no number is less than everything and equal to itself.
#[must_use]
pub fn compare_doubles(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn compare_objects(cx: &mut Cx<'_>, x: Ref, y: Ref) -> Result<Ordering, Throw> {
    let (a, b) = (Value::Object(x), Value::Object(y));
    match (cx.heap.object(x), cx.heap.object(y)) {
        (Object::Decimal(a), Object::Decimal(b)) => Ok(a.cmp(b)),
        // Guids compare field by field, which is the order of their text.
        (Object::Guid(a), Object::Guid(b)) => Ok(a.cmp(b)),
        (Object::DateTimeOffset { ticks: a, offset: x }, Object::DateTimeOffset { ticks: b, offset: y }) => {
            Ok(utc_ticks(*a, *x).cmp(&utc_ticks(*b, *y)))
        }
        _ => {
            if x == y {
                return Ok(Ordering::Equal);
            }
            if is_one_object(cx.heap, x, y) {
                return Ok(Ordering::Equal);
            }
            if let Some(order) = crate::library::json::compare_values(cx, x, y) {
                return order;
            }
            let tuples = (cx.heap.native::<Tuple>(a), cx.heap.native::<Tuple>(b));
            let (Some(s), Some(t)) = tuples else {
                return Err(not_comparable(cx, a, b));
            };
            if s.ty != t.ty {
                let ty = s.ty;
                return Err(system::object::wrong_type(cx, ty));
            }
            let pairs: Vec<_> = s.items.iter().copied().zip(t.items.iter().copied()).collect();
            cx.charge(pairs.len())?;
            nested(cx, |cx| {
                for (a, b) in pairs {
                    let order = compare(cx, a, b)?;
                    if order.is_ne() {
                        return Ok(order);
                    }
                }
                Ok(Ordering::Equal)
            })
        }
    }
}

/// The first of the two that knows an order says that the other is of another type.
fn not_comparable(cx: &mut Cx<'_>, a: Value, b: Value) -> Throw {
    let comparable = [a, b].into_iter().find(|value| system::object::is_comparable(cx, *value));
    match comparable.and_then(|value| type_of(cx.heap, value)) {
        Some(ty) => system::object::wrong_type(cx, ty),
        None => cx.throw(Exc::Argument, "At least one object must implement IComparable."),
    }
}

/// `default(T)`.
///
/// # Errors
/// When the memory budget is exhausted.
pub fn default_of(heap: &mut Heap, ty: TypeId) -> Result<Value, Throw> {
    let object = match ty {
        TypeId::BOOL => return Ok(Value::Bool(false)),
        TypeId::CHAR => return Ok(Value::Char(0)),
        TypeId::SBYTE => return Ok(Value::SByte(0)),
        TypeId::BYTE => return Ok(Value::Byte(0)),
        TypeId::INT16 => return Ok(Value::Int16(0)),
        TypeId::UINT16 => return Ok(Value::UInt16(0)),
        TypeId::INT32 => return Ok(Value::Int32(0)),
        TypeId::UINT32 => return Ok(Value::UInt32(0)),
        TypeId::INT64 => return Ok(Value::Int64(0)),
        TypeId::UINT64 => return Ok(Value::UInt64(0)),
        TypeId::SINGLE => return Ok(Value::Single(0.0)),
        TypeId::DOUBLE => return Ok(Value::Double(0.0)),
        TypeId::TIME_SPAN => return Ok(Value::TimeSpan(0)),
        TypeId::DATE_TIME => {
            let start = super::DateTime::new(0, super::DateTimeKind::Unspecified);
            return Ok(start.map_or(Value::Null, Value::DateTime));
        }
        TypeId::DECIMAL => Object::Decimal(rust_decimal::Decimal::ZERO),
        TypeId::GUID => Object::Guid([0; 16]),
        TypeId::DATE_TIME_OFFSET => Object::DateTimeOffset { ticks: 0, offset: 0 },
        _ => match types::get(ty) {
            types::Type::Named { def, args } => {
                let def = crate::library::get().def(*def);
                match (def.decl.kind, &**args) {
                    (crate::library::TypeDefKind::Enum, _) => return Ok(Value::Enum(ty, 0)),
                    (crate::library::TypeDefKind::Struct, [key, value])
                        if def.full_name() == "System.Collections.Generic.KeyValuePair" =>
                    {
                        let (key, value) = (default_of(heap, *key)?, default_of(heap, *value)?);
                        Object::Pair { ty, key, value }
                    }
                    _ => match def.decl.zero {
                        Some(zero) => return Ok(zero(heap, ty)?),
                        None => return Ok(Value::Null),
                    },
                }
            }
            types::Type::Tuple(elements) => {
                let mut values = Vec::with_capacity(elements.len());
                for (_, ty) in elements {
                    values.push(default_of(heap, *ty)?);
                }
                Object::Anonymous { ty: types::nameless(ty), values: values.into() }
            }
            _ => return Ok(Value::Null),
        },
    };
    Ok(Value::Object(heap.new_object(object)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    fn new(cx: &mut Cx<'_>, object: Object) -> Value {
        Value::Object(cx.heap.new_object(object).unwrap())
    }

    #[test]
    fn equal_values_have_equal_hashes() {
        check::with_cx(&[], |cx| {
            let decimals = ["1.0", "1.00"].map(|text| rust_decimal::Decimal::from_str_exact(text).unwrap());
            let [one, same] = decimals.map(|d| new(cx, Object::Decimal(d)));
            let wide = cx.heap.new_str("éab").unwrap();
            let narrow = cx.heap.new_str("ab").unwrap();
            let pairs = [
                (one, same),
                (Value::Double(0.0), Value::Double(-0.0)),
                (Value::Double(f64::NAN), Value::Double(-f64::NAN)),
                (Value::String(wide.slice(1, 3)), Value::String(narrow)),
                (Value::Null, Value::Null),
            ];
            for (a, b) in pairs {
                assert_eq!(equals(cx, a, b), Ok(true), "{a:?} {b:?}");
                assert_eq!(hash(cx, a), hash(cx, b), "{a:?} {b:?}");
            }
            assert_eq!(equals(cx, Value::Int32(5), Value::Int64(5)), Ok(false));
        });
    }

    #[test]
    fn anonymous_objects_and_pairs_show_their_parts() {
        check::with_cx(&[], |cx| {
            let members = [("a".into(), TypeId::INT32), ("b".into(), TypeId::STRING)];
            let ty = types::intern(Type::Anonymous(members.into()));
            let values: Box<[Value]> = [Value::Int32(1), Value::Null].into();
            let first = new(cx, Object::Anonymous { ty, values: values.clone() });
            let second = new(cx, Object::Anonymous { ty, values });
            assert_eq!(check::show(cx, first), "{ a = 1, b =  }");
            assert_eq!(equals(cx, first, second), Ok(true));
            let pair = new(cx, Object::Pair { ty: TypeId::KEY_VALUE_PAIR, key: Value::Bool(true), value: first });
            assert_eq!(check::show(cx, pair), "[True, { a = 1, b =  }]");
        });
    }

    #[test]
    fn what_contains_itself_ends() {
        check::with_cx(&[], |cx| {
            let [once, twice] = [false, true].map(|twice| {
                let pair = new(cx, Object::Pair { ty: TypeId::KEY_VALUE_PAIR, key: Value::Null, value: Value::Null });
                if let Some(Object::Pair { key, value, .. }) = cx.heap.get_mut(pair) {
                    *value = pair;
                    *key = if twice { pair } else { Value::Null };
                }
                pair
            });
            assert_eq!(to_text(cx, once), Err(Throw::Trap(Trap::Depth)));
            let before = cx.budget.instructions;
            assert!(hash(cx, once).is_ok());
            assert_eq!(before - cx.budget.instructions, MAX_DEPTH as u64);
            assert_eq!(hash(cx, twice), Err(Throw::Trap(Trap::Instructions)));
        });
    }

    /// Each level doubles the way through; what is paid for is what was visited, and no more is visited than can be paid.
    #[test]
    fn what_is_shared_is_paid_for_as_often_as_it_is_visited() {
        check::with_cx(&[], |cx| {
            let mut both = [Value::Int32(1); 2];
            let mut of_ten = both;
            for level in 0..40 {
                let ty = TypeId::KEY_VALUE_PAIR;
                both = both.map(|part| new(cx, Object::Pair { ty, key: part, value: part }));
                of_ten = if level == 9 { both } else { of_ten };
            }
            let before = cx.budget.instructions;
            assert_eq!(equals(cx, of_ten[0], of_ten[1]), Ok(true));
            assert_eq!(before - cx.budget.instructions, (1 << 10) - 1);
            assert_eq!(equals(cx, both[0], both[1]), Err(Throw::Trap(Trap::Instructions)));
            assert_eq!(hash(cx, both[0]), Err(Throw::Trap(Trap::Instructions)));
        });
    }

    #[test]
    fn values_of_two_types_have_no_order() {
        check::with_cx(&[], |cx| {
            let throw = compare(cx, Value::Int32(1), Value::Int64(1)).unwrap_err();
            assert_eq!(check::show_throw(cx, throw), "System.ArgumentException: Object must be of type Int32.");
            assert_eq!(compare(cx, Value::Double(f64::NAN), Value::Double(0.0)), Ok(Ordering::Less));
            assert_eq!(compare(cx, Value::Null, Value::Int32(0)), Ok(Ordering::Less));
        });
    }
}
