//! From a node along an axis, and the order of nodes in a document.

use std::collections::HashSet;

use super::syntax::{Axis, Test};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::collections::ITEM;
use crate::library::xml::names::{self, XMLNS};
use crate::library::xml::tree::{self, Kind, XmlObject, attributes, children};
use crate::value::{Ref, Value};

/// The nodes of an axis that a test lets pass, in the order of the axis.
pub(super) fn along(cx: &mut Cx<'_>, from: Value, axis: Axis, test: &Test) -> Result<Vec<Value>, Throw> {
    let mut found = Vec::new();
    match axis {
        Axis::This => found.push(from),
        Axis::Parent => found.extend(Some(tree::parent(cx, from)).filter(|parent| !parent.is_null())),
        Axis::Child => found.extend_from_slice(children(cx.heap, from)),
        Axis::Attribute => {
            let all = attributes(cx.heap, from).to_vec();
            found.extend(all.into_iter().filter(|attribute| !is_declaration(cx, *attribute)));
        }
        Axis::Namespace => found = namespaces(cx, from)?,
        Axis::Descendant => below(cx, from, &mut found)?,
        Axis::DescendantOrSelf => {
            found.push(from);
            below(cx, from, &mut found)?;
        }
        Axis::Ancestor | Axis::AncestorOrSelf => {
            if axis == Axis::AncestorOrSelf {
                found.push(from);
            }
            found.extend(ancestors(cx, from)?);
        }
        Axis::FollowingSibling => found = siblings(cx, from, true)?,
        Axis::PrecedingSibling => found = siblings(cx, from, false)?,
        Axis::Following | Axis::Preceding => found = beyond(cx, from, axis == Axis::Following)?,
    }
    cx.charge(found.len() + 1)?;
    let principal = if axis == Axis::Attribute { Principal::Attribute } else { Principal::Element };
    let principal = if axis == Axis::Namespace { Principal::Namespace } else { principal };
    found.retain(|node| passes(cx, *node, test, principal));
    Ok(found)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Principal {
    Element,
    Attribute,
    Namespace,
}

/// `xmlns="…"`, `xmlns:p="…"`: no attributes for XPath.
fn is_declaration(cx: &Cx<'_>, attribute: Value) -> bool {
    let (local, uri) = names::parts(cx.heap, tree::name(cx.heap, attribute));
    let is = |text, wanted: &str| cx.text(text).is(wanted);
    is(uri, XMLNS) || (uri.is_empty() && is(local, "xmlns"))
}

fn passes(cx: &Cx<'_>, node: Value, test: &Test, principal: Principal) -> bool {
    let Some(XmlObject { kind, .. }) = cx.heap.native::<XmlObject>(node) else { return false };
    match (test, kind) {
        (Test::Node, kind) => !matches!(kind, Kind::DocumentType { .. } | Kind::Declaration(_)),
        (Test::Text, Kind::Text(_) | Kind::CData(_) | Kind::Space { .. }) | (Test::Comment, Kind::Comment(_)) => true,
        (Test::Instruction(wanted), Kind::Instruction { target, .. }) => {
            wanted.as_ref().is_none_or(|wanted| cx.text(*target).to_utf8() == *wanted)
        }
        (Test::Name { namespace, local }, Kind::Element { name, .. }) if principal == Principal::Element => {
            named(cx, *name, namespace.as_deref(), local.as_deref())
        }
        (Test::Name { namespace, local }, Kind::Attribute { name, .. }) if principal == Principal::Attribute => {
            named(cx, *name, namespace.as_deref(), local.as_deref())
        }
        (Test::Name { local, .. }, Kind::Attribute { name, .. }) if principal == Principal::Namespace => {
            local.as_ref().is_none_or(|wanted| cx.text(names::parts(cx.heap, *name).0).to_utf8() == *wanted)
        }
        _ => false,
    }
}

fn named(cx: &Cx<'_>, name: Value, namespace: Option<&str>, local: Option<&str>) -> bool {
    let (found, uri) = names::parts(cx.heap, name);
    local.is_none_or(|local| cx.text(found).to_utf8() == local)
        && namespace.is_none_or(|namespace| cx.text(uri).to_utf8() == namespace)
}

fn below(cx: &mut Cx<'_>, node: Value, found: &mut Vec<Value>) -> Result<(), Throw> {
    let mut stack = vec![(node, 0)];
    while let Some((at, place)) = stack.last_mut() {
        let Some(child) = children(cx.heap, *at).get(*place).copied() else {
            stack.pop();
            continue;
        };
        *place += 1;
        cx.charge(1)?;
        found.push(child);
        if !children(cx.heap, child).is_empty() {
            stack.push((child, 0));
        }
    }
    Ok(())
}

/// The parents, the nearest first.
pub(super) fn ancestors(cx: &mut Cx<'_>, node: Value) -> Result<Vec<Value>, Throw> {
    let mut found = Vec::new();
    let mut at = tree::parent(cx, node);
    while !at.is_null() {
        cx.charge(1)?;
        found.push(at);
        at = tree::parent(cx, at);
    }
    Ok(found)
}

/// What follows, or stands before, the nearest first.
fn siblings(cx: &mut Cx<'_>, node: Value, after: bool) -> Result<Vec<Value>, Throw> {
    let Some((parent, place)) = tree::place(cx, node)? else { return Ok(Vec::new()) };
    let all = children(cx.heap, parent);
    Ok(if after {
        all.get(place + 1..).unwrap_or_default().to_vec()
    } else {
        all.get(..place).unwrap_or_default().iter().rev().copied().collect()
    })
}

/// All that begins after the end of a node, or ends before its beginning, the nearest first.
fn beyond(cx: &mut Cx<'_>, node: Value, after: bool) -> Result<Vec<Value>, Throw> {
    let mut found = Vec::new();
    let mut at = node;
    if tree::is_attribute(cx.heap, node) {
        at = tree::parent(cx, node);
        if after {
            below(cx, at, &mut found)?;
        }
    }
    while !at.is_null() {
        for sibling in siblings(cx, at, after)? {
            let start = found.len();
            found.push(sibling);
            below(cx, sibling, &mut found)?;
            if !after && let Some(subtree) = found.get_mut(start..) {
                subtree.reverse();
            }
        }
        at = tree::parent(cx, at);
    }
    Ok(found)
}

/// The declarations in scope, those of the element first; of one prefix the nearest.
fn namespaces(cx: &mut Cx<'_>, node: Value) -> Result<Vec<Value>, Throw> {
    let mut found: Vec<Value> = Vec::new();
    if !tree::is_element(cx.heap, node) {
        return Ok(found);
    }
    let mut chain = vec![node];
    chain.extend(ancestors(cx, node)?);
    for element in chain {
        for attribute in attributes(cx.heap, element).to_vec() {
            cx.charge(1 + found.len() / 8)?;
            let name = tree::name(cx.heap, attribute);
            let hidden = found.iter().any(|known| names::same(cx.heap, tree::name(cx.heap, *known), name));
            if is_declaration(cx, attribute) && !hidden {
                found.push(attribute);
            }
        }
    }
    // That of `xml` is in scope everywhere, and written nowhere.
    let (local, uri) = (cx.heap.new_str("xml")?, cx.heap.new_str(XMLNS)?);
    let name = names::new_name(cx, local, uri)?;
    let value = cx.heap.new_str(names::XML)?;
    let declaration = tree::new(cx, Kind::Attribute { name, value })?;
    tree::get_mut(cx, declaration)?.parent = node;
    found.push(declaration);
    Ok(found)
}

fn handle(node: &Value) -> Option<Ref> {
    match node {
        Value::Object(at) => Some(*at),
        _ => None,
    }
}

/// In the order of the document, each once.
pub(super) fn in_order(cx: &mut Cx<'_>, nodes: Vec<Value>) -> Result<Vec<Value>, Throw> {
    let mut seen = HashSet::new();
    let mut keyed = Vec::new();
    for node in nodes {
        if !handle(&node).is_some_and(|at| seen.insert(at)) {
            continue;
        }
        let key = key(cx, node)?;
        // A key is as long as its node is deep.
        cx.heap.charge(ITEM * 2 + size_of_val(key.as_slice()))?;
        keyed.push((key, node));
    }
    // Sorting takes so many comparisons.
    let rounds = keyed.len().checked_ilog2().map_or(0, |log| log as usize + 1);
    cx.charge(keyed.len() * rounds)?;
    keyed.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(keyed.into_iter().map(|(_, node)| node).collect())
}

/// Where a node stands: the places on the way from the root, attributes before children.
fn key(cx: &mut Cx<'_>, node: Value) -> Result<Vec<usize>, Throw> {
    let mut key = Vec::new();
    let mut at = node;
    if tree::is_attribute(cx.heap, node) {
        at = tree::parent(cx, node);
        let place = attributes(cx.heap, at).iter().position(|attribute| *attribute == node).unwrap_or(0);
        cx.charge(place / 16)?;
        // Turned around below.
        key.extend([place, 0]);
    }
    while let Some((parent, place)) = tree::place(cx, at)? {
        key.push(place + 1);
        at = parent;
    }
    key.reverse();
    Ok(key)
}
