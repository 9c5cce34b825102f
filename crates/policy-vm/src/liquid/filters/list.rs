//! Filters of collections.

use std::cmp::Ordering;

use super::super::render::Rendering;
use super::super::value::Value;
use crate::exception::Throw;

type Done = Result<Value, Throw>;

/// The items of a collection, or the value alone.
fn items(r: &mut Rendering<'_, '_>, value: &Value) -> Result<Vec<Value>, Throw> {
    let items = match value {
        Value::Nil => Vec::new(),
        other => other.items().map_or_else(|| vec![other.clone()], |items| items.to_vec()),
    };
    r.charge(items.len())?;
    r.pay(items.len() * size_of::<Value>())?;
    Ok(items)
}

pub(super) fn size(_: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    Ok(Value::Int(value.size().unwrap_or(0)))
}

pub(super) fn first(_: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    Ok(value.items().and_then(|items| items.first().cloned()).unwrap_or(Value::Nil))
}

pub(super) fn last(_: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    Ok(value.items().and_then(|items| items.last().cloned()).unwrap_or(Value::Nil))
}

pub(super) fn compact(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    let mut items = items(r, &value)?;
    items.retain(|item| !matches!(item, Value::Nil));
    Ok(items.into())
}

pub(super) fn default(_: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let is_there = value.is_true() && !value.is_empty();
    Ok(if is_there { value } else { arguments.first().cloned().unwrap_or(Value::Nil) })
}

pub(super) fn join(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let glue = match arguments.first() {
        Some(glue) => r.text(glue)?,
        None => " ".to_owned(),
    };
    let mut joined = String::new();
    for (at, item) in items(r, &value)?.iter().enumerate() {
        if at > 0 {
            r.pay(glue.len())?;
            joined.push_str(&glue);
        }
        joined.push_str(&r.text(item)?);
    }
    r.new_text(joined)
}

pub(super) fn map(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let name = arguments.first().map(|name| r.text(name)).transpose()?.unwrap_or_default();
    let items = items(r, &value)?;
    let members: Result<Vec<Value>, Throw> = items.iter().map(|item| r.member(item, &name)).collect();
    Ok(members?.into())
}

/// By a member, when one is named. What cannot be compared stays in its order.
pub(super) fn sort(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let name = arguments.first().map(|name| r.text(name)).transpose()?;
    let mut keyed = Vec::new();
    for item in items(r, &value)? {
        let key = match &name {
            Some(name) => r.member(&item, name)?,
            None => item.clone(),
        };
        keyed.push((key, item));
    }
    let compared = keyed.len().checked_ilog2().map_or(0, |log| keyed.len() * (log as usize + 1));
    r.charge(compared)?;
    keyed.sort_by(|(a, _), (b, _)| rank(a).cmp(&rank(b)).then_with(|| a.compare(b).unwrap_or(Ordering::Equal)));
    Ok(keyed.into_iter().map(|(_, item)| item).collect::<Vec<_>>().into())
}

/// Kinds that cannot be compared follow each other, nil first: the order is total.
const fn rank(value: &Value) -> u8 {
    match value {
        Value::Nil | Value::Empty => 0,
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Float(_) => 2,
        Value::Date(_) => 3,
        Value::Text(_) => 4,
        _ => 5,
    }
}

pub(super) fn uniq(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    let mut kept: Vec<Value> = Vec::new();
    for item in items(r, &value)? {
        r.charge(kept.len())?;
        if !kept.iter().any(|known| known.equals(&item)) {
            kept.push(item);
        }
    }
    Ok(kept.into())
}
