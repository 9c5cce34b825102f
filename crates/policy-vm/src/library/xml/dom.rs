//! `System.Xml.XmlDocument` and its nodes: another view of the trees that LINQ to XML has.
//!
//! Here is what reads: loading, selecting by XPath, names, texts, attributes, children; [`build`] makes and moves nodes.

pub(super) mod attributes;
mod build;
mod declaration;
mod document;
pub(super) mod lists;
pub(super) mod namespaces;
mod place;
mod texts;

pub(super) use declaration::DECLARATION;
pub(super) use document::{DOCUMENT, FRAGMENT};
pub(super) use texts::{CDATA, CHARACTER_DATA, COMMENT, DOCUMENT_TYPE, INSTRUCTION, SIGNIFICANT_SPACE, SPACE, TEXT};

use attributes::attribute_list;
use lists::{ChildNodes, list};
use namespaces::Manager;

use super::edit;
use super::names::{self, XMLNS};
use super::text::push_document_text;
use super::tree::{self, Kind, attribute_value, attributes, children};
use super::writer::document_text;
use super::xpath;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property, property_set};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::{Heap, NetObject};
use crate::value::text::{Str, TextBuf};

pub(super) const NODE: TypeDef = TypeDef::class("System.Xml.XmlNode")
    .interfaces(&["System.Collections.IEnumerable"])
    .summary("A node of an XmlDocument.")
    .members(&[
        property("XmlAttributeCollection Attributes { get; }", attribute_list),
        property("XmlNodeList ChildNodes { get; }", child_nodes),
        property("XmlNode FirstChild { get; }", |cx, args| child(cx, args, false)),
        property("bool HasChildNodes { get; }", |cx, args| {
            let node = node(cx, args)?;
            Ok(Value::Bool(!children(cx.heap, node).is_empty()))
        }),
        property_set("string InnerText { get; set; }", inner_text, set_inner_text),
        property_set("string InnerXml { get; set; }", inner_xml, build::set_inner_xml),
        property("bool IsReadOnly { get; }", |_, _| Ok(Value::Bool(false))),
        property("string BaseURI { get; }", |cx, _| cx.string("")),
        property("XmlNode LastChild { get; }", |cx, args| child(cx, args, true)),
        property("string LocalName { get; }", local_name),
        property("string Name { get; }", name),
        property("string NamespaceURI { get; }", namespace_uri),
        property("XmlNode NextSibling { get; }", |cx, args| sibling(cx, args, 1)),
        property("XmlNodeType NodeType { get; }", |cx, args| {
            let number = build::node_type(cx, args)?;
            Ok(Value::Enum(X_NODE_TYPE.id(), number))
        }),
        property("string OuterXml { get; }", outer_xml),
        method("void WriteTo(XmlWriter w)", super::xml_writer::write_to),
        method("void WriteContentTo(XmlWriter w)", super::xml_writer::write_content_to),
        property("XmlDocument OwnerDocument { get; }", owner),
        property("XmlNode ParentNode { get; }", parent_node),
        property("string Prefix { get; }", prefix),
        property("XmlNode PreviousSibling { get; }", |cx, args| sibling(cx, args, -1)),
        property_set("string Value { get; set; }", value, set_value),
        property("XmlElement this[string name] { get; }", item),
        property("XmlElement this[string localname, string ns] { get; }", build::item_in),
        method("XmlNode AppendChild(XmlNode newChild)", place::append_child),
        method("XmlNode Clone()", build::clone_deep),
        method("XmlNode CloneNode(bool deep)", build::clone_node),
        method("string GetNamespaceOfPrefix(string prefix)", build::namespace_of_prefix),
        method("string GetPrefixOfNamespace(string namespaceURI)", build::prefix_of_namespace),
        method("XmlNode InsertAfter(XmlNode newChild, XmlNode refChild)", |cx, args| {
            place::insert_beside(cx, args, true)
        }),
        method("XmlNode InsertBefore(XmlNode newChild, XmlNode refChild)", |cx, args| {
            place::insert_beside(cx, args, false)
        }),
        method("XmlNode PrependChild(XmlNode newChild)", place::prepend_child),
        method("void Normalize()", place::normalize),
        method("void RemoveAll()", build::remove_all),
        method("XmlNode ReplaceChild(XmlNode newChild, XmlNode oldChild)", place::replace_child),
        method("XmlNode RemoveChild(XmlNode oldChild)", place::remove_child),
        method("XmlNodeList SelectNodes(string xpath)", select_nodes),
        method("XmlNodeList SelectNodes(string xpath, XmlNamespaceManager nsmgr)", select_nodes),
        method("XmlNode SelectSingleNode(string xpath)", select_single),
        method("XmlNode SelectSingleNode(string xpath, XmlNamespaceManager nsmgr)", select_single),
        method("bool Supports(string feature, string version)", supports),
    ]);

pub(super) const ELEMENT: TypeDef =
    TypeDef::class("System.Xml.XmlElement").base("System.Xml.XmlLinkedNode").members(&[
        property("bool HasAttributes { get; }", |cx, args| {
            let node = node(cx, args)?;
            Ok(Value::Bool(!attributes(cx.heap, node).is_empty()))
        }),
        property_set("bool IsEmpty { get; set; }", build::is_empty, build::set_is_empty),
        method("string GetAttribute(string name)", get_attribute),
        method("string GetAttribute(string localName, string namespaceURI)", build::get_attribute_in),
        method("XmlAttribute GetAttributeNode(string name)", build::get_attribute_node),
        method("XmlAttribute GetAttributeNode(string localName, string namespaceURI)", build::get_attribute_node_in),
        method("bool HasAttribute(string name)", has_attribute),
        method("bool HasAttribute(string localName, string namespaceURI)", build::has_attribute_in),
        method("void RemoveAllAttributes()", build::remove_all_attributes),
        method("void RemoveAttribute(string name)", remove_attribute),
        method("void RemoveAttribute(string localName, string namespaceURI)", build::remove_attribute_in),
        method("XmlNode RemoveAttributeAt(int i)", build::remove_attribute_at),
        method("XmlAttribute RemoveAttributeNode(XmlAttribute oldAttr)", build::remove_attribute_node),
        method(
            "XmlAttribute RemoveAttributeNode(string localName, string namespaceURI)",
            build::remove_attribute_node_in,
        ),
        method("void SetAttribute(string name, string value)", set_attribute),
        method("string SetAttribute(string localName, string namespaceURI, string value)", build::set_attribute_in),
        method("XmlAttribute SetAttributeNode(XmlAttribute newAttr)", build::set_attribute_node_of),
        method("XmlAttribute SetAttributeNode(string localName, string namespaceURI)", build::set_attribute_node_in),
        method("XmlNodeList GetElementsByTagName(string name)", by_tag_name),
        method("XmlNodeList GetElementsByTagName(string localName, string namespaceURI)", build::by_tag_name_in),
    ]);

pub(super) const ATTRIBUTE: TypeDef = TypeDef::class("System.Xml.XmlAttribute").base("System.Xml.XmlNode").members(&[
    property("XmlElement OwnerElement { get; }", build::owner_element),
    property("bool Specified { get; }", |_, _| Ok(Value::Bool(true))),
]);
pub(super) const LINKED: TypeDef = TypeDef::class("System.Xml.XmlLinkedNode").base("System.Xml.XmlNode");

/// A node of a tree, seen as an `XmlNode`. Two views of one node are equal.
#[derive(Clone, Copy, Debug)]
struct Dom {
    ty: TypeId,
    node: Value,
    /// The document it belongs to, as a node of the tree; null for a document.
    owner: Value,
    /// The prefix that it was made with, or had where it was.
    prefix: Str,
}

impl NetObject for Dom {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| other.node == self.node))
    }
}

static X_DOCUMENT: Known = Known::new("System.Xml.XmlDocument");
static X_ELEMENT: Known = Known::new("System.Xml.XmlElement");
static X_ATTRIBUTE: Known = Known::new("System.Xml.XmlAttribute");
static X_TEXT: Known = Known::new("System.Xml.XmlText");
static X_CDATA: Known = Known::new("System.Xml.XmlCDataSection");
static X_COMMENT: Known = Known::new("System.Xml.XmlComment");
static X_INSTRUCTION: Known = Known::new("System.Xml.XmlProcessingInstruction");
static X_SPACE: Known = Known::new("System.Xml.XmlWhitespace");
static X_SIGNIFICANT_SPACE: Known = Known::new("System.Xml.XmlSignificantWhitespace");
static X_DECLARATION: Known = Known::new("System.Xml.XmlDeclaration");
static X_FRAGMENT: Known = Known::new("System.Xml.XmlDocumentFragment");
static X_TYPE: Known = Known::new("System.Xml.XmlDocumentType");
static X_NODE_TYPE: Known = Known::new("System.Xml.XmlNodeType");
static X_LIST: Known = Known::new("System.Xml.XmlNodeList");
static X_ATTRIBUTES: Known = Known::new("System.Xml.XmlAttributeCollection");

fn dom(cx: &Cx<'_>, args: &[Value]) -> Result<Dom, Throw> {
    cx.heap.native::<Dom>(arg(args, 0)).copied().ok_or(fault("an XmlNode was expected"))
}

fn node(cx: &Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(dom(cx, args)?.node)
}

/// The tree's node behind an `XmlNode`.
pub(super) fn node_of(heap: &Heap, value: Value) -> Option<Value> {
    heap.native::<Dom>(value).map(|dom| dom.node)
}

/// The document that the receiver is or belongs to, as a node of the tree.
fn document_of(cx: &Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = dom(cx, args)?;
    Ok(if this.owner.is_null() { this.node } else { this.owner })
}

/// The `XmlNode` of a tree's node that belongs to the same document as the receiver; null for null.
fn view(cx: &mut Cx<'_>, args: &[Value], node: Value) -> Result<Value, Throw> {
    let owner = document_of(cx, args)?;
    new_view(cx, owner, node)
}

/// The `XmlNode` of a tree's node; null for null.
fn new_view(cx: &mut Cx<'_>, owner: Value, node: Value) -> Result<Value, Throw> {
    if node.is_null() {
        return Ok(Value::Null);
    }
    // Of each node there is one: `==` compares them.
    let made = tree::get(cx, node)?.view;
    if !made.is_null() {
        return Ok(made);
    }
    let known = match tree::get(cx, node)?.kind {
        Kind::Document { .. } => &X_DOCUMENT,
        Kind::Fragment { .. } => &X_FRAGMENT,
        Kind::Declaration(_) => &X_DECLARATION,
        Kind::Element { .. } => &X_ELEMENT,
        Kind::Attribute { .. } => &X_ATTRIBUTE,
        Kind::Text(_) => &X_TEXT,
        Kind::Space { significant: true, .. } => &X_SIGNIFICANT_SPACE,
        Kind::Space { .. } => &X_SPACE,
        Kind::CData(_) => &X_CDATA,
        Kind::Comment(_) => &X_COMMENT,
        Kind::Instruction { .. } => &X_INSTRUCTION,
        Kind::DocumentType { .. } => &X_TYPE,
    };
    let owner = if known.id() == X_DOCUMENT.id() { Value::Null } else { owner };
    let made = cx.heap.new_native(Dom { ty: known.id(), node, owner, prefix: Str::EMPTY })?;
    tree::get_mut(cx, node)?.view = made;
    Ok(made)
}

/// What is taken out of a tree, or not in one yet, has its prefix all the same.
fn keep_prefix(cx: &mut Cx<'_>, view: Value, prefix: &str) -> Result<(), Throw> {
    let prefix = cx.heap.new_str(prefix)?;
    if let Some(dom) = cx.heap.native_mut::<Dom>(view) {
        dom.prefix = prefix;
    }
    Ok(())
}

/// The prefix that the view of a node remembers.
pub(super) fn kept_prefix(heap: &Heap, view: Value) -> Option<String> {
    heap.native::<Dom>(view).map(|dom| heap.text(dom.prefix).to_utf8().into_owned())
}

/// Remembers the prefix that a node has where it is.
fn note_prefix(cx: &mut Cx<'_>, node: Value) -> Result<(), Throw> {
    let view = tree::get(cx, node)?.view;
    let prefix = prefix_of(cx, node)?;
    if view.is_null() || prefix.is_empty() { Ok(()) } else { keep_prefix(cx, view, &prefix) }
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

fn document_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let document = node(cx, args)?;
    let root = children(cx.heap, document).iter().copied().find(|child| tree::is_element(cx.heap, *child));
    view(cx, args, root.unwrap_or(Value::Null))
}

fn child_nodes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (of, owner) = (node(cx, args)?, document_of(cx, args)?);
    Ok(cx.heap.new_native(ChildNodes { of, owner })?)
}

fn child(cx: &mut Cx<'_>, args: &[Value], last: bool) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let all = children(cx.heap, node);
    let found = if last { all.last() } else { all.first() };
    let found = found.copied().unwrap_or(Value::Null);
    view(cx, args, found)
}

fn sibling(cx: &mut Cx<'_>, args: &[Value], step: isize) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let found = tree::sibling(cx, node, step)?;
    view(cx, args, found)
}

fn parent_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let parent = if tree::is_attribute(cx.heap, node) { Value::Null } else { tree::parent(cx, node) };
    view(cx, args, parent)
}

/// The document that a node was made by; null for a document.
fn owner(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let owner = dom(cx, args)?.owner;
    new_view(cx, Value::Null, owner)
}

fn supports(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (feature, version) = (text_arg(cx, args, 1), cx.string_opt(args, 2));
    let version = version.is_none_or(|version| cx.text(version).is("1.0") || cx.text(version).is("2.0"));
    Ok(Value::Bool(feature.eq_ignore_ascii_case("xml") && version))
}

fn inner_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    if let Kind::Declaration(parts) = tree::get(cx, node)?.kind {
        return declaration::text(cx, parts);
    }
    let text = xpath::string_value(cx, node)?;
    cx.string(&text)
}

fn set_inner_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let new = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    match &mut tree::get_mut(cx, node)?.kind {
        Kind::Attribute { value: text, .. } => *text = new,
        Kind::Element { .. } | Kind::Fragment { .. } => edit::set_text(cx, node, new)?,
        Kind::Document { .. } => {
            return Err(
                cx.throw(Exc::InvalidOperation, "The 'InnerText' of a 'Document' node is read-only and cannot be set.")
            );
        }
        Kind::DocumentType { .. } => {}
        _ => return texts::set(cx, args, new),
    }
    Ok(Value::Null)
}

/// Elements and the like have no value that could be set.
fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let kind = match tree::get(cx, node)?.kind {
        Kind::Element { .. } => "Element",
        Kind::Document { .. } => "Document",
        Kind::Fragment { .. } => "DocumentFragment",
        Kind::DocumentType { .. } => "DocumentType",
        _ => return set_inner_text(cx, args),
    };
    Err(cx.throw(Exc::InvalidOperation, format_args!("Cannot set a value on node type '{kind}'.")))
}

/// Null for elements and documents, the text for all else.
fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    match tree::get(cx, node)?.kind {
        Kind::Element { .. } | Kind::Document { .. } | Kind::Fragment { .. } | Kind::DocumentType { .. } => {
            Ok(Value::Null)
        }
        _ => inner_text(cx, args),
    }
}

fn outer_xml(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    if tree::is_attribute(cx.heap, node) {
        let (name, value) = (qualified_name(cx, node)?, attribute_value(cx.heap, node));
        let mut out = TextBuf::from(&*name);
        out.push_str("=\"");
        push_document_text(&mut out, cx.text(value), true);
        out.push_str("\"");
        return cx.string_buf(&out);
    }
    let text = document_text(cx, node)?;
    cx.string_buf(&text)
}

fn inner_xml(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    if tree::is_document(cx.heap, node) {
        return outer_xml(cx, args);
    }
    let mut out = cx.heap.text_buf();
    for child in children(cx.heap, node).to_vec() {
        out.push_text(document_text(cx, child)?.as_text());
        out.fits()?;
    }
    cx.string_buf(&out)
}

/// The prefix that the tree's declarations give a name.
fn prefix_of(cx: &mut Cx<'_>, node: Value) -> Result<String, Throw> {
    let (_, uri) = names::parts(cx.heap, tree::name(cx.heap, node));
    if uri.is_empty() {
        return Ok(String::new());
    }
    for (known, prefix) in [(XMLNS, "xmlns"), (names::XML, "xml")] {
        if cx.text(uri).is(known) {
            return Ok(prefix.to_owned());
        }
    }
    let mut at = if tree::is_element(cx.heap, node) { node } else { tree::parent(cx, node) };
    while tree::is_element(cx.heap, at) {
        cx.charge(1)?;
        for attribute in attributes(cx.heap, at) {
            let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            if cx.text(attribute_value(cx.heap, *attribute)).equals(cx.text(uri)) {
                if cx.text(namespace).is(XMLNS) {
                    return Ok(cx.text(local).to_utf8().into_owned());
                }
                if tree::is_element(cx.heap, node) && cx.text(local).is("xmlns") {
                    return Ok(String::new());
                }
            }
        }
        at = tree::parent(cx, at);
    }
    let view = tree::get(cx, node)?.view;
    Ok(kept_prefix(cx.heap, view).unwrap_or_default())
}

/// `Name`: with prefix, or `#text` and the like.
pub(super) fn qualified_name(cx: &mut Cx<'_>, node: Value) -> Result<String, Throw> {
    let fixed = match tree::get(cx, node)?.kind {
        Kind::Document { .. } => "#document",
        Kind::Fragment { .. } => "#document-fragment",
        Kind::Declaration(_) => "xml",
        Kind::Space { significant: true, .. } => "#significant-whitespace",
        Kind::Space { .. } => "#whitespace",
        Kind::Text(_) => "#text",
        Kind::CData(_) => "#cdata-section",
        Kind::Comment(_) => "#comment",
        Kind::Instruction { target: name, .. } | Kind::DocumentType { name, .. } => {
            return Ok(cx.text(name).to_utf8().into_owned());
        }
        Kind::Element { .. } | Kind::Attribute { .. } => "",
    };
    if !fixed.is_empty() {
        return Ok(fixed.to_owned());
    }
    let (local, _) = names::parts(cx.heap, tree::name(cx.heap, node));
    let local = cx.text(local).to_utf8().into_owned();
    let prefix = prefix_of(cx, node)?;
    Ok(if prefix.is_empty() { local } else { format!("{prefix}:{local}") })
}

fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let name = qualified_name(cx, node)?;
    cx.string(&name)
}

/// The name that `XmlProcessingInstruction.Target` and `XmlNode.Name` share.
fn target(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    name(cx, args)
}

fn local_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = node(cx, args)?;
    let name = tree::name(cx.heap, this);
    if name.is_null() { self::name(cx, args) } else { Ok(Value::String(names::parts(cx.heap, name).0)) }
}

fn namespace_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let (local, uri) = names::parts(cx.heap, tree::name(cx.heap, node));
    if uri.is_empty() && tree::is_attribute(cx.heap, node) && cx.text(local).is("xmlns") {
        return cx.string(XMLNS);
    }
    Ok(Value::String(uri))
}

fn prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let prefix = prefix_of(cx, node)?;
    cx.string(&prefix)
}

/// The first child element of a qualified name.
fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let wanted = text_arg(cx, args, 1);
    for child in children(cx.heap, node).to_vec() {
        if tree::is_element(cx.heap, child) && qualified_name(cx, child)? == wanted {
            return view(cx, args, child);
        }
    }
    Ok(Value::Null)
}

fn text_arg(cx: &Cx<'_>, args: &[Value], index: usize) -> String {
    cx.string_opt(args, index).map(|s| cx.text(s).to_utf8().into_owned()).unwrap_or_default()
}

fn select(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<Value>, Throw> {
    let node = node(cx, args)?;
    let path = cx.string_arg(args, 1, "xpath")?;
    let path = cx.text(path).to_utf8().into_owned();
    let prefixes = cx.heap.native::<Manager>(arg(args, 2)).map(|manager| manager.prefixes());
    xpath::select(cx, node, &path, prefixes.as_deref())
}

fn select_nodes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = select(cx, args)?;
    list(cx, args, X_LIST.id(), "System.Xml.XPathNodeList", &found)
}

fn select_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = select(cx, args)?;
    view(cx, args, found.first().copied().unwrap_or(Value::Null))
}

fn by_tag_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, wanted) = (node(cx, args)?, text_arg(cx, args, 1));
    let mut found = Vec::new();
    for node in xpath::select(cx, this, ".//*", None)? {
        if wanted == "*" || qualified_name(cx, node)? == wanted {
            found.push(node);
        }
    }
    list(cx, args, X_LIST.id(), "System.Xml.XmlElementList", &found)
}

/// The attribute of a qualified name.
fn attribute_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    let (node, wanted) = (node(cx, args)?, text_arg(cx, args, 1));
    for attribute in attributes(cx.heap, node).to_vec() {
        if qualified_name(cx, attribute)? == wanted {
            return Ok(Some(attribute));
        }
    }
    Ok(None)
}

fn get_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = attribute_named(cx, args)?;
    Ok(Value::String(found.map_or(Str::EMPTY, |attribute| attribute_value(cx.heap, attribute))))
}

fn has_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(attribute_named(cx, args)?.is_some()))
}

fn remove_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(attribute) = attribute_named(cx, args)? {
        edit::remove_attribute(cx, attribute)?;
    }
    Ok(Value::Null)
}

fn set_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
    let name = match attribute_named(cx, args)? {
        Some(attribute) => tree::name(cx.heap, attribute),
        None => {
            let local = cx.string_arg(args, 1, "name")?;
            names::check_name(cx, local)?;
            names::new_name(cx, local, Str::EMPTY)?
        }
    };
    let node = node(cx, args)?;
    edit::set_attribute(cx, node, name, Value::String(value))?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::lists::list_item;
    use super::*;
    use crate::cx::check;

    const TEXT: &str =
        "<?xml version='1.0'?><a xmlns:p='u'><b i='1'>x</b><p:b i='2'>y<!--z--></p:b><b i='3'>w</b>t</a>";

    fn with_document(test: impl FnOnce(&mut Cx<'_>, Value)) {
        check::with_cx(&[], |cx| {
            let document = document::new_document(cx, &[]).unwrap();
            let text = cx.string(TEXT).unwrap();
            document::load_xml(cx, &[document, text]).unwrap();
            test(cx, document);
        });
    }

    fn shown(cx: &mut Cx<'_>, value: Result<Value, Throw>) -> String {
        match value {
            Ok(value) => check::show(cx, value),
            Err(throw) => check::show_throw(cx, throw),
        }
    }

    #[test]
    fn paths_select_nodes() {
        with_document(|cx, document| {
            let cases = [
                ("/a/b[2]", "w"),
                ("//b[@i='3']", "w"),
                ("//*[local-name()='b' and @i=\"2\"]", "y"),
                ("/a/b[last()]/@i", "3"),
                ("/a/b[.='x']/../b[position()=2]", "w"),
                ("a/text()", "t"),
                ("//b[@q or text()='w']/@i", "3"),
                ("//*[name()='p:b']", "y"),
                ("//comment()", "z"),
                (".//b", "x"),
            ];
            for (path, expected) in cases {
                let text = cx.string(path).unwrap();
                let found = select_single(cx, &[document, text]).unwrap();
                assert!(!found.is_null(), "{path}");
                let text = inner_text(cx, &[found]);
                assert_eq!(shown(cx, text), expected, "{path}");
            }
            for wrong in ["//[", "a/", "x:b", "a[", "", "a b"] {
                let text = cx.string(wrong).unwrap();
                assert!(select_nodes(cx, &[document, text]).is_err(), "{wrong}");
            }
        });
    }

    /// Recorded from .NET 8.
    #[test]
    fn documents_are_written_without_formatting() {
        with_document(|cx, document| {
            let written = outer_xml(cx, &[document]);
            assert_eq!(
                shown(cx, written),
                "<?xml version=\"1.0\"?><a xmlns:p=\"u\"><b i=\"1\">x</b><p:b i=\"2\">y<!--z--></p:b><b i=\"3\">w</b>t</a>"
            );
            let text = inner_text(cx, &[document]);
            assert_eq!(shown(cx, text), "xywt");
            let root = document_element(cx, &[document]).unwrap();
            let second = child_nodes(cx, &[root]).unwrap();
            let second = list_item(cx, &[second, Value::Int32(1)]).unwrap();
            let name = name(cx, &[second]);
            assert_eq!(shown(cx, name), "p:b");
        });
    }
}
