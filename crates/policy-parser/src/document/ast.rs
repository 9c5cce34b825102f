//! The tree of a policy document. Every span is in byte offsets of the file as the user wrote it.

use std::sync::Arc;

use crate::source::{OffsetMap, Source, Span};

/// A parsed document or fragment.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file it came from.
    pub source: Arc<Source>,
    /// How its expressions are written.
    pub form: Form,
    /// `<policies>`, `<fragment>`, or whatever stands there instead.
    pub root: Element,
    /// The references to named values that were replaced, ascending.
    pub substitutions: Vec<Substitution>,
}

/// A reference to a named value that was replaced.
#[derive(Clone, Debug)]
pub struct Substitution {
    /// The reference in the file, braces included.
    pub span: Span,
    /// What stands there instead. It may be secret.
    pub value: Box<str>,
}

/// How expressions are written in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Plain C# in attributes and texts: not well-formed XML in general.
    Raw,
    /// Well-formed XML, expressions entity-escaped.
    Escaped,
}

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name, prefix included.
    pub name: Box<str>,
    /// Where the name stands in the start tag.
    pub name_span: Span,
    /// From `<` to the end of the end tag.
    pub span: Span,
    /// The start tag.
    pub tag_span: Span,
    /// What stands between start tag and end tag; empty for `<a/>`.
    pub inner_span: Span,
    /// In the order written.
    pub attributes: Vec<Attribute>,
    /// In the order written.
    pub children: Vec<Node>,
}

impl Element {
    /// The attribute of that name.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| &*attribute.name == name)
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            _ => None,
        })
    }

    /// The first child element of that name.
    #[must_use]
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| &*element.name == name)
    }
}

/// An attribute.
#[derive(Clone, Debug)]
pub struct Attribute {
    /// Its name.
    pub name: Box<str>,
    /// Where the name stands.
    pub name_span: Span,
    /// Its value.
    pub value: Content,
}

/// What an element contains.
#[derive(Clone, Debug)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text between tags; CDATA sections included. Text that is only white space between elements is kept.
    Text(Content),
    /// A comment.
    Comment(Span),
}

impl Node {
    /// All of it, in the file.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Element(element) => element.span,
            Self::Text(content) => content.span,
            Self::Comment(span) => *span,
        }
    }
}

/// An attribute's value or a text.
#[derive(Clone, Debug)]
pub struct Content {
    /// Literal text, or one expression.
    pub kind: ContentKind,
    /// All of it as written in the file, without the quotes.
    pub span: Span,
}

/// Literal or expression.
#[derive(Clone, Debug)]
pub enum ContentKind {
    /// Text: named values substituted, entities decoded.
    Literal(Box<str>),
    /// `@( … )` or `@{ … }`.
    Expression(Embedded),
}

/// An expression inside a document.
#[derive(Clone, Debug)]
pub struct Embedded {
    /// The C# text with its `@(` and closing bracket: named values substituted, entities decoded.
    pub text: Box<str>,
    /// Leads offsets of `text` back to the file.
    pub map: OffsetMap,
}
