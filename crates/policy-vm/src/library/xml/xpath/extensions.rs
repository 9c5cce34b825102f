//! `System.Xml.XPath.Extensions`: XPath over the nodes of LINQ to XML.

use super::evaluate::Found;
use super::{Bad, find};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::collections::ITEM;
use crate::library::linq::query::lazy;
use crate::library::xml::dom::namespaces::prefixes_of;
use crate::library::xml::tree;
use crate::library::{TypeDef, method};
use crate::types::{self, Known, TypeId};
use crate::value::Value;
use crate::value::heap::NetObject;
use crate::value::sequence::Enumerator;

/// Its namespace is not imported: `System.Xml.XPath.Extensions.XPathSelectElement(document, "/a")`.
pub(in crate::library::xml) const TYPE: TypeDef = TypeDef::static_class("System.Xml.XPath.Extensions")
    .not_imported()
    .summary("XPath over the nodes of LINQ to XML.")
    .members(&[
        method("static object XPathEvaluate(this XNode node, string expression)", evaluate),
        method(
            "static object XPathEvaluate(this XNode node, string expression, System.Xml.IXmlNamespaceResolver resolver)",
            evaluate,
        ),
        method("static XElement XPathSelectElement(this XNode node, string expression)", select_element),
        method(
            "static XElement XPathSelectElement(this XNode node, string expression, \
             System.Xml.IXmlNamespaceResolver resolver)",
            select_element,
        ),
        method("static IEnumerable<XElement> XPathSelectElements(this XNode node, string expression)", select_elements),
        method(
            "static IEnumerable<XElement> XPathSelectElements(this XNode node, string expression, \
             System.Xml.IXmlNamespaceResolver resolver)",
            select_elements,
        ),
    ]);

static X_ELEMENT: Known = Known::new("System.Xml.Linq.XElement");

/// What was selected, one after the other.
#[derive(Clone, Debug)]
struct Selected {
    nodes: Vec<Value>,
    next: usize,
}

impl Enumerator for Selected {
    fn next(&mut self, _: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let node = self.nodes.get(self.next).copied();
        self.next += 1;
        Ok(node)
    }
}

fn found(cx: &mut Cx<'_>, args: &[Value]) -> Result<Found, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("node"));
    }
    let Some(text) = cx.string_opt(args, 1) else {
        return Err(cx.throw(Exc::NullReference, "Object reference not set to an instance of an object."));
    };
    let text = cx.text(text).to_utf8().into_owned();
    let prefixes = prefixes_of(cx.heap, arg(args, 2));
    match find(cx, arg(args, 0), &text, prefixes.as_deref())? {
        Ok(found) => Ok(found),
        Err(bad) => Err(cx.throw(Exc::XPath, Bad::message(&bad, &text))),
    }
}

/// A number, a text, a truth value, or the nodes.
fn evaluate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match found(cx, args)? {
        Found::Nodes(nodes) => Ok(cx.heap.new_array(TypeId::OBJECT, nodes)?),
        Found::Number(number) => Ok(Value::Double(number)),
        Found::Bool(truth) => Ok(Value::Bool(truth)),
        Found::Text(text) => cx.string(&text),
    }
}

/// The elements; other nodes, and what are no nodes, are refused.
fn elements(cx: &mut Cx<'_>, args: &[Value], first: bool) -> Result<Vec<Value>, Throw> {
    let unexpected = |cx: &mut Cx<'_>, what: &str| {
        cx.throw(Exc::InvalidOperation, format_args!("The XPath expression evaluated to unexpected type {what}."))
    };
    let mut nodes = match found(cx, args)? {
        Found::Nodes(nodes) => nodes,
        Found::Number(_) => return Err(unexpected(cx, "System.Double")),
        Found::Bool(_) => return Err(unexpected(cx, "System.Boolean")),
        Found::Text(_) => return Err(unexpected(cx, "System.String")),
    };
    if first {
        nodes.truncate(1);
    }
    for node in &nodes {
        if !tree::is_element(cx.heap, *node) {
            let what = types::net_name(tree::get(cx, *node)?.net_type());
            return Err(unexpected(cx, &what));
        }
    }
    Ok(nodes)
}

fn select_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(elements(cx, args, true)?.first().copied().unwrap_or(Value::Null))
}

fn select_elements(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let nodes = elements(cx, args, false)?;
    cx.heap.charge(nodes.len() * ITEM)?;
    lazy(cx, X_ELEMENT.id(), Selected { nodes, next: 0 })
}
