//! Attributes: names, and values in either form.

use super::ast::{Attribute, Content, ContentKind};
use super::characters::is_space;
use super::decode::Decoding;
use super::reader::Reader;
use crate::diagnostic::codes;

impl Reader<'_> {
    /// Reads an attribute, or skips what is none. `spaced` tells whether white space stands before it.
    pub(super) fn attribute(&mut self, spaced: bool, attributes: &mut Vec<Attribute>) {
        let start = self.at;
        let name_end = self.name_end(start);
        if name_end == start {
            return self.skip_junk();
        }
        if !spaced {
            self.error(codes::MISSING_SPACE, start, name_end, "there is no white space before this attribute");
        }
        self.at = name_end;
        let value = self.attribute_value(start, name_end);
        let name = self.slice(start, name_end);
        let name_span = self.span(start, name_end);
        if attributes.iter().any(|attribute| &*attribute.name == name) {
            let headline = format!("attribute {} is given twice", self.quoted(start, name_end));
            return self.error(codes::DUPLICATE_ATTRIBUTE, start, name_end, headline);
        }
        let limit = self.limits.attributes;
        if attributes.len() < limit {
            return attributes.push(Attribute { name: name.into(), name_span, value });
        }
        self.error(codes::TOO_MANY_ATTRIBUTES, start, name_end, format!("an element has more than {limit} attributes"));
    }

    /// Reads `=` and the value. Stands after the name.
    fn attribute_value(&mut self, start: usize, name_end: usize) -> Content {
        self.skip_space();
        if self.peek() == Some(b'=') {
            let after = self.at + 1;
            self.at = self.space_end(after);
            match self.peek() {
                Some(quote @ (b'"' | b'\'')) => {
                    self.at += 1;
                    return self.quoted_value(quote);
                }
                None | Some(b'<' | b'>') => {}
                // What looks like the next attribute is the next attribute.
                Some(_) if self.at > after && self.attribute_starts(self.at) => self.at = after,
                Some(b'/') if self.byte(self.at + 1) == Some(b'>') => {}
                Some(_) => return self.unquoted_value(),
            }
        } else {
            self.at = name_end;
        }
        let headline = format!("attribute {} has no value", self.quoted(start, name_end));
        self.error(codes::ATTRIBUTE_WITHOUT_VALUE, start, name_end, headline);
        Content { kind: ContentKind::Literal("".into()), span: self.span(self.at, self.at) }
    }

    /// Skips something in a tag that is no attribute, up to the next thing that might be one.
    fn skip_junk(&mut self) {
        let start = self.at;
        let first = self.byte(start);
        self.at = start + self.slice(start, self.text.len()).chars().next().map_or(1, char::len_utf8);
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let quote = |byte: u8| Some(byte) == first && matches!(byte, b'"' | b'\'');
        let length = rest.iter().position(|byte| matches!(byte, b'<' | b'>' | b'=') || quote(*byte) || is_space(*byte));
        self.at += length.unwrap_or(rest.len());
        self.at += usize::from(self.peek().is_some_and(quote));
        // The `/` of `/>` belongs to the end of the tag.
        if self.peek() == Some(b'>') && self.at > start + 1 && self.byte(self.at - 1) == Some(b'/') {
            self.at -= 1;
        }
        let headline = format!("unexpected {} in a tag", self.quoted(start, self.at));
        self.error(codes::UNEXPECTED_IN_TAG, start, self.at, headline);
    }

    /// Reads a value without quotes, up to white space or the end of the tag.
    fn unquoted_value(&mut self) -> Content {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..).unwrap_or_default();
        let length = rest.iter().position(|byte| matches!(byte, b'<' | b'>') || is_space(*byte));
        self.at = start + length.unwrap_or(rest.len());
        if self.peek() == Some(b'>') && self.at > start + 1 && self.byte(self.at - 1) == Some(b'/') {
            self.at -= 1;
        }
        let headline = format!("the value {} is not in quotes", self.quoted(start, self.at));
        let typographic = self.slice(start, self.at).starts_with(['“', '”', '„', '‟', '‘', '’', '«', '»']);
        let note = if typographic { "typographic quotes do not count" } else { "values stand in `\"` or `'`" };
        self.error_with_note(codes::UNQUOTED_VALUE, start, self.at, headline, note);
        Content { kind: ContentKind::Literal(self.slice(start, self.at).into()), span: self.span(start, self.at) }
    }

    /// Reads a value in quotes. Stands after the opening one.
    fn quoted_value(&mut self, quote: u8) -> Content {
        let start = self.at;
        let first = self.white_end(start);
        self.value.clear();
        if !self.expression_starts(first) {
            let end = self.literal_end(start, quote);
            self.decode(start, end, Decoding::Attribute);
            return self.content(start, end, None);
        }
        if self.is_raw() {
            return self.raw_expression(start, first, quote);
        }
        let end = self.plain_end(start, quote);
        self.decode(start, end, if self.normalise { Decoding::Attribute } else { Decoding::Escaped });
        self.content(start, end, None)
    }

    /// Reads a value that is an expression in raw form: C# decides where it ends, not the next quote.
    fn raw_expression(&mut self, start: usize, first: usize, quote: u8) -> Content {
        let scanned = self.raw_end(first);
        let closing = scanned.map(|end| self.white_end(end)).filter(|end| self.byte(*end) == Some(quote));
        if closing.is_none()
            && let Some(end) = self.find_byte(quote, start)
            && let Some(known_end) = self.escaped_in_raw(start, end, first)
        {
            self.at = end + 1;
            return self.content(start, end, Some(known_end));
        }
        let close = closing.or_else(|| self.closing_quote(scanned.unwrap_or(first + 2), quote));
        let end = close.or(scanned).unwrap_or_else(|| self.find_either(b'<', b'>', first));
        self.at = close.map_or(end, |close| close + 1);
        self.cut |= close.is_none() && end == self.text.len();
        if close.is_none() && scanned.is_some() {
            self.error(codes::UNTERMINATED_VALUE, start - 1, start, "the value of the attribute has no closing quote");
        }
        self.decode(first, scanned.unwrap_or(end), Decoding::Verbatim);
        let known_end = scanned.map(|_| self.value.text.len());
        self.decode(scanned.unwrap_or(end), end, Decoding::Verbatim);
        self.content(start, end, known_end)
    }
}
