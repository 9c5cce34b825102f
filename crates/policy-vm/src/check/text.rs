//! The text of an element: what stands between its tags beside child elements and comments.

use policy_parser::Span;
use policy_parser::document::{ContentKind, Element, Embedded, Node};

/// The text of an element.
#[derive(Debug, Clone)]
pub(crate) enum Inner<'a> {
    /// None, or only white space.
    Empty,
    /// Literal text, white space around it included.
    Literal(String, Span),
    /// One expression.
    Expression(&'a Embedded, Span),
    /// An expression beside another or beside text.
    Mixed(Span),
}

/// The text of an element. Comments split a text in two; their parts belong together.
pub(crate) fn inner(element: &Element) -> Inner<'_> {
    let mut literal = String::new();
    let mut expression: Option<&Embedded> = None;
    let mut span: Option<Span> = None;
    let mut mixed = false;
    for node in &element.children {
        let Node::Text(content) = node else { continue };
        match &content.kind {
            ContentKind::Literal(text) => {
                literal.push_str(text);
                if text.trim().is_empty() {
                    continue;
                }
            }
            ContentKind::Expression(embedded) => {
                mixed |= expression.is_some();
                expression = Some(embedded);
            }
        }
        span = Some(span.map_or(content.span, |span| span.to(content.span)));
    }
    let Some(span) = span else { return Inner::Empty };
    match expression {
        Some(_) if mixed || !literal.trim().is_empty() => Inner::Mixed(span),
        Some(embedded) => Inner::Expression(embedded, span),
        None => Inner::Literal(literal, span),
    }
}
