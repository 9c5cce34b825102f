//! `System.Xml.Linq`: trees of XML as heap objects with links to their parents; `XmlDocument` is a view of the same.
//!
//! All node types are one Rust type, [`tree::XmlObject`]; the files by .NET type hold their signatures. Documents are
//! read by [`reader`] and written by [`writer`], which follow .NET's `XmlReader` and `XmlWriter` to the position in
//! error messages and the choice of prefixes.

mod annotations;
mod axes;
mod convert;
mod dom;
mod edit;
mod extensions;
mod leaves;
mod look;
mod name_characters;
mod names;
mod options;
mod reader;
mod reader_settings;
mod text;
mod to_json;
mod tree;
mod writer;
mod xattribute;
mod xcontainer;
mod xdocument;
mod xelement;
mod xml_convert;
mod xml_reader;
mod xml_writer;
mod xnode;
mod xobject;
mod xpath;
mod xsd_date;

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::TypeDef;
use crate::value::Value;
use crate::value::text::TextBuf;
pub(crate) use look::{child_elements, inner_text, is_nil, local_name_of};
pub(crate) use reader::parse_document;
pub(super) use to_json::text_of as json_text;
pub(crate) use tree::{tree_hash, trees_equal};

/// The text of a node or attribute without formatting; `None` for anything else.
///
/// # Errors
/// When it holds a character that XML has no form for.
pub fn unformatted(cx: &mut Cx<'_>, value: Value) -> Result<Option<TextBuf>, Throw> {
    if cx.heap.native::<tree::XmlObject>(value).is_none() {
        return Ok(None);
    }
    writer::node_text(cx, value, false).map(Some)
}

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[
    &dom::ATTRIBUTE,
    &dom::attributes::ATTRIBUTES,
    &dom::attributes::NAMED_NODES,
    &dom::CDATA,
    &dom::COMMENT,
    &dom::DECLARATION,
    &dom::DOCUMENT,
    &dom::DOCUMENT_TYPE,
    &dom::ELEMENT,
    &dom::FRAGMENT,
    &dom::INSTRUCTION,
    &dom::namespaces::NAMESPACES,
    &dom::namespaces::NAME_TABLE,
    &dom::namespaces::PLAIN_NAME_TABLE,
    &dom::namespaces::RESOLVER,
    &dom::namespaces::SCOPE,
    &dom::NODE,
    &dom::lists::NODE_LIST,
    &dom::LINKED,
    &dom::CHARACTER_DATA,
    &dom::SIGNIFICANT_SPACE,
    &dom::SPACE,
    &dom::TEXT,
    &extensions::TYPE,
    &leaves::CDATA,
    &leaves::COMMENT,
    &leaves::DECLARATION,
    &leaves::DOCUMENT_TYPE,
    &leaves::INSTRUCTION,
    &leaves::TEXT,
    &names::NAME,
    &names::NAMESPACE,
    &options::EQUALITY,
    &options::LOAD,
    &options::NODE_TYPE,
    &options::ORDER,
    &options::SAVE,
    &reader_settings::CONFORMANCE,
    &reader_settings::DTD,
    &reader_settings::READ_STATE,
    &reader_settings::SPACE,
    &reader_settings::TYPE,
    &xml_convert::DATE_MODE,
    &xml_convert::TYPE,
    &xml_reader::NODE_READER,
    &xml_reader::TEXT_READER,
    &xml_reader::TYPE,
    &xml_writer::NEW_LINES,
    &xml_writer::SETTINGS,
    &xml_writer::STATE,
    &xml_writer::TEXT_WRITER,
    &xml_writer::FORMATTING,
    &xml_writer::TYPE,
    &xpath::extensions::TYPE,
    &xattribute::TYPE,
    &xcontainer::TYPE,
    &xdocument::TYPE,
    &xelement::TYPE,
    &xnode::TYPE,
    &xobject::TYPE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    fn shown(cx: &mut Cx<'_>, text: &str, indent: bool) -> String {
        let Ok(text) = cx.heap.new_str(text) else { panic!() };
        let written = parse_document(cx, text, false).and_then(|document| writer::node_text(cx, document, indent));
        match written {
            Ok(text) => text.as_text().to_utf8().into_owned(),
            Err(throw) => check::show_throw(cx, throw),
        }
    }

    /// Recorded from .NET 8: `XDocument.Parse(text).ToString()` or the exception.
    #[test]
    fn documents_are_read_and_written_as_recorded() {
        let mut wrong = Vec::new();
        for line in include_str!("../../tests/goldens/xml_texts.jsonl").lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let (text, indented, plain) = (&row["text"], &row["indented"], &row["plain"]);
            check::with_cx(&[], |cx| {
                for (expected, indent) in [(indented, true), (plain, false)] {
                    let actual = shown(cx, text.as_str().unwrap(), indent);
                    if actual != expected.as_str().unwrap() {
                        wrong.push(format!("{text} ({indent})\n  expected {expected}\n  actual   {actual:?}"));
                    }
                }
            });
        }
        assert!(wrong.is_empty(), "{}\n{} wrong", wrong.join("\n"), wrong.len());
    }

    /// Every recorded text, cut at each place, without each character, and with each character doubled.
    #[test]
    fn no_damage_panics() {
        check::with_cx(&[], |cx| {
            for line in include_str!("../../tests/goldens/xml_texts.jsonl").lines() {
                let row: serde_json::Value = serde_json::from_str(line).unwrap();
                let text: Vec<char> = row["text"].as_str().unwrap().chars().collect();
                for at in 0..text.len() {
                    let (before, after) = text.split_at(at);
                    let cut: String = before.iter().collect();
                    let without: String = before.iter().chain(&after[1..]).collect();
                    let doubled: String = before.iter().chain(&after[..1]).chain(after).collect();
                    for damaged in [cut, without, doubled] {
                        cx.budget.instructions = 1_000_000;
                        shown(cx, &damaged, true);
                    }
                }
            }
        });
    }
}
