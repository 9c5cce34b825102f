//! Instructions that need the heap, the library or the clock, and are not the few that nearly every expression consists of.
//!
//! They are called, not part of the machine's loop: what each of them inlines would be carried by all others.

use super::unwind::Guard;
use super::{arithmetic, convert};
use crate::bytecode::{Code, Op};
use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::types::TypeId;
use crate::value::heap::{Array, Closure, ClosureCode, Heap, Object};
use crate::value::text::Str;
use crate::value::{Ref, Value, behaviour, cast, sequence};

/// Carries an instruction out that works on the registers at `base`; gives where to go on, if not behind it.
#[inline(never)]
pub(super) fn run<'a>(cx: &mut Cx<'a>, code: &'a Code, base: usize, op: Op) -> Result<Option<u32>, Throw> {
    let (d, value) = match op {
        Op::ArrayPush { a, b } => {
            let (a, b) = (get(cx, base, a), get(cx, base, b));
            array_push(cx, a, b)?;
            return Ok(None);
        }
        Op::ArraySet { a, b, value } => {
            let (a, b, value) = (get(cx, base, a), get(cx, base, b), get(cx, base, value));
            array_set(cx, a, b, value)?;
            return Ok(None);
        }
        Op::CellSet { a, b } => {
            let (cell, value) = (get(cx, base, a), get(cx, base, b));
            let Some(Object::Cell(held)) = cx.heap.get_mut(cell) else { return Err(fault("not a cell")) };
            *held = value;
            return Ok(None);
        }
        Op::IterNext { d, a, to } => {
            let Value::Object(handle) = get(cx, base, a) else { return Err(fault("not an enumerator")) };
            match iter_next(cx, handle)? {
                Some(item) => (d, item),
                None => return Ok(Some(to)),
            }
        }
        Op::Throw { a } | Op::Rethrow { a } | Op::Resume { a } => {
            return match get(cx, base, a) {
                Value::Object(handle) if matches!(cx.heap.object(handle), Object::Exception(_)) => {
                    if !matches!(op, Op::Resume { .. }) {
                        cx.unwinding.forget(handle);
                    }
                    Err(Throw::Exception(handle))
                }
                _ => Err(cx.throw_default(Exc::NullReference)),
            };
        }
        Op::Guard { level, function, id } => {
            cx.unwinding.enter(Guard { base, level, function, id });
            return Ok(None);
        }
        Op::Unguard {} => {
            cx.unwinding.leave();
            return Ok(None);
        }
        Op::NullCheck { a } => {
            return if get(cx, base, a).is_null() { Err(cx.throw_default(Exc::NullReference)) } else { Ok(None) };
        }
        op => value(cx, code, base, op)?,
    };
    match cx.stack.get_mut(base + usize::from(d)) {
        Some(slot) => *slot = value,
        None => return Err(fault("no such register")),
    }
    Ok(None)
}

/// Instructions that give a value to a register.
fn value<'a>(cx: &mut Cx<'a>, code: &'a Code, base: usize, op: Op) -> Result<(u8, Value), Throw> {
    Ok(match op {
        Op::LoadDefault { d, ty } => (d, behaviour::default_of(cx.heap, type_at(code, ty))?),
        Op::LoadType { d, ty } => (d, object(cx.heap, Object::Type(type_at(code, ty)))?),
        Op::LoadOut { d, index } => (d, cx.outs.get(usize::from(index)).copied().unwrap_or(Value::Null)),

        Op::Binary { op, num, d, a, b } => {
            let (a, b) = (get(cx, base, a), get(cx, base, b));
            (d, arithmetic::binary(cx, op, num, false, a, b)?)
        }
        Op::BinaryChecked { op, num, d, a, b } => {
            let (a, b) = (get(cx, base, a), get(cx, base, b));
            (d, arithmetic::binary(cx, op, num, true, a, b)?)
        }
        Op::Negate { num, checked, d, a } => {
            let a = get(cx, base, a);
            (d, arithmetic::negate(cx, num, checked, a)?)
        }
        Op::Complement { num, d, a } => (d, arithmetic::complement(num, get(cx, base, a))?),
        Op::Convert { from, into, checked, d, a } => {
            let a = get(cx, base, a);
            (d, convert::numeric(cx, from, into, checked, a)?)
        }
        Op::ToEnum { d, a, ty } => (d, Value::Enum(type_at(code, ty), convert::to_i64(get(cx, base, a))?)),
        Op::FromEnum { d, a, wide } => {
            let Value::Enum(_, number) = get(cx, base, a) else { return Err(fault("not an enum")) };
            (d, if wide { Value::Int64(number) } else { Value::Int32(number as i32) })
        }

        Op::NeString { d, a, b } => {
            let (a, b) = (get(cx, base, a), get(cx, base, b));
            (d, Value::Bool(!super::string_equals(cx.heap, &mut cx.budget, a, b)))
        }
        Op::EqReference { d, a, b } => {
            (d, Value::Bool(behaviour::same_object(cx.heap, get(cx, base, a), get(cx, base, b))))
        }
        Op::Concat { d, a, n } => (d, concat(cx, base + usize::from(a), usize::from(n))?),
        Op::Format { d, a, b, width } => {
            let (value, format) = (get(cx, base, a), get(cx, base, b));
            (d, convert::format(cx, value, format, width)?)
        }

        Op::Closure { d, a, n, function, ty } => {
            let captures = range(cx, base, a, n);
            let what = ClosureCode::Function { program: cx.pool, function: u32::from(function), captures };
            (d, object(cx.heap, Object::Closure(Closure { ty: type_at(code, ty), code: what }))?)
        }
        Op::NativeClosure { d, a, site, ty } => {
            let Some(site) = code.sites.get(usize::from(site)) else { return Err(fault("no such call")) };
            let receiver = Some(get(cx, base, a)).filter(|v| !v.is_null());
            let what = ClosureCode::Native { run: site.run, receiver };
            (d, object(cx.heap, Object::Closure(Closure { ty: type_at(code, ty), code: what }))?)
        }

        Op::Cast { d, a, ty } => {
            let value = get(cx, base, a);
            (d, cast::cast(cx, value, type_at(code, ty))?)
        }
        Op::IsInstance { d, a, ty } => {
            (d, Value::Bool(cast::is_instance(cx.heap, get(cx, base, a), type_at(code, ty))))
        }
        Op::AsInstance { d, a, ty } => {
            let value = get(cx, base, a);
            let is = cast::is_instance(cx.heap, value, type_at(code, ty));
            (d, if is { value } else { Value::Null })
        }
        Op::Unwrap { d, a } => match get(cx, base, a) {
            Value::Null => return Err(cx.throw(Exc::InvalidOperation, "Nullable object must have a value.")),
            value => (d, value),
        },

        Op::NewArray { d, a, ty } => {
            let length = get(cx, base, a);
            (d, new_array(cx, length, type_at(code, ty))?)
        }
        Op::ArrayBegin { d, ty, room } => (d, array_begin(cx, type_at(code, ty), usize::from(room))?),
        Op::ArrayGet { d, a, b } => {
            let (array, index) = (get(cx, base, a), get(cx, base, b));
            (d, array_get(cx, array, index)?)
        }
        Op::ArrayLength { d, a } => {
            let array = get(cx, base, a);
            (d, array_length(cx, array)?)
        }
        Op::NewAnonymous { d, a, n, ty } => {
            let values = range(cx, base, a, n);
            (d, object(cx.heap, Object::Anonymous { ty: type_at(code, ty), values })?)
        }
        Op::AnonymousGet { d, a, index } => {
            let value = get(cx, base, a);
            (d, anonymous_get(cx, value, usize::from(index))?)
        }

        Op::NewCell { d, a } => {
            let cell = Object::Cell(get(cx, base, a));
            (d, object(cx.heap, cell)?)
        }
        Op::CellGet { d, a } => match cx.heap.get(get(cx, base, a)) {
            Some(Object::Cell(value)) => (d, *value),
            _ => return Err(fault("not a cell")),
        },
        Op::IterBegin { d, a } => {
            let source = get(cx, base, a);
            let iter = sequence::iterate(cx, source)?;
            (d, object(cx.heap, Object::Iterator(iter))?)
        }
        _ => return Err(fault("an instruction that others carry out")),
    })
}

fn get(cx: &Cx<'_>, base: usize, register: u8) -> Value {
    cx.stack.get(base + usize::from(register)).copied().unwrap_or(Value::Null)
}

/// The values of `n` registers from `a` on.
fn range(cx: &Cx<'_>, base: usize, a: u8, n: u8) -> Box<[Value]> {
    let from = base + usize::from(a);
    cx.stack.get(from..from + usize::from(n)).unwrap_or_default().into()
}

fn type_at(code: &Code, index: u16) -> TypeId {
    code.types.get(usize::from(index)).copied().unwrap_or(TypeId::OBJECT)
}

pub(super) fn object(heap: &mut Heap, object: Object) -> Result<Value, Throw> {
    Ok(Value::Object(heap.new_object(object)?))
}

fn anonymous_get(cx: &mut Cx<'_>, value: Value, index: usize) -> Result<Value, Throw> {
    if let Some(Object::Anonymous { values, .. }) = cx.heap.get(value) {
        return Ok(values.get(index).copied().unwrap_or(Value::Null));
    }
    Err(cx.throw_default(Exc::NullReference))
}

fn concat(cx: &mut Cx<'_>, from: usize, count: usize) -> Result<Value, Throw> {
    let mut few = [Str::EMPTY; 8];
    let mut many = Vec::new();
    let parts: &mut [Str] = if count <= few.len() {
        few.get_mut(..count).unwrap_or_default()
    } else {
        many.resize(count, Str::EMPTY);
        &mut many
    };
    for (i, part) in parts.iter_mut().enumerate() {
        let value = cx.stack.get(from + i).copied().unwrap_or(Value::Null);
        *part = match value {
            Value::String(s) => s,
            Value::Null => Str::EMPTY,
            other => behaviour::to_text(cx, other)?,
        };
    }
    Ok(Value::String(cx.heap.concat(parts)?))
}

fn iter_next(cx: &mut Cx<'_>, handle: Ref) -> Result<Option<Value>, Throw> {
    cx.charge(1)?;
    let Object::Iterator(mut iter) = cx.heap.take(handle) else { return Err(fault("not an enumerator")) };
    let next = iter.next(cx);
    cx.heap.put_back(handle, Object::Iterator(iter));
    next
}

fn new_array(cx: &mut Cx<'_>, length: Value, element: TypeId) -> Result<Value, Throw> {
    let length = convert::to_i64(length)?;
    let Ok(length) = usize::try_from(length) else {
        return Err(cx.throw_default(Exc::Overflow));
    };
    if element == TypeId::BYTE {
        cx.heap.charge(length)?;
        return Ok(Value::Object(cx.heap.new_object(Object::Bytes(vec![0; length]))?));
    }
    cx.heap.charge(length.saturating_mul(size_of::<Value>()))?;
    let item = behaviour::default_of(cx.heap, element)?;
    let items = vec![item; length];
    Ok(Value::Object(cx.heap.new_object(Object::Array(Array { element, items }))?))
}

fn array_begin(cx: &mut Cx<'_>, element: TypeId, room: usize) -> Result<Value, Throw> {
    let object = if element == TypeId::BYTE {
        Object::Bytes(Vec::with_capacity(room))
    } else {
        Object::Array(Array { element, items: Vec::with_capacity(room) })
    };
    cx.heap.charge(room * size_of::<Value>())?;
    Ok(Value::Object(cx.heap.new_object(object)?))
}

fn array_push(cx: &mut Cx<'_>, array: Value, item: Value) -> Result<(), Throw> {
    match (cx.heap.get_mut(array), item) {
        (Some(Object::Bytes(bytes)), Value::Byte(byte)) => bytes.push(byte),
        (Some(Object::Array(array)), item) => array.items.push(item),
        _ => return Err(fault("not an array")),
    }
    Ok(())
}

fn array_get(cx: &mut Cx<'_>, array: Value, index: Value) -> Result<Value, Throw> {
    if array.is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    let at = usize::try_from(convert::to_i64(index)?).unwrap_or(usize::MAX);
    let item = match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.get(at).copied(),
        Some(Object::Bytes(bytes)) => bytes.get(at).map(|b| Value::Byte(*b)),
        _ => return Err(fault("not an array")),
    };
    item.ok_or_else(|| cx.throw_default(Exc::IndexOutOfRange))
}

fn array_set(cx: &mut Cx<'_>, array: Value, index: Value, item: Value) -> Result<(), Throw> {
    if array.is_null() {
        return Err(cx.throw_default(Exc::NullReference));
    }
    let at = usize::try_from(convert::to_i64(index)?).unwrap_or(usize::MAX);
    if let Some(Object::Array(target)) = cx.heap.get(array) {
        // An array may be seen as one of a base type; what is stored must still fit (`ArrayTypeMismatchException`).
        let element = target.element;
        let fits = element == TypeId::OBJECT || item.is_null() || cast::is_instance(cx.heap, item, element);
        if !fits {
            return Err(cx.throw_default(Exc::ArrayTypeMismatch));
        }
    }
    let slot = match cx.heap.get_mut(array) {
        Some(Object::Array(array)) => array.items.get_mut(at).map(|slot| *slot = item),
        Some(Object::Bytes(bytes)) => bytes.get_mut(at).map(|slot| {
            if let Value::Byte(byte) = item {
                *slot = byte;
            }
        }),
        _ => return Err(fault("not an array")),
    };
    slot.ok_or_else(|| cx.throw_default(Exc::IndexOutOfRange))
}

fn array_length(cx: &mut Cx<'_>, array: Value) -> Result<Value, Throw> {
    let length = match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.len(),
        Some(Object::Bytes(bytes)) => bytes.len(),
        _ => return Err(cx.throw_default(Exc::NullReference)),
    };
    Ok(Value::Int32(i32::try_from(length).unwrap_or(i32::MAX)))
}
