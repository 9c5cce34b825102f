//! `System.Xml.Linq.XContainer`.

use super::axes::{Axis, first, walk};
use super::edit::{append, insert, remove_children};
use super::tree::children;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, method, property};
use crate::value::Value;

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.Linq.XContainer")
    .base("System.Xml.Linq.XNode")
    .summary("An element or a document.")
    .members(&[
        property("XNode FirstNode { get; }", |cx, args| {
            Ok(children(cx.heap, arg(args, 0)).first().copied().unwrap_or(Value::Null))
        }),
        property("XNode LastNode { get; }", |cx, args| {
            Ok(children(cx.heap, arg(args, 0)).last().copied().unwrap_or(Value::Null))
        }),
        method("void Add(object content)", add),
        method("void Add(params object[] content)", add),
        method("void AddFirst(object content)", add_first),
        method("void AddFirst(params object[] content)", add_first),
        method("IEnumerable<XNode> DescendantNodes()", |cx, args| walk(cx, args, Axis::DescendantNodes)),
        method("IEnumerable<XElement> Descendants()", |cx, args| walk(cx, args, Axis::Descendants)),
        method("IEnumerable<XElement> Descendants(XName name)", |cx, args| walk(cx, args, Axis::Descendants)),
        method("XElement Element(XName name)", element),
        method("IEnumerable<XElement> Elements()", |cx, args| walk(cx, args, Axis::Elements)),
        method("IEnumerable<XElement> Elements(XName name)", |cx, args| walk(cx, args, Axis::Elements)),
        method("IEnumerable<XNode> Nodes()", |cx, args| walk(cx, args, Axis::Nodes)),
        method("void RemoveNodes()", |cx, args| remove_children(cx, arg(args, 0)).map(|()| Value::Null)),
        method("void ReplaceNodes(object content)", replace_nodes),
        method("void ReplaceNodes(params object[] content)", replace_nodes),
    ]);

fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    append(cx, arg(args, 0), arg(args, 1))?;
    Ok(Value::Null)
}

fn add_first(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    insert(cx, arg(args, 0), 0, arg(args, 1))?;
    Ok(Value::Null)
}

fn element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        Value::Null => Ok(Value::Null),
        name => first(cx, arg(args, 0), Axis::Elements, name),
    }
}

fn replace_nodes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    remove_children(cx, arg(args, 0))?;
    add(cx, args)
}
