//! `System.Xml.Linq.XObject`.

use super::annotations;
use super::tree::{self, Kind, get};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, method, property};
use crate::types::Known;
use crate::value::Value;

pub(super) const TYPE: TypeDef =
    TypeDef::class("System.Xml.Linq.XObject").summary("A node or an attribute.").members(&[
        property("string BaseUri { get; }", |cx, _| cx.string("")),
        property("XDocument Document { get; }", document),
        property("XmlNodeType NodeType { get; }", node_type),
        property("XElement Parent { get; }", parent),
        method("void AddAnnotation(object annotation)", annotations::add),
        method("object Annotation(Type type)", annotations::first_named),
        method("T Annotation<T>() where T : class", annotations::first_of),
        method("IEnumerable<object> Annotations(Type type)", annotations::all_named),
        method("IEnumerable<T> Annotations<T>() where T : class", annotations::all_of),
        method("void RemoveAnnotations(Type type)", annotations::remove_named),
        method("void RemoveAnnotations<T>() where T : class", annotations::remove_of),
    ]);

fn document(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut at = arg(args, 0);
    loop {
        let above = tree::parent(cx, at);
        if above.is_null() {
            return Ok(if tree::is_document(cx.heap, at) { at } else { Value::Null });
        }
        cx.charge(1)?;
        at = above;
    }
}

/// The element above; a document is no parent.
fn parent(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parent = tree::parent(cx, arg(args, 0));
    Ok(if tree::is_element(cx.heap, parent) { parent } else { Value::Null })
}

fn node_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    static KNOWN: Known = Known::new("System.Xml.XmlNodeType");
    let number = match get(cx, arg(args, 0))?.kind {
        Kind::Element { .. } => 1,
        Kind::Attribute { .. } => 2,
        Kind::Text(_) | Kind::Space { .. } => 3,
        Kind::CData(_) => 4,
        Kind::Instruction { .. } | Kind::Declaration(_) => 7,
        Kind::Comment(_) => 8,
        Kind::Document { .. } | Kind::Fragment { .. } => 9,
        Kind::DocumentType { .. } => 10,
    };
    Ok(Value::Enum(KNOWN.id(), number))
}
