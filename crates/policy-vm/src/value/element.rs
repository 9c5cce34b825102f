//! Elements of arrays given by reference: `F(ref a[i])`.
//!
//! What a function gets for a variable is the cell it lives in. An element lives in its array, so that what the function
//! gets is an object that says which one it is; reading and writing the parameter finds it behind all cells that are one.

use super::heap::{NetObject, Object};
use super::matrix::{self, Matrix};
use super::{Value, cast};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::types::TypeId;

/// Which element of which array.
#[derive(Debug)]
pub(crate) struct Element {
    array: Value,
    index: usize,
}

impl NetObject for Element {
    fn net_type(&self) -> TypeId {
        TypeId::OBJECT
    }
}

/// `ref array[index]`: the type argument is the type that the reference has.
pub(crate) fn refer(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let array = arg(args, 0);
    let indexes = args.get(1..).unwrap_or_default();
    let index = usize::try_from(crate::machine::integer(arg(args, 1))?).unwrap_or(usize::MAX);
    let (index, element) = match cx.heap.get(array) {
        Some(Object::Array(array)) => ((index < array.items.len()).then_some(index), array.element),
        Some(Object::Bytes(bytes)) => ((index < bytes.len()).then_some(index), TypeId::BYTE),
        _ => (matrix::place(cx, array, indexes)?, matrix::element(cx, array)?),
    };
    let Some(index) = index else { return Err(cx.throw_default(Exc::IndexOutOfRange)) };
    // Whoever has the reference may put anything of its type there.
    let ty = cx.type_arg(0);
    if !cast::is_assignable(ty, element) {
        let message = "Attempted to access an element as a type incompatible with the array.";
        return Err(cx.throw(Exc::ArrayTypeMismatch, message));
    }
    Ok(Value::Object(cx.heap.new_object(Object::Native(Box::new(Element { array, index })))?))
}

/// The value of what a reference stands for.
pub(crate) fn get(cx: &Cx<'_>, reference: Value) -> Result<Value, Throw> {
    let Some(Element { array, index }) = cx.heap.native(reference) else { return Err(fault("not a cell")) };
    let item = match cx.heap.get(*array) {
        Some(Object::Array(array)) => array.items.get(*index).copied(),
        Some(Object::Bytes(bytes)) => bytes.get(*index).map(|byte| Value::Byte(*byte)),
        _ => cx.heap.native::<Matrix>(*array).and_then(|matrix| matrix.items.get(*index).copied()),
    };
    item.ok_or(fault("no such element"))
}

/// Changes what a reference stands for.
pub(crate) fn set(cx: &mut Cx<'_>, reference: Value, value: Value) -> Result<(), Throw> {
    let Some(Element { array, index }) = cx.heap.native(reference) else { return Err(fault("not a cell")) };
    let (array, index) = (*array, *index);
    match (cx.heap.get_mut(array), value) {
        (Some(Object::Array(array)), value) => array.items.get_mut(index).map(|slot| *slot = value),
        (Some(Object::Bytes(bytes)), Value::Byte(byte)) => bytes.get_mut(index).map(|slot| *slot = byte),
        (_, value) => {
            let matrix = cx.heap.native_mut::<Matrix>(array);
            matrix.and_then(|matrix| matrix.items.get_mut(index)).map(|slot| *slot = value)
        }
    }
    .ok_or(fault("no such element"))
}
