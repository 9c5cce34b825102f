//! `System.Xml.Linq.XNode`.

use std::cmp::Ordering;

use super::axes::{Axis, walk};
use super::edit::{add_beside, remove, replace};
use super::options::{new_equality, new_order};
use super::tree::{self, trees_equal};
use super::writer::node_text;
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::value::Value;

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.Linq.XNode")
    .base("System.Xml.Linq.XObject")
    .summary("An element, a text, a comment …: what a container holds.")
    .members(&[
        property("static XNodeDocumentOrderComparer DocumentOrderComparer { get; }", new_order),
        property("static XNodeEqualityComparer EqualityComparer { get; }", new_equality),
        property("XNode NextNode { get; }", |cx, args| sibling(cx, args, 1)),
        property("XNode PreviousNode { get; }", |cx, args| sibling(cx, args, -1)),
        method("void AddAfterSelf(object content)", |cx, args| add_beside(cx, args, true)),
        method("void AddAfterSelf(params object[] content)", |cx, args| add_beside(cx, args, true)),
        method("void AddBeforeSelf(object content)", |cx, args| add_beside(cx, args, false)),
        method("void AddBeforeSelf(params object[] content)", |cx, args| add_beside(cx, args, false)),
        method("IEnumerable<XElement> Ancestors()", |cx, args| walk(cx, args, Axis::Ancestors)),
        method("IEnumerable<XElement> Ancestors(XName name)", |cx, args| walk(cx, args, Axis::Ancestors)),
        method("static int CompareDocumentOrder(XNode n1, XNode n2)", compare_order),
        method("XmlReader CreateReader()", super::xml_reader::of_node),
        method("static bool DeepEquals(XNode n1, XNode n2)", deep_equals),
        method("IEnumerable<XElement> ElementsAfterSelf()", |cx, args| walk(cx, args, Axis::ElementsAfterSelf)),
        method("IEnumerable<XElement> ElementsAfterSelf(XName name)", |cx, args| {
            walk(cx, args, Axis::ElementsAfterSelf)
        }),
        method("IEnumerable<XElement> ElementsBeforeSelf()", |cx, args| walk(cx, args, Axis::ElementsBeforeSelf)),
        method("IEnumerable<XElement> ElementsBeforeSelf(XName name)", |cx, args| {
            walk(cx, args, Axis::ElementsBeforeSelf)
        }),
        method("bool IsAfter(XNode node)", |cx, args| is(cx, args, Ordering::Greater)),
        method("bool IsBefore(XNode node)", |cx, args| is(cx, args, Ordering::Less)),
        method("IEnumerable<XNode> NodesAfterSelf()", |cx, args| walk(cx, args, Axis::NodesAfterSelf)),
        method("IEnumerable<XNode> NodesBeforeSelf()", |cx, args| walk(cx, args, Axis::NodesBeforeSelf)),
        method("static XNode ReadFrom(XmlReader reader)", read_from),
        method("void Remove()", |cx, args| remove(cx, arg(args, 0)).map(|()| Value::Null)),
        method("void ReplaceWith(object content)", replace),
        method("void ReplaceWith(params object[] content)", replace),
        method("string ToString()", to_string),
        method("string ToString(SaveOptions options)", to_string),
        method("void WriteTo(XmlWriter writer)", super::xml_writer::write_to),
    ]);

fn sibling(cx: &mut Cx<'_>, args: &[Value], step: isize) -> Result<Value, Throw> {
    tree::sibling(cx, arg(args, 0), step)
}

/// The node that a reader stands on, which it goes past.
fn read_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("reader"));
    }
    match super::xml_reader::read_node(cx, arg(args, 0), false)? {
        Some(node) => Ok(node),
        None => Err(cx.throw(Exc::InvalidOperation, "The XmlReader state should be Interactive.")),
    }
}

fn deep_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(trees_equal(cx, arg(args, 0), arg(args, 1))?))
}

/// The places on the way from the root to a node, and the root.
fn path(cx: &mut Cx<'_>, node: Value) -> Result<(Value, Vec<usize>), Throw> {
    let mut path = Vec::new();
    let mut at = node;
    while let Some((parent, place)) = tree::place(cx, at)? {
        path.push(place);
        at = parent;
    }
    path.reverse();
    Ok((at, path))
}

fn order(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Ordering, Throw> {
    if a == b || a.is_null() || b.is_null() {
        return Ok(b.is_null().cmp(&a.is_null()));
    }
    let ((root, a), (other, b)) = (path(cx, a)?, path(cx, b)?);
    if root != other {
        return Err(cx.throw(Exc::InvalidOperation, "A common ancestor is missing."));
    }
    Ok(a.cmp(&b))
}

pub(super) fn compare_order(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(order(cx, arg(args, 0), arg(args, 1))? as i32))
}

fn is(cx: &mut Cx<'_>, args: &[Value], wanted: Ordering) -> Result<Value, Throw> {
    Ok(Value::Bool(order(cx, arg(args, 0), arg(args, 1))? == wanted))
}

/// Sorts nodes by their places in the document.
pub(super) fn in_document_order(cx: &mut Cx<'_>, nodes: &mut Vec<Value>) -> Result<(), Throw> {
    crate::value::sort::stable(cx, nodes, &mut |cx, a, b| order(cx, *a, *b))
}

/// `ToString()` and `ToString(options)`.
pub(super) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let indent = !matches!(arg(args, 1), Value::Enum(_, options) if options & 1 == 1);
    let text = node_text(cx, arg(args, 0), indent)?;
    cx.string_buf(&text)
}
