//! Start tags and end tags, and what happens when they do not match.

use super::ast::{Element, Node};
use super::limits::Limits;
use super::reader::Reader;
use crate::diagnostic::codes;
use crate::source::Span;
use crate::suggest;

/// How a start tag ends.
enum TagEnd {
    /// `>`
    Open,
    /// `/>`
    Empty,
}

impl Reader<'_> {
    /// Reads a start tag. Stands at `<`, and a name follows.
    pub(super) fn start_tag(&mut self) {
        let start = self.at;
        let name_end = self.name_end(start + 1);
        let name_span = self.span(start + 1, name_end);
        self.check_single_root(name_span);
        self.at = name_end;
        let mut attributes = Vec::new();
        let end = self.attributes(start, name_end, &mut attributes);
        let mut tag_span = self.span(start, self.at);
        // A tag that breaks off after a reference to an empty value ends before it, the value does not.
        if let Some(last) = attributes.last() {
            tag_span = tag_span.to(last.value.span);
        }
        let element = Element {
            name: self.slice(start + 1, name_end).into(),
            name_span,
            span: tag_span,
            tag_span,
            inner_span: Span::new(tag_span.end, tag_span.end),
            attributes,
            children: Vec::new(),
        };
        match end {
            TagEnd::Empty => self.add(Node::Element(element)),
            TagEnd::Open => self.open_element(element),
        }
    }

    /// Reads attributes up to the end of the tag.
    fn attributes(&mut self, tag: usize, name_end: usize, attributes: &mut Vec<super::Attribute>) -> TagEnd {
        while !self.stopped {
            let before = self.at;
            self.skip_space();
            match self.peek() {
                Some(b'>') => {
                    self.at += 1;
                    return TagEnd::Open;
                }
                Some(b'/') if self.byte(self.at + 1) == Some(b'>') => {
                    self.at += 2;
                    return TagEnd::Empty;
                }
                None | Some(b'<') => {
                    if !self.cut {
                        let headline = format!("the tag {} has no `>`", self.quoted(tag, name_end));
                        self.error(codes::UNFINISHED_TAG, tag, name_end, headline);
                    }
                    // At the end of the text there is nothing left to contain.
                    return if self.peek().is_none() { TagEnd::Empty } else { TagEnd::Open };
                }
                Some(_) => self.attribute(self.at > before, attributes),
            }
        }
        TagEnd::Empty
    }

    /// Makes an element the innermost open one.
    fn open_element(&mut self, element: Element) {
        let depth = self.limits.depth.min(Limits::DEEPEST);
        if self.open.len() < depth {
            return self.open.push(element);
        }
        if self.too_deep == 0 {
            self.error_at(codes::TOO_DEEP, element.name_span, format!("elements are nested more than {depth} deep"));
        }
        self.too_deep += 1;
    }

    /// Reads an end tag. Stands at `</`.
    pub(super) fn end_tag(&mut self) {
        let start = self.at;
        let name_start = start + 2;
        let name_end = self.name_end(name_start);
        self.at = name_end;
        self.skip_space();
        if self.peek() != Some(b'>') {
            self.broken_end_tag(start, name_end);
        } else {
            self.at += 1;
            if name_end == name_start {
                self.error(codes::UNEXPECTED_END_TAG, start, self.at, "the end tag has no name");
            }
        }
        if name_end > name_start {
            self.close(start, name_start, name_end);
        }
    }

    /// Skips what should be the `>` of an end tag.
    fn broken_end_tag(&mut self, start: usize, name_end: usize) {
        let junk = self.at;
        let end = self.find_either(b'>', b'<', junk);
        if self.byte(end) == Some(b'>') {
            let headline = format!("unexpected {} in an end tag", self.quoted(junk, end));
            self.error(codes::UNEXPECTED_IN_TAG, junk, end, headline);
            self.at = end + 1;
        } else {
            let headline = format!("the tag {} has no `>`", self.quoted(start, name_end));
            self.error(codes::UNFINISHED_TAG, start, name_end, headline);
            // What stands between here and the next tag may be text that somebody meant.
            self.at = name_end.max(start + 2);
        }
    }

    /// Closes the element that an end tag names. Elements inside it that are still open have no end tag. If none of
    /// that name is open, a similar name was misspelt, and anything else closes nothing.
    fn close(&mut self, start: usize, name_start: usize, name_end: usize) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let name = self.slice(name_start, name_end);
        let (before, after) = (self.span(start, start), self.span(self.at, self.at));
        if let Some(index) = self.open.iter().rposition(|element| &*element.name == name) {
            while self.open.len() > index + 1 {
                self.report_unclosed();
                self.close_innermost(before, before);
            }
            return self.close_innermost(before, after);
        }
        let found = self.quoted(start, self.at);
        let Some(innermost) = self.open.last() else {
            let headline = format!("{found} closes nothing");
            return self.error(codes::UNEXPECTED_END_TAG, start, self.at, headline);
        };
        let similar = suggest::closest(name, std::iter::once(&*innermost.name)).is_some();
        let opened = self.file(innermost.name_span);
        if similar {
            let headline = format!("{found} should close the element {opened}");
            self.error(codes::MISMATCHED_END_TAG, start, self.at, headline);
            self.close_innermost(before, after);
        } else {
            let headline = format!("{found} closes nothing");
            let note = format!("the innermost open element is {opened}");
            self.error_with_note(codes::UNEXPECTED_END_TAG, start, self.at, headline, note);
        }
    }

    /// Reports that the innermost open element has no end tag.
    pub(super) fn report_unclosed(&mut self) {
        if let Some(element) = self.open.last() {
            let span = element.name_span;
            let headline = format!("element {} is never closed", self.file(span));
            self.error_at(codes::UNCLOSED_ELEMENT, span, headline);
        }
    }

    /// Finishes the innermost open element, whose end tag lies between two places in the file.
    pub(super) fn close_innermost(&mut self, before: Span, after: Span) {
        if let Some(mut element) = self.open.pop() {
            element.inner_span.end = before.end.max(element.inner_span.start);
            element.span.end = after.end.max(element.inner_span.end);
            self.add(Node::Element(element));
        }
    }
}
