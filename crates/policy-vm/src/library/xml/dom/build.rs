//! Making and moving the nodes of an `XmlDocument`. A prefix is a declaration in the tree, so a node that is made with one
//! carries it, until it comes to a place where the same prefix stands for the same namespace already.

use super::super::names::{self, XMLNS};
use super::super::reader::parse_fragment;
use super::super::tree::{self, Kind, attribute_value, attributes, children};
use super::super::{edit, xpath};
use super::{attribute_named, list, node, text_arg, view, wanted};
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

fn new_element(cx: &mut Cx<'_>, args: &[Value], prefix: &str, local: &str, namespace: &str) -> Result<Value, Throw> {
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
    view(cx, args, element)
}

/// `CreateElement(name[, namespaceURI])`.
pub(super) fn create_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    let (name, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let (prefix, local) = split(&name);
    new_element(cx, args, prefix, local, &namespace)
}

/// `CreateElement(prefix, localName, namespaceURI)`.
pub(super) fn create_prefixed_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (prefix, local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2), text_arg(cx, args, 3));
    new_element(cx, args, &prefix, &local, &namespace)
}

fn new_attribute(cx: &mut Cx<'_>, args: &[Value], prefix: &str, local: &str, namespace: &str) -> Result<Value, Throw> {
    let namespace = if prefix == "xmlns" { XMLNS } else { namespace };
    let name = checked_name(cx, local, namespace)?;
    let attribute = tree::new(cx, Kind::Attribute { name, value: Str::EMPTY })?;
    let made = view(cx, args, attribute)?;
    super::keep_prefix(cx, made, prefix)?;
    Ok(made)
}

/// `CreateAttribute(name[, namespaceURI])`.
pub(super) fn create_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    let (name, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let (prefix, local) = split(&name);
    new_attribute(cx, args, prefix, local, &namespace)
}

/// `CreateAttribute(prefix, localName, namespaceURI)`.
pub(super) fn create_prefixed_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (prefix, local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2), text_arg(cx, args, 3));
    new_attribute(cx, args, &prefix, &local, &namespace)
}

/// A node that is made of one text.
pub(super) fn create_leaf(cx: &mut Cx<'_>, args: &[Value], kind: fn(Str) -> Kind) -> Result<Value, Throw> {
    let text = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    let made = tree::new(cx, kind(text))?;
    view(cx, args, made)
}

pub(super) fn create_instruction(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.string_arg(args, 1, "target")?;
    let data = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
    let made = tree::new(cx, Kind::Instruction { target, data })?;
    view(cx, args, made)
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
    copy(cx, args, node, as_bool(args, 1)?)
}

/// `Clone()`.
pub(super) fn clone_deep(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    copy(cx, args, node, true)
}

/// `ImportNode(node, deep)`.
pub(super) fn import_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(node) = super::other(cx, args, 1) else {
        return Err(cx.throw(Exc::InvalidOperation, "Cannot import a null node."));
    };
    if tree::is_document(cx.heap, node) {
        return Err(cx.throw(Exc::InvalidOperation, "Cannot import nodes of type 'Document'."));
    }
    copy(cx, args, node, as_bool(args, 2)?)
}

fn copy(cx: &mut Cx<'_>, args: &[Value], node: Value, deep: bool) -> Result<Value, Throw> {
    let made = tree::deep_clone(cx, node)?;
    if !deep && !children(cx.heap, made).is_empty() {
        edit::remove_children(cx, made)?;
        edit::fill(cx, made)?;
    }
    view(cx, args, made)
}

/// Replaces the content by what a text holds.
pub(super) fn set_inner_xml(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let text = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    if tree::is_document(cx.heap, node) {
        return super::document::load_xml(cx, &[arg(args, 0), Value::String(text)]);
    }
    let made = tree::new(cx, Kind::Fragment { children: Vec::new() })?;
    parse_fragment(cx, text, made, in_scope(cx, node))?;
    edit::remove_children(cx, node)?;
    for child in children(cx.heap, made).to_vec() {
        edit::remove(cx, child)?;
        let end = children(cx.heap, node).len();
        edit::put(cx, node, end, child)?;
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
        Kind::Space { significant, .. } => 13 + i64::from(significant),
        Kind::Declaration(_) => 17,
        Kind::Fragment { .. } => 11,
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

/// Declares a prefix unless it stands for the namespace already.
fn bind(cx: &mut Cx<'_>, element: Value, prefix: &str, namespace: &str) -> Result<(), Throw> {
    let bound = in_scope(cx, element).iter().any(|(known, uri)| known == prefix && *uri == namespace);
    if !prefix.is_empty() && !namespace.is_empty() && !bound && namespace != XML && namespace != XMLNS {
        let declaration = declaration(cx, prefix, namespace)?;
        // A declaration of the same prefix for something else stays.
        if tree::attribute(cx.heap, element, tree::name(cx.heap, declaration)).is_none() {
            edit::add_attribute(cx, element, declaration)?;
        }
    }
    Ok(())
}

/// `SetAttribute(localName, namespaceURI, value)`; the name may have a prefix, which is declared if need be.
pub(super) fn set_attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    let (name, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let (prefix, local) = split(&name);
    let name = checked_name(cx, local, &namespace)?;
    bind(cx, element, prefix, &namespace)?;
    let value = cx.string_opt(args, 3).unwrap_or(Str::EMPTY);
    edit::set_attribute(cx, element, name, Value::String(value))?;
    Ok(Value::String(value))
}

pub(super) fn get_attribute_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = attribute_named(cx, args)?;
    view(cx, args, found.unwrap_or(Value::Null))
}

/// `SetAttributeNode(newAttr)`, `Attributes.Append(node)`: gives what was there under that name.
pub(super) fn set_attribute_node(
    cx: &mut Cx<'_>,
    args: &[Value],
    element: Value,
    attribute: Value,
) -> Result<Value, Throw> {
    if !tree::parent(cx, attribute).is_null() && tree::parent(cx, attribute) != element {
        let message = "The 'Attribute' node cannot be inserted because it is already an attribute of another element.";
        return Err(cx.throw(Exc::InvalidOperation, message));
    }
    let name = tree::name(cx.heap, attribute);
    let old = tree::attribute(cx.heap, element, name);
    if let Some(old) = old {
        edit::remove_attribute(cx, old)?;
    }
    let prefix = super::prefix_of(cx, attribute)?;
    edit::add_attribute(cx, element, attribute)?;
    let (_, namespace) = names::parts(cx.heap, name);
    let namespace = cx.text(namespace).to_utf8().into_owned();
    bind(cx, element, &prefix, &namespace)?;
    view(cx, args, old.unwrap_or(Value::Null))
}

pub(super) fn set_attribute_node_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (element, attribute) = (node(cx, args)?, wanted(cx, args, 1, "newAttr")?);
    set_attribute_node(cx, args, element, attribute)
}

/// `SetAttributeNode(localName, namespaceURI)`: the attribute of that name, made if there is none.
pub(super) fn set_attribute_node_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(found) = attribute_in(cx, args)? {
        return view(cx, args, found);
    }
    let element = node(cx, args)?;
    let (local, namespace) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    let name = checked_name(cx, &local, &namespace)?;
    let made = tree::new(cx, Kind::Attribute { name, value: Str::EMPTY })?;
    edit::add_attribute(cx, element, made)?;
    view(cx, args, made)
}

pub(super) fn get_attribute_node_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = attribute_in(cx, args)?;
    view(cx, args, found.unwrap_or(Value::Null))
}

pub(super) fn remove_attribute_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (element, attribute) = (node(cx, args)?, wanted(cx, args, 1, "oldAttr")?);
    if tree::parent(cx, attribute) != element {
        return Ok(Value::Null);
    }
    super::note_prefix(cx, attribute)?;
    edit::remove_attribute(cx, attribute)?;
    Ok(arg(args, 1))
}

pub(super) fn remove_attribute_node_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(found) = attribute_in(cx, args)? else { return Ok(Value::Null) };
    let made = view(cx, args, found)?;
    super::note_prefix(cx, found)?;
    edit::remove_attribute(cx, found)?;
    Ok(made)
}

/// `RemoveAttributeAt(i)`: null beyond the end.
pub(super) fn remove_attribute_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    let index = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    let Some(found) = attributes(cx.heap, element).get(index).copied() else { return Ok(Value::Null) };
    let made = view(cx, args, found)?;
    super::note_prefix(cx, found)?;
    edit::remove_attribute(cx, found)?;
    Ok(made)
}

pub(super) fn remove_all_attributes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    edit::remove_attributes(cx, element)?;
    Ok(Value::Null)
}

pub(super) fn owner_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let attribute = node(cx, args)?;
    let owner = tree::parent(cx, attribute);
    view(cx, args, owner)
}

/// Sets whether an element is written `<a />`; if so its content goes.
pub(super) fn set_is_empty(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = node(cx, args)?;
    if as_bool(args, 1)? {
        edit::remove_children(cx, element)?;
    } else if children(cx.heap, element).is_empty() {
        edit::fill(cx, element)?;
    }
    Ok(Value::Null)
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
    list(cx, args, super::X_LIST.id(), "System.Xml.XmlElementList", &found)
}

/// The first child element of a local name and a namespace.
pub(super) fn item_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, local, namespace) = (node(cx, args)?, text_arg(cx, args, 1), text_arg(cx, args, 2));
    for child in children(cx.heap, this).to_vec() {
        let (name, uri) = names::parts(cx.heap, tree::name(cx.heap, child));
        let fits = cx.text(name).to_utf8() == local && cx.text(uri).to_utf8() == namespace;
        if fits && tree::is_element(cx.heap, child) {
            return view(cx, args, child);
        }
    }
    Ok(Value::Null)
}
