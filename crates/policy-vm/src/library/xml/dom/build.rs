//! Making and moving the nodes of an `XmlDocument`. A prefix is a declaration in the tree, so a node that is made with one
//! carries it, until it comes to a place where the same prefix stands for the same namespace already.

use super::super::names::{self, XMLNS};
use super::super::reader::parse_element;
use super::super::tree::{self, Kind, attribute_value, attributes, children};
use super::super::{edit, xpath};
use super::{attribute_named, list, node, node_of, qualified_name, text_arg, view};
use crate::cx::{Cx, arg, as_bool, as_i32};
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::text::Str;

/// Names that XML itself binds to the prefix `xml`.
const XML: &str = names::XML;

fn string(cx: &mut Cx<'_>, text: &str) -> Result<Str, Throw> {
    cx.heap.new_str(text).map_err(Into::into)
}

/// `prefix:local`; the prefix is empty when there is none.
fn split(name: &str) -> (&str, &str) {
    name.split_once(':').unwrap_or(("", name))
}

fn checked_name(cx: &mut Cx<'_>, local: &str, namespace: &str) -> Result<Value, Throw> {
    let local = string(cx, local)?;
    names::check_name(cx, local)?;
    let namespace = string(cx, namespace)?;
    names::new_name(cx, local, namespace)
}

/// An attribute that declares a prefix, or with an empty prefix the default namespace.
fn declaration(cx: &mut Cx<'_>, prefix: &str, namespace: &str) -> Result<Value, Throw> {
    let name = match prefix {
        "" => checked_name(cx, "xmlns", "")?,
        prefix => checked_name(cx, prefix, XMLNS)?,
    };
    let value = string(cx, namespace)?;
    tree::new(cx, Kind::Attribute { name, value })
}

fn new_element(cx: &mut Cx<'_>, prefix: &str, local: &str, namespace: &str) -> Result<Value, Throw> {
    if local.is_empty() {
        let message = "The local name for elements or attributes cannot be null or an empty string.";
        return Err(cx.throw(Exc::Argument, message));
    }
    let name = checked_name(cx, local, namespace)?;
    let element = edit::new_element(cx, name)?;
    if !namespace.is_empty() && namespace != XML {
        let declaration = declaration(cx, prefix, namespace)?;
        edit::add_attribute(cx, element, declaration)?;
    }
    view(cx, element)
}

/// `CreateElement(name[, namespaceURI])`.
pub(super) fn create_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    let (name, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let (prefix, local) = split(&name);
    new_element(cx, prefix, local, &namespace)
}

/// `CreateElement(prefix, localName, namespaceURI)`.
pub(super) fn create_prefixed_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (prefix, local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2), text_arg(cx, args, 3));
    new_element(cx, &prefix, &local, &namespace)
}

fn new_attribute(cx: &mut Cx<'_>, prefix: &str, local: &str, namespace: &str) -> Result<Value, Throw> {
    let namespace = if prefix == "xmlns" { XMLNS } else { namespace };
    let name = checked_name(cx, local, namespace)?;
    let attribute = tree::new(cx, Kind::Attribute { name, value: Str::EMPTY })?;
    view(cx, attribute)
}

/// `CreateAttribute(name[, namespaceURI])`.
pub(super) fn create_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    let (name, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let (prefix, local) = split(&name);
    new_attribute(cx, prefix, local, &namespace)
}

/// `CreateAttribute(prefix, localName, namespaceURI)`.
pub(super) fn create_prefixed_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (prefix, local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2), text_arg(cx, args, 3));
    new_attribute(cx, &prefix, &local, &namespace)
}

/// A node that is made of one text.
pub(super) fn create_leaf(cx: &mut Cx<'_>, args: &[Value], kind: fn(Str) -> Kind) -> Result<Value, Throw> {
    let text = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    let made = tree::new(cx, kind(text))?;
    view(cx, made)
}

pub(super) fn create_instruction(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.string_arg(args, 1, "target")?;
    let data = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
    let made = tree::new(cx, Kind::Instruction { target, data })?;
    view(cx, made)
}

/// The node in an argument; null for null.
fn other(cx: &Cx<'_>, args: &[Value], index: usize) -> Option<Value> {
    node_of(cx.heap, arg(args, index))
}

fn wanted(cx: &mut Cx<'_>, args: &[Value], index: usize, parameter: &str) -> Result<Value, Throw> {
    match other(cx, args, index) {
        Some(node) => Ok(node),
        None => Err(cx.argument_null(parameter)),
    }
}

/// Puts a node at a place among the children, out of the place where it was.
fn put(cx: &mut Cx<'_>, parent: Value, at: usize, child: Value) -> Result<(), Throw> {
    let mut ancestor = parent;
    while !ancestor.is_null() {
        if ancestor == child {
            let message = "Cannot insert a node or any ancestor of that node as a child of itself.";
            return Err(cx.throw(Exc::Argument, message));
        }
        ancestor = tree::parent(cx, ancestor);
    }
    let mut at = at;
    if let Some((old, place)) = tree::place(cx, child)? {
        edit::remove(cx, child)?;
        if old == parent && place < at {
            at -= 1;
        }
    }
    let content_of_document = tree::is_document(cx.heap, parent) && tree::is_element(cx.heap, child);
    if content_of_document && children(cx.heap, parent).iter().any(|node| tree::is_element(cx.heap, *node)) {
        return Err(cx.throw(Exc::InvalidOperation, "This document already has a 'DocumentElement' node."));
    }
    edit::insert(cx, parent, at, child)?;
    drop_declarations(cx, child)
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

fn place_of(cx: &mut Cx<'_>, parent: Value, child: Value) -> Result<usize, Throw> {
    match tree::place(cx, child)? {
        Some((found, at)) if found == parent => Ok(at),
        _ => Err(cx.throw(Exc::Argument, "The reference node is not a child of this node.")),
    }
}

pub(super) fn append_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (parent, child) = (node(cx, args)?, wanted(cx, args, 1, "newChild")?);
    let end = children(cx.heap, parent).len();
    put(cx, parent, end, child)?;
    Ok(arg(args, 1))
}

pub(super) fn prepend_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (parent, child) = (node(cx, args)?, wanted(cx, args, 1, "newChild")?);
    put(cx, parent, 0, child)?;
    Ok(arg(args, 1))
}

/// `InsertBefore` and `InsertAfter`; without a reference the end, or the beginning.
pub(super) fn insert_beside(cx: &mut Cx<'_>, args: &[Value], after: bool) -> Result<Value, Throw> {
    let (parent, child) = (node(cx, args)?, wanted(cx, args, 1, "newChild")?);
    let at = match other(cx, args, 2) {
        Some(reference) => place_of(cx, parent, reference)? + usize::from(after),
        None if after => 0,
        None => children(cx.heap, parent).len(),
    };
    put(cx, parent, at, child)?;
    Ok(arg(args, 1))
}

pub(super) fn replace_child(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (parent, child) = (node(cx, args)?, wanted(cx, args, 1, "newChild")?);
    let old = wanted(cx, args, 2, "oldChild")?;
    let at = place_of(cx, parent, old)?;
    edit::remove(cx, old)?;
    put(cx, parent, at, child)?;
    Ok(arg(args, 2))
}

pub(super) fn remove_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    edit::remove_children(cx, node)?;
    edit::remove_attributes(cx, node)?;
    edit::fill(cx, node)?;
    Ok(Value::Null)
}

/// `CloneNode(deep)`.
pub(super) fn clone_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    copy(cx, node, as_bool(args, 1)?)
}

/// `Clone()`.
pub(super) fn clone_deep(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    copy(cx, node, true)
}

/// `ImportNode(node, deep)`.
pub(super) fn import_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = wanted(cx, args, 1, "node")?;
    copy(cx, node, as_bool(args, 2)?)
}

fn copy(cx: &mut Cx<'_>, node: Value, deep: bool) -> Result<Value, Throw> {
    let made = tree::deep_clone(cx, node)?;
    if !deep && !children(cx.heap, made).is_empty() {
        edit::remove_children(cx, made)?;
        edit::fill(cx, made)?;
    }
    view(cx, made)
}

/// Replaces the content by what a text holds.
pub(super) fn set_inner_xml(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let inner = text_arg(cx, args, 1);
    let mut declared = String::new();
    for (prefix, namespace) in in_scope(cx, node) {
        let name = if prefix.is_empty() { "xmlns".to_owned() } else { format!("xmlns:{prefix}") };
        declared.push_str(&format!(" {name}=\"{}\"", namespace.replace('&', "&amp;").replace('"', "&quot;")));
    }
    let text = string(cx, &format!("<x{declared}>{inner}</x>"))?;
    let parsed = parse_element(cx, text, true)?;
    edit::remove_children(cx, node)?;
    for child in children(cx.heap, parsed).to_vec() {
        edit::remove(cx, child)?;
        edit::append(cx, node, child)?;
    }
    Ok(Value::Null)
}

/// Prefixes with their namespaces at a place, each once.
fn in_scope(cx: &Cx<'_>, node: Value) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut at = node;
    while !at.is_null() {
        for attribute in attributes(cx.heap, at) {
            let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            let local = cx.text(local).to_utf8();
            let prefix = match &*cx.text(namespace).to_utf8() {
                XMLNS => local.into_owned(),
                "" if local == "xmlns" => String::new(),
                _ => continue,
            };
            if !found.iter().any(|(known, _)| *known == prefix) {
                found.push((prefix, cx.text(attribute_value(cx.heap, *attribute)).to_utf8().into_owned()));
            }
        }
        at = tree::parent(cx, at);
    }
    found
}

pub(super) fn namespace_of_prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (node, wanted) = (node(cx, args)?, text_arg(cx, args, 1));
    let found = in_scope(cx, node).into_iter().find(|(prefix, _)| *prefix == wanted);
    cx.string(&found.map(|(_, namespace)| namespace).unwrap_or_default())
}

pub(super) fn prefix_of_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (node, wanted) = (node(cx, args)?, text_arg(cx, args, 1));
    let found = in_scope(cx, node).into_iter().find(|(_, namespace)| *namespace == wanted);
    cx.string(&found.map(|(prefix, _)| prefix).unwrap_or_default())
}

/// `XmlNodeType`.
pub(super) fn node_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<i64, Throw> {
    let node = node(cx, args)?;
    Ok(match tree::get(cx, node)?.kind {
        Kind::Element { .. } => 1,
        Kind::Attribute { .. } => 2,
        Kind::Text(_) => 3,
        Kind::CData(_) => 4,
        Kind::Instruction { .. } => 7,
        Kind::Comment(_) => 8,
        Kind::Document { .. } => 9,
        Kind::DocumentType { .. } => 10,
    })
}

/// The attribute of a local name and a namespace.
fn attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    let element = node(cx, args)?;
    let (local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let name = (string(cx, &local)?, string(cx, &namespace)?);
    let found = attributes(cx.heap, element).iter().copied().find(|attribute| {
        let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
        cx.text(local).equals(cx.text(name.0)) && cx.text(namespace).equals(cx.text(name.1))
    });
    Ok(found)
}

pub(super) fn get_attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = attribute_in(cx, args)?;
    Ok(Value::String(found.map_or(Str::EMPTY, |attribute| attribute_value(cx.heap, attribute))))
}

pub(super) fn has_attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(attribute_in(cx, args)?.is_some()))
}

pub(super) fn remove_attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(attribute) = attribute_in(cx, args)? {
        edit::remove_attribute(cx, attribute)?;
    }
    Ok(Value::Null)
}

/// `SetAttribute(localName, namespaceURI, value)`; the name may have a prefix, which is declared if need be.
pub(super) fn set_attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    let (name, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let (prefix, local) = split(&name);
    let name = checked_name(cx, local, &namespace)?;
    let bound = in_scope(cx, element).iter().any(|(known, uri)| known == prefix && *uri == namespace);
    if !prefix.is_empty() && !bound && namespace != XML && namespace != XMLNS {
        let declaration = declaration(cx, prefix, &namespace)?;
        edit::add_attribute(cx, element, declaration)?;
    }
    let value = cx.string_opt(args, 3).unwrap_or(Str::EMPTY);
    edit::set_attribute(cx, element, name, Value::String(value))?;
    Ok(Value::String(value))
}

pub(super) fn get_attribute_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = attribute_named(cx, args)?;
    view(cx, found.unwrap_or(Value::Null))
}

/// `SetAttributeNode(newAttr)`, `Attributes.Append(node)`: gives what was there under that name.
pub(super) fn set_attribute_node(cx: &mut Cx<'_>, element: Value, attribute: Value) -> Result<Value, Throw> {
    if !tree::parent(cx, attribute).is_null() && tree::parent(cx, attribute) != element {
        let message = "The 'Attribute' node cannot be inserted because it is already an attribute of another element.";
        return Err(cx.throw(Exc::InvalidOperation, message));
    }
    let name = tree::name(cx.heap, attribute);
    let old = tree::attribute(cx.heap, element, name);
    if let Some(old) = old {
        edit::remove_attribute(cx, old)?;
    }
    edit::add_attribute(cx, element, attribute)?;
    view(cx, old.unwrap_or(Value::Null))
}

pub(super) fn set_attribute_node_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (element, attribute) = (node(cx, args)?, wanted(cx, args, 1, "newAttr")?);
    set_attribute_node(cx, element, attribute)
}

pub(super) fn remove_attribute_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (element, attribute) = (node(cx, args)?, wanted(cx, args, 1, "oldAttr")?);
    if tree::parent(cx, attribute) != element {
        return Ok(Value::Null);
    }
    edit::remove_attribute(cx, attribute)?;
    Ok(arg(args, 1))
}

pub(super) fn remove_all_attributes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    edit::remove_attributes(cx, element)?;
    Ok(Value::Null)
}

pub(super) fn owner_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let attribute = node(cx, args)?;
    let owner = tree::parent(cx, attribute);
    view(cx, owner)
}

/// True for `<a />`.
pub(super) fn is_empty(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    let empty = matches!(&tree::get(cx, element)?.kind, Kind::Element { children, filled, .. } if children.is_empty() && !filled);
    Ok(Value::Bool(empty))
}

/// `GetElementsByTagName(localName, namespaceURI)`; `*` stands for any.
pub(super) fn by_tag_name_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, local, namespace) = (node(cx, args)?, text_arg(cx, args, 1), text_arg(cx, args, 2));
    let mut found = Vec::new();
    for node in xpath::select(cx, this, ".//*", None)? {
        let (name, uri) = names::parts(cx.heap, tree::name(cx.heap, node));
        let fits = |text: Str, wanted: &str| wanted == "*" || cx.text(text).to_utf8() == wanted;
        if fits(name, &local) && fits(uri, &namespace) {
            found.push(node);
        }
    }
    list(cx, super::X_LIST.id(), "System.Xml.XmlElementList", &found)
}

/// The first child element of a local name and a namespace.
pub(super) fn item_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, local, namespace) = (node(cx, args)?, text_arg(cx, args, 1), text_arg(cx, args, 2));
    for child in children(cx.heap, this).to_vec() {
        let (name, uri) = names::parts(cx.heap, tree::name(cx.heap, child));
        let fits = cx.text(name).to_utf8() == local && cx.text(uri).to_utf8() == namespace;
        if fits && tree::is_element(cx.heap, child) {
            return view(cx, child);
        }
    }
    Ok(Value::Null)
}

/// `Data` of texts and comments, and the members that change it.
pub(super) fn data_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Str, Throw> {
    let node = node(cx, args)?;
    Ok(match tree::get(cx, node)?.kind {
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) => text,
        Kind::Instruction { data, .. } => data,
        _ => Str::EMPTY,
    })
}

pub(super) fn set_data(cx: &mut Cx<'_>, args: &[Value], new: &str) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let new = string(cx, new)?;
    match &mut tree::get_mut(cx, node)?.kind {
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) => *text = new,
        Kind::Instruction { data, .. } => *data = new,
        _ => {}
    }
    Ok(Value::Null)
}

pub(super) fn append_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let old = data_text(cx, args)?;
    let new = cx.text(old).to_utf8().into_owned() + &text_arg(cx, args, 1);
    set_data(cx, args, &new)
}

/// `Substring(offset, count)`, clamped at the end.
pub(super) fn substring(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let data = data_text(cx, args)?;
    let start = usize::try_from(as_i32(args, 1)?).unwrap_or(0);
    let count = usize::try_from(as_i32(args, 2)?).unwrap_or(0);
    Ok(Value::String(data.slice(start, start.saturating_add(count))))
}

/// The name that `XmlProcessingInstruction.Target` and `XmlNode.Name` share.
pub(super) fn target(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let name = qualified_name(cx, node)?;
    cx.string(&name)
}
