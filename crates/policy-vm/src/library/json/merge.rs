//! `JContainer.Merge`.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw, Trap};
use crate::types;
use crate::value::behaviour::type_of;
use crate::value::{Ref, Value};

use super::node::{self, Kind, MAX_NESTING, TokenType};
use super::{compare, edit, sequence, serialize, settings, this};

/// `MergeArrayHandling`, and whether nulls overwrite.
#[derive(Clone, Copy, Debug)]
struct How {
    arrays: i64,
    nulls: bool,
    ignore_case: bool,
}

/// `Merge(content)`, `Merge(content, settings)`.
pub(super) fn run(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let content = arg(args, 1);
    if content.is_null() {
        return Ok(Value::Null);
    }
    let how = How {
        arrays: settings::value(cx, arg(args, 2), 0, 0),
        nulls: settings::value(cx, arg(args, 2), 1, 0) == 1,
        ignore_case: settings::value(cx, arg(args, 2), 2, 4) % 2 == 1,
    };
    let content = match node::token(cx.heap, content) {
        Some(token) => token,
        None if !edit::is_multi(cx, content) => {
            let ty = type_of(cx.heap, content).map(types::net_name).unwrap_or_default();
            let message = format!("Could not determine JSON object type for type {ty}.");
            return Err(cx.throw_argument(Exc::Argument, &message, "content"));
        }
        None => serialize::to_token(cx, content)?,
    };
    container(cx, this(args)?, content, how, 0)?;
    Ok(Value::Null)
}

fn container(cx: &mut Cx<'_>, into: Ref, from: Ref, how: How, depth: usize) -> Result<(), Throw> {
    if depth > MAX_NESTING {
        return Err(Trap::Depth.into());
    }
    cx.charge(1)?;
    match (&node::node(cx.heap, into).kind, &node::node(cx.heap, from).kind) {
        (Kind::Object(_), Kind::Object(_)) => object(cx, into, from, how, depth),
        (Kind::Array(_), Kind::Array(_)) => array(cx, into, from, how, depth),
        (Kind::Property { .. }, Kind::Property { .. }) => {
            let (Some((_, old)), Some((_, new))) = (node::property(cx.heap, into), node::property(cx.heap, from))
            else {
                return Ok(());
            };
            if !is_null(cx, new) { value(cx, into, old, new, how, depth) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

fn is_null(cx: &Cx<'_>, at: Ref) -> bool {
    matches!(node::scalar(cx.heap, at), Some((TokenType::Null, _)))
}

/// Merges a value of a property: containers of one kind grow together, all else is replaced.
fn value(cx: &mut Cx<'_>, property: Ref, old: Ref, new: Ref, how: How, depth: usize) -> Result<(), Throw> {
    let (left, right) = (node::node(cx.heap, old), node::node(cx.heap, new));
    if left.is_container() && left.token_type() == right.token_type() {
        return container(cx, old, new, how, depth + 1);
    }
    edit::set(cx, property, 0, new)
}

fn object(cx: &mut Cx<'_>, into: Ref, from: Ref, how: How, depth: usize) -> Result<(), Throw> {
    for property in sequence::properties(cx.heap, from) {
        cx.charge(1)?;
        let Some((name, new)) = node::property(cx.heap, property) else { continue };
        let mut found = node::find(cx.heap, into, name);
        if found.is_none() && how.ignore_case {
            let wanted = cx.heap.text(name);
            found = sequence::properties(cx.heap, into).into_iter().find(|at| {
                node::property(cx.heap, *at).is_some_and(|(n, _)| cx.heap.text(n).equals_ignore_case(wanted))
            });
        }
        let Some((existing, (_, old))) = found.and_then(|at| Some((at, node::property(cx.heap, at)?))) else {
            let made = edit::property(cx, name, new)?;
            let made = edit::orphan(cx, into, made)?;
            let end = node::node(cx.heap, into).count();
            node::insert(cx.heap, into, end, made)?;
            continue;
        };
        if !is_null(cx, new) || how.nulls {
            value(cx, existing, old, new, how, depth)?;
        }
    }
    Ok(())
}

fn array(cx: &mut Cx<'_>, into: Ref, from: Ref, how: How, depth: usize) -> Result<(), Throw> {
    let items = node::node(cx.heap, from).children();
    match how.arrays {
        0 => append(cx, into, &items),
        1 => {
            for item in items {
                let known = node::node(cx.heap, into).children();
                cx.charge(known.len())?;
                if !known.iter().any(|k| compare::deep_equals(cx.heap, *k, item, 0)) {
                    append(cx, into, &[item])?;
                }
            }
            Ok(())
        }
        2 => {
            if into == from {
                return Ok(());
            }
            node::clear(cx.heap, into);
            append(cx, into, &items)
        }
        _ => by_position(cx, into, &items, how, depth),
    }
}

fn append(cx: &mut Cx<'_>, into: Ref, items: &[Ref]) -> Result<(), Throw> {
    for item in items {
        let end = node::node(cx.heap, into).count();
        edit::insert(cx, into, end, *item)?;
    }
    Ok(())
}

fn by_position(cx: &mut Cx<'_>, into: Ref, items: &[Ref], how: How, depth: usize) -> Result<(), Throw> {
    for (i, item) in items.iter().enumerate() {
        let Some(old) = node::node(cx.heap, into).child(i) else {
            append(cx, into, &[*item])?;
            continue;
        };
        if node::node(cx.heap, old).is_container() {
            container(cx, old, *item, how, depth + 1)?;
        } else if !is_null(cx, *item) || how.nulls {
            edit::set(cx, into, i, *item)?;
        }
    }
    Ok(())
}
