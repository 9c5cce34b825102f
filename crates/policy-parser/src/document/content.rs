//! What a value or a text is: literal text, or one expression and nothing else.

use super::ast::{Content, ContentKind, Embedded};
use super::decode::{Decoding, Entity, entity};
use super::reader::Reader;
use crate::csharp::scan_expression_end;
use crate::diagnostic::codes;
use crate::source::{Span, offset};

/// True when a trimmed value is meant as an expression.
fn is_expression(text: &str) -> bool {
    text.starts_with("@(") || text.starts_with("@{")
}

impl Reader<'_> {
    /// The content whose decoded text is the value under construction, and which stands at `start..end`. `known_end`
    /// is where its expression ends in the decoded text, if that is known.
    pub(super) fn content(&mut self, start: usize, end: usize, known_end: Option<usize>) -> Content {
        let span = self.span(start, end);
        let trimmed = self.value.text.trim();
        if !is_expression(trimmed) {
            return Content { kind: ContentKind::Literal(self.value.text.as_str().into()), span };
        }
        let from = self.value.text.len() - self.value.text.trim_start().len();
        let whole = from + trimmed.len();
        let scanned = known_end.or_else(|| scan_expression_end(trimmed, 0).ok().map(|length| from + length));
        match scanned {
            None => {
                let place = self.decoded_range(from, from + 2);
                let headline = "the expression is never closed";
                let note = "a bracket, a string or a comment in it has no end";
                self.error_with_note(codes::UNTERMINATED_EXPRESSION, place.0, place.1, headline, note);
            }
            Some(end) if end < whole => {
                let rest = self.value.text.get(end..whole).unwrap_or_default();
                let place = self.decoded_range(whole - rest.trim_start().len(), whole);
                let headline = "text follows the expression";
                let note = "a value is one expression or none; join texts inside the expression";
                self.error_with_note(codes::TEXT_AFTER_EXPRESSION, place.0, place.1, headline, note);
            }
            Some(_) => {}
        }
        Content { kind: ContentKind::Expression(self.embedded(from, scanned.unwrap_or(whole))), span }
    }

    /// Where an expression in raw form ends that begins at `first`. One without an end is looked for up to the end of the
    /// text; not all of those are errors, so that only some are looked for.
    pub(super) fn raw_end(&mut self, first: usize) -> Option<usize> {
        const ENDLESS: usize = 256;
        if self.endless > ENDLESS {
            return None;
        }
        let end = scan_expression_end(self.text, first).ok();
        self.endless += usize::from(end.is_none());
        if self.endless > ENDLESS {
            let headline = format!("there are more than {ENDLESS} expressions that are never closed");
            self.error(codes::UNTERMINATED_EXPRESSION, first, first + 2, headline);
        }
        end
    }

    /// A part of the value under construction, as an expression.
    fn embedded(&self, from: usize, end: usize) -> Embedded {
        let text = self.value.text.get(from..end).unwrap_or_default();
        let length = offset(text.len());
        let map = self.value.map.slice(offset(from), length);
        let map = if self.origin.is_identity() { map } else { map.compose(self.origin, length) };
        Embedded { text: text.into(), map }
    }

    /// The range of the text that a range of the value under construction stands for.
    fn decoded_range(&self, start: usize, end: usize) -> (usize, usize) {
        let span = self.value.map.origin_span(Span::new(offset(start), offset(end)));
        (span.start as usize, span.end as usize)
    }

    /// In raw form, for an expression at `first` that has no proper end: if `start..end` is all entity-escaped and
    /// a proper expression once decoded, that is what is meant. The decoded value is then under construction,
    /// and the result is its length.
    pub(super) fn escaped_in_raw(&mut self, start: usize, end: usize, first: usize) -> Option<usize> {
        let written = self.slice(start, end);
        let mut ampersands = memchr::memchr_iter(b'&', written.as_bytes()).peekable();
        let escaped =
            ampersands.peek().is_some() && ampersands.all(|at| matches!(entity(written, at), Entity::Character { .. }));
        if !escaped || written.contains('<') {
            return None;
        }
        self.value.clear();
        self.decode(start, end, Decoding::Escaped);
        let text = self.value.text.trim();
        if scan_expression_end(text, 0).ok() != Some(text.len()) {
            self.value.clear();
            return None;
        }
        let known_end = self.value.text.trim_end().len();
        let headline = "the expression is entity-escaped, the document is not";
        self.warning(codes::ESCAPED_IN_RAW, first, first + 2, headline);
        Some(known_end)
    }

    /// The offset after the white space at `from`, in the wide sense of C#.
    pub(super) fn white_end(&self, from: usize) -> usize {
        let rest = self.slice(from, self.text.len());
        from + rest.find(|character: char| !character.is_whitespace()).unwrap_or(rest.len())
    }

    /// True when an expression starts at `at`.
    pub(super) fn expression_starts(&self, at: usize) -> bool {
        is_expression(self.slice(at, self.text.len()))
    }
}
