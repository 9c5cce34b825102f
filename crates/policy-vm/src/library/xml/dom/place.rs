//! Putting nodes among the children of another, taking them out, and what may stand where.

use super::{document, node, other, view, wanted};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::xml::edit;
use crate::library::xml::names::{self, XMLNS};
use crate::library::xml::tree::{self, Kind, attribute_value, attributes, children};
use crate::value::Value;

const WRONG_TYPE: &str = "The specified node cannot be inserted as the valid child of this node, because the specified node is the \
                          wrong type.";
const WRONG_PLACE: &str = "Cannot insert the node in the specified location.";

/// Where a node goes: before or behind another, or with none at the beginning or the end.
#[derive(Clone, Copy)]
enum Spot {
    Before(usize),
    After(usize),
}

fn is_container(kind: &Kind) -> bool {
    matches!(kind, Kind::Document { .. } | Kind::Fragment { .. } | Kind::Element { .. } | Kind::Attribute { .. })
}

fn check_container(cx: &mut Cx<'_>, parent: Value, why: &str) -> Result<(), Throw> {
    if is_container(&tree::get(cx, parent)?.kind) {
        return Ok(());
    }
    Err(cx.throw(Exc::InvalidOperation, why))
}

fn check_insert(cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
    check_container(cx, parent, "The current node cannot contain other nodes.")
}

fn check_ancestors(cx: &mut Cx<'_>, parent: Value, child: Value) -> Result<(), Throw> {
    let mut ancestor = parent;
    while !ancestor.is_null() {
        cx.charge(1)?;
        if ancestor == child {
            let message = "Cannot insert a node or any ancestor of that node as a child of itself.";
            return Err(cx.throw(Exc::Argument, message));
        }
        ancestor = tree::parent(cx, ancestor);
    }
    Ok(())
}

/// What .NET's `IsValidChildType` says.
fn check_type(cx: &mut Cx<'_>, parent: Value, child: Value) -> Result<(), Throw> {
    let kind = &tree::get(cx, child)?.kind;
    let holds = |test: fn(&Kind) -> bool| {
        children(cx.heap, parent).iter().any(|node| tree::get(cx, *node).is_ok_and(|object| test(&object.kind)))
    };
    let taken = "This document already has";
    let good = match (&tree::get(cx, parent)?.kind, kind) {
        (Kind::Document { .. }, Kind::Element { .. }) => {
            if holds(|kind| matches!(kind, Kind::Element { .. })) {
                return Err(cx.throw(Exc::InvalidOperation, format_args!("{taken} a 'DocumentElement' node.")));
            }
            true
        }
        (Kind::Document { .. }, Kind::DocumentType { .. }) => {
            if holds(|kind| matches!(kind, Kind::DocumentType { .. })) {
                return Err(cx.throw(Exc::InvalidOperation, format_args!("{taken} a 'DocumentType' node.")));
            }
            true
        }
        (Kind::Document { .. }, Kind::Declaration(_)) => {
            if holds(|kind| matches!(kind, Kind::Declaration(_))) {
                return Err(cx.throw(Exc::InvalidOperation, format_args!("{taken} an 'XmlDeclaration' node.")));
            }
            true
        }
        (Kind::Document { .. }, kind) => {
            matches!(kind, Kind::Instruction { .. } | Kind::Comment(_) | Kind::Space { .. })
        }
        (Kind::Fragment { .. }, Kind::Declaration(_)) => !holds(|kind| matches!(kind, Kind::Declaration(_))),
        (Kind::Element { .. } | Kind::Fragment { .. }, kind) => matches!(
            kind,
            Kind::Element { .. }
                | Kind::Text(_)
                | Kind::CData(_)
                | Kind::Comment(_)
                | Kind::Instruction { .. }
                | Kind::Space { .. }
        ),
        (Kind::Attribute { .. }, kind) => matches!(kind, Kind::Text(_)),
        _ => false,
    };
    if good { Ok(()) } else { Err(cx.throw(Exc::InvalidOperation, WRONG_TYPE)) }
}

/// What .NET's `CanInsertBefore` and `CanInsertAfter` say: a document has its parts in order.
fn check_spot(cx: &mut Cx<'_>, parent: Value, child: Value, spot: Spot) -> Result<(), Throw> {
    let all = children(cx.heap, parent);
    let is = |node: &Value, test: fn(&Kind) -> bool| tree::get(cx, *node).is_ok_and(|object| test(&object.kind));
    let element: fn(&Kind) -> bool = |kind| matches!(kind, Kind::Element { .. });
    let doctype: fn(&Kind) -> bool = |kind| matches!(kind, Kind::DocumentType { .. });
    let declared = |at: usize| all.get(at).is_some_and(|node| is(node, |kind| matches!(kind, Kind::Declaration(_))));
    let before = |at: usize, test| all.iter().take(at).any(|node| is(node, test));
    let after = |at: usize, test| all.iter().skip(at).any(|node| is(node, test));
    let good = match (&tree::get(cx, parent)?.kind, &tree::get(cx, child)?.kind, spot) {
        _ if all.is_empty() => true,
        (Kind::Document { .. } | Kind::Fragment { .. }, Kind::Declaration(_), Spot::Before(at)) => at == 0,
        (Kind::Document { .. } | Kind::Fragment { .. }, Kind::Declaration(_), Spot::After(_)) => false,
        (Kind::Document { .. }, Kind::Instruction { .. } | Kind::Comment(_), Spot::Before(at)) => !declared(at),
        (Kind::Document { .. }, Kind::DocumentType { .. }, Spot::Before(at)) => !declared(at) && !before(at, element),
        (Kind::Document { .. }, Kind::Element { .. }, Spot::Before(at)) => !declared(at) && !after(at, doctype),
        (Kind::Document { .. }, _, Spot::Before(_)) => false,
        (Kind::Document { .. }, Kind::DocumentType { .. }, Spot::After(at)) => !before(at + 1, element),
        (Kind::Document { .. }, Kind::Element { .. }, Spot::After(at)) => !after(at + 1, doctype),
        _ => true,
    };
    if good { Ok(()) } else { Err(cx.throw(Exc::InvalidOperation, WRONG_PLACE)) }
}

/// Takes a node out of where it was.
fn detach(cx: &mut Cx<'_>, child: Value) -> Result<(), Throw> {
    let parent = tree::parent(cx, child);
    if parent.is_null() || tree::is_attribute(cx.heap, child) {
        return Ok(());
    }
    if tree::is_element(cx.heap, child) {
        super::note_prefix(cx, child)?;
    }
    edit::remove(cx, child)?;
    // An `XmlElement` that lost its last child is written `<a></a>`, an `XElement` is not.
    if children(cx.heap, parent).is_empty() {
        edit::fill(cx, parent)?;
    }
    Ok(())
}

/// The place of the reference node, and with it where the new one goes.
fn index_of(cx: &mut Cx<'_>, parent: Value, reference: Value) -> Result<usize, Throw> {
    match tree::place(cx, reference)? {
        Some((found, at)) if found == parent => Ok(at),
        _ => Err(cx.throw(Exc::Argument, "The reference node is not a child of this node.")),
    }
}

/// Puts a node that has been taken out beside another; a fragment's children instead of it.
fn settle(cx: &mut Cx<'_>, parent: Value, child: Value, reference: Option<Value>, after: bool) -> Result<Value, Throw> {
    if let Kind::Fragment { children } = &tree::get(cx, child)?.kind {
        let (parts, mut first, mut reference, mut after) = (children.clone(), Value::Null, reference, after);
        for part in parts {
            cx.charge(1)?;
            edit::remove(cx, part)?;
            settle(cx, parent, part, reference, after)?;
            if first.is_null() {
                first = part;
            }
            // Without a reference each goes to the end; else the next goes behind the one before it.
            if reference.is_some() || !after {
                (reference, after) = (Some(part), true);
            }
        }
        return Ok(first);
    }
    check_type(cx, parent, child)?;
    let end = children(cx.heap, parent).len();
    let (spot, at) = match (reference, after) {
        (Some(reference), true) => {
            let at = index_of(cx, parent, reference)?;
            (Spot::After(at), at + 1)
        }
        (Some(reference), false) => {
            let at = index_of(cx, parent, reference)?;
            (Spot::Before(at), at)
        }
        (None, true) => (Spot::After(end.saturating_sub(1)), end),
        (None, false) => (Spot::Before(0), 0),
    };
    check_spot(cx, parent, child, spot)?;
    if let (Kind::Attribute { value, .. }, Kind::Text(text)) =
        (&tree::get(cx, parent)?.kind, &tree::get(cx, child)?.kind)
    {
        let whole = cx.heap.concat(&if after { [*value, *text] } else { [*text, *value] })?;
        if let Kind::Attribute { value, .. } = &mut tree::get_mut(cx, parent)?.kind {
            *value = whole;
        }
        return Ok(child);
    }
    edit::put(cx, parent, at, child)?;
    drop_declarations(cx, child)?;
    Ok(child)
}

/// Declarations that the new surroundings make already are left out.
fn drop_declarations(cx: &mut Cx<'_>, element: Value) -> Result<(), Throw> {
    for attribute in attributes(cx.heap, element).to_vec() {
        let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, attribute));
        let default = namespace.is_empty() && cx.text(local).is("xmlns");
        if !default && !cx.text(namespace).is(XMLNS) {
            continue;
        }
        let value = attribute_value(cx.heap, attribute);
        let mut outer = tree::parent(cx, element);
        while tree::is_element(cx.heap, outer) {
            cx.charge(1)?;
            let same = attributes(cx.heap, outer).iter().copied().find(|candidate| {
                names::same(cx.heap, tree::name(cx.heap, *candidate), tree::name(cx.heap, attribute))
            });
            if let Some(same) = same {
                if cx.text(attribute_value(cx.heap, same)).equals(cx.text(value)) {
                    edit::remove_attribute(cx, attribute)?;
                }
                break;
            }
            outer = tree::parent(cx, outer);
        }
    }
    Ok(())
}

/// The view of the node that was put: the argument, or the first of a fragment's.
fn placed(cx: &mut Cx<'_>, args: &[Value], child: Value, first: Value) -> Result<Value, Throw> {
    if first == child { Ok(arg(args, 1)) } else { view(cx, args, first) }
}

pub(super) fn append_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parent = node(cx, args)?;
    check_insert(cx, parent)?;
    let child = wanted(cx, args, 1, "newChild")?;
    check_ancestors(cx, parent, child)?;
    detach(cx, child)?;
    document::check_context(cx, args)?;
    let first = settle(cx, parent, child, None, true)?;
    placed(cx, args, child, first)
}

pub(super) fn prepend_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parent = node(cx, args)?;
    match children(cx.heap, parent).first().copied() {
        Some(first) => beside(cx, args, first, false),
        None => append_child(cx, args),
    }
}

/// `InsertBefore` and `InsertAfter`; without a reference the end, or the beginning.
pub(super) fn insert_beside(cx: &mut Cx<'_>, args: &[Value], after: bool) -> Result<Value, Throw> {
    let parent = node(cx, args)?;
    check_insert(cx, parent)?;
    match other(cx, args, 2) {
        Some(reference) => beside(cx, args, reference, after),
        None if after => prepend_child(cx, args),
        None => append_child(cx, args),
    }
}

fn beside(cx: &mut Cx<'_>, args: &[Value], reference: Value, after: bool) -> Result<Value, Throw> {
    let parent = node(cx, args)?;
    check_insert(cx, parent)?;
    index_of(cx, parent, reference)?;
    let child = wanted(cx, args, 1, "newChild")?;
    if child == reference {
        return Ok(arg(args, 1));
    }
    document::check_context(cx, args)?;
    check_ancestors(cx, parent, child)?;
    detach(cx, child)?;
    let first = settle(cx, parent, child, Some(reference), after)?;
    placed(cx, args, child, first)
}

pub(super) fn remove_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parent = node(cx, args)?;
    let why = "The current node cannot contain other nodes, so the node to be removed is not its child.";
    check_container(cx, parent, why)?;
    let child = wanted(cx, args, 1, "oldChild")?;
    if tree::parent(cx, child) != parent {
        return Err(cx.throw(Exc::Argument, "The node to be removed is not a child of this node."));
    }
    detach(cx, child)?;
    Ok(arg(args, 1))
}

pub(super) fn replace_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let old = wanted(cx, args, 2, "oldChild")?;
    let next = tree::sibling(cx, old, 1)?;
    remove_child(cx, &[arg(args, 0), arg(args, 2)])?;
    if next.is_null() {
        append_child(cx, args)?;
    } else {
        beside(cx, args, next, false)?;
    }
    Ok(arg(args, 2))
}

/// Texts that follow each other become one, empty ones go, in all that is below.
pub(super) fn normalize(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut work = vec![node(cx, args)?];
    while let Some(parent) = work.pop() {
        let mut before: Option<Value> = None;
        for child in children(cx.heap, parent).to_vec() {
            cx.charge(1)?;
            let text = match tree::get(cx, child)?.kind {
                Kind::Text(text) | Kind::Space { text, .. } => text,
                _ => {
                    work.push(child);
                    before = None;
                    continue;
                }
            };
            if let Some(first) = before {
                let (Kind::Text(start) | Kind::Space { text: start, .. }) = tree::get(cx, first)?.kind else {
                    continue;
                };
                let whole = cx.heap.concat(&[start, text])?;
                let both_space = matches!(tree::get(cx, first)?.kind, Kind::Space { .. })
                    && matches!(tree::get(cx, child)?.kind, Kind::Space { .. });
                // A text takes what stands beside it; only white space beside white space stays such.
                match &mut tree::get_mut(cx, first)?.kind {
                    Kind::Space { text, .. } if both_space => *text = whole,
                    kind => *kind = Kind::Text(whole),
                }
                edit::remove(cx, child)?;
            } else if text.is_empty() {
                edit::remove(cx, child)?;
            } else {
                before = Some(child);
            }
        }
    }
    Ok(Value::Null)
}
