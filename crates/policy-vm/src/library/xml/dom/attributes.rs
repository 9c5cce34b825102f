//! `System.Xml.XmlAttributeCollection`: the attributes of an element, in the order of the document.

use super::lists::{Nodes, list, list_count, list_item, nodes};
use super::{X_ATTRIBUTES, build, document_of, new_view, node, qualified_name, text_arg};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::xml::tree::{self, attributes};
use crate::library::xml::{edit, names};
use crate::library::{TypeDef, method, property};
use crate::value::Value;

pub(in crate::library::xml) const ATTRIBUTES: TypeDef =
    TypeDef::class("System.Xml.XmlAttributeCollection").base("System.Xml.XmlNamedNodeMap").members(&[
        property("XmlAttribute this[int i] { get; }", list_item),
        property("XmlAttribute this[string name] { get; }", named_attribute),
        property("XmlAttribute this[string localName, string namespaceURI] { get; }", attribute_in),
        method("XmlAttribute Append(XmlAttribute node)", append_attribute),
        method("void CopyTo(XmlAttribute[] array, int index)", copy_to),
        method("XmlAttribute InsertAfter(XmlAttribute newNode, XmlAttribute refNode)", |cx, args| {
            insert(cx, args, true)
        }),
        method("XmlAttribute InsertBefore(XmlAttribute newNode, XmlAttribute refNode)", |cx, args| {
            insert(cx, args, false)
        }),
        method("XmlAttribute Prepend(XmlAttribute node)", |cx, args| put(cx, args, 0)),
        method("XmlAttribute Remove(XmlAttribute node)", take_attribute),
        method("void RemoveAll()", |cx, args| {
            while let Some(item) = nodes(cx, args)?.items.first().copied() {
                take_attribute(cx, &[arg(args, 0), item])?;
            }
            Ok(Value::Null)
        }),
        method("XmlAttribute RemoveAt(int i)", |cx, args| {
            let found = list_item(cx, args)?;
            if found.is_null() { Ok(found) } else { take_attribute(cx, &[arg(args, 0), found]) }
        }),
    ]);

pub(in crate::library::xml) const NAMED_NODES: TypeDef =
    TypeDef::class("System.Xml.XmlNamedNodeMap").interfaces(&["System.Collections.IEnumerable"]).members(&[
        property("int Count { get; }", list_count),
        method("XmlNode Item(int index)", list_item),
        method("XmlNode GetNamedItem(string localName, string namespaceURI)", attribute_in),
        method("XmlNode RemoveNamedItem(string localName, string namespaceURI)", |cx, args| {
            let found = attribute_in(cx, args)?;
            if found.is_null() { Ok(found) } else { take_attribute(cx, &[arg(args, 0), found]) }
        }),
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
    let made = list(cx, args, X_ATTRIBUTES.id(), "System.Xml.XmlAttributeCollection", &all)?;
    let document = document_of(cx, args)?;
    if let Some(nodes) = cx.heap.native_mut::<Nodes>(made) {
        (nodes.owner, nodes.document) = (node, document);
    }
    Ok(made)
}

/// `Attributes.Append(node)`: gives the node.
fn append_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let owner = nodes(cx, args)?.owner;
    let attribute = node(cx, args.get(1..).unwrap_or_default())?;
    let this = view_of(cx, args)?;
    build::set_attribute_node(cx, &[this], owner, attribute)?;
    refresh(cx, args)?;
    Ok(arg(args, 1))
}

/// The element whose attributes these are.
fn view_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (owner, document) = (nodes(cx, args)?.owner, nodes(cx, args)?.document);
    new_view(cx, document, owner)
}

/// The list as the element has it now.
fn refresh(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    let this = view_of(cx, args)?;
    let fresh = attribute_list(cx, &[this])?;
    let items = nodes(cx, &[fresh])?.items.clone();
    if let Some(nodes) = cx.heap.native_mut::<Nodes>(arg(args, 0)) {
        nodes.items = items;
    }
    Ok(())
}

/// Puts an attribute at a place, out of the place where it, or another of its name, was.
fn put(cx: &mut Cx<'_>, args: &[Value], at: usize) -> Result<Value, Throw> {
    append_attribute(cx, args)?;
    let (owner, attribute) = (nodes(cx, args)?.owner, node(cx, args.get(1..).unwrap_or_default())?);
    if let Some(all) = tree::attributes_mut(cx, owner) {
        all.retain(|other| *other != attribute);
        let at = at.min(all.len());
        all.insert(at, attribute);
    }
    refresh(cx, args)?;
    Ok(arg(args, 1))
}

/// `InsertBefore` and `InsertAfter`; without a reference the end, or the beginning.
fn insert(cx: &mut Cx<'_>, args: &[Value], after: bool) -> Result<Value, Throw> {
    if arg(args, 2).is_null() {
        return if after { put(cx, args, 0) } else { append_attribute(cx, args) };
    }
    let (reference, new) = (node(cx, args.get(2..).unwrap_or_default())?, node(cx, args.get(1..).unwrap_or_default())?);
    let owner = nodes(cx, args)?.owner;
    if reference == new {
        return Ok(arg(args, 1));
    }
    if tree::parent(cx, reference) != owner {
        return Err(cx.throw(Exc::Argument, "The reference node must be a child of the current node."));
    }
    // Its place once the new one, and another of the new one's name, are gone.
    let name = tree::name(cx.heap, new);
    let others = attributes(cx.heap, owner).iter().filter(|other| {
        **other != new && (**other == reference || !names::same(cx.heap, tree::name(cx.heap, **other), name))
    });
    let at = others.take_while(|other| **other != reference).count();
    put(cx, args, at + usize::from(after))
}

fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = nodes(cx, args)?.items.clone();
    crate::library::collections::list::copy_into(cx, &items, arg(args, 1), crate::cx::as_i32(args, 2)?)
}

fn attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    for item in nodes(cx, args)?.items.clone() {
        cx.charge(1)?;
        let node = node(cx, &[item])?;
        let (name, uri) = names::parts(cx.heap, tree::name(cx.heap, node));
        if cx.text(name).to_utf8() == local && cx.text(uri).to_utf8() == namespace {
            return Ok(item);
        }
    }
    Ok(Value::Null)
}

/// `Attributes.Remove(node)`: gives the node.
fn take_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let attribute = node(cx, args.get(1..).unwrap_or_default())?;
    super::note_prefix(cx, attribute)?;
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
