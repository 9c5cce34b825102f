//! Comments, processing instructions and declarations.

use super::ast::Node;
use super::characters::is_space;
use super::reader::Reader;
use crate::diagnostic::codes;

impl Reader<'_> {
    /// Skips `<?xml … ?>` at the very start. Its encoding says nothing any more: the text is decoded.
    pub(super) fn xml_declaration(&mut self) {
        if self.looks_at("<?xml") && self.byte(self.at + 5).is_some_and(is_space) {
            self.skip_to("?>", 2, "the XML declaration never ends");
        }
    }

    /// Skips a processing instruction: nobody here is instructed by one.
    pub(super) fn processing_instruction(&mut self) {
        let start = self.at;
        let name_end = self.name_end(start + 2);
        if self.slice(start + 2, name_end).eq_ignore_ascii_case("xml") {
            let headline = "the XML declaration must stand at the very start";
            self.error(codes::MISPLACED_DECLARATION, start, name_end, headline);
        }
        self.skip_to("?>", 2, "the processing instruction never ends");
    }

    /// Reads a comment.
    pub(super) fn comment(&mut self) {
        let start = self.at;
        if !self.skip_to("-->", 4, "the comment never ends") {
            return;
        }
        let inner_end = self.at - 3;
        if let Some(at) = self.find("--", start + 4).filter(|at| *at < inner_end) {
            self.warning(codes::DOUBLE_HYPHEN, at, at + 2, "XML does not allow `--` inside a comment");
        }
        self.add(Node::Comment(self.span(start, self.at)));
    }

    /// Refuses a document type, or anything else that starts with `<!`.
    pub(super) fn declaration(&mut self) {
        let start = self.at;
        if self.looks_at("<!DOCTYPE") {
            let headline = "a document type declaration is refused";
            self.error(codes::DOCUMENT_TYPE, start, start + 9, headline);
            self.at = self.document_type_end(start);
            return;
        }
        let name_end = self.name_end(start + 2).max(start + 2);
        let headline = format!("{} starts neither a comment nor a CDATA section", self.quoted(start, name_end));
        self.error(codes::UNKNOWN_MARKUP, start, name_end, headline);
        let end = self.find_either(b'>', b'<', name_end);
        self.at = end + usize::from(self.byte(end) == Some(b'>'));
    }

    /// The offset after the `>` of a document type: brackets enclose its declarations, quotes what they say.
    fn document_type_end(&self, start: usize) -> usize {
        let mut quote = None;
        let mut depth = 0_usize;
        for (length, byte) in self.text.bytes().skip(start).enumerate() {
            match (quote, byte) {
                (Some(open), _) if open == byte => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(byte),
                (None, b'[') => depth += 1,
                (None, b']') => depth = depth.saturating_sub(1),
                (None, b'>') if depth == 0 => return start + length + 1,
                (None, _) => {}
            }
        }
        // Its brackets do not match. What follows the first `>` may be worth reading.
        self.find_byte(b'>', start).map_or(self.text.len(), |end| end + 1)
    }

    /// Moves behind `end`, whose search begins `skip` bytes ahead, or reports `missing` and gives up the rest.
    fn skip_to(&mut self, end: &str, skip: usize, missing: &str) -> bool {
        let start = self.at;
        if let Some(found) = self.find(end, start + skip) {
            self.at = found + end.len();
            return true;
        }
        self.error(codes::UNTERMINATED_MARKUP, start, start + skip, missing);
        self.at = self.text.len();
        self.cut = true;
        false
    }
}
