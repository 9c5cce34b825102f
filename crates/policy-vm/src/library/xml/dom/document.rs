//! `System.Xml.XmlDocument`: loading, saving, and making nodes of every kind.

use super::{Dom, build, by_tag_name, document_element, document_of, new_view, node, text_arg, view};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::xml::reader::parse_into;
use crate::library::xml::text::is_space;
use crate::library::xml::tree::{self, Kind, children};
use crate::library::xml::{edit, names, xml_reader, xml_writer};
use crate::library::{TypeDef, constructor, method, property, property_set};
use crate::value::Value;
use crate::value::text::Str;

pub(in crate::library::xml) const DOCUMENT: TypeDef =
    TypeDef::class("System.Xml.XmlDocument").base("System.Xml.XmlNode").members(&[
        constructor("XmlDocument()", new_document),
        constructor("XmlDocument(XmlNameTable nt)", new_document),
        property("XmlElement DocumentElement { get; }", document_element),
        property("XmlDocumentType DocumentType { get; }", document_type),
        property("XmlNameTable NameTable { get; }", super::namespaces::name_table),
        property_set("bool PreserveWhitespace { get; set; }", keeps_space, set_keeps_space),
        method("void Load(TextReader txtReader)", load),
        method("void Load(XmlReader reader)", load_from),
        method("void Save(TextWriter writer)", save),
        method("void Save(XmlWriter w)", save_to),
        method("void LoadXml(string xml)", load_xml),
        method("XmlNode ReadNode(XmlReader reader)", read_node),
        method("XmlAttribute CreateAttribute(string name)", build::create_attribute),
        method("XmlAttribute CreateAttribute(string qualifiedName, string namespaceURI)", build::create_attribute),
        method(
            "XmlAttribute CreateAttribute(string prefix, string localName, string namespaceURI)",
            build::create_prefixed_attribute,
        ),
        method("XmlCDataSection CreateCDataSection(string data)", |cx, args| build::create_leaf(cx, args, Kind::CData)),
        method("XmlComment CreateComment(string data)", |cx, args| build::create_leaf(cx, args, Kind::Comment)),
        method("XmlDocumentFragment CreateDocumentFragment()", |cx, args| {
            let made = tree::new(cx, Kind::Fragment { children: Vec::new() })?;
            view(cx, args, made)
        }),
        method(
            "XmlDocumentType CreateDocumentType(string name, string publicId, string systemId, string internalSubset)",
            create_type,
        ),
        method("XmlElement CreateElement(string name)", build::create_element),
        method("XmlElement CreateElement(string qualifiedName, string namespaceURI)", build::create_element),
        method(
            "XmlElement CreateElement(string prefix, string localName, string namespaceURI)",
            build::create_prefixed_element,
        ),
        method("XmlNode CreateNode(XmlNodeType type, string name, string namespaceURI)", |cx, args| {
            let number = enum_arg(args, 1);
            create_node(cx, arg(args, 0), number, [Value::Null, arg(args, 2), arg(args, 3)])
        }),
        method("XmlNode CreateNode(string nodeTypeString, string name, string namespaceURI)", |cx, args| {
            let number = type_named(cx, args)?;
            create_node(cx, arg(args, 0), number, [Value::Null, arg(args, 2), arg(args, 3)])
        }),
        method("XmlNode CreateNode(XmlNodeType type, string prefix, string name, string namespaceURI)", |cx, args| {
            let number = enum_arg(args, 1);
            create_node(cx, arg(args, 0), number, [arg(args, 2), arg(args, 3), arg(args, 4)])
        }),
        method(
            "XmlProcessingInstruction CreateProcessingInstruction(string target, string data)",
            build::create_instruction,
        ),
        method("XmlSignificantWhitespace CreateSignificantWhitespace(string text)", |cx, args| {
            create_space(cx, args, true)
        }),
        method("XmlText CreateTextNode(string text)", |cx, args| build::create_leaf(cx, args, Kind::Text)),
        method("XmlWhitespace CreateWhitespace(string text)", |cx, args| create_space(cx, args, false)),
        method(
            "XmlDeclaration CreateXmlDeclaration(string version, string encoding, string standalone)",
            super::declaration::create,
        ),
        method("XmlElement GetElementById(string elementId)", |_, _| Ok(Value::Null)),
        method("XmlNodeList GetElementsByTagName(string name)", by_tag_name),
        method("XmlNodeList GetElementsByTagName(string localName, string namespaceURI)", build::by_tag_name_in),
        method("XmlNode ImportNode(XmlNode node, bool deep)", build::import_node),
    ]);

/// A fragment: what is in it goes where it is put.
pub(in crate::library::xml) const FRAGMENT: TypeDef =
    TypeDef::class("System.Xml.XmlDocumentFragment").base("System.Xml.XmlNode");

pub(super) fn new_document(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let node = tree::new(cx, Kind::document(Value::Null))?;
    new_view(cx, Value::Null, node)
}

fn document_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let document = node(cx, args)?;
    let is_type =
        |child: &Value| matches!(tree::get(cx, *child), Ok(found) if matches!(found.kind, Kind::DocumentType { .. }));
    let found = children(cx.heap, document).iter().copied().find(is_type);
    view(cx, args, found.unwrap_or(Value::Null))
}

fn keeps_space(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let document = node(cx, args)?;
    Ok(Value::Bool(matches!(tree::get(cx, document)?.kind, Kind::Document { keeps_space: true, .. })))
}

fn set_keeps_space(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (document, wanted) = (node(cx, args)?, crate::cx::as_bool(args, 1)?);
    if let Kind::Document { keeps_space, .. } = &mut tree::get_mut(cx, document)?.kind {
        *keeps_space = wanted;
    }
    Ok(Value::Null)
}

/// What was in the document goes; what is loaded up to a mistake stays.
fn load_text(cx: &mut Cx<'_>, args: &[Value], text: Str) -> Result<Value, Throw> {
    let document = node(cx, args)?;
    edit::remove_children(cx, document)?;
    let keeps = keeps_space(cx, args)? == Value::Bool(true);
    parse_into(cx, text, document, keeps)?;
    Ok(Value::Null)
}

fn load(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("input"));
    }
    let text = xml_reader::whole_text(cx, arg(args, 1))?;
    load_text(cx, args, text)
}

pub(super) fn load_xml(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 1, "s")?;
    load_text(cx, args, text)
}

/// `Load(XmlReader)`.
fn load_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("reader"));
    }
    let document = node(cx, args)?;
    edit::remove_children(cx, document)?;
    let keeps = keeps_space(cx, args)? == Value::Bool(true);
    xml_reader::load_into(cx, arg(args, 1), document, keeps)?;
    Ok(Value::Null)
}

fn read_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("reader"));
    }
    let keeps = keeps_space(cx, args)? == Value::Bool(true);
    let found = xml_reader::read_for_document(cx, arg(args, 1), keeps)?;
    view(cx, args, found.unwrap_or(Value::Null))
}

fn save(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let plain = keeps_space(cx, args)? == Value::Bool(true);
    let document = node(cx, args)?;
    xml_writer::save_document(cx, document, arg(args, 1), plain)
}

fn save_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let document = node(cx, args)?;
    xml_writer::save_document_to(cx, document, arg(args, 1))
}

fn create_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    names::check_qualified(cx, name)?;
    let (public, system, subset) = (cx.string_opt(args, 2), cx.string_opt(args, 3), cx.string_opt(args, 4));
    let kind = Kind::DocumentType { name, public, system, subset };
    let made = tree::new(cx, kind)?;
    view(cx, args, made)
}

/// White space is nothing but white space.
pub(super) fn check_space(cx: &mut Cx<'_>, text: Str) -> Result<(), Throw> {
    cx.charge(text.len() / 16)?;
    if cx.text(text).units().all(is_space) {
        return Ok(());
    }
    Err(cx.throw(Exc::Argument, "The string for whitespace contains an invalid character."))
}

fn create_space(cx: &mut Cx<'_>, args: &[Value], significant: bool) -> Result<Value, Throw> {
    let text = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    check_space(cx, text)?;
    let made = tree::new(cx, Kind::Space { text, significant })?;
    view(cx, args, made)
}

fn enum_arg(args: &[Value], index: usize) -> i64 {
    match arg(args, index) {
        Value::Enum(_, number) => number,
        _ => 0,
    }
}

/// Kinds of nodes as `CreateNode(string, …)` knows them, with their `XmlNodeType`.
const KINDS: [(&str, i64); 14] = [
    ("element", 1),
    ("attribute", 2),
    ("text", 3),
    ("cdatasection", 4),
    ("entityreference", 5),
    ("entity", 6),
    ("processinginstruction", 7),
    ("comment", 8),
    ("document", 9),
    ("documenttype", 10),
    ("documentfragment", 11),
    ("notation", 12),
    ("significantwhitespace", 14),
    ("whitespace", 13),
];

fn type_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<i64, Throw> {
    let wanted = text_arg(cx, args, 1);
    match KINDS.iter().find(|(name, _)| *name == wanted) {
        Some((_, number)) => Ok(*number),
        None => Err(cx.throw(Exc::Argument, format_args!("'{wanted}' does not represent any 'XmlNodeType'."))),
    }
}

fn create_node(cx: &mut Cx<'_>, this: Value, number: i64, name: [Value; 3]) -> Result<Value, Throw> {
    let [prefix, local, namespace] = name;
    let empty = Value::String(Str::EMPTY);
    match number {
        1 if prefix.is_null() => build::create_element(cx, &[this, local, namespace]),
        1 => build::create_prefixed_element(cx, &[this, prefix, local, namespace]),
        2 if prefix.is_null() => build::create_attribute(cx, &[this, local, namespace]),
        2 => build::create_prefixed_attribute(cx, &[this, prefix, local, namespace]),
        3 => build::create_leaf(cx, &[this, empty], Kind::Text),
        4 => build::create_leaf(cx, &[this, empty], Kind::CData),
        7 => build::create_instruction(cx, &[this, local, empty]),
        8 => build::create_leaf(cx, &[this, empty], Kind::Comment),
        9 => new_document(cx, &[]),
        10 => create_type(cx, &[this, local, empty, empty, empty]),
        11 => {
            let made = tree::new(cx, Kind::Fragment { children: Vec::new() })?;
            view(cx, &[this], made)
        }
        13 | 14 => create_space(cx, &[this, empty], number == 14),
        17 => {
            let version = cx.string("1.0")?;
            super::declaration::create(cx, &[this, version, Value::Null, Value::Null])
        }
        _ => {
            let mut shown = crate::value::text::TextBuf::new();
            crate::library::system::enum_type::push_name(super::X_NODE_TYPE.id(), number, &mut shown);
            let shown = shown.as_text().to_utf8().into_owned();
            Err(cx.throw(Exc::Argument, format_args!("Cannot create node of type {shown}.")))
        }
    }
}

/// Nodes of another document must be imported first.
pub(super) fn check_context(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    let here = document_of(cx, args)?;
    let owner = cx.heap.native::<Dom>(arg(args, 1)).map_or(Value::Null, |dom| dom.owner);
    if owner.is_null() || owner == here {
        return Ok(());
    }
    Err(cx.throw(Exc::Argument, "The node to be inserted is from a different document context."))
}
