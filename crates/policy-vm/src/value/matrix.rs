//! Arrays of several dimensions: `new int[2, 3]`; and those that do not begin at 0, which `Array.CreateInstance` makes.
//!
//! They are rare, so they have no instructions of their own: making, reading and writing them are calls of the functions
//! here.

use super::heap::{NetObject, Object};
use super::sequence::Iter;
use super::{Value, behaviour, cast};
use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::types::{self, Type, TypeId};

/// `T[,]`, `T[,,]` …
#[derive(Debug)]
pub(crate) struct Matrix {
    ty: TypeId,
    pub(crate) sizes: Box<[usize]>,
    /// The first index of each dimension; empty when all begin at 0.
    pub(crate) lower: Box<[i32]>,
    pub(crate) items: Vec<Value>,
}

impl NetObject for Matrix {
    fn net_type(&self) -> TypeId {
        self.ty
    }

    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::held(this))
    }

    fn items(&self) -> &[Value] {
        &self.items
    }
}

/// `new T[a, b]`: the sizes are the arguments, the array's type is the type argument.
pub(crate) fn create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let sizes = sizes(cx, args)?;
    let ty = cx.type_arg(0);
    empty(cx, ty, sizes, Box::default())
}

/// An array of these sizes, its dimensions beginning at these indexes, at 0 when there are none.
pub(crate) fn empty(cx: &mut Cx<'_>, ty: TypeId, sizes: Box<[usize]>, lower: Box<[i32]>) -> Result<Value, Throw> {
    let Type::Array { element, .. } = types::get(ty) else { return Err(fault("not an array type")) };
    let count = sizes.iter().try_fold(1_usize, |count, size| count.checked_mul(*size));
    let Some(count) = count.filter(|count| i32::try_from(*count).is_ok()) else {
        return Err(cx.throw(Exc::OutOfMemory, "Array dimensions exceeded supported range."));
    };
    cx.heap.charge(count.saturating_mul(size_of::<Value>()))?;
    cx.charge(count / 8)?;
    let item = behaviour::default_of(cx.heap, *element)?;
    let matrix = Matrix { ty, sizes, lower, items: vec![item; count] };
    Ok(Value::Object(cx.heap.new_object(Object::Native(Box::new(matrix)))?))
}

/// Another array with the same elements.
pub(crate) fn copied(cx: &mut Cx<'_>, array: Value) -> Result<Value, Throw> {
    let Some(matrix) = cx.heap.native::<Matrix>(array) else { return Err(fault("not an array of several dimensions")) };
    let Matrix { ty, sizes, lower, items } = matrix;
    let copy = Matrix { ty: *ty, sizes: sizes.clone(), lower: lower.clone(), items: items.clone() };
    cx.charge(copy.items.len() / 8)?;
    cx.heap.charge(copy.items.len().saturating_mul(size_of::<Value>()))?;
    Ok(Value::Object(cx.heap.new_object(Object::Native(Box::new(copy)))?))
}

/// `new T[,] { … }`: the elements as an array, and the sizes.
pub(crate) fn filled(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some((elements, rest)) = args.split_first() else { return Err(fault("no elements")) };
    let (sizes, ty) = (sizes(cx, rest)?, cx.type_arg(0));
    let items: Vec<Value> = match cx.heap.get(*elements) {
        Some(Object::Array(array)) => array.items.clone(),
        Some(Object::Bytes(bytes)) => bytes.iter().copied().map(Value::Byte).collect(),
        _ => return Err(fault("not an array")),
    };
    cx.heap.charge(items.len() * size_of::<Value>())?;
    let matrix = Matrix { ty, sizes, lower: Box::default(), items };
    Ok(Value::Object(cx.heap.new_object(Object::Native(Box::new(matrix)))?))
}

fn sizes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Box<[usize]>, Throw> {
    let mut sizes = Vec::with_capacity(args.len());
    for arg in args {
        let Ok(size) = usize::try_from(crate::machine::integer(*arg)?) else {
            return Err(cx.throw_default(Exc::Overflow));
        };
        sizes.push(size);
    }
    Ok(sizes.into())
}

/// `a[i, j]`
pub(crate) fn get(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some((array, indexes)) = args.split_first() else { return Err(fault("no array")) };
    let found = place(cx, *array, indexes)?;
    let item = found.and_then(|at| cx.heap.native::<Matrix>(*array)?.items.get(at).copied());
    item.ok_or_else(|| cx.throw_default(Exc::IndexOutOfRange))
}

/// `a[i, j] = value`
pub(crate) fn set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (Some((value, rest)), Some(array)) = (args.split_last(), args.first()) else { return Err(fault("no array")) };
    let element = element(cx, *array)?;
    // It may be seen as one of a base type. Unlike with one dimension, that comes before the indexes.
    if element != TypeId::OBJECT && !value.is_null() && !cast::is_instance(cx.heap, *value, element) {
        return Err(cx.throw_default(Exc::ArrayTypeMismatch));
    }
    let found = place(cx, *array, rest.get(1..).unwrap_or_default())?;
    let slot = found.and_then(|at| cx.heap.native_mut::<Matrix>(*array)?.items.get_mut(at));
    match slot {
        Some(slot) => *slot = *value,
        None => return Err(cx.throw_default(Exc::IndexOutOfRange)),
    }
    Ok(Value::Null)
}

/// The type of its elements.
pub(crate) fn element(cx: &Cx<'_>, array: Value) -> Result<TypeId, Throw> {
    match cx.heap.native::<Matrix>(array).map(|matrix| types::get(matrix.ty)) {
        Some(Type::Array { element, .. }) => Ok(*element),
        _ => Err(fault("not an array of several dimensions")),
    }
}

/// Where the element stands among all; none when an index is outside.
pub(super) fn place(cx: &Cx<'_>, array: Value, indexes: &[Value]) -> Result<Option<usize>, Throw> {
    let Some(matrix) = cx.heap.native::<Matrix>(array) else { return Err(fault("not an array of several dimensions")) };
    let mut at = 0_usize;
    let lower = matrix.lower.iter().copied().chain(std::iter::repeat(0));
    for ((index, size), lower) in indexes.iter().zip(&matrix.sizes).zip(lower) {
        match usize::try_from(crate::machine::integer(*index)?.saturating_sub(lower.into())) {
            Ok(index) if index < *size => at = at * size + index,
            _ => return Ok(None),
        }
    }
    Ok(Some(at))
}
