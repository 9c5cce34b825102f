//! `System.Xml.XmlAttributeCollection`: the attributes of an element, in the order of the document.

use super::lists::{Nodes, list, list_count, list_item, nodes};
use super::{X_ATTRIBUTES, build, node, qualified_name, text_arg};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::xml::edit;
use crate::library::xml::tree::{self, attributes};
use crate::library::{TypeDef, method, property};
use crate::value::Value;

pub(in crate::library::xml) const ATTRIBUTES: TypeDef =
    TypeDef::class("System.Xml.XmlAttributeCollection").interfaces(&["System.Collections.IEnumerable"]).members(&[
        property("int Count { get; }", list_count),
        property("XmlAttribute this[int i] { get; }", list_item),
        property("XmlAttribute this[string name] { get; }", named_attribute),
        method("XmlAttribute Append(XmlAttribute node)", append_attribute),
        method("XmlAttribute Remove(XmlAttribute node)", take_attribute),
        method("XmlNode Item(int index)", list_item),
        method("XmlNode RemoveNamedItem(string name)", |cx, args| {
            let found = named_attribute(cx, args)?;
            if found.is_null() { Ok(found) } else { take_attribute(cx, &[arg(args, 0), found]) }
        }),
        method("XmlNode SetNamedItem(XmlNode node)", append_attribute),
        method("XmlNode GetNamedItem(string name)", named_attribute),
    ]);

pub(super) fn attribute_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    if !tree::is_element(cx.heap, node) {
        return Ok(Value::Null);
    }
    let all = attributes(cx.heap, node).to_vec();
    let made = list(cx, X_ATTRIBUTES.id(), "System.Xml.XmlAttributeCollection", &all)?;
    if let Some(nodes) = cx.heap.native_mut::<Nodes>(made) {
        nodes.owner = node;
    }
    Ok(made)
}

/// `Attributes.Append(node)`: gives the node.
fn append_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let owner = nodes(cx, args)?.owner;
    let attribute = node(cx, args.get(1..).unwrap_or_default())?;
    build::set_attribute_node(cx, owner, attribute)?;
    if let Some(nodes) = cx.heap.native_mut::<Nodes>(arg(args, 0)) {
        nodes.items.push(arg(args, 1));
    }
    Ok(arg(args, 1))
}

/// `Attributes.Remove(node)`: gives the node.
fn take_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let attribute = node(cx, args.get(1..).unwrap_or_default())?;
    edit::remove_attribute(cx, attribute)?;
    for at in 0..nodes(cx, args)?.items.len() {
        let item = nodes(cx, args)?.items.get(at).copied().unwrap_or(Value::Null);
        if node(cx, &[item])? == attribute {
            if let Some(nodes) = cx.heap.native_mut::<Nodes>(arg(args, 0)) {
                nodes.items.remove(at);
            }
            break;
        }
    }
    Ok(arg(args, 1))
}

fn named_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = text_arg(cx, args, 1);
    for item in nodes(cx, args)?.items.clone() {
        let node = node(cx, &[item])?;
        if qualified_name(cx, node)? == wanted {
            return Ok(item);
        }
    }
    Ok(Value::Null)
}
