//! References to named values that do not exist: an error, unless the element around them says that its text may hold
//! double braces of another kind.

use std::sync::Arc;

use super::Options;
use super::ast::{Document, Element, Node};
use crate::diagnostic::{Diagnostic, codes, quoted};
use crate::source::{Source, Span};
use crate::suggest;

/// Where a reference stands.
enum Place {
    /// Between the tags of a lenient element.
    Lenient,
    /// In a comment. The service looks at comments too, but what is commented out need not stop anyone.
    Comment,
    /// Anywhere else.
    Document,
}

/// Reports the references among `unknown` that are mistakes.
pub(super) fn check(
    source: &Arc<Source>,
    unknown: &[Span],
    document: Option<&Document>,
    options: &Options<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let names = if unknown.is_empty() { Vec::new() } else { options.values.names() };
    let mut left = options.limits.errors;
    for span in unknown {
        let place = document.map_or(Place::Document, |document| place(&document.root, *span, options.lenient));
        if matches!(place, Place::Lenient) {
            continue;
        }
        if left == 0 {
            let headline = "there are more references to unknown named values";
            diagnostics.push(Diagnostic::error(codes::TOO_MANY_ERRORS, source, *span, headline));
            return;
        }
        left -= 1;
        let name = source.text().get(span.start as usize + 2..span.end as usize - 2).unwrap_or_default();
        let headline = format!("there is no named value {}", quoted(name));
        let mut diagnostic = match place {
            Place::Comment => Diagnostic::warning(codes::UNKNOWN_NAMED_VALUE, source, *span, headline)
                .with_note("named values are substituted in comments as well"),
            _ => Diagnostic::error(codes::UNKNOWN_NAMED_VALUE, source, *span, headline),
        };
        diagnostic = diagnostic.about(name);
        if let Some(name) = suggest::closest(name, names.iter().copied()) {
            diagnostic = diagnostic.with_note(format!("did you mean {}?", quoted(name)));
        }
        diagnostics.push(diagnostic);
    }
}

/// Walks down to the node in which `span` lies.
fn place(root: &Element, span: Span, lenient: &dyn Fn(&Element) -> bool) -> Place {
    let mut element = root;
    loop {
        let inner = element.inner_span;
        if span.start < inner.start || span.end > inner.end {
            return Place::Document;
        }
        if lenient(element) {
            return Place::Lenient;
        }
        let after = element.children.partition_point(|node| node.span().start <= span.start);
        match after.checked_sub(1).and_then(|index| element.children.get(index)) {
            Some(Node::Element(child)) if span.end <= child.span.end => element = child,
            Some(Node::Comment(comment)) if span.end <= comment.end => return Place::Comment,
            _ => return Place::Document,
        }
    }
}
