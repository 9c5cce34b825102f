//! `System.Xml.Linq.XDocument`.

use super::axes::{Axis, first};
use super::edit::append;
use super::reader::parse_document;
use super::tree::{self, Kind, children, deep_clone, get, get_mut};
use super::xelement::keeps_space;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, constructor, method, property, property_set};
use crate::value::Value;

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.Linq.XDocument")
    .base("System.Xml.Linq.XContainer")
    .summary("A document: a root element, and what may stand beside it.")
    .allow(Allow::Except(&["Load"]))
    .members(&[
        constructor("XDocument()", new),
        constructor("XDocument(params object[] content)", new),
        constructor("XDocument(XDeclaration declaration, params object[] content)", new_declared),
        constructor("XDocument(XDocument other)", copy),
        property_set("XDeclaration Declaration { get; set; }", declaration, set_declaration),
        property("XDocumentType DocumentType { get; }", document_type),
        property("XElement Root { get; }", |cx, args| first(cx, arg(args, 0), Axis::Elements, Value::Null)),
        method("static XDocument Load(TextReader textReader)", load),
        method("static XDocument Load(TextReader textReader, LoadOptions options)", load),
        method("static XDocument Load(XmlReader reader)", load_from),
        method("static XDocument Load(XmlReader reader, LoadOptions options)", load_from),
        method("static XDocument Parse(string text)", parse),
        method("static XDocument Parse(string text, LoadOptions options)", parse),
        method("void Save(TextWriter textWriter)", super::xml_writer::save),
        method("void Save(TextWriter textWriter, SaveOptions options)", super::xml_writer::save),
        method("void Save(XmlWriter writer)", super::xml_writer::save_to),
    ]);

fn document(cx: &mut Cx<'_>, declaration: Value, content: Value) -> Result<Value, Throw> {
    let document = tree::new(cx, Kind::document(declaration))?;
    append(cx, document, content)?;
    Ok(document)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    document(cx, Value::Null, arg(args, 0))
}

fn new_declared(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    document(cx, arg(args, 0), arg(args, 1))
}

fn copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("other"));
    }
    deep_clone(cx, arg(args, 0))
}

fn declaration(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match get(cx, arg(args, 0))?.kind {
        Kind::Document { declaration, .. } => Ok(declaration),
        _ => Ok(Value::Null),
    }
}

fn set_declaration(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Kind::Document { declaration, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        *declaration = arg(args, 1);
    }
    Ok(Value::Null)
}

fn document_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let is_type = |node: &&Value| {
        matches!(cx.heap.native::<tree::XmlObject>(**node).map(|object| &object.kind), Some(Kind::DocumentType { .. }))
    };
    Ok(children(cx.heap, arg(args, 0)).iter().find(is_type).copied().unwrap_or(Value::Null))
}

/// `Parse(text)` and `Parse(text, options)`.
fn load(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("textReader"));
    }
    let text = super::xml_reader::whole_text(cx, arg(args, 0))?;
    parse_document(cx, text, keeps_space(args))
}

/// All that a reader has left.
fn load_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("reader"));
    }
    let document = document(cx, Value::Null, Value::Null)?;
    super::xml_reader::read_into(cx, arg(args, 0), document)?;
    Ok(document)
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    parse_document(cx, text, keeps_space(args))
}
