//! `System.Xml.Linq`: trees of XML as heap objects with links to their parents.
//!
//! All node types are one Rust type, [`tree::XmlObject`]; the files by .NET type hold their signatures. Documents are
//! read by [`reader`] and written by [`writer`], which follow .NET's `XmlReader` and `XmlWriter` to the position in
//! error messages and the choice of prefixes.

mod axes;
mod convert;
mod edit;
mod extensions;
mod leaves;
mod names;
mod options;
mod reader;
mod text;
mod tree;
mod writer;
mod xattribute;
mod xcontainer;
mod xdocument;
mod xelement;
mod xnode;
mod xobject;

use crate::library::TypeDef;
#[expect(unused_imports, reason = "message bodies are read as XML with these")]
pub(crate) use reader::{parse_document, parse_element};
pub(crate) use tree::{tree_hash, trees_equal};

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[
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
    &xattribute::TYPE,
    &xcontainer::TYPE,
    &xdocument::TYPE,
    &xelement::TYPE,
    &xnode::TYPE,
    &xobject::TYPE,
];
