//! Members that change a list.

use super::{items, list_mut, new_list, not_null, range};
use crate::cx::{Cx, arg, as_bool, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::collections::{ITEM, collect, index_out_of_range, int};
use crate::value::{Value, behaviour};

pub(super) fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.heap.charge(ITEM)?;
    let list = list_mut(cx, arg(args, 0))?;
    list.items.push(arg(args, 1));
    list.version = list.version.wrapping_add(1);
    Ok(Value::Null)
}

pub(super) fn add_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = not_null(cx, arg(args, 1), "collection")?;
    let more = collect(cx, source)?;
    let list = list_mut(cx, arg(args, 0))?;
    list.version = list.version.wrapping_add(u32::from(!more.is_empty()));
    list.items.extend(more);
    Ok(Value::Null)
}

pub(super) fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let list = list_mut(cx, arg(args, 0))?;
    list.items.clear();
    list.version = list.version.wrapping_add(1);
    Ok(Value::Null)
}

pub(super) fn get_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let range = range(cx, as_i32(args, 1)?, as_i32(args, 2)?, len)?;
    cx.heap.charge(range.len() * ITEM)?;
    let part = items(cx, arg(args, 0))?.get(range).unwrap_or_default().to_vec();
    let element = cx.type_arg(0);
    new_list(cx, element, part)
}

pub(super) fn insert(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let Some(index) = usize::try_from(as_i32(args, 1)?).ok().filter(|index| *index <= len) else {
        let message = "Index must be within the bounds of the List.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"));
    };
    cx.heap.charge(ITEM)?;
    cx.charge((len - index) / 16)?;
    let list = list_mut(cx, arg(args, 0))?;
    list.items.insert(index, arg(args, 2));
    list.version = list.version.wrapping_add(1);
    Ok(Value::Null)
}

pub(super) fn insert_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = not_null(cx, arg(args, 2), "collection")?;
    let len = items(cx, arg(args, 0))?.len();
    let Some(index) = usize::try_from(as_i32(args, 1)?).ok().filter(|index| *index <= len) else {
        let message =
            "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"));
    };
    let more = collect(cx, source)?;
    cx.charge((len - index) / 16)?;
    let list = list_mut(cx, arg(args, 0))?;
    let index = index.min(list.items.len());
    list.version = list.version.wrapping_add(u32::from(!more.is_empty()));
    list.items.splice(index..index, more);
    Ok(Value::Null)
}

pub(super) fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    for index in 0..len {
        cx.charge(1)?;
        let Some(candidate) = items(cx, arg(args, 0))?.get(index).copied() else { break };
        if behaviour::equals(cx, candidate, arg(args, 1))? {
            let list = list_mut(cx, arg(args, 0))?;
            list.items.remove(index);
            list.version = list.version.wrapping_add(1);
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn remove_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let matches = not_null(cx, arg(args, 1), "match")?;
    let all = collect(cx, arg(args, 0))?;
    let mut kept = Vec::with_capacity(all.len());
    for item in &all {
        let answer = cx.invoke(matches, &[*item])?;
        if !as_bool(&[answer], 0)? {
            kept.push(*item);
        }
    }
    let removed = all.len() - kept.len();
    if removed > 0 {
        let list = list_mut(cx, arg(args, 0))?;
        list.items = kept;
        list.version = list.version.wrapping_add(1);
    }
    Ok(int(removed))
}

pub(super) fn remove_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    let len = items(cx, arg(args, 0))?.len();
    if index >= len {
        return Err(index_out_of_range(cx, "index"));
    }
    cx.charge((len - index) / 16)?;
    let list = list_mut(cx, arg(args, 0))?;
    list.items.remove(index);
    list.version = list.version.wrapping_add(1);
    Ok(Value::Null)
}

pub(super) fn remove_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let range = range(cx, as_i32(args, 1)?, as_i32(args, 2)?, len)?;
    cx.charge((len - range.start) / 16)?;
    let list = list_mut(cx, arg(args, 0))?;
    list.version = list.version.wrapping_add(u32::from(!range.is_empty()));
    list.items.drain(range);
    Ok(Value::Null)
}

pub(super) fn reverse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    reverse_in(cx, arg(args, 0), 0..len)
}

pub(super) fn reverse_range(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let len = items(cx, arg(args, 0))?.len();
    let range = range(cx, as_i32(args, 1)?, as_i32(args, 2)?, len)?;
    reverse_in(cx, arg(args, 0), range)
}

fn reverse_in(cx: &mut Cx<'_>, this: Value, range: std::ops::Range<usize>) -> Result<Value, Throw> {
    cx.charge(range.len() / 16)?;
    let list = list_mut(cx, this)?;
    if let Some(part) = list.items.get_mut(range) {
        part.reverse();
    }
    list.version = list.version.wrapping_add(1);
    Ok(Value::Null)
}
