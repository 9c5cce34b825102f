//! Where the value of an attribute ends when quotes alone do not tell.
//!
//! Raw documents hold literals such as `subject="C=US, O="Contoso, Inc.", CN=x"`. The rule: a quote ends the value if
//! what follows it can follow a value, which is white space, `>`, `/>`, or another attribute; any other quote opens a
//! quotation inside the value, which the next quote closes. Where that leads to no end before the next `<`, the quote
//! is a mistake. Quotations must come in pairs, so a forgotten closing quote is not taken for one.

use super::characters::is_space;
use super::reader::Reader;
use crate::diagnostic::codes;

impl Reader<'_> {
    /// The end of a literal that begins at `start`; moves behind its closing quote.
    pub(super) fn literal_end(&mut self, start: usize, quote: u8) -> usize {
        if self.is_raw() {
            let first = self.find_either(quote, b'<', start);
            if self.byte(first) == Some(quote) && !self.may_close(first) {
                return self.end_with_quotations(start, first, quote);
            }
        }
        self.plain_end(start, quote)
    }

    /// The end of a value by the rules of XML: the next quote. Moves behind it.
    pub(super) fn plain_end(&mut self, start: usize, quote: u8) -> usize {
        let first = self.find_either(quote, b'<', start);
        let end = if self.byte(first) == Some(quote) { Some(first) } else { self.find_byte(quote, first) };
        if let Some(end) = end {
            if end == first {
                self.at = end + 1;
                return end;
            }
            // A `<` on the same line is more likely meant than a quote forgotten before it.
            if !self.slice(start, first).contains('\n') {
                let note = "write `&lt;`";
                let headline = "`<` is not allowed in the value of an attribute";
                self.error_with_note(codes::LESS_THAN_IN_VALUE, first, first + 1, headline, note);
                self.at = end + 1;
                return end;
            }
        }
        self.error(codes::UNTERMINATED_VALUE, start - 1, start, "the value of the attribute has no closing quote");
        self.at = match self.find_byte(b'>', start) {
            Some(end) if end <= first => end - usize::from(end > start && self.byte(end - 1) == Some(b'/')),
            _ => first,
        };
        self.cut |= self.at == self.text.len();
        self.at
    }

    /// The end of a value in which `first` is a quote that cannot close it.
    fn end_with_quotations(&mut self, start: usize, first: usize, quote: u8) -> usize {
        if let Some(end) = self.after_quotations(first, quote) {
            self.at = end + 1;
            return end;
        }
        let headline = "the value holds a quote of the kind it stands in";
        self.error_with_note(codes::QUOTE_IN_VALUE, first, first + 1, headline, "write `&quot;` or `&apos;`");
        let end = self.closing_quote(first + 1, quote).filter(|end| !self.slice(start, *end).contains('<'));
        let end = end.unwrap_or(first);
        self.at = end + 1;
        end
    }

    /// The quote that closes a value, skipping quotations, the first of which opens at `first`. A search that failed
    /// is not repeated for the same stretch of text: it would fail again, and again.
    fn after_quotations(&mut self, first: usize, quote: u8) -> Option<usize> {
        if first < self.no_inner_quotes_before {
            return None;
        }
        let mut at = first + 1;
        let mut inside = true;
        loop {
            at = self.find_either(quote, b'<', at);
            if self.byte(at) != Some(quote) {
                self.no_inner_quotes_before = at;
                return None;
            }
            if !inside && self.may_close(at) {
                return Some(at);
            }
            inside = !inside;
            at += 1;
        }
    }

    /// True when what follows the quote at `at` can follow a value.
    fn may_close(&self, at: usize) -> bool {
        match self.byte(at + 1) {
            None | Some(b'>' | b'<') => true,
            Some(b'/') => self.byte(at + 2) == Some(b'>'),
            Some(byte) => is_space(byte) || self.attribute_starts(at + 1),
        }
    }

    /// The first quote at or after `from` after which the tag plainly goes on or ends. For values that are broken.
    pub(super) fn closing_quote(&self, from: usize, quote: u8) -> Option<usize> {
        let mut at = from;
        loop {
            at = self.find_byte(quote, at)?;
            let next = self.space_end(at + 1);
            match self.byte(next) {
                Some(b'>') => return Some(at),
                Some(b'/') if self.byte(next + 1) == Some(b'>') => return Some(at),
                _ if next > at + 1 && self.attribute_starts(next) => return Some(at),
                _ => at += 1,
            }
        }
    }

    /// True when a name, `=` and a quote stand at `at`.
    pub(super) fn attribute_starts(&self, at: usize) -> bool {
        let name_end = self.name_end(at);
        let equals = self.space_end(name_end);
        name_end > at
            && self.byte(equals) == Some(b'=')
            && matches!(self.byte(self.space_end(equals + 1)), Some(b'"' | b'\''))
    }
}
