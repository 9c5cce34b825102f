//! Nodes of a tree as the calls that write them.

use super::write::Name;
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::xml::dom::qualified_name;
use crate::library::xml::leaves::{declaration_parts, declared};
use crate::library::xml::names;
use crate::library::xml::tree::{self, Kind, attributes};
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

/// A node of a tree as the calls that write it.
pub(super) enum Step {
    Nothing,
    Text(TextBuf),
    CData(TextBuf),
    Comment(TextBuf),
    Instruction(String, TextBuf),
    Space(TextBuf),
    DocumentType(String),
    Element(Name, Vec<(Name, TextBuf)>),
}

fn name_of(cx: &mut Cx<'_>, node: Value) -> Result<Name, Throw> {
    let shown = qualified_name(cx, node)?;
    let (_, uri) = names::parts(cx.heap, tree::name(cx.heap, node));
    let namespace = Some(cx.text(uri).to_utf8().into_owned());
    Ok(match shown.split_once(':') {
        Some((prefix, local)) => Name { prefix: Some(prefix.to_owned()), local: local.to_owned(), namespace },
        None => Name { prefix: Some(String::new()), local: shown, namespace },
    })
}

/// What writes a node, without its children.
pub(super) fn step_of(cx: &mut Cx<'_>, node: Value) -> Result<Step, Throw> {
    let buffer = |cx: &Cx<'_>, text: Str| super::buffer(cx, text);
    let shown = |cx: &Cx<'_>, text: Str| cx.text(text).to_utf8().into_owned();
    let kind = tree::get(cx, node)?.kind.clone();
    Ok(match kind {
        Kind::Document { .. } | Kind::Fragment { .. } | Kind::Attribute { .. } => Step::Nothing,
        Kind::Space { text, .. } => Step::Space(buffer(cx, text)),
        Kind::Declaration(parts) => {
            let text = declared(cx.heap, parts);
            Step::Instruction("xml".to_owned(), TextBuf::from(text.as_text().to_utf8().trim_start()))
        }
        Kind::Text(text) if text.is_empty() => Step::Nothing,
        Kind::Text(text) => Step::Text(buffer(cx, text)),
        Kind::CData(text) => Step::CData(buffer(cx, text)),
        Kind::Comment(text) => Step::Comment(buffer(cx, text)),
        Kind::Instruction { target, data } => Step::Instruction(shown(cx, target), buffer(cx, data)),
        Kind::DocumentType { .. } => {
            let text = crate::library::xml::writer::node_text(cx, node, false)?;
            Step::DocumentType(text.as_text().to_utf8().into_owned())
        }
        Kind::Element { .. } => {
            let mut written = Vec::new();
            for attribute in attributes(cx.heap, node).to_vec() {
                let value = tree::attribute_value(cx.heap, attribute);
                written.push((name_of(cx, attribute)?, buffer(cx, value)));
            }
            Step::Element(name_of(cx, node)?, written)
        }
    })
}

/// `<a></a>`, not `<a />`.
pub(super) fn is_filled(heap: &Heap, node: Value) -> bool {
    matches!(heap.native::<tree::XmlObject>(node).map(|object| &object.kind), Some(Kind::Element { filled: true, .. }))
}

/// What a document's declaration says of `standalone`.
pub(super) fn standalone(cx: &Cx<'_>, node: Value) -> Option<bool> {
    let Kind::Document { declaration, .. } = tree::get(cx, node).ok()?.kind else { return None };
    let [_, _, standalone] = declaration_parts(cx.heap, declaration)?;
    standalone.map(|text| cx.text(text).is("yes"))
}
