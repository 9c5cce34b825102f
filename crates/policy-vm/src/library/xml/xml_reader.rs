//! `System.Xml.XmlReader`: goes through a tree node by node. A text is read as a whole when the first node is asked for;
//! a mistake in it is thrown when the nodes before it have been read. Nothing outside the text is ever read.
//!
//! <https://learn.microsoft.com/dotnet/api/system.xml.xmlreader>

mod content;
mod cursor;
mod node;

use super::reader_settings::{self, Options};
use super::{dom, tree};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::enum_type::push_name;
use crate::library::text::string_reader;
use crate::library::{TypeDef, constructor, method, property};
use crate::types::Known;
use crate::value::Value;
use crate::value::text::TextBuf;
pub(super) use cursor::{Cursor, load_into, read_all, read_for_document, read_into, read_node, whole_text};

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.XmlReader")
    .interfaces(&["System.IDisposable"])
    .summary("Reads XML node by node.")
    .members(&[
        method("static XmlReader Create(TextReader input)", create),
        method("static XmlReader Create(TextReader input, XmlReaderSettings settings)", create),
        method("static XmlReader Create(TextReader input, XmlReaderSettings settings, string baseUri)", create),
        method("static XmlReader Create(XmlReader reader, XmlReaderSettings settings)", create_on),
        property("int AttributeCount { get; }", node::attribute_count),
        property("string BaseURI { get; }", |cx, _| cx.string("")),
        property("bool CanReadBinaryContent { get; }", |_, _| Ok(Value::Bool(true))),
        property("bool CanReadValueChunk { get; }", |_, _| Ok(Value::Bool(true))),
        property("bool CanResolveEntity { get; }", |_, _| Ok(Value::Bool(true))),
        property("int Depth { get; }", node::depth),
        property("bool EOF { get; }", node::eof),
        property("bool HasAttributes { get; }", node::has_attributes),
        property("bool HasValue { get; }", node::has_value),
        property("bool IsDefault { get; }", |_, _| Ok(Value::Bool(false))),
        property("bool IsEmptyElement { get; }", node::is_empty_element),
        property("string LocalName { get; }", node::local_name),
        property("string Name { get; }", node::name),
        property("string NamespaceURI { get; }", node::namespace_uri),
        property("XmlNodeType NodeType { get; }", node::node_type),
        property("string Prefix { get; }", node::prefix),
        property("char QuoteChar { get; }", |_, _| Ok(Value::Char(0x22))),
        property("ReadState ReadState { get; }", node::read_state),
        property("XmlReaderSettings Settings { get; }", settings),
        property("string Value { get; }", node::value),
        property("string XmlLang { get; }", |cx, args| node::inherited(cx, args, "lang")),
        property("XmlSpace XmlSpace { get; }", node::xml_space),
        property("string this[int i] { get; }", node::attribute_at),
        property("string this[string name] { get; }", node::attribute_named),
        property("string this[string name, string namespaceURI] { get; }", node::attribute_in),
        method("void Close()", close),
        method("void Dispose()", close),
        method("string GetAttribute(string name)", node::attribute_named),
        method("string GetAttribute(string name, string namespaceURI)", node::attribute_in),
        method("string GetAttribute(int i)", node::attribute_at),
        method("static bool IsName(string str)", |cx, args| node::is_name(cx, args, true)),
        method("static bool IsNameToken(string str)", |cx, args| node::is_name(cx, args, false)),
        method("bool IsStartElement()", content::is_start_element),
        method("bool IsStartElement(string name)", content::is_start_element),
        method("bool IsStartElement(string localname, string ns)", content::is_start_element),
        method("string LookupNamespace(string prefix)", node::lookup_namespace),
        method("bool MoveToAttribute(string name)", cursor::move_to_attribute),
        method("bool MoveToAttribute(string name, string ns)", cursor::move_to_attribute),
        method("void MoveToAttribute(int i)", cursor::move_to_attribute_at),
        method("XmlNodeType MoveToContent()", content::move_to_content),
        method("bool MoveToElement()", cursor::move_to_element),
        method("bool MoveToFirstAttribute()", |cx, args| cursor::move_to_place(cx, args, 0)),
        method("bool MoveToNextAttribute()", cursor::move_to_next_attribute),
        method("bool Read()", cursor::read),
        method("bool ReadAttributeValue()", cursor::read_attribute_value),
        method("string ReadContentAsString()", content::content_as_string),
        method("bool ReadContentAsBoolean()", |cx, args| content::content_as(cx, args, "Boolean")),
        method("DateTime ReadContentAsDateTime()", |cx, args| content::content_as(cx, args, "DateTime")),
        method("decimal ReadContentAsDecimal()", |cx, args| content::content_as(cx, args, "Decimal")),
        method("double ReadContentAsDouble()", |cx, args| content::content_as(cx, args, "Double")),
        method("float ReadContentAsFloat()", |cx, args| content::content_as(cx, args, "Float")),
        method("int ReadContentAsInt()", |cx, args| content::content_as(cx, args, "Int")),
        method("long ReadContentAsLong()", |cx, args| content::content_as(cx, args, "Long")),
        method("string ReadElementContentAsString()", content::element_as_string),
        method("string ReadElementContentAsString(string localName, string namespaceURI)", content::element_as_string),
        method("bool ReadElementContentAsBoolean()", |cx, args| content::element_as(cx, args, "Boolean")),
        method("DateTime ReadElementContentAsDateTime()", |cx, args| content::element_as(cx, args, "DateTime")),
        method("decimal ReadElementContentAsDecimal()", |cx, args| content::element_as(cx, args, "Decimal")),
        method("double ReadElementContentAsDouble()", |cx, args| content::element_as(cx, args, "Double")),
        method("float ReadElementContentAsFloat()", |cx, args| content::element_as(cx, args, "Float")),
        method("int ReadElementContentAsInt()", |cx, args| content::element_as(cx, args, "Int")),
        method("long ReadElementContentAsLong()", |cx, args| content::element_as(cx, args, "Long")),
        method("string ReadElementString()", content::read_element_string),
        method("string ReadElementString(string name)", content::read_element_string),
        method("string ReadElementString(string localname, string ns)", content::read_element_string),
        method("void ReadEndElement()", content::read_end_element),
        method("string ReadInnerXml()", |cx, args| content::read_xml(cx, args, false)),
        method("string ReadOuterXml()", |cx, args| content::read_xml(cx, args, true)),
        method("void ReadStartElement()", content::read_start_element),
        method("void ReadStartElement(string name)", content::read_start_element),
        method("void ReadStartElement(string localname, string ns)", content::read_start_element),
        method("string ReadString()", content::read_string),
        method("XmlReader ReadSubtree()", content::read_subtree),
        method("bool ReadToDescendant(string name)", content::read_to_descendant),
        method("bool ReadToDescendant(string localName, string namespaceURI)", content::read_to_descendant),
        method("bool ReadToFollowing(string name)", content::read_to_following),
        method("bool ReadToFollowing(string localName, string namespaceURI)", content::read_to_following),
        method("bool ReadToNextSibling(string name)", content::read_to_next_sibling),
        method("bool ReadToNextSibling(string localName, string namespaceURI)", content::read_to_next_sibling),
        method("void Skip()", content::skip),
    ]);

pub(super) const NODE_READER: TypeDef = TypeDef::class("System.Xml.XmlNodeReader")
    .base("System.Xml.XmlReader")
    .summary("Reads the nodes of an XmlDocument.")
    .members(&[constructor("XmlNodeReader(XmlNode node)", new_node_reader)]);

/// What reads its own text, which policies have no use for beside `XmlReader.Create`.
pub(super) const TEXT_READER: TypeDef = TypeDef::class("System.Xml.XmlTextReader")
    .base("System.Xml.XmlReader")
    .summary("Reads XML from a text.")
    .members(&[constructor("XmlTextReader(TextReader input)", new_text_reader)]);

static X_READER: Known = Known::new("System.Xml.XmlReader");
static X_NODE_READER: Known = Known::new("System.Xml.XmlNodeReader");
static X_TEXT_READER: Known = Known::new("System.Xml.XmlTextReader");

/// A reader, with what it has not begun to read.
#[derive(Debug)]
pub(super) struct XmlReader {
    known: &'static Known,
    options: Options,
    /// The `TextReader` of a text that has not been read.
    input: Value,
    cursor: Cursor,
}

impl crate::value::heap::NetObject for XmlReader {
    fn net_type(&self) -> crate::types::TypeId {
        self.known.id()
    }
}

fn create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = arg(args, 0);
    if input.is_null() {
        return Err(cx.argument_null("input"));
    }
    let options = reader_settings::options(cx, arg(args, 1));
    over(cx, &X_READER, options, input, Cursor::default())
}

/// A reader on a reader goes on where that one stands.
fn create_on(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("reader"));
    }
    let added = reader_settings::options(cx, arg(args, 1));
    let inner = this_mut(cx, args)?;
    let (input, options) = (inner.input, inner.options.with(added));
    let cursor = std::mem::take(&mut inner.cursor);
    over(cx, &X_READER, options, input, cursor)
}

fn new_text_reader(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = arg(args, 0);
    if input.is_null() {
        return Err(cx.argument_null("input"));
    }
    over(cx, &X_TEXT_READER, Options { allows_dtd: true, ..Options::default() }, input, Cursor::default())
}

fn new_node_reader(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match dom::node_of(cx.heap, arg(args, 0)) {
        Some(node) => over(cx, &X_NODE_READER, Options::of_tree(), Value::Null, Cursor::over(node)),
        None => Err(cx.argument_null("node")),
    }
}

/// `XNode.CreateReader()`.
pub(super) fn of_node(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    tree::get(cx, arg(args, 0))?;
    over(cx, &X_READER, Options::of_tree(), Value::Null, Cursor::over(arg(args, 0)))
}

fn over(
    cx: &mut Cx<'_>,
    known: &'static Known,
    options: Options,
    input: Value,
    cursor: Cursor,
) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(XmlReader { known, options, input, cursor })?)
}

fn is_text_reader(known: &Known) -> bool {
    known.id() == X_TEXT_READER.id()
}

fn this<'h>(cx: &'h Cx<'_>, args: &[Value]) -> Result<&'h XmlReader, Throw> {
    cx.heap.native::<XmlReader>(arg(args, 0)).ok_or(fault("an XmlReader was expected"))
}

fn this_mut<'h>(cx: &'h mut Cx<'_>, args: &[Value]) -> Result<&'h mut XmlReader, Throw> {
    cx.heap.native_mut::<XmlReader>(arg(args, 0)).ok_or(fault("an XmlReader was expected"))
}

fn settings(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (known, options) = (this(cx, args)?.known, this(cx, args)?.options);
    if known.id() == X_READER.id() { reader_settings::made(cx, options, true) } else { Ok(Value::Null) }
}

fn close(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let closes_input = this(cx, args)?.options.closes_input;
    let reader = this_mut(cx, args)?;
    let input = std::mem::replace(&mut reader.input, Value::Null);
    reader.cursor.close();
    if closes_input && !input.is_null() {
        string_reader::close(cx, &[input])?;
    }
    Ok(Value::Null)
}

/// An element was to be loaded, and there is none.
pub(super) fn not_on_element(cx: &mut Cx<'_>, reader: Value) -> Throw {
    let mut name = TextBuf::new();
    if let Ok(Value::Enum(ty, n)) = node::node_type(cx, &[reader]) {
        push_name(ty, n, &mut name);
    }
    let name = name.as_text().to_utf8().into_owned();
    let why = format!("The XmlReader must be on a node of type Element instead of a node of type {name}.");
    cx.throw(Exc::InvalidOperation, why)
}

/// What is wrong with the node that the reader stands on.
fn wrong_node(cx: &mut Cx<'_>, args: &[Value]) -> Throw {
    let shown = match node::node_type(cx, args) {
        Ok(Value::Enum(ty, n)) => {
            let mut name = TextBuf::new();
            push_name(ty, n, &mut name);
            name.as_text().to_utf8().into_owned()
        }
        _ => String::new(),
    };
    cx.throw(Exc::Xml, format_args!("'{shown}' is an invalid XmlNodeType."))
}
