//! Text between tags, CDATA sections included.

use super::ast::Node;
use super::decode::Decoding;
use super::reader::Reader;
use crate::diagnostic::codes;

/// What starts a CDATA section.
const CDATA: &str = "<![CDATA[";

impl Reader<'_> {
    /// Reads text up to the next tag, comment or processing instruction.
    pub(super) fn text(&mut self) {
        let start = self.at;
        self.value.clear();
        let first = self.white_end(start);
        let mut known_end = None;
        if self.is_raw() && self.expression_starts(first) && !self.open.is_empty() {
            known_end = self.raw_expression_text(start, first);
        }
        while self.at < self.text.len() && !self.stopped {
            if self.looks_at(CDATA) {
                self.cdata();
            } else if self.peek() != Some(b'<') {
                let end = self.find_byte(b'<', self.at).unwrap_or(self.text.len());
                self.check_cdata_end(self.at, end);
                self.decode(self.at, end, Decoding::Text);
                self.at = end;
            } else if self.starts_markup() {
                break;
            } else {
                let headline = "`<` starts no tag";
                self.error_with_note(codes::BARE_LESS_THAN, self.at, self.at + 1, headline, "write `&lt;`");
                self.decode(self.at, self.at + 1, Decoding::Verbatim);
                self.at += 1;
            }
        }
        if !self.open.is_empty() {
            let content = self.content(start, self.at, known_end);
            return self.add(Node::Text(content));
        }
        if !self.value.text.trim().is_empty() {
            let end = start + self.slice(start, self.at).trim_end().len();
            self.error(codes::TEXT_OUTSIDE_ROOT, first, end, "text outside the root element");
        }
    }

    /// Takes a text in raw form that is an expression into the value under construction. Where it ends there, unless
    /// it never does; then all up to the end tag of the element is taken for it.
    fn raw_expression_text(&mut self, start: usize, first: usize) -> Option<usize> {
        let scanned = self.raw_end(first);
        let complete = scanned.is_some_and(|end| matches!(self.byte(self.white_end(end)), None | Some(b'<')));
        if !complete {
            let end = self.find_byte(b'<', start).unwrap_or(self.text.len());
            if let Some(known_end) = self.escaped_in_raw(start, end, first) {
                self.at = end;
                return Some(known_end);
            }
        }
        self.at = scanned.unwrap_or_else(|| self.own_end_tag(first));
        self.decode(first, self.at, Decoding::Verbatim);
        scanned.map(|_| self.value.text.len())
    }

    /// The first end tag of the innermost element after `from`, or the next `<`.
    fn own_end_tag(&self, from: usize) -> usize {
        let tag = self.open.last().map(|element| format!("</{}", element.name));
        let end = tag.and_then(|tag| self.find(&tag, from)).or_else(|| self.find_byte(b'<', from));
        end.unwrap_or(self.text.len())
    }

    /// True when the `<` it stands at starts a tag, a comment or the like.
    fn starts_markup(&self) -> bool {
        let next = self.at + 1;
        matches!(self.byte(next), Some(b'/' | b'!' | b'?')) || self.name_end(next) > next
    }

    /// Reads a CDATA section.
    fn cdata(&mut self) {
        let start = self.at + CDATA.len();
        let end = self.find("]]>", start);
        if end.is_none() {
            self.error(codes::UNTERMINATED_MARKUP, self.at, start, "the CDATA section never ends");
            self.cut = true;
        }
        let inner_end = end.unwrap_or(self.text.len());
        self.decode(start, inner_end, Decoding::Verbatim);
        self.at = end.map_or(inner_end, |end| end + 3);
    }

    /// Reports `]]>` in a text.
    fn check_cdata_end(&mut self, start: usize, end: usize) {
        let text = self.slice(start, end);
        // Hardly any text has a bracket, and one byte is found faster than three.
        let bracket = memchr::memchr(b']', text.as_bytes());
        if let Some(at) = bracket.and_then(|bracket| self.find("]]>", start + bracket)).filter(|at| *at < end) {
            let headline = "`]]>` ends no CDATA section";
            self.error_with_note(codes::BARE_CDATA_END, at, at + 3, headline, "write `]]&gt;`");
        }
    }
}
