//! `System.Xml.Linq.Extensions`: the axes over sequences of nodes.

use super::axes::{Axis, walks};
use super::edit::{remove, remove_attribute};
use super::tree::is_attribute;
use super::xnode::in_document_order;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::collections::collect;
use crate::library::{TypeDef, method};
use crate::value::Value;

pub(super) const TYPE: TypeDef = TypeDef::static_class("System.Xml.Linq.Extensions")
    .summary("What nodes have, for all nodes of a sequence.")
    .members(&[
        method("static IEnumerable<XElement> Ancestors<T>(this IEnumerable<T> source) where T : XNode", ancestors),
        method(
            "static IEnumerable<XElement> Ancestors<T>(this IEnumerable<T> source, XName name) where T : XNode",
            ancestors,
        ),
        method("static IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source)", ancestors_and_self),
        method(
            "static IEnumerable<XElement> AncestorsAndSelf(this IEnumerable<XElement> source, XName name)",
            ancestors_and_self,
        ),
        method("static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source)", attributes),
        method("static IEnumerable<XAttribute> Attributes(this IEnumerable<XElement> source, XName name)", attributes),
        method(
            "static IEnumerable<XNode> DescendantNodes<T>(this IEnumerable<T> source) where T : XContainer",
            |cx, args| walks(cx, args, Axis::DescendantNodes),
        ),
        method("static IEnumerable<XNode> DescendantNodesAndSelf(this IEnumerable<XElement> source)", |cx, args| {
            walks(cx, args, Axis::DescendantNodesAndSelf)
        }),
        method(
            "static IEnumerable<XElement> Descendants<T>(this IEnumerable<T> source) where T : XContainer",
            descendants,
        ),
        method(
            "static IEnumerable<XElement> Descendants<T>(this IEnumerable<T> source, XName name) where T : XContainer",
            descendants,
        ),
        method("static IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source)", with_descendants),
        method(
            "static IEnumerable<XElement> DescendantsAndSelf(this IEnumerable<XElement> source, XName name)",
            with_descendants,
        ),
        method("static IEnumerable<XElement> Elements<T>(this IEnumerable<T> source) where T : XContainer", elements),
        method(
            "static IEnumerable<XElement> Elements<T>(this IEnumerable<T> source, XName name) where T : XContainer",
            elements,
        ),
        method("static IEnumerable<T> InDocumentOrder<T>(this IEnumerable<T> source) where T : XNode", document_order),
        method("static IEnumerable<XNode> Nodes<T>(this IEnumerable<T> source) where T : XContainer", |cx, args| {
            walks(cx, args, Axis::Nodes)
        }),
        method("static void Remove(this IEnumerable<XAttribute> source)", remove_all),
        method("static void Remove<T>(this IEnumerable<T> source) where T : XNode", remove_all),
    ]);

fn ancestors(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    walks(cx, args, Axis::Ancestors)
}

fn ancestors_and_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    walks(cx, args, Axis::AncestorsAndSelf)
}

fn attributes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    walks(cx, args, Axis::Attributes)
}

fn descendants(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    walks(cx, args, Axis::Descendants)
}

fn with_descendants(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    walks(cx, args, Axis::DescendantsAndSelf)
}

fn elements(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    walks(cx, args, Axis::Elements)
}

fn all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<Value>, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("source"));
    }
    collect(cx, arg(args, 0))
}

fn document_order(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = cx.type_arg(0);
    let mut nodes = all(cx, args)?;
    in_document_order(cx, &mut nodes)?;
    Ok(cx.heap.new_array(element, nodes)?)
}

fn remove_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    for object in all(cx, args)? {
        if is_attribute(cx.heap, object) {
            remove_attribute(cx, object)?;
        } else if !object.is_null() {
            remove(cx, object)?;
        }
    }
    Ok(Value::Null)
}
